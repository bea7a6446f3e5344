"""Working-day arithmetic over a given set of days not worked (DOMAIN 2, Time).

A `WorkingCalendar` never changes. All arithmetic bisects one cached list of its working days, so a
date costs well under a microsecond and no rule about weekends is written anywhere else.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2089, 12, 31)
ONE_DAY = timedelta(days=1)
OUT_OF_RANGE = f"dates are kept from {FIRST_DAY:%Y} to {LAST_DAY:%Y}"

Moment = date | datetime
"""When something happened: a date, or an aware datetime where the time of day is known."""


class Receipt(StrEnum):
    """How an event on a day that is not worked counts."""

    STRICT = "strict"
    DEEMED = "deemed"


class DayOff(StrEnum):
    """Why a day is not counted."""

    WEEKEND = "weekend"
    BANK_HOLIDAY = "bank holiday"
    CLOSURE = "closure day"
    PAUSED = "paused"


class Skipped(NamedTuple):
    """One day that was not counted, why, and its name ('Good Friday') where it has one."""

    day: date
    why: DayOff
    name: str


class NamedPeriod(NamedTuple):
    """A named run of days, both ends included: a school holiday."""

    first: date
    last: date
    name: str


class OutOfRange(ValueError):
    """A date before 1990 or after 2089, for which no working days are kept."""


class PauseSpan(NamedTuple):
    """The clock stands still from `first` until `resumed`, which is worked again; None: still paused.
    `decided_at` is when that was decided; None where it is not known, so that it never came too late."""

    first: date
    resumed: date | None
    decided_at: datetime | None = None


def london_date(moment: Moment) -> date:
    """The day in London on which `moment` falls; a plain date is that day."""
    if isinstance(moment, datetime):
        return moment.astimezone(LONDON).date()
    return moment


def london_midnight(day: date) -> datetime:
    """The moment at which `day` begins in London."""
    return datetime.combine(day, time(), LONDON)


def instant(moment: Moment) -> datetime:
    """`moment`, or the London midnight that begins a plain date, in UTC.

    Only in UTC do two moments of the night on which the clocks go back compare as they followed each
    other: Python compares two times of one zone by what the clock on the wall showed.
    """
    return (moment if isinstance(moment, datetime) else london_midnight(moment)).astimezone(UTC)


def add_months(day: date, months: int, *, clip: bool = True) -> date:
    """The same day `months` later; where that month is too short its last day, or without `clip` the
    first day of the next."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    if day.day <= (following - first).days:
        return first.replace(day=day.day)
    return following - ONE_DAY if clip else following


