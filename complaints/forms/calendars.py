"""What administrators fill in about days that are not worked."""

from typing import Any

from django import forms

from complaints.forms.fields import DayField
from slas.core.calendar import Receipt
from slas.models import Calendar, ReceiptRule

NAME = {"class": "govuk-input--width-20", "autocomplete": "off"}


def _name(label: str, missing: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        widget=forms.TextInput(attrs=NAME),
        error_messages={"required": missing, "max_length": f"{label}: 200 characters at most"},
    )


class CalendarForm(forms.Form):
    """How a calendar counts."""

    works_bank_holidays = forms.TypedChoiceField(
        label="Bank holidays",
        choices=[("no", "Are not counted"), ("yes", "Count as working days")],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether bank holidays are counted"},
    )
    receipt = forms.TypedChoiceField(
        label="Day of receipt",
        choices=ReceiptRule.choices,
        coerce=Receipt,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the day of receipt counts"},
    )
    cut_off = forms.TimeField(
        label="Cut-off time (optional)",
        required=False,
        help_text="Only with deemed receipt: what comes later counts as the next working day's. For example 17:00.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5"}),
        error_messages={"invalid": "Cut-off time: write it like 17:00"},
    )

    @staticmethod
    def of(calendar: Calendar) -> dict[str, Any]:
        """The form's answers as the calendar stands."""
        return {
            "works_bank_holidays": "yes" if calendar.works_bank_holidays else "no",
            "receipt": calendar.receipt,
            "cut_off": f"{calendar.cut_off:%H:%M}" if calendar.cut_off else "",
        }


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
