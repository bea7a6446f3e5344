"""Who does it: the team and person, the officer, other services that contribute, and everybody's work when
somebody is ill."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.actions import Refused
from accounts.models import Unit, User
from complaints import permissions
from complaints.actions import clock
from complaints.actions.acting import Act, acting
from complaints.actions.readers import check_list
from complaints.models import Case, CaseUnit, ClosedAs, Contribution, Stage
from complaints.moves import table_of
from complaints.queries.allocating import (
    answering_roles,
    contributing_roles,
    headline_of,
    service_turns,
    takers,
    waited_roles,
)
from complaints.queries.cases import seat_at
from complaints.queries.reassigning import parts_of
from complaints.workflow import State, Verb
from slas.core.rules import Unit as Counted
from slas.core.wording import amount, listed, long_date


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
        wanted = _ask_draft(act, draft_days)
        act.say(f"{act.who} allocated it to {_to(unit, responder)}.{wanted}", unit=unit.pk)
    return act.case


def reallocate(
    *,
    case: Case,
    by: User,
    now: datetime,
    unit: Unit,
    responder: User | None = None,
    reason: str,
    draft_days: int | None = None,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Give a stage to another team or person. Another team accepts it anew; its clock runs on. `draft_days` as in
    `allocate` (None: as it was)."""
    with acting(Verb.REALLOCATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say why it goes to somebody else.", "reason")
        if (unit.pk, responder) == (act.stage.unit_id, act.stage.responder):
            raise Refused(f"It is with {_to(unit, responder)} already.", "unit")
        before = _to(act.stage.unit, act.stage.responder)
        if unit.pk != act.stage.unit_id and act.stage.state == State.TO_ANSWER and _can_accept(act):
            act.next = State.TO_ACCEPT
        _give(act, unit, responder)
        wanted = _ask_draft(act, draft_days)
        act.say(
            f"{act.who} reallocated it from {before} to {_to(unit, responder)}.{wanted} {reason}",
            unit=unit.pk,
        )
    return act.case


def _can_accept(act: Act) -> bool:
    return State.TO_ACCEPT in table_of(act.stage.type).states


def _to(unit: Unit, responder: User | None) -> str:
    return f"{responder}, {unit}" if responder else str(unit)


def _ask_draft(act: Act, days: int | None) -> str:
    """Ask for the draft so many working days before the formal date. Returns what the timeline says of it; '' where
    the day stays as it was."""
    stage = act.stage
    if days is None or days == stage.draft_days:
        return ""
    if days < 0:
        raise Refused("The draft cannot be asked for after the formal date.", "draft_days")
    stage.draft_days, before = days, stage.draft_due_on
    stage.save(update_fields=["draft_days"])
    act.moved += clock.recompute({stage.pk}, now=act.now)
    stage.refresh_from_db(fields=["draft_due_on"])
    ahead = (
        f"{amount(days, Counted.WORKING_DAYS)} before the formal date" if days else "the formal date itself"
    )
    if stage.draft_due_on is None:
        return f" Their draft is wanted by {ahead}." if days == 0 else f" Their draft is wanted {ahead}."
    instead = f" instead of {long_date(before)}" if before and before != stage.draft_due_on else ""
    return f" Their draft is wanted by {long_date(stage.draft_due_on)}{instead}: {ahead}."


def _give(act: Act, unit: Unit, responder: User | None) -> None:
    if unit.is_retired:
        raise Refused(f"{unit} is no longer in use. Choose another.", "unit")
    if act.by is not None and not _reaches(act.by, unit, act.now):
        raise Refused(
            f"You work for other units, so you cannot give it to {unit}. Ask a colleague there.", "unit"
        )
    if responder is not None:
        check_taker(act.case, answering_roles(act.stage.type), unit, responder, "responder")
    elif service_turns(act.stage.type) and act.next is not State.CLOSED:
        check_somebody(act.case, waited_roles(act.stage.type), unit, "unit")
    before = act.stage.unit
    act.stage.unit, act.stage.responder = unit, responder
    _move_units(act, before, unit)


def _reaches(user: User, unit: Unit, now: datetime) -> bool:
    """Whether somebody who gives work away goes on seeing it where it goes."""
    return any(
        s.unit is None or s.unit.covers(unit)
        for s in permissions.standings_of(user, now=now)
        if s.role in permissions.READING_ROLES
    )


def check_taker(case: Case, roles: Iterable[str], unit: Unit, person: User, field: str) -> None:
    """Refuse to give `person` work of `unit` that they could not do, or could not even see."""
    if takers(case, roles, unit).filter(pk=person.pk).exists():
        return
    if not person.is_active:
        raise Refused(f"{person} can no longer sign in. Choose somebody else.", field)
    if not person.has_role(*roles, unit=unit):
        where = listed([g.where for g in person.grants_in_force if g.role in roles][:3])
        does = f" They do for {where}." if where else ""
        raise Refused(
            f"{person} does not answer for {unit}.{does} Choose somebody of {unit}, or leave it to the team.",
            field,
        )
    raise Refused(
        f"{person} is not on the list of those who may open this restricted case. Put them on it first, or choose "
        "somebody who is.",
        field,
    )


def check_somebody(case: Case, roles: Iterable[str], unit: Unit, field: str) -> None:
    """Refuse to leave work to a unit where nobody would find it."""
    if takers(case, roles, unit).exists():
        return
    if case.restricted:
        raise Refused(
            f"Nobody who may open this restricted case answers for {unit}. Change its list first, or choose another "
            "unit.",
            field,
        )
    raise Refused(
        f"Nobody answers for {unit} yet. Choose another unit, or ask an administrator to give somebody a role there.",
        field,
    )


def _move_units(act: Act, before: Unit, after: Unit) -> None:
    """Who works on it sees the case; a unit that no longer does stops seeing it, unless it contributes. The lead unit
    is the one the case itself is with."""
    case = act.case
    needed = set(
        Stage.objects.filter(case=case, closed_at__isnull=True)
        .exclude(pk=act.stage.pk)
        .values_list("unit", flat=True)
    )
    needed |= set(Contribution.objects.filter(stage__case=case).values_list("unit", flat=True))
    if act.stage.type.beside:
        needed.add(case.unit_id)
    if before.pk != after.pk and before.pk not in needed:
        CaseUnit.objects.filter(case=case, unit=before).delete()
    CaseUnit.objects.get_or_create(case=case, unit=after)
    if not act.stage.type.beside:
        CaseUnit.objects.filter(case=case).update(lead=False)
        CaseUnit.objects.filter(case=case, unit=after).update(lead=True)
        if case.restricted and case.unit_id != after.pk:
            check_list([row.user for row in case.readers.select_related("user")], after, "unit", act.now)
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
        if not permissions.sees(officer, act.case, now=now):
            raise Refused(
                f"{officer} is not on the list of those who may open this restricted case. Put them on it first.",
                "officer",
            )
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
    *, cases: Sequence[Case], absent: User, to: User, by: User, now: datetime, reason: str
) -> Reassigned:
    """Give what `absent` has open in these cases, and `by` may give away, to somebody else (somebody is ill). Each case
    goes over whole or not at all, by the rules of doing it singly; no other case is touched."""
    if not reason:
        raise Refused("Say why their work goes to somebody else.", "reason")
    if to.pk == absent.pk:
        raise Refused(f"It is {absent}'s work. Choose somebody else to take it over.", "to")
    done: list[Case] = []
    refused: list[tuple[Case, str]] = []
    for case in cases:
        try:
            with transaction.atomic():
                _hand_over(case, absent, to, by, now, reason)
        except Refused as error:
            refused.append((case, error.message))
        else:
            done.append(case)
    return Reassigned(tuple(done), tuple(refused))


