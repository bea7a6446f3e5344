"""Documents of a case, as rows. Their bytes are kept by `complaints.papers.store` before an action is called."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from complaints.actions.acting import acting
from complaints.models import Case, Document, Stage
from complaints.workflow import Verb


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
    """The row of an upload."""
    return Document.objects.create(
        case=case, stage=stage, about=about, team_only=team_only, added_at=now, by=by, **vars(upload)
    )


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
    """Put a file on a case. `team_only`: for Customer Relations only."""
    with acting(Verb.ADD_DOCUMENT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        document = write_document(
            act.case, upload, by=by, now=now, stage=act.stage, about=about, team_only=team_only
        )
        hidden = {"team_only": True} if team_only else {}
        act.say(f"{act.who} added the document {upload.name}.", document=document.pk, **hidden)
    return document
