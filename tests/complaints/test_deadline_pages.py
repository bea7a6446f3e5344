"""The calculator through the browser's door: give dates, see dates and why."""

from urllib.parse import unquote

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.roles import Role
from complaints.policies.loader import load, path_of
from tests.factories import NOW

STAGE_1 = reverse("deadline", args=["surrey-cfllc", "stage-1-childrens"])
STAGE_3 = reverse("deadline", args=["surrey-cfllc", "stage-3"])
ENQUIRY = reverse("deadline", args=["surrey-cfllc", "lgsco-enquiry"])


@pytest.fixture
def client(client_for):
    return client_for(Role.CR_OFFICER)


def test_anybody_signed_in_may_ask_even_without_a_role(client_for, surrey):
    response = client_for().get(STAGE_1, {"event-received": "18/12/2026"})
    assertContains(response, "Wednesday 6 January 2027")


def test_nobody_else_may(client, surrey):
    client.logout()
    assert client.get(STAGE_1).headers["Location"].startswith("/sign-in/")


def test_the_choice_lists_the_councils_own_policy_first(client, surrey):
    page = client.get(reverse("deadlines")).content.decode()
    assert page.index("Surrey children, families") < page.index("Children Act complaints, the law")
    assert "10 working days after received" in page


def test_before_anything_is_asked_there_is_only_the_form(client, surrey):
    page = client.get(STAGE_1)
    assertContains(page, "The complaint was received")
    assertNotContains(page, "There is a problem")
    assertNotContains(page, "Why this date?")


@time_machine.travel("2026-12-21T10:00:00Z", tick=False)
def test_the_answer_shows_date_colour_days_left_and_the_working(client_for, surrey):
    page = client_for().get(STAGE_1, {"event-received": "18 December 2026"})
    for words in (
        "Wednesday 6 January 2027",
        "Green",
        "9 working days left",
        "The complaint was received: Friday 18 December 2026. That is day 0.",
        "Fri 25 Dec (Christmas Day)",
        "Day 10 is Wednesday 6 January 2027",
        "S7.1",
        "December 2026",
        "Monday 28 December 2026: bank holiday",
    ):
        assertContains(page, words)


@pytest.mark.parametrize(
    ("today", "word", "left"),
    [
        ("3/1/2027", "Green", "3 working days left"),
        ("4/1/2027", "Amber", "2 working days left"),
        ("6/1/2027", "Amber", "due today"),
        ("7/1/2027", "Red", "1 working day late"),
    ],
)
def test_seen_on_another_day_only_the_colour_changes(client, surrey, today, word, left):
    page = client.get(STAGE_1, {"event-received": "18/12/2026", "today": today})
    assertContains(page, "Wednesday 6 January 2027")
    assertContains(page, f"</span>{word}</strong>")
    assertContains(page, left)


def test_a_link_asks_exactly_the_same_question(client, surrey):
    asked = {
        "event-received": "18 Dec 2026",
        "extend-respond": "15",
        "today": "7/1/2027",
        "receipt": "strict",
    }
    first = client.get(STAGE_1, asked)
    address = first.context["address"]
    assert unquote(address).endswith(
        "?event-received=2026-12-18&extend-respond=15&receipt=strict&today=2027-01-07"
    )
    again = client.get(address)
    assert [row.due for row in again.context["rows"]] == ["Wednesday 13 January 2027"]
    assertContains(again, 'value="18/12/2026"')


def test_the_print_view_unfolds_all_the_working_and_has_no_form(client, surrey):
    page = client.get(ENQUIRY, {"event-received": "12/5/2026", "view": "print"})
    assertContains(page, "open>", count=5)
    assertNotContains(page, "Work out the dates")
    assertContains(page, client.user.name)


def test_another_milestone_can_be_shown_in_the_calendar(client, surrey):
    page = client.get(ENQUIRY, {"event-received": "12/5/2026", "show": "package"})
    assertContains(page, "Day by day: Package the response")


def test_what_the_rules_do_not_allow_is_said_beside_the_field_and_kept(client, surrey):
    page = client.get(STAGE_1, {"event-received": "18/12/2026", "extend-respond": "25"})
    assertContains(
        page, "&#x27;Send the response&#x27; may be extended to 20 working days at most, not 25 (S7.1, SA1)"
    )
    assertContains(page, 'value="25"')
    assertContains(page, 'href="#id_extend-respond"')


