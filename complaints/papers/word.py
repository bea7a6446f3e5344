"""The text of an uploaded Word file, in the notation of `letters`, so that it can be read and compared on a page.

Read are the document itself, its text boxes, its tables as lines and its footnotes. Not read are the headers and
footers of the pages, comments and pictures; `WordText.warnings` says so where it matters.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element

from complaints.papers.letters import clean
from complaints.papers.numbering import BULLET, Numbering, value_of, whole
from complaints.papers.zipped import LOCKED_OR_OLD, OLD_OFFICE, BadPackage, Package

MOST_TEXT = 1_000_000  # characters: a report of some three hundred pages

NOT_WORD = "This is not a Word file (.docx). Save the letter as .docx in Word and upload that."
NO_TEXT = "There is no text in this Word file, perhaps only a picture of a letter. Upload one with text, or type it."
TOO_LONG = f"This file has more than {MOST_TEXT:,} characters of text. Upload the letter alone."
EMBEDDED = "Another file stands inside the text of this one. Open it in Word, save it again and upload the saved one."

# Taken out by tracked changes, kept for older programs only, or about the text and not of it.
_PASSED_OVER = {
    "del",
    "moveFrom",
    "Fallback",
    "pPr",
    "rPr",
    "tblPr",
    "tblGrid",
    "trPr",
    "tcPr",
    "sdtPr",
    "sectPr",
}
_PASSED_OVER |= {"instrText", "delText", "delInstrText"}
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_LIST_NUMBER = re.compile(r"[1-9][0-9]?\.")


_WARNINGS = {
    "tracked": "It has tracked changes, shown here as if accepted. Accept or reject them in Word before it is sent.",
    "comments": "It has comments, which are not shown here. Delete them in Word before it is sent.",
    "hidden": "It has hidden text, which is shown here. Delete it in Word if it should not be sent.",
    "pictures": "It has pictures, which are not shown here. Open the file to see them.",
}


class CannotRead(ValueError):
    """The file has no text that can be shown. The message is for who uploaded it and says how to mend it."""


@dataclass(frozen=True)
class WordText:
    """`text` is clean and in the notation of `letters`. The rest is whether the file has such things in it."""

    text: str
    tracked: bool = False
    comments: bool = False
    hidden: bool = False
    pictures: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What somebody should know before this file goes out as a letter, in whole sentences."""
        return tuple(words for field, words in _WARNINGS.items() if getattr(self, field))


def read(content: bytes | IO[bytes]) -> WordText:
    """The text of the .docx in `content`, with tracked insertions in it and tracked deletions left out.

    Raises CannotRead for any other file, for one that is broken, locked, holds macros or unpacks to far too much,
    and for one without text. A file that was passed in is left open, at any place.
    """
    file = BytesIO(content) if isinstance(content, bytes) else content
    file.seek(0)
    if file.read(len(OLD_OFFICE)) == OLD_OFFICE:
        raise CannotRead(LOCKED_OR_OLD)
    try:
        with Package(file) as package:
            if package.kind != "docx":
                raise CannotRead(NOT_WORD)
            return _read(package)
    except BadPackage as error:
        raise CannotRead(str(error)) from error


def _read(package: Package) -> WordText:
    main = _related(package, "").get("officeDocument", "word/document.xml")
    parts = _related(package, main)
    root = package.tree(main)
    text = _Reader(package, parts).text(root)
    if not text:
        raise CannotRead(NO_TEXT)
    tags = {element.tag for element in root.iter()}
    return WordText(
        text=text,
        tracked=bool(tags & {"ins", "del", "moveFrom", "moveTo"}),
        comments="commentReference" in tags,
        hidden=any(run.find("rPr/vanish") is not None for run in root.iter("r")),
        pictures=bool(tags & {"blip", "imagedata"}),
    )


def _related(package: Package, part: str) -> dict[str, str]:
    """The parts that `part` names, by the last word of the relation: 'styles', 'numbering', 'footnotes' …"""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    if listed not in package:
        return {}
    return {
        relation.get("Type", "").rpartition("/")[2]: posixpath.normpath(
            posixpath.join("/", folder, relation.get("Target", ""))
        ).lstrip("/")
        for relation in package.tree(listed)
        if relation.get("TargetMode") != "External"
    }


class _Piece(NamedTuple):
    """A paragraph, or the lines of a table. `mark` makes it a heading or an item, or is its number in words."""

    text: str
    mark: str = ""
    row: bool = False

    @property
    def item(self) -> bool:
        return self.mark == f"{BULLET} " or bool(_LIST_NUMBER.fullmatch(self.mark.strip()))

    @property
    def written(self) -> str:
        indent = " " * len(self.mark) if self.item else ""
        return self.mark + self.text.replace("\n", f"\n{indent}")


class _Styles:
    """What the named styles of the file say of the paragraphs that use them."""

    def __init__(self, root: Element | None) -> None:
        found = root.iter("style") if root is not None else ()
        self._styles = {style.get("styleId", ""): style for style in found}

    def chain(self, code: str) -> Iterator[Element]:
        """The style and those it is based on, from the nearest."""
        for _ in range(20):
            if code not in self._styles:
                return
            yield self._styles[code]
            code = value_of(self._styles[code], "basedOn")

    def heading(self, code: str) -> int:
        """1 for the highest, 0 where the style is no heading's."""
        for style in self.chain(code):
            name = value_of(style, "name").casefold()
            if named := _HEADING.fullmatch(name):
                return int(named[1])
            if name in ("title", "subtitle"):
                return 1 if name == "title" else 2
            if outline := value_of(style, "pPr/outlineLvl"):
                return whole(outline, 9) + 1 if whole(outline, 9) < 9 else 0
        return 0


