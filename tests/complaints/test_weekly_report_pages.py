"""The pages of the weekly report: as it stands, what is asked wrongly, issuing it, and having a PDF made."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from accounts.roles import Role
from audit.service import history
from complaints import jobs
from complaints.actions import reports as actions
from complaints.actions.exporting import EXPORTS
from complaints.actions.parties import PartyDraft
from complaints.models import IssuedReport, ReportFile, WeeklyIssue
from complaints.views import reports as views
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, Council
from tests.complaints.test_lists import queries_of
from tests.complaints.weekly import LATER, MP, Audience, Work, issue, make_work, version
from tests.factories import make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "kept")]
WEEKLY = "/reports/weekly/"


@pytest.fixture
def work(council: Council) -> Work:
    return make_work(council)


def text_of(answer: Any) -> str:
    """A page as it is read."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(html.unescape(words).split())


# --- as it stands -----------------------------------------------------------------------------------


def test_an_officer_sees_the_week_as_it_stands(council: Council, work: Work, client_for: Any) -> None:
    page = client_for(council.officer).get(WEEKLY)
    words = text_of(page)
    assert "Week 47, Mon 16 to Sun 22 November 2026" in words
    assert "Draft, not issued: as it stood on Friday 20 November 2026 at 10:00am." in words
    assert "No report was issued for week 46 (Mon 9 to Sun 15 November 2026)" in words
    assert "Area of concern" in words and "Concern: The press rang" in words
    for case in (work.enquiry, work.ward, work.complaint, work.elsewhere, work.hidden):
        assertContains(page, f'href="/cases/{case.reference}/"')
    assertContains(page, "Issue the report of this week")


def test_ones_own_page_says_that_restricted_lines_are_among_them(
    council: Council, work: Work, client_for: Any
) -> None:
    warned = "1 restricted case you may see is among these lines. What is issued leaves them out."
    assertContains(client_for(council.officer).get(WEEKLY), warned)
    assertNotContains(client_for(council.senior).get(WEEKLY), "you may see is among these lines")


def test_what_was_issued_above_or_below_is_said_before_issuing(
    council: Council, work: Work, client_for: Any
) -> None:
    issue(council)
    page = client_for(council.officer).get("/reports/weekly/issue/")
    assertContains(page, "Mo Manager issued the report of the whole council for this week")
    assertContains(client_for(council.officer).get("/reports/"), "In the report of the whole council")
    other = make_unit("Highways", code="HIGHWAYS-2")
    issue(council, other)
    assertNotContains(client_for(council.officer).get("/reports/weekly/issue/"), "the report of Highways")


def test_a_responder_sees_theirs_and_issues_nothing(council: Council, work: Work, client_for: Any) -> None:
    client = client_for(council.responder)
    page = client.get(WEEKLY)
    assertContains(page, work.complaint.reference)
    for case in (work.enquiry, work.elsewhere, work.hidden):
        assertNotContains(page, case.reference)
    assertNotContains(page, "Issue the report")
    assert client.get("/reports/weekly/issue/").status_code == 403
    assert client.get(f"{WEEKLY}?for=leadership").status_code == 403


def test_who_reads_no_cases_is_told_so(council: Council, client_for: Any) -> None:
    client = client_for(council.administrator)
    for address in (
        "/reports/",
        WEEKLY,
        "/reports/weekly/issue/",
        "/reports/weekly/download/csv/",
        "/reports/1/",
    ):
        assert client.get(address).status_code == 403


def test_every_number_leads_to_exactly_its_lines(
    council: Council, work: Work, client_for: Any, clock: Any
) -> None:
    """The badge said 31 and the list had 29 (trap 22)."""
    clock.move_to(LATER)
    cases.log(council, now=LATER, received=LATER.date(), unit=council.children)
    followed = 0
    for person in (council.officer, council.manager, council.responder, council.service_manager):
        client = client_for(person)
        page = client.get(WEEKLY).content.decode()
        for address, n in re.findall(r'<a class="govuk-link" href="(/cases/\?[^"]+)">([0-9,]+)</a>', page):
            listed = client.get(html.unescape(address))
            assert listed.context["page"].paginator.count == int(n), (person, address)
            followed += 1
    assert followed >= 40


