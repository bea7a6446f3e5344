"""Dates given, events recorded, steps not wanted, pauses: each a fact of its own."""

from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import User
from complaints.actions.acting import Act, acting
from complaints.actions.dates import rules_of
from complaints.models import Case, Dismissal, GivenDate, Pause, Stage, StageEvent, standing
from complaints.moves import table_of
from complaints.workflow import EVENT_OF, Verb
from slas import service
from slas.core.calendar import OutOfRange, PauseSpan, WorkingCalendar, london_date
from slas.core.facts import FactError, Facts, Given, check, check_pause_dates
from slas.core.rules import RuleSet
from slas.core.wording import long_date, long_moment


def _told(error: FactError, rules: RuleSet) -> str:
    return error.told({**rules.event_names, **{rule.code: rule.name for rule in rules.milestones}})


def give_date(
    *,
    case: Case,
    by: User,
    now: datetime,
    milestone: str,
    day: date,
    said_by: str,
    reason: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """A date that somebody stated for a milestone: agreed with the complainant, set by the Ombudsman (DOMAIN 2)."""
    with acting(Verb.GIVE_DATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        rules = rules_of(act.stage)
        if milestone not in rules.by_code:
            raise Refused("Choose which deadline the date is for.", "milestone")
        if not said_by:
            raise Refused("Say who gave the date.", "said_by")
        calendar = service.working_calendar(
            act.stage.type.sla_version.sla.policy.calendar_id,  # type: ignore[union-attr] # it has rules
            statutory=rules.statutory,
        )
        events = {e.code: e.moment for e in standing(StageEvent).filter(stage=act.stage).order_by("pk")}
        known = {code: moment for code, moment in events.items() if code in rules.event_names}
        try:
            check(rules, Facts(events=known, given={milestone: Given(day)}), calendar)
        except FactError as error:
            raise Refused(_told(error, rules), "day") from None
        except OutOfRange as error:
            raise Refused(str(error), "day") from None
        GivenDate.objects.create(
            stage=act.stage,
            milestone=milestone,
            day=day,
            said_by=said_by,
            reason=reason,
            recorded_at=now,
            decided_at=now,
            by=by,
        )
        why = f" {reason}" if reason else ""
        name = rules.by_code[milestone].name
        act.say(
            f"{act.who} recorded {long_date(day)} for '{name}', given by {said_by}.{why}", milestone=milestone
        )
    return act.case


def recordable(stage: Stage) -> list[tuple[str, str]]:
    """The events that can be recorded by hand: those of the stage's SLA that no other move of its table records.
    Pairs of code and name."""
    if stage.type.sla_version is None:
        return []
    rules = service.rule_set(stage.type.sla_version)
    verbs = {move.verb for _, move in table_of(stage.type).lines}
    taken = {EVENT_OF[verb] for verb in verbs if verb in EVENT_OF}
    taken |= {stage.type.route_event, rules.events[0].code}
    if Verb.SEND in verbs:
        taken.discard("")
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
    """Write down that something happened that dates count from, or that meets one."""
    with acting(Verb.RECORD_EVENT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        names = dict(recordable(act.stage))
        if code not in names:
            raise Refused("Choose what happened.", "code")
        if london_date(moment) < act.case.received_on:
            raise Refused(f"That is before it came in, on {long_date(act.case.received_on)}.", "day")
        try:
            check(rules_of(act.stage), Facts(events={code: moment}), _any_calendar(act))
        except FactError as error:
            raise Refused(_told(error, rules_of(act.stage)), "time") from None
        try:
            event = act.happened(code, moment)
        except Refused as error:
            raise Refused(error.message, "day") from None
        event.note = note
        event.save(update_fields=["note"])
        why = f" {note}" if note else ""
        act.say(f"{act.who} recorded '{names[code]}' on {long_moment(moment)}.{why}", event=code)
    return act.case


def _any_calendar(act: Act) -> WorkingCalendar:
    version = act.stage.type.sla_version
    return service.working_calendar(version.sla.policy.calendar_id, statutory=True)  # type: ignore[union-attr]


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
        rules = rules_of(act.stage)
        if milestone not in rules.by_code:
            raise Refused("Choose which step is not needed.", "milestone")
        if rules.statutory:
            raise Refused("The law sets these steps, so none can be left out.", "milestone")
        if not reason:
            raise Refused("Say why it is not needed.", "reason")
        if standing(Dismissal).filter(stage=act.stage, milestone=milestone).exists():
            raise Refused("That was said already.", "milestone")
        Dismissal.objects.create(stage=act.stage, milestone=milestone, reason=reason, recorded_at=now, by=by)
        act.say(
            f"{act.who} said that '{rules.by_code[milestone].name}' is not needed. {reason}",
            milestone=milestone,
        )
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
            raise Refused(f"{rules.name} cannot be paused: no policy allows it.")
        if ground not in rules.pause_reasons:
            cited = ", ".join(rules.pause_source)
            raise Refused(f"It is paused only for what the policy names ({cited}). Choose one.", "ground")
        if standing(Pause).filter(stage=act.stage, resumed__isnull=True).exists():
            raise Refused("It is paused already.")
        begun = act.case.received_on
        if first < begun:
            raise Refused(f"It cannot be paused before it came in, on {long_date(begun)}.", "first")
        _check_days(rules, PauseSpan(first, None), act, "first")
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
        _check_days(rules_of(act.stage), PauseSpan(row.first, on), act, "on")
        row.resumed, row.resumed_at, row.resumed_by = on, now, by
        row.save()
        act.say(f"{act.who} resumed it on {long_date(on)}.")
    return act.case


def _check_days(rules: RuleSet, span: PauseSpan, act: Act, field: str) -> None:
    try:
        check_pause_dates([span], act.today)
    except FactError as error:
        raise Refused(_told(error, rules)[:1].upper() + _told(error, rules)[1:] + ".", field) from None
