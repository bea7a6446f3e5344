"""Weeks as reports name them: '2026-W47', Monday to Sunday (ISO 8601). Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from slas.core.wording import short_date

_CODE = re.compile(r"([0-9]{4})-W([0-9]{2})")


class NotAWeek(ValueError):
    """What was given names no week. Its words say how to give one."""


@dataclass(frozen=True, order=True)
class Week:
    """One week. `first` is its Monday."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Week":
        """The week that `day` is in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def read(cls, code: str) -> "Week":
        """'2026-W47'. Raises NotAWeek, also for a week that its year has not."""
        wrong = f"'{code}' is not a week. Give the year and the number of the week: 2026-W47."
        found = _CODE.fullmatch(code)
        if not found:
            raise NotAWeek(wrong)
        try:
            first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            week = cls(first)
            _ = week.last, week.before
        except (ValueError, OverflowError) as error:
            raise NotAWeek(wrong) from error
        return week

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def before(self) -> "Week":
        return Week(self.first - timedelta(days=7))

    @property
    def after(self) -> "Week":
        return Week(self.first + timedelta(days=7))

    @property
    def number(self) -> int:
        return self.first.isocalendar().week

    @property
    def code(self) -> str:
        year, number, _ = self.first.isocalendar()
        return f"{year:04}-W{number:02}"

    @property
    def days(self) -> str:
        """'Mon 16 to Sun 22 November 2026'."""
        first, last = self.first, self.last
        if (first.year, first.month) == (last.year, last.month):
            return f"{first:%a} {first.day} to {last:%a} {last.day} {last:%B %Y}"
        year = "" if first.year == last.year else f" {first.year}"
        return f"{short_date(first)}{year} to {short_date(last)} {last.year}"

    def __str__(self) -> str:
        return f"week {self.number}"
