"""Whose turn it is: stored on the stage by every action, from the move table."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from accounts.roles import Role
from complaints.models import Deadline, Stage
from complaints.moves import table_of
from complaints.workflow import EVENT_OF, Move, Verb
from slas.core.calendar import london_midnight

OFFICER_ROLES = frozenset(Role.CR_MANAGER.includes)
SERVICE_ROLES = frozenset(Role.SERVICE_MANAGER.includes)


def write(stage_ids: Iterable[int], *, now: datetime) -> None:
    """Work out and store the turn of these stages. Their deadlines are up to date."""
    stages = Stage.objects.filter(pk__in=list(stage_ids)).select_related(
        "type__procedure__policy_version", "type__table"
    )
    changed: dict[frozenset[str], list[Stage]] = {}
    for stage in stages.prefetch_related("deadlines"):
        if columns := _write(stage, now):
            changed.setdefault(columns, []).append(stage)
    for columns, together in changed.items():
        Stage.objects.bulk_update(together, sorted(columns))


DUE = frozenset({"turn_due_at"})
WHOLE = frozenset({"turn_verb", "turn_role", "turn_unit", "turn_person", "turn_due_at", "turn_since"})


def _write(stage: Stage, now: datetime) -> frozenset[str]:
    """Set the turn of a stage. Returns the columns to be saved: often only by when, which is the quicker."""
    before = _columns(stage)
    move = table_of(stage.type).turn(stage.state) if stage.closed_at is None else None
    if move is None:
        stage.turn_verb, stage.turn_role = "", ""
        stage.turn_unit_id = stage.turn_person_id = None
        stage.turn_due_at = None
    else:
        stage.turn_verb, stage.turn_role = move.verb.value, move.roles[0]
        stage.turn_unit_id = stage.unit_id
        stage.turn_person_id = person_for(stage, move)
        stage.turn_due_at = due_for(stage, move, list(stage.deadlines.all()))
    after = _columns(stage)
    if before[:4] != after[:4]:
        stage.turn_since = now if move else None
        return WHOLE
    return DUE if before != after else frozenset()


def _columns(stage: Stage) -> tuple[object, ...]:
    return (
        stage.turn_verb,
        stage.turn_role,
        stage.turn_unit_id,
        stage.turn_person_id,
        stage.turn_due_at,
    )


def person_for(stage: Stage, move: Move) -> int | None:
    """Who of the role is waited for: the stage's officer or its responder; None: whoever holds the role there."""
    role = Role(move.roles[0])
    if role in OFFICER_ROLES:
        return stage.officer_id
    return stage.responder_id if role in SERVICE_ROLES else None


def due_for(stage: Stage, move: Move, deadlines: list[Deadline]) -> datetime | None:
    """By when: the milestone this move meets; else, for the service, the day its draft is to reach us; else the
    headline. None where there is no date, or the clock stands still."""
    live = [row for row in deadlines if row.live]
    event = EVENT_OF.get(move.verb)
    own = next((row for row in live if row.met_by == event), None) if event else None
    if own is not None:
        return moment_of(own)
    headline = next((row for row in live if row.headline), None)
    if headline is None or headline.paused_since:
        return None
    due = moment_of(headline)
    if stage.draft_due_on and move.verb in (Verb.ALLOCATE, Verb.ACCEPT, Verb.SUBMIT):
        draft = end_of(stage.draft_due_on)
        return min(draft, due) if due else draft
    return due


def moment_of(row: Deadline) -> datetime | None:
    """The last moment of a deadline as it stands now, whether it was missed or not."""
    if row.due_at is not None:
        return row.due_at
    return end_of(row.due_on) if row.due_on else None


def end_of(day: date) -> datetime:
    """The London midnight that ends `day`."""
    return london_midnight(day + timedelta(days=1))
