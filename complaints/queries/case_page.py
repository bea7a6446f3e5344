"""What the page of one case shows, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.models import (
    Case,
    CaseLink,
    Contribution,
    Document,
    Draft,
    DraftDecision,
    ExtensionRequest,
    Learning,
    Letter,
    Stage,
    StagePoint,
    Task,
)
from complaints.permissions import Authority
from complaints.queries import offers, queue
from complaints.queries.case_parts import parts_of
from complaints.queries.deadline_words import DeadlineView, deadline_views
from complaints.queries.stages import acting_stages, stages_of
from complaints.workflow import State, Verb

TO_ANSWER = (Verb.ALLOCATE, Verb.ACCEPT, Verb.SUBMIT, Verb.REVIEW, Verb.APPROVE, Verb.SIGN, Verb.SEND)
"""What leads to the answer of a stage."""


@dataclass(frozen=True)
class Turn:
    """What is waited for next: `authority` is set where the viewer may do it themself."""

    stage: Stage
    verb: Verb
    who: str
    due: DeadlineView | None
    authority: Authority | None
    answered: date | None = None
    """When the stage was answered before, where it was reopened and so has no date of its own."""

    @property
    def mine(self) -> bool:
        return self.authority is not None

    @property
    def for_draft(self) -> bool:
        """Whether its day is that of the draft, and not of this step."""
        return self.verb in (Verb.ALLOCATE, Verb.ACCEPT) and self.stage.draft_due_on is not None


@dataclass(frozen=True)
class StageView:
    """A stage with all that hangs on it. `can` is what the viewer may do to it, in the table's order."""

    stage: Stage
    state: State
    deadlines: tuple[DeadlineView, ...]
    can: tuple[Authority, ...]
    turn: Turn | None
    points: Sequence[StagePoint]
    drafts: Sequence[Draft]
    contributions: Sequence[Contribution]
    request: ExtensionRequest | None

    @property
    def headline(self) -> DeadlineView | None:
        return next((d for d in self.deadlines if d.row.headline), None)

    @property
    def draft(self) -> Draft | None:
        return self.drafts[-1] if self.drafts else None


@dataclass(frozen=True)
class PointView:
    """A point of the case, and the findings on it, stage by stage."""

    text: str
    findings: list[StagePoint]


GROUPS: tuple[tuple[str, tuple[Verb, ...]], ...] = (
    (
        "Work on it",
        (
            Verb.TRIAGE,
            Verb.ACKNOWLEDGE,
            Verb.ALLOCATE,
            Verb.ACCEPT,
            Verb.REJECT,
            Verb.REVIEW,
            Verb.DRAFT,
            Verb.SUBMIT,
            Verb.APPROVE,
            Verb.RETURN,
            Verb.SIGN,
            Verb.REFUSE_SIGNATURE,
            Verb.SEND,
            Verb.SHARE_COPY,
            Verb.PASS_ON,
            Verb.RECORD_FINDINGS,
            Verb.RECORD_LEARNING,
            Verb.CLOSE,
            Verb.COMPLETE,
            Verb.ESCALATE,
            Verb.REFUSE_ESCALATION,
            Verb.REOPEN,
        ),
    ),
    ("Add", (Verb.NOTE, Verb.TEAM_NOTE, Verb.ADD_DOCUMENT, Verb.HOLDING_UPDATE, Verb.LINK)),
    (
        "Dates",
        (
            Verb.DECIDE_EXTENSION,
            Verb.ASK_EXTENSION,
            Verb.EXTEND,
            Verb.GIVE_DATE,
            Verb.RECORD_EVENT,
            Verb.DISMISS,
            Verb.PAUSE,
            Verb.RESUME,
            Verb.CORRECT_DATE,
        ),
    ),
    ("Who", (Verb.TAKE_ON, Verb.REALLOCATE, Verb.ASK_CONTRIBUTION, Verb.CONTRIBUTE, Verb.RESTRICT)),
    (
        "Change",
        (
            Verb.CHANGE_DETAILS,
            Verb.CHANGE_PEOPLE,
            Verb.RECLASSIFY,
            Verb.WITHDRAW,
            Verb.MERGE,
            Verb.LOG_IN_ERROR,
        ),
    ),
)
"""Every verb under the heading people look for it."""


