"""A letter written in Word: what of it is read, and what is not opened."""

import struct
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_STORED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.papers import word, zipped
from complaints.papers.letters import Bullets, Heading, Numbers, Paragraph, parse
from complaints.papers.numbering import counted
from complaints.papers.word import CannotRead, read
from tests.complaints.papers import samples
from tests.complaints.papers.samples import docx, paragraph, part, table, words


def text_of(*body: str, **more: str) -> str:
    return read(docx(*body, **more)).text


def refused(content: bytes) -> str:
    with pytest.raises(CannotRead) as caught:
        read(content)
    return str(caught.value)


# --- what is read -----------------------------------------------------------------------------------


def test_a_letter_reads_as_if_it_had_been_typed():
    text = text_of(
        paragraph("Your complaint", style="H1"),
        paragraph("Dear Mrs ", "Okafor"),
        paragraph("What we found", style="H3"),
        paragraph("late taxis", number=1),
        paragraph("no telephone call", number=1),
        paragraph("The driver", number=2),
        paragraph("The school", number=2),
        paragraph("Yours sincerely", "<w:r><w:br/></w:r>", "Jo Bright"),
    )
    assert parse(text).blocks == (
        Heading(1, "Your complaint"),
        Paragraph(("Dear Mrs Okafor",)),
        Heading(2, "What we found"),
        Bullets(("late taxis", "no telephone call")),
        Numbers(("The driver", "The school"), (1, 2)),
        Paragraph(("Yours sincerely", "Jo Bright")),
    )


def test_headings_are_known_by_the_style_theirs_is_based_on_and_by_outline():
    assert text_of(paragraph("Ours", style="Ours")) == "# Ours"
    assert text_of(paragraph("Title", style="Title")) == "# Title"
    assert text_of(paragraph("Second", more='<w:outlineLvl w:val="1"/>')) == "## Second"
    assert text_of(paragraph("Body", more='<w:outlineLvl w:val="9"/>')) == "Body"
    assert text_of(paragraph("Loop", style="Loop")) == "Loop"


def test_numbers_that_are_no_plain_list_are_kept_in_words():
    """A letter that says 'see 1.2 (a)' must have a 1.2 (a)."""
    text = text_of(
        paragraph("Findings", style="H1", number=2),
        paragraph("Transport", number=2, level=1),
        paragraph("Contact", number=2, level=1),
        paragraph("by letter", number=2, level=2),
        paragraph("Outcome", number=2),
        paragraph("Remedy", number=2, level=1),
    )
    assert (
        text == "# 1. Findings\n\n1.1 Transport\n\n1.2 Contact\n\n(a) by letter\n\n2. Outcome\n\n2.1 Remedy"
    )


def test_a_list_may_begin_anew_and_be_known_by_its_style():
    assert text_of(paragraph("a", number=2), paragraph("b", number=3), paragraph("c", number=3)) == (
        "1. a\n7. b\n8. c"
    )
    assert text_of(paragraph("a", style="Bullets"), paragraph("b", style="Bullets")) == "- a\n- b"
    assert text_of(
        paragraph("no list", style="Bullets", number=0, more='<w:numPr><w:numId w:val="0"/></w:numPr>')
    ) == ("no list")


@pytest.mark.parametrize(
    ("number", "form", "shown"),
    [
        (4, "lowerRoman", "iv"),
        (1999, "upperRoman", "MCMXCIX"),
        (27, "upperLetter", "AA"),
        (3, "decimalZero", "03"),
    ],
)
def test_numbers_are_written_as_word_writes_them(number, form, shown):
    assert counted(number, form) == shown


def test_a_table_is_lines_and_one_that_only_lays_out_is_its_text():
    text = text_of(
        table(("Point", "Finding"), ("Late taxis", "Upheld")),
        table(("", "Jo Bright"), (paragraph("1 High Street") + paragraph("Anytown"), "")),
    )
    assert text == "Point | Finding\nLate taxis | Upheld\n\nJo Bright\n\n1 High Street\n\nAnytown"


