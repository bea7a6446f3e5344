"""The queue: all that waits for somebody, its parts, and taking the next that is nobody's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import name_cover
from accounts.roles import Role
from complaints.actions import allocation, dates, details
from complaints.models import Case, Stage, Task
from complaints.queries import queue
from complaints.queries.queue_counts import Part, When_, Whose, edges
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, RECEIVED, Council
from tests.factories import make_grant, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = NOW.date()


def shown(client: Client, **asked: str) -> list[tuple[str, str]]:
    """What the queue shows: each with its reference."""
    response = client.get(reverse("queue"), asked)
    assert response.status_code == 200
    found = [(view.task.label, view.task.case.reference) for view in response.context["tasks"]]
    assert response.context["page"].paginator.count == len(found), "the list is as long as it says (TRAPS 22)"
    return found


def free(*some: Case) -> None:
    """These have no officer, as where a tracker named nobody."""
    for case in some:
        Stage.objects.filter(case=case).update(officer=None)
        Case.objects.filter(pk=case.pk).update(officer=None)
        details.note(case=case, by=None, now=NOW, text="Imported without an officer.")


# --- by when --------------------------------------------------------------------------------------------------------


def test_it_is_in_the_order_it_is_due_with_what_has_no_date_last(council: Council, client_for: Any) -> None:
    comment = cases.log(council, anonymous=True, parties=[])
    later = cases.log(council)
    sooner = cases.log(council, received=RECEIVED - timedelta(days=1))
    found = shown(client_for(council.officer))
    assert found == [
        ("Triage", sooner.reference),
        ("Triage", later.reference),
        ("Pass on", comment.reference),
    ]


def test_the_parts_are_by_when_it_is_due(council: Council, client_for: Any) -> None:
    """Friday 20 November: a triage is due two working days after receipt, a corporate complaint ten."""
    overdue = cases.log(council, received=RECEIVED - timedelta(days=2))
    today = cases.log(council)
    soon = cases.log(council, received=RECEIVED + timedelta(days=2))
    later = cases.sent(council)  # answered: to be closed, with no date any more
    comment = cases.log(council, anonymous=True, parties=[])
    client = client_for(council.officer)
    assert {reference for _, reference in shown(client, when="overdue")} == {overdue.reference}
    assert {reference for _, reference in shown(client, when="today")} == {today.reference}
    assert {reference for _, reference in shown(client, when="soon")} == {soon.reference}
    assert {reference for _, reference in shown(client, when="undated")} == {
        later.reference,
        comment.reference,
    }
    assert shown(client, when="later") == []


def test_a_part_that_is_empty_says_so(council: Council, client_for: Any) -> None:
    cases.log(council)
    assertContains(
        client_for(council.officer).get(reverse("queue"), {"when": "later"}), "Nothing of this waits for you."
    )


@pytest.mark.parametrize("minutes", [-1, 0, 1])
def test_the_parts_meet_without_a_gap(council: Council, minutes: int) -> None:
    """Something is in one part only, on the very moment between two also."""
    cases.log(council)
    at, rows = edges(NOW), queue.waiting(council.officer, now=NOW)
    for edge in (at.now, at.today, at.soon):
        late = edge + timedelta(minutes=minutes)
        Task.objects.update(late_at=late)
        assert [when for when in When_ if Part(when).narrow(rows, at).exists()] == [at.of(late)]


def test_soon_is_five_working_days_of_the_councils_calendar(council: Council) -> None:
    """From Friday 18 December over Christmas to Wednesday 30: two bank holidays and a weekend do not count."""
    at = edges(NOW.replace(month=12, day=18))
    assert at.soon.astimezone(LONDON).date().isoformat() == "2026-12-30"


# --- by what, and for whom ------------------------------------------------------------------------------------------


def test_what_is_chased_asked_and_checked_is_told_apart(council: Council, client_for: Any) -> None:
    late = cases.accepted(council, received=RECEIVED - timedelta(days=20))
    asks = cases.accepted(council, "children-act")
    dates.ask_extension(case=asks, by=council.responder, now=NOW, total=20, reason="Three teams")
    checks = cases.submitted(council)
    client = client_for(council.officer)
    assert shown(client, what="chase") == [("Chase", late.reference)]
    assert shown(client, what="decide-extension") == [("Decide on more time", asks.reference)]
    assert shown(client, what="approve") == [("Approve the draft", checks.reference)]
    assert len(shown(client)) == 3


def test_what_is_for_nobody_by_name_is_a_part(council: Council, client_for: Any) -> None:
    mine, nobodys = cases.log(council), cases.log(council)
    free(nobodys)
    client = client_for(council.officer)
    assert shown(client, whose="named") == [("Triage", mine.reference)]
    assert shown(client, whose="nobodys") == [("Triage", nobodys.reference)]


def test_every_number_is_that_of_the_list_it_leads_to(council: Council, client_for: Any) -> None:
    """TRAPS 22: of every part, by when, what and for whom, whatever else is chosen."""
    for number in range(3):
        cases.log(council, received=RECEIVED - timedelta(days=number))
    free(cases.log(council))
    cases.accepted(council, received=RECEIVED - timedelta(days=20))
    cases.log(council, restricted=True)
    client = client_for(council.officer)
    for asked in ({}, {"when": "overdue"}, {"what": "triage"}, {"whose": "nobodys"}):
        context = client.get(reverse("queue"), asked).context
        for when, count in context["whens"]:
            assert len(shown(client, **{**asked, "when": when.value})) == count
        for what, _, count in context["whats"]:
            assert len(shown(client, **{**asked, "what": what})) == count
        for whose, count in context["whose"]:
            assert len(shown(client, **{**asked, "whose": whose.value})) == count


def test_the_first_page_counts_the_same(council: Council, client_for: Any) -> None:
    for number in range(4):
        cases.log(council, received=RECEIVED - timedelta(days=number))
    cases.accepted(council, received=RECEIVED - timedelta(days=20))
    client = client_for(council.officer)
    context = client.get("/").context
    assert context["count"] == len(shown(client)) == 5
    for what, _, cells, total in context["work"]:
        assert len(shown(client, what=what)) == total == sum(count for _, count in cells)
        for when, count in cells:
            assert len(shown(client, what=what, when=when.value)) == count


def test_a_deputys_queue_says_for_whom(council: Council, client_for: Any) -> None:
    cases.accepted(council)
    name_cover(
        absent=council.responder,
        deputy=council.outsider,
        first=TODAY,
        last=TODAY,
        reason="",
        by=None,
        now=NOW,
    )
    assertContains(client_for(council.outsider).get(reverse("queue")), "for Rae Responder")


def test_a_restricted_case_is_in_the_queue_of_its_list_only(council: Council, client_for: Any) -> None:
    case = cases.log(council, restricted=True)
    free(case)
    assert shown(client_for(council.officer)) == [("Triage", case.reference)]
    assert shown(client_for(council.senior)) == []


# --- odd addresses, many rows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["when", "what", "whose", "page"])
@pytest.mark.parametrize("value", ["abc", "-1", "0", "9" * 40, "\x00", "🙂", "", "restrict", "SOON"])
def test_odd_addresses_are_answered(council: Council, client_for: Any, name: str, value: str) -> None:
    """TRAPS 26."""
    cases.log(council)
    assert client_for(council.officer).get(reverse("queue"), {name: value}).status_code == 200


def test_it_has_pages(council: Council, client_for: Any) -> None:
    for _ in range(31):
        cases.log(council)
    client = client_for(council.officer)
    first = client.get(reverse("queue"))
    assert (len(first.context["tasks"]), first.context["page"].paginator.count) == (30, 31)
    assert len(client.get(reverse("queue"), {"page": "2"}).context["tasks"]) == 1


@pytest.mark.parametrize("address", ["/", "/queue/"])
def test_the_queries_are_as_many_for_30_as_for_3(council: Council, client_for: Any, address: str) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            cases.accepted(council)
            cases.accepted(council, "enquiry")
            cases.allocated(council)

    def queries() -> int:
        client.get(address)  # what the process keeps is read once
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        return len(made)

    some(1)
    client = client_for(council.responder)
    few = queries()
    some(9)
    assert queries() == few <= 12


@pytest.mark.parametrize("part", ["auditor", "administrator"])
def test_only_for_those_who_work_on_cases(council: Council, client_for: Any, part: str) -> None:
    client = client_for(getattr(council, part))
    assert client.get(reverse("queue")).status_code == 403
    assert client.post(reverse("queue-take")).status_code == 403


# --- taking the next ------------------------------------------------------------------------------------------------


def test_the_next_without_an_officer_becomes_mine(council: Council, client_for: Any) -> None:
    later = cases.log(council)
    first = cases.log(council, received=RECEIVED - timedelta(days=1))
    free(first, later)
    client = client_for(council.senior)
    assertContains(client.get(reverse("queue")), "Take the next one that is nobody")
    response = client.post(reverse("queue-take"), follow=True)
    assert response.redirect_chain[-1][0] == reverse("case", args=[first.reference])
    assertContains(response, f"{first.reference} is yours now. Next: triage.")
    first.refresh_from_db()
    assert first.officer == council.senior
    assert shown(client, whose="named") == [("Triage", first.reference)]
    assert shown(client, whose="nobodys") == [("Triage", later.reference)]


def test_a_responder_takes_what_was_given_to_the_team(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)
    response = client_for(council.responder).post(reverse("queue-take"), follow=True)
    assertContains(response, f"{case.reference} is yours now.")
    assert cases.open_stage(case).responder == council.responder


def test_only_of_the_part_one_looks_at(council: Council, client_for: Any) -> None:
    triage = cases.log(council, received=RECEIVED - timedelta(days=2))
    comment = cases.log(council, anonymous=True, parties=[])
    free(triage, comment)
    client_for(council.senior).post(reverse("queue-take"), {"what": "pass-on"})
    triage.refresh_from_db()
    comment.refresh_from_db()
    assert (triage.officer, comment.officer) == (None, council.senior)


def test_nothing_left_says_so_and_goes_back_to_the_part(council: Council, client_for: Any) -> None:
    cases.log(council)
    client = client_for(council.senior)
    assertNotContains(client.get(reverse("queue")), "Take the next one")
    response = client.post(reverse("queue-take"), {"when": "overdue"}, follow=True)
    assert response.redirect_chain == [(f"{reverse('queue')}?when=overdue", 302)]
    assertContains(response, "Nothing is left to take")


def test_a_restricted_case_is_taken_by_nobody_who_is_not_on_its_list(
    council: Council, client_for: Any
) -> None:
    case = cases.log(council, restricted=True)
    free(case)
    assertContains(
        client_for(council.senior).post(reverse("queue-take"), follow=True), "Nothing is left to take"
    )
    case.refresh_from_db()
    assert case.officer is None


def test_one_who_may_not_take_it_in_their_own_right_is_told(council: Council, client_for: Any) -> None:
    """A deputy of an officer is not of Customer Relations themself, and cannot be a case's officer."""
    free(cases.log(council))
    deputy = make_user("Dee Deputy")
    make_grant(deputy, Role.RESPONDER, council.send_south)
    name_cover(absent=council.officer, deputy=deputy, first=TODAY, last=TODAY, reason="", by=None, now=NOW)
    response = client_for(deputy).post(reverse("queue-take"), follow=True)
    assertContains(response, "Dee Deputy does not work for Customer Relations there.")


def test_a_queue_holds_what_the_counts_hold(council: Council) -> None:
    """The parts in Python and in the database are the same."""
    for number in range(6):
        cases.log(council, received=RECEIVED - timedelta(days=number))
    at, rows = edges(NOW), queue.waiting(council.officer, now=NOW)
    for when in When_:
        assert {t.pk for t in Part(when).narrow(rows, at)} == {t.pk for t in rows if at.of(t.late_at) is when}
    assert set(Part("", "", Whose.NAMED).narrow(rows, at)) == {t for t in rows if t.person_id}
