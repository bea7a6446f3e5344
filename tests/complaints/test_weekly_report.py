"""What the weekly report says: the lines of the list, in its words, and to each who gets it no more than is theirs."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import rename_unit
from accounts.models import User
from complaints.actions import closing, happenings
from complaints.actions.closing import LearningDraft
from complaints.actions.parties import PartyDraft
from complaints.models import Case, Party, Stage
from complaints.queries import reports, weekly
from complaints.queries.line_views import line_views, with_all
from complaints.queries.lines import Show, lines
from complaints.queries.weeks import NotAWeek, Week
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, later
from tests.complaints.weekly import COUNCILLOR, LATER, MP, Audience, Work, issue, make_work, version
from tests.factories import make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(council: Council) -> Work:
    return make_work(council)


# --- weeks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["2026-W47", "2026-W01", "2026-W53", "2020-W53", "2027-W01"])
def test_a_week_is_read_and_written_alike(code: str) -> None:
    assert Week.read(code).code == code


@pytest.mark.parametrize(
    "code",
    ["", "zz", "2026-W00", "2026-W54", "2025-W53", "2026-W99", "2026W47", "0000-W10", "9999-W53", "2026-W4७"],
)
def test_what_is_no_week_is_told_how_to_be_one(code: str) -> None:
    with pytest.raises(NotAWeek, match="2026-W47"):
        Week.read(code)


def test_a_week_is_monday_to_sunday_also_at_new_year() -> None:
    week = Week.of(date(2027, 1, 3))
    assert (week.code, week.days) == ("2026-W53", "Mon 28 Dec 2026 to Sun 3 Jan 2027")
    assert (week.before.code, week.after.code) == ("2026-W52", "2027-W01")
    assert Week.of(NOW.date()).days == "Mon 16 to Sun 22 November 2026"


# --- lines ------------------------------------------------------------------------------------------


def everybody(council: Council) -> dict[str, User]:
    people = [council.officer, council.senior, council.manager, council.responder, council.service_manager]
    people += [council.director, council.auditor, council.administrator, council.outsider]
    return {person.name: person for person in people} | {"nobody": make_user("Nobody")}


def test_everybody_finds_exactly_the_lines_of_their_list(council: Council, work: Work) -> None:
    """The badge said 31 and the list had 29 (trap 22)."""
    counts = {}
    for name, person in everybody(council).items():
        report = weekly.own(person, now=LATER)
        listed = lines(person, Show.WORK, now=LATER)
        assert len(report.rows) == listed.count(), name
        assert sorted(row.reference for row in report.rows) == sorted(
            listed.values_list("case__reference", flat=True)
        ), name
        assert sum(len(service.rows) for service in report.services) == len(report.rows), name
        assert sum(report.counts.values()) == len(report.rows), name
        counts[name] = len(report.rows)
    assert counts["Olu Officer"] == 5
    assert counts["Mo Manager"] == 4  # not on the list of the restricted one
    assert counts["Adi Administrator"] == counts["nobody"] == 0


def test_a_line_is_said_in_the_words_of_the_list(council: Council, work: Work) -> None:
    for make in (cases.sent, cases.submitted):
        make(council)
    cases.log(council, anonymous=True, parties=[])
    for now in (NOW, LATER):
        rows = weekly.own(council.officer, now=now).rows
        views = line_views(list(with_all(lines(council.officer, Show.WORK, now=now))), now=now)
        assert sorted(
            (r.reference, r.stage, r.colour, r.tag, r.days, r.left, r.due, r.owner, r.waits_for, r.next_step)
            for r in rows
        ) == sorted(
            (
                v.stage.case.reference,
                v.name,
                v.colour.value,
                v.tag,
                v.days,
                v.left,
                v.due,
                v.owner,
                v.waits_for,
                v.next_step,
            )
            for v in views
        )


def test_the_longest_overdue_is_first(council: Council, work: Work) -> None:
    rows = weekly.own(council.officer, now=LATER).rows
    red = [row for row in rows if row.overdue]
    assert red and rows[: len(red)] == tuple(red)
    due = [row.due_on for row in red]
    assert due == sorted(due)


def test_a_team_stands_below_its_service_and_a_directorate_by_itself(council: Council) -> None:
    cases.accepted(council)
    cases.log(council)
    cases.log(council, unit=council.children)
    report = weekly.own(council.manager, now=NOW)
    assert [(s.name, [team.label for team in s.teams]) for s in report.services] == [
        ("Children", ["Children itself"]),
        ("Education", ["Education itself", "SEND North"]),
    ]


def test_concerns_and_overdue_changes_of_procedure_stand_out(council: Council) -> None:
    """S14 and S6.2."""
    risky = cases.log(council, risk=True, risk_note="The press rang")
    case = cases.sent(council)
    change = next(t for t in closing.learning_types(case) if t.code == "change")
    action = next(t for t in closing.learning_types(case) if t.code == "action")
    drafts = [
        LearningDraft("Change the letter", council.send_north, change, due_on=date(2026, 12, 1)),
        LearningDraft("Say sorry", council.send_north, action),
    ]
    closing.close(case=case, by=council.officer, now=NOW, learning=drafts)
    soon, late = (weekly.own(council.manager, now=now) for now in (NOW, later(days=60)))
    assert [row.reference for row in soon.concerns] == [risky.reference]
    assert [row.concern for row in soon.concerns] == ["The press rang"]
    assert soon.changes == ()
    assert [(row.reference, row.stage) for row in late.changes] == [
        (case.reference, "Learning: Change of process or procedure")
    ]
    assert len([row for row in late.overdue if row.reference == case.reference]) == 2


def test_the_number_of_queries_does_not_grow_with_the_lines(council: Council) -> None:
    def queries() -> tuple[int, int]:
        made = []
        for ask in (
            lambda: weekly.own(User.objects.get(pk=council.officer.pk), now=NOW),
            lambda: reports_of(council),
        ):
            with CaptureQueriesContext(connection) as found:
                ask()
            made.append(len(found))
        return made[0], made[1]

    cases.triaged(council, "mp-enquiry", parties=MP)
    queries()
    few = queries()
    for _ in range(3):
        cases.triaged(council, "mp-enquiry", parties=COUNCILLOR)
        cases.accepted(council)
    assert queries() == few
    assert max(few) <= 15


def reports_of(council: Council) -> Any:
    what = weekly.issuing(User.objects.get(pk=council.manager.pk), None, now=NOW)
    return what.leadership(), what.lead_member(), [what.member(office) for office in what.offices]


# --- restricted cases -------------------------------------------------------------------------------


def test_restricted_cases_are_a_number_of_the_whole_council_and_never_a_small_one(
    council: Council, work: Work
) -> None:
    """DESIGN 8."""
    assert weekly.own(council.manager, now=NOW).restricted == "fewer than 5"
    assert weekly.own(council.officer, now=NOW).restricted == ""  # reads Children only
    for _ in range(5):
        cases.log(council, restricted=True, readers=[council.senior])
    assert weekly.own(council.manager, now=NOW).restricted == "5 to 9"
    for what in (
        weekly.issuing(council.manager, None, now=NOW),
        weekly.issuing(council.officer, council.children, now=NOW),
    ):
        made = [
            what.leadership(),
            what.lead_member(),
            *map(what.service, what.services),
            *map(what.member, what.offices),
        ]
        shown = {row.case for report in made for row in report.rows}
        assert shown and not shown & set(Case.objects.filter(restricted=True).values_list("pk", flat=True))
        assert {report.restricted for report in made[1:]} == {""}
    assert weekly.issuing(council.manager, None, now=NOW).leadership().restricted == "5 to 9"


def test_who_is_on_the_list_finds_the_restricted_case_among_theirs(council: Council, work: Work) -> None:
    shown = [row.reference for row in weekly.own(council.officer, now=NOW).rows if row.restricted]
    assert shown == [work.hidden.reference]


# --- versions ---------------------------------------------------------------------------------------


def test_a_service_gets_its_own_lines_and_leadership_all(council: Council, work: Work) -> None:
    what = weekly.issuing(council.manager, None, now=NOW)
    assert [unit.name for unit in what.services] == ["Education", "Safeguarding"]
    education, safeguarding = (what.service(unit) for unit in what.services)
    assert {row.reference for row in safeguarding.rows} == {work.elsewhere.reference}
    assert {row.service_name for row in education.rows} == {"Education"}
    assert len(what.leadership().rows) == len(education.rows) + len(safeguarding.rows) == 4
    assert {row.about for row in what.leadership().rows} == {""}
    assert "Where is the plan" in {row.about for row in education.rows}


def test_the_lead_members_office_reads_the_elected_first_with_route_and_update(
    council: Council, work: Work
) -> None:
    """S2.1: the route of each, and whether and when an update comes."""
    happenings.give_date(
        case=work.enquiry,
        by=council.officer,
        now=NOW,
        milestone="update",
        day=date(2026, 12, 4),
        said_by="Olu Officer",
        stage=Stage.objects.get(case=work.enquiry),
    )
    down = cases.allocated(council, parties=MP)
    fresh = cases.log(council, parties=MP)
    rows = weekly.issuing(council.officer, council.children, now=NOW).lead_member().rows
    assert [bool(row.office) for row in rows] == sorted((bool(row.office) for row in rows), reverse=True)
    told = {(row.reference, row.stage): (row.office, row.route, row.update) for row in rows}
    name = "MP or councillor enquiry"
    assert told[work.enquiry.reference, name] == (
        "Ann Member, Elsewhere",
        "Enquiry",
        "Update the MP or councillor: Friday 4 December 2026",
    )
    assert told[work.ward.reference, name] == ("Bo Ward, Northfield", "Enquiry", "")
    assert told[down.reference, name] == (
        "Ann Member, Elsewhere",
        "Complaint",
        "Share a copy of the response: Thursday 3 December 2026",
    )
    assert told[fresh.reference, name][1] == "Not decided yet"
    assert {row.about for row in rows} == {""} and not any(row.risk for row in rows)
    assert not any("Example" in str(row) for row in rows)


def test_learning_is_no_enquiry(council: Council) -> None:
    case = cases.sent(council)
    Party.objects.create(case=case, position=9, role="mp", name="Ann Member")
    what = closing.learning_types(case)[0]
    closing.close(
        case=case,
        by=council.officer,
        now=NOW,
        learning=[LearningDraft("Say sorry", council.send_north, what)],
    )
    made = weekly.issuing(council.manager, None, now=NOW)
    assert not any(row.beside for row in made.lead_member().rows)
    assert any(row.beside for row in made.leadership().rows)


def test_an_office_gets_its_own_enquiries_however_it_is_written(council: Council, work: Work) -> None:
    again = cases.log(council, parties=[PartyDraft("mp", "ANN  MEMBER", office="elsewhere")])
    neighbour = cases.log(council, parties=[PartyDraft("councillor", "Cy Ward", office="Northfield")])
    what = weekly.issuing(council.officer, council.children, now=NOW)
    assert what.offices == ["Ann Member, Elsewhere", "Bo Ward, Northfield", "Cy Ward, Northfield"]
    shown = {office: {row.reference for row in what.member(office).rows} for office in what.offices}
    assert shown["Ann Member, Elsewhere"] == {work.enquiry.reference, again.reference}
    assert shown["Bo Ward, Northfield"] == {work.ward.reference}  # not the other councillor's of the ward
    assert shown["Cy Ward, Northfield"] == {neighbour.reference}


# --- the week before --------------------------------------------------------------------------------


def test_nothing_is_compared_with_a_report_that_was_not_issued(council: Council, work: Work) -> None:
    week = Week.of(LATER.date())
    assert reports.own_before(council.officer, week, now=LATER) is None
    assert weekly.own(council.officer, now=LATER).trend == ()
    issue(council)  # two weeks and more before
    assert reports.own_before(council.officer, week, now=LATER) is None


def test_it_is_compared_with_what_was_issued_the_week_before(council: Council, work: Work) -> None:
    issue(council, now=LATER - timedelta(days=7))
    rename_unit(unit=council.safeguarding, name="Family Safeguarding", by=None, now=LATER)
    cases.log(council, now=LATER, received=LATER.date())
    week = Week.of(LATER.date())
    before = reports.own_before(council.manager, week, now=LATER)
    report = weekly.own(council.manager, now=LATER, before=before)
    told = {line.name: (line.was, line.now, line.red_was, line.red_now) for line in report.trend}
    assert told == {
        "All open work": (4, 5, 1, 2),
        "Education": (3, 4, 0, 1),
        "Family Safeguarding": (1, 1, 1, 1),
    }
    mine = weekly.own(
        council.responder, now=LATER, before=reports.own_before(council.responder, week, now=LATER)
    )
    assert [(line.name, line.was, line.now) for line in mine.trend] == [("All open work", 1, 1)]


def test_a_version_is_compared_with_its_own_of_the_week_before(council: Council, work: Work) -> None:
    issue(council, now=LATER - timedelta(days=7))
    second = issue(council, now=LATER)
    said = {(r.audience, r.about): r.said["before"]["counts"] for r in second.reports.all()}
    assert sum(said[Audience.LEADERSHIP, "Whole council"].values()) == 4
    assert sum(said[Audience.SERVICE, "Safeguarding"].values()) == 1
    assert sum(said[Audience.MEMBER, "Ann Member, Elsewhere"].values()) == 1
    other = issue(council, council.children, by=council.officer, now=LATER)
    assert version(other, Audience.LEADERSHIP).said["before"] is None  # that was of the whole council


def test_teams_without_a_service_are_their_own(council: Council) -> None:
    desk = make_unit("Front desk", parent=council.children, kind="team", code="DESK")
    cases.log(council, unit=desk)
    report = weekly.own(council.manager, now=NOW)
    assert [(s.name, s.asks) for s in report.services] == [
        ("Front desk", {"show": Show.WORK, "unit": "DESK", "only": True})
    ]
    assert desk in weekly.issuing(council.manager, None, now=NOW).services
