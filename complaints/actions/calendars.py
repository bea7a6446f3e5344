"""Changes of the days that are worked, and the open cases whose dates move with them (TRAPS 13).

Each change is `slas.service`'s own, and in the same transaction every open stage counted by a calendar it touches is
worked out anew. Where that is many, whoever asks may hand it to the worker instead (`later`). Deadlines that are met,
and those of closed stages, stay as they are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit.service import record_each
from complaints.actions import clock, turns
from complaints.actions.clock import Moved
from complaints.models import Case, Stage
from slas import service
from slas.core.calendar import Receipt
from slas.core.wording import long_date
from slas.models import Calendar, ClosureDay, Holiday

AT_ONCE = 500
"""The most open stages that a page works out anew before it answers: a second or two, three at worst."""
BATCH = 500
"""Cases that are locked and written together."""
OVERNIGHT = "Checked overnight against the calendar"
"""What happened, to begin the sentence on a case whose dates had fallen behind."""


@dataclass(frozen=True)
class Recount:
    """That the open stages counted by these calendars are to be worked out anew, and what happened, to begin the
    sentence on each case that moves: 'A bank holiday was added on …'."""

    calendars: tuple[int, ...]
    because: str


Later = Callable[[Recount, User | None], None]
"""How work is handed to the worker; called in the transaction of the change."""


@dataclass(frozen=True)
class Effect:
    """What a change did to open cases: how many have a date that moved; None: the worker is to find out."""

    moved: int | None = 0


def proclaim(
    *,
    nation: str,
    day: date,
    name: str,
    source: str,
    proclaimed_on: date,
    by: User | None,
    now: datetime,
    later: Later | None = None,
) -> Effect:
    """Add a bank holiday announced after the list was loaded. CalendarError when that day is one already."""
    with transaction.atomic():
        service.proclaim_holiday(
            nation=nation, day=day, name=name, source=source, proclaimed_on=proclaimed_on, by=by, now=now
        )
        because = f"A bank holiday was added on {long_date(day)} ({name})"
        return _reach(service.affected_calendars(nation=nation), because, by, now, later)


def withdraw(holiday: Holiday, *, by: User | None, now: datetime, later: Later | None = None) -> Effect:
    """Take back a proclaimed bank holiday. CalendarError for one that came with the list, or is gone already."""
    with transaction.atomic():
        service.withdraw_holiday(holiday, by=by, now=now)
        because = f"{long_date(holiday.day)} is no longer a bank holiday ({holiday.name})"
        return _reach(service.affected_calendars(nation=holiday.list.nation), because, by, now, later)


def add_closure(
    *, calendar: Calendar, day: date, name: str, by: User | None, now: datetime, later: Later | None = None
) -> Effect:
    """Close the council for a day. CalendarError when it is closed or not worked that day already."""
    with transaction.atomic():
        service.add_closure(calendar=calendar, day=day, name=name, by=by, now=now)
        because = f"A closure day was added on {long_date(day)} ({name})"
        return _reach(service.affected_calendars(calendar=calendar), because, by, now, later)


def remove_closure(
    closure: ClosureDay, *, by: User | None, now: datetime, later: Later | None = None
) -> Effect:
    """Open the council again on a closure day. CalendarError when somebody did already."""
    calendar, day, name = closure.calendar, closure.day, closure.name
    with transaction.atomic():
        service.remove_closure(closure, by=by, now=now)
        because = f"{long_date(day)} is no longer a closure day ({name})"
        return _reach(service.affected_calendars(calendar=calendar), because, by, now, later)


def change_calendar(
    *,
    calendar: Calendar,
    works_bank_holidays: bool,
    receipt: Receipt,
    cut_off: time | None,
    by: User | None,
    now: datetime,
    later: Later | None = None,
) -> Effect | None:
    """Change how a calendar counts. None where nothing changed; CalendarError for a cut-off time without deemed
    receipt."""
    with transaction.atomic():
        changed = service.change_calendar(
            calendar=calendar,
            works_bank_holidays=works_bank_holidays,
            receipt=receipt,
            cut_off=cut_off,
            by=by,
            now=now,
        )
        if not changed:
            return None
        because = f"How “{calendar.name}” counts was changed"
        return _reach(service.affected_calendars(calendar=calendar), because, by, now, later)


def load_bank_holidays(
    *, by: User | None, now: datetime, until: int | None = None, later: Later | None = None
) -> tuple[dict[str, tuple[int, int]], Effect]:
    """Bring all three nations' bank holidays up to the installed list, to the end of year `until`. Returns by nation
    how many days were added and removed, and what that did."""
    with transaction.atomic():
        loaded = service.load_bank_holidays(by=by, now=now, until=until)
        touched: set[int] = set()
        for nation, counts in loaded.items():
            if any(counts):
                touched |= set(service.affected_calendars(nation=nation))
        because = "The list of bank holidays was brought up to date"
        return loaded, _reach(sorted(touched), because, by, now, later)


def _reach(
    calendars: Iterable[int], because: str, by: User | None, now: datetime, later: Later | None
) -> Effect:
    what = Recount(tuple(calendars), because)
    if later is not None and clock.counted_by(what.calendars).count() > AT_ONCE:
        later(what, by)
        return Effect(None)
    return Effect(recount(what, by=by, now=now))


def recount(what: Recount, *, by: User | None, now: datetime) -> int:
    """Work out the open stages counted by these calendars, as they stand now, and say on each case what moved. Returns
    how many cases did. Done again, it moves nothing more. A batch at a time, each a transaction of its own unless one
    is open."""
    return _recount(clock.counted_by(what.calendars), what.because, by, now)


def recount_all(*, now: datetime) -> int:
    """Work out every open stage, as `recount`: mends what a change of a calendar did not reach, as a case that was
    logged while it was made, or one whose work was lost. Where all is as it should be it writes nothing."""
    return _recount(clock.timed(), OVERNIGHT, None, now)


def _recount(stages: QuerySet[Stage], because: str, by: User | None, now: datetime) -> int:
    return sum(_recount_batch(stages, cases, because, by, now) for cases in _batches(stages))


def _batches(stages: QuerySet[Stage]) -> Iterator[list[int]]:
    """The cases that have such a stage, in the order in which everybody locks them."""
    cases = list(stages.order_by("case_id").values_list("case_id", flat=True).distinct())
    for n in range(0, len(cases), BATCH):
        yield cases[n : n + BATCH]


@transaction.atomic
def _recount_batch(
    stages: QuerySet[Stage], case_ids: list[int], because: str, by: User | None, now: datetime
) -> int:
    locked = Case.objects.select_for_update(of=("self",)).filter(pk__in=case_ids).order_by("pk").in_bulk()
    there = list(stages.filter(case__in=list(locked)).values_list("pk", flat=True))
    moved: dict[int, list[Moved]] = {}
    for one in clock.recompute(there, now=now):
        if one.new.live:
            moved.setdefault(one.stage.case_id, []).append(one)
    turns.write(there, now=now)
    said = {
        locked[pk].stream: (f"{because}: {clock.told(moves, now)}", _details(moves))
        for pk, moves in moved.items()
    }
    events = record_each(said, verb="calendar-changed", by=by, now=now)
    changed = [locked[pk] for pk in moved]
    for case in changed:
        case.revision = events[case.stream].sequence
    Case.objects.bulk_update(changed, ["revision"])
    return len(moved)


def _details(moves: list[Moved]) -> Mapping[str, object]:
    return {
        "moves": [
            {"stage": m.stage.number, "milestone": m.new.milestone, "before": m.before, "after": m.after}
            for m in moves
        ]
    }
