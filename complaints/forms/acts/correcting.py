"""Dates put right: an event on the wrong day, or a fact that should not have been recorded."""

from typing import Any

from django import forms

from complaints.actions import dates
from complaints.forms.acts.base import WordsField, form_for, moment_of
from complaints.forms.acts.dates import HintedRadios, RulesForm
from complaints.forms.fields import DayField, TimeOfDayField
from complaints.models import StageEvent
from complaints.queries.facts import Group, Offer, correctable, takeable
from complaints.queries.stages import came_in, stages_of
from complaints.workflow import Verb
from slas.core.calendar import london_date
from slas.core.wording import long_date, long_moment

RECEIVED = "received"
"""Stands for how the case came in, where no event does."""


@form_for(Verb.CORRECT_DATE)
class CorrectDateForm(RulesForm):
    button = "Put it right"
    done = "Put right. What hangs on it was worked out anew."
    about = "What was recorded stays on record, and so does why it was wrong."

    what = forms.ChoiceField(
        label="What is wrong?",
        error_messages={
            "required": "Choose what is wrong",
            "invalid_choice": "Choose what is wrong from the list",
        },
    )
    day = DayField(
        label="The day it really happened",
        required=False,
        help_text="For example, 27/3/2026. Leave blank where you take something back.",
    )
    time = TimeOfDayField(label="Time, if it matters", required=False, help_text="For example, 9:30am.")
    reason = WordsField(label="What was wrong?", error_messages={"required": "Say what was wrong"})

    def prepare(self) -> None:
        super().prepare()
        self.cannot = ""  # the stage may have no dates, and the case still says when it came in
        groups, hints = [], {}
        for title, offered in (*self._received(), *correctable(self.case), *takeable(self.case)):
            groups.append((title, [(one.value, one.label) for one in offered]))
            hints.update({one.value: one.hint for one in offered})
        field = self.fields["what"]
        if isinstance(field, forms.ChoiceField):
            field.widget = HintedRadios(hints)
            field.choices = groups

    def _received(self) -> list[Group]:
        """How the case came in, where no stage counts from that: else it is one of the events."""
        case = self.case
        if came_in(stages_of(case)) is not None:
            return []
        logged = f"Logged by {case.logged_by or 'the system'} on {long_date(london_date(case.logged_at))}"
        label = f"It came in: {long_moment(case.received_at or case.received_on)}"
        return [("The case", [Offer(RECEIVED, label, logged)])]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        what = data.get("what") or ""
        if what != RECEIVED and not what.startswith("event-"):
            if what and data.get("day"):
                self.add_error(
                    "day", "Leave the day blank to take it back, or choose the event whose day is wrong"
                )
            return data
        data["moment"] = moment_of(self, "day", "time")
        if data["moment"] is None and "day" not in self.errors:
            self.add_error("day", "Enter the day it really happened")
        return data

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        if data["what"] == RECEIVED:
            return dates.correct_date(event=None, moment=data["moment"], reason=data["reason"], **common)
        fact, _, number = data["what"].partition("-")
        if fact == "event":
            event = StageEvent(pk=int(number))
            return dates.correct_date(event=event, moment=data["moment"], reason=data["reason"], **common)
        return dates.take_back(fact=fact, pk=int(number), reason=data["reason"], **common)
