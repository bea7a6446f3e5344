"""Everything that changes people, units, grants and cover.

Each function is one transaction with one event in the stream 'people'. `by` is the person who does it, or
None for the system; `now` is the moment, with a time zone. Each raises `Refused` when it will not, with words
for the person who asked. Passwords come in hashed and never reach an event.
"""

from datetime import date, datetime
from typing import Any

import axes.utils
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.cover import LONGEST, may_name
from accounts.models import Cover, Grant, Unit, User, seat_fits
from accounts.roles import CASE_ROLES, Role, Seat
from accounts.streams import PEOPLE
from audit import service as audit


class Refused(Exception):
    """What was asked for cannot be done. `message` says why; `field` is the form field it belongs to."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@transaction.atomic
def add_person(
    *,
    name: str,
    email: str,
    role: Role,
    unit: Unit | None,
    encoded_password: str,
    must_change_password: bool = True,
    by: User | None,
    now: datetime,
) -> User:
    """Add somebody with a first role and return them. Refused when the e-mail address is in use."""
    person = User(
        name=name,
        email=User.objects.normalize_email(email),
        password=encoded_password,
        must_change_password=must_change_password,
        joined_at=now,
    )
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("Somebody with this e-mail address is there already", "email") from error
    grant = _grant(person=person, role=role, unit=unit, by=by, now=now)
    _record(
        "added",
        f"{_who(by)} added {person} as {grant}.",
        by,
        now,
        {"user": person.pk, "email": person.email, "role": role, "unit": unit.pk if unit else None},
    )
    return person


@transaction.atomic
def grant_role(*, person: User, role: Role, unit: Unit | None, by: User | None, now: datetime) -> Grant:
    """Give `person` a role at a unit, or for the whole council. Refused when they hold it there already."""
    grant = _grant(person=person, role=role, unit=unit, by=by, now=now)
    _record("granted", f"{_who(by)} made {person} {grant}.", by, now, _of(grant))
    return grant


@transaction.atomic
def revoke_grant(*, grant: Grant, by: User | None, now: datetime) -> Grant:
    """End a grant; it stays on record. Refused when it has ended already, and for the last administrator."""
    _keep_an_administrator(without=grant.user, losing=grant.role)
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user", "unit").get(pk=grant.pk)
    if grant.revoked_at:
        raise Refused("This role has been taken away already.")
    if by and grant.user_id == by.pk and grant.role == Role.ADMINISTRATOR:
        raise Refused("This is your own role: ask another administrator to take it away.")
    grant.revoked_at, grant.revoked_by = now, by
    grant.save(update_fields=["revoked_at", "revoked_by"])
    _record("revoked", f"{_who(by)} took away {grant.user}'s role {grant}.", by, now, _of(grant))
    return grant


@transaction.atomic
def deactivate(*, person: User, by: User | None, now: datetime) -> User:
    """Stop somebody signing in, at once; roles and history stay. Refused for the last administrator."""
    _keep_an_administrator(without=person, losing=Role.ADMINISTRATOR)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not person.is_active:
        raise Refused(f"{person} is deactivated already.")
    if by and person.pk == by.pk:
        raise Refused("This is you: ask another administrator to deactivate you.")
    person.is_active = False
    person.session_epoch += 1
    person.save(update_fields=["is_active", "session_epoch"])
    _record("deactivated", f"{_who(by)} deactivated {person}.", by, now, {"user": person.pk})
    return person


@transaction.atomic
def reactivate(*, person: User, by: User | None, now: datetime) -> User:
    """Let somebody sign in again, with the password and the roles they had."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.is_active:
        raise Refused(f"{person} can sign in already.")
    person.is_active = True
    person.save(update_fields=["is_active"])
    _record("reactivated", f"{_who(by)} let {person} sign in again.", by, now, {"user": person.pk})
    return person


@transaction.atomic
def give_starting_password(*, person: User, encoded_password: str, by: User | None, now: datetime) -> User:
    """Replace a forgotten password by one to hand over. Ends the person's sessions and any lock after wrong
    passwords; they choose their own password when they sign in."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.password, person.must_change_password = encoded_password, True
    person.save(update_fields=["password", "must_change_password"])
    axes.utils.reset(username=person.email)
    _record(
        "starting-password",
        f"{_who(by)} gave {person} a new starting password.",
        by,
        now,
        {"user": person.pk},
    )
    return person


@transaction.atomic
def change_password(*, person: User, encoded_password: str, by: User | None, now: datetime) -> User:
    """Set the password a person chose. Ends their other sessions."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.password, person.must_change_password = encoded_password, False
    person.save(update_fields=["password", "must_change_password"])
    _record("password-changed", f"{person} chose a new password.", by, now, {"user": person.pk})
    return person


