"""`manage.py deadlines`: what it prints, in which state and by which version."""

import json
from datetime import date, datetime, time

import pytest
import time_machine

from slas.core.calendar import Receipt
from slas.models import Calendar
from slas.service import change_calendar
from tests.factories import NOW
from tests.slas.naive import LONDON

pytestmark = pytest.mark.usefixtures("packs")

KEYS = [
    "code",
    "name",
    "headline",
    "state",
    "due_on",
    "due_at",
    "amber_on",
    "original_due_on",
    "working_days_left",
    "waiting_for",
    "explanation",
]


# --- the shape of the answer ------------------------------------------------------------------------


def test_the_answer_names_the_sla_its_policy_and_version(answer):
    found = answer("stage-1-childrens", "--today=2026-05-12", received="2026-05-12")
    assert list(found) == ["sla", "policy", "version", "milestones"]
    assert (found["sla"], found["policy"], found["version"]) == ("stage-1-childrens", "surrey-cfllc", 1)


def test_a_milestone_says_all_of_this_and_nothing_else(milestones):
    found = milestones("stage-1-childrens", "--today=2026-05-12", received="2026-05-12")["respond"]
    explanation = found.pop("explanation")
    assert found == {
        "code": "respond",
        "name": "Send the response",
        "headline": True,
        "state": "green",
        "due_on": "2026-05-27",
        "due_at": None,
        "amber_on": "2026-05-22",
        "original_due_on": "2026-05-27",
        "working_days_left": 10,
        "waiting_for": None,
    }
    assert all(isinstance(line, str) and line for line in explanation)
    assert any("Spring bank holiday" in line for line in explanation)
    assert any("S7.1" in line for line in explanation)


@pytest.mark.parametrize(
    ("sla", "arguments"),
    [
        ("stage-2-statutory", ()),
        ("stage-2-statutory", ("--event=statement-agreed=2026-05-12", "--extend=respond=65")),
        ("freeze", ("--event=received=2026-05-12T09:30",)),
        ("general-stage-1", ("--event=received=2026-05-12", "--pause=2026-05-13..")),
        ("lgsco-enquiry", ("--event=received=2026-05-12", "--given=respond=2026-05-30")),
    ],
)
def test_the_shape_is_the_same_in_every_state(answer, sla, arguments):
    for milestone in answer(sla, *arguments)["milestones"]:
        assert list(milestone) == KEYS
        assert milestone["state"] in {"waiting", "green", "amber", "red", "paused"}
        assert type(milestone["headline"]) is bool
        assert milestone["working_days_left"] is None or type(milestone["working_days_left"]) is int
        for key in ("due_on", "amber_on", "original_due_on"):
            assert milestone[key] is None or date.fromisoformat(milestone[key]).isoformat() == milestone[key]
        if milestone["due_at"] is not None:
            assert datetime.fromisoformat(milestone["due_at"]).utcoffset() is not None
        assert milestone["explanation"]
        assert all(isinstance(line, str) for line in milestone["explanation"])


def test_it_is_one_json_document_with_the_letters_as_they_are(run):
    printed = run("deadlines", "stage-2", "--policy=solihull-corporate", "--json")
    assert json.loads(printed)["policy"] == "solihull-corporate"
    assert "\\u" not in printed


def test_for_people_it_prints_every_milestone_with_colour_date_and_working(run):
    said = run("deadlines", "lgsco-enquiry", "--event=received=2026-06-01", "--today=2026-06-30")
    for name in ("Answer the Ombudsman", "Send the enquiry to the service", "Package the response"):
        assert name in said
    assert "Answer the Ombudsman (headline): RED, due Monday 29 June 2026, 1 working day late" in said
    assert "28 calendar days" in said


def test_a_deadline_on_a_day_not_worked_names_the_last_working_day_before_it(milestones):
    """Calendar days stay where they fall: 5 days from Thu 21 May is Tue 26 May, from Wed 20 May bank holiday Monday."""
    found = milestones("lgsco-draft-decision", received="2026-05-20")["comment"]
    assert found["due_on"] == "2026-05-25"
    assert any("Friday 22 May 2026" in line for line in found["explanation"])


