"""Trackers for tests: rows by name of column, as a file, taken in."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import Unit, User
from complaints.actions import imports
from complaints.importing import propose, write_map
from complaints.importing.here import known_here
from complaints.importing.taking import begin, run, sheets_of
from complaints.models import Case, ImportBatch, ImportLine, Stage
from complaints.papers import store
from tests.complaints.cases import NOW
from tests.complaints.importing.made import xlsx
from tests.complaints.walk import checks

HEADINGS = [
    "Ref", "Date received", "How received", "Complainant", "Email", "Type", "Service", "Team", "Summary", "CRO",
    "Responding manager", "MP / Cllr", "Due date", "Extended?", "Extended to", "Date responded", "Outcome",
    "Learning", "Learning due",
]  # fmt: skip
RECEIVED = date(2026, 10, 1)
"""A Thursday; ten working days later is 15 October, twenty 29 October."""


def row(reference: str = "CR/1", received: Any = RECEIVED, **other: Any) -> list[Any]:
    """A row of an open corporate complaint about SEND North; `other` by field replaces its cells."""
    said = {
        "channel": "Email",
        "complainant": "Jo Example",
        "email": "jo@example.org",
        "type": "Stage 1 - Corporate",
        "service": "Education",
        "team": "SEND North",
        "summary": "No reply to three letters.",
        "officer": None,
        "responder": None,
        "mp": None,
        "due": None,
        "extended": None,
        "extended_to": None,
        "responded": None,
        "outcome": None,
        "learning": None,
        "learning_due": None,
    }
    assert other.keys() <= said.keys(), other
    return [reference, received, *(said | other).values()]


def tracker(*rows: Sequence[Any]) -> bytes:
    """An xlsx of these rows below their headings: the first case is in row 2."""
    return xlsx([HEADINGS, *rows])


def opened(
    data: bytes,
    *,
    by: User | None = None,
    unit: Unit | None = None,
    now: datetime = NOW,
    name: str = "tracker.xlsx",
) -> ImportBatch:
    """The file uploaded, and matched with what is proposed."""
    batch = imports.open_batch(
        name=name,
        key=store.keep(settings.DOCUMENTS_DIR, data),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        unit=unit,
        by=by,
        now=now,
    )
    mapping = propose(sheets_of(batch), known_here(batch.today, unit))
    return imports.set_map(batch=batch, map_=write_map(mapping), by=by, now=now)


def begun(*rows: Sequence[Any], now: datetime = NOW, **opening: Any) -> ImportBatch:
    """About to be imported."""
    batch = opened(tracker(*rows), now=now, **opening)
    return begin(batch, batch.map, by=batch.by, now=now)


def imported(*rows: Sequence[Any], now: datetime = NOW, **opening: Any) -> ImportBatch:
    """Imported, all of it."""
    return run(begun(*rows, now=now, **opening), clock=lambda: now, within=timedelta(hours=1))


def case_of(reference: str = "CR/1") -> Case:
    return Case.objects.get(own_reference=reference)


def stage_of(reference: str = "CR/1") -> Stage:
    return Stage.objects.get(case__own_reference=reference, number=1)


def told(batch: ImportBatch, kind: str) -> list[tuple[int, str, str]]:
    """Row, column and reason of the lines of a kind."""
    return list(batch.lines.filter(kind=kind).values_list("number", "column", "reason"))


def differences(batch: ImportBatch) -> list[tuple[int, date | None, date | None, str]]:
    lines = batch.lines.filter(kind=ImportLine.Kind.DIFFERENCE)
    return list(lines.values_list("number", "typed_on", "computed_on", "reason"))


def holds(case: Case) -> None:
    """Its deadlines, its turn, its closing and its record are what they are anywhere else."""
    assert checks.wrong_closing(case) == []
    assert checks.wrong_record(case) == []
    for stage in case.stages.all():
        assert checks.wrong_deadlines(stage) == []
        assert checks.wrong_turn(stage) == []
