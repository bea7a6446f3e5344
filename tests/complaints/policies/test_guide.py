"""What docs/administrators.md shows of a pack is read as it stands."""

from pathlib import Path

import pytest

from complaints.policies.lists import read_lists
from complaints.policies.loader import HERE
from complaints.policies.procedures import read_procedures
from complaints.policies.tables import read_tables
from slas.packs import read_documents, read_policy

GUIDE = Path(__file__).parents[3] / "docs" / "administrators.md"
HEAD = """\
policy: guide
name: Guide
version: 1
in force from: 2026-01-01
calendar: {name: Days, nation: england-and-wales, bank holidays: not counted}
"""


def example(section: str) -> str:
    blocks = [block.partition("```")[0] for block in GUIDE.read_text("utf-8").split("```yaml\n")[1:]]
    (found,) = [block for block in blocks if block.startswith(f"{section}:")]
    return found


@pytest.fixture
def read(tmp_path):
    """`read(text)`: the sections of a document with this text."""

    def write(text: str):
        file = tmp_path / "guide.yaml"
        file.write_text(text, encoding="utf-8")
        (document,) = read_documents(file)
        return document.group(optional=None)

    return write


def test_the_sla_of_the_guide_is_read(tmp_path):
    file = tmp_path / "guide.yaml"
    file.write_text(HEAD + example("slas"), encoding="utf-8")
    (rules,) = read_policy(read_documents(file)[0]).slas
    assert (rules.code, rules.headline.extend_to) == ("stage-1-childrens", 20)


def test_the_lists_of_the_guide_are_read(read):
    entries, _ = read_lists(read(example("lists"))["lists"], {"enquiry"})
    assert [(entry.list, entry.code) for entry in entries] == [
        ("category", "delay"),
        ("channel", "letter"),
        ("exclusion", "court"),
    ]


def test_the_move_tables_of_the_guide_are_read(read):
    tables = read_tables(read(example("move tables"))["move tables"])
    assert tables.whole["service-answers"].signed_by("").move("to-answer", "submit").next == "to-send"


def test_the_procedure_of_the_guide_is_read(read):
    (surrey,) = read_documents(HERE / "surrey-cfllc.yaml")
    top = surrey.group(optional=None)
    guide = read(example("procedures").replace("    stages:", "    begins: anybody\n    stages:"))
    slas = {rules.code: rules for rules in read_policy(surrey, other_sections=tuple(top)).slas}
    draft = read_procedures({"procedures": guide["procedures"], "move tables": top["move tables"]}, slas)
    assert draft.procedures[0].stages[0].next == ("corporate", "stage-2")
