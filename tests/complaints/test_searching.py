"""Words that cases are found by: how they are kept, and how what somebody typed is taken."""

import pytest

from complaints import searching
from complaints.actions import details
from complaints.actions.parties import PartyDraft
from complaints.models import Case
from complaints.queries.cases import with_words
from tests.complaints import cases
from tests.complaints.cases import Council


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Education plan", ["education", "plan"]),
        ("O'Brien, O\u2019Brien", ["obrien", "obrien"]),
        ("Zoë Müller-Strauß", ["zoe", "muller", "strauss"]),
        ("jo.smith@post.example", ["jo", "smith", "post", "example"]),
        ("26-00001-0", ["26", "00001", "0"]),
        ("snake_case", ["snake", "case"]),
        ("Łódź \u0130stanbul", ["lodz", "istanbul"]),
        ("🙂 % _ \\ ' \x00", []),
        ("", []),
    ],
)
def test_the_words_of_a_text(text: str, words: list[str]) -> None:
    assert searching.words_of(text) == words


def test_each_word_is_kept_once_between_spaces() -> None:
    assert searching.indexed(["The plan", "the PLAN is late", ""]) == " the plan is late "
    assert searching.indexed([]) == searching.indexed(["", "%"]) == ""


def test_an_address_is_kept_in_its_parts_and_as_one_word() -> None:
    """Its parts are shared by many: of 'name', 'post' and 'example' none says whose it is."""
    assert searching.indexed(["Jo.Smith@post.example"]) == " jo smith post example josmith@postexample "


def test_what_is_kept_has_an_end() -> None:
    """An index takes no more than a megabyte of a row, and no word of more than two thousand letters."""
    kept = searching.indexed([" ".join(f"word{number}" for number in range(200_000)), "x" * 5000])
    assert len(kept) < searching.MOST_KEPT + 100
    assert max(map(len, searching.indexed(["y" * 5000, "z@" * 5000]).split())) == searching.LONGEST_WORD


@pytest.mark.parametrize(
    ("typed", "ways"),
    [
        ("late plan", (("late", "plan"),)),
        ("GU1 1AA", (("gu1", "1aa"), ("gu11aa",))),
        ("07700 900123", (("07700", "900123"), ("07700900123",))),
        ("plan plan plan", (("plan",),)),
        ("Jo.Smith@Post.example plan", (("josmith@postexample", "plan"),)),
        ("jo.smith@", (("josmith@",),)),
        ("@post.example", (("post", "example"),)),
        ("..@post.example", (("post", "example"),)),
        ("Jo <jo@post.example>; ann@post.example.", (("jo@postexample", "ann@postexample", "jo"),)),
        ("%", ()),
        ("", ()),
    ],
)
def test_what_is_asked_for(typed: str, ways: tuple[tuple[str, ...], ...]) -> None:
    assert searching.asked(typed) == ways


@pytest.fixture
def found(council: Council):
    """Which of the cases below words find, on the database the tests run on."""
    everything = {
        "whitlock": cases.log(
            council, parties=[PartyDraft("complainant", "Iris Whitlock", phone="07700 900 123")]
        ),
        "obrien": cases.log(
            council, parties=[PartyDraft("complainant", "Zoë O'Brien", postcode="GU1 1AA")], points=[]
        ),
        "jo": cases.log(
            council,
            summary="Respite refused",
            points=["Jo said no, write to J.O'Neil@clinic.example."],
            parties=[PartyDraft("mp", "A Vane", email="a.vane@post.example")],
        ),
    }

    def find(typed: str) -> set[str]:
        rows = set(Case.objects.filter(with_words(typed)))
        return {name for name, case in everything.items() if case in rows}

    return find


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("whit", {"whitlock"}),
        ("WHITLOCK iris", {"whitlock"}),
        ("lock", set()),  # from its beginning only
        ("wh", set()),  # a word of two letters is looked for whole
        ("jo", {"jo"}),
        ("zoe obrien", {"obrien"}),
        ("o'brien", {"obrien"}),
        ("gu11aa", {"obrien"}),
        ("GU1  1AA", {"obrien"}),
        ("07700900123", {"whitlock"}),
        ("07700-900-123", {"whitlock"}),
        ("plan", {"whitlock", "obrien"}),
        ("plan respite", set()),
        ("a.vane@post.example", {"jo"}),
        ("A.Vane@Post", {"jo"}),  # from its beginning, as any word
        ("a.vane@ respite", {"jo"}),
        ("vane@post.example", set()),
        ("j.oneil@clinic.example", {"jo"}),  # in what was written
        ("post.example", {"jo"}),
        ("vane", {"jo"}),
        ("%", set()),
        ("🙂", set()),
    ],
)
def test_words_find_from_their_beginning(found, typed: str, names: set[str]) -> None:
    assert found(typed) == names


@pytest.mark.django_db
def test_who_is_put_on_a_case_is_found_at_once_and_who_was_taken_off_no_more(council: Council) -> None:
    """TRAPS 28."""
    case = cases.log(council)
    people = [PartyDraft("complainant", "Ottoline Fairweather")]
    details.change_people(case=case, by=council.officer, now=cases.NOW, people=people)
    assert set(Case.objects.filter(with_words("ottoline"))) == {case}
    assert not Case.objects.filter(with_words("jo example")).exists()
