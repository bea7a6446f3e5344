"""A stage put under other rules: what does not fit them is set aside and said, and a breach is a fact all the same.

Ten working days from Tue 12 May 2026 end with Wed 27 May, twenty with Wed 10 June, thirty with Wed 24 June.
"""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.core.breach import JudgedBy, missed_before
from slas.core.calendar import LONDON, PauseSpan, WorkingCalendar, london_midnight
from slas.core.deadlines import compute
from slas.core.facts import Extension, Facts, Given, fitting
from slas.core.rules import Event, Rule, RuleSet, Span, Unit
from tests.slas import naive
from tests.slas.told import facts

DAY = timedelta(days=1)
HOLIDAYS = {date(2026, 5, 4): "Early May bank holiday", date(2026, 5, 25): "Spring bank holiday"}
CALENDAR = WorkingCalendar("England", bank_holidays=HOLIDAYS)
RECEIVED = date(2026, 5, 12)


def sla(days, *, extend_to=None, code="respond", pausable=False, **rule):
    headline = Rule(
        code,
        "Send the response" if code == "respond" else "Decide the route",
        ("received",),
        Span(days, Unit.WORKING_DAYS),
        headline=True,
        extend_to=extend_to,
        pausable=pausable,
        met_by="responded" if code == "respond" else "triaged",
        source=(f"P{days}",),
        **rule,
    )
    return RuleSet(
        f"sla-{days}",
        f"SLA of {days} days",
        (Event("received", "Received"),),
        (headline,),
        pause_reasons=("Court proceedings",) if pausable else (),
        pause_source=("W6",) if pausable else (),
    )


TEN, TWENTY, THIRTY = sla(10, extend_to=20), sla(20), sla(30, extend_to=40, given=True, pausable=True)


def noon(day):
    return datetime.combine(day, time(12), LONDON)


def headline(rules, told, *earlier):
    """The headline deadline after having been judged by `earlier`, pairs of rules and the day of their end."""
    before = missed_before([JudgedBy(each, CALENDAR, noon(until)) for each, until in earlier], told)
    fitted, _ = fitting(rules, told, CALENDAR)
    (deadline,) = compute(rules, fitted, CALENDAR, explain=True, before=before)
    return deadline


def colour(deadline, day):
    return str(deadline.state(noon(day)))


# --- what does not fit ------------------------------------------------------------------------------


def test_facts_that_fit_are_left_as_they_are():
    told = facts({"received": RECEIVED}, extended={"respond": 20}, pauses=[])
    assert fitting(TEN, told, CALENDAR) == (told, ())


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            facts(extended={"respond": 25}),
            "The extension to 25 working days does not count: 'Send the response' cannot be extended (P20).",
        ),
        (
            facts({"received": RECEIVED}, given={"respond": date(2026, 6, 30)}),
            "The date given, Tuesday 30 June 2026, does not count: 'Send the response' takes no given date, because "
            "its rule sets it (P20).",
        ),
        (
            facts(given={"fact-check": date(2026, 6, 30)}),
            "The date given, Tuesday 30 June 2026, does not count: 'SLA of 20 days' has no deadline 'fact check'.",
        ),
        (
            facts(extended={"further-response": 15}),
            "The extension to 15 does not count: 'SLA of 20 days' has no deadline 'further response'.",
        ),
        (
            facts(pauses=[(date(2026, 6, 1), date(2026, 6, 3))]),
            "The pause from Monday 1 June 2026 does not count: 'SLA of 20 days' cannot be paused, because no policy "
            "allows it.",
        ),
    ],
)
def test_each_fact_that_does_not_fit_is_set_aside_and_said_so(told, sentence):
    fitted, left_out = fitting(TWENTY, told, CALENDAR)
    assert left_out == (sentence,)
    assert (fitted.given, fitted.extensions, fitted.pauses) == ({}, {}, ())
    assert fitted.events == told.events


def test_an_extension_over_the_new_cap_is_set_aside_not_clipped():
    told = facts({"received": RECEIVED}, extended={"respond": 40})
    fitted, (why,) = fitting(TEN, told, CALENDAR)
    assert fitted.extensions == {}
    assert why.endswith("'Send the response' may be extended to 20 working days at most, not 40 (P10).")


