"""The shipped policy packs, and reading one from a file: all it says is checked before a row is written."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.roles import Role
from audit.service import Actor
from slas.packs import Entry, PackError, PolicyDraft, read_documents, read_policy
from slas.service import Published, PublishError, publish

HERE = Path(__file__).parent
# Floors first: a council's statutory SLAs are checked against them.
SHIPPED = (
    "children-act-2006",
    "adult-social-care-2009",
    "lgsco-code-2024",
    "surrey-cfllc",
    "solihull-corporate",
    "warwickshire",
)
OUTSIDE = frozenset({"complainant", "investigator", "panel-chair"})
"""Who may own a milestone or approve more time without signing in: an officer records it for them."""


def path_of(pack: str) -> Path:
    """The file of a shipped pack by its code, or of a pack by its path. FileNotFoundError when neither."""
    path = HERE / f"{pack}.yaml" if pack in SHIPPED else Path(pack)
    if not path.is_file():
        raise FileNotFoundError(f"{pack} is neither a file nor a shipped pack: {', '.join(SHIPPED)}")
    return path


def load(path: Path, *, by: Actor | None, now: datetime) -> list[Published]:
    """Publish every version in the file, or none: PackError names the file, the line and the mistake."""
    documents = read_documents(path)
    drafts = [(_checked(document), document) for document in documents]
    with transaction.atomic():
        return [_publish(draft, document, by, now) for draft, document in drafts]


def _checked(document: Entry) -> PolicyDraft:
    draft = read_policy(document)
    known = set(Role.values) | OUTSIDE
    for rules in draft.slas:
        for rule in rules.milestones:
            for role in (rule.owner, *rule.approvers):
                if role and role not in known:
                    what = f"{rules.code}, {rule.code}: there is no role {role}; there is {', '.join(sorted(known))}"
                    raise PackError(document.file, draft.lines[f"{rules.code} {rule.code}"], what)
    return draft


def _publish(draft: PolicyDraft, document: Entry, by: Actor | None, now: datetime) -> Published:
    try:
        return publish(draft, by=by, now=now)
    except PublishError as error:
        line = draft.lines.get(error.sla, document.line)
        raise PackError(document.file, line, str(error)) from None
