"""Coming in with an e-mail address and a password, and leaving."""

import re
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from audit import service as audit
from tests.factories import NOW, PASSWORD, make_grant, make_user

pytestmark = pytest.mark.django_db

NEW = "marmalade under the old bridge"


@pytest.fixture
def amira():
    return make_user("Amira Khan", email="amira.khan@council.example")


def attempt(client, email="amira.khan@council.example", password=PASSWORD, **more):
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def told(stream="people"):
    return [(event.verb, event.actor_id) for event in audit.history(stream)]


def signed_in(client):
    return "_auth_user_id" in client.session


class TestSigningIn:
    def test_it_works(self, client, amira):
        response = client.get("/sign-in/")
        assert response.status_code == 200
        response = attempt(client)
        assert response.headers["Location"] == "/"
        assert client.get("/").status_code == 200
        assert told() == [("signed-in", amira.pk)]

    @pytest.mark.parametrize("email", ["Amira.Khan@Council.Example", "  amira.khan@council.example "])
    def test_the_case_of_the_address_does_not_matter(self, client, amira, email):
        attempt(client, email=email)
        assert signed_in(client)

    def test_the_session_gets_a_new_key(self, client, amira):
        client.get("/sign-in/")
        session = client.session
        session["planted"] = "by somebody else"
        session.save()
        planted = session.session_key
        client.cookies["sessionid"] = planted
        attempt(client)
        assert client.session.session_key != planted
        assert not Session.objects.filter(pk=planted).exists()

    def test_whoever_is_signed_in_goes_on(self, client, amira):
        client.force_login(amira)
        assert client.get("/sign-in/").headers["Location"] == "/"

    def test_nothing_typed_is_lost_but_the_password(self, client, amira):
        page = attempt(client, password="wrong").content.decode()
        assert 'value="amira.khan@council.example"' in page
        assert "wrong" not in page

    @pytest.mark.parametrize(
        ("email", "password", "words"),
        [
            ("", PASSWORD, "Enter your e-mail address"),
            ("amira.khan@council.example", "", "Enter your password"),
            ("amira", PASSWORD, "Enter an e-mail address in the right format"),
            ("a" * 250 + "@council.example", PASSWORD, "254 characters or fewer"),
        ],
    )
    def test_what_is_missing_is_named(self, client, amira, email, password, words):
        page = attempt(client, email=email, password=password).content.decode()
        assert words in page
        assert "There is a problem" in page
        assert not signed_in(client)

    def test_the_page_is_not_kept_by_the_browser(self, client):
        assert "no-store" in client.get("/sign-in/").headers["Cache-Control"]

    def test_the_form_needs_its_token(self, amira):
        assert attempt(Client(enforce_csrf_checks=True)).status_code == 403


class TestWhereItLeads:
    @pytest.mark.parametrize("address", ["/account/", "/people/?search=k%26h&page=2"])
    def test_back_to_the_page_one_wanted(self, client, amira, address):
        make_grant(amira, Role.ADMINISTRATOR)
        asked = client.get(address)
        page = client.get(asked.headers["Location"])
        response = attempt(client, next=page.context["next"])
        assert response.headers["Location"] == address

    @pytest.mark.parametrize(
        "address",
        [
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "/\\elsewhere.example",
            "javascript:alert(1)",
            "http:///elsewhere.example",
            "\x00",
        ],
    )
    def test_never_elsewhere(self, client, amira, address):
        assert attempt(client, next=address).headers["Location"] == "/"
        assert client.get("/sign-in/", {"next": address}).headers["Location"] == "/"

    def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(self, client, amira):
        make_grant(amira, Role.ADMINISTRATOR)
        asked = client.post(f"/people/{amira.pk}/deactivate/")
        response = client.post(
            asked.headers["Location"],
            {"email": amira.email, "password": PASSWORD, "next": f"/people/{amira.pk}/deactivate/"},
            follow=True,
        )
        assert response.redirect_chain[-1][0] == f"/people/{amira.pk}/"
        amira.refresh_from_db()
        assert amira.is_active


