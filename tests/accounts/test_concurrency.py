"""Two administrators at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from accounts import actions
from accounts.models import User
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
