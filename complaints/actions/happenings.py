"""Dates given, events recorded, steps not wanted, pauses: each a fact of its own."""

from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import User
from complaints.actions.acting import Act, acting
from complaints.actions.dates import write_fact
from complaints.actions.stage_rules import (
    calendar_of,
    check_moment,
    cite,
    consequences,
    deadline_of,
    rule_of,
    rules_of,
    told,
)
from complaints.models import Case, Deadline, Dismissal, GivenDate, Pause, Stage, StageEvent, standing
from complaints.moves import table_of
from complaints.queries.facts import event_name
from complaints.workflow import EVENT_OF, Verb
from slas import service
from slas.core.calendar import OutOfRange, PauseSpan, london_date
from slas.core.facts import FactError, Facts, Given, check, check_pause_dates
from slas.core.rules import Rule
from slas.core.wording import long_date, long_moment


def give_date(
    *,
    case: Case,
    by: User,
    now: datetime,
    milestone: str,
    day: date,
    said_by: str,
    reason: str = "",
    complainant_agreed: bool = False,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """A date that somebody stated for a milestone: agreed with the complainant, set by the Ombudsman (DOMAIN 2).

    Refused over the rule's cap, for a milestone whose rule alone sets its date, where a later date than the rule's
    needs the complainant's agreement (S9.2, S10.2, H2) or school holidays (S5) and has not got it, and for a later date
    without a reason (H2).
    """
    with acting(Verb.GIVE_DATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not milestone:
            raise Refused("Choose which deadline the date is for.", "milestone")
        rule = rule_of(act.stage, milestone)
        if not said_by:
            raise Refused("Say who gave the date.", "said_by")
        row = deadline_of(act.stage, rule)
        if row is not None and row.met_at is not None and rule.span is not None:
            raise Refused(f"'{rule.name}' was done already, so a date would change nothing.", "milestone")
        _check_given(act, rule, day)
        _check_later(act, rule, row, day, complainant_agreed, reason)
        agreed = " The complainant agreed." if complainant_agreed else ""
        GivenDate.objects.create(
            stage=act.stage,
            milestone=milestone,
            day=day,
            said_by=said_by,
            reason=f"{reason}{agreed}".strip(),
            recorded_at=now,
            decided_at=now,
            by=by,
        )
        why = f" {reason}" if reason else ""
        act.say(
            f"{act.who} recorded {long_date(day)} for '{rule.name}', given by {said_by}.{agreed}{why}"
            f"{consequences(act)}",
            milestone=milestone,
        )
    return act.case


def _check_given(act: Act, rule: Rule, day: date) -> None:
    rules = rules_of(act.stage)
    events = {e.code: e.moment for e in standing(StageEvent).filter(stage=act.stage).order_by("pk")}
    known = {code: moment for code, moment in events.items() if code in rules.event_names}
    there = standing(GivenDate).filter(stage=act.stage, milestone=rule.code).last()
    if there is not None and there.day == day:
        raise Refused(f"{long_date(day)} is recorded for it already.", "day")
    try:
        check(rules, Facts(events=known, given={rule.code: Given(day)}), calendar_of(act.stage))
    except FactError as error:
        raise Refused(told(error, rules), "day") from None
    except OutOfRange as error:
        raise Refused(f"Check the year: {error}.", "day") from None


def _check_later(act: Act, rule: Rule, row: Deadline | None, day: date, agreed: bool, reason: str) -> None:
    """A date later than the rule's own is given only for a reason; and where the rule asks for that, only where the
    complainant agrees, or school holidays delay it."""
    own = (row.original_due_on or row.due_on) if row is not None else None
    if own is not None and rule.span is not None and day <= own:
        return
    if rule.complainant_agrees and not agreed:
        raise Refused(
            f"A later date is given only if the complainant agrees{cite(rule)}. Ask them first.",
            "complainant_agreed",
        )
    if rule.given_in_school_holidays and own is not None:
        begun = standing(StageEvent).filter(stage=act.stage, code__in=rule.after).order_by("day").first()
        calendar = calendar_of(act.stage)
        if begun is not None and calendar.school_holiday(begun.day) is None:
            raise Refused(
                f"A later date is given only where it was received in school holidays{cite(rule)}, and "
                f"{long_date(begun.day)} is not recorded as one. An administrator can add them to “{calendar.name}”.",
                "milestone",
            )
    if own is not None and rule.span is not None and not reason:
        raise Refused(
            f"By its rule{cite(rule)} '{rule.name}' is due on {long_date(own)}. Write the reason for a later date.",
            "reason",
        )


def recordable(stage: Stage) -> list[tuple[str, str]]:
    """The events that can be recorded by hand: those of the stage's SLA that no other move of its table records.
    Pairs of code and name."""
    if stage.type.sla_version is None:
        return []
    rules = service.rule_set(stage.type.sla_version)
    verbs = {move.verb for _, move in table_of(stage.type).lines}
    taken = {EVENT_OF[verb] for verb in verbs if verb in EVENT_OF}
    taken |= {stage.type.route_event, rules.events[0].code}
    return [(code, name) for code, name in rules.event_names.items() if code not in taken]


def record_event(
    *,
    case: Case,
    by: User,
    now: datetime,
    code: str,
    moment: date | datetime,
    note: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Write down that something happened that dates count from, or that meets one. Said again for another day, the
    later record counts: an interview that was moved is where it was moved to."""
    with acting(Verb.RECORD_EVENT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        names = dict(recordable(act.stage))
        if code not in names:
            raise Refused("Choose what happened.", "code")
        check_moment(act.stage, code, moment)
        begun = standing(StageEvent).filter(stage=act.stage).order_by("day", "pk").first()
        if begun is not None and london_date(moment) < begun.day:
            name = event_name(act.stage, begun.code)
            raise Refused(f"That is before '{name}', on {long_date(begun.day)}.", "day")
        there = standing(StageEvent).filter(stage=act.stage, code=code).order_by("pk").last()
        if there is not None and there.moment == moment:
            raise Refused(f"That is recorded for {long_moment(moment)} already.", "day")
        event = write_fact(act, act.stage, code, moment)
        event.note = note
        event.save(update_fields=["note"])
        why = f" {note}" if note else ""
        act.say(
            f"{act.who} recorded '{names[code]}' on {long_moment(moment)}.{why}{consequences(act)}",
            event=code,
        )
    return act.case


def dismiss(
    *,
    case: Case,
    by: User,
    now: datetime,
    milestone: str,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Say that a step is not wanted here, such as a draft that an MP's office did not ask for (S2.2)."""
    with acting(Verb.DISMISS, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not milestone:
            raise Refused("Choose which step is not needed.", "milestone")
        rule = rule_of(act.stage, milestone)
        rules = rules_of(act.stage)
        if rules.statutory:
            raise Refused(
                f"The law sets the steps of '{rules.name}', so none can be left out{cite(rule)}.", "milestone"
            )
        if not reason:
            raise Refused("Say why it is not needed.", "reason")
        if standing(Dismissal).filter(stage=act.stage, milestone=milestone).exists():
            raise Refused("That was said already.", "milestone")
        row = deadline_of(act.stage, rule)
        if row is not None and row.met_at is not None:
            raise Refused(f"'{rule.name}' was done already.", "milestone")
        Dismissal.objects.create(stage=act.stage, milestone=milestone, reason=reason, recorded_at=now, by=by)
        act.say(f"{act.who} said that '{rule.name}' is not needed. {reason}", milestone=milestone)
    return act.case


def pause(
    *,
    case: Case,
    by: User,
    now: datetime,
    first: date,
    ground: str,
    reason: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Stop the clock for one of the grounds its policy knows (W6)."""
    with acting(Verb.PAUSE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        rules = rules_of(act.stage)
        if not rules.pausable:
            raise Refused(f"'{rules.name}' cannot be paused: no policy allows it.")
        cited = ", ".join(rules.pause_source)
        if ground not in rules.pause_reasons:
            raise Refused(f"It is paused only for what the policy names ({cited}). Choose one.", "ground")
        if standing(Pause).filter(stage=act.stage, resumed__isnull=True).exists():
            raise Refused("It is paused already.")
        pausable = [rule.code for rule in rules.milestones if rule.pausable]
        if not Deadline.objects.filter(stage=act.stage, milestone__in=pausable, live=True).exists():
            raise Refused("Everything that could be paused is done, so a pause would change nothing.")
        begun = act.case.received_on
        if first < begun:
            raise Refused(f"It cannot be paused before it came in, on {long_date(begun)}.", "first")
        _check_days(act, PauseSpan(first, None), "first")
        Pause.objects.create(
            stage=act.stage, first=first, ground=ground, reason=reason, recorded_at=now, decided_at=now, by=by
        )
        why = f" {reason}" if reason else ""
        act.say(f"{act.who} paused it from {long_date(first)}: {ground}.{why}")
    return act.case


def resume(
    *, case: Case, by: User, now: datetime, on: date, stage: Stage | None = None, seen: int | None = None
) -> Case:
    """Let the clock run again: `on` is the first day that counts (W6)."""
    with acting(Verb.RESUME, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        row = standing(Pause).filter(stage=act.stage, resumed__isnull=True).first()
        if row is None:
            raise Refused("It is not paused.")
        if on < row.first:
            raise Refused(f"It was paused on {long_date(row.first)}, so it resumes then or later.", "on")
        _check_days(act, PauseSpan(row.first, on), "on")
        row.resumed, row.resumed_at, row.resumed_by = on, now, by
        row.save()
        act.say(f"{act.who} resumed it on {long_date(on)}.{consequences(act)}")
    return act.case


def _check_days(act: Act, span: PauseSpan, field: str) -> None:
    try:
        check_pause_dates([span], act.today)
    except FactError as error:
        raise Refused(f"{told(error, rules_of(act.stage))}.", field) from None
