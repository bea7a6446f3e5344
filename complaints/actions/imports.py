"""A tracker is taken in, some rows at a time, and can be taken back as one.

Nobody's permission of the single actions is asked: whoever may import, imports what the spreadsheet says, as it was.
A batch is matched (`set_map`), checked (`check`), then run (`start`, `take_in`, `finish`); all of it can be interrupted
and goes on where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from accounts.actions import Refused, add_unit
from accounts.models import Unit, User
from audit.service import SYSTEM, erase, history, record
from complaints import permissions
from complaints.actions import import_writing, intake
from complaints.actions.import_rows import ImportedCase, Judged, judge
from complaints.models import Case, ImportBatch, ImportLine
from complaints.queries.imports import may_import, worked_on
from slas.core.calendar import london_date

Kind = ImportLine.Kind
State = ImportBatch.State
UNMATCHED = "UNMATCHED"
"""How the codes of the units begin that rows go to whose own unit is not known."""
QUIET = timedelta(minutes=3)
"""How long nothing was heard of an import that the worker has in hand when it seems to have been dropped."""


@dataclass(frozen=True)
class NotImported:
    """A row that is there already or is rejected, with why."""

    number: int
    kind: str
    reference: str = ""
    column: str = ""
    value: str = ""
    reason: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SameAgain:
    """A row that is the same as an earlier one of its file, and becomes of it what became of that."""

    number: int
    key: str
    fingerprint: str
    own_reference: str
    first: int
    column: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)


class Overtaken(Refused):
    """Somebody else, or another job, has got further with the import meanwhile."""


Result = ImportedCase | NotImported | SameAgain


def open_batch(
    *,
    name: str,
    key: str,
    sha256: str,
    size: int,
    unit: Unit | None,
    by: User | None,
    now: datetime,
) -> ImportBatch:
    """A file to be taken in, kept under `key`, for the units at or below `unit` (None: for all). Refused for whom it
    is not theirs to do."""
    _check_importer(by, unit, now)
    return ImportBatch.objects.create(
        name=name,
        key=key,
        sha256=sha256,
        size=size,
        unit=unit,
        by=by,
        created_at=now,
        today=london_date(now),
    )


def _check_importer(by: User | None, unit: Unit | None, now: datetime) -> None:
    if by is not None and not may_import(permissions.afresh(by), unit, now=now):
        where = f"for {unit}" if unit else "for the whole council"
        raise Refused(f"A tracker is taken in by a Customer Relations Manager or Senior Officer {where}.")


@transaction.atomic
def set_map(*, batch: ImportBatch, map_: str, by: User | None, now: datetime) -> ImportBatch:
    """Say how it is matched; what was found when it was checked as matched before is forgotten."""
    row = _in_state(batch, State.MAPPING, State.CHECKED)
    _check_importer(by, row.unit, now)
    _forget_check(row)
    row.map, row.state = map_, State.MAPPING
    row.save()
    return row


@transaction.atomic
def begin_check(*, batch: ImportBatch, rows: int) -> ImportBatch:
    """Let it be checked, from the first row."""
    row = _in_state(batch, State.MAPPING, State.CHECKED)
    _forget_check(row)
    row.rows, row.state = rows, State.CHECKING
    row.save()
    return row


@transaction.atomic
def check(*, batch: ImportBatch, rows: Sequence[Result], after: int, now: datetime) -> ImportBatch:
    """Account for the rows that come `after` so many as if they were imported; nothing is. Overtaken where another
    job does it."""
    row = _in_state(batch, State.CHECKING)
    if row.done != after:
        raise Overtaken("It is being checked already.")
    refused, judged = _sort(rows)
    lines = [_line(row, each) for each in refused]
    for each in judged:
        lines += each.lines(row, None)
    _count(row, lines, now)
    # That a row will be imported is in the count; the lines are for what is to be read.
    ImportLine.objects.bulk_create(line for line in lines if line.kind != Kind.IMPORTED)
    return row


@transaction.atomic
def start(*, batch: ImportBatch, map_: str, rows: int, by: User | None, now: datetime) -> ImportBatch:
    """Say how it is matched, and that it may run; stopped by a problem, that it may go on, matched as it was. Refused
    once it runs."""
    row = _in_state(batch, State.MAPPING, State.CHECKED, State.FAILED)
    _check_importer(by, row.unit, now)
    if row.state != State.FAILED:
        _forget_check(row)
        row.map, row.rows = map_, rows
    row.state, row.problem, row.heard_at, row.finished_at = State.RUNNING, "", None, None
    row.save()
    record(
        stream=stream_of(row),
        verb="import-started",
        by=by,
        sentence=f"{by or SYSTEM.capitalize()} began to import {row.name}: {row.rows} rows.",
        now=now,
    )
    return row


def stream_of(batch: ImportBatch) -> str:
    return f"import:{batch.pk}"


def _in_state(batch: ImportBatch, *states: str) -> ImportBatch:
    """The batch as it stands, locked. Refused where it stands otherwise than in one of `states`."""
    row = ImportBatch.objects.select_for_update(of=("self",)).select_related("by", "unit").get(pk=batch.pk)
    if row.state not in states:
        raise Overtaken(
            f"This cannot be done any more: the import is now '{row.get_state_display().lower()}'. Open it again."
        )
    return row


def _forget_check(row: ImportBatch) -> None:
    row.lines.all().delete()
    row.rows = row.done = row.imported = row.already_there = row.rejected = 0
    row.problem, row.heard_at = "", None


def heard(*, batch: ImportBatch, now: datetime) -> None:
    """Say that the worker has it in hand."""
    ImportBatch.objects.filter(pk=batch.pk).update(heard_at=now)


def tell_again(*, batch: ImportBatch) -> bool:
    """Forget that the worker had it in hand, so that it waits for it anew. Returns whether there is something to do."""
    waiting = ImportBatch.objects.filter(
        pk=batch.pk, state__in=(State.CHECKING, State.RUNNING, State.UNDOING)
    )
    return bool(waiting.update(heard_at=None, problem=""))


def done_numbers(batch: ImportBatch) -> set[int]:
    """The rows that are accounted for already: a batch that was interrupted goes on after them."""
    counted = batch.lines.filter(kind__in=ImportLine.COUNTED)
    return set(counted.values_list("number", flat=True))


@transaction.atomic
def take_in(*, batch: ImportBatch, rows: Sequence[Result], now: datetime) -> ImportBatch:
    """Write some rows of a batch and account for each, all or none. Rows accounted for already are left alone, so
    that a job that runs twice does no harm. Refused when the batch is not running."""
    row = _in_state(batch, State.RUNNING)
    numbers = [each.number for each in rows]
    there = set(
        row.lines.filter(kind__in=ImportLine.COUNTED, number__in=numbers).values_list("number", flat=True)
    )
    # Locked before it is asked what is there: two imports of one file at once make one case of each row.
    intake.locked_counter(now)
    refused, judged = _sort([each for each in rows if each.number not in there])
    lines = [_line(row, each) for each in refused]
    references = intake.next_references(len(judged), now=now)
    cases = import_writing.write([each.row for each in judged], references, batch=row, now=now)
    for each, case in zip(judged, cases, strict=True):
        lines += each.lines(row, case)
    _count(row, lines, now)
    ImportLine.objects.bulk_create(lines)
    return row


def _sort(rows: Sequence[Result]) -> tuple[list[NotImported], list[Judged]]:
    """Which rows are not to be imported and why, and the others with what their dates come to."""
    keys = [each.key for each in rows if not isinstance(each, NotImported)]
    known = {case.own_key: case for case in Case.objects.filter(own_key__in=keys)}
    refused: list[NotImported] = []
    new: list[ImportedCase] = []
    for each in rows:
        if isinstance(each, NotImported):
            refused.append(each)
        elif case := known.get(each.key):
            refused.append(_again(each, case))
        elif isinstance(each, SameAgain):
            reason = f"The same as row {each.first}."
            refused.append(NotImported(each.number, Kind.ALREADY_THERE, each.own_reference, reason=reason))
        else:
            new.append(each)
    return refused, judge(new)


def _again(row: ImportedCase | SameAgain, known: Case) -> NotImported:
    """What becomes of a row whose reference a case has. Which case is not said: whoever reads it may not see that."""
    reference = row.own_reference
    if known.import_fingerprint == row.fingerprint:
        return NotImported(row.number, Kind.ALREADY_THERE, reference)
    reason = (
        "A case with this reference is there already, with other content. Change that case, or give this row another "
        "reference."
    )
    return NotImported(row.number, Kind.REJECTED, reference, row.column, reference, reason, row.raw)


def _line(batch: ImportBatch, row: NotImported) -> ImportLine:
    return ImportLine(
        batch=batch,
        number=row.number,
        kind=row.kind,
        reference=row.reference[:200],
        column=row.column[:200],
        value=row.value,
        reason=row.reason,
        raw=list(row.raw.items()),
    )


def _count(batch: ImportBatch, lines: Sequence[ImportLine], now: datetime) -> None:
    batch.imported += sum(line.kind == Kind.IMPORTED for line in lines)
    batch.already_there += sum(line.kind == Kind.ALREADY_THERE for line in lines)
    batch.rejected += sum(line.kind == Kind.REJECTED for line in lines)
    batch.done = batch.imported + batch.already_there + batch.rejected
    batch.heard_at = now
    batch.save()


@transaction.atomic
def finish(*, batch: ImportBatch, now: datetime, problem: str = "") -> ImportBatch:
    """Say that what was under way is through, or stopped by a problem: an import can be gone on with, a check begun
    again."""
    row = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if not row.under_way:
        return row
    ended: Mapping[str, tuple[str, str]] = {
        State.CHECKING: (State.CHECKED, State.MAPPING),
        State.RUNNING: (State.DONE, State.FAILED),
        State.UNDOING: (State.UNDONE, State.UNDOING),
    }
    was, (well, ill) = row.state, ended[row.state]
    row.state, row.problem, row.finished_at = ill if problem else well, problem, now
    row.save()
    if was == State.RUNNING:
        told = (
            f"The import of {row.name} stopped: {problem}" if problem else f"Imported {row.name}: {row.line}."
        )
        record(stream=stream_of(row), verb="import-ended", by=row.by, sentence=told, now=now)
    return row


def discard(*, batch: ImportBatch, by: User, now: datetime) -> None:
    """Forget a file that nothing was imported from. Its bytes are removed by who called, once this is kept."""
    with transaction.atomic():
        row = _in_state(batch, State.MAPPING, State.CHECKED)
        _check_importer(by, row.unit, now)
        row.delete()


# --- taking it back ---------------------------------------------------------------------------------


@transaction.atomic
def begin_undo(*, batch: ImportBatch, by: User, now: datetime) -> ImportBatch:
    """Let every case of a batch be taken back that nobody has worked on since."""
    row = _in_state(batch, State.DONE, State.FAILED)
    _check_importer(by, row.unit, now)
    row.state, row.undone_at, row.problem, row.heard_at = State.UNDOING, now, "", None
    row.save()
    record(
        stream=stream_of(row),
        verb="import-undone",
        by=by,
        sentence=f"{by} undid the import of {row.name}.",
        now=now,
    )
    return row


@transaction.atomic
def undo_some(*, batch: ImportBatch, most: int, by: User | None, now: datetime) -> int:
    """Take back at most so many cases of a batch; returns how many went, 0 once none is left but those worked on.

    Their references are not given out again; the words of their events are erased.
    """
    row = _in_state(batch, State.UNDOING)
    left = Case.objects.filter(import_batch=row)
    wanted = list(left.exclude(pk__in=worked_on(left)).order_by("pk").values_list("pk", flat=True)[:most])
    # Worked on while it was being locked: it stays.
    cases = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))
    kept = set(worked_on(Case.objects.filter(pk__in=wanted)).values_list("pk", flat=True))
    gone = [case for case in cases if case.pk not in kept]
    for case in gone:
        for event in history(case.stream):
            erase(event, by=by, reason="The import was undone.", now=now)
    Case.objects.filter(pk__in=[case.pk for case in gone]).delete()
    row.heard_at = now
    row.save()
    return len(gone)


def unmatched_unit(*, above: Unit | None, by: User | None, now: datetime) -> Unit:
    """The unit that rows whose own is not known go to, made when first needed: below `above`, or at the top. A team has
    none below it and takes them itself."""
    if above is not None and above.kind == Unit.Kind.TEAM:
        return above
    place = unmatched_place(above)
    if found := Unit.objects.filter(code=place.code).first():
        return found
    try:
        return add_unit(kind=place.kind, name=place.name, code=place.code, parent=above, by=by, now=now)
    except Refused:
        # Another import was quicker.
        if found := Unit.objects.filter(code=place.code).first():
            return found
        raise


def unmatched_place(above: Unit | None) -> Unit:
    """That unit as it will stand, not saved."""
    kind = Unit.Kind.TEAM if above else Unit.Kind.DIRECTORATE
    code = f"{UNMATCHED}-{above.code}"[:50] if above else UNMATCHED
    path = f"{above.path if above else '/'}0/"
    return Unit(kind=kind, name="Unmatched", code=code, parent=above, path=path)
