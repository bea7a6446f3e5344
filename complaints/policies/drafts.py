"""What a pack says of procedures, as values. `policies.publishing` writes them as rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import TypeVar

from complaints.workflow import Move, State

_Coded = TypeVar("_Coded", "TableDraft", "ProcedureDraft")
Lines = tuple[tuple[str, Move], ...]
"""Moves in their order, each with the state, `open` or `always` it stands in."""


@dataclass(frozen=True)
class EntryDraft:
    """One entry of a list people choose from."""

    list: str
    code: str
    name: str
    route: str = ""
    procedure: str = ""
    delivery: str = ""
    source: str = ""
    retired_on: date | None = None


@dataclass(frozen=True)
class TableDraft:
    """A move table. `also` names the tables above whose moves come first in it, `own` are those it adds. Without
    `begins` it is only a part of others."""

    code: str
    begins: State | None
    own: Lines
    also: tuple[str, ...] = ()
    name: str = ""


def lines_by_table(tables: Iterable[TableDraft]) -> dict[str, list[tuple[str, str, Move]]]:
    """All lines of each table, by its code, in their order: the table each is from ('' for its own), the place, the
    move. What a table has from others stands above it."""
    found: dict[str, list[tuple[str, str, Move]]] = {}
    for table in tables:
        taken = [(name, place, move) for name in table.also for _, place, move in found[name]]
        found[table.code] = taken + [("", place, move) for place, move in table.own]
    return found


@dataclass(frozen=True)
class StageDraft:
    """One stage of a procedure. `sla` and `window` are codes of SLAs of the same version, or ''. `next` is
    (procedure, stage), or None."""

    code: str
    name: str
    table: str
    sla: str = ""
    signer: str = ""
    signer_note: str = ""
    next: tuple[str, str] | None = None
    window: str = ""
    beside: bool = False
    route: tuple[str, str] | None = None
    draft_days: int | None = None
    outcomes: tuple[tuple[str, str], ...] = ()
    """Pairs of 'code', or 'code by role', and name."""
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class ProcedureDraft:
    """One procedure with its stages in order."""

    code: str
    name: str
    kind: str
    stages: tuple[StageDraft, ...]
    about: str = ""
    begins: str = ""
    at_triage: bool = True
    source: str = ""


@dataclass(frozen=True)
class ProceduresDraft:
    """All that one version of a policy says of procedures. `lines` are places in the file, by 'table service-answers',
    'procedure corporate' or 'list category'."""

    entries: tuple[EntryDraft, ...] = ()
    tables: tuple[TableDraft, ...] = ()
    procedures: tuple[ProcedureDraft, ...] = ()
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    def __bool__(self) -> bool:
        return bool(self.procedures)


def first_difference(said: ProceduresDraft, there: ProceduresDraft) -> str:
    """The first table or procedure in which two drafts differ, as 'table triage'; '' where they say the same."""
    return _differs("table", said.tables, there.tables) or _differs(
        "procedure", said.procedures, there.procedures
    )


def _differs(what: str, said: Sequence[_Coded], there: Sequence[_Coded]) -> str:
    for one, other in zip_longest(said, there):
        if one != other:
            return f"{what} {(one or other).code}"
    return ""
