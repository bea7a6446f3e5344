"""What somebody who means harm, or a broken browser, may try: no fault, and no way in."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import actions
from accounts.roles import Role
from complaints.demo import people
from tests.factories import NOW, PASSWORD, make_unit, make_user

pytestmark = pytest.mark.django_db


def sign_in(client, email, **more):
    return client.post("/sign-in/", {"email": email, "password": PASSWORD, **more})


def test_a_session_does_not_come_back_to_life_with_its_person(client_for, user_with):
    admin, grace = client_for(Role.ADMINISTRATOR), client_for(Role.CR_OFFICER)
    assert grace.get("/").status_code == 200
    admin.post(f"/people/{grace.user.pk}/deactivate/")
    admin.post(f"/people/{grace.user.pk}/reactivate/")
    assert grace.get("/").headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("key", ["\0aaaaaaaaaa", "ünïcode", "a b", "x" * 5000])
def test_a_session_cookie_nobody_was_given_is_no_fault(key):
    client = Client()
    client.cookies["sessionid"] = key
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "wanted", ["foo", "?x", "#", "person", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_after_signing_in_one_goes_only_to_addresses_of_ours(wanted):
    make_user(email="grace@council.example")
    assert sign_in(Client(), "grace@council.example", next=wanted).headers["Location"] == "/"


def test_letters_that_grow_when_made_small_are_no_fault():
    page = sign_in(Client(), "İ" * 120 + "@council.example").content.decode()
    assert "There is a problem" in page


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 20, "٣", "-1", ""])
def test_the_number_of_a_role_is_no_fault_whatever_it_is(client_for, number):
    admin = client_for(Role.ADMINISTRATOR)
    assert admin.post(f"/people/{admin.user.pk}/revoke/", {"grant": number}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/people/99999999999999999999999/", "/people/99999999999999999999999/revoke/"]
)
def test_no_row_has_a_number_that_long(client_for, path):
    assert client_for(Role.ADMINISTRATOR).post(path).status_code == 404


@pytest.mark.parametrize("weak", [" " * 12, "123456789012", "aaaaaaaaaaaa", "Grace Adeyemi 1"])
def test_a_weak_password_is_refused(client_for, user_with, weak):
    client = client_for(user_with(name="Grace Adeyemi"))
    page = client.post("/account/password/", {"current": PASSWORD, "new": weak, "again": weak})
    assert "There is a problem" in page.content.decode()
    client.user.refresh_from_db()
    assert client.user.check_password(PASSWORD)


def test_what_was_said_to_one_is_not_shown_to_the_next(client_for, user_with):
    admin = client_for(Role.ADMINISTRATOR)
    admin.post(f"/people/{user_with(name='Daniel Okafor').pk}/deactivate/")
    admin.post("/sign-out/")
    assert "Daniel Okafor" not in admin.get("/sign-in/").content.decode()


@pytest.mark.parametrize("path", ["/people/", "/nowhere/"])
def test_a_refusal_is_not_kept_by_a_shared_computer(client_for, path):
    assert "no-store" in client_for(Role.CR_OFFICER).get(path).headers["Cache-Control"]


def test_the_people_of_the_demo_do_not_get_into_a_councils_records(settings):
    """Their password is printed for everybody to read."""
    settings.DEBUG = True
    people.load(now=NOW)
    settings.DEBUG = False
    with pytest.raises(CommandError, match="people of the demo"):
        call_command("prepare", demo=False, verbosity=0)


def test_a_unit_is_not_brought_back_below_one_retired_meanwhile(client_for):
    above = make_unit(name="Education")
    below = make_unit(name="SEND", parent=above)
    actions.retire_unit(unit=below, by=None, now=NOW)
    stale = type(below).objects.select_related("parent").get(pk=below.pk)
    actions.retire_unit(unit=above, by=None, now=NOW)
    with pytest.raises(actions.Refused, match="bring that back first"):
        actions.bring_back_unit(unit=stale, by=None, now=NOW)
