"""A tracker into the database: its rows as cases, some at a time, so that it can be interrupted and goes on."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

from accounts.actions import Refused
from accounts.models import Unit, User
from complaints.actions import imports, reports
from complaints.actions.import_rows import ImportedCase, learning_row
from complaints.actions.imports import NotImported, Overtaken, Result, SameAgain
from complaints.actions.intake import Contact
from complaints.actions.parties import PartyDraft
from complaints.importing.cells import key
from complaints.importing.headings import HeadingError
from complaints.importing.here import StageTypes, known_here
from complaints.importing.known import Known
from complaints.importing.map_file import read_map
from complaints.importing.mapping import Map
from complaints.importing.readers import Sheet, read_sheets
from complaints.importing.results import Rejected, Repeated, Row
from complaints.importing.room import FileError
from complaints.importing.rows import count_rows, read_rows
from complaints.importing.summary import Tally
from complaints.importing.words import WITHDRAWN
from complaints.models import Entry, Finding, ImportBatch, ImportLine, List, Party
from complaints.papers import store
from complaints.permissions import TEAM_ROLES
from complaints.queries.allocating import answering_roles
from slas.core.calendar import london_date
from slas.packs import PackError

logger = logging.getLogger(__name__)

AT_ONCE = 25
"""Rows written in one transaction: a reference is not given out to anybody else meanwhile."""
CHECKED_AT_ONCE = 200
UNDONE_AT_ONCE = 25
SLICE = timedelta(minutes=2)
"""How long a job goes on before it makes room for others and for itself again; well under the worker's timeout."""
SUMMARY = 200
FAULT = (
    "It was stopped by a fault on our side. What was done until then is kept. Let it go on, and tell an administrator "
    "if it stops again."
)
WRONG = (FileError, HeadingError, PackError, Refused, store.NotKept)
"""What may be wrong with a file, its mapping or a row, in words for the user."""


class Source:
    """The file of a batch and how it is matched. Raises FileError, HeadingError, PackError, or store.NotKept where the
    file is gone."""

    def __init__(self, batch: ImportBatch, map_: str | None = None) -> None:
        self.batch = batch
        self.sheets = sheets_of(batch)
        self.known = known_here(batch.today, batch.unit)
        self.mapping = read_mapping(batch, self.sheets, self.known, map_)

    @property
    def count(self) -> int:
        return count_rows(self.sheets, self.mapping)

    def results(self) -> Iterator[Row | Rejected | Repeated]:
        batch = self.batch
        return read_rows(self.sheets, self.mapping, self.known, batch.today, batch.created_at)


def sheets_of(batch: ImportBatch) -> tuple[Sheet, ...]:
    """The sheets of a batch's file. Raises FileError, or store.NotKept where it is gone."""
    with store.open_(settings.DOCUMENTS_DIR, batch.key) as file:
        return tuple(read_sheets(file.read(), batch.name))


def read_mapping(batch: ImportBatch, sheets: tuple[Sheet, ...], known: Known, map_: str | None = None) -> Map:
    """How a batch is matched: as it was settled (in `map_`, else as it is kept), the rest proposed; what is not known
    any more matches nothing. Raises PackError, HeadingError."""
    text = batch.map if map_ is None else map_
    return read_map(text, f"{batch.name}, mapping", sheets, known, forgiving=True)


Clock = Callable[[], datetime]


def begin(batch: ImportBatch, map_: str, *, by: User | None, now: datetime) -> ImportBatch:
    """Let a batch run with this mapping. Raises what Source raises, and Refused."""
    return imports.start(batch=batch, map_=map_, rows=Source(batch, map_).count, by=by, now=now)


