"""Who wrote the answer that is to go out: nobody of them approves or signs it."""

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from complaints.models import Draft, DraftDecision, Letter, Stage
from complaints.workflow import Verb

DECIDING = (Verb.APPROVE, Verb.SIGN)
"""The verbs nobody does to a text of their own."""


def bring_versions(stages: Iterable[Stage]) -> None:
    """Bring what `versions` reads for these stages, in three queries; none where there is no stage."""
    found = list(stages)
    if found:
        prefetch_related_objects(found, "drafts__decisions", "drafts__author", "drafts__for_whom", "letters")


def versions(stage: Stage, verb: str) -> list[Draft]:
    """The versions that count as written for what `verb` decides on, the last first: those since the answer that was
    sent last. To amend is part of signing, so that what a signer amended does not count where they sign again."""
    drafts = sorted(stage.drafts.all(), key=lambda draft: -draft.version)
    sent = {letter.draft_id for letter in stage.letters.all() if letter.kind == Letter.Kind.RESPONSE}
    last = max((draft.version for draft in drafts if draft.pk in sent), default=0)
    found = [draft for draft in drafts if draft == drafts[0] or draft.version > last]
    return found if verb != Verb.SIGN else [draft for draft in found if not _amended(draft)]


def _amended(draft: Draft) -> bool:
    return any(
        row.step == DraftDecision.Step.SIGN and row.decision == DraftDecision.Decision.AMENDED
        for row in draft.decisions.all()
    )


def writers(stage: Stage, verb: str) -> set[int]:
    """Who wrote any of `versions`, or had it written for them: by their number in the database."""
    found = versions(stage, verb)
    return {pk for draft in found for pk in (draft.author_id, draft.for_whom_id) if pk is not None}
