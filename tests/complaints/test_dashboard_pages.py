"""The dashboard: the open work counted by everything, what came and went by week, and what was late."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Unit
from accounts.roles import Role
from complaints.actions import allocation, closing, sending
from complaints.models import Case, Entry, Stage
from complaints.queries import dashboard as queries
from complaints.queries.counted import Row, Table
from complaints.queries.dashboard import By, Cube
from complaints.queries.scope import Scope
from complaints.templatetags import charts
from complaints.templatetags.charts import Bar, Kind
from slas.core.calendar import LONDON
from slas.models import PolicyVersion
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry
from tests.complaints.test_lists import queries_of
from tests.factories import make_grant, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DASHBOARD = "/dashboard/"


def shown(client: Client, **asked: str) -> dict[str, Any]:
    response = client.get(DASHBOARD, asked)
    assert response.status_code == 200
    return {key: response.context[key] for key in response.context.keys()}  # noqa: SIM118 a ContextList


def said(table: Table) -> dict[str, list[int]]:
    """The numbers of each row of a table, and of the parts of rows, by label."""
    rows = [row for whole in table.rows for row in (whole, *whole.parts)]
    return {row.label: [number.n for number in row.numbers] for row in rows}


def row_of(table: Table, label: str) -> Row:
    return next(r for whole in table.rows for r in (whole, *whole.parts) if r.label == label)


def listed(client: Client, query: str) -> int:
    """How many lines the list of cases says it has."""
    response = client.get(f"{reverse('cases')}?{query}")
    assert response.status_code == 200
    return int(response.context["page"].paginator.count)


# --- who sees what ----------------------------------------------------------------------------------


def test_everybody_begins_with_what_their_roles_cover(council: Council, client_for: Any) -> None:
    cases.accepted(council)  # SEND North
    cases.log(council)  # Education itself
    cases.log(council, unit=council.safeguarding)
    cases.log(council, restricted=True, readers=[council.officer])
    shown_to = {
        part: (page["scope"].name, page["units"].total.numbers[0].n)
        for part in ("manager", "auditor", "officer", "service_manager", "director", "responder", "outsider")
        if (page := shown(client_for(getattr(council, part))))
    }
    assert shown_to == {
        "manager": ("Whole council", 3),
        "auditor": ("Whole council", 3),
        "officer": ("Children", 4),
        "service_manager": ("Education", 2),
        "director": ("Education", 2),
        "responder": ("SEND North", 1),
        "outsider": ("Safeguarding", 1),
    }


def test_only_for_those_who_read_cases(council: Council, client_for: Any) -> None:
    assert client_for(council.administrator).get(DASHBOARD).status_code == 403
    assert client_for().get(DASHBOARD).status_code == 403


def test_it_says_what_it_counts_and_as_of_when(council: Council, client_for: Any) -> None:
    response = client_for(council.officer).get(DASHBOARD)
    assertContains(response, "one line for each open stage or learning action")
    assertContains(response, "as of 10:00am on Friday 20 November 2026")
    assertContains(response, "No open work")


def test_an_officer_sees_their_own_first(council: Council, client_for: Any) -> None:
    cases.log(council)
    case = cases.log(council)
    allocation.take_on(case=case, by=council.senior, now=NOW, officer=council.senior, reason="")
    client = client_for(council.officer)
    own = shown(client)["own"]
    assert [(row.label, row.numbers[0].n) for row in (*own.rows, own.total)] == [
        ("Olu Officer", 1),
        ("All open work", 2),
    ]
    assert listed(client, own.rows[0].numbers[0].query) == 1
    body = client.get(DASHBOARD).content.decode()
    assert body.index('id="yours"') < body.index('id="by-unit"')
    assertNotContains(client_for(council.director).get(DASHBOARD), 'id="yours"')


# --- by unit: down and up ---------------------------------------------------------------------------


def test_a_service_is_everything_below_it_and_what_stands_on_it_is_told_apart(
    council: Council, client_for: Any
) -> None:
    for _ in range(2):
        cases.accepted(council)
    cases.log(council)
    cases.log(council, unit=council.safeguarding)
    client = client_for(council.officer)
    units = shown(client)["units"]
    assert {label: numbers[0] for label, numbers in said(units).items()} == {
        "Education": 3,
        "SEND North": 2,
        "Education itself": 1,
        "Safeguarding": 1,
    }
    assert units.wrong == ()
    for label, query in (
        ("Education", "show=work&unit=EDUCATION"),
        ("Education itself", "show=work&unit=EDUCATION&only=yes"),
    ):
        number = row_of(units, label).numbers[0]
        assert number.query == query
        assert listed(client, query) == number.n


def test_one_drills_down_to_a_team_and_back_up(council: Council, client_for: Any) -> None:
    cases.accepted(council)
    cases.log(council, unit=council.safeguarding)
    client = client_for(council.manager)
    assertContains(client.get(DASHBOARD), 'href="?unit=EDUCATION"')
    page = client.get(DASHBOARD, {"unit": "EDUCATION"})
    assertContains(page, 'href="?unit=SEND-NORTH"')
    assertContains(page, 'href="?unit=CHILDREN">Children</a>')
    assertContains(page, ">Whole council</a>")
    team = shown(client, unit="SEND-NORTH")
    assert (team["scope"].name, said(team["units"])["SEND North"][0]) == ("SEND North", 1)
    for name in ("units", "officers", "stages", "waiting"):
        assert team[name].total.numbers[0].n == 1
    assert all("unit=SEND-NORTH" in n.query for n in team["weeks"].total.numbers)


def test_the_way_up_ends_where_ones_roles_do(council: Council, client_for: Any) -> None:
    client = client_for(council.director)
    page = client.get(DASHBOARD, {"unit": "SEND-NORTH"})
    assertContains(page, '<a class="govuk-breadcrumbs__link" href="?">Education</a>')
    assertNotContains(page, "?unit=CHILDREN")
    assertNotContains(page, "Whole council")


def test_what_ones_units_contribute_to_elsewhere_is_counted_where_it_is(
    council: Council, client_for: Any
) -> None:
    case = cases.accepted(council)
    allocation.ask_contribution(
        case=case,
        by=council.officer,
        now=NOW,
        unit=council.safeguarding,
        question="What of May?",
        due_on=NOW.date(),
    )
    client = client_for(council.outsider)
    units = shown(client)["units"]
    assert {label: numbers[0] for label, numbers in said(units).items()} == {
        "Safeguarding": 0,
        "Education": 1,
    }
    assert units.wrong == ()
    assert listed(client, row_of(units, "Education").numbers[0].query) == 1


def test_leadership_sees_services_below_each_directorate(council: Council, client_for: Any) -> None:
    adults = make_unit("Adults", code="ADULTS")
    social_care = make_unit("Social care", parent=adults, code="ASC")
    make_grant(council.officer, Role.CR_OFFICER, adults)
    cases.log(council, unit=council.safeguarding)
    cases.log(council, unit=social_care)
    page = client_for(council.auditor).get(DASHBOARD)
    units = page.context["units"]
    assert [(row.label, [part.label for part in row.parts]) for row in units.rows] == [
        ("Adults", ["Social care"]),
        ("Children", ["Safeguarding"]),
    ]
    assertContains(page, ">Social care: 1</text>")


def test_a_retired_unit_shows_as_long_as_it_has_work(council: Council, client_for: Any) -> None:
    cases.log(council, unit=council.safeguarding)
    Unit.objects.filter(code__in=("SAFEGUARDING", "EDUCATION")).update(retired_on=date(2026, 11, 1))
    assert said(shown(client_for(council.officer))["units"]) == {"Safeguarding": [1, 0, 1, 0]}


@pytest.mark.parametrize(
    "code", ["nonsense", "-1", "0", "9" * 400, "\x00", "🙂", "<b>", "EDUCATION' OR 1=1", "education"]
)
def test_a_unit_that_is_not_there_is_said_so(council: Council, client_for: Any, code: str) -> None:
    response = client_for(council.officer).get(DASHBOARD, {"unit": code})
    assert response.status_code == 200
    if code.strip("\x00"):
        assertContains(response, "There is no unit with the code")
    assert response.context["scope"].unit is None


def test_parameters_given_twice_or_unknown_are_answered(council: Council, client_for: Any) -> None:
    client = client_for(council.officer)
    for query in ("unit=EDUCATION&unit=SAFEGUARDING", "page=abc&sort=%00", "unit"):
        assert client.get(f"{DASHBOARD}?{query}").status_code == 200


# --- by officer, stage, whom it waits for, and day --------------------------------------------------


def test_every_table_counts_the_same_lines(council: Council, client_for: Any) -> None:
    cases.accepted(council)
    cases.accepted(council, received=date(2026, 10, 26))  # late
    cases.submitted(council, "enquiry")
    cases.sent(council)
    Case.objects.get(pk=cases.log(council).pk).stages.update(officer=None)
    page = shown(client_for(council.senior))
    for name in ("units", "officers", "stages", "waiting"):
        assert page[name].wrong == (), name
        assert page[name].total == page["units"].total
    assert said(page["officers"])["Nobody"][0] == 1
    assert said(page["waiting"])["Responder"][:2] == [2, 1]
    assert said(page["stages"])["Corporate complaint: Stage 1, local response"] == [3, 1, 0, 1, 1, 0]


def test_versions_of_a_policy_count_as_one_stage(council: Council, client_for: Any) -> None:
    for _ in range(2):
        cases.accepted(council)
    one = cases.open_stage(cases.accepted(council))
    version = PolicyVersion.objects.get(pk=one.type.procedure.policy_version_id)
    version.pk, version.number, version.in_force_from = None, version.number + 1, date(2027, 1, 1)
    version.revision += 1
    version.save()
    procedure, type_ = one.type.procedure, one.type
    procedure.pk, procedure.policy_version = None, version
    procedure.save()
    type_.pk, type_.procedure, type_.name = None, procedure, "Stage 1 of next year"
    type_.save()
    Stage.objects.filter(pk=one.pk).update(type=type_)
    stages = shown(client_for(council.officer))["stages"]
    assert {label: n[0] for label, n in said(stages).items()} == {
        "Corporate complaint: Stage 1 of next year": 3
    }
    assert stages.wrong == ()


def test_what_waits_says_since_when_the_longest(council: Council, client_for: Any) -> None:
    cases.log(council, now=NOW - timedelta(days=9), received=date(2026, 11, 10))
    cases.log(council)
    response = client_for(council.officer).get(DASHBOARD)
    [row] = response.context["waiting"].rows
    assert (row.label, row.since) == ("Customer Relations Officer", date(2026, 11, 11))
    assertContains(response, "Wednesday 11 November 2026")
    assert "sort=waiting" in row.numbers[0].query


def test_due_this_week_is_today_and_the_next_five_working_days(council: Council, client_for: Any) -> None:
    """Friday 20 November to Friday 27 November; answers are due ten working days after receipt."""
    for received in (date(2026, 11, 6), date(2026, 11, 9), date(2026, 11, 13), date(2026, 11, 16)):
        cases.accepted(council, received=received)
    client = client_for(council.officer)
    due = shown(client)["due"]
    assert {label: numbers[0] for label, numbers in said(due).items()} == {
        "Today": 1,
        "Mon 23 Nov": 1,
        "Tue 24 Nov": 0,
        "Wed 25 Nov": 0,
        "Thu 26 Nov": 0,
        "Fri 27 Nov": 1,
    }
    assert due.wrong == ()
    assert due.total.label == "To Friday 27 November 2026"
    assert listed(client, due.total.numbers[0].query) == due.total.numbers[0].n == 3


def test_what_is_answered_is_not_due(council: Council, client_for: Any) -> None:
    cases.sent(council, received=date(2026, 11, 9))
    page = shown(client_for(council.officer))
    assert page["due"].total.numbers[0].n == 0
    assert page["units"].total.numbers[-1].n == 1
    assert page["units"].columns[-1].label == "Answered, still open"


# --- time (TRAPS 18, 20, 21) ------------------------------------------------------------------------


def test_it_turns_red_by_itself(council: Council, client_for: Any, clock: time_machine.Traveller) -> None:
    """Nobody saves anything: late is a comparison with now."""
    case = cases.accepted(council)  # due on Wednesday 2 December

    def colours() -> list[int]:
        return [number.n for number in shown(client_for(council.officer))["units"].total.numbers]

    before = Case.objects.values().get(pk=case.pk)
    assert colours() == [1, 0, 0, 1]
    clock.move_to(datetime(2026, 11, 30, 0, 0, tzinfo=LONDON))
    assert colours() == [1, 0, 1, 0]
    clock.move_to(datetime(2026, 12, 2, 23, 59, 59, tzinfo=LONDON))
    assert colours() == [1, 0, 1, 0]
    clock.move_to(datetime(2026, 12, 3, 0, 0, tzinfo=LONDON))
    assert colours() == [1, 1, 0, 0]
    assert Case.objects.values().get(pk=case.pk) == before


def test_a_case_closed_just_before_midnight_in_utc_belongs_to_the_next_week_in_london(
    council: Council, client_for: Any, clock: time_machine.Traveller
) -> None:
    """In summer London's Monday begins at eleven on Sunday evening, UTC."""
    case = cases.sent(council, now=datetime(2026, 6, 26, 12, tzinfo=LONDON), received=date(2026, 6, 22))
    moment = datetime.fromisoformat("2026-06-28T23:30:00+00:00")
    closing.close(case=case, by=council.officer, now=moment, none_because="A slip.")
    clock.move_to(datetime(2026, 7, 1, 9, tzinfo=LONDON))
    client = client_for(council.officer)
    weeks = shown(client)["weeks"]
    assert said(weeks)["22 to 28 Jun"] == [1, 0]
    assert said(weeks)["29 Jun to 5 Jul"] == [0, 1]
    assert weeks.wrong == ()
    assert listed(client, row_of(weeks, "29 Jun to 5 Jul").numbers[1].query) == 1


