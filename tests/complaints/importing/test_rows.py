"""A tracker's rows: what each oddity becomes, and in what words it is told."""

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.importing import (
    Known,
    Rejected,
    Repeated,
    Row,
    UnitChoice,
    count_rows,
    propose,
    read_rows,
)
from complaints.references import own_key
from slas.core.calendar import LONDON
from tests.complaints.importing.made import HEADINGS, KNOWN, TODAY, a_row, read, sheet_of


def one(*row, **other):
    (result,) = read(*row, **other)
    return result


def remarks(row: Row) -> list[tuple[str, str, str]]:
    return [(remark.column, remark.value, remark.what) for remark in row.remarks]


# --- a plain row ------------------------------------------------------------------------------------

EVERYTHING = {
    "Ref": "CR/26/7",
    "Date received": "12/10/2026 09:30",
    "How received": "email",
    "Complainant": "Mair Pugh",
    "Relationship": "Grandparent",
    "YP initials": "L.P.",
    "Email": "mair@example.com",
    "Telephone": "01632 960 001",
    "Postcode": "zz1  1zz",
    "Type": "Stage 1 - Children's",
    "Service": "Early Help",
    "Team": "Early Help Hub",
    "Summary": "First.\n\nSecond.",
    "CRO": "P. Holm",
    "Responding manager": "Someone Else",
    "MP / Cllr": "Cllr Anne Example",
    "Due date": "26/10/2026",
    "Extended?": "Y",
    "Extended to": "9 Nov 2026",
    "Date responded": "06/11/26",
    "Outcome": "Partially upheld",
    "Learning / actions": "Review the template letter",
    "Learning due": "2026-12-01",
}


def test_every_field_of_a_row():
    row = one(list(EVERYTHING.values()), headings=list(EVERYTHING))
    assert row == Row(
        number=2,
        own_reference="CR/26/7",
        received=datetime(2026, 10, 12, 9, 30, tzinfo=LONDON),
        kind="stage-1-childrens",
        kind_text="Stage 1 - Children's",
        channel="email",
        channel_text="email",
        complainant="Mair Pugh",
        relationship="",
        relationship_text="Grandparent",
        young_person="L.P.",
        email="mair@example.com",
        phone="01632 960 001",
        postcode="ZZ1 1ZZ",
        service="HELP",
        service_text="Early Help",
        team="HUB",
        team_text="Early Help Hub",
        officer="2",
        officer_text="P. Holm",
        responder="",
        responder_text="Someone Else",
        mp_or_councillor="Cllr Anne Example",
        summary="First.\n\nSecond.",
        due_on=date(2026, 10, 26),
        extended=True,
        extended_to=date(2026, 11, 9),
        responded_on=date(2026, 11, 6),
        outcome="partly-upheld",
        outcome_text="Partially upheld",
        learning="Review the template letter",
        learning_due=date(2026, 12, 1),
        raw=EVERYTHING | {"Postcode": "zz1  1zz"},
        fingerprint=row.fingerprint,
        remarks=row.remarks,
    )
    assert remarks(row) == [
        (
            "Responding manager",
            "Someone Else",
            "Not matched: nobody of this name is known here. It is kept as text.",
        )
    ], "of relationships nothing is known, so that nothing is said"


def test_the_row_is_kept_as_it_was_typed():
    row = one(
        [12, date(2026, 11, 2), "Concern", True, time(9, 5), 2.5],
        headings=["Ref", "Date received", "Type", "A", "B", None],
    )
    assert row.raw == {
        "Ref": "12",
        "Date received": "2 November 2026",
        "Type": "Concern",
        "A": "TRUE",
        "B": "09:05",
        "Column F": "2.5",
    }
    assert row.own_reference == "12"


def test_a_reference_is_the_same_in_other_letters_and_spaces():
    assert one(a_row("CR/26/1")).identity == own_key(" cr / 26 /\xa01") == "cr/26/1"


# --- rejected ---------------------------------------------------------------------------------------

