"""The sections of a pack about procedures: lists, move tables and procedures, read into drafts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from complaints.models import Procedure
from complaints.moves import CASE_ROLES
from complaints.policies.drafts import ProcedureDraft, ProceduresDraft, StageDraft
from complaints.policies.lists import read_lists
from complaints.policies.tables import Tables, read_tables
from complaints.workflow import Kind, State, Table, Verb
from slas.core.rules import RuleSet
from slas.packs import Entry

SECTIONS = ("lists", "move tables", "procedures")
MOST_OUTCOMES = 50
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


@dataclass
class _Pack:
    """What the stages of a pack may name, and what remains to be looked at once all of it was read."""

    slas: Mapping[str, RuleSet]
    tables: Tables
    goes_on: list[tuple[tuple[str, str], Entry]] = field(default_factory=list)


def read_procedures(top: Mapping[str, Entry], slas: Mapping[str, RuleSet]) -> ProceduresDraft:
    """The procedures of one version of a policy, whose SLAs are `slas`. PackError with the line of a mistake."""
    if "procedures" not in top:
        for section in SECTIONS:
            if section in top:
                raise top[section].error("there is no 'procedures' section to use this")
        return ProceduresDraft()
    pack = _Pack(slas, read_tables(top["move tables"]) if "move tables" in top else Tables())
    procedures: dict[str, ProcedureDraft] = {}
    lines: dict[str, int] = {f"table {code}": line for code, line in pack.tables.lines.items()}
    for entry in top["procedures"].items():
        draft = _procedure(entry, pack)
        if draft.code in procedures:
            raise entry.error(f"the procedure {draft.code} is here twice")
        if draft.begins and draft.begins in (other.begins for other in procedures.values()):
            raise entry.error(f"two procedures begin for {draft.begins}")
        procedures[draft.code] = draft
        lines[f"procedure {draft.code}"] = entry.line
    entries, places = read_lists(top["lists"], procedures) if "lists" in top else ((), {})
    _check(top["procedures"], pack, procedures)
    lines |= {f"list {list_} {code}": line for (list_, code), line in places.items()}
    return ProceduresDraft(entries, tuple(pack.tables.drafts.values()), tuple(procedures.values()), lines)


def _check(section: Entry, pack: _Pack, procedures: Mapping[str, ProcedureDraft]) -> None:
    """What can only be seen once all is read: nothing leads to what is not there."""
    stages = {(procedure.code, stage.code) for procedure in procedures.values() for stage in procedure.stages}
    for codes, entry in pack.goes_on:
        if codes not in stages:
            raise entry.error(f"{' '.join(codes)} is no stage here")
    if Procedure.Begins.ANYBODY not in (procedure.begins for procedure in procedures.values()):
        raise section.error("no procedure 'begins: anybody', so no new contact could be logged")


def _procedure(entry: Entry, pack: _Pack) -> ProcedureDraft:
    said = entry.group(
        required=("procedure", "name", "kind", "stages"), optional=("about", "begins", "at triage", "source")
    )
    code = said["procedure"].code()
    stages: dict[str, StageDraft] = {}
    for one in said["stages"].items():
        stage = _stage(one, code, pack)
        if stage.code in stages:
            raise one.error(f"{code} has the stage {stage.code} twice")
        stages[stage.code] = stage
    if not stages:
        raise said["stages"].error("a procedure has at least one stage")
    begins = [choice.value for choice in Procedure.Begins if choice]
    return ProcedureDraft(
        code=code,
        name=said["name"].words(),
        kind=said["kind"].choice(*Kind),
        stages=tuple(stages.values()),
        about=said["about"].note() if "about" in said else "",
        begins=said["begins"].choice(*begins) if "begins" in said else "",
        at_triage=said["at triage"].yes() if "at triage" in said else True,
        source=said["source"].words() if "source" in said else "",
    )


def _stage(entry: Entry, procedure: str, pack: _Pack) -> StageDraft:
    said = entry.group(required=("stage", "name", "moves"), optional=_STAGE_OPTIONS)
    signer = said["signed by"].choice(*CASE_ROLES) if "signed by" in said else ""
    table = pack.tables.with_signer(said["moves"], signer)
    draft = StageDraft(
        code=said["stage"].code(),
        name=said["name"].words(),
        table=said["moves"].text(),
        sla=said["sla"].choice(*pack.slas) if "sla" in said else "",
        signer=signer,
        signer_note=said["signed by note"].note() if "signed by note" in said else "",
        next=_next(said["goes on to"], procedure) if "goes on to" in said else None,
        window=said["escalation window"].choice(*pack.slas) if "escalation window" in said else "",
        beside=said["beside"].yes() if "beside" in said else False,
        route=_route(said["down the complaints route"]) if "down the complaints route" in said else None,
        draft_days=_days(said["draft reaches us"]) if "draft reaches us" in said else None,
        outcomes=_outcomes(said["outcomes"]) if "outcomes" in said else (),
        source=said["source"].words() if "source" in said else "",
        note=said["note"].note() if "note" in said else "",
    )
    _check_stage(said, draft, table, pack)
    if draft.next == (procedure, draft.code):
        raise said["goes on to"].error(f"{draft.code} goes on to itself")
    if draft.next:
        pack.goes_on.append((draft.next, said["goes on to"]))
    return draft


def _check_stage(said: Mapping[str, Entry], draft: StageDraft, table: Table, pack: _Pack) -> None:
    """A stage says nothing that its table or its SLA cannot do."""
    verbs = {move.verb for _, move in table.lines}
    events = pack.slas[draft.sla].event_names if draft.sla else {}
    if "goes on to" in said and Verb.ESCALATE not in verbs:
        raise said["goes on to"].error(f"nobody can take it there: {draft.table} has no move 'escalate'")
    if "escalation window" in said and not draft.next:
        raise said["escalation window"].error("there is no next stage to ask for: say what it 'goes on to'")
    if "signed by note" in said and not draft.signer:
        raise said["signed by note"].error("it does not say who signs: add 'signed by'")
    if "draft reaches us" in said and not draft.sla:
        raise said["draft reaches us"].error("there is no date to count from: add 'sla'")
    if "outcomes" in said and Verb.REVIEW not in verbs:
        raise said["outcomes"].error(f"nobody can choose one: {draft.table} has no move 'review'")
    if Verb.REVIEW in verbs and not draft.outcomes:
        raise said["moves"].error(f"{draft.table} has a move 'review', so say which 'outcomes' it may have")
    writing = {role for _, move in table.lines if move.verb is Verb.SUBMIT for role in move.roles}
    for phrase, _ in draft.outcomes:
        if (role := phrase.partition(" by ")[2]) and role not in writing:
            raise said["outcomes"].error(f"'{phrase}': {role} does not submit an answer in {draft.table}")
    if draft.route and draft.route[0] not in events:
        raise said["down the complaints route"].error(
            f"{draft.route[0]} is no event of {draft.sla or 'a stage without sla'}"
        )
    if draft.route and draft.route[1] not in table.states:
        raise said["down the complaints route"].error(f"{draft.table} has no state {draft.route[1]}")


def _outcomes(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Each as 'code', or 'code by role' where the outcome says who writes the answer (SC1)."""
    found = []
    codes: set[str] = set()
    for phrase, value in entry.group(optional=None).items():
        code, by, role = phrase.partition(" by ")
        found.append((value.parse_code(code) + by + role, value.words()))
        if code in codes:
            raise value.error(f"'{code}' is said twice")
        codes.add(code)
    if not 0 < len(found) <= MOST_OUTCOMES:
        raise entry.error(f"there are {len(found)} outcomes: give 1 to {MOST_OUTCOMES}")
    return tuple(found)


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
