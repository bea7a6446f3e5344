"""The weekly RAG report (S12): the open work as it stands, by service and team, the overdue first; and its versions for
services, senior leadership, the lead member's office, and each MP's or councillor's office (S2.1, S2.4)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from accounts.models import Unit, User
from complaints.models import IssuedReport, Stage
from complaints.queries.lines import OPEN_COLOURS, Colour, Show, lines
from complaints.queries.scope import tops_of
from complaints.queries.suppressed import at_council_level
from complaints.queries.weekly_rows import Lines, Row, group_of, office_key, read
from complaints.queries.weeks import Week
from slas.core.calendar import instant, london_date

Audience = IssuedReport.Audience
USUAL = (Colour.RED, Colour.AMBER, Colour.GREEN)
Asks = Mapping[str, object]
"""What the list of cases is asked for."""
Counts = Mapping[str, int]
"""Lines by colour; a colour that none has is left out."""


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """`rows` by colour."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.colour] = found.get(row.colour, 0) + 1
    return found


@dataclass(frozen=True)
class Before:
    """What the report issued for the week before counted: in all, and by service."""

    week: Week
    issued_at: datetime
    counts: Counts
    services: Mapping[int, Counts]
    names: Mapping[int, str]


@dataclass(frozen=True)
class Change:
    """How many lines there were in the week before, and are now: in all, and overdue."""

    name: str
    was: int
    now: int
    red_was: int
    red_now: int

    @property
    def red_words(self) -> str:
        """'2 more than then', 'as many as then'."""
        more = self.red_now - self.red_was
        return f"{abs(more)} {'more' if more > 0 else 'fewer'} than then" if more else "as many as then"


def _change(name: str, was: Counts, now: Counts) -> Change:
    red = Colour.RED.value
    return Change(name, sum(was.values()), sum(now.values()), was.get(red, 0), now.get(red, 0))


