"""Asking for the next stage: taken up, or refused with reasons. The machine refuses nobody for being late."""

from collections.abc import Sequence
from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import User
from complaints.actions import intake
from complaints.actions.acting import Act, acting
from complaints.actions.sending import Sent, write_letter
from complaints.models import Case, ClosedAs, Letter, Point, Stage, StageType
from complaints.workflow import Verb
from slas import service
from slas.core.facts import Facts
from slas.core.wording import long_date
from slas.service import Clock


def window_ends(stage: Stage) -> date | None:
    """The last day to ask for the next stage: counted from the deemed receipt of the response (W4, L2). None where
    there is no window, or nothing was sent."""
    letter = stage.letters.filter(kind=Letter.Kind.RESPONSE).order_by("-sent_on", "-pk").first()
    if stage.type.window is None or letter is None or letter.received_on is None:
        return None
    begun = service.rule_set(stage.type.window).events[0].code
    answer = service.deadlines_for([Clock(0, stage.type.window, Facts(events={begun: letter.received_on}))])[
        0
    ]
    return next(deadline.due_on for deadline in answer.deadlines if deadline.rule.headline)


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
        type_ = next_type(act.stage)
        if type_ is None:
            raise Refused(f"{act.stage.type.name} is the last stage here. The Ombudsman is next.")
        _check(act, asked_on, reasons)
        if points is not None and not points:
            raise Refused("Choose at least one point that is unanswered.", "points")
        ends = window_ends(act.stage)
        if ends is not None and asked_on > ends and not late_reason:
            raise Refused(
                f"It was asked for after {long_date(ends)}, when the time to ask ended. Say why it is taken up all the "
                "same, or refuse it with reasons.",
                "late_reason",
            )
        if act.next is not None:
            act.stage.closed_as = ClosedAs.ANSWERED
        intake.begin_stage(
            act.case,
            type_,
            unit=act.stage.unit,
            officer=act.stage.officer,
            by=by,
            now=now,
            moment=asked_on,
            points=points,
        )
        late = f" Asked for late: {late_reason}" if late_reason else ""
        act.say(
            f"{act.who} escalated it to {type_.name}, asked for on {long_date(asked_on)}. "
            f"Their reasons: {reasons}{late}"
        )
    return act.case


def _check(act: Act, asked_on: date, reasons: str) -> None:
    answered = act.stage.letters.filter(kind=Letter.Kind.RESPONSE).order_by("sent_on").first()
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
        if next_type(act.stage) is None:
            raise Refused(f"{act.stage.type.name} is the last stage here, so there is nothing to refuse.")
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
