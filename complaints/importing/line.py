"""The cells of one row under a mapping. What cannot be read is kept as text and said in a remark, never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from complaints.importing.cells import Cell, clean, is_error, shortened, shown, visible
from complaints.importing.dates import DateError, read_day
from complaints.importing.headings import Headings
from complaints.importing.known import Known
from complaints.importing.mapping import Map, value_text
from complaints.importing.matching import says_nothing
from complaints.importing.results import Rejected, Remark
from complaints.importing.words import FIELDS
from slas.core.calendar import Moment

LONGEST = 200
"""The most characters kept of a name or another text on one line, where no less is said; `raw` has it whole."""

_UNMATCHED: Mapping[str, str] = {
    "service": "no unit of this name is known here",
    "team": "no unit of this name is known here",
    "officer": "nobody of this name is known here",
    "responder": "nobody of this name is known here",
}


@dataclass(frozen=True)
class Reading:
    """What every row of one tracker is read with. `today` is the day after which everything is the future, `now` the
    moment, where the time of day is to count."""

    headings: Headings
    mapping: Map
    known: Known
    today: date
    now: datetime | None = None

    def is_future(self, moment: Moment) -> bool:
        if isinstance(moment, datetime):
            return moment.date() > self.today or (self.now is not None and moment > self.now)
        return moment > self.today

    @cached_property
    def places(self) -> Mapping[str, int | None]:
        """Field → its column from 0."""
        return {name: self.headings.place(label) for name, label in self.mapping.columns.items()}


class Line:
    """One row being read. `problems` are why it is rejected: column, value and reason; `remarks` what to know."""

    def __init__(self, reading: Reading, number: int, cells: Sequence[Cell]) -> None:
        self.reading = reading
        self.number = number
        self.cells = cells
        self.problems: list[tuple[str, str, str]] = []
        self.remarks: list[Remark] = []

    # What the cells hold

    def cell(self, name: str) -> Cell:
        """The field's cell; None when it is blank or the field has no column."""
        place = self.reading.places.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def column(self, name: str) -> str:
        """The heading of the field's column, or the field's name where it has none."""
        return self.reading.mapping.columns.get(name, FIELDS[name])

    def raw(self) -> dict[str, str]:
        """Each heading with what stands under it, as typed."""
        pairs = zip(self.reading.headings.labels, self.cells, strict=False)
        return {label: shown(cell) for label, cell in pairs if cell is not None}

    # What is said about them

    def problem(self, name: str, reason: str) -> None:
        """Why the row is rejected."""
        self.problems.append((self.column(name), shortened(shown(self.cell(name))), reason))

    def remark(self, name: str, what: str) -> None:
        """Something to know about the row, though it is imported."""
        value = shortened(shown(self.cell(name)))
        self.remarks.append(Remark(self.number, self.column(name), value, what))

    def rejected(self) -> Rejected:
        """The row as rejected for all its problems, the first with its column and value."""
        column, value, reason = self.problems[0]
        others = [f"Also, {other}: {why}" for other, _, why in self.problems[1:]]
        return Rejected(self.number, column, value, " ".join([reason, *others]), self.raw())

    # What the fields mean

    def text(self, name: str) -> str:
        """The whole text, its lines kept; '' where the cell shows the error of a formula."""
        cell = self.cell(name)
        if is_error(cell):
            self.remark(name, f"The cell shows {cell}, the error of its formula: it is taken as blank.")
            return ""
        return clean(shown(cell))

    def short(self, name: str, longest: int = LONGEST) -> str:
        """The text on one line, cut where it is too long; '' for '-', 'n/a' and the like."""
        text = visible(self.text(name))
        if says_nothing(text):
            return ""
        if len(text) > longest:
            self.remark(name, f"The text has {len(text):,} characters: the first {longest} are taken.")
        return shortened(text, longest)

    def day(self, name: str, otherwise: str = "It is left out.") -> date | None:
        """The day; None where there is none. `otherwise` says what becomes of a cell that is no date: of a due
        date that is also '-' or 'n/a', for every one that is not a date is reported."""
        cell = self.cell(name)
        if cell is None or (name != "due" and isinstance(cell, str) and says_nothing(cell)):
            return None
        try:
            found = read_day(cell, day_first=self.reading.mapping.day_first)
        except DateError as error:
            self.remark(name, f"The date cannot be read: {error}. {otherwise}")
            return None
        self.explain_number(name, found)
        return found

    def explain_number(self, name: str, found: date) -> None:
        """A bare number in a column of dates is read as spreadsheets count days, and that is said."""
        if isinstance(self.cell(name), int | float):
            self.remark(name, f"The number is read as {shown(found)}, as spreadsheets count days.")

    def coded(self, name: str) -> tuple[str, str]:
        """The code and the text of a field whose texts are mapped; a text without a code is remarked on."""
        if is_error(self.cell(name)):
            self.text(name)
            return self.reading.mapping.code(name, ""), ""
        text = value_text(name, self.cells, self.reading.places)
        code = self.reading.mapping.code(name, text)
        if text and not code and self.reading.known.names[name]:
            why = _UNMATCHED.get(name, "it matches nothing in the list here")
            if options := self.could_be(name, text):
                why = f"it could be {options}"
            self.remark(name, f"Not matched: {why}. It is kept as text.")
        return code, shortened(text, LONGEST)

    def could_be(self, name: str, text: str) -> str:
        """The names of what an unmatched text could mean, as "'A', 'B' or 'C'"; '' when there is none."""
        names = self.reading.known.names[name]
        options = [f"'{names.get(code, code)}'" for code in self.reading.mapping.could_be(name, text)]
        return " or ".join(filter(None, (", ".join(options[:-1]), *options[-1:])))
