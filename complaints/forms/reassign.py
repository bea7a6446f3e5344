"""Giving somebody's open work to somebody else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.cover_forms import PersonField
from accounts.models import User
from complaints.forms.acts.base import WordsField
from complaints.models import Stage
from complaints.queries.deadline_words import DeadlineView, deadline_views
from complaints.queries.reassigning import Work, may_take_over
from complaints.queries.stages import stage_name
from complaints.workflow import State


class AbsentField(PersonField):
    """Somebody with open work, also one who can no longer sign in; a link gives their number in the database."""

    def to_python(self, value: Any) -> User | None:
        typed = str(value or "").strip()
        if typed.isdecimal() and len(typed) < 18:
            found = self.people.filter(pk=typed).first()
            if found is None:
                raise ValidationError("They have nothing open that you see. Choose somebody from the list")
            return found
        return super().to_python(value)


class AbsentForm(forms.Form):
    """Whose work it is."""

    absent = AbsentField(
        label="Whose work is to be given to others?", error_messages={"required": "Choose whose work it is"}
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(AbsentField, self.fields["absent"])
        self.is_possible = field.offer(people, nothing="Choose somebody")
        if field.listed is not None:
            cast(forms.Select, field.widget).choices = [
                (key, f"{label}, who can no longer sign in" if _has_left(field, key) else label)
                for key, label in cast(forms.Select, field.widget).choices
            ]


def _has_left(field: AbsentField, key: str) -> bool:
    person = (field.listed or {}).get(key)
    return person is not None and not person.is_active


class _CaseBoxes(forms.CheckboxSelectMultiple):
    """Each case with how it stands beside it."""

    hints: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["hint"] = self.hints.get(str(value), "")
        return option


class HandOverForm(forms.Form):
    """Which cases go to whom, and why. All are ticked at first: somebody who is ill hands over everything as a rule,
    and to untick two is less work than to tick sixty. What comes back without a tick is never touched."""

    cases = forms.TypedMultipleChoiceField(
        label="Cases",
        coerce=int,
        widget=_CaseBoxes,
        help_text="Untick those that stay where they are.",
        error_messages={
            "required": "Tick at least one case",
            "invalid_choice": "One of these cases is not theirs any more. Look at the list and press the button again",
        },
    )
    to = PersonField(label="Who takes them over?", error_messages={"required": "Choose who takes them over"})
    reason = WordsField(
        label="Why?",
        rows=2,
        help_text="All who see the cases can read it. Say nothing about anybody's health.",
        error_messages={"required": "Say why their work goes to somebody else"},
    )

    def __init__(self, *args: Any, works: Sequence[Work], absent: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.TypedMultipleChoiceField, self.fields["cases"])
        field.choices = [(str(work.case.pk), f"{work.case}: {work.case.summary}") for work in works]
        field.initial = [str(work.case.pk) for work in works]
        views = deadline_views([stage for work in works for stage, _ in work.parts], now)
        cast(_CaseBoxes, field.widget).hints = {str(work.case.pk): _stands(work, views) for work in works}
        self.is_possible = cast(PersonField, self.fields["to"]).offer(
            may_take_over(works, absent), nothing="Choose somebody"
        )


def _stands(work: Work, views: dict[int, list[DeadlineView]]) -> str:
    """'Its officer. Corporate complaint: Stage 1, answer being written, due Friday 4 December 2026, 3 working days
    left.'"""
    said = ["they are its officer"] if work.is_officer else []
    said += ["they answer it"] if work.answers else []
    stages = {stage.pk: stage for stage, _ in work.parts}
    lines = [_line(stage, views.get(stage.pk, [])) for stage in stages.values()]
    return f"{' and '.join(said).capitalize()}. {'. '.join(lines)}."


def _line(stage: Stage, views: list[DeadlineView]) -> str:
    headline = next((view for view in views if view.row.headline and view.row.live), None)
    due = f", due {headline.due}" if headline and headline.due else ""
    left = f", {headline.left}" if headline and headline.left else ""
    return f"{stage_name(stage)}, {State(stage.state).label.lower()}{due}{left}"
