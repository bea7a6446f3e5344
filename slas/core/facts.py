"""What has happened to a stage, as far as its deadlines go: dated events, dates given, extensions, pauses.

Facts are replayed from the beginning each time. Nothing here is ever added to an earlier result.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from slas.core.calendar import LONDON, Moment, PauseSpan, WorkingCalendar, instant, london_date, merged
from slas.core.rules import Rule, RuleSet, Unit
from slas.core.wording import UNIT_WORDS, amount, clock, long_date, quantity


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


Said = TypeVar("Said")


@dataclass(frozen=True)
class Facts:
    """`events`: code to moment. `given`: milestone to the date in force. `extensions`: milestone to the
    extension in force. `pauses`: in any order. `not_begun`: pauses said to be open that begin only after the day
    this is seen on, so they do not count yet.

    Of what was said more than once the last that was not voided is in force, and the ones before are kept: every
    moment of an event in `repeats`, the dates and extensions that came before the one in force in `given_before`
    and `extended_before`, oldest first. `recorded` sorts them so.
    """

    events: Mapping[str, Moment] = field(default_factory=dict)
    given: Mapping[str, Given] = field(default_factory=dict)
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    pauses: tuple[PauseSpan, ...] = ()
    not_begun: tuple[PauseSpan, ...] = ()
    repeats: Mapping[str, tuple[Moment, ...]] = field(default_factory=dict)
    given_before: Mapping[str, tuple[Given, ...]] = field(default_factory=dict)
    extended_before: Mapping[str, tuple[Extension, ...]] = field(default_factory=dict)

    @classmethod
    def recorded(
        cls,
        events: Iterable[tuple[str, Moment]] = (),
        given: Iterable[tuple[str, Given]] = (),
        extensions: Iterable[tuple[str, Extension]] = (),
        pauses: Iterable[PauseSpan] = (),
    ) -> "Facts":
        """The facts out of everything that was recorded and not voided, each with its code, in the order it was
        recorded: an interview that was moved is where it was moved to."""
        moments, dates, totals = _by_code(events), _by_code(given), _by_code(extensions)
        return cls(
            events={code: said[-1] for code, said in moments.items()},
            given={code: said[-1] for code, said in dates.items()},
            extensions={code: said[-1] for code, said in totals.items()},
            pauses=tuple(pauses),
            repeats={code: said for code, said in moments.items() if len(said) > 1},
            given_before={code: said[:-1] for code, said in dates.items() if len(said) > 1},
            extended_before={code: said[:-1] for code, said in totals.items() if len(said) > 1},
        )

    @cached_property
    def merged_pauses(self) -> tuple[PauseSpan, ...]:
        return merged(self.pauses)

    @cached_property
    def changed(self) -> bool:
        """Whether anything but the events bears on the dates."""
        return bool(self.given or self.extensions or self.pauses)

    @cached_property
    def all_given(self) -> dict[str, tuple[Given, ...]]:
        """Every date given for a milestone, oldest first; the last is in force."""
        return {code: (*self.given_before.get(code, ()), last) for code, last in self.given.items()}

    @cached_property
    def all_extensions(self) -> dict[str, tuple[Extension, ...]]:
        """Every extension of a milestone, oldest first; the last is in force."""
        return {code: (*self.extended_before.get(code, ()), last) for code, last in self.extensions.items()}

    @cached_property
    def decisions(self) -> tuple[datetime, ...]:
        """The moments at which something was decided that bears on a date, in order."""
        decided = [g.decided_at for said in self.all_given.values() for g in said]
        decided += [e.decided_at for said in self.all_extensions.values() for e in said]
        decided += [p.decided_at for p in self.pauses]
        return tuple(sorted({instant(moment) for moment in decided if moment is not None}))

    def decided_after(self, since: datetime | None) -> tuple[datetime, ...]:
        """The `decisions` later than `since`, in order; all for None."""
        if since is None:
            return self.decisions
        return tuple(moment for moment in self.decisions if moment > instant(since))

    def kept_at(self, rule: Rule) -> Moment | None:
        """When the date in force for a milestone that only dates given set was kept.

        Such a date is an occasion of its own (W15: the next contact is agreed anew at every contact). What keeps it is
        the first event that meets the milestone after it was given: the contact at which it was agreed belongs to the
        date before. A moment without a time of day is the beginning of its day.
        """
        given = self.given.get(rule.code)
        if rule.met_by not in self.events or given is None or given.decided_at is None:
            return self.events.get(rule.met_by)
        moments = self.repeats.get(rule.met_by) or (self.events[rule.met_by],)
        decided = instant(given.decided_at)
        return min((m for m in moments if instant(m) > decided), key=instant, default=None)

    def is_over(self, rule: Rule, met_at: Moment | None) -> bool:
        """Whether the occasion kept at `met_at`, in time or late, is followed by the one now in force: then what was
        missed is not missed of this one. A date put off without having been kept is still the same occasion."""
        given = self.given.get(rule.code)
        if rule.span is not None or met_at is None or given is None or given.decided_at is None:
            return False
        return instant(met_at) <= instant(given.decided_at)

    def known_before(self, moment: datetime) -> "Facts":
        """The facts without what was decided at `moment` or later: what was in force before is in force again."""

        def known(decided_at: datetime | None) -> bool:
            return decided_at is None or instant(decided_at) < moment

        given = {code: tuple(g for g in said if known(g.decided_at)) for code, said in self.all_given.items()}
        extended = {
            code: tuple(e for e in said if known(e.decided_at)) for code, said in self.all_extensions.items()
        }
        pauses = tuple(p for p in self.pauses if known(p.decided_at))
        return self.decided(given, extended, pauses)

    def decided(
        self,
        given: Mapping[str, tuple[Given, ...]],
        extended: Mapping[str, tuple[Extension, ...]],
        pauses: tuple[PauseSpan, ...],
    ) -> "Facts":
        """These facts with other dates, extensions (oldest first) and pauses."""
        return replace(
            self,
            given={code: said[-1] for code, said in given.items() if said},
            extensions={code: said[-1] for code, said in extended.items() if said},
            pauses=pauses,
            given_before={code: said[:-1] for code, said in given.items() if len(said) > 1},
            extended_before={code: said[:-1] for code, said in extended.items() if len(said) > 1},
        )

    def seen_on(self, today: date) -> "Facts":
        """The facts as they stand on `today`: an open pause that has not begun is set aside."""
        later = tuple(p for p in self.pauses if p.resumed is None and p.first > today)
        return replace(self, pauses=tuple(p for p in self.pauses if p not in later), not_begun=later)

    def bare(self) -> "Facts":
        """The events alone: what the dates were before anything was given, extended or paused."""
        return self.decided({}, {}, ())


def _by_code(said: Iterable[tuple[str, Said]]) -> dict[str, tuple[Said, ...]]:
    """What was said of each code, in its order."""
    found: dict[str, list[Said]] = {}
    for code, each in said:
        found.setdefault(code, []).append(each)
    return {code: tuple(each) for code, each in found.items()}


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
        _check_pause(rules, pause)


def check_pause_dates(pauses: Iterable[PauseSpan], today: date) -> None:
    """Raise FactError for a pause of a stage that begins or ends after `today`: a pause is recorded once it is so."""
    for pause in pauses:
        for day, what in ((pause.first, "begins"), (pause.resumed, "resumes")):
            if day is not None and day > today:
                template = (
                    f"a pause that {what} on {{day}} cannot be recorded yet: give {{today}} or an earlier day"
                )
                raise FactError("pause", "", template, day=str(day), today=str(today))


def fitting(rules: RuleSet, facts: Facts, calendar: WorkingCalendar) -> tuple[Facts, tuple[str, ...]]:
    """What of `facts` the rules allow, and for each that they do not a sentence saying why it does not count.

    For a stage that was reclassified: nothing is clipped and nothing is lost, so reclassified back, all counts again.
    Of several dates or extensions the last that is allowed is in force. An event that no rule asks for is left out
    without a sentence: it claims no time.
    """
    left_out: list[str] = []

    def fault(what: str, check: Callable[..., None], *arguments: Any) -> str:
        try:
            check(*arguments)
        except FactError as error:
            return f"{what} does not count: {error.told(rules.names)}."
        return ""

    def of_event(code: str, moment: Moment) -> str:
        what = f"'{rules.event_names[code]}' on {long_date(london_date(moment))}"
        return fault(what, _check_event, rules, code, moment)

    def of_date(code: str, given: Given) -> str:
        what = f"The date given, {long_date(given.day)},"
        return fault(what, _check_has, rules, code) or fault(
            what, _check_given, rules, rules.by_code[code], given.day, facts, calendar
        )

    def of_extension(code: str, extension: Extension) -> str:
        if without := fault(f"The extension to {extension.total}", _check_has, rules, code):
            return without
        rule = rules.by_code[code]
        what = f"The extension to {amount(extension.total, rule.unit)}"
        return fault(what, check_extension, rule, extension.total)

    def of_pause(_: str, pause: PauseSpan) -> str:
        return fault(f"The pause from {long_date(pause.first)}", _check_pause, rules, pause)

    def allowed(code: str, said: tuple[Said, ...], fault_of: Callable[[str, Said], str]) -> tuple[Said, ...]:
        """Those of `said` that are allowed; only what was said after the last of them is left out of the dates."""
        faults = [fault_of(code, each) for each in said]
        last = max((n for n, found in enumerate(faults) if not found), default=-1)
        left_out.extend(faults[last + 1 :])
        return tuple(each for each, found in zip(said, faults, strict=True) if not found)

    known = {code: moment for code, moment in facts.events.items() if code in rules.event_names}
    events = {code: moment for code, moment in known.items() if allowed(code, (moment,), of_event)}
    given = {code: allowed(code, said, of_date) for code, said in facts.all_given.items()}
    extended = {code: allowed(code, said, of_extension) for code, said in facts.all_extensions.items()}
    pauses = tuple(pause for pause in facts.pauses if allowed("", (pause,), of_pause))
    return replace(facts.decided(given, extended, pauses), events=events), tuple(left_out)


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


def _check_has(rules: RuleSet, code: str) -> None:
    if code not in rules.by_code:
        raise FactError("", code, f"{{sla}} has no deadline '{code.replace('-', ' ')}'", sla=rules.code)


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
        what = "{code} takes no given date, because its rule sets it" + _cite(rule)
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


def _check_pause(rules: RuleSet, pause: PauseSpan) -> None:
    if not rules.pausable:
        raise FactError("pause", "", "{sla} cannot be paused, because no policy allows it", sla=rules.code)
    if pause.resumed is not None and pause.resumed < pause.first:
        what = "the pause resumes on {resumed}, before it begins on {first}"
        raise FactError("pause", "", what, resumed=str(pause.resumed), first=str(pause.first))


def _cite(rule: Rule) -> str:
    return f" ({', '.join(rule.source)})" if rule.source else ""
