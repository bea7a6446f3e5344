"""Every page about cases is accessible and fits, at 400 px and wide: empty, full, with errors, with what it would do.

Each test makes its cases once and visits many pages with one browser; the journeys tell what the pages are for.
"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from complaints.actions import allocation, closing, dates, details, drafting, escalation, sending
from complaints.actions.parties import PartyDraft
from complaints.models import Case
from complaints.workflow import Verb
from tests.complaints import cases
from tests.complaints.cases import Council, open_stage
from tests.journeys.conftest import PHONE, WIDE
from tests.journeys.council import days_ago, wrote_before

LONG = "Wolfeschlegelsteinhausenbergerdorff-" * 5
"""Two hundred letters in which nothing can be broken."""
LETTER = "# Our answer\n\nWe are sorry.\n\n- It is late.\n- It is finished now."


@pytest.fixture
def make(council: Council):
    """make("accepted"): a case of three days ago that far on, its words and its responder's name without end."""
    User.objects.filter(pk=council.responder.pk).update(name=LONG)
    council.responder.refresh_from_db()

    def one(far: str, procedure: str = "corporate", **contact) -> Case:
        said = {"summary": LONG[:180], "points": ["The plan is late", LONG]} | contact
        if far != "log":
            said["procedure"] = procedure
        return getattr(cases, far)(council, now=days_ago(2), received=days_ago(3).date(), **said)

    return one


def visit(page: Page, address: str) -> None:
    """It is there, and one is not sent elsewhere."""
    answer = page.goto(address)
    assert answer.status == 200, f"{address} answers {answer.status}"
    expect(page).to_have_url(re.compile(re.escape(address)))


def review(make, council: Council) -> Case:
    """Stage 2, to be reviewed by Customer Relations."""
    case = make("closed")
    escalation.escalate(
        case=case, by=council.officer, now=days_ago(1), asked_on=days_ago(1).date(), reasons=LONG
    )
    return case


def to_sign(make, council: Council) -> Case:
    """An answer of stage 2 in its second version, for the Assistant Director."""
    case, now = review(make, council), timezone.now()
    drafting.review(case=case, by=council.officer, now=now, outcome="peer-review", note="We look again.")
    drafting.submit(case=case, by=council.officer, now=now, text=LETTER)
    drafting.return_draft(case=case, by=council.senior, now=now, reason=LONG)
    drafting.submit(case=case, by=council.officer, now=now, text=f"{LETTER}\n\nThe school agrees. {LONG}")
    return drafting.approve(case=case, by=council.senior, now=now)


def test_the_list_and_the_case_as_each_reads_them(page, council, make, sign_in, reads_well):
    case, now = to_sign(make, council), timezone.now()
    details.note(case=case, by=council.officer, now=now, text=LONG, team_only=True)
    details.note(case=case, by=council.officer, now=now, text=f"It is said.\n{LONG}")
    answering, closed, restricted = make("accepted", "children-act"), make("closed"), make("submitted")
    details.restrict(
        case=restricted, by=council.manager, now=now, restricted=True, readers=[council.officer], reason=LONG
    )
    here = f"/cases/{case.reference}/"
    letter, number = case.letters.get(), open_stage(case).number
    pages = {
        council.officer: [
            "/cases/", "/cases/?search=nothing-like-it", here, f"{here}?timeline=all", f"{here}chase/",
            f"/cases/{answering.reference}/", f"/cases/{answering.reference}/dates/",
            f"/cases/{closed.reference}/",
            f"/cases/{restricted.reference}/",
        ],
        council.responder: ["/", "/cases/", f"/cases/{answering.reference}/"],
        council.director: ["/", here, f"{here}dates/", f"{here}drafts/{number}/2/", f"{here}letters/{letter.pk}/"],
        council.auditor: ["/", here],
    }  # fmt: skip
    for person, addresses in pages.items():
        sign_in(page, person)
        for address in addresses:
            visit(page, address)
            reads_well(page)


def test_logging_empty_with_errors_and_with_duplicates(page, council, sign_in, reads_well):
    wrote_before(council)
    sign_in(page, council.officer)
    visit(page, "/cases/log/")
    reads_well(page)
    page.get_by_role("button", name="Log the contact").click()
    expect(page.get_by_role("alert")).to_be_visible()
    reads_well(page)
    page.get_by_label("How it came in", exact=True).select_option(label="Telephone")
    page.get_by_label("Name", exact=True).first.fill(LONG)
    page.get_by_label("Telephone", exact=True).first.fill("01483 555123")
    page.get_by_label("In a few words").fill(LONG[:180])
    page.get_by_label("Point 1").fill(LONG)
    page.get_by_label("Service and team").select_option(value=str(council.education.pk))
    page.get_by_role("button", name="Log the contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it new?")
    reads_well(page)


