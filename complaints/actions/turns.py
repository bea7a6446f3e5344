"""Whose turn it is, and how a stage stands: stored on it by every action, from the move table and its deadlines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery, prefetch_related_objects

from complaints.actions import reach, tasks
from complaints.actions.tasks import end_of, late_of, moment_of, person_for, role_for
from complaints.models import Case, Clock, ClosedAs, Deadline, Letter, Stage
from complaints.moves import table_of
from complaints.queries import authors
from complaints.workflow import EVENT_OF, Move, Verb


def write(stage_ids: Iterable[int], *, now: datetime) -> None:
    """Work out and store the turn of these stages, how they stand, what waits in them, and from where their cases are
    reached. Their deadlines are up to date."""
    stages = list(tasks.with_what_waits(Stage.objects.filter(pk__in=list(stage_ids))))
    prefetch_related_objects([stage.case for stage in stages if stage.case.restricted], "readers")
    if undated := [stage for stage in stages if _headline(stage) is None]:
        prefetch_related_objects(undated, "letters")
    open_ = [stage for stage in stages if stage.closed_at is None]
    turns = {stage: move for stage in open_ if (move := table_of(stage.type).turn(stage.state))}
    barred = authors.barred(turns)
    changed: dict[frozenset[str], list[Stage]] = {}
    for stage in stages:
        if columns := set_turn(stage, turns.get(stage), barred.get(stage.pk, set()), now):
            changed.setdefault(columns, []).append(stage)
    for columns, together in changed.items():
        Stage.objects.bulk_update(together, sorted(columns))
    tasks.write(stages, barred, now=now)
    cases = {stage.case_id for stage in stages}
    reach.write(cases)
    _copy_of_case(cases)


TURN = ("turn_verb", "turn_role", "turn_unit_id", "turn_person_id")
STANDS = (
    "turn_due_at",
    "turn_late_at",
    "clock",
    "due_on",
    "due_at",
    "amber_at",
    "red_at",
    "original_due_on",
    "met_on",
    "in_time",
)


def set_turn(stage: Stage, move: Move | None, barred: set[int], now: datetime) -> frozenset[str]:
    """Set the turn of a stage, which is nobody's of `barred`, and how it stands. Returns the columns to be saved: often
    only the dates, which is the quicker."""
    turn, stands = _columns(stage, TURN), _columns(stage, STANDS)
    deadlines = list(stage.deadlines.all())
    if move is None:
        stage.turn_verb, stage.turn_role = "", ""
        stage.turn_unit_id = stage.turn_person_id = None
        stage.turn_due_at = stage.turn_late_at = None
    else:
        stage.turn_verb, stage.turn_role = move.verb.value, role_for(stage, move)
        stage.turn_unit_id = stage.unit_id
        stage.turn_person_id = person_for(stage, stage.turn_role)
        if stage.turn_person_id in barred:
            stage.turn_person_id = None  # nobody decides on what is their own: a colleague is waited for
        stage.turn_due_at, stage.turn_late_at = due_for(stage, move, deadlines)
    _stand(stage, _headline(stage))
    if turn != _columns(stage, TURN):
        stage.turn_since = now if move else None
        return frozenset({*TURN, *STANDS, "turn_since"})
    return frozenset(STANDS) if stands != _columns(stage, STANDS) else frozenset()


OF_CASE = {
    "received_on": "received_on",
    "case_closed_at": "closed_at",
    "case_unit": "unit",
    "hidden": "restricted",
    "apart": "apart",
}
"""What a stage has of its case: its own column, and the case's."""


def _copy_of_case(case_ids: Iterable[int]) -> None:
    """Write onto every stage of these cases whether it is where its case stands, and what lists read of the case."""
    own, of_case = ["latest", *OF_CASE], [f"case__{column}" for column in OF_CASE.values()]
    stages = Stage.objects.filter(case__in=case_ids).order_by("number")
    rows = list(stages.values_list("case", "pk", "type__beside", *own, *of_case))
    newest = {case: pk for case, pk, beside, *_ in rows if not beside}
    wrong: dict[bool, list[int]] = {}
    for case, pk, _, *columns in rows:
        latest = newest.get(case) == pk
        if columns[: len(own)] != [latest, *columns[len(own) :]]:
            wrong.setdefault(latest, []).append(pk)
    # First what is no more: a case stands in one place only.
    for latest in sorted(wrong):
        case_row = Case.objects.filter(pk=OuterRef("case"))
        copies: dict[str, Any] = {name: Subquery(case_row.values(of)[:1]) for name, of in OF_CASE.items()}
        Stage.objects.filter(pk__in=wrong[latest]).update(latest=latest, **copies)


def _columns(stage: Stage, names: Iterable[str]) -> list[object]:
    return [getattr(stage, name) for name in names]


def _headline(stage: Stage) -> Deadline | None:
    """What a stage is judged by: its headline, unless it was said not to be needed."""
    return next((row for row in stage.deadlines.all() if row.headline and not row.dismissed), None)


def _stand(stage: Stage, headline: Deadline | None) -> None:
    """Copy onto `stage` what its headline says; without one, when it was answered, which is judged by nothing."""
    imported = stage.met_on if stage.closed_as == ClosedAs.IMPORTED else None
    stage.clock, stage.due_on, stage.due_at, stage.amber_at, stage.red_at = Clock.NONE, None, None, None, None
    stage.original_due_on, stage.met_on, stage.in_time = None, None, None
    if headline is None:
        sent = (letter.sent_on for letter in stage.letters.all() if letter.kind == Letter.Kind.RESPONSE)
        stage.met_on = min(sent, default=imported)
        return
    stage.original_due_on, stage.met_on, stage.in_time = (
        headline.original_due_on,
        headline.met_on,
        headline.in_time,
    )
    stage.due_on, stage.due_at = headline.due_on, moment_of(headline)
    stage.clock = _clock(headline)
    if stage.clock == Clock.RUNNING:
        stage.amber_at, stage.red_at = headline.amber_at, headline.red_at


def _clock(row: Deadline) -> Clock:
    if row.met_at is not None:
        return Clock.MET
    if row.waiting_for:
        return Clock.WAITING
    return Clock.PAUSED if row.paused_since else Clock.RUNNING


def due_for(stage: Stage, move: Move, deadlines: list[Deadline]) -> tuple[datetime | None, datetime | None]:
    """By when, and from when on it is late: the milestone this move meets; else, for the service, the day its draft is
    to reach us; else the headline. None where there is no date, or the clock stands still."""
    live = [row for row in deadlines if row.live]
    event = EVENT_OF.get(move.verb)
    own = next((row for row in live if row.met_by == event), None) if event else None
    if own is not None:
        return moment_of(own), late_of(own)
    headline = next((row for row in live if row.headline), None)
    if headline is None or headline.paused_since:
        return None, None
    due, late = moment_of(headline), late_of(headline)
    if stage.draft_due_on and move.verb in (Verb.ALLOCATE, Verb.ACCEPT, Verb.SUBMIT):
        draft = end_of(stage.draft_due_on)
        if due is None or draft < due:
            return draft, draft
    return due, late
