"""The deadlines of stages, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from complaints.models import Deadline, Stage
from complaints.queries import colour
from slas.core.calendar import WorkingCalendar, london_date
from slas.core.result import State as Colour
from slas.core.wording import clock, left, long_date
from slas.service.stages import terms_of


@dataclass(frozen=True)
class DeadlineView:
    """One milestone in words: `word` is its colour's name or how it was done, `left` the days left or late."""

    row: Deadline
    state: str
    word: str
    left: str
    due: str

    @property
    def open(self) -> bool:
        return self.row.live


def deadline_views(stages: Sequence[Stage], now: datetime) -> dict[int, list[DeadlineView]]:
    """The deadlines of stages in words, by stage: the headline first, then by date. Two queries at most."""
    by_id = {stage.pk: stage for stage in stages}
    # Days are left only while something runs.
    open_ = [stage for stage in stages if stage.closed_at is None]
    versions = [stage.type.sla_version for stage in open_ if stage.type.sla_version]
    calendars = {pk: terms.calendar for pk, terms in terms_of(versions).items()}
    found: dict[int, list[DeadlineView]] = {}
    rows = Deadline.objects.filter(stage__in=by_id).order_by("-headline", "due_on", "position")
    for row in rows:
        stage = by_id[row.stage_id]
        calendar = calendars.get(stage.type.sla_version_id or 0)
        found.setdefault(row.stage_id, []).append(_deadline_view(row, stage, calendar, now))
    return found


def _deadline_view(
    row: Deadline, stage: Stage, calendar: WorkingCalendar | None, now: datetime
) -> DeadlineView:
    seen = min(now, stage.closed_at) if stage.closed_at else now
    state = colour.state_of(row, seen)
    due = f"{long_date(row.due_on)}" if row.due_on else ""
    if row.due_at is not None:
        due = f"{due} at {clock(row.due_at)}"
    if row.dismissed:
        # Trap 17: what was missed before somebody said that it is not needed stays missed.
        word = ("", "Not needed") if row.in_time is None else ("late", "Missed")
        return DeadlineView(row, *word, "", due)
    if row.met_at is not None and row.in_time is not None and row.met_on is not None:
        word = ("met", "Done in time") if row.in_time else ("late", "Done late")
        return DeadlineView(row, *word, long_date(row.met_on), due)
    if stage.closed_at is not None:
        word = ("late", "Missed") if state is Colour.RED else ("", "Closed")
        return DeadlineView(row, *word, "", due)
    return DeadlineView(row, str(state), state.capitalize(), _left(row, state, seen, calendar), due)


def _left(row: Deadline, state: Colour, now: datetime, calendar: WorkingCalendar | None) -> str:
    days = colour.days_left(row, now, calendar) if calendar else None
    if days is None:
        return ""
    return left(days, late=state is Colour.RED, due_today=row.due_on == london_date(now))
