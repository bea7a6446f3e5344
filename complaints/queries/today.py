"""What waits for somebody today: turns, more time to be decided on, contributions asked for. One list, by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from accounts.seats import Standing
from complaints.models import Case, Stage
from complaints.queries import cases, restricted
from complaints.queries.deadline_words import DeadlineView, deadline_views
from complaints.workflow import Verb
from slas import service
from slas.core.calendar import LONDON, WorkingCalendar, london_date, london_midnight
from slas.core.rules import Unit
from slas.core.wording import amount, clock, long_date
from slas.service.stages import terms_of


@dataclass(frozen=True)
class Task:
    """One thing that waits for somebody: `verb` is to be done to `stage` by `due_at` (None: it has no date). `words`
    say what it is about, besides the case; `place` is where on its page."""

    stage: Stage
    verb: Verb
    due_at: datetime | None
    seat: Standing
    words: str = ""
    place: str = ""

    @property
    def case(self) -> Case:
        return self.stage.case

    @property
    def for_whom(self) -> User | None:
        return self.seat.for_whom

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


@dataclass(frozen=True)
class TaskView:
    """A task in words: `due` is the day, or the day and time; `left` the days left or late. `formal` is the deadline
    the stage is judged by, where it has one."""

    task: Task
    due: str
    left: str
    late: bool
    formal: DeadlineView | None


def tasks(user: User, *, now: datetime) -> list[Task]:
    """All that waits for `user`, or for whom they cover: the earliest due first, what has no date last. A constant
    number of queries."""
    found = [_turn(stage, seat) for stage, seat in cases.turns(user, now=now)]
    for request, seat in cases.requests_to_decide(user, now=now):
        stage = request.stage
        words = f"{request.asked_by} asks: {request.reason}"
        found.append(Task(stage, Verb.DECIDE_EXTENSION, stage.turn_due_at, seat, words))
    for asked, seat in cases.contributions_to_give(user, now=now):
        due = london_midnight(asked.due_on + timedelta(days=1))
        words = f"Asked of {asked.unit}: {asked.question}"
        found.append(Task(asked.stage, Verb.CONTRIBUTE, due, seat, words, f"question-{asked.pk}"))
    for stage, seat in restricted.to_be_opened(user, now=now):
        words = f"Nobody on its list can do what is next: {Verb(stage.turn_verb).label.lower()}."
        found.append(Task(stage, Verb.RESTRICT, stage.turn_due_at, seat, words))
    return sorted(found, key=_by_when)


def _turn(stage: Stage, seat: Standing) -> Task:
    action = getattr(stage, "learning_action", None)
    return Task(stage, Verb(stage.turn_verb), stage.turn_due_at, seat, action.text if action else "")


def _by_when(task: Task) -> tuple[bool, float, str, int]:
    due = task.due_at.timestamp() if task.due_at else 0.0
    return (task.due_at is None, due, task.case.reference, task.stage.pk)


def in_words(some: Sequence[Task], *, now: datetime) -> list[TaskView]:
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


def _view(task: Task, deadlines: list[DeadlineView], calendar: WorkingCalendar, now: datetime) -> TaskView:
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


def _left(task: Task, day: date, calendar: WorkingCalendar, now: datetime) -> str:
    today = london_date(now)
    days = calendar.count(today, day)
    if task.is_late(now):
        return f"{amount(-days, Unit.WORKING_DAYS)} late" if days < 0 else "late"
    if day == today:
        return "due today"
    return f"{amount(days, Unit.WORKING_DAYS)} left" if days else "no working day left"
