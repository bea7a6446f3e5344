"""What came in, was closed and was answered in a period, counted in one way everywhere: `COUNTED` says it in words."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from django.db.models import BooleanField, Count, Exists, OuterRef, QuerySet, Value, When
from django.db.models import Case as Choose

from accounts.models import User
from complaints import permissions
from complaints.models import Case, Entry, List, Stage
from complaints.queries.counted import Column, Number, Row, Table
from complaints.queries.dashboard import every_type
from complaints.queries.line_filters import Lists, in_original_time, key_of
from complaints.queries.lines import Show
from complaints.queries.periods import Period
from complaints.queries.scope import Branch, Scope, at_or_below
from complaints.queries.suppressed import at_council_level
from complaints.workflow import Kind

RECEIVED = Column("received", "Received")
CLOSED = Column("closed", "Closed")
ANSWERED = Column("answered", "Answered")
JUDGED = ("in-time", "late")
IN_TIME = Column("in-time", "In time", JUDGED)
ORIGINAL = Column("original", "In the original time", JUDGED)
LATE = Column("late", "Late")
UNDATED = Column("undated", "No date")
DONE = Column("answered", "Done")
COLUMNS = (RECEIVED, CLOSED, ANSWERED, IN_TIME, ORIGINAL, LATE, UNDATED)
OF_STAGES = (ANSWERED, IN_TIME, ORIGINAL, LATE, UNDATED)
_PLACE = {column.code: place for place, column in enumerate(COLUMNS)}

COUNTED = {
    "Received": "cases, by the day the contact came in.",
    "Closed": "cases, by the day they were closed, whenever they were received and for whatever reason.",
    "Answered": "stages that end with an answer, by the day it was sent. A case can have several. Triage and learning "
    "actions are counted in a table of their own.",
    "In time": "of the stages answered, those done on or before the day they were due, extensions included. The "
    "percentage is of all that had a day they were due.",
    "In the original time": "those of them done on or before the day they were due before any extension, pause or "
    "new date. The percentage is of the same stages.",
    "Late": "of the stages answered, those done after the day they were due.",
    "No date": "stages answered that never had a day they were due.",
}
"""The formula of each column, in words."""

K = TypeVar("K", bound=Hashable)
Counts = list[int]
"""A number for each of COLUMNS."""


class Cell(NamedTuple):
    """So many lines that have all of this in common. `what` is the column they are of; the rest only of stages
    answered."""

    what: str
    unit: int
    type: int
    outcome: str
    in_time: bool | None
    original: bool
    n: int


class Themed(NamedTuple):
    """So many lines of cases with a theme; those without one have none (None)."""

    what: str
    theme: int | None
    in_time: bool | None
    original: bool
    n: int


@dataclass(frozen=True)
class Figures:
    """All that is counted of a period, by everything. `lists` is what rows are named by. `answers`: whether the stages
    among it are those that end with an answer, or the others."""

    period: Period
    scope: Scope
    lists: Lists
    cells: tuple[Cell, ...]
    themed: tuple[Themed, ...] = ()
    steps: tuple[Cell, ...] = ()
    """Of the stages that end otherwise: triage, learning actions."""
    answers: str = "yes"

    @cached_property
    def total(self) -> Counts:
        return _sums(self.cells, lambda cell: None).get(None, _none())

    def columns(self, some: Sequence[Column]) -> tuple[Column, ...]:
        """`some` columns, less the one for what is the exception where there is none of it."""
        return tuple(c for c in some if c is not UNDATED or self.total[_PLACE[c.code]])

    def row(self, label: str, counts: Counts | None, columns: Sequence[Column], **asks: object) -> Row:
        """A row of what `counts` holds, its numbers leading to the lists that `asks` narrows."""
        held = counts or _none()
        numbers = [
            Number(held[_PLACE[column.code]], {**self.asks(column), **self.scope.asks, **asks})
            for column in columns
        ]
        return Row(label, tuple(numbers))

    def asks(self, column: Column) -> dict[str, object]:
        """The list a column is a count of."""
        if column in (RECEIVED, CLOSED):
            return {"show": Show.CASES, **self.period.asks(column.code)}
        answered: dict[str, object] = {
            "show": Show.STAGES,
            "answers": self.answers,
            **self.period.asks("answered"),
        }
        more: dict[str, dict[str, object]] = {
            IN_TIME.code: {"in_time": "yes"},
            ORIGINAL.code: {"in_original": "yes"},
            LATE.code: {"in_time": "no"},
            UNDATED.code: {"in_time": "undated"},
        }
        return answered | more.get(column.code, {})

    def table(
        self, name: str, rows: Iterable[Row], columns: tuple[Column, ...], *, adds_up: bool = True
    ) -> Table:
        judged = tuple(c.code for c in columns if c in (IN_TIME, LATE, UNDATED))
        total = self.row("All", self.total, columns)
        return Table(name, columns, tuple(rows), total, sums=((ANSWERED.code, judged),), adds_up=adds_up)


def _none() -> Counts:
    return [0] * len(COLUMNS)


def _sums(cells: Iterable[Any], key: Callable[[Any], K]) -> dict[K, Counts]:
    """Numbers for each column, by what `key` says of a cell."""
    found: dict[K, Counts] = {}
    for cell in cells:
        counts = found.setdefault(key(cell), _none())
        counts[_PLACE[cell.what]] += cell.n
        if cell.what == ANSWERED.code:
            judged = {True: IN_TIME, False: LATE, None: UNDATED}[cell.in_time]
            counts[_PLACE[judged.code]] += cell.n
            if cell.original:
                counts[_PLACE[ORIGINAL.code]] += cell.n
    return found


def figures_of(user: User, scope: Scope, period: Period, *, now: datetime) -> Figures:
    """All that `user` may see of what came, went and was answered in `period`. Eleven queries."""
    entries = tuple(Entry.objects.own().filter(list=List.THEME).order_by("position"))
    lists = Lists(units=scope.units, types=every_type(), officers=(), entries=entries)
    answers = set(lists.of_answers())
    cells: list[Cell] = []
    themed: list[Themed] = []
    for what, cohort in _cohorts(user, scope, period, now=now).items():
        judged = ("in_time", "original") if what == ANSWERED.code else ()
        for row in cohort.values_list("unit_id", "type_id", "outcome", *judged).annotate(n=Count("*")):
            unit, type_, outcome, *said, n = row
            in_time, original = said or (None, False)
            cells.append(Cell(what, unit, type_, outcome, in_time, original, n))
        of_answers = lists.answering(cohort) if judged else cohort
        themed += _themed(what, of_answers, judged, [entry.pk for entry in entries])
    steps = [cell for cell in cells if cell.what == ANSWERED.code and cell.type not in answers]
    kept = [cell for cell in cells if cell.what != ANSWERED.code or cell.type in answers]
    return Figures(period, scope, lists, tuple(kept), tuple(themed), tuple(steps))


def _cohorts(user: User, scope: Scope, period: Period, *, now: datetime) -> dict[str, QuerySet[Stage]]:
    """The lines each column counts, in no order."""
    cases = scope.lines(user, Show.CASES, now=now).order_by()
    stages = scope.lines(user, Show.STAGES, now=now).order_by()
    original = Choose(
        When(in_original_time(), then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return {
        RECEIVED.code: cases.filter(period.days("received_on")),
        CLOSED.code: cases.filter(period.moments("case_closed_at")),
        ANSWERED.code: stages.filter(period.days("met_on")).annotate(original=original),
    }


def _themed(what: str, cohort: QuerySet[Stage], judged: Sequence[str], themes: list[int]) -> list[Themed]:
    """Lines by theme, each as often as its case has themes, and those without. Two queries."""
    found = []
    tagged = Case.tags.through.objects.filter(case=OuterRef("case"), entry__in=themes)
    without = cohort.filter(~Exists(tagged))
    with_theme = cohort.filter(case__tags__in=themes)
    for theme, *said, n in with_theme.values_list("case__tags", *judged).annotate(n=Count("*")):
        in_time, original = said or (None, False)
        found.append(Themed(what, theme, in_time, original, n))
    if not judged:
        return [*found, Themed(what, None, None, False, without.count())]
    for in_time, original, n in without.values_list(*judged).annotate(n=Count("*")):
        found.append(Themed(what, None, in_time, original, n))
    return found


# --- tables: pure -----------------------------------------------------------------------------------


def by_unit(figures: Figures) -> Table:
    """By service and team: a unit is everything at or below it."""
    columns = figures.columns(COLUMNS)
    own = _sums(figures.cells, lambda cell: cell.unit)
    below = at_or_below(figures.scope.units, own)

    def row(branch: Branch) -> Row:
        plain = figures.row(branch.label, branch.of(own, below), columns, **branch.asks)
        code = "" if branch.only else branch.unit.code
        return Row(plain.label, plain.numbers, code, tuple(row(part) for part in branch.below))

    rows = [row(branch) for branch in figures.scope.branches(own)]
    return figures.table("By service and team", rows, columns)


def by_kind(figures: Figures) -> Table:
    """By what the stages are of: complaints, enquiries, contacts."""
    columns = figures.columns(COLUMNS)
    kinds = {type_.pk: type_.procedure.kind for type_ in figures.lists.types}
    found = _sums(figures.cells, lambda cell: kinds.get(cell.type))
    rows = [figures.row(kind.label, found[kind], columns, kind=kind.value) for kind in Kind if kind in found]
    return figures.table("By kind", rows, columns)


def by_stage(figures: Figures) -> Table:
    """Stages answered, all versions of a policy together."""
    columns = figures.columns(OF_STAGES)
    keys = {type_.pk: key_of(type_) for type_ in figures.lists.types}
    found = _sums(_answered(figures), lambda cell: keys.get(cell.type))
    rows = [
        figures.row(label, found[key], columns, stage=key)
        for key, label in figures.lists.stage_choices
        if key in found
    ]
    return figures.table("By stage", rows, columns)


def by_step(figures: Figures) -> Table:
    """What was done that is no answer: contacts triaged, learning actions completed."""
    of_steps = replace(figures, cells=figures.steps, answers="no")
    table = by_stage(of_steps)
    columns = tuple(DONE if column is ANSWERED else column for column in table.columns)
    return replace(table, name="Triage and learning", columns=columns)


def by_outcome(figures: Figures) -> Table:
    """Stages answered, by their outcome; those without one last."""
    columns = figures.columns(OF_STAGES)
    found = _sums(_answered(figures), lambda cell: cell.outcome)
    choices = [*figures.lists.outcome_choices, ("", "No outcome recorded")]
    rows = [
        figures.row(label, found[code], columns, outcome=code or "none")
        for code, label in choices
        if code in found
    ]
    return figures.table("By outcome", rows, columns)


def _answered(figures: Figures) -> list[Cell]:
    return [cell for cell in figures.cells if cell.what == ANSWERED.code]


def by_theme(figures: Figures) -> Table:
    """By theme: a case with two of them is counted in both rows."""
    columns = figures.columns(COLUMNS)
    found = _sums(figures.themed, lambda cell: cell.theme)
    rows = [
        figures.row(entry.name, found[entry.pk], columns, theme=entry.code)
        for entry in figures.lists.entries
        if entry.pk in found
    ]
    if any(found.get(None, ())):
        rows.append(figures.row("No theme", found[None], columns, theme="none"))
    return figures.table("By theme", rows, columns, adds_up=False)


def tables_of(figures: Figures) -> tuple[Table, ...]:
    """Every table of the page, in its order."""
    return tuple(make(figures) for make in (by_unit, by_kind, by_stage, by_outcome, by_theme, by_step))


def not_shown(user: User, period: Period, *, now: datetime) -> str:
    """How many restricted cases received in `period` `user` may not open, for whoever reads the whole council in their
    own right; '' for others. One query."""
    if not any(
        s.unit is None and s.for_whom is None and s.role in permissions.READING_ROLES
        for s in permissions.standings_of(user, now=now)
    ):
        return ""
    hidden = permissions.hidden_cases(user).filter(period.days("received_on"))
    n = hidden.order_by()[:10_000].count()
    return at_council_level(n)
