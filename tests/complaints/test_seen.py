"""A form that does not say how the case stood when it was opened does nothing, and comes back with what was typed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from complaints.models import Case, Document, Note, Stage
from tests.complaints import cases
from tests.complaints.test_documents import token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "kept")]

SAID = "This page did not say how the case stood when it was opened, so nothing was done."


@pytest.fixture
def case(council) -> Case:
    return cases.accepted(council)


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


@pytest.mark.parametrize("seen", ["", "abc", "9" * 5000, "1.5", "\x00"])
def test_without_it_a_note_is_not_written_and_not_lost(council, client_for, case, seen):
    client = client_for(council.officer)
    answer = client.post(page(case, "note"), {"seen": seen, "text": "Rang her."})
    assertContains(answer, SAID)
    assertContains(answer, "Rang her.")
    assert not Note.objects.exists()
    assert answer.context["form"]["seen"].value() == str(case.revision)
    again = {"seen": answer.context["form"]["seen"].value(), "text": "Rang her."}
    assertRedirects(client.post(page(case, "note"), again), reverse("case", args=[case.reference]))
    assert Note.objects.count() == 1


def test_sent_twice_it_is_written_once(council, client_for, case):
    client = client_for(council.officer)
    said = {"seen": case.revision, "text": "Rang her."}
    client.post(page(case, "note"), said)
    assertContains(
        client.post(page(case, "note"), said), "Somebody changed this case while you had this page open"
    )
    assert Note.objects.count() == 1


def test_where_something_else_is_wrong_too_both_are_said(council, client_for, case):
    answer = client_for(council.officer).post(page(case, "note"), {"seen": "", "text": ""})
    assertContains(answer, SAID)
    assert "text" in answer.context["form"].errors


def test_a_file_that_came_with_it_is_kept(council, client_for, case):
    client = client_for(council.officer)
    file = SimpleUploadedFile("minutes.pdf", b"%PDF-1.7 minutes")
    answer = client.post(page(case, "add-document"), {"seen": "", "file": file})
    assertContains(answer, SAID)
    assert not Document.objects.exists()
    client.post(page(case, "add-document"), {"seen": case.revision, "file-kept": token(answer)})
    assert Document.objects.get().name == "minutes.pdf"


def test_what_is_shown_before_it_is_done_is_not_shown_for_it_either(council, client_for, case):
    """A pause shows first what it does to the dates."""
    said = {"seen": "", "confirm": "yes", "reason": "complainant", "on": "20/11/2026"}
    assertContains(client_for(council.officer).post(page(case, "pause"), said), SAID)
    assert not Stage.objects.filter(case=case, pauses__isnull=False).exists()