@dataclass(frozen=True)
class Team:
    """The lines of one team, or of a unit itself. `asks` as `Service`."""

    name: str
    rows: tuple[Row, ...]
    asks: Asks = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its name; of what stands on a service and not on one of its teams, that it does."""
        itself = self.rows[0].unit == self.rows[0].service
        return f"{self.name} itself" if itself else self.name

    @cached_property
    def counts(self) -> Counts:
        return counted(self.rows)


@dataclass(frozen=True)
class Service:
    """The lines of one service by team. `asks` is what the list of cases is asked for to show them, nothing where the
    report leads to no list."""

    unit: int
    name: str
    teams: tuple[Team, ...]
    asks: Asks = field(default_factory=dict)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for team in self.teams for row in team.rows)

    @cached_property
    def counts(self) -> Counts:
        return counted(self.rows)


@dataclass(frozen=True)
class Weekly:
    """A report. `audience` is '' for what its reader may see; `about` what it covers; `restricted` how many restricted
    cases are left out, in words, '' where that is not said. Of a live one, `asks` narrows the list of cases to a
    service (True) or to a unit itself (False), by its number, and `area` are the units that what was issued the week
    before can be compared for."""

    week: Week
    audience: str
    about: str
    as_of: datetime
    rows: tuple[Row, ...]
    before: Before | None = None
    restricted: str = ""
    asks: Mapping[tuple[int, bool], Asks] = field(default_factory=dict)
    area: frozenset[int] | None = None

    @property
    def title(self) -> str:
        """'Weekly report for senior leadership: Children', less what it covers where that is in it."""
        return {
            "": "Weekly report",
            Audience.SERVICE: f"Weekly report: {self.about}",
            Audience.LEADERSHIP: f"Weekly report for senior leadership: {self.about}",
            Audience.LEAD_MEMBER: f"Weekly report for the lead member's office: {self.about}",
            Audience.MEMBER: f"Weekly report on enquiries from {self.about}",
        }[self.audience]

    def compared(self, before: Before | None) -> "Weekly":
        """The same, against what was issued for the week before."""
        return replace(self, before=before)

    @property
    def live(self) -> bool:
        """Whether it is what its reader may see now, and its numbers lead to lists."""
        return self.audience == ""

    @property
    def whole_lines(self) -> bool:
        """Whether its readers may see where in the house a line stands."""
        return self.audience not in (Audience.LEAD_MEMBER, Audience.MEMBER)

    @cached_property
    def counts(self) -> Counts:
        return counted(self.rows)

    @cached_property
    def colours(self) -> tuple[Colour, ...]:
        """The colours that have a column."""
        return tuple(c for c in OPEN_COLOURS if c in USUAL or self.counts.get(c))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Every service with lines, by name; what stands on a service itself before its teams."""
        teams: dict[int, dict[tuple[str, int], list[Row]]] = {}
        names: dict[int, str] = {}
        for row in self.rows:
            names[row.service] = row.service_name
            place = ("" if row.unit == row.service else row.unit_name.casefold(), row.unit)
            teams.setdefault(row.service, {}).setdefault(place, []).append(row)
        return tuple(
            Service(
                unit=pk,
                name=name,
                teams=tuple(
                    Team(rows[0].unit_name, tuple(rows), self.asks.get((unit, False), {}))
                    for (_, unit), rows in sorted(teams[pk].items())
                ),
                asks=self.asks.get((pk, True), {}),
            )
            for pk, name in sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))
        )

    @property
    def divided(self) -> bool:
        """Whether its lines stand under more than one heading, so that the overdue ones are worth a list of their
        own."""
        return sum(len(service.teams) for service in self.services) > 1

    @cached_property
    def trend(self) -> tuple[Change, ...]:
        """Against what was issued for the week before: in all, then by service. Empty where nothing was issued."""
        before = self.before
        if before is None:
            return ()
        here = [r for r in self.rows if not r.restricted and (self.area is None or r.unit in self.area)]
        by_service: dict[int, list[Row]] = {}
        names = dict(before.names)
        for row in here:
            by_service.setdefault(row.service, []).append(row)
            names[row.service] = row.service_name
        lines_ = [
            _change(name, before.services.get(pk, {}), counted(by_service.get(pk, ())))
            for pk, name in sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))
        ]
        return (_change("All open work", before.counts, counted(here)), *(lines_ if len(lines_) > 1 else ()))

    @cached_property
    def overdue(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.overdue)

    @cached_property
    def concerns(self) -> tuple[Row, ...]:
        """Areas of concern or risk raised with senior leadership (S14)."""
        return tuple(row for row in self.rows if row.risk)

    @cached_property
    def changes(self) -> tuple[Row, ...]:
        """Overdue changes of process or procedure, which are escalated to the senior manager (S6.2)."""
        return tuple(row for row in self.rows if row.change and row.overdue)

    @property
    def shown_restricted(self) -> str:
        """A warning that some of these lines are of restricted cases, which no issued report has; '' for none."""
        n = len({row.case for row in self.rows if row.restricted})
        cases = "1 restricted case" if n == 1 else f"{n:,} restricted cases"
        is_ = "is" if n == 1 else "are"
        return f"{cases} you may see {is_} among these lines. What is issued leaves them out." if n else ""

    @property
    def asks_all(self) -> Asks:
        """What the list is asked for to show all of it; nothing where the report leads to no list."""
        return {"show": Show.WORK} if self.live else {}

    @cached_property
    def elected(self) -> tuple[Row, ...]:
        """What came from MPs and councillors."""
        return tuple(row for row in self.rows if row.office)

    @cached_property
    def others(self) -> tuple[Row, ...]:
        """What did not."""
        return tuple(row for row in self.rows if not row.office)


# --- making one -------------------------------------------------------------------------------------


def own(user: User, *, now: datetime, before: Before | None = None) -> Weekly:
    """What `user` may see, as it stands: exactly the lines of their list of open work. `before` is what was issued for
    the week before of the units their roles cover."""
    units = every_unit()
    rows = read(lines(user, Show.WORK, now=now), units, now=now).rows
    tops = tops_of(user, now=now)
    return Weekly(
        week=Week.of(london_date(instant(now))),
        audience="",
        about="Whole council" if tops is None else ", ".join(top.name for top in tops),
        as_of=now,
        rows=rows,
        before=before,
        restricted=_restricted(rows) if tops is None else "",
        asks=_asks(rows, units),
        area=None if tops is None else area_of(tops, units.values()),
    )


def area_of(tops: Collection[Unit], units: Iterable[Unit]) -> frozenset[int]:
    """The units at or below any of `tops`."""
    return frozenset(unit.pk for unit in units if any(top.covers(unit) for top in tops))


def every_unit() -> dict[int, Unit]:
    """All units by number. One query."""
    return {unit.pk: unit for unit in Unit.objects.all()}


def _asks(rows: Iterable[Row], units: Mapping[int, Unit]) -> dict[tuple[int, bool], Asks]:
    """What the list is asked for to show the lines of each service, and of each unit itself."""
    found: dict[tuple[int, bool], Asks] = {}
    for pk in {pk for row in rows for pk in (row.service, row.unit)}:
        unit = units[pk]
        itself = {"show": Show.WORK, "unit": unit.code, "only": True}
        whole = unit.kind == Unit.Kind.SERVICE
        found[pk, False] = itself
        found[pk, True] = {**itself, "only": False} if whole else itself
    return found


