"""More time: given, asked for, decided on. It replaces the allowance and counts from the same start (DOMAIN 2)."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.actions import routes
from complaints.actions.acting import Act, acting
from complaints.actions.stage_rules import cite, consequences, deadline_of, rule_of, rules_of, told
from complaints.models import Case, Deadline, Extension, ExtensionRequest, GivenDate, Stage, standing
from complaints.workflow import Verb
from slas.core.facts import FactError, check_extension
from slas.core.rules import Rule
from slas.core.wording import amount


@dataclass(frozen=True)
class MoreTime:
    """What is said of an extension: `total` in the rule's unit, who asked, and who approved: `approver`, or a role
    outside the council (`outside`: the investigator), where the rule lets them."""

    total: int
    reason: str
    asked_by: str
    approver: User | None = None
    outside: str = ""
    complainant_agreed: bool = False
    complainant_told_on: date | None = None


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

    Refused over the cap, naming the rule's source; where somebody approved whom the rule does not let; where the
    complainant has to agree and does not; and where it would change nothing.
    """
    more = MoreTime(total, reason, asked_by, approver, outside, complainant_agreed, complainant_told_on)
    with acting(Verb.EXTEND, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        _write(act, rule_of(act.stage, milestone), more)
    return act.case


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
        _check_total(act.stage, rule, total)
        if not reason:
            raise Refused("Say why more time is needed.", "reason")
        if ExtensionRequest.objects.filter(stage=act.stage, decided_at__isnull=True).exists():
            raise Refused("More time was asked for already, and Customer Relations have not decided yet.")
        _check_open(act.stage, rule)
        ExtensionRequest.objects.create(
            stage=act.stage, milestone=rule.code, total=total, reason=reason, asked_at=now, asked_by=by
        )
        act.say(f"{act.who} asked for {amount(total, rule.unit)} in all. {reason}", total=total)
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
            more = MoreTime(
                request.total,
                reason,
                str(request.asked_by or ""),
                approver,
                outside,
                complainant_agreed,
                complainant_told_on,
            )
            _write(act, rule_of(act.stage, request.milestone), more)
        else:
            act.say(f"{act.who} refused more time. {reason}")
        request.granted, request.decided_at, request.decided_by = granted, now, by
        request.decision_reason = reason
        request.save()
    return act.case


def _write(act: Act, rule: Rule, more: MoreTime) -> None:
    """The fact and its event; Refused for what the rule does not allow."""
    _check_total(act.stage, rule, more.total)
    if not more.reason:
        raise Refused("Say why more time is needed.", "reason")
    told_on = more.complainant_told_on
    if told_on is not None and not act.case.received_on <= told_on <= act.today:
        raise Refused(
            "They were told between the day it came in and today. Check the date.", "complainant_told_on"
        )
    approved_by = _approved_by(act, rule, more)
    if rule.complainant_agrees and not more.complainant_agreed:
        raise Refused(
            f"It is extended only if the complainant agrees{cite(rule)}. Ask them first.",
            "complainant_agreed",
        )
    row = _check_open(act.stage, rule)
    Extension.objects.create(
        stage=act.stage,
        milestone=rule.code,
        total=more.total,
        original_due_on=row.original_due_on or row.due_on if row else None,
        asked_by=more.asked_by,
        approved_by=approved_by,
        complainant_agreed=more.complainant_agreed,
        complainant_told_on=told_on,
        reason=more.reason,
        recorded_at=act.now,
        decided_at=act.now,
        by=act.by,
    )
    asked = f" {more.asked_by} asked for it." if more.asked_by else ""
    act.say(
        f"{act.who} extended '{rule.name}' to {amount(more.total, rule.unit)} in all, approved by {approved_by}."
        f"{asked} {more.reason}{consequences(act)}{routes.follow(act)}",
        total=more.total,
    )


def _check_total(stage: Stage, rule: Rule, total: int) -> None:
    """Refused unless the rule allows so much, and it is more than is in force."""
    try:
        check_extension(rule, total)
    except FactError as error:
        raise Refused(told(error, rules_of(stage)), "total") from None
    there = standing(Extension).filter(stage=stage, milestone=rule.code).last()
    if there is not None and total <= there.total:
        raise Refused(
            f"It was extended to {amount(there.total, rule.unit)} in all already. Give more or, if that was "
            "wrong, take it back under 'Correct a date'.",
            "total",
        )


def _check_open(stage: Stage, rule: Rule) -> Deadline | None:
    """The milestone as it stands. Refused where more time would change nothing: it is done, not wanted, or a date was
    given for it, which wins over the rule."""
    row = deadline_of(stage, rule)
    if row is not None and row.met_at is not None:
        raise Refused(f"'{rule.name}' was done already, so more time would change nothing.", "milestone")
    if row is not None and row.dismissed:
        raise Refused(f"'{rule.name}' is not needed here, so more time would change nothing.", "milestone")
    if standing(GivenDate).filter(stage=stage, milestone=rule.code).exists():
        raise Refused(
            f"A date was given for '{rule.name}', and it wins over more time. Give a new date instead.",
            "milestone",
        )
    return row


def may_approve(person: User, stage: Stage, rule: Rule, *, now: datetime) -> bool:
    """Whether `rule` lets `person` approve more time at the unit of `stage`."""
    roles = [role for role in rule.approvers if role in Role.values]
    return any(
        permissions.allows(standing_, roles, [stage.unit])
        for standing_ in permissions.standings_of(person, now=now)
    )


def _approved_by(act: Act, rule: Rule, more: MoreTime) -> str:
    """Who approved, by name, checked against whom the rule lets approve."""
    if not rule.approvers:
        return str(more.approver or act.by or "")
    if more.outside:
        if more.outside in rule.approvers and more.outside not in Role.values:
            return f"the {more.outside.replace('-', ' ')}"
        raise Refused(f"That is not theirs to approve{cite(rule)}.", "approver")
    person = more.approver or act.by
    if person is not None and may_approve(person, act.stage, rule, now=act.now):
        return str(person)
    roles = [Role(role).label if role in Role.values else role.replace("-", " ") for role in rule.approvers]
    raise Refused(
        f"More time is approved by a {' or '.join(roles)}{cite(rule)}. Say who approved it.", "approver"
    )
