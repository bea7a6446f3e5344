"""Publishing procedures: once, whole, on record; lists belong to a policy and their rows are the truth."""

from datetime import date

import pytest

from audit.models import Event
from complaints.models import Entry, List, MoveLine, Procedure, StageType
from complaints.moves import table_of
from slas.models import Policy
from tests.complaints.policies.good import GOOD
from tests.slas.conftest import rows

pytestmark = pytest.mark.usefixtures("packs")

SLAS_ONLY = GOOD[: GOOD.index("lists:")]


@pytest.fixture
def load(run, tmp_path):
    """`load(text)`: what the command says of a file with this text."""

    def write(text: str) -> str:
        file = tmp_path / "pack.yaml"
        file.write_text(text, encoding="utf-8")
        return run("load_policy", str(file))

    return write


@pytest.fixture
def refused_load(refused, tmp_path):
    """`refused_load(text)`: how a file with this text is refused, nothing being written."""

    def write(text: str) -> str:
        file = tmp_path / "pack.yaml"
        file.write_text(text, encoding="utf-8")
        before = rows()
        said = refused("load_policy", str(file))
        assert rows() == before
        return said

    return write


def told() -> list[tuple[str, str]]:
    events = Event.objects.filter(stream__name="policy:our-council").order_by("pk")
    return [(event.verb, event.sentence) for event in events]


def test_a_version_is_published_with_its_procedures_as_one_event(load):
    load(GOOD)
    assert [verb for verb, _ in told()] == ["policy-published"]
    assert list(
        Procedure.objects.filter(policy_version__policy__code="our-council").values_list("code", flat=True)
    ) == [
        "complaint",
        "review",
    ]


def test_procedures_are_added_to_a_version_that_has_none(load):
    """What was loaded before there were procedures gets them, and that is on record."""
    load(SLAS_ONLY)
    assert load(GOOD) == "our-council: published\n"
    assert told()[1:] == [("procedures-published", "Our council, version 1: 2 procedures added.")]
    assert load(GOOD) == "our-council: nothing to change\n"
    assert len(told()) == 2


def test_a_process_that_kept_the_version_reads_it_anew(load):
    load(SLAS_ONLY)
    version = Policy.objects.get(code="our-council").versions.get()
    before = version.revision
    load(GOOD)
    version.refresh_from_db()
    assert version.revision != before


def test_a_table_has_all_its_lines_and_says_which_are_not_its_own(load):
    load(GOOD)
    lines = MoveLine.objects.filter(table__code="answers", table__policy_version__policy__code="our-council")
    assert list(lines.values_list("part", "place", "phrase"))[:3] == [
        ("any-case", "open", "withdraw by cr-officer, then closed"),
        ("any-case", "always", "note by anyone"),
        ("", "to-answer", "submit by responder when draft, then to-sign"),
    ]
    type_ = StageType.objects.select_related("procedure__policy_version").get(
        code="stage-1", procedure__policy_version__policy__code="our-council"
    )
    assert [move.verb for move in table_of(type_).moves("to-answer")] == ["submit", "withdraw", "note"]
    assert table_of(type_).turn("to-sign").roles == ("assistant-director",)


@pytest.mark.parametrize(
    ("old", "new", "line", "named"),
    [
        (
            "name: Stage 1",
            "name: Stage one",
            "- procedure: complaint",
            "procedure complaint differs from version 1",
        ),
        ("begins: to-review", "name: A review\n    begins: to-review", "  reviews:", "table reviews differs"),
        ("- note by anyone", "- note by cr-officer", "  any-case:", "table any-case differs"),
        ("not-upheld: Not upheld", "rejected: Rejected", "- procedure: review", "procedure review differs"),
    ],
    ids=["a stage", "a table", "a part", "an outcome"],
)
def test_a_version_is_not_used_again_for_other_procedures(load, refused_load, old, new, line, named):
    load(GOOD)
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    said = refused_load(text)
    number = next(n for n, words in enumerate(text.splitlines(), 1) if words.endswith(line))
    assert said.startswith(f"pack.yaml, line {number}: {named}")
    assert said.endswith("give the new procedures version 2 and the day they come into force")


def test_a_procedure_left_out_differs(load, refused_load):
    load(GOOD)
    without = GOOD[: GOOD.index("  - procedure: review")]
    without = without.replace("        goes on to: review stage-2\n        escalation window: window\n", "")
    assert "procedure complaint differs from version 1" in refused_load(without)


def test_a_procedure_added_at_the_end_differs_too(load, refused_load):
    load(GOOD)
    more = GOOD.replace("- procedure: review", "- procedure: other").replace(
        "review stage-2", "other stage-2"
    )
    both = GOOD + more[more.index("  - procedure: other") :]
    assert "procedure other differs from version 1" in refused_load(both)


