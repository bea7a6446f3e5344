"""Several people take the next case at the same moment: never the same to two (TRAPS 24)."""

from functools import partial

import pytest

from accounts.models import User
from accounts.roles import Role
from complaints.actions import details
from complaints.actions.taking import Busy, take_next
from complaints.models import Case, Stage
from complaints.queries import queue
from tests.complaints import cases
from tests.complaints.cases import NOW, Council
from tests.complaints.test_concurrent_cases import TIMES, at_once, council, holds
from tests.factories import make_grant, make_user

__all__ = ["council"]  # the fixture
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def without_officer(council: Council, count: int) -> list[Case]:
    """Contacts that nobody has yet, as an import leaves them."""
    made = [cases.log(council) for _ in range(count)]
    Stage.objects.update(officer=None)
    Case.objects.update(officer=None)
    for case in made:
        details.note(case=case, by=None, now=NOW, text="Imported without an officer.")
    return made


def take(person: User) -> Stage | None:
    return take_next(queue.waiting(person, now=NOW), by=person, now=NOW)


def test_two_take_the_next_and_get_two(council: Council) -> None:
    other = make_user("Pat Partner")
    make_grant(other, Role.CR_OFFICER, council.children)
    for _ in range(TIMES):
        made = without_officer(council, 2)
        took = at_once(partial(take, council.officer), partial(take, other))
        assert {stage.case for stage in took} == set(made)
        assert {case.officer for case in Case.objects.filter(pk__in=[c.pk for c in made])} == {
            council.officer,
            other,
        }
        holds(*made)


def test_the_last_one_goes_to_one_of_them(council: Council) -> None:
    other = make_user("Pat Partner")
    make_grant(other, Role.CR_OFFICER, council.children)
    for _ in range(TIMES):
        (case,) = without_officer(council, 1)
        took = at_once(partial(take, council.officer), partial(take, other))
        assert sorted(stage is None or isinstance(stage, Busy) for stage in took) == [False, True]
        case.refresh_from_db()
        assert case.officer in (council.officer, other)
        Case.objects.all().update(officer=council.officer)
        Stage.objects.update(officer=council.officer)


def test_five_take_five_of_five(council: Council) -> None:
    people = []
    for number in range(5):
        person = make_user(f"Officer {number}")
        make_grant(person, Role.CR_OFFICER, council.children)
        people.append(person)
    made = without_officer(council, 5)
    took = at_once(*(partial(take, person) for person in people))
    assert {stage.case for stage in took if stage} == set(made)
