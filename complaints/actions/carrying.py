"""What a stage takes over from the stages before it, as facts of its own."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from complaints.models import Stage, StageEvent, standing
from complaints.queries.taking_over import TakingOver


def carry(
    earlier: Iterable[Stage], later: Stage, taking: TakingOver | None, *, by: User | None, now: datetime
) -> None:
    """What `later` takes over from the stages before it, first to last, as copies that a correction reaches: what is
    there already stays."""
    if taking is None:
        return
    for stage in earlier:
        there = set(standing(StageEvent).filter(stage=later).values_list("code", flat=True))
        for event in standing(StageEvent).filter(stage=stage).exclude(code__in=there).order_by("pk"):
            if taking.takes(event.code, event.moment):
                StageEvent.objects.create(
                    stage=later,
                    code=event.code,
                    day=event.day,
                    at=event.at,
                    recorded_at=now,
                    by=by,
                    copied_from=event,
                )
