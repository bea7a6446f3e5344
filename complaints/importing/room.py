"""How much room a spreadsheet takes once it is laid out, counted before a reader makes it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_CELLS = 1_000_000
"""Cells that a reader makes room for, of all sheets: 20,000 rows of 30 columns are 600,000."""
MOST_CHARACTERS = 40_000_000
"""Characters in all cells, a text that many cells share counted for each: 2,000 in each of 20,000 rows."""
MOST_ROWS, MOST_COLUMNS = 200_000, 2_000
SAVE_AGAIN = "Open it in your spreadsheet program, save it as a new Excel workbook (.xlsx) and use that file."
COPY_THE_ROWS = (
    "Copy the rows of the tracker into a new workbook of their own, or split it by year, and use that."
)


class FileError(ValueError):
    """A file that cannot be read; the message says why and how to mend it."""


def strange() -> FileError:
    """What is said of a file that was made by hand."""
    return FileError(f"The file has a part that no spreadsheet program writes. {SAVE_AGAIN}")


@dataclass(frozen=True)
class ErrorCells:
    """Cells that show the same error of a formula, `words`: all of these rows and columns, counted from 0."""

    rows: range
    columns: range
    words: str


@dataclass
class Extent:
    """How far the cells with content of one sheet reach, counted from 1, and which of them are errors."""

    name: str
    rows: int = 0
    columns: int = 0
    errors: list[ErrorCells] = field(default_factory=list)

    @property
    def cells(self) -> int:
        return self.rows * self.columns


class Room:
    """The room that all sheets of one file take together. Whatever is added raises FileError over the limit."""

    def __init__(self) -> None:
        self.cells = 0
        self.named = 0
        self.characters = 0

    def reach(self, extent: Extent, row: int, column: int) -> None:
        """There is content in this row and column of a sheet: room is made for all cells before it."""
        if row <= extent.rows and column <= extent.columns:
            return
        before = extent.cells
        extent.rows, extent.columns = max(extent.rows, row), max(extent.columns, column)
        self.cells += extent.cells - before
        if extent.rows > MOST_ROWS or extent.columns > MOST_COLUMNS or extent.cells > MOST_CELLS:
            sheet = f"'{extent.name}'" if extent.name else "A sheet"
            raise FileError(
                f"{sheet} reaches down to row {extent.rows:,} and across {extent.columns:,} columns, which is more "
                "than can be read. Delete the rows below the last case and the columns beside it, save the file and "
                "try again."
            )
        if self.cells > MOST_CELLS:
            raise too_many_cells()

    def cell(self) -> None:
        """The file names a cell, be it with content or without."""
        self.named += 1
        if self.named > MOST_CELLS:
            raise too_many_cells()

    def say(self, characters: int) -> None:
        """So many characters stand in cells."""
        self.characters += characters
        if self.characters > MOST_CHARACTERS:
            raise FileError(
                f"The cells hold more than {MOST_CHARACTERS:,} characters in all, which is more than can be read. "
                f"{COPY_THE_ROWS}"
            )

    def share(self, uses: Iterable[tuple[int, int]]) -> None:
        """Each of these texts, so many characters long, is used by so many cells."""
        for length, times in uses:
            self.say(length * times)


def too_many_cells() -> FileError:
    return FileError(
        f"The sheets have more than {MOST_CELLS:,} cells, blank ones that are only painted among them, which is more "
        f"than can be read. {COPY_THE_ROWS}"
    )
