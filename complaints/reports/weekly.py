"""The weekly report as files: its rows for spreadsheets, its pages for paper. Writes nothing."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string

from complaints.models import IssuedReport
from complaints.queries.weekly import Counts, Weekly
from complaints.queries.weekly_rows import Row
from complaints.reports.downloads import CSV_TYPE, XLSX_TYPE, Cell, Sheet, csv_of, xlsx_of
from complaints.reports.ods import ODS_TYPE, ods_of
from complaints.reports.pdf import Paper, pdf_of
from slas.core.wording import long_moment

Audience = IssuedReport.Audience
LINES_ON_A_PAGE = 14
"""About how many rows fit on a page of the PDF."""


@dataclass(frozen=True)
class Column:
    """A column of the spreadsheets."""

    heading: str
    of: Callable[[Row], Cell]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


REFERENCE = Column("Reference", lambda row: row.reference)
TEAM = (Column("Service", lambda row: row.service_name), Column("Team", lambda row: row.unit_name))
STAGE = Column("Stage", lambda row: row.stage)
ABOUT = Column("What it is about", lambda row: row.about)
OFFICE = Column("From", lambda row: row.office)
ROUTE = Column("Route", lambda row: row.route)
STANDS = (
    Column("Colour", lambda row: row.label),
    Column("Working days left", lambda row: row.days),
    Column("Due", lambda row: _day(row.due_on)),
    Column("Received", lambda row: _day(row.received)),
)
UPDATE = Column("Next update", lambda row: row.update)
OWNER = Column("Owner", lambda row: row.owner)
TURN = (
    Column("Waiting for", lambda row: row.waits_for),
    Column("Waiting since", lambda row: _day(row.since)),
)
NEXT = Column("Next step", lambda row: row.next_step)
CONCERN = Column("Area of concern", lambda row: (row.concern or "Yes") if row.risk else "")
GONE = Column("Note", lambda row: row.gone or ("Restricted" if row.restricted else ""))

_IN_HOUSE = (*STANDS, OWNER, *TURN, NEXT, CONCERN, GONE)
COLUMNS: dict[str, tuple[Column, ...]] = {
    "": (*TEAM, REFERENCE, STAGE, ABOUT, *_IN_HOUSE),
    Audience.SERVICE: (*TEAM, REFERENCE, STAGE, ABOUT, *_IN_HOUSE),
    Audience.LEADERSHIP: (*TEAM, REFERENCE, STAGE, *_IN_HOUSE),
    Audience.LEAD_MEMBER: (
        OFFICE,
        REFERENCE,
        ROUTE,
        STAGE,
        TEAM[0],
        *STANDS,
        UPDATE,
        OWNER,
        *TURN,
        NEXT,
        GONE,
    ),
    Audience.MEMBER: (REFERENCE, ROUTE, STAGE, *STANDS, UPDATE, *TURN, GONE),
}
"""What each audience is given. An MP's or councillor's office: where it stands and when, and nothing besides."""


def headings_of(weekly: Weekly) -> list[str]:
    return [column.heading for column in COLUMNS[weekly.audience]]


def rows_of(weekly: Weekly) -> Iterator[list[Cell]]:
    """The rows under `headings_of`: by service and team as the page has them, the overdue first in each; outside the
    house in the order of the report."""
    columns = COLUMNS[weekly.audience]
    rows = (
        (row for service in weekly.services for row in service.rows)
        if weekly.whole_lines
        else iter(weekly.rows)
    )
    return ([column.of(row) for column in columns] for row in rows)


def sheets_of(weekly: Weekly) -> Iterator[Sheet]:
    """The sheets of its workbooks: the lines first, then the page's counts by colour, then, where there is something to
    compare with, how many there were the week before."""
    yield Sheet(weekly.week.code, headings_of(weekly), rows_of(weekly))
    labels = [colour.label for colour in weekly.colours]
    yield Sheet("Summary", ["Service", "Team", "All", *labels], _counts_of(weekly))
    if weekly.before is not None:
        then = weekly.before.week.code
        now = "now, of what is compared" if weekly.live else "now"
        headings = ["Service", f"Open, {then}", f"Open {now}", f"Red, {then}", f"Red {now}"]
        changes: list[list[Cell]] = [
            [one.name, one.was, one.now, one.red_was, one.red_now] for one in weekly.trend
        ]
        yield Sheet(f"Since {then}", headings, changes)


def _counts_of(weekly: Weekly) -> Iterator[list[Cell]]:
    def row(service: str, team: str, counts: Counts) -> list[Cell]:
        return [service, team, sum(counts.values()), *(counts.get(colour, 0) for colour in weekly.colours)]

    for service in weekly.services if weekly.audience != Audience.MEMBER else ():
        yield row(service.name, "", service.counts)
        for team in service.teams if weekly.whole_lines and len(service.teams) > 1 else ():
            yield row(service.name, team.label, team.counts)
    yield row("All open work", "", weekly.counts)


@dataclass(frozen=True)
class Format:
    """A kind of file: its ending, what it is, and how it is made of a report, whole or in pieces."""

    ending: str
    label: str
    content_type: str
    make: Callable[[Weekly], bytes | Iterator[bytes]]


FORMATS = {
    one.ending: one
    for one in (
        Format("csv", "CSV", CSV_TYPE, lambda w: csv_of(headings_of(w), rows_of(w))),
        Format("xlsx", "Excel", XLSX_TYPE, lambda w: xlsx_of(*sheets_of(w))),
        Format("ods", "OpenDocument", ODS_TYPE, lambda w: ods_of(w.title, *sheets_of(w), created=w.as_of)),
    )
}


def file_name(weekly: Weekly, ending: str) -> str:
    """'weekly-report-2026-W47-education-and-send.xlsx', in letters every system takes."""
    plain = unicodedata.normalize("NFKD", weekly.about).encode("ascii", "ignore").decode().lower()
    about = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    audience = weekly.audience if weekly.audience in (Audience.LEADERSHIP, Audience.LEAD_MEMBER) else ""
    audience = "draft" if weekly.live else audience
    return (
        "-".join(part for part in ("weekly-report", weekly.week.code, audience, about) if part) + f".{ending}"
    )


def issued_words(report: IssuedReport | None, weekly: Weekly) -> str:
    """When and by whom it was issued; or that it was not."""
    if report is None:
        return f"Draft, not issued: as it stood on {long_moment(weekly.as_of)}."
    issue = report.issue
    edition = f", edition {issue.edition}" if issue.edition > 1 else ""
    return f"Issued on {long_moment(issue.issued_at)} by {issue.by}{edition}."


def pages_expected(weekly: Weekly) -> int:
    """About how many pages its PDF has."""
    rows = len(weekly.rows) + len(weekly.concerns) + len(weekly.changes)
    rows += len(weekly.overdue) if weekly.whole_lines and weekly.divided else 0
    return 2 + rows // LINES_ON_A_PAGE


def paper_of(weekly: Weekly, report: IssuedReport | None) -> str:
    """The report as the HTML its PDF is made of: all of it."""
    context = {
        "weekly": weekly,
        "report": report,
        "issued": issued_words(report, weekly),
        "shown": weekly.services,
        "overdue": weekly.overdue,
        "others": weekly.others,
        "whole": True,
        "paper": True,
    }
    return render_to_string("complaints/reports/paper.html", context)


def weekly_pdf(weekly: Weekly, report: IssuedReport | None, *, heard: Callable[[int], None]) -> Paper:
    """The report as a tagged PDF. `heard` is told each page that is laid out, by its number. Raises pdf.NoPango."""
    return pdf_of(paper_of(weekly, report), heard=heard)
