"""A council with its policy and bank holidays loaded."""

import pytest

from slas.models import Policy
from slas.service import set_own_policy
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
