"""What is on record of a case's dates, in words: who recorded, asked and approved, why, and what was taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from complaints.models import (
    Case,
    Dismissal,
    Extension,
    GivenDate,
    Pause,
    Reclassified,
    Stage,
    StageEvent,
    standing,
)
from complaints.models.facts import Fact
from complaints.queries.stages import stage_name
from slas import service
from slas.core.calendar import london_date
from slas.core.wording import amount, long_date, long_moment

TakenBack = Extension | GivenDate | Pause | Dismissal


@dataclass(frozen=True)
class Offer:
    """Something that can be put right: `value` as a form sends it."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True)
class Line:
    """One fact: what it says, what is known about it, and, where it was taken back, by whom, when and why."""

    text: str
    notes: list[str] = field(default_factory=list)
    taken_back: str = ""


Group = tuple[str, list[Offer]]


def event_name(stage: Stage, code: str) -> str:
    """What an event of a stage is called, also where its rules do not know it. Bring the SLA version along."""
    version = stage.type.sla_version
    names = service.rule_set(version).event_names if version else {}
    return names.get(code, code.replace("-", " ").capitalize())


def fact_words(row: TakenBack) -> str:
    """'the extension of 'Send the response' to 20 working days', within a sentence."""
    if isinstance(row, Pause):
        until = f" to {long_date(row.resumed)}" if row.resumed else ""
        return f"the pause from {long_date(row.first)}{until}"
    version = row.stage.type.sla_version
    rule = service.rule_set(version).by_code.get(row.milestone) if version else None
    name = rule.name if rule else row.milestone.replace("-", " ").capitalize()
    if isinstance(row, Extension):
        return f"the extension of '{name}' to {amount(row.total, rule.unit) if rule else row.total}"
    if isinstance(row, GivenDate):
        return f"the date given for '{name}', {long_date(row.day)}"
    return f"that '{name}' is not needed"


def correctable(case: Case) -> list[Group]:
    """The standing events of a case by stage, each once: what an event of a later stage was taken over from stands for
    it."""
    rows = (
        standing(StageEvent)
        .filter(stage__case=case)
        .exclude(copied_from__isnull=False, copied_from__voided_at__isnull=True)
        .select_related("by", *OF_THE_STAGE)
        .order_by("stage__number", "day", "pk")
    )
    groups: dict[int, Group] = {}
    for row in rows:
        label = f"{event_name(row.stage, row.code)}: {long_moment(row.moment)}"
        groups.setdefault(row.stage_id, (stage_name(row.stage), []))[1].append(
            Offer(f"event-{row.pk}", label, _recorded(row))
        )
    return list(groups.values())


OF_THE_STAGE = (
    "stage__type__procedure",
    "stage__type__sla_version__policy_version",
)


def takeable(case: Case) -> list[Group]:
    """The standing extensions, dates given, pauses and steps not needed of a case."""
    kinds: tuple[tuple[str, type[TakenBack]], ...] = (
        ("extension", Extension),
        ("given", GivenDate),
        ("pause", Pause),
        ("dismissal", Dismissal),
    )
    offers = [
        Offer(f"{name}-{row.pk}", f"Take back {fact_words(row)}", _recorded(row))
        for name, kind in kinds
        for row in standing(kind).filter(stage__case=case).select_related("by", *OF_THE_STAGE)
    ]
    return [("What should not have been recorded", offers)] if offers else []


def _recorded(row: Fact) -> str:
    return f"Recorded by {row.by or 'the system'} on {long_date(london_date(row.recorded_at))}"


def on_record(stages: Sequence[Stage]) -> dict[int, list[Line]]:
    """Everything on record of the dates of `stages`, by stage, in the order it was recorded. Six queries."""
    by_id = {stage.pk: stage for stage in stages}
    rows: list[Any] = []
    kinds: tuple[Any, ...] = (StageEvent, GivenDate, Extension, Pause, Dismissal)
    for kind in kinds:
        brought = ["by", "voided_by", *(["resumed_by"] if kind is Pause else [])]
        brought += ["copied_from__stage__type__procedure"] if kind is StageEvent else []
        rows += kind.objects.filter(stage__in=by_id).select_related(*brought)
    rows += Reclassified.objects.filter(stage__in=by_id).select_related("by", "type__procedure")
    found: dict[int, list[Line]] = {}
    for row in sorted(rows, key=lambda r: (getattr(r, "recorded_at", None) or r.until, r.pk)):
        row.stage = by_id[row.stage_id]
        found.setdefault(row.stage_id, []).append(_line(row))
    return found


def _line(row: Any) -> Line:
    if isinstance(row, Reclassified):
        day = long_date(london_date(row.until))
        return Line(
            f"It was {row.type.procedure.name} until {day}", [f"Reclassified by {row.by}. {row.reason}"]
        )
    taken_back = ""
    if row.voided_at is not None:
        what = "Corrected" if isinstance(row, StageEvent) else "Taken back"
        day = long_date(london_date(row.voided_at))
        taken_back = f"{what} by {row.voided_by or 'the system'} on {day}. {row.void_reason}"
    notes = [f"{_recorded(row)}.", *_notes(row)]
    return Line(_text(row), [note for note in notes if note], taken_back)


def _text(row: Any) -> str:
    if isinstance(row, StageEvent):
        return f"{event_name(row.stage, row.code)}: {long_moment(row.moment)}"
    words = fact_words(row)
    return f"{words[:1].upper()}{words[1:]}" if not isinstance(row, Dismissal) else f"{words[5:]}"


def _notes(row: Any) -> Iterable[str]:
    if isinstance(row, StageEvent):
        origin = row.copied_from
        yield f"The same as in {stage_name(origin.stage)}." if origin is not None else ""
        yield row.note
    elif isinstance(row, GivenDate):
        yield f"Given by {row.said_by}."
        yield row.reason
    elif isinstance(row, Extension):
        yield f"Asked for by {row.asked_by}. Approved by {row.approved_by}."
        told = f" They were told on {long_date(row.complainant_told_on)}." if row.complainant_told_on else ""
        yield f"The complainant agreed.{told}" if row.complainant_agreed else told.strip()
        yield row.reason
    elif isinstance(row, Pause):
        yield f"{row.ground}."
        yield row.reason
        if row.resumed_at is not None:
            day = long_date(london_date(row.resumed_at))
            yield f"Resumed by {row.resumed_by or 'the system'}, recorded on {day}."
    elif isinstance(row, Dismissal):
        yield row.reason
