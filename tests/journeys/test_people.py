"""Somebody new: added by an administrator, signed in with a starting password, locked out when it is forgotten."""

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from tests.factories import make_unit

PASSWORD = "a-calm-Monday-2026"


@pytest.fixture
def administrator(transactional_db, user_with):
    return user_with(Role.ADMINISTRATOR, name="Joanna Field")


def enter(page, email, password, *, here=False):
    if not here:
        page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_colleague_starts(page, open_page, administrator, sign_in, axe, fits):
    make_unit(name="Family Safeguarding")
    sign_in(page, administrator)
    page.goto("/people/add/")
    page.get_by_role("button", name="Add this person").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose where they hold this role")
    axe(page)
    page.get_by_label("Name", exact=True).fill("Daniel Okafor")
    page.get_by_label("Work e-mail address").fill("daniel.okafor@council.example")
    page.get_by_role("radio", name="Responder").check()
    page.get_by_label("Where").select_option(label="Family Safeguarding")
    page.get_by_role("button", name="Add this person").click()
    password = page.locator("code").inner_text()
    axe(page)
    fits(page)

    daniel = open_page(400)
    daniel.goto("/policies/")  # a link somebody sent: it is not lost on the way
    enter(daniel, "daniel.okafor@council.example", password, here=True)
    expect(daniel.get_by_label("Your password now")).to_be_visible()
    axe(daniel)
    daniel.get_by_label("Your password now", exact=True).fill(password)
    daniel.get_by_label("New password", exact=True).fill(PASSWORD)
    daniel.get_by_label("New password again", exact=True).fill(PASSWORD)
    daniel.get_by_role("button", name="Save and go on").click()
    expect(daniel.get_by_role("heading", level=1)).to_have_text("Policies")
    axe(daniel)
    fits(daniel)


def test_locked_out_one_is_told_when_to_try_again(each_page, administrator, axe, fits):
    for _ in range(6):
        enter(each_page, administrator.email, "not-the-password")
    expect(each_page.get_by_role("heading", level=1)).to_contain_text("locked", ignore_case=True)
    axe(each_page)
    fits(each_page)
