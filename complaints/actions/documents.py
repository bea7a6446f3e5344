"""Documents of a case, as rows. Their bytes are kept by `complaints.papers.store` before an action is called."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.actions import Refused
from accounts.models import User
from complaints import permissions
from complaints.actions.acting import acting
from complaints.models import Case, Document, ImportBatch, ReportFile, Stage
from complaints.papers import store, uploads
from complaints.workflow import Verb

UNUSED_FOR = timedelta(days=2)
"""How old a kept file that nothing uses is when it is removed: longer than a form may be left open."""


@dataclass(frozen=True)
class Upload:
    """A file that was checked and is kept: its name, what it is, and the key it is kept under."""

    name: str
    content_type: str
    size: int
    sha256: str
    key: str


def write_document(
    case: Case,
    upload: Upload,
    *,
    by: User | None,
    now: datetime,
    stage: Stage | None = None,
    about: str = "",
    team_only: bool = False,
) -> Document:
    """The row of an upload. Refused where another row has its bytes: what removes that would remove these."""
    added_already = Refused(
        f"'{upload.name}' was added already. Choose it again to add it once more.", "file"
    )
    if is_used(upload.key):
        raise added_already
    try:
        with transaction.atomic():
            return Document.objects.create(
                case=case, stage=stage, about=about, team_only=team_only, added_at=now, by=by, **vars(upload)
            )
    except IntegrityError as error:
        # Sent twice at once: the other was quicker.
        if is_used(upload.key):
            raise added_already from error
        raise


def is_used(key: str) -> bool:
    """Whether any row has the bytes kept under `key`."""
    return bool(used_of([key]))


def used_of(keys: Collection[str]) -> set[str]:
    """Those of `keys` whose bytes a row has."""
    documents = Document.objects.filter(key__in=keys).values_list("key", flat=True)
    batches = ImportBatch.objects.filter(key__in=keys).values_list("key", flat=True)
    reports = ReportFile.objects.filter(key__in=keys).values_list("key", flat=True)
    return {*documents, *batches, *reports}


def remove_unused(key: str) -> bool:
    """Remove the bytes kept under `key`, unless a row has them. Returns whether they are gone."""
    if is_used(key):
        return False
    store.remove(settings.DOCUMENTS_DIR, key)
    uploads.forget_one(settings.DOCUMENTS_DIR, key)
    return True


def add_document(
    *,
    case: Case,
    by: User,
    now: datetime,
    upload: Upload,
    about: str = "",
    team_only: bool = False,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Document:
    """Put a file on a case. `team_only`: for Customer Relations only, and so only they may say it."""
    with acting(Verb.ADD_DOCUMENT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if team_only and not permissions.in_team_of(by, act.case, now=now):
            raise Refused("Only Customer Relations can keep a document to themselves.", "team_only")
        document = write_document(
            act.case, upload, by=by, now=now, stage=act.stage, about=about, team_only=team_only
        )
        hidden = {"team_only": True} if team_only else {}
        act.say(f"{act.who} added the document {upload.name}.", document=document.pk, **hidden)
    return document


def sweep(*, now: datetime) -> int:
    """Remove the kept files that no row uses and that are older than two days: of forms nobody finished, and what a
    full disk left half written. Returns how many. Does the same again without harm."""
    oldest = (now - UNUSED_FOR).timestamp()
    removed = 0
    for folder in sorted(settings.DOCUMENTS_DIR.glob("??")):
        left = [path for path in _kept_below(folder) if _changed_at(path) < oldest]
        used = _used(folder.name) if left else set()
        for path in left:
            if path.stem not in used:
                path.unlink(missing_ok=True)
                removed += 1
    uploads.forget(settings.DOCUMENTS_DIR, before=now - UNUSED_FOR)
    return removed


_KEPT = re.compile(r"[0-9a-f]{32}(\.part)?")


def _kept_below(folder: Path) -> Iterator[Path]:
    """The files the store wrote, whole or not; what else may lie there is not ours to remove."""
    return (path for path in folder.glob("??/*") if _KEPT.fullmatch(path.name))


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # finished or removed since it was listed


def _used(prefix: str) -> set[str]:
    documents = Document.objects.filter(key__startswith=prefix).values_list("key", flat=True)
    batches = ImportBatch.objects.filter(key__startswith=prefix).values_list("key", flat=True)
    reports = ReportFile.objects.filter(key__startswith=prefix).values_list("key", flat=True)
    return {*documents, *batches, *reports}
