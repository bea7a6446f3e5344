"""What an import ends with: the line that adds up, and the spreadsheet of what was rejected or is to be known."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from complaints.importing.results import Rejected, Remark

LONGEST_CELL = 32_767
MOST_WIDE, NARROW = 60, 12
_AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Tally:
    """What became of the rows. Raises ValueError where the parts are not the whole: nothing is lost from sight."""

    imported: int
    already_there: int
    rejected: int
    rows: int

    def __post_init__(self) -> None:
        parts = (self.imported, self.already_there, self.rejected)
        if min(parts) < 0 or sum(parts) != self.rows:
            raise ValueError(f"{' + '.join(map(str, parts))} is not {self.rows}: the rows do not add up")

    @property
    def line(self) -> str:
        """'391 imported, 4 already there, 11 rejected of 406 rows'."""
        return (
            f"{self.imported} imported, {self.already_there} already there, "
            f"{self.rejected} rejected of {self.rows} rows"
        )


@dataclass(frozen=True)
class Difference:
    """A typed due date that is not the computed one. `computed` is None where it cannot be computed; `why` says in
    words what the difference is or what is missing."""

    row_number: int
    reference: str
    typed: date
    computed: date | None
    why: str


def report_workbook(
    rejected: Iterable[Rejected],
    remarks: Iterable[Remark] = (),
    differences: Iterable[Difference] = (),
    *,
    headings: Sequence[str] = (),
) -> bytes:
    """An xlsx workbook of three sheets: rejected rows with the row as it was, remarks, due date differences.

    `headings` are the tracker's, in its order. Texts stay texts: none becomes a formula, a link or a number.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _AS_TEXT) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "d mmm yyyy", "align": "left"})
        _write(book.add_worksheet("Rejected rows"), bold, day, *_rejected(list(rejected), headings))
        _write(
            book.add_worksheet("To know"),
            bold,
            day,
            ("Row", "Column", "Value", "What"),
            [(remark.number, remark.column, remark.value, remark.what) for remark in remarks],
        )
        _write(
            book.add_worksheet("Due date differences"),
            bold,
            day,
            ("Row", "Reference", "Typed due date", "Computed due date", "Why"),
            [
                (d.row_number, d.reference, d.typed, d.computed or "Cannot be computed", d.why)
                for d in differences
            ],
        )
    return content.getvalue()


Line = Sequence[int | str | date]


def _rejected(rejected: Sequence[Rejected], headings: Sequence[str]) -> tuple[Sequence[str], list[Line]]:
    """The columns and lines: first why, then the row as it was."""
    others = dict.fromkeys(heading for row in rejected for heading in row.raw)
    columns = list(dict.fromkeys((*headings, *others)))
    lines: list[Line] = [
        (row.number, row.column, row.value, row.reason, *(row.raw.get(column, "") for column in columns))
        for row in rejected
    ]
    return ("Row", "Column", "Value", "Reason", *columns), lines


def _write(
    sheet: Worksheet, bold: Format, day: Format, columns: Sequence[str], lines: Sequence[Line]
) -> None:
    for place, title in enumerate(columns):
        longest = max((len(str(line[place])) for line in lines), default=0)
        sheet.set_column(place, place, min(max(longest + 2, NARROW), MOST_WIDE))
        sheet.write_string(0, place, title, bold)
    for number, line in enumerate(lines, 1):
        for place, value in enumerate(line):
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif isinstance(value, int):
                sheet.write_number(number, place, value)
            elif value:
                sheet.write_string(number, place, value[:LONGEST_CELL])
    sheet.freeze_panes(1, 0)
    if lines:
        sheet.autofilter(0, 0, len(lines), len(columns) - 1)
