"""Administrators fill an empty council with people in the browser."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts import actions
from accounts.models import Grant, User
from accounts.roles import Role
from audit import service as audit
from tests.factories import NOW, PASSWORD, make_grant, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client_for):
    return client_for(Role.ADMINISTRATOR)


@pytest.fixture
def send():
    return make_unit("SEND North")


def last_event():
    return audit.history("people").last()


class TestTheList:
    def test_it_shows_everybody_with_their_roles(self, admin, send):
        daniel = make_user("Daniel Okafor", email="daniel.okafor@council.example")
        make_grant(daniel, Role.RESPONDER, send)
        make_grant(daniel, Role.CR_OFFICER)
        make_user("Left Long Ago", is_active=False)
        page = admin.get("/people/").content.decode()
        assert "Daniel Okafor" in page and "daniel.okafor@council.example" in page
        assert "Responder, SEND North" in page
        assert "Customer Relations Officer, the whole council" in page
        assert "Deactivated" in page

    def test_a_role_taken_away_is_not_shown(self, admin, send):
        make_grant(make_user(), Role.RESPONDER, send, revoked_at=NOW)
        assert "SEND North" not in admin.get("/people/").content.decode()

    @pytest.mark.parametrize("words", ["okafor", "DANIEL", "daniel council.example", "  okafor   dan "])
    def test_it_is_searched_by_name_and_address(self, admin, words):
        make_user("Daniel Okafor", email="d.okafor@council.example")
        make_user("Rhian Powell")
        page = admin.get("/people/", {"search": words})
        assert [person.name for person in page.context["page"]] == ["Daniel Okafor"]

    def test_finding_nobody_says_so(self, admin):
        page = admin.get("/people/", {"search": "<nobody>"}).content.decode()
        assert "Nobody is called “&lt;nobody&gt;”" in page

    @pytest.mark.parametrize(
        "query", ["page=abc", "page=0", "page=99999", "page=-1", "search=%00", "search=%F0%9F%8C%BB"]
    )
    def test_no_address_breaks_it(self, admin, query):
        assert admin.get(f"/people/?{query}").status_code == 200

    def test_it_comes_in_pages_that_keep_the_search(self, admin):
        for number in range(60):
            make_user(f"Sam Number {number:02}")
        first = admin.get("/people/", {"search": "sam"})
        assert len(first.context["page"].object_list) == 50
        assert "search=sam" in first.content.decode()
        second = admin.get("/people/", {"search": "sam", "page": 2})
        assert [person.name for person in second.context["page"]][-1] == "Sam Number 59"

    def test_the_number_of_queries_does_not_grow(self, admin, django_assert_max_num_queries):
        def queries_with(people):
            while User.objects.count() < people:
                user = make_user()
                make_grant(user, Role.RESPONDER)
                make_grant(user, Role.CR_OFFICER)
            with django_assert_max_num_queries(8) as captured:
                admin.get("/people/")
            return len(captured)

        assert queries_with(3) == queries_with(30)


class TestAddingAPerson:
    def add(self, client, unit=None, /, **typed):
        data = {"name": "Daniel Okafor", "email": "Daniel.Okafor@council.example", "role": Role.RESPONDER}
        return client.post("/people/add/", {**data, "unit": unit.pk if unit else "council", **typed})

    def test_it_works(self, admin, send):
        assert "Can investigate the cases of the unit" in admin.get("/people/add/").content.decode()
        page = self.add(admin, send).content.decode()
        daniel = User.objects.get(email="daniel.okafor@council.example")
        password = re.search(r"<code>(.+)</code>", page)[1]
        assert daniel.check_password(password)
        assert daniel.must_change_password
        assert daniel.has_role(Role.RESPONDER, unit=send)
        event = last_event()
        assert event.sentence == f"{admin.user} added Daniel Okafor as Responder, SEND North."
        assert event.actor_id == admin.user.pk

    def test_the_password_opens_the_door_once_and_is_shown_nowhere_else(self, admin, send):
        page = self.add(admin, send)
        password = re.search(r"<code>(.+)</code>", page.content.decode())[1]
        assert "no-store" in page.headers["Cache-Control"]
        daniel = User.objects.get(name="Daniel Okafor")
        assert password not in admin.get(f"/people/{daniel.pk}/").content.decode()
        assert password not in str(vars(last_event().text))
        browser = Client()
        browser.post("/sign-in/", {"email": daniel.email, "password": password})
        assert browser.get("/").headers["Location"] == "/account/password/"

    def test_passwords_differ_and_are_strong(self, admin, send):
        from django.contrib.auth.password_validation import validate_password

        from accounts.passwords import starting_password

        passwords = {starting_password() for _ in range(50)}
        assert len(passwords) == 50
        for password in passwords:
            validate_password(password)

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"name": ""}, "Enter the person&#x27;s name"),
            ({"name": "   "}, "Enter the person&#x27;s name"),
            ({"name": "x" * 201}, "200 characters or fewer"),
            ({"email": ""}, "Enter the person&#x27;s work e-mail address"),
            ({"email": "daniel"}, "right format"),
            ({"role": ""}, "Choose a role"),
            ({"role": "king"}, "Choose a role from the list"),
            ({"unit": ""}, "Choose where they hold this role: a unit, or the whole council"),
            ({"unit": "council"}, "Choose the directorate, service or team where they are Responder"),
            ({"unit": "999999"}, "Choose a unit from the list"),
            ({"unit": "x"}, "Choose a unit from the list"),
            ({"role": Role.ADMINISTRATOR}, "Administrator is for the whole council"),
        ],
    )
    def test_it_says_what_is_wrong_and_loses_nothing(self, admin, send, typed, words):
        page = self.add(admin, send, **typed).content.decode()
        assert words in page
        assert "There is a problem" in page
        for field, value in {"name": "Daniel Okafor", "email": "Daniel.Okafor@council.example"}.items():
            if field not in typed:
                assert f'value="{value}"' in page
        if "unit" not in typed:
            assert re.search(rf'<option value="{send.pk}"[^>]* selected', page)
        assert User.objects.count() == 1

    def test_an_empty_form_names_everything(self, admin):
        page = admin.post("/people/add/", {}).content.decode()
        assert page.count("This field is required") == 0
        for words in ["person&#x27;s name", "work e-mail address", "Choose a role"]:
            assert words in page

    def test_an_address_in_use_is_refused_beside_the_field(self, admin, send):
        make_user(email="daniel.okafor@council.example")
        response = self.add(admin, send)
        assert response.context["form"].errors["email"] == [
            "Somebody with this e-mail address is there already"
        ]

    @pytest.mark.parametrize("name", ["Zoë 🌻 O'Brien-李", "x" * 200, "<b>Bold</b>", "Ann\u0301"])
    def test_any_name_will_do(self, admin, send, name):
        assert self.add(admin, send, name=name).status_code == 200
        person = User.objects.get(email="daniel.okafor@council.example")
        assert person.name == name
        assert "<b>Bold" not in admin.get("/people/").content.decode()
        assert admin.get(f"/people/{person.pk}/").status_code == 200
        assert audit.verify("people") == []

    def test_a_retired_unit_cannot_be_chosen(self, admin, send):
        actions.retire_unit(unit=send, by=None, now=NOW)
        assert "Choose a unit from the list" in self.add(admin, send).content.decode()


class TestOnePerson:
    @pytest.fixture
    def daniel(self, send):
        daniel = make_user("Daniel Okafor")
        make_grant(daniel, Role.RESPONDER, send)
        return daniel

    def test_the_page_says_what_they_may_do(self, admin, daniel):
        page = admin.get(f"/people/{daniel.pk}/").content.decode()
        assert "Responder, SEND North" in page
        assert "Can investigate the cases of the unit" in page

    def test_nobody_there(self, admin):
        for number in [999_999, 10**30]:
            assert admin.get(f"/people/{number}/").status_code == 404

    def test_a_role_is_given(self, admin, daniel, send):
        data = {"role": Role.SERVICE_MANAGER, "unit": send.pk}
        response = admin.post(f"/people/{daniel.pk}/", data, follow=True)
        assert "Daniel Okafor is now Service manager, SEND North." in response.content.decode()
        grant = daniel.grants.get(role=Role.SERVICE_MANAGER)
        assert grant.granted_by == admin.user
        assert last_event().sentence == f"{admin.user} made Daniel Okafor Service manager, SEND North."

    def test_the_same_role_twice_is_refused(self, admin, daniel, send):
        response = admin.post(f"/people/{daniel.pk}/", {"role": Role.RESPONDER, "unit": send.pk})
        assert response.context["form"].errors["role"] == [
            "Daniel Okafor is Responder for SEND North already"
        ]
        assert daniel.grants.count() == 1

    def test_a_role_is_taken_away_and_stays_on_record(self, admin, daniel):
        grant = daniel.grants.get()
        page = admin.post(f"/people/{daniel.pk}/revoke/", {"grant": grant.pk}, follow=True).content.decode()
        assert "Daniel Okafor is no longer Responder, SEND North." in page
        assert "Roles held before" in page
        grant.refresh_from_db()
        assert grant.revoked_by == admin.user
        assert last_event().sentence == f"{admin.user} took away Daniel Okafor's role Responder, SEND North."

    def test_taking_it_away_twice_says_so(self, admin, daniel):
        grant = daniel.grants.get()
        admin.post(f"/people/{daniel.pk}/revoke/", {"grant": grant.pk})
        page = admin.post(f"/people/{daniel.pk}/revoke/", {"grant": grant.pk}, follow=True).content.decode()
        assert "This role has been taken away already." in page

    @pytest.mark.parametrize("grant", ["", "x", "-1", "²", str(10**30)])
    def test_taking_away_what_is_not_there(self, admin, daniel, grant):
        assert admin.post(f"/people/{daniel.pk}/revoke/", {"grant": grant}).status_code == 404

    def test_somebody_elses_role_is_not_taken_by_this_page(self, admin, daniel):
        other = make_grant(make_user(), Role.CR_OFFICER)
        assert admin.post(f"/people/{daniel.pk}/revoke/", {"grant": other.pk}).status_code == 404
        other.refresh_from_db()
        assert other.revoked_at is None

    def test_deactivating_ends_their_session(self, admin, daniel, client_for):
        browser = client_for(daniel)
        assert browser.get("/").status_code == 200
        page = admin.post(f"/people/{daniel.pk}/deactivate/", follow=True).content.decode()
        assert "Daniel Okafor can no longer sign in." in page
        assert browser.get("/").status_code == 302
        assert daniel.grants.in_force().count() == 1
        assert last_event().verb == "deactivated"

    def test_reactivating_lets_them_in_again(self, admin, daniel):
        admin.post(f"/people/{daniel.pk}/deactivate/")
        admin.post(f"/people/{daniel.pk}/reactivate/")
        browser = Client()
        browser.post("/sign-in/", {"email": daniel.email, "password": PASSWORD})
        assert browser.get("/").status_code == 200

    @pytest.mark.parametrize(
        ("step", "words"), [("deactivate", "deactivated already"), ("reactivate", "can sign in already")]
    )
    def test_twice_says_so(self, admin, daniel, step, words):
        for _ in range(2):
            page = admin.post(f"/people/{daniel.pk}/{step}/", follow=True).content.decode()
        assert words in page

    def test_a_forgotten_password_is_replaced(self, admin, daniel, client_for):
        browser = client_for(daniel)
        page = admin.post(f"/people/{daniel.pk}/new-password/").content.decode()
        password = re.search(r"<code>(.+)</code>", page)[1]
        daniel.refresh_from_db()
        assert daniel.check_password(password) and daniel.must_change_password
        assert browser.get("/").status_code == 302
        assert last_event().sentence == f"{admin.user} gave Daniel Okafor a new starting password."

    def test_the_number_of_queries_does_not_grow(self, admin, django_assert_max_num_queries):
        def queries_with(grants):
            person = make_user()
            for number in range(grants):
                make_grant(person, Role.RESPONDER)
                make_grant(person, Role.RESPONDER, revoked_at=NOW + timedelta(days=number))
            with django_assert_max_num_queries(9) as captured:
                admin.get(f"/people/{person.pk}/")
            return len(captured)

        assert queries_with(3) == queries_with(30)


class TestTheLastAdministrator:
    only = "is the only administrator. Make somebody else administrator first."

    def revoke(self, admin):
        grant = admin.user.grants.get()
        return admin.post(f"/people/{admin.user.pk}/revoke/", {"grant": grant.pk}, follow=True)

    def test_cannot_be_deactivated(self, admin):
        page = admin.post(f"/people/{admin.user.pk}/deactivate/", follow=True).content.decode()
        assert self.only in page
        assert admin.get("/people/").status_code == 200

    def test_cannot_lose_the_role(self, admin):
        assert self.only in self.revoke(admin).content.decode()
        assert admin.get("/people/").status_code == 200

    def test_may_lose_another_role(self, admin):
        grant = make_grant(admin.user, Role.CR_MANAGER)
        admin.post(f"/people/{admin.user.pk}/revoke/", {"grant": grant.pk})
        grant.refresh_from_db()
        assert grant.revoked_at

    def test_somebody_who_cannot_sign_in_does_not_count(self, admin):
        make_grant(make_user(is_active=False), Role.ADMINISTRATOR)
        make_grant(make_user(), Role.ADMINISTRATOR, revoked_at=NOW)
        assert self.only in self.revoke(admin).content.decode()

    def test_with_a_second_one_the_first_may_go_but_not_by_a_slip_of_their_own(self, admin, client_for):
        other = client_for(Role.ADMINISTRATOR)
        assert "ask another administrator" in self.revoke(admin).content.decode()
        page = admin.post(f"/people/{admin.user.pk}/deactivate/", follow=True).content.decode()
        assert "ask another administrator" in page
        other.post(f"/people/{admin.user.pk}/revoke/", {"grant": admin.user.grants.get().pk})
        assert Grant.objects.of(Role.ADMINISTRATOR).count() == 1
        assert admin.get("/people/").status_code == 403
