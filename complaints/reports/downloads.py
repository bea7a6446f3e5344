"""Rows as files that open in a spreadsheet. No cell of a file is ever a formula, whoever typed it (TRAPS 29)."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

import xlsxwriter

from slas.core.calendar import LONDON

Cell = str | int | date | datetime | None
"""What a cell can hold. A moment is shown as London's, to the minute; None is an empty cell."""


class Sheet(NamedTuple):
    """A sheet of a workbook: `rows` below `headings`, called `title`."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]

    @property
    def name(self) -> str:
        """As much of its title as the name of a sheet may have."""
        return _NOT_IN_A_TITLE.sub(" ", _clean(self.title))[:LONGEST_TITLE].strip() or "List"


CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_AT_ONCE = 1_000
LONGEST_CELL = 32_767
"""Characters that Excel takes in a cell; one longer would be left empty."""
LONGEST_TITLE = 31
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")
_WIDTHS = (10, 60)


def csv_of(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """`rows` below `headings` as a csv file in pieces, for whatever streams them: UTF-8 with a mark that Excel knows it
    by, days as 2026-11-20, moments as 2026-11-20 09:30. Text that a spreadsheet would run as a formula begins with an
    apostrophe. No more than a thousand rows are held at a time."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([_plain(heading) for heading in headings])
    first = "\ufeff"
    for number, row in enumerate(rows, start=1):
        writer.writerow([_plain(cell) for cell in row])
        if number % ROWS_AT_ONCE == 0:
            yield (first + buffer.getvalue()).encode("utf-8", "replace")
            first = ""
            buffer.seek(0)
            buffer.truncate()
    if text := first + buffer.getvalue():
        yield text.encode("utf-8", "replace")


def _plain(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return _in_london(cell).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return cell
    text = _clean(cell)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def xlsx_of(*sheets: Sheet) -> bytes:
    """An Excel workbook of `sheets`. Days and moments are dates, numbers are numbers, and text is text, whatever it
    begins with. Rows wait in a file until all are there, not in memory."""
    whole = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(whole, options) as book:
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "day": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
            "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"}),
        }
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name), sheet, formats)
    return whole.getvalue()


def _fill(made: "xlsxwriter.worksheet.Worksheet", sheet: Sheet, formats: dict[str, object]) -> None:
    made.freeze_panes(1, 0)
    for column, heading in enumerate(sheet.headings):
        low, high = _WIDTHS
        made.set_column(column, column, min(max(len(heading) + 3, low), high))
        made.write_string(0, column, _clean(heading), formats["head"])
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            _write(made, last, column, cell, formats)
    if sheet.headings:
        made.autofilter(0, 0, last, len(sheet.headings) - 1)


def _write(
    sheet: "xlsxwriter.worksheet.Worksheet", row: int, column: int, cell: Cell, formats: dict[str, object]
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, _in_london(cell), formats["moment"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats["day"])
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, _clean(cell))


def _in_london(moment: datetime) -> datetime:
    """The time on London's clocks, for files that know no time zones."""
    return moment.astimezone(LONDON).replace(tzinfo=None) if moment.tzinfo else moment


def _clean(text: str) -> str:
    """Text as a file of a spreadsheet can hold it."""
    text = _CONTROL.sub("", str(text)).encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
