"""One kept file sent by many at the same moment becomes one document, and the others are told in words."""

from functools import partial
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from complaints.forms.acts.base import NOT_SEEN
from complaints.models import Case, Document
from tests.complaints import cases
from tests.complaints.cases import Council
from tests.complaints.test_concurrent_cases import at_once, council
from tests.complaints.test_documents import token

__all__ = ["council"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_eight_at_once_make_one_document(council: Council, settings, tmp_path: Path) -> None:
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    made = [cases.accepted(council) for _ in range(8)]
    client = Client(raise_request_exception=False)
    client.force_login(council.officer)

    def address(case: Case) -> str:
        return reverse("act", args=[case.reference, "add-document"])

    file = SimpleUploadedFile("minutes.pdf", b"%PDF-1.7 minutes")
    answer = client.post(address(made[0]), {"seen": "", "file": file})
    assert NOT_SEEN.split(",")[0] in answer.content.decode()
    kept = token(answer)

    def send(case: Case) -> int:
        one = Client(raise_request_exception=False)
        one.force_login(council.officer)
        return one.post(address(case), {"seen": case.revision, "file-kept": kept}).status_code

    # On eight cases: on one, whoever comes second is told that it changed.
    assert sorted(at_once(*(partial(send, case) for case in made))) == [200] * 7 + [302]
    assert Document.objects.count() == 1
    assert sorted(at_once(*(partial(send, made[0]) for _ in range(8)))) == [200] * 8
