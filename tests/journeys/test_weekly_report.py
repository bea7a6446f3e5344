"""The week ends: Customer Relations issue the weekly report, a service opens what was issued."""

import re

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from playwright.sync_api import expect

from complaints import jobs
from complaints.actions import allocation, reports
from complaints.actions.parties import PartyDraft
from complaints.importing import read_sheets
from complaints.models import ReportFile
from complaints.queries.weeks import Week
from slas.core.calendar import london_date
from tests.complaints import cases
from tests.complaints.cases import Council
from tests.journeys.council import days_ago

MP = [PartyDraft("complainant", "Jo Example"), PartyDraft("mp", "Ann Member", office="Elsewhere")]


@pytest.fixture
def work(council: Council) -> Council:
    """Work of two services: something overdue, an MP's enquiry, an area of concern."""
    old = days_ago(28)
    late = cases.triaged(council, now=old, received=old.date())
    allocation.allocate(
        case=late, by=council.officer, now=old, unit=council.send_north, responder=council.responder
    )
    recent = days_ago(3)
    cases.triaged(council, "mp-enquiry", now=recent, received=recent.date(), parties=MP)
    cases.log(
        council,
        now=recent,
        received=recent.date(),
        unit=council.safeguarding,
        risk=True,
        risk_note="The press rang",
        summary="Nomenclature" * 15,
    )
    return council


def the_worker_does_it() -> None:
    """What the worker would do, were it running: it is another process."""
    assert OrmQ.objects.exists()
    OrmQ.objects.all().delete()
    for file in ReportFile.objects.filter(state=ReportFile.State.QUEUED):
        jobs.make_report_file(file.pk)


def test_an_officer_issues_the_week_and_downloads_each_format(page, work, sign_in, reads_well):
    sign_in(page, work.officer)
    page.goto("/")
    page.get_by_role("link", name="Reports").click()
    expect(page.get_by_text("No report has been issued that you may open")).to_be_visible()
    reads_well(page)
    page.get_by_role("link", name="The weekly report as it stands now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Weekly report")
    expect(page.get_by_text("Draft, not issued")).to_be_visible()
    expect(page.get_by_text("Concern: The press rang")).to_be_visible()
    reads_well(page)

    page.get_by_role("button", name="Issue the report of this week").click()
    reads_well(page)
    page.get_by_role("link", name="Ann Member, Elsewhere").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "Weekly report on enquiries from Ann Member, Elsewhere"
    )
    expect(page.get_by_text("Jo Example")).to_have_count(0)
    reads_well(page)
    page.go_back()
    page.get_by_role("link", name="The lead member's office").click()
    reads_well(page)
    page.go_back()
    page.get_by_role("button", name=re.compile("Issue the report of week")).click()
    expect(page.get_by_text("was issued for Children")).to_be_visible()
    reads_well(page)

    page.get_by_role("link", name=re.compile("Education")).click()
    expect(page.get_by_text("by Olu Officer")).to_be_visible()
    reads_well(page)
    for ending, label in (("csv", "CSV"), ("xlsx", "Excel"), ("ods", "OpenDocument")):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"{label} (.{ending})").click()
        assert download.value.suggested_filename.endswith(f"-education.{ending}")
        if ending != "csv":
            (sheet, *_) = read_sheets(download.value.path().read_bytes(), f"x.{ending}")
            assert len(sheet.rows) >= 2

    page.get_by_role("button", name="Make a PDF").click()
    expect(page.get_by_text("It waits for the worker")).to_be_visible()
    reads_well(page)
    the_worker_does_it()
    expect(page.get_by_text("It is made")).to_be_visible()  # the page came by itself
    reads_well(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Download the PDF")).click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_a_service_manager_opens_what_was_issued(page, work, sign_in, reads_well):
    now = timezone.now()
    seen = reports.seen_of(Week.of(london_date(now)), None)
    reports.issue(unit=work.children, by=work.officer, now=now, seen=seen)
    sign_in(page, work.service_manager)
    page.goto("/reports/")
    expect(page.get_by_role("link", name=re.compile("W[0-9]+: "))).to_have_count(1)  # their own service's
    page.get_by_role("link", name=re.compile("Education")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Weekly report: Education")
    expect(page.get_by_text("SEND North").first).to_be_visible()
    reads_well(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Make a PDF")).to_be_hidden()
    expect(page.get_by_role("link", name="Excel (.xlsx)")).to_be_hidden()
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()


def test_it_works_on_a_phone_and_without_javascript(open_page, work, sign_in, fits):
    page = open_page(400, javascript=False)
    sign_in(page, work.officer)
    page.goto("/reports/weekly/")
    fits(page)
    page.get_by_role("button", name="Issue the report of this week").click()
    fits(page)
    page.get_by_role("button", name=re.compile("Issue the report of week")).click()
    fits(page)
    page.goto("/reports/weekly/issue/")
    page.get_by_role("button", name=re.compile("again")).click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it is issued again")
    fits(page)
    page.get_by_label("Why is it issued again?").fill("A case was missing")
    page.get_by_role("button", name=re.compile("again")).click()
    expect(page.get_by_text("Edition 2: A case was missing").first).to_be_visible()
    fits(page)
    page.get_by_role("link", name=re.compile("Education")).first.click()
    page.get_by_role("button", name="Make a PDF").click()
    expect(page.get_by_text("It waits for the worker")).to_be_visible()
    fits(page)
    the_worker_does_it()
    expect(page.get_by_text("It is made")).to_be_visible()
    fits(page)
