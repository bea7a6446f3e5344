"""The mapping that is proposed for a tracker, and what the user makes of it in a file."""

from dataclasses import replace
from datetime import date

import pytest

from complaints.importing import (
    BLANK,
    Choice,
    HeadingError,
    Known,
    Rejected,
    counts,
    propose,
    read_map,
    read_rows,
    write_map,
)
from slas.packs import PackError
from tests.complaints.importing.made import HEADINGS, KNOWN, TODAY, a_row, map_of, read, sheet_of


def test_columns_and_values_are_proposed():
    mapping = map_of(
        a_row(), a_row("CR/2", type="Stage 1", officer="left the council", service="SEND team (old)")
    )
    assert (mapping.sheet, mapping.heading_row) == ("Tracker", 1)
    assert mapping.columns == {
        "own_reference": "Ref",
        "received": "Date received",
        "type": "Type",
        "service": "Service",
        "team": "Team",
        "summary": "Summary",
        "officer": "CRO",
        "due": "Due date",
        "responded": "Date responded",
    }
    assert mapping.values == {
        "type": {"Stage 1 - Corporate": "corporate-stage-1", "Stage 1": ""},
        "service": {"SEND": "SEN", "SEND team (old)": ""},
        "team": {"SEND North": "SEN-N"},
        "officer": {"A. Okonkwo": "1", "left the council": ""},
    }
    assert mapping.candidates["type"] == {
        "Stage 1": ("stage-1-childrens", "stage-1-sen", "corporate-stage-1")
    }
    assert mapping.missing == ()


def test_one_text_typed_in_several_ways_is_one_line_of_the_mapping():
    rows = [a_row("1", type="Concern"), a_row("2", type=" concern\xa0"), a_row("3", type="CONCERN")]
    assert map_of(*rows).values["type"] == {"Concern": "concern"}
    assert counts(sheet_of(*rows), map_of(*rows))["type"] == {"Concern": 3}


def test_a_text_of_novel_length_is_nobodys_name():
    mapping = map_of(a_row(team="w" * 32_000))
    assert "team" not in mapping.values
    assert mapping.code("team", "w" * 32_000) == ""


def test_a_tracker_without_a_type_says_what_is_missing():
    mapping = map_of(["1", "12/10/2026", "Upheld"], headings=["Ref", "Date received", "Outcome"])
    assert mapping.missing == ("type",)
    assert replace(mapping, values={"type": {BLANK: "concern"}}).missing == ()


def test_every_row_of_a_tracker_without_types_may_be_of_one_kind():
    """A council's tracker of one procedure has no column for it."""
    sheets = sheet_of(["1", "12/10/2026", "Upheld"], headings=["Ref", "Date received", "Outcome"])
    mapping = replace(propose(sheets, KNOWN), values={"type": {BLANK: "corporate-stage-1"}})
    (row,) = read_rows(sheets, mapping, KNOWN, TODAY)
    assert (row.kind, row.kind_text) == ("corporate-stage-1", "")


def test_a_stage_in_a_column_of_its_own_is_said_after_the_type():
    headings = ["Ref", "Date received", "Complaint type", "Stage", "Category"]
    rows = [
        ["1", "12/10/2026", "Corporate", "Stage 1", "Delay"],
        ["2", "12/10/2026", "Concern", None, "Staff"],
    ]
    mapping = map_of(*rows, headings=headings)
    assert (mapping.columns["type"], mapping.columns["stage"]) == ("Complaint type", "Stage")
    assert mapping.values["type"] == {"Corporate - Stage 1": "corporate-stage-1", "Concern": "concern"}
    assert [row.kind for row in read(*rows, headings=headings)] == ["corporate-stage-1", "concern"]


def test_of_several_columns_that_could_be_the_type_the_one_that_means_something_is_taken():
    mapping = map_of(
        ["1", "12/10/2026", "Delay", "Concern"],
        headings=["Ref", "Date received", "Category", "Classification"],
    )
    assert mapping.columns["type"] == "Classification"


def test_a_first_name_in_a_column_of_its_own_is_put_before_the_surname():
    headings = ["Ref", "Date received", "Type", "First name", "Surname"]
    (row,) = read(["1", "12/10/2026", "Concern", "Mair", "Pugh"], headings=headings)
    assert row.complainant == "Mair Pugh"


def test_dates_of_the_whole_file_are_read_in_one_order():
    assert map_of(a_row("1", "01/02/2026"), a_row("2", "02/13/2026", due="03/14/2026")).day_first is False
    assert map_of(a_row("1", "01/02/2026")).day_first is True
    assert map_of(a_row("1", "02/13/2026"), day_first=True).day_first is True, "what the user says is kept"


def test_a_sheet_or_row_that_is_not_there_is_said():
    with pytest.raises(HeadingError, match=r"no sheet 'Trackers' in the file; it has 'Tracker'"):
        map_of(a_row(), sheet="Trackers")
    with pytest.raises(HeadingError, match="Row 9 of the sheet 'Tracker' is blank"):
        map_of(a_row(), heading_row=9)


# --- as a file --------------------------------------------------------------------------------------

ROWS = [
    a_row("1", type="Stage 1", team="Duty Team"),
    a_row("2", type="Concern", officer="Ü. Ñandú 😟 # 'x': y", service="no"),
    a_row("3", date(2026, 11, 3), type="Yes", officer="12", service="\u200fnull"),
]


