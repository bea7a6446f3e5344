"""What the worker runs. Jobs may run twice, so each leaves the same behind the second time."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from accounts.models import User
from audit.service import verify_all
from complaints.actions import calendars, documents
from complaints.actions.calendars import Recount
from complaints.importing import taking
from complaints.models import ImportBatch

logger = logging.getLogger(__name__)

NIGHTLY = "complaints.jobs.nightly"


def enqueue(job: Callable[..., object], *arguments: Any) -> None:
    """Put a job of this module on the worker's list. `arguments` are plain values. In a transaction it is there only
    once that is kept."""
    async_task(f"{job.__module__}.{job.__name__}", *arguments)


def recount_later(what: Recount, by: User | None) -> None:
    """Hand to the worker that open cases are to be worked out anew, in the name of who changed the calendar."""
    enqueue(recount, list(what.calendars), what.because, by.pk if by else None)


def recount(calendar_ids: list[int], because: str, by_id: int | None) -> str:
    """Work out the open cases counted by these calendars. Returns a line for the worker's log."""
    by = User.objects.get(pk=by_id) if by_id else None
    moved = calendars.recount(Recount(tuple(calendar_ids), because), by=by, now=timezone.now())
    return f"{moved} cases moved"


def import_later(batch: ImportBatch, by: User) -> None:
    """Hand to the worker what is under way of an import: its check, itself, or its undoing."""
    enqueue(import_batch, batch.pk, by.pk)


def import_batch(batch_id: int, by_id: int) -> str:
    """Get on with an import for a while, and hand the rest to the worker again. Returns a line for its log."""
    batch, more = taking.work(batch_id, by=User.objects.get(pk=by_id))
    if more:
        enqueue(import_batch, batch_id, by_id)
    return f"{batch.name}: {batch.get_state_display().lower()}, {batch.line}"


def nightly() -> str:
    """Bring the bank holidays up to the installed list, two years ahead, work out every open case anew where its dates
    had fallen behind, remove files nobody uses, and check the record of what happened.

    Returns a line for the worker's log; raises AuditBroken, so that the job counts as failed, when an
    entry was tampered with.
    """
    now = timezone.now()
    changed, _ = calendars.load_bank_holidays(by=None, now=now, later=recount_later)
    swept = documents.sweep(now=now)
    problems = verify_all()
    for problem in problems:
        logger.error("Record of what happened: %s", problem)
    moved = calendars.recount_all(now=now)
    if problems:
        raise AuditBroken(f"{len(problems)} problems in the record, the first: {problems[0]}")
    added = sum(count for count, _ in changed.values())
    files = f"{swept} unused file{'' if swept == 1 else 's'} removed; " if swept else ""
    behind = f"the dates of {moved} case{'' if moved == 1 else 's'} put right; " if moved else ""
    return f"{added} bank holidays added; {files}{behind}the record verifies"


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
