"""What somebody may act as: their own roles first, then those of the people they stand in for that day."""

from datetime import date, timedelta

import pytest

from accounts import actions, seats
from accounts.models import Cover, User
from accounts.roles import Role
from accounts.seats import Standing
from tests.factories import NOW, make_grant, make_unit, make_user

pytestmark = pytest.mark.django_db

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 12, 4)


@pytest.fixture
def safeguarding():
    return make_unit("Family Safeguarding")


@pytest.fixture
def east(safeguarding):
    return make_unit("Family Safeguarding East", parent=safeguarding)


@pytest.fixture
def fiona(safeguarding):
    fiona = make_user("Fiona Calder")
    make_grant(fiona, Role.ASSISTANT_DIRECTOR, safeguarding)
    return fiona


@pytest.fixture
def rhian(east):
    rhian = make_user("Rhian Powell")
    make_grant(rhian, Role.RESPONDER, east)
    return rhian


def cover(absent, deputy, first=MONDAY, last=FRIDAY):
    return actions.name_cover(absent=absent, deputy=deputy, first=first, last=last, by=None, now=NOW)


def held(user, on=MONDAY):
    return seats.standings(User.objects.get(pk=user.pk), on=on)


class TestStandings:
    def test_ones_own_roles_are_held_for_nobody(self, rhian, east):
        assert held(rhian) == (Standing(Role.RESPONDER, east, for_whom=None),)

    def test_a_deputy_has_the_roles_of_the_absent_after_their_own(self, rhian, fiona, east, safeguarding):
        cover(fiona, rhian)
        assert held(rhian) == (
            Standing(Role.RESPONDER, east),
            Standing(Role.ASSISTANT_DIRECTOR, safeguarding, for_whom=fiona),
        )

    def test_the_absent_person_keeps_their_own(self, rhian, fiona, safeguarding):
        cover(fiona, rhian)
        assert held(fiona) == (Standing(Role.ASSISTANT_DIRECTOR, safeguarding),)

    @pytest.mark.parametrize(
        ("day", "covers"),
        [
            (MONDAY - timedelta(days=1), False),
            (MONDAY, True),
            (FRIDAY, True),
            (FRIDAY + timedelta(days=1), False),
        ],
        ids=["the day before", "the first day", "the last day", "the day after"],
    )
    def test_the_first_and_the_last_day_count(self, rhian, fiona, day, covers):
        cover(fiona, rhian)
        assert (len(held(rhian, day)) == 2) is covers

    def test_cover_ended_early_is_over_at_once(self, rhian, fiona):
        actions.end_cover(cover=cover(fiona, rhian), by=None, now=NOW)
        assert len(held(rhian)) == 1

    def test_cover_is_not_passed_on_twice(self, rhian, fiona, east):
        """Fiona is covered by Rhian, who is covered by Daniel: Daniel has what is Rhian's own."""
        daniel = make_user("Daniel Okafor")
        cover(fiona, rhian)
        cover(rhian, daniel)
        assert held(daniel) == (Standing(Role.RESPONDER, east, for_whom=rhian),)

    def test_a_role_the_absent_person_lost_is_not_passed_on(self, rhian, fiona):
        cover(fiona, rhian)
        actions.revoke_grant(grant=fiona.grants.get(), by=None, now=NOW)
        assert len(held(rhian)) == 1

    def test_somebody_deactivated_passes_nothing_on(self, rhian, fiona):
        cover(fiona, rhian)
        actions.deactivate(person=fiona, by=None, now=NOW)
        assert len(held(rhian)) == 1
        assert seats.covered_people(rhian, on=MONDAY) == ()

    def test_a_deputy_who_is_deactivated_has_nothing(self, rhian, fiona):
        cover(fiona, rhian)
        actions.deactivate(person=rhian, by=None, now=NOW)
        rhian.refresh_from_db()
        assert held(rhian) == ()
        assert seats.covered_people(rhian, on=MONDAY) == ()

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
    def test_case_work_is_passed_on_and_nothing_else(self, rhian, fiona, role):
        make_grant(fiona, role)
        cover(fiona, rhian)
        passed_on = [standing.role for standing in held(rhian) if standing.for_whom]
        assert passed_on == [Role.ASSISTANT_DIRECTOR]

    def test_several_are_covered_by_name(self, rhian, fiona, safeguarding):
        amira = make_user("Amira Khan")
        make_grant(amira, Role.CR_OFFICER)
        cover(fiona, rhian)
        cover(amira, rhian)
        assert [standing.for_whom for standing in held(rhian)] == [None, amira, fiona]
        assert held(rhian)[1] == Standing(Role.CR_OFFICER, None, amira)
        assert seats.covered_people(rhian, on=MONDAY) == (amira, fiona)
        assert seats.covered_people(rhian, on=FRIDAY + timedelta(days=1)) == ()

    def test_the_number_of_queries_does_not_grow(self, django_assert_num_queries):
        deputy = make_user()
        make_grant(deputy, Role.CR_OFFICER)

        def cover_more(people):
            for _ in range(people):
                absent = make_user()
                for _ in range(3):
                    make_grant(absent, Role.RESPONDER)
                cover(absent, deputy)

        for people in (3, 27):
            cover_more(people)
            fresh = User.objects.get(pk=deputy.pk)
            with django_assert_num_queries(1):
                found = seats.standings(fresh, on=MONDAY)
                assert [str(standing.unit) + str(standing.for_whom) for standing in found]
            assert len(found) == 1 + 3 * Cover.objects.count()
        with django_assert_num_queries(1):
            assert len(seats.covered_people(deputy, on=MONDAY)) == 30


