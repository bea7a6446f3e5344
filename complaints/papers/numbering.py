"""The numbers and bullets that Word puts before paragraphs, which stand nowhere in the text itself."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

BULLET = "-"
MOST_LABEL = 40  # characters
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True)
class _Level:
    form: str = "bullet"
    text: str = ""
    start: int = 1
    style: str = ""


@dataclass
class _List:
    """What a `num` of the file is: whose levels it takes, and where it begins anew."""

    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    begun: bool = False


class Numbering:
    """Counts along while paragraphs are read in order."""

    def __init__(self, root: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for element in root if root is not None else ():
            if element.tag == "abstractNum":
                levels = {whole(level.get("ilvl")): _level(level) for level in element.iter("lvl")}
                self._levels[element.get("abstractNumId", "")] = levels
            elif element.tag == "num":
                starts = {
                    whole(change.get("ilvl")): whole(value_of(change, "startOverride"))
                    for change in element.iter("lvlOverride")
                    if change.find("startOverride") is not None
                }
                self._lists[element.get("numId", "")] = _List(value_of(element, "abstractNumId"), starts)

    def level_of_style(self, number: str, style: str) -> int:
        """The level of a list that goes with a paragraph style; the first where none says so."""
        levels = self._levels.get(self._lists[number].abstract, {}) if number in self._lists else {}
        return next((n for n, level in levels.items() if level.style == style), 0)

    def label(self, number: str, level: int) -> str:
        """What stands before the next paragraph of list `number` at `level`, 0 the outermost.

        BULLET for a bullet, '2.', '1.3' or '(b)' for a number, '' for a list that shows none.
        """
        if number not in self._lists:
            return ""
        of = self._lists[number]
        levels = self._levels.get(of.abstract, {})
        here = levels.get(level, _Level())
        if here.form in ("bullet", "none"):
            return BULLET if here.form == "bullet" else ""
        counts = self._counts[of.abstract]
        if not of.begun:
            of.begun = True
            for n, start in of.starts.items():
                counts[n] = start - 1
        counts[level] = counts.get(level, here.start - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        return re.sub(r"%([1-9])", lambda match: self._shown(int(match[1]) - 1, levels, counts), here.text)

    def _shown(self, level: int, levels: dict[int, _Level], counts: dict[int, int]) -> str:
        of = levels.get(level, _Level("decimal"))
        return counted(counts.get(level, of.start), of.form)


def _level(element: Element) -> _Level:
    return _Level(
        form=value_of(element, "numFmt") or "decimal",
        text=value_of(element, "lvlText")[:MOST_LABEL],
        start=whole(value_of(element, "start"), 1),
        style=value_of(element, "pStyle"),
    )


def counted(number: int, form: str) -> str:
    """`number` as Word writes it: 'decimal', 'lowerLetter' (27 is 'aa'), 'upperRoman' …; others as digits."""
    if form in ("lowerLetter", "upperLetter") and 0 < number <= 780:
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        text = ""
        for value, sign in _ROMAN:
            text += sign * (number // value)
            number %= value
    else:
        text = f"{number:02}" if form == "decimalZero" else str(number)
    return text.upper() if form.startswith("upper") else text


def value_of(element: Element, path: str) -> str:
    """The `val` of the first element at `path`, '' where there is none."""
    found = element.find(path)
    return found.get("val", "") if found is not None else ""


def whole(text: str | None, otherwise: int = 0) -> int:
    """The whole number that `text` is, kept to what a list can count to."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,5}", text) else otherwise
