"""Facts into deadlines: the only writer of `Deadline` rows.

Every action that changes a fact, and every change of a calendar, replays all the facts of the stages it
touches. Nothing is added to an earlier result.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from complaints.models import (
    Deadline,
    Stage,
    StageType,
)
from complaints.queries.clocks import with_facts, worked
from slas.core import result
from slas.core.calendar import WorkingCalendar, instant, london_date
from slas.service import Worked

COLUMNS = (
    "position",
    "name",
    "headline",
    "owner",
    "met_by",
    "waiting_for",
    "counted_from",
    "due_on",
    "due_at",
    "amber_at",
    "red_at",
    "original_due_on",
    "missed_at",
    "met_on",
    "met_at",
    "in_time",
    "paused_since",
    "dismissed",
    "live",
)


@dataclass(frozen=True)
class Moved:
    """That a milestone's date moved: what it was (None: it had none) and what it is."""

    stage: Stage
    name: str
    headline: bool
    before: date | None
    after: date | None


def recompute(stage_ids: Iterable[int]) -> list[Moved]:
    """Replay the facts of these stages and write what changed. Returns the dates that moved.

    Must be in the transaction that changed the facts.
    """
    stages = list(with_facts(Stage.objects.filter(pk__in=list(stage_ids))))
    answers = worked(stages)
    moved: list[Moved] = []
    new: list[Deadline] = []
    changed: list[Deadline] = []
    gone: list[int] = []
    for stage in stages:
        there = {row.milestone: row for row in stage.deadlines.all()}
        wanted = rows_of(stage, answers.get(stage.pk))
        for row in wanted:
            old = there.pop(row.milestone, None)
            before = old.due_on if old else None
            if before != row.due_on and old is not None:
                moved.append(Moved(stage, row.name, row.headline, before, row.due_on))
            if old is None:
                new.append(row)
            elif _differs(old, row):
                row.pk = old.pk
                changed.append(row)
        gone += [row.pk for row in there.values()]
        _set_draft_due(stage, wanted, answers.get(stage.pk))
    Deadline.objects.filter(pk__in=gone).delete()
    Deadline.objects.bulk_create(new)
    Deadline.objects.bulk_update(changed, COLUMNS)
    return moved


def rows_of(stage: Stage, answer: Worked | None) -> list[Deadline]:
    """The rows that a stage's facts make, not yet saved."""
    if answer is None:
        return []
    brought: Any = stage
    dismissed = {row.milestone for row in brought.standing_dismissals}
    return [_row(stage, n, d, d.rule.code in dismissed) for n, d in enumerate(answer.deadlines)]


def _row(stage: Stage, position: int, deadline: result.Deadline, dismissed: bool) -> Deadline:
    rule, met = deadline.rule, deadline.met_at
    red = deadline.missed_at or deadline.red_at
    return Deadline(
        stage=stage,
        position=position,
        milestone=rule.code,
        name=rule.name,
        headline=rule.headline,
        owner=rule.owner,
        met_by=rule.met_by,
        waiting_for=deadline.waiting_for or "",
        counted_from=deadline.start.day,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        amber_at=instant(deadline.amber_at) if deadline.amber_at else None,
        red_at=instant(red) if red else None,
        original_due_on=deadline.original_due_on,
        missed_at=deadline.missed_at,
        met_on=london_date(met) if met else None,
        met_at=instant(met) if met else None,
        in_time=deadline.met_in_time,
        paused_since=deadline.paused_since,
        dismissed=dismissed,
        live=stage.closed_at is None and not dismissed and met is None,
    )


def _differs(old: Deadline, new: Deadline) -> bool:
    return any(getattr(old, column) != getattr(new, column) for column in COLUMNS)


def _set_draft_due(stage: Stage, rows: list[Deadline], answer: Worked | None) -> None:
    """The service's own date: so many working days before the formal one, and never before today's start."""
    headline = next((row for row in rows if row.headline), None)
    due: date | None = None
    if answer and stage.draft_days is not None and headline and headline.due_on:
        due = _before(answer.calendar, headline.due_on, stage.draft_days)
    if due != stage.draft_due_on:
        Stage.objects.filter(pk=stage.pk).update(draft_due_on=due)
        stage.draft_due_on = due


def _before(calendar: WorkingCalendar, day: date, working_days: int) -> date:
    return calendar.add(day, -working_days) if working_days else day


def open_stages_on(types: QuerySet[StageType]) -> QuerySet[Stage]:
    """The open stages of these types."""
    return Stage.objects.filter(type__in=types, closed_at__isnull=True)
