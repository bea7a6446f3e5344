"""Which facts the rules allow, whatever asks: the command, the page, an action on a case."""

from datetime import date, datetime

import pytest

from slas.core.calendar import LONDON, PauseSpan, Receipt, WorkingCalendar
from slas.core.deadlines import compute
from slas.core.facts import Extension, FactError, Facts, Given, check, check_pause_dates
from slas.core.rules import Amber, AmberKind, Event, Rule, RuleError, RuleSet, Span, Unit
from tests.slas.told import facts

PLAIN = WorkingCalendar("Any council")
MONDAY = date(2026, 6, 1)


def sla(*rules, **more):
    events = (Event("received", "Received"), Event("agreed", "Agreed"))
    return RuleSet("example", "Example", events, rules, **more)


def respond(amount=10, unit=Unit.WORKING_DAYS, **rule):
    return Rule(
        "respond", "Respond", rule.pop("after", ("received",)), Span(amount, unit), headline=True, **rule
    )


def given(day):
    return facts({"received": MONDAY}, given={"respond": date.fromisoformat(day)})


@pytest.mark.parametrize(
    ("unit", "latest", "too_late"),
    [
        (Unit.WORKING_DAYS, "2026-06-26", "2026-06-27"),  # the 19th working day after Monday 1 June
        (Unit.CALENDAR_DAYS, "2026-06-20", "2026-06-21"),
    ],
)
def test_a_given_date_is_capped_in_the_unit_of_its_rule(unit, latest, too_late):
    rules = sla(respond(10, unit, given=True, given_to=19))
    check(rules, given(latest), PLAIN)
    with pytest.raises(FactError) as caught:
        check(rules, given(too_late), PLAIN)
    assert (caught.value.kind, caught.value.code) == ("given", "respond")
    assert too_late in str(caught.value)


def test_the_cap_counts_from_day_0_under_deemed_receipt():
    """Received on Sat 30 May, deemed Mon 1 June: the tenth working day is Mon 15 June."""
    rules = sla(respond(5, given=True, given_to=10))
    happened = facts({"received": date(2026, 5, 30)}, given={"respond": date(2026, 6, 15)})
    check(rules, happened, WorkingCalendar("Any council", receipt=Receipt.DEEMED))
    with pytest.raises(FactError):
        check(rules, happened, PLAIN)


def test_a_date_may_be_given_for_the_day_it_began_but_not_before():
    rules = sla(respond(given=True))
    check(rules, given("2026-06-01"), PLAIN)
    with pytest.raises(FactError, match="before"):
        check(rules, given("2026-05-31"), PLAIN)


def test_a_date_given_while_nothing_has_happened_has_no_cap_yet():
    rules = sla(respond(given=True, given_to=10))
    assert check(rules, facts(given={"respond": date(2030, 1, 1)}), PLAIN) is None


@pytest.mark.parametrize("total", [11, 19, 20])
def test_an_extension_up_to_the_cap_is_allowed(total):
    assert check(sla(respond(extend_to=20)), facts(extended={"respond": total}), PLAIN) is None


@pytest.mark.parametrize("total", [-5, 0, 9, 10, 21, 1000])
def test_an_extension_over_the_cap_or_not_over_the_allowance_is_refused(total):
    with pytest.raises(FactError) as caught:
        check(sla(respond(extend_to=20)), facts(extended={"respond": total}), PLAIN)
    assert (caught.value.kind, caught.value.code) == ("extend", "respond")


def test_what_says_nothing_of_extension_or_given_dates_takes_neither():
    for happened in (facts(extended={"respond": 11}), given("2026-06-30")):
        with pytest.raises(FactError, match="respond"):
            check(sla(respond()), happened, PLAIN)


def test_a_pause_ends_no_earlier_than_it_begins_and_only_where_a_policy_allows_it():
    allowed = sla(respond(pausable=True), pause_reasons=("Court proceedings",), pause_source=("W6",))
    check(allowed, facts(pauses=[(MONDAY, MONDAY), (MONDAY, None)]), PLAIN)
    with pytest.raises(FactError, match="before"):
        check(allowed, facts(pauses=[(MONDAY, date(2026, 5, 31))]), PLAIN)
    with pytest.raises(FactError, match="cannot be paused"):
        check(sla(respond()), facts(pauses=[(MONDAY, None)]), PLAIN)