def test_the_pages_ask_the_database_no_more_for_more_lines(council: Council, client_for: Any) -> None:
    client = client_for(council.manager)
    cases.triaged(council, "mp-enquiry", parties=MP)
    addresses = [WEEKLY, f"{WEEKLY}?for=lead-member", "/reports/weekly/issue/"]
    few = [queries_of(client, address) for address in addresses]
    for _ in range(4):
        cases.triaged(council, "mp-enquiry", parties=MP)
        cases.accepted(council)
    assert [queries_of(client, address) for address in addresses] == few
    report = version(issue(council), Audience.LEADERSHIP)
    assert queries_of(client, f"/reports/{report.pk}/") <= 12


def test_a_long_report_is_shown_a_service_at_a_time_and_whole_on_request(
    council: Council, work: Work, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "ON_ONE_PAGE", 2)
    client = client_for(council.manager)
    page = client.get(WEEKLY)
    assertContains(page, "Choose a service in the summary to see its lines")
    assertNotContains(page, work.complaint.reference)
    chosen = client.get(f"{WEEKLY}?service={council.education.pk}")
    assertContains(chosen, work.complaint.reference)
    assertContains(client.get(f"{WEEKLY}?whole=yes"), work.complaint.reference)
    for wrong in ("abc", "-1", "0", "9" * 30, "🙂"):
        assertNotContains(client.get(WEEKLY, {"service": wrong}), work.complaint.reference)


def test_with_nothing_open_it_says_so(council: Council, client_for: Any) -> None:
    cases.closed(council)
    client = client_for(council.service_manager)
    words = text_of(client.get(WEEKLY))
    assert "There is no open work here." in words and "No open case here is flagged" in words
    assert b"".join(client.get("/reports/weekly/download/csv/")).count(b"\n") == 1


# --- which week -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("week", "told"),
    [
        ("2026-W99", "is not a week"),
        ("2026-W54", "is not a week"),
        ("zz", "is not a week"),
        ("-1", "is not a week"),
        ("0", "is not a week"),
        ("9" * 400, "is not a week"),
        ("2026-W47\0", "Week 47"),
        ("🙂", "is not a week"),
        ("2026-W48", "is still to come"),
        ("9998-W01", "is still to come"),
        ("2026-W46", "is before the first case"),
        ("2020-W53", "is before the first case"),
        ("", "Week 47"),
    ],
)
def test_a_week_that_has_no_report_is_answered_in_words(
    council: Council, work: Work, client_for: Any, week: str, told: str
) -> None:
    answer = client_for(council.officer).get(WEEKLY, {"week": week})
    assert answer.status_code == 200
    assert told in text_of(answer)


def test_of_a_week_that_is_over_only_what_was_issued_is_kept(
    council: Council, work: Work, client_for: Any, clock: Any
) -> None:
    report = version(issue(council, council.children, by=council.officer), Audience.SERVICE, "Education")
    clock.move_to(LATER)
    client = client_for(council.service_manager)
    told = "Of a week that is over only what was issued is kept"
    assertContains(client.get(f"{WEEKLY}?week=2026-W48"), told)
    page = client.get(f"{WEEKLY}?week=2026-W47")
    assertNotContains(page, told)
    assertContains(page, f'href="/reports/{report.pk}/"')
    assertNotContains(client_for(council.outsider).get(f"{WEEKLY}?week=2026-W47"), "Education")
    assertContains(client_for(Role.RESPONDER).get(f"{WEEKLY}?week=2026-W47"), told)


def test_without_any_case_no_week_is_an_error(surrey: Any, client_for: Any) -> None:
    client = client_for(Role.CR_MANAGER)
    for week in ("", "2026-W47", "2026-W46", "1990-W01"):
        assert client.get(WEEKLY, {"week": week}).status_code == 200


