"""The working of a deadline, step by step, from the very values that made it.

`explain` walks the days between start and due one by one, which is not how `compute` counts them, and
raises WorkingError if the two disagree: a date whose working does not reach it is never shown.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from slas.core.calendar import ONE_DAY, DayOff, Moment, Skipped, WorkingCalendar, london_date
from slas.core.facts import Facts
from slas.core.phrases import due_phrase, span_phrase, spoken
from slas.core.result import IMMEDIATE_GRACE, Deadline, Step
from slas.core.rules import GIVEN, RuleSet, Unit
from slas.core.wording import amount, listed, long_date, long_moment, quantity, runs, short_date


class WorkingError(AssertionError):
    """The working of a deadline does not reach its date: a fault of this software, never of its user."""


def explain(
    deadline: Deadline,
    rules: RuleSet,
    facts: Facts,
    done: Mapping[str, Deadline],
    calendar: WorkingCalendar,
) -> tuple[Step, ...]:
    """The steps that lead from what happened to `deadline`, in the order a person would take them."""
    if deadline.waiting_for:
        return (*_waiting(deadline, rules, calendar),)
    steps = [*_start(deadline, rules, facts, done, calendar), _rule(deadline)]
    if deadline.rule.code in facts.given:
        steps += _given(deadline, facts, calendar)
    steps += _extension(deadline, facts)
    steps += _pauses(deadline, facts, rules, calendar)
    steps += _days(deadline, facts, done, calendar)
    steps += _after(deadline, facts, rules)
    steps += _warnings(deadline, facts, done, calendar)
    return tuple(steps)


def _waiting(deadline: Deadline, rules: RuleSet, calendar: WorkingCalendar) -> Iterator[Step]:
    rule, code = deadline.rule, deadline.waiting_for or ""
    if code == GIVEN:
        yield Step(
            "waiting", "Waiting for a date to be given. There is no date to count to until then.", rule.source
        )
        return
    name = rules.event_names.get(code, code)
    yield Step("waiting", f"Waiting for: {name}. The date is not guessed.", rule.source)
    yield Step("rule", f"Rule: {spoken(due_phrase(rule))}.", rule.source)


def _start(
    deadline: Deadline, rules: RuleSet, facts: Facts, done: Mapping[str, Deadline], calendar: WorkingCalendar
) -> Iterator[Step]:
    start, rule = deadline.start, deadline.rule
    if start.capped and not rule.from_milestone:
        yield _capped(deadline, facts, done)
        return
    if rule.from_milestone:
        anchor = done[rule.after[0]]
        if anchor.due_on:
            yield Step(
                "start",
                f"Measured from '{anchor.rule.name}', due {long_date(anchor.due_on)}.",
                days=(anchor.due_on,),
            )
        return
    if start.moment is None or start.day is None:
        return
    name = rules.event_names[start.anchor]
    text = f"{name}: {long_moment(start.moment)}."
    happened = london_date(start.moment)
    counts_days = rule.unit not in (Unit.HOURS, Unit.IMMEDIATELY)
    if (
        start.day == happened
        and counts_days
        and not rule.counts_start
        and deadline.rule.code not in facts.given
    ):
        text += " That is day 0."
    if len(rule.after) > 1 and len([c for c in rule.after if c in facts.events]) > 1:
        text += " It came first, so it starts the clock."
    yield Step("start", text, days=(happened,))
    if start.day != happened:
        yield _deemed(start.moment, start.day, calendar)
    if holiday := calendar.school_holiday(happened) if rule.given_in_school_holidays else None:
        yield Step(
            "start",
            f"That is in school holidays ({holiday.name}), so a later date may be given.",
            rule.source,
        )


def _capped(deadline: Deadline, facts: Facts, done: Mapping[str, Deadline]) -> Step:
    rule, bound = deadline.rule, done[deadline.rule.latest_from]
    when = long_date(deadline.start.day or date.min)
    late = next((facts.events[c] for c in rule.after if c in facts.events), None)
    why = (
        f"it came on {long_date(london_date(late))}, and being late with it buys no time"
        if late
        else "it has not happened yet, and the date moves earlier if it comes sooner"
    )
    text = f"Counted from {when}, when '{bound.rule.name}' is due ({spoken(rule.after[0])}: {why}). That is day 0."
    return Step("latest", text, rule.source, (deadline.start.day or date.min,))


def _deemed(moment: Moment, day: date, calendar: WorkingCalendar) -> Step:
    happened = london_date(moment)
    off = calendar.why_off(happened)
    why = f"{happened:%A} is not worked" if off and off.why is DayOff.WEEKEND else (off.name if off else "")
    if off is None:
        why = f"it came after the {calendar.cut_off:%H:%M} cut-off"
    return Step(
        "receipt", f"Deemed receipt: {why}, so it counts as {long_date(day)}, which is day 0.", days=(day,)
    )


def _rule(deadline: Deadline) -> Step:
    rule = deadline.rule
    phrase = due_phrase(rule)
    if rule.from_milestone and rule.span and rule.span_when_extended:
        anchor = rule.after[0]
        phrase += f" ({span_phrase(rule.span_when_extended, anchor)} when that is extended)"
    return Step("rule", f"Rule: {spoken(phrase)}.", rule.source)


def _given(deadline: Deadline, facts: Facts, calendar: WorkingCalendar) -> Iterator[Step]:
    rule, given = deadline.rule, facts.given[deadline.rule.code]
    text = f"A date was given: {long_date(given.day)}."
    if rule.span:
        text += " It wins over the rule."
    yield Step("given", text, rule.source, (given.day,))
    start = deadline.start.day
    if rule.given_in_school_holidays and start and not calendar.school_holiday(start):
        yield Step(
            "warn",
            f"The policy lets a date be given only for school holidays, and {long_date(start)} is in none recorded.",
            rule.source,
        )
    if rule.short_notice and start and (given.day - start).days < rule.short_notice:
        yield Step(
            "warn",
            f"That is under {rule.short_notice} days away: confirm the inner dates with the service.",
            rule.source,
        )


def _extension(deadline: Deadline, facts: Facts) -> Iterator[Step]:
    rule = deadline.rule
    if rule.code not in facts.extensions:
        return
    total = facts.extensions[rule.code].total
    if rule.code in facts.given:
        yield Step("extend", "The extension has no effect while a given date is in force.", rule.source)
        return
    cap = f" The most allowed is {amount(rule.extend_to, rule.unit)}." if rule.extend_to else ""
    yield Step(
        "extend",
        f"Extended to {amount(total, rule.unit)} in all, counted from the same start, not from the old date.{cap}",
        rule.source,
    )


def _pauses(deadline: Deadline, facts: Facts, rules: RuleSet, calendar: WorkingCalendar) -> Iterator[Step]:
    source = rules.pause_source
    for pause in facts.not_begun if deadline.rule.pausable else ():
        text = f"The pause from {long_date(pause.first)} has not begun on the day this is seen: it does not count."
        yield Step("pause", text, source, (pause.first,))
    if deadline.rule.pausable and deadline.due_on:
        for pause in facts.merged_pauses:
            if pause.first > deadline.due_on:
                text = f"The pause from {long_date(pause.first)} began after the due date, so it changes nothing."
                yield Step("pause", text, source, (pause.first,))
    for pause in deadline.pauses:
        if pause.resumed is None:
            yield Step(
                "pause", f"Paused from {long_date(pause.first)} and not resumed.", source, (pause.first,)
            )
            continue
        first = max(pause.first - ONE_DAY, deadline.start.day or pause.first - ONE_DAY)
        cost = max(0, calendar.count(first, pause.resumed - ONE_DAY))
        yield Step(
            "pause",
            f"Paused from {long_date(pause.first)}, resumed on {long_date(pause.resumed)}: "
            f"{amount(cost, Unit.WORKING_DAYS)} not counted.",
            source,
            (pause.first, pause.resumed),
        )


def _days(
    deadline: Deadline, facts: Facts, done: Mapping[str, Deadline], calendar: WorkingCalendar
) -> Iterator[Step]:
    """The days walked, and where they lead."""
    rule, due = deadline.rule, deadline.due_on
    if due is None:
        yield Step("due", "There is no due date while it is paused. It is worked out again when it resumes.")
        return
    if rule.code in facts.given:
        yield Step("due", f"Due by the end of {long_date(due)}.", days=(due,))
    elif deadline.due_at:
        yield _due_at(deadline)
    elif rule.unit is Unit.WORKING_DAYS:
        yield from _working_days(deadline, due, done, calendar)
    else:
        span = quantity(rule.span).capitalize()
        text = f"{span} {_direction(deadline)} is {long_date(due)}: due by the end of that day."
        if rule.counts_start:
            text = f"{span} beginning with that day end on {long_date(due)}: due by the end of it."
        yield Step("due", text, days=(due,))
    if not deadline.due_at and not calendar.is_working(due):
        last = calendar.last_working_day(due)
        yield Step(
            "due",
            f"That is not a working day. The last working day before it is {long_date(last)}.",
            days=(last,),
        )


def _direction(deadline: Deadline) -> str:
    return "earlier" if deadline.rule.span and deadline.rule.span.amount < 0 else "later"


def _due_at(deadline: Deadline) -> Step:
    rule, due_at = deadline.rule, deadline.due_at
    assert due_at is not None  # noqa: S101 - narrows the type
    if rule.unit is Unit.IMMEDIATELY:
        minutes = int(IMMEDIATE_GRACE / timedelta(minutes=1))
        text = (
            f"Due at once, at {long_moment(due_at)}: amber for {minutes} minutes, then red until it is done."
        )
    else:
        hours = amount(deadline.allowance or 0, Unit.HOURS)
        text = f"{hours} of elapsed time, nights, weekends and clock changes included, end on {long_moment(due_at)}."
    return Step("due", text, rule.source, (due_at.date(),))


def _working_days(
    deadline: Deadline, due: date, done: Mapping[str, Deadline], calendar: WorkingCalendar
) -> Iterator[Step]:
    rule = deadline.rule
    start = done[rule.after[0]].due_on if rule.from_milestone else deadline.start.day
    assert start is not None  # noqa: S101 - narrows the type; what has a date had a start
    allowance = deadline.allowance or 0
    back = allowance < 0
    first, last = (due - ONE_DAY, start - ONE_DAY) if back else (start, due)
    skipped = tuple(calendar.skipped(first, last, deadline.pauses))
    if (last - first).days - len(skipped) != abs(allowance):
        raise WorkingError(f"{rule.code}: {start} and {allowance} working days do not make {due}")
    yield from _skips(skipped)
    yield from _counted_all_the_same(first, last, calendar)
    if allowance == 0:
        yield Step("due", f"Due by the end of the same day, {long_date(due)}.", days=(due,))
    elif back:
        text = f"Counting back, day {abs(allowance)} is {long_date(due)}: due by the end of that day."
        yield Step("due", text, days=(due,))
    else:
        yield Step("due", f"Day {allowance} is {long_date(due)}: due by the end of that day.", days=(due,))


def _counted_all_the_same(after: date, until: date, calendar: WorkingCalendar) -> Iterator[Step]:
    """Days that other calendars skip and this one counts: said, because they surprise."""
    if calendar.works_bank_holidays:
        yield Step("skip", "Bank holidays count as working days in this calendar.")
    closed = [
        f"{short_date(day)} ({name})"
        for day, name in sorted(calendar.counted_closures.items())
        if after < day <= until
    ]
    if closed:
        yield Step(
            "skip",
            f"Closure days count here, because the law skips only weekends and bank holidays: {listed(closed)}.",
        )


def _skips(skipped: tuple[Skipped, ...]) -> Iterator[Step]:
    weekend = [s.day for s in skipped if s.why is DayOff.WEEKEND]
    if weekend:
        yield Step("skip", f"Weekends not counted: {runs(weekend)}.", days=tuple(weekend))
    for why, words in ((DayOff.BANK_HOLIDAY, "Bank holidays"), (DayOff.CLOSURE, "Closure days")):
        days = [s for s in skipped if s.why is why]
        if days:
            named = listed([f"{runs([s.day])} ({s.name})" for s in days])
            yield Step("skip", f"{words} not counted: {named}.", days=tuple(s.day for s in days))
    paused = [s.day for s in skipped if s.why is DayOff.PAUSED]
    if paused:
        yield Step("skip", f"Paused, not counted: {runs(paused)}.", days=tuple(paused))


def _after(deadline: Deadline, facts: Facts, rules: RuleSet) -> Iterator[Step]:
    rule = deadline.rule
    if deadline.amber_on and deadline.due_on and not deadline.due_at:
        yield Step(
            "amber",
            f"Amber from {long_date(deadline.amber_on)}; red once {long_date(deadline.due_on)} is over.",
        )
    elif deadline.amber_at and deadline.red_at and rule.unit is not Unit.IMMEDIATELY:
        yield Step("amber", f"Amber from {long_moment(deadline.amber_at)}; red once that time has passed.")
    original = deadline.original_due_on
    if original and deadline.due_on and original != deadline.due_on:
        yield Step("original", f"The original due date was {long_date(original)}.", days=(original,))
    if deadline.missed_at is not None:
        text = f"Missed on {long_moment(deadline.missed_at)}, as things stood then: it stays missed."
        yield Step("missed", text, rule.source)
    if deadline.met_at is not None:
        verdict = {True: ", in time", False: ", late", None: ""}[deadline.met_in_time]
        name = rules.event_names[rule.met_by]
        yield Step("met", f"{name}: {long_moment(deadline.met_at)}{verdict}.")


def _warnings(
    deadline: Deadline, facts: Facts, done: Mapping[str, Deadline], calendar: WorkingCalendar
) -> Iterator[Step]:
    due, start, rule = deadline.due_on, deadline.start.day, deadline.rule
    if due is None:
        return
    anchor = done[rule.after[0]].due_on if rule.from_milestone else start
    counted = [day for day in (due, anchor) if day and rule.unit is Unit.WORKING_DAYS]
    if calendar.known_to and max([due, *counted]) > calendar.known_to:
        yield Step(
            "warn",
            f"Bank holidays are known only up to {long_date(calendar.known_to)}. "
            "Later days are counted as Monday to Friday, so this date may move.",
        )
    if calendar.known_from and start and start < calendar.known_from and rule.unit is Unit.WORKING_DAYS:
        yield Step(
            "warn",
            f"Bank holidays are known only from {long_date(calendar.known_from)}. "
            "Earlier days are counted as Monday to Friday.",
        )
    if rule.from_milestone and start and due < start and done[rule.after[0]].rule.code in facts.given:
        yield Step("warn", "This falls before the count began: confirm it with the service.", rule.source)
