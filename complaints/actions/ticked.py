"""What is done to lines that were ticked in a list: to each by the rules of doing it singly, to nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actions import Refused
from accounts.models import User
from complaints.actions.acting import Stale
from complaints.actions.allocation import allocate, reallocate, take_on
from complaints.actions.details import note
from complaints.models import Stage
from complaints.queries.ticked import giving_verb
from complaints.workflow import Kind, Verb

MEANWHILE = "Somebody changed it while you had the page open. Open it to see what is new, and do it there."


@dataclass(frozen=True)
class Line:
    """A ticked line: an open stage with its case, and the revision of the case that the page was made from."""

    stage: Stage
    seen: int


@dataclass(frozen=True)
class Outcome:
    """The lines it was done to, and those it was not done to with why, both as they came."""

    done: tuple[Line, ...]
    refused: tuple[tuple[Line, str], ...]


def give_lines(
    *,
    lines: Iterable[Line],
    officer: User | None,
    responder: User | None,
    by: User,
    now: datetime,
    reason: str,
) -> Outcome:
    """Name `officer` for the cases of `lines`, and give the stages to `responder` where they are; None leaves that as
    it is. Each line is given whole or not at all. Refused where nobody is named, or without a reason."""
    if officer is None and responder is None:
        raise Refused("Choose an officer, somebody who answers it, or both.")
    if not reason:
        raise Refused("Say why it goes to somebody else.", "reason")
    named: set[int] = set()
    left_at: dict[int, int] = {}

    def give(line: Line) -> None:
        stage = line.stage
        case = stage.case
        # The officer is the case's, whichever of its lines was ticked. Of a case with two of them, the second is as
        # the first left it, and has its officer already.
        common: dict[str, Any] = {"case": case, "by": by, "now": now}
        seen = left_at.get(case.pk, line.seen)
        if officer is not None and case.pk not in named:
            take_on(**common, officer=officer, reason=reason, seen=seen)
            seen = case.revision
        if responder is not None:
            _give_to(common | {"stage": stage}, responder, reason, seen)
            seen = case.revision
        left_at[case.pk] = seen
        named.add(case.pk)

    return _each(lines, give)


def _give_to(common: dict[str, Any], responder: User, reason: str, seen: int) -> None:
    stage: Stage = common["stage"]
    if stage.type.procedure.kind == Kind.CONTACT:
        raise Refused("It is still to be triaged. Somebody answers it once it is: triage it first.")
    if giving_verb(stage) is Verb.ALLOCATE:
        allocate(**common, unit=stage.unit, responder=responder, seen=seen)
    else:
        reallocate(**common, unit=stage.unit, responder=responder, reason=reason, seen=seen)


def note_lines(*, lines: Iterable[Line], text: str, team_only: bool, by: User, now: datetime) -> Outcome:
    """Leave the same words on each case of `lines`, once on each. Refused without words."""
    if not text:
        raise Refused("Write the note.", "text")
    noted: set[int] = set()

    def add(line: Line) -> None:
        if line.stage.case_id in noted:
            return
        note(case=line.stage.case, by=by, now=now, text=text, team_only=team_only, seen=line.seen)
        noted.add(line.stage.case_id)

    return _each(lines, add)


def _each(lines: Iterable[Line], do: Callable[[Line], None]) -> Outcome:
    done: list[Line] = []
    refused: list[tuple[Line, str]] = []
    for line in lines:
        try:
            with transaction.atomic():
                do(line)
        except Stale:
            refused.append((line, MEANWHILE))
        except Refused as error:
            refused.append((line, error.message))
        else:
            done.append(line)
    return Outcome(tuple(done), tuple(refused))
