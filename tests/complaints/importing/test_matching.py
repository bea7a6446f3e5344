"""What a text means here: one code, or none with the codes it could be. Never a guess between two."""

import pytest

from complaints.importing import Choice, Known, PersonChoice, UnitChoice
from complaints.importing.matching import Match, matchers
from tests.complaints.importing.made import KNOWN

FIND = matchers(KNOWN)

# --- types ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Stage 1 - Children's", "stage-1-childrens"),
        (" stage 1 - children\u2019s\xa0", "stage-1-childrens"),
        ("STAGE ONE: CHILDRENS", "stage-1-childrens"),
        ("Children's Stage1 complaint", "stage-1-childrens"),
        ("Stage 1 - SEN", "stage-1-sen"),
        ("Stg 1 SEND", "stage-1-sen"),
        ("Corporate S1", "corporate-stage-1"),
        ("2nd stage, corporate", "corporate-stage-2"),
        ("Stage 2 - Statutory", "stage-2-statutory"),
        ("Stage 2 - Education", "stage-2-education"),
        ("stage-2-education", "stage-2-education"),
        ("Concern", "concern"),
        ("MP enquiry", "mp-enquiry"),
        ("Cllr enquiry", "mp-enquiry"),
        ("MP", "mp-enquiry"),
        ("LGSCO", "lgsco-enquiry"),
        (" lgsco\xa0", "lgsco-enquiry"),
        ("LGO enquiry", "lgsco-enquiry"),
        ("Ofsted", "ofsted"),
        ("ofsted notification", "ofsted"),
    ],
)
def test_a_type_is_known_by_its_words_in_any_order_and_spelling(text, code):
    assert FIND["type"](text) == Match(code)


def test_a_stage_that_several_kinds_have_is_ambiguous():
    assert FIND["type"]("Stage 1") == Match("", ("stage-1-childrens", "stage-1-sen", "corporate-stage-1"))


def test_the_same_words_are_enough_where_only_one_kind_has_them():
    only = Known(kinds=(Choice("s1", "Stage 1, low complexity"), Choice("s2", "Stage 2")))
    assert matchers(only)["type"]("Stage 1") == Match("s1")


@pytest.mark.parametrize("text", ["Corporate", "Education", "Statutory"])
def test_a_kind_without_its_stage_is_suggested_not_taken(text):
    match = FIND["type"](text)
    assert match.code == "" and match.could_be


def test_words_that_change_the_meaning_are_not_overlooked():
    """'Not a concern', 'Stage 1 - SEN (out of time)': more is said than the kind's name."""
    assert FIND["type"]("Concern raised at panel") == Match("", ("concern",))
    assert FIND["type"]("Stage 1 - SEN (out of time)") == Match("", ("stage-1-sen",))
    assert FIND["type"]("Subject access request") == Match()


def test_a_slip_of_the_pen_is_suggested_not_taken():
    assert FIND["type"]("Corprate stage 1").could_be[0] == "corporate-stage-1"
    assert FIND["type"]("Corprate stage 1").code == ""


def test_non_statutory_is_not_statutory():
    known = Known(kinds=(Choice("a", "Stage 2, statutory"), Choice("b", "Stage 2, non-statutory")))
    assert matchers(known)["type"]("Stage 2 non statutory") == Match("b")
    assert matchers(known)["type"]("Stage 2 statutory") == Match("a")


def test_other_words_of_a_kind_are_as_good_as_its_name():
    known = Known(kinds=(Choice("a", "Corporate complaint", ("CC1", "Two-tier")), Choice("b", "Concern")))
    assert matchers(known)["type"]("two\xa0tier ") == Match("a")
    assert matchers(known)["type"]("cc1") == Match("a")


def test_one_name_for_two_kinds_is_ambiguous():
    known = Known(kinds=(Choice("a/stage-1", "Stage 1"), Choice("b/stage-1", "Stage 1")))
    assert matchers(known)["type"]("Stage 1") == Match("", ("a/stage-1", "b/stage-1"))


# --- units ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("service", "SEND", "SEN"),
        ("service", "send\xa0service", "SEN"),
        ("service", "The SEND team", "SEN"),
        ("service", "Children & Families", "CHILDREN"),
        ("service", "SEN-N", "SEN-N"),
        ("team", "Early Help Hub", "HUB"),
        ("team", "early  help", "HELP"),
    ],
)
def test_a_unit_is_known_by_its_name_or_code(field, text, code):
    assert FIND[field](text) == Match(code)


def test_of_a_service_and_a_team_with_one_name_the_columns_own_sort_is_meant():
    units = (UnitChoice("S", "Fostering", "service"), UnitChoice("T", "Fostering", "team", "S"))
    found = matchers(Known(units=units))
    assert (found["service"]("Fostering").code, found["team"]("Fostering").code) == ("S", "T")


def test_an_old_team_is_suggested_to_its_namesake_not_given_to_it():
    assert FIND["service"]("SEND team (old)") == Match("", ("SEN",))


def test_two_teams_with_one_name_are_ambiguous():
    assert FIND["team"]("Duty Team") == Match("", ("SEN-DUTY", "HELP-DUTY"))


# --- people -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Adaeze Okonkwo",
        "  ADAEZE\xa0\xa0okonkwo ",
        "Ms Adaeze Okonkwo",
        "Okonkwo, Adaeze",
        "A. Okonkwo",
        "A Okonkwo",
        "A.Okonkwo",
        "Okonkwo A",
        "Okonkwo, A.",
        "Adaeze@Council.example",
    ],
)
def test_a_person_is_known_by_name_by_initial_and_surname_or_by_address(text):
    assert FIND["officer"](text) == Match("1")


def test_an_initial_that_two_people_share_is_ambiguous():
    assert FIND["officer"]("J. Thorne") == Match("", ("3", "4"))
    assert FIND["officer"]("Joan Thorne") == Match("3")


@pytest.mark.parametrize(
    "text",
    [
        "Okonkwo",
        "Adaeze",
        "AO",
        "B. Okonkwo",
        "Ada Okonkwo",
        "A. Okonkwo / P. Holm",
        "left the council",
        "A. Okonkwo (left)",
        "123",
        "😟",
    ],
)
def test_what_is_not_surely_one_person_is_nobody(text):
    assert FIND["officer"](text).code == ""


def test_accents_and_apostrophes_do_not_matter_in_names():
    people = (PersonChoice("1", "Zoë O\u2019Brien"), PersonChoice("2", "Ana van der Berg"))
    found = matchers(Known(people=people))["responder"]
    assert found("Zoe O'Brien") == Match("1")
    assert found("A van der Berg") == found("Ana van der Berg") == Match("2")


# --- lists ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("channel", "EMAIL", "email"),
        ("channel", "by e-mail", "email"),
        ("channel", "Phone call", "phone"),
        ("channel", "Post", "letter"),
        ("channel", "Website", "web"),
        ("channel", "Via MP", ""),
        ("outcome", "Partially Upheld", "partly-upheld"),
        ("outcome", "not substantiated", "not-upheld"),
        ("outcome", "Responded", ""),
    ],
)
def test_an_entry_is_known_by_what_people_call_it(field, text, code):
    assert FIND[field](text).code == code


def test_an_entry_that_says_more_is_suggested_and_not_taken():
    channels = (Choice("through", "Through an MP or councillor"), Choice("email", "E-mail"))
    assert matchers(Known(channels=channels))["channel"]("Via MP") == Match("", ("through",))


def test_a_field_of_which_nothing_is_known_has_nothing_to_match():
    assert "relationship" not in FIND
    assert matchers(Known()) == {}
