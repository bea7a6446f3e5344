"""Procedures of a policy version as rows, and back. What is published is never changed."""

from collections.abc import Iterable

from django.db import transaction

from complaints.models import Entry, MoveLine, MoveTable, Procedure, StageType
from complaints.moves import phrase_of, read_table
from complaints.policies.drafts import EntryDraft, ProcedureDraft, ProceduresDraft, StageDraft
from complaints.workflow import Table
from slas.models import PolicyVersion, SlaVersion
from slas.service import PublishError


@transaction.atomic
def publish_procedures(draft: ProceduresDraft, version: PolicyVersion) -> bool:
    """Write the procedures of `version`, once. Returns whether rows were written; PublishError when it has
    others already. Lists gain entries and never lose one: from then on the rows are the truth."""
    if not draft:
        return False
    if Procedure.objects.filter(policy_version=version).exists():
        published = procedures_of(version)
        if (published.tables, published.procedures) != (draft.tables, draft.procedures):
            raise PublishError(
                f"the procedures differ from version {version.number} as published, and a published version is "
                f"never changed: give the new ones version {version.number + 1} and the day they come into force"
            )
        return False
    tables = {code: _write_table(version, n, code, table) for n, (code, table) in enumerate(draft.tables)}
    slas = {row.sla.code: row for row in version.slas.select_related("sla")}
    for position, procedure in enumerate(draft.procedures):
        _write_procedure(version, position, procedure, tables, slas)
    _add_entries(draft.entries)
    return True


def _write_table(version: PolicyVersion, position: int, code: str, table: Table) -> MoveTable:
    row = MoveTable.objects.create(policy_version=version, position=position, code=code, begins=table.begins)
    MoveLine.objects.bulk_create(
        MoveLine(table=row, position=n, place=place, phrase=phrase_of(move))
        for n, (place, move) in enumerate(table.lines)
    )
    return row


def _write_procedure(
    version: PolicyVersion,
    position: int,
    draft: ProcedureDraft,
    tables: dict[str, MoveTable],
    slas: dict[str, SlaVersion],
) -> None:
    row = Procedure.objects.create(
        policy_version=version,
        position=position,
        code=draft.code,
        name=draft.name,
        kind=draft.kind,
        about=draft.about,
        begins=draft.begins,
        at_triage=draft.at_triage,
        source=draft.source,
    )
    StageType.objects.bulk_create(
        StageType(
            procedure=row,
            position=n,
            code=stage.code,
            name=stage.name,
            sla_version=slas[stage.sla] if stage.sla else None,
            table=tables[stage.table],
            signer=stage.signer,
            signer_note=stage.signer_note,
            next_procedure=stage.next[0] if stage.next else "",
            next_stage=stage.next[1] if stage.next else "",
            window=slas[stage.window] if stage.window else None,
            beside=stage.beside,
            route_event=stage.route[0] if stage.route else "",
            route_state=stage.route[1] if stage.route else "",
            draft_days=stage.draft_days,
            outcomes="\n".join(f"{code}: {name}" for code, name in stage.outcomes),
            source=stage.source,
            note=stage.note,
        )
        for n, stage in enumerate(draft.stages)
    )


def _add_entries(entries: Iterable[EntryDraft]) -> None:
    there = set(Entry.objects.values_list("list", "code"))
    Entry.objects.bulk_create(
        Entry(
            list=entry.list,
            position=n,
            code=entry.code,
            name=entry.name,
            route=entry.route,
            procedure=entry.procedure,
            delivery=entry.delivery,
            source=entry.source,
        )
        for n, entry in enumerate(entries)
        if (entry.list, entry.code) not in there
    )


def procedures_of(version: PolicyVersion) -> ProceduresDraft:
    """The move tables and procedures of a published version, as they were read. Lists are not part of a version."""
    rows = MoveTable.objects.filter(policy_version=version).prefetch_related("lines")
    procedures = Procedure.objects.filter(policy_version=version).prefetch_related(
        "stages__sla_version__sla", "stages__window__sla", "stages__table"
    )
    return ProceduresDraft(
        tables=tuple((row.code, read_table(row, row.lines.all())) for row in rows),
        procedures=tuple(_procedure(row) for row in procedures),
    )


def _procedure(row: Procedure) -> ProcedureDraft:
    return ProcedureDraft(
        code=row.code,
        name=row.name,
        kind=row.kind,
        stages=tuple(_stage(stage) for stage in row.stages.all()),
        about=row.about,
        begins=row.begins,
        at_triage=row.at_triage,
        source=row.source,
    )


def _stage(row: StageType) -> StageDraft:
    return StageDraft(
        code=row.code,
        name=row.name,
        table=row.table.code,
        sla=row.sla_version.sla.code if row.sla_version else "",
        signer=row.signer,
        signer_note=row.signer_note,
        next=(row.next_procedure, row.next_stage) if row.next_stage else None,
        window=row.window.sla.code if row.window else "",
        beside=row.beside,
        route=(row.route_event, row.route_state) if row.route_event else None,
        draft_days=row.draft_days,
        outcomes=row.outcome_choices,
        source=row.source,
        note=row.note,
    )
