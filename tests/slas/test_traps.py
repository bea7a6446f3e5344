"""What other systems got wrong, by number. Each is a story with its date worked out by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from slas.core.calendar import LONDON, Receipt, WorkingCalendar
from slas.core.deadlines import compute
from slas.core.rules import Event, Rule, RuleSet, Span, Unit
from slas.models import Calendar, HolidayList
from slas.service import (
    Question,
    answer,
    change_calendar,
    load_bank_holidays,
    proclaim_holiday,
    withdraw_holiday,
    working_calendar,
)
from tests.factories import NOW
from tests.slas.told import facts

pytestmark = pytest.mark.usefixtures("packs")

DAY = timedelta(days=1)


def deadline(sla, policy="", *, seen="2026-05-12", **told):
    """The headline deadline, and its colour as seen on a day, straight from the service."""
    moment = datetime.fromisoformat(seen).replace(tzinfo=LONDON)
    reply = answer(Question(sla, facts(**told), policy, seen=moment), now=NOW)
    (headline,) = (each for each in reply.deadlines if each.rule.headline)
    return headline


# --- counting ---------------------------------------------------------------------------------------


def test_trap_01_received_on_a_saturday(milestones):
    """Strict: Saturday is day 0. Deemed: it counts as received on Tuesday (Monday 25 May is a bank holiday)."""
    saturday = {"response_received": "2026-05-23"}
    strict = milestones("escalation-window", "--policy=surrey-cfllc", **saturday)
    assert strict["ask"]["due_on"] == "2026-06-22"
    deemed = milestones("escalation-window", "--policy=surrey-cfllc", "--receipt=deemed", **saturday)
    assert deemed["ask"]["due_on"] == "2026-06-23"


def test_trap_01_it_is_a_setting_of_the_calendar_and_strict_unless_set(milestones):
    calendar = Calendar.objects.get(code="surrey-cfllc")
    assert calendar.receipt == "strict"
    change_calendar(
        calendar=calendar,
        works_bank_holidays=False,
        receipt=Receipt.DEEMED,
        cut_off=None,
        by=None,
        now=NOW,
    )
    found = milestones("escalation-window", "--policy=surrey-cfllc", response_received="2026-05-23")
    assert found["ask"]["due_on"] == "2026-06-23"
    asked_strictly = milestones(
        "escalation-window", "--policy=surrey-cfllc", "--receipt=strict", response_received="2026-05-23"
    )
    assert asked_strictly["ask"]["due_on"] == "2026-06-22"


def test_trap_02_an_extension_counts_from_the_original_start(milestones):
    """Received Sat 23 May under deemed receipt: day 0 is Tue 26 May, 10 days end Tue 9 June, 20 on Tue 23 June."""
    received = {"received": "2026-05-23"}
    before = milestones("stage-1-childrens", "--receipt=deemed", **received)["respond"]
    assert before["due_on"] == "2026-06-09"
    after = milestones("stage-1-childrens", "--receipt=deemed", "--extend=respond=20", **received)["respond"]
    assert (after["due_on"], after["original_due_on"]) == ("2026-06-23", "2026-06-09")


def test_trap_02_an_extension_after_a_pause_counts_from_the_original_start(milestones):
    """10 working days from Fri 21 Nov 2025 with Fri 5 Dec paused: Mon 8 Dec. Extended to 20: Mon 22 Dec, and not ten
    more than a date that was rolled already."""
    told = ("--pause=2025-12-05..2025-12-06",)
    paused = milestones("childrens-stage-1", *told, received="2025-11-21")["respond"]
    assert paused["due_on"] == "2025-12-08"
    extended = milestones("childrens-stage-1", *told, "--extend=respond=20", received="2025-11-21")["respond"]
    assert (extended["due_on"], extended["original_due_on"]) == ("2025-12-22", "2025-12-05")


def test_trap_03_two_one_day_pauses_are_replayed_not_rolled_twice(milestones):
    """Due Fri 5 Dec 2025. Paused that Friday and again on the Saturday, a day each: the Friday costs a working day, the
    Saturday none. Rolling the date after each pause made it Tue 9 Dec."""
    without = milestones("childrens-stage-1", received="2025-11-21")["respond"]
    assert without["due_on"] == "2025-12-05"
    pauses = ("--pause=2025-12-05..2025-12-06", "--pause=2025-12-06..2025-12-07")
    for told in (pauses, pauses[::-1]):
        found = milestones("childrens-stage-1", *told, received="2025-11-21")["respond"]
        assert found["due_on"] == "2025-12-08"


def test_trap_03_as_one_pause_or_as_two_it_costs_the_same(milestones):
    as_two = ("--pause=2025-12-01..2025-12-03", "--pause=2025-12-03..2025-12-08")
    as_one = ("--pause=2025-12-01..2025-12-08",)
    overlapping = ("--pause=2025-12-01..2025-12-05", "--pause=2025-12-02..2025-12-08")
    dues = {
        milestones("childrens-stage-1", *told, received="2025-11-21")["respond"]["due_on"]
        for told in (as_two, as_one, overlapping)
    }
    assert dues == {"2025-12-12"}


@pytest.mark.parametrize("day", ["2025-11-21", "2025-11-22", "2025-11-26", "2025-12-05", "2025-12-09"])
def test_trap_04_paused_and_resumed_on_one_day_costs_nothing(milestones, day):
    told = (f"--pause={day}..{day}", "--today=2025-11-26")
    found = milestones("childrens-stage-1", *told, received="2025-11-21")["respond"]
    assert found["due_on"] == "2025-12-05"
    assert found["state"] == "green"


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2022-10-28T10:00+01:00", "2022-10-30T09:00:00+00:00"),  # over the night with 25 hours
        ("2022-10-29T01:30+01:00", "2022-10-31T00:30:00+00:00"),
        ("2022-10-30T01:30+01:00", "2022-11-01T00:30:00+00:00"),
        ("2022-10-30T01:30+00:00", "2022-11-01T01:30:00+00:00"),
        ("2026-03-28T10:00", "2026-03-30T11:00:00+01:00"),  # over the night with 23 hours
        ("2026-03-27T12:00", "2026-03-29T13:00:00+01:00"),
    ],
)
def test_trap_05_48_hours_over_a_clock_change_are_48_hours(milestones, received, due):
    found = milestones("stage-3", "--policy=surrey-cfllc", panel_letter_received=received)["draft-reply"]
    assert found["due_at"] == due
    assert found["due_on"] == due[:10]


def hourly(hours):
    rule = Rule("draft", "Draft", ("letter",), Span(hours, Unit.HOURS), headline=True)
    return RuleSet("example", "Example", (Event("letter", "Letter"),), (rule,))


def test_trap_05_one_hour_from_the_first_two_oclock_is_the_second():
    """30 Oct 2022, 02:00+02:00 in Brussels, is 01:00+01:00 in London; an hour later it is one o'clock once more."""
    letter = datetime.fromisoformat("2022-10-30T02:00+02:00")
    (draft,) = compute(hourly(1), facts({"letter": letter}), WorkingCalendar("Any"))
    assert draft.due_at.isoformat() == "2022-10-30T01:00:00+00:00"


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        ("2026-10-25T01:10+01:00", "amber"),  # the first ten past one
        ("2026-10-25T01:20+01:00", "amber"),  # the first twenty past one: 55 minutes to go
        ("2026-10-25T01:10+00:00", "amber"),  # the second ten past one
        ("2026-10-25T01:15+00:00", "red"),
        ("2026-10-25T01:20+00:00", "red"),
    ],
)
@pytest.mark.parametrize("zone", [UTC, LONDON], ids=["seen in UTC", "seen in London"])
def test_trap_05_in_the_hour_that_comes_twice_it_is_not_red_an_hour_early(seen, state, zone):
    """The letter came on Fri 23 Oct at 02:15, summer time, so 48 hours end at the second 01:15 on Sunday."""
    letter = datetime(2026, 10, 23, 2, 15, tzinfo=LONDON)
    (draft,) = compute(hourly(48), facts({"letter": letter}), WorkingCalendar("Any"))
    assert draft.due_at.isoformat() == "2026-10-25T01:15:00+00:00"
    assert str(draft.state(datetime.fromisoformat(seen).astimezone(zone))) == state