def test_weeks_run_from_monday_to_sunday_and_are_twelve(council: Council, client_for: Any) -> None:
    for received in (date(2026, 11, 15), date(2026, 11, 16), date(2026, 8, 31), date(2026, 8, 30)):
        cases.log(council, received=received)
    weeks = shown(client_for(council.officer))["weeks"]
    assert len(weeks.rows) == 12
    assert {label: n[0] for label, n in said(weeks).items() if n[0]} == {
        "31 Aug to 6 Sep": 1,
        "9 to 15 Nov": 1,
        "16 to 22 Nov": 1,
    }


def late_answer(council: Council, reason: str) -> Case:
    case = cases.approved(council, received=date(2026, 10, 26))
    return sending.send(
        case=case,
        by=council.officer,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in cases.open_stage(case).points.all()},
        late_reason=entry("late-reason", reason),
        late_unit=council.send_north,
    )


def test_what_was_answered_late_is_told_by_reason(council: Council, client_for: Any) -> None:
    first, second = list(Entry.objects.current("late-reason").values_list("code", flat=True))[:2]
    for reason in (first, first, second):
        late_answer(council, reason)
    late_answer(council, first).stages.update(late_reason=None)
    cases.sent(council)
    client = client_for(council.officer)
    late = shown(client)["late"]
    assert [row.numbers[0].n for row in late.rows] == [2, 1, 1]
    assert late.rows[-1].label == "No reason given"
    assert late.wrong == ()
    for row in (*late.rows, late.total):
        assert listed(client, row.numbers[0].query) == row.numbers[0].n


