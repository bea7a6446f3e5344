"""Comma, semicolon or tab separated text, whatever program wrote it."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from complaints.importing.cells import Cell, tidy
from complaints.importing.room import MOST_CELLS, MOST_ROWS, FileError

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_ROWS = 200
LONGEST_CELL = 1_000_000
_SAID = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_END = "\x00the end\x00"
_SAVE_AS_XLSX = "Open it in your spreadsheet program, save it as an Excel workbook (.xlsx) and use that file."


def read_delimited(data: bytes) -> tuple[tuple[Cell, ...], ...]:
    """The rows of a csv file, every cell a text or None. A text with line breaks in quotes is one cell.

    UTF-8, UTF-16 with its mark, or Windows text (cp1252). Raises FileError.
    """
    text = _decoded(data)
    first, _, rest = text.partition("\n")
    if said := _SAID.fullmatch(first.strip()):
        return _rows(rest, said[1])
    return _rows(text, _separator(text))


def _decoded(data: bytes) -> str:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked:
        _check_is_text(data[:100_000])
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError(
        "The file's letters cannot be read. In Excel save it as 'CSV UTF-8 (comma delimited)' or as an Excel "
        "workbook (.xlsx), and use that file."
    )


def _check_is_text(beginning: bytes) -> None:
    """A picture or program under a csv's name is full of characters that nobody types."""
    odd = sum(1 for character in beginning if character < 32 and character not in b"\t\n\r\x00")
    if odd * 20 > len(beginning) or beginning.count(0) * 2 > len(beginning):
        raise FileError(f"The name says that the file is CSV, but it is not text. {_SAVE_AS_XLSX}")


def _separator(text: str) -> str:
    """The separator that cuts most rows into the same number of cells, more cells before fewer."""
    best, most = SEPARATORS[0], 0
    for separator in SEPARATORS:
        widths: Counter[int] = Counter()
        for row in _reader(text, separator):
            if any(row):
                widths[len(row)] += 1
            if widths.total() >= SAMPLE_ROWS:
                break
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and rows * width > most:
            best, most = separator, rows * width
    return best


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    # The limit is the process's own; the parser needs one, or a quote never closed takes in the whole file.
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _rows(text: str, separator: str) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Cell, ...]] = []
    cells = 0
    last: list[str] = []
    try:
        for last in _reader(f"{text}\n{_END}\n", separator):
            cells += len(last)
            if len(rows) > MOST_ROWS + 1 or cells > MOST_CELLS:
                raise FileError(
                    f"The file has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells. Split it by year."
                )
            rows.append(tuple(tidy(cell) for cell in last))
    except csv.Error as error:
        raise FileError(f"The file cannot be read as CSV after row {len(rows)}. {_SAVE_AS_XLSX}") from error
    if last != [_END]:
        raise FileError(
            f"A quotation mark opened in row {len(rows)} is never closed, so that all rows after it would be one cell. "
            f"{_SAVE_AS_XLSX}"
        )
    return _without_blank_end(rows[:-1])


def _without_blank_end(rows: list[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    return tuple(rows)
