"""Due, amber and red moments of every milestone of an SLA, from its rules, the facts and a calendar.

`compute` is the only place where a deadline is made. Asked to explain, the same call walks the days it
counted and says so, and refuses to return a date that its own working does not reach.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from slas.core.calendar import (
    FIRST_DAY,
    LAST_DAY,
    LONDON,
    ONE_DAY,
    Moment,
    OutOfRange,
    Receipt,
    WorkingCalendar,
    add_months,
    ended_by,
    instant,
    london_date,
)
from slas.core.explain import explain as explained
from slas.core.facts import Facts
from slas.core.result import Deadline, Missed, Start
from slas.core.rules import GIVEN, AmberKind, Rule, RuleSet, Span, Unit

DEPENDENT_MARGIN = 2
"""A milestone measured from another turns amber so many of its units before due."""

NOTHING_MISSED = Missed()

Done = Mapping[str, Deadline]


def compute(
    rules: RuleSet,
    facts: Facts,
    calendar: WorkingCalendar,
    *,
    explain: bool = False,
    before: Missed = NOTHING_MISSED,
) -> tuple[Deadline, ...]:
    """Every milestone of `rules` that exists, in their order, with its deadline.

    `facts` have passed `facts.check` or are what `facts.fitting` left. With `explain`, each deadline carries the
    steps of its working. `before` is what was missed under other rules (`slas.core.breach`); it stays missed.
    Raises OutOfRange for a date before 1990 or after 2089.
    """
    done = _replay(rules, facts, calendar)
    if facts.changed or before.since is not None:
        first = {code: d.due_on for code, d in _replay(rules, facts.bare(), calendar).items()}
        missed = missed_by(rules, facts, calendar, facts.decided_after(before.since))
        done = {
            code: d._replace(
                original_due_on=first.get(code) or d.due_on, missed_at=before.of(d.rule) or missed.get(code)
            )
            for code, d in done.items()
        }
    if explain:
        return tuple(d._replace(steps=explained(d, rules, facts, done, calendar)) for d in done.values())
    return tuple(done.values())


def _replay(rules: RuleSet, facts: Facts, calendar: WorkingCalendar) -> dict[str, Deadline]:
    """Every milestone that exists with its deadline, from the beginning."""
    done: dict[str, Deadline] = {}
    for rule in rules.milestones:
        if not rule.conditional or _exists(rule, facts, done):
            try:
                done[rule.code] = _deadline(rule, facts, done, calendar)
            except (OutOfRange, OverflowError):
                raise _out_of_range(rule, facts) from None
    return done


def missed_by(
    rules: RuleSet,
    facts: Facts,
    calendar: WorkingCalendar,
    moments: Iterable[datetime],
    *,
    after: datetime | None = None,
) -> dict[str, datetime]:
    """When each milestone was missed as things stood just before one of `moments`, which are in order (DOMAIN 2, Breach
    is a fact). With `after`, only what was missed later than that."""
    missed: dict[str, datetime] = {}
    for moment in moments:
        for code, deadline in _replay(rules, facts.known_before(moment), calendar).items():
            red = deadline.red_at
            if red is None or instant(red) > moment or deadline.met_in_time:
                continue
            if (after is None or instant(red) > after) and not facts.is_over(deadline.rule, deadline.met_at):
                missed.setdefault(code, red)
    return missed


def _within_range(deadline: Deadline) -> Deadline:
    if deadline.due_on is not None and not FIRST_DAY <= deadline.due_on <= LAST_DAY:
        raise OutOfRange
    return deadline


def _out_of_range(rule: Rule, facts: Facts) -> OutOfRange:
    happened = [f"{code} on {london_date(facts.events[code])}" for code in rule.after if code in facts.events]
    counted = " or ".join(happened) or " or ".join(rule.after)
    return OutOfRange(
        f"{rule.code}, counted from {counted}, falls outside {FIRST_DAY.year} to {LAST_DAY.year}, "
        "for which dates are kept"
    )


def _exists(rule: Rule, facts: Facts, done: Done) -> bool:
    if rule.only_with and rule.only_with not in facts.events:
        return False
    if rule.from_milestone:
        return rule.after[0] in done
    if rule.only_with or rule.code in facts.given:
        return True
    return rule.span is not None and any(code in facts.events for code in rule.after)


def _deadline(rule: Rule, facts: Facts, done: Done, calendar: WorkingCalendar) -> Deadline:
    start = _start(rule, facts, done, calendar)
    met_at = facts.events.get(rule.met_by)
    span = rule.span
    if span is None and met_at is not None:
        met_at = facts.kept_at(rule)
    if rule.code in facts.given:
        return _within_range(_given(rule, start, facts, calendar, met_at))
    if span is None:
        return Deadline(rule, start._replace(waiting_for=GIVEN), met_at=met_at)
    if start.waiting_for or start.paused_since:
        return Deadline(rule, start, paused_since=start.paused_since, met_at=met_at)
    if rule.from_milestone:
        return _within_range(_measured(rule, span, start, done[rule.after[0]], calendar, met_at))
    total = facts.extensions[rule.code].total if rule.code in facts.extensions else span.amount
    if span.unit is Unit.WORKING_DAYS and total > 0:
        return _working_days(rule, start, total, facts, calendar, met_at)
    if span.unit is Unit.HOURS or span.unit is Unit.IMMEDIATELY:
        return _within_range(_hours(rule, start, total, met_at))
    return _within_range(_calendar_time(rule, start, total, calendar, met_at))


def _start(rule: Rule, facts: Facts, done: Done, calendar: WorkingCalendar) -> Start:
    """Where `rule` begins to count. Deemed receipt moves only counts forward in whole days."""
    if rule.from_milestone:
        anchor = done[rule.after[0]]
        return anchor.start._replace(
            anchor=rule.after[0], moment=anchor.due_on, paused_since=anchor.paused_since
        )
    code = rule.after[0]
    moment = facts.events.get(code)
    if len(rule.after) > 1:
        happened = [(instant(facts.events[c]), c) for c in rule.after if c in facts.events]
        if happened:
            code = min(happened)[1]
            moment = facts.events[code]
    if rule.latest_from:
        bound = done[rule.latest_from]
        if bound.due_on is not None and (moment is None or calendar.day_zero(moment) > bound.due_on):
            return Start(bound.due_on, bound.due_on, rule.latest_from, capped=True)
        if moment is None:
            return bound.start._replace(paused_since=bound.paused_since)
    if moment is None:
        return Start(anchor=code, waiting_for=code)
    if calendar.receipt is Receipt.DEEMED and _counts_forward_in_days(rule.span):
        return Start(moment, calendar.deemed_day(moment), code)
    return Start(moment, london_date(moment) if isinstance(moment, datetime) else moment, code)


def _counts_forward_in_days(span: Span | None) -> bool:
    if span is None:
        return True
    return span.amount > 0 and span.unit is not Unit.HOURS


def _margin(rule: Rule, allowance: int) -> int:
    """How many units before due amber begins: as the rule says, else a fifth rounded up, at least 1."""
    amber = rule.amber
    if amber is None:
        return max(1, -(-allowance // 5))
    if amber.kind is AmberKind.BEFORE:
        return amber.amount
    if amber.kind is AmberKind.FROM_DAY:
        return max(0, allowance - amber.amount)
    return max(1, -(-allowance * amber.amount // 100))


def _working_days(
    rule: Rule, start: Start, total: int, facts: Facts, calendar: WorkingCalendar, met_at: Moment | None
) -> Deadline:
    day = start.day
    assert day is not None  # noqa: S101 - narrows the type; a start that waits never comes here
    pauses = facts.merged_pauses if rule.pausable and facts.pauses else ()
    if pauses and met_at is not None:
        pauses = ended_by(pauses, london_date(met_at))
    due = calendar.counting(day, total, pauses)
    if due is None:
        still = pauses[-1].first
        return Deadline(rule, start, allowance=total, paused_since=still, pauses=pauses, met_at=met_at)
    # Counted from the start like the due date, so that a pause after it does not move it back.
    green_days = total - _margin(rule, total)
    amber = calendar.counting(day, green_days, pauses) if green_days > 0 else day
    if pauses:
        pauses = tuple(p for p in pauses if p.first <= due and (p.resumed is None or p.resumed > day))
    return Deadline(rule, start, due, None, amber, None, total, due, None, pauses, met_at)


def _hours(rule: Rule, start: Start, total: int, met_at: Moment | None) -> Deadline:
    """Elapsed hours, so a night on which the clocks change is as long as it was."""
    moment = start.moment
    if not isinstance(moment, datetime):
        raise TypeError(f"{rule.code} counts hours from {start.anchor}, which has no time of day")
    begins = moment.astimezone(UTC)
    due = begins + timedelta(hours=total)
    margin = 0 if rule.unit is Unit.IMMEDIATELY else _margin(rule, total)
    amber = max(due - timedelta(hours=margin), begins).astimezone(LONDON)
    due = due.astimezone(LONDON)
    return Deadline(rule, start, due.date(), due, amber.date(), amber, total, due.date(), met_at=met_at)


def _calendar_time(
    rule: Rule, start: Start, total: int, calendar: WorkingCalendar, met_at: Moment | None
) -> Deadline:
    """Calendar days and months, and working days counted back from an event."""
    day = start.day
    assert day is not None  # noqa: S101 - narrows the type; a start that waits never comes here
    counted = _shift(day, total, rule.unit, calendar)
    due = add_months(day, total, clip=False) - ONE_DAY if rule.counts_start else counted
    amber = _shift(due, -_margin(rule, abs(total)), rule.unit, calendar)
    if total > 0:
        amber = max(amber, day)
    return Deadline(rule, start, due, None, amber, None, total, due, met_at=met_at)


def _measured(
    rule: Rule, span: Span, start: Start, anchor: Deadline, calendar: WorkingCalendar, met_at: Moment | None
) -> Deadline:
    """Keeps its distance from another milestone's due date, whatever moved that."""
    assert anchor.due_on is not None  # noqa: S101 - narrows the type; neither waiting nor paused
    if rule.span_when_extended and is_extended(anchor):
        span = rule.span_when_extended
    due = _shift(anchor.due_on, span.amount, span.unit, calendar)
    margin = rule.amber.amount if rule.amber else DEPENDENT_MARGIN
    amber = _shift(due, -margin, span.unit, calendar)
    if start.day is not None:
        # Never before the start, except where the date itself is: then on that date.
        amber = max(amber, min(start.day, due))
    return Deadline(rule, start, due, None, amber, None, span.amount, due, met_at=met_at)


