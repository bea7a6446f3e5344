"""What administrators fill in about days that are not worked."""

from typing import Any

from django import forms

from complaints.forms.fields import DayField

NAME = {"class": "govuk-input--width-20", "autocomplete": "off"}


def _name(label: str, missing: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        widget=forms.TextInput(attrs=NAME),
        error_messages={"required": missing, "max_length": f"{label}: 200 characters at most"},
    )


class ClosureForm(forms.Form):
    day = DayField(
        label="Day",
        help_text="For example 24/12/2026.",
        error_messages={"required": "Enter the day the council is closed"},
    )
    name = _name("What it is called", "Enter what the closure day is called, such as Christmas Eve")


class SchoolHolidayForm(forms.Form):
    first = DayField(
        label="First day",
        help_text="For example 26/10/2026.",
        error_messages={"required": "Enter the first day"},
    )
    last = DayField(
        label="Last day",
        help_text="For example 30/10/2026.",
        error_messages={"required": "Enter the last day"},
    )
    name = _name("What it is called", "Enter what the school holiday is called, such as Autumn half term")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            self.add_error("last", "Last day: it must be the first day or later")
        return cleaned


class ProclaimForm(forms.Form):
    day = DayField(
        label="Day",
        help_text="For example 12/6/2027.",
        error_messages={"required": "Enter the day of the bank holiday"},
    )
    name = _name("What it is called", "Enter what the bank holiday is called")
    proclaimed_on = DayField(
        label="Proclaimed on",
        help_text="The day it was announced.",
        error_messages={"required": "Enter the day it was proclaimed"},
    )
    source = _name("Where it says so", "Enter where it was announced, such as The Gazette of that day")
