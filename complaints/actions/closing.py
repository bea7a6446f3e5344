"""Learning, closing, withdrawing and reopening."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import Unit, User
from complaints.actions import intake
from complaints.actions.acting import Act, acting
from complaints.actions.triage import close_all
from complaints.models import Case, ClosedAs, Entry, GivenDate, Learning, Letter, Procedure, Stage, StageType
from complaints.workflow import EVENT_OF, Verb
from slas import service
from slas.core.wording import long_date


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


def learning_types(case: Case) -> list[StageType]:
    """The kinds of action the council's policy knows, each with its time."""
    return list(
        intake.types_on(case.received_on)
        .filter(procedure__begins=Procedure.Begins.LEARNING)
        .order_by("position")
    )


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
    if not learning:
        act.stage.no_learning_reason = none_because
        act.say(f"{act.who} recorded that there is no learning. {none_because}")


def _write_learning(act: Act, draft: LearningDraft) -> None:
    types = learning_types(act.case)
    type_ = draft.type_ or (types[0] if types else None)
    if draft.due_on is not None and draft.due_on < act.today:
        raise Refused("The day it is to be done by is past. Give a day to come.", "due_on")
    stage = None
    if type_ is not None:
        stage = intake.begin_stage(
            act.case,
            type_,
            unit=draft.unit,
            officer=act.stage.officer,
            by=act.by,
            now=act.now,
            moment=act.today,
        )
        if draft.responder is not None:
            stage.responder = draft.responder
            stage.save(update_fields=["responder"])
        if draft.due_on is not None:
            _give_headline(act, stage, draft.due_on)
        act.touch(stage)
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


def _give_headline(act: Act, stage: Stage, day: date) -> None:
    if stage.type.sla_version is None:
        return
    rule = service.rule_set(stage.type.sla_version).headline
    if rule.given:
        GivenDate.objects.create(
            stage=stage,
            milestone=rule.code,
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
        close_all(act, ClosedAs.WITHDRAWN)
        act.case.closed_note = reason
        confirmed = f" Confirmed to them on {long_date(confirmed_on)}." if confirmed_on else ""
        why = f" {reason}" if reason else ""
        act.say(
            f"{act.who} recorded that it was withdrawn on {long_date(withdrawn_on)}, {how}.{why}{confirmed}"
        )
    return act.case


def reopen(
    *, case: Case, by: User, now: datetime, reason: str, stage: Stage | None = None, seen: int | None = None
) -> Case:
    """Open a closed case again (W9). Its clock goes on from where it began; what was missed stays missed."""
    with acting(Verb.REOPEN, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say why it is reopened.", "reason")
        if act.case.merged_into is not None:
            raise Refused(f"It goes on as {act.case.merged_into}. Work there, or link the two.")
        act.case.closed_note = ""
        act.say(f"{act.who} reopened it. {reason}")
    return act.case