# --- states -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        ("2026-05-11", "green", 11),  # the day before it came
        ("2026-05-12", "green", 10),
        ("2026-05-21", "green", 3),
        ("2026-05-21T23:59", "green", 3),
        ("2026-05-22", "amber", 2),
        ("2026-05-22T00:00", "amber", 2),
        ("2026-05-27", "amber", 0),
        ("2026-05-27T23:59", "amber", 0),
        ("2026-05-28", "red", -1),
        ("2026-06-01", "red", -3),
    ],
)
def test_green_until_amber_amber_until_the_due_day_is_over_then_red(milestones, today, state, left):
    found = milestones("stage-1-childrens", f"--today={today}", received="2026-05-12")["respond"]
    assert (found["state"], found["working_days_left"]) == (state, left)


def test_red_begins_at_midnight_in_london_not_in_utc(milestones):
    for moment, state in (("2026-05-27T22:59+00:00", "amber"), ("2026-05-27T23:00+00:00", "red")):
        found = milestones("stage-1-childrens", f"--today={moment}", received="2026-05-12")["respond"]
        assert found["state"] == state


def test_an_event_counts_by_its_day_in_london(milestones):
    """Half past eleven at night in UTC on 12 May is already 13 May in London."""
    found = milestones("stage-1-childrens", received="2026-05-12T23:30+00:00")["respond"]
    assert found["due_on"] == "2026-05-28"


def test_without_an_event_it_waits_for_it(milestones):
    found = milestones("stage-2-statutory", escalated="2026-05-12")
    assert found["review"]["state"] != "waiting"
    assert (found["respond"]["state"], found["respond"]["waiting_for"]) == ("waiting", "statement-agreed")
    draft = found["adjudication-draft"]
    assert (draft["state"], draft["waiting_for"]) == ("waiting", "statement-agreed")
    for key in ("due_on", "due_at", "amber_on", "original_due_on", "working_days_left"):
        assert found["respond"][key] is None
        assert draft[key] is None


def test_what_only_a_given_date_sets_waits_for_it(milestones):
    found = milestones("lgsco-remedy", agreed="2026-05-12")["complete"]
    assert (found["state"], found["waiting_for"]) == ("waiting", "given")
    found = milestones("lgsco-remedy", "--given=complete=2026-08-31", agreed="2026-05-12")["complete"]
    assert (found["due_on"], found["waiting_for"]) == ("2026-08-31", None)


def test_what_is_in_brackets_is_left_out_until_its_event(milestones):
    received = {"received": "2026-05-12"}
    assert list(milestones("mp-enquiry", **received)) == ["triage", "inform-lead-member", "draft-response"]
    routed = milestones("mp-enquiry", complaint_route="2026-05-14", **received)
    assert routed["copy-of-response"]["due_on"] == "2026-05-28"  # 11 working days from receipt
    updated = milestones("mp-enquiry", "--given=update=2026-05-19", **received)
    assert updated["update"]["due_on"] == "2026-05-19"


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2026-05-16T09:30", "amber"),
        ("2026-05-16T10:29", "amber"),
        ("2026-05-16T10:30", "red"),
        ("2026-05-19", "red"),
    ],
)
def test_at_once_is_amber_for_an_hour_and_then_red(milestones, today, state):
    """A Saturday: at once means at once."""
    found = milestones("freeze", f"--today={today}", received="2026-05-16T09:30")["act"]
    assert found["due_at"] == "2026-05-16T09:30:00+01:00"
    assert (found["due_on"], found["amber_on"], found["state"]) == ("2026-05-16", "2026-05-16", state)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2026-05-15T14:59", "green"),
        ("2026-05-16T04:59", "green"),
        ("2026-05-16T05:00", "amber"),  # ten hours before: a fifth of 48, rounded up
        ("2026-05-16T14:59", "amber"),
        ("2026-05-16T15:00", "red"),
    ],
)
def test_hours_have_their_own_moments(milestones, today, state):
    told = ("--policy=surrey-cfllc", f"--today={today}")
    found = milestones("stage-3", *told, panel_letter_received="2026-05-14T15:00")["draft-reply"]
    assert found["due_at"] == "2026-05-16T15:00:00+01:00"
    assert (found["due_on"], found["amber_on"], found["state"]) == ("2026-05-16", "2026-05-16", state)


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        ("2026-05-19", "green", 29),
        ("2026-05-20", "paused", None),  # FROM is paused
        ("2026-05-26", "paused", None),
        ("2026-05-27", "green", 24),  # TO, the day of resuming, is not
    ],
)
def test_from_is_paused_and_to_is_worked_again(milestones, today, state, left):
    """Due Wed 24 June without the pause, Tue 30 June with it."""
    told = ("--pause=2026-05-20..2026-05-27", f"--today={today}")
    found = milestones("general-stage-1", *told, received="2026-05-12")["respond"]
    assert (found["due_on"], found["original_due_on"]) == ("2026-06-30", "2026-06-24")
    assert (found["state"], found["working_days_left"]) == (state, left)


