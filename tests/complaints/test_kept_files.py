"""The bytes of a kept file: whose they are, for what, and that nothing takes them from the row that has them."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.actions import Refused
from accounts.models import User
from accounts.roles import Role
from complaints.actions import documents
from complaints.actions.documents import add_document, remove_unused, sweep
from complaints.forms.uploads import MOST_UNUSED
from complaints.models import Case, Document, ImportBatch
from complaints.papers import store
from tests.complaints import cases
from tests.complaints.cases import NOW
from tests.complaints.importing.made import csv_of
from tests.complaints.papers.samples import docx, paragraph
from tests.complaints.test_documents import page, sent, token, upload
from tests.complaints.trackers import HEADINGS, row
from tests.factories import make_grant, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "kept")]

NEW = reverse("import-new")
TRACKER = csv_of([HEADINGS, row()])


def is_there(key: str) -> bool:
    try:
        store.open_(settings.DOCUMENTS_DIR, key).close()
    except store.NotKept:
        return False
    return True


def wrongly_sent(client, case: Case, name: str = "tracker.csv", content: bytes = TRACKER):
    """The page that comes back because what the file is was said at too great length: the file is kept."""
    return client.post(page(case), sent(case, name=name, content=content, what="x" * 201))


def batch_of(key: str) -> ImportBatch:
    return ImportBatch.objects.create(
        name="tracker.csv", key=key, sha256="0" * 64, created_at=NOW, size=16, today=NOW.date()
    )


# --- what a kept file is for ------------------------------------------------------------------------


def test_a_file_kept_for_a_case_is_not_taken_up_by_an_import(council, client_for):
    """Else whoever discards the import takes the bytes from the document."""
    case = cases.accepted(council)
    client = client_for(council.senior)
    ours = token(wrongly_sent(client, case))
    answer = client.post(NEW, {"file-kept": ours})
    assertContains(answer, "The file you chose before is not kept any more. Choose it again")
    assert not ImportBatch.objects.exists()
    client.post(page(case), {"seen": Case.objects.get(pk=case.pk).revision, "file-kept": ours})
    assert is_there(Document.objects.get(case=case).key)


def test_nor_by_another_form_of_the_case(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.responder)
    ours = token(wrongly_sent(client, case, "answer.pdf", b"%PDF-1.7"))
    address = reverse("act", args=[case.reference, "draft"])
    answer = client.post(address, {"seen": case.revision, "file-kept": ours, "text": ""})
    assertContains(answer, "The file you chose before is not kept any more. Choose it again")


def test_saving_a_draft_and_submitting_it_take_up_the_same_file(council, client_for):
    """They are two buttons of one page."""
    case = cases.accepted(council)
    client = client_for(council.responder)
    said = {"seen": case.revision, "text": "Typed too", "note": ""}
    word = SimpleUploadedFile("answer.docx", docx(paragraph("We are sorry.")))
    answer = client.post(reverse("act", args=[case.reference, "draft"]), said | {"file": word})
    assert answer.status_code == 200
    ours = token(answer)
    answer = client.post(
        reverse("act", args=[case.reference, "submit"]), said | {"file-kept": ours, "text": ""}
    )
    assertRedirects(answer, reverse("case", args=[case.reference]))


def test_one_upload_is_one_import(council, client_for):
    """Sent again after it was imported, it would be a second row with the same bytes."""
    make_grant(council.senior, Role.CR_MANAGER, adults := make_unit("Adults"))
    client = client_for(User.objects.get(pk=council.senior.pk))
    ours = token(client.post(NEW, {"file": SimpleUploadedFile("tracker.csv", TRACKER)}))
    said = {"file-kept": ours, "unit": str(adults.pk)}
    client.post(NEW, said)
    assertContains(client.post(NEW, said), "&#x27;tracker.csv&#x27; was added already.")
    assert ImportBatch.objects.count() == 1


# --- one row has the bytes --------------------------------------------------------------------------


def with_key(key: str):
    made = upload()
    return type(made)(made.name, made.content_type, made.size, made.sha256, key)


def test_a_key_that_another_row_has_is_refused(council):
    case = cases.accepted(council)
    batch = batch_of(upload().key)
    document = add_document(case=case, by=council.officer, now=NOW, upload=upload())
    for key in (batch.key, document.key):
        with pytest.raises(Refused, match=r"'minutes.pdf' was added already\. Choose it again") as refused:
            add_document(case=case, by=council.officer, now=NOW, upload=with_key(key))
        assert refused.value.field == "file"
    assert Document.objects.count() == 1


def test_the_same_upload_sent_twice_at_once_is_told_in_words(council, client_for, monkeypatch):
    """The other was quicker between the look and the write; the case stays as it was, and the page says so."""
    case = cases.accepted(council)
    client = client_for(council.officer)
    ours = token(wrongly_sent(client, case))
    client.post(page(case), {"seen": case.revision, "file-kept": ours})
    case.refresh_from_db()
    really, looks = documents.used_of, iter([set(), set()])  # the form's and the action's
    monkeypatch.setattr(
        documents, "used_of", lambda keys: set() if next(looks, None) == set() else really(keys)
    )
    answer = client.post(page(case), {"seen": case.revision, "file-kept": ours, "what": "Minutes"})
    assertContains(answer, "&#x27;tracker.csv&#x27; was added already. Choose it again to add it once more")
    assertContains(answer, 'value="Minutes"')
    assert Document.objects.count() == 1
    revision = case.revision
    case.refresh_from_db()
    assert case.revision == revision


def test_a_file_that_is_discarded_keeps_the_bytes_that_another_row_has(council, client_for):
    client = client_for(council.senior)
    client.post(NEW, {"file": SimpleUploadedFile("tracker.csv", TRACKER)})
    batch = ImportBatch.objects.get()
    twin = batch_of(batch.key)
    client.post(reverse("import-remove", args=[batch.pk]))
    assert not ImportBatch.objects.filter(pk=batch.pk).exists()
    assert is_there(twin.key)
    assert remove_unused(twin.key) is False
    twin.delete()
    assert remove_unused(twin.key) is True
    assert not is_there(twin.key)


def test_a_file_that_was_discarded_is_gone(council, client_for):
    client = client_for(council.senior)
    client.post(NEW, {"file": SimpleUploadedFile("tracker.csv", TRACKER)})
    batch = ImportBatch.objects.get()
    client.post(reverse("import-remove", args=[batch.pk]))
    assert not is_there(batch.key)


# --- how many ---------------------------------------------------------------------------------------


def fill(client, case: Case, most: int = MOST_UNUSED) -> None:
    for _ in range(most):
        assert token(wrongly_sent(client, case))


def test_twenty_files_that_nothing_uses_are_kept_for_one_person_a_day(council, client_for, clock, kept):
    case = cases.accepted(council)
    client = client_for(council.officer)
    fill(client, case)
    answer = wrongly_sent(client, case)
    assertContains(answer, "&#x27;tracker.csv&#x27; was not kept: in the last 24 hours you uploaded 20 files")
    assertContains(answer, "try again tomorrow")
    assert len(list(kept.glob("??/??/*"))) == MOST_UNUSED
    assert token(wrongly_sent(client_for(council.responder), case)), "others go on"
    clock.move_to(NOW + timedelta(hours=24, seconds=1))
    client.force_login(council.officer)
    assert token(wrongly_sent(client, case))


def test_what_was_added_does_not_count(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.officer)
    fill(client, case, MOST_UNUSED - 1)
    for _ in range(3):
        assertRedirects(client.post(page(case), sent(case)), reverse("case", args=[case.reference]))
    assert token(wrongly_sent(client, case))


def test_what_could_not_be_read_is_not_kept(council, client_for, kept):
    client = client_for(council.senior)
    for _ in range(2):
        answer = client.post(NEW, {"file": SimpleUploadedFile("tracker.csv", b'Ref,Type\r\n"1,2\r\n')})
        assertContains(answer, "is never closed")
    assert [path for path in kept.rglob("*") if path.is_file()] == []


def test_the_sweep_forgets_who_uploaded_what(council, client_for, kept):
    case = cases.accepted(council)
    wrongly_sent(client_for(council.officer), case)
    assert len(list(kept.glob("uploaded-by/*/*"))) == 1
    sweep(now=NOW + timedelta(days=1))
    assert len(list(kept.glob("uploaded-by/*/*"))) == 1
    sweep(now=NOW + timedelta(days=3))
    assert list(kept.glob("uploaded-by/*/*")) == []
