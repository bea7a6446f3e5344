"""Breach is a fact: a deadline missed stays missed, whatever is decided afterwards. Only the correction of an event
that was recorded on the wrong day takes it away.

Ten working days from Tue 12 May 2026 end with Wed 27 May; twenty with Wed 10 June.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.core.calendar import LONDON, WorkingCalendar
from slas.core.deadlines import compute
from slas.core.facts import Extension, Facts, Given
from slas.core.rules import Event, Rule, RuleSet, Span, Unit
from tests.slas import naive
from tests.slas.told import facts

DAY = timedelta(days=1)
HOLIDAYS = {date(2026, 5, 4): "Early May bank holiday", date(2026, 5, 25): "Spring bank holiday"}
CALENDAR = WorkingCalendar("England", bank_holidays=HOLIDAYS)
RECEIVED = date(2026, 5, 12)
MIDNIGHT = datetime(2026, 5, 28, tzinfo=LONDON)  # the due day is over
JUST_BEFORE = MIDNIGHT - timedelta(seconds=1)

RULES = RuleSet(
    code="stage-1",
    name="Stage 1",
    events=(Event("received", "Received"),),
    milestones=(
        Rule(
            "respond",
            "Respond",
            ("received",),
            Span(10, Unit.WORKING_DAYS),
            headline=True,
            extend_to=20,
            given=True,
            pausable=True,
            met_by="responded",
        ),
        Rule(
            "draft", "Draft", ("respond",), Span(-2, Unit.WORKING_DAYS), from_milestone=True, met_by="drafted"
        ),
    ),
    pause_reasons=("Court proceedings",),
    pause_source=("W6",),
)

# More time, however it is had, and the due day it leads to.
MORE_TIME = {
    "an extension": ({"extended": {"respond": 20}}, date(2026, 6, 10)),
    "a pause": ({"pauses": [(date(2026, 5, 20), date(2026, 5, 27))]}, date(2026, 6, 2)),
    "a date given": ({"given": {"respond": date(2026, 6, 10)}}, date(2026, 6, 10)),
}
every_way = pytest.mark.parametrize("how", MORE_TIME)


def respond(how="", *, decided_at=None, responded=None, received=RECEIVED):
    events = {"received": received} | ({"responded": responded} if responded else {})
    more = MORE_TIME[how][0] if how else {}
    return compute(RULES, facts(events, **more, decided_at=decided_at), CALENDAR, explain=True)


def colour(deadline, day):
    return str(deadline.state(datetime.combine(day, time(12), LONDON)))


@every_way
def test_more_time_decided_before_the_due_day_is_over_is_in_time(how):
    deadline, _ = respond(how, decided_at=JUST_BEFORE)
    assert deadline.due_on == MORE_TIME[how][1]
    assert colour(deadline, date(2026, 5, 28)) != "red"
    assert colour(deadline, deadline.due_on + DAY) == "red"


@every_way
def test_more_time_decided_after_it_cures_nothing(how):
    """The new date is shown, and it is red all the same from the day on which it was missed."""
    for decided_at in (MIDNIGHT, MIDNIGHT + 3 * DAY, MIDNIGHT.astimezone(UTC)):
        deadline, _ = respond(how, decided_at=decided_at)
        assert deadline.due_on == MORE_TIME[how][1]
        assert deadline.original_due_on == date(2026, 5, 27)
        assert colour(deadline, date(2026, 5, 28)) == "red"
        assert colour(deadline, date(2026, 6, 3)) == "red"
        assert any("missed" in step.text.lower() for step in deadline.steps)


@every_way
def test_a_response_after_it_was_missed_is_late_though_within_the_new_date(how):
    responded = MORE_TIME[how][1]
    late, _ = respond(how, decided_at=MIDNIGHT, responded=responded)
    in_time, _ = respond(how, decided_at=JUST_BEFORE, responded=responded)
    assert (late.met_in_time, in_time.met_in_time) == (False, True)


@every_way
def test_what_was_met_in_time_is_not_missed_by_what_is_decided_later(how):
    deadline, _ = respond(how, decided_at=MIDNIGHT + 9 * DAY, responded=date(2026, 5, 27))
    assert deadline.met_in_time is True
    assert colour(deadline, date(2026, 12, 1)) != "red"


@every_way
def test_more_time_decided_after_a_late_response_cures_nothing(how):
    deadline, _ = respond(how, decided_at=MIDNIGHT + 3 * DAY, responded=date(2026, 5, 29))
    assert (deadline.missed_at, deadline.met_in_time) == (MIDNIGHT, False)


@every_way
def test_where_nobody_knows_when_it_was_decided_it_was_in_time(how):
    """The calculator asks what is due, not when somebody decided."""
    deadline, _ = respond(how)
    assert colour(deadline, date(2026, 5, 28)) != "red"


def test_a_milestone_measured_from_it_stays_missed_too():
    _, draft = respond("an extension", decided_at=MIDNIGHT)
    assert draft.due_on == date(2026, 6, 8)
    assert colour(draft, date(2026, 5, 29)) == "red"


def test_correcting_the_day_it_was_received_takes_the_breach_away():
    """It had come on Thu 21 May: ten working days end with Fri 5 June, and the extension came in time."""
    deadline, _ = respond("an extension", decided_at=MIDNIGHT, received=date(2026, 5, 21))
    assert deadline.due_on == date(2026, 6, 19)
    assert colour(deadline, date(2026, 6, 8)) == "green"


def test_a_second_decision_in_time_does_not_cure_what_the_first_came_too_late_for():
    """Missed on 27 May, extended on 29 May, given another date on 9 June."""
    told = Facts(
        {"received": RECEIVED},
        given={"respond": Given(date(2026, 6, 30), MIDNIGHT + 12 * DAY)},
        extensions={"respond": Extension(20, MIDNIGHT + DAY)},
    )
    deadline, _ = compute(RULES, told, CALENDAR)
    assert deadline.due_on == date(2026, 6, 30)
    assert colour(deadline, date(2026, 6, 12)) == "red"


def extended_twice(second_decided_at):
    """To 15 days (until Wed 3 June) in time, then to 20 (until Wed 10 June)."""
    told = Facts.recorded(
        [("received", RECEIVED)],
        extensions=[
            ("respond", Extension(15, JUST_BEFORE)),
            ("respond", Extension(20, second_decided_at)),
        ],
    )
    return compute(RULES, told, CALENDAR)[0]


def test_a_second_extension_within_the_first_is_in_time():
    deadline = extended_twice(MIDNIGHT + 5 * DAY)
    assert (deadline.due_on, deadline.missed_at) == (date(2026, 6, 10), None)
    assert deadline.original_due_on == date(2026, 5, 27)


def test_a_second_extension_after_the_first_ran_out_cures_nothing():
    deadline = extended_twice(datetime(2026, 6, 4, tzinfo=LONDON))
    assert deadline.missed_at == datetime(2026, 6, 4, tzinfo=LONDON)
    assert colour(deadline, date(2026, 6, 4)) == "red"


def test_another_date_given_before_the_first_had_gone_by_is_in_time():
    told = Facts.recorded(
        [("received", RECEIVED)],
        given=[
            ("respond", Given(date(2026, 6, 12), JUST_BEFORE)),
            ("respond", Given(date(2026, 6, 30), datetime(2026, 6, 12, 16, tzinfo=LONDON))),
        ],
    )
    assert compute(RULES, told, CALENDAR)[0].missed_at is None


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(
    st.integers(0, 59),
    st.sampled_from(sorted(MORE_TIME)),
    st.integers(0, 120 * 24),
    st.integers(0, 120),
)
def test_it_is_red_once_either_its_first_or_its_last_due_day_was_over_in_vain(after, how, hours, seen):
    """Seen on any day: red if the first due day was over before more time was decided, else by the new due day."""
    received = date(2026, 4, 20) + timedelta(days=after)
    more = dict(MORE_TIME[how][0])
    if how == "a date given":
        more = {"given": {"respond": received + 40 * DAY}}
    decided_at = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(hours=hours)
    deadline, _ = compute(RULES, facts({"received": received}, **more, decided_at=decided_at), CALENDAR)
    first_due = naive.count_on(received, 10, set(HOLIDAYS))
    was_missed = decided_at.astimezone(LONDON).date() > first_due
    today = received + timedelta(days=seen)
    expected_red = today > deadline.due_on or (was_missed and today > first_due)
    paused = naive.paused_days(more.get("pauses", []), today)
    if today in paused and not expected_red:
        return
    assert (colour(deadline, today) == "red") is expected_red
