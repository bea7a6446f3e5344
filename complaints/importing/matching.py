"""What a cell's text means here: one code, or none and the codes it could be. It is never guessed between two.

A type decides a deadline: a text that says less than a kind's name is matched only where no other kind fits it,
and a number (the stage) has to be the same on both sides.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from complaints.importing.cells import NOTHING, key
from complaints.importing.known import Choice, Known, PersonChoice, UnitChoice
from complaints.importing.words import SAME_CHANNEL, SAME_OUTCOME, SAME_RELATIONSHIP, tokens

MOST_CANDIDATES = 12


@dataclass(frozen=True)
class Match:
    """`code` is '' where nothing or more than one thing fits; then `could_be` names what might be meant."""

    code: str = ""
    could_be: tuple[str, ...] = ()


NO_MATCH = Match()

_SAME_WORD = {
    "childrens": "children",
    "child": "children",
    "cllr": "councillor",
    "cllrs": "councillor",
    "councillors": "councillor",
    "mps": "mp",
    "enquiries": "enquiry",
    "inquiry": "enquiry",
    "inquiries": "enquiry",
    "enq": "enquiry",
    "query": "enquiry",
    "lgo": "lgsco",
    "ombudsman": "lgsco",
    "ombudsmans": "lgsco",
    "send": "sen",
    "corp": "corporate",
    "stat": "statutory",
    "educational": "education",
    "stg": "stage",
    "one": "1",
    "two": "2",
    "three": "3",
    "first": "1",
    "second": "2",
    "third": "3",
    "1st": "1",
    "2nd": "2",
    "3rd": "3",
    "concerns": "concern",
    "comments": "comment",
    "compliments": "compliment",
    "complaints": "complaint",
    "notifications": "notification",
    "teams": "team",
    "services": "service",
}
_STAGE_AND_NUMBER = re.compile(r"\b(?:stage|stg|s)([1-3])\b")
_NON = re.compile(r"\bnon[ -](?=[a-z])")
_SAID_ANYWAY = frozenset(
    ("complaint", "the", "a", "an", "of", "for", "and", "or", "from", "formal", "procedure", "case")
)
_ADDED_ANYWAY = frozenset(
    ("notification", "notice", "enquiry", "investigation", "response", "request", "review", "received")
)
_OF_A_BODY = frozenset(("enquiry", "notification"))
"""'LGSCO' or 'MP' alone is that body's enquiry, not its draft decision or remedy."""
_OF_A_UNIT = frozenset(
    ("team", "service", "the", "and", "of", "dept", "department", "unit", "directorate", "division")
)
_BEFORE_A_CHANNEL = frozenset(("by", "via", "the", "a", "an"))
_TITLES = frozenset(
    ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "sir", "dame", "lady", "cllr")
)
_NAME_PART = re.compile(r"[^\W\d_]+(?:['\-][^\W\d_]+)*")

Words = frozenset[str]


def _words(text: str, small: Words) -> Words:
    """The words that carry a meaning, each in one spelling; all of them where none would be left."""
    text = _NON.sub("non", _STAGE_AND_NUMBER.sub(r"stage \1", key(text).replace("'", "")))
    found = frozenset(_SAME_WORD.get(word, word) for word in tokens(text))
    return frozenset(found - small) or found


def _numbers(words: Words) -> Words:
    return frozenset(word for word in words if word.isdigit())


def _one(codes: Iterable[str]) -> Match | None:
    """The match that codes found at one level of sureness make: none, one, or several to choose from."""
    found = tuple(dict.fromkeys(codes))
    if len(found) == 1:
        return Match(found[0])
    return Match("", found[:MOST_CANDIDATES]) if found else None


class KindMatcher:
    """Finds the kind of case that a type column's text means."""

    def __init__(self, kinds: Sequence[Choice]) -> None:
        self._exact: dict[str, list[str]] = {}
        self._words: list[tuple[str, Words]] = []
        for kind in kinds:
            for name in (kind.name, kind.code, *kind.words):
                self._exact.setdefault(key(name), []).append(kind.code)
                self._words.append((kind.code, _words(name, _SAID_ANYWAY)))

    def __call__(self, text: str) -> Match:
        if sure := _one(self._exact.get(key(text), ())):
            return sure
        said = _words(text, _SAID_ANYWAY)
        if not said:
            return NO_MATCH
        if same := _one(code for code, words in self._words if words == said):
            return same
        shorter = [(code, words) for code, words in self._words if said < words]
        longer = [
            (code, words) for code, words in self._words if words < said and said - words <= _ADDED_ANYWAY
        ]
        if enquiry := _one(code for code, words in shorter if words - said <= _OF_A_BODY):
            return enquiry
        for near in (shorter, longer):
            if found := _one(code for code, _ in near):
                agrees = any(_numbers(words) == _numbers(said) for _, words in near)
                return found if agrees or not found.code else Match("", (found.code,))
        within = (code for code, words in self._words if words < said)
        return Match("", tuple(dict.fromkeys((*within, *_close(text, self._exact))))[:MOST_CANDIDATES])


