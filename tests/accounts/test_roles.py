"""A grant is a person, a role and a unit: a role at a unit covers everything below it, and nothing beside it."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Grant, Unit, User
from accounts.roles import ABOUT, CASE_ROLES, Role, Seat
from tests.factories import NOW, make_grant, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    children = make_unit("Children")
    education = make_unit("Education", parent=children)
    send = make_unit("SEND North", parent=education)
    safeguarding = make_unit("Family Safeguarding", parent=children)
    adults = make_unit("Adults")
    return {unit.name: unit for unit in [children, education, send, safeguarding, adults]}


def names(units):
    return sorted(unit.name for unit in units)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_says_where_it_is_held_and_what_it_may_do(role):
    assert isinstance(role.seat, Seat)
    assert role.may[0].islower() and role.may.endswith(".")  # follows 'You can'
    assert set(ABOUT) == set(Role)


def test_some_roles_do_the_work_of_others_too_and_no_more_than_these():
    more = {role: role.includes - {role} for role in Role if role.includes != {role}}
    assert more == {
        Role.SENIOR_CR_OFFICER: {Role.CR_OFFICER},
        Role.CR_MANAGER: {Role.SENIOR_CR_OFFICER, Role.CR_OFFICER},
        Role.SERVICE_MANAGER: {Role.RESPONDER},
    }
    assert all(role in role.includes for role in Role)


def test_every_role_but_two_works_on_cases():
    assert set(Role) - set(CASE_ROLES) == {Role.ADMINISTRATOR, Role.AUDITOR}


class TestTheTree:
    def test_a_path_is_made_of_all_above(self, tree):
        send = tree["SEND North"]
        assert send.path == f"/{tree['Children'].pk}/{tree['Education'].pk}/{send.pk}/"
        assert (tree["Children"].depth, send.depth) == (0, 2)

    def test_a_unit_covers_itself_and_what_stands_below(self, tree):
        assert tree["Children"].covers(tree["SEND North"])
        assert tree["Education"].covers(tree["Education"])
        assert not tree["Education"].covers(tree["Family Safeguarding"])
        assert not tree["SEND North"].covers(tree["Education"])

    def test_a_number_that_begins_alike_is_not_below(self, tree):
        one, eleven = Unit(path="/1/"), Unit(path="/11/")
        assert not one.covers(eleven)

    def test_codes_are_unique(self, tree):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_unit(code=tree["Adults"].code)

    @pytest.mark.postgres
    def test_a_prefix_is_found_by_its_index(self, tree):
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'accounts_unit_below'")
            assert "varchar_pattern_ops" in cursor.fetchone()[0]
            cursor.execute("SET enable_seqscan = off")
            cursor.execute("EXPLAIN SELECT id FROM accounts_unit WHERE path LIKE '/1/%'")
            assert "accounts_unit_below" in str(cursor.fetchall())


class TestWhatAPersonHolds:
    def test_a_role_covers_what_stands_below(self, tree):
        sunita = make_user()
        make_grant(sunita, Role.SERVICE_MANAGER, tree["Education"])
        assert sunita.has_role(Role.SERVICE_MANAGER)
        assert sunita.has_role(Role.SERVICE_MANAGER, unit=tree["SEND North"])
        assert not sunita.has_role(Role.SERVICE_MANAGER, unit=tree["Children"])
        assert not sunita.has_role(Role.SERVICE_MANAGER, unit=tree["Family Safeguarding"])
        assert not sunita.has_role(Role.RESPONDER)
        assert names(sunita.units_for(Role.SERVICE_MANAGER)) == ["Education", "SEND North"]
        assert names(sunita.units_for(Role.RESPONDER)) == []

    def test_a_role_for_the_council_covers_all_of_it(self, tree):
        grace = make_user()
        make_grant(grace, Role.CR_MANAGER)
        assert grace.has_role(Role.CR_MANAGER, unit=tree["Adults"])
        assert names(grace.units_for(Role.CR_MANAGER)) == names(tree.values())

    def test_several_roles_add_up(self, tree):
        person = make_user()
        make_grant(person, Role.RESPONDER, tree["SEND North"])
        make_grant(person, Role.RESPONDER, tree["Adults"])
        make_grant(person, Role.ASSISTANT_DIRECTOR, tree["Family Safeguarding"])
        assert names(person.units_for(Role.RESPONDER)) == ["Adults", "SEND North"]
        assert names(person.units_for(Role.RESPONDER, Role.ASSISTANT_DIRECTOR)) == [
            "Adults",
            "Family Safeguarding",
            "SEND North",
        ]

    def test_a_revoked_grant_covers_nothing(self, tree):
        person = make_user()
        make_grant(person, Role.RESPONDER, tree["Adults"], revoked_at=NOW)
        assert not person.has_role(Role.RESPONDER)
        assert names(person.units_for(Role.RESPONDER)) == []

    @pytest.mark.parametrize("grants", [1, 12])
    def test_the_number_of_queries_does_not_grow(self, tree, grants, django_assert_num_queries):
        person = make_user()
        for _ in range(grants):
            make_grant(person, Role.RESPONDER)
        person = User.objects.get(pk=person.pk)
        with django_assert_num_queries(1):
            for unit in tree.values():
                person.has_role(Role.RESPONDER, unit=unit)
                person.has_role(Role.ADMINISTRATOR)
        with django_assert_num_queries(1):
            assert len(person.units_for(Role.RESPONDER)) == grants


class TestWhoHoldsARole:
    @pytest.fixture
    def team(self, tree):
        people = {name: make_user(name) for name in ["Daniel", "Sunita", "Grace", "Left", "Former"]}
        make_grant(people["Daniel"], Role.RESPONDER, tree["SEND North"])
        make_grant(people["Daniel"], Role.RESPONDER, tree["Adults"])
        make_grant(people["Sunita"], Role.RESPONDER, tree["Education"])
        make_grant(people["Left"], Role.RESPONDER, tree["Education"])
        User.objects.filter(name="Left").update(is_active=False)
        make_grant(people["Former"], Role.RESPONDER, tree["Education"], revoked_at=NOW)
        make_grant(people["Grace"], Role.CR_OFFICER)
        return people

    def test_at_a_unit_and_above_it(self, tree, team):
        assert names(User.objects.with_role(Role.RESPONDER, tree["SEND North"])) == ["Daniel", "Sunita"]
        assert names(User.objects.with_role(Role.RESPONDER, tree["Education"])) == ["Sunita"]
        assert names(User.objects.with_role(Role.CR_OFFICER, tree["Adults"])) == ["Grace"]

    def test_anywhere_each_once_and_only_the_active(self, team):
        assert names(User.objects.with_role(Role.RESPONDER)) == ["Daniel", "Sunita"]

    def test_it_is_one_query(self, tree, team, django_assert_num_queries):
        with django_assert_num_queries(1):
            list(User.objects.with_role(Role.RESPONDER, tree["SEND North"]))


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize("role", [Role.RESPONDER, Role.DIRECTOR, Role.COORDINATOR])
    def test_a_service_role_without_a_unit(self, role):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(user=make_user(), role=role, unit=None, granted_at=NOW)

    def test_a_council_role_at_a_unit(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_grant(make_user(), Role.ADMINISTRATOR, make_unit())

    @pytest.mark.parametrize("at_unit", [True, False])
    def test_the_same_grant_twice(self, at_unit):
        user, unit = make_user(), make_unit() if at_unit else None
        make_grant(user, Role.CR_OFFICER, unit)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_grant(user, Role.CR_OFFICER, unit)

    def test_but_not_once_more_after_it_was_revoked(self):
        user, unit = make_user(), make_unit()
        make_grant(user, Role.CR_OFFICER, unit, revoked_at=NOW)
        make_grant(user, Role.CR_OFFICER, unit)
        assert user.has_role(Role.CR_OFFICER)

    @pytest.mark.parametrize("email", ["Amira@council.example", "amira@council.example"])
    def test_two_people_with_one_address_whatever_its_case(self, email):
        make_user(email="amira@council.example")
        with pytest.raises(IntegrityError), transaction.atomic():
            User(email=email, name="Another").save()
