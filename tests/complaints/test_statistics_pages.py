"""Statistics for a period: what was received, closed and answered, each by its own day."""

import csv
import io
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import name_cover
from complaints.actions import closing, sending
from complaints.models import Case, Entry
from complaints.queries import statistics as queries
from complaints.queries.counted import Row, Share, Table
from complaints.queries.periods import Period, usual
from complaints.queries.statistics import Figures
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry
from tests.complaints.test_lists import queries_of
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

STATISTICS = "/statistics/"
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}


def tables(client: Client, **asked: str) -> dict[str, Table]:
    response = client.get(STATISTICS, asked or NOVEMBER)
    assert response.status_code == 200
    return {table.name: table for table, *_ in response.context["tables"]}


def row_of(table: Table, label: str) -> Row:
    return next(r for whole in (*table.rows, table.total) for r in (whole, *whole.parts) if r.label == label)


def said(table: Table, label: str = "All") -> dict[str, int]:
    """The numbers of a row, by column."""
    numbers = [number.n for number in row_of(table, label).numbers]
    return dict(zip(table.by, numbers, strict=True))


def listed(client: Client, query: str) -> int:
    response = client.get(f"{reverse('cases')}?{query}")
    return int(response.context["page"].paginator.count)


def answer(council: Council, received: date, sent: datetime, procedure: str = "corporate") -> Case:
    """An answer that went out on a day, with a reason where that was late."""
    case = cases.approved(council, procedure, now=sent - timedelta(hours=1), received=received)
    return sending.send(
        case=case,
        by=council.officer,
        now=sent,
        sent=sending.Sent(sent.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in cases.open_stage(case).points.all()},
        late_reason=Entry.objects.current("late-reason").first(),
        late_unit=council.send_north,
    )


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


# --- what is counted --------------------------------------------------------------------------------


def test_received_closed_and_answered_each_go_by_their_own_day(council: Council, client_for: Any) -> None:
    """TRAPS 21: received in October, answered in November, closed in December."""
    case = answer(council, date(2026, 10, 26), at(date(2026, 11, 3)))
    closing.close(case=case, by=council.officer, now=at(date(2026, 12, 1)), none_because="A slip.")
    client = client_for(council.officer)
    by_month = {
        month: said(tables(client, **{"from": f"2026-{month}-01", "to": f"2026-{month}-{last}"})["By kind"])
        for month, last in (("10", 31), ("11", 30), ("12", 31))
    }
    columns = ("received", "closed", "answered", "in-time")
    assert {month: tuple(numbers[c] for c in columns) for month, numbers in by_month.items()} == {
        "10": (1, 0, 0, 0),
        "11": (0, 0, 1, 1),
        "12": (0, 1, 0, 0),
    }


def test_a_case_closed_at_half_past_eleven_utc_in_summer_belongs_to_the_next_day(
    council: Council, client_for: Any, clock: time_machine.Traveller
) -> None:
    """TRAPS 20: half past eleven on 30 June UTC is half past midnight on 1 July in London."""
    case = cases.sent(council, now=at(date(2026, 6, 26)), received=date(2026, 6, 22))
    moment = datetime.fromisoformat("2026-06-30T23:30:00+00:00")
    closing.close(case=case, by=council.officer, now=moment, none_because="A slip.")
    clock.move_to(at(date(2026, 7, 8)))
    client = client_for(council.officer)
    june = tables(client, **{"from": "2026-06-01", "to": "2026-06-30"})["By kind"]
    july = tables(client, **{"from": "2026-07-01", "to": "2026-07-31"})["By kind"]
    assert (said(june)["closed"], said(july)["closed"]) == (0, 1)
    assert listed(client, july.total.numbers[1].query) == 1


def test_an_answer_that_no_policy_gives_a_time_for_is_an_answer_without_a_date(
    council: Council, client_for: Any
) -> None:
    """A councillor's enquiry has no SLA: it was answered all the same, and judged by nothing."""
    answer(council, date(2026, 11, 2), at(date(2026, 11, 4)), "enquiry")
    client = client_for(council.officer)
    table = tables(client)["By kind"]
    numbers = said(table, "Enquiry")
    assert [numbers[c] for c in ("answered", "in-time", "late", "undated")] == [1, 0, 0, 1]
    for number in table.total.numbers:
        assert listed(client, number.query) == number.n
    assert said(tables(client, **OCTOBER)["By kind"])["answered"] == 0


