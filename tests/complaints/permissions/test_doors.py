"""The doors agree with the table: each address does what `expected.txt` allows, and says in words why it does not."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client

from accounts.roles import Role
from complaints.forms.acts import REGISTRY
from complaints.models import Stage
from complaints.moves import table_of
from complaints.workflow import State, Verb
from tests.complaints import cases
from tests.complaints.cases import Council
from tests.complaints.permissions.expected_table import expected
from tests.complaints.permissions.world import begun_stages, holder
from tests.factories import make_user

pytestmark = pytest.mark.django_db

_, ALLOWED = expected()
OUTSIDE = "outside"
"""Whoever may not see the case: an administrator, somebody of another service, somebody without a role."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A thousand refusals would each be logged with where they were raised."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def stages(council: Council) -> dict[str, Stage]:
    return begun_stages(council.send_north)


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def clients(council: Council) -> dict[str, Client]:
    """A browser for each role at the case's unit, and for those outside."""
    found = {role.value: signed_in(holder(role, council.send_north)) for role in Role}
    found[OUTSIDE] = signed_in(holder(Role.SERVICE_MANAGER, council.safeguarding))
    found["nobody"] = signed_in(make_user())
    return found


def in_each_state(stages: dict[str, Stage]) -> Iterator[tuple[str, State, Stage]]:
    for name, stage in stages.items():
        for state in table_of(stage.type).states:
            cases.put(stage, state)
            yield name, state, stage


def address(stage: Stage, verb: Verb) -> str:
    return f"/cases/{stage.case.reference}/{verb}/"


def test_whoever_may_is_shown_the_form_and_is_told_what_is_missing(
    stages: dict[str, Stage], clients: dict[str, Client]
) -> None:
    """Each verb in two of the tables that have it, by its roles in turn. A form sent empty is never an error of
    ours."""
    opened: dict[Verb, set[str]] = defaultdict(set)
    for turn, (name, state, stage) in enumerate(in_each_state(stages)):
        for verb in Verb:
            roles = sorted(ALLOWED.get((name, state.value, verb.value), ()))
            if not roles or name in opened[verb] or len(opened[verb]) == 2:
                continue
            first_time = not opened[verb]
            opened[verb].add(name)
            client = clients[roles[turn % len(roles)]]
            assert client.get(address(stage, verb)).status_code == 200, (name, state, verb)
            if first_time:
                sent_empty(client, stage, verb)
    assert {verb.value for verb in opened if opened[verb]} == {verb for _, _, verb in ALLOWED}


def sent_empty(client: Client, stage: Stage, verb: Verb) -> None:
    with transaction.atomic():
        answer = client.post(address(stage, verb))
        transaction.set_rollback(True)
    assert answer.status_code in (200, 302), (stage, verb)
    if answer.status_code == 200 and not REGISTRY[verb].previews:
        assert "There is a problem" in answer.content.decode(), (stage, verb)


def test_whoever_may_not_is_turned_away_in_words(
    stages: dict[str, Stage], clients: dict[str, Client]
) -> None:
    """Every state, with a quarter of the verbs, by people in turn: 403 where it is for others, back to the case where
    it is for nobody as things stand, 404 where the case is not theirs to see."""
    people, turn = list(clients), 0
    for name, state, stage in in_each_state(stages):
        before = Stage.objects.filter(pk=stage.pk).values().get()
        for verb in Verb:
            turn += 1
            if turn % 4:
                continue
            who = people[turn // 4 % len(people)]
            roles = ALLOWED.get((name, state.value, verb.value), frozenset())
            if who in roles:
                continue
            send = clients[who].post if turn % 8 else clients[who].get
            answer = send(address(stage, verb))
            told = (name, state, verb, who)
            if who in (Role.ADMINISTRATOR, OUTSIDE, "nobody"):
                assert answer.status_code == 404, told
            elif roles:
                assert answer.status_code == 403, told
                assert "is for others here" in answer.content.decode(), told
            else:
                assert (
                    answer.status_code == 302 and answer["Location"] == f"/cases/{stage.case.reference}/"
                ), told
                assert any("is not possible" in str(m) for m in get_messages(answer.wsgi_request)), told
        assert Stage.objects.filter(pk=stage.pk).values().get() == before


def test_the_page_of_a_case_offers_nothing_its_doors_would_refuse(
    stages: dict[str, Stage], clients: dict[str, Client]
) -> None:
    """What somebody may not do is not a link on their page of the case."""
    people, turn = list(clients), 0
    for name, state, stage in in_each_state(stages):
        for _ in range(2):
            turn += 1
            who = people[turn % len(people)]
            page = clients[who].get(f"/cases/{stage.case.reference}/")
            if who in (Role.ADMINISTRATOR, OUTSIDE, "nobody"):
                assert page.status_code == 404
                continue
            linked = set(re.findall(rf"/cases/{stage.case.reference}/([a-z-]+)/", page.content.decode()))
            offered = linked & {verb.value for verb in Verb}
            may = {
                verb for (n, s, verb), roles in ALLOWED.items() if (n, s) == (name, state) and who in roles
            }
            assert offered <= may, (name, state, who)


def test_an_address_that_is_no_verb_is_not_found(
    stages: dict[str, Stage], clients: dict[str, Client]
) -> None:
    reference = stages["concern triage"].case.reference
    for verb in ("delete", "take_on", "TRIAGE", "triage-"):
        assert clients[Role.CR_MANAGER].get(f"/cases/{reference}/{verb}/").status_code == 404
