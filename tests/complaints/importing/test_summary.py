"""What an import ends with: a line that adds up, and a spreadsheet to mend the tracker by."""

from datetime import date

import pytest

from complaints.importing import (
    Difference,
    Rejected,
    Remark,
    Row,
    Tally,
    propose,
    read_rows,
    read_sheets,
    report_workbook,
)
from tests.complaints.importing.made import HEADINGS, KNOWN, TODAY, a_row, read

FORMULA = '=HYPERLINK("http://example.invalid","x")'


def test_the_last_line_adds_up():
    assert Tally(391, 4, 11, 406).line == "391 imported, 4 already there, 11 rejected of 406 rows"
    assert Tally(0, 0, 0, 0).line == "0 imported, 0 already there, 0 rejected of 0 rows"


@pytest.mark.parametrize("parts", [(391, 4, 10, 406), (391, 4, 12, 406), (-1, 1, 0, 0)])
def test_a_line_that_does_not_add_up_is_never_shown(parts):
    with pytest.raises(ValueError, match="do not add up"):
        Tally(*parts)


def workbook(rejected=(), remarks=(), differences=(), headings=HEADINGS):
    sheets = read_sheets(report_workbook(rejected, remarks, differences, headings=headings), "report.xlsx")
    assert [sheet.name for sheet in sheets] == ["Rejected rows", "To know", "Due date differences"]
    return [[tuple(cell for cell in row) for row in sheet.rows] for sheet in sheets]


def test_a_rejected_row_is_listed_with_its_reason_and_then_as_it_was():
    (result,) = read(a_row(received=date(2027, 3, 1), summary=FORMULA))
    rows, *_ = workbook([result])
    assert rows[0] == ("Row", "Column", "Value", "Reason", *HEADINGS)
    assert rows[1][:6] == (
        2,
        "Date received",
        "1 March 2027",
        "The date received is in the future.",
        "CR/1",
        "1 March 2027",
    )
    assert rows[1][-1] == FORMULA, "a text, never a formula"


def test_a_text_is_never_a_formula_a_link_or_a_number():
    sheet = report_workbook(
        [Rejected(2, "Ref", "007", "https://example.invalid", {"Ref": "=1+1", "A": "-2+3"})]
    )
    (_, row), *_ = [sheet.rows for sheet in read_sheets(sheet, "r.xlsx")]
    assert row == (2, "Ref", "007", "https://example.invalid", "=1+1", "-2+3")


def test_headings_that_only_some_rows_have_are_all_there_in_order():
    rows, *_ = workbook([Rejected(2, "", "", "", {"Ref": "1", "Later": "x"})], headings=["Ref", "Type"])
    assert rows[0][4:] == ("Ref", "Type", "Later")
    assert rows[1][4:] == ("1", None, "x")


def test_a_text_longer_than_a_cell_holds_is_cut_rather_than_lost():
    rows, *_ = workbook([Rejected(2, "Summary", "", "", {"Summary": "w" * 40_000})], headings=["Summary"])
    assert rows[1][4] == "w" * 32_767


def test_remarks_and_differences_have_sheets_of_their_own():
    _, remarks, differences = workbook(
        remarks=[Remark(7, "Due date", "tbc", "It is kept as text.")],
        differences=[
            Difference(8, "CR/8", date(2026, 11, 20), date(2026, 11, 17), "typed 3 days later"),
            Difference(9, "CR/9", date(2026, 11, 20), None, "waiting for: statement agreed"),
        ],
    )
    assert remarks[1] == (7, "Due date", "tbc", "It is kept as text.")
    assert differences[1] == (8, "CR/8", date(2026, 11, 20), date(2026, 11, 17), "typed 3 days later")
    assert differences[2][3:] == ("Cannot be computed", "waiting for: statement agreed")


def test_rejected_rows_can_be_mended_in_the_list_and_imported_from_it():
    """The natural thing to do: correct the cell, send the same file."""
    rejected = read(a_row("1", type="Stage 1"), a_row("2", due="tbc", type=None))
    sheets = read_sheets(report_workbook(rejected, headings=HEADINGS), "rejected.xlsx")
    mended = [list(row) for row in sheets[0].rows]
    for row in mended[1:]:
        row[mended[0].index("Type")] = "Stage 1 - Corporate"
    again = [type(sheets[0])("Rejected rows", mended), *sheets[1:]]
    results = list(read_rows(again, propose(again, KNOWN), KNOWN, TODAY))
    assert all(isinstance(result, Row) for result in results)
    first_time, _ = read(a_row("1"), a_row("2", due="tbc"))
    assert results[0].fingerprint == first_time.fingerprint
