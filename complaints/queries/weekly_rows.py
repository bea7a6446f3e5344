"""The lines of the weekly report: as `line_views` has them, read without making an object of each, for a report has
thousands; and what is left of them for readers outside the house."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, cast

from django.db.models import F, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import Unit, User
from accounts.roles import Role
from complaints.models import Deadline, GivenDate, Party, Procedure, Stage, StageType, standing
from complaints.queries.line_views import due_words, left_words
from complaints.queries.lines import Colour, with_colour
from complaints.queries.stages import stage_name
from complaints.workflow import EVENT_OF, Kind, State, Verb
from slas.core.calendar import LONDON, WorkingCalendar, instant, london_date
from slas.core.wording import long_date
from slas.service.stages import terms_of


class Row(NamedTuple):
    """A line as it stood: words only, so that what was issued opens again as it was. Days are '2026-11-20'. `unit` and
    `service` are kept by number to compare with, and by name to be read. `change` is a change of process or procedure
    (S6.2), `concern` what was raised with senior leadership (S14), `office` the MPs and councillors it came from,
    `update` what they hear next and when (S2.1). `gone` says why a row of an issued report is not shown any more."""

    case: int
    reference: str
    unit: int
    unit_name: str
    service: int
    service_name: str
    stage: str
    colour: str
    tag: str
    days: int | None
    left: str
    due: str
    due_on: str
    received: str
    owner: str
    waits_for: str
    since: str
    next_step: str
    route: str = ""
    about: str = ""
    risk: bool = False
    concern: str = ""
    change: bool = False
    beside: bool = False
    office: str = ""
    update: str = ""
    restricted: bool = False
    gone: str = ""

    @property
    def label(self) -> str:
        """Its colour in words."""
        return Colour(self.colour).label

    @property
    def overdue(self) -> bool:
        return self.colour == Colour.RED

    def without(self, why: str) -> "Row":
        """What is left of it where it may not be read any more: that it was counted, and `why` no more is said."""
        told: dict[str, Any] = dict.fromkeys(_TOLD, "")
        return self._replace(**told, days=None, risk=False, change=False, restricted=False, gone=why)


_TOLD = (
    "reference",
    "stage",
    "left",
    "due",
    "due_on",
    "received",
    "owner",
    "waits_for",
    "since",
    "next_step",
    "route",
    "about",
    "concern",
    "office",
    "update",
)


class _Line(NamedTuple):
    """What is read of a stage, by the names a stage has it."""

    pk: int
    case_id: int
    type_id: int
    state: str
    unit_id: int
    officer_id: int | None
    officer_text: str
    responder_id: int | None
    turn_role: str
    turn_person_id: int | None
    turn_verb: str
    due_on: date | None
    due_at: datetime | None
    in_time: bool | None
    reference: str
    summary: str
    risk: bool
    risk_note: str
    received_on: date
    hidden: bool
    colour: str
    since: date | None


_READ = tuple(
    f"case__{name}" if name in ("reference", "summary", "risk", "risk_note", "received_on") else name
    for name in _Line._fields
)


@dataclass(frozen=True)
class _Type:
    """What there is to know of a stage type: `change` where each has a time of its own (S6.2), `asked` where an MP or
    councillor began it, `down` the state it waits in while it goes down the complaints route (S2.3)."""

    name: str
    kind: Kind
    beside: bool
    change: bool
    asked: bool
    down: str
    calendar: WorkingCalendar | None


@dataclass(frozen=True)
class Lines:
    """The lines of a report, the overdue first. `outside` are the same for readers outside the house, where they were
    asked for: nobody's name but an officer's and an MP's or councillor's, and no words that somebody typed. `people`
    are the MPs and councillors of each case."""

    rows: tuple[Row, ...]
    outside: tuple[Row, ...] = ()
    people: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def group_of(unit: Unit, units: Mapping[int, Unit]) -> Unit:
    """The service a unit is of; where it is of none, itself."""
    line = [units[int(part)] for part in unit.path.split("/") if part]
    return next((one for one in line if one.kind == Unit.Kind.SERVICE), unit)


def read(
    stages: QuerySet[Stage], units: Mapping[int, Unit], *, now: datetime, outside: bool = False
) -> Lines:
    """The lines of `stages`, which are open, as they stand at `now`; `outside`: for readers outside the house too.
    Three queries and those of the calendars; three more for outside."""
    lines = _read(stages, now)
    types = _types({line.type_id for line in lines})
    names = dict(User.objects.filter(pk__in=_people_of(lines)).values_list("pk", "name"))
    words = _Words(units, types, names, now)
    rows = tuple(map(words.row, lines))
    if not outside:
        return Lines(rows)
    people = _offices({line.case_id for line in lines})
    updates = _updates([line.pk for line in lines if types[line.type_id].asked])
    told = (
        words.outside(line, row, people.get(line.case_id, ()), updates.get(line.pk, ""))
        for line, row in zip(lines, rows, strict=True)
    )
    return Lines(rows, tuple(told), people)


_RANK = {colour.value: rank for rank, colour in enumerate(Colour)}


def _read(stages: QuerySet[Stage], now: datetime) -> list[_Line]:
    """Overdue first, the longest overdue before the others; then as soon as it is due. The database says the colour and
    the day it became somebody's turn: to make moments of thousands of lines takes a third as long as all the rest."""
    since = TruncDate("turn_since", tzinfo=LONDON)
    found = with_colour(stages, now).annotate(since=since).order_by(F("red_at").asc(nulls_last=True), "pk")
    lines = [_Line(*values) for values in found.values_list(*_READ)]
    return sorted(lines, key=lambda line: _RANK[line.colour])


