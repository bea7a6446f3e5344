"""Who may see which case, and what they may do to it. Decided here and nowhere else.

A role at a unit reaches every case that a unit at or below it works on. A restricted case is reached only by
the people on its named list, and never through cover. What may be done is in the move table of the stage.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Unit, User
from accounts.roles import Role
from accounts.seats import Standing, standings
from complaints.models import Case, CaseReach, Document, Note, Stage
from complaints.moves import CASE_ROLES, table_of
from complaints.workflow import Move, Verb

READING_ROLES: tuple[str, ...] = (*CASE_ROLES, Role.AUDITOR.value)
"""Whoever holds one of these at a unit may read its cases. An administrator may not by that role alone."""
TEAM_ROLES: tuple[str, ...] = (
    Role.CR_OFFICER.value,
    Role.SENIOR_CR_OFFICER.value,
    Role.CR_MANAGER.value,
)
"""The Customer Relations Team: who logs contacts and sees the notes for the team only."""


@dataclass(frozen=True)
class Authority:
    """That somebody may make `move`, by `standing`: their own, or that of whom they cover."""

    move: Move
    standing: Standing

    @property
    def for_whom(self) -> User | None:
        return self.standing.for_whom


def standings_of(user: User, *, now: datetime | None = None) -> tuple[Standing, ...]:
    """What `user` may act as today, own roles first. Read once for each time the person is loaded and day."""
    on = timezone.localdate(now)
    kept: dict[date, tuple[Standing, ...]] = user.__dict__.setdefault("_standings", {})
    if on not in kept:
        kept[on] = standings(user, on=on)
    return kept[on]


def afresh(user: User) -> User:
    """`user` as they stand in the database now: an action does not trust what a page read before."""
    return User.objects.get(pk=user.pk)


def visible_cases(user: User, *, now: datetime | None = None) -> QuerySet[Case]:
    """The cases `user` may open. Every page, list, count, download and export begins here."""
    reading = [s for s in standings_of(user, now=now) if s.role in READING_ROLES]
    if not user.is_active or not reading:
        return Case.objects.none()
    names = {"of_case": "pk", "unit": "unit", "restricted": "restricted"}
    return Case.objects.filter(_seen(user, reading, _below(reading), **names))


def hidden_cases(user: User) -> QuerySet[Case]:
    """The restricted cases whose list `user` is not on: to be counted, never shown."""
    listed = CaseReach.objects.filter(case=OuterRef("pk"), holder=-user.pk)
    return Case.objects.filter(~Exists(listed), restricted=True)


def visible_stages(
    user: User, *, now: datetime | None = None, units: Collection[Unit] | None = None
) -> QuerySet[Stage]:
    """The stages of the cases `user` may open: of `visible_cases`, without reading the cases. `units`: every unit there
    is, where a page has read them; by number the database finds them in an index."""
    reading = [s for s in standings_of(user, now=now) if s.role in READING_ROLES]
    if not user.is_active or not reading:
        return Stage.objects.none()
    names = {"of_case": "case", "unit": "case_unit", "restricted": "hidden"}
    return Stage.objects.filter(_seen(user, reading, _below(reading, units), **names))


def _seen(
    user: User,
    reading: list[Standing],
    below: QuerySet[Unit] | list[int],
    *,
    of_case: str,
    unit: str,
    restricted: str,
) -> Q:
    """What `user` sees by these standings, which reach the units `below`, of a table that has the case, its unit, and
    whether it is `apart` and restricted under these names. Where the case's unit does not say it, its reach does."""
    reach = CaseReach.objects.filter(case=OuterRef(of_case))
    if any(s.unit is None for s in reading):
        return Q(**{restricted: False}) | Q(Exists(reach.filter(holder=-user.pk)))
    here = Q(**{"apart": False, restricted: False, f"{unit}__in": below})
    return here | Q(Exists(reach.filter(holder__in=_holders(user, reading)))) & Q(apart=True)


def _holders(user: User, reading: Iterable[Standing]) -> list[int]:
    """What `user` reaches cases from that are apart: their units, and their own place on lists."""
    return [-user.pk, *sorted({int(s.unit.path.split("/")[-2]) for s in reading if s.unit})]


def _below(reading: Iterable[Standing], units: Collection[Unit] | None = None) -> QuerySet[Unit] | list[int]:
    """The units at or below those of `reading`, by number where every unit was read before."""
    tops = {s.unit.path: s.unit for s in reading if s.unit}
    if units is None:
        return Unit.objects.at_or_below(tops)
    return [unit.pk for unit in units if any(top.covers(unit) for top in tops.values())]


