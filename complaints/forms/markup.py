"""Controls with many choices, written straight out. Through the templates of forms three hundred units, or two hundred
people, take longer than all the rest of their page."""

from collections.abc import Collection, Iterable
from html import escape
from typing import Any

from django import forms
from django.utils.safestring import SafeString

Chosen = Collection[str]


def options(choices: Iterable[tuple[Any, Any]], chosen: Chosen) -> SafeString:
    """The lines of a select, of values and what they are called."""
    return SafeString(
        "".join(
            f'<option value="{escape(str(value))}"{" selected" if str(value) in chosen else ""}>'
            f"{escape(str(label))}</option>"
            for value, label in choices
        )
    )


def boxes(name: str, choices: Iterable[tuple[Any, Any, str]], chosen: Chosen) -> SafeString:
    """The boxes to tick of a group: of values, what they are called, and their ids."""
    return SafeString(
        "".join(
            '<div class="govuk-checkboxes__item"><input class="govuk-checkboxes__input" type="checkbox" '
            f'name="{escape(name)}" value="{escape(str(value))}" id="{escape(id_)}"'
            f"{' checked' if str(value) in chosen else ''}>"
            f'<label class="govuk-label govuk-checkboxes__label" for="{escape(id_)}">{escape(str(label))}</label></div>'
            for value, label, id_ in choices
        )
    )


class ManyBoxes(forms.CheckboxSelectMultiple):
    """Checkboxes of a long list without groups or hints, the same to look at as any others."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = self.build_attrs(self.attrs, attrs)
        id_ = str(given.get("id", ""))
        rows = ((value, label, f"{id_}_{number}") for number, (value, label) in enumerate(self.choices))
        of_group = f"govuk-checkboxes {given.get('class', '')}".strip()
        return SafeString(
            f'<div class="{escape(of_group)}" data-module="govuk-checkboxes" id="{escape(id_)}">'
            f"{boxes(name, rows, set(self.format_value(value)))}</div>"
        )
