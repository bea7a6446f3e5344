"""What people choose from: units as a tree, people of a role at a unit, the entries of a list."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from accounts.models import Grant, Unit, User
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


def case_people() -> QuerySet[User]:
    """Active people who may read cases somewhere, by name, each with the roles they do so by as `case_grants`. Two
    queries."""
    held = Grant.objects.in_force().filter(role__in=permissions.READING_ROLES)
    brought = held.select_related("unit").order_by("unit__path", "pk")
    return (
        User.objects.active()
        .filter(Exists(held.filter(user=OuterRef("pk"))))
        .prefetch_related(Prefetch("grants", brought, to_attr="case_grants"))
        .order_by("name", "pk")
    )


def named(people: Iterable[User]) -> Choices:
    """People of `case_people` for a list: Customer Relations first, each with their name and what they are."""
    rows = []
    for person in people:
        grants: list[Grant] = getattr(person, "case_grants", [])
        team = any(grant.role in permissions.TEAM_ROLES for grant in grants)
        what = "; ".join(str(grant) for grant in grants)
        rows.append((not team, person.name.casefold(), (str(person.pk), f"{person}, {what}")))
    return [choice for *_, choice in sorted(rows)]


def entries(list_: str, chosen: Iterable[Entry] = ()) -> list[Entry]:
    """What can be chosen from a list now, in its order, and those of `chosen` that no longer can: what was chosen
    keeps them. One query."""
    there = list(Entry.objects.current(list_))
    known = {entry.pk for entry in there}
    return there + [entry for entry in chosen if entry.list == list_ and entry.pk not in known]


def entry_choices(list_: str, chosen: Iterable[Entry] = (), nothing: str = "") -> Choices:
    """`entries` for a select, radios or checkboxes, by number in the database."""
    first: Choices = [("", nothing)] if nothing else []
    return first + [(str(entry.pk), entry.name) for entry in entries(list_, chosen)]
