"""When what was sent counts as received (W5): the day sent, the day after, the third business day after.

Christmas 2026 is a Friday, Boxing Day a Saturday with its substitute on Mon 28 December. Good Friday 2026 is 3 April.
"""

from datetime import date

import pytest

from slas.core.calendar import WorkingCalendar
from slas.core.receipt import Delivery, deemed_receipt, receipt_sentence
from slas.models import Calendar
from slas.service import working_calendar

pytestmark = pytest.mark.usefixtures("packs")


@pytest.fixture
def calendar():
    return working_calendar(Calendar.objects.get(code="warwickshire").pk, statutory=False)


@pytest.mark.parametrize(
    ("sent", "same_day", "next_day", "third_business_day"),
    [
        ("2026-05-12", "2026-05-12", "2026-05-13", "2026-05-15"),  # a Tuesday
        ("2026-05-15", "2026-05-15", "2026-05-16", "2026-05-20"),  # a Friday: received on the Saturday
        ("2026-05-16", "2026-05-16", "2026-05-18", "2026-05-20"),  # a Saturday: not received on the Sunday
        ("2026-05-17", "2026-05-17", "2026-05-18", "2026-05-20"),  # a Sunday
        ("2026-05-23", "2026-05-23", "2026-05-26", "2026-05-28"),  # before the Spring bank holiday
        ("2026-04-02", "2026-04-02", "2026-04-07", "2026-04-09"),  # Maundy Thursday
        (
            "2026-04-03",
            "2026-04-03",
            "2026-04-04",
            "2026-04-09",
        ),  # Good Friday: there is post on the Saturday
        ("2026-04-04", "2026-04-04", "2026-04-07", "2026-04-09"),
        ("2026-12-23", "2026-12-23", "2026-12-24", "2026-12-30"),
        ("2026-12-24", "2026-12-24", "2026-12-29", "2026-12-31"),  # Christmas Eve
        (
            "2026-12-25",
            "2026-12-25",
            "2026-12-29",
            "2026-12-31",
        ),  # Boxing Day is a holiday, though a Saturday
        ("2026-12-31", "2026-12-31", "2027-01-04", "2027-01-06"),  # New Year's Eve
    ],
)
def test_the_day_it_counts_as_received(calendar, sent, same_day, next_day, third_business_day):
    received = [str(deemed_receipt(date.fromisoformat(sent), each, calendar)) for each in Delivery]
    assert received == [same_day, next_day, third_business_day]


def test_a_closure_day_is_no_holiday_of_the_post():
    closed = WorkingCalendar("Council", closures={date(2026, 5, 13): "Polling day"})
    assert deemed_receipt(date(2026, 5, 12), Delivery.NEXT_DAY, closed) == date(2026, 5, 13)


@pytest.mark.parametrize(
    ("sent", "delivery", "sentence"),
    [
        (
            "2026-05-17",
            Delivery.SAME_DAY,
            "Sent on Sunday 17 May 2026, so it counts as received on Sunday 17 May 2026: the day it was sent.",
        ),
        (
            "2026-05-15",
            Delivery.NEXT_DAY,
            "Sent on Friday 15 May 2026, so it counts as received on Saturday 16 May 2026: the day after.",
        ),
        (
            "2026-05-16",
            Delivery.NEXT_DAY,
            "Sent on Saturday 16 May 2026, so it counts as received on Monday 18 May 2026: the next working day, "
            "because Sunday 17 May 2026 is a Sunday.",
        ),
        (
            "2026-12-24",
            Delivery.NEXT_DAY,
            "Sent on Thursday 24 December 2026, so it counts as received on Tuesday 29 December 2026: the next "
            "working day, because Friday 25 December 2026 is a bank holiday (Christmas Day).",
        ),
        (
            "2026-12-23",
            Delivery.THIRD_BUSINESS_DAY,
            "Sent on Wednesday 23 December 2026, so it counts as received on Wednesday 30 December 2026: the third "
            "working day after it.",
        ),
    ],
)
def test_it_says_why(calendar, sent, delivery, sentence):
    assert receipt_sentence(date.fromisoformat(sent), delivery, calendar) == sentence
