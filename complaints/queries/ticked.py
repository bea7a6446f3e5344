"""Lines that somebody ticked, and who they can be given to."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Grant, User
from complaints import permissions
from complaints.models import CaseUnit, Stage
from complaints.moves import table_of
from complaints.queries.allocating import answering_roles
from complaints.queries.line_views import with_all
from complaints.queries.lines import Show, in_order, lines, sort_of
from complaints.workflow import Verb


def ticked_lines(user: User, ticked: Iterable[int], *, now: datetime) -> list[Stage]:
    """The open stages with these numbers in the database, of those `user` may see, the earliest due first. Two
    queries."""
    units = Prefetch("case__case_units", CaseUnit.objects.select_related("unit"))
    found = lines(user, Show.WORK, now=now).filter(pk__in=list(ticked))
    return list(with_all(in_order(found, Show.WORK, sort_of(Show.WORK, ""))).prefetch_related(units))


def giving_verb(stage: Stage) -> Verb:
    """What gives a stage to somebody who answers it, in the state it is in: allocating, the first time."""
    return Verb.ALLOCATE if table_of(stage.type).move(stage.state, Verb.ALLOCATE) else Verb.REALLOCATE


def officers_for(stages: Sequence[Stage], by: User, *, now: datetime) -> QuerySet[User]:
    """Who could be the officer of any of `stages` that `by` may name one for."""
    mine = [s for s in stages if permissions.authority(by, Verb.TAKE_ON, s, now=now)]
    return _holders(set(permissions.TEAM_ROLES), mine)


def responders_for(stages: Sequence[Stage], by: User, *, now: datetime) -> QuerySet[User]:
    """Who could answer any of `stages` that `by` may give to somebody, where they are."""
    mine = [s for s in stages if permissions.authority(by, giving_verb(s), s, now=now)]
    return _holders({role for stage in mine for role in answering_roles(stage.type)}, mine)


def _holders(roles: set[str], stages: Sequence[Stage]) -> QuerySet[User]:
    """Active people who hold one of `roles` at or above the unit of any of `stages`; which of them fit which stage, the
    action decides."""
    if not stages:
        return User.objects.none()
    above = {int(part) for stage in stages for part in stage.unit.path.split("/") if part}
    grants = Grant.objects.in_force().filter(user=OuterRef("pk"), role__in=roles)
    there = grants.filter(Q(unit__isnull=True) | Q(unit__in=above))
    return User.objects.active().filter(Exists(there)).order_by("name", "pk")
