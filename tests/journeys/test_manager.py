"""A Customer Relations Manager gives more time, puts a date right, takes up a late request and reopens a case."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from complaints.models import Case, Extension
from complaints.policies.loader import load, path_of
from slas.core.calendar import LONDON
from slas.core.wording import long_date
from slas.models import Policy
from slas.service import load_bank_holidays, set_own_policy
from tests.complaints import cases
from tests.complaints.cases import deadline, make_council, open_stage
from tests.slas.conftest import _nothing_remembered

__all__ = ["_nothing_remembered"]


@pytest.fixture
def council(transactional_db):
    """A council with Surrey's policy, and one person for each part."""
    load_bank_holidays(by=None, now=timezone.now())
    for pack in ("children-act-2006", "surrey-cfllc"):
        load(path_of(pack), by=None, now=timezone.now())
    set_own_policy(Policy.objects.get(code="surrey-cfllc"), by=None, now=timezone.now())
    return make_council()


def days_ago(days: int) -> datetime:
    """A morning so many days ago."""
    return datetime.combine(timezone.localdate() - timedelta(days=days), time(9, 30), LONDON)


@pytest.fixture
def complex_case(council):
    """A children's complaint of three days ago that the responder took on."""
    return cases.accepted(council, "children-act", now=days_ago(2), received=days_ago(3).date())


@pytest.fixture
def answered(council):
    """A corporate complaint answered and closed two months ago: longer than there is to ask for stage 2."""
    return cases.closed(council, now=days_ago(60), received=days_ago(64).date())


def typed(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def do(page, case, action):
    """From the case, by what can be done there."""
    page.goto(f"/cases/{case.reference}/")
    page.get_by_role("navigation", name="What you can do").get_by_role(
        "link", name=action, exact=True
    ).click()


def give_more_time(page, case):
    """As far as the page that shows what it does."""
    do(page, case, "Extend the deadline")
    expect(page.get_by_text("Up to 20 working days in all")).to_be_visible()
    page.get_by_label("New total, in working days").fill("20")
    page.get_by_label("Who asked for more time?").fill("SEND North")
    expect(page.get_by_label("Who approved it?").locator("option:checked")).to_have_text("Mo Manager")
    page.get_by_label("Why is more time needed?").fill("Two teams are involved, and an advocate helps.")
    page.get_by_role("button", name="Show what it does").click()


def test_a_complex_case_gets_more_time_and_its_date_is_put_right(
    page, council, complex_case, sign_in, axe, fits
):
    sign_in(page, council.manager)
    before = deadline(complex_case).due_on
    page.goto(f"/cases/{complex_case.reference}/")
    expect(page.get_by_role("link", name="Pause", exact=True)).to_have_count(0)
    give_more_time(page, complex_case)
    # The complainant has to agree first, and nothing typed is lost.
    expect(page.get_by_role("alert")).to_contain_text(
        "It is extended only if the complainant agrees (S7.1, SA1)"
    )
    expect(page.get_by_label("Who asked for more time?")).to_have_value("SEND North")
    axe(page)
    fits(page)
    page.get_by_label("The complainant agrees").check()
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Extend the deadline: what it does to the dates"
    )
    row = page.get_by_role("row", name="Send the response")
    expect(row).to_contain_text(long_date(before))
    assert not Extension.objects.exists()
    axe(page)
    fits(page)
    page.get_by_role("button", name="Extend the deadline").click()
    expect(page.get_by_role("status")).to_contain_text("Extended.")
    extended = deadline(complex_case).due_on
    expect(page.get_by_role("table", name="Deadlines of Stage 1")).to_contain_text(long_date(extended))
    expect(page.get_by_role("table", name="Deadlines of Stage 1")).to_contain_text(
        f"first {long_date(before)}"
    )

    do(page, complex_case, "Correct a date")
    axe(page)
    fits(page)
    page.get_by_label("The concern was received:").check()
    earlier = complex_case.received_on - timedelta(days=1)
    page.get_by_label("The day it really happened").fill(typed(earlier))
    page.get_by_label("What was wrong?").fill("It was stamped the day before.")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("row", name="Send the response")).to_contain_text(long_date(extended))
    page.get_by_role("button", name="Put it right").click()
    expect(page.get_by_role("status")).to_contain_text("What hangs on it was worked out anew.")
    assert Case.objects.get(pk=complex_case.pk).received_on == earlier

    page.get_by_role("link", name="Why this date? Send the response").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why these dates?")
    expect(page.get_by_text("Asked for by SEND North. Approved by Mo Manager.")).to_be_visible()
    expect(page.get_by_text("It was stamped the day before.").first).to_be_visible()
    expect(page.get_by_role("heading", name="Day by day: Send the response")).to_be_visible()
    axe(page)
    fits(page)
    page.get_by_role("link", name="Try other dates in the calculator").first.click()
    now_due = deadline(complex_case).due_on
    expect(page.get_by_role("region", name="Send the response")).to_contain_text(long_date(now_due))


def test_a_late_request_for_stage_2_is_taken_up_and_another_case_reopened(
    page, council, answered, sign_in, axe, fits
):
    other = cases.closed(council, now=days_ago(6), received=days_ago(9).date())
    sign_in(page, council.manager)
    do(page, answered, "Escalate to the next stage")
    expect(
        page.get_by_text("A late request is decided on: it is not refused for that alone.")
    ).to_be_visible()
    page.get_by_text("Why this date?").click()
    expect(page.get_by_text("Rule: 20 working days after response received.")).to_be_visible()
    axe(page)
    fits(page)
    page.get_by_label("Their reasons").fill("The second point was not answered.")
    page.get_by_label("The plan is late").uncheck()
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it is taken up all the same")
    expect(page.get_by_label("The plan is late")).not_to_be_checked()
    page.get_by_label("If they asked late, why is it taken up all the same?").fill("They were in hospital.")
    page.get_by_role("button", name="Show what it does").click()
    expect(
        page.get_by_text("It goes to Corporate complaint: Stage 2, review by Customer Relations.")
    ).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Escalate", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The next stage is open.")
    expect(page.get_by_text("Asked for late: They were in hospital.")).to_be_visible()
    assert [row.point.text for row in open_stage(answered).points.all()] == ["Nobody replied"]

    do(page, other, "Reopen")
    page.get_by_label("Why is it reopened?").fill("One point was left out.")
    axe(page)
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_role("button", name="Reopen it").click()
    expect(page.get_by_role("status")).to_contain_text("Reopened.")
    assert Case.objects.get(pk=other.pk).closed_at is None


def test_more_time_on_a_phone(phone, council, complex_case, sign_in, axe, fits):
    sign_in(phone, council.manager)
    give_more_time(phone, complex_case)
    phone.get_by_label("The complainant agrees").check()
    fits(phone)
    phone.get_by_role("button", name="Show what it does").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("what it does to the dates")
    fits(phone)
    axe(phone)
    phone.get_by_role("button", name="Change it").click()
    expect(phone.get_by_label("New total, in working days")).to_have_value("20")
    phone.get_by_role("button", name="Show what it does").click()
    phone.get_by_role("button", name="Extend the deadline").click()
    expect(phone.get_by_role("status")).to_contain_text("Extended.")
    phone.goto(f"/cases/{complex_case.reference}/dates/")
    fits(phone)
    axe(phone)
    assert Extension.objects.get().total == 20
