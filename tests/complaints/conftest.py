"""A council with its policy and bank holidays loaded."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from slas.models import Policy
from slas.service import set_own_policy
from tests.complaints import cases
from tests.complaints.cases import Council, make_council
from tests.factories import NOW
from tests.slas.conftest import _nothing_remembered, loaded

__all__ = ["_nothing_remembered", "loaded"]


@pytest.fixture
def surrey(loaded, db) -> Policy:
    """All packs and bank holidays are there; Surrey's is the council's own."""
    policy = Policy.objects.get(code="surrey-cfllc")
    set_own_policy(policy, by=None, now=NOW)
    return policy


@pytest.fixture
def council(surrey: None) -> Council:
    """Units and people of a council with Surrey's policy."""
    return make_council()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Every page is opened on the morning of cases.NOW, a Friday at ten, unless `clock.move_to(…)`."""
    with time_machine.travel(cases.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kept(settings, tmp_path: Path) -> Path:
    """The folder that documents of this test are kept in."""
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return settings.DOCUMENTS_DIR
