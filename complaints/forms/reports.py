"""Issuing the weekly report."""

from typing import Any

from django import forms

from complaints.forms.acts.base import WordsField
from complaints.models import WeeklyIssue


class IssueForm(forms.Form):
    """That it is issued; and, where it was before in the same week, why again. `seen` says of which week, and which
    edition was there."""

    seen = forms.CharField(max_length=20, widget=forms.HiddenInput)
    reason = WordsField(
        label="Why is it issued again?",
        help_text="Readers see it beside the new edition. What was issued before stays as it was.",
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, seen: str, last: WeeklyIssue | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = seen
        if last is None:
            del self.fields["reason"]
