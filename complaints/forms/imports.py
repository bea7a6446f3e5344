"""What is asked to take a tracker in: the file, where its columns are, what its words mean here."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from accounts.models import Unit, User
from complaints.forms.uploads import KeptFileField, keep_files

KINDS = ("xlsx", "ods", "csv")
Choices = list[tuple[str, Any]]
WHOLE_COUNCIL = "The whole council"


class UploadForm(forms.Form):
    """The file, and for whoever works for Customer Relations in several places, for which."""

    file = KeptFileField(
        kinds=KINDS,
        label="The tracker",
        help_text="An Excel workbook (.xlsx), an OpenDocument spreadsheet (.ods) or a CSV file, 20 MB at most.",
        error_messages={"required": "Choose the file that holds the tracker"},
    )
    unit = forms.ChoiceField(
        label="Where do its cases belong?",
        help_text="They come to units there or below. What matches no unit comes to 'Unmatched'.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where its cases belong"},
    )

    def __init__(self, *args: Any, user: User, seats: Sequence[Unit | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk) if unit else "": unit for unit in seats}
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            (key, str(unit) if unit else WHOLE_COUNCIL) for key, unit in self.units.items()
        ]
        if len(seats) == 1:
            del self.fields["unit"]
        keep_files(self, user)

    @property
    def unit_chosen(self) -> Unit | None:
        """The unit, once the form is valid; None: the whole council."""
        key = self.cleaned_data["unit"] if "unit" in self.fields else next(iter(self.units))
        return self.units[key]


class MapFileForm(forms.Form):
    """A mapping that was kept, to be used for this tracker."""

    map_file = forms.FileField(
        label="Mapping file (.yaml)",
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
        error_messages={
            "required": "Choose the mapping file",
            "empty": "The mapping file is empty. Choose another",
            "missing": "Choose the mapping file again",
        },
    )


@dataclass(frozen=True)
class Asked:
    """One text of a tracker and what it means here: in how many `rows` it stands, its `code` ('' for none), and the
    codes it could be."""

    field: str
    text: str
    rows: int
    code: str
    could_be: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its control is called: the same for the same text, wherever it stands."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:16]
        return f"value-{self.field}-{digest}"


@dataclass(frozen=True)
class Known:
    """What the texts of a field may mean: the code and name of each, and what `nothing` is called."""

    choices: Choices
    nothing: str


class ValuesForm(forms.Form):
    """What some texts mean."""

    def __init__(self, *args: Any, asked: Iterable[Asked], known: Mapping[str, Known], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(asked)
        for one in self.asked:
            self.fields[one.name] = forms.ChoiceField(
                label=one.text,
                choices=_options(one, known[one.field]),
                initial=one.code,
                required=False,
                error_messages={"invalid_choice": f"{one.text}: choose from the list"},
            )

    def pairs(self, field: str) -> list[tuple[Asked, BoundField]]:
        """The texts of a field with their controls."""
        return [(one, self[one.name]) for one in self.asked if one.field == field]

    def said(self) -> dict[str, dict[str, str]]:
        """Field → text → code, as chosen."""
        found: dict[str, dict[str, str]] = {}
        for one in self.asked:
            found.setdefault(one.field, {})[one.text] = self.cleaned_data[one.name]
        return found


def _options(one: Asked, known: Known) -> Choices:
    """Everything it may mean, what it could be first."""
    names = dict(known.choices)
    suggested = [(code, names[code]) for code in one.could_be if code in names]
    if not suggested:
        return [("", known.nothing), *known.choices]
    rest = [(code, name) for code, name in known.choices if code not in one.could_be]
    return [("", known.nothing), ("It could be", suggested), ("All others", rest)]


class MatchForm(ValuesForm):
    """Where the tracker is, which column is which field, and what its texts mean.

    `fields` are the fields of a tracker with their names, `required` those it cannot do without; `labels` the headings
    there are.
    """

    sheet = forms.ChoiceField(
        label="Sheet", error_messages={"invalid_choice": "Choose a sheet that is in the file"}
    )
    heading_row = forms.IntegerField(
        label="Row with the headings",
        min_value=1,
        max_value=999_999,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
        error_messages={
            "required": "Enter the number of the row that has the headings",
            "invalid": "Row with the headings: enter a whole number, like 3",
            "min_value": "Row with the headings: the first row is 1",
            "max_value": "Row with the headings: enter a smaller number",
        },
    )
    day_first = forms.TypedChoiceField(
        label="A date like 4/10/2026 is",
        choices=[("yes", "4 October 2026"), ("no", "10 April 2026")],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how dates are written"},
    )

    def __init__(
        self,
        *args: Any,
        sheets: Iterable[str],
        labels: Iterable[str],
        fields: Mapping[str, str],
        columns: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns = {f"column-{name}": name for name in fields}
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        choices = [("", "Not in this tracker"), *((label, label) for label in labels)]
        for name, field in self.columns.items():
            self.fields[name] = forms.ChoiceField(
                label=fields[field],
                choices=choices,
                initial=columns.get(field, ""),
                required=False,
                error_messages={"invalid_choice": f"{fields[field]}: choose a column that is in the tracker"},
            )

    @property
    def column_fields(self) -> list[BoundField]:
        return [self[name] for name in self.columns]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[str, str] = {}
        for name in self.columns:
            label = cleaned.get(name)
            if label and label in taken:
                other = self.fields[taken[label]].label
                self.add_error(name, f"The column '{label}' is '{other}' already. A column gives one field")
            elif label:
                taken[label] = name
        return cleaned

    def columns_said(self) -> dict[str, str]:
        """Field → heading, as chosen."""
        return {field: label for name, field in self.columns.items() if (label := self.cleaned_data[name])}
