"""Somebody is ill, or has left: their work goes to others, case by case as ticked."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import Refused, deactivate, name_cover
from accounts.models import User
from accounts.roles import Role
from audit.service import history
from complaints import permissions
from complaints.actions import allocation, closing
from complaints.models import Case, Stage
from complaints.workflow import Verb
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, open_stage
from tests.factories import make_grant, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ALLOWED = {Role.CR_MANAGER, Role.SENIOR_CR_OFFICER, Role.SERVICE_MANAGER, Role.ASSISTANT_DIRECTOR}


@pytest.fixture
def colleague(council: Council) -> User:
    """Another responder in SEND North."""
    person = make_user("Col League")
    make_grant(person, Role.RESPONDER, council.send_north)
    return person


def address(absent: User) -> str:
    return f"{reverse('reassign')}?absent={absent.pk}"


def ticked(*some: Case, to: User | str, reason: str = "Rae is away") -> dict[str, Any]:
    return {"cases": [case.pk for case in some], "to": getattr(to, "pk", to), "reason": reason}


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def answering(case: Case) -> User | None:
    return open_stage(case).responder


@pytest.mark.parametrize("role", Role)
def test_it_is_for_those_who_lead_others(client_for: Any, surrey: None, role: Role) -> None:
    expected = 200 if role in ALLOWED else 403
    assert client_for(role).get(reverse("reassign")).status_code == expected


def test_and_for_their_deputies(council: Council, client_for: Any) -> None:
    deputy = make_user("Dee Deputy")
    assert client_for(deputy).get(reverse("reassign")).status_code == 403
    name_cover(
        absent=council.manager,
        deputy=deputy,
        first=NOW.date(),
        last=NOW.date(),
        reason="",
        by=council.manager,
        now=NOW,
    )
    assert client_for(deputy).get(reverse("reassign")).status_code == 200


def test_one_chooses_whose_work_it_is(council: Council, client_for: Any) -> None:
    cases.accepted(council)
    cases.closed(council, restricted=True, readers=[council.responder])
    client: Client = client_for(council.manager)
    form = client.get(reverse("reassign")).context["form"]
    assert {person.name for person in form.fields["absent"].listed.values()} == {
        "Olu Officer",
        "Rae Responder",
    }
    assertContains(client.get(address(council.responder)), "The work of Rae Responder")


def test_all_are_ticked_at_first(council: Council, client_for: Any) -> None:
    some = [cases.accepted(council) for _ in range(3)]
    form = client_for(council.senior).get(address(council.responder)).context["form"]
    assert form["cases"].value() == [str(case.pk) for case in some]


def test_what_is_ticked_goes_over_and_nothing_else(
    council: Council, colleague: User, client_for: Any
) -> None:
    """TRAPS 23."""
    first, second, third = (cases.accepted(council) for _ in range(3))
    before = Case.objects.get(pk=second.pk).revision
    client = client_for(council.senior)
    response = client.post(address(council.responder), ticked(first, third, to=colleague))
    assertRedirects(response, reverse("reassigned"))
    assert [answering(case) for case in (first, second, third)] == [colleague, council.responder, colleague]
    assert Case.objects.get(pk=second.pk).revision == before
    page = client.get(reverse("reassigned"))
    assertContains(page, "2 cases went from Rae Responder to Col League")
    assertContains(page, first.reference)
    assertNotContains(page, second.reference)


def test_it_says_who_did_it_and_why_in_each_case(council: Council, colleague: User, client_for: Any) -> None:
    case = cases.accepted(council)
    client_for(council.senior).post(address(council.responder), ticked(case, to=colleague))
    event = history(case.stream).order_by("-sequence").first()
    assert event is not None
    assert event.text.sentence == (
        "Sam Senior reallocated it from Rae Responder, SEND North to Col League, SEND North. Rae is away"
    )


def test_an_officers_cases_go_to_another_officer(council: Council, client_for: Any) -> None:
    case = cases.submitted(council)
    client_for(council.manager).post(address(council.officer), ticked(case, to=council.senior))
    stage = open_stage(case)
    assert (stage.officer, stage.turn_person, stage.responder) == (
        council.senior,
        council.senior,
        council.responder,
    )


def test_who_could_take_none_of_it_over_is_not_offered(
    council: Council, colleague: User, client_for: Any
) -> None:
    case = cases.accepted(council)
    client = client_for(council.senior)
    offered = client.get(address(council.responder)).context["form"].fields["to"].listed.values()
    assert {person.name for person in offered} == {"Col League", "Sue Service"}
    response = client.post(address(council.responder), ticked(case, to=council.outsider))
    assert errors(response)["to"] == ["Choose somebody from the list"]
    assert answering(case) == council.responder


def test_the_page_says_which_did_not_go_over_and_why(council: Council, client_for: Any) -> None:
    north, south = cases.accepted(council), cases.triaged(council)
    make_grant(council.responder, Role.RESPONDER, council.send_south)
    allocation.allocate(
        case=south, by=council.officer, now=NOW, unit=council.send_south, responder=council.responder
    )
    southerner = make_user("Sal South")
    make_grant(southerner, Role.RESPONDER, council.send_south)
    client = client_for(council.senior)
    response = client.post(address(council.responder), ticked(north, south, to=southerner), follow=True)
    assertContains(response, "1 case went from Rae Responder to Sal South")
    assertContains(response, "1 did not go over")
    assertContains(response, "Sal South does not answer for SEND North. They do for SEND South.")
    assert (answering(north), answering(south)) == (council.responder, southerner)


def test_a_case_goes_over_whole_or_not_at_all(council: Council) -> None:
    """Its officer and who answers it are one person, and the other may do one of the two only."""
    case = cases.accepted(council)
    make_grant(council.officer, Role.RESPONDER, council.send_north)
    allocation.reallocate(
        case=case,
        by=council.senior,
        now=NOW,
        unit=council.send_north,
        responder=council.officer,
        reason="Olu knows it",
    )
    done = allocation.bulk_reassign(
        cases=[case],
        absent=council.officer,
        to=council.senior,
        by=council.manager,
        now=NOW,
        reason="Olu is away",
    )
    assert (done.done, [found for found, _ in done.refused]) == ((), [case])
    assert (open_stage(case).officer, answering(case)) == (council.officer, council.officer)


def test_learning_goes_over_with_its_case(council: Council, colleague: User) -> None:
    case = cases.sent(council)
    learning = [closing.LearningDraft("Ring back", council.send_north, responder=council.responder)]
    closing.close(case=case, by=council.officer, now=NOW, learning=learning)
    allocation.bulk_reassign(
        cases=[case],
        absent=council.responder,
        to=colleague,
        by=council.senior,
        now=NOW,
        reason="Rae is away",
    )
    assert Stage.objects.get(case=case, type__beside=True).turn_person == colleague


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"cases": []}, "cases", "Tick at least one case"),
        ({"to": ""}, "to", "Choose who takes them over"),
        ({"to": "999999"}, "to", "Choose somebody from the list"),
        ({"reason": ""}, "reason", "Say why their work goes to somebody else"),
    ],
)
def test_what_is_missing_is_said_and_the_ticks_stay(
    council: Council, colleague: User, client_for: Any, sent: dict[str, Any], field: str, said: str
) -> None:
    first, second = cases.accepted(council), cases.accepted(council)
    response = client_for(council.senior).post(address(council.responder), ticked(first, to=colleague) | sent)
    assert errors(response)[field] == [said]
    if "cases" not in sent:
        assert response.context["form"]["cases"].value() == [str(first.pk)]
    assert answering(first) == answering(second) == council.responder


@pytest.mark.parametrize("value", ["abc", "\x00", "999999", "-1"])
def test_a_case_that_is_not_in_the_list_cannot_be_ticked(
    council: Council, colleague: User, client_for: Any, value: str
) -> None:
    case = cases.accepted(council)
    sent = ticked(case, to=colleague) | {"cases": [str(case.pk), value]}
    response = client_for(council.senior).post(address(council.responder), sent)
    assert "cases" in errors(response)
    assert answering(case) == council.responder


def test_a_restricted_case_is_not_in_the_list_nor_moved(
    council: Council, colleague: User, client_for: Any
) -> None:
    restricted = cases.accepted(council, restricted=True, readers=[council.responder])
    seen = cases.accepted(council)
    client = client_for(council.manager)
    response = client.get(address(council.responder))
    assertNotContains(response, restricted.reference)
    response = client.post(address(council.responder), ticked(seen, restricted, to=colleague))
    assert "cases" in errors(response)
    with pytest.raises(Refused):
        allocation.bulk_reassign(
            cases=[restricted],
            absent=council.responder,
            to=council.responder,
            by=council.manager,
            now=NOW,
            reason="x",
        )
    done = allocation.bulk_reassign(
        cases=[restricted],
        absent=council.responder,
        to=colleague,
        by=council.manager,
        now=NOW,
        reason="Away",
    )
    assert done.done == () and answering(restricted) == council.responder


def test_one_that_went_to_somebody_else_meanwhile_is_left_there(
    council: Council, colleague: User, client_for: Any
) -> None:
    case = cases.accepted(council)
    allocation.reallocate(
        case=case,
        by=council.officer,
        now=NOW,
        unit=council.send_north,
        responder=council.service_manager,
        reason="Sue takes it",
    )
    done = allocation.bulk_reassign(
        cases=[case], absent=council.responder, to=colleague, by=council.senior, now=NOW, reason="Away"
    )
    assert done.refused[0][1] == "Nothing in it is Rae Responder's any more, or it is not yours to give away."
    assert answering(case) == council.service_manager


def test_the_work_of_somebody_who_left_goes_over(council: Council, colleague: User, client_for: Any) -> None:
    case = cases.accepted(council)
    deactivate(person=council.responder, by=council.administrator, now=NOW)
    client = client_for(council.senior)
    assertContains(client.get(reverse("reassign")), "Rae Responder, who can no longer sign in")
    assertContains(client.get(address(council.responder)), "Rae Responder can no longer sign in.")
    client.post(address(council.responder), ticked(case, to=colleague, reason="Rae has left"))
    assert answering(case) == colleague
    assertNotContains(client.get("/"), "Rae Responder")


def test_what_one_may_not_give_away_is_not_listed(council: Council, client_for: Any) -> None:
    """By whoever the move table lets reallocate: the list says no more than the single action allows."""
    cases.accepted(council)
    stage = Stage.objects.select_related("type__procedure__policy_version", "case", "unit").get(
        turn_person=council.responder
    )
    for person in (council.service_manager, council.director, council.senior):
        page = client_for(person).get(address(council.responder)).context["page"]
        may = permissions.authority(person, Verb.REALLOCATE, stage, now=NOW) is not None
        assert (page.paginator.count == 1) == may, person


@pytest.mark.parametrize("absent", ["", "abc", "999999", "\x00", "9" * 40, "-1", "²"])
def test_an_odd_address_is_answered(council: Council, client_for: Any, absent: str) -> None:
    cases.accepted(council)
    assert client_for(council.senior).get(reverse("reassign"), {"absent": absent}).status_code == 200


def test_the_page_of_what_was_done_needs_something_done(council: Council, client_for: Any) -> None:
    assertRedirects(client_for(council.senior).get(reverse("reassigned")), reverse("reassign"))


def test_nobody_with_work_is_an_empty_page(council: Council, client_for: Any) -> None:
    assertContains(client_for(council.senior).get(reverse("reassign")), "Nobody has anything open.")


def test_the_queries_are_as_many_for_30_cases_as_for_3(
    council: Council, colleague: User, client_for: Any
) -> None:
    client = client_for(council.senior)

    def asked() -> int:
        client.get(address(council.responder))
        with CaptureQueriesContext(connection) as made:
            assert client.get(address(council.responder)).status_code == 200
        return len(made)

    for _ in range(3):
        cases.accepted(council)
    few = asked()
    for _ in range(27):
        cases.accepted(council)
    assert asked() == few
