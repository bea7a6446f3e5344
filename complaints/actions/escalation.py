"""Asking for the next stage: taken up, or refused with reasons. The machine refuses nobody for being late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import User
from complaints.actions import intake
from complaints.actions.acting import Act, acting
from complaints.actions.sending import Sent, write_letter
from complaints.models import (
    Case,
    ClosedAs,
    Letter,
    Point,
    Stage,
    StageEvent,
    StageType,
    standing,
)
from complaints.workflow import Verb
from slas import service
from slas.core.facts import Facts
from slas.core.result import Deadline
from slas.core.wording import long_date
from slas.service import Clock


@dataclass(frozen=True)
class Answer:
    """When a stage was answered: the day its response was sent, and the day it is deemed received (W5). `received_on`
    is None where no letter is on record, only the day: how it was sent is not known then."""

    sent_on: date
    received_on: date | None = None

    @property
    def counted_from(self) -> date:
        """The day the time to ask for the next stage is reckoned from."""
        return self.received_on or self.sent_on


def answer_of(stage: Stage) -> Answer | None:
    """The last answer of a stage: its letter, else the standing event by which its headline was met, as an imported
    stage has it, or one whose work is done elsewhere. None where it was not answered."""
    letter = stage.letters.filter(kind=Letter.Kind.RESPONSE).order_by("-sent_on", "-pk").first()
    if letter is not None:
        return Answer(letter.sent_on, letter.received_on)
    version = stage.type.sla_version
    met_by = service.rule_set(version).headline.met_by if version else ""
    met = standing(StageEvent).filter(stage=stage, code=met_by).order_by("pk").last() if met_by else None
    return Answer(met.day) if met else None


def window_ends(stage: Stage) -> date | None:
    """The last day to ask for the next stage: counted from the deemed receipt of the response (W4, L2), or where that
    is not known from the day it was answered. None where there is no window, or no answer."""
    window = window_of(stage)
    return window.due_on if window else None


def window_of(stage: Stage) -> Deadline | None:
    """The time to ask for the next stage, with its working; None as `window_ends`."""
    answer = answer_of(stage)
    if stage.type.window is None or answer is None:
        return None
    begun = service.rule_set(stage.type.window).events[0].code
    asked = Clock(0, stage.type.window, Facts(events={begun: answer.counted_from}))
    (worked,) = service.deadlines_for([asked], explain=True)
    return next(deadline for deadline in worked.deadlines if deadline.rule.headline)


def next_type(stage: Stage) -> StageType | None:
    """What a stage goes on to, in the version it was begun under."""
    if not stage.type.next_stage:
        return None
    return (
        StageType.objects.filter(
            procedure__policy_version=stage.type.procedure.policy_version_id,
            procedure__code=stage.type.next_procedure,
            code=stage.type.next_stage,
        )
        .select_related(
            "procedure__policy_version", "table", "sla_version__policy_version", "sla_version__sla__policy"
        )
        .first()
    )


def escalate(
    *,
    case: Case,
    by: User,
    now: datetime,
    asked_on: date,
    reasons: str,
    points: Sequence[Point] | None = None,
    late_reason: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Open the next stage for the points that are unanswered, for the complainant's reasons (W1). Asked for after
    its window, it needs why it is taken up all the same (W4)."""
    with acting(Verb.ESCALATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        type_ = _type_after(act.stage)
        _check(act, asked_on, reasons)
        if points is not None and not points:
            raise Refused("Choose at least one point that is unanswered.", "points")
        ends = window_ends(act.stage)
        late = ends is not None and asked_on > ends
        if ends is not None and late and not late_reason:
            raise Refused(
                f"It was asked for after {long_date(ends)}, when the time to ask ended{_cited(act.stage)}. Say why it "
                "is taken up all the same, or refuse it with reasons.",
                "late_reason",
            )
        if act.next is not None:
            # Straight to the next stage, nothing was answered in this one (SA7).
            act.stage.closed_as = ClosedAs.ANSWERED if answer_of(act.stage) else ClosedAs.CLOSED
        intake.begin_stage(
            act.case,
            type_,
            unit=act.stage.unit,
            officer=act.stage.officer,
            by=by,
            now=now,
            moment=asked_on,
            points=points,
            because=reasons,
        )
        why = f" Asked for late: {late_reason}" if late else ""
        act.say(
            f"{act.who} escalated it to {type_.name}, asked for on {long_date(asked_on)}. "
            f"Their reasons: {reasons}{why}"
        )
    return act.case


def _cited(stage: Stage) -> str:
    source = stage.type.window.source if stage.type.window else ""
    return f" ({source})" if source else ""


NOT_ANSWERED = (ClosedAs.WITHDRAWN, ClosedAs.LOGGED_IN_ERROR, ClosedAs.MERGED, ClosedAs.NOT_ACCEPTED)
"""How a stage may have ended that leaves nothing to ask more about."""


def why_not(stage: Stage) -> str:
    """Why a stage cannot be gone on from, in words; '' where it can."""
    if not stage.type.goes_on:
        return f"{stage.type.name} is the last stage here. The Ombudsman is next."
    if stage.closed_at is not None and stage.closed_as in NOT_ANSWERED:
        how = ClosedAs(stage.closed_as).label.lower()
        return f"{stage.type.name} was not answered: {how}. Reopen it first, if it is to go on."
    return ""


def _type_after(stage: Stage) -> StageType:
    """What `stage` goes on to. Refused where it does not."""
    type_ = next_type(stage)
    if (words := why_not(stage)) or type_ is None:
        raise Refused(words or f"{stage.type.name} goes on to a stage that its policy does not have.")
    return type_


def _check(act: Act, asked_on: date, reasons: str) -> None:
    first = act.stage.letters.filter(kind=Letter.Kind.RESPONSE).order_by("sent_on").first()
    answered = first or answer_of(act.stage)
    if asked_on > act.today:
        raise Refused("That day is still to come. Give the day they asked.", "asked_on")
    if answered is not None and asked_on < answered.sent_on:
        raise Refused(
            f"The response was sent on {long_date(answered.sent_on)}, so they asked then or later.",
            "asked_on",
        )
    if asked_on < act.case.received_on:
        raise Refused(
            f"That is before the complaint came in, on {long_date(act.case.received_on)}.", "asked_on"
        )
    if not reasons:
        raise Refused("Give the complainant's reasons.", "reasons")


def refuse_escalation(
    *,
    case: Case,
    by: User,
    now: datetime,
    asked_on: date,
    reasons: str,
    refusal: str,
    sent: Sent,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Refuse the next stage and say why: they were told on the day it was sent, with the Ombudsman's details (W1)."""
    with acting(Verb.REFUSE_ESCALATION, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        _type_after(act.stage)
        _check(act, asked_on, reasons)
        if not refusal:
            raise Refused("Explain the refusal.", "refusal")
        letter = write_letter(act, Letter.Kind.REFUSAL, sent, text=refusal)
        if letter.sent_on < asked_on:
            raise Refused("They were told on the day they asked or later.", "sent_on")
        act.say(
            f"{act.who} refused the next stage, asked for on {long_date(asked_on)}. Their reasons: {reasons} "
            f"The refusal, sent on {long_date(letter.sent_on)}: {refusal}"
        )
    return act.case
