"""The section of a pack about moves: each table a list of phrases by state, some of them taken from tables above."""

from collections.abc import Iterator

from accounts.roles import Role
from complaints.models.procedure import PHRASE_LENGTH
from complaints.moves import CASE_ROLES
from complaints.policies.drafts import Lines, TableDraft
from complaints.workflow import (
    ALWAYS,
    OPEN,
    SIGNER,
    Move,
    MoveError,
    State,
    Table,
    move_phrase,
    parse_move,
    parse_place,
)
from slas.packs import Entry


class Tables:
    """The move tables of a pack, as they are read one after the other."""

    def __init__(self) -> None:
        self.drafts: dict[str, TableDraft] = {}
        self.all: dict[str, Lines] = {}
        self.whole: dict[str, Table] = {}
        self.lines: dict[str, int] = {}

    def usable(self, entry: Entry) -> Table:
        """The table named there, which a stage is to use. PackError where it is not one."""
        code = entry.text()
        if code in self.drafts and code not in self.whole:
            raise entry.error(
                f"{code} is a part of other tables: it does not say in which state a stage begins"
            )
        return self.whole[entry.choice(*self.whole)]

    def with_signer(self, entry: Entry, signer: str) -> Table:
        """The table named there for a stage that `signer` signs ('': nobody). PackError where it has no place for a
        signature, or where a stage could never be closed."""
        table = self.usable(entry)
        if signer and State.TO_SIGN not in table.states:
            raise entry.error(f"{entry.text()} has no state to-sign, so nobody can sign")
        try:
            signed = table.signed_by(signer)
        except MoveError as error:
            raise entry.error(str(error)) from None
        if any(SIGNER in move.roles for _, move in signed.lines):
            raise entry.error(
                f"{entry.text()} has a move by the signer, and the stage does not say who signs"
            )
        if stuck := dead_end(signed):
            raise entry.error(f"{entry.text()} never leads from {stuck} to closed")
        return signed


def dead_end(table: Table) -> State | None:
    """The first state from which its own moves, one after the other, never lead to closed; None: there is none.

    What may be done in every open state (withdraw, merge) is no way to end a stage well, so it does not count."""
    ends = {State.CLOSED}
    steps = [(where, move.next) for where, move in table.lines if where not in (OPEN, ALWAYS) and move.next]
    grown = True
    while grown:
        found = {State(where) for where, after in steps if after in ends} - ends
        ends |= found
        grown = bool(found)
    return next((state for state in table.states if state not in ends), None)


def named(group: Entry) -> Iterator[tuple[Entry, Entry]]:
    """The names of a group and what stands under each, both with their places. PackError for a name twice."""
    values = group.group(optional=None).values()
    keys = (Entry(key, group.file) for key, _ in group.node.value)
    return zip(keys, values, strict=True)


def read_tables(section: Entry) -> Tables:
    """The move tables of a pack. PackError with the line of a mistake."""
    tables = Tables()
    for name, entry in named(section):
        draft = _table(name.code(), entry, tables)
        code = draft.code
        tables.drafts[code], tables.lines[code] = draft, name.line
        tables.all[code] = (*(line for other in draft.also for line in tables.all[other]), *draft.own)
        if draft.begins is not None:
            try:
                tables.whole[code] = Table(draft.begins, tables.all[code])
            except MoveError as error:
                raise name.error(f"{code}: {error}") from None
    return tables


def _table(code: str, entry: Entry, tables: Tables) -> TableDraft:
    said = entry.group(required=("moves",), optional=("name", "begins", "also"))
    also = said["also"].codes() if "also" in said else ()
    for name in also:
        if name not in tables.drafts:
            above = f"above it there is {', '.join(tables.drafts)}" if tables.drafts else "none is above it"
            raise said["also"].error(f"there is no move table {name} to take moves from; {above}")
    return TableDraft(
        code=code,
        begins=State(said["begins"].choice(*State)) if "begins" in said else None,
        own=_own(said, also, tables),
        also=also,
        name=said["name"].words() if "name" in said else "",
    )


def _own(said: dict[str, Entry], also: tuple[str, ...], tables: Tables) -> Lines:
    seen: dict[tuple[str, str], str] = {}
    for name in also:
        for place, move in tables.all[name]:
            if (place, move.verb) in seen:
                raise said["also"].error(_twice(place, move, seen[place, move.verb], name))
            seen[place, move.verb] = name
    lines: list[tuple[str, Move]] = []
    for name_of, phrases in named(said["moves"]):
        place = _place(name_of)
        before = len(lines)
        for phrase in phrases.items():
            move = _move(phrase)
            if (place, move.verb) in seen:
                raise phrase.error(_twice(place, move, seen[place, move.verb], "here"))
            seen[place, move.verb] = "here"
            lines.append((place, move))
        if len(lines) == before:
            raise name_of.error(f"there are no moves in {place}: leave it out, or write them")
    if not lines:
        raise said["moves"].error("a move table has at least one move")
    return tuple(lines)


def _twice(place: str, move: Move, one: str, other: str) -> str:
    where = "" if one == other == "here" else f", in {one} and {other}"
    return f"{move.verb} is said twice in {place}{where}"


def _place(entry: Entry) -> str:
    try:
        return parse_place(entry.text())
    except MoveError as error:
        raise entry.error(str(error)) from None


def _move(phrase: Entry) -> Move:
    try:
        move = parse_move(
            phrase.text(PHRASE_LENGTH), anyone=CASE_ROLES, known=lambda role: role in Role.values
        )
    except MoveError as error:
        raise phrase.error(str(error)) from None
    if idle := set(move.roles) - {*CASE_ROLES, SIGNER}:
        raise phrase.error(f"{min(idle)} changes nothing in a case, so no move can be theirs")
    if len(move_phrase(move, anyone=CASE_ROLES)) > PHRASE_LENGTH:
        raise phrase.error(f"a move has at most {PHRASE_LENGTH} characters")
    return move
