"""Lines: what lists, dashboards and reports show and count. All of them begin here, so that they agree.

A line is one stage of a case. The open work has one for each open stage, learning actions among them; the list of
cases has one for each case, the stage where it stands; the list of stages has them all.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Case as Choose
from django.db.models import CharField, F, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.utils.functional import cached_property

from accounts.models import Unit, User
from complaints import permissions
from complaints.models import Clock, Stage


class Show(StrEnum):
    """Which stages are lines."""

    WORK = "work"
    CASES = "cases"
    STAGES = "stages"

    @property
    def label(self) -> str:
        return {Show.WORK: "Open work", Show.CASES: "All cases", Show.STAGES: "All stages"}[self]


class Colour(StrEnum):
    """How a line stands: of the date it is judged by, or why that has no colour."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    PAUSED = "paused"
    WAITING = "waiting"
    ANSWERED = "answered"
    UNTIMED = "no-date"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return {
            Colour.WAITING: "Waiting for a date",
            Colour.ANSWERED: "Answered, still open",
            Colour.UNTIMED: "No time in the policy",
        }.get(self, self.capitalize())


OPEN_COLOURS = tuple(colour for colour in Colour if colour is not Colour.ENDED)
"""Every colour of open work, the most pressing first."""
_OF_CLOCK = {
    Clock.PAUSED: Colour.PAUSED,
    Clock.WAITING: Colour.WAITING,
    Clock.MET: Colour.ANSWERED,
    Clock.NONE: Colour.UNTIMED,
}


def lines(user: User, show: Show, *, now: datetime, units: Collection[Unit] | None = None) -> QuerySet[Stage]:
    """The lines `user` may see, in no order. `units`: every unit, where they were read already."""
    stages = permissions.visible_stages(user, now=now, units=units)
    if show is Show.WORK:
        return stages.filter(closed_at__isnull=True)
    return stages.filter(latest=True) if show is Show.CASES else stages


def colour_of(stage: Stage, now: datetime) -> Colour:
    """The colour of a line at `now`."""
    if stage.closed_at is not None:
        return Colour.ENDED
    if stage.clock != Clock.RUNNING:
        return _OF_CLOCK[Clock(stage.clock)]
    if stage.red_at is not None and stage.red_at <= now:
        return Colour.RED
    return Colour.AMBER if stage.amber_at is not None and stage.amber_at <= now else Colour.GREEN


def of_colour(colour: Colour, now: datetime) -> Q:
    """The lines of a colour at `now`: what `colour_of` says, said to the database."""
    if colour is Colour.ENDED:
        return Q(closed_at__isnull=False)
    open_, running = Q(closed_at__isnull=True), Q(clock=Clock.RUNNING)
    red, amber = Q(red_at__isnull=False, red_at__lte=now), Q(amber_at__isnull=False, amber_at__lte=now)
    if colour is Colour.RED:
        return open_ & running & red
    if colour is Colour.AMBER:
        return open_ & running & ~red & amber
    if colour is Colour.GREEN:
        return open_ & running & ~red & ~amber
    return open_ & Q(clock=next(clock for clock, of in _OF_CLOCK.items() if of is colour))


def with_colour(stages: QuerySet[Stage], now: datetime) -> QuerySet[Stage]:
    """Open `stages` with their colour at `now` as `colour`: what `colour_of` says, for counting by it."""
    return stages.annotate(
        colour=Choose(
            *(When(clock=clock, then=Value(colour.value)) for clock, colour in _OF_CLOCK.items()),
            When(red_at__lte=now, then=Value(Colour.RED.value)),
            When(amber_at__lte=now, then=Value(Colour.AMBER.value)),
            default=Value(Colour.GREEN.value),
            output_field=CharField(),
        )
    )


