"""An Assistant Director on a phone: reads and signs, amends and signs, returns; and the officer sends."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from complaints.actions import drafting, escalation
from complaints.models import Draft, Letter
from slas.core.wording import long_date
from tests.complaints import cases
from tests.complaints.cases import deadline, open_stage
from tests.journeys.council import comes_in, done, happened, waiting

ANSWER = """# Our answer

Dear Jo,

We are sorry that the plan was late.

- It was due in September.
- It is finished now.

You can ask the Ombudsman to look at it."""


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


def test_one_is_signed_one_amended_one_returned(phone, council, to_sign, axe, fits):
    signed, amended, returned = to_sign("Signed"), to_sign("Amended"), to_sign("Returned")
    comes_in(phone, council.director)
    expect(phone.get_by_text("All 3 things that wait for you")).to_be_visible()
    row = waiting(phone, "Signed")
    expect(row).to_contain_text(long_date(deadline(signed).due_on))
    row.get_by_role("link", name="Sign off").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Sign off the answer")
    expect(phone.get_by_role("region", name="The complaint")).to_contain_text("The plan is late")
    expect(phone.get_by_text("We are sorry that the plan was late.").first).to_be_visible()
    axe(phone)
    fits(phone)
    phone.get_by_role("link", name="Go to your decision").click()
    phone.get_by_role("button", name="Sign off", exact=True).click()
    done(phone, "Signed off.")
    expect(phone.get_by_role("heading", name="Waiting for Olu Officer")).to_be_visible()
    happened(phone, "Ada Director approved the draft and signed it off.")

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
    happened(phone, "Ada Director amended the draft (version 2) and signed it off.")
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
    phone.goto("/")
    expect(phone.get_by_text("Nothing waits for you.")).to_be_visible()


def test_the_officer_checks_and_sends_what_was_signed(page, council, to_sign, sign_in, reads_well):
    case = to_sign("Plan late")
    drafting.refuse_signature(case=case, by=council.director, now=timezone.now(), reason="Name the school.")
    drafting.submit(case=case, by=council.officer, now=timezone.now(), text=ANSWER + "\n\nThe school agrees.")
    sign_in(page, council.senior)
    page.goto(f"/cases/{case.reference}/approve/")
    expect(page.get_by_role("heading", name="What changed since version 1")).to_be_visible()
    reads_well(page)
    page.get_by_role("button", name="Approve").click()
    done(page, "Approved.")
    drafting.sign(case=case, by=council.director, now=timezone.now())
    page.goto(f"/cases/{case.reference}/send/")
    reads_well(page)
    page.get_by_role("button", name="Record that it was sent").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a finding for point 1")
    reads_well(page)
    for n in (1, 2):
        page.get_by_role("group", name=f"Point {n}:").get_by_role("radio", name="Upheld", exact=True).check()
    page.get_by_role("radio", name="Letter, first class").check()
    page.get_by_role("button", name="Record that it was sent").click()
    done(page, "Recorded. It counts as received on")
    letter = Letter.objects.get(case=case, stage=open_stage(case), kind="response")
    assert letter.text == ANSWER + "\n\nThe school agrees."
    page.goto(f"/cases/{case.reference}/letters/{letter.pk}/")
    reads_well(page)
