"""What is in a spreadsheet comes out of it: the same from xlsx, ods and csv, in the rows that the user sees."""

from datetime import date, datetime, time

import pytest
import xlsxwriter

from complaints.importing import FileError, read_sheets
from tests.complaints.importing.made import csv_of, ods, ods_of, xlsx

HALF_PAST_NINE = datetime.fromisoformat("2026-11-01T09:30")
MIXED = [
    ["Complaints tracker"],
    [],
    ["Ref", "Received", "At", "Logged", "Days", "Cost", "Urgent", "Summary"],
    ["CR/1", date(2026, 11, 1), time(9, 30), HALF_PAST_NINE, 5, 5.25, True, "two\nlines"],
    [None, None, None, None, None, None, None, "😟 \u200f\u05e9\u05dc\u05d5\u05dd"],
]


@pytest.mark.parametrize(("data", "name"), [(xlsx(MIXED), "t.xlsx"), (ods(MIXED), "t.ods")])
def test_a_workbook_gives_each_cell_as_what_it_is(data, name):
    (sheet,) = read_sheets(data, name)
    assert sheet.name == "Tracker"
    assert sheet.rows[3] == (
        "CR/1",
        date(2026, 11, 1),
        time(9, 30),
        HALF_PAST_NINE,
        5,
        5.25,
        True,
        "two\nlines",
    )
    assert isinstance(sheet.rows[3][4], int), "5 is not 5.0"
    assert sheet.rows[4][-1] == "😟 \u200f\u05e9\u05dc\u05d5\u05dd"


def test_a_csv_gives_texts():
    (sheet,) = read_sheets(csv_of(MIXED), "October.CSV")
    assert sheet.name == "October"
    assert sheet.rows[3] == (
        "CR/1", "01/11/2026", "09:30", "01/11/2026 09:30", "5", "5.25", "TRUE", "two\nlines",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (xlsx([[], [None, None], [None, "here"]]), "t.xlsx"),
        (ods([[None], [None, None], [None, "here"]]), "t.ods"),
        (b"\r\n,\r\n,here\r\n", "t.csv"),
    ],
)
def test_rows_and_columns_keep_their_numbers_where_a_sheet_begins_blank(data, name):
    (sheet,) = read_sheets(data, name)
    assert sheet.rows[2][1] == "here"


def test_rows_repeated_in_an_ods_are_as_many_as_the_user_sees():
    """LibreOffice writes equal rows once, with their number, and fills the sheet's end with blank ones."""
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = (
        f'<table:table-row table:number-rows-repeated="3">{text.format("a")}</table:table-row>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/>'
        f"</table:table-row><table:table-row>{text.format('b')}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    (sheet,) = read_sheets(ods_of(f'<table:table table:name="T">{rows}</table:table>'), "t.ods")
    assert sheet.rows == (("a",), ("a",), ("a",), (None,), (None,), ("b",))


def test_merged_cells_hidden_columns_and_hidden_rows_do_no_harm(tmp_path):
    file = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet("Tracker")
        page.merge_range("A1:C1", "Tracker of 2026")
        page.write_row("A2", ["Ref", "Type", "Received"])
        page.write_row("A3", ["1", "Concern", "12/10/2026"])
        page.set_column("B:B", None, None, {"hidden": True})
        page.set_row(2, None, None, {"hidden": True})
        page.autofilter("A2:C3")
    (sheet,) = read_sheets(file.read_bytes(), "t.xlsx")
    assert sheet.rows == (
        ("Tracker of 2026", None, None),
        ("Ref", "Type", "Received"),
        ("1", "Concern", "12/10/2026"),
    )


def test_a_hidden_sheet_is_known_for_hidden_and_a_chart_is_no_sheet(tmp_path):
    file = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("Tracker").write("A1", "Ref")
        book.add_worksheet("Lists").hide()
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Tracker!$A$1:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)
    sheets = read_sheets(file.read_bytes(), "t.xlsx")
    assert [(sheet.name, sheet.hidden) for sheet in sheets] == [("Tracker", False), ("Lists", True)]


