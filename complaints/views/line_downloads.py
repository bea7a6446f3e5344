"""The list of cases as a file: exactly the lines its address asks for, of what one may see."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.guards import signed_in
from complaints.actions.exporting import exported
from complaints.queries.line_filters import Asked, asked_of
from complaints.queries.line_rows import HEADINGS, rows_of
from complaints.queries.line_words import address_of, in_words
from complaints.reports.downloads import CSV_TYPE, XLSX_TYPE, Sheet, csv_of, xlsx_of
from complaints.views.case_lists import list_at, reader
from slas.core.calendar import london_date

MOST_IN_XLSX = 20_000


@signed_in
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The lines as csv, sent as they are read."""
    asked, now = _asked(request)
    if not asked.valid:
        return redirect(list_at(address_of(asked)))
    _record(request, asked, asked.lines.order_by().count(), "csv", now)
    return saved(csv_of(HEADINGS, rows_of(asked.lines, now=now)), _name(now, "csv"), CSV_TYPE)


@signed_in
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The lines as an Excel workbook, which is made whole before it is sent: of so many lines at most."""
    asked, now = _asked(request)
    if not asked.valid:
        return redirect(list_at(address_of(asked)))
    count = asked.lines.order_by().count()
    if count > MOST_IN_XLSX:
        messages.error(
            request,
            f"These are {count:,} lines. Excel files are made of {MOST_IN_XLSX:,} at most: download csv instead, or "
            "narrow the list by a filter.",
        )
        return redirect(list_at(address_of(asked)))
    book = xlsx_of(Sheet(asked.show.label, HEADINGS, rows_of(asked.lines, now=now)))
    _record(request, asked, count, "xlsx", now)
    return saved(book, _name(now, "xlsx"), XLSX_TYPE)


def _asked(request: HttpRequest) -> tuple[Asked, datetime]:
    now = timezone.now()
    return asked_of(request.GET, reader(request), now=now), now


def _record(request: HttpRequest, asked: Asked, count: int, format_: str, now: datetime) -> None:
    exported(
        by=reader(request),
        what=in_words(asked),
        query=address_of(asked),
        lines=count,
        format_=format_,
        now=now,
    )


def _name(now: datetime, ending: str) -> str:
    return f"cases-{london_date(now)}.{ending}"


def saved(content: bytes | Iterator[bytes], name: str, content_type: str) -> HttpResponseBase:
    """A response that a browser saves as `name` and never shows or runs; nobody keeps it on the way."""
    response: HttpResponseBase = (
        HttpResponse(content, content_type=content_type)
        if isinstance(content, bytes)
        else StreamingHttpResponse(content, content_type=content_type)
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
