"""What only shows in real processes: the exit code, and a change made by somebody else's process."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from tests.slas.conftest import load_everything

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = "stage-1-childrens"

PROCLAIM = """
from datetime import date
from django.utils import timezone
from slas.service import proclaim_holiday
proclaim_holiday(nation="england-and-wales", day=date(2026, 5, 20), name="Day of mourning", source="Proclamation",
                 proclaimed_on=date(2026, 5, 15), by=None, now=timezone.now())
"""


def manage(*arguments):
    """Another process, on the database of this test."""
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "DATABASE_URL": database_url(), "PYTHONPATH": str(ROOT)},
    )


def database_url():
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    parts = urlsplit(os.environ["DATABASE_URL"])
    # The name is the last part of the path; a folder before it is that of the socket.
    return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}"))


def test_an_answer_exits_0_and_bad_input_2_with_one_line_on_stderr():
    load_everything()
    right = manage("deadlines", CHILD, "--event", "received=2026-12-18")
    assert (right.returncode, right.stderr) == (0, "")
    assert "Wednesday 6 January 2027" in right.stdout
    wrong = [
        ("2026-02-30", [CHILD, "--event", "received=2026-02-30"]),
        ("respond", [CHILD, "--event", "received=2026-12-18", "--extend", "respond=21"]),
        ("--events", [CHILD, "--events", "received=2026-12-18"]),
        ("sla", []),
    ]
    for named, arguments in wrong:
        refused = manage("deadlines", *arguments)
        assert refused.returncode == 2, arguments
        assert refused.stdout == ""
        assert len(refused.stderr.splitlines()) == 1, refused.stderr
        assert named in refused.stderr


def test_a_holiday_proclaimed_by_another_process_is_seen_at_the_next_question(milestones):
    """Trap 13: this process has answered before and remembers; nobody tells it to forget."""
    load_everything()
    assert milestones(CHILD, received="2026-05-12")["respond"]["due_on"] == "2026-05-27"
    proclaimed = manage("shell", "-c", PROCLAIM)
    assert proclaimed.returncode == 0, proclaimed.stderr
    assert milestones(CHILD, received="2026-05-12")["respond"]["due_on"] == "2026-05-28"


def test_a_change_that_is_rolled_back_leaves_nothing_behind(milestones):
    """Read inside the transaction, then undone: the next question must not be answered from memory."""
    from django.db import transaction

    from slas.service import proclaim_holiday
    from tests.factories import NOW

    load_everything()
    day = date(2026, 5, 20)

    def due():
        return milestones(CHILD, received="2026-05-12")["respond"]["due_on"]

    def proclaim(name):
        proclaim_holiday(
            nation="england-and-wales",
            day=day,
            name=name,
            source="Proclamation",
            proclaimed_on=day,
            by=None,
            now=NOW,
        )

    assert due() == "2026-05-27"
    with transaction.atomic():
        proclaim("Announced too soon")
        assert due() == "2026-05-28"
        transaction.set_rollback(True)
    assert due() == "2026-05-27"
