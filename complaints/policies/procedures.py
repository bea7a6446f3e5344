"""The sections of a pack about procedures: lists, move tables and procedures, read into drafts."""

import re
from collections.abc import Mapping

import yaml

from accounts.roles import Role
from complaints.models import List, Procedure
from complaints.moves import CASE_ROLES
from complaints.policies.drafts import EntryDraft, ProcedureDraft, ProceduresDraft, StageDraft
from complaints.workflow import Kind, Move, MoveError, State, Table, parse_move, parse_place
from slas.core.receipt import Delivery
from slas.core.rules import RuleSet
from slas.packs import Entry

SECTIONS = ("lists", "move tables", "procedures")
_DAYS = re.compile(r"([0-9]{1,2}) working days? before")
_STAGE_OPTIONS = (
    "sla",
    "signed by",
    "signed by note",
    "goes on to",
    "escalation window",
    "beside",
    "down the complaints route",
    "draft reaches us",
    "outcomes",
    "source",
    "note",
)
Slas = Mapping[str, RuleSet]
Tables = Mapping[str, Table]


def read_procedures(top: Mapping[str, Entry], slas: Slas) -> ProceduresDraft:
    """The procedures of one version of a policy, whose SLAs are `slas`. PackError with the line of a mistake."""
    if "procedures" not in top:
        for section in SECTIONS:
            if section in top:
                raise top[section].error("there is no 'procedures' section to use this")
        return ProceduresDraft()
    tables = _tables(top["move tables"]) if "move tables" in top else {}
    procedures: dict[str, ProcedureDraft] = {}
    lines: dict[str, int] = {}
    for entry in top["procedures"].items():
        draft = _procedure(entry, tables, slas)
        if draft.code in procedures:
            raise entry.error(f"the procedure {draft.code} is here twice")
        if draft.begins and draft.begins in (other.begins for other in procedures.values()):
            raise entry.error(f"two procedures begin for {draft.begins}")
        procedures[draft.code] = draft
        lines[draft.code] = entry.line
    _check_next(top["procedures"], procedures)
    entries = _entries(top["lists"], procedures) if "lists" in top else ()
    return ProceduresDraft(entries, tuple(tables.items()), tuple(procedures.values()), lines)


def _check_next(section: Entry, procedures: Mapping[str, ProcedureDraft]) -> None:
    stages = {(p.code, s.code) for p in procedures.values() for s in p.stages}
    for entry, procedure in zip(section.items(), procedures.values(), strict=True):
        for stage in procedure.stages:
            if stage.next and stage.next not in stages:
                raise entry.error(f"{stage.name} goes on to {' '.join(stage.next)}, which is no stage here")


def _entries(section: Entry, procedures: Mapping[str, ProcedureDraft]) -> tuple[EntryDraft, ...]:
    return tuple(
        _entry(list_, entry.parse_code(code), entry, procedures)
        for list_, entries in section.group(optional=tuple(List.values)).items()
        for code, entry in entries.group(optional=None).items()
    )


def _entry(list_: str, code: str, entry: Entry, procedures: Mapping[str, ProcedureDraft]) -> EntryDraft:
    if not isinstance(entry.node, yaml.MappingNode):
        return EntryDraft(list_, code, entry.words())
    said = entry.group(required=("name",), optional=("use instead", "logged as", "arrives", "source"))
    if "logged as" in said and said["logged as"].text() not in procedures:
        raise said["logged as"].error(f"there is no procedure {said['logged as'].text()}")
    return EntryDraft(
        list=list_,
        code=code,
        name=said["name"].words(),
        route=said["use instead"].note() if "use instead" in said else "",
        procedure=said["logged as"].code() if "logged as" in said else "",
        delivery=said["arrives"].choice(*Delivery) if "arrives" in said else "",
        source=said["source"].words() if "source" in said else "",
    )


def _tables(section: Entry) -> dict[str, Table]:
    return {entry.parse_code(code): _table(entry) for code, entry in section.group(optional=None).items()}


