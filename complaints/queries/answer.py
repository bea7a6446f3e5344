"""What somebody who writes, checks, signs or sends an answer has to have beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Prefetch

from complaints.models import (
    Contribution,
    Draft,
    DraftDecision,
    ExtensionRequest,
    Letter,
    Party,
    Stage,
    StagePoint,
)
from complaints.papers import changes, letters
from complaints.queries.deadline_words import DeadlineView, deadline_views


@dataclass(frozen=True)
class AnswerView:
    """The answer of one stage as it stands, and what it answers. `decisions` are those on all its drafts, in order;
    `earlier` are the responses of the stages before; `found_before` is what other stages found, by point."""

    stage: Stage
    headline: DeadlineView | None
    people: Sequence[Party]
    points: Sequence[StagePoint]
    drafts: Sequence[Draft]
    decisions: Sequence[DraftDecision]
    contributions: Sequence[Contribution]
    request: ExtensionRequest | None
    earlier: Sequence[Letter]
    found_before: dict[int, list[StagePoint]]

    @property
    def points_seen(self) -> list[tuple[StagePoint, list[StagePoint]]]:
        """Each point of the stage with what other stages found on it."""
        return [(row, self.found_before.get(row.point_id, [])) for row in self.points]

    @property
    def latest(self) -> Draft | None:
        return self.drafts[-1] if self.drafts else None

    @property
    def text(self) -> str:
        """What the latest version says; '' where there is none."""
        return self.latest.text if self.latest else ""

    @cached_property
    def letter(self) -> letters.Letter:
        return letters.parse(self.text)

    @property
    def returned(self) -> DraftDecision | None:
        """The last decision, where that was to return the draft: what is to be changed."""
        last = self.decisions[-1] if self.decisions else None
        return last if last and last.decision == DraftDecision.Decision.RETURNED else None

    @property
    def signer_returned(self) -> DraftDecision | None:
        """What was last asked to be changed before signing."""
        returned = DraftDecision.Decision.RETURNED
        asked = [d for d in self.decisions if d.step == DraftDecision.Step.SIGN and d.decision == returned]
        return asked[-1] if asked else None

    @property
    def unchanged(self) -> bool:
        """Whether the very version that was returned has come again."""
        return self.returned is not None and self.returned.draft_id == (self.latest and self.latest.pk)

    @property
    def checked_before(self) -> Draft | None:
        """The last version before the latest that was decided on at all."""
        return self._decided_before({row.draft_id for row in self.decisions})

    @property
    def signer_saw(self) -> Draft | None:
        """The last version before the latest that was decided on at sign-off."""
        step = DraftDecision.Step.SIGN
        return self._decided_before({row.draft_id for row in self.decisions if row.step == step})

    def _decided_before(self, decided: set[int]) -> Draft | None:
        return next((draft for draft in reversed(self.drafts[:-1]) if draft.pk in decided), None)

    def since(self, before: Draft | None) -> changes.Comparison | None:
        """What changed from `before` to the latest version."""
        return changes.compare(before.text, self.text) if before else None

    def says_already(self, text: str) -> bool:
        """Whether a version says this already, so that nothing was typed."""
        return not text or text in {letters.clean(draft.text) for draft in self.drafts}


def answer_view(stage: Stage, *, now: datetime) -> AnswerView:
    """The answer of `stage`, whose case is at hand, in a constant number of queries."""
    decisions = DraftDecision.objects.select_related("by", "for_whom").order_by("at", "pk")
    drafts = list(
        Draft.objects.filter(stage=stage)
        .select_related("author", "for_whom", "document")
        .prefetch_related(Prefetch("decisions", decisions))
        .order_by("version")
    )
    decided = [row for draft in drafts for row in draft.decisions.all()]
    for draft in drafts:
        for decision in draft.decisions.all():
            decision.draft = draft
    deadlines = deadline_views([stage], now).get(stage.pk, [])
    points = list(stage.points.select_related("point"))
    found_before: dict[int, list[StagePoint]] = {}
    others = StagePoint.objects.filter(point__in=[row.point_id for row in points]).exclude(stage=stage)
    for row in others.exclude(finding="").select_related("stage__type").order_by("stage__number"):
        found_before.setdefault(row.point_id, []).append(row)
    earlier = Letter.objects.filter(
        case=stage.case, kind=Letter.Kind.RESPONSE, stage__number__lt=stage.number
    )
    return AnswerView(
        stage=stage,
        headline=next((view for view in deadlines if view.row.headline), None),
        people=list(stage.case.parties.all()),
        points=points,
        drafts=drafts,
        decisions=sorted(decided, key=lambda row: (row.at, row.pk)),
        contributions=list(stage.contributions.select_related("unit", "person", "answered_by")),
        request=stage.extension_requests.filter(decided_at__isnull=True).select_related("asked_by").first(),
        earlier=list(earlier.select_related("stage__type").order_by("sent_on", "pk")),
        found_before=found_before,
    )
