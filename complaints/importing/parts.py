"""The XML parts of an xlsx or ods file, looked through for sheets and cells before a reader is let at them.

What is counted here has to be no less than what the reader lays out, so what could be understood in two ways is
refused: no spreadsheet program writes a cell within a cell.
"""

from collections import Counter
from pathlib import PurePosixPath
from xml.parsers import expat

from complaints.importing.room import SAVE_AGAIN, ErrorCells, Extent, FileError, Room, strange

MOST_MARKS = 8_000_000
"""Tags of one file, counted by their '<': a cell of a tracker has four, often."""
MOST_DEEP = 200
LONGEST_TAG = 1_000_000
MOST_SHARED = 4_000_000


class Parts:
    """The parts of one file of `kind` ('xlsx' or 'ods') as they are looked through."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.room = Room()
        self.marks = 0
        self.sheets: dict[str, Extent] = {}
        self.tables: dict[str, Extent] = {}
        self.names: dict[str, str] = {}
        self.targets: dict[str, str] = {}
        self.shared: list[list[int]] = []
        self.uses: Counter[int] = Counter()

    def part(self, name: str) -> "Part":
        """What learns what the part called `name` says, fed with its bytes."""
        if self.kind == "xlsx":
            return Part(self, _Worksheet(self, name.lower()))
        return Part(self, _Table(self) if name.lower() == "content.xml" else _Nothing())

    def extents(self) -> dict[str, Extent]:
        """Each sheet's extent under its name, once every part was looked through. Raises FileError where shared texts
        come to too much."""
        if self.kind == "ods":
            return self.tables
        for lengths in self.shared:
            used = ((lengths[n], times) for n, times in self.uses.items() if n < len(lengths))
            self.room.share(used)
        found = {}
        for relation, title in self.names.items():
            target = self.targets.get(relation, "").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            if extent := self.sheets.get(str(PurePosixPath(path)).lower()):
                found[title] = extent
        return found


class _Nothing:
    """A part nothing is learned from."""

    def start(self, name: str, said: dict[str, str]) -> None: ...

    def text(self, words: str) -> None: ...

    def end(self, name: str) -> None: ...


class Part:
    """One XML part, gone through a piece at a time. Raises FileError."""

    def __init__(self, parts: Parts, told: "_Worksheet | _Table | _Nothing") -> None:
        self.parts = parts
        self.told = told
        self.deep = 0
        self.given = 0
        # The reader takes every part for UTF-8, whatever it says of itself: what is checked has to be what is read.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = told.text

    def feed(self, piece: bytes) -> None:
        self.parts.marks += piece.count(b"<")
        if self.parts.marks > MOST_MARKS:
            raise FileError(f"The file has more parts than a tracker can have. {SAVE_AGAIN}")
        self._parse(piece, last=False)
        self.given += len(piece)
        # All attributes of a tag are kept until it ends.
        if self.given - self.parser.CurrentByteIndex > LONGEST_TAG:
            raise strange()

    def close(self) -> None:
        self._parse(b"", last=True)

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self.parser.Parse(piece, last)
        except expat.ExpatError as error:
            raise FileError(f"The file is damaged and cannot be opened. {SAVE_AGAIN}") from error

    def _refuse(self, *_: object) -> None:
        raise strange()

    def _start(self, name: str, said: dict[str, str]) -> None:
        self.deep += 1
        if self.deep > MOST_DEEP:
            raise strange()
        self.told.start(name, said)

    def _end(self, name: str) -> None:
        self.deep -= 1
        self.told.end(name)


class _Worksheet:
    """One part of an xlsx: the cells of a worksheet, the texts that cells share, or the names of the sheets."""

    ONE_AT_A_TIME = frozenset({"c", "v", "is", "si"})

    def __init__(self, parts: Parts, path: str) -> None:
        self.parts = parts
        self.relations = path == "xl/_rels/workbook.xml.rels"
        self.workbook = path == "xl/workbook.xml"
        self.extent = Extent("")
        self.path = path
        self.row = self.column = 0
        self.kind = ""
        self.with_cells = False
        self.open: set[str] = set()
        self.words: list[str] | None = None
        self.lengths: list[int] | None = None

    def start(self, name: str, said: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name in self.ONE_AT_A_TIME and (self.with_cells or self.lengths is not None):
            if name in self.open:
                raise strange()
            self.open.add(name)
        if self.with_cells:
            self._cell(name, said)
        elif self.lengths is not None:
            if name == "si":
                self.lengths.append(0)
            elif name == "t":
                self.open.add(name)
        elif name == "sst":
            self._check_promise(said)
            self.lengths = []
            self.parts.shared.append(self.lengths)
        elif name == "worksheet":
            self.parts.sheets[self.path] = self.extent
        elif name == "sheetData":
            self.with_cells = True
        elif self.workbook and name == "sheet":
            relation = next((value for label, value in said.items() if label.endswith(":id")), "")
            self.parts.names[relation] = said.get("name", "")
        elif self.relations and name == "Relationship":
            self.parts.targets[said.get("Id", "")] = said.get("Target", "")

    def _cell(self, name: str, said: dict[str, str]) -> None:
        if name == "c":
            self.parts.room.cell()
            self.row, self.column = _position(said.get("r"), self.row, self.column + 1)
            self.kind = said.get("t", "")
        elif name in ("v", "is") and "c" in self.open:
            self.parts.room.reach(self.extent, self.row, self.column)
            self.words = []
        elif name == "row":
            self.row, self.column = number(said.get("r"), self.row + 1), 0

    def _check_promise(self, said: dict[str, str]) -> None:
        """The number of texts that the file says it shares: a reader makes room for them all."""
        if max(number(said.get(name), 0) for name in ("count", "uniqueCount")) > MOST_SHARED:
            raise FileError(f"The file promises more than it holds. {SAVE_AGAIN}")

    def text(self, words: str) -> None:
        if self.words is not None:
            self.parts.room.say(len(words))
            self.words.append(words)
        elif self.lengths and "t" in self.open:
            self.lengths[-1] += len(words)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self.open.discard(name)
        if self.words is not None and name == "v":
            words = "".join(self.words)
            if self.kind == "e":
                row, column = self.row - 1, self.column - 1
                self.extent.errors.append(ErrorCells(range(row, row + 1), range(column, column + 1), words))
            elif self.kind == "s":
                self._use(words)
            self.words = None
        elif name == "is":
            self.words = None

    def _use(self, words: str) -> None:
        """The cell shows the shared text of this number; where it is none, the reader takes the first."""
        self.parts.uses[number(words, 0) if words.isascii() and words.isdigit() else 0] += 1


class _Table:
    """The content of an ods: its tables, whose rows and cells may stand for many."""

    CELLS = ("table:table-cell", "table:covered-table-cell")
    ROW, TABLE = "table:table-row", "table:table"

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.extent = Extent("")
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.open: set[str] = set()
        self.content = self.is_error = False
        self.characters = 0
        self.words: list[str] = []
        self.errors: list[tuple[range, str]] = []

    def start(self, name: str, said: dict[str, str]) -> None:
        if name in self.CELLS:
            self._once("cell")
            self._begin_cell(said)
        elif name == self.ROW:
            self._once(name)
            self.rows = number(said.get("table:number-rows-repeated"), 1)
            self.column = 0
            self.errors = []
        elif name == self.TABLE:
            self._once(name)
            title = said.get("table:name", "")
            self.extent = self.parts.tables[title] = Extent(title)
            self.row = 0
        elif name == "text:p":
            self.content = True
        elif name in ("text:s", "text:tab", "text:line-break"):
            self._say(number(said.get("text:c"), 1))

    def _once(self, name: str) -> None:
        """A cell, a row or a table has none of its like within it."""
        if name in self.open:
            raise strange()
        self.open.add(name)

    def _begin_cell(self, said: dict[str, str]) -> None:
        self.parts.room.cell()
        self.columns = number(said.get("table:number-columns-repeated"), 1)
        self.is_error = said.get("calcext:value-type") == "error"
        values = [said[name] for name in said if name.startswith("office:") or name == "table:formula"]
        self.content = bool(values)
        self.words = []
        self.characters = 0
        self._say(sum(len(value) for value in values))

    def text(self, words: str) -> None:
        if "cell" in self.open:
            self._say(len(words))
            if self.is_error:
                self.words.append(words)

    def _say(self, characters: int) -> None:
        """Counted once at once, and for every cell it stands for when it ends."""
        self.characters += characters
        self.parts.room.say(characters)

    def end(self, name: str) -> None:
        if name in self.CELLS:
            self._end_cell()
        elif name == self.ROW:
            rows = range(self.row, self.row + self.rows)
            self.extent.errors += [ErrorCells(rows, columns, words) for columns, words in self.errors]
            self.row += self.rows
            self.open.discard(name)
        elif name == self.TABLE:
            self.open.discard(name)

    def _end_cell(self) -> None:
        if self.content:
            reached = self.column + self.columns
            self.parts.room.reach(self.extent, self.row + self.rows, reached)
            self.parts.room.say(self.characters * max(0, self.columns * self.rows - 1))
            if self.is_error:
                self.errors.append((range(self.column, reached), "".join(self.words)))
        self.column += self.columns
        self.is_error = False
        self.open.discard("cell")


def number(text: str | None, otherwise: int) -> int:
    """A count or a row number; `otherwise` where there is none. Raises FileError."""
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
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return number(text[len(letters) :], row), place