def test_a_deadline_in_hours_asks_for_the_time(client, surrey):
    page = client.get(STAGE_3, {"event-panel-letter-received": "1/6/2026"})
    assertContains(page, "needs a time of day as well, such as 9:30am, because")
    assertContains(page, 'href="#id_time-panel-letter-received"')
    timed = {"event-panel-letter-received": "1/6/2026", "time-panel-letter-received": "9:30am"}
    assertContains(client.get(STAGE_3, timed), "Wednesday 3 June 2026 at 9:30am")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"event-received": ""}, "Enter at least one date"),
        ({"event-received": "31/2/2026"}, "31/2/2026 is not a day in the calendar"),
        ({"event-received": "tomorrow 😀"}, "is not a date; write it like 12/5/2026"),
        ({"event-received": "1/1/1066"}, "dates are kept from 1990 to 2089"),
        ({"event-received": "31/12/2089"}, "falls outside 1990 to 2089, for which dates are kept"),
        ({"event-received": "x" * 5000}, "is not a date"),
        ({"event-received": "1/6/2026", "receipt": "generous"}, "Choose how the day of receipt counts"),
        ({"event-received": "1/6/2026", "extend-respond": "²"}, "as a whole number, not ²"),
        ({"event-received": "\x00"}, "is not a date"),
        ({"event-received": "1/6/2026", "today": "never"}, "never is not a date"),
    ],
)
def test_bad_input_gets_words_never_a_fault(client, surrey, asked, words):
    page = client.get(STAGE_1, asked)
    assertContains(page, "There is a problem")
    assertContains(page, words)


def test_pauses_are_asked_only_where_the_policy_lets_a_stage_be_paused(client, surrey):
    stage = reverse("deadline", args=["warwickshire", "childrens-stage-1"])
    assertNotContains(client.get(STAGE_1), "Paused on")
    assertContains(client.get(stage), "Paused on", count=1)
    paused = {"event-received": "5/12/2025", "pause-1-from": "8/12/2025", "pause-1-to": "9/12/2025"}
    page = client.get(stage, paused)
    assertContains(page, "1 working day not counted")
    assertContains(page, 'name="pause-2-from"')
    still = client.get(stage, {"event-received": "5/12/2025", "pause-1-from": "8/12/2025"})
    assertContains(still, "There is no due date while it is paused")


@pytest.mark.parametrize("path", ["surrey-cfllc/nothing", "nothing/stage-1-sen"])
def test_an_unknown_sla_is_not_found(client, surrey, path):
    assert client.get(f"/deadlines/{path}/").status_code == 404


def test_the_choice_of_forty_agreements_costs_a_handful_of_queries(
    client, surrey, django_assert_max_num_queries
):
    with django_assert_max_num_queries(7):
        page = client.get(reverse("deadlines"))
    assert sum(len(choice.slas) for choice in page.context["choices"]) == 40


def test_a_link_is_answered_by_the_rules_in_force_then(client, surrey, tmp_path):
    """A version that drops the extension leaves the questions of its predecessor as they were."""
    pack = path_of("surrey-cfllc").read_text()
    pack = pack.replace("version: 1", "version: 2").replace("from: 2021-07-01", "from: 2026-09-01")
    pack = pack.replace("        may be extended: to 20 working days\n", "", 1)
    (tmp_path / "second.yaml").write_text(pack)
    load(tmp_path / "second.yaml", by=None, now=NOW)
    asked = {"extend-respond": "20"}
    may = client.get(STAGE_1, asked | {"event-received": "12/5/2026"})
    assert may.context["rows"][0].due == "Wednesday 10 June 2026"
    assertContains(may, "version 1")
    later = client.get(STAGE_1, asked | {"event-received": "12/10/2026"})
    assertContains(later, "This link also asks about extend-respond, which these rules do not have")


def test_what_is_done_says_so_and_when(client, surrey):
    told = {
        "event-requested": "12/5/2026",
        "event-panel": "22/6/2026",
        "event-panel-letter": "1/7/2026",
        "today": "1/9/2026",
    }
    page = client.get(STAGE_3, told)
    rows = {row.code: (row.word, row.left) for row in page.context["rows"]}
    assert rows["panel-held"] == ("Done in time", "Monday 22 June 2026")
    assert rows["letter"] == ("Done late", "Wednesday 1 July 2026")


def test_what_wants_looking_at_stands_on_top(client, surrey):
    page = client.get(ENQUIRY, {"event-received": "23/11/2026", "given-respond": "30/11/2026"})
    assert any("under 10 days away" in warning for warning in page.context["warnings"])
    assert page.content.decode().index("under 10 days away") < page.content.decode().index(
        "app-milestone__due"
    )
