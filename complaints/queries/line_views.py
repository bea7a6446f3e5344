"""Lines in words: the same in every list, report and download."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from complaints.models import Clock, Finding, Stage
from complaints.queries.case_page import waited_for
from complaints.queries.cases import CASE_SHOWN, STAGE_SHOWN, with_types
from complaints.queries.lines import Colour, colour_of
from complaints.queries.stages import stage_name
from complaints.workflow import State, Verb
from slas.core.calendar import WorkingCalendar, instant, london_date
from slas.core.wording import clock, left, long_date
from slas.service.stages import Terms, terms_of


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
    def tag(self) -> str:
        """How its colour is drawn: by the names of the tags of deadlines."""
        if self.colour is Colour.ANSWERED:
            return "late" if self.stage.in_time is False else "met"
        return self.colour.value

    @property
    def ended(self) -> date | None:
        return london_date(self.stage.closed_at) if self.stage.closed_at else None

    @property
    def in_time(self) -> str:
        """'in time' or 'late' once it is answered."""
        if self.stage.met_on is None or self.stage.in_time is None:
            return ""
        return "in time" if self.stage.in_time else "late"

    @property
    def outcome(self) -> str:
        names = {**dict(Finding.choices), **dict(self.stage.type.outcome_choices)}
        return str(names.get(self.stage.outcome, self.stage.outcome))


def with_all(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """`stages` with all that a line shows, in two queries. What a case is found by, and its letters, stay behind."""
    return (
        with_types(stages)
        .select_related("case")
        .defer("case__search_text", "case__detail", "case__wanted", "case__imported_text")
    )


def with_shown(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """`stages` with no more than a page of lines shows, in two queries."""
    return (
        with_types(stages)
        .select_related("case")
        .only(*STAGE_SHOWN, *(f"case__{name}" for name in CASE_SHOWN))
    )


def line_views(
    stages: Sequence[Stage], *, now: datetime, terms: Mapping[int, Terms] | None = None
) -> list[LineView]:
    """`stages`, brought by `with_all` or `with_shown`, in words; `terms`, where they were read already. One query
    otherwise, however many there are."""
    if terms is None:
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
    due_today = stage.due_on == london_date(instant(now))
    return LineView(stage, colour, days, due_words(stage), left_words(colour, days, due_today))


def due_words(stage: Stage) -> str:
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


def left_words(colour: Colour, days: int | None, due_today: bool) -> str:
    """The working days left or late, in words; '' where none are counted."""
    return "" if days is None else left(days, late=colour is Colour.RED, due_today=due_today)
