"""Two people at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from accounts import actions
from accounts.models import Cover, User
from accounts.roles import Role
from audit import service as audit
from tests.factories import NOW, make_grant, make_unit, make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*steps: Callable[[], object]) -> list[object]:
    """What each step gave back or raised, all started together, each on a connection of its own."""
    together = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        try:
            together.wait(timeout=10)
            return step()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


@pytest.mark.parametrize("attempt", range(5))
def test_two_administrators_cannot_deactivate_each_other(attempt):
    one, other = make_user("One"), make_user("Other")
    for user in (one, other):
        make_grant(user, Role.ADMINISTRATOR)
    results = at_once(
        lambda: actions.deactivate(person=other, by=one, now=NOW),
        lambda: actions.deactivate(person=one, by=other, now=NOW),
    )
    assert sum(isinstance(result, actions.Refused) for result in results) == 1
    assert User.objects.with_role(Role.ADMINISTRATOR).count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_one_is_deactivated_while_the_other_loses_the_role(attempt):
    one, other = make_user("One"), make_user("Other")
    grants = {user: make_grant(user, Role.ADMINISTRATOR) for user in (one, other)}
    results = at_once(
        lambda: actions.deactivate(person=other, by=one, now=NOW),
        lambda: actions.revoke_grant(grant=grants[one], by=other, now=NOW),
    )
    assert sum(isinstance(result, actions.Refused) for result in results) == 1
    assert User.objects.with_role(Role.ADMINISTRATOR).count() == 1


def test_the_same_address_added_twice_is_a_form_error_and_not_a_failure():
    admin, unit = make_user(), make_unit()
    make_grant(admin, Role.ADMINISTRATOR)

    def add() -> str:
        client = Client()
        client.force_login(admin)
        typed = {
            "name": "Daniel",
            "email": "daniel@council.example",
            "role": Role.RESPONDER.value,
            "unit": unit.pk,
        }
        return client.post("/people/add/", typed).content.decode()

    pages = at_once(add, add, add)
    assert sorted("Daniel has been added" in str(page) for page in pages) == [False, False, True]
    assert sum("Somebody with this e-mail address is there already" in str(page) for page in pages) == 2
    assert User.objects.filter(email="daniel@council.example").count() == 1
    assert audit.verify("people") == []


def test_the_same_role_given_twice_is_given_once():
    person = make_user()
    give = lambda: actions.grant_role(person=person, role=Role.CR_OFFICER, unit=None, by=None, now=NOW)  # noqa: E731
    results = at_once(give, give)
    assert sum(isinstance(result, actions.Refused) for result in results) == 1
    assert person.grants.count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_one_person_gets_two_deputies_for_the_same_days_only_one_after_the_other(attempt):
    absent, one, other = make_user("Absent"), make_user("One"), make_user("Other")
    make_grant(absent, Role.CR_OFFICER)
    first, last = date(2026, 12, 1), date(2026, 12, 4)
    results = at_once(
        lambda: actions.name_cover(absent=absent, deputy=one, first=first, last=last, by=None, now=NOW),
        lambda: actions.name_cover(absent=absent, deputy=other, first=last, last=last, by=None, now=NOW),
    )
    assert sum(isinstance(result, actions.Refused) for result in results) == 1
    assert Cover.objects.of_absent(absent).count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_two_who_cover_each_other_do_not_wait_for_each_other(attempt):
    one, other = make_user("One"), make_user("Other")
    for user in (one, other):
        make_grant(user, Role.CR_OFFICER)
    day, later = date(2026, 12, 1), date(2026, 12, 2)
    results = at_once(
        lambda: actions.name_cover(absent=one, deputy=other, first=day, last=day, by=None, now=NOW),
        lambda: actions.name_cover(absent=other, deputy=one, first=later, last=later, by=None, now=NOW),
    )
    assert all(isinstance(result, Cover) for result in results), results


def test_cover_is_ended_once():
    absent, deputy = make_user("Absent"), make_user("Deputy")
    day = date(2026, 12, 1)
    cover = actions.name_cover(absent=absent, deputy=deputy, first=day, last=day, by=None, now=NOW)
    end = lambda: actions.end_cover(cover=cover, by=None, now=NOW)  # noqa: E731
    assert sum(isinstance(result, actions.Refused) for result in at_once(end, end)) == 1
