"""Dates given, events recorded, steps not wanted, pauses."""

from datetime import date
from typing import Any

from django import forms

from complaints.actions import happenings
from complaints.actions.stage_rules import is_planned
from complaints.forms.acts.base import WordsField, form_for, moment_of
from complaints.forms.acts.dates import HintedRadios, RulesForm, cited, now_due
from complaints.forms.fields import DayField, TimeOfDayField
from complaints.models import Pause, StageEvent, standing
from complaints.workflow import Verb
from slas.core.calendar import london_date
from slas.core.rules import Rule
from slas.core.wording import amount, long_date, long_moment


@form_for(Verb.GIVE_DATE)
class GiveDateForm(RulesForm):
    button = "Record the date"
    done = "The date is recorded."

    day = DayField(
        label="Which date was given?", error_messages={"required": "Enter the date that was given"}
    )
    said_by = forms.CharField(
        label="Who gave it?",
        max_length=200,
        help_text="For example, the complainant by telephone, or the Ombudsman's investigator.",
        error_messages={
            "required": "Enter who gave the date",
            "max_length": "Who gave the date: 200 characters or fewer",
        },
    )
    reason = WordsField(label="Why is it that date?", required=False, rows=3)

    def prepare(self) -> None:
        super().prepare()
        rules = self.rules.milestones if self.rules else ()
        taking = [rule for rule in rules if rule.given] or ([self.rules.headline] if self.rules else [])
        if self.rules and not any(rule.given for rule in taking):
            self.cannot = (
                f"The policy takes no date for anything here: its rules set them{cited(taking[0].source)}."
            )
        hints = {rule.code: self._hint(rule) for rule in taking}
        self.choose_milestone(
            taking, "Which deadline is it for?", "Choose which deadline the date is for", hints
        )
        if len(taking) == 1:
            self.fields["day"].help_text = f"For: {taking[0].name}. {self._hint(taking[0])}"
        if any(rule.span is not None for rule in taking):
            self.fields["reason"].help_text = "Needed for a later date than the rule's own."
        agreeing = [rule for rule in taking if rule.complainant_agrees]
        if agreeing:
            self.fields["complainant_agreed"] = forms.BooleanField(
                label="The complainant agrees",
                required=False,
                help_text=f"A later date is given only then{cited(agreeing[0].source)}.",
            )
        self.order_fields(["milestone", "day", "said_by", "complainant_agreed", "reason"])

    def _hint(self, rule: Rule) -> str:
        row = self.rows.get(rule.code)
        since = f" from {long_date(row.counted_from)}" if row is not None and row.counted_from else ""
        cap = f"Up to {amount(rule.given_to, rule.unit)}{since}. " if rule.given_to else ""
        holidays = "Only where it was received in school holidays. " if rule.given_in_school_holidays else ""
        return f"{cap}{holidays}{now_due(row, rule.source)}"

    @property
    def preview_warnings(self) -> list[str]:
        """That the inner dates want confirming, where the date is under the rule's notice."""
        rule = self.rules.by_code.get(self.chosen) if self.rules else None
        row = self.rows.get(self.chosen)
        day: date | None = self.cleaned_data.get("day")
        if (
            rule is None
            or rule.short_notice is None
            or row is None
            or row.counted_from is None
            or day is None
        ):
            return []
        if (day - row.counted_from).days >= rule.short_notice:
            return []
        return [
            f"That is under {rule.short_notice} days after {long_date(row.counted_from)}: confirm the dates in between "
            f"with the service{cited(rule.source)}."
        ]

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return happenings.give_date(
            milestone=self.chosen,
            day=data["day"],
            said_by=data["said_by"],
            reason=data["reason"],
            complainant_agreed=data.get("complainant_agreed", False),
            **common,
        )


