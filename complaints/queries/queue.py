"""What waits for somebody, by when.

Every row of `Task` that is somebody's: named for them, or for nobody and for a role they hold at its unit. In their
own right, or for whom they cover; a restricted case is in the queue of nobody but who is on its list, in their own
right.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Unit, User
from accounts.roles import Role
from accounts.seats import Standing
from complaints import permissions
from complaints.models import Case, CaseReader, Task
from complaints.moves import CASE_ROLES
from complaints.workflow import Verb


def waiting(user: User, *, now: datetime) -> QuerySet[Task]:
    """Every task that is `user`'s or of somebody they cover and shows at `now`: the earliest late first, what has no
    date last."""
    left = _left_undone()
    mine = Q(pk__in=[])
    for holder, standings in _by_holder(user, now):
        open_to = Q(hidden=False)
        if holder == user:
            open_to |= Q(Exists(CaseReader.objects.filter(case=OuterRef("case"), user=user)))
        theirs = _theirs(holder, standings, left) & open_to
        # Nor does the deputy of who wrote it.
        mine |= theirs if holder == user else theirs & ~Q(not_by__contains=f" {holder.pk} ")
    own = Q(not_by__contains=f" {user.pk} ")
    return Task.objects.filter(mine, Q(shows_at__isnull=True) | Q(shows_at__lte=now)).exclude(own)


def rows_of(case: Case) -> list[Task]:
    """All that waits in a case, for whomever. One query."""
    return list(Task.objects.filter(case=case).select_related("unit", "person"))


def seat_of(task: Task, user: User, *, now: datetime) -> Standing | None:
    """By what a task of `waiting` is `user`'s: in their own right before for somebody else. None: it is not."""
    if is_barred(task, user.pk):
        return None
    for holder, standings in _by_holder(user, now):
        if task.hidden and holder != user:
            continue
        for standing in standings:
            if is_for(task, holder.pk, standing.role, standing.unit):
                return standing
    return None


def is_for(task: Task, holder: int, role: str, unit: Unit | None) -> bool:
    """Whether `task` is somebody's who is `role` at `unit` (None: everywhere) in their own right: named for them, or
    for nobody and for their role. `holder` is their number. Reads the person of a contribution."""
    if is_barred(task, holder):
        return False
    left = task.kind == Task.Kind.CONTRIBUTION and task.person is not None and not task.person.is_active
    roles = task.able if task.person_id == holder else task.pool if task.person_id is None or left else ""
    return f" {role} " in roles and (unit is None or unit.covers(task.unit))


def is_barred(task: Task, person: int) -> bool:
    """Whether `task` is not for `person`, by number, whatever they hold: nobody decides on what is their own."""
    return f" {person} " in task.not_by


def _by_holder(user: User, now: datetime) -> list[tuple[User, list[Standing]]]:
    """What `user` may act as on cases, by whose standing it is: their own first."""
    found: dict[User, list[Standing]] = {}
    for standing in permissions.standings_of(user, now=now):
        if standing.role in CASE_ROLES:
            found.setdefault(standing.for_whom or user, []).append(standing)
    return list(found.items())


def _left_undone() -> list[int]:
    """Contributions asked of somebody who can no longer sign in: anybody's there."""
    asked = Task.objects.filter(kind=Task.Kind.CONTRIBUTION, person__is_active=False)
    return list(asked.order_by().values_list("pk", flat=True))


def _theirs(holder: User, standings: Iterable[Standing], left: Sequence[int]) -> Q:
    able, pool = Q(pk__in=[]), Q(pk__in=[])
    for standing in standings:
        # An empty Q would not mean 'everywhere' beside another one: it would be left out.
        here = Q(pk__isnull=False)
        if standing.unit is not None:
            here = Q(unit__in=Unit.objects.at_or_below({standing.unit.path}))
        able |= Q(able__contains=f" {standing.role} ") & here
        pool |= Q(pool__contains=f" {standing.role} ") & here
    nobodys = Q(person__isnull=True) | Q(pk__in=left)
    return Q(person=holder) & able | nobodys & pool


def takeable(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Those of `tasks` that somebody can make theirs: what a team has not accepted, and what has no officer."""
    free = tasks.filter(kind=Task.Kind.TURN, person__isnull=True)
    of_the_team = Q(pool__contains=f" {Role.CR_OFFICER} ", stage__officer__isnull=True)
    return free.filter(Q(verb=Verb.ACCEPT, stage__responder__isnull=True) | of_the_team)
