"""When many cases come in: on working days of the last ten years, more of them lately, in their order."""

import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from math import exp

from slas.core.calendar import LONDON, WorkingCalendar

YEARS = 10
GROWTH = 0.0014
"""By how much more come in with each working day."""
OPENS, SHUTS = time(8, 30), time(17, 30)
_WEEKDAYS = (1.25, 1.1, 1.0, 0.95, 0.8)
_MONTHS = (1.05, 1.0, 1.1, 0.95, 1.0, 1.1, 1.05, 0.7, 1.15, 1.1, 1.05, 0.7)


@dataclass(frozen=True)
class Spread:
    """Moments of so many cases up to `now`: case 0 is the oldest. `upto[n]` is how many came in on the first n + 1
    `days`."""

    days: tuple[date, ...]
    upto: tuple[int, ...]
    now: datetime

    @property
    def total(self) -> int:
        return self.upto[-1]

    def logged_at(self, index: int) -> datetime:
        """When the case of this number was written down: later for each number."""
        n = bisect_right(self.upto, index)
        before = self.upto[n - 1] if n else 0
        opens = datetime.combine(self.days[n], OPENS, LONDON)
        shuts = min(datetime.combine(self.days[n], SHUTS, LONDON), self.now)
        share = (index - before + 0.5) / (self.upto[n] - before)
        return opens + timedelta(seconds=int((shuts - opens).total_seconds() * share))

    def first_of(self, year: int) -> int:
        """The number of the first case written down in `year` or later."""
        n = bisect_left(self.days, date(year, 1, 1))
        return self.upto[n - 1] if n else 0

    def years(self) -> dict[int, int]:
        """How many cases each year has."""
        span = range(self.days[0].year, self.days[-1].year + 1)
        found = {year: self.first_of(year + 1) - self.first_of(year) for year in span}
        return {year: count for year, count in found.items() if count}


def spread(total: int, calendar: WorkingCalendar, now: datetime) -> Spread:
    """So many cases over the ten years before `now`."""
    today = now.astimezone(LONDON).date()
    first = today.replace(year=today.year - YEARS, day=min(today.day, 28))
    known = (first + timedelta(days=n) for n in range((today - first).days + 1))
    days = [day for day in known if calendar.is_working(day) and _share_of(day, now) > 0]
    weights = [
        exp(GROWTH * n) * _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * _share_of(day, now)
        for n, day in enumerate(days)
    ]
    whole = sum(weights)
    upto = [round(total * part / whole) for part in accumulate(weights)]
    return Spread(tuple(days), (*upto[:-1], total), now)


def _share_of(day: date, now: datetime) -> float:
    """How much of a working day is over."""
    opens, shuts = (datetime.combine(day, at, LONDON) for at in (OPENS, SHUTS))
    return min(1.0, max(0.0, (now - opens) / (shuts - opens)))


class Enough(Exception):
    """What comes next would be after now: the story stops here."""


class Pace:
    """The moments of one story, each later than the one before and none after `until`.

    `hurried`: what would come too late comes before `until` all the same; else that raises Enough.
    """

    def __init__(
        self, rng: random.Random, calendar: WorkingCalendar, at: datetime, until: datetime, *, hurried: bool
    ) -> None:
        self.rng, self.calendar, self.at, self.until, self.hurried = rng, calendar, at, until, hurried
        self.speed = 1.0

    @property
    def today(self) -> date:
        return self.at.astimezone(LONDON).date()

    def after(self, days: float) -> datetime:
        """A moment about so many working days after the last."""
        rng = self.rng
        passed = round(days * self.speed * rng.triangular(0.3, 2.2, 0.8))
        if passed:
            day = self.calendar.add(self.today, passed)
            moment = datetime.combine(day, OPENS, LONDON) + timedelta(minutes=rng.randint(5, 530))
        else:
            moment = self.at + timedelta(minutes=rng.randint(4, 90))
        return self._by(moment)

    def on(self, day: date) -> datetime:
        """A moment on `day`, or the next there is."""
        moment = datetime.combine(day, OPENS, LONDON) + timedelta(minutes=self.rng.randint(5, 530))
        return self._by(max(moment, self.at + timedelta(minutes=3)))

    def _by(self, moment: datetime) -> datetime:
        if moment > self.until:
            if not self.hurried:
                raise Enough
            left = (self.until - self.at).total_seconds()
            moment = self.at + timedelta(seconds=int(left * self.rng.uniform(0.2, 0.6)))
        self.at = moment
        return moment

    def working_days_left(self) -> int:
        """How many working days there are from the last moment to now."""
        return self.calendar.count(self.today, self.until.astimezone(LONDON).date())
