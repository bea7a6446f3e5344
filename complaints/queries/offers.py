"""What is worth offering of all that somebody may do: a move that could only be refused is left out of the page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from complaints.models import Case, Contribution, ExtensionRequest, Letter, Stage
from complaints.queries.cases import seat_at
from complaints.queries.stages import same_contact
from complaints.workflow import Verb
from slas import service
from slas.core.rules import RuleSet


@dataclass(frozen=True)
class Situation:
    """What bears on it: the stage and its rules (None: it has no times), and what is on the case. `acknowledged`:
    what began the stage was. `contributions` are those the viewer is asked for."""

    case: Case
    stage: Stage
    rules: RuleSet | None
    paused: bool
    acknowledged: bool
    request: ExtensionRequest | None
    contributions: Sequence[Contribution]

    @property
    def extendable(self) -> bool:
        return self.rules is not None and any(rule.extend_to for rule in self.rules.milestones)


def situation(
    stage: Stage,
    *,
    paused: bool,
    stages: Sequence[Stage],
    letters: Sequence[Letter],
    request: ExtensionRequest | None,
    contributions: Sequence[Contribution],
) -> Situation:
    """What bears on `stage`, one of the `stages` of its case, which has these letters."""
    version = stage.type.sla_version
    began = {one.pk for one in same_contact(stages, stage)}
    return Situation(
        case=stage.case,
        stage=stage,
        rules=service.rule_set(version) if version else None,
        paused=paused,
        acknowledged=any(
            letter.kind == Letter.Kind.ACKNOWLEDGEMENT and letter.stage_id in began for letter in letters
        ),
        request=request,
        contributions=contributions,
    )


def asked_of(
    viewer: User, contributions: Iterable[Contribution], stage: Stage, *, now: datetime
) -> list[Contribution]:
    """The contributions to `stage` that `viewer` may still give."""
    return [
        row
        for row in contributions
        if row.answered_at is None and seat_at(viewer, Verb.CONTRIBUTE, stage, row.unit, now=now)
    ]


def worth_offering(verb: Verb, now: Situation) -> bool:
    """Whether `verb`, which somebody may do, could do anything as things stand."""
    asks = ASKS.get(verb)
    return asks is None or asks(now)


ASKS: dict[Verb, Callable[[Situation], bool]] = {
    Verb.ACKNOWLEDGE: lambda s: not s.case.anonymous and not s.acknowledged,
    Verb.EXTEND: lambda s: s.extendable,
    Verb.ASK_EXTENSION: lambda s: s.extendable and s.request is None,
    Verb.DECIDE_EXTENSION: lambda s: s.request is not None,
    Verb.GIVE_DATE: lambda s: s.rules is not None and any(rule.given for rule in s.rules.milestones),
    Verb.RECORD_EVENT: lambda s: s.rules is not None,
    Verb.DISMISS: lambda s: s.rules is not None and not s.rules.statutory,
    Verb.PAUSE: lambda s: s.rules is not None and s.rules.pausable and not s.paused,
    Verb.RESUME: lambda s: s.paused,
    Verb.CONTRIBUTE: lambda s: any(row.answered_at is None for row in s.contributions),
    Verb.ESCALATE: lambda s: s.stage.type.goes_on,
    Verb.REFUSE_ESCALATION: lambda s: s.stage.type.goes_on,
    Verb.REOPEN: lambda s: s.case.merged_into_id is None,
}
