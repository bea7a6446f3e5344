"""A service manager finds their turns on Today: accepts one, rejects one with a reason; and work is handed over."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actions import deactivate
from accounts.models import User
from accounts.roles import Role
from complaints.actions import allocation, closing
from complaints.models import Case
from tests.complaints import cases
from tests.complaints.cases import Council, open_stage
from tests.factories import make_grant, make_user
from tests.journeys.council import _nothing_remembered, council

__all__ = ["_nothing_remembered", "council"]


@pytest.fixture
def given(council: Council):
    """Makes a case that was given to a team of the service: given("Plan late")."""

    def make(summary: str) -> Case:
        now = timezone.now()
        received = timezone.localdate(now) - timedelta(days=1)
        case = cases.triaged(council, now=now, received=received, summary=summary)
        return allocation.allocate(case=case, by=council.officer, now=now, unit=council.send_south)

    return make


def done(page, words):
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def start(page, summary, verb):
    """From Today, to what there is to do."""
    page.goto("/")
    row = page.get_by_role("row").filter(has_text=summary)
    row.get_by_role("link", name=verb).click()


def test_one_is_accepted_and_another_rejected(page, council, given, sign_in, axe, fits):
    ours, theirs = given("Plan late"), given("Taxi did not come")
    sign_in(page, council.service_manager)
    page.goto("/")
    expect(page.get_by_text("2 things wait for you, the earliest due first")).to_be_visible()
    axe(page)
    fits(page)

    start(page, "Plan late", "Accept")
    expect(page.get_by_role("main")).to_contain_text("It is yours when you accept it.")
    expect(page.get_by_role("main")).to_contain_text("The plan is late")
    axe(page)
    fits(page)
    page.get_by_role("button", name="Accept it").click()
    done(page, "Accepted for SEND South.")
    assert (open_stage(ours).state, open_stage(ours).responder) == ("to-answer", council.service_manager)

    start(page, "Taxi did not come", "Accept")
    page.get_by_role("button", name="Reject it with a reason").click()
    page.get_by_role("button", name="Reject it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it is not yours, and whose it is if you know")
    axe(page)
    page.get_by_label("Why is it not yours?").fill("Taxis are the transport team's.")
    page.get_by_role("button", name="Reject it").click()
    done(page, "Rejected. Customer Relations allocate it anew.")
    assert open_stage(theirs).turn_person == council.officer

    page.goto("/")
    expect(page.get_by_text("1 thing waits for you")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Taxi did not come")


def test_it_is_found_among_the_cases(each_page, council, given, sign_in, axe, fits):
    case = given("Plan late")
    sign_in(each_page, council.service_manager)
    each_page.goto("/cases/")
    each_page.get_by_role("searchbox").fill("jo example")
    each_page.get_by_role("button", name="Find").click()
    expect(each_page.get_by_role("main")).to_contain_text("With the service, to be accepted")
    axe(each_page)
    fits(each_page)
    each_page.get_by_role("link", name=case.reference).click()
    expect(each_page).to_have_url(re.compile(f"/cases/{case.reference}/"))


def test_the_work_of_somebody_who_left_is_handed_over(each_page, council, sign_in, axe, fits):
    now = timezone.now()
    received = timezone.localdate(now) - timedelta(days=1)
    moved, kept = (
        cases.accepted(council, now=now, received=received, summary=summary)
        for summary in ("Plan late", "Taxi")
    )
    colleague = make_user("Col League")
    make_grant(colleague, Role.RESPONDER, council.send_north)
    deactivate(person=council.responder, by=council.administrator, now=now)
    sign_in(each_page, council.senior)
    each_page.goto("/")
    axe(each_page)
    fits(each_page)
    each_page.get_by_role("link", name="2 cases wait for Rae Responder").click()
    axe(each_page)
    fits(each_page)
    each_page.get_by_role("checkbox", name="Taxi").uncheck()
    each_page.get_by_role("button", name="Give the ticked cases away").click()
    expect(each_page.get_by_role("alert")).to_contain_text("Choose who takes them over")
    expect(each_page.get_by_role("checkbox", name="Taxi")).not_to_be_checked()
    axe(each_page)
    each_page.get_by_label("Who takes them over?").select_option(label="Col League")
    each_page.get_by_label("Why?").fill("Rae has left.")
    each_page.get_by_role("button", name="Give the ticked cases away").click()
    expect(each_page.get_by_role("heading", level=1)).to_have_text(
        "1 case went from Rae Responder to Col League"
    )
    axe(each_page)
    fits(each_page)
    assert open_stage(moved).responder == colleague
    assert open_stage(kept).responder == User.objects.get(pk=council.responder.pk)


def test_an_officer_allocates_without_javascript(plain_page, council, sign_in):
    case = cases.triaged(council, now=timezone.now(), received=timezone.localdate())
    sign_in(plain_page, council.officer)
    plain_page.goto(f"/cases/{case.reference}/allocate/")
    plain_page.get_by_label("Team").select_option(value=str(council.send_south.pk))
    plain_page.get_by_label("Person").select_option(label="Rae Responder")
    plain_page.get_by_role("button", name="Allocate it").click()
    expect(plain_page.get_by_role("alert")).to_contain_text("They do for SEND North.")
    plain_page.get_by_label("Team").select_option(value=str(council.send_north.pk))
    plain_page.get_by_role("button", name="Allocate it").click()
    done(plain_page, "It is with Rae Responder, SEND North now.")
    assert open_stage(case).responder == council.responder


def test_a_case_is_closed_with_what_was_learned_without_javascript(plain_page, council, sign_in):
    case = cases.sent(council, now=timezone.now(), received=timezone.localdate())
    sign_in(plain_page, council.officer)
    plain_page.goto(f"/cases/{case.reference}/close/")
    plain_page.get_by_label("What was learned, and what is to be done").fill("Ring back within two days")
    plain_page.get_by_role("button", name="Add another").click()
    plain_page.get_by_label("What was learned, and what is to be done").last.fill("Share the notes")
    plain_page.get_by_role("button", name="Close it").click()
    done(plain_page, "Closed.")
    assert sorted(row.text for row in case.learning.all()) == ["Ring back within two days", "Share the notes"]


LONG = "Wolfeschlegelsteinhausenbergerdorff-" * 5


def test_every_page_reads_well_and_fits(each_page, council, sign_in, axe, fits):
    """With a summary and a name without end, empty and after pressing the button."""
    now = timezone.now()
    common = {"now": now, "received": timezone.localdate(now), "summary": LONG[:180]}
    User.objects.filter(pk=council.responder.pk).update(name=LONG)
    accepted, closed = cases.accepted(council, **common), cases.closed(council, **common)
    sent = cases.sent(council, **common)
    closing.record_learning(
        case=sent, by=council.officer, now=now, learning=[closing.LearningDraft(LONG, council.send_north)]
    )
    question = {"question": LONG, "due_on": timezone.localdate(now)}
    allocation.ask_contribution(
        case=accepted, by=council.officer, now=now, unit=council.send_north, **question
    )
    comment = cases.log(council, now=now, received=timezone.localdate(now), anonymous=True, parties=[])
    pages = {
        council.manager: [
            (cases.triaged(council, **common), "allocate"),
            (accepted, "reallocate"),
            (accepted, "take-on"),
            (accepted, "ask-contribution"),
            (accepted, "withdraw"),
            (closed, "reopen"),
            (sent, "close"),
            (sent, "record-learning"),
            (comment, "pass-on"),
        ],
        council.service_manager: [
            (cases.allocated(council, **common), "accept"),
            (accepted, "contribute"),
            (sent, "complete"),
        ],
    }
    for person, there in pages.items():
        sign_in(each_page, person)
        for case, verb in there:
            assert each_page.goto(f"/cases/{case.reference}/{verb}/").status == 200
            expect(each_page).to_have_url(re.compile(f"/{verb}/"))
            axe(each_page)
            fits(each_page)
            if verb != "accept":
                each_page.locator("main .govuk-button:not(.app-default-button)").last.click()
                axe(each_page)
                fits(each_page)
        for address in ("/", "/cases/", f"/reassign/?absent={council.responder.pk}"):
            each_page.goto(address)
            axe(each_page)
            fits(each_page)
