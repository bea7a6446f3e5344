"""Dates as people type them in trackers. Nothing is guessed: what has no single reading is refused, in words.

Numeric dates are day first unless the whole column says otherwise; two-digit years are 20xx; a number is taken for
a spreadsheet's day count (1 is 1 January 1900) only where it falls into the years that a case can have.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from complaints.importing.cells import Cell, is_error, key
from slas.core.calendar import FIRST_DAY, LAST_DAY, LONDON, Moment

FIRST_YEAR, LAST_YEAR = FIRST_DAY.year, LAST_DAY.year
DAY_ZERO = date(1899, 12, 30)
LONGEST = 60
EXAMPLE = "write it as 12/10/2026"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_BETWEEN = r"[-/. ]\s*"
_YEAR = r"(?P<year>[0-9]{4}|'?[0-9]{2})"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_WEEKDAY = re.compile(r"(?:mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?[., ]+")
_NUMERIC = re.compile(rf"(?P<first>[0-9]{{1,2}}){_BETWEEN}(?P<second>[0-9]{{1,2}}){_BETWEEN}{_YEAR}")
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}}){_BETWEEN}(?P<month>[0-9]{{1,2}}){_BETWEEN}(?P<day>[0-9]{{1,2}})"
)
_NAMED = re.compile(rf"{_DAY}[-/., ]*(?:of )?{_MONTH}[-/., ]*{_YEAR}")
_NAME_FIRST = re.compile(rf"{_MONTH}[-. ]*{_DAY},? *(?P<year>[0-9]{{4}})")
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"\s*(?P<half>am|pm)?\s*(?P<zone>z|[+-][0-9]{2}:?[0-9]{2})?"
)
_WITH_TIME = re.compile(r"(?P<day>.+?)(?:t| at |,? )\s*(?P<time>[0-9]{1,2}(?:[:.][0-9]{2}|\s*[ap]m).*)")


class DateError(ValueError):
    """A cell that is no date; the message says why, or how to write it."""


def read_moment(cell: Cell, *, day_first: bool = True) -> Moment:
    """The day that a cell means, or the moment in London where it says a time. Raises DateError."""
    if is_error(cell):
        raise DateError(f"the cell shows {cell}, the error of its formula")
    if isinstance(cell, str):
        return _plausible(written(cell, day_first=day_first))
    if isinstance(cell, datetime):
        return _plausible(_at(cell.date(), cell.time().replace(tzinfo=None)))
    if isinstance(cell, date):
        return _plausible(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _counted(cell)
    raise DateError(EXAMPLE)


def read_day(cell: Cell, *, day_first: bool = True) -> date:
    """The day alone. Raises DateError."""
    moment = read_moment(cell, day_first=day_first)
    return moment.date() if isinstance(moment, datetime) else moment


def is_day_first(cells: Iterable[Cell]) -> bool:
    """How a column writes 12/10/2026: day first, unless the dates in it that can be read one way only are
    month first."""
    first = second = 0
    for cell in cells:
        if not isinstance(cell, str):
            continue
        text = key(cell)
        if len(text) <= LONGEST and (match := _NUMERIC.match(_WEEKDAY.sub("", text))):
            first += int(match["first"]) > 12
            second += int(match["second"]) > 12
    return first >= second


def _counted(number: float) -> Moment:
    """A number in a column of dates is a spreadsheet's own count of days, its fraction the time."""
    day, part = divmod(number, 1)
    try:
        on = DAY_ZERO + timedelta(days=int(day))
    except (OverflowError, ValueError):
        on = DAY_ZERO
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise DateError(f"the number is no day of the years {FIRST_YEAR} to {LAST_YEAR}; {EXAMPLE}")
    seconds = round(part * 86_400) % 86_400
    return _at(on, time(seconds // 3600, seconds // 60 % 60, seconds % 60))


def _at(day: date, clock: time) -> Moment:
    """Midnight stands for a day without a time."""
    return datetime.combine(day, clock, LONDON) if clock != time() else day


def _plausible(moment: Moment) -> Moment:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise DateError(f"the year {moment.year} cannot be right")
    return moment


def written(text: str, *, day_first: bool = True) -> Moment:
    """The day or moment that a text says, of whatever year. Raises DateError."""
    text = key(text[: 4 * LONGEST]).lstrip("'")
    if len(text) > LONGEST:
        raise DateError(EXAMPLE)
    text = _WEEKDAY.sub("", text, count=1)
    if (day := _day(text, day_first)) is not None:
        return day
    if (split := _WITH_TIME.fullmatch(text)) and (clock := _TIME.fullmatch(split["time"])):
        day = _day(split["day"].rstrip(" ,"), day_first)
        if day is not None:
            return _moment(day, clock)
    raise DateError(EXAMPLE)


def _moment(day: date, said: re.Match[str]) -> Moment:
    hour, half = int(said["hour"]), said["half"]
    no_such_time = DateError(f"there is no such time as {said[0].strip()}")
    if half:
        if not 1 <= hour <= 12:
            raise no_such_time
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        clock = time(hour, int(said["minute"] or 0), int(said["second"] or 0))
    except ValueError:
        raise no_such_time from None
    if not said["zone"]:
        return _at(day, clock)
    offset = "+00:00" if said["zone"] == "z" else said["zone"]
    _plausible(day)
    try:
        told = datetime.fromisoformat(f"{day.isoformat()}T{clock.isoformat()}{offset}")
    except ValueError:
        raise no_such_time from None
    local = told.astimezone(LONDON)
    return _at(local.date(), local.time())


def _day(text: str, day_first: bool) -> date | None:
    """The day of a text without a time; None when it has not the form of one."""
    if match := _NUMERIC.fullmatch(text):
        first, second = int(match["first"]), int(match["second"])
        day, month = (first, second) if day_first else (second, first)
        if month > 12 >= day:
            order = (
                "day first (12/10/2026 is 12 October)"
                if day_first
                else "month first (10/12/2026 is 12 October)"
            )
            raise DateError(f"there is no month {month}, and the dates of this file are read {order}")
        return _exists(_year(match["year"]), month, day)
    if match := _YEAR_FIRST.fullmatch(text):
        return _exists(int(match["year"]), int(match["month"]), int(match["day"]))
    if match := _NAMED.fullmatch(text) or _NAME_FIRST.fullmatch(text):
        return _exists(_year(match["year"]), _MONTHS.index(match["name"][:3]) + 1, int(match["day"]))
    return None


def _year(text: str) -> int:
    digits = text.lstrip("'")
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _exists(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DateError("there is no such day in the calendar") from None
