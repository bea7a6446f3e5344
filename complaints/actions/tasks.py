"""What waits to be done in a stage, as rows: worked out anew by every action, and by nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.roles import Role
from complaints.models import Contribution, Deadline, ExtensionRequest, Stage, Task
from complaints.moves import CASE_ROLES, table_of
from complaints.workflow import EVENT_OF, Move, Table, Verb
from slas.core.calendar import london_midnight

OFFICER_ROLES = frozenset(Role.CR_MANAGER.includes)
SERVICE_ROLES = frozenset(Role.SERVICE_MANAGER.includes)
TEAM = (Role.CR_OFFICER.value,)
WRITTEN = ("words", "unit", "person", "able", "pool", "not_by", "hidden", "due_at", "late_at", "shows_at")
_COMPARED = (
    "words",
    "unit_id",
    "person_id",
    "able",
    "pool",
    "not_by",
    "hidden",
    "due_at",
    "late_at",
    "shows_at",
)


def with_what_waits(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """`stages` with all that their tasks are made of but who is on lists, in a constant number of queries."""
    return stages.select_related(
        "case", "type__procedure__policy_version", "type__table", "learning_action"
    ).prefetch_related(
        "deadlines",
        "tasks",
        Prefetch(
            "contributions",
            Contribution.objects.filter(answered_at__isnull=True).select_related("unit"),
            to_attr="asked",
        ),
        Prefetch(
            "extension_requests",
            ExtensionRequest.objects.filter(decided_at__isnull=True).select_related("asked_by"),
            to_attr="undecided",
        ),
    )


def write(stages: Iterable[Stage], barred: Mapping[int, set[int]], *, now: datetime) -> None:
    """Write the tasks of `stages`, which came through `with_what_waits` and whose turn is up to date. `barred`: by
    `authors.barred`, who does not take it."""
    new: list[Task] = []
    changed: list[Task] = []
    gone: list[int] = []
    for stage in stages:
        there = {(row.kind, row.about, row.verb): row for row in stage.tasks.all()}
        for row in tasks_of(stage, barred.get(stage.pk, set()), now):
            old = there.pop((row.kind, row.about, row.verb), None)
            if old is None:
                new.append(row)
            elif any(getattr(old, column) != getattr(row, column) for column in _COMPARED):
                row.pk, row.since = old.pk, old.since
                changed.append(row)
        gone += [row.pk for row in there.values()]
    if gone:
        Task.objects.filter(pk__in=gone).delete()
    if new:
        Task.objects.bulk_create(new)
    if changed:
        Task.objects.bulk_update(changed, WRITTEN)


def tasks_of(stage: Stage, barred: set[int], now: datetime) -> list[Task]:
    """What waits to be done in `stage`, not yet saved: nothing once it is closed."""
    move = table_of(stage.type).turn(stage.state) if stage.closed_at is None else None
    return [*_turn(stage, move, barred, now), *_beside(stage, move, now)] if move else []


def _turn(stage: Stage, move: Move, barred: set[int], now: datetime) -> Iterator[Task]:
    """The next step, and that somebody is to be reminded of it once it is late."""
    learning = getattr(stage, "learning_action", None)
    yield _task(
        stage,
        Task.Kind.TURN,
        move.verb,
        able=move.roles,
        pool=(stage.turn_role,),
        person=stage.turn_person_id,
        not_by="".join(f" {pk} " for pk in sorted(barred)),
        due_at=stage.turn_due_at,
        late_at=stage.turn_late_at,
        words=learning.text if learning else "",
        since=stage.turn_since or now,
    )
    if stage.turn_late_at is not None and Role(stage.turn_role) not in OFFICER_ROLES:
        yield _chase(stage, stage.turn_due_at, stage.turn_late_at)


def _beside(stage: Stage, turn: Move, now: datetime) -> Iterator[Task]:
    """What is to be done beside the next step: other dates, more time asked for, contributions."""
    brought: Any = stage
    table = table_of(stage.type)
    for row in stage.deadlines.all():
        # What it all leads to is the next step's; what has no date yet cannot be done yet.
        other = row.live and not row.headline and row.due_on is not None
        if other and EVENT_OF.get(turn.verb) != row.met_by:
            yield from _date(stage, table, row, now)
    if deciding := table.move(stage.state, Verb.DECIDE_EXTENSION):
        for request in brought.undecided:
            yield _task(
                stage,
                Task.Kind.REQUEST,
                deciding.verb,
                about=request.pk,
                able=deciding.roles,
                pool=deciding.roles,
                person=person_for(stage, deciding.roles[0]),
                due_at=stage.turn_due_at,
                late_at=stage.turn_late_at,
                words=f"{request.asked_by} asks: {request.reason}",
                since=request.asked_at,
            )
    if giving := table.move(stage.state, Verb.CONTRIBUTE):
        for asked in brought.asked:
            yield from _asked(stage, asked, giving)


def _date(stage: Stage, table: Table, row: Deadline, now: datetime) -> Iterator[Task]:
    """A date beside the one the stage is judged by: for whoever records what meets it, else for its owner."""
    verbs = [verb for verb, event in EVENT_OF.items() if event == row.met_by]
    moves = (table.move(stage.state, verb) for verb in (*verbs, Verb.RECORD_EVENT))
    move = next((move for move in moves if move is not None), None)
    roles = move.roles if move else (row.owner,) if row.owner in CASE_ROLES else ()
    if roles:
        yield _task(
            stage,
            Task.Kind.DATE,
            move.verb if move else "",
            about=row.position,
            able=roles,
            pool=roles,
            person=person_for(stage, roles[0]),
            due_at=moment_of(row),
            late_at=late_of(row),
            words=row.name,
            since=now,
        )


def _asked(stage: Stage, asked: Contribution, move: Move) -> Iterator[Task]:
    due = end_of(asked.due_on)
    yield _task(
        stage,
        Task.Kind.CONTRIBUTION,
        move.verb,
        about=asked.pk,
        able=move.roles,
        pool=move.roles,
        person=asked.person_id,
        unit_id=asked.unit_id,
        due_at=due,
        late_at=due,
        words=f"Asked of {asked.unit}: {asked.question}",
        since=asked.asked_at,
    )
    yield _chase(stage, due, due, about=asked.pk)


def _chase(stage: Stage, due: datetime | None, late: datetime, about: int = 0) -> Task:
    return _task(
        stage,
        Task.Kind.CHASE,
        "",
        about=about,
        able=TEAM,
        pool=TEAM,
        person=stage.officer_id,
        due_at=due,
        late_at=late,
        shows_at=late,
        since=late,
    )


def _task(
    stage: Stage,
    kind: Task.Kind,
    verb: str,
    *,
    able: Iterable[str],
    pool: Iterable[str],
    person: int | None,
    **columns: Any,
) -> Task:
    # What is named for somebody who may not open the case is as good as named for nobody.
    shut_out = stage.case.restricted and person not in {row.user_id for row in stage.case.readers.all()}
    return Task(
        stage=stage,
        case=stage.case,
        kind=kind,
        verb=str(verb),
        person_id=None if shut_out else person,
        able=_doers(tuple(able)),
        pool=_doers(tuple(pool)),
        hidden=stage.case.restricted,
        **{"unit_id": stage.unit_id} | columns,
    )


@cache
def _doers(roles: tuple[str, ...]) -> str:
    """Every role that does the work of one of `roles`, each between two spaces."""
    wanted = {Role(role) for role in roles}
    return " ".join(["", *(role for role in CASE_ROLES if Role(role).includes & wanted), ""])


def role_for(stage: Stage, move: Move) -> str:
    """Which of the roles of a move is waited for: its first, but where the outcome of a review says who writes the
    answer, they are (SC1)."""
    writer = stage.type.writer_after(stage.outcome) if move.verb is Verb.SUBMIT else ""
    return writer if writer in move.roles else move.roles[0]


def person_for(stage: Stage, role: str) -> int | None:
    """Who of the role is waited for: the stage's officer or its responder; None: whoever holds the role there."""
    if Role(role) in OFFICER_ROLES:
        return stage.officer_id
    return stage.responder_id if Role(role) in SERVICE_ROLES else None


def moment_of(row: Deadline) -> datetime | None:
    """The last moment of a deadline as it stands now, whether it was missed or not."""
    return row.due_at or (end_of(row.due_on) if row.due_on else None)


def late_of(row: Deadline) -> datetime | None:
    """From when on a deadline is late as it stands now: an hour after 'immediately', say (DOMAIN 2)."""
    return moment_of(row) if row.missed_at is not None else row.red_at or moment_of(row)


def end_of(day: date) -> datetime:
    """The London midnight that ends `day`."""
    return london_midnight(day + timedelta(days=1))
