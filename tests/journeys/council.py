"""A council to walk through: Surrey's policy, and one person for each part."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from complaints.actions import intake
from complaints.actions.parties import PartyDraft
from complaints.models import Case
from complaints.policies.loader import load, path_of
from slas.core.calendar import LONDON
from slas.models import Policy
from slas.service import load_bank_holidays, set_own_policy
from tests.complaints.cases import Council, make_council
from tests.factories import PASSWORD


@pytest.fixture
def own_policy(transactional_db: None) -> Policy:
    """Surrey's, which this council follows."""
    now = timezone.now()
    load_bank_holidays(by=None, now=now)
    for pack in ("children-act-2006", "surrey-cfllc"):
        load(path_of(pack), by=None, now=now)
    policy = Policy.objects.get(code="surrey-cfllc")
    set_own_policy(policy, by=None, now=now)
    return policy


@pytest.fixture
def council(own_policy: Policy) -> Council:
    return make_council()


def wrote_before(council: Council) -> Case:
    """What the same mother wrote about, earlier today."""
    now = timezone.now()
    contact = intake.Contact(
        received=timezone.localdate(now),
        summary="School place",
        unit=council.education,
        parties=[PartyDraft("complainant", "Jo Example", phone="01483 555123")],
        points=["No school place"],
    )
    return intake.log_contact(contact, by=council.officer, now=now)


def days_ago(days: int) -> datetime:
    """A morning so many days ago."""
    return datetime.combine(timezone.localdate() - timedelta(days=days), time(9, 30), LONDON)


def typed(day: date) -> str:
    """A day as somebody types it."""
    return f"{day.day}/{day.month}/{day.year}"


def comes_in(page: Page, person: User) -> None:
    """`person` signs in, and is at their page of today."""
    page.goto("/")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello, {person}")


def waiting(page: Page, words: str) -> Locator:
    """The line about `words` in what waits for somebody today."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    return page.get_by_role("row").filter(has_text=words)


def do(page: Page, case: Case, action: str) -> None:
    """From the case, by what can be done there."""
    page.goto(f"/cases/{case.reference}/")
    page.get_by_role("navigation", name="What you can do").get_by_role(
        "link", name=action, exact=True
    ).click()


def done(page: Page, words: str) -> None:
    """What was done is said at the top of the page."""
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def happened(page: Page, sentence: str) -> None:
    """The timeline says so."""
    expect(page.get_by_role("region", name="Timeline")).to_contain_text(sentence)