SORTS: dict[Show, dict[str, tuple[str, tuple[OrderBy, ...]]]] = {
    Show.WORK: {
        "due": ("Due first", (F("red_at").asc(nulls_last=True), F("pk").asc())),
        "-due": ("Due last", (F("red_at").desc(nulls_first=True), F("pk").desc())),
        "-opened": ("Newest", (F("opened_at").desc(), F("pk").desc())),
        "opened": ("Oldest", (F("opened_at").asc(), F("pk").asc())),
        "waiting": ("Waiting longest", (F("turn_since").asc(), F("pk").asc())),
    },
    Show.CASES: {
        "-received": ("Received last", (F("received_on").desc(), F("case_id").desc())),
        "received": ("Received first", (F("received_on").asc(), F("case_id").asc())),
    },
    Show.STAGES: {
        "-ended": ("Ended last", (F("closed_at").desc(nulls_last=True), F("pk").desc())),
        "-opened": ("Newest", (F("opened_at").desc(), F("pk").desc())),
        "opened": ("Oldest", (F("opened_at").asc(), F("pk").asc())),
    },
}
"""How each kind of list can be sorted, by code: its words and its order; the first unless asked otherwise."""


def sort_of(show: Show, asked: str) -> str:
    """The code of the order that was asked for, or the usual one."""
    return asked if asked in SORTS[show] else next(iter(SORTS[show]))


def in_order(stages: QuerySet[Stage], show: Show, sort: str) -> QuerySet[Stage]:
    """`stages` in one of the orders of `show`, the same each time."""
    return stages.order_by(*SORTS[show][sort][1])


def asking(**asked: object) -> str:
    """What follows the question mark of the list's address: `asking(show=Show.WORK, unit='SEND-NORTH')`. A value of
    None, '' or False is left out, True is 'yes', and a list is asked for several times."""
    pairs: list[tuple[str, str]] = []
    for name, value in asked.items():
        values: Iterable[object] = value if isinstance(value, (list, tuple)) else (value,)
        pairs += [
            (name, "yes" if one is True else str(one)) for one in values if one not in (None, "", False)
        ]
    return urlencode(pairs)


MOST = 10_000
"""Lines of a list that are counted."""
DEEP = 2_000
"""Lines of a list without end that can be paged through: what is looked for is found by narrowing it."""


class LinePages(Paginator):  # type: ignore[type-arg]
    """Pages of a list that counts no further than `most`, and has pages for the first `deep` lines only, so that a page
    costs the same however many there are. `read` says what is read with a line: only for those of the page, the ones
    before it are passed by in the index. `sparse`: there may be few among very many, as of a word, so they are gathered
    instead of counted; the database, which guesses, would go through the index for them."""

    def __init__(
        self,
        stages: QuerySet[Stage],
        per_page: int,
        *,
        read: Callable[[QuerySet[Stage]], QuerySet[Stage]],
        most: int = MOST,
        deep: int = MOST,
        sparse: bool = False,
    ) -> None:
        super().__init__(stages, per_page)
        self.most, self.deep, self.read, self.sparse = most, deep, read, sparse

    def _get_page(self, rows: Any, number: int, paginator: Any) -> Any:
        order, first, last = rows.query.order_by, rows.query.low_mark, rows.query.high_mark
        if self.sparse and not self.more:
            rows = Stage.objects.filter(pk__in=self._gathered).order_by(*order)[first:last]
        these = self.read(Stage.objects.filter(pk__in=rows.values("pk"))).order_by(*order)
        return super()._get_page(these, number, paginator)  # type: ignore[misc]

    @cached_property
    def _gathered(self) -> list[int]:
        stages: Any = self.object_list
        return list(stages.order_by().values_list("pk", flat=True)[: self.most + 1])

    @cached_property
    def _found(self) -> int:
        stages: Any = self.object_list
        if self.sparse:
            return len(self._gathered)
        return int(stages.order_by().values("case")[: self.most + 1].count())

    @cached_property
    def count(self) -> int:
        """How many there are, `most` at the most."""
        return min(self._found, self.most)

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, self.deep) // self.per_page))

    @property
    def more(self) -> bool:
        """Whether there are more than are counted."""
        return self._found > self.most

    @property
    def cut(self) -> bool:
        """Whether there are more than there are pages for."""
        return self.count > self.deep
