"""Statistics for a period."""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.guards import signed_in
from complaints.forms.period import PeriodForm
from complaints.queries import statistics as queries
from complaints.queries.counted import Row, Share, Table
from complaints.queries.lines import asking
from complaints.queries.periods import Period, usual
from complaints.queries.scope import Scope
from complaints.reports.downloads import CSV_TYPE, Cell, csv_of
from complaints.views.case_lists import reader
from complaints.views.dashboard import asked_scope
from complaints.views.line_downloads import saved
from slas.core.calendar import london_date

LONGEST = 60
"""Characters of what was asked for that are handed on."""
logger = logging.getLogger(__name__)

ABOUT = {
    "By service and team": (
        "Unit",
        "A unit is everything at or below it. A case counts for the unit its last stage is with, a stage for its own.",
    ),
    "By kind": ("Kind", "A case counts as what its last stage is of, a stage as what it is of."),
    "By stage": ("Stage", "Stages answered in the period, all versions of a policy together."),
    "By outcome": ("Outcome", "Stages answered in the period, by the outcome that was recorded."),
    "By theme": (
        "Theme",
        "A case may have several themes and counts for each of them: these rows are not meant to add up.",
    ),
    "Triage and learning": (
        "Stage",
        "Contacts triaged and learning actions completed in the period. They are not among the answers above.",
    ),
}
"""Of each table: what its rows are, and what it counts, in words."""


@signed_in
def statistics(request: HttpRequest) -> HttpResponse:
    """What came in, was closed and was answered in a period (`?from=2026-10-01&to=2026-10-31`; last month unless asked
    otherwise), of all one may see or of a unit (`&unit=`). For whoever reads cases."""
    user, now = reader(request), timezone.now()
    scope, unknown = asked_scope(request, user, now=now)
    form, period = _period(request, now)
    context = {
        "scope": scope,
        "unknown": unknown,
        "form": form,
        "period": period,
        "ready": _ready(scope, now),
    }
    if period:
        figures = queries.figures_of(user, scope, period, now=now)
        tables = queries.tables_of(figures)
        context |= {
            "tables": [(table, *ABOUT[table.name]) for table in tables],
            "wrong": _told(tables),
            "total": tables[0].total,
            "shares": _shares(tables[0]),
            "counted": [(c.label, queries.COUNTED[c.label]) for c in tables[0].columns],
            "not_shown": "" if scope.unit else queries.not_shown(user, period, now=now),
            "download": _at("statistics-csv", period, scope),
        }
    return render(request, "complaints/statistics/show.html", context)


@signed_in
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The tables of the page as one csv file. An address that asks for no period leads back to the page, which says
    what is wrong."""
    user, now = reader(request), timezone.now()
    scope, unknown = asked_scope(request, user, now=now)
    _, period = _period(request, now)
    if period is None or unknown:
        asked = {name: request.GET.get(name, "")[:LONGEST] for name in ("from", "to", "unit")}
        return redirect(f"{reverse('statistics')}?{asking(**asked)}")
    tables = queries.tables_of(queries.figures_of(user, scope, period, now=now))
    headings = ("From", "To", "Unit", "Table", "Part of", "Row", *(c.label for c in queries.COLUMNS))
    name = f"statistics-{period.first}-to-{period.last}.csv"
    return saved(csv_of(headings, _rows(tables, period, scope)), name, CSV_TYPE)


def _period(request: HttpRequest, now: datetime) -> tuple[PeriodForm, Period | None]:
    """The form as it was asked, and the period; None where that cannot be read."""
    asked = {name: " ".join(request.GET.get(name, "").replace("\0", "").split()) for name in ("from", "to")}
    if not any(asked.values()):
        period = next(iter(usual(london_date(now)).values()))
        return PeriodForm(initial={"from": str(period.first), "to": str(period.last)}), period
    form = PeriodForm(asked)
    if not form.is_valid():
        return form, None
    return form, Period(form.cleaned_data["from"], form.cleaned_data["to"])


def _ready(scope: Scope, now: datetime) -> list[tuple[str, str]]:
    """The usual periods, each with its address."""
    return [(name, _at("statistics", period, scope)) for name, period in usual(london_date(now)).items()]


def _at(page: str, period: Period, scope: Scope) -> str:
    asked = asking(**{"from": period.first, "to": period.last}, **scope.asks)
    return f"{reverse(page)}?{asked}"


def _told(tables: tuple[Table, ...]) -> list[str]:
    """What does not agree in the tables, which is also put on record for whoever runs this."""
    wrong = [sentence for table in tables for sentence in table.wrong]
    for sentence in wrong:
        logger.error("Statistics do not add up: %s", sentence)
    return wrong


def _shares(table: Table) -> dict[str, Share]:
    """The percentages of all, by column."""
    found = {column.code.replace("-", "_"): table.share(table.total, column) for column in table.columns}
    return {code: share for code, share in found.items() if share and share.of}


def _rows(tables: tuple[Table, ...], period: Period, scope: Scope) -> Iterator[list[Cell]]:
    for table in tables:
        for row in table.rows:
            yield _line(table, row, "", period, scope)
            for part in row.parts:
                yield _line(table, part, row.label, period, scope)
        if table.adds_up:
            yield _line(table, table.total, "", period, scope)


def _line(table: Table, row: Row, part_of: str, period: Period, scope: Scope) -> list[Cell]:
    """A row as a file has it: a cell for every column there is, empty where its table has not got it."""
    places = table.by
    numbers = [row.numbers[places[c.code]].n if c.code in places else None for c in queries.COLUMNS]
    return [period.first, period.last, scope.name, table.name, part_of, row.label, *numbers]
