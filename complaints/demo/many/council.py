"""What a story needs to know of its council, read once in a process: policy, lists, days, people."""

from datetime import date, datetime
from typing import NamedTuple

from complaints.actions import intake
from complaints.actions.closing import learning_types
from complaints.demo.many.people import Staff
from complaints.models import Case, Entry, List, Procedure, StageType
from complaints.workflow import Kind, Move, Verb
from slas import service
from slas.core.calendar import LONDON, WorkingCalendar, london_date
from slas.core.rules import RuleSet
from slas.service.stages import Terms, terms_of

NO_POLICY = (
    "The council's own policy is not loaded, so there is nothing to judge cases by. Load it with "
    "`manage.py prepare`, or `manage.py load_policy surrey-cfllc --own`."
)


Moves = dict[tuple[int, str, Verb], Move | None]
"""What a verb does in a state of a type of stage, as read before."""

NO_BEGINNING = (
    "The council's own policy does not say what any new contact begins as. Load one with procedures: "
    "`manage.py load_policy surrey-cfllc --own`."
)


class NotReady(ValueError):
    """What is missing before there can be cases, in words."""


class Version(NamedTuple):
    """What contacts of a time begin as and go on to, by the version of the policy in force then."""

    types: tuple[StageType, ...]
    begins: dict[str, StageType]
    at_triage: tuple[StageType, ...]
    learning: tuple[StageType, ...]

    def of_kind(self, kind: str) -> list[StageType]:
        """What a contact can be triaged as."""
        return [type_ for type_ in self.at_triage if type_.procedure.kind == kind]

    def after(self, type_: StageType) -> StageType | None:
        """What a stage goes on to."""
        wanted = (type_.next_procedure, type_.next_stage)
        return next(
            (t for t in self.types if type_.next_stage and (t.procedure.code, t.code) == wanted), None
        )


class Council:
    """The council as stories are told of it. Raises NotReady without a policy of its own."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.staff = Staff()
        own = service.own_policy()
        if own is None or not Procedure.objects.filter(policy_version__policy=own).exists():
            raise NotReady(NO_POLICY)
        self.calendar = service.working_calendar(own.calendar_id, statutory=True)
        found = own.versions.order_by("in_force_from").values_list("in_force_from", flat=True)
        self.from_days = list(found)
        self.entries = {list_: list(Entry.objects.current(list_)) for list_ in List.values}
        self.moves: Moves = {}
        self._versions: dict[int, Version] = {}
        self._terms: dict[int, Terms] = {}
        if Procedure.Begins.ANYBODY not in self.on(london_date(now)).begins:
            raise NotReady(NO_BEGINNING)

    def on(self, day: date) -> Version:
        """The version of the policy in force on `day`; the first serves all earlier days."""
        n = max(0, sum(start <= day for start in self.from_days) - 1)
        if n not in self._versions:
            self._versions[n] = _version(day)
        return self._versions[n]

    def terms(self, type_: StageType) -> Terms | None:
        """The rules and the days a stage is judged by; None where it has no times."""
        if type_.sla_version is None:
            return None
        if type_.pk not in self._terms:
            self._terms[type_.pk] = terms_of([type_.sla_version])[type_.sla_version.pk]
        return self._terms[type_.pk]

    def rules(self, type_: StageType) -> RuleSet | None:
        terms = self.terms(type_)
        return terms.rules if terms else None

    def entry(self, list_: str, code: str) -> Entry | None:
        return next((entry for entry in self.entries[list_] if entry.code == code), None)


def _version(day: date) -> Version:
    types = tuple(intake.types_on(day).order_by("procedure__position", "position"))
    first = [type_ for type_ in types if type_.position == 0]
    return Version(
        types,
        {type_.procedure.begins: type_ for type_ in first if type_.procedure.begins},
        tuple(type_ for type_ in first if type_.procedure.at_triage and type_.procedure.kind != Kind.CONTACT),
        tuple(learning_types(Case(received_on=day))),
    )


def working_days(calendar: WorkingCalendar, since: datetime, until: datetime) -> int:
    """How many working days lie between two moments."""
    return calendar.count(since.astimezone(LONDON).date(), until.astimezone(LONDON).date())
