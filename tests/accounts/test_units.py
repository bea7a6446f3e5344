"""Directorates, services and teams: added, renamed and retired, never deleted."""

import re

import pytest

from accounts import actions
from accounts.models import Unit
from accounts.roles import Role
from audit import service as audit
from tests.factories import NOW, make_grant, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client_for):
    return client_for(Role.ADMINISTRATOR)


def last_event():
    return audit.history("people").last()


def words_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode().split("<main", 1)[1]).split())


class TestTheTree:
    def test_an_empty_council_is_told_how_to_begin(self, admin):
        assert "Add the directorates first" in words_of(admin.get("/units/"))

    def test_each_unit_stands_below_its_own(self, admin):
        adults, children = make_unit("Adults"), make_unit("Children")
        make_unit("Education", parent=children)
        send = make_unit("SEND North", parent=Unit.objects.get(name="Education"))
        make_unit("Reviews", parent=adults)
        make_grant(make_user(), Role.RESPONDER, send)
        page = admin.get("/units/")
        names = re.findall(r'href="/units/\d+/">([^<]+)<', page.content.decode())
        assert names == ["Adults", "Reviews", "Children", "Education", "SEND North"]
        assert "1 person" in words_of(page)

    def test_the_number_of_queries_does_not_grow(self, admin, django_assert_max_num_queries):
        def queries_with(units):
            parent = make_unit()
            while Unit.objects.count() < units:
                make_grant(make_user(), Role.RESPONDER, make_unit(parent=parent))
            with django_assert_max_num_queries(5) as captured:
                admin.get("/units/")
            return len(captured)

        assert queries_with(3) == queries_with(30)


class TestAddingAUnit:
    def add(self, client, parent=None, /, **typed):
        data = {"kind": "team", "name": "SEND North", "code": "send-n", "parent": parent.pk if parent else ""}
        return client.post("/units/add/", {**data, **typed}, follow=True)

    def test_it_works(self, admin):
        education = make_unit("Education", parent=make_unit("Children"))
        assert "SEND North has been added." in words_of(self.add(admin, education))
        unit = Unit.objects.get(code="SEND-N")
        assert unit.parent == education
        assert unit.path == f"{education.path}{unit.pk}/"
        assert last_event().sentence == f"{admin.user} added the team SEND North below Education."

    def test_the_unit_above_can_come_with_the_link(self, admin):
        parent = make_unit()
        page = admin.get(f"/units/add/?below={parent.pk}").content.decode()
        assert re.search(rf'<option value="{parent.pk}"[^>]* selected', page)
        assert admin.get("/units/add/?below=x").status_code == 200

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"name": ""}, "Enter the unit&#x27;s name"),
            ({"name": "x" * 201}, "200 characters or fewer"),
            ({"code": ""}, "Enter a short code for the unit"),
            ({"code": "S E N D"}, "only letters, figures and hyphens"),
            ({"kind": ""}, "Choose whether it is a directorate, a service or a team"),
            ({"kind": "village"}, "Choose a directorate, a service or a team"),
            ({"parent": "999999"}, "Choose a unit from the list"),
            ({"code": "taken"}, "Another unit has this code"),
            ({"kind": "directorate"}, "A directorate cannot stand below a directorate"),
        ],
    )
    def test_it_says_what_is_wrong(self, admin, typed, words):
        make_unit(code="TAKEN")
        page = self.add(admin, make_unit(), **typed).content.decode()
        assert words in page
        assert Unit.objects.count() == 2

    def test_a_team_does_not_stand_below_a_team(self, admin):
        team = make_unit(kind="team")
        assert "A team cannot stand below a team" in words_of(self.add(admin, team))


class TestOneUnit:
    @pytest.fixture
    def send(self):
        return make_unit("SEND North", parent=make_unit("Education"))

    def test_the_page_names_who_holds_a_role_here(self, admin, send):
        make_grant(make_user("Daniel Okafor"), Role.RESPONDER, send)
        make_grant(make_user("Left Long Ago", is_active=False), Role.RESPONDER, send)
        words = words_of(admin.get(f"/units/{send.pk}/"))
        assert "Daniel Okafor , Responder" in words
        assert "Left Long Ago" not in words

    def test_it_is_renamed_and_keeps_its_code(self, admin, send):
        response = admin.post(f"/units/{send.pk}/", {"name": "SEND 🌻"}, follow=True)
        assert "SEND North is now called SEND 🌻." in words_of(response)
        before = send.code
        send.refresh_from_db()
        assert (send.name, send.code) == ("SEND 🌻", before)
        assert last_event().text.details == {"unit": send.pk, "before": "SEND North", "after": "SEND 🌻"}

    def test_a_name_is_needed(self, admin, send):
        assert (
            "Enter the unit&#x27;s name" in admin.post(f"/units/{send.pk}/", {"name": " "}).content.decode()
        )

    def test_it_is_retired_and_brought_back(self, admin, send):
        assert "SEND North has been retired." in words_of(
            admin.post(f"/units/{send.pk}/retire/", follow=True)
        )
        send.refresh_from_db()
        assert send.is_retired
        assert "Retired" in words_of(admin.get("/units/"))
        assert f'value="{send.pk}"' not in admin.get("/people/add/").content.decode()
        assert "SEND North is in use again." in words_of(
            admin.post(f"/units/{send.pk}/bring-back/", follow=True)
        )
        assert [event.verb for event in audit.history("people")] == ["unit-retired", "unit-brought-back"]

    def test_whoever_held_a_role_there_keeps_it(self, admin, send):
        daniel = make_user()
        make_grant(daniel, Role.RESPONDER, send)
        actions.retire_unit(unit=send, by=None, now=NOW)
        assert daniel.has_role(Role.RESPONDER, unit=send)

    def test_not_while_units_in_use_stand_below(self, admin, send):
        response = admin.post(f"/units/{send.parent_id}/retire/", follow=True)
        assert "Retire what stands below it first: SEND North." in words_of(response)
        assert not send.parent.is_retired

    def test_not_brought_back_below_a_retired_unit(self, admin, send):
        actions.retire_unit(unit=send, by=None, now=NOW)
        actions.retire_unit(unit=send.parent, by=None, now=NOW)
        response = admin.post(f"/units/{send.pk}/bring-back/", follow=True)
        assert "which it stands below, is retired" in words_of(response)

    @pytest.mark.parametrize("step", ["retire", "bring-back"])
    def test_twice_says_so(self, admin, send, step):
        for _ in range(2):
            words = words_of(admin.post(f"/units/{send.pk}/{step}/", follow=True))
        assert "already" in words

    def test_the_day_it_is_retired_is_londons(self):
        import datetime

        unit = make_unit()
        late = datetime.datetime(2026, 7, 1, 23, 30, tzinfo=datetime.UTC)  # half past midnight in London
        assert actions.retire_unit(unit=unit, by=None, now=late).retired_on == datetime.date(2026, 7, 2)

    def test_nothing_new_below_a_retired_unit(self, send):
        actions.retire_unit(unit=send, by=None, now=NOW)
        with pytest.raises(actions.Refused, match="retired"):
            actions.add_unit(kind="team", name="New", code="NEW", parent=send, by=None, now=NOW)
        with pytest.raises(actions.Refused, match="retired"):
            actions.grant_role(
                person=make_user(), role=Role.RESPONDER, unit=Unit.objects.get(pk=send.pk), by=None, now=NOW
            )