def test_trap_05_the_command_is_not_an_hour_early_either(milestones):
    """`--today` without an offset is the first of the two hours, as for every other moment."""
    told = ("--policy=surrey-cfllc", "--today=2026-10-25T01:20")
    found = milestones("stage-3", *told, panel_letter_received="2026-10-23T02:15")["draft-reply"]
    assert found["due_at"] == "2026-10-25T01:15:00+00:00"
    assert found["state"] == "amber"


@pytest.mark.parametrize(
    ("responded", "in_time"),
    [
        (date(2026, 5, 26), True),
        (date(2026, 5, 27), True),  # on the due day
        (datetime(2026, 5, 27, 23, 59, 59, tzinfo=LONDON), True),
        (datetime(2026, 5, 27, 22, 59, 59, tzinfo=UTC), True),  # the same moment
        (datetime(2026, 5, 28, tzinfo=LONDON), False),
        (datetime(2026, 5, 27, 23, 0, tzinfo=UTC), False),  # midnight in London
        (date(2026, 5, 28), False),
    ],
)
def test_trap_06_met_on_the_due_day_is_met_in_time_by_every_test(responded, in_time):
    told = {"received": date(2026, 5, 12), "responded": responded}
    respond = deadline("stage-1-childrens", events=told, seen="2026-12-01")
    assert respond.due_on == date(2026, 5, 27)
    assert respond.met_in_time is in_time
    assert (str(respond.state(NOW)) != "red") is in_time


