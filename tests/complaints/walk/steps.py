"""What can be done next, with arguments that are sometimes right: each step draws its own and calls one action."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from hypothesis import strategies as st

from accounts.actions import Refused
from accounts.models import Unit, User
from complaints import permissions
from complaints.actions import (
    allocation,
    calendars,
    closing,
    dates,
    details,
    documents,
    drafting,
    escalation,
    happenings,
    intake,
    sending,
    triage,
)
from complaints.actions.parties import PartyDraft
from complaints.forms.acts.intake import ReclassifyForm
from complaints.models import (
    Case,
    Contribution,
    Dismissal,
    Entry,
    Extension,
    Finding,
    GivenDate,
    Pause,
    Stage,
    StageEvent,
    StageType,
)
from complaints.queries.stages import acting_stages, stages_of
from complaints.workflow import Verb
from slas import service
from slas.core.calendar import LONDON, london_date
from slas.models import ClosureDay, Policy
from slas.service import CalendarError

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass
class World:
    """Where the walk stands: whose council, who is there, which cases, and what time it is."""

    now: datetime
    people: list[User]
    units: list[Unit]
    cases: list[Case] = field(default_factory=list)


@dataclass
class Step:
    """One thing somebody tries: `draw` gives each argument as it comes."""

    world: World
    case: Case
    stage: Stage
    by: User
    draw: Draw
    sane: bool
    """Whether to draw only what could be right."""

    @property
    def common(self) -> dict[str, Any]:
        seen = (
            None
            if self.sane
            else self.draw(st.sampled_from([None, None, self.case.revision, self.case.revision - 1]))
        )
        return {"case": self.case, "by": self.by, "now": self.world.now, "stage": self.stage, "seen": seen}

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def words(self) -> str:
        return "Because." if self.sane else self.one_of("Because.", "Because.", "", "🙂 " + "ß" * 500)

    @property
    def today(self) -> date:
        return london_date(self.world.now)

    def day(self) -> date:
        """A day around the case: when it came in, today, or outside of that."""
        received = self.case.received_on
        right = [received, self.today, received + (self.today - received) // 2]
        wrong = [received - timedelta(1), self.today + timedelta(1), date(1999, 12, 31)]
        return self.one_of(*right) if self.sane else self.one_of(*right, *wrong)

    def moment(self) -> date | datetime:
        day = self.day()
        if self.one_of(True, False):
            return day
        return datetime.combine(
            day, self.one_of(time(0, 0), time(1, 30), time(9, 15), time(23, 59)), tzinfo=LONDON
        )

    def ahead(self) -> date:
        return self.today + timedelta(
            self.one_of(0, 1, 3, 14, 40) if self.sane else self.one_of(-1, 0, 1, 14, 4000)
        )

    def unit(self) -> Unit:
        return self.one_of(*self.world.units)

    def person(self) -> User:
        return self.one_of(*self.world.people)

    def channel(self) -> Entry:
        return self.one_of(*Entry.objects.current("channel"))

    def sent(self) -> sending.Sent:
        return sending.Sent(self.moment(), self.channel(), "Jo Example")

    def milestone(self) -> str:
        version = self.stage.type.sla_version
        codes = [rule.code for rule in service.rule_set(version).milestones] if version else []
        return str(self.one_of(*codes, "nothing") if codes else "nothing")


@dataclass
class Sure(Step):
    """A step that draws nothing: of what there is to choose it takes the one at `pick`, counted round."""

    pick: int = 0

    def one_of(self, *choices: Any) -> Any:
        return choices[self.pick % len(choices)]


ACTIONS: dict[Verb, Callable[[Step], object]] = {}


def does(verb: Verb) -> Callable[[Callable[[Step], object]], Callable[[Step], object]]:
    def register(action: Callable[[Step], object]) -> Callable[[Step], object]:
        ACTIONS[verb] = action
        return action

    return register


KINDS = ("complainant", "complainant", "complainant", "mp", "nobody")


def log(world: World, draw: Draw, by: User, *, kinds: tuple[str, ...] = KINDS) -> Case:
    """A new contact, of any of the kinds there are."""
    kind = draw(st.sampled_from(kinds))
    back = draw(st.sampled_from([0, 0, 1, 2, 5, 20]))
    received: date | datetime = london_date(world.now) - timedelta(back)
    if draw(st.booleans()):
        received = world.now - timedelta(back)
    parties = [] if kind == "nobody" else [PartyDraft(kind, "Jo Example", email="jo@example.org")]
    contact = intake.Contact(
        received=received,
        summary="Education plan is late",
        unit=draw(st.sampled_from(world.units)),
        channel=draw(st.sampled_from(list(Entry.objects.current("channel")))),
        parties=parties,
        points=draw(st.sampled_from([("The plan is late", "Nobody replied"), ("One",), ()])),
        anonymous=kind == "nobody",
        restricted=draw(st.sampled_from([False] * 5 + [True])),
        readers=[draw(st.sampled_from(world.people))],
    )
    return intake.log_contact(contact, by=by, now=world.now, once=uuid.UUID(int=draw(st.integers(1, 10**30))))


def bring_on(world: World, case: Case, draw: Draw) -> None:
    """Bring a case as far as its second stage, by whoever may do what it waits for, without looking on the way."""
    kind = draw(st.integers(0, 3))
    for _ in range(15):
        stage = acting_stages(stages_of(case))[0]
        if stage.type.position > 0:
            return
        verb = Verb(stage.turn_verb) if stage.turn_verb else Verb.ESCALATE
        step = Sure(world, case, stage, world.people[0], draw, True, kind if verb is Verb.TRIAGE else 0)
        if not _done(step, verb) and not (verb is Verb.SEND and _done(step, Verb.DRAFT)):
            return


def _done(step: Sure, verb: Verb) -> bool:
    """Whether somebody could do it, of those who may, with one of the first things to choose."""
    for pick in range(4):
        for person in step.world.people:
            if permissions.authority(person, verb, step.stage, now=step.world.now):
                step.case.refresh_from_db()
                try:
                    ACTIONS[verb](replace(step, by=person, pick=step.pick + pick))
                except Refused:
                    continue
                return True
    return False


def types(on: date, *, at_triage: bool = True) -> list[StageType]:
    found = intake.types_on(on).order_by("procedure__position", "position")
    return list(found.filter(procedure__at_triage=True, position=0) if at_triage else found)


def change_calendar(world: World, draw: Draw) -> str:
    """A closure day more or less in the calendar of the council's own policy. Returns what was done."""
    policy = Policy.objects.get(is_own=True)
    there = list(ClosureDay.objects.filter(calendar=policy.calendar).order_by("day"))
    if there and draw(st.booleans()):
        closure = draw(st.sampled_from(there))
        calendars.remove_closure(closure, by=None, now=world.now)
        return f"{closure.day} is not a closure day any more"
    day = london_date(world.now) + timedelta(draw(st.sampled_from([-6, -3, -2, -1, 0, 1, 2, 3, 7, 12])))
    try:
        calendars.add_closure(calendar=policy.calendar, day=day, name="Flood", by=None, now=world.now)
    except CalendarError as error:
        return f"no closure day: {error}"
    return f"{day} is a closure day"


