"""A small file that would take all memory or hours is refused before room is made for it: the reader never sees it."""

import io
import zipfile
from unittest.mock import Mock

import pytest

from complaints.importing import FileError, map_file, parts, read_map, read_sheets, readers, room
from complaints.importing.archive import unpack
from slas.packs import PackError
from tests.complaints.importing.made import KNOWN, a_row, ods_of, sheet_of, xlsx
from tests.complaints.importing.test_hostile_files import SHEET, changed

SHARED = "xl/sharedStrings.xml"


@pytest.fixture
def reader(monkeypatch):
    """What would lay the cells out."""
    reader = Mock(wraps=readers.calamine.CalamineWorkbook.from_filelike)
    monkeypatch.setattr(readers.calamine, "CalamineWorkbook", Mock(from_filelike=reader))
    return reader


def refused(data: bytes, name: str) -> str:
    with pytest.raises(FileError) as error:
        read_sheets(data, name)
    return str(error.value)


def with_cells(cells: str) -> bytes:
    """A workbook whose sheet has these cells, and 'Ref' as the first of its shared texts."""
    return changed(xlsx([["Ref"]]), SHEET, lambda text: text.replace("</sheetData>", f"{cells}</sheetData>"))


def table(rows: str, name: str = "T") -> bytes:
    return ods_of(f'<table:table table:name="{name}">{rows}</table:table>')


def repeated(cell: str, rows: int) -> str:
    return f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'


# --- characters -------------------------------------------------------------------------------------

LONG = "A" * 20_000
LONG_CELLS = [
    ("a text", f'<table:table-cell office:value-type="string" {{}}><text:p>{LONG}</text:p></table:table-cell>'),
    ("its value", f'<table:table-cell office:value-type="string" office:string-value="{LONG}" {{}}/>'),
    ("a value of no type", f'<table:table-cell office:string-value="{LONG}" {{}}/>'),
    ("a formula", f'<table:table-cell table:formula="of:={LONG}" office:value-type="float" office:value="1" {{}}/>'),
]  # fmt: skip


@pytest.mark.parametrize("cell", [cell for _, cell in LONG_CELLS], ids=[name for name, _ in LONG_CELLS])
def test_a_long_text_that_stands_for_many_cells_is_counted_for_each(reader, cell):
    """19 columns of 50,000 rows are fewer cells than a tracker may have, and 19 thousand million characters."""
    data = table(repeated(cell.format('table:number-columns-repeated="19"'), 50_000))
    assert len(data) < 2_000
    told = refused(data, "t.ods")
    assert "more than 40,000,000 characters in all" in told
    assert "split it by year" in told
    reader.assert_not_called()


def test_spaces_that_are_only_counted_are_characters(reader):
    cell = CELL.format("", '<text:p><text:s text:c="4000000000"/></text:p>')
    assert "characters in all" in refused(table(repeated(cell, 1)), "t.ods")
    reader.assert_not_called()


def test_a_shared_text_is_counted_for_every_cell_that_shows_it(reader):
    def lengthen(text: str) -> str:
        return text.replace("<t>Ref</t>", f"<t>{'A' * 32_000}</t>")

    cells = "<row>" + '<c t="s"><v>0</v></c>' * 1500 + "</row>"
    assert "characters in all" in refused(changed(with_cells(cells), SHARED, lengthen), "t.xlsx")
    reader.assert_not_called()


def test_a_number_that_is_none_shows_the_first_text(reader):
    """The reader takes '+0' for the first: so it is counted."""
    cells = '<row r="2"><c r="A2" t="s"><v>+7</v></c></row>'
    assert read_sheets(with_cells(cells), "t.xlsx")[0].rows[1] == ("Ref",)
    looked = parts.Parts("xlsx")
    part = looked.part("xl/worksheets/sheet1.xml")
    part.feed(b'<worksheet><sheetData><row><c t="s"><v>+7</v></c></row></sheetData></worksheet>')
    part.close()
    assert looked.uses == {0: 1}


# --- cells ------------------------------------------------------------------------------------------


def test_cells_without_content_are_counted(reader, monkeypatch):
    """A cell that is only painted takes no room, but time."""
    monkeypatch.setattr(room, "MOST_CELLS", 1000)
    empty = '<c r="A1" t="inlineStr"><is><t></t></is></c>'
    for cell in (empty, '<c s="1"/>'):
        told = refused(with_cells(f"<row>{cell * 10}</row>" * 101), "t.xlsx")
        assert "1,000 cells, blank ones that are only painted" in told
    assert "1,000 cells" in refused(
        table("<table:table-row><table:table-cell/></table:table-row>" * 1001), "t.ods"
    )
    reader.assert_not_called()


def test_nothing_is_looked_at_beyond_the_most(monkeypatch):
    monkeypatch.setattr(room, "MOST_CELLS", 1000)
    looked = parts.Parts("xlsx")
    part = looked.part("xl/worksheets/sheet1.xml")
    with pytest.raises(FileError):
        part.feed(b"<worksheet><sheetData>" + b'<row><c t="n"><v>1</v></c></row>' * 5000)
    assert looked.room.named == 1001


def test_the_cells_of_all_sheets_count_together(reader):
    """Each is within the limit, and ten are not."""
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="10"/>'
    row = repeated(cell, 20_000)
    tables = "".join(f'<table:table table:name="{n}">{row}</table:table>' for n in range(6))
    assert "more than 1,000,000 cells" in refused(ods_of(tables), "t.ods")
    same_name = f'<table:table table:name="T">{row}</table:table>' * 6
    assert "more than 1,000,000 cells" in refused(ods_of(same_name), "t.ods")
    reader.assert_not_called()


