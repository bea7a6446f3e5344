"""Putting somebody on the list of a restricted case that nobody can open any more."""

from typing import Any

from django import forms

from accounts.cover_forms import PersonField
from complaints.forms.acts.base import WordsField
from complaints.queries.choices import officers_at
from complaints.queries.restricted import Locked


class UnlockForm(forms.Form):
    """Who is to carry the case on, and why."""

    reader = PersonField(
        label="Who is to carry it on?",
        help_text="Somebody of Customer Relations there. They will see everything in it.",
        error_messages={"required": "Choose who is to carry it on"},
    )
    reason = WordsField(label="Why they", rows=3, error_messages={"required": "Say why"})

    def __init__(self, *args: Any, found: Locked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reader"]
        self.is_possible = field.offer(officers_at(found.case.unit), nothing="Choose somebody")
