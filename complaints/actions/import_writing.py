"""Rows of a tracker become cases, many at a time: the number of queries does not grow with the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from audit.service import SYSTEM, record_each
from complaints.actions import clock, intake, parties, turns
from complaints.actions.import_rows import ImportedCase, LearningRow
from complaints.models import (
    Case,
    CaseUnit,
    ClosedAs,
    Extension,
    Finding,
    GivenDate,
    ImportBatch,
    Learning,
    Party,
    Point,
    Stage,
    StageEvent,
    StagePoint,
)
from complaints.moves import table_of
from complaints.workflow import Kind, State
from slas import service
from slas.core.calendar import LONDON, Moment, london_date


@dataclass
class _Made:
    """The rows of the database that cases of a tracker make, in the order they are saved in."""

    cases: list[Case] = field(default_factory=list)
    units: list[CaseUnit] = field(default_factory=list)
    people: list[Party] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    stage_points: list[StagePoint] = field(default_factory=list)
    events: list[StageEvent] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    given: list[GivenDate] = field(default_factory=list)
    learning: list[Learning] = field(default_factory=list)

    def save(self) -> None:
        every: tuple[tuple[Any, Sequence[Any]], ...] = (
            (Case, self.cases),
            (CaseUnit, self.units),
            (Party, self.people),
            (Point, self.points),
            (Stage, self.stages),
            (StagePoint, self.stage_points),
            (StageEvent, self.events),
            (Extension, self.extensions),
            (GivenDate, self.given),
            (Learning, self.learning),
        )
        for model, rows in every:
            model.objects.bulk_create(rows)


def write(
    rows: Sequence[ImportedCase], references: Sequence[str], *, batch: ImportBatch, now: datetime
) -> list[Case]:
    """Make a case of each row, under the reference beside it, with its stage, deadlines and turn."""
    made = _Made()
    for row, reference in zip(rows, references, strict=True):
        _make(row, reference, made, batch, now)
    made.save()
    stages = [stage.pk for stage in made.stages]
    clock.recompute(stages)
    turns.write(stages, now=now)
    who = batch.by or SYSTEM.capitalize()
    said: dict[str, tuple[str, Mapping[str, Any]]] = {
        case.stream: (
            f"{who} imported it from {batch.name}, row {row.number}.",
            {"batch": batch.pk, "row": row.number},
        )
        for row, case in zip(rows, made.cases, strict=True)
    }
    record_each(said, verb="imported", by=batch.by, now=now)
    return made.cases


def _make(row: ImportedCase, reference: str, made: _Made, batch: ImportBatch, now: datetime) -> None:
    case = intake.case_row(
        row.contact,
        reference=reference,
        kind=row.type_.procedure.kind,
        by=batch.by,
        now=now,
        officer=row.officer,
    )
    stage = _stage(case, row, now)
    people, points = parties.rows(case, row.contact.parties), intake.point_rows(case, row.contact)
    case.search_text = intake.search_text(case, people, points)
    made.cases.append(case)
    made.units.append(CaseUnit(case=case, unit=row.contact.unit, lead=True))
    made.people += people
    made.points += points
    made.stages.append(stage)
    finding = row.finding if row.over else ""
    made.stage_points += (StagePoint(stage=stage, point=point, finding=finding) for point in points)
    made.events += (_event(stage, code, moment, batch, now) for code, moment in row.events)
    _decide(stage, row, made, batch, now)
    if row.over:
        _close(case, stage, row, now)
    if row.learning is not None:
        _learn(case, stage, row.learning, made, batch, now)


def _stage(case: Case, row: ImportedCase, now: datetime) -> Stage:
    table = table_of(row.type_)
    state = table.begins
    if row.responder is not None and state == State.TO_ALLOCATE and State.TO_ANSWER in table.states:
        state = State.TO_ANSWER
    return Stage(
        case=case,
        number=1,
        type=row.type_,
        state=state,
        opened_at=now,
        unit=row.contact.unit,
        officer=row.officer,
        responder=row.responder,
        officer_text=row.officer_text,
        responder_text=row.responder_text,
        draft_days=row.type_.draft_days,
    )


def _event(stage: Stage, code: str, moment: Moment, batch: ImportBatch, now: datetime) -> StageEvent:
    at = moment if isinstance(moment, datetime) else None
    return StageEvent(stage=stage, code=code, day=london_date(moment), at=at, recorded_at=now, by=batch.by)


def _decide(stage: Stage, row: ImportedCase, made: _Made, batch: ImportBatch, now: datetime) -> None:
    """The extension the policy allows, or the date that was given."""
    if row.rules is None:
        return
    code = row.rules.headline.code
    about: dict[str, Any] = {"stage": stage, "milestone": code, "recorded_at": now, "by": batch.by}
    if row.total is not None:
        reason = f"Extended in {batch.name}, row {row.number}."
        made.extensions.append(
            Extension(total=row.total, asked_by="", approved_by="", reason=reason, **about)
        )
    if row.given is not None:
        made.given.append(GivenDate(day=row.given, said_by=batch.name, **about))


def _close(case: Case, stage: Stage, row: ImportedCase, now: datetime) -> None:
    """Closed when it was answered, at noon: which hour is not known. Without an answer, now."""
    answered = datetime.combine(row.answered_on, time(12), LONDON) if row.answered_on else now
    stage.state, stage.closed_at, stage.closed_as = State.CLOSED, min(answered, now), ClosedAs.IMPORTED
    if row.rules is None and not row.withdrawn:
        stage.met_on = row.answered_on  # no event keeps it where the policy has no time
    case.closed_at, case.closed_as, case.closed_note = stage.closed_at, stage.closed_as, row.outcome_text
    if row.finding and row.type_.procedure.kind == Kind.COMPLAINT and not row.type_.outcomes:
        stage.outcome = row.finding
    if row.outcome_text != Finding(row.finding or Finding.NONE).label:
        stage.outcome_note = row.outcome_text


def _learn(
    case: Case, stage: Stage, learning: LearningRow, made: _Made, batch: ImportBatch, now: datetime
) -> None:
    """The learning, and where it is still to be done the stage that keeps its clock."""
    action = None
    if learning.type_ is not None:
        action = Stage(
            case=case,
            number=2,
            type=learning.type_,
            state=table_of(learning.type_).begins,
            opened_at=now,
            unit=stage.unit,
            officer=stage.officer,
            draft_days=learning.type_.draft_days,
        )
        made.stages.append(action)
        rules = service.rule_set(learning.type_.sla_version) if learning.type_.sla_version else None
        if rules is not None and learning.agreed is not None:
            made.events.append(_event(action, rules.events[0].code, learning.agreed, batch, now))
        if rules is not None and learning.given is not None:
            given = GivenDate(stage=action, milestone=rules.headline.code, day=learning.given)
            given.said_by, given.recorded_at, given.by = batch.name, now, batch.by
            made.given.append(given)
    made.learning.append(
        Learning(case=case, found_in=stage, stage=action, text=learning.text, recorded_at=now, by=batch.by)
    )