def is_extended(deadline: Deadline) -> bool:
    """Whether more time is in force than the rule gives of itself, by an extension or a later date given."""
    span = deadline.rule.span
    return span is not None and deadline.allowance is not None and deadline.allowance > span.amount


def _given(
    rule: Rule, start: Start, facts: Facts, calendar: WorkingCalendar, met_at: Moment | None
) -> Deadline:
    """A date somebody stated wins over the rule and is never paused."""
    given = facts.given[rule.code]
    start = start._replace(waiting_for="", paused_since=None)
    since = london_date(given.decided_at) if given.decided_at else start.day
    margin = 1 if since is None else _margin(rule, _length(since, given.day, rule, calendar))
    amber = _shift(given.day, -margin, rule.unit, calendar)
    if rule.amber and rule.amber.kind is AmberKind.FROM_DAY and start.day is not None:
        amber = min(_shift(start.day, rule.amber.amount, rule.unit, calendar), given.day)
    elif since is not None:
        amber = max(amber, min(since, given.day))
    allowance = None if start.day is None else _length(start.day, given.day, rule, calendar)
    return Deadline(rule, start, given.day, None, amber, None, allowance, given.day, met_at=met_at)


def _length(first: date, last: date, rule: Rule, calendar: WorkingCalendar) -> int:
    if rule.unit is Unit.CALENDAR_DAYS:
        return (last - first).days
    return calendar.count(first, last)


def _shift(day: date, n: int, unit: Unit, calendar: WorkingCalendar) -> date:
    if unit is Unit.WORKING_DAYS:
        return calendar.add(day, n)
    return add_months(day, n) if unit is Unit.MONTHS else day + timedelta(days=n)
