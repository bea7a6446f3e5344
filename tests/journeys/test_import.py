"""The Customer Relations Manager takes in last year's tracker, and takes it back."""

from datetime import date

import pytest
from django_q.models import OrmQ
from playwright.sync_api import Page, expect

from complaints.importing import read_sheets
from complaints.jobs import import_batch
from complaints.models import Case, ImportBatch
from tests.complaints.cases import Council
from tests.complaints.trackers import row, tracker

RECEIVED = date(2025, 10, 1)
FORMULA = '=HYPERLINK("http://example.invalid","x")'
LONG = "Nomenclature" * 15


def file() -> dict[str, object]:
    data = tracker(
        row("CR/25/1", RECEIVED, type="Stage 1", service="SEND (old)", team=None, officer="A. Okafor"),
        row("CR/25/2", RECEIVED, responded=date(2025, 10, 14), outcome="Upheld", due=date(2025, 10, 16)),
        row("CR/25/3", None, complainant=FORMULA, summary=LONG),
        row("CR/25/4", RECEIVED, complainant=LONG, responder=LONG, service=LONG, team=None),
    )
    return {"name": "tracker 2025.xlsx", "mimeType": "application/octet-stream", "buffer": data}


def the_worker_does_it(people: Council) -> None:
    """What the worker would do, were it running: it is another process."""
    assert OrmQ.objects.exists()
    OrmQ.objects.all().delete()
    import_batch(ImportBatch.objects.get().pk, people.manager.pk)


def upload(page: Page) -> None:
    page.goto("/imports/")
    page.get_by_role("button", name="Import a tracker").click()
    page.get_by_label("The tracker").set_input_files([file()])
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What its columns and words mean here")


def say_what_its_words_mean(page, council) -> None:
    page.get_by_label("Stage 1 (1 row, not matched)").select_option("corporate stage-1")
    page.get_by_label("SEND (old) (1 row, not matched)").select_option(label="SEND North")
    page.get_by_label("A. Okafor (1 row, not matched)").select_option(council.officer.email)
    page.get_by_role("button", name="Save and check").click()


def test_a_manager_takes_a_tracker_in_and_takes_it_back(page, council, sign_in, reads_well):
    sign_in(page, council.manager)
    page.goto("/imports/")
    reads_well(page)
    page.goto("/imports/new/")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the file that holds the tracker")
    reads_well(page)

    upload(page)
    reads_well(page)
    say_what_its_words_mean(page, council)

    expect(page.get_by_role("heading", level=1)).to_have_text("What would come of it")
    expect(page.get_by_text("3 imported, 0 already there, 1 rejected of 4 rows")).to_be_visible()
    expect(page.get_by_role("cell", name="No date received.")).to_be_visible()
    reads_well(page)
    page.get_by_role("link", name="Due dates that differ (1)").click()
    expect(page.get_by_role("cell", name="Wednesday 15 October 2025")).to_be_visible()
    assert not Case.objects.exists()

    page.get_by_role("button", name="Import 3 cases").click()
    expect(page.get_by_text("It waits for the worker")).to_be_visible()
    reads_well(page)
    the_worker_does_it(council)
    expect(page.get_by_role("heading", level=1)).to_have_text("Imported")  # the page came by itself
    reads_well(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the report").click()
    rejected, *_ = read_sheets(download.value.path().read_bytes(), download.value.suggested_filename)
    assert download.value.suggested_filename == "tracker 2025, report.xlsx"
    assert FORMULA in rejected.rows[1]

    page.get_by_role("link", name="Imported (3)").click()
    page.get_by_role("link", name=Case.objects.get(own_reference="CR/25/1").reference).click()
    expect(page.get_by_text("formerly CR/25/1")).to_be_visible()
    reads_well(page)

    page.goto("/imports/")
    page.get_by_role("link", name="tracker 2025.xlsx").click()
    page.get_by_role("link", name="Undo this import").click()
    expect(page.get_by_text("3 cases would be removed.")).to_be_visible()
    reads_well(page)
    page.get_by_role("button", name="Remove 3 cases").click()
    expect(page.get_by_text("It waits for the worker")).to_be_visible()
    the_worker_does_it(council)
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone")
    reads_well(page)
    assert not Case.objects.exists()


def test_it_works_on_a_phone_and_without_javascript(open_page, council, sign_in, fits):
    page = open_page(400, javascript=False)
    sign_in(page, council.manager)
    upload(page)
    fits(page)
    page.get_by_label("Date received").select_option(label="Not in this tracker")
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_role("alert")).to_contain_text("Date received: choose its column")
    fits(page)
    page.get_by_label("Date received").select_option(label="Date received")
    page.get_by_role("button", name="Save and check").click()
    for link in ("To know", "Rejected"):
        page.get_by_role("link", name=link).click()
        fits(page)
    page.get_by_role("button", name="Import 2 cases").click()
    fits(page)
    the_worker_does_it(council)
    expect(page.get_by_role("heading", level=1)).to_have_text("Imported")
    page.get_by_role("link", name="Imported (2)").click()
    fits(page)
    page.get_by_role("link", name=Case.objects.get(own_reference="CR/25/4").reference).click()
    fits(page)


@pytest.mark.parametrize("person", ["officer", "service_manager", "auditor"])
def test_others_find_no_way_in(page, council, sign_in, person):
    sign_in(page, getattr(council, person))
    page.goto("/")
    expect(page.get_by_role("link", name="Imports")).to_have_count(0)
    page.goto("/imports/")
    expect(page.get_by_text("This page is for people with the role")).to_be_visible()
