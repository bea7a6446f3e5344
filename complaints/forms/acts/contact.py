"""What is asked about a contact, when it is logged and when it is put right."""

from collections.abc import Iterable, Sequence
from functools import cache

from django import forms

from accounts.models import User
from complaints.forms.acts.base import WordsField
from complaints.forms.acts.rows import TAGS
from complaints.forms.markup import ManyBoxes
from complaints.models import Entry, List
from complaints.queries import choices

SUMMARY_LENGTH = 200


def summary_field() -> forms.CharField:
    return forms.CharField(
        label="In a few words",
        max_length=SUMMARY_LENGTH,
        help_text="What it is about, as it should read in a list",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Say in a few words what it is about",
            "max_length": f"The few words must be {SUMMARY_LENGTH} characters or fewer: the rest belongs below",
        },
    )


def tag_fields(chosen: Iterable[Entry] = ()) -> dict[str, forms.MultipleChoiceField]:
    """The fields of TAGS: checkboxes of each list. `chosen`: entries that stay to be chosen though they are retired."""
    there = choices.entries(TAGS.values(), chosen)
    return {name: _tag_field(list_, there[list_]) for name, list_ in TAGS.items()}


def _tag_field(list_: List, there: Iterable[Entry]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=TAG_LABELS[list_],
        choices=choices.entry_choices(there),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the list: one of these is no longer on it"},
    )


TAG_LABELS = {List.CATEGORY: "Categories", List.THEME: "Themes", List.ROOT_CAUSE: "Root causes"}


def readers_field(user: User) -> forms.MultipleChoiceField:
    """The named list of a restricted case: whoever works on cases or may read them, but for `user`, who is on it.
    They are read when they are shown or chosen from."""
    return forms.MultipleChoiceField(
        label="Who else may see it",
        choices=cache(lambda: choices.case_people(but=user)),
        required=False,
        widget=ManyBoxes(attrs={"class": "govuk-checkboxes--small"}),
        error_messages={"invalid_choice": "Choose from the list: one of these people is no longer on it"},
    )


def flag(label: str, hint: str = "", **attrs: str) -> forms.BooleanField:
    return forms.BooleanField(
        label=label, required=False, help_text=hint, widget=forms.CheckboxInput(attrs=attrs)
    )


def risk_note_field() -> WordsField:
    return WordsField(label="What the risk is", rows=3, required=False)


def check_flags(form: forms.Form) -> None:
    """A note without its flag, or a list of people without the restriction, was meant otherwise."""
    said = form.cleaned_data
    if said.get("risk_note") and not said.get("risk"):
        form.add_error("risk", "You wrote what the risk is. Tick that there is one, or take the words out")
    if said.get("readers") and not said.get("restricted"):
        form.add_error(
            "restricted", "You chose who may see it. Tick that it is restricted, or untick the people"
        )


def tagged(form: forms.Form) -> list[Entry]:
    """The entries chosen in the fields of TAGS."""
    chosen = {pk for name in TAGS for pk in form.cleaned_data.get(name, ())}
    return list(Entry.objects.filter(pk__in=chosen))


def users_of(numbers: Sequence[str]) -> list[User]:
    return list(User.objects.filter(pk__in=numbers))
