"""What goes out: the acknowledgement, the response, holding updates, copies. Recorded exactly; nothing is
transmitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.actions import Refused
from accounts.models import Unit, User
from complaints.actions import clock, drafting, needs
from complaints.actions.acting import Act, acting, write_event
from complaints.actions.documents import Upload, write_document
from complaints.models import (
    Case,
    ClosedAs,
    Deadline,
    Document,
    Draft,
    Entry,
    Finding,
    Letter,
    Stage,
    StageEvent,
    StagePoint,
    standing,
)
from complaints.queries.stages import is_acknowledged, same_contact, stages_of
from complaints.workflow import EVENT_OF, Kind, Need, State, Verb
from slas import service
from slas.core.calendar import instant, london_date
from slas.core.receipt import Delivery, deemed_receipt
from slas.core.wording import clock as time_of_day
from slas.core.wording import long_date


@dataclass(frozen=True)
class Sent:
    """That something was sent: when (a day, or the moment where it is known), how, and to whom."""

    when: date | datetime
    channel: Entry
    to: str = ""


def acknowledge(
    *,
    case: Case,
    by: User,
    now: datetime,
    sent: Sent,
    officer: User,
    sharing_notice: bool,
    text: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Record the acknowledgement: that it named the officer and gave the data-sharing notice (H1, H18).

    It is of one contact: of every open stage that this began, and of no next stage that is asked for later, which is
    acknowledged anew (L1). `stage` None: of the first contact that was not acknowledged.
    """
    stage = stage or _to_acknowledge(case)
    with acting(Verb.ACKNOWLEDGE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if is_acknowledged(act.stage):
            raise Refused("It was acknowledged already. To put its date right, correct the date.")
        if act.case.anonymous:
            raise Refused("They gave no name, so there is nobody to acknowledge it to (H7).")
        letter = write_letter(
            act, Letter.Kind.ACKNOWLEDGEMENT, sent, text=text, sharing_notice=sharing_notice
        )
        _check_begun(act.stage, letter.sent_on, "acknowledgement")
        event = act.happened(EVENT_OF[Verb.ACKNOWLEDGE], sent.when)
        for one in same_contact(stages_of(act.case), act.stage):
            if one.pk != act.stage.pk and one.closed_at is None:
                write_event(one, event.code, sent.when, by=by, now=now, copied_from=event)
                act.touch(one)
        notice = "with" if sharing_notice else "without"
        day = long_date(london_date(sent.when))
        act.say(
            f"{act.who} recorded the acknowledgement of {day} by {sent.channel.name.lower()}, "
            f"naming {officer} and {notice} the data-sharing notice."
        )
    return act.case


def _to_acknowledge(case: Case) -> Stage | None:
    """The first open stage of a contact that was not acknowledged; None where there is none."""
    waiting = (one for one in stages_of(case) if one.closed_at is None and not one.type.beside)
    return next((one for one in waiting if not is_acknowledged(one)), None)


def send(
    *,
    case: Case,
    by: User,
    now: datetime,
    sent: Sent,
    findings: Mapping[int, tuple[str, str]] | None = None,
    upload: Upload | None = None,
    late_reason: Entry | None = None,
    late_unit: Unit | None = None,
    late_note: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Record that the answer went out: the version that was approved, and the file it was sent as, if any.

    `findings`: by point, the finding and its words, where they are not recorded yet. A late answer needs its reason
    and the responsible team; for one that is in time they are not kept.
    """
    with acting(Verb.SEND, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        one = act.stage
        write_findings(one, findings or {})
        draft = drafting.approved(one)
        document = write_document(act.case, upload, by=by, now=now, stage=one) if upload else None
        letter = write_letter(
            act,
            Letter.Kind.RESPONSE,
            sent,
            text=draft.text if draft else "",
            draft=draft,
            document=document or (draft.document if draft else None),
        )
        _check_begun(one, letter.sent_on)
        _meet_headline(act, sent.when)
        _write_lateness(act, late_reason, late_unit, late_note)
        if not one.type.outcome_choices and one.type.procedure.kind == Kind.COMPLAINT:
            one.outcome = overall(one)
        if act.next is State.CLOSED:
            act.closed_as = one.closed_as = ClosedAs.ANSWERED
        received = f", deemed received on {long_date(letter.received_on)}" if letter.received_on else ""
        act.say(
            f"{act.who} recorded that the answer was sent on {long_date(letter.sent_on)} by "
            f"{sent.channel.name.lower()}{received}.",
            letter=letter.pk,
        )
    return act.case


def _check_begun(stage: Stage, sent_on: date, what: str = "answer") -> None:
    """Refuse a day before the first thing that happened in the stage: at stage 2, before it was asked for."""
    first = standing(StageEvent).filter(stage=stage).order_by("day").first()
    if first is not None and sent_on < first.day:
        raise Refused(
            f"{stage.type.name} began on {long_date(first.day)}, so its {what} cannot have been sent before that.",
            "sent_on",
        )


def _write_lateness(act: Act, reason: Entry | None, unit: Unit | None, note: str) -> None:
    """Why a late answer was late, and whose part that was. Refused, with the rule, where that is needed and missing."""
    one = act.stage
    act.moved += clock.recompute({one.pk}, now=act.now)
    if not needs.is_late(one):
        one.late_reason = one.late_unit = None
        one.late_note = ""
        return
    if Need.LATE_REASON in act.move.needs and not (reason and unit):
        missing = "the responsible team" if reason else "the reason and the responsible team"
        raise Refused(
            f"{late_words(one)} A late answer needs {missing}.", "late_unit" if reason else "late_reason"
        )
    one.late_reason, one.late_unit, one.late_note = reason, unit, note


def late_words(stage: Stage) -> str:
    """By which rule an answer is late, as a sentence; '' where the stage has no date for it."""
    row = stage.deadlines.filter(headline=True).first()
    version = stage.type.sla_version
    if row is None or version is None:
        return ""
    source = ", ".join(service.rule_set(version).headline.source)
    return f"It was due by {last_moment(row)}{f' ({source})' if source else ''}, so it is late."


def last_moment(row: Deadline) -> str:
    """The last day or moment at which a deadline could have been met, as it was missed or as it stands."""
    if row.missed_at is not None:
        return long_date(london_date(instant(row.missed_at) - timedelta(seconds=1)))
    if row.due_on is None:
        return "a date not known yet"
    return f"{long_date(row.due_on)} at {time_of_day(row.due_at)}" if row.due_at else long_date(row.due_on)


def _meet_headline(act: Act, when: date | datetime) -> None:
    version = act.stage.type.sla_version
    if version is None:
        return
    met_by = service.rule_set(version).headline.met_by
    there = act.stage.events.filter(voided_at__isnull=True, code=met_by)
    if met_by and not there.exists():
        act.happened(met_by, when)


def write_findings(stage: Stage, findings: Mapping[int, tuple[str, str]]) -> None:
    """The finding and its words for each point of the stage, by the number of its `StagePoint`."""
    for row in StagePoint.objects.filter(stage=stage, pk__in=findings):
        finding, words = findings[row.pk]
        if finding and finding not in Finding.values:
            raise Refused("Choose a finding for each point.", f"finding_{row.pk}")
        row.finding, row.words = finding, words
        row.save(update_fields=["finding", "words"])


def overall(stage: Stage) -> str:
    """What the findings come to: one of them where all agree, partly upheld where any was upheld, else none."""
    found = {row.finding for row in stage.points.all() if row.finding not in ("", Finding.NONE)}
    if not found:
        return Finding.NONE.value
    if len(found) == 1:
        return str(found.pop())
    return Finding.PARTLY.value


def write_letter(
    act: Act,
    kind: Letter.Kind,
    sent: Sent,
    *,
    text: str = "",
    document: Document | None = None,
    draft: Draft | None = None,
    sharing_notice: bool = False,
) -> Letter:
    """What went out, as a row. Refused where it went out before the contact came in, or is still to."""
    day = london_date(sent.when)
    at = sent.when if isinstance(sent.when, datetime) else None
    if day > act.today or (at is not None and at > act.now):
        raise Refused("It cannot have been sent after now. Check the day and the time.", "sent_on")
    if day < act.case.received_on:
        raise Refused(
            f"It cannot have been sent before the contact came in, on {long_date(act.case.received_on)}.",
            "sent_on",
        )
    if at is not None and act.case.received_at is not None and at < act.case.received_at:
        raise Refused(
            f"The contact came in at {time_of_day(act.case.received_at)} that day, so it was sent later than that.",
            "sent_time",
        )
    return Letter.objects.create(
        case=act.case,
        stage=act.stage,
        kind=kind,
        channel=sent.channel,
        sent_on=day,
        sent_at=at,
        received_on=received_on(act.stage, day, sent.channel),
        to=sent.to,
        text=text,
        document=document,
        draft=draft,
        sharing_notice=sharing_notice,
        recorded_at=act.now,
        by=act.by,
    )


def received_on(stage: Stage, sent_on: date, channel: Entry) -> date:
    """When what was sent is deemed to have arrived (W5), by the bank holidays of the policy's calendar."""
    policy = stage.type.procedure.policy_version.policy
    calendar = service.working_calendar(policy.calendar_id, statutory=True)
    return deemed_receipt(sent_on, Delivery(channel.delivery or Delivery.SAME_DAY), calendar)


def holding_update(
    *,
    case: Case,
    by: User,
    now: datetime,
    sent: Sent,
    text: str,
    expected_on: date | None = None,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Record that the complainant was told it is not ready yet, why, and when to expect it (L1)."""
    with acting(Verb.HOLDING_UPDATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not text:
            raise Refused("Write what they were told.", "text")
        if expected_on is not None and expected_on < act.today:
            raise Refused("The day they can expect an answer is past. Give a day to come.", "expected_on")
        letter = write_letter(act, Letter.Kind.HOLDING, sent, text=text)
        until = f" They can expect an answer by {long_date(expected_on)}." if expected_on else ""
        act.say(
            f"{act.who} recorded a holding update of {long_date(letter.sent_on)}.{until}", letter=letter.pk
        )
    return act.case


def share_copy(
    *,
    case: Case,
    by: User,
    now: datetime,
    sent: Sent,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Record that a copy of the response went to the MP or councillor (S2.3)."""
    with acting(Verb.SHARE_COPY, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        answer = response_of(act.case)
        text, document = (answer.text, answer.document) if answer else ("", None)
        letter = write_letter(act, Letter.Kind.COPY, sent, text=text, document=document)
        if answer is not None and letter.sent_on < answer.sent_on:
            raise Refused(
                f"The response was sent on {long_date(answer.sent_on)}, so a copy of it was shared then or later.",
                "sent_on",
            )
        act.happened(EVENT_OF[Verb.SHARE_COPY], sent.when)
        act.closed_as = act.stage.closed_as = ClosedAs.ANSWERED
        act.say(f"{act.who} recorded that a copy of the response was shared with {sent.to or 'the office'}.")
    return act.case


def response_of(case: Case) -> Letter | None:
    """The latest response that went out on a case."""
    return case.letters.filter(kind=Letter.Kind.RESPONSE).order_by("-sent_on", "-pk").first()


def record_findings(
    *,
    case: Case,
    by: User,
    now: datetime,
    findings: Mapping[int, tuple[str, str]],
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """The finding on each point."""
    with acting(Verb.RECORD_FINDINGS, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not any(finding for finding, _ in findings.values()):
            raise Refused("Choose a finding for at least one point.")
        write_findings(act.stage, findings)
        told = [
            f"{n}: {Finding(row.finding).label.lower()}"
            for n, row in enumerate(act.stage.points.all(), 1)
            if row.finding
        ]
        act.say(f"{act.who} recorded findings. {'; '.join(told).capitalize()}.")
    return act.case