def test_trap_06_red_and_late_begin_at_the_same_moment():
    """The colour the moment before and at midnight, and the verdict on a response of that moment."""
    midnight = datetime(2026, 5, 28, tzinfo=LONDON)
    for moment in (midnight - timedelta(microseconds=1), midnight):
        open_still = deadline("stage-1-childrens", events={"received": date(2026, 5, 12)})
        told = {"received": date(2026, 5, 12), "responded": moment}
        met = deadline("stage-1-childrens", events=told)
        assert met.met_in_time is (str(open_still.state(moment)) != "red")


def test_trap_07_days_left_are_counted_from_one_end_only(milestones, run):
    """From the day received, all ten are left; each working day takes one; on the due day none is left; the day after
    it is one late. Weekends and the bank holiday take none."""
    left = {}
    for n in range(18):
        today = (date(2026, 5, 12) + n * DAY).isoformat()
        told = ("stage-1-childrens", f"--today={today}")
        left[today] = milestones(*told, received="2026-05-12")["respond"]["working_days_left"]
    assert left == {
        "2026-05-12": 10,
        "2026-05-13": 9,
        "2026-05-14": 8,
        "2026-05-15": 7,
        "2026-05-16": 7,
        "2026-05-17": 7,
        "2026-05-18": 6,
        "2026-05-19": 5,
        "2026-05-20": 4,
        "2026-05-21": 3,
        "2026-05-22": 2,
        "2026-05-23": 2,
        "2026-05-24": 2,
        "2026-05-25": 2,
        "2026-05-26": 1,
        "2026-05-27": 0,
        "2026-05-28": -1,
        "2026-05-29": -2,
    }


@pytest.mark.parametrize(
    ("today", "words"),
    [("2026-05-26", "1 working day left"), ("2026-05-28", "1 working day late")],
)
def test_trap_07_the_words_say_what_the_number_says(run, today, words):
    said = run("deadlines", "stage-1-childrens", "--event=received=2026-05-12", f"--today={today}")
    assert words in said


# --- pauses, extensions, anchors --------------------------------------------------------------------


def test_trap_08_paused_is_a_state_without_a_date_and_resuming_restores_it(milestones, run):
    told = ("general-stage-1", "--event=received=2026-05-12", "--today=2026-06-30")
    paused = milestones(*told, "--pause=2026-05-20..")["respond"]
    assert (paused["state"], paused["due_on"], paused["amber_on"]) == ("paused", None, None)
    assert "9999" not in run("deadlines", *told, "--pause=2026-05-20..")
    # 30 working days end on Wed 24 June; four working days (20, 21, 22, 26 May) are taken out: Tue 30 June
    resumed = milestones(*told, "--pause=2026-05-20..2026-05-27")["respond"]
    assert (resumed["due_on"], resumed["original_due_on"]) == ("2026-06-30", "2026-06-24")


