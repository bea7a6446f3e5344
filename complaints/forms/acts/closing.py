"""Closing, actions done, withdrawing and reopening."""

from typing import Any

from django import forms

from complaints.actions import closing
from complaints.forms.acts.base import ActForm, WordsField, form_for
from complaints.forms.acts.learning import LearningForm
from complaints.forms.fields import DayField
from complaints.models import Learning, Letter
from complaints.moves import table_of
from complaints.queries.deadline_words import deadline_views
from complaints.queries.stages import stage_name
from complaints.workflow import Need, Verb
from slas.core.calendar import london_date
from slas.core.wording import listed


@form_for(Verb.CLOSE)
class CloseForm(LearningForm):
    template = "complaints/cases/close.html"
    button = "Close it"
    done = "Closed."

    note = WordsField(label="How did it end?", required=False, rows=3)

    def prepare(self) -> None:
        super().prepare()
        self.answered = self.stage.letters.filter(kind=Letter.Kind.RESPONSE).exists()
        note = self.fields.pop("note")
        if self.answered:
            note.label = "Anything to add (optional)"
        else:
            note.required = True
            note.error_messages["required"] = "Say how it ended"
        self.fields["note"] = note
        if not self.needs_learning:
            self.fields.pop("none_because", None)

    @property
    def needs_learning(self) -> bool:
        """Whether this procedure asks for learning, or a reason for none, before it is closed."""
        move = table_of(self.stage.type).move(self.stage.state, self.verb)
        return move is not None and Need.LEARNING in move.needs

    @property
    def wanted(self) -> bool:
        return self.needs_learning and not self.recorded and not self.stage.no_learning_reason

    def perform(self, **common: Any) -> object:
        return closing.close(**self.recorded_now(), note=self.cleaned_data["note"], **common)


@form_for(Verb.COMPLETE)
class CompleteForm(ActForm):
    template = "complaints/cases/learning_done.html"
    button = "Record that it is done"
    done = "Recorded as done."

    proof = WordsField(
        label="What shows that it was done?",
        help_text="Such as the date of a training, a letter sent, or where the new guidance is kept.",
        error_messages={"required": "Say what shows that it was done"},
    )

    def context(self) -> dict[str, Any]:
        return {
            "action": Learning.objects.filter(stage=self.stage).select_related("kind").first(),
            "headline": deadline_views([self.stage], self.now).get(self.stage.pk, [None])[0],
        }

    def perform(self, **common: Any) -> object:
        return closing.complete(proof=self.cleaned_data["proof"], **common)


@form_for(Verb.WITHDRAW)
class WithdrawForm(ActForm):
    button = "Record it and close the case"
    warning = True
    done = "Recorded as withdrawn, and closed."
    about = (
        "The case is closed. Confirm it to them in writing, and ask them to say if we misunderstood: then the case can "
        "be reopened."
    )

    withdrawn_on = DayField(
        label="When did they withdraw it?",
        help_text="For example, 20/11/2026.",
        error_messages={"required": "Enter the day they withdrew it"},
    )
    how = forms.ChoiceField(
        label="How?",
        choices=[("orally", "Orally"), ("in writing", "In writing")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose whether they said it or wrote it",
            "invalid_choice": "Choose whether they said it or wrote it",
        },
    )
    reason = WordsField(label="Their reasons (optional)", required=False, rows=3)
    confirmed_on = DayField(
        label="When was it confirmed to them? (optional)",
        required=False,
        help_text="Leave it empty if it is still to be.",
    )

    def prepare(self) -> None:
        self.fields["withdrawn_on"].initial = london_date(self.now)

    def perform(self, **common: Any) -> object:
        said = {name: self.cleaned_data[name] for name in ("withdrawn_on", "how", "reason", "confirmed_on")}
        return closing.withdraw(**said, **common)


@form_for(Verb.REOPEN)
class ReopenForm(ActForm):
    button = "Reopen it"
    previews = True

    reason = WordsField(
        label="Why is it reopened?", rows=3, error_messages={"required": "Say why it is reopened"}
    )

    def prepare(self) -> None:
        again = closing.reopened_as(self.case, self.stage)
        several = len(again) > 1
        after = [
            f"{state.label.lower()} ({stage_name(stage)})" if several else state.label.lower()
            for stage, state in again
        ]
        self.about = (  # type: ignore[misc] # what it says depends on the stage
            f"It stands again as: {listed(after) or 'open'}. Its clock goes on from where it began, as if it had not "
            "been closed, and what was missed stays missed."
        )

    def perform(self, **common: Any) -> object:
        return closing.reopen(reason=self.cleaned_data["reason"], **common)

    def done_message(self) -> str:
        return "Reopened."
