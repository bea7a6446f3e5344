"""A responder writes an answer, uploads it as a Word file, gets it back and mends it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from complaints.actions import drafting
from complaints.models import Draft
from tests.complaints import cases
from tests.complaints.cases import open_stage
from tests.complaints.papers.samples import docx, paragraph

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def case(council):
    """A complaint of two days ago that the responder took on."""
    now = timezone.now()
    return cases.accepted(council, now=now, received=timezone.localdate(now) - timedelta(days=2))


def word_file(*lines):
    content = docx(*(paragraph(line) for line in lines))
    return {"name": "answer.docx", "mimeType": WORD, "buffer": content}


def to_the_draft(page, case):
    """From the case, by its one next thing."""
    page.goto(f"/cases/{case.reference}/")
    page.get_by_role("region", name="Next").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Write the draft")


def test_an_answer_is_written_uploaded_returned_and_mended(page, council, case, sign_in, reads_well):
    sign_in(page, council.responder)
    to_the_draft(page, case)
    expect(page.get_by_role("region", name="The complaint")).to_contain_text("Nobody replied")
    reads_well(page)
    page.get_by_text("How to write headings and lists").click()
    reads_well(page)
    page.get_by_label("The draft", exact=True).fill("# Our answer\n\nThe plan was late.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="The draft is saved")).to_be_visible()

    to_the_draft(page, case)
    draft = page.get_by_label("The draft", exact=True)
    expect(draft).to_have_value("# Our answer\n\nThe plan was late.")
    draft.fill("Something typed")
    page.get_by_label("Or upload it as a Word file").set_input_files(
        word_file("Dear Jo,", "The plan was late.")
    )
    page.get_by_role("button", name="Save and send to be checked").click()
    expect(page.get_by_role("alert")).to_contain_text("Say which of the two is the draft")
    expect(page.get_by_text("answer.docx (2 kB) is kept. Choose another file to replace it.")).to_be_visible()
    expect(draft).to_have_value("Something typed")
    reads_well(page)
    page.get_by_role("radio", name="The Word file").check()
    page.get_by_role("button", name="Save and send to be checked").click()
    expect(page.get_by_role("status").filter(has_text="Sent to be checked.")).to_be_visible()

    drafting.return_draft(case=case, by=council.officer, now=timezone.now(), reason="Say sorry first.")
    to_the_draft(page, case)
    expect(page.get_by_role("region", name="Olu Officer returned version 2")).to_contain_text(
        "Say sorry first."
    )
    reads_well(page)
    page.get_by_label("The draft", exact=True).fill("Dear Jo,\n\nWe are sorry that the plan was late.")
    page.get_by_role("button", name="Save and send to be checked").click()
    expect(page.get_by_role("heading", name="Waiting for Olu Officer")).to_be_visible()
    latest = Draft.objects.get(stage=open_stage(case), version=3)
    assert latest.text == "Dear Jo,\n\nWe are sorry that the plan was late."


def test_the_same_without_javascript_on_a_phone(open_page, council, case, sign_in, fits):
    page = open_page(400, javascript=False)
    sign_in(page, council.responder)
    to_the_draft(page, case)
    fits(page)
    page.get_by_label("Or upload it as a Word file").set_input_files(word_file("Dear Jo,", "We are sorry."))
    page.get_by_role("button", name="Save and send to be checked").click()
    expect(page.get_by_text("Sent to be checked.")).to_be_visible()
    draft = Draft.objects.get(stage=open_stage(case))
    assert (draft.text, draft.document.name) == ("Dear Jo,\n\nWe are sorry.", "answer.docx")


def test_an_officer_chases_whoever_is_waited_for(page, council, case, sign_in, reads_well):
    sign_in(page, council.officer)
    page.goto(f"/cases/{case.reference}/chase/")
    text = page.get_by_label("The text, with the subject")
    expect(text).to_have_value(f"{text.input_value()}")
    assert f"/cases/{case.reference}/" in text.input_value()
    page.get_by_role("button", name="Copy the text for Rae Responder").click()
    selected = page.evaluate(
        "document.activeElement.value.slice(...[document.activeElement].flatMap("
        "(e) => [e.selectionStart, e.selectionEnd]))"
    )
    assert selected == text.input_value()
    reads_well(page)
    page.get_by_role("button", name="Record that you chased Rae Responder").click()
    expect(page.get_by_role("status").filter(has_text="Note added.")).to_be_visible()
