"""Dates: more time, corrections, dates given, pauses. Each writes a fact; the deadlines follow from all of them."""

from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.actions.acting import Act, acting, write_event
from complaints.models import (
    Case,
    Deadline,
    Dismissal,
    Extension,
    ExtensionRequest,
    GivenDate,
    Pause,
    Stage,
    StageEvent,
    standing,
)
from complaints.workflow import Verb
from slas import service
from slas.core.calendar import london_date
from slas.core.facts import FactError, check_extension
from slas.core.rules import Rule, RuleSet
from slas.core.wording import UNIT_WORDS, clock, long_date


def rules_of(stage: Stage) -> RuleSet:
    """The rules a stage is judged by. Refused where its procedure has none."""
    if stage.type.sla_version is None:
        raise Refused(f"{stage.type.name} has no deadline that could change: its policy gives none.")
    return service.rule_set(stage.type.sla_version)


def _rule(stage: Stage, milestone: str) -> Rule:
    rules = rules_of(stage)
    if not milestone:
        return rules.headline
    if milestone not in rules.by_code:
        raise Refused(f"{stage.type.name} has no such deadline. Choose one of its own.", "milestone")
    return rules.by_code[milestone]


def _cite(rule: Rule) -> str:
    return f" ({', '.join(rule.source)})" if rule.source else ""


def _told(error: FactError, rules: RuleSet) -> str:
    return error.told({**rules.event_names, **{rule.code: rule.name for rule in rules.milestones}})


