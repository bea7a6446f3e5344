"""What deciding on a kind of case would do to the deadlines, before it is decided: for every choice at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from complaints.models import Case, Stage, StageType
from complaints.queries.clocks import facts_of, with_facts
from complaints.queries.taking_over import (
    TakingOver,
    beginning,
    begun_at,
    earlier_stages,
    taking_over,
    types_of,
)
from complaints.workflow import EVENT_OF, Kind, Verb
from slas import service
from slas.core.calendar import Moment
from slas.core.facts import Facts
from slas.core.phrases import due_phrase, extension_phrase, spoken
from slas.core.result import Deadline, State
from slas.core.rules import GIVEN, RuleSet, Unit
from slas.core.wording import clock, long_date
from slas.service import Clock, Earlier, Worked


@dataclass(frozen=True)
class Promise:
    """One deadline there would be: `due` its day in words ('' while there is none), `rule` what the policy says,
    `source` where, `extension` how far it may go ('': never), `waiting` what is missing for a date."""

    name: str
    headline: bool
    due: str
    rule: str
    source: str
    extension: str
    waiting: str
    past: bool


@dataclass(frozen=True)
class Outlook:
    """What choosing `type_` comes to. `beside`: the deadlines that the stage decided on gains, where it stays open
    beside the new one (S2.3)."""

    type_: StageType
    promises: tuple[Promise, ...]
    beside: tuple[Promise, ...] = ()
    stays: bool = False


def at_triage(stage: Stage, types: Iterable[StageType], *, now: datetime) -> dict[int, Outlook]:
    """By stage type, what triaging `stage` to it would come to. The number of queries does not grow with the types."""
    types = list(types)
    told = _told(stage.case)
    own = next(one for one in told if one.pk == stage.pk)
    facts, begun = facts_of(own), case_begun(stage.case)
    decided = _now(facts, EVENT_OF[Verb.TRIAGE], now) if _knows(own.type, EVENT_OF[Verb.TRIAGE]) else facts
    clocks = [
        Clock(type_.pk, type_.sla_version, _taken_over(Facts(), [decided], taking_over(type_, begun)))
        for type_ in types
        if type_.sla_version and type_.procedure_id != stage.type.procedure_id
    ]
    if own.type.sla_version is not None:
        routed = _now(decided, own.type.route_event, now) if own.type.route_event else decided
        clocks += [
            Clock("stay", own.type.sla_version, decided),
            Clock("route", own.type.sla_version, routed),
        ]
    worked = {answer.key: answer for answer in service.deadlines_for(clocks)}
    stays, routed_ = _promises(worked.get("stay"), now), _promises(worked.get("route"), now)
    found = {}
    for type_ in types:
        if type_.procedure_id == stage.type.procedure_id:
            found[type_.pk] = Outlook(type_, stays, stays=True)
        else:
            goes_beside = bool(own.type.route_event) and type_.procedure.kind == Kind.COMPLAINT
            beside = tuple(p for p in routed_ if p not in stays) if goes_beside else ()
            found[type_.pk] = Outlook(type_, _promises(worked.get(type_.pk), now), beside)
    return found


def reclassified(stage: Stage, types: Iterable[StageType], *, now: datetime) -> dict[int, Outlook]:
    """By stage type, what reclassifying `stage` to it would come to, by its own facts and those of the case's other
    stages that the new rules ask for. What was missed stays missed."""
    types = list(types)
    told = _told(stage.case)
    own = next(one for one in told if one.pk == stage.pk)
    others = [facts_of(other) for other in earlier_stages(own, told)]
    brought: Any = own
    rows = [*brought.reclassified]
    earlier = [Earlier(row.type.sla_version, row.until) for row in rows if row.type.sla_version]
    if own.type.sla_version is not None:
        earlier.append(Earlier(own.type.sla_version, now))
    clocks = []
    for type_ in types:
        first = beginning([type_, *types_of(own, rows)], brought.standing_events)
        taking = taking_over(type_, begun_at(own, first), before=own.type)
        if type_.sla_version:
            facts = _taken_over(facts_of(own), others, taking)
            clocks.append(Clock(type_.pk, type_.sla_version, facts, tuple(earlier)))
    worked = {answer.key: answer for answer in service.deadlines_for(clocks)}
    return {type_.pk: Outlook(type_, _promises(worked.get(type_.pk), now)) for type_ in types}


def _told(case: Case) -> list[Stage]:
    """The stages of a case with all that happened to them, first to last."""
    return list(with_facts(Stage.objects.filter(case=case).order_by("number")))


def case_begun(case: Case) -> Moment:
    """When a case came in: the moment where it is known, else the day."""
    return case.received_at or case.received_on


def _knows(type_: StageType, code: str) -> bool:
    version = type_.sla_version
    return version is not None and code in service.rule_set(version).event_names


def _now(facts: Facts, code: str, now: datetime) -> Facts:
    """With an event that happens now, also where it happened before: the last counts."""
    return replace(facts, events={**facts.events, code: now})


def _with(facts: Facts, code: str, moment: Moment) -> Facts:
    """With an event, unless it is there."""
    return replace(facts, events={code: moment, **facts.events})


def _taken_over(facts: Facts, earlier: Iterable[Facts], taking: TakingOver | None) -> Facts:
    """`facts` with what a stage takes over from the `earlier` ones, and its first event as it began unless that is
    there. What its rules do not know, they leave out of the count."""
    if taking is None:
        return facts
    for other in earlier:
        for code, moment in other.events.items():
            if taking.takes(code, moment):
                facts = _with(facts, code, moment)
    return _with(facts, taking.rules.events[0].code, taking.begun)


def _promises(answer: Worked | None, now: datetime) -> tuple[Promise, ...]:
    """The deadlines still to be met, the headline first, then by day."""
    if answer is None:
        return ()
    open_ = [d for d in answer.deadlines if d.met_at is None]
    open_.sort(key=lambda d: (not d.rule.headline, d.due_on is None, d.due_on))
    return tuple(_promise(d, answer.rules, now) for d in open_)


def _promise(deadline: Deadline, rules: RuleSet, now: datetime) -> Promise:
    rule = deadline.rule
    due = long_date(deadline.due_on) if deadline.due_on else ""
    if deadline.due_at is not None:
        due = f"{due} at {clock(deadline.due_at)}"
    return Promise(
        name=rule.name,
        headline=rule.headline,
        due=due,
        rule=spoken(due_phrase(rule)),
        source=", ".join(rule.source),
        extension=spoken(extension_phrase(rule)) if rule.extend_to else "",
        waiting=_waits(deadline, rules),
        past=deadline.state(now) is State.RED,
    )


def _waits(deadline: Deadline, rules: RuleSet) -> str:
    code = deadline.waiting_for
    if code is None:
        return "it is paused" if deadline.paused_since is not None else ""
    if code == GIVEN:
        return "it waits for a date to be given"
    if deadline.rule.unit in (Unit.HOURS, Unit.IMMEDIATELY) and code == rules.events[0].code:
        return f"it needs the time of day of '{rules.names[code]}'"
    return f"it waits for '{rules.names.get(code, code)}'"