# --- the page itself --------------------------------------------------------------------------------


def test_the_queries_are_as_many_for_30_cases_as_for_3_and_few(council: Council, client_for: Any) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            cases.log(council)
            cases.accepted(council)
            cases.sent(council)

    some(1)
    for person in (council.officer, council.auditor, council.responder):
        few = queries_of(client_for(person), DASHBOARD)
        assert few <= 12
    client = client_for(council.senior)
    few = queries_of(client, DASHBOARD)
    some(9)
    assert shown(client)["units"].total.numbers[0].n == 30
    assert queries_of(client, DASHBOARD) == few <= 12


def test_each_chart_has_a_title_and_says_what_it_shows(council: Council, client_for: Any) -> None:
    cases.log(council)
    body = client_for(council.officer).get(DASHBOARD).content.decode()
    drawings = re.findall(r'<svg class="app-chart__svg".*?</svg>', body, re.DOTALL)
    assert len(drawings) == 2
    for drawing in drawings:
        labelled = re.search(r'role="img" aria-labelledby="(\S+) (\S+)"', drawing)
        assert labelled and all(f'id="{name}"' in drawing for name in labelled.groups())
        assert "style=" not in drawing
    ids = re.findall(r' id="([^"]+)"', body)
    assert len(ids) == len(set(ids))