class _Words:
    """Says each thing once that many lines share."""

    def __init__(
        self, units: Mapping[int, Unit], types: Mapping[int, _Type], names: Mapping[int, str], now: datetime
    ) -> None:
        self.units, self.types, self.names = units, types, names
        self.today = london_date(instant(now))
        self.groups = {pk: group_of(unit, units) for pk, unit in units.items()}
        self.due = cache(lambda on, at: due_words(cast(Stage, _Due(on, at))))
        self.left = cache(left_words)
        self.count = cache(self._count)

    def row(self, line: _Line) -> Row:
        type_, unit = self.types[line.type_id], self.units[line.unit_id]
        service = self.groups[unit.pk]
        colour = Colour(line.colour)
        runs = colour in (Colour.RED, Colour.AMBER, Colour.GREEN)
        counted = runs and type_.calendar is not None and line.due_on is not None
        days = self.count(line.type_id, line.due_on) if counted else None
        officer = self.names[line.officer_id] if line.officer_id else line.officer_text
        return Row(
            case=line.case_id,
            reference=line.reference,
            unit=unit.pk,
            unit_name=unit.name,
            service=service.pk,
            service_name=service.name,
            stage=type_.name,
            colour=colour.value,
            tag=_tag(colour, line.in_time),
            days=days,
            left=self.left(colour, days, line.due_on == self.today),
            due=self.due(line.due_on, line.due_at),
            due_on=line.due_on.isoformat() if line.due_on else "",
            received=line.received_on.isoformat(),
            owner=officer,
            waits_for=self._waits_for(line, unit.name),
            since=line.since.isoformat() if line.since else "",
            next_step=Verb(line.turn_verb).label if line.turn_verb else "",
            route=_route(line, type_),
            about=line.summary,
            risk=line.risk,
            concern=line.risk_note if line.risk else "",
            change=type_.change,
            beside=type_.beside,
            restricted=line.hidden,
        )

    def outside(self, line: _Line, row: Row, people: Sequence[str], update: str) -> Row:
        """`row` for readers outside the house: what somebody typed may name a child, and so may a name."""
        return row._replace(
            unit=row.service,
            unit_name=row.service_name,
            owner=self.names[line.officer_id] if line.officer_id else "",
            waits_for=f"{Role(line.turn_role).label}, {row.service_name}" if line.turn_role else "",
            about="",
            risk=False,
            concern="",
            office="; ".join(people),
            update=update,
        )

    def _count(self, type_: int, due: date) -> int:
        calendar = self.types[type_].calendar
        return calendar.count(self.today, due) if calendar else 0

    def _waits_for(self, line: _Line, unit: str) -> str:
        if not line.turn_role:
            return ""
        person = line.turn_person_id
        if person is not None and person in (line.officer_id, line.responder_id):
            return self.names[person]
        return f"{Role(line.turn_role).label}, {unit}"


