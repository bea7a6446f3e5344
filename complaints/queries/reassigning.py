"""Somebody's open work, for whoever gives it to others: they are ill, or they have left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Grant, Unit, User
from accounts.roles import Role
from complaints import permissions
from complaints.models import Case, Stage, Task
from complaints.moves import CASE_ROLES, table_of
from complaints.queries.allocating import answering_roles
from complaints.queries.cases import with_types
from complaints.queries.queue import is_for
from complaints.workflow import Verb

REASSIGNERS = (
    Role.SENIOR_CR_OFFICER,
    Role.CR_MANAGER,
    Role.SERVICE_MANAGER,
    Role.ASSISTANT_DIRECTOR,
)
"""Who may give the work of others away in bulk, as far as each case lets them."""
Part = tuple[Stage, Verb]
Seats = dict[int, list[tuple[Role, str]]]
"""What those who can sign in may do on cases, by person: each role with the path at or below which ('' is the whole
council)."""


@dataclass(frozen=True)
class Work:
    """What somebody has open in a case, and may be given to somebody else: the stages, each with the verb that does
    it."""

    case: Case
    parts: tuple[Part, ...]

    @property
    def is_officer(self) -> bool:
        return any(verb is Verb.TAKE_ON for _, verb in self.parts)

    @property
    def answers(self) -> list[Stage]:
        return [stage for stage, verb in self.parts if verb is Verb.REALLOCATE]


def reassigns(user: User, *, now: datetime) -> bool:
    """Whether `user` may give the work of others away, in their own right or for whom they cover."""
    return any(s.role in REASSIGNERS for s in permissions.standings_of(user, now=now))


def parts_of(case: Case, absent: User, by: User, *, now: datetime) -> list[Part]:
    """What `absent` has open in `case` that `by` may give to somebody else, as it stands now."""
    stages = _open(by, now).filter(_theirs(absent), case=case)
    return [part for stage in stages.order_by("number") for part in _parts(stage, absent.pk, by, now)]


def work_of(absent: User, by: User, *, now: datetime) -> list[Work]:
    """All that `absent` has open and `by` sees and may give to somebody else, case by case; the earliest due first."""
    stages = _open(by, now).filter(_theirs(absent))
    rows = stages.order_by(F("turn_due_at").asc(nulls_last=True), "case__received_on", "pk")
    found: dict[int, list[Part]] = {}
    cases: dict[int, Case] = {}
    for stage in rows:
        cases[stage.case_id] = stage.case
        found.setdefault(stage.case_id, []).extend(_parts(stage, absent.pk, by, now))
    return [Work(cases[pk], tuple(parts)) for pk, parts in found.items() if parts]


def _open(by: User, now: datetime) -> QuerySet[Stage]:
    return with_types(permissions.visible_stages(by, now=now).filter(closed_at__isnull=True)).select_related(
        "case"
    )


def _theirs(absent: User) -> Q:
    return Q(officer=absent) | Q(responder=absent)


def _parts(stage: Stage, absent: int, by: User, now: datetime) -> list[Part]:
    wanted = [(stage.officer_id, Verb.TAKE_ON), (stage.responder_id, Verb.REALLOCATE)]
    return [
        (stage, verb)
        for person, verb in wanted
        if person == absent
        and table_of(stage.type).move(stage.state, verb)
        and permissions.authority(by, verb, stage, now=now)
    ]


def absent_people(by: User, *, now: datetime) -> QuerySet[User]:
    """Everybody with open work in a case `by` sees, those who can no longer sign in too, by name."""
    stages = permissions.visible_stages(by, now=now).filter(closed_at__isnull=True).order_by()
    return User.objects.filter(
        Q(pk__in=stages.values("officer")) | Q(pk__in=stages.values("responder"))
    ).order_by("name", "pk")


def may_take_over(works: Iterable[Work], absent: User) -> QuerySet[User]:
    """Who might take over some of `works`: the rules of each case decide. One query, and its answer one more."""
    roles: set[str] = set()
    above: set[int] = set()
    for work in works:
        for stage, verb in work.parts:
            roles.update(permissions.TEAM_ROLES if verb is Verb.TAKE_ON else answering_roles(stage.type))
            above.update(int(part) for part in stage.unit.path.split("/") if part)
    grants = Grant.objects.in_force().filter(user=OuterRef("pk"), role__in=roles)
    there = grants.filter(Q(unit__isnull=True) | Q(unit__in=above))
    return User.objects.active().filter(Exists(there)).exclude(pk=absent.pk).order_by("name", "pk")


@dataclass(frozen=True)
class LeftBehind:
    """Open work of somebody who cannot do it any more: `cases` is how many `Work` there are for the viewer."""

    person: User
    cases: int

    @property
    def why(self) -> str:
        return "no longer works there" if self.person.is_active else "can no longer sign in"


def left_behind(by: User, seats: Seats, *, now: datetime) -> list[LeftBehind]:
    """The open work nobody would find, of those `by` may give to others: its person can no longer sign in, or holds no
    role there any more. By name. Two queries, and one more where there is any."""
    stages = permissions.visible_stages(by, now=now).filter(closed_at__isnull=True).order_by()
    holders = {
        (person, unit, path)
        for column in ("officer", "responder")
        for person, unit, path in stages.values_list(column, "unit", "unit__path").distinct()
        if person is not None
    }
    gone = {(p, u) for p, u, path in holders if not any(path.startswith(top) for _, top in seats.get(p, ()))}
    if not gone:
        return []
    people, units = {person for person, _ in gone}, {unit for _, unit in gone}
    theirs = Q(officer__in=people) | Q(responder__in=people)
    cases: dict[User, set[int]] = {}
    for stage in _open(by, now).filter(theirs, unit__in=units):
        for person in (stage.officer, stage.responder):
            if person and (person.pk, stage.unit_id) in gone and _parts(stage, person.pk, by, now):
                cases.setdefault(person, set()).add(stage.case_id)
    found = [LeftBehind(person, len(ids)) for person, ids in cases.items()]
    return sorted(found, key=lambda left: (left.person.name.casefold(), left.person.pk))


def all_seats() -> Seats:
    """What everybody who can sign in may do on cases. One query."""
    grants = Grant.objects.in_force().filter(user__is_active=True, role__in=CASE_ROLES)
    found: Seats = {}
    for person, role, path in grants.values_list("user_id", "role", "unit__path"):
        found.setdefault(person, []).append((Role(role), path or ""))
    return found


@dataclass(frozen=True)
class Unheld:
    """Open stages left to a unit where nobody may do what is next: `role` is what is waited for. `wrote`: whoever holds
    it there wrote the draft, or took part before; else nobody holds it who can sign in."""

    unit: Unit
    role: Role
    wrote: bool
    stages: tuple[Stage, ...]


def unheld(by: User, seats: Seats, *, now: datetime) -> list[Unheld]:
    """What waits for a role at a unit where nobody may do it, of the cases `by` may give to others; by unit. A constant
    number of queries."""
    barred = _barred(seats)
    waiting = (
        permissions.visible_stages(by, now=now)
        .filter(closed_at__isnull=True)
        .filter(turn_person__isnull=True, hidden=False)
    )
    turns = set(waiting.exclude(turn_role="").order_by().values_list("turn_role", "turn_unit").distinct())
    nobody = _nobody_at(turns, seats)
    if not barred and not nobody:
        return []
    empty = Q(pk__in=barred)
    for role, units in nobody.items():
        empty |= Q(turn_role=role, turn_unit__in=units)
    stages = _open(by, now).filter(empty, turn_person__isnull=True, hidden=False).exclude(turn_role="")
    found: dict[tuple[Unit, Role, bool], list[Stage]] = {}
    for stage in stages.select_related("turn_unit").order_by(
        "turn_unit__name", "turn_unit", "turn_role", "case__received_on", "case"
    ):
        authority = permissions.authority(by, Verb.REALLOCATE, stage, now=now)
        if authority and stage.turn_unit:
            key = (stage.turn_unit, Role(stage.turn_role), stage.pk in barred)
            found.setdefault(key, []).append(stage)
    return [Unheld(*key, tuple(stages)) for key, stages in found.items()]


def _nobody_at(turns: Iterable[tuple[str, int | None]], seats: Seats) -> dict[str, list[int]]:
    """Those of these roles and units where nobody who can sign in does the work of the role, by role. One query."""
    turns = list(turns)
    paths = dict(Unit.objects.filter(pk__in={unit for _, unit in turns}).values_list("pk", "path"))
    held = {seat for some in seats.values() for seat in some}
    found: dict[str, list[int]] = {}
    for role, unit in turns:
        does = (path for has, path in held if Role(role) in has.includes)
        if unit is not None and not any(paths[unit].startswith(path) for path in does):
            found.setdefault(role, []).append(unit)
    return found


def _barred(seats: Seats) -> set[int]:
    """The stages, by number, that wait for a decision that everybody who holds its role there may not take. One
    query."""
    rows = Task.objects.filter(kind=Task.Kind.TURN, person__isnull=True).exclude(not_by="")
    held = [
        (who, role, Unit(path=path) if path else None) for who, some in seats.items() for role, path in some
    ]
    return {
        row.stage_id for row in rows.select_related("unit") if not any(is_for(row, *seat) for seat in held)
    }