WRONG: tuple[dict[str, Any], ...] = (
    {"for": "zz"},
    {"for": "service", "unit": "NOWHERE"},
    {"for": "service"},
    {"for": "member", "office": "Nobody at all"},
    {"for": "member"},
    {"for": "leadership", "at": "NOWHERE"},
    {"for": "leadership", "at": "EDUCATION\0"},
    {"for": ["leadership", "member"]},
    {"for": "lead-member", "at": "🙂"},
    {"page": "abc", "service": "x", "whole": "0"},
)


@pytest.mark.parametrize("asked", WRONG)
def test_what_is_asked_wrongly_is_never_a_fault(
    council: Council, work: Work, client_for: Any, asked: dict[str, Any]
) -> None:
    client = client_for(council.officer)
    for address in (WEEKLY, "/reports/weekly/issue/", "/reports/weekly/download/csv/", "/reports/"):
        assert client.get(address, asked).status_code in (200, 404), address
    assert client.get("/reports/weekly/download/exe/", asked).status_code == 404
    assert client.get("/reports/", {"page": "9" * 40}).status_code == 200


# --- issuing ----------------------------------------------------------------------------------------


def test_an_officer_issues_it_and_opens_it_again(council: Council, work: Work, client_for: Any) -> None:
    client = client_for(council.officer)
    page = client.get("/reports/weekly/issue/")
    for name in (
        "Senior leadership: Children",
        "The service: Education",
        "Ann Member, Elsewhere",
        "Bo Ward, Northfield",
    ):
        assertContains(page, name)
    for address in re.findall(r'href="(/reports/weekly/\?[^"]+)"', page.content.decode()):
        assertContains(client.get(html.unescape(address)), "This is what would be issued now.")
    assertRedirects(client.post("/reports/weekly/issue/", {"seen": "2026-W47.0"}), "/reports/")
    listed = client.get("/reports/")
    for report in IssuedReport.objects.all():
        assertContains(listed, f'href="/reports/{report.pk}/"')
        assertContains(
            client.get(f"/reports/{report.pk}/"),
            "Issued on Friday 20 November 2026 at 10:00am by Olu Officer",
        )


def test_issued_again_it_asks_why_and_keeps_what_was_typed(
    council: Council, work: Work, client_for: Any
) -> None:
    client = client_for(council.officer)
    client.post("/reports/weekly/issue/", {"seen": "2026-W47.0"})
    assertContains(client.get("/reports/weekly/issue/"), "issued again it is edition 2")
    twice = client.post("/reports/weekly/issue/", {"seen": "2026-W47.0", "reason": "Typed already"})
    assertContains(
        twice, "Olu Officer issued it on Friday 20 November 2026 at 10:00am, while you had this page open"
    )
    assertContains(twice, "Typed already")
    assertContains(
        client.post("/reports/weekly/issue/", {"seen": "2026-W47.1"}), "Say why it is issued again"
    )
    for seen in ("", "abc", "-1", "9" * 30, "2026-W47", "2026-W99.1", "\x00"):
        assert client.post("/reports/weekly/issue/", {"seen": seen, "reason": "x"}).status_code == 200
    assertRedirects(
        client.post("/reports/weekly/issue/", {"seen": "2026-W47.1", "reason": "A case was missing"}),
        "/reports/",
    )
    assert WeeklyIssue.objects.count() == 2
    old = IssuedReport.objects.filter(issue__edition=1).first()
    assertContains(client.get(f"/reports/{old.pk}/"), "A later edition of this report was issued")
    assertContains(client.get("/reports/"), "A case was missing")
    assertContains(client.get(WEEKLY), "Issue it again")


def test_who_was_told_that_somebody_was_quicker_can_press_again(
    council: Council, work: Work, client_for: Any
) -> None:
    client = client_for(council.officer)
    client.post("/reports/weekly/issue/", {"seen": "2026-W47.0"})
    told = client.post("/reports/weekly/issue/", {"seen": "2026-W47.0", "reason": "A case was missing"})
    again = {name: told.context["form"][name].value() for name in ("seen", "reason")}
    assert again == {"seen": "2026-W47.1", "reason": "A case was missing"}
    assertRedirects(client.post("/reports/weekly/issue/", again), "/reports/")
    assert WeeklyIssue.objects.count() == 2


