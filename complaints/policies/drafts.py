"""What a pack says of procedures, as values. `policies.publishing` writes them as rows."""

from dataclasses import dataclass, field

from complaints.workflow import Table


@dataclass(frozen=True)
class EntryDraft:
    """One entry of a list people choose from."""

    list: str
    code: str
    name: str
    route: str = ""
    procedure: str = ""
    delivery: str = ""
    source: str = ""


@dataclass(frozen=True)
class StageDraft:
    """One stage of a procedure. `sla` and `window` are codes of SLAs of the same version, or ''. `next` is
    (procedure, stage), or None."""

    code: str
    name: str
    table: str
    sla: str = ""
    signer: str = ""
    signer_note: str = ""
    next: tuple[str, str] | None = None
    window: str = ""
    beside: bool = False
    route: tuple[str, str] | None = None
    draft_days: int | None = None
    outcomes: tuple[tuple[str, str], ...] = ()
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class ProcedureDraft:
    """One procedure with its stages in order."""

    code: str
    name: str
    kind: str
    stages: tuple[StageDraft, ...]
    about: str = ""
    begins: str = ""
    at_triage: bool = True
    source: str = ""


@dataclass(frozen=True)
class ProceduresDraft:
    """All that one version of a policy says of procedures. `lines` are places in the file."""

    entries: tuple[EntryDraft, ...] = ()
    tables: tuple[tuple[str, Table], ...] = ()
    procedures: tuple[ProcedureDraft, ...] = ()
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    def __bool__(self) -> bool:
        return bool(self.procedures)