def _restricted(rows: Iterable[Row]) -> str:
    """How many open cases are restricted and not among `rows`, in words that do not point to any of them."""
    shown = {row.case for row in rows}
    hidden = Stage.objects.filter(closed_at__isnull=True, hidden=True).values_list("case_id", flat=True)
    left_out = len(set(hidden) - shown)
    return at_council_level(left_out)


@dataclass(frozen=True)
class Issuing:
    """All that the versions of a week's report are made from, read once: the open work of a unit and those below it
    (None: the whole council) but for what is restricted, as it stands at `now`."""

    unit: Unit | None
    now: datetime
    units: Mapping[int, Unit]
    lines: Lines
    restricted: str

    @property
    def week(self) -> Week:
        return Week.of(london_date(instant(self.now)))

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else "Whole council"

    def _version(self, audience: str, about: str, rows: Sequence[Row]) -> Weekly:
        restricted = self.restricted if audience == Audience.LEADERSHIP else ""
        return Weekly(self.week, audience, about, self.now, tuple(rows), restricted=restricted)

    def leadership(self) -> Weekly:
        """Everything, for who may not all open the cases: so without what was written of them."""
        return self._version(
            Audience.LEADERSHIP, self.name, [row._replace(about="") for row in self.lines.rows]
        )

    def lead_member(self) -> Weekly:
        """All complaints and enquiries, those of MPs and councillors first (S2.1)."""
        rows = [row for row in self.lines.outside if not row.beside]
        return self._version(Audience.LEAD_MEMBER, self.name, sorted(rows, key=lambda row: not row.office))

    def service(self, unit: Unit) -> Weekly:
        """The lines of one service."""
        return self._version(
            Audience.SERVICE, unit.name, [r for r in self.lines.rows if r.service == unit.pk]
        )

    def member(self, office: str) -> Weekly:
        """The enquiries of one office: where each stands and when it hears, and nothing about whom they are for."""
        placed = (one for case in self._cases.get(office_key(office), ()) for one in self._told.get(case, ()))
        rows = [row._replace(owner="", office="", change=False) for _, row in sorted(placed)]
        return self._version(Audience.MEMBER, office, rows)

    @cached_property
    def services(self) -> list[Unit]:
        """The services that get a version of their own: those in use, and those with lines; by name."""
        with_lines = {row.service for row in self.lines.rows}
        found = {
            unit.pk: unit
            for unit in self.units.values()
            if self._here(unit)
            and unit.kind != Unit.Kind.DIRECTORATE
            and group_of(unit, self.units).pk == unit.pk
            and (unit.pk in with_lines or (unit.kind == Unit.Kind.SERVICE and not unit.is_retired))
        }
        return sorted(found.values(), key=lambda unit: (unit.name.casefold(), unit.pk))

    @cached_property
    def offices(self) -> list[str]:
        """The offices of MPs and councillors with an open enquiry, each once, by name."""
        found: dict[str, str] = {}
        for case, names in self.lines.people.items():
            if case in self._told:
                for name in names:
                    found.setdefault(office_key(name), name)
        return sorted(found.values(), key=str.casefold)

    @cached_property
    def _cases(self) -> dict[str, list[int]]:
        """The cases of each office."""
        found: dict[str, list[int]] = {}
        for case, names in self.lines.people.items():
            for key in set(map(office_key, names)):
                found.setdefault(key, []).append(case)
        return found

    @cached_property
    def _told(self) -> dict[int, list[tuple[int, Row]]]:
        """What is told outside the house of each case, with its place in the report."""
        found: dict[int, list[tuple[int, Row]]] = {}
        for place, row in enumerate(self.lines.outside):
            if not row.beside:
                found.setdefault(row.case, []).append((place, row))
        return found

    def _here(self, unit: Unit) -> bool:
        return self.unit is None or self.unit.covers(unit)


def issuing(user: User, unit: Unit | None, *, now: datetime) -> Issuing:
    """What `user`, who may issue for `unit`, would issue now. Its queries do not grow with the lines."""
    units = every_unit()
    work = lines(user, Show.WORK, now=now).filter(hidden=False)
    if unit is not None:
        work = work.filter(unit__in=[one.pk for one in units.values() if unit.covers(one)])
    found = read(work, units, now=now, outside=True)
    return Issuing(unit, now, units, found, _restricted(found.rows) if unit is None else "")