class TestNobodyLearnsWhoIsHere:
    def page(self, client, **typed):
        return attempt(client, **typed).content.decode()

    def test_unknown_wrong_and_deactivated_get_the_same_page(self, amira):
        make_user(email="left@council.example", is_active=False)
        pages = {
            self.page(Client(), email=email, password=password).replace(email, "THE-ADDRESS")
            for email, password in [
                ("amira.khan@council.example", "not the password"),
                ("nobody@council.example", "not the password"),
                ("left@council.example", PASSWORD),
            ]
        }
        texts = {page.split("<main", 1)[1].split('name="csrfmiddlewaretoken"')[0] for page in pages}
        assert len(texts) == 1
        assert "Enter your e-mail address and password as you were given them" in texts.pop()

    def test_a_password_is_hashed_each_time(self, amira, monkeypatch):
        from django.contrib.auth.hashers import MD5PasswordHasher

        hashed = []
        encode = MD5PasswordHasher.encode
        monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
        for email in ["amira.khan@council.example", "nobody@council.example"]:
            hashed.clear()
            attempt(Client(), email=email, password="not the password")
            assert len(hashed) == 1, email

    def test_somebody_unknown_is_locked_out_alike(self, amira):
        for email in [amira.email, "nobody@council.example"]:
            client = Client()
            codes = [attempt(client, email=email, password="wrong").status_code for _ in range(6)]
            assert codes == [200] * 5 + [429]


class TestLockOut:
    def lock(self, client):
        for _ in range(6):
            response = attempt(client, password="not the password")
        return response

    def test_after_six_wrong_passwords_a_calm_page_says_when(self, client, amira):
        with time_machine.travel(NOW, tick=False):
            response = self.lock(client)
        page = response.content.decode()
        assert response.status_code == 429
        assert "Signing in is locked for now" in page
        assert "09:46" in page  # a quarter of an hour after half past nine is over
        assert "Nothing has been lost" in page

    def test_the_right_password_does_not_help_until_then(self, client, amira):
        with time_machine.travel(NOW, tick=False) as clock:
            self.lock(client)
            assert attempt(client).status_code == 429
            clock.shift(timedelta(minutes=15, seconds=1))
            attempt(client)
            assert signed_in(client)

    def test_the_moment_given_is_never_too_early(self, client, amira):
        with time_machine.travel(NOW + timedelta(seconds=44), tick=False) as clock:
            self.lock(client)
            clock.move_to(NOW + timedelta(minutes=16))
            attempt(client)
            assert signed_in(client)

    def test_a_new_starting_password_ends_it(self, client, amira, client_for):
        self.lock(client)
        page = client_for(Role.ADMINISTRATOR).post(f"/people/{amira.pk}/new-password/").content.decode()
        attempt(client, password=re.search(r"<code>(.+)</code>", page)[1])
        assert signed_in(client)

    def test_it_is_recorded_once_and_as_nobodys_doing(self, client, amira):
        self.lock(client)
        self.lock(client)
        assert told() == [("locked-out", None)]
        event = audit.history("people").get()
        assert event.sentence == "Signing in as Amira Khan was locked after 6 wrong passwords."
        assert event.text.details["user"] == amira.pk

    def test_what_a_stranger_typed_is_not_recorded(self, client):
        for _ in range(7):
            attempt(client, email="my-secret-password@council.example", password="x")
        assert told() == []

    def test_colleagues_and_other_machines_are_not_locked(self, client, amira):
        tom = make_user()
        self.lock(client)
        for _ in range(5):
            assert attempt(client, email=tom.email, password="wrong").status_code == 200
        attempt(client, email=tom.email)
        assert signed_in(client)
        elsewhere = Client(REMOTE_ADDR="10.0.0.7")
        attempt(elsewhere)
        assert signed_in(elsewhere)

    def test_writing_the_address_differently_gives_no_more_tries(self, client, amira):
        for email in [
            "amira.khan@council.example",
            "AMIRA.KHAN@council.example",
            " Amira.khan@council.example",
        ]:
            attempt(client, email=email, password="wrong")
            response = attempt(client, email=email, password="wrong")
        assert response.status_code == 429

    def test_success_starts_the_count_again(self, client, amira):
        for _ in range(5):
            attempt(client, password="wrong")
        attempt(client)
        client.post("/sign-out/")
        for _ in range(5):
            assert attempt(client, password="wrong").status_code == 200

    def test_no_password_is_kept_with_the_failed_attempt(self, client, amira):
        attempt(client, password="nearly-my-password")
        kept = AccessAttempt.objects.get()
        assert kept.username == "amira.khan@council.example"
        assert "nearly-my-password" not in str(vars(kept))


