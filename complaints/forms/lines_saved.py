"""The name of a list somebody keeps."""

from typing import Any

from django import forms

from complaints.actions.saved_views import LONGEST_NAME


class SaveViewForm(forms.Form):
    """What the list is to be called. How long a name may be, and which are taken, the action says."""

    name = forms.CharField(
        label="What do you call this list?",
        help_text=f"{LONGEST_NAME} characters or fewer. Only you see it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter a name for the list"},
    )

    def clean_name(self) -> Any:
        return self.cleaned_data["name"].replace("\0", "")
