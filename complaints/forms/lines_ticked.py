"""What is asked before something is done to the lines that were ticked in a list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms

from accounts.cover_forms import PersonField
from accounts.models import User
from complaints import permissions
from complaints.forms.acts.base import WordsField
from complaints.models import Stage
from complaints.queries.ticked import officers_for, responders_for


class GiveForm(forms.Form):
    """To whom the ticked lines go, and why. A question that nobody could be chosen for is not asked; `is_possible` is
    False where neither is."""

    title = "Give the ticked ones to somebody"
    button = "Give them"

    officer = PersonField(
        label="Officer in Customer Relations", required=False, help_text="Theirs is the whole case."
    )
    responder = PersonField(
        label="Person who answers it",
        required=False,
        help_text="Somebody who answers for the team it is with. What was not allocated yet is allocated to that team.",
    )
    reason = WordsField(
        label="Why?",
        rows=2,
        help_text="All who see the cases can read it. Say nothing about anybody's health.",
        error_messages={"required": "Say why it goes to somebody else"},
    )

    def __init__(self, *args: Any, stages: Sequence[Stage], by: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "officer": officers_for(stages, by, now=now),
            "responder": responders_for(stages, by, now=now),
        }
        for name, people in offered.items():
            if not cast(PersonField, self.fields[name]).offer(people, nothing="Leave it as it is"):
                del self.fields[name]
        self.is_possible = "officer" in self.fields or "responder" in self.fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = [name for name in ("officer", "responder") if name in self.fields]
        if asked and not any(cleaned.get(name) or name in self.errors for name in asked):
            self.add_error(asked[0], "Choose who it goes to")
        return cleaned


class NoteForm(forms.Form):
    """The words to leave on each of the ticked cases."""

    title = "Add a note to the ticked ones"
    button = "Add the note"
    is_possible = True

    text = WordsField(
        label="Note",
        help_text="It is added to each of these cases, once.",
        error_messages={"required": "Write the note"},
    )
    team_only = forms.BooleanField(label="Only the Customer Relations Team can read it", required=False)

    def __init__(self, *args: Any, stages: Sequence[Stage], by: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not permissions.in_team(by, now=now):
            del self.fields["team_only"]
