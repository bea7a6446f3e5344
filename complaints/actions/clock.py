"""Facts into deadlines: the only writer of `Deadline` rows.

Every action that changes a fact, and every change of a calendar, replays all the facts of the stages it
touches. Nothing is added to an earlier result. What is settled, because it was met or its stage was closed, is written
anew only where a fact was recorded or taken back since: a calendar changed afterwards does not move it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, QuerySet

from accounts.actions import Refused
from complaints.models import (
    Deadline,
    Dismissal,
    Extension,
    GivenDate,
    Pause,
    Stage,
    StageEvent,
)
from complaints.queries.clocks import with_facts, worked
from slas.core import result
from slas.core.calendar import OutOfRange, WorkingCalendar, instant, london_date
from slas.core.wording import listed, long_date
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
    """That a milestone's date moved: its row as it was and as it is."""

    stage: Stage
    old: Deadline
    new: Deadline

    @property
    def name(self) -> str:
        return self.new.name

    @property
    def before(self) -> date | None:
        return self.old.due_on

    @property
    def after(self) -> date | None:
        return self.new.due_on

    def lateness(self, now: datetime) -> str:
        """What the move came to for its being late at `now`, to end a sentence; '' where that stays as it was."""
        was, is_ = _is_late(self.old, now), _is_late(self.new, now)
        if was == is_:
            return ""
        return ", which makes it late" if is_ else ", so it is not late any more"


def _is_late(row: Deadline, now: datetime) -> bool:
    if row.met_at is not None:
        return row.in_time is False
    return row.red_at is not None and row.red_at <= instant(now)


def told(moves: Iterable[Moved], now: datetime) -> str:
    """'Send the response' moves from … to …, as a sentence; '' for no move."""
    said = [
        f"'{move.name}' moves from {_day(move.before)} to {_day(move.after)}{move.lateness(now)}"
        for move in moves
    ]
    return f"{listed(said)}." if said else ""


def _day(day: date | None) -> str:
    return long_date(day) if day else "no date"


def recompute(stage_ids: Iterable[int]) -> list[Moved]:
    """Replay the facts of these stages and write what changed, in a constant number of queries. Returns the dates that
    moved.

    Must be in the transaction that changed the facts, its cases locked. Refused for facts whose dates fall outside the
    years that are kept.
    """
    stages = list(with_facts(Stage.objects.filter(pk__in=list(stage_ids))))
    try:
        answers = worked(stages)
    except OutOfRange as error:
        raise Refused(f"Check the year: {error}.") from None
    wanted = {stage.pk: rows_of(stage, answers.get(stage.pk)) for stage in stages}
    kept = _settled(stages, wanted)
    written: list[Deadline] = []
    moved: list[Moved] = []
    gone: list[int] = []
    for stage in stages:
        there = {row.milestone: row for row in stage.deadlines.all()}
        for row in wanted[stage.pk]:
            old = there.pop(row.milestone, None)
            if old is None:
                written.append(row)
            elif old.pk not in kept and (differing := _differing(old, row)):
                written.append(row)
                if "due_on" in differing:
                    moved.append(Moved(stage, old, row))
        gone += [row.pk for row in there.values()]
    Deadline.objects.filter(pk__in=gone).delete()
    # One statement whether they are there or not; a CASE for each column is many times slower.
    Deadline.objects.bulk_create(
        written, update_conflicts=True, unique_fields=["stage", "milestone"], update_fields=COLUMNS
    )
    _write_draft_dues(stages, wanted, answers, written)
    return moved


def rows_of(stage: Stage, answer: Worked | None) -> list[Deadline]:
    """The rows that a stage's facts make, not yet saved."""
    if answer is None:
        return []
    brought: Any = stage
    dismissed = {row.milestone: row.recorded_at for row in reversed(brought.standing_dismissals)}
    return [_row(stage, n, d, dismissed.get(d.rule.code)) for n, d in enumerate(answer.deadlines)]