FUTURE = date(2026, 11, 23)


NO_REFERENCE = "No reference. Give each row a reference of its own: a case is known by it."
UNREADABLE = "The date received cannot be read: "
KINDS_OF_STAGE_1 = (
    "'Stage 1, children's services', 'Stage 1, special educational needs and other non-statutory' or "
    "'Corporate stage 1'"
)
REJECTED = [
    (a_row(None), "Ref", "", NO_REFERENCE),
    (a_row("n/a"), "Ref", "n/a", NO_REFERENCE),
    (a_row("tbc"), "Ref", "tbc", NO_REFERENCE),
    (a_row("#N/A"), "Ref", "#N/A", "The cell shows #N/A, the error of its formula, and no reference."),
    (a_row("R" * 201), "Ref", "R" * 199 + "…", "The reference has 201 characters; 200 is the most."),
    (a_row(received=None), "Date received", "", "No date received."),
    (a_row(received="-"), "Date received", "-", "No date received."),
    (a_row(received="last week"), "Date received", "last week", f"{UNREADABLE}write it as 12/10/2026."),
    (
        a_row(received="31/02/2026"),
        "Date received",
        "31/02/2026",
        f"{UNREADABLE}there is no such day in the calendar.",
    ),
    (
        a_row(received="#REF!"),
        "Date received",
        "#REF!",
        f"{UNREADABLE}the cell shows #REF!, the error of its formula.",
    ),
    (
        a_row(received=12),
        "Date received",
        "12",
        f"{UNREADABLE}the number is no day of the years 1990 to 2089; write it as 12/10/2026.",
    ),
    (a_row(received=FUTURE), "Date received", "23 November 2026", "The date received is in the future."),
    (a_row(responded=FUTURE), "Date responded", "23 November 2026", "The date responded is in the future."),
    (
        a_row(responded=date(2026, 11, 1)),
        "Date responded",
        "1 November 2026",
        "Responded before it was received (2 November 2026).",
    ),
    (a_row(type=None), "Type", "", "No type."),
    (a_row(type="#N/A"), "Type", "#N/A", "The cell shows #N/A, the error of its formula, and no type."),
    (
        a_row(type="Subject access"),
        "Type",
        "Subject access",
        "The type is not known here. Choose what it means in the mapping.",
    ),
    (
        a_row(type="Stage 1"),
        "Type",
        "Stage 1",
        f"The type is ambiguous: it could be {KINDS_OF_STAGE_1}. Choose one in the mapping.",
    ),
]


@pytest.mark.parametrize(("row", "column", "value", "reason"), REJECTED)
def test_a_row_that_cannot_be_a_case_is_rejected(row, column, value, reason):
    result = one(row)
    assert isinstance(result, Rejected)
    assert (result.number, result.column, result.value, result.reason) == (2, column, value, reason)
    assert result.raw.get("Summary") == "No reply to three letters."


def test_received_today_and_responded_on_the_day_of_receipt_are_not_in_the_future():
    row = one(a_row(received=TODAY, responded=TODAY, due=None))
    assert (row.received, row.responded_on) == (TODAY, TODAY)


def test_all_reasons_are_told_at_once_so_that_a_row_is_mended_once():
    result = one(a_row(None, received=FUTURE, type="Stage 1"))
    assert result.column == "Ref"
    assert "Also, Date received: The date received is in the future." in result.reason
    assert "Also, Type: The type is ambiguous" in result.reason


@pytest.mark.parametrize(
    "words", ["TOTAL", "Total", "Totals:", "Grand total", "Sub-total", "Total cases: 404"]
)
def test_a_totals_row_is_no_case(words):
    row = [None, None, words, *[None] * 6] if words == "Grand total" else [words, 404, *[None] * 7]
    result = one(row)
    assert (result.value, result.reason) == (words, "This is a totals row, not a case.")


def test_a_case_whose_reference_is_total_is_a_case():
    assert isinstance(one(a_row("Total Mobility 7")), Row)