def test_procedures_are_not_lost_by_a_version_that_forgets_them(load, refused_load):
    load(GOOD)
    for text in (
        SLAS_ONLY,
        SLAS_ONLY.replace("version: 1", "version: 2").replace("2026-01-01", "2027-01-01"),
    ):
        assert "version 1 has procedures and this says nothing of them" in refused_load(text)


def test_an_own_policy_without_procedures_is_said_aloud(run):
    """The laws and codes are floors, not procedures."""
    assert "no contact can be logged under it" in run("load_policy", "lgsco-code-2024", "--own")
    assert "no contact can be logged" not in run("load_policy", "warwickshire", "--own")


# --- lists ------------------------------------------------------------------------------------------


def names(list_: str) -> list[str]:
    entries = Entry.objects.filter(policy__code="our-council", list=list_, retired_on__isnull=True)
    return list(entries.values_list("name", flat=True))


def test_lists_gain_what_they_have_not_and_keep_what_they_have(load):
    load(GOOD)
    Entry.objects.filter(policy__code="our-council", code="delay").update(name="Delays")
    more = GOOD.replace("    delay: Delay\n", "    delay: Delay\n    bias: Bias\n")
    assert (
        load(more)
        == "our-council: published\n  'Delays' in the list category stays as it is here; the file's differs\n"
    )
    assert names("category") == ["Delays", "Bias", "Conduct of staff"]
    assert "nothing to change" in load(more)


def test_what_was_retired_here_is_not_brought_back_by_a_pack(load):
    load(GOOD)
    Entry.objects.filter(policy__code="our-council", code="delay").update(retired_on=date(2026, 5, 1))
    assert "'Delay' in the list category stays retired; the file's differs" in load(GOOD)
    assert names("category") == ["Conduct of staff"]


def test_every_council_has_its_own_lists(run):
    """Codes like court are in several packs, each with its own words and route."""
    found = {
        entry.policy.code: entry.name
        for entry in Entry.objects.filter(list="exclusion", code="court").select_related("policy")
    }
    assert found == {
        "surrey-cfllc": "Before a court",
        "warwickshire": "In legal or court proceedings, or a claim for compensation",
    }


@pytest.mark.parametrize(
    ("pack", "list_", "first", "count"),
    [
        ("surrey-cfllc", "category", "Delay", 6),
        ("solihull-corporate", "category", "Dissatisfaction with service delivery", 5),
        ("solihull-corporate", "learning", "Improved or revised service delivery process", 5),
        ("solihull-corporate", "exclusion", "About a school", 3),
        ("warwickshire", "category", "Significant delay in providing a service", 8),
        ("warwickshire", "exclusion", "A request for a service or information", 11),
        ("lgsco-code-2024", "category", None, 0),
    ],
)
def test_what_can_be_chosen_is_the_own_policys(run, pack, list_, first, count):
    """H5, H6, H16, W11 and W13 give so many."""
    run("load_policy", pack, "--own")
    current = Entry.objects.current(list_)
    assert (current.count(), current.first() and current.first().name) == (count, first)


def test_every_council_can_say_why_an_answer_was_late(run):
    for pack in ("surrey-cfllc", "solihull-corporate", "warwickshire"):
        run("load_policy", pack, "--own")
        assert Entry.objects.current(List.LATE_REASON).count() >= 2
        assert Entry.objects.current(List.CHANNEL).filter(code="email").exists()


def test_a_retired_entry_is_no_choice(surrey):
    Entry.objects.own().filter(code="delay").update(retired_on=date(2026, 5, 1))
    assert "delay" not in Entry.objects.current("category").values_list("code", flat=True)
    assert Entry.objects.own().filter(code="delay").exists()


def test_a_reason_to_be_late_may_be_there_already(load):
    """A newer version need not say what the lists have."""
    load(GOOD)
    lists = GOOD[GOOD.index("lists:") : GOOD.index("move tables:")]
    newer = GOOD.replace("version: 1", "version: 2").replace("2026-01-01", "2027-01-01").replace(lists, "")
    assert load(newer) == "our-council: published\n"


def test_nothing_that_can_be_chosen_leads_to_a_procedure_that_is_gone(load, refused_load):
    load(GOOD.replace("logged as: complaint", "logged as: review"))
    newer = GOOD.replace("version: 1", "version: 2").replace("2026-01-01", "2027-01-01")
    newer = newer.replace("procedure: review", "procedure: second").replace(
        "review stage-2", "second stage-2"
    )
    newer = newer.replace("      logged as: complaint\n", "")
    said = refused_load(newer)
    assert (
        "'Before a court' in the list exclusion is logged as review, which this version has not: retire it first"
        in said
    )
    Entry.objects.filter(policy__code="our-council", code="court").update(retired_on=date(2026, 5, 1))
    assert "published" in load(newer)
