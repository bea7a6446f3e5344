"""A mapping as somebody corrects it on the page."""

from complaints.importing import BLANK, propose
from complaints.importing.correcting import Text, corrected, moved_fields, texts_of
from tests.complaints.importing.made import HEADINGS, KNOWN, a_row, sheet_of


def test_what_is_not_matched_comes_first_then_what_is_most_frequent():
    sheets = sheet_of(
        a_row("1", type="Stage 1"),
        a_row("2", type="Concern"),
        a_row("3", type="Concern"),
        a_row("4", type="Gripe"),
        a_row("5", type="Ofsted"),
    )
    found = texts_of(sheets, propose(sheets, KNOWN), KNOWN)["type"]
    assert [(text.text, text.rows, text.code) for text in found] == [
        ("Gripe", 1, ""),
        ("Stage 1", 1, ""),
        ("Concern", 2, "concern"),
        ("Ofsted", 1, "ofsted"),
    ]
    assert "stage-1-sen" in found[1].could_be


def test_fields_of_which_nothing_is_known_are_not_asked_about():
    sheets = sheet_of(a_row("1"))
    assert "relationship" not in texts_of(sheets, propose(sheets, KNOWN), KNOWN)


def test_where_no_column_says_the_type_one_can_be_chosen_for_all():
    headings = [heading for heading in HEADINGS if heading != "Type"]
    rows = [[cell for place, cell in enumerate(a_row(str(n))) if place != 2] for n in range(3)]
    sheets = sheet_of(*rows, headings=headings)
    mapping = propose(sheets, KNOWN)
    assert texts_of(sheets, mapping, KNOWN)["type"] == [Text(BLANK, 3, "", ())]
    assert mapping.missing == ("type",)
    new = corrected(sheets, KNOWN, mapping, values={"type": {BLANK: "concern"}})
    assert new.missing == ()
    assert new.code("type", "") == "concern"


def test_what_is_said_of_a_text_is_kept_and_the_rest_stays():
    sheets = sheet_of(a_row("1", type="Stage 1"), a_row("2", type="Concern"))
    mapping = propose(sheets, KNOWN)
    new = corrected(sheets, KNOWN, mapping, values={"type": {"Stage 1": "stage-1-sen", "Concern": ""}})
    assert (new.code("type", "Stage 1"), new.code("type", "Concern")) == ("stage-1-sen", "")
    assert new.columns == mapping.columns
    assert corrected(sheets, KNOWN, new) == new


def test_another_column_is_matched_anew():
    """What was said of the words of the old one is forgotten."""
    sheets = sheet_of(a_row("1", service="Early Help", team="Duty Team"))
    mapping = corrected(sheets, KNOWN, propose(sheets, KNOWN), values={"service": {"Early Help": ""}})
    columns = {**mapping.columns, "service": "Team"}
    del columns["team"]
    new = corrected(sheets, KNOWN, mapping, columns=columns)
    assert moved_fields(mapping, new) == ("service", "team")
    assert list(new.values["service"]) == ["Duty Team"]
    assert "team" not in new.values
