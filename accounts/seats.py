"""What somebody may act as on a day: the roles they hold, and those of the people they stand in for.

Cover passes on case work: every role in `CASE_ROLES` that the absent person holds, at its own unit. It does not
pass on the roles of administrator and auditor, nor what the absent person has only by standing in for somebody
else (cover is not passed on twice), nor anything of somebody who has been deactivated. Whether a restricted case
may be seen is decided where cases are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Cover, Grant, Unit, User, in_order
from accounts.roles import CASE_ROLES, Role


@dataclass(frozen=True)
class Standing:
    """That somebody may act as `role` at `unit` and below (None: the whole council), in their own right or,
    where `for_whom` is named, 'for' that person: the `on_behalf_of` of what they do by it."""

    role: Role
    unit: Unit | None
    for_whom: User | None = None

    def allows(self, role: Role, unit: Unit | None = None) -> bool:
        """Whether this lets somebody act as `role`; with `unit`, whether there."""
        return role in self.role.includes and (unit is None or self.unit is None or self.unit.covers(unit))


def standings(user: User, *, on: date) -> tuple[Standing, ...]:
    """Everything `user` may act as on the London day `on`: their own roles first, then those of each person
    they stand in for, by name. Nothing for somebody deactivated. One query, however many people they cover;
    it reads the user's own grants too, where they have not been read yet."""
    if not user.is_active:
        return ()
    passed_on = Q(user__in=_absent(user, on), user__is_active=True, role__in=CASE_ROLES)
    known = "grants_in_force" in user.__dict__
    wanted = Grant.objects.in_force().filter(passed_on if known else passed_on | Q(user=user))
    rows = list(
        wanted.select_related("user", "unit").order_by("user__name", "user_id", "role", "unit__name", "pk")
    )
    if not known:
        user.grants_in_force = in_order(grant for grant in rows if grant.user_id == user.pk)
    own = [Standing(Role(grant.role), grant.unit) for grant in user.grants_in_force]
    others = (grant for grant in rows if grant.user_id != user.pk)
    return (*own, *(Standing(Role(grant.role), grant.unit, grant.user) for grant in others))


def allowing(held: Iterable[Standing], role: Role, unit: Unit | None = None) -> tuple[Standing, ...]:
    """Those of `held` by which one may act as `role`; with `unit`, there. For asking about many cases after
    reading `standings` once; the order stays."""
    return tuple(standing for standing in held if standing.allows(role, unit))


def standings_for(user: User, role: Role, unit: Unit | None, on: date) -> tuple[Standing, ...]:
    """How `user` may act as `role` at `unit` (None: anywhere) on the London day `on`: in their own right
    first, then for others; empty when they may not. Queries as `standings`."""
    return allowing(standings(user, on=on), role, unit)


def covered_people(user: User, *, on: date) -> tuple[User, ...]:
    """The people `user` stands in for on the London day `on`, by name: what is their turn is `user`'s turn
    too. None of those deactivated. One query."""
    if not user.is_active:
        return ()
    return tuple(User.objects.active().filter(pk__in=_absent(user, on)).order_by("name", "pk"))


def _absent(deputy: User, on: date) -> QuerySet[Cover, Any]:
    return Cover.objects.in_force(on).of_deputy(deputy).values("absent")