def test_a_pause_that_is_still_open_has_no_date(milestones):
    told = ("--pause=2026-05-20..", "--today=2026-05-26")
    found = milestones("general-stage-1", *told, received="2026-05-12")["respond"]
    assert found["state"] == "paused"
    assert [found[key] for key in ("due_on", "amber_on", "working_days_left")] == [None, None, None]
    assert found["waiting_for"] is None


def test_a_pause_that_begins_next_week_is_not_yet_a_pause(milestones):
    """As seen on 15 May nothing is paused: FROM is the first paused day."""
    told = ("--pause=2026-05-20..", "--today=2026-05-15")
    found = milestones("general-stage-1", *told, received="2026-05-12")["respond"]
    assert found["state"] == "green"


@pytest.mark.parametrize(
    ("pause", "cost"),
    [
        ("2026-05-20..2026-05-27", 4),  # 20, 21, 22, 26 May; Monday 25 May is a bank holiday
        ("2026-05-01..2026-05-20", 5),  # it was received on 12 May: 13, 14, 15, 18, 19 May
        ("2026-05-23..2026-05-24", 0),  # a Saturday
    ],
)
def test_the_working_says_how_many_days_a_pause_took_out(milestones, pause, cost):
    found = milestones("general-stage-1", f"--pause={pause}", received="2026-05-12")["respond"]
    days = "1 working day" if cost == 1 else f"{cost} working days"
    (line,) = (line for line in found["explanation"] if line.startswith("Paused from"))
    assert f"{days} not counted" in line


def test_missed_before_the_pause_stays_missed(milestones):
    """Due Wed 24 June, paused from Mon 29 June: a pause after the due day hides no breach."""
    told = ("--pause=2026-06-29..", "--today=2026-07-10")
    found = milestones("general-stage-1", *told, received="2026-05-12")["respond"]
    assert (found["state"], found["due_on"]) == ("red", "2026-06-24")


def test_met_keeps_the_colour_it_had_when_it_was_met(milestones):
    late = milestones(
        "stage-1-childrens", "--today=2026-12-01", received="2026-05-12", responded="2026-05-28"
    )
    in_time = milestones(
        "stage-1-childrens", "--today=2026-12-01", received="2026-05-12", responded="2026-05-27"
    )
    assert (late["respond"]["state"], in_time["respond"]["state"]) == ("red", "amber")


# --- what may be said -------------------------------------------------------------------------------


def test_today_is_now_unless_said(milestones):
    with time_machine.travel(datetime(2026, 5, 27, 23, 30, tzinfo=LONDON), tick=False):
        found = milestones("stage-1-childrens", received="2026-05-12")["respond"]
        assert (found["state"], found["working_days_left"]) == ("amber", 0)
    with time_machine.travel(datetime(2026, 5, 28, 0, 1, tzinfo=LONDON), tick=False):
        found = milestones("stage-1-childrens", received="2026-05-12")["respond"]
        assert (found["state"], found["working_days_left"]) == ("red", -1)


def test_receipt_may_be_asked_either_way(milestones):
    """Received on a Saturday: 10 working days later is Fri 26 June, deemed Monday's it is Mon 29 June."""
    saturday = {"received": "2026-06-13"}
    assert milestones("stage-1-childrens", **saturday)["respond"]["due_on"] == "2026-06-26"
    strict = milestones("stage-1-childrens", "--receipt=strict", **saturday)["respond"]
    deemed = milestones("stage-1-childrens", "--receipt=deemed", **saturday)["respond"]
    assert (strict["due_on"], deemed["due_on"]) == ("2026-06-26", "2026-06-29")
    assert any("Monday 15 June 2026" in line for line in deemed["explanation"])


def test_a_date_without_time_is_before_any_cut_off(milestones):
    change_calendar(
        calendar=Calendar.objects.get(code="surrey-cfllc"),
        works_bank_holidays=False,
        receipt=Receipt.DEEMED,
        cut_off=time(17),
        by=None,
        now=NOW,
    )
    dues = {
        when: milestones("stage-1-childrens", received=when)["respond"]["due_on"]
        for when in ("2026-06-15", "2026-06-15T16:59", "2026-06-15T17:00", "2026-06-15T17:01")
    }
    assert dues == {
        "2026-06-15": "2026-06-29",
        "2026-06-15T16:59": "2026-06-29",
        "2026-06-15T17:00": "2026-06-29",
        "2026-06-15T17:01": "2026-06-30",
    }


