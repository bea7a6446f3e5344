"""The weekly report as files: read back, each with all its lines, no formula, and outside the house no child's name."""

import io
import os
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from complaints import jobs
from complaints.actions import details, documents, drafting, happenings, reports
from complaints.actions.parties import PartyDraft
from complaints.jobs import make_report_file, nightly
from complaints.models import Case, Contribution, Party, ReportFile, Stage
from complaints.papers import store
from complaints.queries import reports as queries
from complaints.queries import weekly
from complaints.queries.weekly import Weekly
from complaints.queries.weeks import Week
from complaints.reports import pdf as pdfs
from complaints.reports.downloads import Sheet
from complaints.reports.ods import ods_of
from complaints.reports.weekly import FORMATS, file_name, headings_of, paper_of, rows_of, weekly_pdf
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, later
from tests.complaints.weekly import COUNCILLOR, LATER, Audience, Work, issue, make_work, version

pytestmark = pytest.mark.django_db
CHILD = "Zebedee Quillfeather"
FORMULA = '=HYPERLINK("http://example.invalid","x")'
POPPLER = pytest.mark.skipif(
    not shutil.which("pdftotext") and os.environ.get("CI") != "true", reason="apt-get install poppler-utils"
)


@pytest.fixture
def work(council: Council) -> Work:
    return make_work(council)


def bytes_of(report: Weekly, ending: str) -> bytes:
    made = FORMATS[ending].make(report)
    return made if isinstance(made, bytes) else b"".join(made)


def cells_of(report: Weekly, ending: str, sheet: int = 0) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(bytes_of(report, ending)))
    return book.get_sheet_by_index(sheet).to_python()


def versions_of(council: Council) -> dict[str, Weekly]:
    what = weekly.issuing(council.manager, None, now=LATER)
    found = {"own": weekly.own(council.officer, now=LATER), "leadership": what.leadership()}
    found |= {f"service {unit}": what.service(unit) for unit in what.services}
    return (
        found | {"lead member": what.lead_member()} | {office: what.member(office) for office in what.offices}
    )


# --- spreadsheets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_spreadsheet_has_every_line_of_its_version(council: Council, work: Work, ending: str) -> None:
    for name, report in versions_of(council).items():
        headings, *rows = cells_of(report, ending)
        assert headings == headings_of(report), name
        assert len(rows) == len(report.rows), name
        place = headings.index("Reference")
        assert [row[place] for row in rows] == [row[place] for row in rows_of(report)], name


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_days_are_days_and_numbers_numbers(council: Council, work: Work, ending: str) -> None:
    headings, *rows = cells_of(weekly.own(council.officer, now=LATER), ending)
    mine = next(row for row in rows if work.complaint.reference in row)
    told = dict(zip(headings, mine, strict=True))
    assert told["Due"] == date(2026, 12, 2)
    assert told["Received"] == date(2026, 11, 18)
    assert (told["Working days left"], told["Colour"]) == (-3, "Red")


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_workbook_has_the_summary_and_the_week_before(council: Council, work: Work, ending: str) -> None:
    issue(council, now=LATER - timedelta(days=7))
    cases.log(council, now=LATER, received=LATER.date())
    before = queries.own_before(council.manager, Week.of(LATER.date()), now=LATER)
    report = weekly.own(council.manager, now=LATER, before=before)
    assert cells_of(report, ending, sheet=1) == [
        ["Service", "Team", "All", "Red", "Amber", "Green"],
        ["Education", "", 4, 1, 2, 1],
        ["Education", "Education itself", 3, 0, 2, 1],
        ["Education", "SEND North", 1, 1, 0, 0],
        ["Safeguarding", "", 1, 1, 0, 0],
        ["All open work", "", 5, 2, 2, 1],
    ]
    assert cells_of(report, ending, sheet=2) == [
        [
            "Service",
            "Open, 2026-W49",
            "Open now, of what is compared",
            "Red, 2026-W49",
            "Red now, of what is compared",
        ],
        ["All open work", 4, 5, 1, 2],
        ["Education", 3, 4, 0, 1],
        ["Safeguarding", 1, 1, 1, 1],
    ]


def test_the_summary_for_an_office_is_one_line(council: Council, work: Work) -> None:
    what = weekly.issuing(council.manager, None, now=LATER)
    headings, total = cells_of(what.member(what.offices[0]), "xlsx", sheet=1)
    assert (headings[:3], total[:3]) == (["Service", "Team", "All"], ["All open work", "", 1])