@does(Verb.TRIAGE)
def _(s: Step) -> object:
    exclusion = s.one_of(None, None, None, None, *Entry.objects.current("exclusion"))
    type_ = s.one_of(*types(s.case.received_on)) if exclusion is None else None
    aware = s.one_of(None, None, s.case.received_on, s.case.received_on - timedelta(400))
    return triage.triage(
        type_=type_, exclusion=exclusion, reason="", aware_on=aware, out_of_time_reason=s.words(), **s.common
    )


@does(Verb.RECLASSIFY)
def _(s: Step) -> object:
    """To what the form offers, which stands where the stage does; or to anything at all."""
    offered = ReclassifyForm._types(cast(Any, s))
    offered = [*offered, *([] if s.sane and offered else types(s.case.received_on))]
    return triage.reclassify(type_=s.one_of(*offered), reason=s.words(), **s.common)


@does(Verb.LOG_IN_ERROR)
def _(s: Step) -> object:
    return triage.log_in_error(reason=s.words(), **s.common)


@does(Verb.MERGE)
def _(s: Step) -> object:
    return triage.merge(into=s.one_of(*s.world.cases), reason=s.words(), **s.common)


@does(Verb.CHANGE_DETAILS)
def _(s: Step) -> object:
    points: list[Any] = [(point, s.one_of(point.text, point.text + ".", "")) for point in s.case.points.all()]
    points += s.one_of([], [(None, "A new point")])
    said = details.Details(
        summary=s.one_of("Late", "Later"), points=points, risk=s.one_of(False, True), risk_note=s.words()
    )
    return details.change_details(details=said, **s.common)


@does(Verb.CHANGE_PEOPLE)
def _(s: Step) -> object:
    people = s.one_of(
        [], [PartyDraft("complainant", "Jo Example")], [PartyDraft("mp", "The MP", office="Office")]
    )
    return details.change_people(people=people, **s.common)


@does(Verb.RESTRICT)
def _(s: Step) -> object:
    readers = [s.person(), s.person()]
    return details.restrict(restricted=s.one_of(True, False), readers=readers, reason=s.words(), **s.common)