def _close(text: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Codes whose name is spelled nearly so: suggested, never taken."""
    near = get_close_matches(key(text)[:100], names, n=3, cutoff=0.75)
    return [code for name in near for code in names[name]]


class UnitMatcher:
    """Finds a unit by name or code; of several with one name, the sort that the column is about."""

    ORDER: Mapping[str, tuple[str, ...]] = {
        "service": ("service", "directorate", "team"),
        "team": ("team", "service", "directorate"),
    }

    def __init__(self, units: Sequence[UnitChoice], field: str) -> None:
        self._order = self.ORDER[field]
        self._kinds = {unit.code: unit.kind for unit in units}
        self._exact: dict[str, list[str]] = {}
        self._words: list[tuple[str, Words]] = []
        for unit in units:
            self._exact.setdefault(key(unit.name), []).append(unit.code)
            self._exact.setdefault(key(unit.code), []).append(unit.code)
            self._words.append((unit.code, _words(unit.name, _OF_A_UNIT)))

    def __call__(self, text: str) -> Match:
        if sure := self._of_first_sort(self._exact.get(key(text), ())):
            return sure
        said = _words(text, _OF_A_UNIT)
        if same := self._of_first_sort(code for code, words in self._words if words == said and said):
            return same
        near = (code for code, words in self._words if words and (words < said or said < words) and said)
        return Match("", tuple(dict.fromkeys((*near, *_close(text, self._exact))))[:MOST_CANDIDATES])

    def _of_first_sort(self, codes: Iterable[str]) -> Match | None:
        found = tuple(dict.fromkeys(codes))
        for kind in self._order:
            if of_kind := _one(code for code in found if self._kinds[code] == kind):
                return of_kind
        return _one(found)


class PersonMatcher:
    """Finds somebody by e-mail address, full name, or initial and surname where one person alone has them."""

    def __init__(self, people: Sequence[PersonChoice]) -> None:
        self._full: dict[tuple[str, ...], list[str]] = {}
        self._short: dict[tuple[str, ...], list[str]] = {}
        self._email: dict[str, list[str]] = {}
        for person in people:
            parts = _name(person.name)
            self._full.setdefault(parts, []).append(person.key)
            for at in range(1, len(parts)):
                self._short.setdefault((parts[0][0], *parts[at:]), []).append(person.key)
            if person.email:
                self._email.setdefault(key(person.email), []).append(person.key)

    def __call__(self, text: str) -> Match:
        if by_email := _one(self._email.get(key(text), ())):
            return by_email
        last, comma, first = text.partition(",")
        parts = _name(f"{first} {last}") if comma else _name(text)
        if not parts or any(character.isdigit() for character in text):
            return NO_MATCH
        if by_name := _one(self._full.get(parts, ())):
            return by_name
        return _one(self._short.get(self._as_short(parts), ())) or NO_MATCH

    def _as_short(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """'A. B. Okonkwo' and 'Okonkwo A' as ('a', 'okonkwo'); what has no initial as nothing that could fit."""
        initials = [part for part in parts if len(part) == 1]
        names = tuple(part for part in parts if len(part) > 1)
        leads = len(parts[0]) == 1 or (len(names) == 1 and len(parts) == 2)
        return (initials[0], *names) if initials and names and leads else ()


def _name(text: str) -> tuple[str, ...]:
    """The parts of a name, without title and accents."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", key(text)) if not unicodedata.combining(c))
    parts = tuple(_NAME_PART.findall(bare))
    return tuple(part for part in parts if part not in _TITLES) or parts


class ChoiceMatcher:
    """Finds an entry of a list by its name, or by what people call the same thing."""

    def __init__(self, choices: Sequence[Choice], same: Sequence[Sequence[str]]) -> None:
        self._groups = {_said(word): place for place, words in enumerate(same) for word in words}
        self._exact: dict[str, list[str]] = {}
        self._grouped: dict[int, list[str]] = {}
        self._words = [(choice.code, frozenset(tokens(choice.name))) for choice in choices]
        for choice in choices:
            for name in (choice.name, choice.code, *choice.words):
                self._exact.setdefault(_said(name), []).append(choice.code)
                if (group := self._groups.get(_said(name))) is not None:
                    self._grouped.setdefault(group, []).append(choice.code)

    def __call__(self, text: str) -> Match:
        said = _said(text)
        if sure := _one(self._exact.get(said, ())):
            return sure
        if same := _one(self._grouped.get(self._groups.get(said, -1), ())):
            return same
        words = frozenset(said.split())
        within = (code for code, of_choice in self._words if words and words < of_choice)
        return Match("", tuple(dict.fromkeys((*within, *_close(said, self._exact))))[:MOST_CANDIDATES])


def _said(text: str) -> str:
    """'By e-mail' and 'e-mail' are said alike."""
    return " ".join(word for word in tokens(text) if word not in _BEFORE_A_CHANNEL)


Matcher = KindMatcher | UnitMatcher | PersonMatcher | ChoiceMatcher


def matchers(known: Known) -> dict[str, Matcher]:
    """For each coded field of which something is known: what finds the code of a text."""
    people = PersonMatcher(known.people)
    every: dict[str, Matcher] = {
        "type": KindMatcher(known.kinds),
        "service": UnitMatcher(known.units, "service"),
        "team": UnitMatcher(known.units, "team"),
        "officer": people,
        "responder": people,
        "channel": ChoiceMatcher(known.channels, SAME_CHANNEL),
        "relationship": ChoiceMatcher(known.relationships, SAME_RELATIONSHIP),
        "outcome": ChoiceMatcher(known.outcomes, SAME_OUTCOME),
    }
    return {field: matcher for field, matcher in every.items() if known.names[field]}


def says_nothing(text: str) -> bool:
    """Whether a text is one of those people type for 'blank on purpose': '-', 'n/a', 'none'."""
    return key(text) in NOTHING