def _route(line: _Line, type_: _Type) -> str:
    """As what it is dealt with (S2.1)."""
    if line.state == State.TO_TRIAGE:
        return "Not decided yet"
    down = type_.asked and line.state == type_.down
    return (Kind.COMPLAINT if down else type_.kind).label


class _Due(NamedTuple):
    due_on: date | None
    due_at: datetime | None


def _tag(colour: Colour, in_time: bool | None) -> str:
    """How its colour is drawn, as `LineView.tag`."""
    if colour is Colour.ANSWERED:
        return "late" if in_time is False else "met"
    return colour.value


def _people_of(lines: Iterable[_Line]) -> set[int]:
    return {pk for line in lines for pk in (line.officer_id, line.responder_id) if pk is not None}


def _types(ids: Iterable[int]) -> dict[int, _Type]:
    rows = StageType.objects.filter(pk__in=list(ids)).select_related(
        "procedure", "sla_version__policy_version", "sla_version__sla__policy"
    )
    types = {type_.pk: type_ for type_ in rows}
    terms = terms_of({t.sla_version.pk: t.sla_version for t in types.values() if t.sla_version}.values())
    found = {}
    for pk, type_ in types.items():
        of = terms[type_.sla_version_id] if type_.sla_version_id else None
        found[pk] = _Type(
            name=stage_name(Stage(type=type_)),
            kind=Kind(type_.procedure.kind),
            beside=type_.beside,
            change=type_.beside and of is not None and of.rules.headline.span is None,
            asked=type_.procedure.begins == Procedure.Begins.MP_OR_COUNCILLOR,
            down=type_.route_state,
            calendar=of.calendar if of else None,
        )
    return found


ELECTED = (Party.Role.MP.value, Party.Role.COUNCILLOR.value)


def _offices(cases: set[int]) -> dict[int, tuple[str, ...]]:
    """The MPs and councillors of each of `cases`, by name and office."""
    found: dict[int, dict[str, None]] = {}
    rows = Party.objects.filter(role__in=ELECTED, case__stages__closed_at__isnull=True).order_by(
        "case_id", "position", "pk"
    )
    for case, name, office in rows.values_list("case_id", "name", "office").distinct():
        if case in cases:
            found.setdefault(case, {})[office_label(name, office)] = None
    return {case: tuple(labels) for case, labels in found.items()}


def office_label(name: str, office: str) -> str:
    """'The Rt Hon Petra Vane, House of Commons'. By both: two councillors of one ward are not one office."""
    return ", ".join(" ".join(part.split()) for part in (name, office) if part.strip())


def office_key(label: str) -> str:
    """What two ways to write one office share: its letters and figures."""
    return "".join(c for c in label.casefold() if c.isalnum())


def _updates(stages: Sequence[int]) -> dict[int, str]:
    """What an MP or councillor hears next of each of `stages`, and when: the copy of a response (S2.3), and whatever a
    date was given for (S2.1)."""
    given = set(
        standing(GivenDate).filter(stage__in=stages).values_list("stage_id", "milestone") if stages else ()
    )
    rows = Deadline.objects.filter(stage__in=stages, live=True, due_on__isnull=False).order_by("due_on", "pk")
    found: dict[int, str] = {}
    for stage, milestone, met_by, name, due in rows.values_list(
        "stage_id", "milestone", "met_by", "name", "due_on"
    ):
        if due and ((stage, milestone) in given or met_by == EVENT_OF[Verb.SHARE_COPY]):
            found.setdefault(stage, f"{name}: {long_date(due)}")
    return found
