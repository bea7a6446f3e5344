"""What the deadline tests stand on: bank holidays and all six packs, loaded once for a module and undone after it."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.factories import NOW

PACKS = (
    "children-act-2006",
    "adult-social-care-2009",
    "lgsco-code-2024",
    "surrey-cfllc",
    "solihull-corporate",
    "warwickshire",
)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """A process keeps calendars and published rules it has read; each test begins as a new process would."""
    from slas.service import calendars, rules

    rules._kept.clear()
    calendars._built.cache_clear()


def load_everything() -> None:
    from django.core.management import call_command

    from slas.service import load_bank_holidays

    load_bank_holidays(by=None, now=NOW)
    call_command("load_policy", "all", verbosity=0)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Everything a new installation has, for all tests of a module. What a test changes is undone after it."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load_everything()
        # A connection lost inside the block is Django's to report, not this fixture's to hide.
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def packs(loaded: None, db: None) -> None:
    """Bank holidays and all six packs are there."""


@pytest.fixture
def run() -> Callable[..., str]:
    """`run("deadlines", "concern", "--event", …)`: what the command prints."""
    from django.core.management import call_command

    def call(*arguments: str) -> str:
        out = io.StringIO()
        call_command(*arguments, stdout=out)
        return out.getvalue()

    return call


@pytest.fixture
def answer(run: Callable[..., str]) -> Callable[..., dict[str, Any]]:
    """`answer("concern", received="2026-12-18")`: the whole answer of `deadlines --json`. Arguments that are not
    events go as on the command line; an underscore in an event's name stands for its hyphen."""

    def ask(sla: str, *arguments: str, **events: str) -> dict[str, Any]:
        dated = [f"--event={code.replace('_', '-')}={when}" for code, when in events.items()]
        return json.loads(run("deadlines", sla, *dated, *arguments, "--json"))

    return ask


@pytest.fixture
def milestones(answer: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, dict[str, Any]]]:
    """The same, as milestones by their code."""

    def ask(sla: str, *arguments: str, **events: str) -> dict[str, dict[str, Any]]:
        return {m["code"]: m for m in answer(sla, *arguments, **events)["milestones"]}

    return ask


@pytest.fixture
def refused(run: Callable[..., str]) -> Callable[..., str]:
    """`refused("deadlines", …)`: the one line with which bad input is refused, exit code 2."""
    from django.core.management.base import CommandError

    def call(*arguments: str) -> str:
        with pytest.raises(CommandError) as caught:
            run(*arguments)
        assert caught.value.returncode == 2
        line = str(caught.value)
        assert line.strip()
        assert len(line.splitlines()) == 1, f"more than one line: {line!r}"
        return line

    return call


CHILDREN_FIRST = (
    *("complaints." + name for name in ("Entry", "StageType", "MoveLine", "MoveTable", "Procedure")),
    *(
        "slas." + name
        for name in ("Milestone", "PauseReason", "SlaEvent", "SlaVersion", "Sla", "PolicyVersion")
    ),
    *("slas." + name for name in ("Policy", "ClosureDay", "SchoolHoliday", "Calendar")),
)


def forget_policies() -> None:
    """As if no policy had ever been loaded; the bank holidays stay."""
    from django.apps import apps

    for name in CHILDREN_FIRST:
        apps.get_model(name).objects.all().delete()


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of calendars, policies and procedures, and how many events are on record: what 'nothing was
    written' means."""
    from django.apps import apps

    from audit.models import Event

    models = [*apps.get_app_config("slas").get_models(), *map(apps.get_model, CHILDREN_FIRST[:5])]
    found = {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}
    return {**found, "events on record": [(Event.objects.count(),)]}
