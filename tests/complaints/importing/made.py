"""Small spreadsheets as bytes, written from plain rows: the same rows as xlsx, ods or csv."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from complaints.importing import Choice, Known, Map, PersonChoice, Sheet, UnitChoice, propose, read_rows

TODAY = date(2026, 11, 22)
Rows = Sequence[Sequence[Any]]

KNOWN = Known(
    kinds=(
        Choice("concern", "Concern"),
        Choice("mp-enquiry", "MP or councillor enquiry"),
        Choice("lgsco-enquiry", "Ombudsman's initial enquiry"),
        Choice("lgsco-remedy", "Remedy agreed with the Ombudsman"),
        Choice("ofsted", "Ofsted notification"),
        Choice("stage-1-childrens", "Stage 1, children's services"),
        Choice("stage-1-sen", "Stage 1, special educational needs and other non-statutory"),
        Choice("corporate-stage-1", "Corporate stage 1"),
        Choice("corporate-stage-2", "Corporate stage 2, review by the Customer Relations Team"),
        Choice("stage-2-statutory", "Stage 2, Children Act investigation"),
        Choice("stage-2-education", "Stage 2, education, non-statutory"),
    ),
    units=(
        UnitChoice("CHILDREN", "Children and Families", "directorate"),
        UnitChoice("SEN", "SEND", "service", "CHILDREN"),
        UnitChoice("SEN-N", "SEND North", "team", "SEN"),
        UnitChoice("SEN-DUTY", "Duty Team", "team", "SEN"),
        UnitChoice("HELP", "Early Help", "service", "CHILDREN"),
        UnitChoice("HUB", "Early Help Hub", "team", "HELP"),
        UnitChoice("HELP-DUTY", "Duty Team", "team", "HELP"),
    ),
    people=(
        PersonChoice("1", "Adaeze Okonkwo", "adaeze@council.example"),
        PersonChoice("2", "Petra Holm", "petra@council.example"),
        PersonChoice("3", "Joan Thorne", "joan@council.example"),
        PersonChoice("4", "Jack Thorne", "jack@council.example"),
    ),
    channels=(
        Choice("email", "E-mail"),
        Choice("phone", "Telephone"),
        Choice("letter", "Letter"),
        Choice("web", "Online form"),
    ),
    outcomes=(
        Choice("upheld", "Upheld"),
        Choice("partly-upheld", "Partly upheld"),
        Choice("not-upheld", "Not upheld"),
        Choice("withdrawn", "Withdrawn"),
    ),
)

HEADINGS = ["Ref", "Date received", "Type", "Service", "Team", "CRO", "Due date", "Date responded", "Summary"]


def a_row(reference: Any = "CR/1", received: Any = date(2026, 11, 2), **other: Any) -> list[Any]:
    """A row under HEADINGS that can be imported as it stands; `other` by field replaces its cells."""
    said = {
        "type": "Stage 1 - Corporate",
        "service": "SEND",
        "team": "SEND North",
        "officer": "A. Okonkwo",
        "due": date(2026, 11, 16),
        "responded": None,
        "summary": "No reply to three letters.",
    }
    assert other.keys() <= said.keys(), other
    return [reference, received, *(said | other).values()]


def sheet_of(*rows: Sequence[Any], headings: Sequence[Any] = HEADINGS) -> list[Sheet]:
    """The rows below their headings, as a reader gives them: headings in row 1, the first case in row 2."""
    return [Sheet("Tracker", [tuple(headings), *(tuple(row) for row in rows)])]


def read(
    *rows: Sequence[Any], headings: Sequence[Any] = HEADINGS, known: Known = KNOWN, **proposal: Any
) -> list:
    """What becomes of the rows, under the mapping that is proposed for them."""
    sheets = sheet_of(*rows, headings=headings)
    return list(read_rows(sheets, propose(sheets, known, **proposal), known, TODAY))


def map_of(
    *rows: Sequence[Any], headings: Sequence[Any] = HEADINGS, known: Known = KNOWN, **proposal: Any
) -> Map:
    return propose(sheet_of(*rows, headings=headings), known, **proposal)


# --- files ------------------------------------------------------------------------------------------


def xlsx(
    rows: Rows, *, sheet: str = "Tracker", others: dict[str, Rows] | None = None, options: Any = None
) -> bytes:
    """A workbook of one sheet, then `others`. Floats and ints are numbers, dates dates, texts texts."""
    content = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False} | (options or {})
    with xlsxwriter.Workbook(content, settings) as book:
        formats = {
            datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            date: book.add_format({"num_format": "dd/mm/yyyy"}),
            time: book.add_format({"num_format": "hh:mm"}),
        }
        for name, its_rows in {sheet: rows, **(others or {})}.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(its_rows):
                for place, value in enumerate(row):
                    if isinstance(value, date | time):
                        page.write_datetime(number, place, value, formats[type(value)])
                    elif value is not None:
                        page.write(number, place, value)
    return content.getvalue()


ODS_SPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in {"office": "office", "table": "table", "text": "text"}.items()
    )
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def ods(rows: Rows, *, sheet: str = "Tracker") -> bytes:
    """The same, as LibreOffice writes it."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    return ods_of(f"<table:table table:name={quoteattr(sheet)}>{lines}</table:table>")


def ods_of(tables: str, manifest: str = "") -> bytes:
    """An OpenDocument spreadsheet with this XML for its tables."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        packed.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODS_SPACES} office:version="1.3">'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
        packed.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return content.getvalue()


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        said = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, date):
        said = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, time):
        said = f'office:value-type="time" office:time-value="PT{value:%H}H{value:%M}M{value:%S}S"'
    elif isinstance(value, int | float):
        said = f'office:value-type="float" office:value="{value}"'
    else:
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
    return f"<table:table-cell {said}><text:p>shown</text:p></table:table-cell>"


def csv_of(rows: Rows, *, separator: str = ",", encoding: str = "utf-8-sig", day: str = "%d/%m/%Y") -> bytes:
    """The same, as Excel saves it: dates as they are shown."""
    content = io.StringIO()
    writer = csv.writer(content, delimiter=separator, lineterminator="\r\n")
    writer.writerows([[_csv_cell(value, day) for value in row] for row in rows])
    return content.getvalue().encode(encoding)


def _csv_cell(value: Any, day: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:{day} %H:%M}"
    if isinstance(value, date):
        return f"{value:{day}}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value).upper() if isinstance(value, bool) else str(value)