def read_back(text: str, *rows, **other):
    return read_map(text, "map.yaml", sheet_of(*(rows or ROWS)), KNOWN, **other)


def test_a_mapping_written_is_the_mapping_read():
    mapping = map_of(*ROWS)
    assert read_back(write_map(mapping)) == mapping
    month_first = replace(mapping, day_first=False)
    assert read_back(write_map(month_first)) == month_first


def test_what_the_file_says_wins_and_the_rest_is_proposed():
    mapping = read_back("values:\n  type:\n    stage  1: corporate-stage-1\n    Concern: ''\n")
    assert mapping.code("type", "Stage 1") == "corporate-stage-1"
    assert mapping.code("type", "Concern") == "", "that it means nothing is said too"
    assert mapping.code("officer", "A. Okonkwo") == "1"
    assert mapping.columns["received"] == "Date received"


def test_next_months_tracker_is_read_with_this_months_mapping():
    this_month = write_map(map_of(a_row("1", officer="P. Holm")))
    mapping = read_back(this_month, a_row("2", officer="Joan Thorne"))
    assert mapping.code("officer", "Joan Thorne") == "3"


def test_columns_that_the_file_names_are_all_there_are():
    mapping = read_back(
        "columns:\n  own_reference: ref\n  received: DATE RECEIVED\n  type: Type\n  due: ''\n"
    )
    assert mapping.columns == {"own_reference": "Ref", "received": "Date received", "type": "Type"}


MISTAKES = [
    ("no YAML", "sheet: 'Tracker", 1, "not YAML"),
    ("a control character", "sheet: Track\x07er", 1, "character"),
    ("nothing", "# later", 1, "empty"),
    ("two documents", "sheet: Tracker\n---\nsheet: Tracker\n", 3, "leave out the line '---'"),
    ("a list", "- sheet", 1, "a group of 'name: value' lines"),
    ("an unknown section", "sheet: Tracker\ncolumn:\n  a: b\n", 2, "'column' is not known here"),
    ("no such sheet", "sheet: Trackers", 1, "no sheet 'Trackers' in the file; it has 'Tracker'"),
    ("no number", "sheet: Tracker\nheading row: third", 2, "'third' is no row"),
    ("row 0", "heading row: 0", 1, "'0' is no row"),
    ("a blank row", "sheet: Tracker\nheading row: 90", 2, "Row 90 of the sheet 'Tracker' is blank"),
    ("another order", "dates: year first", 1, "is not one of: day first, month first"),
    ("an unknown field", "columns:\n  referee: Ref\n", 2, "'referee' is not known here"),
    ("no such column", "columns:\n  received: Date recieved\n", 2, "did you mean 'Date received'?"),
    ("nothing like it", "columns:\n  received: Zzz\n", 2, "the columns are: Ref, Date received"),
    ("a column for two", "columns:\n  due: Due date\n  responded: due date\n", 3, "'Due date' is due already"),
    ("a field twice", "columns:\n  due: Due date\n  due: Ref\n", 3, "'due' is said twice"),
    ("values of another field", "values:\n  due:\n    tbc: ''\n", 2, "'due' is not known here"),
    ("a text twice", "values:\n  type:\n    Stage 1: ''\n    STAGE  1: concern\n", 4, "is said twice"),
    ("an unknown code", "values:\n  type:\n    Stage 1: corporate-stage-9\n", 3, "did you mean corporate-stage-"),
    ("no code at all", "values:\n  type:\n    Stage 1:\n      - a\n", 4, "a single value is wanted"),
    ("no codes there", "values:\n  relationship:\n    Parent: parent\n", 3, "no code of relationship that is known"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "words"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_a_mistake_in_the_file_is_told_with_its_line(text, line, words):
    with pytest.raises(PackError) as error:
        read_back(text)
    assert str(error.value).startswith(f"map.yaml, line {line}: ")
    assert words in str(error.value)


def test_a_file_that_says_nothing_of_headings_where_there_are_none():
    with pytest.raises(HeadingError):
        read_map("dates: day first", "map.yaml", sheet_of(["a"], headings=["b"]), KNOWN)


def test_a_file_nested_without_end_or_of_many_megabytes_is_refused():
    for text in ("[" * 100_000, "sheet: " + "x" * 2_000_001):
        with pytest.raises(PackError, match="line 1"):
            read_back(text)


def test_no_proposal_depends_on_the_sample_alone():
    """A tracker of another council, with other words throughout."""
    known = Known(
        kinds=(
            Choice("general", "General complaint, stage 1"),
            Choice("review", "General complaint, stage 2"),
        )
    )
    headings = ["Complaint number", "Opened", "Customer", "Complaint stage", "Target", "Closed", "Finding"]
    (row, other) = read(
        [1041, date(2026, 3, 2), "A. N. Other", "Stage 1", date(2026, 4, 16), date(2026, 4, 1), "Unfounded"],
        [1042, date(2026, 3, 2), "B. Other", "Stage Two", None, None, None],
        headings=headings,
        known=known,
    )
    assert (row.own_reference, row.kind, row.due_on, row.responded_on) == (
        "1041", "general", date(2026, 4, 16), date(2026, 4, 1),
    )  # fmt: skip
    assert (row.outcome, row.outcome_text) == ("", "Unfounded")
    assert other.kind == "review"


def test_headings_alone_are_a_tracker_without_rows():
    assert read() == []
    assert [result for result in read(HEADINGS) if not isinstance(result, Rejected)] == []