def test_trap_09_pause_extend_and_remove_the_extension(milestones):
    told = ("childrens-stage-1", "--event=received=2025-11-21", "--pause=2025-11-25..2025-11-27")
    paused = milestones(*told)
    extended = milestones(*told, "--extend=respond=20")
    assert paused["respond"]["due_on"] == "2025-12-09"
    assert extended["respond"]["due_on"] == "2025-12-23"
    assert milestones(*told) == paused
    plain = milestones("childrens-stage-1", "--event=received=2025-11-21", "--extend=respond=20")
    assert plain["respond"]["due_on"] == "2025-12-19"


def test_trap_09_reclassified_it_keeps_its_pause(milestones):
    """From a general complaint to adult social care: the same facts under another SLA."""
    told = ("--event=received=2026-05-12", "--pause=2026-05-20..2026-05-27")
    general = milestones("general-stage-1", *told)["respond"]
    adult = milestones("adult-social-care", *told)["respond"]
    assert adult["due_on"] == general["due_on"] == "2026-06-30"


def test_trap_09_correcting_the_received_date_keeps_extension_and_pause(milestones):
    told = ("childrens-stage-1", "--pause=2025-11-25..2025-11-27", "--extend=respond=20")
    wrong = milestones(*told, received="2025-11-21")["respond"]
    corrected = milestones(*told, received="2025-11-24")["respond"]
    assert wrong["due_on"] == "2025-12-23"
    assert corrected["due_on"] == "2025-12-24"
    assert corrected["original_due_on"] == "2025-12-08"


def test_trap_10_paused_and_closed_at_once_the_pause_does_not_go_on(milestones):
    """Paused on Fri 15 May and answered that day, then never resumed: four months later it is not still paused, and as
    a pause that ends on its own day it cost nothing."""
    told = ("general-stage-1", "--event=received=2026-05-12", "--event=responded=2026-05-15")
    found = milestones(*told, "--pause=2026-05-15..", "--today=2026-09-14")["respond"]
    assert found["state"] == "green"
    assert found["due_on"] == "2026-06-24"


def test_trap_10_answered_before_the_pause_it_was_never_paused(milestones):
    told = ("general-stage-1", "--event=received=2026-05-12", "--event=responded=2026-05-15")
    found = milestones(*told, "--pause=2026-06-01..", "--today=2026-09-14")["respond"]
    assert found["state"] == "green"


def test_trap_11_paused_from_its_first_day_the_clock_never_ran(milestones):
    told = ("general-stage-1", "--event=received=2026-05-12")
    for today in ("2026-05-12", "2026-05-13", "2026-12-01"):
        found = milestones(*told, "--pause=2026-05-12..", f"--today={today}")["respond"]
        assert (found["state"], found["due_on"], found["working_days_left"]) == ("paused", None, None)
    # resumed on Tue 2 June, which is worked again: day 1 is that day, day 30 is Mon 13 July
    resumed = milestones(*told, "--pause=2026-05-12..2026-06-02")["respond"]
    assert resumed["due_on"] == "2026-07-13"


def test_trap_11_closed_on_its_first_day_the_clock_does_not_run(milestones, run):
    """Answered the day it came: whenever one looks, it is green and not late."""
    told = ("concern", "--event=received=2026-05-12", "--event=triaged=2026-05-12")
    soon, later = (milestones(*told, f"--today={day}")["triage"] for day in ("2026-05-12", "2026-12-01"))
    assert (soon["state"], later["state"]) == ("green", "green")
    assert soon["working_days_left"] == 2
    assert later["working_days_left"] is None or later["working_days_left"] >= 0
    assert "late" not in run("deadlines", *told, "--today=2026-12-01")


def test_trap_12_amber_moves_with_due(milestones):
    """A fifth of the allowance in force: two days of ten, four of twenty."""
    told = ("childrens-stage-1", "--event=received=2025-11-21")
    plain = milestones(*told)["respond"]
    assert (plain["amber_on"], plain["due_on"]) == ("2025-12-03", "2025-12-05")
    extended = milestones(*told, "--extend=respond=20")["respond"]
    assert (extended["amber_on"], extended["due_on"]) == ("2025-12-15", "2025-12-19")
    paused = milestones(*told, "--pause=2025-11-24..2025-12-01")["respond"]
    assert (paused["amber_on"], paused["due_on"]) == ("2025-12-10", "2025-12-12")
    given = milestones("lgsco-enquiry", "--event=received=2026-06-01", "--given=respond=2026-06-16")
    assert (given["respond"]["amber_on"], given["respond"]["due_on"]) == ("2026-06-13", "2026-06-16")
    assert (given["package"]["amber_on"], given["package"]["due_on"]) == ("2026-06-11", "2026-06-13")


