"""Rows of a tracker, and what is known of each before it is written: its facts, its dates, what is to be told.

What a row says was decided before it is here (`complaints.importing`). `complaints.actions.import_writing` makes cases
of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from accounts.models import User
from complaints.actions.intake import Contact
from complaints.models import Case, ImportBatch, ImportLine, StageType
from slas import service
from slas.core import facts as core
from slas.core.calendar import Moment
from slas.core.result import Deadline
from slas.core.rules import GIVEN, Rule, RuleSet
from slas.core.wording import long_date

Line = ImportLine.Kind


@dataclass(frozen=True)
class LearningRow:
    """Learning as a tracker has it. `type_` is the stage that keeps its clock, where it has one; `agreed` when it was
    agreed; `given` the day it is due where that is a date given."""

    text: str
    type_: StageType | None = None
    agreed: date | None = None
    given: date | None = None


@dataclass(frozen=True)
class ImportedCase:
    """A row as a case to be written. `fingerprint` is its content's; `typed_due` and `extended_to` are held against
    what is computed. Answered (`answered_on`) or `withdrawn`, it is closed as imported; of what was withdrawn
    `answered_on` is when. `raw` is the row as it was, its reference in `column`."""

    number: int
    key: str
    fingerprint: str
    contact: Contact
    type_: StageType
    officer: User | None = None
    responder: User | None = None
    officer_text: str = ""
    responder_text: str = ""
    typed_due: date | None = None
    extended: bool = False
    extended_to: date | None = None
    answered_on: date | None = None
    withdrawn: bool = False
    finding: str = ""
    outcome_text: str = ""
    learning: LearningRow | None = None
    remarks: Sequence[tuple[str, str, str]] = ()
    column: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)

    @property
    def own_reference(self) -> str:
        return str(self.contact.own["own_reference"])

    @property
    def over(self) -> bool:
        """Whether it is closed as it is imported."""
        return self.answered_on is not None or self.withdrawn

    @cached_property
    def rules(self) -> RuleSet | None:
        """What its stage is judged by; None where the policy gives no time."""
        return service.rule_set(self.type_.sla_version) if self.type_.sla_version else None

    @cached_property
    def events(self) -> tuple[tuple[str, Moment], ...]:
        """What happened: the stage's first event when it was received, and what meets its headline when answered."""
        if self.rules is None:
            return ()
        begun = (self.rules.events[0].code, self.contact.received)
        met_by = self.rules.headline.met_by
        if self.answered_on is None or self.withdrawn or not met_by:
            return (begun,)
        return (begun, (met_by, self.answered_on))

    @property
    def total(self) -> int | None:
        """The allowance it was extended to: all that the policy lets it be."""
        return self.rules.headline.extend_to if self.rules and self.extended else None

    @property
    def given(self) -> date | None:
        """The typed due date, where nothing but a date given sets one."""
        headline = self.rules.headline if self.rules else None
        return self.typed_due if headline and headline.given and headline.span is None else None

    @property
    def facts(self) -> core.Facts:
        """The same as the core is told it. When an extension was decided is not known, so it cures nothing and breaks
        nothing."""
        code = self.rules.headline.code if self.rules else ""
        return core.Facts.recorded(
            self.events,
            [(code, core.Given(self.given))] if self.given else [],
            [(code, core.Extension(self.total))] if self.total else [],
        )


