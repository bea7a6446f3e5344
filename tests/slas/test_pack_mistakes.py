"""A pack with a mistake is refused whole: with file, line and what is wrong, and nothing of it is written."""

import pytest
from django.core.management.base import CommandError

from tests.slas.conftest import rows

pytestmark = pytest.mark.usefixtures("packs")

GOOD = """\
policy: our-council
name: Our council
version: 1
in force from: 2026-01-01
calendar:
  name: Our days
  nation: england-and-wales
  bank holidays: not counted
slas:
  - sla: stage-1
    name: Stage 1
    source: X1
    statutory: yes
    not laxer than: children-act-2006 stage-1
    events:
      received: The complaint was received
    milestones:
      - milestone: acknowledge
        name: Acknowledge
        due: 5 working days after received
        source: X1
      - milestone: respond
        name: Respond
        headline: yes
        due: 10 working days after received
        may be extended: to 20 working days
        longer if approved by: cr-manager
        met by: responded
        owner: responder
        source: X1
  - sla: other
    name: Other
    source: X2
    events:
      received: The complaint was received
    milestones:
      - milestone: given
        name: A date
        headline: yes
        due: a date given after received
        source: X2
"""
TEN = "due: 10 working days after received"
OTHER = "  - sla: other\n"

# What the mistake is, how it gets into the good pack, the words of the line it is on, and what must be named.
MISTAKES = [
    ("a tab", "    name: Stage 1\n", "\tname: Stage 1\n", "\tname: Stage 1", "not YAML"),
    ("a quote not closed", "name: Our council", 'name: "Our council', None, "not YAML"),
    ("a control character", "name: Our council", "name: Our\x07council", None, ""),
    ("an unknown key", "owner: responder", "colour: red", "colour: red", "colour"),
    ("an unknown section", "version: 1", "version: 1\nauthor: me", "author: me", "author"),
    ("a key said twice", "owner: responder", "name: Again", "name: Again", "name"),
    ("a key missing", "        name: Acknowledge\n", "", "- milestone: acknowledge", "name"),
    ("a number in words", TEN, "due: ten working days after received", "due: ten", "ten working days"),
    ("an unknown unit", TEN, "due: 10 fortnights after received", "due: 10 fort", "fortnights"),
    ("an unknown clause", TEN, TEN + ", if possible", "if possible", "if possible"),
    ("a phrase of two lines", TEN, "due: [10 working days]", "due: [10", ""),
    ("an unknown owner", "owner: responder", "owner: wizard", None, "wizard"),
    ("an unknown approver", "by: cr-manager", "by: the-king", None, "the-king"),
    ("an unknown event", TEN, "due: 10 working days after recieved", None, "recieved"),
    ("a later milestone", "5 working days after received", "5 working days before respond", None, "respond"),
    ("shown with nothing", TEN, TEN + "\n        shown: once gone is recorded", None, "gone"),
    ("two headlines", "name: Acknowledge\n", "name: Acknowledge\n        headline: yes\n", None, "headline"),
    ("no headline", "        name: Respond\n        headline: yes\n", "        name: Respond\n", None, "headline"),
    ("neither yes nor no", "headline: yes\n        due: 10", "headline: maybe\n        due: 10", "maybe", "maybe"),
    ("an extension no longer", "to 20 working", "to 10 working", None, "extension"),
    ("an extension in another unit", "to 20 working", "to 20 calendar", "to 20 cal", "calendar"),
    ("an allowance laxer than the law", TEN, "due: 11 working days after received", None, "respond"),
    ("an extension laxer than the law", "to 20 working", "to 21 working", None, "respond"),
    ("a given date laxer than the law", TEN, TEN + ", or a date given", None, "respond"),
    ("a law that is not loaded", "children-act-2006 stage-1", "children-act-1889 stage-1", None, "1889"),
    ("the law's SLA not named", "children-act-2006 stage-1", "children-act-2006", "not laxer", "children-act"),
    ("an SLA twice", "- sla: other", "- sla: stage-1", None, "stage-1"),
    ("a milestone twice", "- milestone: acknowledge", "- milestone: respond", None, "respond"),
    ("a code with a space", "- sla: other", "- sla: the other", "- sla: the other", "the other"),
    ("a day there never was", "from: 2026-01-01", "from: 2026-02-30", "from: 2026-02-30", "2026-02-30"),
    ("a date in words", "from: 2026-01-01", "from: 1 January 2026", "from: 1", "1 January 2026"),
    ("a version in words", "version: 1", "version: one", "version: one", "one"),
    ("an unknown nation", "england-and-wales", "england", "nation: england", "england"),
    ("neither counted nor not", "holidays: not counted", "holidays: sometimes", "sometimes", "sometimes"),
    ("a cut-off without deemed", "not counted", "not counted\n  cut-off: '17:00'", "cut-off", "cut-off"),
    ("a time there is not", "not counted", "not counted\n  receipt: deemed\n  cut-off: '25:00'", "cut-off", "25:00"),
    ("a closure never", "not counted", "not counted\n  closure days:\n    2026-02-30: X", "2026-02-30", "2026-02-30"),
    (
        "a holiday that ends before it begins",
        "not counted",
        "not counted\n  school holidays:\n    2026-08-31 to 2026-07-01: Summer",
        "2026-08-31 to",
        "2026-08-31",
    ),
    ("a rule without its policy", "        source: X2\n", "        source: ''\n", "source: ''", "source"),
    ("no SLA", GOOD[GOOD.index("slas:") :], "slas: []\n", "slas: []", "SLA"),
    ("a list for a group", GOOD[GOOD.index("calendar:") : GOOD.index("slas:")], "calendar: [a]\n", "calendar: [a]", ""),
    ("a name without end", "name: Our council", f"name: {'Our council ' * 30}", "name: Our council", "name"),
    ("a code without end", "- sla: other", f"- sla: {'other-' * 20}other", "- sla: other-", ""),
    ("a version without end", "version: 1", "version: 99999999999999999999", "version: 9", "version"),
]  # fmt: skip


