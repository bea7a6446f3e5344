"""What people fill in about people. Forms check what was typed; whether it may be done is for the actions."""

from typing import Any, cast

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.actions import Refused
from accounts.models import Unit, User
from accounts.queries import in_order, unit_tree
from accounts.roles import Role, Seat

EMAIL_FORMAT = "Enter an e-mail address in the right format, like name@council.gov.uk"


def add_refusal(form: forms.Form, refused: Refused) -> None:
    """Show why an action refused, beside the field it names or above the form."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


class _EmailForm(forms.Form):
    """A form with an e-mail address, kept as people are found by it: in small letters."""

    def clean_email(self) -> str:
        email = str(User.objects.normalize_email(self.cleaned_data["email"]))
        if len(email) > 254:  # some letters become two when they are made small
            raise ValidationError("The e-mail address must be 254 characters or fewer")
        return email


class SignInForm(_EmailForm):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={
            "required": "Enter your e-mail address",
            "invalid": EMAIL_FORMAT,
            "max_length": "Your e-mail address must be 254 characters or fewer",
        },
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": "Enter your password",
            "max_length": "Your password must be 4,096 characters or fewer",
        },
    )

    def refuse(self) -> None:
        """Say that these did not work, and not which of the two was wrong."""
        self.add_error(
            None,
            "Enter your e-mail address and password as you were given them. Capital and small letters count "
            "in the password. If you have forgotten it, an administrator can give you a new one.",
        )


class PasswordForm(forms.Form):
    """Choosing one's own password."""

    current = forms.CharField(
        label="Your password now",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter the password you have now"},
    )
    new = forms.CharField(
        label="New password",
        strip=False,
        max_length=4096,
        help_text="At least 12 characters. Three or four words that do not belong together are easy to keep "
        "in mind and hard to guess.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a new password"},
    )
    again = forms.CharField(
        label="New password again",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter the new password a second time"},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.person.check_password(current):
            raise ValidationError("This is not the password you have now")
        return current

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        if new == self.data.get(self.add_prefix("current")):
            raise ValidationError("Choose a password that differs from the one you have now")
        password_validation.validate_password(new, self.person)
        return new

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "The two new passwords differ: enter the same one twice")
        return cleaned


class _RoleRadios(forms.RadioSelect):
    """Each role with what it lets people do, as a hint beside it."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["hint"] = f"Can {Role(value).may}"
        return option


def _unit_choice(**kwargs: Any) -> Any:
    """A unit in use, or none; `_list_tree` fills the list when the form is made."""
    return forms.ModelChoiceField(
        queryset=Unit.objects.current(),
        required=False,
        error_messages={"invalid_choice": "Choose a unit from the list"},
        **kwargs,
    )


def _list_tree(field: forms.Field, nothing: str, *first: tuple[str, str]) -> None:
    """List the units in the order of the tree, each with everything above it, after the choices in `first`;
    `nothing` is what the empty line says. One query."""
    lines = [(branch.unit.pk, branch.line) for branch in in_order(unit_tree())]
    cast(forms.ChoiceField, field).choices = [("", nothing), *first, *lines]


class _SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Where a role is held: a unit in use or, chosen and never left over, the whole council (None)."""

    COUNCIL = "council"

    def clean(self, value: Any) -> Any:
        return None if value == self.COUNCIL else super().clean(value)


class GrantForm(forms.Form):
    """A role at a unit, or for the whole council."""

    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        widget=_RoleRadios,
        error_messages={"required": "Choose a role", "invalid_choice": "Choose a role from the list"},
    )
    unit = _SeatChoice(
        queryset=Unit.objects.current(),
        label="Where",
        help_text="A role at a unit covers everything below it.",
        error_messages={
            "required": "Choose where they hold this role: a unit, or the whole council",
            "invalid_choice": "Choose a unit from the list",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _list_tree(self.fields["unit"], "Choose where", (_SeatChoice.COUNCIL, "The whole council"))

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role, unit = cleaned.get("role"), cleaned.get("unit")
        if role and "unit" not in self.errors:
            if role.seat is Seat.UNIT and unit is None:
                self.add_error("unit", f"Choose the directorate, service or team where they are {role.label}")
            elif role.seat is Seat.COUNCIL and unit is not None:
                self.add_error("unit", f"{role.label} is for the whole council: choose 'The whole council'")
        return cleaned


class AddPersonForm(GrantForm, _EmailForm):
    """Somebody new, with a first role."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Enter the person's name",
            "max_length": "The person's name must be 200 characters or fewer",
        },
    )
    email = forms.EmailField(
        label="Work e-mail address",
        max_length=254,
        help_text="They sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Enter the person's work e-mail address",
            "invalid": EMAIL_FORMAT,
            "max_length": "The e-mail address must be 254 characters or fewer",
        },
    )

    field_order = ["name", "email", "role", "unit"]


class RenameUnitForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Enter the unit's name",
            "max_length": "The unit's name must be 200 characters or fewer",
        },
    )


class AddUnitForm(RenameUnitForm):
    """A directorate, service or team and its place in the tree."""

    kind = forms.ChoiceField(
        label="What it is",
        choices=Unit.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose whether it is a directorate, a service or a team",
            "invalid_choice": "Choose a directorate, a service or a team",
        },
    )
    parent = _unit_choice(label="It stands below")
    code = forms.SlugField(
        label="Short code",
        max_length=50,
        help_text="Letters, figures and hyphens, such as SEND. It stays the same if the name changes.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Enter a short code for the unit",
            "invalid": "A short code has only letters, figures and hyphens",
            "max_length": "The short code must be 50 characters or fewer",
        },
    )

    field_order = ["kind", "parent", "name", "code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _list_tree(self.fields["parent"], "Nothing: it stands at the top")