# --- policy and holidays ----------------------------------------------------------------------------


def proclaim(day, name="Day of mourning"):
    return proclaim_holiday(
        nation="england-and-wales",
        day=day,
        name=name,
        source="Proclamation",
        proclaimed_on=day - 5 * DAY,
        by=None,
        now=NOW,
    )


def test_trap_13_a_proclaimed_bank_holiday_moves_deadlines_at_once(milestones):
    """Asked before, so this process remembers the old list; nobody tells it to forget."""
    asked = ("stage-1-childrens", "--event=received=2026-05-12")
    assert milestones(*asked)["respond"]["due_on"] == "2026-05-27"
    mourning = proclaim(date(2026, 5, 20))
    after = milestones(*asked)["respond"]
    assert after["due_on"] == "2026-05-28"
    assert any("Day of mourning" in line for line in after["explanation"])
    withdraw_holiday(mourning, by=None, now=NOW)
    assert milestones(*asked)["respond"]["due_on"] == "2026-05-27"


def test_trap_13_every_policy_of_that_nation_sees_it_and_no_other_does(milestones):
    dates = {"escalated": "2026-05-12"}
    surrey = ("corporate-stage-2",)
    solihull = ("stage-2", "--policy=solihull-corporate")
    before = [milestones(*sla, **dates)["respond"]["due_on"] for sla in (surrey, solihull)]
    assert before == ["2026-06-10", "2026-05-26"]
    proclaim(date(2026, 5, 20))
    after = [milestones(*sla, **dates)["respond"]["due_on"] for sla in (surrey, solihull)]
    assert after == ["2026-06-11", "2026-05-26"]  # Solihull works on bank holidays


SLOWER = """
policy: slow-council
name: Slow council
version: {version}
in force from: {since}
calendar: {{name: Days, nation: england-and-wales, bank holidays: not counted}}
slas:
  - sla: reply
    name: Reply
    source: X1
    events: {{received: Received}}
    milestones:
      - milestone: respond
        name: Respond
        headline: yes
        due: {days} working days after received
        met by: responded
        source: X1
"""


def test_trap_14_a_new_version_leaves_what_began_before_it_alone(answer, run, tmp_path):
    file = tmp_path / "slow.yaml"
    file.write_text(SLOWER.format(version=1, since="2025-01-01", days=10))
    run("load_policy", str(file))
    before = answer("reply", received="2026-05-12", responded="2026-05-20")
    assert before["milestones"][0]["due_on"] == "2026-05-27"
    file.write_text(SLOWER.format(version=2, since="2026-06-01", days=15))
    run("load_policy", str(file))
    assert answer("reply", received="2026-05-12", responded="2026-05-20") == before
    assert answer("reply", received="2026-06-01")["version"] == 2


def test_trap_14_an_sla_cannot_be_edited_in_place(refused, run, answer, tmp_path):
    file = tmp_path / "slow.yaml"
    file.write_text(SLOWER.format(version=1, since="2025-01-01", days=10))
    run("load_policy", str(file))
    file.write_text(SLOWER.format(version=1, since="2025-01-01", days=15))
    line = refused("load_policy", str(file))
    assert "version 1" in line
    assert answer("reply", received="2026-05-12")["milestones"][0]["due_on"] == "2026-05-27"


def test_trap_15_a_deadline_beyond_the_known_bank_holidays_warns(milestones):
    known_to = HolidayList.objects.get(nation="england-and-wales").known_to
    assert known_to == date(2028, 12, 31)
    within = milestones("stage-1-childrens", received="2028-12-04")["respond"]
    beyond = milestones("stage-1-childrens", received="2028-12-18")["respond"]
    assert date.fromisoformat(within["due_on"]) <= known_to < date.fromisoformat(beyond["due_on"])
    assert not any("known only up to" in line for line in within["explanation"])
    assert any("known only up to Sunday 31 December 2028" in line for line in beyond["explanation"])


