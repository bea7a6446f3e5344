"""Notes and links."""

from typing import Any

from django import forms

from complaints import permissions
from complaints.actions import details
from complaints.forms.acts.base import ActForm, WordsField, form_for
from complaints.forms.fields import CaseField
from complaints.workflow import Verb


@form_for(Verb.NOTE)
class NoteForm(ActForm):
    button = "Add the note"
    done = "Note added."
    about = "Everybody who can see this case can read it."

    text = WordsField(label="Note", error_messages={"required": "Write the note"})

    def perform(self, **common: Any) -> object:
        return details.note(text=self.cleaned_data["text"], **common)


@form_for(Verb.TEAM_NOTE)
class TeamNoteForm(NoteForm):
    about = "Only the Customer Relations Team can read it."

    def perform(self, **common: Any) -> object:
        return details.note(text=self.cleaned_data["text"], team_only=True, **common)


@form_for(Verb.LINK)
class LinkForm(ActForm):
    button = "Link the cases"
    done = "Linked."

    other = CaseField(label="Reference of the other case", error_messages={"required": "Enter its reference"})
    why = forms.CharField(
        label="What do they have to do with each other?",
        max_length=200,
        error_messages={"required": "Say what they have to do with each other"},
    )

    def prepare(self) -> None:
        field = self.fields["other"]
        if isinstance(field, CaseField):
            field.cases = permissions.visible_cases(self.user, now=self.now)

    def perform(self, **common: Any) -> object:
        return details.link(other=self.cleaned_data["other"], why=self.cleaned_data["why"], **common)