class _Reader:
    def __init__(self, package: Package, parts: dict[str, str]) -> None:
        def tree(kind: str) -> Element | None:
            return package.tree(parts[kind]) if parts.get(kind, "") in package else None

        self._styles = _Styles(tree("styles"))
        self._numbering = Numbering(tree("numbering"))
        self._notes: dict[tuple[str, str], Element] = {}
        for kind in ("footnote", "endnote"):
            notes = tree(f"{kind}s")
            for note in notes if notes is not None else ():
                self._notes[kind, note.get("id", "")] = note
        self._cited: dict[tuple[str, str], int] = {}
        self._length = 0

    def text(self, root: Element) -> str:
        body = root.find("body")
        pieces = self._flow(body) if body is not None else []
        for key, number in list(self._cited.items()):
            note = " ".join(piece.text for piece in self._flow(self._notes[key]))
            pieces.append(_Piece(note, f"[{number}] "))
        parts: list[str] = []
        for before, piece in pairwise([_Piece(""), *pieces]):
            together = (before.item and piece.item) or (before.row and piece.row)
            parts += ["\n" if together else "\n\n", piece.written]
        return clean("".join(parts))

    def _flow(self, parent: Element) -> list[_Piece]:
        """What stands in `parent`, a body, cell, box or note, in order."""
        pieces: list[_Piece] = []
        held = ""  # a paragraph whose end was deleted goes on in the next one
        for element in _blocks(parent):
            if element.tag == "tbl":
                pieces += self._table(element)
                continue
            words, boxes = self._words(element)
            held += words
            if element.find("pPr/rPr/del") is None and element.find("pPr/rPr/moveFrom") is None:
                pieces += self._paragraph(element, held)
                held = ""
            for box in boxes:
                pieces += self._flow(box)
        return [*pieces, *([_Piece(held.strip())] if held.strip() else [])]

    def _words(self, paragraph: Element) -> tuple[str, list[Element]]:
        """The paragraph's own text, and the text boxes that hang on it."""
        words: list[str] = []
        boxes: list[Element] = []

        def gather(parent: Element) -> None:
            for element in parent:
                if element.tag == "txbxContent":
                    boxes.append(element)
                elif element.tag == "t":
                    words.append(element.text or "")
                elif element.tag in _SIGNS:
                    words.append(_SIGNS[element.tag])
                elif element.tag == "sym":
                    words.append(_symbol(element.get("char", "")))
                elif element.tag in ("footnoteReference", "endnoteReference"):
                    words.append(self._cite(element))
                elif element.tag not in _PASSED_OVER:
                    gather(element)

        gather(paragraph)
        text = "".join(words)
        self._length += len(text) + 1
        if self._length > MOST_TEXT:
            raise CannotRead(TOO_LONG)
        return text, boxes

    def _cite(self, reference: Element) -> str:
        key = reference.tag.removesuffix("Reference"), reference.get("id", "")
        if key not in self._notes:
            return ""
        return f" [{self._cited.setdefault(key, len(self._cited) + 1)}]"

    def _paragraph(self, element: Element, words: str) -> list[_Piece]:
        style = value_of(element, "pPr/pStyle")
        label = self._label(element, style)
        text = "\n".join(line.strip() for line in words.strip().split("\n"))
        if not text:
            return []
        outline = value_of(element, "pPr/outlineLvl")
        level = whole(outline, 9) + 1 if outline and whole(outline, 9) < 9 else self._styles.heading(style)
        if level:
            number = f"{label} " if label not in ("", BULLET) else ""
            return [_Piece(" ".join(text.split()), f"{'#' if level == 1 else '##'} {number}")]
        if label == BULLET or _LIST_NUMBER.fullmatch(label):
            text = re.sub(r"\n\s*", "\n", text)
        return [_Piece(text, f"{label} " if label else "")]

    def _label(self, element: Element, style: str) -> str:
        """The number or bullet that Word shows before the paragraph. Counts it."""
        number, level = value_of(element, "pPr/numPr/numId"), value_of(element, "pPr/numPr/ilvl")
        if not number:
            for named in self._styles.chain(style):
                if number := value_of(named, "pPr/numPr/numId"):
                    level = level or value_of(named, "pPr/numPr/ilvl")
                    level = level or str(self._numbering.level_of_style(number, named.get("styleId", "")))
                    break
        return self._numbering.label(number, whole(level)) if number else ""

    def _table(self, table: Element) -> list[_Piece]:
        """A row with one cell in use as what stands in it, any other as one line."""
        pieces: list[_Piece] = []
        for row in _parts(table, "tr"):
            if row.find("trPr/del") is not None:
                continue
            cells = [self._flow(cell) for cell in _parts(row, "tc")]
            used = [cell for cell in cells if cell]
            if len(used) > 1:
                lines = (" ".join(piece.mark.lstrip("# ") + piece.text for piece in cell) for cell in cells)
                pieces.append(_Piece(" | ".join(" ".join(line.split()) for line in lines), row=True))
            else:
                pieces += [piece for cell in used for piece in cell]
        return pieces


def _blocks(parent: Element) -> Iterator[Element]:
    """The paragraphs and tables of `parent`, also those inside content controls and tracked insertions."""
    for element in parent:
        if element.tag in ("p", "tbl"):
            yield element
        elif element.tag == "altChunk":
            raise CannotRead(EMBEDDED)
        elif element.tag not in _PASSED_OVER:
            yield from _blocks(element)


def _parts(parent: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag not in _PASSED_OVER:
            yield from _parts(element, tag)


def _symbol(char: str) -> str:
    """A sign from a symbol font, by its number in hexadecimal digits."""
    return chr(int(char, 16)) if re.fullmatch("[0-9A-Fa-f]{4}", char) else ""