@does(Verb.ACKNOWLEDGE)
def _(s: Step) -> object:
    return sending.acknowledge(
        sent=s.sent(), officer=s.person(), sharing_notice=s.one_of(True, False), **s.common
    )


@does(Verb.TAKE_ON)
def _(s: Step) -> object:
    return allocation.take_on(officer=s.person(), reason=s.words(), **s.common)


@does(Verb.ALLOCATE)
def _(s: Step) -> object:
    days = s.one_of(None, None, 0, 3, 30)
    return allocation.allocate(
        unit=s.unit(), responder=s.one_of(None, s.person()), draft_days=days, **s.common
    )


@does(Verb.REALLOCATE)
def _(s: Step) -> object:
    return allocation.reallocate(
        unit=s.unit(), responder=s.one_of(None, s.person()), reason=s.words(), **s.common
    )


@does(Verb.ACCEPT)
def _(s: Step) -> object:
    return allocation.accept(**s.common)


@does(Verb.REJECT)
def _(s: Step) -> object:
    return allocation.reject(reason=s.words(), **s.common)


@does(Verb.ASK_CONTRIBUTION)
def _(s: Step) -> object:
    return allocation.ask_contribution(unit=s.unit(), question=s.words(), due_on=s.ahead(), **s.common)


@does(Verb.CONTRIBUTE)
def _(s: Step) -> object:
    rows = list(Contribution.objects.filter(stage__case=s.case))
    row = s.one_of(*rows) if rows else Contribution(pk=0)
    return allocation.contribute(contribution=row, answer=s.words(), **s.common)


@does(Verb.PASS_ON)
def _(s: Step) -> object:
    return allocation.pass_on(unit=s.unit(), to=s.words(), **s.common)


@does(Verb.DRAFT)
def _(s: Step) -> object:
    return drafting.draft(text=s.one_of("# Our answer", "# Another answer", " "), **s.common)


@does(Verb.SUBMIT)
def _(s: Step) -> object:
    return drafting.submit(text=s.one_of("# Our answer", "# A better answer", None), **s.common)


@does(Verb.REVIEW)
def _(s: Step) -> object:
    codes = [code for code, _ in s.stage.type.outcome_choices]
    return drafting.review(outcome=s.one_of(*codes, "none"), note=s.words(), **s.common)


@does(Verb.APPROVE)
def _(s: Step) -> object:
    return drafting.approve(note=s.words(), **s.common)


@does(Verb.RETURN)
def _(s: Step) -> object:
    return drafting.return_draft(reason=s.words(), **s.common)


@does(Verb.SIGN)
def _(s: Step) -> object:
    return drafting.sign(text=s.one_of(None, "# The Director's answer"), **s.common)


@does(Verb.REFUSE_SIGNATURE)
def _(s: Step) -> object:
    return drafting.refuse_signature(reason=s.words(), **s.common)


def _findings(s: Step) -> dict[int, tuple[str, str]]:
    choices = (*Finding.values, "") if s.sane else (*Finding.values, "", "rubbish")
    found = {row.pk: (str(s.one_of(*choices)), "") for row in s.stage.points.all()}
    return s.one_of({}, found, found)  # type: ignore[no-any-return]


@does(Verb.SEND)
def _(s: Step) -> object:
    return sending.send(
        sent=s.sent(),
        findings=_findings(s),
        late_reason=s.one_of(None, Entry.objects.current("late-reason").first()),
        late_unit=s.one_of(None, s.unit()),
        late_note=s.words(),
        **s.common,
    )


@does(Verb.HOLDING_UPDATE)
def _(s: Step) -> object:
    expected = s.one_of(None, s.ahead())
    return sending.holding_update(sent=s.sent(), text=s.words(), expected_on=expected, **s.common)


@does(Verb.SHARE_COPY)
def _(s: Step) -> object:
    return sending.share_copy(sent=s.sent(), **s.common)


@does(Verb.RECORD_FINDINGS)
def _(s: Step) -> object:
    return sending.record_findings(findings=_findings(s), **s.common)


def _learning(s: Step) -> list[closing.LearningDraft]:
    kinds = closing.learning_types(s.case)
    draft = closing.LearningDraft(
        "Answer sooner",
        s.unit(),
        s.one_of(None, *kinds),
        responder=s.one_of(None, s.person()),
        due_on=s.one_of(None, s.ahead()),
    )
    return s.one_of([], [draft])  # type: ignore[no-any-return]


@does(Verb.RECORD_LEARNING)
def _(s: Step) -> object:
    return closing.record_learning(learning=_learning(s), none_because=s.words(), **s.common)


