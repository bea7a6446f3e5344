"""The weekly report: as it stands, issued, as files. What it says is made in `complaints.queries.weekly`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.going_back import form_only
from accounts.guards import signed_in
from accounts.models import Unit, User
from complaints.actions import reports as actions
from complaints.actions.exporting import exported
from complaints.forms.reports import IssueForm
from complaints.jobs import report_file_later
from complaints.models import IssuedReport, ReportFile, WeeklyIssue
from complaints.papers import serve, store
from complaints.queries import reports as queries
from complaints.queries import weekly
from complaints.queries.lines import Show, lines
from complaints.queries.weekly import Weekly
from complaints.queries.weekly_rows import office_key
from complaints.queries.weeks import NotAWeek, Week
from complaints.reports.weekly import FORMATS, file_name, issued_words
from complaints.views.case_lists import reader
from complaints.views.line_downloads import saved
from slas.core.calendar import london_date

Audience = IssuedReport.Audience
PAGE_SIZE = 50
ON_ONE_PAGE = 300
"""Lines of a report that is shown whole; a longer one is shown a service at a time."""
OVERDUE = 100
"""Overdue lines shown at the top of a report that is not shown whole."""
REFRESHED = 3
"""Seconds after which the page of a PDF that is being made is loaded again."""
PDF = "application/pdf"
ASKED = ("for", "at", "unit", "office")
"""What in the address says which version of a report is meant."""


@dataclass(frozen=True)
class Asked:
    """A live report as its address asks for it: one's own, or a version to be issued at `seat`."""

    weekly: Weekly
    query: str
    seat: Unit | None = None

    @property
    def own(self) -> bool:
        return self.weekly.live


def _given(request: HttpRequest, name: str) -> str:
    return " ".join(request.GET.get(name, "").replace("\0", "").split())


# --- as it stands -----------------------------------------------------------------------------------


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The report of a week (`?week=2026-W47`): the present one as it stands, an earlier one as it was issued."""
    user, now = reader(request), timezone.now()
    present = Week.of(london_date(now))
    asked_week = _given(request, "week")
    try:
        week = Week.read(asked_week) if asked_week else present
    except NotAWeek as error:
        return _no_report(request, present, str(error))
    if week > present:
        told = f"Week {week.number}, {week.days}, is still to come. There is nothing to report yet."
        return _no_report(request, present, told)
    if week < present:
        return _past(request, user, week, present, now)
    asked = _asked(request, user, now)
    context = {
        "asked": asked,
        "issued": issued_words(None, asked.weekly),
        "there": _of_week(user, week, now).exists(),
        "seats": [s.unit for s in queries.seats(user, now=now)],
        "download": f"{reverse('weekly-download', args=['ending'])}?{asked.query}",
        **_shown(request, asked.weekly, user, now),
    }
    return render(request, "complaints/reports/weekly.html", context)


def _no_report(request: HttpRequest, present: Week, told: str) -> HttpResponse:
    return render(request, "complaints/reports/no_week.html", {"told": told, "present": present})


def _past(request: HttpRequest, user: User, week: Week, present: Week, now: datetime) -> HttpResponse:
    """What was issued for a week that is over. Nothing else of it is kept, and nothing is made up."""
    came = lines(user, Show.CASES, now=now).order_by("received_on", "case")
    first = came.values_list("received_on", flat=True).first()
    there = list(_of_week(user, week, now))
    if first is not None and week.last < first and not there:
        told = f"Week {week.number}, {week.days}, is before the first case you may see. There is nothing to report."
        return _no_report(request, present, told)
    context = {"week": week, "present": present, "there": there}
    return render(request, "complaints/reports/past.html", context)


def _of_week(user: User, week: Week, now: datetime) -> QuerySet[IssuedReport]:
    found = queries.visible_reports(user, now=now).filter(issue__week=week.code).defer("rows", "said")
    return found.order_by("issue__at", "-issue__edition", "position")


def _asked(request: HttpRequest, user: User, now: datetime) -> Asked:
    """The report that the address asks for. A 404 for a unit there is none of; refused for a version that is not theirs
    to issue."""
    query = urlencode([(name, _given(request, name)) for name in ASKED if _given(request, name)])
    audience = _given(request, "for")
    if audience not in Audience.values:
        week = Week.of(london_date(now))
        return Asked(weekly.own(user, now=now, before=queries.own_before(user, week, now=now)), query)
    seat = _seat(request, user, now)
    what = weekly.issuing(user, seat, now=now)
    about: Unit | None = seat
    if audience == Audience.SERVICE:
        code = _given(request, "unit")
        about = next((unit for unit in what.services if unit.code == code), None)
        if about is None:
            raise Http404(f"No service of this report has the code {code}.")
        made = what.service(about)
    elif audience == Audience.MEMBER:
        made = what.member(_office(request, what))
    else:
        made = what.leadership() if audience == Audience.LEADERSHIP else what.lead_member()
    before = queries.Befores(what.week, seat).of(audience, about, made.about)
    return Asked(made.compared(before), query, seat)


def _office(request: HttpRequest, what: weekly.Issuing) -> str:
    key = office_key(_given(request, "office"))
    office = next((one for one in what.offices if office_key(one) == key), None)
    if office is None:
        raise Http404("No open enquiry is from this office.")
    return office


def _seat(request: HttpRequest, user: User, now: datetime) -> Unit | None:
    """The unit (None: the whole council) that `?at=` says the report is issued for; the first of theirs otherwise."""
    theirs = queries.seats(user, now=now)
    if not theirs:
        raise PermissionDenied("The versions of the report are made and sent by the Customer Relations Team.")
    if "at" not in request.GET:
        return theirs[0].unit
    code = _given(request, "at")
    unit = get_object_or_404(Unit, code=code) if code else None
    if queries.may_issue(user, unit, now=now) is None:
        raise PermissionDenied("The report of another part of the council is issued by the team there.")
    return unit


def _shown(request: HttpRequest, report: Weekly, user: User, now: datetime) -> dict[str, Any]:
    """What of a report goes on one page: all of it where it is short or asked for whole, else one service."""
    whole = "whole" in request.GET or len(report.rows) <= ON_ONE_PAGE
    chosen = _given(request, "service")
    services = report.services if whole else tuple(s for s in report.services if str(s.unit) == chosen)
    overdue = report.overdue if whole else report.overdue[:OVERDUE]
    others = report.others if whole else report.others[:ON_ONE_PAGE]
    rows = {row for service in services for row in service.rows} | {
        *overdue,
        *report.concerns,
        *report.changes,
    }
    if not report.whole_lines:
        rows |= {*report.elected, *others}
    return {
        "weekly": report,
        "whole": whole,
        "shown": services,
        "chosen": chosen,
        "overdue": overdue,
        "others": others,
        "further": not whole and report.whole_lines,
        "formats": FORMATS.values(),
        "linked": queries.linked(rows, user, now=now),
    }


@signed_in
def download(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The report as it stands, as a spreadsheet."""
    user, now = reader(request), timezone.now()
    return _file(user, _asked(request, user, now).weekly, ending, request.GET.urlencode(), now)