def test_the_last_extension_that_is_allowed_is_in_force():
    """Extended to 15, then under other rules to 40: under these to 15."""
    told = Facts.recorded(
        [("received", RECEIVED)], extensions=[("respond", Extension(15)), ("respond", Extension(40))]
    )
    fitted, left_out = fitting(TEN, told, CALENDAR)
    assert fitted.extensions == {"respond": Extension(15)}
    assert len(left_out) == 1
    assert "to 40" in left_out[0]


def test_what_came_before_the_extension_in_force_is_not_spoken_of():
    told = Facts.recorded(extensions=[("respond", Extension(40)), ("respond", Extension(15))])
    fitted, left_out = fitting(TEN, told, CALENDAR)
    assert fitted.all_extensions == {"respond": (Extension(15),)}
    assert left_out == ()


def test_an_event_that_no_rule_asks_for_is_left_out_without_a_word():
    told = facts({"received": RECEIVED, "acknowledged": RECEIVED})
    fitted, left_out = fitting(TEN, told, CALENDAR)
    assert fitted.events == {"received": RECEIVED}
    assert left_out == ()


def test_an_event_without_the_time_of_day_that_hours_need_is_set_aside_and_said_so():
    at_once = Rule("act", "Act", ("received",), Span(0, Unit.IMMEDIATELY), headline=True)
    rules = RuleSet("freeze", "Freeze", (Event("received", "Received"),), (at_once,))
    fitted, (why,) = fitting(rules, facts({"received": RECEIVED}), CALENDAR)
    assert fitted.events == {}
    assert why == (
        "'Received' on Tuesday 12 May 2026 does not count: 'Received' needs a time of day as well, such as 9:30am, "
        "because 'Act' is due at once."
    )


def test_reclassified_back_everything_counts_again():
    told = facts(
        {"received": RECEIVED},
        extended={"respond": 40},
        pauses=[(date(2026, 5, 18), date(2026, 5, 20))],
        decided_at=noon(date(2026, 5, 17)),
    )
    assert headline(TEN, told, (THIRTY, date(2026, 5, 20))).due_on == date(2026, 5, 27)
    back = headline(THIRTY, told, (THIRTY, date(2026, 5, 20)), (TEN, date(2026, 5, 21)))
    assert back.due_on == headline(THIRTY, told).due_on == date(2026, 7, 10)
    assert back.missed_at is None


# --- breach -----------------------------------------------------------------------------------------


def test_a_deadline_missed_before_it_was_reclassified_stays_missed():
    """Due on 27 May, reclassified on 29 May to thirty days: the date is 24 June, and it is late all the same."""
    deadline = headline(THIRTY, facts({"received": RECEIVED}), (TEN, date(2026, 5, 29)))
    assert deadline.due_on == date(2026, 6, 24)
    assert deadline.missed_at == london_midnight(date(2026, 5, 28))
    assert colour(deadline, date(2026, 6, 1)) == "red"
    assert [s.text for s in deadline.steps if s.kind == "missed"] == [
        "Missed on Thursday 28 May 2026 at 12:00am, as things stood then: it stays missed."
    ]


def test_reclassified_while_there_was_time_is_judged_by_the_new_date_alone():
    deadline = headline(THIRTY, facts({"received": RECEIVED}), (TEN, date(2026, 5, 27)))
    assert deadline.missed_at is None
    assert colour(deadline, date(2026, 6, 1)) == "green"


def test_met_in_time_before_it_was_reclassified_is_met_in_time():
    told = facts({"received": RECEIVED, "responded": date(2026, 5, 27)})
    assert headline(THIRTY, told, (TEN, date(2026, 5, 29))).met_in_time is True


def test_answered_late_and_then_reclassified_is_answered_late():
    told = facts({"received": RECEIVED, "responded": date(2026, 5, 28)})
    assert headline(THIRTY, told, (TEN, date(2026, 6, 1))).met_in_time is False


def test_correcting_the_day_it_was_received_takes_the_breach_away():
    """It had come on Fri 15 May: ten days end with Mon 1 June, after it was reclassified."""
    deadline = headline(THIRTY, facts({"received": date(2026, 5, 15)}), (TEN, date(2026, 5, 29)))
    assert deadline.missed_at is None


