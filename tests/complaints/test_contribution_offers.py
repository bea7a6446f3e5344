"""A contribution is offered on the page of a case to whoever may give it, and to nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.roles import Role
from complaints.actions import allocation
from tests.complaints import cases
from tests.complaints.cases import NOW
from tests.factories import make_grant, make_user

pytestmark = pytest.mark.django_db


def test_it_is_offered_to_the_service_that_was_asked_alone(council, client_for):
    case = cases.accepted(council)
    asked = make_user("Sol South")
    make_grant(asked, Role.RESPONDER, council.send_south)
    allocation.ask_contribution(
        case=case,
        by=council.responder,
        now=NOW,
        unit=council.send_south,
        question="When was the taxi booked?",
        due_on=NOW.date() + timedelta(days=5),
    )
    link = reverse("act", args=[case.reference, "contribute"])
    shown = f"/cases/{case.reference}/"
    assertContains(client_for(asked).get(shown), link)
    assertContains(client_for(council.service_manager).get(shown), link)
    assertNotContains(client_for(council.responder).get(shown), link)
