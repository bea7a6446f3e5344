"""The one shape of every action: lock, check, write, record, replay, in one transaction.

    with acting(Verb.ACCEPT, case=case, by=by, now=now, seen=seen) as act:
        act.stage.responder = by
        act.say(f"{act.who} accepted it.")

On leaving, the stage moves where its table says, its deadlines and its turn are worked out anew, what the move
needs is checked, and the events are written. Anything refused rolls all of it back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.actions import Refused
from accounts.models import User
from audit.service import SYSTEM, record
from complaints import permissions
from complaints.actions import clock, needs, turns
from complaints.models import Case, Pause, Stage, StageEvent, standing
from complaints.moves import table_of
from complaints.queries.stages import acting_stages, stages_of
from complaints.queries.timeline import timeline
from complaints.workflow import Move, State, Verb
from slas.core.calendar import london_date
from slas.core.wording import long_date


class Stale(Refused):
    """Somebody did something to the case after the form was opened."""


class NotPossible(Refused):
    """The move is not in the table for the state the stage is in, or not open to this person."""


@dataclass
class Act:
    """An action under way. `stage` is the one it is done to; write to it freely, it is saved on leaving."""

    verb: Verb
    case: Case
    stage: Stage
    by: User | None
    now: datetime
    move: Move
    for_whom: User | None = None
    next: State | None = None
    closed_as: str = ""
    touched: set[int] = field(default_factory=set)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    moved: list[clock.Moved] = field(default_factory=list)

    @property
    def who(self) -> str:
        """Who does it, to begin a sentence: 'Tom Ashworth, for Fiona Calder,'."""
        if self.by is None:
            return SYSTEM.capitalize()
        return f"{self.by}, for {self.for_whom}," if self.for_whom else str(self.by)

    @property
    def today(self) -> date:
        return london_date(self.now)

    def say(self, sentence: str, **details: Any) -> None:
        """What the timeline will tell. `details` hold no more than who sees the case may see."""
        self.said.append((sentence, details))

    def tell(self, other: Case, sentence: str) -> None:
        """What the timeline of another case tells of this one."""
        event = record(
            stream=other.stream,
            verb=str(self.verb),
            by=self.by,
            sentence=sentence,
            details={"other": self.case.reference},
            now=self.now,
            on_behalf_of=self.for_whom,
        )
        Case.objects.filter(pk=other.pk).update(revision=event.sequence)

    def touch(self, stage: Stage) -> None:
        """Another stage whose dates or turn this changes."""
        self.touched.add(stage.pk)

    def touch_open(self) -> None:
        """Every open stage: a change of who may see the case changes what waits in each."""
        open_ = Stage.objects.filter(case=self.case, closed_at__isnull=True)
        self.touched |= set(open_.values_list("pk", flat=True))

    def happened(self, code: str, moment: date | datetime, *, stage: Stage | None = None) -> StageEvent:
        """Write down that an event of the stage happened. Refused when it is still to come."""
        return write_event(stage or self.stage, code, moment, by=self.by, now=self.now)


def write_event(
    stage: Stage,
    code: str,
    moment: date | datetime,
    *,
    by: User | None,
    now: datetime,
    copied_from: StageEvent | None = None,
) -> StageEvent:
    """One event of a stage as a row; `moment` is a day, or a moment where the time of day is known."""
    at = moment if isinstance(moment, datetime) else None
    day = london_date(moment)
    if day > london_date(now) or (at is not None and at > now):
        raise Refused(f"{long_date(day)} is still to come. Give the day it happened.")
    return StageEvent.objects.create(
        stage=stage, code=code, day=day, at=at, recorded_at=now, by=by, copied_from=copied_from
    )


@contextmanager
def acting(
    verb: Verb,
    *,
    case: Case,
    by: User | None,
    now: datetime,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Iterator[Act]:
    """Do `verb` to a case. `stage` is which of its stages (None: the one whose table offers the verb); `seen` is
    the revision the form was made from. `by` None is the system, which may do what any table allows.

    Raises NotPossible, Stale, or Refused with the field it is about.
    """
    with transaction.atomic():
        locked = _locked(case)
        chosen, move, for_whom = _allowed(verb, locked, stage, by, now)
        if seen is not None and seen != locked.revision:
            raise Stale(_what_happened(locked, seen, by, now))
        act = Act(verb, locked, chosen, by, now, move, for_whom, next=move.next)
        yield act
        _finish(act)
    case.revision = locked.revision


def _locked(case: Case) -> Case:
    # Without a join: PostgreSQL drops a row whose unit was changed while it waited. Not its key: a case linked to it
    # is written by others meanwhile.
    return Case.objects.select_for_update(no_key=True).get(pk=case.pk)


def _allowed(
    verb: Verb, case: Case, stage: Stage | None, by: User | None, now: datetime
) -> tuple[Stage, Move, User | None]:
    stages = [s for s in acting_stages(stages_of(case)) if stage is None or s.pk == stage.pk]
    for one in stages:
        one.case = case
    offering = [(s, move) for s in stages if (move := table_of(s.type).move(s.state, verb))]
    if by is None:
        if not offering:
            raise NotPossible(_not_now(verb, stages))
        return (*offering[0], None)
    by = permissions.afresh(by)
    if not permissions.sees(by, case, now=now):
        raise NotPossible("You may not open this case any more. Ask the Customer Relations Team.")
    for one, move in offering:
        found = permissions.authority(by, verb, one, now=now)
        if found:
            return one, move, found.for_whom
    raise NotPossible(_not_yours(offering[0][1]) if offering else _not_now(verb, stages))


def _not_now(verb: Verb, stages: list[Stage]) -> str:
    stands = ", ".join(f"{s.type.name}: {State(s.state).label.lower()}" for s in stages) or "closed"
    return f"'{verb.label}' is not possible as the case stands now ({stands}). Open the case again to see what is."


def _not_yours(move: Move) -> str:
    from accounts.roles import Role

    roles = " or ".join(Role(role).label for role in move.roles)
    return f"'{move.verb.label}' is for {roles} here."


def _what_happened(case: Case, seen: int, by: User | None, now: datetime) -> str:
    """As much as the timeline would tell them."""
    since = timeline(case, by, now=now, most=3, since=seen) if by else []
    told = " ".join(moment.sentence for moment in reversed(since))
    return (
        f"Somebody changed this case while you had this page open. {told} "
        "What you typed is still here: check that it still holds, and press the button again."
    )


def _finish(act: Act) -> None:
    stage, case = act.stage, act.case
    if act.next is not None and act.next != stage.state:
        move_to(stage, act.next, act)
    stage.save()
    act.moved += clock.recompute({stage.pk, *act.touched}, now=act.now)
    stage.refresh_from_db(fields=["draft_due_on"])
    needs.check(act.move, stage, case)
    _settle(case, act)
    case.save()  # what waits depends on who may see it, and lists read of its stages how it stands
    turns.write({stage.pk, *act.touched}, now=act.now)
    for sentence, details in act.said:
        event = record(
            stream=case.stream,
            verb=str(act.verb),
            by=act.by,
            sentence=sentence,
            now=act.now,
            details={"stage": stage.number, **details},
            on_behalf_of=act.for_whom,
        )
        case.revision = event.sequence
    case.save(update_fields=["revision"])


def move_to(stage: Stage, state: State, act: Act) -> None:
    """Put a stage into `state`; closing it ends a pause that was open, so that it cannot count for months."""
    stage.state = state
    if state is State.CLOSED:
        stage.closed_at = act.now
        stage.closed_as = stage.closed_as or act.closed_as
        standing(Pause).filter(stage=stage, resumed__isnull=True).update(
            resumed=act.today, resumed_at=act.now, resumed_by=act.by
        )
    elif stage.closed_at is not None:
        stage.closed_at, stage.closed_as = None, ""


def _settle(case: Case, act: Act) -> None:
    """A case is closed when all its stages are, but for those beside it."""
    open_ = Stage.objects.filter(case=case, closed_at__isnull=True, type__beside=False)
    if open_.exists():
        case.closed_at, case.closed_as = None, ""
    elif case.closed_at is None:
        case.closed_at, case.closed_as = act.now, act.closed_as or act.stage.closed_as