@pytest.mark.parametrize(
    ("first", "resumed", "wrong"),
    [
        (date(2026, 6, 3), None, "begins on Wednesday 3 June 2026"),
        (date(2026, 6, 3), date(2026, 6, 8), "begins on Wednesday 3 June 2026"),
        (date(2026, 6, 1), date(2026, 6, 3), "resumes on Wednesday 3 June 2026"),
    ],
)
def test_a_pause_of_a_stage_is_recorded_once_it_is_so(first, resumed, wrong):
    today = date(2026, 6, 2)
    check_pause_dates([PauseSpan(date(2026, 6, 2), None), PauseSpan(MONDAY, date(2026, 6, 2))], today)
    with pytest.raises(FactError) as caught:
        check_pause_dates([PauseSpan(first, resumed)], today)
    assert caught.value.kind == "pause"
    assert caught.value.told({}) == (
        f"a pause that {wrong} cannot be recorded yet: give Tuesday 2 June 2026 or an earlier day"
    )


def test_what_was_recorded_twice_is_as_it_was_recorded_last():
    """An interview moved to an earlier day; a second extension; the date of the next contact agreed anew."""
    told = Facts.recorded(
        [("received", MONDAY), ("interview", date(2026, 6, 12)), ("interview", date(2026, 6, 10))],
        given=[("next-contact", Given(date(2026, 6, 5))), ("next-contact", Given(date(2026, 6, 9)))],
        extensions=[("respond", Extension(15)), ("respond", Extension(20))],
        pauses=[PauseSpan(MONDAY, None)],
    )
    assert told.events == {"received": MONDAY, "interview": date(2026, 6, 10)}
    assert told.repeats == {"interview": (date(2026, 6, 12), date(2026, 6, 10))}
    assert told.given == {"next-contact": Given(date(2026, 6, 9))}
    assert told.all_extensions == {"respond": (Extension(15), Extension(20))}
    assert told.pauses == (PauseSpan(MONDAY, None),)


def test_before_a_decision_what_was_decided_earlier_is_in_force():
    monday, friday = (datetime(2026, 6, day, 12, tzinfo=LONDON) for day in (1, 5))
    told = Facts.recorded(
        given=[("respond", Given(date(2026, 7, 1), monday)), ("respond", Given(date(2026, 7, 9), friday))],
        extensions=[("respond", Extension(15)), ("respond", Extension(20, friday))],
        pauses=[PauseSpan(MONDAY, None, friday)],
    )
    assert told.decisions == (monday, friday)
    assert told.known_before(friday).given["respond"].day == date(2026, 7, 1)
    assert told.known_before(friday).extensions["respond"].total == 15
    assert told.known_before(friday).pauses == ()
    assert told.known_before(monday).given == {}
    assert told.bare().decisions == ()


def test_hours_and_at_once_need_the_time_of_day():
    for rule in (respond(48, Unit.HOURS), respond(0, Unit.IMMEDIATELY)):
        with pytest.raises(FactError, match="time of day"):
            check(sla(rule), facts({"received": MONDAY}), PLAIN)
        check(sla(rule), facts({"received": datetime(2026, 6, 1, 9, 30, tzinfo=LONDON)}), PLAIN)
        check(sla(rule), facts({"agreed": MONDAY}), PLAIN)  # nothing counts hours from this one


@pytest.mark.parametrize(
    ("milestones", "what"),
    [
        ([], "no milestone"),
        ([respond(), respond()], "twice"),
        (
            [Rule("received", "Same as its event", ("received",), Span(1, Unit.WORKING_DAYS), headline=True)],
            "twice",
        ),
        ([Rule("a", "A", ("received",), Span(1, Unit.WORKING_DAYS))], "headline"),
        ([respond(after=("gone",))], "gone"),
        ([respond(after=())], "nothing"),
        ([respond(extend_to=10)], "extension"),
        ([Rule("a", "A", ("received",), None, headline=True)], "allowance"),
        ([Rule("a", "A", ("received",), None, given=True, extend_to=5, headline=True)], "extended"),
        ([respond(given_to=20)], "caps"),
        ([respond(48, Unit.HOURS, extend_to=None, from_milestone=True, after=("x",))], "x"),
        ([respond(latest_from="acknowledge")], "acknowledge"),
        ([respond(counts_start=True)], "months"),
        ([respond(pausable=True)], "paused for"),
    ],
)
def test_rules_that_contradict_themselves_do_not_exist(milestones, what):
    with pytest.raises(RuleError, match=what):
        sla(*milestones)


@pytest.mark.parametrize("stated_on", [None, datetime(2026, 6, 8, 12, tzinfo=LONDON)])
def test_amber_from_a_day_counts_from_the_original_start_whatever_date_is_given_and_whenever(stated_on):
    """The tenth working day after Monday 1 June, as without the date that was given a week later."""
    rules = sla(respond(20, given=True, amber=Amber(AmberKind.FROM_DAY, 10)))
    happened = facts({"received": MONDAY}, given={"respond": date(2026, 7, 31)}, decided_at=stated_on)
    (deadline,) = compute(rules, happened, PLAIN)
    assert deadline.amber_on == date(2026, 6, 15)