def test_headings_printed_again_on_the_second_page_are_no_case():
    results = read(a_row("1"), [heading.upper() for heading in HEADINGS], a_row("2"))
    assert [type(result) for result in results] == [Row, Rejected, Row]
    assert results[1].reason == "These are the headings again, not a case."


def test_blank_rows_do_not_count_and_the_others_keep_their_numbers():
    rows = [[None] * 9, a_row("1"), [], a_row("2")]
    assert [result.number for result in read(*rows)] == [3, 5]
    sheets = sheet_of(*rows)
    assert count_rows(sheets, propose(sheets, KNOWN)) == 2


# --- the same reference twice -----------------------------------------------------------------------


def test_the_same_row_twice_is_there_already():
    first, _, again = read(a_row("1"), a_row("2"), a_row("1"))
    assert again == Repeated(4, "1", first=2, fingerprint=first.fingerprint, raw=first.raw)
    assert again.identity == first.identity


def test_the_same_reference_with_other_content_is_rejected():
    first, second = read(a_row("CR/1"), a_row("cr / 1", summary="Something else."))
    assert isinstance(first, Row)
    assert second.reason == (
        "Row 2 has the same reference and other content. Give each case a reference of its own."
    )
    assert (second.column, second.value) == ("Ref", "cr / 1")


def test_a_row_that_was_rejected_does_not_hold_its_reference():
    """Somebody typed the row again, rightly."""
    results = read(a_row("1", received=FUTURE), a_row("1"))
    assert [type(result) for result in results] == [Rejected, Row]


def test_what_was_received_later_today_is_in_the_future():
    """Only where the hour is known, and asked for."""
    sheets = sheet_of(a_row("1", received="22/11/2026 15:00"), a_row("2", received=TODAY))
    now = datetime(2026, 11, 22, 14, 59, tzinfo=LONDON)
    first, second = read_rows(sheets, propose(sheets, KNOWN), KNOWN, TODAY, now)
    assert isinstance(first, Rejected)
    assert first.reason == "The date received is in the future."
    assert isinstance(second, Row)
    assert isinstance(next(read_rows(sheets, propose(sheets, KNOWN), KNOWN, TODAY)), Row)


def test_a_reference_that_grows_when_it_is_compared_is_too_long():
    """It is kept in the form in which references are compared, too."""
    (result,) = read(a_row("\u00df" * 150))
    assert result.reason == "The reference has 300 characters; 200 is the most."


# --- dates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["tbc", "10 working days", "31/02/2026", "n/a", "#N/A"])
def test_an_unreadable_due_date_is_kept_as_text_and_reported(typed):
    row = one(a_row(due=typed))
    assert (row.due_on, row.due_text) == (None, typed)
    ((column, value, what),) = remarks(row)
    assert (column, value) == ("Due date", typed)
    assert what.startswith("The date cannot be read: ") and what.endswith("It is kept as text.")


def test_no_due_date_is_nothing_to_report():
    row = one(a_row(due=None))
    assert (row.due_on, row.due_text, row.remarks) == (None, "", ())


def test_a_due_date_before_the_case_came_in_is_reported():
    row = one(a_row(due=date(2026, 10, 30)))
    assert row.due_on == date(2026, 10, 30)
    assert remarks(row)[0][2] == "The due date is before the case was received."


def test_a_bare_number_is_read_as_a_date_and_that_is_said():
    row = one(a_row(received=46328, due=46342.5))
    assert (row.received, row.due_on) == (date(2026, 11, 2), date(2026, 11, 16))
    assert remarks(row) == [
        ("Date received", "46328", "The number is read as 2 November 2026, as spreadsheets count days."),
        ("Due date", "46342.5", "The number is read as 16 November 2026, as spreadsheets count days."),
    ]