def work(batch_id: int, *, by: User | None, clock: Clock = timezone.now) -> tuple[ImportBatch, bool]:
    """Get on for a while with what is under way: the check, the import or the undoing of it. Returns it, and whether
    there is more to do. What goes wrong stops it, and is said on it in words."""
    batch = ImportBatch.objects.select_related("by", "unit").get(pk=batch_id)
    imports.heard(batch=batch, now=clock())
    try:
        if batch.state == ImportBatch.State.CHECKING:
            batch = check(batch, clock=clock)
        elif batch.state == ImportBatch.State.RUNNING:
            batch = run(batch, clock=clock)
        elif batch.state == ImportBatch.State.UNDOING:
            batch = undo(batch, by=by, clock=clock)
        return batch, batch.under_way
    except Overtaken:
        batch.refresh_from_db()  # another job has it in hand, or it was ended
    except WRONG as error:
        batch = imports.finish(batch=batch, now=clock(), problem=in_words(error))
    except Exception:
        logger.exception("The import %s of %s stopped", batch.pk, batch.name)
        batch = imports.finish(batch=batch, now=clock(), problem=FAULT)
    return batch, False


def in_words(error: Exception) -> str:
    """What is wrong, for the user."""
    if isinstance(error, store.NotKept):
        return "The file is not where it was kept. Tell an administrator, or upload it again."
    return getattr(error, "message", "") or str(error)


def check(batch: ImportBatch, *, clock: Clock = timezone.now, within: timedelta = SLICE) -> ImportBatch:
    """Account for every row as if it were imported; nothing is. `within` so long, or as far as it gets: being checked
    already, it goes on. Raises what Source raises."""
    until = clock() + within
    source = Source(batch)
    if batch.state != ImportBatch.State.CHECKING:
        batch = imports.begin_check(batch=batch, rows=source.count)
    writer = _Writer(batch, source.mapping, _place(batch))
    for chunk in _chunks(islice(source.results(), batch.done, None), CHECKED_AT_ONCE):
        rows = [writer.of(result) for result in chunk]
        batch = imports.check(batch=batch, rows=rows, after=batch.done, now=clock())
        if clock() >= until:
            return batch
    return imports.finish(batch=batch, now=clock())


def _place(batch: ImportBatch) -> Unit:
    """Where rows without a unit would come to: nothing is made to find out."""
    place = imports.unmatched_place(batch.unit)
    return Unit.objects.filter(code=place.code).first() or place


def run(batch: ImportBatch, *, clock: Clock = timezone.now, within: timedelta = SLICE) -> ImportBatch:
    """Take in the rows of a running batch that are not accounted for, and finish it; `within` so long, or as far as
    it gets. Raises what Source raises."""
    until = clock() + within
    for rows in chunks(batch, now=clock()):
        batch = imports.take_in(batch=batch, rows=rows, now=clock())
        if clock() >= until:
            return batch
    batch.refresh_from_db()
    Tally(batch.imported, batch.already_there, batch.rejected, batch.rows)  # nothing is lost from sight
    return imports.finish(batch=batch, now=clock())


def chunks(batch: ImportBatch, *, now: datetime) -> Iterator[list[Result]]:
    """The rows of a batch that are still to be accounted for, some at a time."""
    source = Source(batch)
    done = imports.done_numbers(batch)
    writer = _Writer(batch, source.mapping, imports.unmatched_unit(above=batch.unit, by=batch.by, now=now))
    left = (result for result in source.results() if result.number not in done)
    for chunk in _chunks(left, AT_ONCE):
        yield [writer.of(result) for result in chunk]


def undo(
    batch: ImportBatch, *, by: User | None, clock: Clock = timezone.now, within: timedelta = SLICE
) -> ImportBatch:
    """Take back the cases of a batch that nobody has worked on since, and what reports told of them; `within` so long,
    or as far as it gets."""
    until = clock() + within
    while imports.undo_some(batch=batch, most=UNDONE_AT_ONCE, by=by, now=clock()):
        if clock() >= until:
            batch.refresh_from_db()
            return batch
    reports.forget_removed(since=batch.created_at)
    return imports.finish(batch=batch, now=clock())


T = TypeVar("T")


def _chunks(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(items, size)):
        yield chunk


