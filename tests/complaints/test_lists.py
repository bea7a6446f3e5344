"""The list of cases, and what waits for one on the page everybody starts from."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import deactivate, name_cover
from accounts.models import User
from complaints.actions import allocation, dates, details
from complaints.actions.parties import PartyDraft
from complaints.models import Case
from complaints.references import as_written
from tests.complaints import cases
from tests.complaints.cases import NOW, RECEIVED, Council
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = NOW.date()


def listed(client: Client, search: str = "", **more: str) -> list[Case]:
    response = client.get(reverse("cases"), more | ({"search": search} if search else {}))
    assert response.status_code == 200
    return [line.stage.case for line in response.context["rows"]]


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # what the process keeps is read once
    with CaptureQueriesContext(connection) as made:
        assert client.get(address).status_code == 200
    return len(made)


# --- the list of cases ------------------------------------------------------------------------------


def test_it_shows_what_one_may_see_and_no_more(council: Council, client_for: Any) -> None:
    education = cases.log(council)
    safeguarding = cases.log(council, unit=council.safeguarding)
    restricted = cases.log(council, restricted=True)
    assert listed(client_for(council.officer)) == [education, safeguarding, restricted]
    assert listed(client_for(council.manager)) == [education, safeguarding]
    assert listed(client_for(council.auditor)) == [education, safeguarding]
    assert listed(client_for(council.service_manager)) == [education]
    assert listed(client_for(council.outsider)) == [safeguarding]


def test_a_restricted_case_says_so(council: Council, client_for: Any) -> None:
    cases.log(council, restricted=True)
    assertContains(client_for(council.officer).get(reverse("cases")), ">Restricted</strong>")


def test_open_work_is_what_is_open_and_all_cases_are_all(council: Council, client_for: Any) -> None:
    first = cases.closed(council)
    second = cases.closed(council, now=NOW - timedelta(hours=1))
    open_ = cases.log(council, received=RECEIVED - timedelta(days=30))
    client = client_for(council.officer)
    assert listed(client) == [open_]
    assert listed(client, show="cases") == [second, first, open_]  # those received last come first
    assert listed(client, show="cases", sort="received") == [open_, first, second]


def test_a_row_says_where_it_stands_and_for_whom_it_waits(council: Council, client_for: Any) -> None:
    cases.accepted(council)
    response = client_for(council.officer).get(reverse("cases"))
    for words in (
        "Answer being written",
        "Rae Responder",
        "Wednesday 2 December 2026",
        "8 working days left",
    ):
        assertContains(response, words)


@pytest.mark.parametrize(
    "search",
    [
        "jo example",
        "EXAMPLE Jo",
        "jo@example.org",
        "gu1 1aa",
        "GU11AA",
        "nobody replied",
        "  late   plan ",
    ],
)
def test_a_case_is_found_by_words(council: Council, client_for: Any, search: str) -> None:
    case = cases.log(council)
    cases.log(council, summary="Something else", parties=[PartyDraft("complainant", "Al Other")], points=[])
    assert listed(client_for(council.officer), search) == [case]


def test_and_by_its_reference_however_it_is_written(council: Council, client_for: Any) -> None:
    case = cases.log(council)
    cases.log(council)
    client = client_for(council.officer)
    for written in (case.reference, case.reference.replace("-", " "), case.reference.replace("-", "")):
        assert listed(client, written) == [case]


def test_a_telephone_number_that_looks_like_a_reference_is_found(council: Council, client_for: Any) -> None:
    """One number in ten ends in the check digit that a reference of its figures would have."""
    number = next(n for n in (f"077009001{end:02d}" for end in range(100)) if as_written(n))
    case = cases.log(council, parties=[PartyDraft("complainant", "Jo Example", phone=number)])
    assert listed(client_for(council.officer), number) == [case]


def test_nobody_finds_what_they_may_not_see(council: Council, client_for: Any) -> None:
    case = cases.log(council, restricted=True)
    for person in (council.manager, council.auditor, council.responder, council.senior):
        client = client_for(person)
        assert listed(client, "plan") == [] and listed(client, case.reference) == []


@pytest.mark.parametrize(
    "search", ["%", "_", "\\", "'; drop table", "\x00plan", "x" * 10_000, "🙂", "ß İ", "the " * 5000]
)
def test_odd_searches_are_answered(council: Council, client_for: Any, search: str) -> None:
    cases.log(council)
    found = listed(client_for(council.officer), search)
    assert len(found) == (1 if search == "\x00plan" else 0)


def test_more_words_than_are_looked_for_are_refused_in_words(council: Council, client_for: Any) -> None:
    response = client_for(council.officer).get(reverse("cases"), {"search": "the " * 51})
    assertContains(response, "Search for 200 characters or fewer: take fewer words.")
    assertContains(response, "Nothing is listed until what is wrong above is put right.")


@pytest.mark.parametrize("page", ["abc", "0", "-1", "9" * 30, "", "\x00", "1.5", "²"])
@pytest.mark.parametrize("address", ["/cases/", "/"])
def test_odd_pages_are_answered(council: Council, client_for: Any, address: str, page: str) -> None:
    cases.log(council)
    assert client_for(council.officer).get(address, {"page": page}).status_code == 200


def test_nothing_found_says_what_to_try(council: Council, client_for: Any) -> None:
    client = client_for(council.officer)
    assertContains(client.get(reverse("cases")), "There is no open work that you may see.")
    assertContains(client.get(reverse("cases"), {"show": "cases"}), "There is no case yet that you may see.")
    assertContains(client.get(reverse("cases"), {"search": "<b>"}), "No case you may see has “&lt;b&gt;”.")


def test_a_long_list_has_pages_that_keep_the_search(council: Council, client_for: Any) -> None:
    for _ in range(51):
        cases.log(council)
    response = client_for(council.officer).get(reverse("cases"), {"search": "plan"})
    assertContains(response, "51 cases with “plan”")
    assertContains(response, "?search=plan&amp;page=2")


def test_the_queries_are_as_many_for_30_cases_as_for_3(council: Council, client_for: Any) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            cases.log(council)
            cases.accepted(council)
            cases.accepted(council, "enquiry")

    some(1)
    client = client_for(council.senior)
    few = queries_of(client, reverse("cases"))
    some(9)
    assert len(listed(client)) == 30
    assert queries_of(client, reverse("cases")) == few


def test_only_for_those_who_read_cases(council: Council, client_for: Any) -> None:
    assert client_for(council.administrator).get(reverse("cases")).status_code == 403
    assert client_for().get(reverse("cases")).status_code == 403


def test_a_deputy_without_a_role_of_their_own_reads_them_too(council: Council, client_for: Any) -> None:
    case = cases.allocated(council)
    deputy = make_user("Dee Deputy")
    cover(council.service_manager, deputy)
    assert listed(client_for(deputy)) == [case]


def cover(absent: User, deputy: User) -> None:
    name_cover(absent=absent, deputy=deputy, first=TODAY, last=TODAY, reason="", by=absent, now=NOW)


# --- today ------------------------------------------------------------------------------------------


def test_today_begins_with_whose_turn_it_is(council: Council, client_for: Any) -> None:
    case = cases.allocated(council)
    response = client_for(council.responder).get("/")
    assertContains(response, "The one thing that waits for you")
    assertContains(response, f"{reverse('act', args=[case.reference, 'accept'])}?stage=2")
    assertContains(response, "Monday 30 November 2026")  # the draft
    assertContains(response, "Formal date Wednesday 2 December 2026")


def test_what_is_overdue_is_said_in_words(council: Council, client_for: Any) -> None:
    cases.accepted(council, received=date(2026, 11, 4))  # answer due on the 18th, draft on the 16th
    response = client_for(council.responder).get("/")
    assertContains(response, "Overdue: 4 working days late")
    assertContains(response, "2 working days late")


@pytest.mark.parametrize(
    ("received", "said"),
    [(date(2026, 11, 10), "due today"), (date(2026, 11, 11), "1 working day left")],
)
def test_days_left_are_working_days(council: Council, client_for: Any, received: date, said: str) -> None:
    """Draft due two working days before the tenth after receipt."""
    cases.accepted(council, received=received)
    assertContains(client_for(council.responder).get("/"), said)


def test_a_deputys_turn_says_for_whom(council: Council, client_for: Any) -> None:
    cases.accepted(council)
    cover(council.responder, council.outsider)
    client = client_for(council.outsider)
    assertContains(client.get("/"), "for Rae Responder")
    deactivate(person=council.responder, by=council.administrator, now=NOW)
    assertNotContains(client.get("/"), "for Rae Responder")


def test_more_time_and_contributions_wait_there_too(council: Council, client_for: Any) -> None:
    case = cases.accepted(council, "children-act")
    dates.ask_extension(
        case=case, by=council.responder, now=NOW, total=20, reason="Three teams have to answer"
    )
    assertContains(client_for(council.officer).get("/"), "Rae Responder asks: Three teams have to answer")
    allocation.ask_contribution(
        case=case,
        by=council.officer,
        now=NOW,
        unit=council.safeguarding,
        question="What of May?",
        due_on=TODAY,
    )
    response = client_for(council.outsider).get("/")
    assertContains(response, "Asked of Safeguarding: What of May?")
    assertContains(response, "due today")


def test_an_empty_day_is_a_calm_one(council: Council, client_for: Any) -> None:
    response = client_for(council.responder).get("/")
    assertContains(response, "Nothing waits for you.")
    assertNotContains(response, "<table")


@pytest.mark.parametrize("part", ["auditor", "administrator"])
def test_who_has_no_turns_sees_no_list_of_them(council: Council, client_for: Any, part: str) -> None:
    assertNotContains(client_for(getattr(council, part)).get("/"), "Your turn")


def test_a_long_day_shows_the_first_and_leads_to_all(council: Council, client_for: Any) -> None:
    for _ in range(12):
        cases.log(council)
    response = client_for(council.officer).get("/")
    assert len(response.context["tasks"]) == 10
    assertContains(
        response, f'<a class="govuk-link" href="{reverse("queue")}">All 12 things that wait for you</a>'
    )


def test_nobodys_restricted_case_is_told_of(council: Council, client_for: Any) -> None:
    case = cases.log(council)
    details.restrict(
        case=case, by=council.senior, now=NOW, restricted=True, readers=[council.senior], reason="Staff"
    )
    assertContains(client_for(council.officer).get("/"), "Nothing waits for you.")


# --- work that nobody would find (TRAPS 25) ---------------------------------------------------------


def test_managers_are_told_of_work_of_somebody_who_left(council: Council, client_for: Any) -> None:
    for _ in range(2):
        cases.accepted(council)
    deactivate(person=council.responder, by=council.administrator, now=NOW)
    link = f"{reverse('reassign')}?absent={council.responder.pk}"
    for person in (council.senior, council.manager):
        response = client_for(person).get("/")
        assertContains(response, "2 cases wait for Rae Responder")
        assertContains(response, link)
    for person in (council.officer, council.outsider, council.auditor, council.administrator):
        assertNotContains(client_for(person).get("/"), link)


def test_the_number_is_that_of_the_list_it_leads_to(council: Council, client_for: Any) -> None:
    """TRAPS 22: also where a case is restricted, or of a kind its viewer may not give away."""
    cases.accepted(council)
    cases.accepted(council, restricted=True, readers=[council.responder])
    cases.closed(council)
    cases.log(council, anonymous=True, parties=[])  # a comment
    for person in (council.responder, council.officer):
        deactivate(person=person, by=council.administrator, now=NOW)
    client = client_for(council.senior)
    told = {left.person: left.cases for left in client.get("/").context["left_behind"]}
    assert told == {council.responder: 1, council.officer: 2}
    for person, count in told.items():
        page = client.get(reverse("reassign"), {"absent": person.pk}).context["page"]
        assert page.paginator.count == count


@pytest.mark.parametrize(
    ("part", "offered"), [("officer", True), ("manager", True), ("responder", False), ("auditor", False)]
)
def test_the_team_begins_its_day_with_logging(
    council: Council, client_for: Any, part: str, offered: bool
) -> None:
    response = client_for(getattr(council, part)).get("/")
    assert (reverse("log") in response.content.decode()) == offered