def test_the_error_of_a_formula_is_given_in_its_own_words(tmp_path):
    """Left out, it would be a blank cell, and nobody would know why the row is rejected."""
    file = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet("T")
        page.write_formula("B2", "=1/0", None, "#DIV/0!")
        page.write_formula("C2", "=A1", None, "fine")
        page.write_formula("D2", "=VLOOKUP(1,A:A,1)", None, "#N/A")
    (sheet,) = read_sheets(file.read_bytes(), "t.xlsx")
    assert sheet.rows[1] == (None, "#DIV/0!", "fine", "#N/A")
    cell = '<table:table-cell office:value-type="float" office:value="0" calcext:value-type="error">'
    row = f"<table:table-row>{cell}<text:p>#DIV/0!</text:p></table:table-cell></table:table-row>"
    (sheet,) = read_sheets(ods_of(f'<table:table table:name="T">{row}</table:table>'), "t.ods")
    assert sheet.rows == (("#DIV/0!",),)


def test_what_cannot_be_kept_is_cleaned_away():
    (sheet,) = read_sheets(b"Ref,Summary\r\n1,nul\x00 and bell\x07\r\n2,\xe2\x80\x8b \xc2\xa0\r\n", "t.csv")
    assert sheet.rows[1:] == (("1", "nul and bell"), ("2", None)), "a cell of invisible marks is blank"


def test_a_text_of_32000_characters_and_one_that_looks_like_a_formula_stay_whole():
    rows = [["Ref", "Name"], ["1", '=HYPERLINK("http://example.invalid","x")'], ["2", "w" * 32_767]]
    for data, name in [(xlsx(rows), "t.xlsx"), (ods(rows), "t.ods"), (csv_of(rows), "t.csv")]:
        (sheet,) = read_sheets(data, name)
        assert [list(row) for row in sheet.rows] == rows


def test_a_time_a_thousandth_before_midnight_is_midnight():
    """Spreadsheets keep times as fractions, and 46327.99999999 was typed as 2 November."""
    (sheet,) = read_sheets(xlsx([[datetime.fromisoformat("2026-11-01T23:59:59.999900")]]), "t.xlsx")
    assert sheet.rows == ((date(2026, 11, 2),),)


def test_dates_counted_from_1904_are_the_same_dates():
    """Excel on older Macs counts days from 1904."""
    (sheet,) = read_sheets(xlsx([[date(2026, 11, 1)]], options={"date_1904": True}), "t.xlsx")
    assert sheet.rows == ((date(2026, 11, 1),),)


# --- csv --------------------------------------------------------------------------------------------

PLAIN = [
    ["Ref", "Summary"],
    ["1", "a, b; c"],
    ["2", "says \"no\"\r\nand 'yes'"],
    [],
    ["3", "£10 \u2013 café"],
]


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_whatever_wrote_it(separator, encoding):
    (sheet,) = read_sheets(csv_of(PLAIN, separator=separator, encoding=encoding), "t.csv")
    assert sheet.rows == (
        ("Ref", "Summary"),
        ("1", "a, b; c"),
        ("2", "says \"no\"\nand 'yes'"),
        (),
        ("3", "£10 \u2013 café"),
    )


def test_one_comma_in_every_text_does_not_make_a_semicolon_file_a_comma_file():
    (sheet,) = read_sheets(b"Ref;Type;Summary\n1;Concern;late, rude\n2;Concern;lost, found\n", "t.csv")
    assert sheet.rows[1] == ("1", "Concern", "late, rude")


def test_the_separator_that_excel_writes_into_the_first_line_is_obeyed():
    (sheet,) = read_sheets(b"sep=|\r\nRef|Summary\r\n1|a,b,c,d\r\n", "t.csv")
    assert sheet.rows == (("Ref", "Summary"), ("1", "a,b,c,d"))


def test_a_quotation_mark_never_closed_is_refused_not_swallowed():
    with pytest.raises(FileError, match="quotation mark opened in row 2 is never closed"):
        read_sheets(b'Ref,Summary\n1,"a\n2,b\n3,c\n', "t.csv")


def test_a_csv_of_one_column_is_one_column():
    (sheet,) = read_sheets(b"Ref\rA\rB", "t.csv")
    assert sheet.rows == (("Ref",), ("A",), ("B",))


def test_a_file_without_an_end_of_line_at_its_end_is_whole():
    assert read_sheets(b"Ref,A\n1,2", "t.csv")[0].rows == (("Ref", "A"), ("1", "2"))
