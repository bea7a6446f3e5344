"""A cell of a spreadsheet: cleaned, shown, compared. Case, spaces and invisible marks never make two texts differ."""

import re
import unicodedata
from datetime import date, datetime, time

from complaints.references import PLAIN

Cell = str | int | float | date | time | None
"""What a reader gives: a `datetime` is a date, a `bool` is an int."""

NOTHING = frozenset({"", "-", "--", "n/a", "na", "nil", "none", "."})
"""What people type (as `key`) to say that a cell is blank on purpose."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_FORMULA_ERROR = re.compile(r"#(NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!)|Err:[0-9]{3}")
_LONGEST_NUMBER = 1e15


def clean(text: str) -> str:
    """The text without what no database keeps (NUL and other control characters), its line breaks alike."""
    if text.isprintable():  # most are: the rest is ten times the work
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text).strip().strip("\ufeff\u200b").strip()


def visible(text: str) -> str:
    """On one line, without invisible marks (zero width, right-to-left …) and signs of a font's own: for headings
    and choices."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " * c.isspace() for c in clean(text))
    return " ".join(text.split())


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen."""
    return all(c.isspace() or unicodedata.category(c) == "Cf" for c in text)


def key(text: str) -> str:
    """What two texts share that a person would call the same: 'LGSCO' and ' lgsco\\xa0'."""
    return visible(unicodedata.normalize("NFKC", text)).translate(PLAIN).casefold()


def is_error(cell: Cell) -> bool:
    """Whether the cell shows the error of a formula, as '#REF!'."""
    return isinstance(cell, str) and _FORMULA_ERROR.fullmatch(cell) is not None


def tidy(cell: object) -> Cell:
    """A value as a reader found it, made a `Cell`: whole floats are ints, moments whole seconds, blank None."""
    if isinstance(cell, str):
        text = clean(cell)
        return None if is_blank(text) else text
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < _LONGEST_NUMBER else cell
    if isinstance(cell, datetime):
        return _whole_seconds(cell)
    if cell is None or isinstance(cell, int | date | time):
        return cell
    raise TypeError(f"{type(cell).__name__} is no value of a cell")


def _whole_seconds(moment: datetime) -> date:
    """Spreadsheets keep times as fractions: 23:59:59.999 was typed as midnight, which is a date."""
    seconds = round(moment.microsecond / 1_000_000)
    whole = datetime.fromordinal(moment.toordinal()).replace(tzinfo=moment.tzinfo)
    since = moment.hour * 3600 + moment.minute * 60 + moment.second + seconds
    days, rest = divmod(since, 86_400)
    if rest == 0:
        return date.fromordinal(whole.toordinal() + days)
    return whole.replace(hour=rest // 3600, minute=rest // 60 % 60, second=rest % 60)


def shown(cell: Cell) -> str:
    """The cell in words, as a person reads it: '1 November 2026 09:30', '150', 'TRUE'. '' when blank."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return f"{shown(cell.date())} {shown(cell.time())}"
    if isinstance(cell, date):
        return f"{cell.day} {cell:%B} {cell.year}"
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}" if cell.second else f"{cell:%H:%M}"
    return str(cell)


def shortened(text: str, longest: int = 200) -> str:
    """For lists: the beginning of a text, with '…' where it goes on."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