def test_an_answer_whose_date_cannot_be_read_is_reported_and_the_case_is_open():
    row = one(a_row(responded="sent by Jo"))
    assert row.responded_on is None
    assert (
        remarks(row)[0][2]
        == "The date cannot be read: write it as 12/10/2026. The case is taken as not answered."
    )
    assert one(a_row(responded="-")).remarks == ()


def test_an_outcome_without_an_answer_is_reported():
    headings = ["Ref", "Date received", "Type", "Outcome", "Date responded"]
    row = one(["1", date(2026, 11, 2), "Concern", "Upheld", None], headings=headings)
    assert row.outcome == "upheld"
    assert (
        remarks(row)[0][2] == "There is an outcome but no date responded: the case is taken as not answered."
    )


# --- extensions -------------------------------------------------------------------------------------

LATER = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("said", "until", "extended", "to", "words"),
    [
        ("Y", LATER, True, LATER, None),
        ("yes - agreed with her", LATER, True, LATER, None),
        ("✓", LATER, True, LATER, None),
        (True, LATER, True, LATER, None),
        (1, LATER, True, LATER, None),
        (None, LATER, True, LATER, None),
        (LATER, None, True, LATER, None),
        ("30/11/2026", None, True, LATER, None),
        ("N", None, False, None, None),
        (False, None, False, None, None),
        ("n/a", "-", False, None, None),
        (None, None, False, None, None),
        ("Y", None, True, None, "Extended, but no date says to when."),
        ("Y", "tbc", True, None, "The date cannot be read: write it as 12/10/2026. It is left out."),
        ("N", LATER, False, None, "There is a date, but the row says it is not extended: the date is left out."),
        ("perhaps", None, False, None, "This is neither yes, no nor a date: it is taken as not extended."),
        ("Y", date(2026, 11, 1), True, date(2026, 11, 1), "The extension ends before the case was received."),
    ],
)  # fmt: skip
def test_an_extension_is_what_the_two_columns_say_together(said, until, extended, to, words):
    headings = ["Ref", "Date received", "Type", "Extended?", "Extended to"]
    row = one(["1", date(2026, 11, 2), "Concern", said, until], headings=headings)
    assert (row.extended, row.extended_to) == (extended, to)
    assert [what for _, _, what in remarks(row)][:1] == ([words] if words else [])


# --- units and people -------------------------------------------------------------------------------


def test_people_and_units_that_match_nothing_stay_as_text():
    row = one(a_row(officer="left the council", service="SEND team (old)", team="Family Hub"))
    assert (row.officer, row.officer_text) == ("", "left the council")
    assert (row.service, row.service_text, row.team, row.team_text) == (
        "",
        "SEND team (old)",
        "",
        "Family Hub",
    )
    assert remarks(row) == [
        ("CRO", "left the council", "Not matched: nobody of this name is known here. It is kept as text."),
        ("Service", "SEND team (old)", "Not matched: it could be 'SEND'. It is kept as text."),
        ("Team", "Family Hub", "Not matched: no unit of this name is known here. It is kept as text."),
    ]


def test_two_people_with_one_initial_are_named():
    assert remarks(one(a_row(officer="J. Thorne")))[0][2] == (
        "Not matched: it could be 'Joan Thorne' or 'Jack Thorne'. It is kept as text."
    )


def test_a_team_of_another_service_is_reported():
    row = one(a_row(service="SEND", team="Early Help Hub"))
    assert (row.service, row.team) == ("SEN", "HUB")
    assert remarks(row)[0][2] == "This team is not part of SEND, the service of the row."


def test_of_two_teams_with_one_name_that_of_the_rows_service_is_meant():
    row = one(a_row(service="Early Help", team="Duty Team"))
    assert (row.team, row.remarks) == ("HELP-DUTY", ())
    assert one(a_row(service=None, team="Duty Team")).team == ""


def test_a_row_without_service_and_team_is_reported():
    assert remarks(one(a_row(service=None, team="-")))[0][2] == "No service or team is given."
    assert one(a_row(service=None)).remarks == (), "the team is enough"


