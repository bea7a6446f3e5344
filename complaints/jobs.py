"""What the worker runs. Jobs may run twice, so each leaves the same behind the second time."""

import logging
from datetime import timedelta

from django.utils import timezone
from django_q.models import Schedule

from audit.service import verify_all
from slas.service import load_bank_holidays

logger = logging.getLogger(__name__)

NIGHTLY = "complaints.jobs.nightly"


def nightly() -> str:
    """Bring the bank holidays up to the installed list, two years ahead, and check the record of what happened.

    Returns a line for the worker's log; raises AuditBroken, so that the job counts as failed, when an
    entry was tampered with.
    """
    changed = load_bank_holidays(by=None, now=timezone.now())
    problems = verify_all()
    for problem in problems:
        logger.error("Record of what happened: %s", problem)
    if problems:
        raise AuditBroken(f"{len(problems)} problems in the record, the first: {problems[0]}")
    added = sum(count for count, _ in changed.values())
    return f"{added} bank holidays added; the record verifies"


class AuditBroken(RuntimeError):
    """The record of what happened was changed behind the product's back."""


def ensure_schedules() -> None:
    """Put the nightly job on the worker's list, once: at three in the morning, London time."""
    three = timezone.localtime().replace(hour=3, minute=0, second=0, microsecond=0)
    if three <= timezone.localtime():
        three += timedelta(days=1)
    Schedule.objects.get_or_create(
        func=NIGHTLY,
        defaults={"name": "Every night", "schedule_type": Schedule.DAILY, "next_run": three, "repeats": -1},
    )
