"""What is settled stays as it was judged (decision 13): which facts a deadline rests on, and whether any came since."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from complaints.models import Deadline, Dismissal, Extension, GivenDate, Pause, Stage, StageEvent
from slas import service
from slas.core.rules import Rule, RuleSet

Voided = dict[int, list[tuple[str, str, datetime]]]
"""What was taken back, by stage: of what kind, its event's or milestone's code ('' for a pause), and when."""
EVENT, DECISION, PAUSE = "event", "decision", "pause"


class Rests(NamedTuple):
    """What a milestone rests on: the codes of events, those of the milestones whose decisions move it, and whether
    pauses do."""

    events: frozenset[str]
    milestones: frozenset[str]
    pauses: bool

    def on(self, kind: str, code: str) -> bool:
        """Whether a fact of this kind and code is one of its own."""
        if kind == PAUSE:
            return self.pauses
        return code in (self.events if kind == EVENT else self.milestones)


def kept(asked: Iterable[tuple[Stage, Deadline]], *, now: datetime | None = None) -> set[int]:
    """Of rows that differ from their recomputation, those to be left as they are, by number: none of their facts was
    recorded or taken back since they were met or their stage was closed, so that only the calendar can have changed.
    `asked` have their stages with all their facts (`with_facts`). `now`: when what is being done is done; what was
    recorded before that was judged then, and is no reason to judge anew."""
    asked = list(asked)
    voided = _voided({stage.pk for stage, _ in asked}) if asked else {}
    return {row.pk for stage, row in asked if not _changed_since(stage, row, voided.get(stage.pk, []), now)}


def _voided(stage_ids: set[int]) -> Voided:
    found: Voided = {}
    kinds: tuple[tuple[str, str, Any], ...] = (
        (EVENT, "code", StageEvent),
        (DECISION, "milestone", GivenDate),
        (DECISION, "milestone", Extension),
        (DECISION, "milestone", Dismissal),
        (PAUSE, "", Pause),
    )
    for kind, name, model in kinds:
        rows = model.objects.filter(stage__in=stage_ids, voided_at__isnull=False).order_by()
        for stage_id, voided_at, *code in rows.values_list("stage", "voided_at", *([name] if name else [])):
            found.setdefault(stage_id, []).append((kind, code[0] if code else "", voided_at))
    return found


def _changed_since(
    stage: Stage, row: Deadline, voided: list[tuple[str, str, datetime]], now: datetime | None
) -> bool:
    """Whether a fact that `row` rests on was recorded or taken back after it was settled, and not before `now`."""
    brought: Any = stage
    met = [event.recorded_at for event in brought.standing_events if event.code == row.met_by]
    settled = min([moment for moment in (stage.closed_at, *met) if moment is not None], default=None)
    if settled is None:
        return True
    rests = rests_on(stage, row)
    later = [fact.recorded_at for fact in _decisions(stage) if rests.on(DECISION, fact.milestone)]
    later += [moment for kind, code, moment in voided if rests.on(kind, code)]
    later += [one.until for one in brought.reclassified]
    # What met it was recorded at that very moment, and a pause that closing ended was ended then.
    since = [event.recorded_at for event in brought.standing_events if rests.on(EVENT, event.code)]
    if rests.pauses:
        later += [pause.recorded_at for pause in brought.standing_pauses]
        since += [pause.resumed_at for pause in brought.standing_pauses if pause.resumed_at is not None]
    late = [moment for moment in since if moment > settled] + [
        moment for moment in later if moment >= settled
    ]
    return any(now is None or moment >= now for moment in late)


def _decisions(stage: Stage) -> list[Any]:
    brought: Any = stage
    return [*brought.standing_given, *brought.standing_extensions, *brought.standing_dismissals]


def rests_on(stage: Stage, row: Deadline) -> Rests:
    """Under the rules it is judged by, and under those it was judged by before: what was missed then stays missed."""
    brought: Any = stage
    versions = [stage.type.sla_version, *(one.type.sla_version for one in brought.reclassified)]
    found = [
        _rests(rules, rule)
        for version in versions
        if version is not None and (rule := _same(rules := service.rule_set(version), row)) is not None
    ]
    return Rests(
        frozenset().union(*(one.events for one in found)),
        frozenset().union(*(one.milestones for one in found)),
        any(one.pauses for one in found),
    )


def _same(rules: RuleSet, row: Deadline) -> Rule | None:
    return rules.by_code.get(row.milestone) or (rules.headline if row.headline else None)


def _rests(rules: RuleSet, rule: Rule) -> Rests:
    """What meets it and what it counts from, through the milestones it counts from too. What meets one of those counts
    where it can be paused: that ends its pauses."""
    chain = list(_chain(rules, rule))
    events = {rule.met_by}
    for one in chain:
        events |= set() if one.from_milestone else set(one.after)
        events |= {one.met_by} if one.pausable else set()
    return Rests(
        frozenset(events - {""}),
        frozenset(one.code for one in chain),
        any(one.pausable for one in chain),
    )


def _chain(rules: RuleSet, rule: Rule) -> Iterable[Rule]:
    """A milestone, and those whose dates its own is counted from or bound by."""
    yield rule
    before = {rule.after[0]} if rule.from_milestone else set()
    before |= {rule.latest_from} if rule.latest_from else set()
    for code in sorted(before):
        yield from _chain(rules, rules.by_code[code])
