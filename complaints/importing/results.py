"""What becomes of a row: imported, there already, or rejected; and what there is to know about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from complaints.references import own_key
from slas.core.calendar import Moment


@dataclass(frozen=True)
class Remark:
    """Something to know about a row that is imported all the same. `column` is its heading."""

    number: int
    column: str
    value: str
    what: str


@dataclass(frozen=True)
class Rejected:
    """A row that is not imported. `column` and `value` are those of the first reason; `raw` is the row as it was."""

    number: int
    column: str
    value: str
    reason: str
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Repeated:
    """A row that stands in the file already, with the same reference and content, as row `first`."""

    number: int
    own_reference: str
    first: int
    fingerprint: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """What its reference shares with that of row `first`."""
        return own_key(self.own_reference)


@dataclass(frozen=True)
class Row:
    """One row, cleaned. Codes are '' where the text beside them is blank or matches nothing.

    `received` has a time where the tracker gives one, in London. `due_on` is what was typed, to be held against what is
    computed; `due_text` what was typed where that is no date. `extended_to` may be None although `extended`.
    `raw` is each heading with its text as typed; `fingerprint` a digest of the same, alike for xlsx, ods and csv.
    """

    number: int
    own_reference: str
    received: Moment
    kind: str
    kind_text: str
    channel: str = ""
    channel_text: str = ""
    complainant: str = ""
    relationship: str = ""
    relationship_text: str = ""
    young_person: str = ""
    email: str = ""
    phone: str = ""
    postcode: str = ""
    service: str = ""
    service_text: str = ""
    team: str = ""
    team_text: str = ""
    officer: str = ""
    officer_text: str = ""
    responder: str = ""
    responder_text: str = ""
    mp_or_councillor: str = ""
    summary: str = ""
    due_on: date | None = None
    due_text: str = ""
    extended: bool = False
    extended_to: date | None = None
    responded_on: date | None = None
    outcome: str = ""
    outcome_text: str = ""
    learning: str = ""
    learning_due: date | None = None
    raw: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def identity(self) -> str:
        """What two references share that a person would call the same."""
        return own_key(self.own_reference)
