"""What a policy pack says, as values: one draft for each version of the policy in the file."""

from dataclasses import dataclass, field
from datetime import date, time

from slas.core.calendar import NamedPeriod, Receipt
from slas.core.rules import RuleSet


@dataclass(frozen=True)
class CalendarDraft:
    """The working days a policy counts. `nation` is one of the three whose bank holidays are kept."""

    name: str
    nation: str
    works_bank_holidays: bool = False
    receipt: Receipt = Receipt.STRICT
    cut_off: time | None = None
    note: str = ""
    closures: tuple[tuple[date, str], ...] = ()
    school_holidays: tuple[NamedPeriod, ...] = ()


@dataclass(frozen=True)
class PolicyDraft:
    """One version of a policy with its SLAs in order. `sources` are pairs of short name and title.

    `lines` gives the line of the file on which each SLA ('stage-1') and each milestone ('stage-1 respond')
    begins; it is no part of what is said.
    """

    code: str
    name: str
    council: str
    version: int
    in_force_from: date
    calendar: CalendarDraft
    slas: tuple[RuleSet, ...]
    sources: tuple[tuple[str, str], ...] = ()
    lines: dict[str, int] = field(default_factory=dict, compare=False)