@transaction.atomic
def add_unit(*, kind: str, name: str, code: str, parent: Unit | None, by: User | None, now: datetime) -> Unit:
    """Add a unit below `parent` (None: at the top). Refused when the code is in use, below a retired unit,
    and where the kinds do not fit: teams stand below services, services below directorates."""
    if parent is not None:
        parent = Unit.objects.select_for_update().get(pk=parent.pk)
        if parent.is_retired:
            raise Refused(f"{parent} has been retired: choose another unit", "parent")
        order = list(Unit.Kind)
        if order.index(Unit.Kind(kind)) <= order.index(Unit.Kind(parent.kind)):
            above = Unit.Kind(parent.kind).label.lower()
            raise Refused(f"A {Unit.Kind(kind).label.lower()} cannot stand below a {above}", "parent")
    try:
        with transaction.atomic():
            unit = Unit.objects.plant(kind=kind, name=name, code=code.upper(), parent=parent)
    except IntegrityError as error:
        raise Refused("Another unit has this code", "code") from error
    place = f"below {parent}" if parent else "at the top"
    _record(
        "unit-added",
        f"{_who(by)} added the {unit.get_kind_display().lower()} {unit} {place}.",
        by,
        now,
        {"unit": unit.pk, "kind": kind, "code": unit.code, "parent": parent.pk if parent else None},
    )
    return unit


@transaction.atomic
def rename_unit(*, unit: Unit, name: str, by: User | None, now: datetime) -> Unit:
    """Give a unit another name; its code and place stay."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    before, unit.name = unit.name, name
    unit.save(update_fields=["name"])
    _record(
        "unit-renamed",
        f"{_who(by)} renamed {before} to {name}.",
        by,
        now,
        {"unit": unit.pk, "before": before, "after": name},
    )
    return unit


@transaction.atomic
def retire_unit(*, unit: Unit, by: User | None, now: datetime) -> Unit:
    """Take a unit out of use. It keeps its history, and people keep the roles they hold there until these are
    taken away. Refused while units in use stand below it."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if unit.is_retired:
        raise Refused(f"{unit} has been retired already.")
    below = unit.children.filter(retired_on__isnull=True).order_by("name")
    if below:
        raise Refused(f"Retire what stands below it first: {', '.join(str(child) for child in below)}.")
    unit.retired_on = timezone.localdate(now)
    unit.save(update_fields=["retired_on"])
    _record("unit-retired", f"{_who(by)} retired {unit}.", by, now, {"unit": unit.pk})
    return unit


@transaction.atomic
def bring_back_unit(*, unit: Unit, by: User | None, now: datetime) -> Unit:
    """Take a retired unit into use again. Refused while the unit above it is retired."""
    if unit.parent_id:
        Unit.objects.select_for_update().get(pk=unit.parent_id)  # it must not be retired meanwhile
    unit = Unit.objects.select_for_update(of=("self",)).select_related("parent").get(pk=unit.pk)
    if not unit.is_retired:
        raise Refused(f"{unit} is in use already.")
    if unit.parent and unit.parent.is_retired:
        raise Refused(f"{unit.parent}, which it stands below, is retired: bring that back first.")
    unit.retired_on = None
    unit.save(update_fields=["retired_on"])
    _record("unit-brought-back", f"{_who(by)} took {unit} into use again.", by, now, {"unit": unit.pk})
    return unit


@transaction.atomic
def name_cover(
    *, absent: User, deputy: User, first: date, last: date, reason: str = "", by: User | None, now: datetime
) -> Cover:
    """Let `deputy` do the case work of `absent` from `first` to `last`, London days, both inclusive. The
    reason stays on the row and out of the event.

    Refused when `by` may not name cover for `absent` (`accounts.cover.may_name`) or would name themself for
    somebody else, when either is deactivated or both are one person, when the dates are out of order, over
    or further apart than LONGEST days, and when somebody covers `absent` on one of those days already.
    """
    absent = User.objects.select_for_update(no_key=True).get(pk=absent.pk)  # two at once must not overlap
    deputy = User.objects.get(pk=deputy.pk)
    if not may_name(by, absent):
        raise Refused(f"You may not name cover for {absent}: ask them, their manager or an administrator")
    _refuse_people(absent, deputy, by)
    _refuse_dates(first, last, timezone.localdate(now))
    there = (
        Cover.objects.standing()
        .of_absent(absent)
        .between(first, last)
        .select_related("deputy")
        .order_by("first")
    ).first()
    if there:
        raise Refused(
            f"{there.deputy} covers {_them(absent, by)} {there.when} already: choose other days, or end that "
            "cover first",
            "first",
        )
    cover = Cover.objects.create(
        absent=absent, deputy=deputy, first=first, last=last, reason=reason, named_at=now, named_by=by
    )
    whom = "them" if by and by.pk == absent.pk else absent
    _record(
        "cover-named",
        f"{_who(by)} named {deputy} to cover for {whom} {cover.when}.",
        by,
        now,
        _of_cover(cover),
    )
    return cover


