"""Where one can go, by role, and the page everybody starts from."""

import pytest
from django.test import RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.actions import name_cover
from accounts.roles import Role
from complaints.context import navigation
from tests.factories import make_unit

pytestmark = pytest.mark.django_db

READING = ["Cases", "Dashboard", "Reports", "Statistics"]
REFERENCE = ["Work out a deadline", "Calendars", "Policies", "Cover"]
PLACES = {
    None: ["Today", *REFERENCE],
    Role.ADMINISTRATOR: ["Today", *REFERENCE, "People", "Units"],
    Role.AUDITOR: ["Today", *READING, "More"],
}
"""Where one can go by role; whoever is not named here works on cases."""
ON_CASES = ["Today", "My queue", *READING, "More"]


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


def covers(absent, deputy) -> None:
    today = timezone.localdate()
    name_cover(absent=absent, deputy=deputy, first=today, last=today, by=None, now=timezone.now())


def test_a_deputy_without_a_role_finds_the_cases_they_cover(client_for):
    deputy = client_for()
    assert list(places(deputy.get("/"))) == PLACES[None]
    covers(client_for(Role.RESPONDER).user, deputy.user)
    seen = places(deputy.get("/"))
    assert list(seen) == ON_CASES
    assert deputy.get(seen["Cases"]["href"]).status_code == 200


@pytest.mark.parametrize("role", [Role.RESPONDER, Role.SENIOR_CR_OFFICER, Role.AUDITOR])
def test_what_is_not_of_every_day_is_under_more(client_for, role):
    client = client_for(role)
    page = client.get("/more/")
    found = [place.label for place in page.context["places"]]
    assert set(found) >= {*READING, *REFERENCE} and ("Imports" in found) == (role is Role.SENIOR_CR_OFFICER)
    for place in page.context["places"]:
        response = client.get(reverse(place.name))
        assert response.status_code == 200
        active = [name for name, seen in places(response).items() if seen["active"]]
        assert active == [place.label if place.daily else "More"]


@pytest.mark.parametrize("absent", [Role.CR_MANAGER, Role.ADMINISTRATOR])
def test_what_is_done_in_person_is_not_offered_to_a_deputy(client_for, absent):
    """Imports, people and units are nobody's by standing in for somebody."""
    deputy = client_for()
    covers(client_for(absent).user, deputy.user)
    assert not {"Imports", "People", "Units"} & set(places(deputy.get("/")))


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
    # The session, the person, their grants, and whom they cover.
    for address in ("/", "/account/"):
        with django_assert_max_num_queries(4):
            client.get(address)


def test_account_says_who_i_am(client_for):
    client = client_for(Role.AUDITOR)
    page = client.get("/account/").content.decode()
    assert client.user.email in page
    assert "Auditor or leadership reader, the whole council" in page
    assert "You can read reports" in page
