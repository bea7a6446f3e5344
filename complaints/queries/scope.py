"""What a page of counts is about: everything its reader may see, or one unit of it; and the way down and up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from accounts.models import Unit, User
from complaints import permissions
from complaints.models import Stage
from complaints.queries.lines import Show, lines


@dataclass(frozen=True)
class Branch:
    """A row of a table by unit: a unit with all below it, or with `only` what stands on the unit itself. `below` are
    the branches that make it up, where it is divided further."""

    unit: Unit
    only: bool = False
    below: tuple["Branch", ...] = ()

    @property
    def label(self) -> str:
        return f"{self.unit.name} itself" if self.only else self.unit.name

    @property
    def asks(self) -> dict[str, object]:
        return {"unit": self.unit.code, "only": self.only}

    def of(self, own: Mapping[int, list[int]], below: Mapping[int, list[int]]) -> list[int] | None:
        """Its counts, of those by unit and those by unit with all below it."""
        return (own if self.only else below).get(self.unit.pk)


class NoSuchUnit(LookupError):
    """There is no unit with the code that was asked for."""


@dataclass(frozen=True)
class Scope:
    """`tops` are the highest units the reader's roles cover, `whole` whether that is the whole council in their own
    right; `unit` is the one they chose, None at the start."""

    units: tuple[Unit, ...]
    tops: tuple[Unit, ...]
    whole: bool
    unit: Unit | None = None

    @property
    def asks(self) -> dict[str, object]:
        """What every list this page leads to is narrowed by."""
        return {"unit": self.unit.code} if self.unit else {}

    @property
    def start(self) -> str:
        """What the reader begins with, by name."""
        if self.whole:
            return "Whole council"
        return ", ".join(top.name for top in self.tops) or "What you may see"

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else self.start

    @property
    def above(self) -> list[Unit]:
        """The units above the chosen one, below what the reader begins with."""
        chosen = self.unit
        if chosen is None:
            return []
        above = [unit for unit in self.units if unit.covers(chosen) and unit.pk != chosen.pk]
        if not self.whole:
            above = [unit for unit in above if any(top.covers(unit) for top in self.tops)]
            above = [unit for unit in above if [unit.pk] != [top.pk for top in self.tops]]
        return sorted(above, key=lambda unit: unit.depth)

    @property
    def goes_up(self) -> bool:
        """Whether the chosen unit is less than what the reader began with."""
        return self.unit is not None and (self.whole or [self.unit.pk] != [top.pk for top in self.tops])

    def lines(self, user: User, show: Show, *, now: datetime) -> QuerySet[Stage]:
        """The lines `user` may see, of the chosen unit and those below it; all at the start."""
        stages = lines(user, show, now=now, units=self.units)
        if (chosen := self.unit) is None:
            return stages
        return stages.filter(unit__in=[unit.pk for unit in self.units if chosen.covers(unit)])

    @cached_property
    def _children(self) -> Mapping[int | None, list[Unit]]:
        found: dict[int | None, list[Unit]] = {}
        for unit in sorted(self.units, key=lambda unit: (unit.name.casefold(), unit.pk)):
            found.setdefault(unit.parent_id, []).append(unit)
        return found

    def branches(self, held: Collection[int]) -> tuple[Branch, ...]:
        """The rows of a table by unit, of which each line stands in exactly one: `held` are the units that have any.
        Two levels; the upper one names units in use that have none, too."""
        with_some = {int(pk) for unit in self.units if unit.pk in held for pk in unit.path.split("/") if pk}
        if self.unit:
            return self._divided(self.unit, held, with_some) or (Branch(self.unit),)
        if len(self.tops) == 1:
            top = self.tops[0]
            rows = self._divided(top, held, with_some) or (Branch(top),)
        else:
            rows = tuple(self._branch(top, held, with_some) for top in self.tops)
        return rows + self._elsewhere(held)

    def _divided(self, unit: Unit, held: Collection[int], with_some: set[int]) -> tuple[Branch, ...]:
        """The units directly below `unit` and what stands on it itself; nothing where it has none below."""
        below = [u for u in self._children.get(unit.pk, ()) if u.pk in with_some or not u.is_retired]
        rows = [self._branch(child, held, with_some) for child in below]
        if rows and unit.pk in held:
            rows.append(Branch(unit, only=True))
        return tuple(rows)

    def _branch(self, unit: Unit, held: Collection[int], with_some: set[int]) -> Branch:
        below = [Branch(u) for u in self._children.get(unit.pk, ()) if u.pk in with_some]
        if below and unit.pk in held:
            below.append(Branch(unit, only=True))
        return Branch(unit, below=tuple(below))

    def _elsewhere(self, held: Collection[int]) -> tuple[Branch, ...]:
        """Where else the reader sees something: their units work with another, or they are on a list. As high up as
        holds none of their own units."""
        rows: dict[tuple[int, bool], Branch] = {}
        by_pk = {unit.pk: unit for unit in self.units}
        for pk in held:
            unit = by_pk.get(pk)
            if unit is None or any(top.covers(unit) for top in self.tops):
                continue
            line = [by_pk[int(part)] for part in unit.path.split("/") if part]
            apart = next((up for up in line if not any(up.covers(top) for top in self.tops)), None)
            branch = Branch(apart) if apart else Branch(unit, only=True)
            rows[branch.unit.pk, branch.only] = branch
        return tuple(sorted(rows.values(), key=lambda branch: branch.label.casefold()))


def scope_of(user: User, code: str, *, now: datetime) -> Scope:
    """What `user` begins with, or the unit with `code`. One query, and those of `standings_of` where they have not been
    read. Raises NoSuchUnit."""
    units = tuple(Unit.objects.order_by("path"))
    tops = tops_of(user, now=now)
    whole = tops is None
    if tops is None:
        top = (unit for unit in units if unit.parent_id is None and not unit.is_retired)
        tops = sorted(top, key=lambda u: (u.name.casefold(), u.pk))
    chosen = next((unit for unit in units if unit.code == code), None) if code else None
    if code and chosen is None:
        raise NoSuchUnit(code)
    return Scope(units, tuple(tops), whole, chosen)


def tops_of(user: User, *, now: datetime) -> list[Unit] | None:
    """Where `user` reads cases by their roles, by name; those below another left out. None: in the whole council."""
    reading = [s for s in permissions.standings_of(user, now=now) if s.role in permissions.READING_ROLES]
    if any(s.unit is None for s in reading):
        return None
    held = {s.unit.pk: s.unit for s in reading if s.unit}.values()
    tops = [u for u in held if not any(o.covers(u) and o.pk != u.pk for o in held)]
    return sorted(tops, key=lambda u: (u.name.casefold(), u.pk))


def at_or_below(units: Collection[Unit], own: Mapping[int, list[int]]) -> dict[int, list[int]]:
    """Counts by unit with those of all units below it, from counts by unit."""
    found: dict[int, list[int]] = {}
    for unit in units:
        if counts := own.get(unit.pk):
            for part in unit.path.split("/"):
                if part:
                    sums = found.setdefault(int(part), [0] * len(counts))
                    for place, n in enumerate(counts):
                        sums[place] += n
    return found
