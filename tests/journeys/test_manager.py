"""A Customer Relations Manager gives more time, puts a date right, takes up a late request, reopens and
closes a case, gives somebody's work to others, and keeps a case to a named list."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from complaints.actions import dates
from complaints.models import Case, Extension
from slas.core.wording import long_date
from tests.complaints import cases
from tests.complaints.cases import deadline, open_stage
from tests.factories import make_grant, make_user
from tests.journeys.council import comes_in, days_ago, do, done, happened, typed


@pytest.fixture
def complex_case(council):
    """A children's complaint of three days ago that the responder took on."""
    return cases.accepted(council, "children-act", now=days_ago(2), received=days_ago(3).date())


@pytest.fixture
def answered(council):
    """A corporate complaint answered and closed two months ago: longer than there is to ask for stage 2."""
    return cases.closed(council, now=days_ago(60), received=days_ago(64).date())


def give_more_time(page, case):
    """As far as the page that shows what it does."""
    do(page, case, "Extend the deadline")
    expect(page.get_by_text("Up to 20 working days in all")).to_be_visible()
    page.get_by_label("New total, in working days").fill("20")
    page.get_by_label("Who asked for more time?").fill("SEND North")
    expect(page.get_by_label("Who approved it?").locator("option:checked")).to_have_text("Mo Manager")
    page.get_by_label("Why is more time needed?").fill("Two teams are involved, and an advocate helps.")
    page.get_by_role("button", name="Show what it does").click()


def say_when_it_was_received(page, day: date) -> None:
    page.get_by_label("The concern was received:").check()
    page.get_by_label("The day it really happened").fill(typed(day))
    page.get_by_label("What was wrong?").fill("It was stamped the day before.")
    page.get_by_role("button", name="Show what it does").click()


def test_a_complex_case_gets_more_time_and_its_date_is_put_right(
    page, council, complex_case, sign_in, reads_well
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
    reads_well(page)
    page.get_by_label("The complainant agrees").check()
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Extend the deadline: what it does to the dates"
    )
    row = page.get_by_role("row", name="Send the response")
    expect(row).to_contain_text(long_date(before))
    assert not Extension.objects.exists()
    reads_well(page)
    page.get_by_role("button", name="Extend the deadline").click()
    expect(page.get_by_role("status")).to_contain_text("Extended.")
    extended = deadline(complex_case).due_on
    expect(page.get_by_role("table", name="Deadlines of Stage 1")).to_contain_text(long_date(extended))
    expect(page.get_by_role("table", name="Deadlines of Stage 1")).to_contain_text(
        f"first {long_date(before)}"
    )

    do(page, complex_case, "Correct a date")
    reads_well(page)
    earlier = complex_case.received_on - timedelta(days=1)
    say_when_it_was_received(page, earlier)
    expect(page.get_by_role("row", name="Send the response")).to_contain_text(long_date(extended))
    page.get_by_role("button", name="Put it right").click()
    expect(page.get_by_role("status")).to_contain_text("What hangs on it was worked out anew.")
    assert Case.objects.get(pk=complex_case.pk).received_on == earlier

    page.get_by_role("link", name="Why this date? Send the response").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why these dates?")
    expect(page.get_by_text("Asked for by SEND North. Approved by Mo Manager.")).to_be_visible()
    expect(page.get_by_text("It was stamped the day before.").first).to_be_visible()
    expect(page.get_by_role("heading", name="Day by day: Send the response")).to_be_visible()
    reads_well(page)
    page.get_by_role("link", name="Try other dates in the calculator").first.click()
    now_due = deadline(complex_case).due_on
    expect(page.get_by_role("region", name="Send the response")).to_contain_text(long_date(now_due))


