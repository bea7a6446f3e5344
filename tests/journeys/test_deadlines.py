"""A deadline worked out in a real browser: by mouse, by keyboard, on a phone, without JavaScript, on paper."""

import re

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from tests.factories import PASSWORD, make_unit

QUESTION = "/deadlines/surrey-cfllc/stage-1-childrens/?event-received=2026-12-18&today=2027-01-04"
LGSCO = "/deadlines/surrey-cfllc/lgsco-enquiry/?event-received=2026-05-12&given-respond=2026-05-20&today=2026-05-18"


@pytest.fixture
def officer(own_policy, user_with):
    """An officer of a council whose policy is Surrey's."""
    return user_with(Role.CR_OFFICER, name="Amira Khan")


def test_signing_in_and_working_out_a_date(page, officer):
    page.goto("/deadlines/")
    page.get_by_label("E-mail address").fill(officer.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Work out a deadline")
    page.get_by_role("link", name="Stage 1, children's services").click()
    page.get_by_label("The complaint was received").fill("18/12/2026")
    page.get_by_role("button", name="Work out the dates").click()
    milestone = page.get_by_role("region", name="Send the response")
    expect(milestone).to_contain_text("Wednesday 6 January 2027")
    expect(milestone).to_contain_text("Bank holidays not counted: Fri 25 Dec (Christmas Day)")
    expect(page.get_by_role("table", name="December 2026")).to_be_visible()
    link = page.get_by_label("Link to exactly this question").input_value()
    page.goto(link)
    expect(page.get_by_role("region", name="Send the response")).to_contain_text("Wednesday 6 January 2027")
    page.get_by_role("button", name="Sign out").click()
    page.goto(link)
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_the_same_with_the_keyboard_alone(page, officer, sign_in):
    sign_in(page, officer)
    page.goto("/deadlines/surrey-cfllc/stage-1-sen/")
    field = page.get_by_label("The complaint was received")
    for _ in range(20):
        page.keyboard.press("Tab")
        if field.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.type("12/5/2026")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Send the response")).to_contain_text("Wednesday 27 May 2026")


def test_the_same_without_javascript(plain_page, officer, sign_in):
    sign_in(plain_page, officer)
    plain_page.goto("/deadlines/surrey-cfllc/stage-2-education/")
    plain_page.get_by_label("The escalated complaint landed").fill("12/5/2026")
    plain_page.get_by_label("Interview with the identified officer").fill("1 June 2026")
    plain_page.get_by_role("button", name="Work out the dates").click()
    asked = plain_page.get_by_role("region", name="Questions to the officer before the interview")
    expect(asked).to_contain_text("Thursday 28 May 2026")
    review = plain_page.get_by_role("region", name="Review the complaint")
    review.get_by_text("Why this date?").click()
    review.get_by_role("link", name="Show it in the calendar").click()
    expect(plain_page.get_by_role("heading", name="Day by day: Review the complaint")).to_be_visible()


EVERYBODYS_PAGES = [
    "/",
    "/deadlines/",
    "/deadlines/surrey-cfllc/stage-3/",
    QUESTION,
    LGSCO,
    LGSCO + "&view=print",
    "/deadlines/surrey-cfllc/stage-1-childrens/?event-received=never&extend-respond=99",
    "/calendars/",
    "/calendars/surrey-cfllc/",
    "/bank-holidays/scotland/",
    "/policies/",
    "/policies/surrey-cfllc/",
    "/cover/",
]
ADMINISTRATORS_PAGES = [
    "/calendars/surrey-cfllc/",
    "/calendars/surrey-cfllc/change/",
    "/bank-holidays/england-and-wales/",
    "/policies/surrey-cfllc/lists/",
    "/people/",
    "/people/?search=nobody",
    "/people/add/",
    "/people/{person}/",
    "/units/",
    "/units/add/",
    "/units/{unit}/",
    "/account/",
    "/account/password/",
]


def test_every_page_is_accessible_and_fits(page, officer, sign_in, reads_well):
    sign_in(page, officer)
    for path in EVERYBODYS_PAGES:
        assert page.goto(path).status == 200, path
        reads_well(page)


def test_an_administrators_pages_are_too(page, officer, user_with, sign_in, reads_well):
    unit = make_unit(name="Early help and family support " * 5)
    long_name = user_with(Role.RESPONDER, unit, name="Wolfeschlegelsteinhausenbergerdorff" * 5)
    sign_in(page, user_with(Role.ADMINISTRATOR))
    for path in ADMINISTRATORS_PAGES:
        assert page.goto(path.format(person=long_name.pk, unit=unit.pk)).status == 200, path
        reads_well(page)


def test_a_form_sent_empty_is_accessible_too(page, officer, user_with, sign_in, reads_well):
    sign_in(page, user_with(Role.ADMINISTRATOR))
    page.goto("/bank-holidays/england-and-wales/")
    page.get_by_role("button", name="Add this bank holiday").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the day of the bank holiday")
    reads_well(page)


def test_a_mistake_is_led_to_and_nothing_typed_is_lost(page, officer, sign_in):
    sign_in(page, officer)
    page.goto("/deadlines/surrey-cfllc/stage-1-childrens/")
    page.get_by_label("The complaint was received").fill("18/12/2026")
    page.get_by_label("Extended to, in working days").fill("30")
    page.get_by_role("button", name="Work out the dates").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Extended to, in working days")).to_be_focused()
    expect(page.get_by_label("The complaint was received")).to_have_value("18/12/2026")


def test_on_paper_the_working_is_unfolded_and_the_form_is_gone(page, officer, sign_in):
    sign_in(page, officer)
    page.goto(LGSCO + "&view=print")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_text("7 calendar days earlier is")).to_be_visible()
    expect(page.get_by_text("Worked out by Amira Khan")).to_be_visible()