def test_an_error_that_is_no_content_is_not_remembered_however_often_it_is_repeated():
    cell = (
        '<table:table-cell calcext:value-type="error" table:number-columns-repeated="5"></table:table-cell>'
    )
    data = table(repeated(cell, 100_000_000))
    assert unpack(data).extents["T"].errors == []
    assert read_sheets(data, "t.ods")[0].rows == ()


def test_an_error_that_is_repeated_is_remembered_once_and_shown_in_each_cell():
    cell = (
        '<table:table-cell office:value-type="string" calcext:value-type="error" table:number-columns-repeated="3">'
        "<text:p>#REF!</text:p></table:table-cell>"
    )
    data = table(repeated(cell, 1000))
    assert len(unpack(data).extents["T"].errors) == 1
    rows = read_sheets(data, "t.ods")[0].rows
    assert (len(rows), set(rows)) == (1000, {("#REF!",) * 3})


def test_errors_over_the_limit_are_refused_by_where_they_reach(reader):
    cell = (
        '<table:table-cell office:value-type="string" calcext:value-type="error" table:number-columns-repeated="19">'
        "<text:p>#X</text:p></table:table-cell>"
    )
    assert "reaches down to row 199,999" in refused(table(repeated(cell, 199_999)), "t.ods")
    reader.assert_not_called()


# --- what could be read in two ways -----------------------------------------------------------------

CELL = '<table:table-cell office:value-type="string"{}><text:p>x</text:p>{}</table:table-cell>'
ONE = CELL.format("", "")
WITHIN = [
    ("a cell in a cell", table(repeated(CELL.format(' table:number-columns-repeated="9"', ONE), 1)), "t.ods"),
    ("a row in a row", table(repeated(repeated(ONE, 1), 100_000)), "t.ods"),
    ("a table in a table", table(f"<table:table>{repeated(ONE, 1)}</table:table>"), "t.ods"),
    ("a cell in a cell of a workbook", with_cells('<row><c t="s"><c t="n"><v>0</v></c></c></row>'), "t.xlsx"),
    ("a value in a value", with_cells('<row><c t="s"><v>0<v></v></v></c></row>'), "t.xlsx"),
    ("a part twice under a name in other letters", None, "t.xlsx"),
    ("tags without end", with_cells("<a>" * 300 + "</a>" * 300), "t.xlsx"),
    ("a tag without end", with_cells("<a " + " ".join(f'a{n}=""' for n in range(150_000)) + "/>"), "t.xlsx"),
]  # fmt: skip


def twice() -> bytes:
    content = io.BytesIO(xlsx([["Ref"]]))
    with zipfile.ZipFile(content, "a") as packed:
        packed.writestr("xl/SHAREDSTRINGS.xml", "<sst/>")
    return content.getvalue()


@pytest.mark.parametrize(("data", "name"), [case[1:] for case in WITHIN], ids=[case[0] for case in WITHIN])
def test_what_no_spreadsheet_program_writes_is_refused(reader, data, name):
    assert "no spreadsheet program writes" in refused(data or twice(), name)
    reader.assert_not_called()


def test_tags_that_are_no_cells_are_counted_too(reader, monkeypatch):
    monkeypatch.setattr(parts, "MOST_MARKS", 1000)
    assert "more parts than a tracker can have" in refused(with_cells("<row/>" * 1001), "t.xlsx")
    reader.assert_not_called()


# --- what still does --------------------------------------------------------------------------------


def test_a_tracker_of_20_000_rows_and_30_columns_is_within_every_limit():
    """Every cell with a text of its own, of fifty characters."""
    cells = 20_001 * 30
    counted = room.Room()
    counted.reach(room.Extent("Tracker"), 20_001, 30)
    counted.share([(50, 1)] * cells)
    assert cells <= room.MOST_CELLS
    assert cells * 8 <= parts.MOST_MARKS, "as many as <c><v></v></c> and <si><t></t></si>"


def test_a_text_that_is_shared_within_the_limit_is_read(reader):
    rows = [["Ref", "Summary"], *([f"CR/{n}", "No reply to three letters. " * 20] for n in range(200))]
    assert read_sheets(xlsx(rows), "t.xlsx")[0].rows[200][0] == "CR/199"
    reader.assert_called_once()


def test_a_csv_of_one_row_of_commas_is_refused_before_its_cells_are_looked_at(monkeypatch):
    monkeypatch.setattr("complaints.importing.delimited.MOST_CELLS", 1000)
    looked = Mock()
    monkeypatch.setattr("complaints.importing.delimited.tidy", looked)
    assert "1,000 cells. Split it by year" in refused(b"a" + b"," * 2000, "t.csv")
    looked.assert_not_called()


# --- a mapping --------------------------------------------------------------------------------------


@pytest.mark.parametrize("parting", [",\n    ", ", "], ids=["on many lines", "on one line"])
def test_a_mapping_without_end_is_read_no_further_than_one_can_be_long(monkeypatch, parting):
    looked = []
    real = map_file.yaml.SafeLoader.compose_node
    monkeypatch.setattr(
        map_file.yaml.SafeLoader, "compose_node", lambda *said: looked.append(said) or real(*said)
    )
    monkeypatch.setattr(map_file, "MOST_NODES", 500)
    texts = parting.join(f"T{n}: x" for n in range(5000))
    with pytest.raises(PackError) as error:
        read_map(f"values:\n  type: {{{texts}}}", "map.yaml", sheet_of(a_row()), KNOWN)
    assert "has more than 500 names and texts up to here. Leave out" in str(error.value)
    assert len(looked) == 500