@dataclass(frozen=True, eq=False)
class WorkingCalendar:
    """The days one SLA counts: Monday to Friday less bank holidays and closure days.

    `bank_holidays` and `closures` map a day to its name; leave closures empty for a statutory SLA
    (SI 2006/1738 reg. 2). `known_from` and `known_to` say for which days the list of bank holidays is
    known; None where bank holidays are worked, so nothing needs to be known. `cut_off` is the London time after which
    a deemed-receipt calendar counts an event as the next working day's. `works_bank_holidays` and
    `counted_closures` say which days are counted that others skip; they are told, not used.
    """

    name: str
    bank_holidays: Mapping[date, str] = field(default_factory=dict)
    closures: Mapping[date, str] = field(default_factory=dict)
    known_from: date | None = None
    known_to: date | None = None
    receipt: Receipt = Receipt.STRICT
    cut_off: time | None = None
    school_holidays: tuple[NamedPeriod, ...] = ()
    works_bank_holidays: bool = False
    counted_closures: Mapping[date, str] = field(default_factory=dict)

    @cached_property
    def days(self) -> list[date]:
        """Every working day from 1990 to 2089, in order."""
        off = self.bank_holidays.keys() | self.closures.keys()
        ordinals = range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)
        weekdays = (date.fromordinal(n) for n in ordinals if n % 7 not in (6, 0))  # ordinal 1 was a Monday
        return [day for day in weekdays if day not in off]

    def is_working(self, day: date) -> bool:
        return self.why_off(day) is None

    def why_off(self, day: date) -> Skipped | None:
        """Why `day` is not worked, or None when it is."""
        if day.weekday() >= 5:
            return Skipped(day, DayOff.WEEKEND, "")
        if day in self.bank_holidays:
            return Skipped(day, DayOff.BANK_HOLIDAY, self.bank_holidays[day])
        if day in self.closures:
            return Skipped(day, DayOff.CLOSURE, self.closures[day])
        return None

    def school_holiday(self, day: date) -> NamedPeriod | None:
        """The school holiday `day` falls in, of those recorded."""
        return next((h for h in self.school_holidays if h.first <= day <= h.last), None)

    def add(self, day: date, n: int) -> date:
        """The `n`th working day after `day` (which is day 0), or before it when negative; `day` itself for 0."""
        days = self.days
        if n > 0:
            try:
                return days[bisect_right(days, day) + n - 1]
            except IndexError:
                raise OutOfRange(OUT_OF_RANGE) from None
        return self.at(bisect_left(days, day) + n) if n else day

    def at(self, index: int) -> date:
        """The working day at a position of `days`; OutOfRange outside it."""
        if not 0 <= index < len(self.days):
            raise OutOfRange(OUT_OF_RANGE)
        return self.days[index]

    def count(self, after: date, until: date) -> int:
        """The number of working days d with after < d <= until; negative the other way round."""
        return bisect_right(self.days, until) - bisect_right(self.days, after)

    def next_working_day(self, day: date) -> date:
        """`day` if worked, else the first working day after it."""
        return self.at(bisect_left(self.days, day))

    def last_working_day(self, day: date) -> date:
        """`day` if worked, else the last working day before it."""
        return self.at(bisect_right(self.days, day) - 1)

    def deemed_day(self, moment: Moment) -> date:
        """The day an event counts as happening on, under deemed receipt with its cut-off time."""
        day = london_date(moment)
        late = (
            self.cut_off is not None
            and isinstance(moment, datetime)
            and moment.astimezone(LONDON).time() > self.cut_off
        )
        return self.next_working_day(day + ONE_DAY if late else day)

    def day_zero(self, moment: Moment) -> date:
        """The day 0 an event makes for counts forward in days: its own, or the deemed one."""
        return self.deemed_day(moment) if self.receipt is Receipt.DEEMED else london_date(moment)

    def counting(self, day: date, n: int, pauses: tuple[PauseSpan, ...]) -> date | None:
        """The `n`th working day after `day` (n > 0) that lies in no pause; None while a pause is open.

        `pauses` are in order and do not overlap (`merged`). They are replayed from the start, never
        added to a date that was already rolled.
        """
        if not pauses:
            return self.add(day, n)
        days = self.days
        first = bisect_right(days, day)
        index = first + n - 1
        for pause in pauses:
            begins = max(bisect_left(days, pause.first), first)
            if begins > index:
                break
            if pause.resumed is None:
                return None
            index += max(0, bisect_left(days, pause.resumed) - begins)
        return self.at(index)

    def skipped(self, after: date, until: date, pauses: tuple[PauseSpan, ...] = ()) -> Iterator[Skipped]:
        """Each day d with after < d <= until that is not counted, and why."""
        for n in range(after.toordinal() + 1, until.toordinal() + 1):
            day = date.fromordinal(n)
            if off := self.why_off(day):
                yield off
            elif any(p.first <= day and (p.resumed is None or day < p.resumed) for p in pauses):
                yield Skipped(day, DayOff.PAUSED, "")

    def is_known(self, first: date, last: date) -> bool:
        """Whether the list of bank holidays is known for every day from `first` to `last`."""
        begins = self.known_from is None or self.known_from <= first
        return begins and (self.known_to is None or last <= self.known_to)


def ended_by(pauses: tuple[PauseSpan, ...], day: date) -> tuple[PauseSpan, ...]:
    """The part of `pauses` before `day`: nothing stays paused that is done."""
    before = [p for p in pauses if p.first < day]
    return tuple(PauseSpan(p.first, day if p.resumed is None else min(p.resumed, day)) for p in before)


def merged(pauses: tuple[PauseSpan, ...]) -> tuple[PauseSpan, ...]:
    """The same paused days as spans in order that neither overlap nor are empty."""
    result: list[PauseSpan] = []
    for pause in sorted(pauses, key=lambda p: p.first):
        if pause.resumed is not None and pause.resumed <= pause.first:
            continue
        if result and (result[-1].resumed is None or pause.first <= result[-1].resumed):
            ends = (result[-1].resumed, pause.resumed)
            result[-1] = PauseSpan(
                result[-1].first, None if None in ends else max(e for e in ends if e is not None)
            )
        else:
            result.append(pause)
    return tuple(result)
