"""Known dates, each worked out by hand: the core must reach every one, whichever way it got its bank holidays."""

import csv
from datetime import date
from pathlib import Path

import holidays
import pytest

from slas.core.calendar import WorkingCalendar
from slas.models import Calendar
from slas.service import working_calendar
from tests.slas.naive import count_on

FILE = Path(__file__).parent.parent / "data" / "working-days.csv"
SUBDIVISIONS = {"england-and-wales": "ENG", "scotland": "SCT", "northern-ireland": "NIR"}


def read(row):
    start, due, days = (
        date.fromisoformat(row["start"]),
        date.fromisoformat(row["due"]),
        int(row["working_days"]),
    )
    return pytest.param(row["nation"], start, days, due, id=f"{start} {days:+} {row['why']}")


ROWS = [read(row) for row in csv.DictReader(FILE.read_text().splitlines())]
every_row = pytest.mark.parametrize(("nation", "start", "days", "due"), ROWS)


def test_there_are_dates_of_every_nation():
    assert {row.values[0] for row in ROWS} == set(SUBDIVISIONS)


@every_row
def test_by_the_bank_holidays_the_service_loaded(packs, nation, start, days, due):
    row = Calendar.objects.create(code="any", name="Any", nation=nation)
    assert working_calendar(row.pk, statutory=False).add(start, days) == due


@every_row
def test_by_the_holidays_package_itself(nation, start, days, due):
    years = range(start.year - 1, due.year + 2)
    listed = holidays.country_holidays("GB", subdiv=SUBDIVISIONS[nation], years=years)
    assert WorkingCalendar("any", bank_holidays=dict(listed)).add(start, days) == due


@every_row
def test_by_the_clerk_with_the_wall_calendar(nation, start, days, due):
    years = range(start.year - 1, due.year + 2)
    listed = holidays.country_holidays("GB", subdiv=SUBDIVISIONS[nation], years=years)
    assert count_on(start, days, set(listed)) == due