def test_text_boxes_content_controls_links_and_symbols_are_read():
    box = "<w:r><w:drawing><w:txbxContent>" + paragraph("In a box") + "</w:txbxContent></w:drawing></w:r>"
    old = (
        "<w:r><mc:Fallback xmlns:mc='x'><w:txbxContent>"
        + paragraph("Twice")
        + "</w:txbxContent></mc:Fallback></w:r>"
    )
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{words(' controlled')}</w:sdtContent></w:sdt>"
    link = f"<w:hyperlink>{words(' linked')}</w:hyperlink>"
    symbol = '<w:r><w:tab/><w:sym w:char="2612"/><w:noBreakHyphen/></w:r>'
    outer = f"<w:sdt><w:sdtContent>{paragraph('Outer')}</w:sdtContent></w:sdt>"
    assert text_of(paragraph("Begin", control, link, symbol, box, old), outer) == (
        "Begin controlled linked\t\u2612\u2011\n\nIn a box\n\nOuter"
    )


def test_footnotes_are_read_at_the_end():
    cited = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = f'<w:footnote w:id="-1">{paragraph("___")}</w:footnote><w:footnote w:id="2">{paragraph("SI 2006/1738.")}'
    assert text_of(paragraph("The law", cited, " says so."), footnotes=f"{notes}</w:footnote>") == (
        "The law [1] says so.\n\n[1] SI 2006/1738."
    )


def test_a_field_shows_its_result_and_not_its_code():
    field = "<w:r><w:instrText> DATE </w:instrText></w:r>"
    assert text_of(paragraph("On ", field, "4 May")) == "On 4 May"


def test_a_file_may_keep_its_text_under_another_name():
    content = docx(
        paragraph("not this one"),
        word__document2=part("document", f"<w:body>{paragraph('this one')}</w:body>"),
    )
    moved = samples.relations(("officeDocument", "/word/document2.xml"))
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | {"_rels/.rels": moved}
    assert read(samples.zipped(parts)).text == "this one"


def test_styles_kept_elsewhere_are_not_fetched():
    outside = samples.relations(("styles", "styles.xml")).replace("/>", ' TargetMode="External"/>')
    content = docx(paragraph("Your complaint", style="H1"))
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert read(samples.zipped(parts | {"word/_rels/document.xml.rels": outside})).text == "Your complaint"


def test_an_upload_is_read_and_left_open():
    upload = SimpleUploadedFile("letter.docx", docx(paragraph("Dear Mrs Okafor")))
    assert read(upload).text == "Dear Mrs Okafor"
    assert not upload.closed


# --- tracked changes and what should not go out -----------------------------------------------------


def test_insertions_count_and_deletions_do_not():
    text = text_of(
        paragraph(
            "We are ",
            f"<w:ins>{words('very ')}</w:ins>",
            "<w:del><w:r><w:delText>not </w:delText></w:r></w:del>",
            f"<w:del>{words('not ')}</w:del>",
            "sorry.",
        ),
        paragraph(f"<w:moveFrom>{words('Moved.')}</w:moveFrom>"),
        paragraph(f"<w:moveTo>{words('Moved.')}</w:moveTo>"),
    )
    assert text == "We are very sorry.\n\nMoved."


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    ended = "<w:rPr><w:del/></w:rPr>"
    assert text_of(paragraph("We are ", more=ended), paragraph("sorry.")) == "We are sorry."
    assert text_of(paragraph("We are sorry.", more=ended)) == "We are sorry."


def test_a_deleted_row_is_gone():
    row = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr>"
    assert text_of(f"<w:tbl>{row}</w:tbl>", paragraph("kept")) == "kept"


