"""Rows of people and of points within a form: more of them at the press of a button, without losing a word.

A button named `change` sends the form back with one more row, `person` or `point`; nothing is checked then.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict

from accounts.forms import EMAIL_FORMAT
from complaints.actions.parties import PartyDraft
from complaints.forms.acts.base import WordsField
from complaints.forms.fields import DayField
from complaints.models import List, Party
from slas.core.calendar import london_date

MOST_PEOPLE = 12
MOST_POINTS = 40
WRITING_FOR_ANOTHER = (Party.Role.REPRESENTATIVE.value, Party.Role.ADVOCATE.value)
"""Who needs the consent of whom they write for (SA4)."""
FOLDED = ("address", "adjustments", "office", "consent", "consent_on")
"""What of a person is folded away until it is wanted."""


def _text(label: str, most: int, **kwargs: Any) -> forms.CharField:
    said = kwargs.pop("too_long", f"{label}: {most} characters or fewer")
    attrs = {"autocomplete": "off", "spellcheck": "false"} | kwargs.pop("attrs", {})
    return forms.CharField(
        label=label,
        max_length=most,
        required=False,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"max_length": said},
        **kwargs,
    )


def _email() -> forms.EmailField:
    return forms.EmailField(
        label="E-mail address",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "invalid": EMAIL_FORMAT.replace("name@council.gov.uk", "name@example.com"),
            "max_length": "The e-mail address must be 254 characters or fewer",
        },
    )


def person_fields() -> dict[str, forms.Field]:
    """What is asked about one person, by name, in the order it is heard."""
    return {
        "role": forms.ChoiceField(
            label="Who they are",
            choices=[("", "Choose"), *Party.Role.choices],
            required=False,
            error_messages={"invalid_choice": "Choose who they are from the list"},
        ),
        "name": _text("Name", 200),
        "relationship": _text(
            "Relationship to the child or service user",
            100,
            help_text="Such as mother, foster carer or solicitor",
            too_long="The relationship must be 100 characters or fewer",
        ),
        "phone": _text("Telephone", 40, attrs={"class": "govuk-input--width-20", "inputmode": "tel"}),
        "email": _email(),
        "postcode": _text("Postcode", 12, attrs={"class": "govuk-input--width-10"}),
        "preferred_contact": forms.ChoiceField(
            label="How they want to hear from us",
            choices=[("", "They did not say"), *Party.Contact.choices],
            required=False,
            error_messages={"invalid_choice": "Choose how they want to hear from us from the list"},
        ),
        "address": WordsField(label="Address", rows=3, required=False),
        "adjustments": WordsField(
            label="What they need from us",
            rows=2,
            required=False,
            help_text="An interpreter, large print, calls after school …",
        ),
        "office": _text("MP's or councillor's office, or ward", 200),
        "consent": forms.ChoiceField(
            label="Consent of the person they write for",
            choices=[("", "Choose"), *Party.Consent.choices],
            required=False,
            help_text="Needed of a representative or an advocate (SA4). “Asked for, not here yet” will do.",
            error_messages={"invalid_choice": "Choose the consent from the list"},
        ),
        "consent_on": DayField(label="Day of the consent", required=False),
    }


TAGS = {"category": List.CATEGORY, "theme": List.THEME, "root_cause": List.ROOT_CAUSE}
"""The fields in which a case is tagged, and the list of each (SC2, SC3: root causes apart from themes)."""


class PersonRow:
    """The fields of one person in a form, by name. `open`: whether it is shown unfolded."""

    def __init__(self, form: forms.Form, number: int) -> None:
        self.form = form
        self.number = number

    def __getitem__(self, name: str) -> BoundField:
        return self.form[f"person_{self.number}_{name}"]

    @property
    def title(self) -> str:
        """Whom it is about, as far as that is known."""
        roles = dict(Party.Role.choices)
        role = roles.get(str(self["role"].value() or ""), "")
        name = str(self["name"].value() or "").strip()
        return f"{name}, {role.lower()}" if name and role else name or role or "Another person"

    @property
    def open(self) -> bool:
        asked = getattr(self.form, "asked_for", "") == "person"
        newest = self.number == len(getattr(self.form, "people", ())) - 1
        return (asked and newest) or self._filled(set(person_fields()) - {"role"})

    @property
    def more_open(self) -> bool:
        """Whether what is folded away has something in it, or wants looking at."""
        return self._filled(FOLDED)

    def _filled(self, names: Any) -> bool:
        fields = [self[name] for name in names]
        return any(field.errors or str(field.value() or "").strip() for field in fields)

    @property
    def first_fields(self) -> Iterator[BoundField]:
        return (self[name] for name in person_fields() if name not in FOLDED)

    @property
    def folded_fields(self) -> Iterator[BoundField]:
        return (self[name] for name in FOLDED)


class RowsForm(forms.Form):
    """A form with rows of people (`person_0_name` …) and points (`point_new_0` …)."""

    now: datetime
    person_rows = 0
    point_rows = 0
    old_points: Sequence[BoundField] = ()

    @property
    def today(self) -> date:
        return london_date(self.now)

    @property
    def tags_open(self) -> bool:
        """Whether something is chosen of the categories, themes and root causes, or wants looking at."""
        return any(self[name].errors or self[name].value() for name in TAGS if name in self.fields)

    @property
    def asked_for(self) -> str:
        """What one more row was asked of: 'person', 'point' or ''."""
        asked = str(self.data.get("change", "")) if self.is_bound else ""
        return asked if asked in ("person", "point") else ""

    def full_clean(self) -> None:
        super().full_clean()
        if self.asked_for:
            self._errors = ErrorDict()  # not done yet, so nothing is wrong yet

    def count(self, name: str, there: int, most: int) -> int:
        """How many rows to show: `there` at first, then as many as were sent, and one more where that was asked."""
        if not self.is_bound:
            return there
        sent = str(self.data.get(f"{name}_rows", ""))
        number = int(sent) if sent.isdecimal() and len(sent) < 4 else there
        return max(1, min(number + (self.asked_for == name), max(most, there)))

    # --- people

    def add_people(self, drafts: Sequence[Mapping[str, Any]]) -> None:
        """A row for each of `drafts`, which are initial values, or for each that was sent."""
        self.person_rows = self.count("person", len(drafts), MOST_PEOPLE)
        for number in range(self.person_rows):
            initial = drafts[number] if number < len(drafts) else {}
            for name, field in person_fields().items():
                self.fields[f"person_{number}_{name}"] = field
                if initial.get(name):
                    self.initial[f"person_{number}_{name}"] = initial[name]

    @property
    def people(self) -> list[PersonRow]:
        return [PersonRow(self, number) for number in range(self.person_rows)]

    @property
    def more_people(self) -> bool:
        return self.person_rows < MOST_PEOPLE

    def clean_people(self) -> list[PartyDraft]:
        """The people who were named, in their order. What is wrong goes beside its field."""
        rows = range(self.person_rows)
        return [draft for number in rows if (draft := self._person(number)) is not None]

    def _person(self, number: int) -> PartyDraft | None:
        said = {name: self.cleaned_data.get(f"person_{number}_{name}") for name in person_fields()}
        wrong = any(f"person_{number}_{name}" in self.errors for name in said)
        if not wrong and not any(value for name, value in said.items() if name != "role"):
            return None
        at = f"person_{number}_"
        if not said["name"] and f"{at}name" not in self.errors:
            self.add_error(f"{at}name", "Enter their name, or take out what else you wrote about them")
        if not said["role"] and f"{at}role" not in self.errors:
            self.add_error(f"{at}role", "Choose who they are")
        if said["role"] in WRITING_FOR_ANOTHER and not said["consent"] and f"{at}consent" not in self.errors:
            self.add_error(f"{at}consent", "Say whether the person they write for has given consent (SA4)")
        if said["consent_on"] and said["consent_on"] > self.today:
            self.add_error(f"{at}consent_on", "The day of the consent is still to come. Check it")
        wrong = any(f"{at}{name}" in self.errors for name in said)
        return None if wrong else _draft(said)

    # --- points

    def add_new_points(self, there: int, *, first: int = 1) -> None:
        """So many empty points, or as many as were sent; `first` is the number of the first."""
        self.point_rows = self.count("point", there, MOST_POINTS)
        for number in range(self.point_rows):
            self.fields[f"point_new_{number}"] = point_field(first + number)

    @property
    def new_points(self) -> list[BoundField]:
        return [self[f"point_new_{number}"] for number in range(self.point_rows)]

    @property
    def more_points(self) -> bool:
        return self.point_rows < MOST_POINTS

    def cleaned_new_points(self) -> list[str]:
        said = (self.cleaned_data.get(f"point_new_{number}") for number in range(self.point_rows))
        return [text for text in said if text]


def point_field(number: int) -> WordsField:
    return WordsField(label=f"Point {number}", rows=2, required=False)


def _draft(said: Mapping[str, Any]) -> PartyDraft:
    words = {name: value or "" for name, value in said.items() if name != "consent_on"}
    return PartyDraft(consent_on=said["consent_on"], **words)


def person_initial(party: Party) -> dict[str, Any]:
    """What a row of `party` shows at first."""
    return {name: getattr(party, name) for name in person_fields()}
