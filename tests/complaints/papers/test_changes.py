"""What changed between two versions, as an assistant director reads it on a telephone before signing."""

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.papers.changes import MOST_PASSAGES, Comparison, Kind, Passage, compare
from complaints.papers.letters import parse
from complaints.papers.matching import Budget, Run, runs

same_every_time = settings(derandomize=True, max_examples=300, deadline=None, database=None)

FIRST = """\
# Your complaint

Thank you for your letter of 4 May 2026. You told us that the transport was late.

1. The taxi came late on three days.
2. Nobody told you.

Yours sincerely
Jo Bright"""

# Few words, so that much is alike, in every form a letter has.
few = st.sampled_from(["the", "taxi", "was", "late", "late.", "we", "agree,", "(fully)", "12.30"])
lines = st.builds(
    lambda mark, words: mark + " ".join(words),
    st.sampled_from(["", "", "# ", "## ", "- ", "3. "]),
    st.lists(few, min_size=1, max_size=12),
)
drafts = st.lists(lines, max_size=12).flatmap(
    lambda found: st.sampled_from(["\n", "\n\n"]).map(lambda between: between.join(found))
)


def passages(comparison: Comparison) -> list[Passage]:
    return [passage for stretch in comparison.stretches for passage in stretch.passages]


def marked(passage: Passage) -> str:
    """'on [4] {5} May': [what went] {what came}."""
    signs = {Kind.SAME: "{}", Kind.REMOVED: "[{}]", Kind.ADDED: "{{{}}}"}
    return "".join(signs[change.kind].format(change.text) + change.gap for change in passage.changes)


def changes(old: str, new: str) -> list[str]:
    """Every passage that is not the same, as `marked`."""
    return [marked(passage) for passage in passages(compare(old, new)) if passage.kind is not Kind.SAME]


def words_of(comparison: Comparison, *kinds: Kind) -> list[str]:
    return [
        word
        for passage in passages(comparison)
        for change in passage.changes
        if change.kind in kinds
        for word in "".join(change.text.split())
    ]


def letters_of(text: str) -> list[str]:
    """Every sign of a draft that is no blank, without marks and numbers of lists."""
    blocks = parse(text).blocks
    texts = [
        b.text if b.kind == "heading" else "".join(b.lines if b.kind == "paragraph" else b.items)
        for b in blocks
    ]
    return list("".join("".join(texts).split()))


# --- what is found ----------------------------------------------------------------------------------


def test_a_word_that_was_replaced_is_shown_within_its_paragraph():
    assert changes(FIRST, FIRST.replace("4 May", "5 May")) == [
        "Thank you for your letter of [4] {5} May 2026. You told us that the transport was late."
    ]


def test_words_that_came_are_shown_where_they_came():
    new = FIRST.replace("the transport was late.", "the school transport was late, and that nobody rang.")
    assert changes(FIRST, new) == [
        "Thank you for your letter of 4 May 2026. You told us that the {school} transport was late"
        "{, and that nobody rang}."
    ]


def test_a_paragraph_put_in_is_added_whole_and_renumbers_nothing_else():
    new = FIRST.replace("2. Nobody", "2. The fare was charged twice.\n3. Nobody")
    assert changes(FIRST, new) == ["{The fare was charged twice.}"]
    assert passages(compare(FIRST, new))[-3].label == "3."


def test_a_paragraph_taken_out_is_removed_whole():
    assert changes(FIRST, FIRST.replace("2. Nobody told you.\n", "")) == ["[Nobody told you.]"]


def test_one_rewritten_beyond_recognition_is_read_as_one_gone_and_one_come():
    new = FIRST.replace("1. The taxi came late on three days.", "1. Our contractor missed five journeys.")
    assert changes(FIRST, new) == [
        "[The taxi came late on three days.]",
        "{Our contractor missed five journeys.}",
    ]


