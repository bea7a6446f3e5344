"""The table of who may do what, state by state, for each pack: what the code answers is what its `expected` file says,
and nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from accounts.actions import name_cover
from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.models import CaseUnit, Stage
from complaints.moves import CASE_ROLES, table_of
from complaints.workflow import State, Verb
from slas.models import Policy
from slas.service import set_own_policy
from tests.complaints.cases import NOW, RECEIVED, Council, make_council
from tests.complaints.permissions.expected_table import FILES, Allowed, expected
from tests.complaints.permissions.world import bare_stages, holder
from tests.factories import NOW as SET_UP
from tests.factories import make_user

pytestmark = pytest.mark.django_db

CONTRIBUTING = {Verb.NOTE: set(CASE_ROLES), Verb.ADD_DOCUMENT: set(CASE_ROLES)} | {
    Verb.CONTRIBUTE: {Role.RESPONDER, Role.SERVICE_MANAGER}
}
"""What a unit that was asked to contribute may do: say its part, and leave notes and documents (H13)."""


@pytest.fixture(params=FILES)
def pack(request: Any, loaded: None, db: None) -> str:
    """The council's own policy: each of the packs in turn."""
    code = str(request.param)
    set_own_policy(Policy.objects.get(code=code), by=None, now=SET_UP)
    return code


@pytest.fixture
def council(pack: str) -> Council:
    return make_council()


@pytest.fixture
def allowed(pack: str) -> Allowed:
    return expected(FILES[pack])[1]


@pytest.fixture
def stages(council: Council) -> dict[str, Stage]:
    return bare_stages(council.send_north)


def each_state(stages: dict[str, Stage]) -> Iterable[tuple[str, State, Stage]]:
    for name, stage in stages.items():
        for state in table_of(stage.type).states:
            stage.state = state
            yield name, state, stage


def answers(stages: dict[str, Stage], people: dict[Role, User]) -> dict[tuple[str, str, str], frozenset[str]]:
    """What `permissions.authority` says for every stage type, state, verb and person."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for name, state, stage in each_state(stages):
        for role, person in people.items():
            for verb in Verb:
                if permissions.authority(person, verb, stage, now=NOW):
                    found[name, state.value, verb.value].add(role.value)
    return {key: frozenset(roles) for key, roles in found.items()}


def lines(table: dict[tuple[str, str, str], frozenset[str]]) -> set[str]:
    return {f"{' / '.join(key)}: {role}" for key, roles in table.items() for role in roles}


def test_the_table_is_what_the_file_says_and_the_file_what_the_table_says(
    council: Council, stages: dict[str, Stage], allowed: Allowed
) -> None:
    told = lines(answers(stages, {role: holder(role, council.send_north) for role in Role}))
    wanted = lines(allowed)
    assert sorted(told - wanted) == []
    assert sorted(wanted - told) == []


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_anyone_is_every_role_that_works_on_cases(file: Path) -> None:
    groups, _ = expected(file)
    assert groups["anyone"] == frozenset(CASE_ROLES)


def test_every_type_of_the_pack_and_every_state_of_it_is_in_the_file(
    stages: dict[str, Stage], allowed: Allowed
) -> None:
    there = {(type_, state) for type_, state, _ in allowed}
    wanted = {(name, state.value) for name, state, _ in each_state(stages)}
    # A learning action without dates is done with once it is done: nothing more can be done to it.
    done_with = {("learning action", "closed")}
    assert (wanted - there) - done_with == set()
    assert there - wanted == set()


def test_verbs_for_offers_exactly_that(council: Council, stages: dict[str, Stage], allowed: Allowed) -> None:
    for role in Role:
        person = holder(role, council.send_north)
        for name, state, stage in each_state(stages):
            offered = {a.move.verb.value for a in permissions.verbs_for(person, stage, now=NOW)}
            wanted = {
                verb
                for (type_, s, verb), roles in allowed.items()
                if (type_, s) == (name, state) and role in roles
            }
            assert offered == wanted, (role, name, state)


def test_a_role_held_above_the_unit_does_the_same(
    council: Council, stages: dict[str, Stage], allowed: Allowed
) -> None:
    people = {role: holder(role, council.children) for role in Role}
    assert answers(stages, people) == allowed


def test_a_role_held_elsewhere_does_nothing(council: Council, stages: dict[str, Stage]) -> None:
    """Nor may it look: not even in a team of the same service."""
    at = council.send_south
    elsewhere = {role: holder(role, at) for role in Role if role.seat.name != "COUNCIL"}
    assert answers(stages, elsewhere) == {}
    for person in elsewhere.values():
        assert not permissions.visible_cases(person, now=NOW).exists()


def test_a_role_held_below_the_unit_does_nothing(council: Council) -> None:
    """The case is the service's; a team of it is not the service."""
    stages = bare_stages(council.education)
    below = {role: holder(role, council.send_north) for role in Role if role.seat.name != "COUNCIL"}
    assert answers(stages, below) == {}
    for person in below.values():
        assert not permissions.visible_cases(person, now=NOW).exists()


