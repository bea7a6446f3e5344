"""A council big enough for many cases, beside the demo's people: made where missing, all of it invented."""

import random
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import actions
from accounts.models import Grant, Unit, User
from accounts.roles import Role
from complaints.demo.many import words
from complaints.demo.people import DOMAIN, UNITS

DIRECTORATE, SERVICE, TEAM = Unit.Kind.DIRECTORATE, Unit.Kind.SERVICE, Unit.Kind.TEAM

MORE_UNITS: list[tuple[str, Unit.Kind, str, str | None]] = [
    ("PLACE", DIRECTORATE, "Place and Environment", None),
    ("EARLY-HELP", SERVICE, "Early Help", "CHILDREN"),
    ("ADMISSIONS", SERVICE, "School Admissions and Attendance", "CHILDREN"),
    ("DISABLED", SERVICE, "Children with Disabilities", "CHILDREN"),
    ("HOSPITAL", SERVICE, "Hospital Social Work", "ADULTS"),
    ("FINANCE-ASC", SERVICE, "Charging and Financial Assessment", "ADULTS"),
    ("HIGHWAYS", SERVICE, "Highways", "PLACE"),
    ("WASTE", SERVICE, "Waste and Recycling", "PLACE"),
    ("LIBRARIES", SERVICE, "Libraries and Registration", "PLACE"),
]
"""Services besides those of the demo: together twelve."""
AREAS = ("North", "South", "East", "West")
TEAMS = 40
PREFIX = "MC-"
"""What the codes of the further teams begin with."""
OFFICERS = {"CHILDREN": 30, "ADULTS": 18, "PLACE": 12}
RESPONDERS = 300
SMALL = 5_000
"""Below so many cases a tenth of the people will do."""
_SEED = 20_261_120


@transaction.atomic
def ensure(*, cases: int, now: datetime) -> int:
    """Make the units and people that are missing for so many cases. Returns how many people were added. None of them
    can sign in."""
    units = _units(now)
    before = User.objects.count()
    _People(units, share=1 if cases >= SMALL else 10, now=now).ensure()
    return User.objects.count() - before


def _units(now: datetime) -> dict[str, Unit]:
    there = {unit.code: unit for unit in Unit.objects.all()}
    for code, kind, name, above in (*UNITS, *MORE_UNITS):
        _unit(there, code, kind, name, above, now)
    services = sorted(code for code, unit in there.items() if unit.kind == SERVICE)
    for n in range(TEAMS):
        if sum(unit.kind == TEAM for unit in there.values()) > TEAMS:
            break
        service, area = services[n % len(services)], AREAS[n // len(services) % len(AREAS)]
        name = f"{there[service].name} {area}"
        _unit(there, f"{PREFIX}{service}-{area.upper()}"[:50], TEAM, name, service, now)
    return there


def _unit(
    there: dict[str, Unit], code: str, kind: Unit.Kind, name: str, above: str | None, now: datetime
) -> None:
    if code not in there:
        parent = there[above] if above else None
        there[code] = actions.add_unit(kind=kind, name=name, code=code, parent=parent, by=None, now=now)


class _People:
    """Adds whom the council lacks, the same people each time."""

    def __init__(self, units: dict[str, Unit], *, share: int, now: datetime) -> None:
        self.units = units
        self.share = share
        self.now = now
        self.rng = random.Random(_SEED)  # noqa: S311 nothing secret
        self.emails = set(User.objects.values_list("email", flat=True))
        held = Grant.objects.in_force().filter(user__is_active=True)
        self.held = list(held.values_list("role", "unit"))

    def ensure(self) -> None:
        directorates = self._of(DIRECTORATE)
        services, teams = self._of(SERVICE), self._of(TEAM)
        for unit in directorates:
            wanted = OFFICERS.get(unit.code, 6) // self.share
            self._fill(Role.CR_OFFICER, unit, max(2, wanted * 4 // 5))
            self._fill(Role.SENIOR_CR_OFFICER, unit, max(1, wanted // 5))
            self._fill(Role.CR_MANAGER, unit, 1)
            self._fill(Role.DIRECTOR, unit, 1)
        for unit in services:
            self._fill(Role.SERVICE_MANAGER, unit, 1)
            self._fill(Role.ASSISTANT_DIRECTOR, unit, 1)
            self._fill(Role.COORDINATOR, unit, 1)
        for unit in teams:
            if unit.code != "CR":
                self._fill(Role.RESPONDER, unit, max(1, RESPONDERS // len(teams) // self.share))

    def _of(self, kind: Unit.Kind) -> list[Unit]:
        return sorted(
            (unit for unit in self.units.values() if unit.kind == kind and not unit.is_retired),
            key=lambda unit: unit.code,
        )

    def _fill(self, role: Role, unit: Unit, wanted: int) -> None:
        there = sum((role.value, unit.pk) == one for one in self.held)
        for _ in range(wanted - there):
            name = self._name()
            actions.add_person(
                name=name,
                email=f"{name.lower().replace(' ', '.')}@{DOMAIN}",
                role=role,
                unit=unit,
                encoded_password=make_password(None),
                must_change_password=False,
                by=None,
                now=self.now,
            )

    def _name(self) -> str:
        """Somebody whose address is not in use."""
        while True:
            name = words.full_name(self.rng)
            email = f"{name.lower().replace(' ', '.')}@{DOMAIN}"
            if email not in self.emails:
                self.emails.add(email)
                return name


class Staff:
    """Who works where, read once: everybody active with their roles, by the unit they hold them at."""

    def __init__(self) -> None:
        self.units = {unit.pk: unit for unit in Unit.objects.current()}
        self.at: dict[tuple[str, int | None], list[User]] = {}
        grants = Grant.objects.in_force().filter(user__is_active=True).select_related("user")
        self.people: dict[int, User] = {}
        for grant in grants.order_by("pk"):
            self.people.setdefault(grant.user_id, grant.user)
            self.at.setdefault((grant.role, grant.unit_id), []).append(grant.user)
        self.teams = sorted(
            (u for u in self.units.values() if u.kind == TEAM and self.doing(Role.RESPONDER, u, above=False)),
            key=lambda unit: unit.code,
        )
        self._doing: dict[tuple[str, int], tuple[User, ...]] = {}

    def above(self, unit: Unit) -> list[int]:
        """The numbers of `unit` and the units above it, the nearest first."""
        return [int(part) for part in reversed(unit.path.split("/")) if part]

    def service_of(self, team: Unit) -> Unit:
        """The unit a contact for `team` is logged for."""
        for pk in self.above(team):
            if pk in self.units and self.units[pk].kind == SERVICE:
                return self.units[pk]
        return team

    def doing(self, role: Role, unit: Unit, *, above: bool = True) -> tuple[User, ...]:
        """Who does the work of `role` at `unit`: those who hold it nearest to it."""
        does = [one.value for one in Role if role in one.includes]
        places: Iterable[int | None] = (*self.above(unit), None) if above else (unit.pk,)
        for place in places:
            found = [user for one in does for user in self.at.get((one, place), ())]
            if found:
                return tuple(dict.fromkeys(found))
        return ()

    def holding(self, role: str, unit: Unit) -> tuple[User, ...]:
        """The same, remembered; nobody for what is no role of ours."""
        key = (role, unit.pk)
        if key not in self._doing:
            self._doing[key] = self.doing(Role(role), unit) if role in Role.values else ()
        return self._doing[key]
