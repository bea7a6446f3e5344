"""Restricted cases that nobody on their list can carry on: what waits there would be found by nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q

from accounts.models import Grant, Unit, User
from accounts.roles import Role
from accounts.seats import Standing
from complaints import permissions
from complaints.models import Case, CaseReader, Stage
from complaints.moves import table_of
from complaints.queries.cases import with_types
from complaints.workflow import Verb
from slas.core.wording import listed as listed_names


def stuck(stages: Iterable[Stage]) -> set[int]:
    """Those of `stages`, by number, that are of a restricted case and wait for something that nobody on its list may do
    in their own right. Two queries, where any is restricted."""
    waiting = [stage for stage in stages if stage.case.restricted and stage.turn_verb]
    readers: dict[int, set[int]] = {}
    for row in CaseReader.objects.filter(case__in={s.case_id for s in waiting}) if waiting else ():
        readers.setdefault(row.case_id, set()).add(row.user_id)
    held = _held({pk for people in readers.values() for pk in people})
    return {s.pk for s in waiting if not _any_can(s, readers.get(s.case_id, set()), held)}


def _held(people: set[int]) -> dict[int, list[Standing]]:
    """What each of `people` who can sign in may act as in their own right."""
    found: dict[int, list[Standing]] = {}
    grants = (
        Grant.objects.in_force().filter(user__in=people, user__is_active=True)
        if people
        else Grant.objects.none()
    )
    for grant in grants.select_related("unit"):
        found.setdefault(grant.user_id, []).append(Standing(Role(grant.role), grant.unit))
    return found


def _any_can(stage: Stage, readers: set[int], held: dict[int, list[Standing]]) -> bool:
    """As `queries.queue` decides for one person: whom it is named for, else the role it waits for."""
    move = table_of(stage.type).move(stage.state, stage.turn_verb)
    if move is None:
        return False
    named = {person for person in readers if person == stage.turn_person_id}
    return any(
        permissions.allows(standing, move.roles if named else [stage.turn_role], [stage.unit])
        for person in named or readers
        for standing in held.get(person, ())
    )


def to_be_opened(user: User, *, now: datetime) -> list[tuple[Stage, Standing]]:
    """The stages of restricted cases on whose list `user` is that nobody on it can carry on, and by what `user` may put
    somebody there who can. Three queries."""
    stages = with_types(
        Stage.objects.filter(
            case__restricted=True,
            case__readers__user=user,
            case__in=permissions.visible_cases(user, now=now),
            closed_at__isnull=True,
        ).exclude(turn_verb="")
    )
    rows = list(stages.select_related("case").prefetch_related("case__case_units__unit"))
    nobody = stuck(rows)
    found = []
    for stage in rows:
        authority = permissions.authority(user, Verb.RESTRICT, stage, now=now) if stage.pk in nobody else None
        if authority:
            found.append((stage, authority.standing))
    return found


@dataclass(frozen=True)
class Locked:
    """An open restricted case whose list has nobody left of the Customer Relations Team; `names` are those on it.
    Besides those and its unit nothing of it may be told to somebody who is not on it."""

    case: Case
    names: tuple[str, ...]

    @property
    def people(self) -> str:
        return listed_names(self.names) or "nobody"


def locked(by: User, *, now: datetime) -> list[Locked]:
    """The open restricted cases at a unit whose Customer Relations Manager `by` is, that nobody of the team who can
    sign in may open any more; the oldest first. Two queries."""
    own = [
        s for s in permissions.standings_of(by, now=now) if s.role is Role.CR_MANAGER and s.for_whom is None
    ]
    if not own:
        return []
    units = Unit.objects.at_or_below({s.unit.path for s in own if s.unit})
    mine = Q() if any(s.unit is None for s in own) else Q(unit__in=units)
    listed = CaseReader.objects.filter(case=OuterRef(OuterRef("pk"))).values("user")
    team = Grant.objects.in_force().filter(
        user__is_active=True, user__in=listed, role__in=permissions.TEAM_ROLES
    )
    there = team.alias(at=ExpressionWrapper(OuterRef("unit__path"), CharField())).filter(
        Q(unit__isnull=True) | Q(at__startswith=F("unit__path"))
    )
    cases = Case.objects.filter(mine, ~Exists(there), restricted=True, closed_at__isnull=True)
    rows = cases.select_related("unit").prefetch_related("readers__user").order_by("received_on", "pk")
    return [Locked(case, tuple(sorted(str(r.user) for r in case.readers.all()))) for case in rows]
