"""Move tables from their rows, kept in the process: a published one never changes."""

from collections.abc import Iterable
from functools import lru_cache

from accounts import roles
from accounts.roles import Role
from complaints.models import MoveLine, MoveTable, Stage, StageType
from complaints.workflow import Move, State, Table, move_phrase, parse_move, parse_place

CASE_ROLES: tuple[str, ...] = tuple(role.value for role in Role if role in roles.CASE_ROLES)
"""The roles that work on cases: what a move table calls `anyone`."""


def table_of(type_: StageType) -> Table:
    """The moves of a stage type, with its signer. Bring `procedure__policy_version` along: then no query once
    the process has read it."""
    return _kept(type_.pk, type_.procedure.policy_version.revision)


@lru_cache(maxsize=512)
def _kept(stage_type_id: int, revision: int) -> Table:
    """`revision` was drawn when the version was published: a number that was rolled back never comes again."""
    type_ = StageType.objects.select_related("table").get(pk=stage_type_id)
    return read_table(type_.table, type_.table.lines.all()).signed_by(type_.signer)


def read_table(row: MoveTable, lines: Iterable[MoveLine]) -> Table:
    """A move table as it was published, its signer not yet named."""
    return Table(State(row.begins), tuple((parse_place(line.place), parse(line.phrase)) for line in lines))


def parse(phrase: str) -> Move:
    return parse_move(phrase, anyone=CASE_ROLES, known=lambda role: role in Role.values)


def phrase_of(move: Move) -> str:
    return move_phrase(move, anyone=CASE_ROLES)


def moves_of(stage: Stage) -> tuple[Move, ...]:
    """Every move of a stage in the state it is in."""
    return table_of(stage.type).moves(stage.state)