@pytest.mark.parametrize("begins", ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", FORMULA])
def test_nothing_that_somebody_typed_is_a_formula(council: Council, begins: str) -> None:
    """TRAPS 29."""
    case = cases.log(council)
    Case.objects.filter(pk=case.pk).update(summary=begins, risk=True, risk_note=begins)
    report = weekly.own(council.officer, now=NOW)
    assert (
        "<f>"
        not in zipfile.ZipFile(io.BytesIO(bytes_of(report, "xlsx"))).read("xl/worksheets/sheet1.xml").decode()
    )
    content = zipfile.ZipFile(io.BytesIO(bytes_of(report, "ods"))).read("content.xml").decode()
    assert "table:formula" not in content
    for ending in ("xlsx", "ods"):
        headings, row = cells_of(report, ending)
        assert str(row[headings.index("What it is about")]).strip() == begins.strip()
    assert f",{begins}" not in bytes_of(report, "csv").decode()


def test_an_open_document_is_one_whatever_it_holds() -> None:
    rows = [["a  b & <c>\x00\ud800", "two\nlines", 12, date(2026, 11, 20), None, NOW, "🙂" * 9]]
    content = ods_of("<Title>", Sheet("A: [title]/'s*?" * 9, ["One", "=Two"], rows), created=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert "<dc:language>en-GB</dc:language>" in archive.read("meta.xml").decode()
        assert "<table:table-header-rows>" in archive.read("content.xml").decode()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert len(book.sheet_names[0]) <= 31
    assert book.get_sheet_by_index(0).to_python()[1] == [
        "a  b & <c>",
        "two\nlines",
        12,
        date(2026, 11, 20),
        "",
        "20/11/2026 10:00",
        "🙂" * 9,
    ]


def test_a_file_has_a_name_that_every_system_takes(council: Council) -> None:
    cases.log(council, parties=[PartyDraft("mp", "Zoë Ångström/..", office="<Ward>")])
    what = weekly.issuing(council.manager, None, now=NOW)
    assert file_name(what.member(what.offices[0]), "ods") == "weekly-report-2026-W47-zoe-angstrom-ward.ods"
    assert file_name(what.leadership(), "pdf") == "weekly-report-2026-W47-leadership-whole-council.pdf"


# --- nothing about a child --------------------------------------------------------------------------


def name_the_child_everywhere(council: Council, case: Case) -> None:
    """The child's name in every field that somebody types into."""
    for model in (Case, Stage, Party):
        rows = model.objects.filter(pk=case.pk) if model is Case else model.objects.filter(case=case)
        rows = rows.exclude(role__in=("mp", "councillor")) if model is Party else rows
        typed = {
            field.name: CHILD
            for field in model._meta.fields
            if field.get_internal_type() in ("CharField", "TextField", "EmailField")
            and (field.max_length or 999) >= len(CHILD)
            and not field.choices
            and not field.name.startswith(
                ("turn_", "state", "reference", "own_key", "import_", "match_", "clock")
            )
        }
        assert len(typed) >= (2 if model is Party else 5), model
        rows.update(**typed)
    Party.objects.filter(case=case, role="mp").update(
        relationship=CHILD,
        address=CHILD,
        phone=CHILD,
        adjustments=CHILD,
        email="zebedee@quillfeather.example",
    )
    details.note(case=case, by=council.officer, now=NOW, text=CHILD)


@pytest.fixture
def named(council: Council) -> Case:
    """An MP's enquiry about a child whose name stands in every field, with a date given for an update."""
    young = [
        PartyDraft("young-person", CHILD),
        PartyDraft("complainant", f"{CHILD} senior"),
        PartyDraft("mp", "Ann Member", office="Elsewhere"),
    ]
    case = cases.submitted(
        council, "mp-enquiry", parties=young, summary=CHILD, points=[CHILD], risk=True, risk_note=CHILD
    )
    happenings.give_date(
        case=case,
        by=council.officer,
        now=NOW,
        milestone="update",
        day=date(2026, 12, 4),
        said_by=CHILD,
        reason=CHILD,
    )
    stage = Stage.objects.get(case=case, closed_at=None)
    Contribution.objects.create(
        stage=stage, unit=council.safeguarding, question=CHILD, due_on=date(2026, 12, 1), asked_at=NOW
    )
    drafting.approve(case=Case.objects.get(pk=case.pk), by=council.officer, now=NOW)
    name_the_child_everywhere(council, case)
    return case


@POPPLER
def test_what_leaves_the_house_names_no_child_in_any_format(
    council: Council, named: Case, client_for: Callable[..., Any], clock: Any
) -> None:
    cases.log(council, parties=[PartyDraft("young-person", CHILD), *COUNCILLOR], summary=CHILD)
    issued = issue(council)
    client = client_for(council.manager)
    made = 0
    for report in issued.reports.exclude(audience__in=(Audience.LEADERSHIP, Audience.SERVICE)):
        texts = [str(report.said), str(report.rows), report.about]
        texts.append(client.get(f"/reports/{report.pk}/?whole=yes").content.decode())
        opened = weekly.issuing(council.manager, None, now=NOW)
        live = (
            opened.lead_member() if report.audience == Audience.LEAD_MEMBER else opened.member(report.about)
        )
        for ending in FORMATS:
            content = bytes_of(live, ending)
            texts += [content.decode()] if ending == "csv" else parts_of(content)
        texts += [
            paper_of(live, report),
            text_of_pdf(weekly_pdf(live, report, heard=lambda page: None).content),
        ]
        for text in texts:
            assert not any(word in text.casefold() for word in CHILD.casefold().split()), report
            made += 1
        assert Case.objects.get(pk=named.pk).reference in texts[3] or "Bo Ward" in report.about
    assert made == 3 * 20


def test_an_office_learns_only_where_it_stands_and_when(council: Council, named: Case) -> None:
    what = weekly.issuing(council.officer, council.children, now=NOW)
    (row,) = what.member("Ann Member, Elsewhere").rows
    told = {name: value for name, value in row._asdict().items() if value not in ("", None, False)}
    assert told.keys() == {
        "case", "reference", "unit", "unit_name", "service", "service_name", "stage", "colour", "tag", "days", "left",
        "due", "due_on", "received", "waits_for", "since", "next_step", "route", "update",
    }  # fmt: skip
    assert row.waits_for == "Customer Relations Officer, Education"  # nobody's name
    assert "Next step" not in headings_of(what.member("Ann Member, Elsewhere"))


def parts_of(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()][:8]


# --- PDF --------------------------------------------------------------------------------------------


def text_of_pdf(content: bytes) -> str:
    return run("pdftotext", content, "-layout")


def run(tool: str, content: bytes, *options: str) -> str:
    """What a tool of poppler says of a PDF."""
    out = ["-"] if tool == "pdftotext" else []
    done = subprocess.run([tool, *options, "-", *out], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def unpacked(content: bytes) -> bytes:
    """A PDF with what it has compressed."""
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with suppress(zlib.error):
            found.append(zlib.decompress(part))
    return b"\n".join(found)


@pytest.fixture
def many(council: Council) -> Weekly:
    """A service with more lines than a page holds."""
    for _ in range(24):
        cases.log(
            council, summary="A plan that is late and about which nobody has replied to anybody for weeks"
        )
    return weekly.issuing(council.manager, None, now=LATER).service(council.education)


@POPPLER
def test_a_pdf_is_tagged_titled_numbered_and_repeats_its_headings(council: Council, many: Weekly) -> None:
    heard: list[int] = []
    content, told = weekly_pdf(many, None, heard=heard.append)
    info = dict(line.split(":", 1) for line in run("pdfinfo", content).splitlines() if ":" in line)
    pages = int(info["Pages"])
    assert info["Tagged"].strip() == "yes"
    assert info["Title"].strip() == "Weekly report: Education, 2026-W50"
    assert pages >= 3 and max(heard) == told == pages
    assert b"/Lang (en-GB)" in unpacked(content)
    texts = text_of_pdf(content).split("\f")[:pages]
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {pages}" in text
    with_rows = [text for text in texts if "26-000" in text]
    assert len(with_rows) >= 2
    for text in with_rows:
        assert "How it stands" in text and "Waiting for" in text
    for row in many.rows:
        assert row.reference in "".join(texts)
    structure = run("pdfinfo", content, "-struct")
    for tag in ("H1", "H2", "Table", "TH", "TD", "THead"):
        assert tag in structure, tag


@POPPLER
def test_the_pdf_of_leadership_begins_with_the_summary(council: Council, work: Work) -> None:
    report = weekly.issuing(council.manager, None, now=LATER).leadership()
    text = text_of_pdf(weekly_pdf(report, None, heard=lambda page: None).content)
    places = [
        text.index(words) for words in ("Summary", "Since the week before", "Areas of concern", "Overdue")
    ]
    assert places == sorted(places)
    assert "fewer than 5" in text and work.hidden.reference not in text
    assert "The press rang" in text
    assert "Draft, not issued: as it stood on Monday 7 December 2026" in text


def test_nothing_is_fetched_for_a_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("fetched")

    monkeypatch.setattr("socket.socket.connect", refuse)
    images = '<img src="http://127.0.0.1:9/x.png" alt="x"><img src="file:///etc/passwd" alt="y">'
    paper = pdfs.pdf_of(f'<html lang="en"><title>x</title>{images}', heard=lambda page: None)
    assert paper.content.startswith(b"%PDF-") and paper.pages == 1


# --- the worker -------------------------------------------------------------------------------------


@pytest.fixture
def asked(council: Council, work: Work, kept: Path) -> Iterator[ReportFile]:
    """The PDF of an issued report, asked for."""
    report = version(issue(council), Audience.SERVICE, "Education")
    file, new = reports.ask_file(report=report, left_out=(), by=council.officer, now=NOW)
    assert new
    yield file


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_job_that_runs_twice_makes_one_pdf(asked: ReportFile, kept: Path) -> None:
    assert "bytes" in make_report_file(asked.pk)
    assert make_report_file(asked.pk) == "made already"
    asked.refresh_from_db()
    made = files_in(kept)[0].read_bytes()
    assert (asked.state, asked.size) == ("done", len(made))
    assert f"Page {asked.pages} of {asked.pages}" in text_of_pdf(made)
    assert len(files_in(kept)) == 1


def test_two_workers_at_once_make_one_pdf(
    asked: ReportFile, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is done second leaves no bytes behind."""
    draw = jobs.weekly_pdf

    def while_another_is_quicker(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(jobs, "weekly_pdf", draw)
        make_report_file(asked.pk)
        return draw(*args, **more)

    monkeypatch.setattr(jobs, "weekly_pdf", while_another_is_quicker)
    make_report_file(asked.pk)
    assert len(files_in(kept)) == 1
    asked.refresh_from_db()
    assert store.open_(kept, asked.key).read().startswith(b"%PDF-")


class Killed(BaseException):
    """What no handler of ours catches."""


def test_a_worker_that_is_killed_is_followed_by_another(
    asked: ReportFile, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = store.keep

    def killed(*args: Any) -> str:
        keep(*args)
        raise Killed

    monkeypatch.setattr(store, "keep", killed)
    with pytest.raises(Killed):
        make_report_file(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "working" and asked.pages >= 1
    monkeypatch.setattr(store, "keep", keep)
    make_report_file(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "done"
    left, old = files_in(kept), later(days=-3).timestamp()
    assert len(left) == 2
    for path in left:
        os.utime(path, (old, old))
    assert documents.sweep(now=NOW) == 1  # the bytes nobody uses; those of the report stay
    assert [path.name for path in files_in(kept)] == [asked.key]


def test_without_pango_it_says_what_else_there_is(asked: ReportFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pango(*_: Any, **__: Any) -> bytes:
        raise pdfs.NoPango("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(jobs, "weekly_pdf", no_pango)
    assert make_report_file(asked.pk) == "no Pango"
    asked.refresh_from_db()
    assert asked.state == "failed" and "PDFs cannot be made on this server" in asked.problem


def test_a_fault_is_told_in_words_and_can_be_tried_again(
    asked: ReportFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "keep", lambda *_: (_ for _ in ()).throw(OSError("No space left on device")))
    assert make_report_file(asked.pk) == "failed"
    asked.refresh_from_db()
    assert asked.state == "failed" and "Try again" in asked.problem
    monkeypatch.undo()
    assert reports.again(file=asked, now=NOW)
    make_report_file(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.problem) == ("done", "")


def test_the_night_forgets_drafts(council: Council, work: Work, kept: Path) -> None:
    report = weekly.own(council.officer, now=NOW)
    reports.ask_draft(weekly=report, by=council.officer, now=NOW)
    nightly()
    assert not ReportFile.objects.exists()
