"""Leadership follows a number to its cases, on a telephone and with the keyboard; and looks at a period."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Unit
from complaints.models import Case
from tests.complaints import cases
from tests.complaints.cases import Council
from tests.journeys.council import days_ago


@pytest.fixture
def work(council: Council) -> list[Case]:
    """Work of two teams and a service, some of it late."""
    Unit.objects.filter(code="SAFEGUARDING").update(name="Safeguarding, family support and early help " * 3)
    now = timezone.now()
    today = timezone.localdate(now)
    long_ago = days_ago(30)
    made = [
        cases.accepted(council, now=long_ago, received=long_ago.date(), summary="Late plan"),
        cases.accepted(council, now=now, received=today - timedelta(days=1), summary="Taxi"),
        cases.log(council, now=now, received=today, summary="New contact"),
        cases.log(council, now=now, received=today, summary="Social worker", unit=council.safeguarding),
    ]
    cases.closed(council, now=now, received=today, summary="Answered today")
    return made


def rows(page: Page) -> int:
    return page.get_by_role("main").locator("tbody tr").count()


def test_a_director_follows_a_number_to_its_cases_on_a_phone(phone, council, work, sign_in, axe, fits):
    sign_in(phone, council.director)
    phone.goto("/dashboard/")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Education")
    axe(phone)
    fits(phone)
    by_unit = phone.get_by_role("region", name="By service and team")
    by_unit.get_by_role("link", name="SEND North").click()
    expect(phone).to_have_url(re.compile(r"\?unit=SEND-NORTH$"))
    axe(phone)
    fits(phone)
    red = phone.locator(".app-tile--red").get_by_role("link")
    expect(red).to_have_text("1")
    red.click()
    expect(phone).to_have_url(re.compile("colour=red"))
    expect(phone.get_by_role("main")).to_contain_text("Late plan")
    expect(phone.get_by_role("main")).not_to_contain_text("Taxi")
    phone.go_back()
    phone.get_by_role("navigation", name="Units above").get_by_role("link", name="Education").click()
    expect(phone.locator(".app-tile--all")).to_contain_text("3")


def test_an_officer_finds_their_own_and_everybodys_by_keyboard(page, council, work, sign_in, reads_well):
    sign_in(page, council.officer)
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Dashboard").click()
    reads_well(page)
    yours = page.get_by_role("region", name="Yours")
    own = yours.get_by_role("row", name="Olu Officer").get_by_role("link").first
    expect(own).to_have_text("4")
    own.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"officer={council.officer.pk}"))
    assert rows(page) == 4
    page.go_back()
    weeks = page.get_by_role("region", name="Received and closed by week")
    expect(weeks.get_by_role("img", name="Received and closed")).to_be_visible()
    weeks.get_by_role("row").last.get_by_role("link").last.click()
    expect(page.get_by_role("main")).to_contain_text("Answered today")
    assert rows(page) == 1


def test_the_number_of_every_tile_is_that_of_its_list(page, council, work, sign_in):
    sign_in(page, council.manager)
    page.goto("/dashboard/")
    links = page.locator(".app-tile a")
    told = [(link.get_attribute("href"), int(link.inner_text())) for link in links.all()]
    assert sum(number for _, number in told[1:]) == told[0][1] == 4
    for address, number in told:
        page.goto(address)
        assert rows(page) == number


def test_a_period_is_chosen_mended_and_followed_without_javascript(plain_page, council, work, sign_in):
    page = plain_page
    sign_in(page, council.manager)
    page.goto("/statistics/")
    today = timezone.localdate()
    page.get_by_label("First day").fill(f"{today.day}/{today.month}/{today.year}")
    page.get_by_label("Last day").fill("yesterday")
    page.get_by_role("button", name="Show this period").click()
    expect(page.get_by_role("alert")).to_contain_text("yesterday is not a date")
    expect(page.get_by_label("First day")).to_have_value(f"{today.day}/{today.month}/{today.year}")
    page.get_by_label("Last day").fill(f"{today.day}/{today.month}/{today.year}")
    page.get_by_role("button", name="Show this period").click()
    tile = page.locator(".app-tile").filter(has_text="Stages answered")
    expect(tile).to_contain_text("1")
    tile.get_by_role("link").click()
    assert rows(page) == 1


@pytest.mark.parametrize("asked", ["", "?from=2026-10-31&to=1/10/2026", "?unit=EDUCATION"])
def test_statistics_read_well(page, council, work, sign_in, reads_well, asked):
    sign_in(page, council.auditor)
    page.goto(f"/statistics/{asked}")
    reads_well(page)


def test_an_empty_dashboard_reads_well(page, council, sign_in, reads_well):
    sign_in(page, council.auditor)
    page.goto("/dashboard/")
    expect(page.get_by_role("main")).to_contain_text("No open work")
    reads_well(page)
