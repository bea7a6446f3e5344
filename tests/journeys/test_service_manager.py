"""A service manager finds their turns on Today: accepts one, rejects one with a reason; and work is handed over."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actions import deactivate
from accounts.models import User
from accounts.roles import Role
from complaints.actions import allocation
from complaints.models import Case
from tests.complaints import cases
from tests.complaints.cases import Council, open_stage
from tests.factories import make_grant, make_user
from tests.journeys.council import done


@pytest.fixture
def given(council: Council):
    """Makes a case that was given to a team of the service: given("Plan late")."""

    def make(summary: str) -> Case:
        now = timezone.now()
        received = timezone.localdate(now) - timedelta(days=1)
        case = cases.triaged(council, now=now, received=received, summary=summary)
        return allocation.allocate(case=case, by=council.officer, now=now, unit=council.send_south)

    return make


def start(page, summary, verb):
    """From Today, to what there is to do."""
    page.goto("/")
    row = page.get_by_role("row").filter(has_text=summary)
    row.get_by_role("link", name=verb).click()


def test_one_is_accepted_and_another_rejected(page, council, given, sign_in, reads_well):
    ours, theirs = given("Plan late"), given("Taxi did not come")
    sign_in(page, council.service_manager)
    page.goto("/")
    expect(page.get_by_text("All 2 things that wait for you")).to_be_visible()
    reads_well(page)

    start(page, "Plan late", "Accept")
    expect(page.get_by_role("main")).to_contain_text("It is yours when you accept it.")
    expect(page.get_by_role("main")).to_contain_text("The plan is late")
    reads_well(page)
    page.get_by_role("button", name="Accept it").click()
    done(page, "Accepted for SEND South.")
    assert (open_stage(ours).state, open_stage(ours).responder) == ("to-answer", council.service_manager)

    start(page, "Taxi did not come", "Accept")
    page.get_by_role("button", name="Reject it with a reason").click()
    page.get_by_role("button", name="Reject it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it is not yours, and whose it is if you know")
    reads_well(page)
    page.get_by_label("Why is it not yours?").fill("Taxis are the transport team's.")
    page.get_by_role("button", name="Reject it").click()
    done(page, "Rejected. Customer Relations allocate it anew.")
    assert open_stage(theirs).turn_person == council.officer

    page.goto("/")
    expect(page.get_by_text("The one thing that waits for you")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Taxi did not come")


def test_it_is_found_among_the_cases(page, council, given, sign_in, reads_well):
    case = given("Plan late")
    sign_in(page, council.service_manager)
    page.goto("/cases/")
    page.get_by_role("searchbox").fill("jo example")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("main")).to_contain_text("With the service, to be accepted")
    reads_well(page)
    page.get_by_role("link", name=case.reference).click()
    expect(page).to_have_url(re.compile(f"/cases/{case.reference}/"))


def test_the_work_of_somebody_who_left_is_handed_over(page, council, sign_in, reads_well):
    now = timezone.now()
    received = timezone.localdate(now) - timedelta(days=1)
    moved, kept = (
        cases.accepted(council, now=now, received=received, summary=summary)
        for summary in ("Plan late", "Taxi")
    )
    colleague = make_user("Col League")
    make_grant(colleague, Role.RESPONDER, council.send_north)
    deactivate(person=council.responder, by=council.administrator, now=now)
    sign_in(page, council.senior)
    page.goto("/")
    reads_well(page)
    page.get_by_role("link", name="2 cases wait for Rae Responder").click()
    reads_well(page)
    page.get_by_role("checkbox", name="Taxi").uncheck()
    page.get_by_role("button", name="Give the ticked cases away").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose who takes them over")
    expect(page.get_by_role("checkbox", name="Taxi")).not_to_be_checked()
    reads_well(page)
    page.get_by_label("Who takes them over?").select_option(label="Col League")
    page.get_by_label("Why?").fill("Rae has left.")
    page.get_by_role("button", name="Give the ticked cases away").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 case went from Rae Responder to Col League")
    reads_well(page)
    assert open_stage(moved).responder == colleague
    assert open_stage(kept).responder == User.objects.get(pk=council.responder.pk)


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