def _row(stage: Stage, position: int, deadline: result.Deadline, dismissed: datetime | None) -> Deadline:
    """The row of one milestone; `dismissed` is when it was said that it is not needed. That does not undo a miss."""
    rule, met = deadline.rule, deadline.met_at
    red = deadline.missed_at or deadline.red_at
    missed_first = dismissed is not None and red is not None and instant(red) <= dismissed
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
        in_time=False if missed_first and met is None else deadline.met_in_time,
        paused_since=deadline.paused_since,
        dismissed=dismissed is not None,
        live=stage.closed_at is None and dismissed is None and met is None,
    )


def _differing(old: Deadline, new: Deadline) -> set[str]:
    return {column for column in COLUMNS if getattr(old, column) != getattr(new, column)}


def _settled(stages: Iterable[Stage], wanted: dict[int, list[Deadline]]) -> set[int]:
    """The rows that differ from their recomputation and stay as they are: nothing happened to their stage since they
    were met or it was closed, so that only the calendar can have changed."""
    asked: list[tuple[Stage, Deadline]] = []
    for stage in stages:
        fresh = {row.milestone: row for row in wanted[stage.pk]}
        for old in stage.deadlines.all():
            row = fresh.get(old.milestone)
            if row and not (old.live or row.live or old.dismissed or row.dismissed) and _differing(old, row):
                asked.append((stage, old))
    taken_back = _last_taken_back({stage.pk for stage, _ in asked}) if asked else {}
    return {old.pk for stage, old in asked if not _changed_since(stage, old, taken_back.get(stage.pk))}


def _last_taken_back(stage_ids: set[int]) -> dict[int, datetime]:
    """When a fact of each stage was last voided."""
    found: dict[int, datetime] = {}
    facts: tuple[Any, ...] = (StageEvent, GivenDate, Extension, Pause, Dismissal)
    for model in facts:
        rows = model.objects.filter(stage__in=stage_ids, voided_at__isnull=False).order_by()
        for stage_id, last in rows.values_list("stage").annotate(last=Max("voided_at")):
            found[stage_id] = max(last, found.get(stage_id, last))
    return found


def _changed_since(stage: Stage, row: Deadline, taken_back: datetime | None) -> bool:
    """Whether a fact of `stage` was recorded or taken back after `row` was settled."""
    brought: Any = stage
    met = [event.recorded_at for event in brought.standing_events if event.code == row.met_by]
    settled = min([moment for moment in (stage.closed_at, *met) if moment is not None], default=None)
    if settled is None:
        return True
    decided = [*brought.standing_given, *brought.standing_extensions, *brought.standing_pauses]
    later = [fact.recorded_at for fact in (*decided, *brought.standing_dismissals)]
    later += [row.until for row in brought.reclassified]
    ended = [pause.resumed_at for pause in brought.standing_pauses if pause.resumed_at is not None]
    return (
        any(event.recorded_at > settled for event in brought.standing_events)
        or any(moment > settled for moment in ended)
        or any(moment >= settled for moment in later)
        or (taken_back is not None and taken_back >= settled)
    )


def _write_draft_dues(
    stages: Iterable[Stage],
    wanted: dict[int, list[Deadline]],
    answers: dict[int, Worked],
    rows: Iterable[Deadline],
) -> None:
    """The service's own date: so many working days before the formal one, as long as that is not settled."""
    written = {(row.stage_id, row.milestone) for row in rows}
    changed = []
    for stage in stages:
        answer = answers.get(stage.pk)
        headline = next((row for row in wanted[stage.pk] if row.headline), None)
        if headline and not headline.live and (stage.pk, headline.milestone) not in written:
            continue
        due: date | None = None
        if answer and stage.draft_days is not None and headline and headline.due_on:
            due = _before(answer.calendar, headline.due_on, stage.draft_days)
        if due != stage.draft_due_on:
            stage.draft_due_on = due
            changed.append(stage)
    if changed:
        Stage.objects.bulk_update(changed, ["draft_due_on"])


def _before(calendar: WorkingCalendar, day: date, working_days: int) -> date:
    return calendar.add(day, -working_days) if working_days else day


def counted_by(calendars: Iterable[int]) -> QuerySet[Stage]:
    """The open stages whose times are counted by any of these calendars."""
    return Stage.objects.filter(
        closed_at__isnull=True, type__sla_version__sla__policy__calendar__in=list(calendars)
    )
