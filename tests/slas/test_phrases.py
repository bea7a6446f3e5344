"""Rules as phrases that can be read aloud: what is written is what is read, and a slip is answered helpfully."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slas.core.calendar import NamedPeriod, Receipt
from slas.core.phrases import (
    PhraseError,
    amber_phrase,
    due_phrase,
    extension_phrase,
    parse_amber,
    parse_due,
    parse_extension,
    parse_shown,
    shown_phrase,
)
from slas.core.rules import Amber, AmberKind, Event, Rule, RuleSet, Span, Unit
from slas.packs import CalendarDraft, PolicyDraft, read_documents, read_policy, write_policies

same_every_time = settings(
    derandomize=True, max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

EVENTS = ("received", "agreed", "and", "panel-letter-received", "stage-2")
MILESTONES = ("acknowledge", "respond-1")
DAYS = (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)
numbers = st.integers(1, 400)
letters = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs"))
words = st.text(letters, min_size=1, max_size=40).map(lambda text: " ".join(text.split())).filter(bool)
citations = st.lists(st.sampled_from(["S7.1", "SA1", "L2", "W6"]), min_size=1, max_size=3, unique=True).map(
    tuple
)


@st.composite
def rules(draw, code="respond", milestones=MILESTONES):
    """A rule as a pack could say it; `milestones` are those before it."""
    kinds = ["days", "back", "hours", "months", "now", "given"] + ["measured", "same day"] * bool(milestones)
    kind = draw(st.sampled_from(kinds))
    fields = {"after": (draw(st.sampled_from(EVENTS)),), "span": None}
    if kind in ("measured", "same day"):
        fields |= {"after": (draw(st.sampled_from(milestones)),), "from_milestone": True}
    elif draw(st.booleans()):
        fields["after"] = tuple(draw(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=2, unique=True)))
    unit = draw(st.sampled_from(DAYS))
    number = draw(numbers)
    fields["span"] = {
        "days": Span(number, unit),
        "back": Span(-number, unit),
        "hours": Span(number, Unit.HOURS),
        "months": Span(number, Unit.MONTHS),
        "now": Span(0, Unit.IMMEDIATELY),
        "given": None,
        "measured": Span(draw(st.sampled_from([-1, 1])) * number, unit),
        "same day": Span(0, Unit.WORKING_DAYS),
    }[kind]
    if kind == "given":
        fields["given"] = True
    if kind == "days":
        fields["given"] = draw(st.booleans())
        fields["extend_to"] = draw(st.none() | st.integers(number + 1, 900))
        fields["amber"] = draw(ambers())
        if fields["given"]:
            fields["given_to"] = draw(st.none() | numbers)
            fields["given_in_school_holidays"] = draw(st.booleans())
        if milestones and draw(st.booleans()):
            fields["latest_from"] = draw(st.sampled_from(milestones))
    if kind == "months":
        fields["counts_start"] = draw(st.booleans())
    if draw(st.booleans()):
        fields["conditional"] = True
        fields["only_with"] = draw(st.just("") | st.sampled_from(EVENTS))
    return Rule(code=code, name=draw(words), source=draw(citations), note=draw(st.just("") | words), **fields)


@st.composite
def ambers(draw):
    kind = draw(st.none() | st.sampled_from(AmberKind))
    return None if kind is None else Amber(kind, draw(st.integers(1, 99)))


# --- there and back ---------------------------------------------------------------------------------


@same_every_time
@given(rules())
def test_a_rule_written_as_phrases_is_read_back_as_itself(rule):
    said = parse_due(due_phrase(rule), MILESTONES)
    bare = replace(rule, extend_to=None, amber=None, conditional=False, only_with="")
    assert Rule(code=rule.code, name=rule.name, source=rule.source, note=rule.note, **said) == bare
    if rule.extend_to:
        assert parse_extension(extension_phrase(rule), rule.span) == rule.extend_to
    if rule.amber:
        assert parse_amber(amber_phrase(rule), rule.span) == rule.amber
    if rule.conditional:
        assert parse_shown(shown_phrase(rule)) == rule.only_with


@st.composite
def policies(draw):
    """A whole policy, with names that YAML would like to take for something else."""
    names = words | st.sampled_from(
        ["yes", "no", "1.0", "# x", "- x", "a: b", "'", '"', "{", "null", "2026-01-01"]
    )
    first = replace(draw(rules("acknowledge", ())), conditional=False, only_with="")
    second = draw(rules("respond", ("acknowledge",)))
    milestones = (replace(first, name=draw(names)), replace(second, headline=True, met_by="responded"))
    events = tuple(Event(code, draw(names), draw(st.booleans())) for code in EVENTS)
    ordered = tuple(sorted(events, key=lambda event: event.optional))
    sla = RuleSet(
        "an-sla", draw(names), ordered, milestones, source=draw(citations), note=draw(st.just("") | names)
    )
    receipt = draw(st.sampled_from(Receipt))
    days = st.dates(date(1990, 1, 1), date(2089, 12, 31))
    calendar = CalendarDraft(
        name=draw(names),
        nation=draw(st.sampled_from(["england-and-wales", "scotland", "northern-ireland"])),
        works_bank_holidays=draw(st.booleans()),
        receipt=receipt,
        cut_off=draw(st.none() | st.times().map(lambda t: time(t.hour, t.minute)))
        if receipt is Receipt.DEEMED
        else None,
        note=draw(st.just("") | names),
        closures=tuple(sorted((day, draw(names)) for day in draw(st.sets(days, max_size=3)))),
        school_holidays=tuple(
            NamedPeriod(day, day, draw(names)) for day in sorted(draw(st.sets(days, max_size=2)))
        ),
    )
    return PolicyDraft(
        code="a-policy",
        name=draw(names),
        council=draw(st.just("") | names),
        version=draw(numbers),
        in_force_from=draw(days),
        calendar=calendar,
        slas=(sla,),
        sources=tuple(
            (short, draw(names)) for short in draw(st.sets(st.sampled_from(["S", "2", "no", "X Y"])))
        ),
    )


@same_every_time
@given(policies())
def test_a_policy_written_as_a_pack_is_read_back_as_itself(draft):
    with TemporaryDirectory() as folder:
        file = Path(folder) / "policy.yaml"
        file.write_text(write_policies([draft, draft]), encoding="utf-8")
        assert [read_policy(document) for document in read_documents(file)] == [draft, draft]


# --- read aloud -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "fields"),
    [
        ("10 working days after received", {"span": Span(10, Unit.WORKING_DAYS), "after": ("received",)}),
        ("1 working day after received", {"span": Span(1, Unit.WORKING_DAYS), "after": ("received",)}),
        ("2 working days before interview", {"span": Span(-2, Unit.WORKING_DAYS), "after": ("interview",)}),
        ("28 calendar days after received", {"span": Span(28, Unit.CALENDAR_DAYS), "after": ("received",)}),
        ("48 hours after received", {"span": Span(48, Unit.HOURS), "after": ("received",)}),
        ("immediately after received", {"span": Span(0, Unit.IMMEDIATELY), "after": ("received",)}),
        (
            "7 calendar days before respond",
            {"span": Span(-7, Unit.CALENDAR_DAYS), "after": ("respond",), "from_milestone": True},
        ),
        (
            "the same day as respond",
            {"span": Span(0, Unit.WORKING_DAYS), "after": ("respond",), "from_milestone": True},
        ),
        ("a date given after agreed", {"span": None, "after": ("agreed",), "given": True}),
        (
            "6 months after received, counting the day itself",
            {"span": Span(6, Unit.MONTHS), "after": ("received",), "counts_start": True},
        ),
        (
            "25 working days after the earlier of statement-agreed and statement-signed",
            {"span": Span(25, Unit.WORKING_DAYS), "after": ("statement-agreed", "statement-signed")},
        ),
    ],
)
def test_a_phrase_says_what_it_says(phrase, fields):
    assert parse_due(phrase, ["respond"]) == fields


@pytest.mark.parametrize(
    ("phrase", "quoted"),
    [
        ("ten working days after received", "ten working days after received"),
        ("10 days after received", "10 days after received"),  # of which kind?
        ("10 working days from received", "from received"),
        ("10 working days after Received", "Received"),
        ("-10 working days after received", "-10"),
        ("\uff11\uff10 working days after received", "\uff11\uff10"),
        ("10 working days after received or a date given", "or a date given"),
        ("10 working days after received, or given", "or given"),
        ("10 working days after received, or a date given up to 65 calendar days", "65 calendar days"),
        ("", "''"),
    ],
)
def test_a_slip_is_quoted_with_what_it_could_have_been(phrase, quoted):
    with pytest.raises(PhraseError) as caught:
        parse_due(phrase, ["respond"])
    assert quoted in str(caught.value)
    assert "working days" in str(caught.value)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_extension, "20 working days"),
        (parse_extension, "to 20 calendar days"),
        (parse_extension, "to twenty working days"),
        (parse_amber, "from the start"),
        (parse_amber, "3 calendar days before it is due"),
        (parse_amber, "when a fifth of the time is left"),
    ],
)
def test_so_are_slips_in_extensions_and_amber(parse, text):
    with pytest.raises(PhraseError) as caught:
        parse(text, Span(10, Unit.WORKING_DAYS))
    assert text in str(caught.value)
    assert "working days" in str(caught.value)


@same_every_time
@given(
    st.text(max_size=60)
    | st.from_regex(r"[0-9]{1,6} (working|calendar) days? (after|before) [a-z-]{1,9}(, [a-z ]*)?")
)
def test_whatever_is_typed_is_understood_or_refused_in_words(text):
    for parse in (
        lambda: parse_due(text, ["respond"]),
        lambda: parse_extension(text, Span(10, Unit.WORKING_DAYS)),
        lambda: parse_amber(text, Span(10, Unit.WORKING_DAYS)),
        lambda: parse_shown(text),
    ):
        try:
            parse()
        except PhraseError as error:
            assert str(error)