@dataclass(frozen=True)
class CaseView:
    """One case as `viewer` sees it."""

    case: Case
    stages: tuple[StageView, ...]
    turn: Turn | None
    in_team: bool
    letters: Sequence[Letter]
    documents: Sequence[Document]
    learning: Sequence[Learning]
    links: Sequence[tuple[Case | None, str]]

    @property
    def open_first(self) -> list[StageView]:
        """The stages in the order they are read: those open, then those closed, the latest first."""
        return sorted(
            self.stages, key=lambda s: (s.stage.closed_at is not None, s.stage.type.beside, -s.stage.number)
        )

    @property
    def goes_on_as(self) -> Case | None:
        """The case this one was merged into, where the viewer may see that."""
        found = (other for other, _ in self.links if other and other.pk == self.case.merged_into_id)
        return next(found, None)

    @property
    def now_open(self) -> tuple[StageView, ...]:
        """The stages something is being done to, those beside the case last."""
        return tuple(s for s in self.stages if s.stage.closed_at is None)

    @property
    def actions(self) -> list[tuple[Authority, Stage]]:
        """Everything the viewer may do, each verb once: to the first stage that offers it. Learning actions have
        their own buttons."""
        found: dict[Verb, tuple[Authority, Stage]] = {}
        for view in self.stages:
            for authority in view.can:
                if not view.stage.type.beside:
                    found.setdefault(authority.move.verb, (authority, view.stage))
        return list(found.values())

    @property
    def grouped(self) -> list[tuple[str, list[tuple[Authority, Stage]]]]:
        """The actions under the headings people look for them."""
        by_verb = {authority.move.verb: (authority, stage) for authority, stage in self.actions}
        groups = [(title, [by_verb[v] for v in verbs if v in by_verb]) for title, verbs in GROUPS]
        return [(title, actions) for title, actions in groups if actions]

    @property
    def points(self) -> list[PointView]:
        """The points of the case, each with what the stages found."""
        found: dict[int, PointView] = {}
        for view in self.stages:
            for row in view.points:
                there = found.setdefault(row.point_id, PointView(row.point.text, []))
                if row.finding:
                    row.stage = view.stage
                    there.findings.append(row)
        return list(found.values())

    @property
    def no_learning(self) -> list[str]:
        return [v.stage.no_learning_reason for v in self.stages if v.stage.no_learning_reason]

    @property
    def beside(self) -> list[StageView]:
        """The open stages that do not keep the case open: what is to be done because of it."""
        return [v for v in self.now_open if v.stage.type.beside]

    def may(self, verb: str) -> bool:
        return any(authority.move.verb == verb for authority, _ in self.actions)


def case_view(case: Case, viewer: User, *, now: datetime) -> CaseView:
    """Everything the page of `case`, which `viewer` sees, shows but its timeline."""
    stages = stages_of(case)
    for stage in stages:
        stage.case = case
    acted_on = {stage.pk for stage in acting_stages(stages)}
    has = parts_of(case)
    letters = (
        list(case.letters.select_related("channel", "by", "document").order_by("sent_on", "pk"))
        if "letters" in has
        else []
    )
    related = _related(case, stages, letters, viewer, now)
    views = tuple(_stage_view(s, viewer, related, s.pk in acted_on, now) for s in stages)
    turns = [view.turn for view in views if view.turn and not view.stage.type.beside]
    return CaseView(
        case=case,
        stages=views,
        turn=min(turns, key=_urgency, default=None),
        in_team=permissions.in_team_of(viewer, case, now=now),
        letters=letters,
        documents=_documents(case, viewer, now) if "documents" in has else [],
        learning=_learning(case) if "learning" in has else [],
        links=_links(case, viewer, now) if has & {"links_on", "links_back"} else [],
    )


def _documents(case: Case, viewer: User, now: datetime) -> list[Document]:
    return list(permissions.visible_documents(viewer, now=now).filter(case=case).select_related("by"))


def _learning(case: Case) -> list[Learning]:
    return list(case.learning.select_related("kind", "stage__type", "stage__unit", "stage__responder").all())


def _urgency(turn: Turn) -> tuple[bool, datetime | None]:
    due = turn.stage.turn_due_at
    return (due is None, due) if due else (True, None)


@dataclass(frozen=True)
class _Related:
    deadlines: dict[int, list[DeadlineView]]
    points: dict[int, list[StagePoint]]
    drafts: dict[int, list[Draft]]
    contributions: dict[int, list[Contribution]]
    requests: dict[int, ExtensionRequest]
    letters: Sequence[Letter]
    mine: set[int]
    stages: Sequence[Stage]