def test_an_extension_approved_in_time_counts_for_what_went_before():
    told = facts({"received": RECEIVED}, extended={"respond": 20}, decided_at=noon(date(2026, 5, 27)))
    assert headline(TWENTY, told, (TEN, date(2026, 6, 9))).missed_at is None


def test_an_extension_approved_too_late_does_not():
    told = facts({"received": RECEIVED}, extended={"respond": 20}, decided_at=noon(date(2026, 5, 28)))
    deadline = headline(TWENTY, told, (TEN, date(2026, 6, 9)))
    assert deadline.missed_at == london_midnight(date(2026, 5, 28))


def test_a_headline_missed_is_the_headline_missed_whatever_it_is_called():
    """Triage was due on 14 May; on 18 May it became a complaint of thirty days."""
    triage = sla(2, code="triage")
    deadline = headline(THIRTY, facts({"received": RECEIVED}), (triage, date(2026, 5, 18)))
    assert deadline.rule.code == "respond"
    assert deadline.missed_at == london_midnight(date(2026, 5, 15))


def test_a_headline_missed_two_reclassifications_ago_is_missed_still():
    told = facts({"received": RECEIVED})
    triage = sla(2, code="triage")
    deadline = headline(TEN, told, (triage, date(2026, 5, 18)), (THIRTY, date(2026, 5, 20)))
    assert deadline.missed_at == london_midnight(date(2026, 5, 15))


def test_another_milestone_stays_missed_by_its_code_and_is_not_forgotten_on_the_way():
    """The acknowledgement was missed under the first rules, the second have none, the third have one again."""
    acknowledge = Rule(
        "acknowledge", "Acknowledge", ("received",), Span(3, Unit.WORKING_DAYS), met_by="acknowledged"
    )
    with_it = RuleSet("with", "With", THIRTY.events, (acknowledge, *TWENTY.milestones))
    told = facts({"received": RECEIVED})
    periods = [
        JudgedBy(with_it, CALENDAR, noon(date(2026, 5, 19))),
        JudgedBy(TWENTY, CALENDAR, noon(date(2026, 5, 20))),
    ]
    deadlines = compute(with_it, told, CALENDAR, before=missed_before(periods, told))
    assert [(d.rule.code, d.missed_at) for d in deadlines] == [
        ("acknowledge", london_midnight(date(2026, 5, 16))),
        ("respond", None),
    ]


def test_rules_whose_date_had_gone_by_make_it_late_only_while_they_apply():
    """A slip on 3 June: ten days ended on 27 May, when thirty were in force. Put right at once, nothing remains."""
    told = facts({"received": RECEIVED})
    slipped = headline(TEN, told, (THIRTY, date(2026, 6, 3)))
    assert colour(slipped, date(2026, 6, 3)) == "red"
    back = headline(THIRTY, told, (THIRTY, date(2026, 6, 3)), (TEN, date(2026, 6, 4)))
    assert back.missed_at is None
    assert colour(back, date(2026, 6, 8)) == "green"


def test_more_time_given_before_the_stricter_rules_applied_was_not_late():
    """On 8 June, within thirty days, 31 July was agreed. Ten-day rules that take a date given find nothing missed."""
    told = Facts({"received": RECEIVED}, given={"respond": Given(date(2026, 7, 31), noon(date(2026, 6, 8)))})
    strict = sla(10, given=True)
    deadline = headline(strict, told, (THIRTY, date(2026, 6, 10)))
    assert (deadline.due_on, deadline.missed_at) == (date(2026, 7, 31), None)


def test_more_time_given_after_the_stricter_rules_made_it_late_does_not_cure_that():
    told = Facts({"received": RECEIVED}, given={"respond": Given(date(2026, 7, 31), noon(date(2026, 6, 12)))})
    deadline = headline(sla(10, given=True), told, (THIRTY, date(2026, 6, 10)))
    assert deadline.missed_at == london_midnight(date(2026, 5, 28))


