"""What the dashboard shows. The open work is counted by everything in one statement: the cube. Each table is a part of
it, so that they agree with one another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, Count, DateField, F, QuerySet, Value, When
from django.db.models.functions import TruncDate

from accounts.models import User
from accounts.roles import Role
from complaints.models import Clock, Stage, StageType
from complaints.queries.counted import Column, Number, Row, Table
from complaints.queries.line_filters import NOBODY, Lists, key_of, stage_label
from complaints.queries.lines import OPEN_COLOURS, Colour, Show, with_colour
from complaints.queries.queue_counts import SOON, working_days
from complaints.queries.scope import Branch, Scope, at_or_below
from complaints.queries.weeks import Week
from slas.core.calendar import LONDON, ONE_DAY, london_date, london_midnight
from slas.core.wording import long_date, short_date

WEEKS = 12
"""How far back what came, went and was late is shown, this week among them."""
USUAL = (Colour.RED, Colour.AMBER, Colour.GREEN)
"""The colours that have a column also where there is nothing of them."""
ALL = "all"
_PLACE = {colour.value: place for place, colour in enumerate(OPEN_COLOURS)}

Counts = list[int]
"""Lines by colour, in the order of OPEN_COLOURS."""
Key = int | str | None


class By(StrEnum):
    """What the open work is counted by."""

    ALL = "all"
    UNIT = "unit"
    OFFICER = "officer"
    TYPE = "type"
    ROLE = "role"
    DUE = "due"


@dataclass(frozen=True)
class Cube:
    """All open work of a page, counted by each of `By`: units, officers and types by number, roles by code, days as
    2026-11-20, and by day only what is due on one of `days` while its clock runs. `since` is when what waits longest
    for a role began to, `names` are the officers', `types` every stage there is."""

    counts: Mapping[By, Mapping[Key, Counts]]
    since: Mapping[Key, datetime]
    scope: Scope
    types: tuple[StageType, ...]
    names: Mapping[Key, str]
    days: tuple[date, ...]

    @cached_property
    def total(self) -> Counts:
        return self.counts[By.ALL].get(None, _none())

    @cached_property
    def colours(self) -> tuple[Colour, ...]:
        """The colours that have a column."""
        return tuple(c for c in OPEN_COLOURS if c in USUAL or self.total[_PLACE[c]])

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(ALL, "All"), *(Column(colour, colour.label) for colour in self.colours))

    def row(self, label: str, counts: Counts | None, **asks: object) -> Row:
        """A row of what `counts` holds (None: nothing), its numbers leading to the lists that `asks` narrows."""
        held = counts or _none()
        all_ = {"show": Show.WORK, **self.scope.asks, **asks}
        numbers = [Number(sum(held), all_)]
        numbers += [Number(held[_PLACE[colour]], {**all_, "colour": colour.value}) for colour in self.colours]
        return Row(label, tuple(numbers))

    def table(self, name: str, rows: Iterable[Row]) -> Table:
        """Counts by colour, whose rows make up all open work of the page."""
        parts = tuple(colour.value for colour in self.colours)
        total = self.row("All open work", self.total)
        return Table(name, self.columns, tuple(rows), total, sums=((ALL, parts),))


def _none() -> Counts:
    return [0] * len(OPEN_COLOURS)


def every_type() -> tuple[StageType, ...]:
    """Every stage of every version of a policy, the latest versions last. One query."""
    return tuple(StageType.objects.select_related("procedure").order_by("procedure__policy_version", "pk"))


def days_shown(now: datetime) -> tuple[date, ...]:
    """Today and every day to the end of the next five working days. One query."""
    calendar, today = working_days(), london_date(now)
    last = calendar.add(today, SOON)
    return tuple(today + timedelta(days) for days in range((last - today).days + 1))


def cube_of(
    user: User, scope: Scope, types: Sequence[StageType], days: Sequence[date], *, now: datetime
) -> Cube:
    """The open work that `user` may see, of what `scope` is about: counted in one statement, so that nothing happens
    between one table and the next. Two queries."""
    counts: dict[By, dict[Key, Counts]] = {by: {} for by in By}
    since: dict[Key, datetime] = {}
    for by, number, word, colour, n, began in _counted_work(user, scope, days, now):
        key: Key = word if number is None else number
        counts[By(by)].setdefault(key, _none())[_PLACE[colour]] += n
        if began:
            moment = datetime.fromisoformat(began)  # SQLite's says no zone, and is UTC
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            since[key] = min(moment, since.get(key, moment))
    officers = User.objects.filter(pk__in=[pk for pk in counts[By.OFFICER] if pk is not None])
    names: dict[Key, str] = dict(officers.values_list("pk", "name"))
    return Cube(counts, since, scope, tuple(types), names, tuple(days))


