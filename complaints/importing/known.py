"""What the installation knows, as far as an import needs it: plain values, so that matching touches no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Choice:
    """One entry of a list. `words` are other names by which people call it."""

    code: str
    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnitChoice:
    """A unit. `kind` is directorate, service or team; `parent` the code of the unit above, '' at the top."""

    code: str
    name: str
    kind: str
    parent: str = ""


@dataclass(frozen=True)
class PersonChoice:
    """Somebody with an account. `key` is whatever the caller finds them again by."""

    key: str
    name: str
    email: str = ""


@dataclass(frozen=True)
class Known:
    """All that a cell's text may be matched with. A field of which nothing is known keeps its text, unmatched."""

    kinds: tuple[Choice, ...] = ()
    units: tuple[UnitChoice, ...] = ()
    people: tuple[PersonChoice, ...] = ()
    channels: tuple[Choice, ...] = ()
    outcomes: tuple[Choice, ...] = ()
    relationships: tuple[Choice, ...] = ()

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Of each coded field: code → name. Empty where nothing is known."""
        units = {unit.code: unit.name for unit in self.units}
        people = {person.key: person.name for person in self.people}
        return {
            "type": _names(self.kinds),
            "service": units,
            "team": units,
            "officer": people,
            "responder": people,
            "channel": _names(self.channels),
            "relationship": _names(self.relationships),
            "outcome": _names(self.outcomes),
        }

    @cached_property
    def _parents(self) -> Mapping[str, str]:
        return {unit.code: unit.parent for unit in self.units}

    def is_within(self, unit: str, above: str) -> bool:
        """Whether the unit is `above` or stands somewhere below it."""
        seen: set[str] = set()
        while unit and unit not in seen:
            if unit == above:
                return True
            seen.add(unit)
            unit = self._parents.get(unit, "")
        return False


def _names(choices: tuple[Choice, ...]) -> Mapping[str, str]:
    return {choice.code: choice.name for choice in choices}
