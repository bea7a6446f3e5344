"""A council to walk through: Surrey's policy, and one person for each part."""

import pytest
from django.utils import timezone

from complaints.policies.loader import load, path_of
from slas.models import Policy
from slas.service import load_bank_holidays, set_own_policy
from tests.complaints.cases import Council, make_council
from tests.slas.conftest import _nothing_remembered

__all__ = ["_nothing_remembered"]


@pytest.fixture
def council(transactional_db: None) -> Council:
    now = timezone.now()
    load_bank_holidays(by=None, now=now)
    for pack in ("children-act-2006", "surrey-cfllc"):
        load(path_of(pack), by=None, now=now)
    set_own_policy(Policy.objects.get(code="surrey-cfllc"), by=None, now=now)
    return make_council()