def test_a_given_date_may_be_as_late_as_an_extension_under_deemed_receipt_too(milestones):
    """S10.2: 65 working days, whether extended or given. Agreed on Sat 6 June, deemed Mon 8 June: Tue 8 September."""
    told = ("stage-2-childrens-services", "--event=response-date-agreed=2026-06-06", "--receipt=deemed")
    extended = milestones(*told, "--extend=respond=65")["respond"]["due_on"]
    assert extended == "2026-09-08"
    assert milestones(*told, f"--given=respond={extended}")["respond"]["due_on"] == extended


@pytest.mark.parametrize("sla", ["stage-1", "stage-2", "stage-3", "escalation-window", "restriction"])
def test_a_code_that_several_policies_have_needs_the_policy(refused, milestones, sla):
    line = refused("deadlines", sla)
    assert sla in line
    assert "--policy" in line
    assert "surrey-cfllc" in line or "solihull-corporate" in line


def test_a_code_that_one_policy_has_needs_none(answer):
    assert answer("general-stage-1")["policy"] == "warwickshire"
    assert answer("general-stage-1", "--policy=warwickshire")["policy"] == "warwickshire"


TWO_VERSIONS = """
policy: two-versions
name: A council that changed its mind
version: 1
in force from: 2024-04-01
calendar: {name: Days, nation: england-and-wales, bank holidays: not counted}
slas:
  - sla: reply
    name: Reply
    source: X1
    events: {received: Received, chased: Chased}
    milestones:
      - {milestone: respond, name: Respond, headline: yes, due: 10 working days after received, source: X1}
  - sla: dropped
    name: Only in the first version
    source: X1
    events: {received: Received}
    milestones:
      - {milestone: respond, name: Respond, headline: yes, due: 10 working days after received, source: X1}
---
policy: two-versions
name: A council that changed its mind
version: 2
in force from: 2026-06-01
calendar: {name: Days, nation: england-and-wales, bank holidays: not counted}
slas:
  - sla: reply
    name: Reply
    source: X1
    events: {received: Received, chased: Chased}
    milestones:
      - {milestone: respond, name: Respond, headline: yes, due: 15 working days after received, source: X1}
"""


@pytest.fixture
def two_versions(run, tmp_path):
    file = tmp_path / "two-versions.yaml"
    file.write_text(TWO_VERSIONS)
    run("load_policy", str(file))


@pytest.mark.parametrize(
    ("received", "version"),
    [
        ("2019-01-01", 1),  # before the first version: it serves all earlier dates
        ("2024-04-01", 1),
        ("2026-05-31", 1),
        ("2026-05-31T23:30", 1),
        ("2026-05-31T23:30+00:00", 2),  # 1 June in London
        ("2026-06-01", 2),
        ("2030-01-01", 2),
    ],
)
def test_the_version_in_force_on_the_day_of_the_event(two_versions, answer, received, version):
    assert answer("reply", received=received)["version"] == version


def test_the_earliest_event_decides_the_version(two_versions, answer):
    found = answer("reply", received="2026-06-02", chased="2026-05-29")
    assert found["version"] == 1
    found = answer("reply", received="2026-05-29", chased="2026-06-02")
    assert (found["version"], found["milestones"][0]["due_on"]) == (1, "2026-06-12")


def test_without_any_event_it_is_the_newest_version(two_versions, answer):
    assert answer("reply")["version"] == 2


def test_an_sla_dropped_in_the_version_in_force_is_refused(two_versions, answer, refused):
    assert answer("dropped", "--policy=two-versions", received="2026-05-31")["version"] == 1
    line = refused("deadlines", "dropped", "--event=received=2026-06-01")
    assert "dropped" in line


def test_the_hour_that_comes_twice_is_taken_as_the_first_unless_an_offset_says_otherwise(milestones):
    """25 October 2026, half past one: once in summer time, an hour later again in winter time."""
    told = ("stage-3", "--policy=surrey-cfllc")
    dues = {
        when: milestones(*told, panel_letter_received=when)["draft-reply"]["due_at"]
        for when in ("2026-10-25T01:30", "2026-10-25T01:30+01:00", "2026-10-25T01:30+00:00")
    }
    assert dues == {
        "2026-10-25T01:30": "2026-10-27T00:30:00+00:00",
        "2026-10-25T01:30+01:00": "2026-10-27T00:30:00+00:00",
        "2026-10-25T01:30+00:00": "2026-10-27T01:30:00+00:00",
    }
