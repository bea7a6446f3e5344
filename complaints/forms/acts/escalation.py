"""Asking for the next stage: taken up, or refused with reasons."""

from typing import Any, ClassVar

from django import forms

from complaints.actions import escalation
from complaints.forms.acts.base import ActForm, WordsField, form_for
from complaints.forms.acts.sending import SentForm
from complaints.forms.fields import DayField
from complaints.models import Point
from complaints.workflow import Verb
from slas.core.calendar import london_date
from slas.core.wording import long_date


class NextStageForm(ActForm):
    """What both have in common: the day they asked, their reasons, and how long there is to ask."""

    template: ClassVar[str] = "complaints/cases/escalation.html"

    asked_on = DayField(
        label="Which day did they ask?", error_messages={"required": "Enter the day they asked"}
    )
    reasons = WordsField(
        label="Their reasons", error_messages={"required": "Write the complainant's reasons"}
    )

    cannot = ""

    def prepare(self) -> None:
        super().prepare()
        self.answer = escalation.answer_of(self.stage)
        self.window = escalation.window_of(self.stage)
        last = self.window.due_on if self.window else None
        self.over = last is not None and last < london_date(self.now)
        self.next = escalation.next_type(self.stage)
        self.cannot = escalation.why_not(self.stage)
        self.initial["asked_on"] = london_date(self.now)
        if self.window is not None and self.answer is not None and self.answer.received_on is None:
            self.about = (  # type: ignore[misc] # depends on the stage
                "No letter is on record here, so it is not known when they received the answer. The time to ask is "
                f"reckoned from the day it was answered, {long_date(self.answer.sent_on)}."
            )

    def context(self) -> dict[str, Any]:
        return {
            "window": self.window,
            "over": self.over,
            "window_sla": self.stage.type.window,
            "next_type": self.next,
            "answer": self.answer,
        }


@form_for(Verb.ESCALATE)
class EscalateForm(NextStageForm):
    button = "Escalate"
    done = "Escalated. The next stage is open."
    previews = True

    points = forms.TypedMultipleChoiceField(
        label="Which points are unanswered?",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="The next stage looks into these.",
        error_messages={
            "required": "Choose at least one point that is unanswered",
            "invalid_choice": "Choose the points from the list",
        },
    )
    late_reason = WordsField(
        label="If they asked late, why is it taken up all the same?", required=False, rows=3
    )

    def prepare(self) -> None:
        super().prepare()
        rows = list(self.stage.points.select_related("point"))
        field = self.fields["points"]
        if not rows:
            del self.fields["points"]
        elif isinstance(field, forms.TypedMultipleChoiceField):
            field.choices = [(row.point_id, row.point.text) for row in rows]
            self.initial["points"] = [row.point_id for row in rows]
        late = self.fields["late_reason"]
        if self.over and self.window is not None and self.window.due_on is not None:
            late.help_text = f"The time to ask ended on {long_date(self.window.due_on)}."
        else:
            del self.fields["late_reason"]
        if self.next is not None:
            self.fields["asked_on"].help_text = f"{self.next.name} counts from it."

    @property
    def preview_words(self) -> list[str]:
        """Which stage it goes to."""
        return [f"It goes to {self.next.procedure.name}: {self.next.name}."] if self.next else []

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        chosen = data.get("points")
        return escalation.escalate(
            asked_on=data["asked_on"],
            reasons=data["reasons"],
            points=None if chosen is None else list(Point.objects.filter(case=self.case, pk__in=chosen)),
            late_reason=data.get("late_reason", ""),
            **common,
        )


@form_for(Verb.REFUSE_ESCALATION)
class RefuseEscalationForm(NextStageForm, SentForm):
    title = "Refuse the next stage"
    button = "Record the refusal"
    done = "The refusal is recorded."

    refusal = WordsField(
        label="What they were told",
        rows=8,
        help_text="Why it is refused, and the Ombudsman's details.",
        error_messages={"required": "Write what they were told"},
    )

    field_order = ["asked_on", "reasons", "refusal", "sent_on", "sent_time", "channel", "to"]

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return escalation.refuse_escalation(
            asked_on=data["asked_on"],
            reasons=data["reasons"],
            refusal=data["refusal"],
            sent=self.sent,
            **common,
        )
