"""Lines in words: the same in every list, report and download."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from complaints.models import Clock, Finding, Stage
from complaints.queries.case_page import waited_for
from complaints.queries.cases import STAGE_READ
from complaints.queries.lines import Colour, colour_of
from complaints.queries.stages import stage_name
from complaints.workflow import State, Verb
from slas.core.calendar import WorkingCalendar, instant, london_date
from slas.core.rules import Unit
from slas.core.wording import amount, clock, long_date
from slas.service.stages import terms_of


@dataclass(frozen=True)
class LineView:
    """One line in words. `days` is the working days left, less than nought once it is late (DOMAIN 2), None where
    nothing runs; `due` the day, or the day and time, it is judged by; `left` says both."""

    stage: Stage
    colour: Colour
    days: int | None
    due: str
    left: str

    @property
    def name(self) -> str:
        return stage_name(self.stage)

    @property
    def state(self) -> str:
        return State(self.stage.state).label

    @property
    def next_step(self) -> str:
        return Verb(self.stage.turn_verb).label if self.stage.turn_verb else ""

    @property
    def waits_for(self) -> str:
        """Who is waited for: by name, else the role and where."""
        return waited_for(self.stage)

    @property
    def waiting_since(self) -> date | None:
        return london_date(self.stage.turn_since) if self.stage.turn_since else None

    @property
    def owner(self) -> str:
        """Whose it is in Customer Relations: the officer, or as the row it was imported from names them."""
        return str(self.stage.officer) if self.stage.officer else self.stage.officer_text

    @property
    def responder(self) -> str:
        return str(self.stage.responder) if self.stage.responder else self.stage.responder_text

    @property
    def outcome(self) -> str:
        names = {**dict(Finding.choices), **dict(self.stage.type.outcome_choices)}
        return str(names.get(self.stage.outcome, self.stage.outcome))


def with_all(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """`stages` with all that a line shows, in one query. What a case is found by, and its letters, stay behind."""
    return stages.select_related("case", "turn_person", *STAGE_READ).defer(
        "case__search_text", "case__detail", "case__wanted", "case__imported_text"
    )


def line_views(stages: Sequence[Stage], *, now: datetime) -> list[LineView]:
    """`stages`, which came through `with_all`, in words. The number of queries does not grow with them."""
    terms = terms_of(
        {s.type.sla_version_id: s.type.sla_version for s in stages if s.type.sla_version}.values()
    )
    return [
        _view(s, terms[s.type.sla_version_id].calendar if s.type.sla_version_id else None, now)
        for s in stages
    ]


def _view(stage: Stage, calendar: WorkingCalendar | None, now: datetime) -> LineView:
    colour, days = colour_of(stage, now), None
    if (
        calendar is not None
        and stage.due_on is not None
        and stage.clock == Clock.RUNNING
        and not stage.closed_at
    ):
        days = calendar.count(london_date(instant(now)), stage.due_on)
    return LineView(stage, colour, days, _due(stage), _left(colour, days))


def _due(stage: Stage) -> str:
    """The day it is judged by, with the time where that is not the end of the day."""
    if stage.due_on is None:
        return ""
    due = stage.due_at
    at_midnight = due is None or london_date(due) > stage.due_on
    return (
        long_date(stage.due_on)
        if at_midnight or due is None
        else f"{long_date(stage.due_on)} at {clock(due)}"
    )


def _left(colour: Colour, days: int | None) -> str:
    if days is None:
        return ""
    if days > 0:
        return f"{amount(days, Unit.WORKING_DAYS)} left"
    if days < 0:
        return f"{amount(-days, Unit.WORKING_DAYS)} late"
    return "late" if colour is Colour.RED else "due today"
