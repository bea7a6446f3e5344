"""Which column is which field, and what each text in it means here: proposed, then corrected by the user."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from complaints.importing.cells import Cell, key, shown, visible
from complaints.importing.dates import is_day_first
from complaints.importing.headings import HeadingError, Headings, choose_sheet, find_headings, headings_at
from complaints.importing.known import Known
from complaints.importing.matching import NO_MATCH, Match, Matcher, matchers, says_nothing
from complaints.importing.readers import Sheet
from complaints.importing.words import CODED, DATES, FIELDS, REQUIRED, fits

BLANK = "(blank)"
"""Stands for a blank cell, or a column that is not there, where a mapping gives even that a meaning."""
LONGEST_VALUE = 200


@dataclass(frozen=True)
class Map:
    """How a tracker is read. Texts are looked up whatever their case and spaces.

    `columns`: field → heading. `values`: coded field → text of a cell → code, '' for no match. `candidates`: the codes
    that an unmatched text could mean. `day_first`: 12/10/2026 is 12 October.
    """

    sheet: str
    heading_row: int
    columns: Mapping[str, str]
    day_first: bool = True
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    candidates: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @cached_property
    def _codes(self) -> dict[tuple[str, str], str]:
        return {
            (name, key(text)): code for name, codes in self.values.items() for text, code in codes.items()
        }

    @cached_property
    def _could_be(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {
            (name, key(text)): codes
            for name, texts in self.candidates.items()
            for text, codes in texts.items()
        }

    def code(self, name: str, text: str) -> str:
        """The code of a text in a coded field; '' when it is not matched."""
        return self._codes.get((name, key(text) or BLANK), "")

    def could_be(self, name: str, text: str) -> tuple[str, ...]:
        """The codes that an unmatched text could mean."""
        return self._could_be.get((name, key(text)), ())

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which no row can be imported, and that no column gives."""
        settled = {"type"} if self.code("type", BLANK) else set()
        return tuple(name for name in REQUIRED if name not in self.columns and name not in settled)


def propose(
    sheets: Sequence[Sheet],
    known: Known,
    *,
    sheet: str | None = None,
    heading_row: int | None = None,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
) -> Map:
    """A mapping of the file. What is given is kept, the rest is proposed from words and from what is `known`.

    Raises HeadingError where the sheet or its headings are not to be found.
    """
    headings = find(sheets, sheet, heading_row)
    rows = [cells for _, cells in headings.rows(named_sheet(sheets, headings.sheet))]
    finders = matchers(known)
    if columns is None:
        columns = _columns(headings, rows, finders.get("type"))
    places = {name: headings.place(label) for name, label in columns.items()}
    values: dict[str, dict[str, str]] = {}
    candidates: dict[str, dict[str, tuple[str, ...]]] = {}
    for name in CODED:
        matches = _matches(_counted(name, rows, places), finders.get(name))
        values[name] = {text: match.code for text, match in matches.items()}
        candidates[name] = {text: match.could_be for text, match in matches.items() if match.could_be}
    if day_first is None:
        typed = (_cell(cells, places.get(name)) for name in DATES for cells in rows)
        day_first = is_day_first(typed)
    return Map(
        sheet=headings.sheet,
        heading_row=headings.row,
        columns=dict(columns),
        day_first=day_first,
        values={name: codes for name, codes in values.items() if codes},
        candidates={name: codes for name, codes in candidates.items() if codes},
    )


def find(sheets: Sequence[Sheet], sheet: str | None = None, heading_row: int | None = None) -> Headings:
    """The headings of the sheet and row that are named, or of those that fit best. Raises HeadingError."""
    if sheet is None and heading_row is None:
        return choose_sheet(sheets)
    chosen = named_sheet(sheets, sheet) if sheet is not None else _likeliest(sheets)
    if heading_row is not None:
        return headings_at(chosen, heading_row)
    if (headings := find_headings(chosen)) is None:
        raise HeadingError(f"No headings were found on the sheet '{chosen.name}': say which row has them.")
    return headings


def _likeliest(sheets: Sequence[Sheet]) -> Sheet:
    """The sheet to look for a given row on: the one that has headings, else the first."""
    try:
        return named_sheet(sheets, choose_sheet(sheets).sheet)
    except HeadingError:
        return sheets[0]


