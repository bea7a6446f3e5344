"""Who a stage can be given to, and by which day its draft can be asked for."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Grant, Unit, User
from accounts.roles import Role
from complaints.models import Case, Deadline, Stage, StageType
from complaints.moves import CASE_ROLES, table_of
from complaints.queries import choices
from complaints.workflow import Move, Verb
from slas.core.calendar import london_date
from slas.service.stages import terms_of

SERVICE_ROLES = frozenset(Role.SERVICE_MANAGER.includes)
"""Whose turns are those of the person who answers a stage."""
MOST_DAYS_BEFORE = 10
"""The earliest that a draft can be asked for: so many working days before the formal date."""

Groups = list[tuple[str, list[tuple[str, str]]]]


def service_turns(type_: StageType) -> list[Move]:
    """The turns of a stage that are the answering person's."""
    table = table_of(type_)
    found = (table.turn(state) for state in table.states)
    return [move for move in found if move is not None and Role(move.roles[0]) in SERVICE_ROLES]


def answering_roles(type_: StageType) -> tuple[str, ...]:
    """The roles a stage can be given to: those that may take every turn the answering person has in it. Where they
    have none, all that work on cases."""
    turns = service_turns(type_)
    return tuple(role for role in CASE_ROLES if all(Role(role).includes & set(move.roles) for move in turns))


def waited_roles(type_: StageType) -> tuple[str, ...]:
    """The roles that are waited for where a stage is left to a unit: those that do the work of the first role of every
    turn the answering person has."""
    turns = service_turns(type_)
    return tuple(
        role for role in CASE_ROLES if all(Role(move.roles[0]) in Role(role).includes for move in turns)
    )


def contributing_roles(stage: Stage) -> tuple[str, ...]:
    """The roles that may contribute to a stage, in the state it is in."""
    move = table_of(stage.type).move(stage.state, Verb.CONTRIBUTE)
    return tuple(role for role in CASE_ROLES if move and Role(role).includes & set(move.roles))


def takers(case: Case, roles: Iterable[str], unit: Unit) -> QuerySet[User]:
    """Who can be given work of `unit` in `case`: they hold one of `roles` there or above it, and may open the case."""
    people = choices.people_at(unit, roles)
    return people.filter(pk__in=case.readers.values("user")) if case.restricted else people


def takers_at(case: Case, roles: Iterable[str], units: Iterable[Unit]) -> QuerySet[User]:
    """Who can be given work of any of `units`, by name."""
    grants = _grants(case, roles, units).filter(user=OuterRef("pk"))
    return User.objects.active().filter(Exists(grants)).order_by("name", "pk")


def people_by_unit(case: Case, roles: Iterable[str], units: Iterable[Unit]) -> Groups:
    """The same people for a select: each below the unit they hold the role at, in the order of the tree. One query."""
    grants = _grants(case, roles, units).filter(user__is_active=True).select_related("user", "unit")
    found: dict[str, dict[str, str]] = {}
    for grant in grants.order_by("unit__path", "user__name", "user_id"):
        where = grant.unit.name if grant.unit else "The whole council"
        found.setdefault(where, {})[str(grant.user_id)] = grant.user.name
    return [(where, list(people.items())) for where, people in found.items()]


def _grants(case: Case, roles: Iterable[str], units: Iterable[Unit]) -> QuerySet[Grant]:
    """The grants by which somebody does one of `roles` at any of `units`, and may open the case."""
    above = {int(part) for unit in units for part in unit.path.split("/") if part}
    grants = Grant.objects.in_force().filter(role__in=list(roles))
    grants = grants.filter(Q(unit__isnull=True) | Q(unit__in=above))
    return grants.filter(user__in=case.readers.values("user")) if case.restricted else grants


def headline_of(stage: Stage) -> Deadline | None:
    """The open deadline a stage is judged by."""
    return Deadline.objects.filter(stage=stage, headline=True, live=True).first()


def draft_days(stage: Stage, headline: Deadline, *, now: datetime) -> list[tuple[int, date | None]]:
    """By when the draft of `stage` can be asked for: so many working days before the formal date, with the day that
    makes, none of them past. The formal date itself always can. Without days while that date is not known."""
    version = stage.type.sla_version
    if version is None or headline.due_on is None:
        return [(days, None) for days in range(MOST_DAYS_BEFORE + 1)]
    calendar = terms_of([version])[version.pk].calendar
    days = [(0, headline.due_on)]
    for count in range(1, MOST_DAYS_BEFORE + 1):
        day = calendar.add(headline.due_on, -count)
        if day < london_date(now):
            break
        days.append((count, day))
    return [*days]


def nearest(options: Iterable[tuple[int, date | None]], wanted: int) -> int:
    """The most of the days offered that is not more than `wanted`."""
    return max((days for days, _ in options if days <= wanted), default=0)
