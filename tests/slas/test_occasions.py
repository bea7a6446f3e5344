"""A date given anew each time (W15: at every contact the date of the next contact is agreed beforehand and kept).

Each date is an occasion of its own: what keeps it is the first contact after it was agreed.
"""

from datetime import date, datetime, timedelta

import pytest

from slas.core.breach import JudgedBy, missed_before
from slas.core.calendar import LONDON, WorkingCalendar, london_midnight
from slas.core.deadlines import compute
from slas.core.facts import Facts, Given
from slas.core.rules import Event, Rule, RuleSet, Span, Unit

CALENDAR = WorkingCalendar("England")
RULES = RuleSet(
    "stage-1",
    "Stage 1",
    (Event("received", "Received"),),
    (
        Rule("respond", "Respond", ("received",), Span(30, Unit.WORKING_DAYS), headline=True),
        Rule(
            "next-contact",
            "Next contact",
            ("received",),
            None,
            given=True,
            conditional=True,
            met_by="contacted",
        ),
    ),
)


def at(day, hour=10, minute=0):
    return datetime(2026, 5, day, hour, minute, tzinfo=LONDON)


def agreed(day, decided_at):
    return ("next-contact", Given(date(2026, 5, day), decided_at))


def facts(*given, contacts=()):
    return Facts.recorded([("received", at(1)), *(("contacted", when) for when in contacts)], given=given)


def next_contact(*given, contacts=()):
    return compute(RULES, facts(*given, contacts=contacts), CALENDAR)[-1]


def test_a_date_agreed_waits_for_the_next_contact():
    assert next_contact(agreed(12, at(5))).met_at is None


def test_the_contact_after_it_was_agreed_keeps_it():
    deadline = next_contact(agreed(12, at(5)), contacts=[at(12)])
    assert (deadline.met_at, deadline.met_in_time) == (at(12), True)


@pytest.mark.parametrize(
    "contact", [at(5, 9), at(5, 10), date(2026, 5, 5)], ids=["an hour before", "as it was agreed", "that day"]
)
def test_the_contact_at_which_it_was_agreed_does_not_keep_it(contact):
    """A contact without a time of day stands at the beginning of its day."""
    deadline = next_contact(agreed(12, at(5, 10)), contacts=[contact])
    assert deadline.due_on == date(2026, 5, 12)
    assert deadline.met_at is None
    assert deadline.state(at(13)) == "red"


def test_each_contact_keeps_the_date_before_it_and_the_new_date_is_open():
    kept = next_contact(agreed(12, at(5)), agreed(20, at(12, 10, 5)), contacts=[at(12)])
    assert (kept.due_on, kept.met_at, kept.missed_at) == (date(2026, 5, 20), None, None)
    again = next_contact(agreed(12, at(5)), agreed(20, at(12, 10, 5)), contacts=[at(12), at(19)])
    assert (again.met_at, again.met_in_time) == (at(19), True)


def test_a_further_contact_does_not_make_late_what_was_kept():
    """They rang as agreed, and once more a week later without agreeing another date."""
    deadline = next_contact(agreed(12, at(5)), contacts=[at(19), at(11)])
    assert (deadline.met_at, deadline.met_in_time) == (at(11), True)


def test_a_contact_that_came_late_is_late_and_the_next_date_starts_afresh():
    late = next_contact(agreed(12, at(5)), contacts=[at(14)])
    assert late.met_in_time is False
    afresh = next_contact(agreed(12, at(5)), agreed(20, at(14, 10, 5)), contacts=[at(14)])
    assert (afresh.missed_at, str(afresh.state(at(15)))) == (None, "green")


def test_a_date_put_off_without_a_contact_stays_missed():
    """Nobody rang on the 12th; on the 14th the date was moved to the 20th."""
    moved = next_contact(agreed(12, at(5)), agreed(20, at(14)))
    assert (moved.due_on, moved.missed_at) == (date(2026, 5, 20), london_midnight(date(2026, 5, 13)))


def test_a_date_put_off_in_time_is_not_missed():
    assert next_contact(agreed(12, at(5)), agreed(20, at(11))).missed_at is None


@pytest.mark.parametrize(("contacts", "missed"), [([at(14)], None), ([], london_midnight(date(2026, 5, 13)))])
def test_so_it_is_after_the_stage_was_reclassified(contacts, missed):
    """The 12th went by under the earlier rules. Only where nobody rang before the next date is that one missed too."""
    told = facts(agreed(12, at(5)), agreed(20, at(18)), contacts=contacts)
    before = missed_before([JudgedBy(RULES, CALENDAR, at(15))], told)
    assert compute(RULES, told, CALENDAR, before=before)[-1].missed_at == missed


def test_where_the_rule_counts_the_days_a_date_given_after_it_was_met_changes_nothing():
    """Only where nothing but a date given sets a milestone is each date an occasion of its own."""
    rule = Rule(
        "respond",
        "Respond",
        ("received",),
        Span(10, Unit.WORKING_DAYS),
        given=True,
        headline=True,
        met_by="responded",
    )
    rules = RuleSet("stage-1", "Stage 1", RULES.events, (rule,))
    told = Facts.recorded(
        [("received", at(1)), ("responded", at(8))], given=[("respond", Given(date(2026, 6, 1), at(11)))]
    )
    assert compute(rules, told, CALENDAR)[0].met_at == at(8)


def test_where_nobody_knows_when_it_was_agreed_the_last_contact_keeps_it():
    deadline = next_contact(agreed(12, None), contacts=[at(6), at(6) + timedelta(days=2)])
    assert deadline.met_at == at(8)