@does(Verb.CLOSE)
def _(s: Step) -> object:
    return closing.close(learning=_learning(s), none_because=s.words(), note=s.words(), **s.common)


@does(Verb.COMPLETE)
def _(s: Step) -> object:
    return closing.complete(proof=s.words(), **s.common)


@does(Verb.EXTEND)
def _(s: Step) -> object:
    return dates.extend(
        total=s.one_of(11, 15, 20, 20, 21, 65, 9999),
        reason=s.words(),
        asked_by="The service",
        approver=s.one_of(None, s.person()),
        outside=s.one_of("", "", "investigator"),
        complainant_agreed=s.one_of(True, True, False),
        complainant_told_on=s.one_of(None, s.day()),
        milestone=s.one_of("", s.milestone()),
        **s.common,
    )


@does(Verb.ASK_EXTENSION)
def _(s: Step) -> object:
    return dates.ask_extension(total=s.one_of(15, 20, 21), reason=s.words(), **s.common)


@does(Verb.DECIDE_EXTENSION)
def _(s: Step) -> object:
    return dates.decide_extension(
        granted=s.one_of(True, False),
        reason=s.words(),
        approver=s.one_of(None, s.person()),
        complainant_agreed=s.one_of(True, False),
        **s.common,
    )


@does(Verb.CORRECT_DATE)
def _(s: Step) -> object:
    """Correct a date, or take back something that should not have been recorded."""
    facts: dict[str, Any] = {
        "extension": Extension,
        "given": GivenDate,
        "pause": Pause,
        "dismissal": Dismissal,
    }
    there = [
        (name, row.pk) for name, kind in facts.items() for row in kind.objects.filter(stage__case=s.case)
    ]
    if there and s.one_of(True, False):
        fact, pk = s.one_of(*there)
        return dates.take_back(fact=fact, pk=pk, reason=s.words(), **s.common)
    event = s.one_of(*StageEvent.objects.filter(stage__case=s.case), StageEvent(pk=0))
    return dates.correct_date(event=event, moment=s.moment(), reason=s.words(), **s.common)


@does(Verb.GIVE_DATE)
def _(s: Step) -> object:
    return happenings.give_date(milestone=s.milestone(), day=s.ahead(), said_by=s.words(), **s.common)


@does(Verb.RECORD_EVENT)
def _(s: Step) -> object:
    codes = [code for code, _ in happenings.recordable(s.stage)]
    return happenings.record_event(code=s.one_of(*codes, "nothing"), moment=s.moment(), note="", **s.common)


@does(Verb.DISMISS)
def _(s: Step) -> object:
    return happenings.dismiss(milestone=s.milestone(), reason=s.words(), **s.common)


@does(Verb.PAUSE)
def _(s: Step) -> object:
    version = s.stage.type.sla_version
    grounds = service.rule_set(version).pause_reasons if version else ()
    return happenings.pause(first=s.day(), ground=s.one_of(*grounds, "holiday"), reason=s.words(), **s.common)


@does(Verb.RESUME)
def _(s: Step) -> object:
    return happenings.resume(on=s.day(), **s.common)


@does(Verb.ESCALATE)
def _(s: Step) -> object:
    points = list(s.case.points.all())
    chosen = s.one_of(None, points, points[:1])
    return escalation.escalate(
        asked_on=s.day(), reasons=s.words(), points=chosen, late_reason=s.words(), **s.common
    )


@does(Verb.REFUSE_ESCALATION)
def _(s: Step) -> object:
    return escalation.refuse_escalation(
        asked_on=s.day(), reasons=s.words(), refusal=s.words(), sent=s.sent(), **s.common
    )


@does(Verb.WITHDRAW)
def _(s: Step) -> object:
    return closing.withdraw(
        withdrawn_on=s.day(), how="by telephone", confirmed_on=s.one_of(None, s.day()), **s.common
    )


@does(Verb.REOPEN)
def _(s: Step) -> object:
    return closing.reopen(reason=s.words(), **s.common)


@does(Verb.NOTE)
def _(s: Step) -> object:
    return details.note(text=s.words(), **s.common)


@does(Verb.TEAM_NOTE)
def _(s: Step) -> object:
    return details.note(text=s.words(), team_only=True, **s.common)


@does(Verb.ADD_DOCUMENT)
def _(s: Step) -> object:
    upload = documents.Upload("Plan.pdf", "application/pdf", 10, "0" * 64, uuid.uuid4().hex)
    return documents.add_document(upload=upload, team_only=s.one_of(True, False), **s.common)


@does(Verb.LINK)
def _(s: Step) -> object:
    return details.link(other=s.one_of(*s.world.cases), why=s.words(), **s.common)
