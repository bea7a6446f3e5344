"""The days a report is about, from an address or as somebody types them."""

from datetime import date
from typing import Any

from django import forms

from complaints.forms.fields import DayField
from slas.core.wording import long_date


class PeriodForm(forms.Form):
    """`from` and `to`, both of them in the period. Cleans to the two days under these names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = DayField(
            label="First day", error_messages={"required": "Give the first day of the period, like 1/10/2026"}
        )
        self.fields["to"] = DayField(
            label="Last day", error_messages={"required": "Give the last day of the period, like 31/10/2026"}
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first: date | None = said.get("from")
        last: date | None = said.get("to")
        if first and last and last < first:
            self.add_error("to", f"The last day is before the first: give {long_date(first)} or a later day")
        return said
