"""The shipped policy packs, and reading one from a file: all it says is checked before a row is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.roles import Role
from audit.service import Actor
from complaints.policies.drafts import ProceduresDraft
from complaints.policies.procedures import SECTIONS, read_procedures
from complaints.policies.publishing import check_lists, publish_procedures
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
    drafts = [(*_checked(document), document) for document in documents]
    with transaction.atomic():
        published = [_publish(draft, procedures, document, by, now) for draft, procedures, document in drafts]
        for one, (draft, procedures, document) in zip(published, drafts, strict=True):
            with _told(draft, procedures, document):
                check_lists(procedures, one.policy)
    return published


@contextmanager
def _told(draft: PolicyDraft, procedures: ProceduresDraft, document: Entry) -> Iterator[None]:
    """What cannot be published, as a mistake of the file, on the line it is about."""
    try:
        yield
    except PublishError as error:
        line = draft.lines.get(error.sla) or procedures.lines.get(error.sla, document.line)
        raise PackError(document.file, line, str(error)) from None


def _checked(document: Entry) -> tuple[PolicyDraft, ProceduresDraft]:
    draft = read_policy(document, other_sections=SECTIONS)
    _check_roles(draft, document)
    top = document.group(optional=None)
    return draft, read_procedures(top, {rules.code: rules for rules in draft.slas})


def _check_roles(draft: PolicyDraft, document: Entry) -> None:
    known = set(Role.values) | OUTSIDE
    for rules in draft.slas:
        for rule in rules.milestones:
            for role in (rule.owner, *rule.approvers):
                if role and role not in known:
                    what = f"{rules.code}, {rule.code}: there is no role {role}; there is {', '.join(sorted(known))}"
                    raise PackError(document.file, draft.lines[f"{rules.code} {rule.code}"], what)


def _publish(
    draft: PolicyDraft, procedures: ProceduresDraft, document: Entry, by: Actor | None, now: datetime
) -> Published:
    with _told(draft, procedures, document):
        published = publish(draft, by=by, now=now)
        version = published.policy.versions.get(number=draft.version)
        written = publish_procedures(procedures, version, new=published.created, by=by, now=now)
    return published._replace(
        created=published.created or written.created, kept=published.kept + written.kept
    )