def extend(
    *,
    case: Case,
    by: User,
    now: datetime,
    total: int,
    reason: str,
    asked_by: str,
    approver: User | None = None,
    outside: str = "",
    complainant_agreed: bool = False,
    complainant_told_on: date | None = None,
    milestone: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Give a milestone (the headline unless named) a new total time from the same start.

    Who approves is `approver`, or a role outside the council (`outside`: the investigator), where the rule lets them;
    the complainant agrees where it asks for that. Refused over the cap, naming the rule's source.
    """
    with acting(Verb.EXTEND, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        write_extension(
            act,
            _rule(act.stage, milestone),
            total=total,
            reason=reason,
            asked_by=asked_by,
            approver=approver,
            outside=outside,
            agreed=complainant_agreed,
            told_on=complainant_told_on,
        )
    return act.case


def write_extension(
    act: Act,
    rule: Rule,
    *,
    total: int,
    reason: str,
    asked_by: str,
    approver: User | None,
    outside: str,
    agreed: bool,
    told_on: date | None,
) -> None:
    """The fact and its event; Refused for what the rule does not allow."""
    try:
        check_extension(rule, total)
    except FactError as error:
        raise Refused(_told(error, rules_of(act.stage)), "total") from None
    if not reason:
        raise Refused("Say why more time is needed.", "reason")
    if told_on is not None and not act.case.received_on <= told_on <= act.today:
        raise Refused(
            "They were told between the day it came in and today. Check the date.", "complainant_told_on"
        )
    approved_by = _approver(act, rule, approver, outside)
    if rule.complainant_agrees and not agreed:
        raise Refused(
            f"It is extended only if the complainant agrees{_cite(rule)}. Ask them first.",
            "complainant_agreed",
        )
    row = Deadline.objects.filter(stage=act.stage, milestone=rule.code).first()
    if row is not None and row.met_at is not None:
        raise Refused(f"'{rule.name}' was done already, so more time would change nothing.", "milestone")
    Extension.objects.create(
        stage=act.stage,
        milestone=rule.code,
        total=total,
        original_due_on=row.original_due_on or row.due_on if row else None,
        asked_by=asked_by,
        approved_by=approved_by,
        complainant_agreed=agreed,
        complainant_told_on=told_on,
        reason=reason,
        recorded_at=act.now,
        decided_at=act.now,
        by=act.by,
    )
    words = UNIT_WORDS[rule.unit][1]
    act.say(
        f"{act.who} extended '{rule.name}' to {total} {words}, approved by {approved_by}. {reason}",
        total=total,
    )


def _approver(act: Act, rule: Rule, approver: User | None, outside: str) -> str:
    """Who approved, by name, checked against whom the rule lets approve."""
    if not rule.approvers:
        return str(approver or act.by or "")
    if outside:
        if outside in rule.approvers and outside not in Role.values:
            return outside.replace("-", " ")
        raise Refused(f"That is not theirs to approve{_cite(rule)}.", "outside")
    person = approver or act.by
    roles = [role for role in rule.approvers if role in Role.values]
    if person is not None and any(
        permissions.allows(s, roles, [act.stage.unit]) for s in permissions.standings_of(person, now=act.now)
    ):
        return str(person)
    who = " or ".join(Role(role).label for role in roles)
    raise Refused(f"More time is approved by a {who}{_cite(rule)}. Say who approved it.", "approver")


def ask_extension(
    *,
    case: Case,
    by: User,
    now: datetime,
    total: int,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """A service asks for more time for the headline milestone; Customer Relations decide."""
    with acting(Verb.ASK_EXTENSION, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        rule = rules_of(act.stage).headline
        try:
            check_extension(rule, total)
        except FactError as error:
            raise Refused(_told(error, rules_of(act.stage)), "total") from None
        if not reason:
            raise Refused("Say why more time is needed.", "reason")
        if ExtensionRequest.objects.filter(stage=act.stage, decided_at__isnull=True).exists():
            raise Refused("More time was asked for already, and Customer Relations have not decided yet.")
        ExtensionRequest.objects.create(
            stage=act.stage, milestone=rule.code, total=total, reason=reason, asked_at=now, asked_by=by
        )
        act.say(f"{act.who} asked for {total} {UNIT_WORDS[rule.unit][1]} in all. {reason}", total=total)
    return act.case


def decide_extension(
    *,
    case: Case,
    by: User,
    now: datetime,
    granted: bool,
    reason: str,
    approver: User | None = None,
    outside: str = "",
    complainant_agreed: bool = False,
    complainant_told_on: date | None = None,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Give the time that was asked for, or not, with the reason."""
    with acting(Verb.DECIDE_EXTENSION, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        request = ExtensionRequest.objects.filter(stage=act.stage, decided_at__isnull=True).first()
        if request is None:
            raise Refused("Nobody is asking for more time.")
        if not reason:
            raise Refused("Give the reason for the decision.", "reason")
        if granted:
            write_extension(
                act,
                _rule(act.stage, request.milestone),
                total=request.total,
                reason=reason,
                asked_by=str(request.asked_by or ""),
                approver=approver,
                outside=outside,
                agreed=complainant_agreed,
                told_on=complainant_told_on,
            )
        else:
            act.say(f"{act.who} refused more time. {reason}")
        request.granted, request.decided_at, request.decided_by = granted, now, by
        request.decision_reason = reason
        request.save()
    return act.case


def correct_date(
    *,
    case: Case,
    by: User,
    now: datetime,
    event: StageEvent,
    moment: date | datetime,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Put right when something happened. What hangs on it is worked out anew, extensions and pauses kept; the same
    event in other stages of the case moves with it."""
    with acting(Verb.CORRECT_DATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        root = _root(act, event)
        if not reason:
            raise Refused("Say what was wrong.", "reason")
        if moment == root.moment:
            raise Refused(f"It is recorded as {_spoken(moment)} already.", "day")
        _check_order(act, root, moment)
        before = root.moment
        _replace(act, root, moment, reason, None)
        name = _event_name(root)
        if root.code == _received_code(act.case) and act.case.received_on == london_date(before):
            act.case.received_on = london_date(moment)
            act.case.received_at = moment if isinstance(moment, datetime) else None
        act.say(
            f"{act.who} corrected '{name}' from {_spoken(before)} to {_spoken(moment)}. {reason}",
            event=root.code,
            before=str(before),
            after=str(moment),
        )
    return act.case


def _root(act: Act, event: StageEvent) -> StageEvent:
    row = standing(StageEvent).filter(pk=event.pk, stage__case=act.case).select_related("stage").first()
    if row is None:
        raise Refused("That date was corrected by somebody else already. Open the case again.")
    while row.copied_from is not None and row.copied_from.voided_at is None:
        row = row.copied_from
    return row


def _replace(
    act: Act, row: StageEvent, moment: date | datetime, reason: str, origin: StageEvent | None
) -> None:
    """Void an event and its copies, and write each anew."""
    copies = list(standing(StageEvent).filter(copied_from=row).select_related("stage"))
    row.voided_at, row.voided_by, row.void_reason = act.now, act.by, reason
    row.save()
    try:
        new = write_event(row.stage, row.code, moment, by=act.by, now=act.now, copied_from=origin)
    except Refused as error:
        raise Refused(error.message, "day") from None
    act.touch(row.stage)
    for copy in copies:
        _replace(act, copy, moment, reason, new)


def _check_order(act: Act, row: StageEvent, moment: date | datetime) -> None:
    """What was received cannot come after what was done about it, nor the reverse."""
    begun = _received_code(act.case)
    others = standing(StageEvent).filter(stage__case=act.case).exclude(pk=row.pk)
    if row.code == begun:
        first = others.exclude(code=begun).order_by("day").first()
        if first is not None and first.day < london_date(moment):
            raise Refused(
                f"'{_event_name(first)}' is recorded for {long_date(first.day)}, before that. "
                "Correct that first if it is wrong too.",
                "day",
            )
    elif london_date(moment) < act.case.received_on:
        raise Refused(f"That is before the contact came in, on {long_date(act.case.received_on)}.", "day")


def _received_code(case: Case) -> str:
    first = StageEvent.objects.filter(stage__case=case).order_by("stage__number", "pk").first()
    return first.code if first else ""


def _event_name(event: StageEvent) -> str:
    version = event.stage.type.sla_version
    names = service.rule_set(version).event_names if version else {}
    return names.get(event.code, event.code.replace("-", " "))


def _spoken(moment: date | datetime) -> str:
    day = long_date(london_date(moment))
    return f"{day} at {clock(moment)}" if isinstance(moment, datetime) else day


FACTS: dict[str, type[Extension] | type[GivenDate] | type[Pause] | type[Dismissal]] = {
    "extension": Extension,
    "given": GivenDate,
    "pause": Pause,
    "dismissal": Dismissal,
}
"""What can be taken back, by the name a form gives it."""


def take_back(
    *,
    case: Case,
    by: User,
    now: datetime,
    fact: str,
    pk: int,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Take back an extension, a date given, a pause or a dismissal that should not have been recorded. It stays on
    record, voided; the dates are as if it had not been."""
    with acting(Verb.CORRECT_DATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        row = standing(FACTS[fact]).filter(pk=pk, stage__case=act.case).first()
        if row is None:
            raise Refused("Somebody has taken that back already.")
        if not reason:
            raise Refused("Say why it is taken back.", "reason")
        row.voided_at, row.voided_by, row.void_reason = now, by, reason
        row.save()
        act.touch(row.stage)
        names = {
            "extension": "an extension",
            "given": "a date given",
            "pause": "a pause",
            "dismissal": "a dismissal",
        }
        act.say(f"{act.who} took back {names[fact]} ({row}). {reason}", fact=fact)
    return act.case
