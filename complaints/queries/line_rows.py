"""Lines as rows of a download: what the list shows, and what it has no room for."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from django.db.models import QuerySet

from complaints.models import Party, Stage
from complaints.queries.line_filters import FLAGS
from complaints.queries.line_views import LineView, line_views
from complaints.workflow import Kind
from slas.core.calendar import london_date

AT_ONCE = 1_000
"""Lines read at a time: what a download holds in memory."""
HEADINGS = (
    "Reference",
    "Own reference",
    "Kind",
    "Stage",
    "Summary",
    "Unit",
    "Officer",
    "Responder",
    "Where it stands",
    "Waiting for",
    "Waiting since",
    "Received",
    "Opened",
    "Due",
    "First due",
    "Colour",
    "Working days left",
    "Answered on",
    "In time",
    "Outcome",
    "Reason for lateness",
    "Ended",
    "Ended as",
    "Flags",
    "Complainant",
)
Row = tuple[str | int | date | None, ...]


def rows_of(stages: QuerySet[Stage], *, now: datetime) -> Iterator[Row]:
    """Each of `stages` as a row under HEADINGS, in their order. They are read a thousand at a time, in a number of
    queries that grows with the thousands only."""
    brought = iter(_with_what_is_shown(stages).iterator(chunk_size=AT_ONCE))
    while some := list(islice(brought, AT_ONCE)):
        names = _complainants(some)
        for view in line_views(some, now=now):
            yield _row(view, names.get(view.stage.case_id, ""))


def _with_what_is_shown(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """What many lines have in common is read once for all of a thousand, not joined to each."""
    return (
        stages.select_related("case")
        .defer("case__search_text", "case__detail", "case__wanted", "case__imported_text")
        .prefetch_related(
            "unit",
            "officer",
            "responder",
            "late_reason",
            "type__procedure__policy_version__policy",
            "type__sla_version__policy_version",
            "type__sla_version__sla__policy",
        )
    )


def _complainants(stages: Sequence[Stage]) -> dict[int, str]:
    """Who brought each case, by its number: the first that is named. One query."""
    named = Party.objects.filter(
        case__in={stage.case_id for stage in stages}, role=Party.Role.COMPLAINANT
    ).order_by("-position", "-pk")
    return dict(named.values_list("case_id", "name"))


def _row(view: LineView, complainant: str) -> Row:
    stage, case = view.stage, view.stage.case
    flags = [label for name, label in FLAGS if getattr(case, name)]
    return (
        case.reference,
        case.own_reference,
        Kind(stage.type.procedure.kind).label,
        view.name,
        case.summary,
        stage.unit.name,
        view.owner,
        view.responder,
        view.state,
        view.waits_for,
        view.waiting_since,
        case.received_on,
        london_date(stage.opened_at),
        stage.due_on,
        stage.original_due_on,
        view.colour.label,
        view.days,
        stage.met_on,
        {"in time": "Yes", "late": "No"}.get(view.in_time, ""),
        view.outcome,
        stage.late_reason.name if stage.late_reason else "",
        view.ended,
        stage.get_closed_as_display(),
        ", ".join(flags),
        complainant,
    )
