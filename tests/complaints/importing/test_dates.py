"""Dates as people type them. What has two readings, or none, is refused rather than guessed."""

from datetime import date, datetime, time

import pytest

from complaints.importing.dates import DateError, is_day_first, read_day, read_moment
from slas.core.calendar import LONDON

OCTOBER = date(2026, 10, 12)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-12",
        "2026/10/12",
        "12/10/2026",
        "12/10/26",
        "12.10.2026",
        "12-10-26",
        "12 10 2026",
        "12 Oct 2026",
        "12-Oct-26",
        "12-Oct-'26",
        "12Oct2026",
        "12 OCTOBER 2026",
        "12th October 2026",
        "12th of October, 2026",
        "October 12, 2026",
        "Mon 12 Oct 2026",
        "Monday, 12th October 2026",
        "'12/10/2026",
        " 12/10/2026\xa0",
        "\u200e12\u200e/\u200e10\u200e/\u200e2026",
        "12/10/2026 00:00:00",
    ],
)
def test_one_day_typed_in_many_ways(text):
    assert read_moment(text) == OCTOBER


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-12T09:30:00",
        "2026-10-12 09:30",
        "12/10/2026 9.30am",
        "12/10/26 at 9:30 am",
        "12 October 2026, 09:30:00",
    ],
)
def test_a_time_beside_the_date_makes_a_moment_in_london(text):
    assert read_moment(text) == datetime(2026, 10, 12, 9, 30, tzinfo=LONDON)
    assert read_day(text) == OCTOBER


def test_a_time_told_for_another_zone_is_the_moment_in_london():
    assert read_moment("2026-07-12T23:30:00Z") == datetime(2026, 7, 13, 0, 30, tzinfo=LONDON)
    assert read_day("2026-07-12T23:30:00+00:00") == date(2026, 7, 13)


def test_five_in_the_afternoon():
    assert read_moment("12/10/26 5pm") == datetime(2026, 10, 12, 17, tzinfo=LONDON)
    assert read_moment("12/10/26 12:05am") == datetime(2026, 10, 12, 0, 5, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("tbc", "write it as 12/10/2026"),
        ("", "write it as 12/10/2026"),
        ("12/10", "write it as 12/10/2026"),
        ("12/10/2026 (chased)", "write it as 12/10/2026"),
        ("12..10.26", "write it as 12/10/2026"),
        ("w" * 32_000, "write it as 12/10/2026"),
        ("46307", "write it as 12/10/2026"),
        ("31/02/2026", "no such day"),
        ("32/01/2026", "no such day"),
        ("13/13/2026", "no such day"),
        ("10/15/2026", "no month 15, and the dates of this file are read day first"),
        ("12/10/2026 25:00", "no such time as 25:00"),
        ("12/10/2026 13:00 pm", "no such time"),
        ("2026-10-12T09:30:00+99:99", "no such time"),
        ("12/10/1926", "the year 1926 cannot be right"),
        ("0001-01-01T00:00:00+05:00", "cannot be right"),
        (date(1900, 1, 1), "the year 1900 cannot be right"),
        ("#REF!", "the cell shows #REF!, the error of its formula"),
        (404, "no day of the years 1990 to 2089"),
        (20261012, "no day of the years"),
        (-1, "no day of the years"),
        (float("inf"), "no day of the years"),
        (True, "write it as"),
        (time(9, 30), "write it as"),
        (None, "write it as"),
    ],
)
def test_what_is_no_date_is_refused_in_words(cell, words):
    with pytest.raises(DateError, match=words):
        read_moment(cell)


def test_a_number_is_a_spreadsheets_count_of_days_when_it_is_one_of_our_years():
    assert read_moment(46307) == OCTOBER
    assert read_moment(46307.5) == datetime(2026, 10, 12, 12, tzinfo=LONDON)


def test_a_real_date_with_a_time_keeps_it_and_midnight_is_none():
    assert read_moment(datetime.fromisoformat("2026-10-12T09:30")) == datetime(
        2026, 10, 12, 9, 30, tzinfo=LONDON
    )
    assert read_moment(datetime.fromisoformat("2026-10-12T00:00")) == OCTOBER


@pytest.mark.parametrize(
    ("column", "day_first"),
    [
        (["1/2/2026", "3/4/2026"], True),
        (["1/2/2026", "13/4/2026"], True),
        (["1/2/2026", "4/13/2026"], False),
        (["4/13/26 09:30", "Mon 4/20/26"], False),
        (["4/13/2026", "13/4/2026"], True),
        (["2026-04-13", date(2026, 4, 13), 46307, None, "tbc"], True),
        ([], True),
    ],
)
def test_a_day_above_twelve_anywhere_in_the_file_says_how_its_dates_are_written(column, day_first):
    assert is_day_first(column) is day_first


def test_a_file_written_month_first_is_read_so():
    assert read_day("4/13/2026", day_first=False) == date(2026, 4, 13)
    assert read_day("10/12/2026", day_first=False) == OCTOBER
    assert read_day("12 October 2026", day_first=False) == OCTOBER
    with pytest.raises(DateError, match="read month first"):
        read_day("13/4/2026", day_first=False)
