"""A draft's text: what an officer types, and the letter it makes."""

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.papers.letters import Bullets, Heading, Numbers, Paragraph, clean, parse

same_every_time = settings(derandomize=True, max_examples=300, deadline=None, database=None)

DRAFT = """\
Dear Mrs Okafor

# What you complained about
1. The taxi came late on three days.
2. Nobody told you why.

## What we found
We spoke to the driver
and to the school.
- the school had changed the pick-up point
* the contractor was not told

Yours sincerely
Jo Bright"""

# What officers type and what they do not, mixed at random.
MARKUP = ["# ", "## ", "### ", "- ", "* ", "• ", "1. ", "12. ", "0. ", "123. ", "#", "-", "1.", "٣. "]
BREAKS = ["\n", "\n\n", "\r\n", "\r", "  ", "\t", "\xa0", "\x85", "\u2028"]
WORDS = ["word", "O\u2019Neill", "<b>", "</p>", "&amp;", "{{ case }}", "{% now %}", "😀", "e\u0301", "شكوى"]
UNSEEN = ["\x00", "\x1f", "\u202e", "\ufeff", "\ud83d"]
snippets = st.sampled_from([*MARKUP, *BREAKS, *WORDS, *UNSEEN])
typed = st.lists(snippets | st.text(max_size=5), max_size=40).map("".join)

MARKS = {"#", "##", "-", "*", "•", "·", "\uf0b7"}


def said(text: str) -> list[str]:
    """The words of a text without what marks headings and lists."""
    return [word for word in text.split() if word not in MARKS]


def shown(text: str, **context: object) -> str:
    return render_to_string("complaints/papers/letter.html", {"letter": parse(text), **context})


# --- what is read -----------------------------------------------------------------------------------


def test_a_draft_is_headings_paragraphs_and_lists():
    assert parse(DRAFT).blocks == (
        Paragraph(("Dear Mrs Okafor",)),
        Heading(1, "What you complained about"),
        Numbers(("The taxi came late on three days.", "Nobody told you why."), (1, 2)),
        Heading(2, "What we found"),
        Paragraph(("We spoke to the driver", "and to the school.")),
        Bullets(("the school had changed the pick-up point", "the contractor was not told")),
        Paragraph(("Yours sincerely", "Jo Bright")),
    )


def test_an_email_gets_it_without_marks():
    assert parse("# Outcome\nUpheld.\n\n* first\n* second\n\n3. third").plain == (
        "Outcome\n\nUpheld.\n\n- first\n- second\n\n3. third"
    )


@pytest.mark.parametrize(
    "line", ["#Outcome", "### Outcome", "#", "-", "1.", "-5 degrees", "**", "1.5 hours", "100. x", "01. x"]
)
def test_what_only_looks_like_a_mark_is_the_letters_own_words(line):
    assert parse(line).blocks == (Paragraph((line,)),)


def test_a_point_keeps_its_number():
    """Point 4 of a complaint is answered as point 4, also when it comes alone."""
    assert parse("4. The bus\n\nWe agree.\n\n6. The fare").blocks == (
        Numbers(("The bus",), (4,)),
        Paragraph(("We agree.",)),
        Numbers(("The fare",), (6,)),
    )


def test_items_apart_are_one_list_and_an_indented_line_belongs_to_its_item():
    assert parse("- one\n  goes on\n\n- two\nThis does not.").blocks == (
        Bullets(("one\ngoes on", "two")),
        Paragraph(("This does not.",)),
    )


def test_an_indented_line_after_a_blank_one_is_a_paragraph():
    assert parse("- one\n\n  Next").blocks == (Bullets(("one",)), Paragraph(("  Next",)))


def test_bullets_pasted_from_word_are_bullets():
    assert parse("•\tone\n·  two\n\uf0b7 three\n  - four").blocks == (
        Bullets(("one", "two", "three", "four")),
    )


def test_words_are_counted_without_marks_and_numbers():
    assert parse("# Your complaint\n1. Late taxis\n\nWe agree -\nfully.").words == 2 + 2 + 3 + 1
    assert (parse("").words, bool(parse(" \n "))) == (0, False)


# --- nothing is lost --------------------------------------------------------------------------------


@same_every_time
@given(typed)
def test_no_word_that_was_typed_is_lost(text):
    assert said(parse(text).plain) == said(clean(text))


@same_every_time
@given(typed)
def test_cleaning_takes_away_only_what_is_not_seen(text):
    kept = clean(text)
    unseen = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u2028\u2029\u202e\ufeff", " ", "\xa0"}
    unseen |= {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}

    def seen(words: str) -> str:
        return "".join(
            "\ufffd" if "\ud800" <= c <= "\udfff" else c for c in words if c not in unseen and not c.isspace()
        )

    assert seen(kept) == seen(text)
    assert clean(kept) == kept
    assert kept.encode("utf-8").decode() == kept


def test_cleaning_keeps_lines_apart():
    assert (
        clean("\r\n one \r\ntwo\rthree\x0bfour\u2028five\n\n\nsix \n\n")
        == " one\ntwo\nthree\nfour\nfive\n\n\nsix"
    )
    assert clean("re\u202eversed a\x00b \ud83d") == "reversed ab \ufffd"


# --- what is shown ----------------------------------------------------------------------------------


def test_headings_go_below_those_of_the_page():
    assert '<h3 class="govuk-heading-m" dir="auto">A</h3>' in shown("# A\n## B")
    assert '<h4 class="govuk-heading-s" dir="auto">B</h4>' in shown("# A\n## B", base=3)
    assert "<h5" in shown("# A", base=5) and "<h6" in shown("## A", base=5)


def test_a_list_shows_the_numbers_that_were_typed():
    assert '<li value="4">The bus</li><li value="6">The fare</li>' in shown("4. The bus\n6. The fare")


def test_an_address_keeps_its_lines():
    assert "1 High Street<br>Anytown</p>" in shown("1 High Street\nAnytown")


@pytest.mark.parametrize("before", ["", "# ", "- ", "1. ", "- x\n  "])
def test_markup_in_a_letter_is_shown_and_not_obeyed(before):
    page = shown(f"{before}<script>alert(1)</script> {{{{ 7|add:7 }}}} {{% now 'Y' %}} &amp;")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "{{ 7|add:7 }}" in page
    assert "&amp;amp;" in page


def test_an_empty_draft_says_so():
    assert "There is no text." in shown(" \n ")


@pytest.mark.parametrize(
    "text",
    [
        "a\n" * 100_000,
        "- a\n" * 50_000,
        "- a\n" + " b\n" * 60_000,
        "a " * 100_000,
        "# " * 100_000,
        " " * 200_000 + "x",
    ],
    ids=["lines", "items", "one item", "words", "marks", "blanks"],
)
def test_200_kb_of_anything_are_read_at_once(text):
    assert parse(text).words
