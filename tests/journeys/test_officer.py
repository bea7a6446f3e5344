"""An officer's telephone call becomes a case: written down, held against what is there, acknowledged, triaged."""

import re

from playwright.sync_api import expect

from accounts.models import Unit
from complaints.models import Case
from complaints.references import said
from tests.journeys.council import comes_in, do, done, happened, waiting, wrote_before

LONG_NAME = "Wilhelmina Featherstonehaugh-Cholmondeley-Okonkwo-Ramasubramaniam"


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


def test_a_telephone_call_becomes_a_complaint(page, council, reads_well):
    before = wrote_before(council)
    comes_in(page, council.officer)
    page.get_by_role("button", name="Log a contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log a contact")
    reads_well(page)

    page.get_by_role("button", name="Log the contact").click()  # too soon
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words what it is about")
    reads_well(page)

    hears(page)
    page.get_by_role("button", name="Add another person").click()
    third = page.locator("#person-2")
    third.get_by_label("Who they are").select_option(label="Young person")
    third.get_by_label("Name", exact=True).fill("Sam Example")
    expect(page.get_by_label("Point 2")).to_have_value("Nobody rang")
    page.get_by_label("Risk to raise with senior leadership").check()
    page.get_by_label("What the risk is").fill("A reporter rang")
    reads_well(page)
    page.get_by_role("button", name="Log the contact").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Is it new?")
    row = page.get_by_role("row").filter(has_text=before.reference)
    expect(row).to_contain_text("Same telephone number")
    reads_well(page)
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
    acknowledges(page, reads_well)
    triages(page, reads_well)
    happened(page, "Olu Officer recorded the acknowledgement")
    happened(page, "Olu Officer triaged it")
    expect(page.get_by_role("heading", name="Next: allocate")).to_be_visible()
    # It is the first thing on their page of today, too.
    expect(waiting(page, "Taxi did not come").get_by_role("link", name="Allocate")).to_be_visible()


def acknowledges(page, reads_well) -> None:
    page.get_by_role("link", name="Acknowledge").first.click()
    expect(page.get_by_role("radio", name="Telephone")).to_be_checked()
    page.get_by_label("It gave the data-sharing notice").check()
    reads_well(page)
    page.get_by_role("button", name="Record the acknowledgement").click()
    expect(page.get_by_role("status").first).to_contain_text("The acknowledgement is recorded.")


def triages(page, reads_well) -> None:
    """Reads the dates before choosing, and finds the chosen one on the case after."""
    page.get_by_role("button", name="Triage").click()
    reads_well(page)
    radio = page.get_by_role("radio", name="Education and SEN complaint")
    about = page.locator(f"#{radio.get_attribute('aria-describedby')}").inner_text()
    promised = re.search(r"Send the response by (\w+ \d+ \w+ \d{4}) \(10 working days after received", about)
    assert promised, about
    radio.check()
    page.get_by_label("Why", exact=True).fill("It is about school travel")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("status").first).to_contain_text("Triaged: Education and SEN complaint.")
    expect(page.get_by_role("main")).to_contain_text(promised[1])


def test_a_call_is_logged_triaged_and_allocated_on_a_telephone_without_javascript(
    open_page, council, sign_in, fits
):
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
    phone.get_by_role("region", name="Next").get_by_role("button", name="Triage").click()
    fits(phone)
    phone.get_by_role("radio", name="Corporate complaint").check()
    phone.get_by_label("Why", exact=True).fill("It is about a taxi")
    phone.get_by_role("button", name="Decide").click()
    done(phone, "Triaged: Corporate complaint.")
    happened(phone, "Olu Officer triaged it")
    phone.get_by_role("region", name="Next").get_by_role("button", name="Allocate").click()
    fits(phone)
    phone.get_by_label("Team").select_option(value=str(council.send_south.pk))
    phone.get_by_label("Person").select_option(label="Rae Responder")
    phone.get_by_role("button", name="Allocate it").click()
    expect(phone.get_by_role("alert")).to_contain_text("They do for SEND North.")
    phone.get_by_label("Team").select_option(value=str(council.send_north.pk))
    phone.get_by_role("button", name="Allocate it").click()
    done(phone, "It is with Rae Responder, SEND North now.")
    happened(phone, "Olu Officer allocated it to Rae Responder, SEND North.")
    expect(phone.get_by_role("heading", name="Waiting for Rae Responder")).to_be_visible()
    do(phone, case, "Change the people")
    phone.get_by_label("Postcode").first.fill("GU1 1AA")
    phone.get_by_label("Postcode").first.press("Enter")
    done(phone, "The people are changed.")


def tab_to(page, place) -> None:
    """Press Tab until `place` has the focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if place.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not come to {place}")


def test_triage_with_the_keyboard_alone(page, council, sign_in):
    case = wrote_before(council)
    sign_in(page, council.officer)
    page.goto("/")
    tab_to(page, page.get_by_role("row").filter(has_text="School place").get_by_role("link", name="Triage"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Triage: decide what it is")
    tab_to(page, page.get_by_role("button", name="Decide"))
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first mistake leads to its field
    wanted = page.get_by_role("radio", name="Education and SEN complaint")
    for _ in range(20):
        if wanted.is_checked():
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()
    tab_to(page, page.get_by_label("Why", exact=True))
    page.keyboard.type("It is about a place at a special school")
    page.keyboard.press("Tab")
    tab_to(page, page.get_by_role("button", name="Decide"))
    page.keyboard.press("Enter")
    done(page, "Triaged: Education and SEN complaint.")
    expect(page).to_have_url(re.compile(case.reference))


def test_reclassifying_shows_the_dates_first(page, council, sign_in, reads_well):
    case = wrote_before(council)
    sign_in(page, council.officer)
    page.goto(f"/cases/{case.reference}/triage/")
    page.get_by_role("radio", name="Enquiry", exact=True).check()
    page.get_by_role("button", name="Decide").click()
    page.goto(f"/cases/{case.reference}/reclassify/")
    page.get_by_role("radio", name="Corporate complaint").check()
    page.get_by_label("Why", exact=True).fill("They want it as a complaint")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("row").filter(has_text="Send the response")).to_be_visible()
    reads_well(page)
    page.get_by_role("button", name="Reclassify").click()
    expect(page.get_by_role("status").first).to_contain_text("Reclassified: Corporate complaint.")
