"""What was learned from a case, row by row, or why there is nothing."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict

from accounts.models import Unit
from complaints.actions import closing
from complaints.actions.closing import LearningDraft, LearningTime
from complaints.forms.acts.base import ActForm, WordsField, form_for
from complaints.forms.acts.giving import UnitField
from complaints.forms.fields import DayField
from complaints.models import Entry, Learning, List
from complaints.queries import choices
from complaints.workflow import Verb
from slas.core.calendar import london_date
from slas.core.wording import long_date

MOST = 20
"""Rows on one page; the rest can be recorded after."""
PARTS = ("text", "unit", "kind", "type", "due")


class _TimeRadios(forms.RadioSelect):
    """Each kind of action with its time beside it."""

    times: Sequence[LearningTime] = ()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        time = next((time for time in self.times if str(time.type_.pk) == str(value)), None)
        if time is not None:
            option["attrs"]["hint"] = _time_words(time)
        return option


def _time_words(time: LearningTime) -> str:
    source = f" ({time.type_.source})" if time.type_.source else ""
    if time.given:
        return f"By a day you give{source}"
    return f"By {long_date(time.due_on)}{source}" if time.due_on else f"Without a date{source}"


class LearningForm(ActForm):
    """Rows of learning, and why there is none. `wanted`: one or the other has to be given now."""

    template = "complaints/cases/learning.html"

    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)
    none_because = WordsField(
        label="If there is nothing to learn: why?",
        required=False,
        rows=3,
        help_text="Leave it empty if you wrote what was learned.",
    )

    def prepare(self) -> None:
        self.recorded = list(
            Learning.objects.filter(found_in=self.stage).select_related("stage__unit", "stage__type")
        )
        self.times = closing.learning_times(self.case, now=self.now)
        self.count = self._count()
        self.fields["rows"].initial = self.count
        units = list(Unit.objects.current())
        kinds = [("", "No kind"), *choices.entry_choices(Entry.objects.current(List.LEARNING))]
        for row in range(1, self.count + 1):
            self._add_row(row, units, kinds)
        self._say_rows()
        if self.recorded:
            del self.fields["none_because"]
        else:
            # Last on the page, and so in the list of what is wrong.
            self.fields["none_because"] = self.fields.pop("none_because")

    @property
    def wanted(self) -> bool:
        return True

    @property
    def adding(self) -> bool:
        """Whether the button was pressed that gives one row more."""
        return self.data.get("change") == "learning"

    def _count(self) -> int:
        sent = str(self.data.get("rows", "")) if self.is_bound else ""
        count = int(sent) if sent.isdecimal() and len(sent) < 4 else 1
        return max(1, min(count + self.adding, MOST))

    def _add_row(self, row: int, units: list[Unit], kinds: list[tuple[str, str]]) -> None:
        unit = UnitField(label="Who is to do it", required=False)
        unit.offer(units)
        unit.initial = self.stage.unit_id
        self.fields[f"text_{row}"] = WordsField(
            label="What was learned, and what is to be done", required=False, rows=3
        )
        self.fields[f"unit_{row}"] = unit
        self.fields[f"kind_{row}"] = forms.ChoiceField(
            label="Kind of learning (optional)",
            required=False,
            choices=kinds,
            error_messages={"invalid_choice": "Choose a kind from the list"},
        )
        if len(self.times) > 1:
            self.fields[f"type_{row}"] = forms.ChoiceField(
                label="Until when",
                required=False,
                initial=str(self.times[0].type_.pk),
                choices=[(str(time.type_.pk), time.type_.name) for time in self.times],
                widget=_TimeRadios,
                error_messages={"invalid_choice": "Choose until when it is to be done"},
            )
            cast(_TimeRadios, self.fields[f"type_{row}"].widget).times = self.times
        if given := [time.type_.name for time in self.times if time.given]:
            hint = f"Only for: {', '.join(given).lower()}. For example, 27/11/2026."
            self.fields[f"due_{row}"] = DayField(label="To be done by", required=False, help_text=hint)

    def _say_rows(self) -> None:
        """Send the form back with as many rows as it shows. One that was added begins as the first one did: a form that
        was sent knows no initial values."""
        if not self.is_bound:
            return
        data = cast(QueryDict, self.data).copy()
        data["rows"] = str(self.count)
        for name in (f"unit_{self.count}", f"type_{self.count}"):
            if self.adding and name in self.fields and name not in data:
                data[name] = str(self.fields[name].initial or "")
        self.data = data

    @property
    def learning_rows(self) -> list[tuple[int, list[BoundField]]]:
        """The fields, row by row."""
        names = {row: [f"{part}_{row}" for part in PARTS] for row in range(1, self.count + 1)}
        return [(row, [self[name] for name in parts if name in self.fields]) for row, parts in names.items()]

    @property
    def may_add(self) -> bool:
        return self.count < MOST

    def full_clean(self) -> None:
        super().full_clean()
        if self.adding:
            self._errors = ErrorDict()  # not done yet, so nothing is wrong yet

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        found = [draft for row in range(1, self.count + 1) if (draft := self._draft(row, cleaned))]
        cleaned["learning"] = found
        if self.errors:
            return cleaned
        because = cleaned.get("none_because")
        if found and because:
            self.add_error("none_because", "You wrote what was learned above. Keep one of the two")
        if self.wanted and not found and not because:
            self.add_error("text_1", self._missing())
        return cleaned

    def _missing(self) -> str:
        either = "" if self.recorded else ", or say below why there is nothing to learn"
        return f"Write what was learned{either}"

    def _draft(self, row: int, cleaned: dict[str, Any]) -> LearningDraft | None:
        """One row as it is recorded; None where it is empty, or something in it is wrong."""
        text, due, unit = (cleaned.get(f"{part}_{row}") for part in ("text", "due", "unit"))
        if not text:
            if due and f"text_{row}" not in self.errors:
                self.add_error(f"text_{row}", "Write what was learned, or take the day away")
            return None
        if unit is None and f"unit_{row}" not in self.errors:
            self.add_error(f"unit_{row}", "Choose who is to do it")
        time = self._time(row, cleaned)
        self._check_day(row, time, due)
        if any(f"{part}_{row}" in self.errors for part in PARTS):
            return None
        kind = cleaned.get(f"kind_{row}")
        return LearningDraft(
            text=text,
            unit=cast(Unit, unit),
            type_=time.type_ if time else None,
            kind=Entry.objects.current(List.LEARNING).get(pk=kind) if kind else None,
            due_on=due,
        )

    def _time(self, row: int, cleaned: dict[str, Any]) -> LearningTime | None:
        chosen = cleaned.get(f"type_{row}")
        return next(
            (time for time in self.times if str(time.type_.pk) == chosen), next(iter(self.times), None)
        )

    def _check_day(self, row: int, time: LearningTime | None, due: Any) -> None:
        field = f"due_{row}"
        if time is None or field not in self.fields or field in self.errors:
            return
        if time.given and due is None:
            self.add_error(
                field, f"Enter the day it is to be done by: '{time.type_.name}' has no time of its own"
            )
        elif due is not None and not time.given:
            self.add_error(
                field, f"'{time.type_.name}' has its own time. Leave the day empty, or choose the other kind"
            )
        elif due is not None and due < london_date(self.now):
            self.add_error(field, "The day it is to be done by is past. Give a day to come")

    def recorded_now(self) -> dict[str, Any]:
        """What the action is told of learning."""
        return {
            "learning": self.cleaned_data["learning"],
            "none_because": self.cleaned_data.get("none_because", ""),
        }


@form_for(Verb.RECORD_LEARNING)
class RecordLearningForm(LearningForm):
    button = "Record the learning"
    done = "Learning recorded."

    def perform(self, **common: Any) -> object:
        return closing.record_learning(**self.recorded_now(), **common)
