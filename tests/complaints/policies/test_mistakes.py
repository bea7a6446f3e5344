"""A pack whose procedures have a mistake is refused whole: with file, line and what is wrong. Nothing is written."""

import pytest

from tests.complaints.policies.good import GOOD
from tests.slas.conftest import rows

pytestmark = pytest.mark.usefixtures("packs")

SUBMIT = "- submit by responder when draft, then to-sign"
SEND = "- send by cr-officer when late-reason, then closed"
REVIEW = "- review by cr-officer when outcome, then closed"
PROCEDURES = GOOD[GOOD.index("procedures:") :]
LAST_STAGE = GOOD[GOOD.index("      - stage: stage-2") :]
OUTCOMES = GOOD[GOOD.index("        outcomes") :]
STAGES = "stages:\n      - stage: stage-2"
ANYBODY = "    begins: anybody\n"
LONG = "word " * 60

# What the mistake is, how it gets into the good pack, the words of the line it is on, and what must be named.
MISTAKES = [
    # moves
    ("an unknown verb", "submit by", "post by", "- post by", "'post' is no thing somebody does"),
    ("an unknown role", "submit by responder", "submit by postman", "by postman", "there is no role postman"),
    ("a role that changes nothing", "submit by responder", "submit by auditor", "by auditor", "auditor"),
    (
        "an administrator's move",
        "submit by responder",
        "submit by administrator",
        "administrator",
        "administrator",
    ),
    ("an unknown need", "when draft", "when happy", "when happy", "'happy' is no thing a move may need"),
    (
        "an unknown state after",
        SUBMIT,
        "- submit by responder, then to-nowhere",
        "to-nowhere",
        "'to-nowhere'",
    ),
    ("an unknown state", "      to-sign:\n", "      to-frame:\n", "to-frame:", "'to-frame' is no state"),
    ("no phrase", SUBMIT, "- submit it", "- submit it", "write it like"),
    ("nobody to do it", SUBMIT, '- "submit by ,"', "submit by ,", "who may do it"),
    ("a phrase in lines", SUBMIT, "- [submit]", "- [submit]", "single value"),
    (
        "a phrase without end",
        SUBMIT,
        f"- submit by {'responder, ' * 40}responder",
        "- submit",
        "400 characters",
    ),
    (
        "a table that begins nowhere",
        "begins: to-answer",
        "begins: somewhere",
        "begins: somewhere",
        "somewhere",
    ),
    (
        "a state without moves",
        "then to-sign",
        "then to-check",
        "answers:",
        "to-check is reached, but has no moves",
    ),
    (
        "a state that leads nowhere",
        REVIEW,
        "- note by cr-officer",
        "reviews:",
        "no move leads on from to-review",
    ),
    (
        "a state with an empty list",
        f"      to-send:\n        {SEND}",
        "      to-send: []",
        "to-send:",
        "no moves in to-send",
    ),
    ("a table without moves", f"      to-review:\n        {REVIEW}", "      {}", "{}", "at least one move"),
    (
        "moves that are no list",
        f"      to-send:\n        {SEND}",
        "      to-send: send",
        "to-send: send",
        "a list is wanted",
    ),
    (
        "a move twice",
        SEND,
        f"{SEND}\n        - send by cr-manager",
        "- send by cr-manager",
        "send is said twice in to-send",
    ),
    (
        "a move twice, once in a part",
        SUBMIT,
        f"{SUBMIT}\n      always:\n        - note by responder",
        "- note by responder",
        "note is said twice in always, in any-case and here",
    ),
    (
        "a part that is not there",
        "also: any-case",
        "also: any-care",
        "also: any-care",
        "no move table any-care",
    ),
    ("a part of itself", "also: any-case", "also: answers", "also: answers", "above it there is any-case"),
    ("a part twice", "also: any-case", "also: any-case, any-case", "also: any-case,", "said twice"),
    ("a table twice", "  reviews:\n", "  answers:\n", "", "'answers' is said twice"),
    ("a table's code", "  reviews:\n", "  All reviews:\n", "All reviews", "not a code"),
    ("an unknown key of a table", "also: any-case", "as well: any-case", "as well", "as well"),
    (
        "a circle",
        SEND,
        "- send by cr-officer, then to-answer",
        "moves: answers",
        "never leads from to-answer to closed",
    ),
    # stages
    (
        "a part in place of a table",
        "moves: answers",
        "moves: any-case",
        "moves: any-case",
        "part of other tables",
    ),
    ("an unknown table", "moves: answers", "moves: answer", "moves: answer", "answers, reviews"),
    (
        "an unknown SLA",
        "sla: reply\n        moves",
        "sla: replay\n        moves",
        "sla: replay",
        "'replay' is not one of",
    ),
    ("an unknown window", "window: window", "window: door", "window: door", "door"),
    ("an unknown signer", "by: assistant-director", "by: postman", "by: postman", "postman"),
    ("a signer who changes nothing", "by: assistant-director", "by: auditor", "by: auditor", "auditor"),
    (
        "a signer with nothing to sign",
        "moves: reviews",
        "moves: reviews\n        signed by: director",
        "moves: reviews",
        "to-sign",
    ),
    (
        "a signer's move and no signer",
        "review by cr-officer",
        "review by signer",
        "moves: reviews",
        "does not say who signs",
    ),
    (
        "a note on nobody",
        "        signed by: assistant-director\n",
        "",
        "signed by note",
        "does not say who signs",
    ),
    (
        "a next stage that is not there",
        "to: review stage-2",
        "to: review stage-3",
        "goes on to",
        "review stage-3 is no stage",
    ),
    (
        "a next procedure that is not there",
        "to: review stage-2",
        "to: reviews stage-2",
        "goes on to",
        "reviews stage-2",
    ),
    (
        "a next stage of its own that is not there",
        "to: review stage-2",
        "to: stage-9",
        "goes on to",
        "complaint stage-9",
    ),
    ("a stage that goes on to itself", "to: review stage-2", "to: stage-1", "goes on to", "itself"),
    (
        "a next stage nobody leads to",
        "- escalate by cr-officer",
        "- reopen by cr-manager, then to-answer",
        "goes on",
        "escalate",
    ),
    (
        "a window to ask for nothing",
        "        goes on to: review stage-2\n",
        "",
        "escalation window",
        "no next stage",
    ),
    (
        "a draft with no date to count from",
        "        sla: reply\n        moves",
        "        moves",
        "draft reaches",
        "no date",
    ),
    ("days in words", "2 working days before", "two days before", "two days", "like '2 working days before'"),
    (
        "an outcome nobody chooses",
        "        note: Answered.",
        "        outcomes: {good: Good}",
        "outcomes: {",
        "'review'",
    ),
    ("a review without outcomes", OUTCOMES, "", "moves: reviews", "outcomes"),
    ("no outcome at all", OUTCOMES, "        outcomes: {}\n", "outcomes", "0 outcomes"),
    ("an outcome twice", "not-upheld: Not", "upheld: Not", "upheld: Not", "'upheld' is said twice"),
    (
        "a route by an event there is not",
        "        note: Answered.",
        "        down the complaints route: routed, then to-send",
        "down the complaints route",
        "routed is no event of reply",
    ),
    (
        "a route to a state there is not",
        "        note: Answered.",
        "        down the complaints route: responded, then to-copy",
        "down the complaints route",
        "no state to-copy",
    ),
    (
        "a route in words",
        "        note: Answered.",
        "        down the complaints route: yes",
        "down the",
        "to-copy'",
    ),
    ("an unknown key of a stage", "        note: Answered.", "        colour: red", "colour: red", "colour"),
    ("a stage without moves", "        moves: reviews\n", "", "- stage: stage-2", "'moves' is missing"),
    ("neither yes nor no", "        note: Answered.", "        beside: maybe", "beside: maybe", "maybe"),
    # procedures
    (
        "a procedure twice",
        "- procedure: review",
        "- procedure: complaint",
        "",
        "the procedure complaint is here twice",
    ),
    ("a stage twice", LAST_STAGE, LAST_STAGE * 2, "", "stage-2 twice"),
    (
        "two beginnings",
        "    at triage: no",
        "    begins: anybody",
        "- procedure: review",
        "two procedures begin for anybody",
    ),
    ("no beginning", ANYBODY, "", "- procedure: complaint", "no new contact could be logged"),
    ("an unknown beginning", "begins: anybody", "begins: somebody", "begins: somebody", "somebody"),
    ("an unknown kind", "kind: complaint\n    begins", "kind: moan\n    begins", "kind: moan", "moan"),
    ("no stages", STAGES, "stages: []\n    about: x\n    x:\n      - stage: stage-2", "", ""),
    ("a name without end", "name: Review", f"name: {LONG}", "name: word", "200 characters"),
    ("a code without end", "procedure: review", f"procedure: {'a' * 61}", "procedure: aaa", "not a code"),
    ("no name", "    name: Review\n", "", "- procedure: review", "'name' is missing"),
    # lists
    ("an unknown list", "  category:\n", "  categories:\n", "categories", "it could be: channel"),
    ("an entry twice", "    conduct:\n", "    delay:\n", "", "'delay' is said twice"),
    ("a list twice", "  channel:\n", "  category:\n", "", "'category' is said twice"),
    ("an entry's code", "    delay: Delay", "    Delay: Delay", "Delay: Delay", "not a code"),
    ("an entry without words", "    delay: Delay", "    delay:", "delay:", "empty"),
    (
        "an entry's name without end",
        "    delay: Delay",
        f"    delay: {LONG}",
        "delay: word",
        "200 characters",
    ),
    (
        "an exclusion without a route",
        "      use instead: The court.\n",
        "",
        "name: Before a court",
        "'use instead' is missing",
    ),
    ("an exclusion in one word", "    court:\n", "    other: Other\n    court:\n", "other: Other", "group"),
    (
        "an exclusion logged as nothing",
        "logged as: complaint",
        "logged as: comment",
        "logged as",
        "no procedure comment",
    ),
    (
        "a route in another list",
        "      source: X3",
        "      use instead: Another.",
        "use instead: Another",
        "exclusion",
    ),
    (
        "a category that arrives",
        "      source: X3",
        "      arrives: next day",
        "arrives: next day\n",
        "channel",
    ),
    ("an unknown delivery", "arrives: next day", "arrives: by pigeon", "by pigeon", "third business day"),
    ("a day it was never retired", "      source: X3", "      retired: soon", "retired: soon", "not a date"),
    ("no reasons to be late", "  late-reason:\n    busy: Too busy\n", "", "  answers:", "late-reason"),
    ("lists with no procedures", PROCEDURES, "", "category:", "no 'procedures' section"),
]


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in f"{line}\n")