def _file(user: User, report: Weekly, ending: str, query: str, now: datetime) -> HttpResponseBase:
    format_ = FORMATS.get(ending)
    if format_ is None:
        raise Http404(f"Reports are not made as {ending}.")
    content = format_.make(report)
    what = f"{report.title}, {report.week.code}"
    exported(by=user, what=what, query=query, lines=len(report.rows), format_=ending, now=now)
    return saved(content, file_name(report, ending), format_.content_type)


# --- issuing ----------------------------------------------------------------------------------------


@signed_in
def issue(request: HttpRequest) -> HttpResponse:
    """Issue the present week's report: what will be made, and one button."""
    user, now = reader(request), timezone.now()
    seat = _seat(request, user, now)
    week = Week.of(london_date(now))
    last = queries.latest_issue(week, seat)
    form = IssueForm(request.POST or None, seen=actions.seen_of(week, last), last=last)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.issue(
                unit=seat,
                by=user,
                now=now,
                seen=form.cleaned_data["seen"],
                reason=form.cleaned_data.get("reason", ""),
            )
        except Refused as refused:
            # What was typed stays; the page is now of what there is now.
            last = queries.latest_issue(week, seat)
            seen = actions.seen_of(week, last)
            form = IssueForm({**request.POST.dict(), "seen": seen}, seen=seen, last=last)
            form.is_valid()
            add_refusal(form, refused)
        else:
            where = seat or "the whole council"
            messages.success(request, f"The report of {Week.read(row.week)} was issued for {where}.")
            return redirect("reports")
    what = weekly.issuing(user, seat, now=now)
    context = {
        "form": form,
        "what": what,
        "versions": [_described(*version, seat) for version in actions.versions(what)],
        "last": last,
        "others": queries.issued_beside(week, seat),
        "seats": [s.unit for s in queries.seats(user, now=now) if s.unit != seat],
    }
    return render(request, "complaints/reports/issue.html", context)


def _described(audience: str, unit: Unit | None, report: Weekly, seat: Unit | None) -> dict[str, str]:
    """A version to be issued: for whom, what it has, and the address that shows it."""
    asked = {"for": audience, "at": seat.code if seat else ""}
    if audience == Audience.SERVICE and unit:
        asked["unit"] = unit.code
    if audience == Audience.MEMBER:
        asked["office"] = report.about
    names = {
        Audience.LEADERSHIP: f"Senior leadership: {report.about}",
        Audience.SERVICE: f"The service: {report.about}",
        Audience.LEAD_MEMBER: "The lead member's office",
        Audience.MEMBER: report.about,
    }
    lines, red = len(report.rows), len(report.overdue)
    has = f"{lines:,} line{'' if lines == 1 else 's'}, {red:,} overdue"
    return {"label": names[Audience(audience)], "has": has, "query": urlencode(asked)}


