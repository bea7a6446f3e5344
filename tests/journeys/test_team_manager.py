"""The manager of a service's team takes a complaint on and gives one back, asks for more time, writes the answer,
and names who does their work while they are away."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.roles import Role
from complaints.actions import allocation
from complaints.models import Case
from slas.core.wording import long_date
from tests.complaints import cases
from tests.complaints.cases import Council, deadline, open_stage
from tests.factories import make_grant, make_user
from tests.journeys.council import comes_in, days_ago, done, happened, typed, waiting


@pytest.fixture
def team_manager(council: Council) -> User:
    person = make_user("Tess Teammanager")
    make_grant(person, Role.SERVICE_MANAGER, council.send_south)
    return person


@pytest.fixture
def given(council: Council, team_manager: User):
    """Makes a children's complaint that was given to the team: given("Plan late")."""

    def make(summary: str) -> Case:
        case = cases.triaged(
            council, "children-act", now=days_ago(2), received=days_ago(3).date(), summary=summary
        )
        return allocation.allocate(case=case, by=council.officer, now=days_ago(1), unit=council.send_south)

    return make


def test_one_is_taken_on_and_one_given_back(page, council, team_manager, given, reads_well):
    ours, theirs = given("Plan late"), given("Taxi did not come")
    due, wanted = long_date(deadline(ours).due_on), long_date(open_stage(ours).draft_due_on)
    comes_in(page, team_manager)
    expect(page.get_by_text("All 2 things that wait for you")).to_be_visible()
    row = waiting(page, "Plan late")
    expect(row).to_contain_text(wanted)
    expect(row).to_contain_text(f"Formal date {due}")
    row.get_by_role("link", name="Accept").click()
    expect(page.get_by_text("It was given to SEND South. It is yours when you accept it.")).to_be_visible()
    reads_well(page)
    page.get_by_role("button", name="Accept it").click()
    done(page, "Accepted for SEND South.")
    expect(page.get_by_role("heading", name="Next: send the draft to be checked")).to_be_visible()
    happened(page, "Tess Teammanager accepted it for SEND South.")

    waiting(page, "Taxi did not come").get_by_role("link", name="Accept").click()
    page.get_by_role("button", name="Reject it with a reason").click()
    page.get_by_label("Why is it not yours?").fill("Taxis are the transport team's.")
    reads_well(page)
    page.get_by_role("button", name="Reject it").click()
    done(page, "Rejected. Customer Relations allocate it anew.")
    waiting(page, "Plan late")
    expect(page.get_by_text("The one thing that waits for you")).to_be_visible()
    # It is not theirs any more, and the officer reads why; its date stayed.
    assert page.goto(f"/cases/{theirs.reference}/").status == 200
    happened(page, "Tess Teammanager rejected it for SEND South. Taxis are the transport team's.")
    expect(page.get_by_role("heading", name="Waiting for Olu Officer")).to_be_visible()
    expect(page.get_by_role("table", name="Deadlines of Stage 1")).to_contain_text(due)


def test_more_time_is_asked_for_and_the_answer_is_written(page, council, team_manager, given, reads_well):
    case = given("Plan late")
    allocation.accept(case=case, by=team_manager, now=timezone.now())
    due = long_date(deadline(case).due_on)
    comes_in(page, team_manager)
    waiting(page, "Plan late").get_by_role("link", name=case.reference, exact=True).click()
    page.get_by_role("link", name="Ask for more time").click()
    expect(page.get_by_text("Until they do, the date stays as it is.")).to_be_visible()
    reads_well(page)
    page.get_by_label("New total, in working days").fill("25")
    page.get_by_label("Why is more time needed?").fill("The advocate is away.")
    page.get_by_role("button", name="Ask for more time").click()
    expect(page.get_by_role("alert")).to_contain_text("20 working days")
    expect(page.get_by_label("Why is more time needed?")).to_have_value("The advocate is away.")
    page.get_by_label("New total, in working days").fill("15")
    page.get_by_role("button", name="Ask for more time").click()
    done(page, "Customer Relations are asked for more time.")
    expect(page.get_by_text("for 15 days in all: The advocate is away.")).to_be_visible()
    happened(page, "Tess Teammanager asked for 15 working days in all. The advocate is away.")
    expect(page.get_by_role("table", name="Deadlines of Stage 1")).to_contain_text(due)
    # Once is enough.
    expect(page.get_by_role("link", name="Ask for more time")).to_have_count(0)

    page.get_by_role("region", name="Next").get_by_role("button").click()
    page.get_by_label("The draft", exact=True).fill("# Our answer\n\nWe are sorry that the plan was late.")
    page.get_by_role("button", name="Save and send to be checked").click()
    done(page, "Sent to be checked.")
    expect(page.get_by_role("heading", name="Waiting for Olu Officer")).to_be_visible()
    happened(page, "Tess Teammanager sent version 1 of the draft to be checked.")
    page.get_by_role("link", name="Version 1").click()
    expect(page.get_by_text("We are sorry that the plan was late.")).to_be_visible()
    reads_well(page)


def test_somebody_does_it_while_they_are_away(page, phone, council, team_manager, given, reads_well):
    case, today = given("Plan late"), timezone.localdate()
    deputy = make_user("Dee Deputy")
    comes_in(page, team_manager)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="More").click()
    page.get_by_role("main").get_by_role("link", name="Cover").click()
    page.get_by_label("Who will do your work").select_option(label="Dee Deputy")
    page.get_by_label("First day").fill(typed(today))
    page.get_by_label("Last day").fill(typed(today - timedelta(days=1)))
    page.get_by_role("button", name="Name this cover").click()
    expect(page.get_by_role("alert")).to_contain_text("last day")
    reads_well(page)
    page.get_by_label("Last day").fill(typed(today + timedelta(days=6)))
    page.get_by_role("button", name="Name this cover").click()
    done(page, "Dee Deputy covers you")
    reads_well(page)

    comes_in(phone, deputy)
    row = waiting(phone, "Plan late")
    expect(row).to_contain_text("for Tess Teammanager")
    row.get_by_role("link", name="Accept").click()
    expect(phone.get_by_text("You accept it for Tess Teammanager, SEND South.")).to_be_visible()
    phone.get_by_role("button", name="Accept it").click()
    happened(phone, "Dee Deputy, for Tess Teammanager, accepted it for SEND South.")
    assert open_stage(case).responder == team_manager
