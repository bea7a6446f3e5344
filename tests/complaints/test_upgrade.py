"""A council that has cases is upgraded: every migration runs with rows there, not only with empty tables."""

import pytest
from django.core.management import call_command

from tests.complaints.cases import Council
from tests.complaints.test_brought_up_to_date import lives, written
from tests.complaints.test_concurrent_cases import council

__all__ = ["council"]  # the fixture, written down so that migrations see it
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clock"),
]


def test_a_council_with_cases_is_upgraded(council: Council) -> None:
    lives(council)
    before = written()
    try:
        call_command("migrate", "complaints", "0001", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    assert written() == before
