"""Learning, closing, withdrawing and reopening."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import Unit, User
from audit.service import history
from complaints import permissions
from complaints.actions import intake
from complaints.actions.acting import Act, acting, move_to
from complaints.actions.allocation import check_somebody, check_taker
from complaints.actions.triage import close_all
from complaints.models import (
    Case,
    CaseUnit,
    ClosedAs,
    Entry,
    GivenDate,
    Learning,
    Letter,
    Procedure,
    Stage,
    StageEvent,
    StageType,
    standing,
)
from complaints.moves import table_of
from complaints.queries.allocating import answering_roles, takers, waited_roles
from complaints.queries.stages import open_states, stages_of
from complaints.workflow import EVENT_OF, State, Verb
from slas import service
from slas.core.calendar import OutOfRange, london_date
from slas.core.facts import FactError, Facts, Given, check
from slas.core.result import Deadline
from slas.core.wording import long_date
from slas.models import SlaVersion


@dataclass(frozen=True)
class LearningDraft:
    """Something to be done because of a case (S6). `due_on` is for what has no time of its own: a change of
    procedure (S6.2)."""

    text: str
    unit: Unit
    type_: StageType | None = None
    kind: Entry | None = None
    responder: User | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class LearningTime:
    """A kind of action the council's policy knows, and the day it is due when it is agreed today. `given`: it has no
    time of its own, so that a day has to be given."""

    type_: StageType
    due_on: date | None
    given: bool


def learning_types(case: Case) -> list[StageType]:
    """The kinds of action the council's policy knows, each with its time."""
    return list(
        intake.types_on(case.received_on)
        .filter(procedure__begins=Procedure.Begins.LEARNING)
        .order_by("position")
    )


def learning_times(case: Case, *, now: datetime) -> list[LearningTime]:
    """`learning_types` with the day each is due when it is agreed today (S6.1, S6.2)."""
    types = learning_types(case)
    clocks = [
        service.Clock(type_.pk, type_.sla_version, _agreed(type_.sla_version, london_date(now)))
        for type_ in types
        if type_.sla_version is not None
    ]
    headlines = {worked.key: _headline(worked) for worked in service.deadlines_for(clocks)}
    found = []
    for type_ in types:
        headline = headlines.get(type_.pk)
        given = headline is not None and headline.rule.given
        found.append(LearningTime(type_, headline.due_on if headline else None, given))
    return found


def _agreed(version: SlaVersion, today: date) -> Facts:
    return Facts(events={intake.first_event(version): today})


def _headline(worked: service.Worked) -> Deadline | None:
    return next((d for d in worked.deadlines if d.rule.headline), None)


