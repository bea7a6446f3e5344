"""The zip inside an xlsx or ods file, checked before a reader is let at it.

A reader lays a sheet out cell by cell: a file of one kilobyte that names the last cell of the last row, or promises
four thousand million texts, stops the process that opens it. So each part is unpacked within a limit and its
positions are looked through first; the reader then gets those same parts and nothing else.
"""

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.parsers import expat

LARGEST_UNPACKED = 150_000_000
MOST_PARTS = 2_000
MOST_CELLS = 4_000_000
MOST_ROWS, MOST_COLUMNS = 200_000, 2_000
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
SAVE_AGAIN = "Open it in your spreadsheet program, save it as a new Excel workbook (.xlsx) and use that file."
_ODS_PARTS = ("mimetype", "content.xml", "meta-inf/manifest.xml")
_CHUNK = 1 << 20


class FileError(ValueError):
    """A file that cannot be read; the message says why and how to mend it."""


Errors = dict[tuple[int, int], str]
"""Cells that show the error of a formula, by row and column from 0."""


@dataclass
class Extent:
    """How far the cells with content of one sheet reach, counted from 1, and which of them are errors."""

    name: str
    rows: int = 0
    columns: int = 0
    errors: Errors = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """There is content in this row and column. Raises FileError when that is too far out."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.rows > MOST_ROWS or self.columns > MOST_COLUMNS or self.rows * self.columns > MOST_CELLS:
            sheet = f"'{self.name}'" if self.name else "A sheet"
            raise FileError(
                f"{sheet} reaches down to row {self.rows:,} and across {self.columns:,} columns, which is more than "
                "can be read. Delete the rows below the last case and the columns beside it, save the file and "
                "try again."
            )


@dataclass
class Archive:
    """What was found: the checked parts as a zip of their own, whose `kind` is 'xlsx' or 'ods', and the extents
    of its sheets by name."""

    kind: str
    content: bytes
    extents: dict[str, Extent]


def unpack(data: bytes) -> Archive:
    """The checked parts of a zipped spreadsheet. Raises FileError."""
    packed = io.BytesIO()
    found = _Parts()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
            members = source.infolist()
            _check_directory(members)
            found.kind = _kind(source)
            for member in {info.filename: info for info in members}.values():
                if _is_needed(found.kind, member.filename.lower()):
                    part = source.read(member)
                    found.look_through(member.filename, part)
                    target.writestr(member.filename, part)
    except FileError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        KeyError,
        OSError,
        ValueError,
    ) as error:
        raise FileError(f"The file is damaged and cannot be opened. {SAVE_AGAIN}") from error
    return Archive(found.kind, packed.getvalue(), found.extents())


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    if sum(member.file_size for member in members) > LARGEST_UNPACKED or len(members) > MOST_PARTS:
        raise FileError(
            "The file unpacks to far more than a tracker holds, so it was not opened. "
            "Copy the rows into a new workbook and use that file."
        )
    if any(member.flag_bits & 1 for member in members):
        raise FileError(
            "The file is protected by a password. Save a copy without the password and use that file."
        )
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise FileError(f"The file is packed in a way that cannot be read. {SAVE_AGAIN}")


def _kind(source: zipfile.ZipFile) -> str:
    names = {name.lower() for name in source.namelist()}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise FileError(
            "The file is a binary Excel workbook (.xlsb). In Excel choose 'Save as', 'Excel Workbook (*.xlsx)' "
            "and use that file."
        )
    if "content.xml" in names and "mimetype" in names:
        if source.read("mimetype").decode("ascii", "replace").strip() != ODS_TYPE:
            raise FileError(
                "The file is an OpenDocument file, but not a spreadsheet. Save the tracker as .ods or .xlsx."
            )
        if b"encryption-data" in (
            source.read("META-INF/manifest.xml") if "meta-inf/manifest.xml" in names else b""
        ):
            raise FileError(
                "The file is protected by a password. Save a copy without the password and use that file."
            )
        return "ods"
    raise FileError(f"The file is not a spreadsheet. {SAVE_AGAIN}")


def _is_needed(kind: str, name: str) -> bool:
    """Pictures, macros and other programs' notes are left out: nothing of them is read."""
    if kind == "ods":
        return name in _ODS_PARTS
    return name.endswith((".xml", ".rels")) and (
        name.startswith(("xl/", "_rels/")) or name == "[content_types].xml"
    )


class _Parts:
    """The parts of one file as they are looked through."""

    def __init__(self) -> None:
        self.kind = ""
        self.sheets: dict[str, Extent] = {}
        self.tables: dict[str, Extent] = {}
        self.names: dict[str, str] = {}
        self.targets: dict[str, str] = {}

    def look_through(self, name: str, part: bytes) -> None:
        """Learn what `part` says about sheets and cells. Raises FileError."""
        if self.kind == "ods":
            if name == "content.xml":
                table = _Table(self.tables)
                _parse(part, table.start, table.end, table.text)
            return
        worksheet = _Worksheet(self, name)
        _parse(part, worksheet.start, worksheet.end, worksheet.text)

    def extents(self) -> dict[str, Extent]:
        """Each sheet's extent under its name."""
        if self.kind == "ods":
            return self.tables
        found = {}
        for relation, title in self.names.items():
            target = self.targets.get(relation, "").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            if extent := self.sheets.get(str(PurePosixPath(path)).lower()):
                found[title] = extent
        return found


