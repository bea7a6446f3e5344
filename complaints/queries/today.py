"""What waits for somebody today: turns, more time to be decided on, contributions asked for. One list, by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from accounts.models import User
from accounts.seats import Standing
from complaints.models import Case, Stage, Task
from complaints.queries import queue, restricted
from complaints.queries.cases import STAGE_READ
from complaints.queries.deadline_words import DeadlineView, deadline_views
from complaints.workflow import Verb
from slas import service
from slas.core.calendar import LONDON, WorkingCalendar, london_date
from slas.core.rules import Unit
from slas.core.wording import amount, clock, long_date
from slas.service.stages import terms_of


@dataclass(frozen=True)
class Waits:
    """One thing that waits for somebody: `row`, and by what it is theirs."""

    row: Task
    seat: Standing

    @property
    def stage(self) -> Stage:
        return self.row.stage

    @property
    def case(self) -> Case:
        return self.row.case

    @property
    def verb(self) -> str:
        return self.row.verb

    @property
    def for_whom(self) -> User | None:
        return self.seat.for_whom

    @property
    def label(self) -> str:
        """What is to be done, in a few words."""
        if self.row.kind == Task.Kind.CHASE:
            return "Chase"
        if self.row.kind == Task.Kind.DATE:
            return self.row.words
        return Verb(self.row.verb).label

    @property
    def words(self) -> str:
        """More about it, besides the case."""
        return "" if self.row.kind == Task.Kind.DATE else self.row.words

    @property
    def due_at(self) -> datetime | None:
        return self.row.due_at

    def is_late(self, now: datetime) -> bool:
        return self.row.late_at is not None and self.row.late_at <= now


@dataclass(frozen=True)
class TaskView:
    """A task in words: `due` is the day, or the day and time; `left` the days left or late. `formal` is the deadline
    the stage is judged by, where it has one."""

    task: Waits
    due: str
    left: str
    late: bool
    formal: DeadlineView | None


def tasks(user: User, *, now: datetime) -> list[Waits]:
    """All that waits for `user`, or for whom they cover: the earliest late first, what has no date last. A constant
    number of queries."""
    rows = list(with_cases(queue.waiting(user, now=now)))
    rows += _to_be_opened(user, now)
    found = [Waits(row, seat) for row in rows if (seat := queue.seat_of(row, user, now=now))]
    return sorted(found, key=_by_when)


def with_cases(rows: QuerySet[Task]) -> QuerySet[Task]:
    """`rows` with all that a list of them shows."""
    return rows.select_related("case", "unit", "person", *(f"stage__{name}" for name in STAGE_READ))


def _to_be_opened(user: User, now: datetime) -> list[Task]:
    """What nobody on the list of a restricted case can go on with: whoever is on it puts somebody there who can."""
    return [
        Task(
            stage=stage,
            case=stage.case,
            kind=Task.Kind.TURN,
            verb=Verb.RESTRICT.value,
            unit=stage.unit,
            person=user,
            able=f" {seat.role} ",
            due_at=stage.turn_due_at,
            late_at=stage.turn_late_at,
            words=f"Nobody on its list can do what is next: {Verb(stage.turn_verb).label.lower()}.",
        )
        for stage, seat in restricted.to_be_opened(user, now=now)
    ]


def _by_when(task: Waits) -> tuple[bool, float, str, int]:
    late = task.row.late_at.timestamp() if task.row.late_at else 0.0
    return (task.row.late_at is None, late, task.case.reference, task.stage.pk)


def in_words(some: Sequence[Waits], *, now: datetime) -> list[TaskView]:
    """`some` tasks as a list shows them. The number of queries does not grow with them."""
    stages = list({task.stage.pk: task.stage for task in some}.values())
    deadlines = deadline_views(stages, now)
    calendars = _calendars(stages)
    return [_view(task, deadlines.get(task.stage.pk, []), calendars[task.stage.pk], now) for task in some]


def _calendars(stages: Sequence[Stage]) -> dict[int, WorkingCalendar]:
    """The days each stage is counted by; those of its policy where it has no times of its own."""
    terms = terms_of([stage.type.sla_version for stage in stages if stage.type.sla_version])
    policies = {stage.type.procedure.policy_version.policy for stage in stages if not stage.type.sla_version}
    own = {policy.pk: service.working_calendar(policy.calendar_id, statutory=False) for policy in policies}
    return {
        stage.pk: terms[stage.type.sla_version_id].calendar
        if stage.type.sla_version_id
        else own[stage.type.procedure.policy_version.policy_id]
        for stage in stages
    }


def _view(task: Waits, deadlines: list[DeadlineView], calendar: WorkingCalendar, now: datetime) -> TaskView:
    formal = next((view for view in deadlines if view.row.headline and view.row.live), None)
    if task.due_at is None:
        return TaskView(task, "", "", False, formal)
    day, due = _day_of(task.due_at)
    return TaskView(task, due, _left(task, day, calendar, now), task.is_late(now), formal)


def _day_of(moment: datetime) -> tuple[date, str]:
    """The last day before a London midnight, or the day and time of another moment."""
    local = moment.astimezone(LONDON)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        day = london_date(moment - timedelta(seconds=1))
        return day, long_date(day)
    return local.date(), f"{long_date(local.date())} at {clock(moment)}"


def _left(task: Waits, day: date, calendar: WorkingCalendar, now: datetime) -> str:
    today = london_date(now)
    days = calendar.count(today, day)
    if task.is_late(now):
        return f"{amount(-days, Unit.WORKING_DAYS)} late" if days < 0 else "late"
    if day == today:
        return "due today"
    return f"{amount(days, Unit.WORKING_DAYS)} left" if days else "no working day left"