def test_trap_15_so_does_one_in_calendar_days_and_a_date_given(milestones):
    enquiry = milestones("lgsco-enquiry", received="2028-12-18")
    assert any("known only up to" in line for line in enquiry["respond"]["explanation"])
    remedy = milestones("lgsco-remedy", "--given=complete=2029-03-01", agreed="2028-12-01")
    assert any("known only up to" in line for line in remedy["complete"]["explanation"])


@pytest.mark.parametrize("interview", ["2029-01-02", "2029-01-04"])
def test_trap_15_counting_back_over_days_that_are_not_known_warns_too(milestones, interview):
    """Two working days before Tue 2 Jan 2029: whether that is Fri 29 or Thu 28 Dec depends on New Year's Day, which is
    not on the list yet. It must not silently be a working day."""
    found = milestones("stage-2-education", interview=interview)["questions"]
    assert any("known only up to" in line for line in found["explanation"])


def test_trap_15_so_does_a_date_measured_from_one_beyond_the_known_list(milestones):
    """The response is due early in January 2029; five working days before it is still in 2028, but New Year's Day is
    counted on the way."""
    found = milestones("stage-2-education", response_date_agreed="2028-11-27")
    assert (found["respond"]["due_on"], found["outcome-report"]["due_on"]) == ("2029-01-03", "2028-12-27")
    for code in ("respond", "outcome-report"):
        assert any("known only up to" in line for line in found[code]["explanation"]), code


def test_trap_15_where_bank_holidays_are_worked_nothing_needs_to_be_known(milestones):
    found = milestones("stage-2", "--policy=solihull-corporate", escalated="2028-12-18")["respond"]
    assert found["due_on"] == "2029-01-01"
    assert not any("known" in line for line in found["explanation"])


OF_ONE_NATION = [
    ("england-and-wales", "2026-04-06", True, "Easter Monday"),
    ("england-and-wales", "2026-08-31", True, "the last Monday in August"),
    ("england-and-wales", "2026-03-17", False, "St Patrick's Day"),
    ("england-and-wales", "2026-01-02", False, "2 January"),
    ("england-and-wales", "2026-11-30", False, "St Andrew's Day"),
    ("scotland", "2026-01-02", True, "2 January"),
    ("scotland", "2026-08-03", True, "the first Monday in August"),
    ("scotland", "2026-11-30", True, "St Andrew's Day"),
    ("scotland", "2026-04-06", False, "Easter Monday"),
    ("scotland", "2026-08-31", False, "the last Monday in August"),
    ("northern-ireland", "2026-03-17", True, "St Patrick's Day"),
    ("northern-ireland", "2026-04-06", True, "Easter Monday"),
    ("northern-ireland", "2026-07-13", True, "Battle of the Boyne, substitute day"),
    ("northern-ireland", "2026-08-31", True, "the last Monday in August"),
]


@pytest.mark.parametrize(("nation", "day", "is_holiday", "what"), OF_ONE_NATION)
def test_trap_16_each_nation_has_its_own_bank_holidays(nation, day, is_holiday, what):
    row = Calendar.objects.create(code="nation", name="Nation", nation=nation)
    calendar = working_calendar(row.pk, statutory=True)
    assert calendar.is_working(date.fromisoformat(day)) is not is_holiday


@pytest.mark.parametrize("year", range(2018, 2029))
def test_trap_16_no_year_of_england_and_wales_is_short_of_days(year):
    """Eight a year, and one more in the years of a jubilee, the funeral (2022: both) and the coronation (2023)."""
    listed = HolidayList.objects.get(nation="england-and-wales")
    extra = {2022: 2, 2023: 1}.get(year, 0)
    assert listed.holidays.filter(day__year=year).exclude(day__week_day__in=(1, 7)).count() == 8 + extra


def test_trap_16_loading_the_list_again_loses_nothing():
    listed = HolidayList.objects.get(nation="england-and-wales")
    before = list(listed.holidays.values_list("day", "name"))
    load_bank_holidays(by=None, now=NOW)
    assert list(listed.holidays.values_list("day", "name")) == before
