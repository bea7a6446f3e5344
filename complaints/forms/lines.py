"""The filters of the list of cases as fields of its form.

They are made here and not by the templates of forms: a list of three hundred units and a hundred officers, three times
over, would take longer than the list itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import django_filters as filters
from django.utils.html import format_html
from django.utils.safestring import SafeString

from complaints.forms.markup import boxes, options
from complaints.queries.line_filters import Asked, Day
from complaints.queries.line_words import label_of

AT_HAND = ("unit", "officer", "stage", "turn")
"""What is filtered by most, always shown; words and colour stand beside them."""
APART = ("search", "colour")


@dataclass(frozen=True)
class FilterField:
    """One filter: its name in the address, the id and label of its control, the control itself, and what is wrong."""

    name: str
    id: str
    label: str
    control: SafeString
    errors: tuple[str, ...]


@dataclass(frozen=True)
class FilterForm:
    """The fields of a list's filters. `more` are those folded away, days apart from the rest, and `more_used` is
    whether one of them is used, and so they are shown."""

    words: FilterField
    colour: FilterField
    at_hand: tuple[FilterField, ...]
    more: tuple[tuple[FilterField, ...], ...]
    more_used: bool


def filter_form(asked: Asked) -> FilterForm:
    """The form of what was asked for, with all that was given still in it."""
    fields = {name: _field(asked, name, filter_) for name, filter_ in asked.filters.filters.items()}
    folded = [name for name in fields if name not in (*AT_HAND, *APART)]
    days = [name for name in folded if isinstance(asked.filters.filters[name], Day)]
    rest = [name for name in folded if name not in days]
    return FilterForm(
        fields["search"],
        fields["colour"],
        tuple(fields[name] for name in AT_HAND),
        tuple(tuple(fields[name] for name in names) for names in (rest, days)),
        any(asked.data.get(name) for name in folded),
    )


def _field(asked: Asked, name: str, filter_: filters.Filter) -> FilterField:
    errors = tuple(str(error) for error in asked.filters.form.errors.get(name, ()))
    id_ = f"id_{name}"
    given = [value for value in asked.data.getlist(name) if value]
    if isinstance(filter_, filters.MultipleChoiceFilter):
        control = _boxes(name, id_, filter_.extra["choices"], given)
    elif isinstance(filter_, filters.ChoiceFilter):
        control = _select(name, id_, filter_.extra["choices"], given[-1:], bool(errors))
    else:
        control = _input(name, id_, filter_, given[-1:], bool(errors))
    return FilterField(name, id_, label_of(name, filter_), control, errors)


def _select(
    name: str, id_: str, choices: Iterable[tuple[str, str]], given: list[str], wrong: bool
) -> SafeString:
    return format_html(
        '<select class="govuk-select{}" id="{}" name="{}"{}>{}</select>',
        " govuk-select--error" if wrong else "",
        id_,
        name,
        _described(id_, wrong),
        options([("", "Any"), *choices], given),
    )


def _boxes(name: str, id_: str, choices: Iterable[tuple[str, str]], given: list[str]) -> SafeString:
    """The first has the id of the group: what is wrong with it leads there."""
    rows = ((value, label, f"{id_}_{n}" if n else id_) for n, (value, label) in enumerate(choices))
    return boxes(name, rows, given)


def _input(name: str, id_: str, filter_: filters.Filter, given: list[str], wrong: bool) -> SafeString:
    """A day is chosen by the browser's own calendar where it has one. What cannot be read as a day is shown as it was
    given, which that would not."""
    kind = "search" if name == "search" else "text"
    if isinstance(filter_, Day) and not wrong:
        kind = "date"
    return format_html(
        '<input class="govuk-input{}{}" type="{}" id="{}" name="{}" value="{}" spellcheck="false" '
        'autocomplete="off"{}>',
        " govuk-input--error" if wrong else "",
        " app-filters__day" if isinstance(filter_, Day) else "",
        kind,
        id_,
        name,
        given[0] if given else "",
        _described(id_, wrong),
    )


def _described(id_: str, wrong: bool) -> SafeString:
    return format_html(' aria-describedby="{}_error" aria-invalid="true"', id_) if wrong else SafeString("")