def _hand_over(case: Case, absent: User, to: User, by: User, now: datetime, reason: str) -> None:
    parts = parts_of(case, absent, by, now=now)
    if not parts:
        raise Refused(f"Nothing in it is {absent}'s any more, or it is not yours to give away.")
    common: dict[str, Any] = {"case": case, "by": by, "now": now, "reason": reason}
    officer = [stage for stage, verb in parts if verb is Verb.TAKE_ON]
    if officer:
        take_on(**common, officer=to, stage=officer[0])
    for stage, verb in parts:
        if verb is Verb.REALLOCATE:
            reallocate(**common, unit=stage.unit, responder=to, stage=stage)


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
        _check_wanted(act, due_on)
        if unit.is_retired:
            raise Refused(f"{unit} is no longer in use. Choose another.", "unit")
        roles = contributing_roles(act.stage)
        if person is not None:
            check_taker(act.case, roles, unit, person, "person")
        else:
            check_somebody(act.case, roles, unit, "unit")
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


def _check_wanted(act: Act, day: date) -> None:
    if day < act.today:
        raise Refused("The day you need it by is past. Give a day to come.", "due_on")
    headline = headline_of(act.stage)
    formal = headline.due_on if headline else None
    if formal is not None and act.today <= formal < day:
        raise Refused(f"The answer itself is due on {long_date(formal)}. Ask for it by then.", "due_on")


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
        field = f"answer_{row.pk}"
        if row.answered_at is not None:
            raise Refused("That was answered already. Add a note if there is more to say.", field)
        if not answer:
            raise Refused("Write your contribution.", field)
        seat = seat_at(by, Verb.CONTRIBUTE, act.stage, row.unit, now=now)
        if seat is None:
            raise Refused(f"That was asked of {row.unit}.", field)
        act.for_whom = seat.for_whom
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
