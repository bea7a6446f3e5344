"""The same row has the same digest, from whatever file it comes; another row has another."""

from datetime import date, datetime, time

import pytest

from complaints.importing import Row, propose, read_rows, read_sheets
from complaints.importing.fingerprints import canonical, fingerprint
from tests.complaints.importing.made import KNOWN, TODAY, csv_of, ods, xlsx

HEADINGS = ["Ref", "Received", "Logged", "Type", "Cost", "Count", "Urgent", "At", "Born", "Summary", "Empty"]
ROW = [
    "CR/1",
    date(2026, 11, 1),
    datetime.fromisoformat("2026-11-02T14:05"),
    "Stage 1 - Corporate",
    150.5,
    7,
    True,
    time(9, 30),
    date(1984, 3, 9),
    "Two lines,\nquotes \" and ' and 😟",
    None,
]
ROWS = [["Tracker of 2026"], [], HEADINGS, ROW]

FILES = [
    (xlsx(ROWS), "t.xlsx"),
    (ods(ROWS), "t.ods"),
    (csv_of(ROWS), "t.csv"),
    (csv_of(ROWS, separator=";", encoding="utf-16"), "semicolons.csv"),
    (csv_of(ROWS, day="%Y-%m-%d"), "iso.csv"),
    (csv_of(ROWS, day="%-d %B %Y"), "words.csv"),
]


def digest(data: bytes, name: str) -> str:
    sheets = read_sheets(data, name)
    (row,) = read_rows(sheets, propose(sheets, KNOWN), KNOWN, TODAY)
    assert isinstance(row, Row)
    return row.fingerprint


@pytest.mark.parametrize(("data", "name"), FILES, ids=[name for _, name in FILES])
def test_one_row_has_one_digest_in_every_format(data, name):
    assert digest(data, name) == digest(*FILES[0])
    assert len(digest(data, name)) == 64


def of(cells, headings=HEADINGS):
    return fingerprint(tuple(headings), cells)


def test_every_cell_counts():
    for place in range(len(ROW)):
        other = list(ROW)
        other[place] = "something else"
        assert of(other) != of(ROW), HEADINGS[place]


def test_which_heading_a_text_stands_under_counts():
    assert of(["a", None], ["Upheld", "Not upheld"]) != of([None, "a"], ["Upheld", "Not upheld"])


def test_spaces_blank_columns_and_the_order_of_columns_do_not_count():
    plain = of(["1", "a b"], ["Ref", "Summary"])
    assert of([" 1\xa0", "a\r\n  b"], ["REF", "summary"]) == plain
    assert of(["1", None, "a b"], ["Ref", "Notes", "Summary"]) == plain
    assert of(["a b", "1"], ["Summary", "Ref"]) == plain
    assert of(["1"], ["Ref", "Summary"]) == of(["1", None], ["Ref", "Summary"])


def test_a_day_typed_is_the_day_itself_whatever_the_mapping_does_with_it():
    assert canonical("1/11/26") == canonical(date(2026, 11, 1)) == "2026-11-01"
    assert canonical("11/13/2026") == canonical(date(2026, 11, 13)), "it has one reading only"


@pytest.mark.parametrize(
    "text", ["CR/26/1000", "1/2", "007", "07700 900123", "12/13", "Stage 1", "1,000", "£150.00", "10 May"]
)
def test_what_is_no_date_or_number_stays_a_text(text):
    assert canonical(text) == text


def test_columns_that_count_by_themselves_do_not_make_another_row_of_it_tomorrow():
    headings = ["Ref", "Days open", "RAG", "Working days taken", "Overdue?", "No. of days late"]
    assert of(["1", 5, "Green", 3, "N", 0], headings) == of(["1", 6, "Amber", 4, "Y", 1], headings)
    assert of(["1", "a"], ["Ref", "Days off school"]) != of(["1", "b"], ["Ref", "Days off school"])


def test_a_row_mended_in_our_list_of_rejected_rows_is_the_row_of_the_mended_tracker():
    ours = ["Row", "Column", "Value", "Reason", "Ref", "Type"]
    assert of([4, "Type", "Stage 1", "The type is ambiguous.", "1", "Concern"], ours) == of(
        ["1", "Concern"], ["Ref", "Type"]
    )
    assert of(["a", "1"], ["Reason", "Ref"]) != of(["b", "1"], ["Reason", "Ref"]), (
        "a column of the tracker's own"
    )
