"""A queue by when and by what: its parts, and their counts, which are of the very rows the parts list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from complaints.models import Task
from complaints.workflow import Verb
from slas import service
from slas.core.calendar import WorkingCalendar, london_date, london_midnight

SOON = 5
"""Working days after today that are still 'soon'."""
CHASE = "chase"
OTHER = "other-date"
"""A date beside the next step that no action of ours meets."""


class When_(StrEnum):
    """When something is due, seen from now."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    UNDATED = "undated"

    @property
    def label(self) -> str:
        said = {"today": "Due today", "soon": f"Next {SOON} working days", "undated": "No date"}
        return said.get(self.value, self.value.capitalize())


class Whose(StrEnum):
    """For whom something waits."""

    NAMED = "named"
    NOBODYS = "nobodys"

    @property
    def label(self) -> str:
        return {"named": "For you by name", "nobodys": "For nobody by name"}[self.value]


@dataclass(frozen=True)
class Edges:
    """The moments between the parts of a queue, as of `now`: the ends of today and of the next working days, by the
    council's own `calendar`."""

    now: datetime
    today: datetime
    soon: datetime
    calendar: WorkingCalendar

    def of(self, late: datetime | None) -> When_:
        """When something is due that is late from `late` on: what `by_when` says to the database."""
        if late is None:
            return When_.UNDATED
        if late <= self.now:
            return When_.OVERDUE
        if late <= self.today:
            return When_.TODAY
        return When_.SOON if late <= self.soon else When_.LATER


def working_days() -> WorkingCalendar:
    """The council's own calendar; without a policy of its own it counts Monday to Friday. One query."""
    return service.own_calendar() or WorkingCalendar("Monday to Friday")


def edges(now: datetime) -> Edges:
    """Where today and the next working days end. One query."""
    today, day, calendar = london_date(now), timedelta(days=1), working_days()
    soon = calendar.add(today, SOON)
    return Edges(now, london_midnight(today + day), london_midnight(soon + day), calendar)


def due(when: When_, at: Edges) -> Q:
    """What is due then: what `Edges.of` says, said to the database."""
    ends = {When_.OVERDUE: at.now, When_.TODAY: at.today, When_.SOON: at.soon}
    begins = {When_.TODAY: at.now, When_.SOON: at.today, When_.LATER: at.soon}
    if when is When_.UNDATED:
        return Q(late_at__isnull=True)
    after = Q(late_at__gt=begins[when]) if when in begins else Q()
    return after & Q(late_at__lte=ends[when]) if when in ends else after


@dataclass(frozen=True)
class Part:
    """The part of a queue somebody chose to see: '' is all of it."""

    when: When_ | str = ""
    what: str = ""
    whose: Whose | str = ""

    @classmethod
    def of(cls, query: Any) -> "Part":
        """What the parameters of an address choose; what they have that is no part of a queue is passed over."""
        when, what, whose = (query.get(name, "") for name in ("when", "what", "whose"))
        known = {CHASE, OTHER, *Verb}
        return cls(
            When_(when) if when in set(When_) else "",
            what if what in known else "",
            Whose(whose) if whose in set(Whose) else "",
        )

    def narrow(self, tasks: QuerySet[Task], at: Edges) -> QuerySet[Task]:
        """The rows of this part."""
        if self.when:
            tasks = tasks.filter(due(When_(self.when), at))
        if self.what == CHASE:
            tasks = tasks.filter(kind=Task.Kind.CHASE)
        elif self.what:
            verb = "" if self.what == OTHER else self.what
            tasks = tasks.filter(verb=verb).exclude(kind=Task.Kind.CHASE)
        if self.whose:
            tasks = tasks.filter(person__isnull=self.whose is Whose.NOBODYS)
        return tasks

    def has(self, cell: "Cell") -> bool:
        return (
            self.when in ("", cell.when) and self.what in ("", cell.what) and self.whose in ("", cell.whose)
        )


@dataclass(frozen=True)
class Cell:
    """How many tasks are alike."""

    when: When_
    what: str
    whose: Whose
    n: int


def what_of(kind: str, verb: str) -> str:
    """What is to be done, as a queue tells things apart: the verb, or that somebody is to be reminded."""
    return CHASE if kind == Task.Kind.CHASE else verb or OTHER


def what_label(what: str) -> str:
    """What is to be done, in words."""
    return {CHASE: "Chase", OTHER: "Keep to another date"}.get(what) or Verb(what).label


@dataclass(frozen=True)
class Counts:
    """How many tasks there are of every sort."""

    cells: tuple[Cell, ...]

    def of(self, part: Part) -> int:
        return sum(cell.n for cell in self.cells if part.has(cell))

    @property
    def whats(self) -> list[str]:
        """What there is to do, in the order of a case's life."""
        order = {verb.value: n for n, verb in enumerate(IN_ORDER)}
        found = {cell.what for cell in self.cells}
        return sorted(found, key=lambda what: (order.get(what, len(order)), what_label(what)))


IN_ORDER: tuple[Any, ...] = (
    Verb.ACKNOWLEDGE,
    Verb.TRIAGE,
    Verb.ALLOCATE,
    Verb.PASS_ON,
    Verb.ACCEPT,
    Verb.DECIDE_EXTENSION,
    Verb.CONTRIBUTE,
    Verb.REVIEW,
    Verb.SUBMIT,
    Verb.APPROVE,
    Verb.SIGN,
    Verb.SEND,
    Verb.SHARE_COPY,
    Verb.CLOSE,
    Verb.COMPLETE,
)


def counted(tasks: QuerySet[Task], at: Edges) -> Counts:
    """The counts of `tasks`, in one query."""
    when = Case(*(When(due(one, at), then=Value(one.value)) for one in When_), output_field=CharField())
    rows: Iterable[Any] = (
        tasks.order_by()
        .annotate(when=when, free=Q(person__isnull=True))
        .values_list("when", "kind", "verb", "free")
        .annotate(n=Count("pk"))
    )
    return Counts(
        tuple(
            Cell(When_(when), what_of(kind, verb), Whose.NOBODYS if free else Whose.NAMED, n)
            for when, kind, verb, free, n in rows
        )
    )
