"""What this council knows, for matching a tracker's words with: kinds of stages, units, people, channels, outcomes."""

from collections.abc import Iterable
from datetime import date

from accounts.models import Unit, User
from complaints.actions.imports import UNMATCHED
from complaints.actions.intake import types_on
from complaints.importing.known import Choice, Known, PersonChoice, UnitChoice
from complaints.importing.words import ANSWERED, WITHDRAWN
from complaints.models import Entry, Finding, List, Procedure, StageType
from slas import service
from slas.models import PolicyVersion


def known_here(on: date, within: Unit | None = None) -> Known:
    """All that a tracker's cells may be matched with, by the policy in force on a day; of the units those at or below
    `within`."""
    return Known(
        kinds=_kinds(_by_kind(_types(on))),
        units=_units(within),
        people=tuple(
            PersonChoice(user.email, user.name, user.email) for user in User.objects.active().order_by("pk")
        ),
        channels=tuple(Choice(entry.code, entry.name) for entry in Entry.objects.current(List.CHANNEL)),
        outcomes=(
            *(Choice(value, label) for value, label in Finding.choices),
            Choice(ANSWERED, "Answered"),
            Choice(WITHDRAWN, "Withdrawn"),
        ),
    )


class StageTypes:
    """The stages a row may be of, by the code of its kind (procedure and stage): those of the version of the council's
    own policy that was in force on the row's day."""

    def __init__(self, today: date) -> None:
        versions = PolicyVersion.objects.filter(policy=service.own_policy()).order_by("in_force_from")
        self._begins = list(versions.values_list("in_force_from", flat=True))
        self._kept: dict[int, list[StageType]] = {}
        self._by_kind: dict[int, dict[str, StageType]] = {}
        self._today = today

    def of(self, kind: str, on: date) -> StageType:
        """The stage of a kind that today's policy has: as it was on a day, or where it was not yet, as it is."""
        return self._kinds(on).get(kind) or self._kinds(self._today)[kind]

    def learning(self, on: date) -> list[StageType]:
        """The kinds of action that may come of a case received on a day, in their order."""
        return [type_ for type_ in self._on(on) if type_.procedure.begins == Procedure.Begins.LEARNING]

    def _kinds(self, on: date) -> dict[str, StageType]:
        number = self._version(on)
        if number not in self._by_kind:
            self._by_kind[number] = _by_kind(self._on(on))
        return self._by_kind[number]

    def _on(self, on: date) -> list[StageType]:
        number = self._version(on)
        if number not in self._kept:
            self._kept[number] = _types(on)
        return self._kept[number]

    def _version(self, on: date) -> int:
        return sum(begins <= on for begins in self._begins)


def _types(on: date) -> list[StageType]:
    return list(types_on(on).order_by("procedure__position", "position"))


def _by_kind(types: Iterable[StageType]) -> dict[str, StageType]:
    """The stages that keep a case open, by the code of their kind."""
    return {f"{type_.procedure.code} {type_.code}": type_ for type_ in types if not type_.beside}


def _kinds(types: dict[str, StageType]) -> tuple[Choice, ...]:
    """Each kind by its name, and by its SLA's where no earlier kind has that SLA: people call a stage by it."""
    taken: set[int] = set()
    found: list[Choice] = []
    for code, type_ in types.items():
        procedure, name = type_.procedure.name, type_.name
        words: list[str] = []
        if type_.sla_version is not None and type_.sla_version.pk not in taken:
            taken.add(type_.sla_version.pk)
            words = [type_.sla_version.name, type_.sla_version.sla.code.replace("-", " ")]
        if type_.position == 0:
            words.append(procedure)
        found.append(Choice(code, procedure if procedure == name else f"{procedure}, {name}", tuple(words)))
    return tuple(found)


def _units(within: Unit | None) -> tuple[UnitChoice, ...]:
    units = Unit.objects.current().exclude(code__startswith=UNMATCHED).select_related("parent")
    if within is not None:
        units = units.at_or_below([within.path])
    return tuple(
        UnitChoice(u.code, u.name, u.kind, u.parent.code if u.parent else "") for u in units.order_by("path")
    )
