"""Taking in a tracker on its pages: upload, match, check, import, undo."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from accounts.roles import Role
from complaints import jobs
from complaints.actions import details, imports
from complaints.importing import read_sheets
from complaints.models import Case, ImportBatch, ImportLine
from complaints.queries.imports import IMPORTERS
from tests.complaints.cases import NOW
from tests.complaints.importing.made import csv_of, xlsx
from tests.complaints.trackers import HEADINGS, case_of, imported, opened, row, tracker
from tests.factories import make_grant, make_unit

pytestmark = pytest.mark.usefixtures("clock")

State = ImportBatch.State
NEW = reverse("import-new")


class Worker:
    """The jobs handed to the worker, run when the test says so."""

    def __init__(self) -> None:
        self.jobs: list[tuple] = []

    def run(self) -> None:
        while self.jobs:
            name, *arguments = self.jobs.pop(0)
            getattr(jobs, name.rpartition(".")[2])(*arguments)


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr(jobs, "async_task", lambda *job: worker.jobs.append(job))
    return worker


@pytest.fixture
def senior(council, worker, client_for):
    """Sam Senior, who works at Children."""
    return client_for(council.senior)


def a_file(*rows, name="tracker.xlsx", data=None):
    return SimpleUploadedFile(name, tracker(*rows) if data is None else data)


def uploaded(client, *rows, **file) -> ImportBatch:
    client.post(NEW, {"file": a_file(*rows, **file)})
    return ImportBatch.objects.first()


def at(name: str, batch: ImportBatch) -> str:
    return reverse(name, args=[batch.pk])


def typed(client: Client, batch: ImportBatch) -> dict[str, str]:
    """What the matching page sends back when nothing is changed on it."""
    form = client.get(at("import-match", batch)).context["match_form"]
    return {name: form[name].value() or "" for name in form.fields}


def value_name(client: Client, batch: ImportBatch, field: str, text: str) -> str:
    """What the control of one text is called."""
    form = client.get(at("import-match", batch)).context["match_form"]
    return next(one.name for one in form.asked if (one.field, one.text) == (field, text))


def checked(client, *rows, **file) -> ImportBatch:
    batch = uploaded(client, *rows, **file)
    client.post(at("import-match", batch), typed(client, batch) | {"check": "yes"})
    batch.refresh_from_db()
    return batch


def done(client, worker, *rows) -> ImportBatch:
    batch = checked(client, *rows)
    client.post(at("import-start", batch))
    worker.run()
    batch.refresh_from_db()
    return batch


# --- who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role not in IMPORTERS])
def test_others_are_refused_every_page(council, client_for, role):
    batch = imported(row(), by=council.manager)
    client = client_for(role)
    for name in ("import", "import-match", "import-mapping", "import-report", "import-undo", "import-start"):
        assert client.get(at(name, batch)).status_code == 403, name
    assert client.get(reverse("imports")).status_code == client.get(NEW).status_code == 403
    assertNotContains(client.get("/"), 'href="/imports/"')


def test_somebody_elsewhere_sees_nothing_of_it(council, client_for):
    batch = imported(row("1", received=None), by=council.senior, unit=council.children)
    elsewhere = client_for(Role.SENIOR_CR_OFFICER, make_unit("Adults"))
    assertNotContains(elsewhere.get(reverse("imports")), "tracker.xlsx")
    for name in ("import", "import-match", "import-mapping", "import-report", "import-undo"):
        assert elsewhere.get(at(name, batch)).status_code == 404, name
    for name in ("import-start", "import-go-on", "import-remove", "import-undo", "import-use-mapping"):
        assert elsewhere.post(at(name, batch)).status_code == 404, name


def test_who_may_finds_it_in_the_navigation(senior):
    assertContains(senior.get("/more/"), 'href="/imports/"')


def test_what_only_takes_a_form_leads_back(senior, council):
    batch = uploaded(senior, row())
    for name in ("import-start", "import-go-on", "import-remove"):
        assert senior.get(at(name, batch)).headers["Location"] == at("import", batch)


# --- the list ---------------------------------------------------------------------------------------


def test_the_list_is_empty_then_has_every_import_with_its_line(senior, council, worker):
    assertContains(senior.get(reverse("imports")), "No tracker has been imported yet")
    done(senior, worker, row("1"))
    uploaded(senior, row("2"))
    response = senior.get(reverse("imports"))
    assertContains(response, "1 imported, 0 already there, 0 rejected of 1 rows")
    assertContains(response, "To be matched")
    assertContains(response, "by Sam Senior, for Children")


def test_the_list_costs_the_same_for_three_and_for_thirty(senior, council):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            senior.get(reverse("imports"))
        return len(captured)

    for _ in range(3):
        opened(tracker(row()), by=council.senior, unit=council.children)
    few = queries()
    for _ in range(27):
        opened(tracker(row()), by=council.senior, unit=council.children)
    assert queries() == few


# --- upload -----------------------------------------------------------------------------------------


def test_an_upload_is_kept_and_matched_as_far_as_it_can_be(senior, council):
    response = senior.post(NEW, {"file": a_file(row("1", type="Stage 1"))})
    batch = ImportBatch.objects.get()
    assertRedirects(response, at("import-match", batch))
    assert (batch.by, batch.unit, batch.state, batch.name) == (
        council.senior,
        council.children,
        State.MAPPING,
        "tracker.xlsx",
    )
    assertContains(senior.get(at("import-match", batch)), "Type of case: 1 of 1 not matched")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({}, "Choose the file that holds the tracker"),
        (
            {"name": "tracker.xls", "data": b"\xd0\xcf\x11\xe0"},
            "Choose a file that ends in .xlsx or .ods or .csv",
        ),
        ({"name": "tracker.xlsx", "data": b"PK\x03\x04"}, "not kept"),
        ({"name": "tracker.xlsx", "data": b"%PDF-1.7"}, "It is a .pdf file under a wrong name"),
        ({"name": "tracker.csv", "data": b"   \r\n"}, "The file is empty"),
        ({"name": "tracker.xlsm", "data": b"PK"}, "Choose a file that ends in"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_words(senior, council, file, words):
    response = senior.post(NEW, {"file": a_file(**file)} if file else {})
    assertContains(response, words)
    assertContains(response, "There is a problem")
    assert not ImportBatch.objects.exists()


def test_a_file_is_not_lost_when_something_else_is_wrong(council, worker, client_for):
    """Whoever works in two places says for which it is; having forgotten, they do not choose the file again."""
    make_grant(council.senior, Role.CR_MANAGER, adults := make_unit("Adults"))
    client = client_for(User.objects.get(pk=council.senior.pk))
    response = client.post(NEW, {"file": a_file(row())})
    assertContains(response, "Choose where its cases belong")
    assertContains(response, "tracker.xlsx")
    token = response.context["form"].fields["file"].widget.token
    client.post(NEW, {"file-kept": token, "unit": str(adults.pk)})
    assert ImportBatch.objects.get().unit == adults


def test_the_same_file_uploaded_twice_is_one_import(senior, council):
    """A double click, or somebody who forgot: what was matched already is still there."""
    batch = uploaded(senior, row("1", type="Stage 1"))
    said = typed(senior, batch) | {value_name(senior, batch, "type", "Stage 1"): "corporate stage-1"}
    senior.post(at("import-match", batch), said | {"save": "yes"})
    response = senior.post(NEW, {"file": a_file(row("1", type="Stage 1"))}, follow=True)
    assertContains(response, "This file was uploaded before and is not imported yet")
    assertContains(response, "Type of case: all 1 matched")
    assert ImportBatch.objects.count() == 1


def test_a_file_can_be_removed_again(senior, council):
    batch = checked(senior, row("1", received=None), row("2"))
    response = senior.post(at("import-remove", batch), follow=True)
    assertContains(response, "tracker.xlsx was removed. Nothing had been imported from it.")
    assert not ImportBatch.objects.exists()
    assert not ImportLine.objects.exists()


# --- matching ---------------------------------------------------------------------------------------


def test_the_page_shows_rows_columns_and_words(senior, council):
    batch = uploaded(senior, row("CR/7", type="Stage 1"), row("CR/8", type="Concern", officer="A. Okafor"))
    page = senior.get(at("import-match", batch)).content.decode()
    assert "CR/7" in page  # the first rows
    assert page.index("Type of case: 1 of 2 not matched") < page.index(
        "Customer relations officer: 1 of 1 not"
    )
    assert page.index("<bdi>Stage 1</bdi>") < page.index(
        "<bdi>Concern</bdi>"
    )  # what is not matched comes first
    assert '<optgroup label="It could be">' in page
    assert "(1 row, not matched)" in page


def test_what_is_corrected_is_kept_and_imported(senior, council, worker):
    batch = uploaded(
        senior, row("1", type="Stage 1", service="SEN", team=None, officer="A. O.", responder="R. R.")
    )
    said = typed(senior, batch)
    said[value_name(senior, batch, "type", "Stage 1")] = "children-act stage-1"
    said[value_name(senior, batch, "service", "SEN")] = "SEND-SOUTH"
    said[value_name(senior, batch, "officer", "A. O.")] = council.officer.email
    response = senior.post(at("import-match", batch), said | {"save": "yes"}, follow=True)
    assertContains(response, "Saved.")
    assertContains(response, "Type of case: all 1 matched")
    senior.post(at("import-match", batch), typed(senior, batch) | {"check": "yes"})
    senior.post(at("import-start", batch))
    worker.run()
    case = case_of("1")
    assert (case.unit, case.officer) == (council.send_south, council.officer)
    assert case.stages.get().type.procedure.code == "children-act"
    assert case.stages.get().responder_text == "R. R."


def test_another_column_is_read_and_its_words_are_asked_before_it_is_checked(senior, council):
    batch = uploaded(senior, row("1", service="SEND South", team="SEND North"))
    said = typed(senior, batch) | {"column-team": "Service", "column-service": ""}
    response = senior.post(at("import-match", batch), said | {"check": "yes"}, follow=True)
    assertContains(response, "Other columns are read now: check what is matched under Service, Team.")
    batch.refresh_from_db()
    assert batch.state == State.MAPPING
    assert "SEND South: SEND-SOUTH" in batch.map


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"column-received": ""}, "Date received: choose its column. No row can be imported without"),
        ({"column-type": ""}, "Type of case: choose its column. No row can be imported without"),
        ({"column-team": "Service"}, "The column &#x27;Service&#x27; is &#x27;Service&#x27; already."),
        ({"column-team": "No such column"}, "Team: choose a column that is in the tracker"),
        ({"heading_row": ""}, "Enter the number of the row that has the headings"),
        ({"heading_row": "three"}, "Row with the headings: enter a whole number, like 3"),
        ({"heading_row": "0"}, "Row with the headings: the first row is 1"),
        ({"heading_row": "900"}, "is blank: say which row has the headings"),
        ({"sheet": "Elsewhere"}, "Choose a sheet that is in the file"),
        ({"day_first": ""}, "Choose how dates are written"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_chosen_is_lost(senior, council, change, words):
    batch = uploaded(senior, row("1", type="Stage 1"))
    name = value_name(senior, batch, "type", "Stage 1")
    said = typed(senior, batch) | {name: "corporate stage-1", "check": "yes"} | change
    response = senior.post(at("import-match", batch), said)
    assertContains(response, words)
    assert response.context["match_form"][name].value() == "corporate stage-1"
    batch.refresh_from_db()
    assert batch.state == State.MAPPING


def test_a_code_that_is_not_offered_is_refused(senior, council):
    batch = uploaded(senior, row("1", service="SEN"))
    name = value_name(senior, batch, "service", "SEN")
    response = senior.post(at("import-match", batch), typed(senior, batch) | {name: "X", "save": "yes"})
    assertContains(response, "SEN: choose from the list")


def test_headings_lower_down_or_on_another_sheet_are_read_where_one_says(senior, council):
    other = [["Notes"], ["x"], HEADINGS, row("other")]
    data = xlsx([HEADINGS, *(row(str(n)) for n in range(9))], others={"Old": other})
    batch = uploaded(senior, data=data)
    assertContains(senior.get(at("import-match", batch)), "Other sheets look like trackers too: Old.")
    said = typed(senior, batch) | {"sheet": "Old", "heading_row": "3", "change": "yes"}
    response = senior.post(at("import-match", batch), said, follow=True)
    assertContains(response, "Matched anew, as far as it can be. Check it.")
    form = response.context["match_form"]
    assert (form["sheet"].value(), form["heading_row"].value()) == ("Old", 3)
    assertContains(response, "other")


def test_a_file_without_headings_asks_where_they_are(senior, council):
    data = csv_of([["Wer", "Wann", "Was"], ["1", "1/10/2026", "Concern"]])
    batch = uploaded(senior, name="t.csv", data=data)
    response = senior.get(at("import-match", batch))
    assertContains(response, "No headings were found")
    assertNotContains(response, "Save and check")
    said = {"sheet": "t", "heading_row": "1", "change": "yes"}
    response = senior.post(at("import-match", batch), said, follow=True)
    assertContains(response, "Save and check")
    said = typed(senior, batch) | {
        "column-own_reference": "Wer",
        "column-received": "Wann",
        "column-type": "Was",
    }
    senior.post(at("import-match", batch), said | {"save": "yes"})
    senior.post(at("import-match", batch), typed(senior, batch) | {"check": "yes"})
    batch.refresh_from_db()
    assert batch.line == "1 imported, 0 already there, 0 rejected of 1 rows"


def test_a_tracker_without_a_type_column_takes_one_type_for_all(senior, council):
    headings = [heading for heading in HEADINGS if heading != "Type"]
    cells = [cell for place, cell in enumerate(row("1")) if HEADINGS[place] != "Type"]
    batch = uploaded(senior, data=xlsx([headings, cells]))
    said = typed(senior, batch) | {value_name(senior, batch, "type", "(blank)"): "corporate stage-1"}
    senior.post(at("import-match", batch), said | {"check": "yes"})
    batch.refresh_from_db()
    assert batch.line == "1 imported, 0 already there, 0 rejected of 1 rows"


def test_many_words_of_one_field_have_pages_of_their_own(senior, council):
    batch = uploaded(
        senior, *(row(str(n), responder=f"Manager {chr(65 + n // 26)}{chr(65 + n % 26)}") for n in range(60))
    )
    assertContains(senior.get(at("import-match", batch)), "All 60 of responder")
    address = f"{at('import-match', batch)}responder/?page=2"
    response = senior.get(address)
    assert len(response.context["pairs"]) == 10
    (asked, field), *_ = response.context["pairs"]
    response = senior.post(address, {field.html_name: council.responder.email}, follow=True)
    assertContains(response, "Saved.")
    batch.refresh_from_db()
    assert f"{asked.text}: {council.responder.email}" in batch.map
    assert senior.get(f"{at('import-match', batch)}summary/").status_code == 404


def test_somebody_who_left_meanwhile_matches_nothing_any_more(senior, council, worker):
    batch = checked(senior, row("1", responder="Rae Responder"))
    User.objects.filter(pk=council.responder.pk).update(is_active=False)
    senior.post(at("import-start", batch))
    worker.run()
    assert case_of("1").stages.get().responder_text == "Rae Responder"


# --- the mapping as a file --------------------------------------------------------------------------


def test_a_mapping_serves_for_the_next_tracker(senior, council):
    batch = uploaded(senior, row("1", type="Stage 1"))
    said = typed(senior, batch) | {value_name(senior, batch, "type", "Stage 1"): "corporate stage-1"}
    senior.post(at("import-match", batch), said | {"save": "yes"})
    response = senior.get(at("import-mapping", batch))
    assert response.headers["Content-Disposition"] == 'attachment; filename="tracker.yaml"'
    mapping = b"".join(response.streaming_content)
    later = uploaded(senior, row("2", type="Stage 1"))
    response = senior.post(
        at("import-use-mapping", later), {"map_file": SimpleUploadedFile("map.yaml", mapping)}, follow=True
    )
    assertContains(response, "Matched as the file says")
    assertContains(response, "Type of case: all 1 matched")


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (b"columns:\n  own_reference: Reff\n", "there is no column &#x27;Reff&#x27;"),
        (b"columns: [\n", "is not YAML"),
        (b"\xff\xfe\x00\x01", "not text in UTF-8"),
        (b"a" * 2_100_000, "bigger than 2 MB"),
        (b"", "The mapping file is empty"),
        (None, "Choose the mapping file"),
    ],
)
def test_a_wrong_mapping_file_is_told_with_its_line(senior, council, mapping, words):
    batch = uploaded(senior, row())
    before = batch.map
    data = {} if mapping is None else {"map_file": SimpleUploadedFile("map.yaml", mapping)}
    assertContains(senior.post(at("import-use-mapping", batch), data), words)
    batch.refresh_from_db()
    assert batch.map == before


# --- the check --------------------------------------------------------------------------------------


def test_a_check_shows_what_would_come_of_it(senior, council):
    batch = checked(
        senior,
        row("1", due=date(2026, 10, 20), officer="A. Okafor"),
        row("2", received=None, complainant="<b>Jo</b>"),
        row("1", due=date(2026, 10, 20), officer="A. Okafor"),
    )
    response = senior.get(at("import", batch))
    assertContains(response, "1 imported, 1 already there, 1 rejected of 3 rows")
    assertContains(response, "Nothing has been imported yet")
    assertContains(response, "Import 1 case<")
    assertContains(response, "No date received.")
    differing = senior.get(at("import", batch), {"list": "differences"})
    assertContains(differing, "Tuesday 20 October 2026")
    assertContains(differing, "Thursday 15 October 2026")
    assertContains(senior.get(at("import", batch), {"list": "remarks"}), "A. Okafor")
    assertContains(senior.get(at("import", batch), {"list": "already-there"}), "The same as row 2.")
    assert not Case.objects.exists()


def test_our_reference_of_a_case_they_may_not_see_is_not_told(senior, council, worker):
    """Decision 11: a restricted case is for those on its list, and for nobody who has a tracker with its row."""
    imported(row("1"), by=council.senior, unit=council.children)
    Case.objects.update(restricted=True)
    restricted = case_of("1")
    batch = checked(senior, row("1", summary="Other words."))
    for _ in ("checked", "imported"):
        response = senior.get(at("import", batch))
        assertContains(response, "A case with this reference is there already, with other content.")
        assertNotContains(response, restricted.reference)
        assert not any(restricted.reference in line.reason for line in batch.lines.all())
        senior.post(at("import-start", batch))
        worker.run()
        batch.refresh_from_db()
    assert batch.state == State.DONE


def test_where_nothing_would_be_imported_there_is_no_button(senior, council):
    batch = checked(senior, row("1", received=None))
    assertNotContains(senior.get(at("import", batch)), "import-start")
    assertNotContains(senior.get(at("import", batch)), f'action="{at("import-start", batch)}"')


def test_odd_addresses_of_the_lists_are_answered(senior, council):
    batch = checked(senior, row("1", received=None))
    for query in ("list=nothing", "page=abc", "page=-1", "page=999", "list=rejected&page=0"):
        assertContains(senior.get(f"{at('import', batch)}?{query}"), "No date received.")


def test_a_change_after_the_check_asks_for_another(senior, council):
    batch = checked(senior, row("1"))
    senior.post(at("import-match", batch), typed(senior, batch) | {"save": "yes"})
    batch.refresh_from_db()
    assert (batch.state, batch.rows) == (State.MAPPING, 0)
    assertRedirects(senior.get(at("import", batch)), at("import-match", batch))


def test_a_big_tracker_is_checked_by_the_worker(senior, council, worker, monkeypatch):
    monkeypatch.setattr("complaints.views.import_matching.CHECKED_AT_ONCE", 2)
    batch = checked(senior, *(row(str(n)) for n in range(3)))
    assert batch.state == State.CHECKING
    assertContains(senior.get(at("import", batch)), "It waits for the worker")
    worker.run()
    assertContains(senior.get(at("import", batch)), "3 imported, 0 already there, 0 rejected of 3 rows")
    assertContains(senior.get(at("import", batch)), "Import 3 cases")


# --- the import -------------------------------------------------------------------------------------


def test_an_import_waits_for_the_worker_then_is_done(senior, council, worker):
    batch = checked(senior, row("1"), row("2", service="Fostering", team=None))
    response = senior.post(at("import-start", batch), follow=True)
    assertContains(response, "It waits for the worker, which begins within a few seconds.")
    assert response.headers["Refresh"] == f"3; url={at('import', batch)}"
    worker.run()
    response = senior.get(at("import", batch))
    assert "Refresh" not in response.headers
    assertContains(response, "2 imported, 0 already there, 0 rejected of 2 rows")
    response = senior.get(at("import", batch), {"list": "imported"})
    assertContains(response, reverse("case", args=[case_of("1").reference]))
    assertContains(response, "Unmatched")
    assertRedirects(senior.get(at("import-match", batch)), at("import", batch))


def test_progress_is_shown_and_can_be_left_as_it_is(senior, council):
    batch = checked(senior, *(row(str(n)) for n in range(30)))
    senior.post(at("import-start", batch))
    ImportBatch.objects.update(done=12, imported=12, heard_at=NOW)
    response = senior.get(at("import", batch))
    assertContains(response, "12 of 30 rows")
    assert "Refresh" in response.headers
    assert "Refresh" not in senior.get(f"{at('import', batch)}?still").headers


def test_pressed_twice_it_is_imported_once(senior, council, worker):
    batch = checked(senior, row("1"))
    for _ in range(2):
        assertRedirects(senior.post(at("import-start", batch)), at("import", batch))
    assert len(worker.jobs) == 1
    worker.run()
    assert Case.objects.count() == 1


def test_where_nothing_is_heard_any_more_it_can_be_told_to_go_on(senior, council, worker):
    batch = checked(senior, row("1"))
    senior.post(at("import-start", batch))
    worker.jobs.clear()  # the worker was killed with it
    imports.heard(batch=batch, now=NOW - timedelta(minutes=10))
    response = senior.get(at("import", batch))
    assertContains(response, "Nothing was heard of it since 9:50am")
    assert "Refresh" not in response.headers
    assertContains(senior.post(at("import-go-on", batch), follow=True), "It waits for the worker")
    worker.run()
    assert Case.objects.count() == 1


def test_a_job_that_fails_says_so_and_goes_on_when_asked(senior, council, worker, monkeypatch):
    batch = checked(senior, row("1"))
    with monkeypatch.context() as patch:
        patch.setattr(imports.import_writing, "write", lambda *a, **k: 1 / 0)
        senior.post(at("import-start", batch))
        worker.run()
    response = senior.get(at("import", batch))
    assertContains(response, "It was stopped by a fault on our side.")
    assertContains(response, "Go on")
    senior.post(at("import-start", batch))
    worker.run()
    assertContains(senior.get(at("import", batch)), "1 imported, 0 already there, 0 rejected of 1 rows")


def test_the_report_is_a_spreadsheet(senior, council, worker):
    batch = done(senior, worker, row("1"), row("2", received=None, summary="=1+1"))
    response = senior.get(at("import-report", batch))
    assert response.headers["Content-Disposition"] == 'attachment; filename="tracker, report.xlsx"'
    content = BytesIO(b"".join(response.streaming_content)).getvalue()
    rejected, *_ = read_sheets(content, "report.xlsx")
    assert "=1+1" in rejected.rows[1]


def test_a_case_says_what_the_spreadsheet_said_and_is_found_by_its_own_reference(senior, council, worker):
    done(senior, worker, row("CR/26/0007", officer="A. Okafor", responder="P. Hale"))
    for words in ("CR/26/0007", "cr/26/0007", "CR / 26 / 0007", " cr/26 /0007"):
        assertContains(senior.get(reverse("cases"), {"search": words}), "No reply to three letters.")
    page = senior.get(reverse("case", args=[case_of("CR/26/0007").reference]))
    assertContains(page, "formerly CR/26/0007")
    assertContains(page, "Responding manager: P. Hale")
    assertContains(
        page, "The tracker named <bdi>A. Okafor</bdi> as the officer and <bdi>P. Hale</bdi> to answer."
    )


# --- undo -------------------------------------------------------------------------------------------


def test_an_import_is_undone_after_saying_what_goes_and_what_stays(senior, council, worker):
    batch = done(senior, worker, row("1"), row("2"), row("3"))
    kept = case_of("2")
    details.note(case=kept, by=council.officer, now=NOW, text="They rang.")
    response = senior.get(at("import-undo", batch))
    assertContains(
        response, "2 cases would be removed. 1 would stay, because somebody has worked on it since."
    )
    assertContains(response, kept.reference)
    assertContains(response, "Remove 2 cases")
    assert Case.objects.count() == 3
    assertContains(senior.post(at("import-undo", batch), follow=True), "It waits for the worker")
    worker.run()
    response = senior.get(at("import", batch))
    assertContains(response, "1 case stayed, because somebody had worked on it.")
    assert list(Case.objects.all()) == [kept]
    assertContains(senior.get(at("import-undo", batch), follow=True), "There is nothing to undo")


def test_what_is_checked_only_cannot_be_undone(senior, council):
    batch = checked(senior, row("1"))
    assertContains(senior.post(at("import-undo", batch), follow=True), "There is nothing to undo")
    batch.refresh_from_db()
    assert batch.state == State.CHECKED
