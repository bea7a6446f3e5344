"""What the worker runs. Jobs may run twice, so each leaves the same behind the second time."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from accounts.models import User
from audit.service import verify_all
from complaints.actions import calendars, documents, reports
from complaints.actions.calendars import Recount
from complaints.importing import taking
from complaints.models import ImportBatch, ReportFile
from complaints.papers import store
from complaints.queries.reports import content_of
from complaints.reports.pdf import NoPango
from complaints.reports.weekly import pages_expected, weekly_pdf

logger = logging.getLogger(__name__)

NIGHTLY = "complaints.jobs.nightly"
TELL_EVERY = timedelta(seconds=2)
"""How often a long job says how far it is."""
NO_PANGO = (
    "PDFs cannot be made on this server: a system library is missing (docs/operators.md says which). Open the whole "
    "report as a page and print it, or download it as a spreadsheet."
)
PDF_FAULT = (
    "It could not be made, by a fault on our side. Try again; if it happens again, tell an administrator. The report "
    "itself is unharmed: open it as a page, or download it as a spreadsheet."
)


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


def report_file_later(file: ReportFile) -> None:
    """Hand to the worker that the PDF of a report is to be made."""
    enqueue(make_report_file, file.pk)


def make_report_file(file_id: int) -> str:
    """Make the PDF of a report, saying now and then how far it is. Killed on the way it leaves nothing behind but bytes
    that the night sweeps up; run twice, the first that is done counts. Returns a line for the worker's log."""
    file = reports.begin_file(file_id=file_id, now=timezone.now())
    if file is None:
        return "made already"
    try:
        weekly = content_of(file)
        paper = weekly_pdf(weekly, file.report, heard=_telling(file.pk, pages_expected(weekly)))
        key = store.keep(settings.DOCUMENTS_DIR, paper.content)
    except NoPango:
        logger.exception("PDFs cannot be made here")
        reports.fail_file(file_id=file.pk, problem=NO_PANGO, now=timezone.now())
        return "no Pango"
    except Exception:
        logger.exception("The PDF of a report could not be made")
        reports.fail_file(file_id=file.pk, problem=PDF_FAULT, now=timezone.now())
        return "failed"
    size = len(paper.content)
    if not reports.finish_file(file_id=file.pk, key=key, size=size, pages=paper.pages, now=timezone.now()):
        store.remove(settings.DOCUMENTS_DIR, key)
    return f"{file}: {paper.pages} pages, {size} bytes"


def _telling(file_id: int, expected: int) -> Callable[[int], None]:
    """Writes down how far a PDF is, at most every two seconds."""
    told = timezone.now()

    def heard(page: int) -> None:
        nonlocal told
        now = timezone.now()
        if page == 1 or now - told >= TELL_EVERY:
            told = now
            reports.heard(file_id=file_id, pages=page, expected=expected, now=now)

    return heard


def nightly() -> str:
    """Bring the bank holidays up to the installed list, two years ahead, work out every open case anew where its dates
    had fallen behind, remove files nobody uses, and check the record of what happened.

    Returns a line for the worker's log; raises AuditBroken, so that the job counts as failed, when an
    entry was tampered with.
    """
    now = timezone.now()
    changed, _ = calendars.load_bank_holidays(by=None, now=now, later=recount_later)
    reports.forget_drafts(now=now)
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
