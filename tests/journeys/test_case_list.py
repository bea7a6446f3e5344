"""The list of cases: somebody filters it, opens a case, keeps the list under a name, gives two lines to a colleague
and takes the list away as a file; with JavaScript and without, wide and on a telephone."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from accounts.roles import Role
from complaints.models import Case, Stage
from tests.complaints import cases
from tests.complaints.cases import open_stage
from tests.factories import make_grant, make_user
from tests.journeys.council import days_ago, done


@pytest.fixture
def work(council) -> dict[str, Case]:
    """Two late complaints and one in time with SEND North, and a contact elsewhere whose summary is a formula."""
    before, long_ago = days_ago(2), days_ago(40)
    return {
        "taxi": cases.accepted(council, now=before, received=long_ago.date(), summary="Taxi never came"),
        "bus": cases.accepted(council, now=before, received=long_ago.date(), summary="Bus pass refused"),
        "plan": cases.accepted(council, now=before, received=before.date()),
        "other": cases.log(
            council,
            now=before,
            received=before.date(),
            unit=council.safeguarding,
            summary="=HYPERLINK(1)",
            points=[],
        ),
    }


@pytest.fixture
def colleague(council):
    """Another responder in SEND North."""
    person = make_user("Col League")
    make_grant(person, Role.RESPONDER, council.send_north)
    return person


def narrow(page: Page) -> None:
    """To the late ones of Education."""
    if page.get_by_text("Filter", exact=True).is_visible():
        page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Unit", exact=True).select_option(label="\u2003Education")
    page.get_by_label("Red", exact=True).check()
    page.get_by_role("button", name="Show the list").click()


def downloaded(page: Page, link: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    return waiting.value.path().read_bytes()


def answering(case: Case):
    return open_stage(case).responder


def give_two(page, work, council, colleague, reads_well) -> None:
    """Tick two, give them to a colleague, having forgotten to say to whom at first."""
    for case in ("taxi", "bus"):
        page.get_by_label(work[case].reference).check()
    page.get_by_role("button", name="Give the ticked ones to somebody").click()
    expect(page.get_by_role("heading", name="2 ticked")).to_be_visible()
    reads_well(page)
    page.get_by_role("button", name="Give them").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose who it goes to")
    expect(page.get_by_role("heading", name="2 ticked")).to_be_visible()
    page.get_by_label("Person who answers it").select_option(label="Col League")
    page.get_by_label("Why?").fill("Rae is away.")
    page.get_by_role("button", name="Give them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 given away")
    reads_well(page)
    assert [answering(work[name]) for name in ("taxi", "bus", "plan")] == [
        colleague,
        colleague,
        council.responder,
    ]


def test_a_senior_officer_works_from_the_list(
    page, council, work, colleague, sign_in, reads_well, screenshot
):
    sign_in(page, council.senior)
    page.goto("/cases/")
    expect(page.get_by_text("4 open stages, due first")).to_be_visible()
    reads_well(page)
    screenshot(page, "case-list")

    narrow(page)
    expect(page).to_have_url(re.compile(r"/cases/\?colour=red&unit=EDUCATION$"))
    expect(page.get_by_text("2 open stages, due first")).to_be_visible()
    reads_well(page)

    page.get_by_role("link", name=work["taxi"].reference).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Taxi never came")
    page.go_back()

    page.get_by_role("link", name="Save this list").click()
    reads_well(page)
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a name for the list")
    page.get_by_label("What do you call this list?").fill("Late in Education")
    page.get_by_role("button", name="Save it").click()
    done(page, "Saved as “Late in Education”.")
    page.get_by_role("link", name="Remove: Colour: Red").click()
    expect(page.get_by_text("3 open stages, due first")).to_be_visible()
    page.get_by_role("link", name="Late in Education").click()
    expect(page.get_by_text("2 open stages, due first")).to_be_visible()

    give_two(page, work, council, colleague, reads_well)
    page.get_by_role("link", name="Back to the list").click()
    expect(page).to_have_url(re.compile(r"/cases/\?colour=red&unit=EDUCATION$"))

    page.get_by_role("link", name="Change these").click()
    reads_well(page)
    page.get_by_role("button", name="Remove Late in Education").click()
    done(page, "Removed “Late in Education”.")


def test_the_list_is_taken_away_as_a_file(page, council, work, sign_in):
    sign_in(page, council.senior)
    page.goto("/cases/?sort=-opened")
    references = page.get_by_role("row").get_by_role("link").all_text_contents()
    assert len(references) == 4
    rows = list(csv.reader(io.StringIO(downloaded(page, "csv").decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == references
    assert {row[4] for row in rows[1:]} >= {"Taxi never came", "'=HYPERLINK(1)"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(downloaded(page, "Excel (xlsx)")))
    sheet = book.get_sheet_by_name("Open work").to_python()
    assert [row[0] for row in sheet[1:]] == references
    assert sheet[0] == rows[0]
    assert "=HYPERLINK(1)" in {row[4] for row in sheet[1:]}


def test_without_javascript_on_a_telephone(open_page, council, work, colleague, sign_in, fits):
    page = open_page(400, javascript=False)
    sign_in(page, council.senior)
    page.goto("/cases/")
    expect(page.get_by_label("Unit", exact=True)).not_to_be_visible()
    narrow(page)
    expect(page.get_by_text("2 open stages, due first")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Tick all 2 on this page").click()
    page.get_by_role("button", name="Add a note to the ticked ones").click()
    page.get_by_label("Note", exact=True).fill("The office is closed on Monday.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 noted on")
    fits(page)
    page.get_by_role("link", name="Back to the list").click()
    page.get_by_label("Find a case by").fill("taxi")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name=work["taxi"].reference)).to_be_visible()
    expect(page.get_by_role("link", name=work["bus"].reference)).to_have_count(0)


def test_what_cannot_be_read_is_mended_where_it_stands(page, council, work, sign_in, reads_well):
    sign_in(page, council.officer)
    page.goto("/cases/?due_from=soon&unit=NOWHERE")
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    reads_well(page)
    page.get_by_role("link", name="Give the day it is due from").click()
    expect(page.get_by_label("Due from")).to_be_focused()
    page.get_by_label("Due from").fill("2026-01-01")
    page.get_by_role("button", name="Show the list").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(
        page.get_by_role("link", name=re.compile("Remove: Due from: Thursday 1 January 2026"))
    ).to_be_visible()


def test_names_without_end_and_nothing_at_all_fit(page, council, sign_in, reads_well):
    sign_in(page, council.senior)
    page.goto("/cases/")
    expect(page.get_by_text("There is no open work that you may see.")).to_be_visible()
    reads_well(page)
    case = cases.accepted(council, summary="W" * 200)
    Stage.objects.filter(case=case).update(officer=None, officer_text="Ottoline" * 20)
    council.send_north.name = "Special" * 25
    council.send_north.save()
    page.goto("/cases/?search=" + "w" * 180)
    reads_well(page)
    page.goto("/cases/?unit=SEND-NORTH")
    reads_well(page)