NOT_PRESSED = {
    Verb.ACKNOWLEDGE, Verb.CHANGE_DETAILS, Verb.CHANGE_PEOPLE, Verb.ACCEPT, Verb.APPROVE, Verb.SIGN,
    Verb.ALLOCATE, Verb.TAKE_ON, Verb.PASS_ON, Verb.REFUSE_SIGNATURE,
}  # fmt: skip
"""With nothing more to be typed, pressing their button does it; the last is under a fold that a journey opens."""
CANNOT = {Verb.PAUSE, Verb.RESUME}
"""Of what Surrey's policy allows nowhere, the page says so and has no button."""


def intake_pages(make, council: Council) -> list[tuple[User, Case, list[Verb]]]:
    logged = make("log")
    comment = make("log", anonymous=True, parties=[])
    enquiry = make("triaged", "mp-enquiry")
    return [
        (council.officer, logged, [
            Verb.TRIAGE, Verb.ACKNOWLEDGE, Verb.CHANGE_DETAILS, Verb.CHANGE_PEOPLE, Verb.RESTRICT, Verb.MERGE,
            Verb.LOG_IN_ERROR, Verb.LINK, Verb.NOTE, Verb.TEAM_NOTE, Verb.ADD_DOCUMENT,
        ]),
        (council.officer, comment, [Verb.PASS_ON]),
        (council.officer, enquiry, [Verb.RECORD_EVENT, Verb.DISMISS]),
        (council.officer, make("triaged", "children-act"), [Verb.ALLOCATE, Verb.RECLASSIFY]),
    ]  # fmt: skip


def answer_pages(make, council: Council) -> list[tuple[User, Case, list[Verb]]]:
    now, today = timezone.now(), timezone.localdate()
    accepted, asking = make("accepted", "children-act"), make("accepted", "children-act")
    allocation.ask_contribution(
        case=accepted, by=council.officer, now=now, unit=council.send_south, question=LONG, due_on=today
    )
    dates.ask_extension(case=asking, by=council.responder, now=now, total=15, reason=LONG)
    return [
        (council.responder, make("allocated"), [Verb.ACCEPT, Verb.REJECT]),
        (council.responder, accepted, [Verb.DRAFT, Verb.SUBMIT, Verb.ASK_EXTENSION]),
        (council.service_manager, accepted, [Verb.CONTRIBUTE]),
        (council.manager, accepted, [
            Verb.REALLOCATE, Verb.TAKE_ON, Verb.ASK_CONTRIBUTION, Verb.EXTEND, Verb.CORRECT_DATE,
            Verb.HOLDING_UPDATE, Verb.WITHDRAW, Verb.RECORD_FINDINGS, Verb.PAUSE, Verb.RESUME,
        ]),
        (council.manager, asking, [Verb.DECIDE_EXTENSION]),
        (council.senior, make("submitted"), [Verb.APPROVE, Verb.RETURN]),
        (council.director, to_sign(make, council), [Verb.SIGN, Verb.REFUSE_SIGNATURE]),
    ]  # fmt: skip


def closing_pages(make, council: Council) -> list[tuple[User, Case, list[Verb]]]:
    mp = PartyDraft("mp", "Ann Member", email="ann@parliament.example", office=LONG)
    routed, learned, closed = make("approved", parties=[mp]), make("sent"), make("closed")
    answering = routed.stages.get(type__procedure__code="corporate")
    sending.send(
        case=routed, by=council.officer, now=days_ago(1), stage=answering,
        sent=sending.Sent(days_ago(1).date(), cases.entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in answering.points.all()},
    )  # fmt: skip
    closing.record_learning(
        case=learned, by=council.officer, now=timezone.now(),
        learning=[closing.LearningDraft(LONG, council.send_north)],
    )  # fmt: skip
    return [
        (council.officer, make("approved"), [Verb.SEND]),
        (council.officer, routed, [Verb.SHARE_COPY]),
        (council.officer, make("sent"), [Verb.CLOSE]),
        (council.officer, learned, [Verb.RECORD_LEARNING]),
        (council.service_manager, learned, [Verb.COMPLETE]),
        (council.manager, closed, [Verb.ESCALATE, Verb.REFUSE_ESCALATION, Verb.REOPEN]),
        (council.officer, review(make, council), [Verb.REVIEW, Verb.GIVE_DATE]),
    ]


PARTS = (intake_pages, answer_pages, closing_pages)


@pytest.mark.parametrize("part", PARTS)
def test_every_page_of_an_action(page, council, make, sign_in, axe, fits, reads_well, part):
    """On a phone as it is opened; wide when its button was pressed with nothing filled in. Each is looked at once."""
    for person, case, verbs in part(make, council):
        sign_in(page, person)
        for verb in verbs:
            visit(page, f"/cases/{case.reference}/{verb}/")
            if verb in NOT_PRESSED | CANNOT:
                reads_well(page)
                continue
            page.set_viewport_size({"width": PHONE, "height": 900})
            axe(page)
            fits(page)
            page.locator("main form .govuk-button:not(.app-default-button)").last.click()
            expect(page.get_by_role("alert"), str(verb)).to_be_visible()
            fits(page)
            page.set_viewport_size({"width": WIDE, "height": 900})
            axe(page)
            fits(page)