_NUMBER, _WORD = "CAST(NULL AS bigint)", "CAST(NULL AS text)"
_COLUMNS = {  # of the statement's parts: number, word, since when
    By.ALL: (_NUMBER, _WORD, _WORD),
    By.UNIT: ("unit", _WORD, _WORD),
    By.OFFICER: ("officer", _WORD, _WORD),
    By.TYPE: ("type", _WORD, _WORD),
    By.ROLE: (_NUMBER, "role", "CAST(MIN(since) AS text)"),
    By.DUE: (_NUMBER, "CAST(due AS text)", _WORD),
}
_PARTS = " UNION ALL ".join(
    f"SELECT '{by}', {number}, {word}, colour, COUNT(*), {since} FROM work"  # noqa: S608 words of ours only
    f" GROUP BY {'' if by is By.ALL else f'{by}, '}colour"
    for by, (number, word, since) in _COLUMNS.items()
)


def _counted_work(
    user: User, scope: Scope, days: Sequence[date], now: datetime
) -> list[tuple[str, int | None, str | None, str, int, str | None]]:
    """Lines by what they are counted by, its number or its word, and colour; and since when the longest. The lines are
    read once and kept by the database while it counts them: by everything at a time there would be as many groups as
    lines."""
    soon = When(clock=Clock.RUNNING, due_on__gte=days[0], due_on__lte=days[-1], then=F("due_on"))
    work = with_colour(scope.lines(user, Show.WORK, now=now), now)
    work = work.annotate(soon=Case(soon, default=None, output_field=DateField())).order_by()
    read = work.values_list("unit_id", "officer_id", "type_id", "turn_role", "turn_since", "colour", "soon")
    try:
        sql, values = read.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH work (unit, officer, type, role, since, colour, due) AS MATERIALIZED ({sql}) {_PARTS}",
            values,
        )
        return list(cursor.fetchall())


# --- tables of open work: pure ----------------------------------------------------------------------


def by_unit(cube: Cube) -> Table:
    """By service and team: a unit is everything at or below it."""
    own = {pk: counts for pk, counts in cube.counts[By.UNIT].items() if isinstance(pk, int)}
    below = at_or_below(cube.scope.units, own)

    def row(branch: Branch) -> Row:
        plain = cube.row(branch.label, branch.of(own, below), **branch.asks)
        parts = tuple(row(part) for part in branch.below)
        return Row(
            plain.label, plain.numbers, "" if branch.only else branch.unit.code, parts, itself=branch.only
        )

    return cube.table("By service and team", [row(branch) for branch in cube.scope.branches(own)])


def by_officer(cube: Cube) -> Table:
    """By the officer whose it is; what nobody has at the end."""
    found = cube.counts[By.OFFICER]
    named = sorted((name.casefold(), str(pk), name, pk) for pk, name in cube.names.items() if pk in found)
    rows = [cube.row(name, found[pk], officer=pk) for *_, name, pk in named]
    if None in found:
        rows.append(cube.row("Nobody", found[None], officer=NOBODY))
    return cube.table("By officer", rows)


def by_stage(cube: Cube) -> Table:
    """By stage, all versions of a policy together, in the order of the policies."""
    labels = {key_of(type_): stage_label(type_) for type_ in cube.types}
    found: dict[str, Counts] = {}
    for type_ in cube.types:
        if counts := cube.counts[By.TYPE].get(type_.pk):
            sums = found.setdefault(key_of(type_), _none())
            found[key_of(type_)] = [a + b for a, b in zip(sums, counts, strict=True)]
    return cube.table(
        "By stage",
        [cube.row(label, found[key], stage=key) for key, label in labels.items() if key in found],
    )


def waiting(cube: Cube) -> Table:
    """By the role that is waited for, and since when the longest; most first."""
    rows = []
    found = ((str(role or ""), counts) for role, counts in cube.counts[By.ROLE].items())
    for role, counts in sorted(found, key=lambda item: (-sum(item[1]), item[0])):
        label = Role(role).label if role else "Nobody"
        began = cube.since.get(role)
        row = cube.row(label, counts, turn=role or NOBODY, sort="waiting")
        rows.append(replace(row, since=london_date(began) if began else None))
    return cube.table("Waiting for", rows)


def due_soon(cube: Cube) -> Table:
    """By the day it is due; days on which nobody works only where something is."""
    counted = cube.counts[By.DUE].items()
    found = {date.fromisoformat(str(day)): counts for day, counts in counted if day is not None}
    first, last = cube.days[0], cube.days[-1]
    running = [colour.value for colour in USUAL]
    columns = (Column(ALL, "Due"), *(Column(colour, colour.label) for colour in USUAL))

    def row(label: str, counts: Counts, from_: date, to: date) -> Row:
        asks = {"show": Show.WORK, **cube.scope.asks, "due_from": from_, "due_to": to}
        numbers = [Number(sum(counts), {**asks, "colour": running})]
        numbers += [Number(counts[_PLACE[colour]], {**asks, "colour": colour.value}) for colour in USUAL]
        return Row(label, tuple(numbers))

    rows = [
        row("Today" if day == first else short_date(day), found.get(day, _none()), day, day)
        for day in cube.days
        if day in found or day.weekday() < 5 or day == first
    ]
    total = row(
        f"To {long_date(last)}",
        [sum(column) for column in zip(_none(), *found.values(), strict=True)],
        first,
        last,
    )
    return Table("Due soon", columns, tuple(rows), total, sums=((ALL, tuple(running)),))