@pytest.mark.parametrize(
    ("old", "new", "where", "names"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_refused_whole_with_file_and_line(refused, tmp_path, old, new, where, names):
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    file = tmp_path / "mistake.yaml"
    file.write_text(text, encoding="utf-8")
    before = rows()
    said = refused("load_policy", str(file))
    assert rows() == before
    assert said.startswith("mistake.yaml, line ")
    assert names in said
    if where:
        assert said.startswith(f"mistake.yaml, line {line_of(text, where)}: ")


def test_the_good_pack_is_good(run, tmp_path):
    file = tmp_path / "good.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert "our-council: published" in run("load_policy", str(file))


CHAIN = "  t0:\n    moves: {always: [note by anyone]}\n" + "".join(
    f"  t{n}:\n    also: t{n - 1}\n    moves: {{{place}: [{verb} by responder]}}\n"
    for n, (place, verb) in enumerate(
        (
            (p, v)
            for p in ("to-do", "to-send", "to-sign", "to-check")
            for v in ("draft", "link", "note", "pause")
        ),
        1,
    )
)
HOSTILE = {
    "a part of a part of a part": GOOD.replace("  any-case:\n", CHAIN + "  any-case:\n"),
    "two thousand tables": GOOD.replace(
        "  any-case:\n",
        "".join(f"  t{n}:\n    moves: {{always: [note by anyone]}}\n" for n in range(2_000)) + "  any-case:\n",
    ).replace("- submit by", "- post by"),
    "one move ten thousand times": GOOD.replace(SEND, SEND + f"\n        {SEND}" * 10_000),
    "laughing moves": GOOD.replace(SUBMIT, f"- &a {SUBMIT[2:]}\n" + "        - *a\n" * 3),
    "a move that is itself": GOOD.replace("      to-sign:\n", "      to-check: &c [*c]\n      to-sign:\n"),
    "a null character": GOOD.replace("name: Review", r'name: "Re\0view"'),
    "writing from right to left": GOOD.replace("about: What went wrong.", r'about: "What \u202e went wrong."'),
    "ten thousand outcomes": GOOD.replace(
        "          upheld: Upheld\n", "".join(f"          o{n}: O\n" for n in range(10_000))
    ),
    "a stage that is a number": GOOD.replace("- stage: stage-2", "- 2"),
    "procedures that are a word": GOOD.replace(PROCEDURES, "procedures: all\n"),
    "move tables that are a list": GOOD.replace("move tables:\n", "move tables: []\nx:\n"),
}  # fmt: skip


@pytest.mark.parametrize("how", HOSTILE)
def test_what_is_made_to_hurt_is_refused_or_read(run, tmp_path, how):
    """With file and line, in a moment, and nothing written; or it was no harm."""
    from django.core.management.base import CommandError

    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE[how], encoding="utf-8")
    before = rows()
    if how == "a part of a part of a part":
        assert "published" in run("load_policy", str(file))
        return
    with pytest.raises(CommandError, match=r"^hostile\.yaml, line \d+: "):
        run("load_policy", str(file))
    assert rows() == before
