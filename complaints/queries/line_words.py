"""What a list was asked for, in words and as an address: what the list shows above itself, what is kept of a saved
list, and what a download says it has."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import django_filters as filters

from complaints.queries.line_filters import Asked, Day
from complaints.queries.lines import SORTS, Show
from slas.core.wording import long_date

NOUNS = {
    Show.WORK: ("open stage", "open stages"),
    Show.CASES: ("case", "cases"),
    Show.STAGES: ("stage", "stages"),
}


@dataclass(frozen=True)
class Used:
    """A filter in force: its name in the address, its label and value in words, and the address without it."""

    name: str
    label: str
    value: str
    without: str

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"


def label_of(name: str, filter_: filters.Filter) -> str:
    """'Due from', 'Unit': what a filter is called on the page."""
    words = str(filter_.label or name)
    for before in ("it is ", "it was ", "it "):
        words = words.removeprefix(before)
    return words[:1].upper() + words[1:]


def given(asked: Asked) -> Iterator[tuple[str, str]]:
    """Each filter that was given a value, in the order of the filters; of one that takes several, each."""
    data = asked.data
    for name, filter_ in asked.filters.filters.items():
        values = data.getlist(name) if isinstance(filter_, filters.MultipleChoiceFilter) else [data.get(name)]
        yield from ((name, value) for value in values if value)


def address_of(asked: Asked, *, but: tuple[str, str] | None = None, show: Show | None = None) -> str:
    """What was asked for as an address, the same for whoever asked for the same: without what is usual or empty.
    `but`: without this filter and value; `show`: of another kind of list, in its usual order."""
    pairs = [pair for pair in given(asked) if pair != but]
    wanted = show or asked.show
    usual = Show.CASES if any(name == "search" for name, _ in pairs) else Show.WORK
    if wanted is not usual:
        pairs.append(("show", wanted.value))
    if show is None and asked.sort != next(iter(SORTS[asked.show])):
        pairs.append(("sort", asked.sort))
    return urlencode(pairs)


def used(asked: Asked) -> list[Used]:
    """Every filter in force, with the address of the list without it."""
    return [
        Used(
            name,
            label_of(name, asked.filters.filters[name]),
            _value(asked, name, value),
            address_of(asked, but=(name, value)),
        )
        for name, value in given(asked)
    ]


def _value(asked: Asked, name: str, value: str) -> str:
    """A value as people read it; one that cannot be read, as it was given."""
    filter_ = asked.filters.filters[name]
    if isinstance(filter_, Day):
        try:
            return long_date(date.fromisoformat(value))
        except ValueError:
            return value
    return str(dict(filter_.extra.get("choices", ())).get(value, value)).strip()


def in_words(asked: Asked) -> str:
    """'All cases, Unit: Education, Colour: Red': what was asked for, in one line."""
    return ", ".join([asked.show.label, *(str(one) for one in used(asked))])


def counted(count: int, show: Show) -> str:
    """'12 open stages', '1 case'."""
    return f"{count:,} {NOUNS[show][count != 1]}"
