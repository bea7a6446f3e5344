"""Rows as an OpenDocument spreadsheet, written by the standard library: see docs/decisions/020."""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from xml.sax.saxutils import escape, quoteattr

from complaints.reports.downloads import Cell, Sheet
from slas.core.calendar import LONDON

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(" {2,}")
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = " ".join(
    f'xmlns:{name}="{_OASIS}:{where}:1.0"'
    for name, where in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
        ("meta", "meta"),
    )
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{ODS_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_STYLES = (
    f'{_HEAD}<office:document-styles {_NAMES} office:version="1.3"><office:styles>'
    '<style:default-style style:family="table-cell"><style:text-properties fo:language="en" fo:country="GB"/>'
    "</style:default-style></office:styles></office:document-styles>"
)
_AUTOMATIC = (
    '<number:date-style style:name="day"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    "</number:date-style>"
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>'
    '<style:style style:name="head" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="wide" style:family="table-column">'
    '<style:table-column-properties style:column-width="4.2cm"/></style:style>'
)


def ods_of(title: str, *sheets: Sheet, created: datetime) -> bytes:
    """An OpenDocument spreadsheet of `sheets`, called `title`, the headings again on each page of a print. Days are
    dates, numbers are numbers, moments are London's in words, and text is text, whatever it begins with: nothing in it
    is a formula (TRAPS 29)."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        # First and not compressed, so that what kind of file it is stands at its beginning.
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("styles.xml", _STYLES)
        archive.writestr("meta.xml", _meta(title, created))
        with archive.open("content.xml", "w") as content:
            for part in _content(sheets):
                content.write(part.encode("utf-8"))
    return whole.getvalue()


def _meta(title: str, created: datetime) -> str:
    return (
        f'{_HEAD}<office:document-meta {_NAMES} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3">'
        f"<office:meta><dc:title>{_text(title)}</dc:title><dc:language>en-GB</dc:language>"
        f"<meta:creation-date>{created.astimezone(LONDON):%Y-%m-%dT%H:%M:%S}</meta:creation-date>"
        "</office:meta></office:document-meta>"
    )


def _content(sheets: Iterable[Sheet]) -> Iterable[str]:
    yield (
        f'{_HEAD}<office:document-content {_NAMES} office:version="1.3">'
        f"<office:automatic-styles>{_AUTOMATIC}</office:automatic-styles><office:body><office:spreadsheet>"
    )
    for sheet in sheets:
        yield from _table(sheet)
    yield "</office:spreadsheet></office:body></office:document-content>"


def _table(sheet: Sheet) -> Iterable[str]:
    width = len(sheet.headings) or 1
    heads = "".join(_string(heading, ' table:style-name="head"') for heading in sheet.headings)
    yield (
        f"<table:table table:name={quoteattr(sheet.name)}>"
        f'<table:table-column table:style-name="wide" table:number-columns-repeated="{width}"/>'
        f"<table:table-header-rows><table:table-row>{heads}</table:table-row></table:table-header-rows>"
    )
    for row in sheet.rows:
        yield f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>"
    yield "</table:table>"


def _cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, datetime):
        return _string(f"{cell.astimezone(LONDON):%d/%m/%Y %H:%M}")
    if isinstance(cell, date):
        value = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
        shown = f"<text:p>{cell:%d/%m/%Y}</text:p>"
        return f'<table:table-cell table:style-name="date" {value}>{shown}</table:table-cell>'
    if isinstance(cell, int):
        value = f'office:value-type="float" office:value="{cell}"'
        return f"<table:table-cell {value}><text:p>{cell}</text:p></table:table-cell>"
    return _string(cell)


def _string(text: str, style: str = "") -> str:
    paragraphs = "".join(f"<text:p>{_text(line)}</text:p>" for line in _clean(text).split("\n"))
    return f'<table:table-cell{style} office:value-type="string">{paragraphs}</table:table-cell>'


def _text(text: str) -> str:
    """Text within a paragraph, in which several spaces would count as one."""
    return _SPACES.sub(lambda run: f' <text:s text:c="{len(run[0]) - 1}"/>', escape(_clean(text)))


def _clean(text: str) -> str:
    return _NOT_XML.sub("", str(text))
