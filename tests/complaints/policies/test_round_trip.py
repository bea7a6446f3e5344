"""Procedures there and back: what is exported can be loaded and changes nothing, and says what the pack said."""

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.models import Entry
from complaints.moves import CASE_ROLES
from complaints.policies.drafts import EntryDraft, ProcedureDraft, ProceduresDraft, StageDraft, TableDraft
from complaints.policies.procedures import read_procedures
from complaints.policies.rows import entries_of, procedures_of
from complaints.policies.writing import sections_of
from complaints.workflow import Kind, Move, Need, State, Verb
from slas.models import Policy
from slas.packs import PolicyDraft, read_documents, read_policy, write_policies
from tests.complaints.policies.good import GOOD
from tests.slas.conftest import forget_policies, rows

COUNCILS = ("surrey-cfllc", "solihull-corporate", "warwickshire")
loaded_packs = pytest.mark.usefixtures("packs")


def as_words(text: str) -> list[dict[str, Any]]:
    """The documents of a pack with every value as the words that stand there."""
    found = list(yaml.load_all(text, Loader=yaml.BaseLoader))
    for document in found:
        document.pop("calendar")
    return found


def folded(value: Any) -> Any:
    """With the words of notes on one line: how a line is broken says nothing."""
    if isinstance(value, dict):
        return {name: folded(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [folded(inner) for inner in value]
    return " ".join(value.split())


@loaded_packs
@pytest.mark.parametrize("pack", COUNCILS)
def test_all_that_a_shipped_pack_says_of_procedures_is_in_its_export(run, pack):
    from complaints.policies.loader import path_of

    (wanted,) = as_words(path_of(pack).read_text("utf-8"))
    (said,) = as_words(run("export_policy", pack))
    sections = ("lists", "move tables", "procedures")
    assert folded({name: said[name] for name in sections}) == folded(
        {name: wanted[name] for name in sections}
    )


@loaded_packs
@pytest.mark.parametrize("pack", COUNCILS)
def test_loading_what_was_exported_writes_nothing(run, tmp_path, pack):
    file = tmp_path / "exported.yaml"
    file.write_text(run("export_policy", pack), encoding="utf-8")
    before = rows()
    assert run("load_policy", str(file)) == f"{pack}: nothing to change\n"
    assert rows() == before


@loaded_packs
def test_an_installation_made_from_exports_has_the_same_procedures(run, tmp_path):
    def told():
        own = Policy.objects.filter(code__in=COUNCILS).order_by("code")
        return [(entries_of(policy), procedures_of(policy.versions.get())) for policy in own]

    before, packs = told(), ("children-act-2006", "adult-social-care-2009", *COUNCILS)
    exported = {pack: run("export_policy", pack) for pack in packs}
    forget_policies()
    for pack, text in exported.items():
        (tmp_path / f"{pack}.yaml").write_text(text, encoding="utf-8")
        run("load_policy", str(tmp_path / f"{pack}.yaml"))
    assert told() == before
    assert {pack: run("export_policy", pack) for pack in packs} == exported


@loaded_packs
def test_the_floors_say_nothing_of_procedures(run):
    for pack in ("children-act-2006", "adult-social-care-2009", "lgsco-code-2024"):
        assert "procedures" not in yaml.safe_load(run("export_policy", pack))


@loaded_packs
def test_of_two_versions_the_newest_says_the_lists(run, tmp_path):
    file = tmp_path / "versions.yaml"
    second = GOOD.replace("version: 1", "version: 2").replace("2026-01-01", "2027-01-01")
    second = second.replace("    delay: Delay\n", "    delay: Delay\n    bias: Bias\n").replace(
        "Stage 2", "Stage two"
    )
    file.write_text(f"{GOOD}---\n{second}", encoding="utf-8")
    run("load_policy", str(file))
    exported = run("export_policy", "our-council")
    first, newest = yaml.safe_load_all(exported)
    assert "lists" not in first
    assert list(newest["lists"]["category"]) == ["delay", "bias", "conduct"]
    assert [document["procedures"][1]["stages"][0]["name"] for document in (first, newest)] == [
        "Stage 2",
        "Stage two",
    ]
    file.write_text(exported, encoding="utf-8")
    before = rows()
    assert "nothing to change" in run("load_policy", str(file))
    assert rows() == before


@loaded_packs
def test_what_is_retired_stays_retired_elsewhere(run, tmp_path):
    """Its procedure may be gone meanwhile."""
    file = tmp_path / "retired.yaml"
    file.write_text(GOOD, encoding="utf-8")
    run("load_policy", str(file))
    Entry.objects.filter(policy__code="our-council", code="court").update(
        retired_on=date(2026, 5, 1), procedure="gone"
    )
    exported = run("export_policy", "our-council")
    assert yaml.safe_load(exported)["lists"]["exclusion"]["court"]["retired"] == date(2026, 5, 1)
    file.write_text(exported, encoding="utf-8")
    assert "nothing to change" in run("load_policy", str(file))
    Entry.objects.filter(policy__code="our-council").delete()
    assert "our-council: published" in run("load_policy", str(file))
    assert Entry.objects.get(policy__code="our-council", code="court").retired_on == date(2026, 5, 1)


# --- whatever a pack could say ----------------------------------------------------------------------

CODES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True) | st.sampled_from(
    ["yes", "no", "on", "null", "true", "1", "2026-01-01", "1e3"]
)
LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from(
    " :#'\"-?&*!|>%@`{}[],"
)
NAMES = st.text(LETTERS, min_size=1, max_size=120).map(lambda text: " ".join(text.split())).filter(bool)
NAMES = NAMES.filter(str.isprintable)
NOTES = st.lists(NAMES, max_size=4).map("\n".join)
MOVES = st.builds(
    Move,
    verb=st.sampled_from(sorted(set(Verb) - {Verb.REVIEW})),
    roles=st.lists(st.sampled_from(CASE_ROLES), min_size=1, unique=True).map(tuple),
    needs=st.lists(st.sampled_from(sorted(set(Need) - {Need.LATE_REASON})), unique=True, max_size=3).map(
        tuple
    ),
)


@st.composite
def stages(draw, code):
    own = draw(st.lists(st.tuples(CODES, NAMES), min_size=1, max_size=4, unique_by=lambda pair: pair[0]))
    return StageDraft(
        code=code,
        name=draw(NAMES),
        table="reviews",
        sla=draw(st.sampled_from(["", "reply"])),
        signer=draw(st.sampled_from(["", "director"])),
        beside=draw(st.booleans()),
        outcomes=tuple(own),
        source=draw(NAMES | st.just("")),
        note=draw(NOTES),
    )


@st.composite
def procedures(draw):
    codes = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    found = []
    for n, code in enumerate(codes):
        own = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
        found.append(
            ProcedureDraft(
                code=code,
                name=draw(NAMES),
                kind=draw(st.sampled_from(Kind)).value,
                stages=tuple(draw(stages(stage)) for stage in own),
                about=draw(NOTES),
                begins="anybody" if n == 0 else "",
                at_triage=draw(st.booleans()),
                source=draw(NAMES | st.just("")),
            )
        )
    return tuple(found)


@st.composite
def packs_of_procedures(draw):
    part = draw(st.lists(MOVES, min_size=1, max_size=5, unique_by=lambda move: move.verb))
    review = Move(Verb.REVIEW, ("cr-officer",), (Need.OUTCOME,), State.TO_SIGN)
    sign = Move(Verb.SIGN, ("signer",), (), State.CLOSED)
    reviews = TableDraft(
        "reviews",
        State.TO_REVIEW,
        (("to-review", review), ("to-sign", sign)),
        also=("any-case",),
        name=draw(NAMES | st.just("")),
    )
    entries = draw(st.lists(st.tuples(CODES, NAMES), max_size=5, unique_by=lambda pair: pair[0]))
    channels = draw(st.lists(st.tuples(CODES, NAMES), max_size=3, unique_by=lambda pair: pair[0]))
    return ProceduresDraft(
        entries=(
            *(EntryDraft("channel", code, name, delivery="next day") for code, name in channels),
            *(EntryDraft("category", code, name, source=name) for code, name in entries[:2]),
            *(EntryDraft("theme", code, name, retired_on=date(2026, 5, 1)) for code, name in entries[2:4]),
            *(EntryDraft("exclusion", code, name, route=name) for code, name in entries[4:]),
        ),
        tables=(TableDraft("any-case", None, tuple(("open", move) for move in part)), reviews),
        procedures=draw(procedures()),
    )


@settings(deadline=None, max_examples=60)
@given(packs_of_procedures())
def test_whatever_a_pack_says_is_read_as_it_was_written(tmp_path_factory, draft):
    file = tmp_path_factory.mktemp("packs") / "pack.yaml"
    policy = good_policy(tmp_path_factory)
    file.write_text(write_policies([policy], [sections_of(draft)]), encoding="utf-8")
    (document,) = read_documents(file)
    slas = {rules.code: rules for rules in policy.slas}
    assert read_procedures(document.group(optional=None), slas) == draft


def good_policy(tmp_path_factory: pytest.TempPathFactory) -> PolicyDraft:
    """The good pack without its procedures."""
    file = tmp_path_factory.mktemp("policy") / "good.yaml"
    file.write_text(GOOD[: GOOD.index("lists:")], encoding="utf-8")
    return read_policy(read_documents(file)[0])


@pytest.mark.django_db
@settings(deadline=None, max_examples=40)
@given(draft=packs_of_procedures())
def test_whatever_is_published_is_given_back(tmp_path_factory, draft):
    """Through the rows, there and back."""
    from django.db import transaction

    from complaints.policies.publishing import publish_procedures
    from slas.service import publish
    from tests.factories import NOW

    with transaction.atomic():
        policy = publish(good_policy(tmp_path_factory), by=None, now=NOW).policy
        version = policy.versions.get()
        assert publish_procedures(draft, version, new=True, by=None, now=NOW).created
        assert procedures_of(version) == ProceduresDraft((), draft.tables, draft.procedures)
        assert entries_of(policy) == draft.entries
        assert not publish_procedures(draft, version, new=False, by=None, now=NOW).created
        transaction.set_rollback(True)
    assert not Policy.objects.filter(code="our-council").exists()
