"""A reminder of a restricted case goes to nobody who is not on its list, and names nobody else."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import deactivate
from accounts.models import Cover, User
from accounts.roles import Role
from complaints import permissions
from complaints.actions import allocation, details, drafting
from complaints.models import Case
from tests.complaints import cases
from tests.complaints.cases import NOW, Council
from tests.complaints.permissions.world import holder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NOBODY = "Nobody on the list of this restricted case can do this."


def restrict(case: Case, council: Council, *readers: User) -> Case:
    return details.restrict(
        case=case, by=council.officer, now=NOW, restricted=True, readers=readers, reason="A witness"
    )


def chase(case: Case, viewer: User):
    client = Client()
    client.force_login(permissions.afresh(viewer))
    return client.get(reverse("case-chase", args=[case.reference]))


def test_whoever_has_the_turn_and_is_not_on_the_list_is_neither_named_nor_addressed(council):
    page = chase(restrict(cases.accepted(council), council), council.officer)
    (found,) = page.context["chases"]
    assert (found.people, found.text, found.who) == ([], "", "Responder, SEND North")
    assertContains(page, NOBODY)
    assertNotContains(page, "rae.responder@")
    assertNotContains(page, "Rae Responder")
    for offered in ("Copy the text", "Record that you chased"):
        assertNotContains(page, offered)


def test_who_may_is_led_to_the_list(council):
    case = restrict(cases.accepted(council), council, council.director)
    assertContains(chase(case, council.officer), f"/cases/{case.reference}/restrict/")
    page = chase(case, council.director)
    assertContains(page, "Ask the Customer Relations Team to put somebody on the list")
    assertNotContains(page, f"/cases/{case.reference}/restrict/")


def test_of_all_who_hold_a_role_those_on_the_list_are_reminded(council):
    holder(Role.RESPONDER, council.send_north)
    case = cases.triaged(council)
    allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)
    restrict(case, council, council.responder)
    (found,) = chase(case, council.officer).context["chases"]
    assert found.people == [council.responder]
    assert found.text.startswith("Dear Rae Responder,")


def test_nobody_is_reminded_to_check_what_they_wrote(council):
    case = cases.accepted(council)
    drafting.submit(case=case, by=council.officer, now=NOW, text="# Our answer\n\nWe are sorry.")
    (found,) = chase(case, council.manager).context["chases"]
    assert council.officer not in found.people
    assert council.senior in found.people


def test_who_has_left_is_on_the_list_no_more(council):
    case = restrict(cases.accepted(council), council, council.responder)
    assertContains(chase(case, council.officer), "rae.responder@council.example")
    deactivate(person=council.responder, by=council.administrator, now=NOW)
    assertNotContains(chase(case, council.officer), "rae.responder@")


def test_nobody_covers(council):
    case = restrict(cases.accepted(council), council, council.responder)
    Cover.objects.create(
        absent=council.responder,
        deputy=council.outsider,
        first=NOW.date(),
        last=date(2026, 12, 4),
        named_at=NOW,
    )
    page = chase(case, council.officer)
    assertContains(page, "rae.responder@council.example")
    assertNotContains(page, "Out Sider")


@pytest.mark.parametrize("named", [True, False], ids=["somebody there", "anybody there"])
def test_a_contribution_is_asked_of_those_on_the_list(council, named):
    case = cases.accepted(council)
    allocation.ask_contribution(
        case=case,
        by=council.officer,
        now=NOW,
        unit=council.safeguarding,
        person=council.outsider if named else None,
        due_on=date(2026, 11, 25),
        question="What do you know?",
    )
    restrict(case, council, council.responder)
    page = chase(case, council.officer)
    ours, theirs = page.context["chases"]
    assert (ours.people, theirs.people, theirs.text) == ([council.responder], [], "")
    assert theirs.who == "Safeguarding"
    assertNotContains(page, "Out Sider")
    restrict(case, council, council.responder, council.outsider)
    assert {tuple(found.people) for found in chase(case, council.officer).context["chases"]} == {
        (council.responder,),
        (council.outsider,),
    }


def test_where_only_the_viewer_can_it_is_their_turn(council):
    case = restrict(cases.triaged(council), council)
    assertContains(chase(case, council.officer), "Nobody else is waited for: it is your turn.")
