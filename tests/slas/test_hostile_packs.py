"""Packs made to hurt: refused with file and line like any other mistake, and nothing written."""

from itertools import pairwise

import pytest

from slas.models import Policy

GOOD = """\
policy: hurt
name: Hurt
version: 1
in force from: 2026-01-01
calendar:
  name: Days
  nation: england-and-wales
  bank holidays: not counted
slas:
  - sla: reply
    name: Reply
    source: X1
    events: {received: Received}
    milestones:
      - {milestone: respond, name: Respond, headline: yes, due: 10 working days after received, source: X1}
"""

LETTERS = "abcdefghijklmnopq"
LAUGHS = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in pairwise(LETTERS))

HOSTILE = {
    "nested": "[" * 5000,
    "huge": GOOD + "# " + "x" * 1_100_000,
    "a null character": GOOD.replace("name: Hurt", r'name: "Hu\0rt"'),
    "a lone surrogate": GOOD.replace("name: Hurt", r'name: "Hu\ud800rt"'),
    "writing from right to left": GOOD.replace("name: Hurt", r'name: "Hu\u202ert"'),
    "one day closed twice": GOOD.replace(
        "not counted", "not counted\n  closure days: {2026-12-24: Eve, 20261224: Again}"
    ),
    "a floor without end": GOOD.replace(
        "source: X1\n", f"source: X1\n    not laxer than: {'x' * 70} stage-1\n", 1
    ),
    "days without end": GOOD.replace(
        "source: X1}", "source: X1, confirm inner dates under: 99999999999999 days}"
    ),
    "laughs": LAUGHS,
}


@pytest.mark.parametrize("how", HOSTILE)
def test_it_is_refused_with_file_and_line(db, refused, tmp_path, how):
    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE[how], encoding="utf-8")
    assert refused("load_policy", str(file)).startswith("hostile.yaml, line ")
    assert not Policy.objects.exists()


def test_bank_holidays_are_not_loaded_for_centuries(db, refused):
    assert "9999" in refused("load_bank_holidays", "--until", "9999")