def test_a_unit_that_contributes_says_its_part_and_no_more(
    council: Council, stages: dict[str, Stage], allowed: Allowed
) -> None:
    for stage in stages.values():
        CaseUnit.objects.create(case=stage.case, unit=council.safeguarding)
    people = {role: holder(role, council.safeguarding) for role in Role if role.seat.name != "COUNCIL"}
    wanted = {
        (type_, state, verb): frozenset(roles & CONTRIBUTING[Verb(verb)] & set(people))
        for (type_, state, verb), roles in allowed.items()
        if verb in CONTRIBUTING
    }
    assert lines(answers(stages, people)) == lines(wanted)


def test_nobody_and_somebody_who_left_do_nothing(council: Council, stages: dict[str, Stage]) -> None:
    nobody = make_user("Nobody")
    gone = holder(Role.CR_MANAGER, council.children)
    gone.is_active = False
    gone.save()
    for person in (nobody, permissions.afresh(gone)):
        assert answers(stages, {Role.CR_MANAGER: person}) == {}
        assert not permissions.visible_cases(person, now=NOW).exists()


def test_a_deputy_does_what_the_absent_person_may_and_says_for_whom(
    council: Council, stages: dict[str, Stage], allowed: Allowed
) -> None:
    people = {}
    for role in Role:
        absent, deputy = holder(role, council.send_north), make_user(f"Deputy of the {role.label}")
        name_cover(absent=absent, deputy=deputy, first=RECEIVED, last=NOW.date(), by=None, now=NOW)
        people[role] = permissions.afresh(deputy)
        for _, _, stage in each_state(stages):
            for found in permissions.verbs_for(people[role], stage, now=NOW):
                assert found.for_whom == absent
    assert answers(stages, people) == allowed


def test_a_deputy_does_nothing_before_and_after(council: Council, stages: dict[str, Stage]) -> None:
    from datetime import timedelta

    absent, deputy = holder(Role.CR_MANAGER, council.children), make_user("Deputy")
    day = NOW.date()
    name_cover(absent=absent, deputy=deputy, first=day, last=day, by=None, now=NOW)
    _, _, stage = next(iter(each_state(stages)))
    for days, may in ((-1, False), (0, True), (1, False)):
        found = permissions.authority(deputy, Verb.TAKE_ON, stage, now=NOW + timedelta(days=days))
        assert (found is not None) is may, days


def test_nobody_deputises_on_a_restricted_case(
    council: Council, stages: dict[str, Stage], allowed: Allowed
) -> None:
    """A restricted case is for those on its list, themselves."""
    absent = holder(Role.CR_MANAGER, council.children)
    deputy = holder(Role.RESPONDER, council.send_north)
    name_cover(absent=absent, deputy=deputy, first=RECEIVED, last=NOW.date(), by=None, now=NOW)
    deputy = permissions.afresh(deputy)
    for name, state, stage in each_state(stages):
        stage.case.restricted = True
        offered = {a.move.verb.value for a in permissions.verbs_for(deputy, stage, now=NOW)}
        own = {
            v for (t, s, v), roles in allowed.items() if (t, s) == (name, state) and Role.RESPONDER in roles
        }
        assert offered == own, (name, state)
