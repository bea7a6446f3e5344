"""What an import came to, for people: as a spreadsheet, and what was said alike of many rows said once."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Min, QuerySet

from complaints.importing.results import Rejected, Remark
from complaints.importing.summary import Difference, report_workbook
from complaints.models import ImportLine

Kind = ImportLine.Kind


def workbook(lines: Iterable[ImportLine]) -> bytes:
    """An xlsx of the lines of a batch; a rejected row mended in it can be taken in as it is."""
    rejected: list[Rejected] = []
    remarks: list[Remark] = []
    differences: list[Difference] = []
    for line in lines:
        if line.kind == Kind.REJECTED:
            rejected.append(Rejected(line.number, line.column, line.value, line.reason, dict(line.raw)))
        elif line.kind == Kind.REMARK:
            remarks.append(Remark(line.number, line.column, line.value, line.reason))
        elif line.kind == Kind.DIFFERENCE and line.typed_on:
            differences.append(
                Difference(line.number, line.reference, line.typed_on, line.computed_on, line.reason)
            )
    return report_workbook(rejected, remarks, differences)


def alike(lines: QuerySet[ImportLine]) -> QuerySet[ImportLine, Any]:
    """What there is to know of rows, each thing once: its `column`, `value` and `reason`, of how many `rows`, and which
    is the `first` of them. What is of most rows comes first."""
    found: QuerySet[Any, Any] = lines.filter(kind=Kind.REMARK).order_by().values("column", "value", "reason")
    found = found.annotate(rows=Count("pk"), first=Min("number"))
    return found.order_by("-rows", "first", "column", "value", "reason")