def test_a_page_of_last_week_does_not_issue_this_weeks(
    council: Council, work: Work, client_for: Any, clock: Any
) -> None:
    """Opened before midnight on Sunday, pressed after it."""
    clock.move_to(datetime(2026, 11, 23, 0, 3, tzinfo=LONDON))
    client = client_for(council.officer)
    told = client.post("/reports/weekly/issue/", {"seen": "2026-W47.0"})
    assertContains(told, "Another week has begun since this page was opened")
    assert not WeeklyIssue.objects.exists()
    assertRedirects(
        client.post("/reports/weekly/issue/", {"seen": told.context["form"]["seen"].value()}), "/reports/"
    )
    assert WeeklyIssue.objects.get().week == "2026-W48"


def test_elsewhere_it_is_not_theirs_to_issue(council: Council, work: Work, client_for: Any) -> None:
    highways = make_unit("Highways", code="HIGHWAYS")
    client = client_for(council.officer)
    for at in ("", highways.code):
        assert client.get("/reports/weekly/issue/", {"at": at}).status_code == 403
        assert client.post(f"/reports/weekly/issue/?at={at}", {"seen": "2026-W47.0"}).status_code == 403
    assert not WeeklyIssue.objects.exists()
    assert (
        client_for(council.manager)
        .post("/reports/weekly/issue/?at=HIGHWAYS", {"seen": "2026-W47.0"})
        .status_code
        == 302
    )


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
def test_what_is_downloaded_is_on_record(council: Council, work: Work, client_for: Any, ending: str) -> None:
    answer = client_for(council.officer).get(f"/reports/weekly/download/{ending}/?for=service&unit=EDUCATION")
    assert answer.status_code == 200
    assert (
        answer["Content-Disposition"] == f'attachment; filename="weekly-report-2026-W47-education.{ending}"'
    )
    assert answer["Cache-Control"] == "private, no-store"
    told = history(EXPORTS).last().text
    assert told.sentence.startswith(
        f"Olu Officer downloaded 3 lines of cases as {ending}. Weekly report: Education"
    )


def the_worker_does_it() -> None:
    assert OrmQ.objects.exists()
    OrmQ.objects.all().delete()
    for file in ReportFile.objects.exclude(state=ReportFile.State.DONE):
        jobs.make_report_file(file.pk)


def test_a_pdf_is_made_by_the_worker_while_the_page_waits(
    council: Council, work: Work, client_for: Any
) -> None:
    report = version(issue(council), Audience.SERVICE, "Education")
    client = client_for(council.service_manager)
    answer = client.post(f"/reports/{report.pk}/pdf/", follow=True)
    file = ReportFile.objects.get()
    at = reverse("report-file", args=[file.pk])
    assert answer.redirect_chain[-1][0] == at
    assertContains(answer, "It waits for the worker")
    assert answer["Refresh"] == f"3; url={at}"
    assert "Refresh" not in client.get(f"{at}?still")
    client.post(f"/reports/{report.pk}/pdf/")  # pressed again
    assert ReportFile.objects.count() == 1 and OrmQ.objects.count() == 1
    ReportFile.objects.update(state="working", pages=3, expected=9, heard_at=NOW)
    assertContains(client.get(at), "Page 3 of about 9")
    assertRedirects(client.get(f"{at}download/"), at)
    the_worker_does_it()
    assertContains(client.get(at), "Download the PDF")
    assertContains(client.get(f"/reports/{report.pk}/"), f'href="{at}download/"')
    got = client.get(f"{at}download/")
    assert b"".join(got).startswith(b"%PDF-") and got["Content-Type"] == "application/pdf"
    assert 'filename="weekly-report-2026-W47-education.pdf"' in got["Content-Disposition"]
    assert history(EXPORTS).last().text.details["format"] == "pdf"


