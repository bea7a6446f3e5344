"""Rows of procedures and lists, as the drafts they could be published from."""

from complaints.models import Entry, List, MoveTable, Procedure, StageType
from complaints.moves import parse
from complaints.policies.drafts import EntryDraft, ProcedureDraft, ProceduresDraft, StageDraft, TableDraft
from complaints.workflow import State, parse_place
from slas.models import Policy, PolicyVersion


def procedures_drafts(policy: Policy) -> list[ProceduresDraft]:
    """The procedures of every version of `policy`, oldest first; the lists, which belong to all of them, with the
    newest that has procedures."""
    drafts = [procedures_of(version) for version in policy.versions.order_by("number")]
    newest = max((n for n, draft in enumerate(drafts) if draft), default=None)
    if newest is not None:
        last = drafts[newest]
        drafts[newest] = ProceduresDraft(entries_of(policy), last.tables, last.procedures)
    return drafts


def entries_of(policy: Policy) -> tuple[EntryDraft, ...]:
    """The lists of a policy, what is retired too: list by list, each in its order."""
    order = {list_: n for n, list_ in enumerate(List.values)}
    rows = Entry.objects.filter(policy=policy).order_by("position", "name", "pk")
    return tuple(_entry(row) for row in sorted(rows, key=lambda row: order[row.list]))


def _entry(row: Entry) -> EntryDraft:
    return EntryDraft(
        list=row.list,
        code=row.code,
        name=row.name,
        route=row.route,
        procedure=row.procedure,
        delivery=row.delivery,
        source=row.source,
        retired_on=row.retired_on,
    )


def procedures_of(version: PolicyVersion) -> ProceduresDraft:
    """The move tables and procedures of a published version, as they were read. Lists are not part of a version."""
    tables = MoveTable.objects.filter(policy_version=version).prefetch_related("lines")
    procedures = Procedure.objects.filter(policy_version=version).prefetch_related(
        "stages__sla_version__sla", "stages__window__sla", "stages__table"
    )
    return ProceduresDraft(
        tables=tuple(_table(row) for row in tables),
        procedures=tuple(_procedure(row) for row in procedures),
    )


def _table(row: MoveTable) -> TableDraft:
    lines = list(row.lines.all())
    return TableDraft(
        code=row.code,
        begins=State(row.begins) if row.begins else None,
        own=tuple((parse_place(line.place), parse(line.phrase)) for line in lines if not line.part),
        also=tuple(dict.fromkeys(line.part for line in lines if line.part)),
        name=row.name,
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
        outcomes=row.outcome_phrases,
        source=row.source,
        note=row.note,
    )
