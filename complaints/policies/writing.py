"""Procedures as the YAML that `read_procedures` reads: what is exported can be loaded, and changes nothing."""

from collections.abc import Iterable
from typing import Any

from complaints.moves import phrase_of
from complaints.policies.drafts import (
    EntryDraft,
    Lines,
    ProcedureDraft,
    ProceduresDraft,
    StageDraft,
    TableDraft,
)


def sections_of(draft: ProceduresDraft) -> dict[str, Any]:
    """The sections of a document of a pack that say of procedures what `draft` says; none where it is empty."""
    if not draft:
        return {}
    return _said(
        {
            "lists": _lists(draft.entries),
            "move tables": {table.code: _table(table) for table in draft.tables},
            "procedures": [_procedure(procedure) for procedure in draft.procedures],
        }
    )


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """The entries that say something."""
    return {name: value for name, value in values.items() if value not in ("", None, (), {}, [])}


def _lists(entries: Iterable[EntryDraft]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        found.setdefault(entry.list, {})[entry.code] = _entry(entry)
    return found


def _entry(entry: EntryDraft) -> Any:
    said = _said(
        {
            "name": entry.name,
            "use instead": entry.route,
            "logged as": entry.procedure,
            "arrives": entry.delivery,
            "source": entry.source,
            "retired": entry.retired_on,
        }
    )
    return entry.name if list(said) == ["name"] else said


def _table(table: TableDraft) -> dict[str, Any]:
    begins = table.begins.value if table.begins else ""
    also = ", ".join(table.also)
    return _said({"name": table.name, "begins": begins, "also": also, "moves": _moves(table.own)})


def _moves(lines: Lines) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, move in lines:
        found.setdefault(str(place), []).append(phrase_of(move))
    return found


def _procedure(procedure: ProcedureDraft) -> dict[str, Any]:
    return _said(
        {
            "procedure": procedure.code,
            "name": procedure.name,
            "kind": procedure.kind,
            "begins": procedure.begins,
            "at triage": None if procedure.at_triage else False,
            "about": procedure.about,
            "source": procedure.source,
            "stages": [_stage(stage, procedure.code) for stage in procedure.stages],
        }
    )


def _stage(stage: StageDraft, procedure: str) -> dict[str, Any]:
    goes_on = ""
    if stage.next:
        goes_on = stage.next[1] if stage.next[0] == procedure else " ".join(stage.next)
    days = stage.draft_days
    reaches_us = "" if days is None else f"{days} working {'day' if days == 1 else 'days'} before"
    return _said(
        {
            "stage": stage.code,
            "name": stage.name,
            "sla": stage.sla,
            "moves": stage.table,
            "signed by": stage.signer,
            "signed by note": stage.signer_note,
            "goes on to": goes_on,
            "escalation window": stage.window,
            "beside": stage.beside or None,
            "down the complaints route": ", then ".join(stage.route or ()),
            "draft reaches us": reaches_us,
            "outcomes": dict(stage.outcomes),
            "source": stage.source,
            "note": stage.note,
        }
    )
