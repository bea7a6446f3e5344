"""An officer's telephone call becomes a case: written down, held against what is there, acknowledged, triaged."""

import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Unit
from complaints.actions import intake
from complaints.actions.parties import PartyDraft
from complaints.models import Case
from complaints.references import said
from slas.core.calendar import london_date
from slas.models import Policy
from slas.service import load_bank_holidays, set_own_policy
from tests.complaints.cases import Council, make_council
from tests.factories import NOW

LONG_NAME = "Wilhelmina Featherstonehaugh-Cholmondeley-Okonkwo-Ramasubramaniam"


@pytest.fixture
def council(transactional_db) -> Council:
    """A council with Surrey's policy, and its people."""
    load_bank_holidays(by=None, now=NOW)
    call_command("load_policy", "children-act-2006", "surrey-cfllc", verbosity=0)
    set_own_policy(Policy.objects.get(code="surrey-cfllc"), by=None, now=NOW)
    return make_council()


def wrote_before(council: Council) -> Case:
    """What the same mother wrote about last week."""
    now = timezone.now()
    contact = intake.Contact(
        received=london_date(now),
        summary="School place",
        unit=council.education,
        parties=[PartyDraft("complainant", "Jo Example", phone="01483 555123")],
        points=["No school place"],
    )
    return intake.log_contact(contact, by=council.officer, now=now)


def hears(page, name: str = "Jo Example") -> None:
    """Writes down what the mother says, as she says it."""
    page.get_by_label("How it came in", exact=True).select_option(label="Telephone")
    page.get_by_label("Name", exact=True).first.fill(name)
    page.get_by_label("Telephone", exact=True).first.fill("(01483) 555 123")
    page.get_by_label("How they want to hear from us").first.select_option(label="Telephone")
    page.get_by_label("In a few words").fill("Taxi did not come")
    page.get_by_label("What they said").fill("It did not come on Monday.\n\nNobody rang.")
    page.get_by_label("Point 1").fill("The taxi did not come")
    page.get_by_label("Point 2").fill("Nobody rang")
    page.get_by_label("Service and team").select_option(value=str(Unit.objects.get(code="SEND-NORTH").pk))


def test_a_telephone_call_becomes_a_complaint(page, council, sign_in, axe, fits):
    before = wrote_before(council)
    sign_in(page, council.officer)
    page.goto("/cases/")
    page.get_by_role("button", name="Log a contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log a contact")
    axe(page)
    fits(page)

    page.get_by_role("button", name="Log the contact").click()  # too soon
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words what it is about")
    axe(page)

    hears(page)
    page.get_by_role("button", name="Add another person").click()
    third = page.locator("#person-2")
    third.get_by_label("Who they are").select_option(label="Young person")
    third.get_by_label("Name", exact=True).fill("Sam Example")
    expect(page.get_by_label("Point 2")).to_have_value("Nobody rang")
    page.get_by_label("Risk to raise with senior leadership").check()
    page.get_by_label("What the risk is").fill("A reporter rang")
    axe(page)
    page.get_by_role("button", name="Log the contact").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Is it new?")
    row = page.get_by_role("row").filter(has_text=before.reference)
    expect(row).to_contain_text("Same telephone number")
    axe(page)
    with page.context.expect_page() as opened:
        row.get_by_role("link").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("School place")
    opened.value.close()
    page.get_by_role("button", name="Go back and change").click()
    expect(page.get_by_label("What they said")).to_have_value("It did not come on Monday.\n\nNobody rang.")
    page.get_by_label("What they want to happen").fill("A taxi that comes")
    page.get_by_role("button", name="Log the contact").click()
    page.get_by_role("button", name="Log it as a new case").click()

    case = Case.objects.get(summary="Taxi did not come")
    expect(page.get_by_role("status").first).to_contain_text(said(case.reference))
    expect(page.get_by_role("heading", level=1)).to_have_text("Taxi did not come")
    assert [party.name for party in case.parties.all()] == ["Jo Example", "Sam Example"]
    acknowledges(page, axe)
    triages(page, axe, fits)
    case.refresh_from_db()
    assert case.kind == "complaint"