def test_a_name_of_a_unit_is_text_and_nothing_else(council: Council, client_for: Any) -> None:
    Unit.objects.filter(code="SAFEGUARDING").update(name="<script>alert(1)</script> & " + "long " * 30)
    cases.log(council, unit=council.safeguarding)
    response = client_for(council.officer).get(DASHBOARD)
    assertNotContains(response, "<script>alert")
    assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt; &amp;")


# --- pure -------------------------------------------------------------------------------------------


def cube(units: tuple[Unit, ...], **counts: dict[Any, list[int]]) -> Cube:
    """Open work, by what it is counted by, in the order of the colours."""
    scope = Scope(units=units, tops=units[:1], whole=True)
    by = {one: counts.get(one.value, {}) for one in By}
    return Cube(by, {}, scope, (), {7: "Ada"}, (date(2026, 11, 20),))


TOP = Unit(pk=1, name="Top", code="T", path="/1/")
BELOW = Unit(pk=2, name="Below", code="B", path="/1/2/", parent_id=1)
THREE, NINE, TWELVE = [3, 0, 0, 0, 0, 0, 0], [0, 0, 4, 5, 0, 0, 0], [3, 0, 4, 5, 0, 0, 0]


@pytest.mark.parametrize(
    "make", [queries.by_unit, queries.by_officer, queries.waiting], ids=lambda make: make.__name__
)
def test_the_parts_of_a_cube_add_up(make: Callable[[Cube], Table]) -> None:
    table = make(
        cube(
            (TOP, BELOW),
            all={None: TWELVE},
            unit={1: THREE, 2: NINE},
            officer={7: THREE, None: NINE},
            role={"responder": TWELVE},
        )
    )
    assert [number.n for number in table.total.numbers] == [12, 3, 0, 4, 5]
    assert table.wrong == ()


