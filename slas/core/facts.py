"""What has happened to a stage, as far as its deadlines go: dated events, dates given, extensions, pauses.

Facts are replayed from the beginning each time. Nothing here is ever added to an earlier result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from slas.core.calendar import Moment, PauseSpan, WorkingCalendar, london_date, merged
from slas.core.rules import Rule, RuleSet, Unit
from slas.core.wording import UNIT_WORDS, long_date, quantity


class FactError(ValueError):
    """A fact that the rules do not allow. `kind` is event, given, extend or pause; `code` names which."""

    def __init__(self, kind: str, code: str, what: str) -> None:
        super().__init__(what)
        self.kind = kind
        self.code = code
        self.what = what


class Given(NamedTuple):
    """A date that somebody stated for a milestone, and the day on which they did where that is known."""

    day: date
    stated_on: date | None = None


@dataclass(frozen=True)
class Facts:
    """`events`: code to moment. `given`: milestone to date. `extensions`: milestone to its new total
    allowance in the rule's unit. `pauses`: in any order."""

    events: Mapping[str, Moment] = field(default_factory=dict)
    given: Mapping[str, Given] = field(default_factory=dict)
    extensions: Mapping[str, int] = field(default_factory=dict)
    pauses: tuple[PauseSpan, ...] = ()
    not_begun: tuple[PauseSpan, ...] = ()
    """Pauses said to be open that begin only after the day this is seen on: they do not count yet."""

    @cached_property
    def merged_pauses(self) -> tuple[PauseSpan, ...]:
        return merged(self.pauses)

    @cached_property
    def changed(self) -> bool:
        """Whether anything but the events bears on the dates."""
        return bool(self.given or self.extensions or self.pauses)

    def seen_on(self, today: date) -> "Facts":
        """The facts as they stand on `today`: an open pause that has not begun is set aside."""
        later = tuple(p for p in self.pauses if p.resumed is None and p.first > today)
        return replace(self, pauses=tuple(p for p in self.pauses if p not in later), not_begun=later)

    def bare(self) -> "Facts":
        """The events alone: what the dates were before anything was given, extended or paused."""
        return replace(self, given={}, extensions={}, pauses=())


def check(rules: RuleSet, facts: Facts, calendar: WorkingCalendar) -> None:
    """Raise FactError for the first fact that `rules` do not allow."""
    for code, moment in facts.events.items():
        _check_event(rules, code, moment)
    for code, given in facts.given.items():
        rule = _rule(rules, "given", code)
        _check_given(rules, rule, given.day, facts, calendar)
    for code, total in facts.extensions.items():
        check_extension(_rule(rules, "extend", code), total)
    for pause in facts.pauses:
        if not rules.pausable:
            raise FactError("pause", "", f"{rules.code} cannot be paused: no policy allows it")
        if pause.resumed is not None and pause.resumed < pause.first:
            raise FactError(
                "pause", "", f"it resumes on {pause.resumed}, before it is paused on {pause.first}"
            )


def check_extension(rule: Rule, total: int) -> None:
    """Raise FactError unless `rule` may be extended to `total` in all, in its own unit."""
    if rule.extend_to is None or rule.span is None:
        raise FactError("extend", rule.code, f"{rule.code} cannot be extended{_cite(rule)}")
    allowance, cap = rule.span.amount, rule.extend_to
    words = UNIT_WORDS[rule.unit][1]
    if total <= allowance:
        raise FactError(
            "extend",
            rule.code,
            f"{rule.code} already has {quantity(rule.span)}: an extension to {total} {words} is not longer",
        )
    if total > cap:
        raise FactError(
            "extend",
            rule.code,
            f"{rule.code} may be extended to {cap} {words} at most, not {total}{_cite(rule)}",
        )


def _rule(rules: RuleSet, kind: str, code: str) -> Rule:
    rule = rules.by_code.get(code)
    if rule is None:
        known = ", ".join(rules.by_code)
        raise FactError(kind, code, f"{code} is not a milestone of {rules.code}: it has {known}")
    return rule


def _check_event(rules: RuleSet, code: str, moment: Moment) -> None:
    if code not in rules.event_names:
        raise FactError(
            "event", code, f"{code} is not an event of {rules.code}: it has {', '.join(rules.event_names)}"
        )
    if isinstance(moment, datetime):
        return
    for rule in rules.milestones:
        if code in rule.after and rule.unit in (Unit.HOURS, Unit.IMMEDIATELY) and not rule.from_milestone:
            raise FactError(
                "event",
                code,
                f"{code} needs a time of day, such as {moment}T09:30, because {rule.code} is due "
                + ("at once" if rule.unit is Unit.IMMEDIATELY else f"in {quantity(rule.span)}"),
            )


def _check_given(rules: RuleSet, rule: Rule, day: date, facts: Facts, calendar: WorkingCalendar) -> None:
    if not rule.given:
        raise FactError("given", rule.code, f"{rule.code} takes no given date: its rule sets it{_cite(rule)}")
    happened = [facts.events[code] for code in rule.after if code in facts.events]
    if not happened:
        return
    start = min(london_date(moment) for moment in happened)
    if day < start:
        raise FactError(
            "given", rule.code, f"{rule.code} is given as {day}, before {' or '.join(rule.after)} on {start}"
        )
    if rule.given_to is not None:
        zero = min(calendar.day_zero(moment) for moment in happened)
        latest = calendar.add(zero, rule.given_to)
        if day > latest:
            raise FactError(
                "given",
                rule.code,
                f"{rule.code} may be given up to {rule.given_to} {UNIT_WORDS[rule.unit][1]}, "
                f"which is {long_date(latest)}; {day} is later{_cite(rule)}",
            )


def _cite(rule: Rule) -> str:
    return f" ({', '.join(rule.source)})" if rule.source else ""