# --- what was issued --------------------------------------------------------------------------------


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Every issued report one may open, the latest first; with `?week=`, those of a week."""
    user, now = reader(request), timezone.now()
    found = queries.visible_reports(user, now=now).defer("rows", "said")
    if week := _given(request, "week"):
        found = found.filter(issue__week=week)
    page = Paginator(found.order_by("-issue__issued_at", "-issue_id", "position"), PAGE_SIZE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "present": Week.of(london_date(now)),
        "issues": bool(queries.seats(user, now=now)),
        "week": week,
    }
    return render(request, "complaints/reports/index.html", context)


def _opened(request: HttpRequest, pk: int) -> queries.Opened:
    """An issued report as this person may read it today, or a 404."""
    user, now = reader(request), timezone.now()
    report = get_object_or_404(queries.visible_reports(user, now=now), pk=pk)
    return queries.opened(report, user, now=now)


@signed_in
def issued(request: HttpRequest, pk: int) -> HttpResponse:
    """A report that was issued, as it was."""
    found = _opened(request, pk)
    issue = found.report.issue
    later = WeeklyIssue.objects.filter(week=issue.week, at=issue.at, edition__gt=issue.edition).exists()
    context = {
        "report": found.report,
        "left_out": found.left_out,
        "issued": issued_words(found.report, found.weekly),
        "later": later,
        "file": found.report.files.filter(apart=found.apart).defer("draft").first(),
        "download": reverse("report-download", args=[pk, "ending"]),
        **_shown(request, found.weekly, reader(request), timezone.now()),
    }
    return render(request, "complaints/reports/issued.html", context)


@signed_in
def issued_download(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    """A report that was issued, as a spreadsheet."""
    found = _opened(request, pk)
    return _file(reader(request), found.weekly, ending, f"report={pk}", timezone.now())


# --- PDFs -------------------------------------------------------------------------------------------


@signed_in
@form_only("report")
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the PDF of an issued report made, or find it made."""
    found, now = _opened(request, pk), timezone.now()
    file, new = actions.ask_file(report=found.report, left_out=found.left_out, by=reader(request), now=now)
    if new or actions.again(file=file, now=now):
        report_file_later(file)
    return redirect("report-file", file.pk)


@signed_in
@form_only("weekly-report")
def draft_pdf(request: HttpRequest) -> HttpResponse:
    """Have a PDF made of the report as it stands, for oneself."""
    user, now = reader(request), timezone.now()
    file = actions.ask_draft(weekly=_asked(request, user, now).weekly, by=user, now=now)
    report_file_later(file)
    return redirect("report-file", file.pk)


def _visible_file(request: HttpRequest, pk: int) -> ReportFile:
    """The PDF, or a 404."""
    found = queries.visible_file(reader(request), pk, now=timezone.now())
    if found is None:
        raise Http404("There is no such PDF, or something in it may not be read any more.")
    return found


@signed_in
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a PDF is. Loaded again by itself, unless somebody asked to leave it as it is (`?still`)."""
    found, now = _visible_file(request, pk), timezone.now()
    heard = found.heard_at or found.created_at
    stalled = found.under_way and now - heard > actions.QUIET
    still = "still" in request.GET
    context = {"file": found, "stalled": stalled, "still": still, "title": queries.content_of(found).title}
    response = render(request, "complaints/reports/file.html", context)
    if found.under_way and not still and not stalled:
        # As a header and not in the page: with "still" it can be turned off.
        response["Refresh"] = f"{REFRESHED}; url={reverse('report-file', args=[pk])}"
    return response


@signed_in
@form_only("report-file")
def file_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a PDF made anew that failed or seems to have been dropped."""
    found = _visible_file(request, pk)
    if actions.again(file=found, now=timezone.now()):
        report_file_later(found)
    return redirect("report-file", pk)


@signed_in
def file_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A PDF that is made."""
    found = _visible_file(request, pk)
    if found.state != ReportFile.State.DONE:
        return redirect("report-file", pk)
    report, user = queries.content_of(found), cast(User, request.user)
    try:
        content = store.open_(settings.DOCUMENTS_DIR, found.key)
    except store.NotKept as error:
        raise Http404("The file is not there any more.") from error
    what = f"{report.title}, {report.week.code}"
    query = f"report={found.report_id or 'draft'}"
    exported(by=user, what=what, query=query, lines=len(report.rows), format_="pdf", now=timezone.now())
    return serve.attachment(content, file_name(report, "pdf"), PDF)