@form_for(Verb.RECORD_EVENT)
class RecordEventForm(RulesForm):
    button = "Record it"
    done = "Recorded."

    code = forms.ChoiceField(
        label="What happened?",
        error_messages={
            "required": "Choose what happened",
            "invalid_choice": "Choose what happened from the list",
        },
    )
    day = DayField(label="Which day was it?", error_messages={"required": "Enter the day it happened"})
    time = TimeOfDayField(
        label="Time, if known",
        required=False,
        help_text="Needed where a deadline is counted in hours from it.",
    )
    note = WordsField(label="What else there is to say about it", required=False, rows=3)

    def prepare(self) -> None:
        super().prepare()
        offered = happenings.recordable(self.stage)
        if self.rules and not offered:
            self.cannot = "Nothing is recorded by hand here: each step records what happened."
        there = {row.code: row for row in standing(StageEvent).filter(stage=self.stage).order_by("pk")}
        field = self.fields["code"]
        if isinstance(field, forms.ChoiceField):
            field.widget = HintedRadios({code: self._hint(code, there.get(code)) for code, _ in offered})
            field.choices = offered
        self.initial["day"] = london_date(self.now)

    def _hint(self, code: str, row: StageEvent | None) -> str:
        """What it is for, and what is recorded of it."""
        rules = self.rules.milestones if self.rules else ()
        said = [f"It is when '{rule.name}' is done." for rule in rules if rule.met_by == code]
        said += [f"'{r.name}' counts from it." for r in rules if code in r.after and not r.from_milestone]
        if row is not None:
            said.append(f"Recorded for {long_moment(row.moment)}: a new day counts in its place.")
        elif self.rules and is_planned(self.rules, code):
            said.append("Its day can still be to come.")
        return " ".join(said)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["moment"] = moment_of(self, "day", "time")
        return data

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return happenings.record_event(code=data["code"], moment=data["moment"], note=data["note"], **common)


@form_for(Verb.DISMISS)
class DismissForm(RulesForm):
    button = "Leave it out"
    done = "Recorded that it is not needed."
    about = "The step and its date are struck out, and the reason stays on record."

    milestone = forms.ChoiceField(
        label="Which step is not needed?",
        error_messages={
            "required": "Choose which step is not needed",
            "invalid_choice": "Choose which step is not needed from the list",
        },
    )
    reason = WordsField(
        label="Why is it not needed?", error_messages={"required": "Say why it is not needed"}
    )

    def prepare(self) -> None:
        super().prepare()
        rules = self.rules.milestones if self.rules else ()
        offered = [rule for rule in rules if rule.code in self.rows and self.rows[rule.code].live]
        hints = {rule.code: now_due(self.rows[rule.code], rule.source) for rule in offered}
        if self.rules and self.rules.statutory:
            self.cannot = f"The law sets the steps of “{self.rules.name}”, so none can be left out."
        elif not offered:
            self.cannot = self.cannot or "Every step here is done or left out already."
        field = self.fields["milestone"]
        if isinstance(field, forms.ChoiceField):
            field.widget = HintedRadios(hints)
            field.choices = [(rule.code, rule.name) for rule in offered]

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return happenings.dismiss(milestone=data["milestone"], reason=data["reason"], **common)


@form_for(Verb.PAUSE)
class PauseForm(RulesForm):
    button = "Pause"
    done = "Paused."
    about = "Working days do not count from the first day of the pause until the day it resumes."

    ground = forms.ChoiceField(
        label="What is it paused for?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what it is paused for",
            "invalid_choice": "Choose what it is paused for from the list",
        },
    )
    first = DayField(
        label="First day of the pause",
        help_text="Today or earlier.",
        error_messages={"required": "Enter the first day of the pause"},
    )
    reason = WordsField(label="What else there is to say about it", required=False, rows=3)

    def prepare(self) -> None:
        super().prepare()
        field = self.fields["ground"]
        if isinstance(field, forms.ChoiceField) and self.rules:
            field.choices = [(reason, reason) for reason in self.rules.pause_reasons]
            field.help_text = f"The policy names these{cited(self.rules.pause_source)}."
            if not self.rules.pausable:
                self.cannot = f"“{self.rules.name}” cannot be paused: no policy allows it."
        if standing(Pause).filter(stage=self.stage, resumed__isnull=True).exists():
            self.cannot = "It is paused already."
        self.initial["first"] = london_date(self.now)

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return happenings.pause(first=data["first"], ground=data["ground"], reason=data["reason"], **common)


@form_for(Verb.RESUME)
class ResumeForm(RulesForm):
    button = "Resume"
    done = "Resumed. The clock runs again."

    on = DayField(
        label="First day that counts again",
        help_text="Today or earlier. Paused and resumed on one day, it costs nothing.",
        error_messages={"required": "Enter the first day that counts again"},
    )

    def prepare(self) -> None:
        super().prepare()
        row = standing(Pause).filter(stage=self.stage, resumed__isnull=True).first()
        field = self.fields["on"]
        if row is None:
            self.cannot = "It is not paused."
        else:
            field.help_text = f"Paused since {long_date(row.first)}: {row.ground}. {field.help_text}"
        self.initial["on"] = london_date(self.now)

    def perform(self, **common: Any) -> object:
        return happenings.resume(on=self.cleaned_data["on"], **common)