def _table(entry: Entry) -> Table:
    said = entry.group(required=("begins", "moves"))
    lines: list[tuple[str, Move]] = []
    for place, moves in said["moves"].group(optional=None).items():
        for phrase in moves.items():
            try:
                lines.append((parse_place(place), _move(phrase.text())))
            except MoveError as error:
                raise phrase.error(str(error)) from None
    try:
        return Table(State(said["begins"].choice(*State)), tuple(lines))
    except MoveError as error:
        raise entry.error(str(error)) from None


def _move(phrase: str) -> Move:
    return parse_move(phrase, anyone=CASE_ROLES, known=lambda role: role in Role.values)


def _procedure(entry: Entry, tables: Tables, slas: Slas) -> ProcedureDraft:
    said = entry.group(
        required=("procedure", "name", "kind", "stages"), optional=("about", "begins", "at triage", "source")
    )
    stages = tuple(_stage(stage, said["procedure"].code(), tables, slas) for stage in said["stages"].items())
    if not stages:
        raise said["stages"].error("a procedure has at least one stage")
    if len({stage.code for stage in stages}) < len(stages):
        raise said["stages"].error("two stages have one code")
    begins = [choice.value for choice in Procedure.Begins if choice]
    return ProcedureDraft(
        code=said["procedure"].code(),
        name=said["name"].words(),
        kind=said["kind"].choice(*Kind),
        stages=stages,
        about=said["about"].note() if "about" in said else "",
        begins=said["begins"].choice(*begins) if "begins" in said else "",
        at_triage=said["at triage"].yes() if "at triage" in said else True,
        source=said["source"].words() if "source" in said else "",
    )


def _stage(entry: Entry, procedure: str, tables: Tables, slas: Slas) -> StageDraft:
    said = entry.group(required=("stage", "name", "moves"), optional=_STAGE_OPTIONS)
    table = said["moves"].choice(*tables)
    signer = said["signed by"].choice(*Role.values) if "signed by" in said else ""
    route = _route(said["down the complaints route"]) if "down the complaints route" in said else None
    if route and route[1] not in tables[table].states:
        raise said["down the complaints route"].error(f"{table} has no state {route[1]}")
    outcomes = said["outcomes"].group(optional=None) if "outcomes" in said else {}
    return StageDraft(
        code=said["stage"].code(),
        name=said["name"].words(),
        table=table,
        sla=said["sla"].choice(*slas) if "sla" in said else "",
        signer=signer,
        signer_note=said["signed by note"].note() if "signed by note" in said else "",
        next=_next(said["goes on to"], procedure) if "goes on to" in said else None,
        window=said["escalation window"].choice(*slas) if "escalation window" in said else "",
        beside=said["beside"].yes() if "beside" in said else False,
        route=route,
        draft_days=_days(said["draft reaches us"]) if "draft reaches us" in said else None,
        outcomes=tuple((value.parse_code(code), value.words()) for code, value in outcomes.items()),
        source=said["source"].words() if "source" in said else "",
        note=said["note"].note() if "note" in said else "",
    )


def _next(entry: Entry, procedure: str) -> tuple[str, str]:
    """'stage-2' of this procedure, or 'children-act stage-2' of another."""
    first, _, second = entry.text().partition(" ")
    codes = (first, second) if second else (procedure, first)
    return entry.parse_code(codes[0]), entry.parse_code(codes[1])


def _route(entry: Entry) -> tuple[str, str]:
    event, _, state = entry.text().partition(", then ")
    if state not in list(State):
        raise entry.error(
            "say which event is recorded and where the stage stays: 'complaint-route, then to-copy'"
        )
    return entry.parse_code(event), state


def _days(entry: Entry) -> int:
    found = _DAYS.fullmatch(entry.text())
    if not found:
        raise entry.error("say how long before the formal date, like '2 working days before'")
    return int(found[1])
