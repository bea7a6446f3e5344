"""What is derived of the cases of a batch, by the functions that the actions derive it with: deadlines, whose turn it
is, what waits, from where a case is reached; and the timeline, sealed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from audit import service as audit
from audit.models import Stream
from complaints.actions import clock, settled, tasks, turns
from complaints.demo.many.council import Council
from complaints.demo.many.rows import Numbers, Rows
from complaints.demo.many.teller import Teller
from complaints.demo.many.telling import Chapter
from complaints.models import CaseReach, CaseReader, CaseUnit, Deadline, Task
from complaints.queries import authors
from complaints.queries.clocks import worked
from complaints.workflow import Move, Need
from slas.service import Worked


def finish(tellers: Sequence[Teller], council: Council, rows: Rows, numbers: Numbers) -> None:
    """Add to `rows` what follows from what was told."""
    chapters = [chapter for teller in tellers for chapter in teller.chapters]
    answers = worked(chapter.stage for chapter in chapters)
    for teller in tellers:
        for chapter in teller.chapters:
            _stand(teller, chapter, answers.get(chapter.stage.pk), rows)
        _latest(teller)
        _seen(teller, council, rows)
        _seal(teller, rows, numbers)


# --- a stage


def _stand(teller: Teller, chapter: Chapter, answer: Worked | None, rows: Rows) -> None:
    """The deadlines of a stage, how it stands, and what waits in it."""
    stage = chapter.stage
    deadlines = clock.rows_of(stage, answer)
    rows.extend(deadlines)
    headline = next((row for row in deadlines if row.headline), None)
    if answer and headline and headline.due_on and stage.draft_days is not None:
        stage.draft_due_on = clock.days_before(answer.calendar, headline.due_on, stage.draft_days)
    if chapter.late is not None and headline is not None and _is_late(headline):
        stage.late_reason, stage.late_unit, stage.late_note = chapter.late
    brought: Any = stage
    brought._prefetched_objects_cache = {
        "deadlines": deadlines,
        "drafts": chapter.drafts,
        "letters": chapter.letters,
    }
    for draft in chapter.drafts:
        known: Any = draft
        known._prefetched_objects_cache = {"decisions": chapter.decisions.get(draft.pk, [])}
    move = chapter.turn() if chapter.open else None
    barred = _barred(teller, chapter, move)
    turns.set_turn(stage, move, barred, chapter.since)
    if move is not None:
        rows.extend(_tasks(teller, chapter, barred, deadlines))


def _is_late(headline: Deadline) -> bool:
    return not headline.dismissed and (headline.in_time is False or headline.missed_at is not None)


def _barred(teller: Teller, chapter: Chapter, move: Move | None) -> set[int]:
    """Who does not take the turn: who wrote what it decides on, and who took part before where that bars them."""
    found: set[int] = set()
    if move is not None and move.verb in authors.DECIDING:
        found |= authors.writers(chapter.stage, move.verb)
    if move is not None and Need.INDEPENDENT in move.needs:
        found = found.union(*(one.took_part() for one in teller.before(chapter)))
    return found


def _tasks(teller: Teller, chapter: Chapter, barred: set[int], deadlines: list[Deadline]) -> list[Task]:
    brought: Any = chapter.stage
    brought.asked = [asked for asked in chapter.asked if asked.answered_at is None]
    brought.undecided = [asked for asked in chapter.requests if asked.decided_at is None]
    if chapter.learning:
        brought.learning_action = teller.learned[chapter.stage.pk]
    case: Any = chapter.stage.case
    case._prefetched_objects_cache = {"readers": [CaseReader(user_id=pk) for pk in teller.readers]}
    found = tasks.tasks_of(chapter.stage, barred, chapter.since)
    for task in found:
        if task.kind == Task.Kind.DATE:
            task.since = _known_since(chapter, deadlines[task.about])
    return found


def _known_since(chapter: Chapter, row: Deadline) -> datetime:
    """From when on a date beside the next step was to be kept: when all that it is counted from was on record."""
    counted = settled.rests_on(chapter.stage, row).events - {row.met_by}
    made = (event.recorded_at for event in chapter.events if event.code in counted)
    return max([chapter.stage.opened_at, *made])


# --- a case


def _latest(teller: Teller) -> None:
    """Where the case stands, and what its stages have of it."""
    main = [chapter.stage for chapter in teller.chapters if not chapter.type.beside]
    main[-1].latest = True
    case = teller.case
    case.apart = case.restricted or len(teller.units) != 1
    for chapter in teller.chapters:
        stage = chapter.stage
        stage.received_on, stage.case_unit_id = case.received_on, case.unit_id
        stage.case_closed_at, stage.hidden, stage.apart = case.closed_at, case.restricted, case.apart


def _seen(teller: Teller, council: Council, rows: Rows) -> None:
    """Who works on a case, and from where it is reached."""
    case = teller.case
    rows.extend(CaseUnit(case_id=case.pk, unit_id=pk, lead=lead) for pk, lead in teller.units.items())
    rows.extend(CaseReader(case_id=case.pk, user_id=pk) for pk in teller.readers)
    if case.apart:
        rows.extend(CaseReach(holder=holder, case_id=case.pk) for holder in _holders(teller, council))


def _holders(teller: Teller, council: Council) -> Iterable[int]:
    if teller.case.restricted:
        return [-pk for pk in teller.readers]
    return {above for pk in teller.units for above in council.staff.above(council.staff.units[pk])}


def _seal(teller: Teller, rows: Rows, numbers: Numbers) -> None:
    """The timeline of a case, each entry sealed to the one before."""
    case = teller.case
    head = Stream(pk=numbers.next(Stream), name=case.stream)
    rows.add(head)
    for told in teller.told:
        text = audit.text_of(told.by, None, told.sentence, told.details)
        event = audit.sealed(head, told.verb, told.by, None, told.at, None, text)
        event.pk = text.event_id = numbers.next(type(event))
        head.head_sequence, head.head_hash = event.sequence, event.hash
        rows.add(event, text)
    case.revision = max(1, head.head_sequence)
