"""Files of a case: what is taken, kept, shown and handed out, and to whom."""

import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import Refused
from complaints.actions.documents import Upload, add_document, sweep
from complaints.forms.uploads import size_words
from complaints.models import Case, Document, ImportBatch
from complaints.papers import files, store
from tests.complaints import cases
from tests.complaints.cases import NOW, Council
from tests.complaints.papers.samples import docx, paragraph

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "kept")]

PDF = b"%PDF-1.7 minutes"


def page(case: Case) -> str:
    return reverse("act", args=[case.reference, "add-document"])


def sent(case: Case, *, name: str = "minutes.pdf", content: bytes = PDF, **more):
    case = Case.objects.get(pk=case.pk)
    return {"seen": case.revision, "file": SimpleUploadedFile(name, content), **more}


def address(case: Case, document: Document) -> str:
    return reverse("document", args=[case.reference, document.pk])


def upload(name: str = "minutes.pdf", content: bytes = PDF) -> Upload:
    checked = files.check(name, content)
    key = store.keep(settings.DOCUMENTS_DIR, content)
    return Upload(checked.name, checked.content_type, checked.size, checked.sha256, key)


def with_document(council: Council, *, team_only: bool = False) -> tuple[Case, Document]:
    case = cases.accepted(council)
    document = add_document(
        case=case, by=council.officer, now=NOW, upload=upload("secret.pdf"), team_only=team_only
    )
    return case, document


def files_in(folder) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def token(answer) -> str:
    return answer.context["form"].fields["file"].widget.token


# --- adding and handing out -------------------------------------------------------------------------


def test_a_document_is_added_shown_and_downloaded(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.responder)
    answer = client.post(page(case), sent(case, what="Minutes of the meeting"), follow=True)
    assertContains(answer, "minutes.pdf is added.")
    assertContains(answer, "Minutes of the meeting")
    assertContains(answer, "Rae Responder added the document minutes.pdf.")
    document = Document.objects.get(case=case)
    assert (document.size, document.content_type, document.by) == (16, "application/pdf", council.responder)
    download = client.get(address(case, document))
    assert b"".join(download.streaming_content) == PDF


def test_a_document_is_saved_by_the_browser_and_never_shown_or_run(council, client_for):
    case, document = with_document(council)
    download = client_for(council.officer).get(address(case, document))
    assert download["Content-Disposition"] == 'attachment; filename="secret.pdf"'
    assert download["X-Content-Type-Options"] == "nosniff"
    assert download["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Minutes 🙂.pdf", "Minutes 🙂.pdf"),
        ("report\u202efdp.exe.pdf", "reportfdp.exe.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a" * 200 + ".pdf", "a" * 146 + ".pdf"),
        ("<script>.pdf", "-script-.pdf"),
    ],
    ids=["emoji", "written backwards", "a path", "without end", "a tag"],
)
def test_a_name_is_made_safe_and_still_known(council, client_for, name, shown):
    case = cases.accepted(council)
    client = client_for(council.officer)
    answer = client.post(page(case), sent(case, name=name), follow=True)
    assertContains(answer, shown)
    document = Document.objects.get(case=case)
    assert document.name == shown
    assert client.get(address(case, document)).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "letter.doc",
            b"\xd0\xcf\x11\xe0",
            "is not taken. Open it, save it as .docx or PDF and upload that.",
        ),
        ("tool.exe", b"MZ", "A .exe file is not taken."),
        ("page.html", b"<script>", "could run a program in the browser"),
        ("letter.pdf", b"Dear Jo", "Its content is not that of a .pdf file."),
        ("letter.pdf", docx(paragraph("Dear Jo")), "It is a .docx file under a wrong name."),
        ("letter.pdf", b"", "The file is empty."),
        ("letter", b"Dear Jo", "A file without an extension"),
    ],
    ids=["old Word", "program", "web page", "not what it says", "Word as PDF", "empty", "no extension"],
)
def test_what_is_not_taken_is_refused_in_words_and_not_kept(council, client_for, kept, name, content, told):
    case = cases.accepted(council)
    answer = client_for(council.officer).post(
        page(case), sent(case, name=name, content=content, what="From the school")
    )
    assertContains(answer, told)
    assertContains(answer, 'value="From the school"')
    assert not Document.objects.exists()
    assert files_in(kept) == []


