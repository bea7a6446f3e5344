"""Who does it: the team and person, the officer, other services that contribute, and everybody's work when
somebody is ill."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import Unit, User
from accounts.roles import Role
from complaints import permissions
from complaints.actions.acting import Act, acting
from complaints.models import Case, CaseUnit, ClosedAs, Contribution, Stage
from complaints.moves import table_of
from complaints.workflow import State, Verb
from slas.core.wording import long_date


def allocate(
    *,
    case: Case,
    by: User,
    now: datetime,
    unit: Unit,
    responder: User | None = None,
    draft_days: int | None = None,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Give a stage to a team, and to a person there or to whoever accepts it. `draft_days` is how many working days
    before the formal date their draft is to reach Customer Relations (None: as the procedure has it)."""
    with acting(Verb.ALLOCATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        _give(act, unit, responder)
        if draft_days is not None:
            act.stage.draft_days = draft_days
        act.say(f"{act.who} allocated it to {_to(unit, responder)}.", unit=unit.pk)
    return act.case


def reallocate(
    *,
    case: Case,
    by: User,
    now: datetime,
    unit: Unit,
    responder: User | None = None,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Give a stage to another team or person. Another team accepts it anew; its clock runs on."""
    with acting(Verb.REALLOCATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say why it goes to somebody else.", "reason")
        if (unit.pk, responder) == (act.stage.unit_id, act.stage.responder):
            raise Refused(f"It is with {_to(unit, responder)} already.", "unit")
        before = _to(act.stage.unit, act.stage.responder)
        if unit.pk != act.stage.unit_id and act.stage.state == State.TO_ANSWER and _can_accept(act):
            act.next = State.TO_ACCEPT
        _give(act, unit, responder)
        act.say(f"{act.who} reallocated it from {before} to {_to(unit, responder)}. {reason}", unit=unit.pk)
    return act.case


def _can_accept(act: Act) -> bool:
    return State.TO_ACCEPT in table_of(act.stage.type).states


def _to(unit: Unit, responder: User | None) -> str:
    return f"{responder}, {unit}" if responder else str(unit)


def _give(act: Act, unit: Unit, responder: User | None) -> None:
    if unit.is_retired:
        raise Refused(f"{unit} is no longer in use. Choose another.", "unit")
    if act.by is not None and not _reaches(act.by, unit, act.now):
        raise Refused(
            f"You work for other units, so you cannot give it to {unit}. Ask a colleague there.", "unit"
        )
    if responder is not None and not may_answer(responder, unit):
        raise Refused(
            f"{responder} answers nothing for {unit}. Choose somebody who does, or leave it to the team.",
            "responder",
        )
    before = act.stage.unit
    act.stage.unit, act.stage.responder = unit, responder
    if not act.stage.type.beside:
        _move_units(act, before, unit)


def _reaches(user: User, unit: Unit, now: datetime) -> bool:
    """Whether somebody who gives work away goes on seeing it where it goes."""
    return any(
        s.unit is None or s.unit.covers(unit)
        for s in permissions.standings_of(user, now=now)
        if s.role in permissions.READING_ROLES
    )


def may_answer(person: User, unit: Unit) -> bool:
    """Whether `person` can be given work of `unit`: they hold a role there, or above, that answers."""
    answering = {
        role.value for role in Role if Role.RESPONDER in role.includes or Role.CR_OFFICER in role.includes
    }
    answering |= {Role.COORDINATOR.value, Role.ASSISTANT_DIRECTOR.value, Role.DIRECTOR.value}
    return person.is_active and person.has_role(*answering, unit=unit)


def _move_units(act: Act, before: Unit, after: Unit) -> None:
    """The lead unit of the case is the one it is with; one that only was stops seeing it, unless it contributes."""
    case = act.case
    needed = set(
        Stage.objects.filter(case=case, closed_at__isnull=True)
        .exclude(pk=act.stage.pk)
        .values_list("unit", flat=True)
    )
    needed |= set(Contribution.objects.filter(stage__case=case).values_list("unit", flat=True))
    if before.pk != after.pk and before.pk not in needed:
        CaseUnit.objects.filter(case=case, unit=before).delete()
    CaseUnit.objects.filter(case=case).update(lead=False)
    CaseUnit.objects.update_or_create(case=case, unit=after, defaults={"lead": True})
    case.unit = after


def accept(
    *, case: Case, by: User, now: datetime, stage: Stage | None = None, seen: int | None = None
) -> Case:
    """The service takes it on. Given to the team and not to a person, it is theirs who accepts it."""
    with acting(Verb.ACCEPT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if act.stage.responder is None:
            act.stage.responder = act.for_whom or by
        act.say(f"{act.who} accepted it for {act.stage.unit}.")
    return act.case


def reject(
    *, case: Case, by: User, now: datetime, reason: str, stage: Stage | None = None, seen: int | None = None
) -> Case:
    """The service gives it back to Customer Relations with a reason. Its clock runs on (H13)."""
    with acting(Verb.REJECT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say why it is not yours, and whose it is if you know.", "reason")
        act.stage.responder = None
        act.say(f"{act.who} rejected it for {act.stage.unit}. {reason}")
    return act.case


def take_on(
    *,
    case: Case,
    by: User,
    now: datetime,
    officer: User,
    reason: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Name the officer of a case: theirs is every turn of Customer Relations in it."""
    with acting(Verb.TAKE_ON, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not (officer.is_active and officer.has_role(*permissions.TEAM_ROLES, unit=act.stage.unit)):
            raise Refused(
                f"{officer} does not work for Customer Relations there. Choose somebody who does.", "officer"
            )
        if act.stage.officer_id == officer.pk:
            raise Refused(f"{officer} is its officer already.", "officer")
        before = act.stage.officer
        act.case.officer = act.stage.officer = officer
        for other in Stage.objects.filter(case=case, closed_at__isnull=True).exclude(pk=act.stage.pk):
            other.officer = officer
            other.save(update_fields=["officer"])
            act.touch(other)
        was = f" in place of {before}" if before else ""
        act.say(f"{act.who} named {officer} as its officer{was}.{' ' + reason if reason else ''}")
    return act.case


@dataclass(frozen=True)
class Reassigned:
    """What bulk reassigning did: the cases that went over, and those that did not with why."""

    done: tuple[Case, ...]
    refused: tuple[tuple[Case, str], ...]


def bulk_reassign(
    *, stages: Sequence[Stage], absent: User, to: User, by: User, now: datetime, reason: str
) -> Reassigned:
    """Give these stages, where `absent` is officer or responder, to somebody else, each by the rules of doing it
    singly (somebody is ill)."""
    done: list[Case] = []
    refused: list[tuple[Case, str]] = []
    for stage in stages:
        try:
            _reassign(stage, absent, to, by, now, reason)
        except Refused as error:
            refused.append((stage.case, error.message))
        else:
            done.append(stage.case)
    return Reassigned(tuple(done), tuple(refused))


def _reassign(stage: Stage, absent: User, to: User, by: User, now: datetime, reason: str) -> None:
    if absent.pk not in (stage.officer_id, stage.responder_id):
        raise Refused(f"It is not {absent}'s any more.")
    if stage.officer_id == absent.pk:
        take_on(case=stage.case, by=by, now=now, officer=to, reason=reason, stage=stage)
    if stage.responder_id == absent.pk:
        reallocate(case=stage.case, by=by, now=now, unit=stage.unit, responder=to, reason=reason, stage=stage)


def ask_contribution(
    *,
    case: Case,
    by: User,
    now: datetime,
    unit: Unit,
    question: str,
    due_on: date,
    person: User | None = None,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Ask another unit to say its part, by a date of its own (H13). It sees the case from then on."""
    with acting(Verb.ASK_CONTRIBUTION, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not question:
            raise Refused("Say what they are asked.", "question")
        if due_on < act.today:
            raise Refused("The day you need it by is past. Give a day to come.", "due_on")
        if unit.is_retired:
            raise Refused(f"{unit} is no longer in use. Choose another.", "unit")
        if person is not None and not may_answer(person, unit):
            raise Refused(f"{person} answers nothing for {unit}. Choose somebody who does.", "person")
        Contribution.objects.create(
            stage=act.stage,
            unit=unit,
            person=person,
            question=question,
            due_on=due_on,
            asked_at=now,
            asked_by=by,
        )
        CaseUnit.objects.get_or_create(case=act.case, unit=unit)
        act.say(f"{act.who} asked {_to(unit, person)} to contribute by {long_date(due_on)}.", unit=unit.pk)
    return act.case


def contribute(
    *,
    case: Case,
    by: User,
    now: datetime,
    contribution: Contribution,
    answer: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Give what one was asked for."""
    with acting(Verb.CONTRIBUTE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        row = Contribution.objects.filter(pk=contribution.pk, stage=act.stage).select_related("unit").first()
        if row is None:
            raise Refused("That question is no longer asked.")
        if row.answered_at is not None:
            raise Refused("That was answered already. Add a note if there is more to say.", "answer")
        if not answer:
            raise Refused("Write your contribution.", "answer")
        if not any(
            permissions.allows(s, [Role.RESPONDER.value], [row.unit])
            for s in permissions.standings_of(by, now=now)
        ):
            raise Refused(f"That was asked of {row.unit}.", "answer")
        row.answer, row.answered_at, row.answered_by = answer, now, by
        row.save()
        act.say(f"{act.who} contributed for {row.unit}.", unit=row.unit_id)
    return act.case


def pass_on(
    *,
    case: Case,
    by: User,
    now: datetime,
    unit: Unit,
    to: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Pass a comment or compliment on to a service, and close it (H8, SA14)."""
    with acting(Verb.PASS_ON, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        _give(act, unit, None)
        act.closed_as = act.stage.closed_as = ClosedAs.PASSED_ON
        person = f", to {to}" if to else ""
        act.say(f"{act.who} passed it on to {unit}{person}.", unit=unit.pk)
    return act.case
