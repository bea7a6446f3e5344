"""The deadlines of stages of cases, many at once: what each was judged by, what happened, and what is due when.

`slas.service.questions` works out its one answer with the same functions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from slas.core.breach import JudgedBy, missed_before
from slas.core.calendar import Receipt, WorkingCalendar
from slas.core.deadlines import compute
from slas.core.facts import Facts, fitting
from slas.core.result import Deadline
from slas.core.rules import RuleSet
from slas.models import SlaVersion
from slas.service.calendars import CalendarUse, working_calendars
from slas.service.rules import rule_sets


@dataclass(frozen=True)
class Earlier:
    """What a stage was judged by before it was reclassified at the moment `until`. Bring the version's
    `policy_version` and `sla.policy` along."""

    sla_version: SlaVersion
    until: datetime


@dataclass(frozen=True)
class Clock:
    """A stage's SLA and everything that happened to it, voided facts left out. `key` is the caller's, to know the
    answer by; `earlier` is what it was judged by before, oldest first. Bring the version's `policy_version` and
    `sla.policy` along."""

    key: Any
    sla_version: SlaVersion
    facts: Facts
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True)
class Worked:
    """The answer for one clock. `left_out` says of each fact that these rules do not allow why it does not count."""

    key: Any
    rules: RuleSet
    deadlines: tuple[Deadline, ...]
    calendar: WorkingCalendar
    left_out: tuple[str, ...]


class Terms(NamedTuple):
    """What an SLA version is judged by."""

    rules: RuleSet
    calendar: WorkingCalendar


def deadlines_for(clocks: Iterable[Clock], *, explain: bool = False) -> list[Worked]:
    """What is due when for each of `clocks`, in their order; with `explain`, with the steps of the working.

    A deadline missed under earlier rules stays missed, and a fact that the present rules do not allow is left out, not
    clipped. The number of queries does not grow with the clocks. Raises OutOfRange for a date outside 1990 to 2089.
    """
    clocks = list(clocks)
    versions = [version for clock in clocks for version in _versions(clock)]
    terms = terms_of(versions)
    return [work_out(clock, terms, explain=explain) for clock in clocks]


def terms_of(versions: Iterable[SlaVersion], *, receipt: Receipt | None = None) -> dict[int, Terms]:
    """The rules and days of SLA versions, by id; `receipt` overrides the calendars' own."""
    by_id = {version.pk: version for version in versions}
    if not by_id:
        return {}
    rules = rule_sets(by_id.values())
    uses = {
        pk: CalendarUse(version.sla.policy.calendar_id, rules[pk].statutory, receipt)
        for pk, version in by_id.items()
    }
    calendars = working_calendars(uses.values())
    return {pk: Terms(rules[pk], calendars[use]) for pk, use in uses.items()}


def work_out(clock: Clock, terms: Mapping[int, Terms], *, explain: bool) -> Worked:
    """The answer for one clock, by `terms` that have those of all its versions."""
    rules, calendar = terms[clock.sla_version.pk]
    facts, left_out = fitting(rules, clock.facts, calendar)
    judged = (JudgedBy(*terms[earlier.sla_version.pk], earlier.until) for earlier in clock.earlier)
    before = missed_before(judged, clock.facts)
    deadlines = compute(rules, facts, calendar, explain=explain, before=before)
    return Worked(clock.key, rules, deadlines, calendar, left_out)


def _versions(clock: Clock) -> list[SlaVersion]:
    return [clock.sla_version, *(earlier.sla_version for earlier in clock.earlier)]
