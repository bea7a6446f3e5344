"""An Assistant Director on a phone: reads and signs, amends and signs, returns; and the officer sends."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from complaints.actions import drafting, escalation
from complaints.models import Draft, Letter
from complaints.policies.loader import load, path_of
from slas.models import Policy
from slas.service import load_bank_holidays, set_own_policy
from tests.complaints import cases
from tests.complaints.cases import make_council, open_stage
from tests.slas.conftest import _nothing_remembered

__all__ = ["_nothing_remembered"]

ANSWER = """# Our answer

Dear Jo,

We are sorry that the plan was late.

- It was due in September.
- It is finished now.

You can ask the Ombudsman to look at it."""


@pytest.fixture
def council(transactional_db):
    """A council with Surrey's policy, and one person for each part."""
    load_bank_holidays(by=None, now=timezone.now())
    for pack in ("children-act-2006", "surrey-cfllc"):
        load(path_of(pack), by=None, now=timezone.now())
    set_own_policy(Policy.objects.get(code="surrey-cfllc"), by=None, now=timezone.now())
    return make_council()


@pytest.fixture
def to_sign(council):
    """Makes a review of stage 2 whose answer was checked: to_sign("Plan late")."""

    def make(summary: str):
        now = timezone.now()
        case = cases.closed(
            council, now=now, received=timezone.localdate(now) - timedelta(days=2), summary=summary
        )
        asked_on = timezone.localdate(now)
        escalation.escalate(case=case, by=council.officer, now=now, asked_on=asked_on, reasons="Not answered")
        drafting.review(case=case, by=council.officer, now=now, outcome="peer-review", note="We look again.")
        drafting.submit(case=case, by=council.officer, now=now, text=ANSWER)
        return drafting.approve(case=case, by=council.senior, now=now)

    return make


def to_the_signature(page, case):
    page.goto(f"/cases/{case.reference}/")
    page.get_by_role("region", name="Next").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign off the answer")


def done(page, words):
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def test_one_is_signed_one_amended_one_returned(phone, council, to_sign, sign_in, axe, fits):
    signed, amended, returned = to_sign("Signed"), to_sign("Amended"), to_sign("Returned")
    sign_in(phone, council.director)

    to_the_signature(phone, signed)
    expect(phone.get_by_role("region", name="The complaint")).to_contain_text("The plan is late")
    expect(phone.get_by_text("We are sorry that the plan was late.").first).to_be_visible()
    axe(phone)
    fits(phone)
    phone.get_by_role("link", name="Go to your decision").click()
    phone.get_by_role("button", name="Sign off", exact=True).click()
    done(phone, "Signed off.")
    assert open_stage(signed).state == "to-send"

    to_the_signature(phone, amended)
    phone.get_by_text("Amend it yourself, and sign it off").click()
    text = phone.get_by_label("The answer, for you to amend")
    text.fill(text.input_value().replace("We are sorry", "I am sorry"))
    axe(phone)
    fits(phone)
    phone.get_by_role("button", name="Sign off", exact=True).click()
    expect(phone.get_by_role("alert")).to_contain_text("You changed the text")
    axe(phone)
    phone.get_by_role("button", name="Amend and sign off").click()
    done(phone, "Signed off.")
    assert "I am sorry" in Draft.objects.get(stage=open_stage(amended), version=2).text

    to_the_signature(phone, returned)
    phone.get_by_text("Return it with what to change", exact=True).click()
    phone.get_by_role("button", name="Return with what to change").click()
    expect(phone.get_by_role("alert")).to_contain_text("Say what is to be changed before you sign")
    phone.get_by_label("What is to be changed before you sign?").fill("Say when it is reviewed.")
    axe(phone)
    fits(phone)
    phone.get_by_role("button", name="Return with what to change").click()
    done(phone, "Returned without signing")
    assert open_stage(returned).state == "to-answer"


def test_the_officer_checks_and_sends_what_was_signed(each_page, council, to_sign, sign_in, axe, fits):
    case = to_sign("Plan late")
    drafting.refuse_signature(case=case, by=council.director, now=timezone.now(), reason="Name the school.")
    drafting.submit(case=case, by=council.officer, now=timezone.now(), text=ANSWER + "\n\nThe school agrees.")
    sign_in(each_page, council.senior)
    each_page.goto(f"/cases/{case.reference}/approve/")
    expect(each_page.get_by_role("heading", name="What changed since version 1")).to_be_visible()
    axe(each_page)
    fits(each_page)
    each_page.get_by_role("button", name="Approve").click()
    done(each_page, "Approved.")
    drafting.sign(case=case, by=council.director, now=timezone.now())
    each_page.goto(f"/cases/{case.reference}/send/")
    axe(each_page)
    fits(each_page)
    each_page.get_by_role("button", name="Record that it was sent").click()
    expect(each_page.get_by_role("alert")).to_contain_text("Choose a finding for point 1")
    axe(each_page)
    fits(each_page)
    for n in (1, 2):
        each_page.get_by_role("group", name=f"Point {n}:").get_by_role(
            "radio", name="Upheld", exact=True
        ).check()
    each_page.get_by_role("radio", name="Letter, first class").check()
    each_page.get_by_role("button", name="Record that it was sent").click()
    done(each_page, "Recorded. It counts as received on")
    letter = Letter.objects.get(case=case, stage=open_stage(case), kind="response")
    assert letter.text == ANSWER + "\n\nThe school agrees."
    each_page.goto(f"/cases/{case.reference}/letters/{letter.pk}/")
    axe(each_page)
    fits(each_page)