@transaction.atomic
def end_cover(*, cover: Cover, by: User | None, now: datetime) -> Cover:
    """End cover now, or call it off before it begins; it stays on record. Refused when it has ended already
    and when `by` may neither name cover for the absent person nor is that person."""
    cover = Cover.objects.select_for_update(of=("self",)).select_related("absent", "deputy").get(pk=cover.pk)
    if not (by and by.pk == cover.absent_id) and not may_name(by, cover.absent):
        raise Refused(f"You may not end this cover: ask {cover.absent}, their manager or an administrator.")
    if cover.ended_at or cover.last < timezone.localdate(now):
        raise Refused("This cover has ended already.")
    cover.ended_at, cover.ended_by = now, by
    cover.save(update_fields=["ended_at", "ended_by"])
    _record(
        "cover-ended",
        f"{_who(by)} ended the cover by {cover.deputy} for {cover.absent} {cover.when}.",
        by,
        now,
        _of_cover(cover),
    )
    return cover


def _refuse_people(absent: User, deputy: User, by: User | None) -> None:
    if absent.pk == deputy.pk:
        raise Refused("Nobody covers for themself: choose somebody else", "deputy")
    if by and by.pk == deputy.pk:
        raise Refused(
            f"You cannot name yourself: choose somebody else, or ask {absent} or an administrator to name you",
            "deputy",
        )
    if not absent.is_active:
        raise Refused(f"{absent} has been deactivated, so there is nothing to pass on", "absent")
    if not deputy.is_active:
        raise Refused(f"{deputy} has been deactivated: choose somebody who can sign in", "deputy")
    own = [Role(grant.role) for grant in deputy.grants_in_force]
    if own and not set(own) & set(CASE_ROLES):
        # An auditor changes nothing, an administrator sees no case: standing in for somebody would undo that.
        raise Refused(
            f"{deputy} is {own[0].label}, and has no part in the work on cases: choose somebody who has",
            "deputy",
        )


def _refuse_dates(first: date, last: date, today: date) -> None:
    if last < first:
        raise Refused("The last day must be the first day or later", "last")
    if last < today:
        raise Refused("These days are over: the last day must be today or later", "last")
    if (last - first).days >= LONGEST:
        raise Refused(f"Cover is for at most {LONGEST} days: choose an earlier last day", "last")


def _them(absent: User, by: User | None) -> str:
    return "you" if by and by.pk == absent.pk else str(absent)


def _grant(*, person: User, role: Role, unit: Unit | None, by: User | None, now: datetime) -> Grant:
    if not seat_fits(role, unit):
        if role.seat is Seat.UNIT:
            raise Refused(f"Choose the unit where they are {role.label}", "unit")
        raise Refused(f"{role.label} is for the whole council: leave the unit empty", "unit")
    if unit and unit.is_retired:
        raise Refused(f"{unit} has been retired: choose another unit", "unit")
    try:
        with transaction.atomic():
            return Grant.objects.create(user=person, role=role, unit=unit, granted_at=now, granted_by=by)
    except IntegrityError as error:
        where = unit or "the whole council"
        raise Refused(f"{person} is {role.label} for {where} already", "role") from error


def _keep_an_administrator(*, without: User, losing: str) -> None:
    """Refuse when nobody but `without` could administer. Locks every administrator's grant, so that two
    administrators taking each other's role at once cannot both succeed."""
    if losing != Role.ADMINISTRATOR:
        return
    grants = (
        Grant.objects.of(Role.ADMINISTRATOR)
        .filter(user__is_active=True)
        .select_related("user")
        .select_for_update()
        .order_by("pk")
    )
    holders = {grant.user_id for grant in grants}
    if holders == {without.pk}:
        raise Refused(f"{without} is the only administrator. Make somebody else administrator first.")


def _who(by: User | None) -> str:
    return str(by) if by else audit.SYSTEM.capitalize()


def _of(grant: Grant) -> dict[str, Any]:
    return {"grant": grant.pk, "user": grant.user_id, "role": grant.role, "unit": grant.unit_id}


def _of_cover(cover: Cover) -> dict[str, Any]:
    return {
        "cover": cover.pk,
        "absent": cover.absent_id,
        "deputy": cover.deputy_id,
        "first": cover.first,
        "last": cover.last,
    }


def _record(verb: str, sentence: str, by: User | None, now: datetime, details: dict[str, Any]) -> None:
    audit.record(stream=PEOPLE, verb=verb, by=by, sentence=sentence, now=now, details=details)
