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


def stuck(stages: Iterable[Stage]) -> set[int]:
    """Those of `stages`, by number, that are of a restricted case and wait for something that nobody on its list may do
    in their own right, as `queue.is_for` decides for one person. Three queries, where any is restricted."""
    waiting = [stage for stage in stages if stage.case.restricted and stage.turn_verb]
    if not waiting:
        return set()
    turns = Task.objects.filter(kind=Task.Kind.TURN, stage__in=waiting).select_related("unit")
    readers: dict[int, set[int]] = {}
    for row in CaseReader.objects.filter(case__in={stage.case_id for stage in waiting}):
        readers.setdefault(row.case_id, set()).add(row.user_id)
    everybody = {pk for people in readers.values() for pk in people}
    held: dict[int, list[Grant]] = {}
    for grant in (
        Grant.objects.in_force().filter(user__in=everybody, user__is_active=True).select_related("unit")
    ):
        held.setdefault(grant.user_id, []).append(grant)
    return {task.stage_id for task in turns if not _any_can(task, readers.get(task.case_id, set()), held)}


def _any_can(task: Task, readers: set[int], held: dict[int, list[Grant]]) -> bool:
    grants = (grant for person in readers for grant in held.get(person, ()))
    return any(is_for(task, grant.user_id, grant.role, grant.unit) for grant in grants)


def opener(user: User, stages: Iterable[Stage], *, now: datetime) -> Authority | None:
    """By what `user`, who is on its list, may put others on the list of a restricted case, of which `stages` are all:
    like every act on a case as a whole it is done to any stage that offers it. None: they may not."""
    found = (permissions.authority(user, Verb.RESTRICT, one, now=now) for one in acting_stages(list(stages)))
    return next((authority for authority in found if authority), None)


def to_be_opened(user: User, *, now: datetime) -> list[tuple[Stage, Standing]]:
    """The stages of restricted cases on whose list `user` is that nobody on it can carry on, and by what `user` may put
    somebody there who can. A constant number of queries."""
    mine = permissions.visible_cases(user, now=now).filter(restricted=True, readers__user=user)
    waiting = Stage.objects.filter(case__in=mine, closed_at__isnull=True).values("case")
    rows = with_types(Stage.objects.filter(case__in=waiting).order_by("number"))
    by_case: dict[int, list[Stage]] = {}
    for stage in rows.select_related("case").prefetch_related("case__case_units__unit"):
        by_case.setdefault(stage.case_id, []).append(stage)
    open_ = [stage for stages in by_case.values() for stage in stages if stage.closed_at is None]
    nobody = stuck(open_)
    return [
        (stage, authority.standing)
        for stage in open_
        if stage.pk in nobody and (authority := opener(user, by_case[stage.case_id], now=now))
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