class TestTheSession:
    def test_it_ends_with_signing_out(self, client, amira):
        attempt(client)
        key = client.session.session_key
        response = client.post("/sign-out/", follow=True)
        assert response.redirect_chain[-1][0] == "/sign-in/"
        assert "You have signed out." in response.content.decode()
        assert not Session.objects.filter(pk=key).exists()
        assert told() == [("signed-in", amira.pk), ("signed-out", amira.pk)]

    def test_a_link_does_not_sign_out(self, client, amira):
        client.force_login(amira)
        assert client.get("/sign-out/").headers["Location"] == "/"
        assert signed_in(client)

    def test_it_ends_after_a_working_day(self, client, amira):
        with time_machine.travel(NOW) as clock:
            attempt(client)
            clock.shift(timedelta(hours=9, minutes=50))
            assert client.get("/account/").status_code == 200
            clock.shift(timedelta(minutes=20))
            assert client.get("/account/").status_code == 302

    def test_it_ends_at_once_when_the_person_is_deactivated(self, client, amira):
        attempt(client)
        User.objects.filter(pk=amira.pk).update(is_active=False)
        assert client.get("/").headers["Location"] == "/sign-in/?next=/"

    def test_no_page_is_kept_by_the_browser(self, client, amira):
        client.force_login(amira)
        assert "no-store" in client.get("/account/").headers["Cache-Control"]


class TestChangingThePassword:
    def change(self, client, current=PASSWORD, new=NEW, again=NEW):
        return client.post("/account/password/", {"current": current, "new": new, "again": again})

    def test_it_works(self, client, amira):
        client.force_login(amira)
        elsewhere = Client()
        elsewhere.force_login(amira)
        before = client.session.session_key
        assert self.change(client).headers["Location"] == "/account/"
        assert client.get("/account/").status_code == 200
        assert client.session.session_key != before
        assert elsewhere.get("/account/").status_code == 302
        assert told() == [("password-changed", amira.pk)]
        fresh = Client()
        attempt(fresh, password=NEW)
        assert signed_in(fresh)

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"current": ""}, "Enter the password you have now"),
            ({"new": ""}, "Enter a new password"),
            ({"again": ""}, "Enter the new password a second time"),
            ({"current": "wrong"}, "This is not the password you have now"),
            ({"new": "short", "again": "short"}, "at least 12 characters"),
            ({"new": "password1234", "again": "password1234"}, "too common"),
            ({"new": "amira.khan@council", "again": "amira.khan@council"}, "too similar"),
            ({"again": "something else"}, "The two new passwords differ"),
            ({"new": PASSWORD, "again": PASSWORD}, "differs from the one you have now"),
        ],
    )
    def test_it_says_what_is_wrong(self, client, amira, typed, words):
        client.force_login(amira)
        assert words in self.change(client, **typed).content.decode()
        amira.refresh_from_db()
        assert amira.check_password(PASSWORD)
        assert told() == []


class TestTheStartingPassword:
    @pytest.fixture
    def newcomer(self):
        newcomer = make_user(email="new@council.example", must_change_password=True)
        make_grant(newcomer, Role.ADMINISTRATOR)
        return newcomer

    def test_one_is_led_to_choose_ones_own(self, client, newcomer):
        assert attempt(client, email=newcomer.email).headers["Location"] == "/account/password/?next=%2F"
        for address in ["/", "/account/", "/people/", "/units/add/"]:
            assert client.get(address).headers["Location"] == "/account/password/"
        page = client.get("/account/password/").content.decode()
        assert "Choose your own password" in page
        assert "Work out a deadline" not in page

    def test_and_then_goes_on(self, client, newcomer):
        attempt(client, email=newcomer.email)
        client.post("/account/password/", {"current": PASSWORD, "new": NEW, "again": NEW})
        assert client.get("/people/").status_code == 200

    def test_the_same_one_will_not_do(self, client, newcomer):
        attempt(client, email=newcomer.email)
        client.post("/account/password/", {"current": PASSWORD, "new": PASSWORD, "again": PASSWORD})
        assert client.get("/").status_code == 302

    def test_one_may_leave_instead(self, client, newcomer):
        attempt(client, email=newcomer.email)
        client.post("/sign-out/")
        assert not signed_in(client)


def test_the_product_itself_hashes_with_argon2():
    from config import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