def _parse(
    part: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Go through one XML part. Raises FileError."""

    def refuse(*_: object) -> None:
        raise FileError(f"The file has a part that no spreadsheet program writes. {SAVE_AGAIN}")

    # The reader takes every part for UTF-8, whatever it says of itself: what is checked has to be what is read.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        for at in range(0, len(part), _CHUNK):
            parser.Parse(part[at : at + _CHUNK])
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileError(f"The file is damaged and cannot be opened. {SAVE_AGAIN}") from error


class _Worksheet:
    """One part of an xlsx: the cells of a worksheet, or the names of the sheets."""

    def __init__(self, parts: _Parts, name: str) -> None:
        self.parts = parts
        self.relations = name.lower() == "xl/_rels/workbook.xml.rels"
        self.workbook = name.lower() == "xl/workbook.xml"
        self.extent = Extent("")
        self.path = name.lower()
        self.row = self.column = 0
        self.is_error = False
        self.words: list[str] | None = None

    def start(self, name: str, said: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self.row, self.column = _position(said.get("r"), self.row, self.column + 1)
            self.is_error = said.get("t") == "e"
        elif name in ("v", "is"):
            self.extent.reach(self.row, self.column)
            self.words = [] if self.is_error and name == "v" else None
        elif name == "row":
            self.row, self.column = _number(said.get("r"), self.row + 1), 0
        elif name == "worksheet":
            self.parts.sheets[self.path] = self.extent
        elif name == "sst":
            self._check_promise(said)
        elif self.workbook and name == "sheet":
            relation = next((value for label, value in said.items() if label.endswith(":id")), "")
            self.parts.names[relation] = self.extent.name = said.get("name", "")
        elif self.relations and name == "Relationship":
            self.parts.targets[said.get("Id", "")] = said.get("Target", "")

    def _check_promise(self, said: dict[str, str]) -> None:
        """The number of texts that the file says it shares: a reader makes room for them all."""
        if max(_number(said.get(name), 0) for name in ("count", "uniqueCount")) > MOST_CELLS:
            raise FileError(f"The file promises more than it holds. {SAVE_AGAIN}")

    def text(self, words: str) -> None:
        if self.words is not None:
            self.words.append(words)

    def end(self, name: str) -> None:
        if self.words is not None and name.endswith("v"):
            self.extent.errors[self.row - 1, self.column - 1] = "".join(self.words)
            self.words = None


class _Table:
    """The content of an ods: its tables, whose rows and cells may stand for many."""

    CELLS = ("table:table-cell", "table:covered-table-cell")

    def __init__(self, tables: dict[str, Extent]) -> None:
        self.tables = tables
        self.extent = Extent("")
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.content = self.is_error = False
        self.words: list[str] = []
        self.errors: list[tuple[int, int, str]] = []
        self.reached = 0

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "table:table":
            title = said.get("table:name", "")
            self.extent = self.tables[title] = Extent(title)
            self.row = 0
        elif name == "table:table-row":
            self.rows = _number(said.get("table:number-rows-repeated"), 1)
            self.column = self.reached = 0
            self.errors = []
        elif name in self.CELLS:
            self.columns = _number(said.get("table:number-columns-repeated"), 1)
            self.is_error = said.get("calcext:value-type") == "error"
            self.content = bool(said.keys() & {"office:value-type", "office:value", "table:formula"})
            self.words = []
        elif name == "text:p":
            self.content = True

    def text(self, words: str) -> None:
        if self.is_error:
            self.words.append(words)

    def end(self, name: str) -> None:
        if name in self.CELLS:
            if self.content:
                self.reached = self.column + self.columns
                self.extent.reach(self.row + self.rows, self.reached)
            if self.is_error:
                self.errors.append((self.column, self.reached, "".join(self.words)))
            self.column += self.columns
            self.is_error = False
        elif name == "table:table-row":
            for first, last, words in self.errors:
                for row in range(self.row, self.row + self.rows):
                    self.extent.errors |= {(row, column): words for column in range(first, last)}
            self.row += self.rows


def _number(text: str | None, otherwise: int) -> int:
    """A count or a row number; `otherwise` where there is none."""
    if text is None:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise FileError(f"The file is damaged: '{text[:20]}' is no number of rows. {SAVE_AGAIN}")
    return int(text)


def _position(text: str | None, row: int, column: int) -> tuple[int, int]:
    """'C7' as row and column from 1; `row` and `column` where the cell does not say."""
    if text is None:
        return row, column
    letters = text.rstrip("0123456789")
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise FileError(f"The file is damaged: '{text[:20]}' is no place of a cell. {SAVE_AGAIN}")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return _number(text[len(letters) :], row), number