class _Writer:
    """Rows as they were read, turned into what the action takes: codes into rows of the database."""

    def __init__(self, batch: ImportBatch, mapping: Map, unmatched: Unit) -> None:
        self.batch = batch
        self.mapping = mapping
        self.unmatched = unmatched
        self.types = StageTypes(batch.today)
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.people = {user.email: user for user in User.objects.active()}
        self.channels = {entry.code: entry for entry in Entry.objects.current(List.CHANNEL)}

    def of(self, result: Row | Rejected | Repeated) -> Result:
        if isinstance(result, Rejected):
            return NotImported(
                result.number,
                ImportLine.Kind.REJECTED,
                column=result.column,
                value=result.value,
                reason=result.reason,
                raw=result.raw,
            )
        if isinstance(result, Repeated):
            return SameAgain(
                result.number,
                result.identity,
                result.fingerprint,
                result.own_reference,
                result.first,
                self._column("own_reference"),
                result.raw,
            )
        return self._case(result)

    def _column(self, name: str) -> str:
        return self.mapping.columns.get(name, "")

    def _case(self, row: Row) -> ImportedCase:
        received = london_date(row.received)
        unit = self.units.get(row.team or row.service, self.unmatched)
        type_ = self.types.of(row.kind, received)
        remarks = [(remark.column, remark.value, remark.what) for remark in row.remarks]
        officer = self._person(row.officer, TEAM_ROLES, unit)
        responder = self._person(row.responder, answering_roles(type_), unit)
        for name, found, code in (("officer", officer, row.officer), ("responder", responder, row.responder)):
            if code and found is None:
                why = f"{self.people[code]} does not do this at {unit}. The name is kept as text."
                remarks.append((self._column(name), self.people[code].name, why))
        return ImportedCase(
            number=row.number,
            key=row.identity,
            fingerprint=row.fingerprint,
            contact=self._contact(row, unit),
            type_=type_,
            officer=officer,
            responder=responder,
            officer_text="" if officer else row.officer_text,
            responder_text="" if responder else row.responder_text,
            typed_due=row.due_on,
            extended=row.extended,
            extended_to=row.extended_to,
            answered_on=row.responded_on,
            withdrawn=row.outcome == WITHDRAWN,
            finding=row.outcome if row.outcome in Finding.values else "",
            outcome_text=row.outcome_text,
            learning=learning_row(
                row.learning,
                row.learning_due,
                answered_on=row.responded_on,
                today=self.batch.today,
                types=self.types.learning(received),
            ),
            remarks=remarks,
            column=self._column("own_reference"),
            raw=row.raw,
        )

    def _person(self, email: str, roles: Iterable[str], unit: Unit) -> User | None:
        """Somebody who has such work at the unit."""
        person = self.people.get(email)
        return person if person is not None and person.has_role(*roles, unit=unit) else None

    def _contact(self, row: Row, unit: Unit) -> Contact:
        summary = " ".join(row.summary.split()) or f"{row.kind_text} {row.own_reference}"
        short = summary if len(summary) <= SUMMARY else summary[: SUMMARY - 1].rstrip() + "…"
        return Contact(
            received=row.received,
            summary=short,
            unit=unit,
            channel=self.channels.get(row.channel),
            detail=row.summary if short != row.summary else "",
            parties=_parties(row),
            points=[row.summary] if row.summary else [],
            own={
                "own_reference": row.own_reference,
                "own_key": row.identity,
                "import_batch": self.batch,
                "import_fingerprint": row.fingerprint,
                "imported_text": "\n".join(f"{heading}: {text}" for heading, text in row.raw.items() if text),
            },
        )


def _parties(row: Row) -> list[PartyDraft]:
    """Who the row names: the complainant, the young person by initials, the MP or councillor."""
    found: list[PartyDraft] = []
    if row.complainant or row.email or row.phone:
        found.append(
            PartyDraft(
                Party.Role.COMPLAINANT,
                row.complainant or "Name not in the tracker",
                relationship=row.relationship_text[:100],
                email=row.email,
                phone=row.phone,
                postcode=row.postcode,
            )
        )
    if row.young_person:
        found.append(PartyDraft(Party.Role.YOUNG_PERSON, row.young_person))
    if row.mp_or_councillor:
        is_councillor = key(row.mp_or_councillor).startswith(("cllr", "councillor"))
        role = Party.Role.COUNCILLOR if is_councillor else Party.Role.MP
        found.append(PartyDraft(role, row.mp_or_councillor))
    return found
