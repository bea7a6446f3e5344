"""The procedures of a policy to read: its stages, its move tables aloud, its lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.roles import Role
from complaints.models import Entry, List, MoveLine, MoveTable, Procedure, StageType
from complaints.moves import CASE_ROLES, read_table
from complaints.workflow import ALWAYS, ANYONE, OPEN, SIGNER, Kind, Move, Need, State, Table
from slas.models import Policy, PolicyVersion

NEEDS: Mapping[Need, str] = {
    Need.POINTS: "at least one point of complaint",
    Need.DRAFT: "a draft",
    Need.FINDINGS: "a finding for every point",
    Need.OUTCOME: "an outcome",
    Need.LATE_REASON: "if it is late, the reason and the team",
    Need.LEARNING: "the learning, or why there is none",
    Need.ACKNOWLEDGED: "the acknowledgement",
    Need.ANSWERED: "that the answer was sent",
    Need.CASE_ANSWERED: "that the complaint was answered",
    Need.NO_REQUEST: "no request for more time that is undecided",
    Need.NOT_PAUSED: "that it is not paused",
    Need.INDEPENDENT: "somebody who took no part in an earlier stage",
}
"""What a move needs, to follow 'It needs'."""
PLACES: Mapping[str, str] = {OPEN: "At any time while it is open", ALWAYS: "At any time, closed or not"}


@dataclass(frozen=True)
class MoveRow:
    """Moves in words, several where only what is done differs. `next` is '' where it stays as it is."""

    what: tuple[str, ...]
    who: str
    needs: str
    next: str


@dataclass(frozen=True)
class PlaceRows:
    """The moves of one state. `turn`: the first of them is what is waited for."""

    name: str
    turn: bool
    moves: tuple[MoveRow, ...]


@dataclass(frozen=True)
class TableView:
    """A move table to read aloud and the stages that use it. `unsigned`: those nobody signs, where others are."""

    code: str
    name: str
    begins: str
    places: tuple[PlaceRows, ...]
    stages: tuple[str, ...]
    unsigned: tuple[str, ...]


@dataclass(frozen=True)
class StageRow:
    """One stage in words: its move table, who signs, where it goes on to, where it stays open beside a complaint."""

    type_: StageType
    table: str
    signer: str
    goes_on_to: str
    route: str


@dataclass(frozen=True)
class ProcedureView:
    procedure: Procedure
    stages: tuple[StageRow, ...]


@dataclass(frozen=True)
class ListView:
    """One list with all its entries, what is retired too."""

    name: str
    code: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class ProceduresPage:
    procedures: tuple[ProcedureView, ...]
    tables: tuple[TableView, ...]
    lists: tuple[ListView, ...]


def procedures_page(version: PolicyVersion) -> ProceduresPage:
    """The procedures of `version`, and the lists of its policy, in four queries."""
    types = list(
        StageType.objects.filter(procedure__policy_version=version)
        .select_related("procedure", "table", "sla_version__sla", "window__sla")
        .order_by("procedure__position", "position")
    )
    lines = list(MoveLine.objects.filter(table__policy_version=version).order_by("position"))
    tables = MoveTable.objects.filter(policy_version=version).order_by("position")
    return ProceduresPage(
        procedures=tuple(_procedures(types)),
        tables=tuple(_tables(tables, lines, types)),
        lists=policy_lists(version.policy),
    )


def policy_lists(policy: Policy) -> tuple[ListView, ...]:
    """The lists of a policy that have entries. One query."""
    found: dict[str, list[Entry]] = {}
    for entry in Entry.objects.filter(policy=policy).order_by("position", "name"):
        found.setdefault(entry.list, []).append(entry)
    return tuple(ListView(list_.label, list_.value, tuple(found[list_])) for list_ in List if list_ in found)


def _procedures(types: Iterable[StageType]) -> Iterable[ProcedureView]:
    types = list(types)
    names = {(type_.procedure.code, type_.code): type_ for type_ in types}
    found: dict[int, list[StageRow]] = {}
    for type_ in types:
        after = names.get((type_.next_procedure, type_.next_stage))
        row = StageRow(
            type_,
            table=str(type_.table),
            signer=role_name(type_.signer),
            goes_on_to=_goes_on_to(type_, after),
            route=State(type_.route_state).label if type_.route_state else "",
        )
        found.setdefault(type_.procedure_id, []).append(row)
    return (ProcedureView(rows[0].type_.procedure, tuple(rows)) for rows in found.values())


def _goes_on_to(type_: StageType, after: StageType | None) -> str:
    if after is None:
        decided = type_.procedure.kind == Kind.CONTACT
        return "What triage decides" if decided else "The last stage"
    return after.name if after.procedure_id == type_.procedure_id else str(after)


def _tables(
    tables: Iterable[MoveTable], lines: Iterable[MoveLine], types: Iterable[StageType]
) -> Iterable[TableView]:
    """The tables that stages use: what is only a part of others is read in those."""
    by_table: dict[int, list[MoveLine]] = {}
    for line in lines:
        by_table.setdefault(line.table_id, []).append(line)
    used: dict[int, list[StageType]] = {}
    for type_ in types:
        used.setdefault(type_.table_id, []).append(type_)
    return (_table(row, by_table[row.pk], used[row.pk]) for row in tables if row.pk in used)


def _table(row: MoveTable, lines: Iterable[MoveLine], types: list[StageType]) -> TableView:
    """As its stages have it: with who signs, where all of them say the same."""
    table = read_table(row, lines)
    signers = {type_.signer for type_ in types}
    mixed = State.TO_SIGN in table.states and len(signers) > 1
    return TableView(
        code=row.code,
        name=str(row),
        begins=table.begins.label,
        places=tuple(_places(table if mixed else table.signed_by(*signers))),
        stages=tuple(str(type_) for type_ in types),
        unsigned=tuple(str(type_) for type_ in types if mixed and not type_.signer),
    )


def _places(table: Table) -> Iterable[PlaceRows]:
    """The states in the order they are written, then closed, then what holds in many states."""
    found: dict[str, list[Move]] = {}
    for place, move in table.lines:
        found.setdefault(place, []).append(move)
    last = [place for place in (State.CLOSED.value, OPEN, ALWAYS) if place in found]
    for place in [place for place in found if place not in last] + last:
        turn = place not in last
        rows = [_row([move]) for move in found[place]] if turn else _alike(found[place])
        yield PlaceRows(PLACES.get(place) or State(place).label, turn, tuple(rows))


def _alike(moves: Iterable[Move]) -> list[MoveRow]:
    """One row for all moves that need the same, lead to the same and are open to the same people."""
    found: dict[tuple[object, ...], list[Move]] = {}
    for move in moves:
        found.setdefault((move.roles, move.needs, move.next), []).append(move)
    return [_row(alike) for alike in found.values()]


def _row(moves: list[Move]) -> MoveRow:
    first = moves[0]
    return MoveRow(
        what=tuple(move.verb.label for move in moves),
        who=who_of(first.roles),
        needs="; ".join(NEEDS[need] for need in first.needs),
        next=first.next.label if first.next else "",
    )


def who_of(roles: tuple[str, ...]) -> str:
    """'Responder or Customer Relations Officer': who may make a move."""
    if roles == CASE_ROLES:
        return "Whoever works on cases"
    return " or ".join(role_name(role) for role in roles)


def role_name(role: str) -> str:
    """A role by its name, '' for none."""
    if role == SIGNER:
        return "Whoever signs for the stage"
    return Role(role).label if role and role != ANYONE else ""
