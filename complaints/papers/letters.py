"""A draft's text as an officer types it, and the letter it makes.

A blank line parts paragraphs. A line that begins with `# ` is a heading, with `## ` one below it, with `- `
or `* ` an item of a list, with `1. ` an item of a numbered one; an indented line under an item belongs to
it. Everything else is the letter's own words, `<b>` among them.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import ClassVar

_NEW_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls nobody types, marks that make a text read in another order than it stands, and byte order marks.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_HEADING = re.compile(r"(#{1,2})[ \t]+(\S.*)")
# Bullets pasted from Word come as characters of their own, the last one from its symbol font.
_BULLET = re.compile(r"\s*[-*•·\uf0b7]\s+(\S.*)")
_NUMBER = re.compile(r"\s*([1-9][0-9]?)\.\s+(\S.*)")


def clean(text: str) -> str:
    """`text` as it is kept: lines are parted by a newline, nothing unseen and no blank line around it.

    Every word that was typed is still there. Half a character, which no database takes, becomes '\ufffd'.
    """
    text = _UNWANTED.sub("", _NEW_LINE.sub("\n", text))
    text = _HALF_CHARACTER.sub("\ufffd", text)
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[0]:
        del lines[0]
    return "\n".join(lines).rstrip("\n")


@dataclass(frozen=True)
class Heading:
    """`level` is 1 or 2."""

    level: int
    text: str
    kind: ClassVar[str] = "heading"

    @property
    def below(self) -> int:
        """How many levels under the letter's highest heading."""
        return self.level - 1

    @property
    def plain(self) -> str:
        return self.text


@dataclass(frozen=True)
class Paragraph:
    lines: tuple[str, ...]
    kind: ClassVar[str] = "paragraph"

    @property
    def plain(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Bullets:
    """An item with more lines than one has newlines in it."""

    items: tuple[str, ...]
    kind: ClassVar[str] = "bullets"

    @property
    def plain(self) -> str:
        return "\n".join("- " + item.replace("\n", "\n  ") for item in self.items)


@dataclass(frozen=True)
class Numbers:
    """`numbers` are those that were typed, one for each item: a letter's point 4 stays point 4."""

    items: tuple[str, ...]
    numbers: tuple[int, ...]
    kind: ClassVar[str] = "numbers"

    @property
    def numbered(self) -> tuple[tuple[int, str], ...]:
        return tuple(zip(self.numbers, self.items, strict=True))

    @property
    def plain(self) -> str:
        return "\n".join(f"{number}. " + item.replace("\n", "\n   ") for number, item in self.numbered)


Block = Heading | Paragraph | Bullets | Numbers


@dataclass(frozen=True)
class Letter:
    """What `parse` found, in order."""

    blocks: tuple[Block, ...]

    @cached_property
    def plain(self) -> str:
        """The letter without markup, as it goes into an e-mail or onto the clipboard."""
        return "\n\n".join(block.plain for block in self.blocks)

    @cached_property
    def words(self) -> int:
        """How many words are in it, as a word processor counts them: marks and numbers of lists are none."""
        return sum(len(words.split()) for words in chain.from_iterable(map(_texts, self.blocks)))

    def __bool__(self) -> bool:
        return bool(self.blocks)


def _texts(block: Block) -> tuple[str, ...]:
    if isinstance(block, Heading):
        return (block.text,)
    return block.lines if isinstance(block, Paragraph) else block.items


def parse(text: str) -> Letter:
    """The letter that `text` makes. Never raises, and no word of it is lost.

    Items of one kind with only blank lines between them are one list.
    """
    reading: list[_Reading] = []
    after_blank = True
    for line in clean(text).split("\n"):
        if line.strip():
            _read(line, after_blank, reading)
        after_blank = not line.strip()
    return Letter(tuple(block.done() for block in reading))


class _Reading:
    """A block while its lines come in. `entries`: for each line of a paragraph or item of a list, its lines."""

    def __init__(self, kind: str, level: int = 0) -> None:
        self.kind = kind
        self.level = level
        self.entries: list[list[str]] = []
        self.numbers: list[int] = []

    def done(self) -> Block:
        texts = tuple("\n".join(lines) for lines in self.entries)
        if self.kind == Heading.kind:
            return Heading(self.level, texts[0])
        if self.kind == Paragraph.kind:
            return Paragraph(texts)
        if self.kind == Bullets.kind:
            return Bullets(texts)
        return Numbers(texts, tuple(self.numbers))


def _read(line: str, after_blank: bool, reading: list[_Reading]) -> None:
    """Add `line`, which is not blank, to the last block of `reading` or as a new one."""
    last = reading[-1] if reading else _Reading("")
    if heading := _HEADING.fullmatch(line):
        reading.append(_Reading(Heading.kind, len(heading[1])))
        reading[-1].entries.append([heading[2]])
    elif bullet := _BULLET.fullmatch(line):
        _of_kind(Bullets.kind, reading).entries.append([bullet[1]])
    elif number := _NUMBER.fullmatch(line):
        block = _of_kind(Numbers.kind, reading)
        block.entries.append([number[2]])
        block.numbers.append(int(number[1]))
    elif last.kind in (Bullets.kind, Numbers.kind) and line[0].isspace() and not after_blank:
        last.entries[-1].append(line.strip())
    elif last.kind == Paragraph.kind and not after_blank:
        last.entries.append([line])
    else:
        reading.append(_Reading(Paragraph.kind))
        reading[-1].entries.append([line])


def _of_kind(kind: str, reading: list[_Reading]) -> _Reading:
    if not reading or reading[-1].kind != kind:
        reading.append(_Reading(kind))
    return reading[-1]
