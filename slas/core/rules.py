"""The rules of an SLA, as immutable values: which milestone is due how long after what.

A rule set that exists is consistent: `RuleSet` refuses one that is not, naming the milestone.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

GIVEN = "given"
"""What a milestone waits for when only a date stated by somebody can set it."""


class Unit(StrEnum):
    """What an allowance is counted in."""

    WORKING_DAYS = "wd"
    CALENDAR_DAYS = "cd"
    HOURS = "h"
    MONTHS = "mo"
    IMMEDIATELY = "immediately"


class RuleError(ValueError):
    """A rule that contradicts itself or its neighbours. `where` is the milestone's code, or ''."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.where = where
        self.what = what


@dataclass(frozen=True, slots=True)
class Span:
    """A signed length of time in one unit: Span(10, wd), Span(-7, cd), Span(0, immediately)."""

    amount: int
    unit: Unit


class AmberKind(StrEnum):
    """How a rule says when amber begins."""

    BEFORE = "before"
    FROM_DAY = "from day"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Amber:
    """Amber begins `amount` of the rule's units before due, on day `amount` counted from the original
    start, or when `amount` per cent of the allowance in force remains."""

    kind: AmberKind
    amount: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One milestone of an SLA.

    `span` counts from the earliest of the events `after`, or from the due date of the milestone
    `after[0]` where `from_milestone`. None: only a date that somebody gives sets it (`given`).
    `latest_from` names a milestone whose due date is the latest start, so that being late with it buys
    no time (L1). `extend_to` and `given_to` cap the total allowance, in the rule's unit, from the
    original start. A `conditional` milestone is left out until its event exists: `only_with` where that
    is another event than the one it counts from. `counts_start`: the day of the event is itself day 1 (L3).
    `short_notice`: a given date under so many calendar days after the start wants its inner dates confirmed.
    `given_in_school_holidays`: the policy lets a date be given only for an event in school holidays (S5).
    """

    code: str
    name: str
    after: tuple[str, ...]
    span: Span | None
    from_milestone: bool = False
    latest_from: str = ""
    given: bool = False
    given_to: int | None = None
    extend_to: int | None = None
    span_when_extended: Span | None = None
    amber: Amber | None = None
    conditional: bool = False
    only_with: str = ""
    headline: bool = False
    pausable: bool = False
    counts_start: bool = False
    short_notice: int | None = None
    given_in_school_holidays: bool = False
    met_by: str = ""
    owner: str = ""
    approvers: tuple[str, ...] = ()
    complainant_agrees: bool = False
    source: tuple[str, ...] = ()
    note: str = ""

    @property
    def unit(self) -> Unit:
        """The unit the rule counts in; a date merely given is measured in working days."""
        return self.span.unit if self.span else Unit.WORKING_DAYS


@dataclass(frozen=True, slots=True)
class Event:
    """A named, dated happening that rules count from. `optional` ones need not ever happen."""

    code: str
    name: str
    optional: bool = False


@dataclass(frozen=True)
class RuleSet:
    """The events and milestones of one version of an SLA, checked as a whole."""

    code: str
    name: str
    events: tuple[Event, ...]
    milestones: tuple[Rule, ...]
    statutory: bool = False
    pause_reasons: tuple[str, ...] = ()
    pause_source: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    note: str = ""
    floor: tuple[str, str] | None = field(default=None)
    """(policy, SLA) of the legal floor this must not be laxer than."""

    def __post_init__(self) -> None:
        _check(self)

    @cached_property
    def by_code(self) -> dict[str, Rule]:
        return {rule.code: rule for rule in self.milestones}

    @cached_property
    def event_names(self) -> dict[str, str]:
        """Every event code the set knows, those that only meet a milestone included, with its name."""
        names = {event.code: event.name for event in self.events}
        for rule in self.milestones:
            if rule.met_by:
                names.setdefault(rule.met_by, rule.met_by.replace("-", " ").capitalize())
        return names

    @cached_property
    def names(self) -> dict[str, str]:
        """Every code the set knows, its own included, with its name."""
        return {
            **self.event_names,
            **{rule.code: rule.name for rule in self.milestones},
            self.code: self.name,
        }

    @property
    def headline(self) -> Rule:
        """The milestone by which lists sort and reports judge."""
        return next(rule for rule in self.milestones if rule.headline)

    @property
    def pausable(self) -> bool:
        return any(rule.pausable for rule in self.milestones)


def _check(rules: RuleSet) -> None:
    events = [event.code for event in rules.events]
    codes = [rule.code for rule in rules.milestones]
    if not codes:
        raise RuleError("", "has no milestone")
    for repeated in sorted({c for c in events + codes if (events + codes).count(c) > 1}):
        raise RuleError("", f"uses the code {repeated} twice")
    if sum(rule.headline for rule in rules.milestones) != 1:
        raise RuleError("", "needs exactly one headline milestone")
    if rules.pausable != bool(rules.pause_reasons):
        raise RuleError("", "a pausable SLA names what it may be paused for, and only such a one does")
    if bool(rules.pause_reasons) != bool(rules.pause_source):
        raise RuleError("", "what an SLA may be paused for comes with the policy that allows it")
    for position, rule in enumerate(rules.milestones):
        earlier = {other.code: other for other in rules.milestones[:position]}
        _check_anchor(rule, set(events), earlier)
        _check_span(rule)


def _check_anchor(rule: Rule, events: set[str], earlier: dict[str, Rule]) -> None:
    if not rule.after:
        raise RuleError(rule.code, "counts from nothing")
    known = set(earlier) if rule.from_milestone else events
    for code in rule.after:
        if code not in known:
            raise RuleError(
                rule.code, f"counts from {code}, which is no event or earlier milestone of this SLA"
            )
        if rule.from_milestone and earlier[code].conditional and not rule.conditional:
            raise RuleError(
                rule.code, f"counts from {code}, which may be left out, so it must be left out with it"
            )
    if rule.latest_from and (rule.latest_from not in earlier or earlier[rule.latest_from].conditional):
        raise RuleError(
            rule.code, f"names {rule.latest_from}, which is no earlier milestone that is always there"
        )
    if rule.only_with and rule.only_with not in events:
        raise RuleError(rule.code, f"is shown with {rule.only_with}, which is not an event of this SLA")


def _check_span(rule: Rule) -> None:
    span = rule.span
    if span is None and not rule.given:
        raise RuleError(rule.code, "has neither an allowance nor a date given")
    if span is None and (rule.extend_to or rule.pausable):
        raise RuleError(rule.code, "a date that is given is neither extended nor paused")
    if rule.extend_to is not None and (span is None or rule.extend_to <= span.amount):
        raise RuleError(rule.code, "its extension is not over its allowance")
    if rule.given_to is not None and not rule.given:
        raise RuleError(rule.code, "caps a given date but takes none")
    if rule.pausable and (span is None or span.unit is not Unit.WORKING_DAYS or rule.from_milestone):
        raise RuleError(rule.code, "only working days counted from an event can be paused")
    if span and span.unit in (Unit.HOURS, Unit.IMMEDIATELY) and (rule.from_milestone or rule.amber):
        raise RuleError(rule.code, "hours count from an event and have their own amber")
    if span and span.amount == 0 and span.unit is Unit.WORKING_DAYS and not rule.from_milestone:
        raise RuleError(
            rule.code, "only another milestone has the same day; for an event write 'immediately after'"
        )
    if rule.unit is Unit.MONTHS and rule.amber and rule.amber.kind is AmberKind.FROM_DAY:
        raise RuleError(rule.code, "is counted in months, so amber cannot begin on a numbered day")
    if (
        span
        and span.amount <= 0
        and not rule.from_milestone
        and span.unit is not Unit.IMMEDIATELY
        and (rule.extend_to or rule.amber or rule.counts_start)
    ):
        raise RuleError(rule.code, "counts back, so it can be neither extended nor given an amber rule")
    if rule.given and rule.unit not in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS):
        raise RuleError(rule.code, "a date can be given only where days are counted")
    if rule.from_milestone and (
        rule.extend_to or rule.given or (rule.amber and rule.amber.kind is not AmberKind.BEFORE)
    ):
        raise RuleError(rule.code, "keeps its distance from another milestone, so it has no time of its own")
    if rule.counts_start and rule.unit is not Unit.MONTHS:
        raise RuleError(rule.code, "only months are counted from the day itself")
    if rule.span_when_extended and not rule.from_milestone:
        raise RuleError(rule.code, "only a milestone measured from another changes when that is extended")
