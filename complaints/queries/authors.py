"""Who wrote the answer that is to go out, or took part in an earlier one: nobody of them decides on it."""

from collections.abc import Iterable, Mapping

from django.db.models import prefetch_related_objects

from complaints.models import Draft, DraftDecision, Letter, Stage
from complaints.workflow import Move, Need, Verb

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


def took_part(stages: Iterable[Stage]) -> dict[int, set[int]]:
    """Who wrote, decided on, sent or was given the answer of an earlier stage, for themselves or for somebody: by
    their numbers, for each of `stages` by its number. Stages beside the case answer nothing. Four queries; none where
    there is no stage."""
    later = list(stages)
    if not later:
        return {}
    cases = {stage.case_id for stage in later}
    before = Stage.objects.filter(case__in=cases, type__beside=False)
    rows = (
        *before.values_list("case", "number", "responder"),
        *Draft.objects.filter(stage__in=before).values_list(
            "stage__case", "stage__number", "author", "for_whom"
        ),
        *DraftDecision.objects.filter(draft__stage__in=before).values_list(
            "draft__stage__case", "draft__stage__number", "by", "for_whom"
        ),
        *Letter.objects.filter(stage__in=before, kind=Letter.Kind.RESPONSE).values_list(
            "stage__case", "stage__number", "by"
        ),
    )
    found: dict[int, set[int]] = {stage.pk: set() for stage in later}
    for stage in later:
        for case, number, *people in rows:
            if case == stage.case_id and number < stage.number:
                found[stage.pk].update(pk for pk in people if pk is not None)
    return found


def barred(turns: Mapping[Stage, Move]) -> dict[int, set[int]]:
    """Who does not take the turn of each of these stages, by numbers: who wrote what it decides on and, where the
    policy wants somebody independent, who took part before (H3). A constant number of queries; none where no turn
    decides on a draft."""
    deciding = [stage for stage, move in turns.items() if move.verb in DECIDING]
    bring_versions(deciding)
    before = took_part(stage for stage, move in turns.items() if Need.INDEPENDENT in move.needs)
    found = {stage.pk: writers(stage, turns[stage].verb) for stage in deciding}
    for pk, people in before.items():
        found[pk] = found.get(pk, set()) | people
    return found
