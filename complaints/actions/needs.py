"""What a move needs, checked once it is made, before anything is kept."""

from collections.abc import Callable

from accounts.actions import Refused
from complaints.models import (
    Case,
    Draft,
    DraftDecision,
    ExtensionRequest,
    Learning,
    Letter,
    Pause,
    Point,
    Stage,
    StageEvent,
    standing,
)
from complaints.queries import authors
from complaints.workflow import Move, Need

Check = Callable[[Stage, Case], bool]


def _independent(stage: Stage, case: Case) -> bool:
    signed = DraftDecision.objects.filter(draft__stage=stage, step=DraftDecision.Step.SIGN).last()
    return signed is None or not {signed.by_id, signed.for_whom_id} & authors.took_part([stage])[stage.pk]


def _findings(stage: Stage, case: Case) -> bool:
    return stage.points.exists() and not stage.points.filter(finding="").exists()


def is_late(stage: Stage) -> bool:
    """Whether the stage's headline milestone was met late, or is missed though not met."""
    headline = stage.deadlines.filter(headline=True, dismissed=False).first()
    return headline is not None and (headline.in_time is False or headline.missed_at is not None)


def _learning(stage: Stage, case: Case) -> bool:
    return bool(stage.no_learning_reason) or Learning.objects.filter(found_in=stage).exists()


CHECKS: dict[Need, Check] = {
    Need.POINTS: lambda stage, case: Point.objects.filter(case=case).exists(),
    Need.DRAFT: lambda stage, case: Draft.objects.filter(stage=stage).exists(),
    Need.FINDINGS: _findings,
    Need.OUTCOME: lambda stage, case: bool(stage.outcome),
    Need.LATE_REASON: lambda stage, case: (
        not is_late(stage) or bool(stage.late_reason_id and stage.late_unit_id)
    ),
    Need.LEARNING: _learning,
    Need.ACKNOWLEDGED: lambda stage, case: (
        standing(StageEvent).filter(stage__case=case, code="acknowledged").exists()
    ),
    Need.ANSWERED: lambda stage, case: stage.letters.filter(kind=Letter.Kind.RESPONSE).exists(),
    Need.CASE_ANSWERED: lambda stage, case: Letter.objects.filter(
        case=case, kind=Letter.Kind.RESPONSE
    ).exists(),
    Need.NO_REQUEST: lambda stage, case: (
        not ExtensionRequest.objects.filter(stage=stage, decided_at__isnull=True).exists()
    ),
    Need.NOT_PAUSED: lambda stage, case: (
        not standing(Pause).filter(stage=stage, resumed__isnull=True).exists()
    ),
    Need.INDEPENDENT: _independent,
}


def check(move: Move, stage: Stage, case: Case) -> None:
    """Raise Refused for the first thing `move` needs that is not so."""
    if lacking := unmet(move, stage, case):
        raise Refused(lacking[0].unmet, lacking[0].value.replace("-", "_"))


def unmet(move: Move, stage: Stage, case: Case) -> list[Need]:
    """What `move` needs that is not so yet. Where there is no point to find anything on, it is the points."""
    lacking = [need for need in move.needs if not CHECKS[need](stage, case)]
    pointless = Need.FINDINGS in lacking and not stage.points.exists()
    return [Need.POINTS if pointless and need is Need.FINDINGS else need for need in lacking]
