"""A mapping as YAML that can be read aloud, written by hand and kept for the next tracker.

    sheet: Tracker
    heading row: 3
    dates: day first
    columns:
      own_reference: Ref
      received: Date received
    values:
      type:
        Stage 1 - Children's: stage-1-childrens
        Stage 1: ''
    could be:
      type:
        Stage 1: [stage-1-childrens, corporate-stage-1]

Whatever a file leaves out is proposed, so that last month's mapping serves for this month's tracker and its new
names. '' says that a text means nothing here; '(blank)' stands for a blank cell. 'could be' is for the reader alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import yaml

from complaints.importing.cells import key, shortened, visible
from complaints.importing.headings import HeadingError
from complaints.importing.known import Known
from complaints.importing.mapping import Map, find, propose
from complaints.importing.readers import Sheet
from complaints.importing.words import CODED, FIELDS
from slas.packs import Entry, PackError

DAY_FIRST, MONTH_FIRST = "day first", "month first"
SECTIONS = ("sheet", "heading row", "dates", "columns", "values", "could be")
LARGEST = 2_000_000
MOST_NODES = 50_000
"""Names and texts of one mapping: 25,000 texts that were matched, far more than a tracker has."""


def write_map(mapping: Map) -> str:
    """The mapping as YAML, which `read_map` reads back the same."""
    said: dict[str, Any] = {
        "sheet": visible(mapping.sheet),
        "heading row": mapping.heading_row,
        "dates": DAY_FIRST if mapping.day_first else MONTH_FIRST,
        "columns": dict(mapping.columns),
        "values": {name: dict(codes) for name, codes in mapping.values.items() if codes},
        "could be": {
            name: {text: list(codes) for text, codes in texts.items()}
            for name, texts in mapping.candidates.items()
            if texts
        },
    }
    return yaml.safe_dump(
        {name: part for name, part in said.items() if part not in ({}, "")},
        sort_keys=False,
        allow_unicode=True,
        width=1_000_000,
    )


def read_map(text: str, name: str, sheets: Sequence[Sheet], known: Known, *, forgiving: bool = False) -> Map:
    """The mapping in `text`, a file called `name`, completed by what is proposed for `sheets`.

    Raises PackError with the line where the file is wrong in itself, names a sheet or column that is not there,
    or a code that is not known; HeadingError where it says nothing of the headings and none are found. `forgiving`: a
    code that is not known (any more) stands for no match.
    """
    top = _document(text, name)
    said = top.group(optional=SECTIONS)
    sheet = said["sheet"].words() if "sheet" in said else None
    row = _row(said["heading row"]) if "heading row" in said else None
    try:
        headings = find(sheets, sheet, row)
    except HeadingError as error:
        place = said.get("heading row") or said.get("sheet")
        if place is None:
            raise
        raise place.error(str(error)) from None
    columns = _columns(said["columns"], headings.labels) if "columns" in said else None
    order = said["dates"].choice(DAY_FIRST, MONTH_FIRST) if "dates" in said else None
    proposed = propose(
        sheets,
        known,
        sheet=headings.sheet,
        heading_row=headings.row,
        columns=columns,
        day_first=None if order is None else order == DAY_FIRST,
    )
    return _with_values(proposed, _values(said["values"], known, forgiving) if "values" in said else {})


def _with_values(proposed: Map, said: Mapping[str, Mapping[str, str]]) -> Map:
    """What the file says of a text wins over what is proposed, also that it means nothing."""
    values: dict[str, dict[str, str]] = {}
    candidates: dict[str, dict[str, tuple[str, ...]]] = {}
    for name in CODED:
        own = {key(text) for text in said.get(name, {})}
        kept = {text: code for text, code in proposed.values.get(name, {}).items() if key(text) not in own}
        values[name] = {**said.get(name, {}), **kept}
        open_still = [text for text, code in values[name].items() if not code]
        options = {key(text): codes for text, codes in proposed.candidates.get(name, {}).items()}
        candidates[name] = {text: options[key(text)] for text in open_still if key(text) in options}
    return replace(
        proposed,
        values={name: codes for name, codes in values.items() if codes},
        candidates={name: texts for name, texts in candidates.items() if texts},
    )


class _TooMany(Exception):
    """The mapping goes on for longer than any does, from this line (counted from 0)."""


class _Loader(yaml.SafeLoader):
    """Stops once there is more than a mapping can have, however few lines it is on."""

    nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _TooMany(self.line)
        return super().compose_node(parent, index)


def _document(text: str, name: str) -> Entry:
    if len(text) > LARGEST:
        raise PackError(name, 1, "is over two megabytes, which no mapping is")
    try:
        nodes = [node for node in yaml.compose_all(text, Loader=_Loader) if node is not None]
    except _TooMany as error:
        raise PackError(
            name,
            error.args[0] + 1,
            f"has more than {MOST_NODES:,} names and texts up to here. Leave out the texts that mean nothing and those "
            "that are proposed as you want them",
        ) from None
    except RecursionError:
        raise PackError(name, 1, "is nested too deeply to be a mapping") from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise PackError(
            name, line, f"has a character that cannot stand in YAML: {error.character!r}"
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PackError(name, mark.line + 1 if mark else 1, f"is not YAML: {error.problem}") from None
    if not nodes:
        raise PackError(name, 1, "is empty")
    if len(nodes) > 1:
        raise Entry(nodes[1], name).error("a mapping is one document: leave out the line '---'")
    return Entry(nodes[0], name)


def _row(entry: Entry) -> int:
    text = entry.text()
    if not text.isascii() or not text.isdigit() or not 0 < len(text) < 7 or not int(text):
        raise entry.error(
            f"'{shortened(text, 40)}' is no row: write the number of the row with the headings, as 3"
        )
    return int(text)


def _columns(entry: Entry, labels: Sequence[str]) -> dict[str, str]:
    """Field → the heading as it stands in the sheet."""
    by_key = {key(label): label for label in labels}
    found: dict[str, str] = {}
    for name, heading in entry.group(optional=tuple(FIELDS)).items():
        text = heading.text()
        if not text:
            continue
        if (label := by_key.get(key(text))) is None:
            near = get_close_matches(key(text), by_key, n=1)
            hint = f"did you mean '{by_key[near[0]]}'?" if near else f"the columns are: {', '.join(labels)}"
            raise heading.error(f"there is no column '{shortened(text, 60)}'; {shortened(hint, 600)}")
        if label in found.values():
            other = next(field for field, taken in found.items() if taken == label)
            raise heading.error(f"the column '{label}' is {other} already; a column gives one field")
        found[name] = label
    return found


def _values(entry: Entry, known: Known, forgiving: bool) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, group in entry.group(optional=CODED).items():
        codes = found.setdefault(name, {})
        seen: set[str] = set()
        for text, value in group.group(optional=None).items():
            code = value.text()
            if key(text) in seen:
                raise value.error(f"'{shortened(text, 60)}' is said twice: case and spaces do not matter")
            if code and code not in known.names[name]:
                if forgiving:
                    codes[text] = ""
                    continue
                near = get_close_matches(code, known.names[name], n=3, cutoff=0.5)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise value.error(f"'{shortened(code, 60)}' is no code of {name} that is known here{hint}")
            seen.add(key(text))
            codes[text] = code
    return found
