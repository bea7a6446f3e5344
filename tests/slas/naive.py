"""A clerk with a wall calendar: counts one day at a time, from the words of the policy, knows nothing of the core, and
is slow. Where the core and the clerk differ, one of them is wrong.

A day is off when it is in `off` or a weekend; `paused` is a plain set of days. Nothing here is clever on purpose.
"""

import calendar
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NOBODY_WAITS_LONGER = 20_000  # days

Pause = tuple[date, date | None]


def is_worked(day: date, off: Iterable[date] = ()) -> bool:
    """Monday to Friday less the days off."""
    return day.strftime("%A") not in ("Saturday", "Sunday") and day not in off


def day_zero(
    happened: date,
    off: set[date],
    *,
    deemed: bool = False,
    at: time | None = None,
    cut_off: time | None = None,
) -> date:
    """Strict: the day it happened. Deemed: a day not worked, or a time after the cut-off, is the next working day."""
    if not deemed:
        return happened
    day = happened
    if at is not None and cut_off is not None and at > cut_off and is_worked(day, off):
        day += DAY
    while not is_worked(day, off):
        day += DAY
    return day


def paused_days(pauses: Iterable[Pause], until: date) -> set[date]:
    """Every day of [paused on, resumed on); a pause still open runs on to `until`, that day included."""
    days = set()
    for began, ended in pauses:
        day = began
        while day < ended if ended is not None else day <= until:
            days.add(day)
            day += DAY
    return days


def count_on(zero: date, number: int, off: set[date], paused: Iterable[date] = ()) -> date:
    """`number` working days that are not paused later; day 1 is the first after `zero`. Negative: counting back."""
    if number == 0:
        return zero
    step = DAY if number > 0 else -DAY
    left, day = abs(number), zero
    for _ in range(NOBODY_WAITS_LONGER):
        day += step
        if is_worked(day, off) and day not in paused:
            left -= 1
        if left == 0:
            return day
    raise AssertionError("the clerk gave up")


def count_with_pauses(zero: date, number: int, off: set[date], pauses: Iterable[Pause]) -> date | None:
    """As `count_on`, or nothing where the clock still stands: nobody knows the day before it goes on."""
    closed = paused_days([pause for pause in pauses if pause[1] is not None], zero)
    stands_from = min([began for began, ended in pauses if ended is None], default=date.max)
    left, day = number, zero
    while left:
        day += DAY
        if day >= stands_from:
            return None
        if is_worked(day, off) and day not in closed:
            left -= 1
    return day


def calendar_days_on(zero: date, number: int) -> date:
    """So many days later, weekend or not: a deadline that falls on a day not worked stays there."""
    step = DAY if number > 0 else -DAY
    day = zero
    for _ in range(abs(number)):
        day += step
    return day


def last_worked_before(day: date, off: set[date]) -> date:
    """The last working day on or before: what the page shows beside a calendar-day deadline."""
    while not is_worked(day, off):
        day -= DAY
    return day


def months_on(zero: date, number: int, *, zero_counts: bool = False) -> date:
    """The same day `number` months later, or that month's last where it has no such day. When day 0 itself is
    counted, the period is over the day before its anniversary, or at the end of a month too short to have one."""
    year, month = zero.year, zero.month
    for _ in range(number):
        month += 1
        if month > 12:
            year, month = year + 1, 1
    last = calendar.monthrange(year, month)[1]
    if zero.day > last:
        return date(year, month, last)
    anniversary = date(year, month, zero.day)
    return anniversary - DAY if zero_counts else anniversary


def hours_on(happened: datetime, number: int) -> datetime:
    """So many hours really elapse, minute by minute, whatever the clocks on the wall are put to that night."""
    moment = happened.astimezone(UTC)
    for _ in range(number * 60):
        moment += MINUTE
    return moment.astimezone(LONDON)


def fifth(allowance: int) -> int:
    """A fifth of the allowance, rounded up, at least one."""
    for share in range(1, allowance + 1):
        if share * 5 >= allowance:
            return share
    return 1


def default_amber(
    zero: date, due: date, allowance: int, unit: str, off: set[date], paused: set[date]
) -> date:
    """A fifth of the allowance in force before due, in the rule's unit, never before the start. A paused day does not
    count on the way back either, or amber would come early by the length of the pause."""
    margin = fifth(allowance)
    amber = count_on(due, -margin, off, paused) if unit == "wd" else calendar_days_on(due, -margin)
    return max(amber, zero)


def days_left(today: date, due: date, off: set[date]) -> int:
    """Working days d with today < d <= due; once due has passed, minus those with due < d <= today."""
    left, day = 0, min(today, due)
    while day < max(today, due):
        day += DAY
        if is_worked(day, off):
            left += 1
    return left if today <= due else -left


def state_on(today: date, amber: date, due: date, paused: Iterable[date] = ()) -> str:
    """Green until amber, amber until the due day is over, then red; while paused none of them. Once it was missed it
    stays missed: a pause that comes later hides nothing."""
    if today > due:
        return "red"
    if today in paused:
        return "paused"
    return "green" if today < amber else "amber"
