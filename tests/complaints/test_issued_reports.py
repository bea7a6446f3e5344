"""Reports that were issued: by whom, kept as they were, opened by whom, and with what was restricted since left out."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from accounts.actions import Refused, name_cover, rename_unit, revoke_grant
from accounts.models import Grant, Unit, User
from accounts.roles import Role
from audit.service import history, verify_all
from complaints import permissions
from complaints.actions import allocation, details, drafting, imports, reports
from complaints.importing.taking import undo
from complaints.models import Case, IssuedReport, ReportFile, Stage, WeeklyIssue
from complaints.queries import reports as queries
from complaints.queries import weekly
from complaints.queries.weekly_kept import plain
from tests.complaints import cases
from tests.complaints.cases import NOW, Council
from tests.complaints.permissions.world import holder
from tests.complaints.trackers import case_of, imported, row
from tests.complaints.weekly import MP, Audience, Work, issue, make_work, version
from tests.factories import make_grant, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[..., Any]
LEFT_OUT = "restricted, moved to another service or removed since"


@pytest.fixture(autouse=True)
def _refusals_are_not_logged() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def work(council: Council) -> Work:
    return make_work(council)


# --- issuing ----------------------------------------------------------------------------------------


def test_all_versions_are_issued_at_one_moment_and_agree(council: Council, work: Work) -> None:
    issued = issue(council)
    assert [(r.audience, r.about) for r in issued.reports.all()] == [
        (Audience.LEADERSHIP, "Whole council"),
        (Audience.SERVICE, "Education"),
        (Audience.SERVICE, "Safeguarding"),
        (Audience.LEAD_MEMBER, "Whole council"),
        (Audience.MEMBER, "Ann Member, Elsewhere"),
        (Audience.MEMBER, "Bo Ward, Northfield"),
    ]
    counts = {r.about + r.audience: sum(r.said["counts"].values()) for r in issued.reports.all()}
    assert (
        counts["Whole councilleadership"] == counts["Educationservice"] + counts["Safeguardingservice"] == 4
    )
    (event,) = history(reports.WEEKLY)
    assert event.text.sentence == "Mo Manager issued the report of 2026-W47 for the whole council."
    assert event.text.details["reports"] == 6
    assert verify_all() == []


def test_issued_again_it_is_another_edition_with_a_reason(council: Council, work: Work) -> None:
    first = issue(council)
    before = [(r.said, r.rows) for r in first.reports.all()]
    cases.log(council)
    with pytest.raises(Refused, match="Mo Manager issued it on Friday 20 November 2026 at 10:00am"):
        issue(council)
    with pytest.raises(Refused, match="Say why it is issued again") as refused:
        issue(council, seen=1, reason="  ")
    assert refused.value.field == "reason"
    second = issue(council, seen=1, reason="A case was missing")
    assert (second.edition, second.reason) == (2, "A case was missing")
    assert [(r.said, r.rows) for r in first.reports.all()] == before
    assert len(version(second, Audience.LEADERSHIP).rows["rows"]) == 5
    assert WeeklyIssue.objects.count() == 2


def test_it_is_issued_by_the_team_for_where_they_are(council: Council, work: Work) -> None:
    may, people = set(), people_of(council)
    for name, person in people.items():
        for unit in (None, council.children, council.education, Unit.objects.get(code="HIGHWAYS")):
            try:
                issue(council, unit, by=person)
            except Refused as refused:
                assert "Customer Relations Team" in refused.message
            else:
                may.add((name, unit and unit.name))
                IssuedReport.objects.all().delete()
                WeeklyIssue.objects.all().delete()
    everywhere = {None, "Children", "Education", "Highways"}
    assert may == {("the manager, everywhere", unit) for unit in everywhere} | {
        (name, unit)
        for name in ("the officer", "the senior officer", "a deputy of the officer")
        for unit in ("Children", "Education")
    } | {("an officer of Highways", "Highways")}


def test_a_deputy_issues_it_for_whom_they_cover(council: Council, work: Work) -> None:
    deputy = people_of(council)["a deputy of the officer"]
    issued = issue(council, council.children, by=deputy)
    assert (issued.by, issued.for_whom) == (deputy, council.officer)
    assert history(reports.WEEKLY).get().on_behalf_of_id == council.officer.pk


# --- as it was --------------------------------------------------------------------------------------


def test_it_opens_again_exactly_as_it_was(council: Council, work: Work, client_for: Browse) -> None:
    """A team moved and past reports changed with it (trap 25)."""
    issued = issue(council)
    report = version(issued, Audience.SERVICE, "Education")
    wanted = weekly.issuing(council.manager, None, now=NOW).service(council.education)
    client = client_for(council.service_manager)
    page = body(client.get(f"/reports/{report.pk}/"))
    assert "With the service" not in page and "SEND North" in page and work.complaint.reference in page

    rename_unit(unit=council.send_north, name="Northern Casework", by=None, now=NOW)
    rename_unit(unit=council.education, name="Learning", by=None, now=NOW)
    drafting.submit(case=work.complaint, by=council.responder, now=NOW, text="We are sorry.")
    Case.objects.filter(pk=work.complaint.pk).update(summary="Something else")
    User.objects.filter(pk=council.officer.pk).update(name="Olu Married")
    Stage.objects.filter(case=work.ward).update(red_at=NOW - timedelta(days=3))
    details.restrict(
        case=work.hidden, by=council.officer, now=NOW, restricted=False, reason="It is public now"
    )

    report = IssuedReport.objects.get(pk=report.pk)
    opened = queries.opened(report, council.service_manager, now=NOW)
    assert opened.weekly.compared(None) == wanted.compared(None)
    assert plain(opened.weekly) == (report.said, report.rows)
    assert body(client.get(f"/reports/{report.pk}/")) == page


def body(answer: Any) -> str:
    """What is between the heading and the foot of a page."""
    assert answer.status_code == 200
    text = answer.content.decode()
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", text)
    return text[text.index("<h1") : text.index("<footer")]


def test_the_next_weeks_trend_is_of_what_was_issued_not_of_what_is_known_now(
    council: Council, work: Work
) -> None:
    issue(council)
    Stage.objects.filter(closed_at__isnull=True).update(red_at=NOW - timedelta(days=9), clock="running")
    next_week = NOW + timedelta(days=7)
    report = version(issue(council, now=next_week), Audience.LEADERSHIP)
    opened = queries.opened(report, council.manager, now=next_week).weekly
    assert (opened.trend[0].red_was, opened.trend[0].red_now) == (0, 4)


# --- restricted since -------------------------------------------------------------------------------


def restrict(council: Council, case: Case, *readers: User) -> None:
    details.restrict(
        case=case,
        by=council.officer,
        now=NOW,
        restricted=True,
        readers=[council.officer, *readers],
        reason="A threat",
    )


def test_a_case_restricted_since_is_blanked_for_who_is_not_on_its_list(
    council: Council, work: Work, client_for: Browse
) -> None:
    issued = issue(council)
    restrict(council, work.complaint, council.responder)
    report = version(issued, Audience.SERVICE, "Education")
    page = client_for(council.service_manager).get(f"/reports/{report.pk}/").content.decode()
    assert work.complaint.reference not in page and "Rae Responder" not in page
    assert "Restricted since" in page and f"1 case in this report was {LEFT_OUT}" in page
    assert "SEND North" in page  # it is still counted
    seen = client_for(council.officer).get(f"/reports/{report.pk}/").content.decode()
    assert work.complaint.reference in seen and "Restricted since" not in seen
    for ending in ("csv", "xlsx", "ods"):
        answer = client_for(council.service_manager).get(f"/reports/{report.pk}/download/{ending}/")
        content = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code == 200 and work.complaint.reference.encode() not in content
    assert IssuedReport.objects.get(pk=report.pk).rows == report.rows


def test_outside_the_house_it_is_blanked_for_everybody(council: Council, work: Work) -> None:
    issued = issue(council)
    restrict(council, work.enquiry, council.manager)
    for audience, about in ((Audience.MEMBER, "Ann Member, Elsewhere"), (Audience.LEAD_MEMBER, "")):
        opened = queries.opened(version(issued, audience, about), council.manager, now=NOW)
        assert opened.left_out == (work.enquiry.pk,)
        assert work.enquiry.reference not in str(opened.weekly)
    leadership = queries.opened(version(issued, Audience.LEADERSHIP), council.manager, now=NOW)
    assert leadership.left_out == ()  # on the list, in the house


def test_a_case_that_went_to_another_service_is_blanked_for_who_may_not_open_it(
    council: Council, work: Work, client_for: Browse
) -> None:
    whole, own = issue(council), issue(council, council.education)
    told = [version(whole, Audience.SERVICE, "Education"), version(own, Audience.LEADERSHIP)]
    reference = work.complaint.reference
    for report in told:
        before = client_for(council.service_manager).get(f"/reports/{report.pk}/").content.decode()
        assert reference in before
    allocation.reallocate(
        case=work.complaint, by=council.manager, now=NOW, unit=council.safeguarding, reason="Theirs."
    )
    for report in told:
        page = client_for(council.service_manager).get(f"/reports/{report.pk}/").content.decode()
        assert reference not in page and "Moved since" in page
        assert f"1 case in this report was {LEFT_OUT}" in page
        assert reference in client_for(council.manager).get(f"/reports/{report.pk}/").content.decode()


def test_what_was_removed_since_does_not_live_on_in_a_report(council: Council) -> None:
    """An import that was undone: what it brought was in a report meanwhile, and in its PDF."""
    batch = imported(row(received=NOW.date()), by=council.senior, unit=council.children)
    case = case_of()
    cases.accepted(council)
    issued = issue(council)
    report = version(issued, Audience.LEADERSHIP)
    file, _ = reports.ask_file(report=report, left_out=(), by=council.manager, now=NOW)
    assert case.reference in str(report.rows)
    imports.begin_undo(batch=batch, by=council.senior, now=NOW)
    undo(batch, by=council.senior, clock=lambda: NOW)
    assert not Case.objects.filter(pk=case.pk).exists()
    assert all(case.reference not in str(one.rows) for one in issued.reports.all())
    assert not ReportFile.objects.filter(pk=file.pk).exists()
    opened = queries.opened(version(issued, Audience.LEADERSHIP), council.manager, now=NOW)
    assert sorted(one.gone for one in opened.weekly.rows) == ["", "Removed since"]
    assert opened.weekly.counts == report.said["counts"]


# --- who opens which --------------------------------------------------------------------------------


def people_of(council: Council) -> dict[str, User]:
    """One of each that may stand somewhere in relation to the service Education."""
    highways = make_unit("Highways", code="HIGHWAYS")
    roads = make_unit("Roads", code="ROADS", parent=highways)
    reading = [role for role in Role if role not in permissions.TEAM_ROLES]
    found = {f"{role.label} of Education": holder(role, council.education) for role in reading}
    found |= {
        "the officer": council.officer,
        "the senior officer": council.senior,
        "the manager, everywhere": council.manager,
        "a responder of a team": council.responder,
        "a responder of Safeguarding": council.outsider,
        "an auditor everywhere": council.auditor,
        "the administrator": council.administrator,
        "the director of Children": holder(Role.DIRECTOR, council.children),
        "an assistant director of another directorate": holder(Role.ASSISTANT_DIRECTOR, highways),
        "a service manager of a service elsewhere": holder(Role.SERVICE_MANAGER, roads),
        "an officer of Highways": holder(Role.CR_OFFICER, highways),
        "nobody": make_user("Nobody"),
        "a deputy of the officer": _deputy_of(council.officer),
        "a deputy of the auditor": _deputy_of(council.auditor),
        "somebody who lost the role": _former(council),
    }
    return found


def _deputy_of(absent: User) -> User:
    deputy = make_user(f"Deputy of {absent}")
    name_cover(absent=absent, deputy=deputy, first=NOW.date(), last=NOW.date(), by=None, now=NOW)
    return deputy


def _former(council: Council) -> User:
    person = make_user("Former Officer")
    make_grant(person, Role.CR_OFFICER, council.children, revoked_at=NOW)
    return person


TEAM = {"the officer", "the senior officer", "a deputy of the officer"}
EVERYWHERE = {"the manager, everywhere", "an auditor everywhere"}
# Roles that are held for the whole council whatever the unit.
COUNCIL = {"Corporate Complaints Team of Education", "Complaints Manager of Education"}
OF_EDUCATION = {
    "Senior Business Administrator of Education",
    "Responder of Education",
    "Service manager of Education",
    "Assistant Director of Education",
    "Director of Education",
    "Complaint co-ordinator of Education",
    "Auditor or leadership reader of Education",
}
AT_THE_TOP = {"the director of Children", "an assistant director of another directorate"}


def test_each_version_is_opened_by_exactly_whose_it_is(
    council: Council, work: Work, client_for: Browse
) -> None:
    people = people_of(council)
    whole = issue(council)
    children = issue(council, council.children, by=council.officer)
    expected = {
        version(whole, Audience.SERVICE, "Education"): TEAM
        | EVERYWHERE
        | COUNCIL
        | OF_EDUCATION
        | {"the director of Children"},
        version(whole, Audience.SERVICE, "Safeguarding"): TEAM
        | EVERYWHERE
        | COUNCIL
        | {"the director of Children", "a responder of Safeguarding"},
        version(whole, Audience.LEADERSHIP): EVERYWHERE | COUNCIL | AT_THE_TOP,
        version(whole, Audience.LEAD_MEMBER): {"the manager, everywhere"},
        version(whole, Audience.MEMBER, "Ann Member, Elsewhere"): {"the manager, everywhere"},
        version(children, Audience.LEADERSHIP): TEAM | EVERYWHERE | COUNCIL | {"the director of Children"},
        version(children, Audience.LEAD_MEMBER): TEAM | {"the manager, everywhere"},
        version(children, Audience.MEMBER, "Bo Ward, Northfield"): TEAM | {"the manager, everywhere"},
    }
    for name, person in people.items():
        client = client_for(permissions.afresh(person))
        listed = client.get("/reports/")
        for report, wanted in expected.items():
            told = (name, report.audience, report.about)
            may = name in wanted
            assert queries.may_open(permissions.afresh(person), report, now=NOW) == may, told
            codes = {client.get(f"/reports/{report.pk}/{rest}").status_code for rest in ("", "download/csv/")}
            reads = listed.status_code == 200
            assert codes == ({200} if may else {404} if reads else {403}), told
            assert (f'href="/reports/{report.pk}/"' in listed.content.decode()) == may, told


def test_access_is_asked_again_each_time(council: Council, work: Work, client_for: Browse) -> None:
    report = version(issue(council), Audience.SERVICE, "Education")
    client = client_for(council.service_manager)
    assert client.get(f"/reports/{report.pk}/").status_code == 200
    grant = Grant.objects.get(user=council.service_manager)
    make_grant(council.service_manager, Role.RESPONDER, council.send_north)
    revoke_grant(grant=grant, by=None, now=NOW)
    assert client.get(f"/reports/{report.pk}/").status_code == 404


def test_the_list_can_be_of_one_week(council: Council, work: Work, client_for: Browse) -> None:
    issue(council, now=NOW - timedelta(days=7))
    report = version(issue(council), Audience.LEADERSHIP)
    client = client_for(council.manager)
    page = client.get("/reports/?week=2026-W47")
    assert page.context["page"].paginator.count == 6
    assert f'href="/reports/{report.pk}/"' in page.content.decode()
    for wrong in ("zz", "🙂", "9" * 400, "2026-W99"):
        assert client.get("/reports/", {"week": wrong}).context["page"].paginator.count == 0
    assert client.get("/reports/").context["page"].paginator.count == 12


def test_a_report_that_is_not_there_is_answered_like_one_that_is_not_ones_own(
    council: Council, work: Work, client_for: Browse
) -> None:
    report = version(issue(council), Audience.LEADERSHIP)
    client = client_for(council.responder)
    for address in ("", "download/xlsx/", "pdf/"):
        post = client.post if address == "pdf/" else client.get
        assert {post(f"/reports/{pk}/{address}").status_code for pk in (report.pk, 10**15)} == {404}


def test_two_editions_with_one_number_cannot_be(
    council: Council, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = issue(council)
    monkeypatch.setattr(
        reports, "latest_issue", lambda week, unit: None
    )  # the other was not there yet when asked
    with pytest.raises(Refused, match="It was issued, while you had this page open"):
        issue(council)
    assert list(WeeklyIssue.objects.all()) == [first]


def test_an_mp_is_in_the_report_of_their_office_only(council: Council, work: Work) -> None:
    issued = issue(council)
    mine = version(issued, Audience.MEMBER, "Ann Member, Elsewhere")
    other = version(issued, Audience.MEMBER, "Bo Ward, Northfield")
    assert work.enquiry.reference in str(mine.rows) and work.ward.reference not in str(mine.rows)
    assert work.ward.reference in str(other.rows) and work.enquiry.reference not in str(other.rows)
    assert MP[1].name in mine.about and "Ann Member" not in str(other.said) + str(other.rows)
