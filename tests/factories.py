"""People, units and grants for tests, made in one line each. Every value can be given; the rest is invented."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from accounts.models import Grant, Unit, User
from accounts.roles import Role, Seat

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday morning
PASSWORD = "lanterns over quiet water"

_numbers = count(1)


def make_unit(name: str = "", *, parent: Unit | None = None, kind: str = "", code: str = "") -> Unit:
    """A unit below `parent`: a directorate at the top, a service below that, else a team."""
    number = next(_numbers)
    kinds = list(Unit.Kind)
    default_kind = kinds[min(len(kinds) - 1, parent.depth + 1 if parent else 0)]
    return Unit.objects.plant(
        kind=kind or default_kind,
        name=name or f"Unit {number}",
        code=code or f"UNIT-{number}",
        parent=parent,
    )


def make_user(name: str = "", *, email: str = "", password: str | None = PASSWORD, **fields: Any) -> User:
    """Somebody who can sign in with PASSWORD and holds no role."""
    number = next(_numbers)
    return User.objects.create_user(
        name=name or f"Person {number}",
        email=email or f"person-{number}@council.example",
        password=password,
        **fields,
    )


def make_grant(user: User, role: Role, unit: Unit | None = None, **fields: Any) -> Grant:
    """`user` holds `role` at `unit`; a role that needs a unit gets one of its own."""
    if unit is None and role.seat is Seat.UNIT:
        unit = make_unit()
    return Grant.objects.create(user=user, role=role, unit=unit, granted_at=NOW, **fields)
