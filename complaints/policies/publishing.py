"""Procedures of a policy version as rows. What is published is never changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from audit.service import Actor, record
from complaints.models import Entry, List, MoveLine, MoveTable, Procedure, StageType
from complaints.moves import phrase_of
from complaints.policies.drafts import (
    EntryDraft,
    ProcedureDraft,
    ProceduresDraft,
    first_difference,
    lines_by_table,
)
from complaints.policies.rows import entries_of, procedures_of
from complaints.workflow import Need
from slas.models import Policy, PolicyVersion, SlaVersion, new_revision
from slas.service import PublishError


class Written(NamedTuple):
    """What publishing procedures did: whether rows were written, and what was left as it is, in words."""

    created: bool
    kept: tuple[str, ...] = ()


@transaction.atomic
def publish_procedures(
    draft: ProceduresDraft, version: PolicyVersion, *, new: bool, by: Actor | None, now: datetime
) -> Written:
    """Write the procedures of `version`, once; `new` where the version itself is published in the same breath.

    Lists belong to the policy and gain entries; what is in them stays as it is here, for the rows are the truth. Raises
    PublishError, with `sla` naming the place ('table triage'), when the version has other procedures already, or when
    they would leave the council without what it has.
    """
    PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if not draft:
        _check_not_lost(version)
        return Written(False)
    if Procedure.objects.filter(policy_version=version).exists():
        _check_same(draft, version)
        return Written(*_write_lists(draft, version.policy))
    tables = _write_tables(draft, version)
    slas = {row.sla.code: row for row in version.slas.select_related("sla")}
    for position, procedure in enumerate(draft.procedures):
        _write_procedure(version, position, procedure, tables, slas)
    kept = _write_lists(draft, version.policy)[1]
    _check_logged_as(draft, version.policy)
    # What a process kept of this version before must not be taken for what it has now.
    PolicyVersion.objects.filter(pk=version.pk).update(revision=new_revision())
    if not new:
        policy = version.policy
        record(
            stream=f"policy:{policy.code}",
            verb="procedures-published",
            by=by,
            sentence=f"{policy.name}, version {version.number}: {len(draft.procedures)} procedures added.",
            now=now,
            details={"version": version.number, "procedures": [p.code for p in draft.procedures]},
        )
    return Written(True, kept)


def check_lists(draft: ProceduresDraft, policy: Policy) -> None:
    """Raise PublishError where a move asks for what no list of `policy` offers: once all that is loaded is written."""
    offered = Entry.objects.filter(policy=policy, list=List.LATE_REASON, retired_on__isnull=True).exists()
    lines = lines_by_table(draft.tables)
    for table in {} if offered else dict.fromkeys(s.table for p in draft.procedures for s in p.stages):
        if any(Need.LATE_REASON in move.needs for _, _, move in lines[table]):
            raise PublishError(
                f"{table} asks why an answer is late, and there is nothing to choose: put reasons into the list "
                f"{List.LATE_REASON}",
                f"table {table}",
            )


def _check_not_lost(version: PolicyVersion) -> None:
    """A version that says nothing of procedures would leave the council unable to log a contact."""
    earlier = version.policy.versions.filter(number__lte=version.number, procedures__isnull=False)
    before = earlier.order_by("-number").first()
    if before is not None:
        raise PublishError(
            f"version {before.number} has procedures and this says nothing of them: put in those of version "
            f"{version.number}, all of them"
        )


def _check_same(draft: ProceduresDraft, version: PolicyVersion) -> None:
    if where := first_difference(draft, procedures_of(version)):
        raise PublishError(
            f"{where} differs from version {version.number} as published, and a published version is never "
            f"changed: give the new procedures version {version.number + 1} and the day they come into force",
            where,
        )


def _check_logged_as(draft: ProceduresDraft, policy: Policy) -> None:
    """Nothing that can be chosen leads to a procedure that is no more."""
    codes = {procedure.code for procedure in draft.procedures}
    current = Entry.objects.filter(policy=policy, retired_on__isnull=True).exclude(procedure="")
    for entry in current.exclude(procedure__in=codes):
        raise PublishError(
            f"'{entry.name}' in the list {entry.list} is logged as {entry.procedure}, which this version has not: "
            "retire it first, or keep the procedure"
        )


def _write_tables(draft: ProceduresDraft, version: PolicyVersion) -> dict[str, MoveTable]:
    lines = lines_by_table(draft.tables)
    found = {}
    for position, table in enumerate(draft.tables):
        row = MoveTable.objects.create(
            policy_version=version,
            position=position,
            code=table.code,
            name=table.name,
            begins=table.begins or "",
        )
        MoveLine.objects.bulk_create(
            MoveLine(table=row, position=n, place=place, phrase=phrase_of(move), part=part)
            for n, (part, place, move) in enumerate(lines[table.code])
        )
        found[table.code] = row
    return found


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


def _write_lists(draft: ProceduresDraft, policy: Policy) -> tuple[bool, tuple[str, ...]]:
    """Add what the lists of a policy have not. Whether that was anything, and which entries are kept as they are
    though the file has them otherwise."""
    there = {(entry.list, entry.code): entry for entry in entries_of(policy)}
    missing = [(n, entry) for n, entry in enumerate(draft.entries) if (entry.list, entry.code) not in there]
    Entry.objects.bulk_create(_entry(policy, n, entry) for n, entry in missing)
    return bool(missing), tuple(_kept(draft.entries, there))


def _entry(policy: Policy, position: int, entry: EntryDraft) -> Entry:
    return Entry(
        policy=policy,
        list=entry.list,
        position=position,
        code=entry.code,
        name=entry.name,
        route=entry.route,
        procedure=entry.procedure,
        delivery=entry.delivery,
        source=entry.source,
        retired_on=entry.retired_on,
    )


def _kept(entries: Iterable[EntryDraft], there: dict[tuple[str, str], EntryDraft]) -> Iterable[str]:
    for entry in entries:
        here = there.get((entry.list, entry.code))
        if here is not None and here != entry:
            what = "retired" if here.retired_on and not entry.retired_on else "as it is here"
            yield f"'{here.name}' in the list {entry.list} stays {what}; the file's differs"
