"""What a stage takes over from the stages before it: how the contact came in, and what was done with the contact as a
whole. What was done in an earlier stage answers nothing in a later one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from complaints.models import Reclassified, Stage, StageEvent, StageType
from complaints.workflow import EVENT_OF, Verb
from slas import service
from slas.core.calendar import Moment, instant, london_date
from slas.core.rules import RuleSet

OF_THE_CONTACT = frozenset({EVENT_OF[Verb.TRIAGE], EVENT_OF[Verb.ACKNOWLEDGE]})
"""What is done once for a contact, whichever stage it was done in."""


@dataclass(frozen=True)
class TakingOver:
    """What a stage under `rules` takes over, that began at `begun`. `came_in`: it began as the contact came in, and not
    when the next stage was asked for."""

    rules: RuleSet
    begun: Moment
    came_in: bool

    def takes(self, code: str, moment: Moment) -> bool:
        """Whether an event of an earlier stage counts here too: one that is counted from, or of the contact as a whole;
        never before this stage began, never one that would answer it."""
        if code == self.rules.headline.met_by:
            return False
        if code == self.rules.events[0].code:
            return self.came_in
        return code in _asked_for(self.rules) and not _is_before(moment, self.begun)


def _asked_for(rules: RuleSet) -> set[str]:
    counted = {code for rule in rules.milestones if not rule.from_milestone for code in rule.after}
    return counted | (OF_THE_CONTACT & rules.event_names.keys())


def _is_before(one: Moment, other: Moment) -> bool:
    """By their days, and within a day where both times are known."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return instant(one) < instant(other)
    return london_date(one) < london_date(other)


def taking_over(type_: StageType, begun: Moment, *, before: StageType | None = None) -> TakingOver | None:
    """What a stage of `type_` that began at `begun` takes over; `before` is what it was until now. None: it has no
    times, so nothing counts in it."""
    if type_.sla_version is None:
        return None
    came_in = type_.position == 0 and (before is None or before.position == 0)
    return TakingOver(service.rule_set(type_.sla_version), begun, came_in)


def earlier_stages(stage: Stage, stages: Iterable[Stage]) -> list[Stage]:
    """Those of a case's `stages` that `stage` may take something over from."""
    return [one for one in stages if one.number < stage.number and not one.type.beside]


def types_of(stage: Stage, reclassified: Iterable[Reclassified]) -> list[StageType]:
    """What a stage is, and what it was before, the latest first."""
    return [
        stage.type,
        *(row.type for row in sorted(reclassified, key=lambda r: (r.until, r.pk), reverse=True)),
    ]


def beginning(types: Iterable[StageType], events: Iterable[StageEvent]) -> StageEvent | None:
    """Of a stage's standing `events`, as recorded, the one that it began with as the first of `types` it began as."""
    by_code = {event.code: event for event in events}
    versions = [type_.sla_version for type_ in types if type_.sla_version is not None]
    codes = [service.rule_set(version).events[0].code for version in versions]
    return next((by_code[code] for code in codes if code in by_code), None)


def begun_at(stage: Stage, event: StageEvent | None) -> Moment:
    """When a stage began: with its first `event`; where it has none, as its contact came in, or for a later stage on
    the day it was opened."""
    if event is not None:
        return event.moment
    if stage.type.position == 0:
        return stage.case.received_at or stage.case.received_on
    return london_date(stage.opened_at)
