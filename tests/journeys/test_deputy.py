"""An Assistant Director who is away names cover; the deputy finds the turn, and signs 'for'."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.actions import end_cover, name_cover
from audit.service import history
from complaints.actions import drafting, escalation
from complaints.models import Case, DraftDecision
from tests.complaints import cases
from tests.complaints.cases import Council, open_stage
from tests.factories import make_user


def to_sign(council: Council) -> Case:
    """A review of stage 2 whose answer was checked."""
    now = timezone.now()
    today = timezone.localdate(now)
    case = cases.closed(council, now=now, received=today - timedelta(days=2))
    escalation.escalate(case=case, by=council.officer, now=now, asked_on=today, reasons="Not answered")
    drafting.review(case=case, by=council.officer, now=now, outcome="peer-review", note="We look again.")
    drafting.submit(case=case, by=council.officer, now=now, text="# Our answer\n\nWe are sorry.")
    return drafting.approve(case=case, by=council.senior, now=now)


def test_a_deputy_signs_for_whom_they_cover(page, phone, council, sign_in, axe, fits):
    case = to_sign(council)
    deputy = make_user("Dee Deputy")
    today = timezone.localdate()

    sign_in(phone, deputy)
    phone.goto(f"/cases/{case.reference}/")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("not")  # there is no such page for them

    sign_in(page, council.director)
    page.goto("/cover/")
    page.get_by_label("Who will be away").select_option(label="Me, Ada Director")
    page.get_by_label("Who will do their work").select_option(label="Dee Deputy")
    page.get_by_label("First day").fill(f"{today:%d/%m/%Y}")
    page.get_by_label("Last day").fill(f"{today + timedelta(days=4):%d/%m/%Y}")
    page.get_by_role("button").filter(has_text="cover").last.click()
    expect(page.get_by_role("status").filter(has_text="Dee Deputy covers you")).to_be_visible()

    phone.goto("/")
    row = phone.get_by_role("row").filter(has_text=case.reference)
    expect(row).to_contain_text("for Ada Director")
    axe(phone)
    fits(phone)
    row.get_by_role("link", name="Sign off").click()
    expect(phone.get_by_text("You sign for Ada Director.")).to_be_visible()
    axe(phone)
    fits(phone)
    phone.get_by_role("button", name="Sign off", exact=True).click()
    expect(phone.get_by_role("status").filter(has_text="Signed off.")).to_be_visible()
    assert open_stage(case).state == "to-send"
    decision = DraftDecision.objects.get(step=DraftDecision.Step.SIGN)
    assert (decision.by, decision.for_whom) == (deputy, council.director)
    last = history(case.stream).order_by("-sequence").first()
    assert last.text.sentence.startswith("Dee Deputy, for Ada Director,")

    phone.goto("/")
    expect(phone.get_by_text("Nothing waits for you.")).to_be_visible()


def test_cover_that_is_over_leads_nowhere(page, council, sign_in):
    case = to_sign(council)
    deputy, now = make_user("Dee Deputy"), timezone.now()
    today = timezone.localdate(now)
    cover = name_cover(
        absent=council.director,
        deputy=deputy,
        first=today,
        last=today,
        reason="",
        by=council.director,
        now=now,
    )
    sign_in(page, deputy)
    page.goto(f"/cases/{case.reference}/sign/")
    expect(page.get_by_role("button", name="Sign off", exact=True)).to_be_visible()
    end_cover(cover=cover, by=council.director, now=now)
    answer = page.goto(f"/cases/{case.reference}/sign/")
    assert answer.status == 404
