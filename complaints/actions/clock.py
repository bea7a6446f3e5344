"""Facts into deadlines: the only writer of `Deadline` rows.

Every action that changes a fact, and every change of a calendar, replays all the facts of the stages it
touches. Nothing is added to an earlier result. What is settled, because it was met or its stage was closed, is written
anew only where one of its own facts was recorded or taken back since: a calendar changed afterwards does not move it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.actions import Refused
from complaints.actions import settled
from complaints.models import Deadline, Stage
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


def recompute(stage_ids: Iterable[int], *, now: datetime | None = None) -> list[Moved]:
    """Replay the facts of these stages and write what changed, in a constant number of queries. Returns the dates that
    moved. `now`: when the facts were changed, or the calendar; None: any fact recorded since a deadline was settled
    counts as changed.

    Must be in the transaction that changed the facts, its cases locked. Refused for facts whose dates fall outside the
    years that are kept.
    """
    stages = list(with_facts(Stage.objects.filter(pk__in=list(stage_ids))))
    try:
        answers = worked(stages)
    except OutOfRange as error:
        raise Refused(f"Check the year: {error}.") from None
    wanted = {stage.pk: rows_of(stage, answers.get(stage.pk)) for stage in stages}
    kept = _settled(stages, wanted, now)
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


def _settled(stages: Iterable[Stage], wanted: dict[int, list[Deadline]], now: datetime | None) -> set[int]:
    """The rows that differ from their recomputation and stay as they are."""
    asked: list[tuple[Stage, Deadline]] = []
    for stage in stages:
        fresh = {row.milestone: row for row in wanted[stage.pk]}
        for old in stage.deadlines.all():
            row = fresh.get(old.milestone)
            if row and not (old.live or row.live or old.dismissed or row.dismissed) and _rejudged(old, row):
                asked.append((stage, old))
    return settled.kept(asked, now=now)


def _rejudged(old: Deadline, new: Deadline) -> bool:
    """Whether they differ in more than `missed_at`: that the date it has was missed is noted once anything is decided
    in its stage, and says nothing new."""
    return bool(_differing(old, new) - {"missed_at"})


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
            due = days_before(answer.calendar, headline.due_on, stage.draft_days)
        if due != stage.draft_due_on:
            stage.draft_due_on = due
            changed.append(stage)
    if changed:
        Stage.objects.bulk_update(changed, ["draft_due_on"])


def days_before(calendar: WorkingCalendar, day: date, working_days: int) -> date:
    """The day so many working days before `day`; itself for none."""
    return calendar.add(day, -working_days) if working_days else day


def counted_by(calendars: Iterable[int]) -> QuerySet[Stage]:
    """The open stages whose times are counted by any of these calendars."""
    return timed().filter(type__sla_version__sla__policy__calendar__in=list(calendars))


def timed() -> QuerySet[Stage]:
    """The open stages that have times."""
    return Stage.objects.filter(closed_at__isnull=True, type__sla_version__isnull=False)
