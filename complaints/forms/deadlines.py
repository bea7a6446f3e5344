"""The deadline calculator's form: a field for each event, date and allowance that an SLA's rules know."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from complaints.forms.fields import DayField, TimeOfDayField
from complaints.queries.policies import who
from slas.core.calendar import LONDON, Moment, PauseSpan, Receipt
from slas.core.facts import Extension, Facts, Given
from slas.core.rules import Rule, RuleSet, Unit
from slas.core.wording import UNIT_WORDS, amount, clock
from slas.service import QuestionError

RECEIPTS = [
    ("", "As the calendar says"),
    (Receipt.STRICT, "Strict: the day it happened is day 0"),
    (Receipt.DEEMED, "Deemed receipt: a day not worked counts as the next working day"),
]
MOST_PAUSES = 12
ABOUT_THE_VIEW = ("show", "view")
"""Names in the address that say how to look at the answer, not what is asked."""


class DeadlineForm(forms.Form):
    """What happened and what was decided, for one SLA. `facts`, `counted_by` and `seen_on` are
    the cleaned result.

    All it asks is in the address, so that a question can be passed on and asked again.
    """

    receipt = forms.ChoiceField(
        label="How the day of receipt counts",
        choices=RECEIPTS,
        required=False,
        error_messages={"invalid_choice": "Choose how the day of receipt counts from the list"},
    )
    today = DayField(
        label="Show colours as at",
        required=False,
        help_text="Leave blank to use today. It changes colours and days left, not dates.",
    )

    def __init__(self, rules: RuleSet, data: QueryDict | None, *, asks_times: bool = False) -> None:
        super().__init__(data)
        self.rules = rules
        self.timed = {event.code for event in rules.events if asks_times or _needs_time(rules, event.code)}
        self.pauses = _pause_rows(data) if rules.pausable else 0
        self._add_events()
        for rule in rules.milestones:
            self._add_decisions(rule)
        for n in range(1, self.pauses + 1):
            self.fields[f"pause-{n}-from"] = DayField(label="Paused on", required=False)
            self.fields[f"pause-{n}-to"] = DayField(
                label="Resumed on",
                required=False,
                help_text="The first day worked again. Leave blank while it is paused.",
            )
        self.order_fields([name for name in self.fields if name not in ("receipt", "today")])

    def _add_events(self) -> None:
        for event in self.rules.events:
            hint = "For example, 27/3/2026." if not event.optional else "Leave blank if it has not happened."
            self.fields[f"event-{event.code}"] = DayField(label=event.name, required=False, help_text=hint)
            if event.code in self.timed:
                self.fields[f"time-{event.code}"] = TimeOfDayField(
                    label=f"Time: {event.name[0].lower()}{event.name[1:]}",
                    required=False,
                    help_text="For example, 9:30am.",
                )

    def _add_decisions(self, rule: Rule) -> None:
        if rule.given:
            cap = f" Up to {amount(rule.given_to, rule.unit)} from the start." if rule.given_to else ""
            wins = "It wins over the rule." if rule.span else "Nothing else sets this date."
            self.fields[f"given-{rule.code}"] = DayField(
                label=f"Date given for: {rule.name}", required=False, help_text=f"{wins}{cap}"
            )
        if rule.extend_to and rule.span:
            words = UNIT_WORDS[rule.unit][1]
            self.fields[f"extend-{rule.code}"] = forms.CharField(
                label=f"Extended to, in {words} in all: {rule.name}",
                required=False,
                max_length=6,
                help_text=f"{rule.span.amount + 1} to {rule.extend_to}, counted from the start. {_who(rule)}",
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-3"}),
                error_messages={"max_length": f"Enter how many {words} in all, as a whole number"},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._refuse_unknown()
        events: dict[str, Moment] = {}
        for event in self.rules.events:
            if moment := self._moment(event.code, event.name):
                events[event.code] = moment
        given = {r.code: Given(day) for r in self.rules.milestones if (day := cleaned.get(f"given-{r.code}"))}
        if not (events or given or self.errors):
            first = self.rules.events[0]
            self.add_error(
                f"event-{first.code}", f"Enter at least one date, such as when {_lower(first.name)}"
            )
        self.facts = Facts(events, given, dict(self._extensions()), tuple(self._spans()))
        self.counted_by = Receipt(cleaned["receipt"]) if cleaned.get("receipt") else None
        self.seen_on: date | None = cleaned.get("today")
        return cleaned

    def _refuse_unknown(self) -> None:
        """A link made for other rules must not be half understood: what it asks and this form has not is said."""
        for name in self.data:
            if name not in self.fields and name not in ABOUT_THE_VIEW and self.data.get(name):
                self.add_error(None, f"This link also asks about {name[:60]}, which these rules do not have")

    def _moment(self, code: str, name: str) -> Moment | None:
        day, text = self.cleaned_data.get(f"event-{code}"), self.cleaned_data.get(f"time-{code}")
        if text and not day:
            if f"event-{code}" not in self.errors:
                self.add_error(f"event-{code}", f"{name}: enter the day as well as the time")
            return None
        if not (text and day):
            return day
        field = self.fields[f"time-{code}"]
        try:
            return field.on(text, day) if isinstance(field, TimeOfDayField) else day
        except ValidationError as error:
            self.add_error(f"time-{code}", error)
            return None

    def _extensions(self) -> Iterator[tuple[str, Extension]]:
        for rule in self.rules.milestones:
            text = self.cleaned_data.get(f"extend-{rule.code}")
            if text and text.isascii() and text.isdigit():
                yield rule.code, Extension(int(text))
            elif text:
                words = UNIT_WORDS[rule.unit][1]
                self.add_error(
                    f"extend-{rule.code}", f"Enter how many {words} in all, as a whole number, not {text}"
                )

    def _spans(self) -> Iterator[PauseSpan]:
        for n in range(1, self.pauses + 1):
            first, resumed = self.cleaned_data.get(f"pause-{n}-from"), self.cleaned_data.get(f"pause-{n}-to")
            if first and resumed and resumed < first:
                self.add_error(f"pause-{n}-to", "Resumed on: it cannot resume before it is paused")
            elif first:
                yield PauseSpan(first, resumed)
            elif resumed and f"pause-{n}-from" not in self.errors:
                self.add_error(f"pause-{n}-from", "Paused on: enter the day it was paused as well")

    def refuse(self, error: QuestionError) -> None:
        """Show why the rules do not allow a fact, beside the field it came from."""
        name = f"{error.kind}-{error.code}"
        if (
            error.kind == "event"
            and error.code in self.timed
            and isinstance(self.facts.events.get(error.code), date)
        ):
            name = f"time-{error.code}"
        self.add_error(name if name in self.fields else None, f"{error.told[0].upper()}{error.told[1:]}")

    def address(self) -> str:
        """The query that asks exactly this question, with plain ISO dates."""
        query = QueryDict(mutable=True)
        for name, value in self._said():
            query[name] = value
        return query.urlencode()

    def _said(self) -> Iterator[tuple[str, str]]:
        for code, moment in self.facts.events.items():
            if isinstance(moment, datetime):
                yield f"event-{code}", moment.astimezone(LONDON).date().isoformat()
                yield f"time-{code}", clock(moment)
            else:
                yield f"event-{code}", moment.isoformat()
        for code, given in self.facts.given.items():
            yield f"given-{code}", given.day.isoformat()
        for code, extension in self.facts.extensions.items():
            yield f"extend-{code}", str(extension.total)
        for n, pause in enumerate(self.facts.pauses, 1):
            yield f"pause-{n}-from", pause.first.isoformat()
            if pause.resumed:
                yield f"pause-{n}-to", pause.resumed.isoformat()
        if self.counted_by:
            yield "receipt", str(self.counted_by)
        if self.seen_on:
            yield "today", self.seen_on.isoformat()

    def sections(self) -> list[dict[str, Any]]:
        """The fields in groups, in the order a person would think of them."""
        groups = (
            ("What happened", ("event-", "time-")),
            ("Dates given and extensions", ("given-", "extend-")),
            ("Pauses", ("pause-",)),
            ("How to look at it", ("receipt", "today")),
        )
        sections = ({"title": t, "fields": [f for f in self if f.name.startswith(p)]} for t, p in groups)
        return [section for section in sections if section["fields"]]


def _who(rule: Rule) -> str:
    """Who decides on more time, in words."""
    roles = " or ".join(who(code) for code in rule.approvers)
    agrees = "The complainant must agree." if rule.complainant_agrees else ""
    return f"{f'Approved by: {roles}.' if roles else ''} {agrees}".strip()


def _needs_time(rules: RuleSet, code: str) -> bool:
    exact = (Unit.HOURS, Unit.IMMEDIATELY)
    return any(
        code in rule.after and rule.unit in exact for rule in rules.milestones if not rule.from_milestone
    )


def _pause_rows(data: Mapping[str, Any] | None) -> int:
    """As many rows as were filled, and one to spare."""
    filled = [
        n
        for n in range(1, MOST_PAUSES + 1)
        if data and (data.get(f"pause-{n}-from") or data.get(f"pause-{n}-to"))
    ]
    return min(max(filled, default=0) + 1, MOST_PAUSES)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
