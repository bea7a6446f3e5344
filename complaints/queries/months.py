"""A deadline's days laid out in months, as the month component shows them."""

from calendar import Calendar as MonthGrid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from slas.core.calendar import ONE_DAY, DayOff, WorkingCalendar, london_date
from slas.core.result import Deadline
from slas.core.rules import Unit
from slas.core.wording import long_date

MOST_MONTHS = 7
_KIND = {
    DayOff.WEEKEND: "weekend",
    DayOff.BANK_HOLIDAY: "holiday",
    DayOff.CLOSURE: "closure",
    DayOff.PAUSED: "paused",
}


@dataclass(frozen=True)
class Day:
    """One square: `day` None is a blank beside the month. `number` is its number in the count, or ''."""

    day: int | None
    iso: str = ""
    kinds: tuple[str, ...] = ()
    number: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True)
class Month:
    title: str
    weeks: tuple[tuple[Day, ...], ...]


def months_of(deadline: Deadline, calendar: WorkingCalendar, today: date) -> list[Month]:
    """The months from the start of the count to its due date, at most seven: then the first and the last.

    Empty while there is no due date.
    """
    due = deadline.due_on
    if due is None:
        return []
    days = [day for day in (_begins(deadline), due) if day is not None]
    first, last = min(days), max(days)
    numbers = dict(_numbers(deadline, calendar))
    months = list(_between(first, last))
    if len(months) > MOST_MONTHS:
        months = [*months[: MOST_MONTHS - 1], months[-1]]
    return [_month(year, month, deadline, calendar, numbers, today) for year, month in months]


def _begins(deadline: Deadline) -> date | None:
    """Day 0: of the count itself, also where that is another milestone's due date."""
    if deadline.rule.from_milestone and deadline.start.moment is not None:
        return london_date(deadline.start.moment)
    return deadline.start.day


def _between(first: date, last: date) -> Iterator[tuple[int, int]]:
    for n in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield n // 12, n % 12 + 1


def _numbers(deadline: Deadline, calendar: WorkingCalendar) -> Iterator[tuple[date, int]]:
    """Each counted day with its number, away from day 0. A date that was given is not counted to."""
    begins, due, rule = _begins(deadline), deadline.due_on, deadline.rule
    counted = deadline.allowance if rule.span else None
    if (
        begins is None
        or due is None
        or counted is None
        or rule.unit not in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)
    ):
        return
    step = ONE_DAY if due >= begins else -ONE_DAY
    off = set()
    if rule.unit is Unit.WORKING_DAYS:
        first, last = (begins, due) if due >= begins else (due - ONE_DAY, begins - ONE_DAY)
        off = {skipped.day for skipped in calendar.skipped(first, last, deadline.pauses)}
    day, number = begins, 0
    while day != due:
        day += step
        if day not in off:
            number += 1
            yield day, number


def _month(
    year: int,
    month: int,
    deadline: Deadline,
    calendar: WorkingCalendar,
    numbers: dict[date, int],
    today: date,
) -> Month:
    weeks = MonthGrid().monthdatescalendar(year, month)
    return Month(
        title=f"{date(year, month, 1):%B %Y}",
        weeks=tuple(
            tuple(
                _day(day, deadline, calendar, numbers, today) if day.month == month else Day(None)
                for day in week
            )
            for week in weeks
        ),
    )


def _day(
    day: date, deadline: Deadline, calendar: WorkingCalendar, numbers: dict[date, int], today: date
) -> Day:
    skipped = next(iter(calendar.skipped(day - ONE_DAY, day, deadline.pauses)), None)
    begins = _begins(deadline)
    marks = [
        ("start", "day 0", day == begins),
        (
            "event",
            "the day it happened",
            deadline.start.moment is not None and day == london_date(deadline.start.moment) and day != begins,
        ),
        ("due", "due", day == deadline.due_on),
        ("amber", "amber from this day", day == deadline.amber_on),
        ("today", "today", day == today),
    ]
    kinds = [kind for kind, _, applies in marks if applies]
    words = [f"day {numbers[day]}"] if day in numbers else []
    words += [word for _, word, applies in marks if applies]
    if skipped:
        kinds.append(_KIND[skipped.why])
        words.append("not a working day" if skipped.why is DayOff.WEEKEND else skipped.why.value)
    elif day in numbers:
        kinds.append("counted")
    return Day(
        day=day.day,
        iso=day.isoformat(),
        kinds=tuple(kinds),
        number=str(numbers.get(day, "")),
        label=f"{long_date(day)}: {', '.join(words)}" if words else long_date(day),
        note=skipped.name if skipped else "",
    )