def test_a_stray_word_does_not_break_a_change_up():
    old = "We looked at what the driver wrote down on the day and are sorry for that."
    new = "We looked at how your school told us the story later and are sorry for that."
    assert changes(old, new) == [
        "We looked at [what the driver wrote down on the day] {how your school told us the story later} "
        "and are sorry for that."
    ]


def test_a_word_between_two_additions_stays_where_it_is():
    assert changes("Our taxi came.", "Our big white taxi then finally came.") == [
        "Our {big white} taxi {then finally} came."
    ]


def test_a_paragraph_that_became_a_heading_says_so():
    (passage,) = passages(compare("What we found", "## What we found"))
    assert (passage.kind, passage.note, marked(passage)) == (Kind.CHANGED, "was a paragraph", "What we found")


def test_blanks_and_the_breaks_between_paragraphs_are_no_change():
    comparison = compare("Dear  Mrs Okafor\r\n\r\nWe agree.", "Dear Mrs Okafor\n\n\n\nWe agree.  ")
    assert not comparison.changed
    assert comparison.summary == "Nothing was changed"


def test_the_summary_counts():
    new = FIRST.replace("4 May", "5 May").replace("2. Nobody told you.\n", "").replace("Jo", "For\nJo")
    assert compare(FIRST, new).summary == "1 paragraph changed, 1 added, 1 removed"
    assert compare("", FIRST).summary == "6 paragraphs added"


def test_long_unchanged_stretches_are_folded_but_for_one_beside_each_change():
    many = [f"Paragraph {n} of the letter." for n in range(20)]
    new = [*many[:9], many[9].replace("letter", "answer"), *many[10:]]
    stretches = compare("\n\n".join(many), "\n\n".join(new)).stretches
    assert [(stretch.folded, len(stretch.passages)) for stretch in stretches] == [
        (True, 8),
        (False, 3),
        (True, 9),
    ]


def test_a_few_unchanged_ones_stay_in_sight():
    assert [stretch.folded for stretch in compare(FIRST, FIRST.replace("Jo", "Jon")).stretches] == [
        True,
        False,
    ]
    assert [stretch.folded for stretch in compare("a\n\nb\n\nc\n\nd x", "a\n\nb\n\nc\n\nd y").stretches] == [
        False
    ]
    assert [stretch.folded for stretch in compare("a\n\nb\n\nc x\n\nd", "a\n\nb\n\nc y\n\nd").stretches] == [
        False
    ]


# --- nothing is lost, whatever is compared ----------------------------------------------------------


@same_every_time
@given(drafts, drafts)
def test_what_stayed_and_came_is_the_new_version_and_what_stayed_and_went_the_old(old, new):
    comparison = compare(old, new)
    assert words_of(comparison, Kind.SAME, Kind.ADDED) == letters_of(new)
    assert words_of(comparison, Kind.SAME, Kind.REMOVED) == letters_of(old)


@same_every_time
@given(drafts)
def test_a_version_is_the_same_as_itself(draft):
    assert not compare(draft, draft).changed


@same_every_time
@given(st.text("abc", max_size=30), st.text("abc", max_size=30), st.sampled_from([0, 50, 500, 10**9]))
def test_runs_are_true_and_complete_however_little_work_is_allowed(old, new, steps):
    found = list(runs(old, new, Budget(steps)))
    assert "".join(old[run.i1 : run.i2] for run in found) == old
    assert "".join(new[run.j1 : run.j2] for run in found) == new
    assert all((old[run.i1 : run.i2] == new[run.j1 : run.j2]) >= run.same for run in found)


def test_with_no_work_left_what_occurs_once_still_holds_the_two_together():
    assert list(runs("xAyBz", "pAqqBr", Budget(0))) == [
        Run(False, 0, 1, 0, 1),
        Run(True, 1, 2, 1, 2),
        Run(False, 2, 3, 2, 4),
        Run(True, 3, 4, 4, 5),
        Run(False, 4, 5, 5, 6),
    ]


