"""When somebody is taken to have received what was sent to them (W5).

Which channel counts as which delivery is for a policy to say.
"""

from datetime import date
from enum import StrEnum

from slas.core.calendar import ONE_DAY, WorkingCalendar
from slas.core.wording import long_date


class Delivery(StrEnum):
    """How long what is sent is taken to be on its way."""

    SAME_DAY = "same day"
    NEXT_DAY = "next day"
    THIRD_BUSINESS_DAY = "third business day"


def deemed_receipt(sent_on: date, delivery: Delivery, calendar: WorkingCalendar) -> date:
    """The day on which what was sent on `sent_on` counts as received (W5).

    The same day whatever day that is; the day after, Saturdays included, or the next working day of `calendar` where
    that is a Sunday or a bank holiday; or the third working day of `calendar` after it. A closure day is no holiday of
    the post: it puts the day after off no further. Raises OutOfRange outside 1990 to 2089.
    """
    if delivery is Delivery.SAME_DAY:
        return sent_on
    if delivery is Delivery.THIRD_BUSINESS_DAY:
        return calendar.add(sent_on, 3)
    following = sent_on + ONE_DAY
    return calendar.next_working_day(following) if _no_post(following, calendar) else following


def receipt_sentence(sent_on: date, delivery: Delivery, calendar: WorkingCalendar) -> str:
    """How `deemed_receipt` comes to its day, to be read: 'Sent on …, so it counts as received on …: the day after.'"""
    received = deemed_receipt(sent_on, delivery, calendar)
    if delivery is Delivery.SAME_DAY:
        why = "the day it was sent"
    elif delivery is Delivery.THIRD_BUSINESS_DAY:
        why = "the third working day after it"
    else:
        following = sent_on + ONE_DAY
        why = "the day after"
        if off := _no_post(following, calendar):
            why = f"the next working day, because {long_date(following)} is {off}"
    return f"Sent on {long_date(sent_on)}, so it counts as received on {long_date(received)}: {why}."


def _no_post(day: date, calendar: WorkingCalendar) -> str:
    """What makes `day` a day on which no post comes, in words; '' where it does."""
    if day in calendar.bank_holidays:
        return f"a bank holiday ({calendar.bank_holidays[day]})"
    return "a Sunday" if day.weekday() == 6 else ""
