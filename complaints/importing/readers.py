"""Bytes and a file name, made into sheets of rows and cells. Row numbers are those the user sees.

python-calamine reads xlsx and ods; `archive` checks them first. What it leaves out is added here: the words of
formula errors, whole numbers, and refusals that say how to mend the file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import PurePath

import python_calamine as calamine

from complaints.importing.archive import unpack
from complaints.importing.cells import Cell, tidy
from complaints.importing.delimited import read_delimited
from complaints.importing.room import MOST_CELLS, SAVE_AGAIN, ErrorCells, Extent, FileError, too_many_cells

LARGEST_FILE = 20 * 1024 * 1024
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = "Open it in Excel, choose 'Save as' and 'Excel Workbook (*.xlsx)', and use that file."
_ODS_DURATION = re.compile(r"PT([0-9]{1,6})H([0-9]{1,2})M([0-9]{1,2})(?:[.,][0-9]+)?S")


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows[0]` is row 1 as the user sees it; rows may be of different lengths."""

    name: str
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


def read_sheets(data: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of the spreadsheet `data`, whose file is called `name`; a csv has one.

    Raises FileError, saying how to mend the file.
    """
    ending = PurePath(name).suffix.lower()
    if len(data) > LARGEST_FILE:
        size = len(data) / 1024 / 1024
        raise FileError(
            f"The file is {size:.0f} MB; 20 MB is the most. Remove pictures and sheets that are not the tracker, "
            "or split it by year."
        )
    if not data.strip():
        raise FileError("The file is empty. Choose the file that holds the tracker.")
    if ending in (".xls", ".xlt") and not data.startswith(_ZIP):
        raise FileError(f"The file is an older Excel file (.xls). {_OLD_EXCEL}")
    if ending not in (".xlsx", ".ods", *TEXT_ENDINGS):
        what = (
            f"'{ending}' files cannot" if ending else "A file whose name has no ending such as .xlsx cannot"
        )
        raise FileError(
            f"{what} be read. Save the tracker as an Excel workbook (.xlsx), an OpenDocument spreadsheet (.ods) "
            "or CSV, and use that file."
        )
    _check_beginning(data, ending)
    if ending in TEXT_ENDINGS:
        return (Sheet(PurePath(name).stem, read_delimited(data)),)
    return _workbook(data, ending)


def _check_beginning(data: bytes, ending: str) -> None:
    """That the file is of the type its name says."""
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED in data:
            raise FileError(
                "The file is protected by a password. In Excel choose 'File', 'Info', 'Protect Workbook', "
                "'Encrypt with Password', clear the password, save, and use that file."
            )
        raise FileError(f"The file is an older Excel file, whatever its name says. {_OLD_EXCEL}")
    if ending in TEXT_ENDINGS and data.startswith(_ZIP):
        raise FileError(
            f"The name ends in {ending}, but the file is a workbook. Give it the ending .xlsx or .ods."
        )
    if ending not in TEXT_ENDINGS and not data.startswith(_ZIP):
        raise FileError(f"The name ends in {ending}, but the file is no such workbook. {SAVE_AGAIN}")


def _workbook(data: bytes, ending: str) -> tuple[Sheet, ...]:
    archive = unpack(data)
    if f".{archive.kind}" != ending:
        raise FileError(f"The name ends in {ending}, but the file is .{archive.kind}. Give it that ending.")
    try:
        with calamine.CalamineWorkbook.from_filelike(archive.content) as book:
            return _sheets(book, archive.extents)
    except calamine.PasswordError as error:
        raise FileError(
            "The file is protected by a password. Save a copy without the password and use that file."
        ) from error
    except calamine.CalamineError as error:
        raise FileError(f"The file is damaged and cannot be opened. {SAVE_AGAIN}") from error
    except BaseException as error:
        # The reader is written in Rust: what it did not expect comes as a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise FileError(f"The file is damaged and cannot be opened. {SAVE_AGAIN}") from error


def _sheets(book: calamine.CalamineWorkbook, extents: dict[str, Extent]) -> tuple[Sheet, ...]:
    found: dict[str, Sheet] = {}
    cells = 0
    for about in book.sheets_metadata:
        if about.typ != calamine.SheetTypeEnum.WorkSheet or about.name in found:
            continue
        values = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
        cells += sum(len(row) for row in values)
        if cells > MOST_CELLS:
            raise too_many_cells()
        errors = extents[about.name].errors if about.name in extents else []
        rows = tuple(tuple(_cell(value) for value in row) for row in values)
        hidden = about.visible != calamine.SheetVisibleEnum.Visible
        found[about.name] = Sheet(about.name, _with_errors(rows, errors), hidden)
    if not found:
        raise FileError(f"The file has no sheet with rows. {SAVE_AGAIN}")
    return tuple(found.values())


def _cell(value: object) -> Cell:
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return _duration(minutes // 60, minutes % 60, seconds)
    if isinstance(value, str) and (match := _ODS_DURATION.fullmatch(value)):
        return _duration(*(int(part) for part in match.groups()))
    if isinstance(value, time):
        return value.replace(microsecond=0)
    return tidy(value)


def _duration(hours: int, minutes: int, seconds: int) -> str:
    """As a spreadsheet shows it: '49:30'."""
    return f"{hours}:{minutes:02}:{seconds:02}" if seconds else f"{hours}:{minutes:02}"


def _with_errors(
    rows: tuple[tuple[Cell, ...], ...], errors: Sequence[ErrorCells]
) -> tuple[tuple[Cell, ...], ...]:
    """The rows with the words of formula errors, which calamine leaves blank. The sheet may end with them."""
    if not errors:
        return rows
    whole = [list(row) for row in rows]
    for cells in errors:
        whole.extend([] for _ in range(len(whole), cells.rows.stop))
        for row in whole[cells.rows.start : cells.rows.stop]:
            row.extend([None] * (cells.columns.stop - len(row)))
            row[cells.columns.start : cells.columns.stop] = [cells.words] * len(cells.columns)
    return tuple(tuple(row) for row in whole)
