"""Fields that read dates and times the way people write them."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from complaints.models import Case
from complaints.references import as_written, own_key
from slas.core.moments import MomentError, parse_day, parse_time


class DayInput(forms.DateInput):
    """Shows a date the way people write it, also one that came as 2026-05-12 in a link."""

    def format_value(self, value: Any) -> str | None:
        text = super().format_value(value)
        try:
            day = date.fromisoformat(text or "")
        except ValueError:
            return text
        return f"{day.day}/{day.month}/{day.year}"


class DayField(forms.Field):
    """A day as people write it: 12/5/2026, 12 May 2026 or 2026-05-12. Cleans to a date, or None."""

    widget = DayInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {
            "class": "govuk-input--width-10",
            "autocomplete": "off",
            "spellcheck": "false",
        }

    def to_python(self, value: Any) -> date | None:
        if not (text := str(value or "").strip()):
            return None
        try:
            return parse_day(text, str(self.label))
        except MomentError as error:
            raise ValidationError(str(error)) from None


class TimeOfDayField(forms.CharField):
    """A London time of day, 9:30am or 14:05. Cleans to the text; `on` gives the moment on a day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 12)
        super().__init__(**kwargs)
        self.error_messages["max_length"] = f"{self.label}: write the time like 9:30am"

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"class": "govuk-input--width-5", "autocomplete": "off"}

    def on(self, text: str, day: date) -> datetime:
        """The aware moment, or a ValidationError with words for the field."""
        try:
            return parse_time(text, day, str(self.label))
        except MomentError as error:
            raise ValidationError(str(error)) from None


class CaseField(forms.CharField):
    """Another case by its reference, however it is set apart, or by its own reference of before it was imported.

    Set `cases` to those the person may see. Cleans to the case.
    """

    cases: QuerySet[Case]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.cases = Case.objects.none()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"class": "govuk-input--width-20", "autocomplete": "off"}

    def clean(self, value: Any) -> Case | None:
        text = super().clean(value)
        if not text:
            return None
        reference = as_written(text) or text
        found = self.cases.filter(Q(reference=reference) | Q(own_key=own_key(text) or None)).first()
        if found is None:
            raise ValidationError(f"There is no case {text} that you may see. Check the reference")
        return found