def test_a_table_that_has_lost_a_part_says_so() -> None:
    table = queries.by_unit(cube((TOP,), all={None: TWELVE}, unit={1: NINE, 9: THREE}))
    assert table.wrong == (
        "By service and team, All: All open work is 12, and its rows come to 9.",
        "By service and team, Red: All open work is 3, and its rows come to 0.",
    )


def test_a_bar_is_as_long_as_its_share_and_has_its_number_where_there_is_room() -> None:
    kinds = [Kind("red", "Red"), Kind("green", "Green")]
    drawn = charts.stacked_bars(
        [Bar("North", (1, 99)), Bar("South", (50, 0))], kinds, name="c", title="T", about="A."
    )
    assert re.findall(r'<rect x="([\d.]+%)" y="\d+" width="([\d.]+%)"', drawn) == [
        ("0.000%", "1.000%"),
        ("1.000%", "99.000%"),
        ("0.000%", "50.000%"),
    ]
    assert re.findall(r">(\d+)</text>", drawn) == ["99", "50"]
    assert ">North: 100</text>" in drawn


def test_for_paper_a_chart_is_measured_in_pixels() -> None:
    drawn = charts.columns(
        [Bar("16 Nov", (4, 2))],
        [Kind("received", "Received"), Kind("closed", "Closed")],
        name="c",
        title="T",
        about="A.",
        width=600,
    )
    assert 'width="600" height="254"' in drawn and "%" not in re.sub(r"<title.*?</desc>", "", drawn)


@pytest.mark.parametrize(
    ("most", "scale"), [(0, [0, 1]), (1, [0, 1]), (7, [0, 2, 4, 6, 8]), (183, [0, 50, 100, 150, 200])]
)
def test_scales_are_of_round_numbers(most: int, scale: list[int]) -> None:
    assert charts._scale(most) == scale


def test_an_empty_chart_is_drawn(client_for: Any, council: Council) -> None:
    assert "<svg" in charts.stacked_bars([], [], name="c", title="T", about="A.")
    assert "<svg" in charts.columns([], [], name="c", title="T", about="A.")
    person = make_user("Nobody's")
    assert client_for(person).get(DASHBOARD).status_code == 403
    assert client_for(Role.RESPONDER).get(DASHBOARD).status_code == 200
