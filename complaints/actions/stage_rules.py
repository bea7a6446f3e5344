"""The rules a stage is judged by, as the actions on its dates ask them and cite them."""

from datetime import date, datetime

from accounts.actions import Refused
from complaints.actions import clock
from complaints.actions.acting import Act
from complaints.models import Deadline, Stage
from slas import service
from slas.core.calendar import WorkingCalendar
from slas.core.facts import FactError, Facts, check
from slas.core.rules import Rule, RuleSet
from slas.models import SlaVersion


def rules_of(stage: Stage) -> RuleSet:
    """The rules a stage is judged by. Refused where its procedure has none."""
    return service.rule_set(_version(stage))


def calendar_of(stage: Stage) -> WorkingCalendar:
    """The days a stage is counted by. Refused where its procedure has no times."""
    version = _version(stage)
    statutory = service.rule_set(version).statutory
    return service.working_calendar(version.sla.policy.calendar_id, statutory=statutory)


def _version(stage: Stage) -> SlaVersion:
    if stage.type.sla_version is None:
        raise Refused(f"{stage.type.name} has no deadline that could change: its policy gives none.")
    return stage.type.sla_version


def rule_of(stage: Stage, milestone: str) -> Rule:
    """The rule of a milestone; of the headline for ''. Refused where the stage has no such milestone."""
    rules = rules_of(stage)
    if not milestone:
        return rules.headline
    if milestone not in rules.by_code:
        raise Refused(f"{stage.type.name} has no such deadline. Choose one of its own.", "milestone")
    return rules.by_code[milestone]


def deadline_of(stage: Stage, rule: Rule) -> Deadline | None:
    """The milestone as it stands in a stage; None while it is left out."""
    return Deadline.objects.filter(stage=stage, milestone=rule.code).first()


def cite(rule: Rule) -> str:
    """' (S7.1, SA1)', or nothing."""
    return f" ({', '.join(rule.source)})" if rule.source else ""


def told(error: FactError, rules: RuleSet) -> str:
    """What the rules do not allow, in words that begin a sentence."""
    words = error.told(rules.names)
    return words[:1].upper() + words[1:]


def check_moment(stage: Stage, code: str, moment: date | datetime) -> None:
    """Refuse a day without its time where a deadline is counted in hours from it (S3.1, S11.2)."""
    version = stage.type.sla_version
    rules = service.rule_set(version) if version else None
    if rules is None or code not in rules.event_names:
        return
    try:
        check(rules, Facts(events={code: moment}), calendar_of(stage))
    except FactError as error:
        raise Refused(told(error, rules), "time") from None


def is_planned(rules: RuleSet, code: str) -> bool:
    """Whether a deadline is counted back from an event, so that its day is known before it comes (S9.3)."""
    return any(
        code in rule.after and not rule.from_milestone and rule.span is not None and rule.span.amount < 0
        for rule in rules.milestones
    )


def consequences(act: Act) -> str:
    """What an act did to the dates so far, to end its sentence in the timeline: the headline's move, and what is late
    by it or not any more; '' where nothing moved."""
    moved = clock.recompute({act.stage.pk, *act.touched}, now=act.now)
    act.moved += moved
    told = clock.told([m for m in moved if m.new.headline or m.lateness(act.now)], act.now)
    return f" {told}" if told else ""