class TestActingAs:
    def test_at_the_unit_and_below(self, fiona, safeguarding, east):
        for unit in (safeguarding, east):
            assert seats.standings_for(fiona, Role.ASSISTANT_DIRECTOR, unit, MONDAY)
        assert not seats.standings_for(fiona, Role.ASSISTANT_DIRECTOR, make_unit("Adults"), MONDAY)

    def test_not_above_it(self, rhian, safeguarding):
        assert not seats.standings_for(rhian, Role.RESPONDER, safeguarding, MONDAY)
        assert seats.standings_for(rhian, Role.RESPONDER, None, MONDAY)  # somewhere

    def test_a_role_for_the_whole_council_is_held_everywhere(self, east):
        grace = make_user()
        make_grant(grace, Role.CR_MANAGER)
        assert seats.standings_for(grace, Role.CR_MANAGER, east, MONDAY) == (Standing(Role.CR_MANAGER, None),)

    def test_a_role_that_includes_another_does_its_work(self, east, safeguarding):
        sunita = make_user()
        make_grant(sunita, Role.SERVICE_MANAGER, safeguarding)
        manager = Standing(Role.SERVICE_MANAGER, safeguarding)
        assert seats.standings_for(sunita, Role.RESPONDER, east, MONDAY) == (manager,)
        assert seats.standings_for(sunita, Role.ASSISTANT_DIRECTOR, east, MONDAY) == ()

    def test_a_deputy_does_it_too_for_the_absent(self, rhian, east, safeguarding):
        sunita = make_user("Sunita Rao")
        make_grant(sunita, Role.SERVICE_MANAGER, safeguarding)
        cover(sunita, rhian)
        assert seats.standings_for(rhian, Role.RESPONDER, east, MONDAY) == (
            Standing(Role.RESPONDER, east),
            Standing(Role.SERVICE_MANAGER, safeguarding, sunita),
        )
        for_sunita = seats.standings_for(rhian, Role.RESPONDER, safeguarding, MONDAY)
        assert [standing.for_whom for standing in for_sunita] == [sunita]

    def test_many_cases_are_asked_about_after_reading_once(self, fiona, east, django_assert_num_queries):
        mine = seats.standings(fiona, on=MONDAY)
        with django_assert_num_queries(0):
            assert len(seats.allowing(mine, Role.ASSISTANT_DIRECTOR, east)) == 1
            assert seats.allowing(mine, Role.DIRECTOR, east) == ()
