"""Issuing the weekly report."""

from typing import Any

from django import forms

from complaints.forms.acts.base import WordsField
from complaints.models import WeeklyIssue


class IssueForm(forms.Form):
    """That it is issued; and, where it was before in the same week, why again. `seen` is the edition that was there."""

    seen = forms.IntegerField(min_value=0, max_value=10_000, widget=forms.HiddenInput)
    reason = WordsField(
        label="Why is it issued again?",
        help_text="Readers see it beside the new edition. What was issued before stays as it was.",
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, last: WeeklyIssue | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = last.edition if last else 0
        if last is None:
            del self.fields["reason"]
