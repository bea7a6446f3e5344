"""`python manage.py import_tracker`: a file in, one line at the end."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from complaints.actions import imports
from complaints.importing import read_sheets
from complaints.models import Case, ImportBatch
from tests.complaints.importing.made import csv_of, ods
from tests.complaints.trackers import HEADINGS, case_of, row, tracker

pytestmark = pytest.mark.usefixtures("clock")

FORMULA = '=HYPERLINK("http://example.invalid","x")'


@pytest.fixture
def file(tmp_path):
    """file(row, …): the path of a tracker with these rows."""

    def write(*rows, name="tracker.xlsx", data=None):
        path = tmp_path / name
        path.write_bytes(tracker(*rows) if data is None else data)
        return path

    return write


def run(*arguments: object) -> list[str]:
    """The lines it wrote."""
    out = io.StringIO()
    call_command("import_tracker", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def fails(*arguments: object) -> str:
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert error.value.returncode == 2
    return str(error.value)


def kept_files() -> int:
    return sum(1 for path in Path(settings.DOCUMENTS_DIR).glob("??/??/*") if path.is_file())


def test_it_ends_with_one_line_that_adds_up(council, file):
    path = file(row("1"), row("1"), row("2", received=None), ["TOTAL", 2])
    assert run(path)[-1] == "1 imported, 1 already there, 2 rejected of 4 rows"
    assert run(path)[-1] == "0 imported, 2 already there, 2 rejected of 4 rows"
    assert Case.objects.count() == 1


@pytest.mark.parametrize(("name", "writer"), [("t.ods", ods), ("t.csv", csv_of)])
def test_another_format_is_the_same_tracker(council, file, name, writer):
    """Saved in another format it is still the same: nothing comes twice."""
    rows = [row("1", due=date(2026, 10, 15)), row("2", responded=date(2026, 10, 9))]
    assert run(file(*rows))[-1] == "2 imported, 0 already there, 0 rejected of 2 rows"
    path = file(name=name, data=writer([HEADINGS, *rows]))
    assert run(path)[-1] == "0 imported, 2 already there, 0 rejected of 2 rows"


def test_a_dry_run_says_the_same_and_keeps_nothing(council, file):
    path = file(row("1", service="Fostering", team=None, due=date(2026, 10, 20)), row("2", type="Stage 1"))
    files = kept_files()
    said = run(path, "--dry-run")
    assert said[-1] == "1 imported, 0 already there, 1 rejected of 2 rows"
    assert "Nothing was kept. It would come to this:" in said
    assert not Case.objects.exists()
    assert not ImportBatch.objects.exists()
    assert kept_files() == files
    said.remove("Nothing was kept. It would come to this:")
    assert run(path) == said


def test_it_tells_rejected_rows_differences_and_what_matched_nothing(council, file):
    rows = [row(str(n), officer="A. Okafor", due=date(2026, 10, 15)) for n in range(3)]
    said = run(file(*rows, row("late", due=date(2026, 10, 19)), row("undated", received=None)))
    assert said[0] == "officer, matched with nothing: A. Okafor"
    unknown = "Not matched: nobody of this name is known here. It is kept as text."
    assert f"3 rows, the first is row 2: CRO 'A. Okafor': {unknown}" in said
    assert "row 5, late: typed 2026-10-19, computed 2026-10-15. By the policy (SC1)." in said
    assert "row 6, Date received: rejected. No date received." in said


def test_a_mapping_is_written_corrected_and_given_back(council, file, tmp_path):
    path, mapping = file(row("1", type="Stage 1", officer="A. O.")), tmp_path / "map.yaml"
    assert run(path, "--write-map", mapping) == [f"Wrote {mapping}. Correct it, and give it with --map."]
    text = mapping.read_text()
    assert "Stage 1: ''" in text
    mapping.write_text(
        text.replace("Stage 1: ''", "Stage 1: children-act stage-1").replace(
            "A. O.: ''", "A. O.: olu.officer@council.example"
        )
    )
    assert run(path, "--map", mapping)[-1] == "1 imported, 0 already there, 0 rejected of 1 rows"
    assert case_of("1").stages.get().type.procedure.code == "children-act"
    assert case_of("1").officer == council.officer


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            "sheet: Tracker\ncolumns:\n  own_reference: Reff\n",
            "map.yaml:3: there is no column 'Reff'; did you mean 'Ref'?",
        ),
        (
            "values:\n  type:\n    Stage 1: corporate stage-9\n",
            "map.yaml:3: 'corporate stage-9' is no code of type that is known here; did you mean corporate stage-",
        ),
        ("sheet: Cases\n", "map.yaml:1: There is no sheet 'Cases' in the file; it has 'Tracker'."),
        ("columns: [\n", "map.yaml:2: is not YAML:"),
        ("colums: {}\n", "map.yaml:1:"),
        ("", "map.yaml:1: is empty"),
    ],
)
def test_a_wrong_mapping_gives_file_line_and_what(council, file, tmp_path, text, wrong):
    mapping = tmp_path / "map.yaml"
    mapping.write_text(text)
    assert wrong in fails(file(row()), "--map", mapping).replace(", line ", ":")
    assert not ImportBatch.objects.exists()


def test_a_mapping_that_is_no_text_is_told(council, file, tmp_path):
    mapping = tmp_path / "map.yaml"
    mapping.write_bytes(b"\xff\xfe\x00")
    assert fails(file(row()), "--map", mapping) == f"{mapping} is not UTF-8 text: save it as that."


@pytest.mark.parametrize(
    ("name", "data", "wrong"),
    [
        ("tracker.xlsx", b"PK\x03\x04 no workbook", "is damaged"),
        ("tracker.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "older Excel file"),
        ("tracker.pdf", b"%PDF-1.7", "cannot be read"),
        ("tracker.csv", b"", "The file is empty"),
        ("tracker.csv", b"a,b\n1,2\n", "No headings were found"),
    ],
)
def test_a_file_that_is_no_tracker_is_told(council, file, name, data, wrong):
    assert wrong in fails(file(name=name, data=data))
    assert not ImportBatch.objects.exists()


def test_a_file_that_is_not_there_is_told(db, tmp_path):
    assert fails(tmp_path / "none.xlsx") == f"{tmp_path}/none.xlsx: No such file or directory"


def test_a_tracker_without_what_is_needed_is_told(council, file):
    path = file(name="t.csv", data=b"Ref,Summary,Service,Team\n1,x,Education,SEND North\n")
    assert fails(path).startswith("No column for: received, type. Write the mapping with --write-map")


def test_somebody_takes_it_in_for_where_they_work(council, file):
    run(file(row("1", team="?", service="?")), "--by", "Sam.Senior@council.example")
    batch = ImportBatch.objects.get()
    assert (batch.by, batch.unit) == (council.senior, council.children)
    assert case_of("1").unit.parent == council.children


def test_who_may_not_is_told(council, file):
    path = file(row())
    assert "nobody@council.example" in fails(path, "--by", "nobody@council.example")
    assert "Customer Relations Manager" in fails(path, "--by", council.officer.email)


def test_the_report_has_every_rejected_row_and_no_formula(council, file, tmp_path):
    """An export opened in Excel ran a formula that a member of the public had typed as their name (trap 29)."""
    report = tmp_path / "report.xlsx"
    path = file(
        row("1", complainant=FORMULA, received=None),
        row("2", complainant=FORMULA, due=date(2026, 10, 20), officer=FORMULA),
    )
    run(path, "--report", report)
    data = report.read_bytes()
    rejected, know, differing = read_sheets(data, "report.xlsx")
    assert list(rejected.rows[0][:4]) == ["Row", "Column", "Value", "Reason"]
    assert [str(cell) for cell in rejected.rows[1] if cell][:4] == [
        "2",
        "Date received",
        "No date received.",
        "1",
    ]
    assert FORMULA in rejected.rows[1]
    assert any(FORMULA in line for line in know.rows)
    assert differing.rows[1][:4] == (3, "2", date(2026, 10, 20), date(2026, 10, 15))
    assert case_of("2").parties.get().name == FORMULA
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert not any(b"<f>" in packed.read(name) for name in packed.namelist() if "sheet" in name)


def test_a_rejected_row_mended_in_the_report_is_taken_in(council, file, tmp_path):
    report = tmp_path / "report.xlsx"
    run(file(row("1"), row("2", received=None)), "--report", report)
    sheet = read_sheets(report.read_bytes(), "report.xlsx")[0]
    headings, line = list(sheet.rows[0]), list(sheet.rows[1])
    mended = {heading: cell for heading, cell in zip(headings, line, strict=False) if cell is not None}
    mended["Date received"] = "1/10/2026"
    columns = [*headings, *({"Date received"} - set(headings))]
    path = file(name="mended.csv", data=csv_of([columns, [mended.get(c) for c in columns]]))
    assert run(path)[-1] == "1 imported, 0 already there, 0 rejected of 1 rows"


def test_a_report_that_cannot_be_written_is_told_before_anything_is_done(council, file, tmp_path):
    assert "No such file or directory" in fails(file(row()), "--report", tmp_path / "none" / "r.xlsx")
    assert not Case.objects.exists()


def test_killed_in_the_middle_the_same_command_goes_on(council, file, monkeypatch):
    path = file(*(row(str(n)) for n in range(60)))
    take_in, calls = imports.take_in, iter(range(9))

    def killed(**kwargs):
        if next(calls) == 1:
            raise KeyboardInterrupt
        return take_in(**kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(imports, "take_in", killed)
        with pytest.raises(KeyboardInterrupt):
            run(path)
    assert Case.objects.count() == 25
    said = run(path)
    assert "Going on with an import that was interrupted after 25 rows." in said
    assert said[-1] == "60 imported, 0 already there, 0 rejected of 60 rows"
    assert ImportBatch.objects.get().state == ImportBatch.State.DONE
    assert run(path)[-1] == "0 imported, 60 already there, 0 rejected of 60 rows"