def test_a_file_that_is_too_big_is_refused_in_words(council, client_for, kept, monkeypatch):
    monkeypatch.setitem(files.check.__kwdefaults__, "biggest", 10)
    case = cases.accepted(council)
    assertContains(client_for(council.officer).post(page(case), sent(case)), "It is bigger than")
    assert files_in(kept) == []


def test_no_file_is_told(council, client_for):
    case = cases.accepted(council)
    answer = client_for(council.officer).post(page(case), {"seen": case.revision, "what": "Minutes"})
    assertContains(answer, "Choose a file")


def test_a_disk_that_is_full_loses_nothing_that_was_typed(council, client_for, monkeypatch, caplog):
    def full(directory, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "keep", full)
    case = cases.accepted(council)
    answer = client_for(council.officer).post(page(case), sent(case, what="Minutes"))
    assertContains(answer, "could not be kept because of a fault on our side")
    assertContains(answer, 'value="Minutes"')
    assert "No space left" in caplog.text


def test_bytes_that_are_gone_are_a_404_and_an_error_in_the_log(council, client_for, caplog):
    case, document = with_document(council)
    store.remove(settings.DOCUMENTS_DIR, document.key)
    assert client_for(council.officer).get(address(case, document)).status_code == 404
    assert "is not in the store" in caplog.text


# --- who sees what ----------------------------------------------------------------------------------


def test_a_document_of_another_case_is_not_found_under_this_one(council, client_for):
    case, document = with_document(council)
    other = cases.log(council, summary="Another matter")
    client = client_for(council.officer)
    assert client.get(address(other, document)).status_code == 404
    assert client.get(address(case, document)).status_code == 200


def test_whoever_may_not_see_the_case_finds_no_document(council, client_for):
    case, document = with_document(council)
    for person in (council.outsider, council.administrator):
        assert client_for(person).get(address(case, document)).status_code == 404


def test_what_is_for_the_team_only_is_hidden_in_page_timeline_and_download(council, client_for):
    case, document = with_document(council, team_only=True)
    for person in (council.responder, council.service_manager, council.director, council.auditor):
        client = client_for(person)
        assertNotContains(client.get(reverse("case", args=[case.reference])), "secret.pdf")
        assert client.get(address(case, document)).status_code == 404
    for person in (council.officer, council.senior, council.manager):
        client = client_for(person)
        assertContains(client.get(reverse("case", args=[case.reference])), "secret.pdf", count=2)
        assert client.get(address(case, document)).status_code == 200


def test_nor_does_a_page_that_became_stale_give_it_away(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.responder)
    old = sent(case)
    add_document(case=case, by=council.officer, now=NOW, upload=upload("secret.pdf"), team_only=True)
    answer = client.post(page(case), old)
    assertContains(answer, "Somebody changed this case while you had this page open")
    assertNotContains(answer, "secret.pdf")


def test_only_the_team_keeps_a_document_to_itself(council, client_for):
    case = cases.accepted(council)
    assertContains(client_for(council.officer).get(page(case)), "For Customer Relations only")
    client = client_for(council.responder)
    assertNotContains(client.get(page(case)), "For Customer Relations only")
    client.post(page(case), sent(case, team_only="on"))
    assert Document.objects.get(case=case).team_only is False
    with pytest.raises(Refused, match="Only Customer Relations"):
        add_document(case=case, by=council.responder, now=NOW, upload=upload(), team_only=True)


def test_who_only_reads_adds_nothing(council, client_for):
    case = cases.accepted(council)
    assert client_for(council.auditor).post(page(case), sent(case)).status_code == 403
    assert client_for(council.outsider).post(page(case), sent(case)).status_code == 404
    assert not Document.objects.exists()


# --- a file need not be chosen again ----------------------------------------------------------------


def with_mistake(client, case: Case):
    """The page as it comes back with the file kept, because something else was wrong."""
    answer = client.post(page(case), sent(case, what="x" * 201))
    assertContains(answer, "What it is: 200 characters or fewer")
    return answer