def line_of(text, words):
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


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


@pytest.mark.parametrize(
    ("old", "new", "first", "last"),
    [
        ("5 working days after received", "5 working days after recieved", "- milestone: acknowledge", "source"),
        ("to 20 working", "to 10 working", "- milestone: respond", "owner"),
        ("owner: responder", "owner: wizard", "- milestone: respond", "owner"),
        (TEN, TEN + "\n        shown: once gone is recorded", "- milestone: respond", "owner"),
    ],
    ids=["event", "extension", "role", "shown"],
)  # fmt: skip
def test_the_line_is_within_the_milestone_that_is_wrong(refused, tmp_path, old, new, first, last):
    text = GOOD.replace(old, new, 1)
    file = tmp_path / "mistake.yaml"
    file.write_text(text, encoding="utf-8")
    said = refused("load_policy", str(file))
    line = int(said.removeprefix("mistake.yaml, line ").partition(":")[0])
    begins = line_of(text, first)
    ends = next(n for n, words in enumerate(text.splitlines(), 1) if n > begins and last in words)
    assert begins <= line <= ends, said


def test_the_good_pack_is_good(run, tmp_path):
    file = tmp_path / "good.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert "our-council: published" in run("load_policy", str(file))


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"", "empty"),
        (b"# only a remark\n", "empty"),
        (b"name: \xff\xfe", "UTF-8"),
        (b"- a\n- list\n", "group"),
        (b"just words\n", "group"),
    ],
)
def test_a_file_that_is_no_pack_is_refused(refused, tmp_path, content, names):
    file = tmp_path / "mistake.yaml"
    file.write_bytes(content)
    before = rows()
    said = refused("load_policy", str(file))
    assert said.startswith("mistake.yaml, line ")
    assert names in said
    assert rows() == before


def test_a_mistake_in_the_second_document_undoes_the_first(refused, tmp_path):
    file = tmp_path / "mistake.yaml"
    second = GOOD.replace("version: 1", "version: 2").replace("from: 2026-01-01", "from: 2025-01-01")
    file.write_text(f"{GOOD}---\n{second}", encoding="utf-8")
    before = rows()
    assert "version 2" in refused("load_policy", str(file))
    assert rows() == before


def test_a_mistake_is_found_before_the_first_row_is_written(refused, tmp_path):
    file = tmp_path / "mistake.yaml"
    second = GOOD.replace("version: 1", "version: 2").replace("owner: responder", "owner: wizard")
    file.write_text(f"{GOOD}---\n{second}", encoding="utf-8")
    before = rows()
    assert "wizard" in refused("load_policy", str(file))
    assert rows() == before


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        (TEN, "due: 9 working days after received", "stage-1"),
        (OTHER + GOOD.partition(OTHER)[2], "", "other"),
        ("from: 2026-01-01", "from: 2026-01-02", "version 1"),
        ("received: The complaint was received", "received: The complaint came in", "stage-1"),
        ("owner: responder", "owner: cr-officer", "stage-1"),
        ("name: Our council", "name: Another council", "Another council"),
        ("version: 1", "version: 1\nsources: {X: A policy}", "sources"),
    ],
    ids=[
        "another allowance",
        "an SLA left out",
        "another day",
        "another event name",
        "another owner",
        "another name of the policy",
        "other sources",
    ],
)
def test_a_version_is_not_used_again_for_something_else(run, refused, tmp_path, old, new, names):
    file = tmp_path / "mistake.yaml"
    file.write_text(GOOD, encoding="utf-8")
    run("load_policy", str(file))
    file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    before = rows()
    said = refused("load_policy", str(file))
    assert said.startswith("mistake.yaml, line ")
    assert names in said
    assert rows() == before


@pytest.mark.parametrize(
    "due",
    [
        "99999 working days after received",
        "99999999999 working days after received",
        "99999999999 calendar days after received",
        "99999 months after received",
        "99999999999 months after received",
    ],
)
def test_an_allowance_without_end_is_refused_when_loaded_or_when_asked(run, refused, tmp_path, due):
    """Wherever it is noticed, it is refused in words."""
    file = tmp_path / "long.yaml"
    file.write_text(
        GOOD.replace("due: a date given after received", f"due: {due}", 1).replace(
            "- sla: other", "- sla: long"
        ),
        encoding="utf-8",
    )
    try:
        run("load_policy", str(file))
    except CommandError as error:
        assert "long.yaml, line" in str(error)
    else:
        refused("deadlines", "long", "--event=received=2026-05-12")
