"""What a row says, as one digest: the same for the same row in xlsx, ods and csv, however its columns are mapped.

The formats differ in how they keep a thing, not in what it is: a date is a date here whether it is one or is typed,
5 is 5.0, TRUE is a text or a truth. An ambiguous typed date is taken day first, whatever the file does with it: the
digest depends on nothing but the row. Columns that count by themselves ('Days open', 'RAG') are left out, or every row
would be another tomorrow; so are those of our own list of rejected rows, in which a row is mended and sent again.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache

from complaints.importing.cells import Cell, clean, key
from complaints.importing.dates import LONGEST, DateError, written

OWN_COLUMNS = ("row", "column", "value", "reason")
_COUNTS = re.compile(
    r"rag( (status|rating))?|(no\.?|number) of (working )?days\b.*|"
    r"(working |calendar |total )?days (open|left|late|overdue|taken|elapsed|remaining|to go|outstanding|old|"
    r"since|until|to respond|to due).*|(is )?over ?due\??|age( in)?( \(?days\)?)?|today|today's date"
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])(?::([0-5][0-9]))?")


@lru_cache(maxsize=16)
def _lasting(labels: tuple[str, ...]) -> tuple[str, ...]:
    """The name of each column that belongs to the row's content, '' for the others."""
    names = tuple(key(label) for label in labels)
    ours = len(OWN_COLUMNS) if names[: len(OWN_COLUMNS)] == OWN_COLUMNS else 0
    return tuple(
        name if place >= ours and not _COUNTS.fullmatch(name) else "" for place, name in enumerate(names)
    )


def fingerprint(labels: tuple[str, ...], cells: Sequence[Cell]) -> str:
    """The digest of a row's cells under their headings: 64 hexadecimal digits. Blank cells, the order of the columns,
    spaces and line breaks make no difference."""
    said = sorted(
        (name, canonical(cell))
        for name, cell in zip(_lasting(labels), cells, strict=False)
        if name and cell is not None
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def canonical(cell: Cell) -> str:
    """A cell's content in the one form that all formats share."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return _number(str(cell))
    if isinstance(cell, time):
        return cell.isoformat("seconds")
    if isinstance(cell, date):
        return _moment(cell)
    return _text(" ".join(unicodedata.normalize("NFC", clean(cell)).split()))


def _text(text: str) -> str:
    if len(text) > LONGEST or not any(character.isdigit() for character in text):
        return text.upper() if text.upper() in ("TRUE", "FALSE") else text
    if _NUMBER.fullmatch(text):
        return _number(text)
    if match := _CLOCK.fullmatch(text):
        return f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}"
    for day_first in (True, False):
        try:
            return _moment(written(text, day_first=day_first))
        except DateError:
            continue
    return text


def _number(text: str) -> str:
    """'5.0' and '5.00' are 5."""
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text


def _moment(moment: date) -> str:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None).isoformat(" ", "seconds")
    return moment.isoformat()