def test_in_time_is_said_as_extended_and_in_the_original_time(council: Council, client_for: Any) -> None:
    """Ten working days from Monday 2 November are Monday 16 November."""
    received = date(2026, 11, 2)
    answer(council, received, at(date(2026, 11, 16)))
    answer(council, received, at(date(2026, 11, 17)))
    extended = answer(council, received, at(date(2026, 11, 18)))
    extended.stages.filter(type__beside=False, latest=True).update(in_time=True, due_on=date(2026, 11, 30))
    client = client_for(council.officer)
    table = tables(client)["By stage"]
    numbers = said(table, "Corporate complaint: Stage 1, local response")
    assert numbers == {"answered": 3, "in-time": 2, "original": 1, "late": 1}
    response = client.get(STATISTICS, NOVEMBER)
    assertContains(response, '<span class="app-counts__of">of 3, 67%</span>')
    assertContains(response, '<span class="app-counts__of">of 3, 33%</span>')
    for number in table.total.numbers:
        assert listed(client, number.query) == number.n


def test_triage_and_learning_are_no_answers(council: Council, client_for: Any) -> None:
    cases.accepted(council)  # triaged, not answered
    found = tables(client_for(council.officer))
    assert said(found["By stage"])["answered"] == 0
    steps = found["Triage and learning"]
    assert [(row.label, row.numbers[0].n) for row in steps.rows] == [("Contact to be triaged: Triage", 1)]
    assert steps.columns[0].label == "Done"
    assert steps.wrong == ()
    assert listed(client_for(council.officer), steps.total.numbers[0].query) == 1


def test_a_case_with_two_themes_counts_in_both(council: Council, client_for: Any) -> None:
    first, second = Entry.objects.current("theme")[:2]
    both, none = cases.log(council), cases.log(council)
    both.tags.add(first, second, *Entry.objects.current("category")[:2])
    none.tags.add(*Entry.objects.current("category")[:2])
    client = client_for(council.officer)
    table = tables(client)["By theme"]
    assert {row.label: row.numbers[0].n for row in table.rows} == {
        first.name: 1,
        second.name: 1,
        "No theme": 1,
    }
    for row in table.rows:
        assert listed(client, row.numbers[0].query) == row.numbers[0].n
    assertContains(client.get(STATISTICS, NOVEMBER), "these rows are not meant to add up")


def test_outcomes_are_by_name_and_those_without_one_are_told(council: Council, client_for: Any) -> None:
    answer(council, date(2026, 11, 2), at(date(2026, 11, 10)))
    answer(council, date(2026, 11, 2), at(date(2026, 11, 10)), "enquiry")
    client = client_for(council.officer)
    outcomes = tables(client)["By outcome"]
    first = outcomes.rows[0]
    assert (first.label, first.numbers[0].n) == ("Upheld", 1)
    assert outcomes.wrong == ()
    for row in outcomes.rows:
        assert listed(client, row.numbers[0].query) == row.numbers[0].n


def test_it_narrows_to_a_unit_and_keeps_the_period(council: Council, client_for: Any) -> None:
    cases.log(council, unit=council.safeguarding)
    cases.log(council)
    client = client_for(council.manager)
    page = client.get(STATISTICS, NOVEMBER)
    assertContains(page, "?from=2026-11-01&amp;to=2026-11-30&amp;unit=EDUCATION")
    assert said(tables(client, **NOVEMBER, unit="EDUCATION")["By kind"])["received"] == 1
    assertContains(client.get(STATISTICS, NOVEMBER | {"unit": "XX"}), "There is no unit with the code")


def test_each_column_is_defined_in_words(council: Council, client_for: Any) -> None:
    response = client_for(council.officer).get(STATISTICS, NOVEMBER)
    assertContains(response, "between Sunday 1 November 2026 and Monday 30 November 2026")
    for words in queries.COUNTED.values():
        if not words.startswith("stages answered that never"):
            assertContains(response, words)


