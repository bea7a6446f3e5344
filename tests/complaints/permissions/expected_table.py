"""Reads `expected.txt` and its like: who may do what to a stage of each kind, state by state."""

from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("expected.txt")
FILES = {
    "surrey-cfllc": FILE,
    "solihull-corporate": FILE.with_name("expected-solihull.txt"),
    "warwickshire": FILE.with_name("expected-warwickshire.txt"),
}
"""By policy pack."""
Allowed = dict[tuple[str, str, str], frozenset[str]]
"""Stage type ('corporate stage-1'), state and verb to the roles that may; what is not there, nobody may."""


def expected(file: Path = FILE) -> tuple[dict[str, frozenset[str]], Allowed]:
    """The named groups of roles, and what each stage type allows. Raises ValueError for a line it cannot read."""
    groups: dict[str, frozenset[str]] = {}
    allowed: Allowed = {}
    types: list[str] = []
    states: list[str] = []
    for number, line in _lines(file):
        if line.startswith("    "):
            verb, _, roles = line.strip().partition(": ")
            for type_ in types:
                for state in states:
                    key = (type_, state, verb)
                    if key in allowed:
                        raise ValueError(f"line {number}: {' '.join(key)} is there twice")
                    allowed[key] = _expand(roles, groups)
        elif line.startswith("  "):
            states = line.strip().split(", ")
        elif line.startswith("group "):
            name, _, roles = line.removeprefix("group ").partition(": ")
            groups[name] = _expand(roles, groups)
        else:
            types, states = line.split(", "), []
    return groups, allowed


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text().splitlines(), 1):
        text = line.partition("#")[0].rstrip()
        if text:
            yield number, text


def _expand(roles: str, groups: dict[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    for word in roles.split(", "):
        found |= groups.get(word, frozenset({word}))
    return frozenset(found)
