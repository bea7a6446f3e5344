"""Where one can go, by role, and the page everybody starts from."""

import pytest
from django.test import RequestFactory, override_settings

from accounts.roles import Role
from complaints.context import navigation
from tests.factories import make_unit

pytestmark = pytest.mark.django_db

REFERENCE = ["Work out a deadline", "Calendars", "Policies", "Cover"]
PLACES = {
    None: ["Today", *REFERENCE],
    Role.ADMINISTRATOR: ["Today", *REFERENCE, "People", "Units"],
    Role.SENIOR_CR_OFFICER: ["Today", "Cases", "Imports", *REFERENCE],
    Role.CR_MANAGER: ["Today", "Cases", "Imports", *REFERENCE],
}
"""Where one can go by role; whoever is not named here works on cases or reads them."""
ON_CASES = ["Today", "Cases", *REFERENCE]


def places(response):
    return {place["label"]: place for place in response.context["navigation"]}


@pytest.mark.parametrize("role", [None, *Role])
def test_each_role_sees_what_it_may_open(client_for, role):
    client = client_for(role)
    seen = places(client.get("/"))
    assert list(seen) == PLACES.get(role, ON_CASES)
    for place in seen.values():
        assert client.get(place["href"]).status_code == 200


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("/", "Today"),
        ("/cover/", "Cover"),
        ("/people/", "People"),
        ("/people/add/", "People"),
        ("/units/", "Units"),
        ("/account/", None),
    ],
)
def test_it_marks_where_one_is(client_for, address, label):
    seen = places(client_for(Role.ADMINISTRATOR).get(address))
    assert [name for name, place in seen.items() if place["active"]] == ([label] if label else [])


def test_a_case_is_under_cases(client_for):
    seen = places(client_for(Role.AUDITOR).get("/cases/"))
    assert [name for name, place in seen.items() if place["active"]] == ["Cases"]


def test_nothing_before_signing_in(client):
    assert client.get("/sign-in/").context["navigation"] == []


def test_a_page_made_before_anybody_is_known_has_none():
    assert navigation(RequestFactory().get("/"))["navigation"] == []


@pytest.mark.parametrize("name", ["", "Ambershire County Council"])
def test_it_says_whose_service_it_is(client, name):
    with override_settings(COUNCIL_NAME=name):
        assert client.get("/sign-in/").context["council_name"] == name


def test_home_greets_and_says_in_plain_words_what_one_can_do(client_for):
    client = client_for(Role.RESPONDER, make_unit("SEND North"))
    page = client.get("/").content.decode()
    assert f"Hello, {client.user.name}" in page
    assert "Responder, SEND North" in page
    assert "You can investigate the cases of the unit and write the response to them." in page
    assert "Units" not in page


def test_home_without_a_role_says_how_to_get_one(client_for):
    assert "You have no role yet." in client_for().get("/").content.decode()


def test_home_and_account_ask_the_database_little(client_for, django_assert_max_num_queries):
    client = client_for(Role.ADMINISTRATOR)
    # The session, the person, their grants; and on the page everybody starts from, whom they cover.
    for address, most in [("/", 4), ("/account/", 3)]:
        with django_assert_max_num_queries(most):
            client.get(address)


def test_account_says_who_i_am(client_for):
    client = client_for(Role.AUDITOR)
    page = client.get("/account/").content.decode()
    assert client.user.email in page
    assert "Auditor or leadership reader, the whole council" in page
    assert "You can read reports" in page
