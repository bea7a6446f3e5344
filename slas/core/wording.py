"""The words for dates, spans and units: written once, so that every page and every explanation agrees."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from slas.core.calendar import LONDON, ONE_DAY, Moment
from slas.core.rules import Span, Unit

UNIT_WORDS = {
    Unit.WORKING_DAYS: ("working day", "working days"),
    Unit.CALENDAR_DAYS: ("calendar day", "calendar days"),
    Unit.HOURS: ("hour", "hours"),
    Unit.MONTHS: ("month", "months"),
}


def quantity(span: Span | None) -> str:
    """'10 working days', '1 month'; the sign is left to the sentence. 'immediately' has no quantity."""
    if span is None or span.unit is Unit.IMMEDIATELY:
        return "no time"
    return amount(abs(span.amount), span.unit)


def amount(n: int, unit: Unit) -> str:
    one, many = UNIT_WORDS[unit]
    return f"{n} {one if n == 1 else many}"


def left(days: int, *, late: bool, due_today: bool) -> str:
    """The working days left, or those late, as every page says them: '3 working days left', 'due today', 'late'. None
    may be left on a weekend, of a day that is still to come."""
    if days < 0:
        return f"{amount(-days, Unit.WORKING_DAYS)} late"
    if late:
        return "late"
    if days > 0:
        return f"{amount(days, Unit.WORKING_DAYS)} left"
    return "due today" if due_today else "no working day left"


def long_date(day: date) -> str:
    """'Tuesday 12 May 2026'."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_date(day: date) -> str:
    """'Tue 12 May'."""
    return f"{day:%a} {day.day} {day:%b}"


def clock(moment: datetime) -> str:
    """'9:05am', in London."""
    local = moment.astimezone(LONDON)
    return f"{local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}"


def long_moment(moment: Moment) -> str:
    """'Tuesday 12 May 2026', with 'at 9:05am' where the time is known."""
    if isinstance(moment, datetime):
        return f"{long_date(moment.astimezone(LONDON).date())} at {clock(moment)}"
    return long_date(moment)


def listed(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def runs(days: Iterable[date]) -> str:
    """Days in order, neighbours joined: 'Sat 16 to Sun 17 May, Mon 25 May'; the year is said when it changes."""
    joined: list[list[date]] = []
    for day in days:
        if joined and day - joined[-1][-1] == ONE_DAY:
            joined[-1].append(day)
        else:
            joined.append([day])
    words, year = [], joined[0][0].year if joined else 0
    for run in joined:
        first, last = run[0], run[-1]
        text = short_date(last)
        if first != last:
            same_month = (first.year, first.month) == (last.year, last.month)
            begins = f"{first:%a} {first.day}" if same_month else short_date(first)
            text = f"{begins} to {text}"
        if last.year != year:
            text, year = f"{text} {last.year}", last.year
        words.append(text)
    return ", ".join(words)