def test_after_a_mistake_elsewhere_the_file_is_kept(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.officer)
    answer = with_mistake(client, case)
    assertContains(answer, "<bdi>minutes.pdf</bdi> (16 bytes) is kept. Choose another file to replace it.")
    client.post(page(case), {"seen": case.revision, "file-kept": token(answer), "what": "Minutes"})
    document = Document.objects.get(case=case)
    assert (document.name, document.about) == ("minutes.pdf", "Minutes")
    assert b"".join(client.get(address(case, document)).streaming_content) == PDF


def test_another_file_replaces_the_kept_one_and_a_bad_one_does_not(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.officer)
    first = token(with_mistake(client, case))
    answer = client.post(page(case), sent(case, name="tool.exe") | {"file-kept": first})
    assertContains(answer, "A .exe file is not taken.")
    assertContains(answer, "<bdi>minutes.pdf</bdi> (16 bytes) is kept.")
    client.post(page(case), sent(case, name="better.pdf") | {"file-kept": token(answer)})
    assert Document.objects.get(case=case).name == "better.pdf"


def test_somebody_elses_token_is_refused(council, client_for):
    case = cases.accepted(council)
    theirs = token(with_mistake(client_for(council.officer), case))
    answer = client_for(council.responder).post(page(case), {"seen": case.revision, "file-kept": theirs})
    assertContains(answer, "The file you chose before is not kept any more. Choose it again")
    assertNotContains(answer, "minutes.pdf")
    assert not Document.objects.exists()


@pytest.mark.parametrize("made_up", ["x", "e30:1abc:def", "\x00", "a" * 5000])
def test_a_made_up_token_is_refused(council, client_for, made_up):
    case = cases.accepted(council)
    answer = client_for(council.officer).post(page(case), {"seen": case.revision, "file-kept": made_up})
    assertContains(answer, "is not kept any more. Choose it again")


def test_a_file_is_kept_for_a_day(council, client_for, clock):
    case = cases.accepted(council)
    client = client_for(council.officer)
    kept_one = {"seen": case.revision, "file-kept": token(with_mistake(client, case))}
    clock.move_to(NOW + timedelta(hours=24, seconds=1))
    answer = client_for(council.officer).post(page(case), kept_one)
    assertContains(answer, "is not kept any more. Choose it again")


def test_one_upload_is_one_document(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.officer)
    kept_one = {"file-kept": token(with_mistake(client, case))}
    client.post(page(case), {"seen": case.revision, **kept_one})
    case.refresh_from_db()
    answer = client.post(page(case), {"seen": case.revision, **kept_one})
    assertContains(answer, "&#x27;minutes.pdf&#x27; was added already.")
    assert Document.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 byte"), (812, "812 bytes"), (1000, "1 kB"), (34_200, "34 kB"), (1_240_000, "1.2 MB")],
)
def test_a_size_in_words(size, words):
    assert size_words(size) == words


# --- the sweep --------------------------------------------------------------------------------------


def aged(folder, key: str, days: float) -> None:
    """Make a kept file so many days old."""
    (path,) = folder.rglob(f"{key}*")
    when = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (when, when))


def test_uploads_that_nothing_uses_are_removed_after_two_days(council, kept):
    _, document = with_document(council)
    batch = ImportBatch.objects.create(
        name="tracker.xlsx", key=upload().key, sha256="0" * 64, created_at=NOW, size=16, today=NOW.date()
    )
    unused, fresh = upload().key, upload().key
    for key, days in ((document.key, 30), (batch.key, 30), (unused, 2.1), (fresh, 1.9)):
        aged(kept, key, days)
    assert sweep(now=NOW) == 1
    assert sorted(files_in(kept)) == sorted([document.key, batch.key, fresh])
    assert sweep(now=NOW) == 0


def test_the_sweep_takes_what_was_half_written_and_nothing_else(council, kept):
    half = upload().key
    (path,) = kept.rglob(half)
    path.rename(path.with_suffix(".part"))
    aged(kept, half, 3)
    strange = path.parent / "read me.txt"
    strange.write_text("Do not remove")
    os.utime(strange, (0, 0))
    assert sweep(now=NOW) == 1
    assert files_in(kept) == ["read me.txt"]


def test_before_anything_was_kept_there_is_nothing_to_sweep(kept):
    assert sweep(now=NOW) == 0
