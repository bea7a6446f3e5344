"""Dates and times as people type them, read strictly: a moment that did not exist is refused, not guessed."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from slas.core.calendar import FIRST_DAY, LAST_DAY, LONDON, Moment, instant, london_date

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_UK_DAY = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})", re.ASCII)
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]* (?=\d)", re.ASCII)
_WORDS = re.compile(r"(\d{1,2}) ([a-z]{3,9}) (\d{4})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?::\d{2})?\s*(am|pm)?|\s*(am|pm))", re.ASCII)


class MomentError(ValueError):
    """A date or time that cannot be read, or never was; the message says what is wanted."""


def parse_moment(text: str, where: str) -> Moment:
    """'2026-05-12' or '2026-05-12T09:30' (London, or with an offset). `where` begins the error's sentence."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text) if "T" in text.upper() else date.fromisoformat(text)
    except ValueError:
        raise MomentError(
            f"{where}: {text[:40]} is not a date; write it as 2026-05-12 or 2026-05-12T09:30"
        ) from None
    if not isinstance(moment, datetime):
        return _in_range(moment, where)
    _in_range(moment.date(), where)
    return moment if moment.tzinfo else in_london(moment, where)


def parse_day(text: str, where: str) -> date:
    """A day as people write it: 12/5/2026, 12/5/26, 12 May 2026, Tuesday 12 May 2026 or 2026-05-12."""
    said = " ".join(text.lower().replace(",", " ").split())
    said = _WEEKDAY.sub("", said)
    if match := _ISO_DAY.fullmatch(said):
        year, month, day = match[1], match[2], match[3]
    elif match := _UK_DAY.fullmatch(said) or _WORDS.fullmatch(said):
        year, month, day = match[3], match[2], match[1]
    else:
        raise MomentError(f"{where}: {text[:40]} is not a date; write it like 12/5/2026")
    try:
        found = date(int(year) + (2000 if len(year) == 2 else 0), _month(month), int(day))
    except ValueError:
        raise MomentError(f"{where}: {text} is not a day in the calendar") from None
    return _in_range(found, where)


def _month(text: str) -> int:
    """The number of a month written as a number or by its name's first letters; 0 when it is neither."""
    if text.isdigit():
        return int(text)
    return next((n for n, name in enumerate(_MONTHS, 1) if name.startswith(text)), 0)


def parse_time(text: str, day: date, where: str) -> datetime:
    """A London time of day as people write it, 09:30, 9.30am or 2:05 pm, on `day`."""
    match = _TIME.fullmatch(text.strip().lower())
    if not match:
        raise MomentError(f"{where}: {text} is not a time; write it like 9:30am or 14:05")
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3] or match[4]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 24
    if hour > 23 or minute > 59:
        raise MomentError(f"{where}: {text} is not a time of day; write it like 9:30am or 14:05")
    return in_london(datetime(day.year, day.month, day.day, hour, minute), where)  # noqa: DTZ001


def in_london(naive: datetime, where: str) -> datetime:
    """A wall-clock time in London. The earlier one in the hour that comes twice in autumn; MomentError for
    one in the hour that is left out in spring."""
    moment = naive.replace(tzinfo=LONDON)
    if moment.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != naive:
        raise MomentError(f"{where}: there was no {naive:%H:%M} on {naive.date()}, the clocks went forward")
    return moment


def as_of(seen: Moment, events: Iterable[Moment]) -> datetime:
    """The moment at which deadlines are looked at: a plain day is its beginning, or the last of the
    `events` timed on it, so that what happened that day is not seen as yet to come."""
    if isinstance(seen, datetime):
        return seen
    timed = [event for event in events if isinstance(event, datetime) and london_date(event) == seen]
    return max([instant(seen), *map(instant, timed)])


def _in_range(day: date, where: str) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise MomentError(
            f"{where}: {day} is out of range; dates are kept from {FIRST_DAY.year} to {LAST_DAY.year}"
        )
    return day