# --- percentages and sums ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "of", "words"),
    [
        (0, 0, ""),
        (0, 7, "0%"),
        (7, 7, "100%"),
        (1, 3, "33%"),
        (999, 1000, "over 99%"),
        (1, 1000, "under 1%"),
        (995, 1000, "over 99%"),
        (994, 1000, "99%"),
    ],
)
def test_a_percentage_claims_all_or_nothing_only_where_it_is_so(n: int, of: int, words: str) -> None:
    assert Share(n, of).words == words


def doctored(figures_of: Callable[..., Figures]) -> Callable[..., Figures]:
    """Figures in which a unit of a line is one that there is not."""

    def make(*args: Any, **kwargs: Any) -> Figures:
        figures = figures_of(*args, **kwargs)
        return replace(figures, cells=tuple(cell._replace(unit=0) for cell in figures.cells))

    return make


def test_a_table_that_does_not_add_up_says_so_and_is_put_on_record(
    council: Council, client_for: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cases.log(council)
    monkeypatch.setattr(queries, "figures_of", doctored(queries.figures_of))
    with caplog.at_level(logging.ERROR):
        response = client_for(council.officer).get(STATISTICS, NOVEMBER)
    assertContains(response, "Some of these numbers do not add up. Do not use them")
    assertContains(response, "By service and team, Received: All is 1, and its rows come to 0.")
    assert "do not add up: By service and team, Received" in caplog.text


def test_a_table_that_adds_up_says_nothing(council: Council, client_for: Any) -> None:
    cases.log(council)
    assertNotContains(client_for(council.officer).get(STATISTICS, NOVEMBER), "do not add up")


# --- restricted cases -------------------------------------------------------------------------------


def restricted(council: Council, count: int) -> None:
    for _ in range(count):
        cases.log(council, restricted=True, readers=[council.senior])


@pytest.mark.parametrize(
    ("count", "words"), [(0, "fewer than 5"), (4, "fewer than 5"), (5, "5 to 9."), (12, "10 to 19.")]
)
def test_restricted_cases_not_shown_are_told_to_who_reads_the_whole_council(
    council: Council, client_for: Any, count: int, words: str
) -> None:
    restricted(council, count)
    response = client_for(council.auditor).get(STATISTICS, NOVEMBER)
    assertContains(response, f"counted nowhere here: {words}")
    assert said(response.context["tables"][0][0])["received"] == 0
    assertNotContains(client_for(council.auditor).get(STATISTICS, NOVEMBER | {"unit": "CHILDREN"}), "nowhere")
    assertNotContains(client_for(council.auditor).get(STATISTICS, {"from": "zz", "to": "zz"}), "nowhere")


def test_to_others_they_are_not_told(council: Council, client_for: Any) -> None:
    restricted(council, 6)
    deputy = make_user("Dee Deputy")
    name_cover(
        absent=council.manager,
        deputy=deputy,
        first=NOW.date(),
        last=NOW.date(),
        reason="",
        by=council.manager,
        now=NOW,
    )
    for person in (council.officer, council.director, council.outsider, deputy):
        response = client_for(person).get(STATISTICS, NOVEMBER)
        assert response.status_code == 200
        assertNotContains(response, "counted nowhere here")


def test_ones_own_are_not_among_those_not_shown(council: Council, client_for: Any) -> None:
    for _ in range(6):
        cases.log(council, restricted=True, readers=[council.manager])
    assertContains(client_for(council.manager).get(STATISTICS, NOVEMBER), "nowhere here: fewer than 5")
    assertContains(client_for(council.auditor).get(STATISTICS, NOVEMBER), "nowhere here: 5 to 9")


# --- the period -------------------------------------------------------------------------------------


def test_it_begins_with_last_month(council: Council, client_for: Any) -> None:
    response = client_for(council.officer).get(STATISTICS)
    assert response.context["period"] == Period(date(2026, 10, 1), date(2026, 10, 31))
    assertContains(response, 'value="1/10/2026"')
    assertContains(response, "/statistics/?from=2026-07-01&amp;to=2026-09-30")


@pytest.mark.parametrize(
    ("today", "periods"),
    [
        (
            date(2026, 11, 20),
            [("10-01", "10-31"), ("07-01", "09-30"), ("04-01", "2027-03-31"), ("2025-04-01", "03-31")],
        ),
        (
            date(2026, 1, 1),
            [
                ("2025-12-01", "2025-12-31"),
                ("2025-10-01", "2025-12-31"),
                ("2025-04-01", "03-31"),
                ("2024-04-01", "2025-03-31"),
            ],
        ),
        (
            date(2028, 3, 31),
            [
                ("2028-02-01", "2028-02-29"),
                ("2027-10-01", "2027-12-31"),
                ("2027-04-01", "2028-03-31"),
                ("2026-04-01", "2027-03-31"),
            ],
        ),
    ],
)
def test_the_usual_periods_follow_the_councils_year(today: date, periods: list[tuple[str, str]]) -> None:
    def day(words: str) -> date:
        return date.fromisoformat(words if len(words) == 10 else f"2026-{words}")

    assert list(usual(today).values()) == [Period(day(first), day(last)) for first, last in periods]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"from": "2026-10-31", "to": "2026-10-01"},
            "The last day is before the first: give Saturday 31 October 2026",
        ),
        ({"from": "zz", "to": "2026-10-01"}, "zz is not a date"),
        ({"from": "2026-10-01", "to": "9999-12-31"}, "dates are kept from 1990 to 2089"),
        ({"from": "2026-10-01", "to": "0000-00-00"}, "is not a day in the calendar"),
        ({"from": "2026-10-01"}, "Give the last day of the period"),
        ({"to": "2026-10-01"}, "Give the first day of the period"),
        ({"from": "🙂" * 5000, "to": "-1"}, "is not a date"),
        ({"from": "\x00", "to": "<b>"}, "&lt;b&gt; is not a date"),
    ],
)
def test_a_period_that_cannot_be_is_answered_with_how_to_mend_it(
    council: Council, client_for: Any, asked: dict[str, str], words: str
) -> None:
    client = client_for(council.officer)
    response = client.get(STATISTICS, asked)
    assertContains(response, "There is a problem")
    assertContains(response, words)
    assertNotContains(response, "By service and team")
    assert client.get(reverse("statistics-csv"), asked).status_code == 302


