"""What the core is told of stages, and what it answers: the read side of `complaints.actions.clock`."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from complaints.models import (
    Dismissal,
    Extension,
    GivenDate,
    Pause,
    Reclassified,
    Stage,
    StageEvent,
    standing,
)
from slas import service
from slas.core.calendar import PauseSpan
from slas.core.facts import Extension as CoreExtension
from slas.core.facts import Facts, Given
from slas.service import Clock, Earlier, Worked


def with_facts(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """`stages` with all that their deadlines are made of, in a constant number of queries."""
    return stages.select_related(
        "case",
        "unit",
        "type__procedure__policy_version",
        "type__sla_version__policy_version",
        "type__sla_version__sla__policy",
    ).prefetch_related(
        Prefetch("events", standing(StageEvent).order_by("pk"), to_attr="standing_events"),
        Prefetch("given_dates", standing(GivenDate), to_attr="standing_given"),
        Prefetch("extensions", standing(Extension), to_attr="standing_extensions"),
        Prefetch("pauses", standing(Pause), to_attr="standing_pauses"),
        Prefetch("dismissals", standing(Dismissal), to_attr="standing_dismissals"),
        Prefetch(
            "earlier",
            Reclassified.objects.select_related(
                "type__sla_version__policy_version", "type__sla_version__sla__policy"
            ),
            to_attr="reclassified",
        ),
        "deadlines",
    )


def facts_of(stage: Stage) -> Facts:
    """What the core is told of a stage that came through `with_facts`, in the order it was recorded: where
    something was said twice, the last that stands counts."""
    brought: Any = stage
    return Facts.recorded(
        [(e.code, e.moment) for e in brought.standing_events],
        [(g.milestone, Given(g.day, g.decided_at)) for g in brought.standing_given],
        [(e.milestone, CoreExtension(e.total, e.decided_at)) for e in brought.standing_extensions],
        [PauseSpan(p.first, p.resumed, p.decided_at) for p in brought.standing_pauses],
    )


def clock_of(stage: Stage) -> Clock | None:
    """The question that a stage's deadlines answer; None where its type has no SLA."""
    if stage.type.sla_version is None:
        return None
    brought: Any = stage
    rows: list[Reclassified] = brought.reclassified
    earlier = tuple(Earlier(row.type.sla_version, row.until) for row in rows if row.type.sla_version)
    return Clock(stage.pk, stage.type.sla_version, facts_of(stage), earlier)


def worked(stages: Iterable[Stage], *, explain: bool = False) -> dict[int, Worked]:
    """The answer for each stage that has an SLA, by its number in the database."""
    clocks = [clock for stage in stages if (clock := clock_of(stage)) is not None]
    return {answer.key: answer for answer in service.deadlines_for(clocks, explain=explain)}