def record_learning(
    *,
    case: Case,
    by: User,
    now: datetime,
    learning: Sequence[LearningDraft] = (),
    none_because: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Record what is learned, each action with a clock of its own, or that there is nothing and why (S13, H6)."""
    with acting(Verb.RECORD_LEARNING, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        write_learning(act, learning, none_because)
    return act.case


def write_learning(act: Act, learning: Sequence[LearningDraft], none_because: str) -> None:
    """The learning of an act's stage. Refused where there is neither learning nor a reason for none."""
    if not learning and not none_because:
        raise Refused("Record the learning, or say why there is none.", "learning")
    for one in learning:
        _write_learning(act, one)
        act.stage.no_learning_reason = ""
    if not learning:
        act.stage.no_learning_reason = none_because
        act.say(f"{act.who} recorded that there is no learning. {none_because}")


def _write_learning(act: Act, draft: LearningDraft) -> None:
    if not draft.text:
        raise Refused("Write what was learned.", "learning")
    if draft.unit.is_retired:
        raise Refused(f"{draft.unit} is no longer in use. Choose another.", "unit")
    types = learning_types(act.case)
    type_ = draft.type_ or (types[0] if types else None)
    stage = _begin_action(act, type_, draft) if type_ is not None else None
    Learning.objects.create(
        case=act.case,
        found_in=act.stage,
        stage=stage,
        kind=draft.kind,
        text=draft.text,
        recorded_at=act.now,
        by=act.by,
    )
    act.say(f"{act.who} recorded learning for {draft.unit}: {draft.text}")


def _begin_action(act: Act, type_: StageType, draft: LearningDraft) -> Stage:
    """The stage that keeps an action's clock and turn; the unit that is to do it sees the case from then on."""
    responder = draft.responder or _keeper(act, type_, draft.unit)
    if responder is not None:
        check_taker(act.case, answering_roles(type_), draft.unit, responder, "responder")
    stage = intake.begin_stage(
        act.case,
        type_,
        unit=draft.unit,
        officer=act.stage.officer,
        by=act.by,
        now=act.now,
        moment=act.today,
    )
    if responder is not None:
        stage.responder = responder
        stage.save(update_fields=["responder"])
    CaseUnit.objects.get_or_create(case=act.case, unit=draft.unit)
    _give_headline(act, stage, draft.due_on)
    act.touch(stage)
    return stage


def _keeper(act: Act, type_: StageType, unit: Unit) -> User | None:
    """Who keeps an action that is left to `unit`: nobody by name where somebody there would find it, else the case's
    officer, so that it is not lost. Refused where they could not do it either."""
    if takers(act.case, waited_roles(type_), unit).exists():
        return None
    officer = act.stage.officer
    if officer is None or not takers(act.case, answering_roles(type_), unit).filter(pk=officer.pk).exists():
        check_somebody(act.case, waited_roles(type_), unit, "unit")
    return officer


def _give_headline(act: Act, stage: Stage, day: date | None) -> None:
    """The day an action is to be done by, where its kind has no time of its own (S6.2)."""
    version = stage.type.sla_version
    rules = service.rule_set(version) if version is not None else None
    if version is None or rules is None or not rules.headline.given:
        if day is not None:
            raise Refused(f"'{stage.type.name}' has its own time. Leave the day out.", "due_on")
        return
    if day is None:
        raise Refused(f"Give the day '{stage.type.name}' is to be done by (S6.2).", "due_on")
    if day < act.today:
        raise Refused("The day it is to be done by is past. Give a day to come.", "due_on")
    calendar = service.working_calendar(version.sla.policy.calendar_id, statutory=rules.statutory)
    try:
        given = {rules.headline.code: Given(day)}
        check(rules, Facts(events={rules.events[0].code: act.today}, given=given), calendar)
    except FactError as error:
        names = {**rules.event_names, **{rule.code: rule.name for rule in rules.milestones}}
        raise Refused(error.told(names), "due_on") from None
    except OutOfRange as error:
        raise Refused(str(error), "due_on") from None
    GivenDate.objects.create(
        stage=stage,
        milestone=rules.headline.code,
        day=day,
        said_by=str(act.by or ""),
        recorded_at=act.now,
        decided_at=act.now,
        by=act.by,
    )


def complete(
    *, case: Case, by: User, now: datetime, stage: Stage, proof: str, seen: int | None = None
) -> Case:
    """Record that a learning action was done, and what proves it (S6.1, H24)."""
    with acting(Verb.COMPLETE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not proof:
            raise Refused("Say what shows that it was done.", "proof")
        act.happened(EVENT_OF[Verb.COMPLETE], now)
        Learning.objects.filter(stage=act.stage).update(proof=proof)
        act.stage.closed_as = ClosedAs.DONE
        act.say(f"{act.who} recorded that the action was done. {proof}")
    return act.case


def close(
    *,
    case: Case,
    by: User,
    now: datetime,
    learning: Sequence[LearningDraft] = (),
    none_because: str = "",
    note: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Close a stage that is answered, its learning recorded now or before; or one whose procedure is only kept,
    with a note of how it ended."""
    with acting(Verb.CLOSE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if learning or none_because:
            write_learning(act, learning, none_because)
        answered = act.stage.letters.filter(kind=Letter.Kind.RESPONSE).exists()
        if not answered and not note:
            raise Refused("Say how it ended.", "note")
        act.closed_as = ClosedAs.ANSWERED if answered else ClosedAs.CLOSED
        act.stage.closed_as, act.case.closed_note = act.closed_as, note
        act.say(f"{act.who} closed it.{' ' + note if note else ''}")
    return act.case


def withdraw(
    *,
    case: Case,
    by: User,
    now: datetime,
    withdrawn_on: date,
    how: str,
    reason: str = "",
    confirmed_on: date | None = None,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Record that the complainant withdrew, orally or in writing, and when that was confirmed to them (W8)."""
    with acting(Verb.WITHDRAW, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not act.case.received_on <= withdrawn_on <= act.today:
            raise Refused(
                f"It was withdrawn between the day it came in, {long_date(act.case.received_on)}, and today.",
                "withdrawn_on",
            )
        if confirmed_on is not None and not withdrawn_on <= confirmed_on <= act.today:
            raise Refused("It was confirmed between the day it was withdrawn and today.", "confirmed_on")
        left = open_states(stages_of(act.case))
        close_all(act, ClosedAs.WITHDRAWN)
        act.case.closed_note = reason
        confirmed = f" Confirmed to them on {long_date(confirmed_on)}." if confirmed_on else ""
        why = f" {reason}" if reason else ""
        act.say(
            f"{act.who} recorded that it was withdrawn on {long_date(withdrawn_on)}, {how}.{why}{confirmed}",
            left=left,
        )
    return act.case


UNDONE = (ClosedAs.WITHDRAWN, ClosedAs.LOGGED_IN_ERROR)
"""How a case may have been closed that can turn out not to have been meant: all that was closed with it goes on."""


def reopen(
    *, case: Case, by: User, now: datetime, reason: str, stage: Stage | None = None, seen: int | None = None
) -> Case:
    """Open a closed case again (W9). Its clock goes on from where it began; what was missed stays missed.

    What was closed with it because it was withdrawn or logged in error goes on where it stood, as far as that is on
    record; else, and after an answer, it goes on as its move table says.
    """
    with acting(Verb.REOPEN, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say why it is reopened.", "reason")
        if act.case.merged_into is not None:
            into = act.case.merged_into
            where = str(into) if permissions.sees(by, into, now=now) else "another case"
            raise Refused(f"It goes on as {where}. Work there, or link the two.")
        _revive(act, reopened_as(act.case, act.stage))
        act.case.closed_note = ""
        act.say(f"{act.who} reopened it. {reason}")
    return act.case


def reopened_as(case: Case, stage: Stage) -> list[tuple[Stage, State]]:
    """What reopening a closed `case` at `stage` opens, each with where it stands again; what its table never reopens
    stays closed."""
    together = _closed_together(case)
    left = _left(case) if together else {}
    found = [(one, _state_again(one, left, undone=bool(together))) for one in together or [stage]]
    return [(one, state) for one, state in found if state is not None]


def _closed_together(case: Case) -> list[Stage]:
    """The stages that were closed with the case, where it was withdrawn or logged in error."""
    if case.closed_as not in UNDONE:
        return []
    closed = [one for one in stages_of(case) if one.closed_at is not None and not one.type.beside]
    return [one for one in closed if (one.closed_at, one.closed_as) == (case.closed_at, case.closed_as)]


def _revive(act: Act, stages: Sequence[tuple[Stage, State]]) -> None:
    """Open `stages` again, the act's own on leaving."""
    act.next = None
    for one, state in stages:
        if one.pk == act.stage.pk:
            act.next = state
        else:
            move_to(one, state, act)
            one.save()
            act.touch(one)


def _left(case: Case) -> dict[str, str]:
    """The state each stage was in when the case was closed, by its number, as the entry says that closed it; empty
    where that does not say, or its words were erased."""
    if case.closed_at is None:
        return {}
    entries = history(case.stream).filter(at=case.closed_at, text__isnull=False).order_by("-sequence")
    return next((entry.text.details["left"] for entry in entries if "left" in entry.text.details), {})


def _state_again(stage: Stage, left: Mapping[str, str], *, undone: bool) -> State | None:
    """Where `stage` goes on: where it stood or where its facts lead, if its closing is `undone`; else, and where that
    is not known, where its move table leads. None: nowhere."""
    table = table_of(stage.type)
    route = stage.type.route_event
    routed = bool(route) and standing(StageEvent).filter(stage=stage, code=route).exists()
    known = left.get(str(stage.number)) or (stage.type.route_state if routed else "")
    if undone and known in table.states and known != State.CLOSED:
        return State(known)
    move = table.move(State.CLOSED, Verb.REOPEN)
    return move.next if move else None