def acknowledges(page, axe) -> None:
    page.get_by_role("link", name="Acknowledge").first.click()
    expect(page.get_by_role("radio", name="Telephone")).to_be_checked()
    page.get_by_label("It gave the data-sharing notice").check()
    axe(page)
    page.get_by_role("button", name="Record the acknowledgement").click()
    expect(page.get_by_role("status").first).to_contain_text("The acknowledgement is recorded.")


def triages(page, axe, fits) -> None:
    """Reads the dates before choosing, and finds the chosen one on the case after."""
    page.get_by_role("button", name="Triage").click()
    axe(page)
    fits(page)
    radio = page.get_by_role("radio", name="Education and SEN complaint")
    about = page.locator(f"#{radio.get_attribute('aria-describedby')}").inner_text()
    promised = re.search(r"Send the response by (\w+ \d+ \w+ \d{4}) \(10 working days after received", about)
    assert promised, about
    radio.check()
    page.get_by_label("Why", exact=True).fill("It is about school travel")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("status").first).to_contain_text("Triaged: Education and SEN complaint.")
    expect(page.get_by_role("main")).to_contain_text(promised[1])


def test_the_same_on_a_telephone_without_javascript(open_page, council, sign_in, fits):
    wrote_before(council)
    phone = open_page(400, javascript=False)
    sign_in(phone, council.officer)
    phone.goto("/cases/log/")
    fits(phone)
    hears(phone, LONG_NAME)
    phone.get_by_role("button", name="Add another point").click()
    phone.get_by_label("Point 3").fill("It is cold")
    phone.get_by_label("What the risk is").fill("A reporter rang")  # shown without JavaScript
    phone.get_by_label("In a few words").press("Enter")  # logs, and adds no row
    expect(phone.get_by_role("alert")).to_contain_text("You wrote what the risk is")
    phone.get_by_label("Risk to raise with senior leadership").check()
    phone.get_by_role("button", name="Log the contact").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Is it new?")
    fits(phone)
    phone.get_by_role("button", name="Log it as a new case").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Taxi did not come")
    case = Case.objects.get(summary="Taxi did not come")
    assert [point.text for point in case.points.all()] == [
        "The taxi did not come",
        "Nobody rang",
        "It is cold",
    ]
    for verb in (
        "triage",
        "acknowledge",
        "change-details",
        "change-people",
        "restrict",
        "merge",
        "log-in-error",
    ):
        phone.goto(f"/cases/{case.reference}/{verb}/")
        fits(phone)
    phone.goto(f"/cases/{case.reference}/change-people/")
    phone.get_by_label("Postcode").first.fill("GU1 1AA")
    phone.get_by_label("Postcode").first.press("Enter")
    expect(phone.get_by_role("status").first).to_contain_text("The people are changed.")


@pytest.mark.parametrize("verb", ["change-details", "change-people", "restrict", "merge", "log-in-error"])
def test_the_pages_that_put_a_case_right_are_accessible(each_page, council, sign_in, axe, fits, verb):
    case = wrote_before(council)
    sign_in(each_page, council.officer)
    each_page.goto(f"/cases/{case.reference}/{verb}/")
    axe(each_page)
    fits(each_page)


def test_reclassifying_shows_the_dates_first(each_page, council, sign_in, axe, fits):
    case = wrote_before(council)
    sign_in(each_page, council.officer)
    each_page.goto(f"/cases/{case.reference}/triage/")
    each_page.get_by_role("radio", name="Enquiry", exact=True).check()
    each_page.get_by_role("button", name="Decide").click()
    each_page.goto(f"/cases/{case.reference}/reclassify/")
    each_page.get_by_role("radio", name="Corporate complaint").check()
    each_page.get_by_label("Why", exact=True).fill("They want it as a complaint")
    each_page.get_by_role("button", name="Show what it does").click()
    expect(each_page.get_by_role("row").filter(has_text="Send the response")).to_be_visible()
    axe(each_page)
    fits(each_page)
    each_page.get_by_role("button", name="Reclassify").click()
    expect(each_page.get_by_role("status").first).to_contain_text("Reclassified: Corporate complaint.")