def test_a_draft_is_for_who_asked_for_it_and_for_a_day(
    council: Council, work: Work, client_for: Any, clock: Any
) -> None:
    client = client_for(council.service_manager)
    client.post("/reports/weekly/pdf/")
    client.post("/reports/weekly/pdf/")
    file = ReportFile.objects.get()  # takes the place of the one before
    the_worker_does_it()
    at = reverse("report-file-download", args=[file.pk])
    assert client.get(at).status_code == 200
    assert client_for(council.officer).get(at).status_code == 404
    clock.move_to(NOW + timedelta(days=1, minutes=1))
    assert actions.forget_drafts(now=NOW + timedelta(days=1, minutes=1)) == 1
    assert client_for(council.service_manager).get(at).status_code == 404


def test_what_failed_or_was_dropped_is_tried_again(council: Council, work: Work, client_for: Any) -> None:
    report = version(issue(council), Audience.SERVICE, "Education")
    client = client_for(council.officer)
    client.post(f"/reports/{report.pk}/pdf/")
    file = ReportFile.objects.get()
    at = reverse("report-file", args=[file.pk])
    ReportFile.objects.update(state="failed", problem="No room on the disk.", heard_at=NOW)
    assertContains(client.get(at), "No room on the disk.")
    assertRedirects(client.post(f"{at}again/"), at)
    file.refresh_from_db()
    assert (file.state, file.problem) == ("queued", "") and OrmQ.objects.count() == 2
    client.post(f"{at}again/")  # it is waiting already
    assert OrmQ.objects.count() == 2
    ReportFile.objects.update(state="working", heard_at=NOW - timedelta(minutes=4))
    page = client.get(at)
    assertContains(page, "Nothing was heard of it for some minutes")
    assert "Refresh" not in page
    client.post(f"{at}again/")
    assert OrmQ.objects.count() == 3


def test_a_pdf_with_a_case_restricted_since_is_not_for_who_may_not_read_it(
    council: Council, work: Work, client_for: Any
) -> None:
    from tests.complaints.test_issued_reports import restrict

    report = version(issue(council), Audience.SERVICE, "Education")
    client, officer = client_for(council.service_manager), client_for(council.officer)
    client.post(f"/reports/{report.pk}/pdf/")
    client.post("/reports/weekly/pdf/")
    the_worker_does_it()
    first, draft = ReportFile.objects.get(report=report), ReportFile.objects.get(report=None)
    restrict(council, work.complaint)
    for file in (first, draft):
        assert client.get(reverse("report-file-download", args=[file.pk])).status_code == 404
    assert officer.get(reverse("report-file-download", args=[first.pk])).status_code == 200
    assertNotContains(client.get(f"/reports/{report.pk}/"), f"/reports/files/{first.pk}/")
    client.post(f"/reports/{report.pk}/pdf/")
    assert ReportFile.objects.filter(report=report).count() == 2
    the_worker_does_it()
    second = ReportFile.objects.filter(report=report).exclude(pk=first.pk).get()
    assert client.get(reverse("report-file-download", args=[second.pk])).status_code == 200


def test_forms_come_back_to_their_page_without_one(council: Council, work: Work, client_for: Any) -> None:
    report = version(issue(council), Audience.LEADERSHIP)
    client = client_for(council.manager)
    assertRedirects(client.get(f"/reports/{report.pk}/pdf/"), f"/reports/{report.pk}/")
    assertRedirects(client.get("/reports/weekly/pdf/"), WEEKLY)


def test_very_long_names_and_no_names(council: Council, client_for: Any) -> None:
    long = "Nomenclature" * 16
    cases.log(council, summary=long, parties=[PartyDraft("mp", long, office=long)])
    cases.log(council, parties=[PartyDraft("councillor", "🙂", office="")])
    client: Client = client_for(council.officer)
    assert client.get("/reports/weekly/issue/").status_code == 200
    client.post("/reports/weekly/issue/", {"seen": "2026-W47.0"})
    for report in IssuedReport.objects.all():
        assert client.get(f"/reports/{report.pk}/").status_code == 200
    assert User.objects.exists()