@pytest.mark.parametrize(
    ("run", "warned"),
    [
        (f"<w:ins>{words('x')}</w:ins>", "tracked changes"),
        ('<w:r><w:commentReference w:id="1"/></w:r>', "comments"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>we were wrong</w:t></w:r>", "hidden text"),
        ('<w:r><w:drawing><a:blip xmlns:a="a"/></w:drawing></w:r>', "pictures"),
    ],
)
def test_what_should_be_known_before_it_is_sent_is_said(run, warned):
    (warning,) = read(docx(paragraph("Dear Mrs Okafor", run))).warnings
    assert warned in warning


def test_a_plain_letter_has_no_warning():
    assert read(docx(paragraph("Dear Mrs Okafor"))).warnings == ()


# --- what is not opened -----------------------------------------------------------------------------


def bomb() -> bytes:
    """Fifty kilobytes that unpack to fifty megabytes of blanks."""
    return docx(paragraph("x"), word__media=b" " * 50 * zipped.MEGABYTE)


def a_part_that_lies() -> bytes:
    """The list of parts says the text is four bytes long."""
    content = bytearray(docx(paragraph("x" * 5000)))
    at = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    while b"word/document.xml" not in content[at : at + 80]:
        at = content.index(b"PK\x01\x02", at + 4)
    content[at + 24 : at + 28] = struct.pack("<I", 4)
    return bytes(content)


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return samples.with_parts(docx(paragraph("one")), {"word/document.xml": part("document", "")})


def packed_another_way() -> bytes:
    file = BytesIO()
    with ZipFile(BytesIO(docx(paragraph("x")))) as archive, ZipFile(file, "w", ZIP_BZIP2) as packed:
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
    return file.getvalue()


def encrypted_in_the_list() -> bytes:
    content = bytearray(docx(paragraph("x")))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def in_body(xml: str, before: str = "") -> bytes:
    return docx(word__document=part("document", f"<w:body>{xml}</w:body>", before))


LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
REFUSED = {
    "empty": (lambda: b"", zipped.BROKEN),
    "not a zip": (lambda: b"Dear Mrs Okafor", zipped.BROKEN),
    "cut off": (lambda: docx(paragraph("x"))[:-30], zipped.BROKEN),
    "with a hole": (lambda: docx(paragraph("x" * 500)).replace(b"\x03\x04", b"\x03\x05", 1), zipped.BROKEN),
    "a zip of something": (lambda: samples.zipped({"a.txt": "x"}), word.NOT_WORD),
    "a spreadsheet": (samples.xlsx, word.NOT_WORD),
    "an .odt": (lambda: samples.open_document("text"), word.NOT_WORD),
    "locked or a .doc": (lambda: zipped.OLD_OFFICE + b"\0" * 5000, zipped.LOCKED_OR_OLD),
    "locked like a zip": (encrypted_in_the_list, zipped.LOCKED),
    "macros by type": (lambda: docx(**{"[Content_Types]": samples.types(samples.MACRO_TYPE)}), zipped.MACROS),
    "macros by name": (
        lambda: samples.with_parts(docx(paragraph("x")), {"Word\\vbaProject.bin": "x"}),
        zipped.MACROS,
    ),
    "macros spelled in numbers": (
        lambda: docx(**{"[Content_Types]": samples.types(samples.MACRO_TYPE.replace("macro", "m&#97;cro"))}),
        zipped.MACROS,
    ),
    "a bomb": (bomb, zipped.TOO_MUCH),
    "a long list of parts": (
        lambda: samples.with_parts(docx(), {f"{n}": "" for n in range(zipped.MOST_ENTRIES)}),
        zipped.TOO_MUCH,
    ),
    "a part that lies about its size": (a_part_that_lies, zipped.BROKEN),
    "a part twice": (twice, zipped.BROKEN),
    "a part twice for some programs": (
        lambda: samples.with_parts(docx(paragraph("x")), {"WORD\\document.xml": part("document", "")}),
        zipped.BROKEN,
    ),
    "packed as no office program packs": (packed_another_way, zipped.BROKEN),
    "entities that grow": (lambda: in_body(paragraph("&b;"), LAUGHS), zipped.BROKEN),
    "a file from this computer": (
        lambda: in_body(paragraph("&f;"), '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
        zipped.BROKEN,
    ),
    "a document type from elsewhere": (
        lambda: in_body(paragraph("x"), '<!DOCTYPE d SYSTEM "http://192.0.2.1/d.dtd">'),
        zipped.BROKEN,
    ),
    "no end of elements inside each other": (
        lambda: in_body("<w:p>" * 5000 + "</w:p>" * 5000),
        zipped.BROKEN,
    ),
    "no end of elements": (lambda: in_body("<w:p/>" * 1_000_001), zipped.BROKEN),
    "XML that ends early": (lambda: docx(word__document="<w:document>"), zipped.BROKEN),
    "XML in an unknown alphabet": (
        lambda: docx(word__document='<?xml version="1.0" encoding="rot13"?><d/>'),
        zipped.BROKEN,
    ),
    "more text than a letter": (
        lambda: docx(*[paragraph("complaint " * 1000)] * 101),
        word.TOO_LONG,
    ),
    "no text": (lambda: docx(paragraph("  "), "<w:p><w:r><w:drawing/></w:r></w:p>"), word.NO_TEXT),
    "another file in the text": (
        lambda: docx(paragraph("x"), '<w:altChunk r:id="1" xmlns:r="r"/>'),
        word.EMBEDDED,
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_words(what):
    make, message = REFUSED[what]
    content = make()
    assert refused(content) == message


def test_a_part_that_is_too_big_to_read_is_not_read(monkeypatch):
    monkeypatch.setattr(zipped, "MOST_READ", 1000)
    assert refused(docx(word__document=part("document", "x" * 1001))) == zipped.TOO_MUCH


def test_what_unpacks_to_too_much_in_all_is_not_opened(monkeypatch):
    monkeypatch.setattr(zipped, "MOST_UNPACKED", 10_000)
    assert read(docx(paragraph("x" * 2_000))).text
    assert refused(docx(paragraph("x" * 10_000))) == zipped.TOO_MUCH


def test_a_number_format_without_end_does_not_grow():
    levels = '<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%s"/></w:lvl>' % ("x" * 100_000)
    numbering = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum><w:num w:numId="2">'
    numbering = part("numbering", numbering + '<w:abstractNumId w:val="0"/></w:num>')
    text = text_of(*[paragraph("a", number=2)] * 1000, word__numbering=numbering)
    assert len(text) < 1000 * 50


def test_what_is_deep_but_not_too_deep_is_read():
    inside = paragraph("deep")
    for _ in range(24):
        inside = f"<w:sdt><w:sdtContent>{table((inside, ''))}</w:sdtContent></w:sdt>"
    assert text_of(inside) == "deep"
    boxed = paragraph("deep")
    for _ in range(45):
        boxed = paragraph(f"<w:r><w:txbxContent>{boxed}</w:txbxContent></w:r>")
    assert text_of(boxed) == "deep"


def test_a_file_packed_without_compression_is_read():
    file = BytesIO()
    with ZipFile(BytesIO(docx(paragraph("plain")))) as archive, ZipFile(file, "w", ZIP_STORED) as stored:
        for name in archive.namelist():
            stored.writestr(name, archive.read(name))
    assert read(file).text == "plain"


GOOD = docx(
    paragraph("Your complaint", style="H1"), paragraph("Dear Mrs Okafor", number=2), table(("a", "b"))
)


@settings(derandomize=True, max_examples=400, deadline=None, database=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_file_damaged_anywhere_is_read_or_refused_and_nothing_else(damage):
    content = bytearray(GOOD)
    for at, byte in damage:
        content[at] = byte
    try:
        assert read(bytes(content)).text
    except CannotRead as error:
        assert str(error).endswith(".")
