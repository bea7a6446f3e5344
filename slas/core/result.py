"""What a computation returns: deadlines, their colour at a moment, and the steps of their working."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from slas.core.calendar import (
    ONE_DAY,
    Moment,
    PauseSpan,
    WorkingCalendar,
    instant,
    london_date,
    london_midnight,
)
from slas.core.rules import Rule, Unit

IMMEDIATE_GRACE = timedelta(minutes=60)
"""*Immediately* is amber for an hour, then red until done (DOMAIN 2, Amber by default)."""


class State(StrEnum):
    """What a milestone looks like at a moment."""

    WAITING = "waiting"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    PAUSED = "paused"


class Step(NamedTuple):
    """One line of the working. `kind` says what it tells: start, receipt, rule, latest, extend, given,
    pause, skip, due, amber, original, met, waiting or warn. `days` are the days it is about."""

    kind: str
    text: str
    source: tuple[str, ...] = ()
    days: tuple[date, ...] = ()

    @property
    def line(self) -> str:
        """The text with the policy it rests on: 'Rule: 10 working days after received. [S7.1]'."""
        return f"{self.text} [{', '.join(self.source)}]" if self.source else self.text


class Start(NamedTuple):
    """Where a count begins.

    `moment` is when the event happened, `day` the day 0 that makes, `anchor` the code of the event or
    milestone. `waiting_for` is set while the event has not happened, `paused_since` while the milestone
    it is measured from stands still. `capped` when a late event was not allowed to buy time.
    """

    moment: Moment | None = None
    day: date | None = None
    anchor: str = ""
    waiting_for: str = ""
    paused_since: date | None = None
    capped: bool = False


class Missed(NamedTuple):
    """What was missed under the rules a stage was judged by before: `by_code` when each milestone was, `headline`
    when a headline was. `since` is when the present rules came into force; None where no others went before."""

    since: datetime | None = None
    by_code: Mapping[str, datetime] = MappingProxyType({})
    headline: datetime | None = None

    def of(self, rule: Rule) -> datetime | None:
        """When a milestone with this code was missed, or for the headline, a headline whatever its code."""
        moments = [self.by_code.get(rule.code), self.headline if rule.headline else None]
        return min((moment for moment in moments if moment is not None), key=instant, default=None)


class Deadline(NamedTuple):
    """One milestone's deadline.

    `due_on` is its last day; `due_at` is set only for hours and *immediately*. `allowance` is what is in
    force, in the rule's unit. `original_due_on` is the date before anything was given, extended or
    paused. `paused_since` is set while an open pause holds it: then it has no date. `pauses` are those
    that bear on it. `met_at` is when the event that meets it happened. `missed_at` is when it was missed as things
    stood then: a later extension, pause, date given or reclassification moves `due_on` and cures nothing.
    """

    rule: Rule
    start: Start
    due_on: date | None = None
    due_at: datetime | None = None
    amber_on: date | None = None
    amber_time: datetime | None = None
    allowance: int | None = None
    original_due_on: date | None = None
    paused_since: date | None = None
    pauses: tuple[PauseSpan, ...] = ()
    met_at: Moment | None = None
    missed_at: datetime | None = None
    steps: tuple[Step, ...] = ()

    @property
    def waiting_for(self) -> str | None:
        """The code of the event it waits for, `given`, or None."""
        return self.start.waiting_for or None

    @property
    def counted_from(self) -> date | None:
        """Day 0, in London: of a milestone measured from another, that one's. It is there wherever a due date was
        counted; None while waiting, and where a date was given (or hangs on one) before its event happened."""
        return self.start.day

    @property
    def amber_at(self) -> datetime | None:
        """The moment amber begins: the London midnight that begins `amber_on`, or a time of day."""
        if self.amber_time is not None or self.amber_on is None:
            return self.amber_time
        return london_midnight(self.amber_on)

    @property
    def red_at(self) -> datetime | None:
        """The moment red begins: the London midnight after `due_on`, or `due_at`."""
        if self.due_at is not None:
            return self.due_at + IMMEDIATE_GRACE if self.rule.unit is Unit.IMMEDIATELY else self.due_at
        return london_midnight(self.due_on + ONE_DAY) if self.due_on else None

    def state(self, now: datetime) -> State:
        """The colour at `now`, or at the moment the milestone was met if that was earlier."""
        if self.start.waiting_for:
            return State.WAITING
        now = self.judged_at(now)
        if self.is_paused(london_date(now)):
            return State.PAUSED
        red, amber = self.missed_at or self.red_at, self.amber_at
        if red is not None and now >= instant(red):
            return State.RED
        return State.AMBER if amber is not None and now >= instant(amber) else State.GREEN

    def judged_at(self, now: datetime) -> datetime:
        """`now`, or the moment it was met if that was earlier, in UTC: what is met is not late later."""
        return instant(now) if self.met_at is None else min(instant(now), instant(self.met_at))

    @property
    def met_in_time(self) -> bool | None:
        """Whether it was met by its due day or time; None while it is not met or has no date."""
        red = self.missed_at or self.red_at
        if self.met_at is None or red is None:
            return None
        return instant(self.met_at) < instant(red)

    def is_paused(self, today: date) -> bool:
        """Whether the clock stands still on `today`."""
        if self.paused_since is not None:
            return True
        return any(p.first <= today and (p.resumed is None or today < p.resumed) for p in self.pauses)

    def working_days_left(self, now: datetime, calendar: WorkingCalendar) -> int | None:
        """Working days d with today < d <= due; late, minus those with due < d <= today; 0 on the day;
        None while waiting or paused. Once it is met, those left on the day it was."""
        if self.due_on is None or self.state(now) is State.PAUSED:
            return None
        return calendar.count(london_date(self.judged_at(now)), self.due_on)
