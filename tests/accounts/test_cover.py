"""Cover in the browser: somebody who is away names who does their work, or a manager does it for them."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import actions, cover_forms, seats
from accounts.models import Cover, User
from accounts.roles import CASE_ROLES, Role
from audit import service as audit
from tests.factories import NOW, make_grant, make_unit, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
NAME_THEIR_OWN = [
    Role.CR_OFFICER,
    Role.SENIOR_CR_OFFICER,
    Role.CR_MANAGER,
    Role.RESPONDER,
    Role.SERVICE_MANAGER,
    Role.ASSISTANT_DIRECTOR,
    Role.DIRECTOR,
    Role.COORDINATOR,
]


@pytest.fixture(autouse=True)
def a_monday_in_november():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def education():
    return make_unit("Education")


@pytest.fixture
def send(education):
    return make_unit("SEND North", parent=education)


@pytest.fixture
def fiona(user_with, education):
    return user_with(Role.ASSISTANT_DIRECTOR, education, name="Fiona Calder")


@pytest.fixture
def daniel(user_with, send):
    return user_with(Role.RESPONDER, send, name="Daniel Okafor")


@pytest.fixture
def rhian():
    return make_user("Rhian Powell")


def cover(absent, deputy, first=TODAY, last=date(2026, 12, 4), by=None, **fields):
    return actions.name_cover(absent=absent, deputy=deputy, first=first, last=last, by=by, now=NOW, **fields)


def typed(deputy, absent=None, /, **changed):
    data = {"deputy": deputy.pk, "first": "24/11/2026", "last": "4 December 2026", "reason": "Annual leave"}
    return {**data, **({"absent": absent.pk} if absent else {}), **changed}


def last_event():
    return audit.history("people").last()


class TestNamingOnesOwn:
    def test_it_works(self, client_for, daniel, rhian):
        browser = client_for(daniel)
        page = browser.get("/cover/").content.decode()
        assert "they see your cases and may do your work, signing as “for Daniel Okafor”" in page
        assert "Restricted cases stay with the people on their list." in page
        assert "Who will be away" not in page
        page = browser.post("/cover/", typed(rhian), follow=True).content.decode()
        when = "from Tuesday 24 November 2026 to Friday 4 December 2026"
        assert f"Rhian Powell covers you {when}." in page
        row = Cover.objects.get()
        assert (row.absent, row.deputy, row.named_by, row.named_at) == (daniel, rhian, daniel, NOW)
        assert (row.first, row.last, row.reason) == (date(2026, 11, 24), date(2026, 12, 4), "Annual leave")

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
    def test_who_has_no_part_in_cases_by_their_role_gets_none_by_cover(
        self, client_for, user_with, daniel, role
    ):
        """An auditor changes nothing, and an administrator sees no case."""
        page = (
            client_for(daniel)
            .post("/cover/", typed(user_with(role, name="Peter Lindqvist")))
            .content.decode()
        )
        assert "Peter Lindqvist is" in page and "has no part in the work on cases" in page
        assert not Cover.objects.exists()

    def test_it_is_on_record_without_the_reason(self, client_for, daniel, rhian):
        client_for(daniel).post("/cover/", typed(rhian))
        event = last_event()
        assert event.sentence == (
            "Daniel Okafor named Rhian Powell to cover for them from Tuesday 24 November 2026 to "
            "Friday 4 December 2026."
        )
        assert (event.verb, event.actor_id) == ("cover-named", daniel.pk)
        assert event.text.details["deputy"] == rhian.pk
        assert "Annual leave" not in str(vars(event.text))
        assert audit.verify("people") == []

    def test_one_day_is_said_as_one(self, client_for, daniel, rhian):
        page = client_for(daniel).post(
            "/cover/", typed(rhian, first="2026-12-01", last="1 Dec 2026"), follow=True
        )
        assert "Rhian Powell covers you on Tuesday 1 December 2026." in page.content.decode()

    @pytest.mark.parametrize("role", CASE_ROLES)
    def test_whoever_has_their_own_cases_may(self, client_for, rhian, role):
        browser = client_for(role)
        response = browser.post("/cover/", typed(rhian, browser.user))
        assert (response.status_code == 302) is (role in NAME_THEIR_OWN)
        assert Cover.objects.count() == (role in NAME_THEIR_OWN)

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.BUSINESS_ADMINISTRATOR, None])
    def test_others_are_told_who_can(self, client_for, rhian, role):
        browser = client_for(role)
        assert "an administrator can name cover for you" in browser.get("/cover/").content.decode()
        response = browser.post("/cover/", typed(rhian))
        assert response.status_code == 403
        assert "An administrator can name cover for you." in response.content.decode()

    @pytest.mark.parametrize(
        ("changed", "field", "words"),
        [
            ({"deputy": ""}, "deputy", "Choose who will do the work"),
            ({"deputy": "999999"}, "deputy", "Choose somebody from the list"),
            ({"deputy": "x\0"}, "deputy", "Choose somebody from the list"),
            ({"first": ""}, "first", "Enter the first day like 24/11/2026"),
            ({"first": "soon"}, "first", "Enter the first day like 24/11/2026"),
            ({"last": ""}, "last", "Enter the last day like 24/11/2026"),
            ({"last": "31/2/2027"}, "last", "Enter the last day like 24/11/2026"),
            ({"last": "23/11/2026"}, "last", "The last day must be the first day or later"),
            (
                {"first": "16/11/2026", "last": "22/11/2026"},
                "last",
                "These days are over: the last day must be today or later",
            ),
            ({"last": "25/11/2027"}, "last", "Cover is for at most 366 days: choose an earlier last day"),
            ({"reason": "x" * 201}, "reason", "Why: use 200 characters or fewer"),
        ],
    )
    def test_it_says_what_is_wrong_and_loses_nothing(self, client_for, daniel, rhian, changed, field, words):
        response = client_for(daniel).post("/cover/", typed(rhian, **changed))
        page = response.content.decode()
        assert response.context["form"].errors == {field: [words]}
        assert "There is a problem" in page and words in page
        for name, value in {"first": "24/11/2026", "last": "4 December 2026"}.items():
            assert f'value="{changed.get(name, value)}"' in page
        assert ("Annual leave" in page) is ("reason" not in changed)
        assert (f'<option value="{rhian.pk}" selected>' in page) is ("deputy" not in changed)
        assert not Cover.objects.exists()

    @pytest.mark.parametrize(("last", "refused"), [("24/11/2027", False), ("25/11/2027", True)])
    def test_the_longest_is_366_days(self, client_for, daniel, rhian, last, refused):
        """24 November to 24 November a year later, both counted, are 366 days."""
        response = client_for(daniel).post("/cover/", typed(rhian, last=last))
        assert (response.status_code == 200) is refused

    def test_it_may_have_begun_and_end_today(self, client_for, daniel, rhian):
        browser = client_for(daniel)
        assert browser.post("/cover/", typed(rhian, first="20/11/2026", last="23/11/2026")).status_code == 302

    def test_today_is_londons(self, client_for, daniel, rhian):
        with time_machine.travel("2027-06-30T23:30:00Z", tick=False):  # half past midnight on 1 July
            dates = {"first": "30/6/2027", "last": "30/6/2027"}
            response = client_for(daniel).post("/cover/", typed(rhian, **dates))
        assert "These days are over" in response.content.decode()

    def test_somebody_who_cannot_sign_in_is_not_offered(self, client_for, daniel, rhian):
        actions.deactivate(person=rhian, by=None, now=NOW)
        response = client_for(daniel).post("/cover/", typed(rhian))
        assert response.context["form"].errors == {"deputy": ["Choose somebody from the list"]}

    def test_nor_is_oneself(self, client_for, daniel):
        response = client_for(daniel).post("/cover/", typed(daniel))
        assert response.context["form"].errors == {"deputy": ["Choose somebody from the list"]}

    @pytest.mark.parametrize(
        ("first", "last"),
        [("20/11/2026", "1/12/2026"), ("4/12/2026", "9/12/2026"), ("2/12/2026", "3/12/2026")],
        ids=["over its beginning", "on its last day", "inside it"],
    )
    def test_two_deputies_on_one_day_are_refused(self, client_for, daniel, rhian, first, last):
        cover(daniel, rhian, date(2026, 12, 1))
        response = client_for(daniel).post("/cover/", typed(make_user(), first=first, last=last))
        assert response.context["form"].errors == {
            "first": [
                "Rhian Powell covers you from Tuesday 1 December 2026 to Friday 4 December 2026 already: "
                "choose other days, or end that cover first"
            ]
        }
        assert Cover.objects.count() == 1

    def test_the_day_after_is_free_and_so_are_days_of_cover_that_was_ended(self, client_for, daniel, rhian):
        there = cover(daniel, rhian)
        browser, other = client_for(daniel), make_user()
        days = {"first": "5/12/2026", "last": "9/12/2026"}
        assert browser.post("/cover/", typed(other, **days)).status_code == 302
        actions.end_cover(cover=there, by=daniel, now=NOW)
        assert browser.post("/cover/", typed(other)).status_code == 302

    def test_a_deputy_who_is_away_too_is_pointed_out(self, client_for, daniel, rhian):
        cover(rhian, make_user(), date(2026, 12, 3))
        page = client_for(daniel).post("/cover/", typed(rhian), follow=True).content.decode()
        assert (
            "Rhian Powell is away too, from Thursday 3 December 2026 to Friday 4 December 2026. "
            "Cover is not passed on twice: name somebody else for those days." in page
        )

    def test_and_so_is_whoever_loses_their_deputy_by_it(self, client_for, daniel, rhian, fiona):
        cover(fiona, daniel)
        page = client_for(daniel).post("/cover/", typed(rhian), follow=True).content.decode()
        assert "That is not passed on to Rhian Powell: Fiona Calder needs somebody else" in page


class TestNamingForOthers:
    def test_a_manager_names_it_for_somebody_who_is_ill(self, client_for, fiona, daniel, rhian):
        browser = client_for(fiona)
        assert "Who will be away" in browser.get("/cover/").content.decode()
        page = browser.post("/cover/", typed(rhian, daniel), follow=True).content.decode()
        assert "Rhian Powell covers Daniel Okafor from Tuesday 24 November 2026" in page
        assert last_event().sentence.startswith(
            "Fiona Calder named Rhian Powell to cover for Daniel Okafor from Tuesday 24 November 2026"
        )
        assert Cover.objects.get().named_by == fiona

    def test_or_for_themself_on_the_same_page(self, client_for, fiona, daniel, rhian):
        browser = client_for(fiona)
        assert (
            f'<option value="{fiona.pk}" selected>Me, Fiona Calder' in browser.get("/cover/").content.decode()
        )
        browser.post("/cover/", typed(rhian, fiona))
        assert Cover.objects.get().absent == fiona

    @pytest.mark.parametrize(
        ("role", "may"),
        [
            (role, role in {Role.CR_MANAGER, Role.SERVICE_MANAGER, Role.ASSISTANT_DIRECTOR})
            for role in Role
            if role.seat.name != "COUNCIL"
        ],
    )
    def test_which_roles_may_at_a_unit(self, client_for, education, daniel, rhian, role, may):
        browser = client_for(role, education)
        browser.post("/cover/", typed(rhian, daniel))
        assert Cover.objects.of_absent(daniel).exists() is may

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CR_MANAGER])
    def test_an_administrator_and_a_manager_of_the_whole_council_for_anybody(
        self, client_for, user_with, rhian, role
    ):
        director = user_with(Role.DIRECTOR, make_unit("Adults"))
        officer = user_with(Role.CR_OFFICER)
        browser = client_for(role)
        for absent in (director, officer):
            assert browser.post("/cover/", typed(rhian, absent)).status_code == 302

    def refused(self, browser, rhian, absent):
        response = browser.post("/cover/", typed(rhian, absent))
        assert response.context["form"].errors == {"absent": ["Choose somebody from the list"]}
        assert not Cover.objects.exists()

    def test_not_for_somebody_with_a_role_elsewhere_too(self, client_for, fiona, daniel, rhian):
        make_grant(daniel, Role.RESPONDER, make_unit("Adults"))
        make_grant(make_user("One of hers"), Role.RESPONDER, fiona.grants.get().unit)
        self.refused(client_for(fiona), rhian, daniel)

    def test_not_for_somebody_whose_role_is_for_the_whole_council(
        self, client_for, fiona, daniel, user_with, rhian
    ):
        self.refused(client_for(fiona), rhian, user_with(Role.CR_OFFICER))

    def test_not_for_somebody_above(self, client_for, user_with, send, education, daniel, rhian):
        manager = user_with(Role.SERVICE_MANAGER, send)
        self.refused(client_for(manager), rhian, user_with(Role.SERVICE_MANAGER, education))

    def test_being_an_auditor_elsewhere_does_not_count(self, client_for, fiona, daniel, rhian):
        make_grant(daniel, Role.AUDITOR)
        assert client_for(fiona).post("/cover/", typed(rhian, daniel)).status_code == 302

    def test_not_for_somebody_with_nothing_to_pass_on(self, client_for, daniel, rhian, user_with):
        browser = client_for(Role.ADMINISTRATOR)
        self.refused(browser, rhian, user_with(Role.AUDITOR))
        assert "Choose who will be away" in browser.post("/cover/", typed(rhian)).content.decode()

    def test_whoever_covers_a_manager_does_not_name_cover_in_their_place(
        self, client_for, fiona, daniel, rhian
    ):
        cover(fiona, rhian)
        assert client_for(rhian).post("/cover/", typed(make_user(), daniel)).status_code == 403

    def test_nobody_makes_themself_somebodys_deputy(self, client_for, fiona, daniel):
        response = client_for(fiona).post("/cover/", typed(fiona, daniel))
        assert response.context["form"].errors == {"deputy": ["Choose somebody from the list"]}
        with pytest.raises(actions.Refused, match="You cannot name yourself"):
            cover(daniel, fiona, by=fiona)

    def test_the_deputy_and_the_absent_are_two_people(self, client_for, fiona, daniel):
        response = client_for(fiona).post("/cover/", typed(daniel, daniel))
        assert response.context["form"].errors == {
            "deputy": ["Nobody covers for themself: choose somebody else"]
        }

    @pytest.mark.parametrize(
        ("who", "words"),
        [
            ("absent", "has been deactivated, so there is nothing"),
            ("deputy", "choose somebody who can sign in"),
        ],
    )
    def test_the_action_refuses_the_deactivated_whatever_the_page_offered(self, daniel, rhian, who, words):
        actions.deactivate(person={"absent": daniel, "deputy": rhian}[who], by=None, now=NOW)
        with pytest.raises(actions.Refused, match=words):
            cover(daniel, rhian)

    def test_the_action_refuses_whoever_may_not(self, daniel, rhian, fiona):
        with pytest.raises(actions.Refused, match="You may not name cover for Fiona Calder"):
            cover(fiona, rhian, by=daniel)
        assert not Cover.objects.exists()


class TestWhatThePageShows:
    def test_who_covers_me_now_and_next(self, client_for, daniel, rhian):
        cover(daniel, rhian, reason="Course")
        cover(daniel, make_user("Tom Ashworth"), date(2026, 12, 21), date(2026, 12, 23))
        old = cover(daniel, make_user("Long Ago"), date(2027, 1, 4), date(2027, 1, 8))
        actions.end_cover(cover=old, by=None, now=NOW)
        response = client_for(daniel).get("/cover/")
        rows = [(row.deputy.name, row.is_now) for row in response.context["my_covers"]]
        assert rows == [("Rhian Powell", True), ("Tom Ashworth", False)]
        page = response.content.decode()
        assert "From Monday 23 November 2026 to Friday 4 December 2026<br>Course" in page
        assert page.count('<strong class="govuk-tag">Now</strong>') == 1

    def test_cover_that_is_over_is_gone_the_day_after(self, client_for, daniel, rhian):
        cover(daniel, rhian)
        with time_machine.travel("2026-12-05T09:00:00Z", tick=False):
            page = client_for(daniel).get("/cover/").content.decode()
        assert "Nobody covers you, now or later." in page

    def test_whom_i_cover_and_as_what(self, client_for, fiona, rhian):
        make_grant(fiona, Role.AUDITOR)
        cover(fiona, rhian)
        page = client_for(rhian).get("/cover/").content.decode()
        assert "Fiona Calder" in page and "Assistant Director, Education" in page
        assert "Auditor" not in page
        assert "End cover" not in page

    def test_nobody_who_has_been_deactivated_is_covered(self, client_for, fiona, rhian):
        cover(fiona, rhian)
        actions.deactivate(person=fiona, by=None, now=NOW)
        assert "You cover nobody, now or later." in client_for(rhian).get("/cover/").content.decode()

    def test_a_deputy_who_left_is_pointed_out(self, client_for, daniel, rhian):
        cover(daniel, rhian)
        actions.deactivate(person=rhian, by=None, now=NOW)
        page = client_for(daniel).get("/cover/").content.decode()
        assert "Rhian Powell can no longer sign in: end this cover and name somebody else." in page

    def test_a_manager_sees_the_cover_of_their_people_and_of_no_others(
        self, client_for, fiona, daniel, rhian, user_with
    ):
        cover(daniel, rhian)
        cover(user_with(Role.CR_OFFICER, name="Amira Khan"), rhian)
        response = client_for(fiona).get("/cover/")
        assert [row.absent for row in response.context["page"]] == [daniel]
        assert "Amira Khan, " not in response.content.decode()

    def test_names_are_shown_as_they_are(self, client_for, daniel):
        cover(daniel, make_user("<b>Zoë</b> O'Brien"), reason="<i>Leave</i>")
        page = client_for(daniel).get("/cover/").content.decode()
        assert "<b>Zoë" not in page and "<i>Leave" not in page

    def test_the_account_page_leads_here(self, client_for):
        assert 'href="/cover/"' in client_for().get("/account/").content.decode()

    @pytest.mark.parametrize("query", ["page=abc", "page=0", "page=99999"])
    def test_no_address_breaks_it(self, client_for, query):
        assert client_for(Role.ADMINISTRATOR).get(f"/cover/?{query}").status_code == 200

    def test_the_number_of_queries_does_not_grow(self, client_for, django_assert_max_num_queries):
        browser = client_for(Role.CR_MANAGER)

        def queries_with(people):
            while Cover.objects.count() < people:
                absent = make_user()
                make_grant(absent, Role.RESPONDER)
                cover(absent, browser.user)
            with django_assert_max_num_queries(11) as captured:
                browser.get("/cover/")
            return len(captured)

        assert queries_with(3) == queries_with(30)


class TestWhereThereAreMany:
    @pytest.fixture(autouse=True)
    def few_are_many(self, monkeypatch):
        monkeypatch.setattr(cover_forms, "MANY", 3)

    @pytest.fixture
    def admin(self, client_for, send):
        for name, email in [
            ("Sam Cole", "sam.cole@council.example"),
            ("Sam Cole", "sam.cole2@council.example"),
            ("Sam Colebrook", "sam.colebrook@council.example"),
            ("Rhian Powell", "r.powell@council.example"),
            ("Daniel Okafor", "d.okafor@council.example"),
        ]:
            make_grant(make_user(name, email=email), Role.RESPONDER, send)
        return client_for(Role.ADMINISTRATOR)

    def name(self, admin, **changed):
        data = {"absent": "Daniel Okafor", "deputy": "powell", "first": "24/11/2026", "last": "24/11/2026"}
        return admin.post("/cover/", {**data, **changed})

    def test_they_are_typed(self, admin):
        page = admin.get("/cover/").content.decode()
        assert '<input type="text" name="absent"' in page
        assert "Enter a name or work e-mail address." in page
        assert self.name(admin).status_code == 302
        row = Cover.objects.get()
        assert (row.absent.name, row.deputy.name) == ("Daniel Okafor", "Rhian Powell")

    @pytest.mark.parametrize(
        ("words", "email"),
        [
            ("SAM.COLE@council.example", "sam.cole@council.example"),
            ("  rhian   POWELL ", "r.powell@council.example"),
            ("sam colebrook", "sam.colebrook@council.example"),
        ],
    )
    def test_an_exact_name_or_address_is_meant_and_no_longer_one(self, admin, words, email):
        assert self.name(admin, deputy=words).status_code == 302
        assert Cover.objects.get().deputy.email == email

    def test_two_of_one_name_are_told_apart(self, admin):
        response = self.name(admin, deputy="Sam Cole")
        assert response.context["form"].errors["deputy"] == [
            "“Sam Cole” fits Sam Cole (sam.cole@council.example), Sam Cole (sam.cole2@council.example): enter "
            "the e-mail address of one of them"
        ]
        assert 'value="Sam Cole"' in response.content.decode()

    @pytest.mark.parametrize("words", ["nobody here", "<b>", "🌻", "x" * 5000])
    def test_nobody_of_that_name(self, admin, words):
        response = self.name(admin, deputy=words)
        assert "Nobody you can choose is called" in response.context["form"].errors["deputy"][0]
        assert "<b>" not in response.content.decode().split("govuk-error-summary")[1]

    def test_somebody_one_may_not_name_for_is_nobody(self, admin, client_for, education):
        make_grant(User.objects.get(email="d.okafor@council.example"), Role.RESPONDER, make_unit("Adults"))
        response = self.name(client_for(Role.SERVICE_MANAGER, education))
        assert "Nobody you can choose" in response.context["form"].errors["absent"][0]

    def test_oneself_is_there_already(self, admin, client_for, education):
        browser = client_for(Role.SERVICE_MANAGER, education)
        assert f'value="{browser.user.email}"' in browser.get("/cover/").content.decode()
        assert self.name(browser, absent=browser.user.email).status_code == 302
        assert Cover.objects.get().absent == browser.user

    def test_those_who_share_a_name_are_told_apart_in_a_list_too(self, admin, client_for, monkeypatch):
        monkeypatch.setattr(cover_forms, "MANY", 50)
        page = client_for(Role.CR_OFFICER).get("/cover/").content.decode()
        assert "Sam Cole, sam.cole2@council.example" in page
        assert "Rhian Powell</option>" in page


class TestEnding:
    def test_it_is_ended_by_the_person_themself(self, client_for, daniel, rhian):
        row = cover(daniel, rhian)
        page = client_for(daniel).post(f"/cover/{row.pk}/end/", follow=True).content.decode()
        assert "Rhian Powell no longer covers you." in page
        row.refresh_from_db()
        assert (row.ended_at, row.ended_by, row.last) == (NOW, daniel, date(2026, 12, 4))
        assert seats.covered_people(rhian, on=TODAY) == ()
        event = last_event()
        assert (event.verb, event.sentence) == (
            "cover-ended",
            "Daniel Okafor ended the cover by Rhian Powell for Daniel Okafor from Monday 23 November 2026 to "
            "Friday 4 December 2026.",
        )

    def test_or_by_a_manager(self, client_for, fiona, daniel, rhian):
        row = cover(daniel, rhian)
        page = client_for(fiona).post(f"/cover/{row.pk}/end/", follow=True).content.decode()
        assert "Rhian Powell no longer covers Daniel Okafor." in page

    def test_also_by_somebody_who_may_name_it_no_more(self, client_for, daniel, rhian):
        row = cover(daniel, rhian)
        actions.revoke_grant(grant=daniel.grants.get(), by=None, now=NOW)
        client_for(daniel).post(f"/cover/{row.pk}/end/")
        row.refresh_from_db()
        assert row.ended_by == daniel

    def test_not_by_the_deputy_nor_by_anybody_else(self, client_for, daniel, rhian, fiona):
        row = cover(fiona, rhian)
        for person in (rhian, daniel):
            assert client_for(person).post(f"/cover/{row.pk}/end/").status_code == 404
            with pytest.raises(actions.Refused, match="You may not end this cover: ask Fiona Calder"):
                actions.end_cover(cover=row, by=person, now=NOW)
        row.refresh_from_db()
        assert row.ended_at is None

    def test_twice_says_so(self, client_for, daniel, rhian):
        row, browser = cover(daniel, rhian), client_for(daniel)
        for _ in range(2):
            page = browser.post(f"/cover/{row.pk}/end/", follow=True).content.decode()
        assert "This cover has ended already." in page

    def test_and_so_does_cover_that_is_over(self, client_for, daniel, rhian):
        row = cover(daniel, rhian)
        with time_machine.travel("2026-12-05T09:00:00Z", tick=False):
            page = client_for(daniel).post(f"/cover/{row.pk}/end/", follow=True).content.decode()
        assert "This cover has ended already." in page
        row.refresh_from_db()
        assert row.ended_at is None

    def test_a_plain_link_leads_back_to_the_page(self, client_for, daniel, rhian):
        row = cover(daniel, rhian)
        response = client_for(daniel).get(reverse("end-cover", args=[row.pk]))
        assert response.headers["Location"] == "/cover/"


class TestTheDatabaseRefuses:
    def make(self, **fields):
        person = make_user()
        known = {"absent": person, "deputy": make_user(), "first": TODAY, "last": TODAY, "named_at": NOW}
        return Cover.objects.create(**{**known, **fields})

    def test_dates_out_of_order(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            self.make(last=date(2026, 11, 22))

    def test_covering_oneself(self):
        person = make_user()
        with pytest.raises(IntegrityError), transaction.atomic():
            self.make(absent=person, deputy=person)