def sees(user: User, case: Case, *, now: datetime | None = None) -> bool:
    """Whether `user` may open `case`."""
    return visible_cases(user, now=now).filter(pk=case.pk).exists()


def authority(user: User, verb: str, stage: Stage, *, now: datetime | None = None) -> Authority | None:
    """By what `user`, who sees the case, may do `verb` to `stage` in the state it is in; None: they may not.

    What a co-working unit may do (whatever a move table opens to `anyone`, and its own contribution) is asked at
    any unit of the case; the rest at the unit the stage is allocated to.
    """
    move = table_of(stage.type).move(stage.state, verb)
    if move is None:
        return None
    units = [stage.unit]
    if set(move.roles) >= set(CASE_ROLES) or verb == Verb.CONTRIBUTE:
        units += units_of(stage.case)
    for standing in standings_of(user, now=now):
        if standing.for_whom is not None and stage.case.restricted:
            continue
        if allows(standing, move.roles, units):
            return Authority(move, standing)
    return None


def units_of(case: Case) -> list[Unit]:
    """The units that work on a case. No query where it is known that they are its own and no other."""
    if not getattr(case, "has_other_units", True):
        return [case.unit]
    return [row.unit for row in case.case_units.all()]


def allows(standing: Standing, roles: Iterable[str], units: Iterable[Unit]) -> bool:
    """Whether `standing` reaches one of `units` in one of `roles`, or in a role that includes it."""
    if not standing.role.includes & {Role(role) for role in roles}:
        return False
    return standing.unit is None or any(standing.unit.covers(unit) for unit in units)


def can(user: User, verb: str, stage: Stage, *, now: datetime | None = None) -> bool:
    """Whether `user` may do `verb` to `stage` now."""
    return sees(user, stage.case, now=now) and authority(user, verb, stage, now=now) is not None


def verbs_for(user: User, stage: Stage, *, now: datetime | None = None) -> tuple[Authority, ...]:
    """All that `user`, who sees the case, may do to `stage` now, in the order of its move table."""
    found = (authority(user, move.verb, stage, now=now) for move in table_of(stage.type).moves(stage.state))
    return tuple(a for a in found if a is not None)


def in_team(user: User, unit: Unit | None = None, *, now: datetime | None = None) -> bool:
    """Whether `user` is of the Customer Relations Team; with `unit`, whether there."""
    return any(
        s.role in TEAM_ROLES and (unit is None or s.unit is None or s.unit.covers(unit))
        for s in standings_of(user, now=now)
    )


def in_team_of(user: User, case: Case, *, now: datetime | None = None) -> bool:
    """Whether `user` is of the Customer Relations Team for `case`: a restricted one only in their own right."""
    return any(
        s.role in TEAM_ROLES and (s.unit is None or s.unit.covers(case.unit))
        for s in standings_of(user, now=now)
        if s.for_whom is None or not case.restricted
    )


def team_among(people: Iterable[User], unit: Unit, *, now: datetime | None = None) -> bool:
    """Whether any of `people` is of the Customer Relations Team at `unit` in their own right, and so can carry on a
    restricted case whose list they are. A deputy cannot."""
    return any(
        allows(standing, TEAM_ROLES, [unit])
        for person in people
        for standing in standings_of(person, now=now)
        if standing.for_whom is None
    )


def visible_notes(user: User, case: Case, *, now: datetime | None = None) -> QuerySet[Note]:
    """The notes on a case that `user` sees it with: those for the team only, only for the team."""
    notes = Note.objects.filter(case=case)
    return notes if in_team_of(user, case, now=now) else notes.filter(team_only=False)


def visible_documents(user: User, *, now: datetime | None = None) -> QuerySet[Document]:
    """The documents of every case `user` sees, less those for the team only where they are not of it."""
    team = [s for s in standings_of(user, now=now) if s.role in TEAM_ROLES]
    own = [s for s in team if s.for_whom is None]
    for_the_team = _of(own) | _of(team) & Q(case__restricted=False)
    return Document.objects.filter(Q(team_only=False) | for_the_team, case__in=visible_cases(user, now=now))


def _of(team: list[Standing]) -> Q:
    """What is of a case at a unit that any of `team` reaches."""
    if any(s.unit is None for s in team):
        return Q(pk__isnull=False)
    return Q(case__unit__in=_below(team)) if team else Q(pk__in=[])
