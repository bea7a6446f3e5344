"""The list of cases: open work, all cases, all stages; every filter in its address, pages, and what a line says."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from complaints.actions import allocation, details, extending, sending
from complaints.models import Case, Stage
from complaints.queries.line_filters import LineFilters, Lists, asked_of
from complaints.queries.line_views import with_all
from complaints.queries.lines import LinePages, Show, lines
from complaints.views import case_lists
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry, open_stage
from tests.complaints.test_lists import queries_of
from tests.complaints.test_log_pages import heard
from tests.factories import make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LATE = date(2026, 11, 4)
"""Received then, an answer was due on Wednesday the 18th."""


def lines_of(client: Client, address: str = "") -> list[Stage]:
    response = client.get(f"{reverse('cases')}?{address}")
    assert response.status_code == 200
    return [line.stage for line in response.context["rows"]]


def errors_of(client: Client, address: str) -> list[str]:
    response = client.get(f"{reverse('cases')}?{address}")
    assert response.status_code == 200
    assert list(response.context["rows"]) == []
    return [str(error) for some in response.context["form"].errors.values() for error in some]


# --- what is listed ---------------------------------------------------------------------------------


def test_open_work_has_a_line_for_each_open_stage(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    client = client_for(council.officer)
    assert [stage.number for stage in lines_of(client)] == [2]
    assert [stage.number for stage in lines_of(client, "show=cases")] == [2]
    assert {stage.number for stage in lines_of(client, "show=stages")} == {1, 2}
    assert {stage.case for stage in lines_of(client, "show=stages")} == {case}


def test_words_look_through_all_cases_unless_a_list_is_named(council: Council, client_for: Any) -> None:
    closed = cases.closed(council)
    client = client_for(council.officer)
    assert [stage.case for stage in lines_of(client, "search=plan")] == [closed]
    assert lines_of(client, "search=plan&show=work") == []


def test_a_case_just_saved_is_found_at_once(council: Council, client_for: Any) -> None:
    """TRAPS 28: by the words of the form it was logged with."""
    client = client_for(council.officer)
    said = {"person_0_name": "Zuleika Example", "summary": "Wheelchair ramp blocked"}
    client.post(reverse("log"), heard(council, **said))
    found = Case.objects.get()
    for words in ("zuleika", "wheelchair ramp", "01483555123", found.reference):
        assert [stage.case for stage in lines_of(client, f"search={words}")] == [found]


def test_a_line_says_where_it_stands(council: Council, client_for: Any) -> None:
    cases.accepted(council)
    page = client_for(council.officer).get(reverse("cases"))
    for words in (
        "Corporate complaint: Stage 1",
        "SEND North",
        "received Wednesday 18 November 2026",
        "Answer being written",
        "Rae Responder, since Friday 20 November 2026",
        "Wednesday 2 December 2026",
        "app-tag--green",
        "8 working days left",
        "Olu Officer",
    ):
        assertContains(page, words)


def test_a_line_that_ended_says_how(council: Council, client_for: Any) -> None:
    cases.closed(council)
    page = client_for(council.officer).get(reverse("cases"), {"show": "cases"})
    for words in ("Answered: Upheld", "Friday 20 November 2026", "Answered in time"):
        assertContains(page, words)
    assertNotContains(page, "app-tag--")


def test_a_name_is_text_whatever_it_holds(council: Council, client_for: Any) -> None:
    cases.log(council, summary="<script>alert(1)</script>")
    page = client_for(council.officer).get(reverse("cases"))
    assertContains(page, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assertNotContains(page, "<script>alert(1)")


def test_more_words_than_are_looked_for_are_refused(council: Council, client_for: Any) -> None:
    words = "one two three four five six seven eight nine ten"
    client = client_for(council.officer)
    assertNotContains(client.get(reverse("cases"), {"search": words}), "Search for 10 words or fewer")
    assertContains(
        client.get(reverse("cases"), {"search": f"{words} eleven"}), "Search for 10 words or fewer"
    )


# --- every filter -----------------------------------------------------------------------------------


@pytest.fixture
def scene(council: Council) -> dict[str, Case]:
    """One case of each kind that the filters tell apart."""
    found = {
        "new": cases.log(
            council,
            unit=council.safeguarding,
            safeguarding=True,
            summary="Taxi never came",
            points=["It never came"],
            tags=[entry("theme", "transport"), entry("category", "delay")],
        ),
        "writing": cases.accepted(council, now=NOW - timedelta(days=1)),
        "late": cases.accepted(council, received=LATE),
        "extended": cases.accepted(council, "children-act"),
        "enquiry": cases.accepted(council, "enquiry"),
        "answered": cases.sent(council),
        "answered-late": cases.approved(council, received=LATE),
        "closed": cases.closed(council),
    }
    extending.extend(
        case=found["extended"],
        by=council.manager,
        now=NOW,
        total=20,
        reason="Two teams",
        asked_by="SEND North",
        approver=council.manager,
        complainant_agreed=True,
    )
    allocation.take_on(case=found["writing"], by=council.senior, now=NOW, officer=council.senior)
    sending.send(
        case=found["answered-late"],
        by=council.officer,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("not-upheld", "") for row in open_stage(found["answered-late"]).points.all()},
        late_reason=entry("late-reason", "sign-off-late"),
        late_unit=council.education,
    )
    return found


ALL_OPEN = {"new", "writing", "late", "extended", "enquiry", "answered", "answered-late"}
ANSWERED = {"answered", "answered-late", "closed"}
FILTERED: list[tuple[str, set[str]]] = [
    ("search=taxi", {"new"}),
    ("colour=red", {"late"}),
    ("colour=red&colour=no-date", {"late", "enquiry"}),
    ("colour=answered", {"answered", "answered-late"}),
    ("unit=SAFEGUARDING", {"new"}),
    ("unit=EDUCATION", ALL_OPEN - {"new"}),
    ("unit=EDUCATION&only=yes", set()),
    ("officer={senior}", {"writing"}),
    ("officer=nobody", set()),
    ("stage=enquiry.enquiry", {"enquiry"}),
    ("kind=contact", {"new"}),
    ("kind=complaint", {"writing", "late", "extended", "answered", "answered-late"}),
    ("turn=responder", {"writing", "late", "extended", "enquiry"}),
    ("waits_for={officer}", {"new", "answered", "answered-late"}),
    ("waits_for={responder}", {"writing", "late", "extended", "enquiry"}),
    ("waits_for={director}", set()),
    ("waits_for=nobody", set()),
    ("turn=nobody", set()),
    ("answers=yes", ALL_OPEN - {"new"}),
    ("answers=no", {"new"}),
    ("due_from=2026-12-03", {"extended"}),
    ("due_to=2026-11-19", {"late", "answered-late"}),
    ("received_from=2026-11-05", ALL_OPEN - {"late", "answered-late"}),
    ("received_to=2026-11-04", {"late", "answered-late"}),
    ("opened_from=2026-11-20", ALL_OPEN - {"writing"}),
    ("opened_to=2026-11-19", {"writing"}),
    ("show=cases&answered_from=2026-11-20", ANSWERED),
    ("show=cases&answered_to=2026-11-19", set()),
    ("show=cases&ended_from=2026-11-20", {"closed"}),
    ("show=cases&ended_to=2026-11-19", set()),
    ("show=cases&ended_to=2026-11-20", {"closed"}),
    ("show=cases&closed_from=2026-11-20", {"closed"}),
    ("show=cases&closed_to=2026-11-19", set()),
    ("show=cases&in_time=yes", {"answered", "closed"}),
    ("show=cases&in_time=no", {"answered-late"}),
    ("show=cases&in_time=undated", set()),
    ("show=cases&in_original=yes", {"answered", "closed"}),
    ("extended=yes", {"extended"}),
    ("late_reason=sign-off-late", {"answered-late"}),
    ("outcome=not-upheld", {"answered-late"}),
    ("show=cases&outcome=upheld", {"answered", "closed"}),
    ("show=cases&ended_as=answered", {"closed"}),
    ("theme=transport", {"new"}),
    ("theme=none", ALL_OPEN - {"new"}),
    ("category=delay", {"new"}),
    ("flag=safeguarding", {"new"}),
    ("flag=restricted", set()),
    ("unit=EDUCATION&colour=red&turn=responder", {"late"}),
]


def test_each_filter_finds_its_lines(council: Council, scene: dict[str, Case], client_for: Any) -> None:
    client = client_for(council.senior)
    names = {case.pk: name for name, case in scene.items()}
    people = {name: getattr(council, name).pk for name in ("senior", "officer", "responder", "director")}
    assert {names[stage.case_id] for stage in lines_of(client)} == ALL_OPEN
    for address, expected in FILTERED:
        answer = client.get(f"{reverse('cases')}?{address.format(**people)}")
        assert answer.context["form"].is_valid(), address  # or nothing would be found, whatever was asked
        found = lines_of(client, address.format(**people))
        assert sorted(names[stage.case_id] for stage in found) == sorted(expected), address


def test_who_can_be_asked_for_says_nothing_of_restricted_cases(council: Council, client_for: Any) -> None:
    """A name that came with a case, and leads to no line, would be of a restricted one."""
    auditor = client_for(council.auditor)
    before = people_to_ask_for(auditor)
    assert any(council.responder.name in option for option in before)
    case = cases.accepted(council)
    details.restrict(
        case=case,
        by=council.officer,
        now=NOW,
        restricted=True,
        readers=[council.responder],
        reason="A threat",
    )
    assert people_to_ask_for(auditor) == before


def people_to_ask_for(client: Client) -> list[str]:
    page = client.get(reverse("cases")).content.decode()
    (select,) = re.findall(r'<select[^>]* name="waits_for".*?</select>', page, re.DOTALL)
    return re.findall(r"<option.*?</option>", select)


def test_somebody_without_a_role_on_cases_cannot_be_asked_for(council: Council, client_for: Any) -> None:
    left = make_user("Gone Away")
    page = client_for(council.responder).get(reverse("cases"), {"waits_for": left.pk})
    assertNotContains(page, "Gone Away")
    assert not page.context["form"].is_valid()


def test_none_of_the_filters_is_left_out_above() -> None:
    used = {name for address, _ in FILTERED for name in re.findall(r"([a-z_]+)=", address)}
    assert used >= set(LineFilters.base_filters)


def test_every_filter_is_on_the_page_with_what_was_asked(council: Council, client_for: Any) -> None:
    page = client_for(council.officer).get(reverse("cases"), {"unit": "EDUCATION", "due_to": "2026-11-20"})
    text = page.content.decode()
    for name in LineFilters.base_filters:
        assert f'id="id_{name}"' in text, name
        assert f'for="id_{name}"' in text, name
    assert '<option value="EDUCATION" selected>' in text
    assert re.search(r'type="date" id="id_due_to" name="due_to" value="2026-11-20"', text)


def test_more_filters_are_open_where_one_of_them_is_used(council: Council, client_for: Any) -> None:
    client = client_for(council.officer)
    folded, unfolded = ({"unit": "EDUCATION"}, {"theme": "transport"})
    assertNotContains(client.get(reverse("cases"), folded), 'app-filters__more" open')
    assertContains(client.get(reverse("cases"), unfolded), 'app-filters__more" open')


def test_what_is_filtered_by_can_be_removed_one_by_one(council: Council, client_for: Any) -> None:
    page = client_for(council.officer).get(
        f"{reverse('cases')}?colour=red&colour=amber&unit=EDUCATION&due_to=2026-11-20"
    )
    told = {str(one): one.without for one in page.context["used"]}
    assert told == {
        "Colour: Red": "colour=amber&unit=EDUCATION&due_to=2026-11-20",
        "Colour: Amber": "colour=red&unit=EDUCATION&due_to=2026-11-20",
        "Unit: Education": "colour=red&colour=amber&due_to=2026-11-20",
        "Due by: Friday 20 November 2026": "colour=red&colour=amber&unit=EDUCATION",
    }
    assertContains(page, '<span class="govuk-visually-hidden">Remove: </span>Colour: Red')


def test_the_kinds_of_list_keep_the_filters(council: Council, client_for: Any) -> None:
    page = client_for(council.officer).get(reverse("cases"), {"unit": "EDUCATION", "sort": "waiting"})
    assert [(tab["href"], tab["active"]) for tab in page.context["tabs"]] == [
        ("/cases/?unit=EDUCATION", True),
        ("/cases/?unit=EDUCATION&show=cases", False),
        ("/cases/?unit=EDUCATION&show=stages", False),
    ]
    words = client_for(council.officer).get(reverse("cases"), {"search": "plan"})
    assert [tab["href"] for tab in words.context["tabs"]] == [
        "/cases/?search=plan&show=work",
        "/cases/?search=plan",
        "/cases/?search=plan&show=stages",
    ]


def test_the_fields_left_empty_do_not_stay_in_the_address(council: Council, client_for: Any) -> None:
    response = client_for(council.officer).get(
        f"{reverse('cases')}?search=&unit=EDUCATION&officer=&colour=red&due_from=&sort=due&page=3"
    )
    assertRedirects(response, "/cases/?colour=red&unit=EDUCATION")


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["late", "writing"]),
        ("-due", ["writing", "late"]),
        ("opened", ["writing", "late"]),
        ("zz", ["late", "writing"]),
    ],
)
def test_it_is_sorted_as_asked(council: Council, client_for: Any, sort: str, expected: list[str]) -> None:
    some = {
        "writing": cases.accepted(council, now=NOW - timedelta(days=1)),
        "late": cases.accepted(council, received=LATE),
    }
    found = [stage.case for stage in lines_of(client_for(council.officer), f"sort={sort}")]
    assert found == [some[name] for name in expected]


# --- what cannot be read (TRAPS 26) -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("unit=NOWHERE", "Choose unit from the list: 'NOWHERE' is not in it."),
        ("officer=abc", "Choose officer from the list: 'abc' is not in it."),
        ("officer=999999", "Choose officer from the list: '999999' is not in it."),
        ("colour=mauve", "Choose colours from the list: 'mauve' is not in it."),
        ("due_from=zz", "Give the day it is due from as year, month and day: 2026-11-20."),
        ("due_to=20/11/2026", "Give the day it is due by as year, month and day: 2026-11-20."),
        ("opened_to=9999-12-31", "Give a day from 1990 to 2089, like 2026-11-20."),
        ("ended_from=0001-01-01", "Give a day from 1990 to 2089, like 2026-11-20."),
        ("received_from=2026-02-30", "Give the day it was received from as year, month and day: 2026-11-20."),
        ("in_time=maybe", "Choose answered in time from the list: 'maybe' is not in it."),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_listed(
    council: Council, client_for: Any, address: str, said: str
) -> None:
    """Nobody takes the wrong list for the right one."""
    cases.accepted(council)
    client = client_for(council.officer)
    assert errors_of(client, address) == [said]
    name, _, value = address.partition("=")
    page = client.get(f"{reverse('cases')}?{address}")
    assertContains(page, "There is a problem")
    assertContains(page, f'href="#id_{name}"')
    assertContains(page, f'id="id_{name}_error"')
    assertContains(page, "<title>Error: Cases")
    if "from" in name or "to" in name:
        assertContains(page, f'type="text" id="id_{name}" name="{name}" value="{value}"')


@pytest.mark.parametrize(
    "value", ["abc", "-1", "0", "9" * 40, "\x00", "🙂", "²", "%", "2026-13-99", "x" * 5000, "'\"<b>"]
)
def test_odd_values_of_every_parameter_are_answered(council: Council, client_for: Any, value: str) -> None:
    cases.accepted(council)
    client = client_for(council.senior)
    for name in (*LineFilters.base_filters, "show", "sort", "page", "ticked", "nothing"):
        for address in (reverse("cases"), reverse("lines-csv"), reverse("save-view")):
            assert client.get(address, {name: value}).status_code in (200, 302), (address, name)
    everything = dict.fromkeys([*LineFilters.base_filters, "show", "sort", "page"], value)
    assert client.get(reverse("cases"), everything, follow=True).status_code == 200


def test_a_parameter_given_twice_counts_as_the_last(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    client = client_for(council.officer)
    assert [stage.case for stage in lines_of(client, "unit=SAFEGUARDING&unit=EDUCATION")] == [case]
    assert lines_of(client, "unit=EDUCATION&unit=SAFEGUARDING") == []
    page = client.get(f"{reverse('cases')}?unit=EDUCATION&unit=SAFEGUARDING")
    assert [str(one) for one in page.context["used"]] == ["Unit: Safeguarding"]


# --- pages ------------------------------------------------------------------------------------------


def test_pages_keep_the_filters_and_the_last_can_be_opened(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    stage = open_stage(case)
    Stage.objects.bulk_create(_copies(stage, 119))
    client = client_for(council.officer)
    first = client.get(reverse("cases"), {"unit": "EDUCATION"})
    assert len(first.context["rows"]) == 30
    assertContains(first, "120 open stages, due first")
    assertContains(first, "?unit=EDUCATION&amp;page=4")
    assert len(lines_of(client, "unit=EDUCATION&page=4")) == 30
    pages = [stage.pk for number in (1, 2, 3, 4) for stage in lines_of(client, f"page={number}")]
    assert len(set(pages)) == 120


def _copies(stage: Stage, count: int) -> list[Stage]:
    last = Stage.objects.order_by("-pk").values_list("pk", flat=True)[0]
    found = []
    for number in range(1, count + 1):
        copy = Stage.objects.get(pk=stage.pk)
        copy.pk, copy.number = last + number, stage.number + number
        found.append(copy)
    return found


def test_it_counts_no_further_than_it_needs_and_says_so(
    council: Council, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_lists, "PAGE_SIZE", 2)
    monkeypatch.setattr(case_lists, "MOST_BY_WORDS", 3)
    for _ in range(5):
        cases.log(council)
    client = client_for(council.officer)
    page = client.get(reverse("cases"), {"search": "plan"})
    assertContains(page, "More than 3 cases with “plan”")
    assertContains(page, "use another word or a filter to see the rest.")
    last = client.get(reverse("cases"), {"search": "plan", "page": "99"})
    assert last.context["page"].number == 2 and len(last.context["rows"]) == 1
    assertContains(client.get(reverse("cases")), "5 open stages")


def test_a_list_without_end_says_where_its_pages_end(
    council: Council, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_lists, "PAGE_SIZE", 2)
    monkeypatch.setattr(case_lists, "DEEP", 4)
    for _ in range(5):
        cases.log(council)
    page = client_for(council.officer).get(reverse("cases"), {"show": "cases", "page": "99"})
    assertContains(page, "5 cases, received last. The pages end before the list does: narrow it by a filter")
    assert (page.context["page"].number, len(page.context["rows"])) == (2, 2)


def test_ten_thousand_is_where_counting_ends(council: Council) -> None:
    cases.log(council)
    pages = LinePages(lines(council.officer, Show.WORK, now=NOW).order_by("pk"), 50, read=with_all)
    assert (pages.most, pages.count, pages.more) == (10_000, 1, False)


# --- what it costs ----------------------------------------------------------------------------------


ADDRESSES = (
    "",
    "?show=cases",
    "?show=stages&sort=opened",
    "?search=plan",
    "?unit=CHILDREN&colour=green&officer=nobody&turn=responder",
)


def test_it_takes_twelve_queries_for_3_lines_and_for_30(council: Council, client_for: Any) -> None:
    client = client_for(council.senior)
    client.get(reverse("cases"))

    def asked() -> dict[str, int]:
        return {address: queries_of(client, f"{reverse('cases')}{address}") for address in ADDRESSES}

    for kind in ("corporate", "enquiry", "children-act"):
        cases.accepted(council, kind)
    few = asked()
    for _ in range(9):
        cases.accepted(council)
        cases.accepted(council, "enquiry")
        cases.accepted(council, "children-act")
    assert asked() == few
    assert max(few.values()) <= 12


def test_and_as_many_with_300_units_as_with_5(council: Council, client_for: Any) -> None:
    cases.accepted(council)
    client = client_for(council.senior)
    few = queries_of(client, reverse("cases"))
    for number in range(300):
        make_unit(f"Team {number}", parent=council.education)
    assert queries_of(client, reverse("cases")) == few


# --- ticks and buttons ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "gives", "notes"),
    [
        ("officer", False, True),
        ("senior", True, True),
        ("manager", True, True),
        ("service_manager", True, True),
        ("responder", False, True),
        ("auditor", False, False),
    ],
)
def test_what_can_be_done_to_ticked_lines_is_offered_to_whom_it_is_for(
    council: Council, client_for: Any, part: str, gives: bool, notes: bool
) -> None:
    cases.accepted(council)
    text = client_for(getattr(council, part)).get(reverse("cases")).content.decode()
    assert ("Give the ticked ones to somebody" in text) == gives
    assert ("Add a note to the ticked ones" in text) == notes
    assert ('type="checkbox" name="line"' in text) == (gives or notes)


def test_ticks_are_for_open_work_and_all_of_a_page_can_be_ticked(council: Council, client_for: Any) -> None:
    for _ in range(3):
        cases.accepted(council)
    client = client_for(council.senior)
    ticks = re.compile(r'name="line" value="[0-9]+" id="line-[0-9]+"( checked)?')
    assert ticks.findall(client.get(reverse("cases")).content.decode()) == ["", "", ""]
    page = client.get(reverse("cases"), {"unit": "EDUCATION"})
    assertContains(page, "?unit=EDUCATION&amp;ticked=1#lines")
    page = client.get(reverse("cases"), {"unit": "EDUCATION", "ticked": "1"})
    assert ticks.findall(page.content.decode()) == [" checked"] * 3
    assert ticks.findall(client.get(reverse("cases"), {"ticked": "2"}).content.decode()) == ["", "", ""]
    assertNotContains(client.get(reverse("cases"), {"show": "cases"}), 'name="line"')


def test_the_words_of_the_address_are_those_of_the_list(council: Council) -> None:
    """One reading of an address, for the list, the downloads and the saved views."""
    lists = Lists.read()
    asked = asked_of({"search": " late   plan ", "page": "2"}, council.officer, now=NOW, lists=lists)
    assert (asked.show, asked.sort, asked.valid) == (Show.CASES, "-received", True)
    assert asked.data["search"] == "late plan"
