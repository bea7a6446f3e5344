"""Files of rows: never a formula (TRAPS 29), and exactly what the list has (TRAPS 30)."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects
from python_calamine import CalamineWorkbook

from audit.service import history
from complaints.actions.exporting import EXPORTS
from complaints.actions.parties import PartyDraft
from complaints.models import Stage
from complaints.queries.line_rows import HEADINGS, rows_of
from complaints.queries.lines import Show, lines
from complaints.reports.downloads import LONGEST_CELL, Cell, Sheet, csv_of, xlsx_of
from complaints.views import line_downloads
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry, open_stage

AT_HALF_PAST_NINE = datetime(2026, 7, 1, 9, 30)  # noqa: DTZ001 a cell knows no time zone
FORMULAS = ("=1+1", "+44 20", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")', "＝1")  # noqa: RUF001


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python()


def downloaded(client: Client, name: str, query: str = "") -> bytes:
    response = client.get(f"{reverse(name)}?{query}")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment;")
    return b"".join(response) if response.streaming else response.content


# --- the files --------------------------------------------------------------------------------------


def test_a_csv_file_opens_in_a_spreadsheet() -> None:
    rows: list[tuple[Cell, ...]] = [
        ("Ärger, “plan”\nlate", 3, date(2026, 11, 20), datetime(2026, 7, 1, 8, 30, tzinfo=UTC), None),
        ("-3 is typed", -3, None, None, ""),
    ]
    content = b"".join(csv_of(["Words", "Days", "On", "At", "Nothing"], rows))
    assert content.startswith(b"\xef\xbb\xbfWords,Days,On,At,Nothing\r\n")
    assert read_csv(content)[1:] == [
        ["Ärger, “plan”\nlate", "3", "2026-11-20", "2026-07-01 09:30", ""],
        ["'-3 is typed", "-3", "", "", ""],
    ]


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_cell_of_a_csv_file_is_a_formula(typed: str) -> None:
    content = b"".join(csv_of([typed], [(typed, f"safe {typed}")]))
    assert read_csv(content) == [[f"'{typed}"], [f"'{typed}", f"safe {typed}"]]


def test_a_csv_file_is_sent_in_pieces() -> None:
    """What is held at once does not grow with the rows: nothing is read ahead of what was sent."""
    read = 0

    def rows() -> Iterator[tuple[Cell, ...]]:
        nonlocal read
        for number in range(10_000):
            read += 1
            yield (number, "x" * 50)

    pieces = csv_of(["Number", "Words"], rows())
    first = next(pieces)
    assert read == 1_000 and first.count(b"\r\n") == 1_001
    assert sum(piece.count(b"\r\n") for piece in pieces) == 9_000


def test_nothing_but_headings_is_a_file_too() -> None:
    assert read_csv(b"".join(csv_of(["One", "Two"], []))) == [["One", "Two"]]
    assert read_xlsx(xlsx_of(Sheet("List", ["One", "Two"], []))) == [["One", "Two"]]


def test_an_excel_file_has_dates_numbers_and_text() -> None:
    rows: list[tuple[Cell, ...]] = [
        ("Ärger", 3, date(2026, 11, 20), datetime(2026, 7, 1, 8, 30, tzinfo=UTC), None),
        ("007", -3, None, None, "http://example.org"),
    ]
    assert read_xlsx(xlsx_of(Sheet("Cases", ["Words", "Days", "On", "At", "More"], rows)))[1:] == [
        ["Ärger", 3.0, date(2026, 11, 20), AT_HALF_PAST_NINE, ""],
        ["007", -3.0, "", "", "http://example.org"],
    ]


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_cell_of_an_excel_file_is_a_formula(typed: str) -> None:
    content = xlsx_of(Sheet(typed, [typed], [(typed,)]))
    assert read_xlsx(content) == [[typed], [typed]]
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet and len(book.sheet_names) == 1


@pytest.mark.parametrize("title", ["", "[All]: cases/*?", "x" * 50, "'quoted'", "\x00"])
def test_any_title_will_do(title: str) -> None:
    assert read_xlsx(xlsx_of(Sheet(title, ["One"], [("x",)]))) == [["One"], ["x"]]


def test_what_a_cell_cannot_hold_is_left_out_and_said() -> None:
    long = "x" * (LONGEST_CELL + 5)
    for row in (
        read_csv(b"".join(csv_of([], [(long, "a\x00b\x0bc")])))[1],
        read_xlsx(xlsx_of(Sheet("", ["One"], [(long, "a\x00b\x0bc")])))[1],
    ):
        assert row[0] == "x" * (LONGEST_CELL - 1) + "…"
        assert row[1] == "abc"


# --- the list as a file -----------------------------------------------------------------------------

on_pages = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


class TestOfTheList:
    pytestmark = on_pages

    def test_it_has_exactly_the_lines_of_the_list(self, council: Council, client_for: Any) -> None:
        for kind in ("corporate", "enquiry"):
            cases.accepted(council, kind)
        cases.closed(council)
        cases.log(council, unit=council.safeguarding)
        client = client_for(council.senior)
        for query in (
            "",
            "show=cases",
            "show=stages&sort=opened",
            "search=plan",
            "unit=EDUCATION&colour=green",
            "unit=SAFEGUARDING&colour=red",
        ):
            page = client.get(f"{reverse('cases')}?{query}")
            listed = [(line.stage.case.reference, line.name) for line in page.context["rows"]]
            for name, read in (("lines-csv", read_csv), ("lines-xlsx", read_xlsx)):
                rows = read(downloaded(client, name, query))
                assert rows[0] == list(HEADINGS)
                assert [(row[0], row[3]) for row in rows[1:]] == listed, (name, query)

    def test_what_one_may_not_see_is_not_in_it(self, council: Council, client_for: Any) -> None:
        """TRAPS 30."""
        seen = cases.log(council)
        hidden = cases.log(council, restricted=True, summary="Whistle blown")
        for person, expected in (
            (council.officer, {seen, hidden}),
            (council.manager, {seen}),
            (council.outsider, set()),
        ):
            client = client_for(person)
            for query in ("", "show=stages", "search=example", f"search={hidden.reference}"):
                wanted = {c.reference for c in expected}
                wanted &= {hidden.reference} if hidden.reference in query else wanted
                for name, read in (("lines-csv", read_csv), ("lines-xlsx", read_xlsx)):
                    assert {row[0] for row in read(downloaded(client, name, query))[1:]} == wanted, (
                        person,
                        query,
                    )

    def test_a_row_says_all_that_a_line_has(self, council: Council, client_for: Any) -> None:
        case = cases.accepted(
            council,
            received=date(2026, 11, 4),
            safeguarding=True,
            own={"own_reference": "CR/17", "own_key": "cr17"},
            parties=[PartyDraft("complainant", "=Jo Example"), PartyDraft("young-person", "Al Example")],
        )
        client = client_for(council.senior)
        rows = read_csv(downloaded(client, "lines-csv"))
        assert dict(zip(*rows, strict=True)) == {
            "Reference": case.reference,
            "Own reference": "CR/17",
            "Kind": "Complaint",
            "Stage": "Corporate complaint: Stage 1, local response",
            "Summary": "Education plan is late",
            "Unit": "SEND North",
            "Officer": "Olu Officer",
            "Responder": "Rae Responder",
            "Where it stands": "Answer being written",
            "Waiting for": "Rae Responder",
            "Waiting since": "2026-11-20",
            "Received": "2026-11-04",
            "Opened": "2026-11-20",
            "Due": "2026-11-18",
            "First due": "2026-11-18",
            "Colour": "Red",
            "Working days left": "-2",
            "Answered on": "",
            "In time": "",
            "Outcome": "",
            "Reason for lateness": "",
            "Ended": "",
            "Ended as": "",
            "Flags": "Safeguarding",
            "Complainant": "'=Jo Example",
        }
        excel = dict(zip(*read_xlsx(downloaded(client, "lines-xlsx")), strict=True))
        assert (excel["Due"], excel["Working days left"], excel["Complainant"]) == (
            date(2026, 11, 18),
            -2.0,
            "=Jo Example",
        )

    def test_a_row_of_what_ended_says_how(self, council: Council, client_for: Any) -> None:
        cases.closed(council)
        row = dict(
            zip(*read_csv(downloaded(client_for(council.senior), "lines-csv", "show=cases")), strict=True)
        )
        told = {
            name: row[name]
            for name in (
                "Where it stands",
                "Colour",
                "Answered on",
                "In time",
                "Outcome",
                "Ended",
                "Ended as",
            )
        }
        assert told == {
            "Where it stands": "Closed",
            "Colour": "Ended",
            "Answered on": "2026-11-20",
            "In time": "Yes",
            "Outcome": "Upheld",
            "Ended": "2026-11-20",
            "Ended as": "Answered",
        }

    def test_what_cannot_be_read_leads_back_to_what_is_wrong(self, council: Council, client_for: Any) -> None:
        client = client_for(council.senior)
        for name in ("lines-csv", "lines-xlsx"):
            assertRedirects(client.get(reverse(name), {"unit": "NOWHERE"}), "/cases/?unit=NOWHERE")
        assert not history(EXPORTS).exists()

    def test_more_than_excel_takes_is_refused_in_words(
        self, council: Council, client_for: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(line_downloads, "MOST_IN_XLSX", 1)
        for _ in range(2):
            cases.log(council)
        response = client_for(council.senior).get(reverse("lines-xlsx"), follow=True)
        assertContains(response, "These are 2 lines. Excel files are made of 1 at most: download csv instead")

    @pytest.mark.parametrize(
        ("part", "status"), [("auditor", 200), ("responder", 200), ("administrator", 403)]
    )
    def test_it_is_for_those_who_read_cases(
        self, council: Council, client_for: Any, part: str, status: int
    ) -> None:
        client = client_for(getattr(council, part))
        for name in ("lines-csv", "lines-xlsx"):
            assert client.get(reverse(name)).status_code == status

    def test_who_took_what_is_on_record(self, council: Council, client_for: Any) -> None:
        cases.accepted(council)
        client = client_for(council.auditor)
        downloaded(client, "lines-csv", "unit=EDUCATION&colour=green&page=7")
        downloaded(client, "lines-xlsx", "show=stages")
        first, second = history(EXPORTS)
        assert first.text.sentence == (
            "Aud Auditor downloaded 1 line of cases as csv. Open work, Colour: Green, Unit: Education."
        )
        assert second.text.sentence == "Aud Auditor downloaded 2 lines of cases as xlsx. All stages."

    def test_the_links_keep_the_address(self, council: Council, client_for: Any) -> None:
        cases.accepted(council)
        page = client_for(council.senior).get(reverse("cases"), {"unit": "EDUCATION", "sort": "waiting"})
        assertContains(page, 'href="/cases/lines.csv?unit=EDUCATION&amp;sort=waiting"')
        assertContains(page, 'href="/cases/lines.xlsx?unit=EDUCATION&amp;sort=waiting"')

    def test_its_queries_grow_with_the_thousands_only(
        self, council: Council, django_assert_max_num_queries: Any
    ) -> None:
        stage = open_stage(cases.accepted(council))
        copies = []
        for number in range(1, 1_500):
            copy = Stage.objects.get(pk=stage.pk)
            copy.pk, copy.number = stage.pk + number, stage.number + number
            copies.append(copy)
        Stage.objects.bulk_create(copies)
        stages = lines(council.senior, Show.STAGES, now=NOW).order_by("pk")
        list(rows_of(stages[:1], now=NOW))
        with django_assert_max_num_queries(30):
            assert len(list(rows_of(stages, now=NOW))) == 1_501

    def test_late_answers_say_why(self, council: Council, client_for: Any) -> None:
        case = cases.sent(council)
        Stage.objects.filter(case=case, number=2).update(
            in_time=False, met_on=NOW.date() + timedelta(1), late_reason=entry("late-reason", "sign-off-late")
        )
        row = dict(zip(*read_csv(downloaded(client_for(council.senior), "lines-csv")), strict=True))
        assert (row["In time"], row["Reason for lateness"], row["Colour"]) == (
            "No",
            "Sign-off came late",
            "Answered, still open",
        )
