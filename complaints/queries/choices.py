"""What people choose from: units as a tree, people of a role at a unit, the entries of a list."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import Grant, Unit, User, said_of_grant
from complaints import permissions
from complaints.models import Entry

Choices = list[tuple[str, str]]

STEP = "\u2003"
"""What each level of the tree is set in by, within a select: a space that is not swallowed."""


def units_for(
    user: User, roles: Iterable[str] = permissions.READING_ROLES, *, now: datetime | None = None
) -> QuerySet[Unit]:
    """The units in use that `user` reaches in one of `roles`, their own or of whom they cover."""
    wanted = set(roles)
    held = [s for s in permissions.standings_of(user, now=now) if s.role in wanted]
    current = Unit.objects.current()
    if any(s.unit is None for s in held):
        return current
    return current.at_or_below({s.unit.path for s in held if s.unit})


def as_tree(units: Iterable[Unit], nothing: str = "") -> Choices:
    """`units` for a select: each below the unit it belongs to and set in, by name. `nothing`: what the empty line
    says, where there is to be one. One query, where `units` is a queryset."""
    found = {unit.pk: unit for unit in units}
    below: dict[int | None, list[Unit]] = {}
    for unit in sorted(found.values(), key=lambda u: (u.name.casefold(), u.pk)):
        below.setdefault(_parent_among(unit, found), []).append(unit)
    lines: Choices = [("", nothing)] if nothing else []

    def add(parent: int | None, depth: int) -> None:
        for unit in below.get(parent, ()):
            lines.append((str(unit.pk), f"{STEP * depth}{unit.name}"))
            add(unit.pk, depth + 1)

    add(None, 0)
    return lines


def _parent_among(unit: Unit, found: dict[int, Unit]) -> int | None:
    """The nearest unit above that is shown too."""
    above = [int(part) for part in unit.path.split("/") if part][:-1]
    return next((pk for pk in reversed(above) if pk in found), None)


def officers_at(unit: Unit) -> QuerySet[User]:
    """Everybody of Customer Relations who covers `unit`, by name."""
    return people_at(unit, permissions.TEAM_ROLES)


def people_at(unit: Unit, roles: Iterable[str]) -> QuerySet[User]:
    """Active people who hold one of `roles` at `unit`, above it or for the whole council, by name."""
    above = [int(part) for part in unit.path.split("/") if part]
    grants = Grant.objects.in_force().filter(role__in=list(roles), user=OuterRef("pk"))
    there = grants.filter(unit__in=above) | grants.filter(unit__isnull=True)
    return User.objects.active().filter(Exists(there)).order_by("name", "pk")


def case_people(but: User) -> Choices:
    """Active people who may read cases somewhere, for a list: Customer Relations first, each by name with the roles
    they do so by. Not `but` themselves. One query, of words only: there may be hundreds."""
    held = Grant.objects.in_force().filter(role__in=permissions.READING_ROLES, user__is_active=True)
    rows = held.exclude(user=but).order_by(F("unit__path").asc(nulls_first=True), "pk")
    people: dict[int, tuple[str, list[tuple[str, str | None]]]] = {}
    for pk, name, role, unit in rows.values_list("user", "user__name", "role", "unit__name"):
        people.setdefault(pk, (name, []))[1].append((role, unit))

    def place(pk: int) -> tuple[bool, str, int]:
        name, grants = people[pk]
        return not any(role in permissions.TEAM_ROLES for role, _ in grants), name.casefold(), pk

    def said(name: str, grants: list[tuple[str, str | None]]) -> str:
        return f"{name}, {'; '.join(said_of_grant(role, unit) for role, unit in grants)}"

    return [(str(pk), said(*people[pk])) for pk in sorted(people, key=place)]


def entries(lists: Iterable[str], chosen: Iterable[Entry] = ()) -> dict[str, list[Entry]]:
    """What can be chosen from each of `lists` now, in its order, and those of `chosen` that no longer can: what was
    chosen keeps them. One query."""
    found: dict[str, list[Entry]] = {list_: [] for list_ in lists}
    for entry in Entry.objects.current(*found):
        found[entry.list].append(entry)
    known = {entry.pk for there in found.values() for entry in there}
    for entry in chosen:
        if entry.list in found and entry.pk not in known:
            found[entry.list].append(entry)
    return found


def entry_choices(there: Iterable[Entry], nothing: str = "") -> Choices:
    """Entries for a select, radios or checkboxes, by number in the database."""
    first: Choices = [("", nothing)] if nothing else []
    return first + [(str(entry.pk), entry.name) for entry in there]
