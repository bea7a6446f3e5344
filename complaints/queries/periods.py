"""Periods that people report on: days in London, both ends included."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from slas.core.calendar import ONE_DAY, add_months, london_midnight
from slas.core.wording import long_date

YEAR_BEGINS = 4
"""The month a council's year begins with."""


@dataclass(frozen=True)
class Period:
    """From the beginning of `first` to the end of `last`."""

    first: date
    last: date

    @property
    def words(self) -> str:
        if self.first == self.last:
            return f"on {long_date(self.first)}"
        return f"between {long_date(self.first)} and {long_date(self.last)}"

    def asks(self, what: str) -> dict[str, object]:
        """What a list is asked for: `asks("received")` is the cases received in the period."""
        return {f"{what}_from": self.first, f"{what}_to": self.last}

    def days(self, field: str) -> Q:
        """A column of days lies in the period."""
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": self.last})

    def moments(self, field: str) -> Q:
        """A column of moments lies in the period, by London's days (TRAPS 20)."""
        ends: datetime = london_midnight(self.last + ONE_DAY)
        return Q(**{f"{field}__gte": london_midnight(self.first), f"{field}__lt": ends})


def usual(today: date) -> dict[str, Period]:
    """The periods one is offered on a day, by name; the first is shown unless another is asked for. A year is the
    council's, April to March; this one to its end."""
    month = today.replace(day=1)
    quarter = add_months(month, -((month.month - 1) % 3))
    year = date(today.year - (today.month < YEAR_BEGINS), YEAR_BEGINS, 1)
    return {
        "Last month": _months(add_months(month, -1), 1),
        "Last quarter": _months(add_months(quarter, -3), 3),
        "This year": _months(year, 12),
        "Last year": _months(add_months(year, -12), 12),
    }


def _months(first: date, months: int) -> Period:
    return Period(first, add_months(first, months) - timedelta(1))