def test_what_stands_in_another_order_holds_nothing_together():
    kept = [run for run in runs("ABCDE", "DABCE", Budget(0)) if run.same]
    assert [(run.i1, run.i2) for run in kept] == [(0, 3), (4, 5)]


# --- how long it takes ------------------------------------------------------------------------------

PARAGRAPH = "We looked at point {0} and spoke to the driver, who wrote that on day {0} the taxi came {1} minutes late, "
PARAGRAPH += (
    "and the school says that nobody had told the family about the change; for this delay we are sorry. "
)
LETTER = [PARAGRAPH.format(n, n % 7) for n in range(125)]
EDITED = [words.replace("nobody", "no one").replace("sorry", "very sorry") for words in LETTER]
HOSTILE = {
    "5,000 words, all edited": ("\n\n".join(LETTER), "\n\n".join(EDITED)),
    "5,000 words on one line": (" ".join(LETTER), " ".join(EDITED)),
    "5,000 words in another order": ("\n\n".join(LETTER), "\n\n".join(LETTER[::-1])),
    "200 kB, all edited": ("\n\n".join(LETTER * 7), "\n\n".join(EDITED * 7)),
    "one word 100,000 times": ("a " * 100_000, "b " + "a " * 50_000 + "b " + "a " * 49_000),
    "two words by turns": ("a b " * 50_000, "b a " * 49_999 + "c"),
    "one line many times": ("a\n" * 4_999, "b\n" + "a\n" * 2_000 + "c\n" + "a\n" * 2_900),
    "every other line": (
        "".join(f"u{n}\nx{n}\n" for n in range(2_499)),
        "".join(f"u{n}\ny{n}\n" for n in range(2_499)),
    ),
    "one word without end": ("a" * 200_000, "b" + "a" * 199_999),
    "full stops": ("." * 200_000, "!." * 100_000),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_letter_is_compared_too(what):
    """The work is bounded: without that, some of these would not come to an end."""
    assert compare(*HOSTILE[what]).changed


@pytest.mark.parametrize(
    ("what", "number"), [("all edited", "125 paragraphs"), ("on one line", "1 paragraph")]
)
def test_5000_words_are_compared_word_by_word(what, number):
    comparison = compare(*HOSTILE[f"5,000 words{', ' if what == 'all edited' else ' '}{what}"])
    assert comparison.summary == f"{number} changed"
    assert "".join(words_of(comparison, Kind.REMOVED)) == "nobody" * 125
    assert "".join(words_of(comparison, Kind.ADDED)) == "noonevery" * 125


def test_more_lines_than_a_letter_has_are_not_compared_and_the_page_says_so():
    comparison = compare("a\n" * (MOST_PASSAGES + 1), "b")
    assert (comparison.too_long, comparison.changed, comparison.stretches) == (True, True, ())
    assert "too long" in render_to_string("complaints/papers/changes.html", {"changes": comparison})


# --- what is shown ----------------------------------------------------------------------------------


def shown(old: str, new: str) -> str:
    return render_to_string("complaints/papers/changes.html", {"changes": compare(old, new)})


def test_a_screen_reader_says_what_came_and_what_went():
    page = shown(FIRST, FIRST.replace("4 May", "5 May"))
    hidden = '<span class="govuk-visually-hidden" dir="ltr">{}</span>'
    end = hidden.format(" end of change")
    assert (
        f"<del>{hidden.format('removed: ')}4{end}</del> <ins>{hidden.format('added: ')}5{end}</ins> May"
        in page
    )
    assert '<p class="app-passage__kind">Changed</p>' in page


def test_folded_paragraphs_are_counted_in_the_summary():
    page = shown("\n\n".join("abcdefgh"), "\n\n".join("abcdefgx"))
    assert "6 paragraphs unchanged" in page


def test_markup_in_either_version_is_shown_and_not_obeyed():
    page = shown(
        "We <b>agree</b> with all of your points.", "We <script>do</script> agree with all of your points."
    )
    assert "&lt;script&gt;" in page and "&lt;b&gt;" in page
    assert "<script" not in page and "<b>" not in page
