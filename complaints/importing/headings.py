"""Which sheet is the tracker, which row has its headings, and what each column is called."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from complaints.importing.cells import Cell, key, shortened, shown, visible
from complaints.importing.readers import Sheet
from complaints.importing.words import fits

LOOKED_AT = 30
FEWEST = 3
LONGEST_LABEL = 100


class HeadingError(ValueError):
    """No headings where they are wanted; the message says what to do."""


@dataclass(frozen=True)
class Headings:
    """The headings of a sheet. `row` is the row they stand in (the lower one of two), from 1; `labels` has one for
    each column, none twice, none blank: a column without a heading is 'Column F', a second 'Notes' 'Notes (2)'."""

    sheet: str
    row: int
    labels: tuple[str, ...]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {key(label): place for place, label in enumerate(self.labels)}

    def place(self, label: str) -> int | None:
        """The column, from 0, whose heading this is; None when there is no such column."""
        return self._places.get(key(label))

    def rows(self, sheet: Sheet) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Every row below the headings that is not blank, with its number."""
        for number, cells in enumerate(sheet.rows[self.row :], self.row + 1):
            if any(cell is not None for cell in cells):
                yield number, cells


def headings_at(sheet: Sheet, row: int) -> Headings:
    """The headings in `row` (from 1), together with the row above where only both make sense.

    Raises HeadingError when there is no such row or it is blank.
    """
    if not 1 <= row <= len(sheet.rows) or not any(_words(sheet.rows[row - 1])):
        raise HeadingError(f"Row {row} of the sheet '{sheet.name}' is blank: say which row has the headings.")
    return Headings(sheet.name, row, _labels(_lines(sheet, row), sheet.width))


def find_headings(sheet: Sheet) -> Headings | None:
    """The row among the first thirty whose cells name most fields; None when none names at least three."""
    best, most = 0, FEWEST - 1
    for row in range(1, min(LOOKED_AT, len(sheet.rows)) + 1):
        if (named := _named(_lines(sheet, row))) > most:
            best, most = row, named
    return headings_at(sheet, best) if best else None


def choose_sheet(sheets: Sequence[Sheet]) -> Headings:
    """The sheet whose headings name most fields: one that is not hidden before one that is, then the longer.

    Raises HeadingError when no sheet has headings.
    """
    found = [(sheet, headings) for sheet in sheets if (headings := find_headings(sheet))]
    if not found:
        names = ", ".join(f"'{sheet.name}'" for sheet in sheets)
        raise HeadingError(
            f"No headings were found in the first {LOOKED_AT} rows of {shortened(names)}. Put them into one row above "
            "the cases, such as Reference, Date received, Type."
        )
    _, headings = max(
        found,
        key=lambda pair: (
            not pair[0].hidden,
            _named(pair[1].labels),
            len(pair[0].rows),
            -sheets.index(pair[0]),
        ),
    )
    return headings


def other_trackers(sheets: Sequence[Sheet], chosen: str) -> tuple[str, ...]:
    """The names of the other sheets that look like trackers too and so are not imported with this one."""
    return tuple(sheet.name for sheet in sheets if sheet.name != chosen and find_headings(sheet))


def _words(cells: Sequence[Cell]) -> list[str]:
    """The cells as headings: on one line, without a colon or star at the end."""
    return [shortened(visible(shown(cell)).rstrip(" :*"), LONGEST_LABEL) for cell in cells]


def _lines(sheet: Sheet, row: int) -> list[str]:
    """The headings that end in `row`: alone, or joined with the row above where that names more fields than
    either of them."""
    lower = _words(sheet.rows[row - 1])
    if row == 1:
        return lower
    upper = _words(sheet.rows[row - 2])
    width = max(len(upper), len(lower))
    both = [
        " ".join(part for part in pair if part)
        for pair in zip(upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower)), strict=True)
    ]
    if sum(map(bool, lower)) > 1 and _named(both) > max(_named(upper), _named(lower)):
        return both
    return lower


def _named(labels: Sequence[str]) -> int:
    """How many fields the labels name, each label counting once."""
    named: set[str] = set()
    for label in labels:
        free = {field: rank for field, rank in fits(label).items() if field not in named}
        if free:
            named.add(min(free, key=lambda field: free[field]))
    return len(named)


def _labels(words: Sequence[str], width: int) -> tuple[str, ...]:
    labels: list[str] = []
    taken: set[str] = set()
    for place in range(max(width, len(words))):
        label = (words[place] if place < len(words) else "") or f"Column {letters(place)}"
        plain, n = label, 1
        while key(label) in taken:
            n += 1
            label = f"{plain} ({n})"
        taken.add(key(label))
        labels.append(label)
    return tuple(labels)


def letters(place: int) -> str:
    """A column's letters in a spreadsheet: 0 is A, 26 is AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text