def test_a_unit_that_stands_below_itself_ends_the_search():
    known = Known(
        KNOWN.kinds, (UnitChoice("A", "SEND", "service", "B"), UnitChoice("B", "SEND North", "team", "A"))
    )
    assert isinstance(one(a_row(), known=known), Row)
    assert known.is_within("B", "nowhere") is False


# --- texts ------------------------------------------------------------------------------------------

CONTACT = ["Ref", "Date received", "Type", "Complainant", "Email", "Telephone", "Postcode"]


def contact(name=None, email=None, phone=None, postcode=None) -> Row:
    return one(["1", date(2026, 11, 2), "Concern", name, email, phone, postcode], headings=CONTACT)


@pytest.mark.parametrize(
    ("typed", "address", "words"),
    [
        ("a@example.com", "a@example.com", None),
        (" mailto:a@example.com\xa0", "a@example.com", None),
        ("Mair <a@example.com>", "a@example.com", None),
        ("a@example.com; b@example.com", "a@example.com", "There are 2 addresses: the first is taken."),
        ("not an address", "", "This is not an e-mail address: it is left out."),
        ("@" * 32_000, "", "This is not an e-mail address: it is left out."),
        ("n/a", "", None),
    ],
)
def test_an_e_mail_address_is_one_or_is_left_out(typed, address, words):
    row = contact(email=typed)
    assert row.email == address
    assert [what for _, _, what in remarks(row)] == ([words] if words else [])


def test_a_name_that_looks_like_a_formula_is_a_name():
    assert contact(name='=HYPERLINK("http://example.invalid","x")').complainant == (
        '=HYPERLINK("http://example.invalid","x")'
    )


def test_names_of_any_alphabet_and_with_any_sign_survive():
    assert contact(name="Zoë 😟 \u05d3\u05d5\u05d3\x00\u200f").complainant == "Zoë 😟 \u05d3\u05d5\u05d3"


def test_a_text_too_long_for_its_place_is_cut_and_kept_whole_beside():
    row = contact(name="N" * 32_767, phone="0" * 41, postcode="ZZ1 1ZZ and the one before")
    assert (len(row.complainant), len(row.phone), row.postcode) == (200, 40, "")
    assert len(row.raw["Complainant"]) == 32_767
    assert [(column, what) for column, _, what in remarks(row)] == [
        ("Complainant", "The text has 32,767 characters: the first 200 are taken."),
        ("Telephone", "The text has 41 characters: the first 40 are taken."),
        ("Postcode", "This is too long for a postcode: it is left out."),
    ]
    assert all(len(value) <= 200 for _, value, _ in remarks(row))


def test_a_summary_of_32000_characters_is_kept_whole():
    assert len(one(a_row(summary="Long. " * 5_000)).summary) == 29_999


def test_the_error_of_a_formula_where_nothing_depends_on_it_is_blank_and_reported():
    row = one(a_row(summary="#VALUE!", officer="#N/A"))
    assert (row.summary, row.officer_text) == ("", "")
    assert [(column, value) for column, value, _ in remarks(row)] == [("CRO", "#N/A"), ("Summary", "#VALUE!")]


# --- anything at all --------------------------------------------------------------------------------

ANYTHING = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from(
        ["TOTAL", "Stage 1", "Concern", "12/10/26", "tbc", "#REF!", "J. Thorne", "Duty Team", "Y", "😟\u200f"]
    ),
)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.lists(ANYTHING, min_size=9, max_size=12), max_size=6))
def test_whatever_stands_in_the_cells_each_row_has_one_result(rows):
    sheets = sheet_of(*rows)
    mapping = propose(sheets, KNOWN)
    results = list(read_rows(sheets, mapping, KNOWN, TODAY))
    assert len(results) == count_rows(sheets, mapping)
    for result in results:
        if isinstance(result, Row):
            assert result.kind and result.own_reference and "\x00" not in result.summary
        elif isinstance(result, Rejected):
            assert result.reason and len(result.value) <= 200
