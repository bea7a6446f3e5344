"""A file that is not what it says, or would stop the process that opens it, is refused with words that help."""

import io
import random
import zipfile

import pytest

from complaints.importing import FileError, read_sheets
from complaints.importing.room import MOST_CELLS
from tests.complaints.importing.made import a_row, ods, ods_of, xlsx

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ENCRYPTED = OLD_OFFICE + "EncryptedPackage".encode("utf-16-le")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def refused(data: bytes, name: str) -> str:
    with pytest.raises(FileError) as error:
        read_sheets(data, name)
    return str(error.value)


def zipped(**parts: str | bytes) -> bytes:
    """A zip with these parts; '__' in a name stands for '/', '_dot_' for '.'."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), part)
    return content.getvalue()


def changed(data: bytes, part: str, change) -> bytes:
    """The same workbook with one part's text changed."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()) if name == part else text)
    return content.getvalue()


SHEET = "xl/worksheets/sheet1.xml"

REFUSED = [
    ("nothing", b"", "t.xlsx", "empty"),
    ("only spaces", b" \r\n ", "t.csv", "empty"),
    ("too big", b"x" * (20 * 1024 * 1024 + 1), "t.csv", "20 MB is the most"),
    ("another type", b"%PDF-1.7", "t.pdf", "Save the tracker as an Excel workbook"),
    ("no ending", b"Ref,Type", "tracker", "no ending such as .xlsx"),
    ("with macros", xlsx([["Ref"]]), "t.xlsm", "Save the tracker as an Excel workbook"),
    ("an old Excel file", OLD_OFFICE, "t.xls", "choose 'Save as' and 'Excel Workbook"),
    ("a web page that calls itself one", b"<html><table>", "t.xls", "choose 'Save as' and 'Excel Workbook"),
    ("an old Excel file under a new name", OLD_OFFICE, "t.xlsx", "choose 'Save as' and 'Excel Workbook"),
    ("with a password", ENCRYPTED, "t.xlsx", "protected by a password"),
    ("an ods with a password", ods_of("", "<encryption-data/>"), "t.ods", "protected by a password"),
    ("a binary workbook", zipped(xl__workbook_dot_bin=b"x"), "t.xlsx", "binary Excel workbook"),
    ("a letter", zipped(mimetype="application/vnd.oasis.opendocument.text", content_dot_xml="<a/>"), "t.ods", "not a"),
    ("some zip", zipped(readme_dot_txt="hello"), "t.xlsx", "not a spreadsheet"),
    ("a text that calls itself xlsx", b"Ref,Type\n1,2\n", "t.xlsx", "no such workbook"),
    ("a workbook that calls itself csv", xlsx([["Ref"]]), "t.csv", "Give it the ending .xlsx"),
    ("an xlsx that calls itself ods", xlsx([["Ref"]]), "t.ods", "the file is .xlsx"),
    ("an ods that calls itself xlsx", ods([["Ref"]]), "t.xlsx", "the file is .ods"),
    ("a picture that calls itself csv", PNG, "t.csv", "not text"),
    ("letters of no alphabet", b"Ref,\x81\x8d\n1,2", "t.csv", "CSV UTF-8"),
    ("half a file", xlsx([["Ref"]])[:3000], "t.xlsx", "damaged"),
    ("a zip's first letters", b"PK\x03\x04", "t.xlsx", "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "name", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_is_no_spreadsheet_is_refused_in_words(data, name, words):
    assert words in refused(data, name)


def test_a_file_that_unpacks_to_gigabytes_is_not_unpacked():
    bomb = zipped(xl__workbook_dot_xml="<a/>", xl__sharedStrings_dot_xml=b"0" * 160_000_000)
    assert len(bomb) < 1_000_000
    assert "far more than a tracker holds" in refused(bomb, "t.xlsx")


def test_a_zip_that_lies_about_its_size_is_read_no_further_than_it_says():
    """The directory says 100 bytes; what follows is dropped, and the checked part alone is given to the reader."""
    honest = zipped(xl__workbook_dot_xml="<a/>", xl__styles_dot_xml=b" " * 60_000_000)
    lying = honest.replace((60_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    assert "damaged" in refused(lying, "t.xlsx")


def far_cell(text: str) -> str:
    return text.replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def test_a_cell_at_the_far_end_of_the_sheet_is_refused_before_room_is_made_for_all_before_it():
    """17 thousand million cells: a reader that lays them out takes half a terabyte."""
    assert "reaches down to row 1,048,576" in refused(changed(xlsx([["Ref"]]), SHEET, far_cell), "t.xlsx")
    cell = (
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="9000"/>'
    )
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    assert "reaches down to row 1,000,000" in refused(
        ods_of(f'<table:table table:name="T">{row}</table:table>'), "t.ods"
    )


def test_a_cell_that_only_has_a_colour_at_the_far_end_does_no_harm():
    """People paint whole columns."""
    painted = changed(
        xlsx([["Ref"]]),
        SHEET,
        lambda text: far_cell(text).replace("><v>1</v></c></row></sheetData>", "/></row></sheetData>"),
    )
    assert read_sheets(painted, "t.xlsx")[0].rows == (("Ref",),)


@pytest.mark.parametrize("place", ["1A", "ZZZZZ1", "A99999999999999", "A-1"])
def test_a_cell_that_is_nowhere_is_refused(place):
    data = changed(xlsx([["Ref"]]), SHEET, lambda text: text.replace('r="A1"', f'r="{place}"'))
    assert "damaged" in refused(data, "t.xlsx")


def test_a_promise_of_four_thousand_million_texts_is_not_believed():
    """A reader makes room for as many texts as the file says it has."""
    part = "xl/sharedStrings.xml"
    data = changed(
        xlsx([["Ref"]]), part, lambda text: text.replace('uniqueCount="1"', 'uniqueCount="4000000000"')
    )
    assert "promises more than it holds" in refused(data, "t.xlsx")
    assert MOST_CELLS < 4_000_000_000


def test_words_that_stand_for_other_words_are_refused():
    """'Billion laughs': no spreadsheet program declares entities."""
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    data = changed(xlsx([["Ref"]]), SHEET, lambda text: text.replace("<worksheet", f"{laughs}<worksheet", 1))
    assert "no spreadsheet program writes" in refused(data, "t.xlsx")


def test_a_part_is_checked_in_the_letters_in_which_it_is_read():
    """Checked in one encoding and read in another, a cell could be anywhere."""
    data = changed(xlsx([["Ref"]]), SHEET, lambda text: text.replace("UTF-8", "UTF-7", 1))
    assert read_sheets(data, "t.xlsx")[0].rows == (("Ref",),), "it is taken for UTF-8, as the reader takes it"


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(seed):
    rnd = random.Random(seed)
    base, name, part = rnd.choice(
        [(xlsx([["Ref", 5], a_row()]), "t.xlsx", SHEET), (ods([["Ref", 5], a_row()]), "t.ods", "content.xml")]
    )

    def damage(text: str) -> str:
        at = rnd.randrange(len(text))
        return (
            text[:at]
            + rnd.choice(["", "9", '"', "<", "-1", "99999999999", "&#0;"])
            + text[at + rnd.randrange(3) :]
        )

    try:
        sheets = read_sheets(changed(base, part, damage), name)
    except FileError as error:
        assert str(error).endswith(("use that file.", "try again."))
    else:
        assert all(isinstance(sheet.name, str) for sheet in sheets)