def test_a_late_request_for_stage_2_is_taken_up_and_another_case_reopened(
    page, council, answered, sign_in, reads_well
):
    other = cases.closed(council, now=days_ago(6), received=days_ago(9).date())
    sign_in(page, council.manager)
    do(page, answered, "Escalate to the next stage")
    expect(
        page.get_by_text("A late request is decided on: it is not refused for that alone.")
    ).to_be_visible()
    page.get_by_text("Why this date?").click()
    expect(page.get_by_text("Rule: 20 working days after response received.")).to_be_visible()
    reads_well(page)
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
    reads_well(page)
    page.get_by_role("button", name="Escalate", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The next stage is open.")
    expect(page.get_by_text("Asked for late: They were in hospital.")).to_be_visible()
    assert [row.point.text for row in open_stage(answered).points.all()] == ["Nobody replied"]

    do(page, other, "Reopen")
    page.get_by_label("Why is it reopened?").fill("One point was left out.")
    reads_well(page)
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


def test_the_work_of_somebody_ill_goes_to_a_colleague(page, council, sign_in, reads_well):
    """From Today: whose work, which of it, to whom. It is the same work by the same date."""
    colleague = make_user("Col League")
    make_grant(colleague, Role.RESPONDER, council.send_north)
    moved, kept = (
        cases.accepted(council, now=days_ago(2), received=days_ago(3).date(), summary=summary)
        for summary in ("Plan late", "Taxi did not come")
    )
    due = long_date(deadline(moved).due_on)
    comes_in(page, council.manager)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="More").click()
    page.get_by_role("link", name=re.compile("work to others")).click()
    page.get_by_label("Whose work is to be given to others?").select_option(label="Rae Responder")
    reads_well(page)
    page.get_by_role("button", name="Show their work").click()
    expect(page.get_by_text("2 open cases you may give to somebody else.")).to_be_visible()
    expect(
        page.get_by_text(f"Stage 1, local response, answer being written, due {due}").first
    ).to_be_visible()
    page.get_by_role("checkbox", name="Taxi did not come").uncheck()
    page.get_by_label("Who takes them over?").select_option(label="Col League")
    page.get_by_label("Why?").fill("Rae is away for some weeks.")
    reads_well(page)
    page.get_by_role("button", name="Give the ticked cases away").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 case went from Rae Responder to Col League")
    page.get_by_role("link", name="Plan late").click()
    expect(page.get_by_role("heading", name="Waiting for Col League")).to_be_visible()
    happened(
        page,
        "Mo Manager reallocated it from Rae Responder, SEND North to Col League, SEND North. "
        "Rae is away for some weeks.",
    )
    expect(page.get_by_role("table", name="Deadlines of Stage 1")).to_contain_text(due)
    page.goto(f"/cases/{kept.reference}/")
    expect(page.get_by_role("heading", name="Waiting for Rae Responder")).to_be_visible()

    sign_in(page, colleague)
    page.goto("/")
    expect(page.get_by_text("The one thing that waits for you")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Plan late")).to_be_visible()


def test_what_a_service_asked_for_is_decided_on(page, council, complex_case, sign_in, reads_well):
    dates.ask_extension(
        case=complex_case, by=council.responder, now=timezone.now(), total=15, reason="The advocate is away."
    )
    before = long_date(deadline(complex_case).due_on)
    comes_in(page, council.manager)
    do(page, complex_case, "Decide on more time")
    expect(page.get_by_role("main")).to_contain_text("The advocate is away.")
    expect(page.get_by_text(f"It is due on {before} now.")).to_be_visible()
    page.get_by_label("Yes, extend the deadline").check()
    page.get_by_label("Why?").fill("Their advocate has to be there.")
    page.get_by_label("The complainant agrees").check()
    reads_well(page)
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_text("15 of at most 20 working days in all")).to_be_visible()
    expect(page.get_by_role("row", name="Send the response")).to_contain_text(before)
    reads_well(page)
    page.get_by_role("button", name="Save the decision").click()
    done(page, "Extended.")
    table = page.get_by_role("table", name="Deadlines of Stage 1")
    expect(table).to_contain_text(long_date(deadline(complex_case).due_on))
    expect(table).to_contain_text(f"first {before}")
    happened(page, f"from {before} to {long_date(deadline(complex_case).due_on)}")


def test_a_case_is_closed_with_what_was_learned(page, council, sign_in, reads_well):
    case = cases.sent(council, now=days_ago(2), received=days_ago(5).date(), summary="Plan late")
    comes_in(page, council.manager)
    do(page, case, "Close")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "Write what was learned, or say below why there is nothing"
    )
    reads_well(page)
    page.get_by_label("What was learned, and what is to be done").fill("Ring back within two days.")
    page.get_by_label("Who is to do it").select_option(value=str(council.send_north.pk))
    page.get_by_role("button", name="Close it").click()
    done(page, "Closed.")
    expect(page.get_by_text("Closed: answered", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Learning", exact=True)).to_contain_text(
        "Ring back within two days."
    )
    happened(page, "Mo Manager recorded learning for SEND North: Ring back within two days.")
    happened(page, "Mo Manager closed it.")
    reads_well(page)

    # The team that is to do it finds it, with a date of its own.
    sign_in(page, council.responder)
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="Ring back within two days.")
    row.get_by_role("link", name="Record that it is done").click()
    page.get_by_label("What shows that it was done?").fill("The rota of 1 December.")
    page.get_by_role("button", name="Record that it is done").click()
    expect(page.get_by_role("region", name="Learning", exact=True)).to_contain_text(
        "Done: The rota of 1 December."
    )


def test_a_case_is_kept_to_a_named_list(page, council, complex_case, sign_in, reads_well):
    comes_in(page, council.manager)
    do(page, complex_case, "Restrict who may see it")
    page.get_by_role("button", name="Save who may see it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.get_by_label("Only the people ticked below may see that it exists").check()
    expect(page.get_by_role("checkbox", name="Rae Responder")).to_be_checked()  # they work on it
    page.get_by_role("checkbox", name="Olu Officer").uncheck()
    page.get_by_role("checkbox", name="Sam Senior").check()
    page.get_by_label("Why", exact=True).fill("It is about a colleague.")
    reads_well(page)
    page.get_by_role("button", name="Save who may see it").click()
    done(page, "Who may see it is saved.")
    expect(page.get_by_text("Restricted", exact=True)).to_be_visible()
    happened(page, "restricted it to Mo Manager, Rae Responder, Sam Senior. It is about a colleague.")
    reads_well(page)

    for person, found in ((council.officer, 404), (council.director, 404), (council.senior, 200)):
        sign_in(page, person)
        assert page.goto(f"/cases/{complex_case.reference}/").status == found, person
        page.goto("/cases/")
        expect(page.get_by_role("link", name=complex_case.reference)).to_have_count(int(found == 200))
    do(page, complex_case, "Restrict who may see it")
    page.get_by_label("Only the people ticked below may see that it exists").uncheck()
    page.get_by_label("Why", exact=True).fill("The colleague has left.")
    page.get_by_role("button", name="Save who may see it").click()
    happened(page, "Sam Senior lifted the restriction. The colleague has left.")
    sign_in(page, council.officer)
    assert page.goto(f"/cases/{complex_case.reference}/").status == 200