def test_while_it_was_paused_nothing_was_missed():
    pause = PauseSpan(date(2026, 5, 20), date(2026, 6, 12), noon(date(2026, 5, 20)))
    told = Facts({"received": RECEIVED}, pauses=(pause,))
    pausable_ten = sla(10, pausable=True)
    assert headline(THIRTY, told, (pausable_ten, date(2026, 6, 15))).missed_at is None
    assert headline(THIRTY, told, (pausable_ten, date(2026, 6, 22))).missed_at == london_midnight(
        date(2026, 6, 19)
    )


# --- on histories nobody thought of -----------------------------------------------------------------

same_every_time = settings(derandomize=True, max_examples=250, deadline=None, database=None)
HISTORIES = st.lists(st.tuples(st.sampled_from((5, 10, 20, 30)), st.integers(1, 40)), min_size=1, max_size=4)
# Totals with the day of the decision, which is never later than the date it leads to.
EXTENDED = st.lists(
    st.integers(6, 60).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total))), max_size=3
)
RULES = {days: sla(days, extend_to=days + 15) for days in (5, 10, 20, 30)}


def reclassified(history, extended, answered):
    """A stage judged by each SLA of `history` for so many days, extended and answered so many days after it came."""
    periods, until = [], RECEIVED
    for days, length in history:
        until += length * DAY
        periods.append((RULES[days], until))
    totals, days = sorted(total for total, _ in extended), sorted(day for _, day in extended)
    decided = [
        Extension(total, noon(min(RECEIVED + day * DAY, until)) - timedelta(hours=1))
        for total, day in zip(totals, days, strict=True)
    ]
    events = [("received", RECEIVED)]
    if answered is not None:
        events.append(("responded", RECEIVED + answered * DAY))
    return periods, Facts.recorded(events, extensions=[("respond", each) for each in decided])


def first_breach(periods, told):
    """Day by day: the first one that was the due day by what was in force and known when it ended, in vain."""
    answered = told.events.get("responded", date.max)
    day = RECEIVED
    while day < periods[-1][1] and day < answered:
        midnight = london_midnight(day + DAY)
        rules = next(rules for rules, until in periods if midnight < noon(until))
        rule = rules.headline
        totals = [
            e.total
            for e in told.all_extensions.get("respond", ())
            if e.decided_at < midnight and rule.span.amount < e.total <= rule.extend_to
        ]
        if naive.count_on(RECEIVED, max([rule.span.amount, *totals]), set(HOLIDAYS)) == day:
            return midnight
        day += DAY
    return None


@same_every_time
@given(HISTORIES, EXTENDED, st.none() | st.integers(0, 80), st.sampled_from((5, 10, 20, 30)))
def test_what_is_missed_is_exactly_the_due_day_that_went_by_while_it_was_in_force(
    history, extended, answered, last
):
    periods, told = reclassified(history, extended, answered)
    deadline = headline(RULES[last], told, *periods)
    assert deadline.missed_at == first_breach(periods, told)


@same_every_time
@given(
    st.sampled_from((5, 10, 20, 30)),
    st.sampled_from((5, 10, 20, 30)),
    st.tuples(st.integers(1, 60), st.integers(1, 20)),
    EXTENDED,
    st.none() | st.integers(0, 80),
)
def test_there_and_back_neither_cures_a_breach_nor_makes_one(own, other, when, extended, answered):
    """Where no due day of either went by in between, the stage looks on every day as if nothing had happened; where
    its own had gone by before, it is late for good."""
    periods, told = reclassified([(own, when[0]), (other, when[1])], extended, answered)
    back = headline(RULES[own], told, *periods)
    missed_first = first_breach(periods[:1], told)
    if missed_first is not None:
        assert back.missed_at == missed_first
        assert back.met_in_time is not True
    left, returned = noon(periods[0][1]), noon(periods[1][1])
    stayed = first_breach([(RULES[own], periods[1][1])], told)
    between = [moment for moment in told.decisions if left < moment < returned]
    if first_breach(periods, told) == missed_first == stayed and not between:
        never = headline(RULES[own], told)
        days = [RECEIVED + n * DAY for n in range(0, 130, 3)]
        assert [colour(back, day) for day in days] == [colour(never, day) for day in days]
        assert (back.due_on, back.met_in_time) == (never.due_on, never.met_in_time)