@dataclass(frozen=True)
class Judged:
    """A row with what its dates come to. `headline`: None where the milestone does not exist yet. `left_out` are the
    sentences that say which of its facts do not count, and why."""

    row: ImportedCase
    headline: Deadline | None = None
    left_out: tuple[str, ...] = ()

    def lines(self, batch: ImportBatch, case: Case | None) -> list[ImportLine]:
        """What is to be said of the row: that it is imported, what to know of it, and where its dates differ."""
        about: dict[str, Any] = {
            "batch": batch,
            "number": self.row.number,
            "case": case,
            "reference": self.row.own_reference,
        }
        remarks = [*self.row.remarks, *(("", "", sentence) for sentence in self.left_out)]
        return [
            ImportLine(kind=Line.IMPORTED, **about),
            *(
                ImportLine(kind=Line.REMARK, column=column[:200], value=value, reason=what, **about)
                for column, value, what in remarks
            ),
            *(
                ImportLine(kind=Line.DIFFERENCE, typed_on=typed, computed_on=computed, reason=why, **about)
                for typed, computed, why in self.differences()
            ),
        ]

    def differences(self) -> list[tuple[date, date | None, str]]:
        """Each typed due date that is not the computed headline's: typed, computed (None: it cannot be), why."""
        found = []
        for typed, extended in ((self.row.typed_due, False), (self.row.extended_to, True)):
            if typed is None or typed in self._right(extended=extended):
                continue
            found.append((typed, *self._held_against(extended=extended)))
        return found

    def _right(self, *, extended: bool) -> set[date | None]:
        """The dates that a typed one may be. Some write the extended date over the first, some beside it."""
        if self.headline is None:
            return set()
        return {self.headline.due_on} if extended else {self.headline.due_on, self.headline.original_due_on}

    def _held_against(self, *, extended: bool) -> tuple[date | None, str]:
        if self.row.rules is None:
            return None, "The policy gives no time for this."
        rule = self.row.rules.headline
        due = self.headline.due_on if self.headline else None
        if due is None or self.headline is None:
            waits = self.headline.start.waiting_for if self.headline else rule.after[0]
            name = self.row.rules.names.get(waits, waits)
            for_what = "a date to be given" if waits == GIVEN else f"'{name}'"
            return None, f"It waits for {for_what}."
        if extended:
            return due, _extended_words(rule)
        return self.headline.original_due_on or due, f"By the policy{_cite(rule)}."


def _extended_words(rule: Rule) -> str:
    if rule.extend_to is not None:
        return f"Extended to the end of the time the policy allows{_cite(rule)}."
    if rule.given:
        return f"It is not extended, but another date may be given{_cite(rule)}. If one was, record it on the case."
    return f"It is never extended{_cite(rule)}."


def _cite(rule: Rule) -> str:
    return f" ({', '.join(rule.source)})" if rule.source else ""


def judge(rows: Sequence[ImportedCase]) -> list[Judged]:
    """What the dates of each row come to."""
    clocks = [
        service.Clock(n, row.type_.sla_version, row.facts)
        for n, row in enumerate(rows)
        if row.type_.sla_version is not None
    ]
    worked = {answer.key: answer for answer in service.deadlines_for(clocks)}
    found = []
    for n, row in enumerate(rows):
        answer = worked.get(n)
        headline = next((d for d in answer.deadlines if d.rule.headline), None) if answer else None
        found.append(Judged(row, headline, answer.left_out if answer else ()))
    return found


def learning_row(
    text: str, due: date | None, *, answered_on: date | None, today: date, types: Iterable[StageType]
) -> LearningRow | None:
    """Learning with a clock only where its date is still to come: whether the rest was done, no tracker says.

    It is an action that comes to the same date when it was agreed with the answer, else one whose date is given;
    where the council's policy knows neither, the text alone keeps the date.
    """
    if not text:
        return None
    if due is None:
        return LearningRow(text)
    for type_ in types if due >= today else ():
        rule = service.rule_set(type_.sla_version).headline if type_.sla_version else None
        if rule is None or type_.sla_version is None:
            continue
        if rule.given and rule.span is None:
            return LearningRow(text, type_, given=due)
        if answered_on is not None and _due_when_agreed(type_, answered_on) == due:
            return LearningRow(text, type_, agreed=answered_on)
    return LearningRow(f"{text} (due {long_date(due)})")


def _due_when_agreed(type_: StageType, agreed: date) -> date | None:
    if type_.sla_version is None:
        return None
    code = service.rule_set(type_.sla_version).events[0].code
    (worked,) = service.deadlines_for(
        [service.Clock(0, type_.sla_version, core.Facts(events={code: agreed}))]
    )
    return next((d.due_on for d in worked.deadlines if d.rule.headline), None)
