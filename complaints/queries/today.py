"""What waits for somebody, in words: turns, more time to be decided on, contributions asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from accounts.seats import Standing
from complaints.models import Case, Stage, Task
from complaints.queries import queue, restricted
from complaints.queries.cases import CASE_SHOWN, STAGE_SHOWN, types
from complaints.queries.line_views import LineView, line_views
from complaints.queries.lines import Colour
from complaints.workflow import Verb
from slas.core.calendar import LONDON, WorkingCalendar, london_date
from slas.core.wording import clock, left, long_date
from slas.service.stages import terms_of

FORMAL = (Colour.RED, Colour.AMBER, Colour.GREEN, Colour.PAUSED, Colour.WAITING)
"""How a stage stands whose date is still to be met."""


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
    """A task in words: `due` is the day, or the day and time; `left` the days left or late. `formal` is how the stage
    stands by the date it is judged by, until that is met."""

    task: Waits
    due: str
    left: str
    late: bool
    formal: LineView | None


_SHOWN = (
    *(column.attname for column in Task._meta.concrete_fields),
    *(f"case__{name}" for name in CASE_SHOWN),
    *(f"stage__{name}" for name in STAGE_SHOWN if "__name" not in name),
    "stage__unit__name",
    "unit__name",
    "unit__path",
    "person__name",
    "person__is_active",
)


def waits(rows: Iterable[Task], user: User, *, now: datetime) -> list[Waits]:
    """`rows` of the queue of `user`, which came through `with_cases`, each with by what it is theirs."""
    return [Waits(row, seat) for row in rows if (seat := queue.seat_of(row, user, now=now))]


def with_cases(rows: QuerySet[Task]) -> QuerySet[Task]:
    """`rows` with all that a list of them shows."""
    return (
        rows.select_related("case", "unit", "person", "stage__unit")
        .prefetch_related(Prefetch("stage__type", types()))
        .only(*_SHOWN)
    )


def to_be_opened(user: User, *, now: datetime) -> list[Waits]:
    """What nobody on the list of a restricted case can go on with: whoever is on it puts somebody there who can. It is
    no row of a queue, for it hangs on who holds which role. A constant number of queries."""
    return [
        Waits(
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
            ),
            seat,
        )
        for stage, seat in restricted.to_be_opened(user, now=now)
    ]


def in_words(some: Sequence[Waits], own: WorkingCalendar, *, now: datetime) -> list[TaskView]:
    """`some` tasks as a list shows them; `own` are the days of the council's policy, for stages without times of their
    own. The number of queries does not grow with them."""
    stages = list({task.stage.pk: task.stage for task in some}.values())
    terms = terms_of([stage.type.sla_version for stage in stages if stage.type.sla_version])
    formal = {
        line.stage.pk: line for line in line_views(stages, now=now, terms=terms) if line.colour in FORMAL
    }
    return [
        _view(task, formal.get(task.stage.pk), terms[pk].calendar if (pk := _version(task)) else own, now)
        for task in some
    ]


def _version(task: Waits) -> int | None:
    return task.stage.type.sla_version_id


def _view(task: Waits, formal: LineView | None, calendar: WorkingCalendar, now: datetime) -> TaskView:
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
    return left(calendar.count(today, day), late=task.is_late(now), due_today=day == today)
