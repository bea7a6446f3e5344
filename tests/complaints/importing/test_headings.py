"""Where the headings are, whatever stands above them and however they are typed."""

import pytest

from complaints.importing import HeadingError, Sheet, headings_at, other_trackers, propose
from complaints.importing.headings import choose_sheet, find_headings
from complaints.importing.words import FIELDS, HEADINGS
from tests.complaints.importing.made import KNOWN

USUAL = ["Ref", "Date received", "Type", "Outcome"]
CASE = ["1", "12/10/2026", "Concern", "Upheld"]


def sheet(*rows, name="Tracker", hidden=False):
    return Sheet(name, rows, hidden)


def columns(*headings):
    """What each heading is taken for, in a tracker of these."""
    return propose([sheet(headings, ["1"] * len(headings))], KNOWN, heading_row=1).columns


def test_a_title_and_a_blank_row_above_them_are_passed_over():
    found = find_headings(sheet(["Customer Relations complaints tracker 2026 (OFFICIAL)"], [], USUAL, CASE))
    assert (found.row, found.labels) == (3, ("Ref", "Date received", "Type", "Outcome"))


def test_they_may_stand_as_low_as_row_thirty():
    rows = [["Note"]] * 29
    assert find_headings(sheet(*rows, USUAL, CASE)).row == 30
    assert find_headings(sheet(*rows, ["Note"], USUAL, CASE)) is None


def test_spaces_colons_stars_line_breaks_and_capitals_make_no_difference():
    found = find_headings(sheet(["REF:", "Date\n received ", "type\xa0*", "\u200fOutcome"], CASE))
    assert found.labels == ("REF", "Date received", "type", "Outcome")
    assert found.place("date RECEIVED") == 1


def test_a_heading_over_two_rows_is_joined():
    found = find_headings(
        sheet(["Tracker"], ["Ref", None, "Date", "Date"], [None, "Type", "received", "responded"])
    )
    assert (found.row, found.labels) == (3, ("Ref", "Type", "Date received", "Date responded"))


def test_a_group_above_complete_headings_is_left_out():
    found = find_headings(sheet(["The case", None, None, "The answer"], USUAL, CASE))
    assert found.labels == ("Ref", "Date received", "Type", "Outcome")


def test_headings_twice_or_blank_get_names_of_their_own():
    found = find_headings(sheet([*USUAL, "Notes", "Notes", None], [*CASE, "a", "b", "c", "beyond"]))
    assert found.labels[4:] == ("Notes", "Notes (2)", "Column G", "Column H")


def test_the_sheet_with_most_headings_is_the_tracker():
    lists = sheet(["Type", "Service", "Outcome"], name="Lists")
    tracker = sheet([*USUAL, "Service", "Team"], CASE)
    old = sheet([*USUAL, "Service", "Team", "Summary"], CASE, name="Old", hidden=True)
    assert choose_sheet([lists, tracker, old]).sheet == "Tracker"
    assert choose_sheet([old]).sheet == "Old", "a hidden one is better than none"
    assert other_trackers([lists, tracker, old], "Tracker") == ("Lists", "Old")


def test_no_headings_anywhere_is_said():
    with pytest.raises(HeadingError, match=r"'Notes'.*such as Reference, Date received, Type"):
        choose_sheet([sheet(["hello"], ["world"], name="Notes")])


def test_a_row_named_by_the_user_is_taken_if_there_is_something_in_it():
    assert headings_at(sheet(["A", "B"], ["1", "2"]), 1).labels == ("A", "B")
    for row in (0, 3, 9):
        with pytest.raises(HeadingError, match=f"Row {row} .* is blank"):
            headings_at(sheet(["A", "B"], ["1", "2"], [None]), row)


def test_only_rows_with_something_in_them_count_and_keep_their_numbers():
    tracker = sheet(USUAL, CASE, [None, None], [], CASE)
    assert [number for number, _ in headings_at(tracker, 1).rows(tracker)] == [2, 5]


# --- the words of any council -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Ref", "own_reference"),
        ("Complaint Ref No.", "own_reference"),
        ("Case no", "own_reference"),
        ("URN", "own_reference"),
        ("Date rec'd", "received"),
        ("Date rec\u2019d", "received"),
        ("Date complaint received", "received"),
        ("Received (dd/mm/yyyy)", "received"),
        ("Date in", "received"),
        ("Method of contact", "channel"),
        ("Name of complainant", "complainant"),
        ("Relationship to child", "relationship"),
        ("YP initials", "young_person"),
        ("Child's name", "young_person"),
        ("E-mail address", "email"),
        ("Tel. no.", "phone"),
        ("Post code", "postcode"),
        ("Complaint type", "type"),
        ("Nature", "type"),
        ("Category", "type"),
        ("Service area", "service"),
        ("Locality team", "team"),
        ("Details of complaint", "summary"),
        ("Complaints Officer", "officer"),
        ("CRO", "officer"),
        ("Responding manager", "responder"),
        ("Investigating Officer", "responder"),
        ("Allocated to", "responder"),
        ("MP / Cllr", "mp_or_councillor"),
        ("Response due", "due"),
        ("Target date", "due"),
        ("Extended? (Y/N)", "extended"),
        ("Revised due date", "extended_to"),
        ("Date response sent", "responded"),
        ("Date closed", "responded"),
        ("Upheld / not upheld", "outcome"),
        ("Lessons learned", "learning"),
        ("Action due date", "learning_due"),
    ],
)
def test_a_heading_is_known_by_its_words(heading, field):
    assert columns(heading, "Zebra") == {field: heading}


def test_a_column_gives_one_field_and_the_surest_heading_wins():
    assert columns(
        "Date", "Date received", "Date responded", "Date closed", "Officer", "Responding officer"
    ) == {
        "received": "Date received",
        "officer": "Officer",
        "responder": "Responding officer",
        "responded": "Date responded",
    }


def test_unknown_columns_are_left_alone():
    assert columns("Ref", "Shoe size", "Colour") == {"own_reference": "Ref"}


def test_every_field_has_words_and_no_words_are_for_no_field():
    assert HEADINGS.keys() == FIELDS.keys()
