"""Files of a case."""

from typing import Any

from django import forms

from complaints import permissions
from complaints.actions import documents
from complaints.forms.acts.base import ActForm, form_for
from complaints.forms.uploads import KeptFileField, keep_files
from complaints.papers.files import BIGGEST
from complaints.papers.zipped import MEGABYTE
from complaints.workflow import Verb


@form_for(Verb.ADD_DOCUMENT)
class AddDocumentForm(ActForm):
    button = "Add the document"

    file = KeptFileField(
        label="The file",
        help_text=(
            f"A PDF, Word file, spreadsheet, e-mail, picture or recording of at most {BIGGEST // MEGABYTE} MB."
        ),
        error_messages={"required": "Choose a file"},
    )
    what = forms.CharField(
        label="What is it?",
        required=False,
        max_length=200,
        help_text="For example, 'Minutes of the meeting on 12 May'.",
        error_messages={"max_length": "What it is: 200 characters or fewer"},
    )
    team_only = forms.BooleanField(
        label="For Customer Relations only",
        required=False,
        help_text="Nobody in a service sees it, or that it is there.",
    )

    def prepare(self) -> None:
        keep_files(self, self.user)
        if not permissions.in_team_of(self.user, self.case, now=self.now):
            del self.fields["team_only"]

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return documents.add_document(
            upload=data["file"], about=data["what"], team_only=data.get("team_only", False), **common
        )

    def done_message(self) -> str:
        return f"{self.cleaned_data['file'].name} is added."