def own(cube: Cube, user: User) -> Table:
    """What `user` is the officer of, and what others or nobody are."""
    rows = [row for row in by_officer(cube).rows if row.numbers[0].asks["officer"] == user.pk]
    return cube.table("Yours", rows or [cube.row(user.name, None, officer=user.pk)])


# --- what came, went and was late -------------------------------------------------------------------


def weeks_to(today: date) -> tuple[Week, ...]:
    """The last twelve weeks, that of `today` the last."""
    this = Week.of(today).first
    return tuple(Week(this - timedelta(weeks=back)) for back in reversed(range(WEEKS)))


def _days(week: Week) -> str:
    """'16 to 22 Nov'."""
    first, last = week.first, week.last
    begins = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"{begins} to {last.day} {last:%b}"


def week_labels(now: datetime) -> list[str]:
    """The Monday of each week for a chart: '16 Nov', and only '23' while the month stays."""
    days = [week.first for week in weeks_to(london_date(now))]
    return [
        f"{day.day}" if n and days[n - 1].month == day.month else f"{day.day} {day:%b}"
        for n, day in enumerate(days)
    ]


def week_table(user: User, scope: Scope, *, now: datetime) -> Table:
    """Cases received and closed by week: what came by the day it was received, what went by the London day it was
    closed. One query."""
    weeks = weeks_to(london_date(now))
    received, closed = _days_of(user, scope, weeks, now=now)

    def row(label: str, first: date, last: date) -> Row:
        numbers = [
            Number(
                sum(n for day, n in days.items() if first <= day <= last),
                {"show": Show.CASES, **scope.asks, f"{what}_from": first, f"{what}_to": last},
            )
            for what, days in (("received", received), ("closed", closed))
        ]
        return Row(label, tuple(numbers))

    columns = (Column("received", "Received"), Column("closed", "Closed"))
    total = row(f"All {WEEKS} weeks", weeks[0].first, weeks[-1].last)
    return Table("Received and closed", columns, tuple(row(_days(w), w.first, w.last) for w in weeks), total)


def _days_of(
    user: User, scope: Scope, weeks: Sequence[Week], *, now: datetime
) -> tuple[dict[date, int], dict[date, int]]:
    """Cases by the day they were received, and by the London day they were closed."""
    cases = scope.lines(user, Show.CASES, now=now).order_by()
    first, last = weeks[0].first, weeks[-1].last
    came = cases.filter(received_on__gte=first, received_on__lte=last)
    went = cases.filter(
        case_closed_at__gte=london_midnight(first), case_closed_at__lt=london_midnight(last + ONE_DAY)
    )
    found: dict[str, dict[date, int]] = {"came": {}, "went": {}}
    both = _counted(came, "came", F("received_on")).union(
        _counted(went, "went", TruncDate("case_closed_at", tzinfo=LONDON)), all=True
    )
    for what, day, n in both:
        found[what][day] = n
    return found["came"], found["went"]


def _counted(cases: QuerySet[Stage], what: str, day: object) -> QuerySet[Stage, tuple[str, date, int]]:
    named = cases.annotate(what=Value(what, output_field=CharField()), day=day)
    return named.values_list("what", "day").annotate(n=Count("*"))


def late_reasons(user: User, scope: Scope, types: Sequence[StageType], *, now: datetime) -> Table:
    """Stages answered late in the last twelve weeks, by the reason given; most first, those without one last. `types`
    is every stage there is. One query."""
    today = london_date(now)
    first = weeks_to(today)[0].first
    stages = Lists((), tuple(types), (), ()).answering(scope.lines(user, Show.STAGES, now=now))
    late = stages.filter(met_on__gte=first, met_on__lte=today, in_time=False)
    rows = late.order_by().values_list("late_reason__code", "late_reason__name").annotate(n=Count("*"))
    found: dict[str | None, tuple[str, int]] = {}
    for code, name, n in rows:
        found[code] = (name or "", n + found.get(code, ("", 0))[1])
    asks: Mapping[str, object] = {
        "show": Show.STAGES,
        **scope.asks,
        "answers": "yes",
        "in_time": "no",
        "answered_from": first,
        "answered_to": today,
    }
    ordered = sorted(found.items(), key=lambda item: (item[0] is None, -item[1][1], item[1][0]))
    table_rows = tuple(
        Row(name or "No reason given", (Number(n, {**asks, "late_reason": code or "none"}),))
        for code, (name, n) in ordered
    )
    total = Row("Answered late", (Number(sum(n for _, n in found.values()), asks),))
    return Table("Late, by reason", (Column("late", "Stages"),), table_rows, total)
