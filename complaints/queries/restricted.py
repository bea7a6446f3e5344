"""Restricted cases that nobody on their list can carry on: what waits there would be found by nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q

from accounts.models import Grant, Unit, User
from accounts.roles import Role
from accounts.seats import Standing
from complaints import permissions
from complaints.models import Case, CaseReader, Stage, Task
from complaints.permissions import Authority
from complaints.queries.cases import with_types
from complaints.queries.queue import is_for
from complaints.queries.stages import acting_stages
from complaints.workflow import Verb
from slas.core.wording import listed as listed_names


def stuck(turns: Iterable[Task]) -> set[int]:
    """The stages, by number, of those next steps of restricted cases that nobody on the list may do in their own right,
    as `queue.is_for` decides for one person. One query, where there are any."""
    turns = list(turns)
    if not turns:
        return set()
    listed = CaseReader.objects.filter(
        case__in={task.case_id for task in turns},
        user__is_active=True,
        user__grants__isnull=False,
        user__grants__revoked_at__isnull=True,
    )
    held: dict[int, list[tuple[int, str, Unit | None]]] = {}
    for case, user, role, path in listed.values_list(
        "case_id", "user_id", "user__grants__role", "user__grants__unit__path"
    ):
        held.setdefault(case, []).append((user, role, Unit(path=path) if path else None))
    return {
        task.stage_id for task in turns if not any(is_for(task, *seat) for seat in held.get(task.case_id, ()))
    }


def opener(user: User, stages: Iterable[Stage], *, now: datetime) -> Authority | None:
    """By what `user`, who is on its list, may put others on the list of a restricted case, of which `stages` are all:
    like every act on a case as a whole it is done to any stage that offers it. None: they may not."""
    found = (permissions.authority(user, Verb.RESTRICT, one, now=now) for one in acting_stages(list(stages)))
    return next((authority for authority in found if authority), None)


def to_be_opened(user: User, *, now: datetime) -> list[tuple[Stage, Standing]]:
    """The stages of restricted cases on whose list `user` is that nobody on it can carry on, and by what `user` may put
    somebody there who can. Two queries, and more where there are any."""
    mine = permissions.visible_stages(user, now=now).filter(closed_at__isnull=True).filter(hidden=True)
    turns = Task.objects.filter(kind=Task.Kind.TURN, hidden=True, stage__in=mine)
    nobody = stuck(turns.select_related("unit", "person"))
    if not nobody:
        return []
    rows = with_types(Stage.objects.filter(case__stages__in=nobody).distinct().order_by("number"))
    by_case: dict[int, list[Stage]] = {}
    for stage in rows.select_related("case").prefetch_related("case__case_units__unit"):
        by_case.setdefault(stage.case_id, []).append(stage)
    return [
        (stage, authority.standing)
        for stages in by_case.values()
        for stage in stages
        if stage.pk in nobody and (authority := opener(user, stages, now=now))
    ]


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