@pytest.mark.parametrize(
    "asked", [{"from": "2026-11-20", "to": "2026-11-20"}, {"from": "1990-01-01", "to": "2089-12-31"}]
)
def test_a_day_and_a_century_are_periods(council: Council, client_for: Any, asked: dict[str, str]) -> None:
    cases.log(council, received=date(2026, 11, 20))
    client = client_for(council.officer)
    number = tables(client, **asked)["By kind"].total.numbers[0]
    assert number.n == 1 == listed(client, number.query)


# --- the page, the file, the door -------------------------------------------------------------------


def test_the_tables_come_as_a_file(council: Council, client_for: Any) -> None:
    council.education.name = "=HYPERLINK(1)"
    council.education.save()
    cases.accepted(council)
    client = client_for(council.manager)
    response = client.get(reverse("statistics-csv"), NOVEMBER)
    assert response["Content-Disposition"] == 'attachment; filename="statistics-2026-11-01-to-2026-11-30.csv"'
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    [education] = [row for row in rows if "HYPERLINK" in row["Row"] and row["Table"] == "By service and team"]
    assert education["Row"] == "'=HYPERLINK(1)"
    assert (education["From"], education["To"], education["Received"], education["Closed"]) == (
        "2026-11-01",
        "2026-11-30",
        "1",
        "0",
    )
    [north] = [row for row in rows if row["Part of"].endswith("=HYPERLINK(1)")]
    assert (north["Row"], north["Received"]) == ("SEND North", "1")
    assert {row["Table"] for row in rows} == {
        table for table in tables(client) if tables(client)[table].rows
    } | {
        "By stage",
        "By outcome",
    }


def test_only_for_those_who_read_cases(council: Council, client_for: Any) -> None:
    for client in (client_for(council.administrator), client_for()):
        assert client.get(STATISTICS).status_code == 403
        assert client.get(reverse("statistics-csv")).status_code == 403


def test_the_queries_are_as_many_for_30_cases_as_for_3(council: Council, client_for: Any) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            cases.log(council)
            cases.accepted(council)
            cases.closed(council)

    some(1)
    client = client_for(council.senior)
    address = f"{STATISTICS}?from=2026-11-01&to=2026-11-30"
    few = queries_of(client, address)
    some(9)
    assert said(tables(client)["By kind"])["received"] == 30
    assert queries_of(client, address) == few