def named_sheet(sheets: Sequence[Sheet], name: str) -> Sheet:
    """The sheet of that name. Raises HeadingError, naming those there are."""
    for sheet in sheets:
        if key(sheet.name) == key(name):
            return sheet
    names = ", ".join(f"'{sheet.name}'" for sheet in sheets)
    raise HeadingError(f"There is no sheet '{name}' in the file; it has {names}.")


def value_text(name: str, cells: Sequence[Cell], places: Mapping[str, int | None]) -> str:
    """The text of a coded field in one row, on one line; '' when it is blank. A stage in a column of its own
    is said after the type: 'Corporate - Stage 1'."""
    text = _plain(_cell(cells, places.get(name)))
    if name == "type" and (stage := _plain(_cell(cells, places.get("stage")))):
        return f"{text} - {stage}" if text else stage
    return text


def counts(sheets: Sequence[Sheet], mapping: Map) -> dict[str, dict[str, int]]:
    """How many rows have each text, for every coded field that has a column: field → text → rows. A text stands
    as it first does; overlong ones are left out, being nobody's name for anything. Raises HeadingError."""
    headings = find(sheets, mapping.sheet, mapping.heading_row)
    rows = [cells for _, cells in headings.rows(named_sheet(sheets, headings.sheet))]
    places = {name: headings.place(label) for name, label in mapping.columns.items()}
    found = {name: _counted(name, rows, places) for name in CODED}
    return {name: texts for name, texts in found.items() if texts}


def _counted(name: str, rows: Iterable[Sequence[Cell]], places: Mapping[str, int | None]) -> dict[str, int]:
    found: dict[str, int] = {}
    first: dict[str, str] = {}
    for cells in rows:
        text = value_text(name, cells, places)
        if text and len(text) <= LONGEST_VALUE:
            text = first.setdefault(key(text), text)
            found[text] = found.get(text, 0) + 1
    return found


def _plain(cell: Cell) -> str:
    text = visible(shown(cell))
    return "" if says_nothing(text) else text


def _cell(cells: Sequence[Cell], place: int | None) -> Cell:
    return cells[place] if place is not None and place < len(cells) else None


def _matches(texts: Iterable[str], find_code: Matcher | None) -> dict[str, Match]:
    """Where nothing is known of a field there is nothing to match: its texts are kept as they are."""
    return {text: find_code(text) for text in texts} if find_code else {}


def _columns(headings: Headings, rows: Sequence[Sequence[Cell]], find_type: Matcher | None) -> dict[str, str]:
    """Field → heading: the surest pairs first, each column and each field once."""
    pairs = sorted(
        (rank, place, name)
        for place, label in enumerate(headings.labels)
        for name, rank in fits(label).items()
        if name not in ("type", "stage")
    )
    found = _type_and_stage(headings, rows, find_type)
    taken = set(found.values())
    for _, place, name in pairs:
        label = headings.labels[place]
        if name not in found and label not in taken:
            found[name] = label
            taken.add(label)
    return {name: found[name] for name in FIELDS if name in found}


def _type_and_stage(
    headings: Headings, rows: Sequence[Sequence[Cell]], find_type: Matcher | None
) -> dict[str, str]:
    """Trackers say the type in one column, or its name in one and its stage in another. Of the columns whose
    headings may be either, those are taken whose texts mean something here in most rows."""
    ranks = {name: _ranked(headings, name) for name in ("type", "stage")}
    options: list[dict[str, str]] = [{"type": label} for label in ranks["type"]]
    options += [
        {"type": label, "stage": stage}
        for label in ranks["type"]
        for stage in ranks["stage"]
        if stage != label
    ]
    if not options:
        return {}
    if find_type is None:
        return options[0]
    codes: dict[str, Match] = {}

    def understood(option: Mapping[str, str]) -> int:
        places = {name: headings.place(label) for name, label in option.items()}
        texts = [value_text("type", cells, places)[:LONGEST_VALUE] for cells in rows]
        for text in texts:
            if text not in codes:
                codes[text] = find_type(text) if text else NO_MATCH
        return sum(1 for text in texts if codes[text].code)

    return max(options, key=understood)


def _ranked(headings: Headings, name: str) -> list[str]:
    """The headings that may name the field, the surest first; at most three."""
    found = [(fits(label)[name], label) for label in headings.labels if name in fits(label)]
    return [label for _, label in sorted(found, key=lambda pair: pair[0])][:3]