def _related(
    case: Case, stages: list[Stage], letters: Sequence[Letter], viewer: User, now: datetime
) -> _Related:
    ids, has = [stage.pk for stage in stages], parts_of(case)
    waiting = queue.rows_of(case) if any(stage.closed_at is None for stage in stages) else []
    turns = (row for row in waiting if row.kind == Task.Kind.TURN)
    mine = {row.stage_id for row in turns if queue.seat_of(row, viewer, now=now)}
    related = _Related({}, {}, {}, {}, {}, letters, mine, stages)
    for stage_id, views in deadline_views(stages, now).items():
        related.deadlines[stage_id] = views
    for point in StagePoint.objects.filter(stage__in=ids).select_related("point"):
        related.points.setdefault(point.stage_id, []).append(point)
    for draft in _drafts(ids) if "drafts" in has else ():
        related.drafts.setdefault(draft.stage_id, []).append(draft)
    if "contributions" in has:
        for row in Contribution.objects.filter(stage__in=ids).select_related("unit", "person", "answered_by"):
            related.contributions.setdefault(row.stage_id, []).append(row)
    if asked := [row.about for row in waiting if row.kind == Task.Kind.REQUEST]:
        for request in ExtensionRequest.objects.filter(pk__in=asked).select_related("asked_by"):
            related.requests[request.stage_id] = request
    return related


def _drafts(stages: list[int]) -> QuerySet[Draft]:
    decisions = Prefetch("decisions", DraftDecision.objects.select_related("by", "for_whom"))
    drafts = Draft.objects.filter(stage__in=stages).select_related("author", "for_whom", "document")
    return drafts.prefetch_related(decisions).order_by("version")


def _stage_view(stage: Stage, viewer: User, related: _Related, acted_on: bool, now: datetime) -> StageView:
    deadlines = tuple(related.deadlines.get(stage.pk, ()))
    request = related.requests.get(stage.pk)
    contributions = related.contributions.get(stage.pk, [])
    can: tuple[Authority, ...] = ()
    if acted_on:
        paused = any(view.row.paused_since for view in deadlines if view.row.live)
        as_is = offers.situation(
            stage,
            paused=paused,
            stages=related.stages,
            letters=related.letters,
            request=request,
            contributions=offers.asked_of(viewer, contributions, stage, now=now),
        )
        may = permissions.verbs_for(viewer, stage, now=now)
        can = tuple(authority for authority in may if offers.worth_offering(authority.move.verb, as_is))
    return StageView(
        stage=stage,
        state=State(stage.state),
        deadlines=deadlines,
        can=can,
        turn=_turn(stage, can, deadlines, related),
        points=related.points.get(stage.pk, []),
        drafts=related.drafts.get(stage.pk, []),
        contributions=contributions,
        request=request,
    )


def _turn(
    stage: Stage,
    can: Sequence[Authority],
    deadlines: Sequence[DeadlineView],
    related: _Related,
) -> Turn | None:
    """The turn is the viewer's where it is on their list of what waits, not wherever they may do it too."""
    if not stage.turn_verb:
        return None
    verb = Verb(stage.turn_verb)
    by_verb = {authority.move.verb: authority for authority in can}
    headline = next((d for d in deadlines if d.row.headline and d.row.live), None)
    if stage.pk in related.requests and Verb.DECIDE_EXTENSION in by_verb:
        return Turn(stage, Verb.DECIDE_EXTENSION, waited_for(stage), headline, by_verb[Verb.DECIDE_EXTENSION])
    mine = stage.pk in related.mine
    authority = by_verb.get(verb) if mine else None
    answered = None
    if stage.turn_due_at is None and verb in TO_ANSWER:
        sent = (
            row for row in related.letters if row.stage_id == stage.pk and row.kind == Letter.Kind.RESPONSE
        )
        answered = max((row.sent_on for row in sent), default=None)
    return Turn(stage, verb, waited_for(stage), headline, authority, answered)


def waited_for(stage: Stage) -> str:
    """Who is waited for, in words: the person, else the role and where."""
    if not stage.turn_role:
        return ""
    if stage.turn_person_id is not None:
        people = [p for p in (stage.officer, stage.responder) if p and p.pk == stage.turn_person_id]
        if people:
            return str(people[0])
    return f"{Role(stage.turn_role).label}, {stage.unit}"


def _links(case: Case, viewer: User, now: datetime) -> list[tuple[Case | None, str]]:
    """The cases linked with this one and why; None, and nothing said, in place of one the viewer may not see."""
    rows = list(CaseLink.objects.filter(Q(first=case) | Q(second=case)).select_related("first", "second"))
    others = [row.second if row.first_id == case.pk else row.first for row in rows]
    seen = (
        set(
            permissions.visible_cases(viewer, now=now)
            .filter(pk__in=[o.pk for o in others])
            .values_list("pk", flat=True)
        )
        if rows
        else set()
    )
    return [
        (other, row.why) if other.pk in seen else (None, "") for other, row in zip(others, rows, strict=True)
    ]
