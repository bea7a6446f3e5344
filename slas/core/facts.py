"""What has happened to a stage, as far as its deadlines go: dated events, dates given, extensions, pauses.

Facts are replayed from the beginning each time. Nothing here is ever added to an earlier result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from slas.core.calendar import LONDON, Moment, PauseSpan, WorkingCalendar, instant, london_date, merged
from slas.core.rules import Rule, RuleSet, Unit
from slas.core.wording import UNIT_WORDS, clock, long_date, quantity


class FactError(ValueError):
    """A fact that the rules do not allow. `kind` is event, given, extend or pause; `code` names which.

    The message names codes, as the command line knows them; `told` names things as people do.
    """

    def __init__(self, kind: str, code: str, template: str, /, **codes: str) -> None:
        super().__init__(template.format(**codes))
        self.kind = kind
        self.code = code
        self._template = template
        self._codes = codes

    def told(self, names: Mapping[str, str]) -> str:
        """The message with `names` in place of codes, and dates and times as people write them."""
        return self._template.format(**{key: _spoken(code, names) for key, code in self._codes.items()})


def _spoken(code: str, names: Mapping[str, str]) -> str:
    if code in names:
        return f"'{names[code]}'"
    try:
        moment = datetime.fromisoformat(code)
    except ValueError:
        return code
    return clock(moment.replace(tzinfo=LONDON)) if "T" in code else long_date(moment.date())


class Given(NamedTuple):
    """A date that somebody stated for a milestone, and when they did where that is known."""

    day: date
    decided_at: datetime | None = None


class Extension(NamedTuple):
    """A new total allowance in the rule's unit, and when it was approved where that is known."""

    total: int
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """`events`: code to moment. `given`: milestone to the date in force. `extensions`: milestone to the
    extension in force. `pauses`: in any order."""

    events: Mapping[str, Moment] = field(default_factory=dict)
    given: Mapping[str, Given] = field(default_factory=dict)
    extensions: Mapping[str, Extension] = field(default_factory=dict)
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

    @cached_property
    def decisions(self) -> tuple[datetime, ...]:
        """The moments at which something was decided that bears on a date, in order."""
        decided = [g.decided_at for g in self.given.values()]
        decided += [e.decided_at for e in self.extensions.values()]
        decided += [p.decided_at for p in self.pauses]
        return tuple(sorted({instant(moment) for moment in decided if moment is not None}))

    def known_before(self, moment: datetime) -> "Facts":
        """The facts without what was decided at `moment` or later."""

        def known(decided_at: datetime | None) -> bool:
            return decided_at is None or instant(decided_at) < moment

        return replace(
            self,
            given={code: g for code, g in self.given.items() if known(g.decided_at)},
            extensions={code: e for code, e in self.extensions.items() if known(e.decided_at)},
            pauses=tuple(p for p in self.pauses if known(p.decided_at)),
        )

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
    for code, extension in facts.extensions.items():
        check_extension(_rule(rules, "extend", code), extension.total)
    for pause in facts.pauses:
        if not rules.pausable:
            raise FactError("pause", "", "{sla} cannot be paused: no policy allows it", sla=rules.code)
        if pause.resumed is not None and pause.resumed < pause.first:
            what = f"the pause resumes on {pause.resumed}, before it begins on {pause.first}"
            raise FactError("pause", "", what)


def check_extension(rule: Rule, total: int) -> None:
    """Raise FactError unless `rule` may be extended to `total` in all, in its own unit."""
    if rule.extend_to is None or rule.span is None:
        raise FactError("extend", rule.code, "{code} cannot be extended" + _cite(rule), code=rule.code)
    words = UNIT_WORDS[rule.unit][1]
    what = ""
    if total <= rule.span.amount:
        what = f"already has {quantity(rule.span)}: an extension to {total} {words} is not longer"
    elif total > rule.extend_to:
        what = f"may be extended to {rule.extend_to} {words} at most, not {total}{_cite(rule)}"
    if what:
        raise FactError("extend", rule.code, "{code} " + what, code=rule.code)


def _rule(rules: RuleSet, kind: str, code: str) -> Rule:
    rule = rules.by_code.get(code)
    if rule is None:
        known = ", ".join(rules.by_code)
        raise FactError(
            kind,
            code,
            "{code} is not a milestone of {sla}: it has {known}",
            code=code,
            sla=rules.code,
            known=known,
        )
    return rule


def _check_event(rules: RuleSet, code: str, moment: Moment) -> None:
    if code not in rules.event_names:
        known = ", ".join(rules.event_names)
        raise FactError(
            "event",
            code,
            "{code} is not an event of {sla}: it has {known}",
            code=code,
            sla=rules.code,
            known=known,
        )
    if isinstance(moment, datetime):
        return
    for rule in rules.milestones:
        if (
            code in (*rule.after, rule.met_by)
            and rule.unit in (Unit.HOURS, Unit.IMMEDIATELY)
            and not rule.from_milestone
        ):
            due = "at once" if rule.unit is Unit.IMMEDIATELY else f"in {quantity(rule.span)}"
            what = "{code} needs a time of day as well, such as {example}, because {rule} is due " + due
            raise FactError("event", code, what, code=code, rule=rule.code, example=f"{moment}T09:30")


def _check_given(rules: RuleSet, rule: Rule, day: date, facts: Facts, calendar: WorkingCalendar) -> None:
    if not rule.given:
        what = "{code} takes no given date: its rule sets it" + _cite(rule)
        raise FactError("given", rule.code, what, code=rule.code)
    happened = [(london_date(facts.events[code]), code) for code in rule.after if code in facts.events]
    if not happened:
        return
    start, event = min(happened)
    if day < start:
        what = "{code} is given as {day}, before {event} on {start}"
        raise FactError("given", rule.code, what, code=rule.code, event=event, day=str(day), start=str(start))
    if rule.given_to is not None:
        zero = min(calendar.day_zero(facts.events[code]) for _, code in happened)
        counts_days = rule.unit is Unit.CALENDAR_DAYS
        latest = zero + timedelta(days=rule.given_to) if counts_days else calendar.add(zero, rule.given_to)
        if day > latest:
            most = (
                f"{rule.given_to} {UNIT_WORDS[rule.unit][1]}, which is {long_date(latest)}; {{day}} is later"
            )
            what = "{code} may be given up to " + most + _cite(rule)
            raise FactError("given", rule.code, what, code=rule.code, day=str(day))


def _cite(rule: Rule) -> str:
    return f" ({', '.join(rule.source)})" if rule.source else ""
