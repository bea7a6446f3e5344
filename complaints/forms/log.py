"""Logging a contact: what an officer hears, in the order it is heard."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.models import User
from complaints import permissions
from complaints.actions import intake, parties
from complaints.actions.intake import Contact
from complaints.forms.acts.base import WordsField, moment_of
from complaints.forms.acts.contact import (
    check_flags,
    flag,
    readers_field,
    risk_note_field,
    summary_field,
    tag_fields,
    tagged,
    users_of,
)
from complaints.forms.acts.rows import TAGS, RowsForm
from complaints.forms.fields import DayField, TimeOfDayField
from complaints.models import Case, Entry, List, Party, Procedure
from complaints.queries import choices
from complaints.queries.duplicates import Alike, alike
from slas.core.calendar import london_date


class LogForm(RowsForm):
    """A contact as it is written down. `contact` is the cleaned result; it has been checked as the action will."""

    channel = forms.ModelChoiceField(
        label="How it came in",
        queryset=Entry.objects.none(),
        empty_label="Choose",
        error_messages={
            "required": "Choose how it came in",
            "invalid_choice": "Choose how it came in from the list",
        },
    )
    received_on = DayField(
        label="Day it came in", error_messages={"required": "Enter the day it came in, like 12/5/2026"}
    )
    received_time = TimeOfDayField(label="Time, if known", required=False)
    anonymous = flag("They gave no name")
    detail = WordsField(label="What they said", rows=6, required=False)
    wanted = WordsField(label="What they want to happen", rows=2, required=False)
    safeguarding = flag("Safeguarding", "A child or an adult may be at risk of harm")
    risk = flag(
        "Risk to raise with senior leadership",
        "They read what you write below (S14)",
        **{"data-aria-controls": "more-risk"},
    )
    risk_note = risk_note_field()
    sensitive = flag("Sensitive", "Handle with care: it is marked so wherever it is listed")
    restricted = flag(
        "Restricted",
        "Only the people you name can see that it exists",
        **{"data-aria-controls": "more-restricted"},
    )
    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict | None = None, *, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        super().__init__(_with_once(data), initial={"received_on": self.today, "once": uuid.uuid4()})
        self.begins = _procedures_by_begin(self.today)
        cast(forms.ModelChoiceField, self.fields["channel"]).queryset = Entry.objects.current(List.CHANNEL)  # type: ignore[type-arg]
        self.fields["anonymous"].help_text = self._anonymous_hint()
        self.fields["summary"] = summary_field()
        self.add_people(({"role": Party.Role.COMPLAINANT}, {"role": Party.Role.YOUNG_PERSON}))
        self.add_new_points(2)
        self.fields.update(tag_fields())
        self.fields["unit"] = self._unit_field()
        self.fields["readers"] = readers_field(self.user)
        self.order_fields(self._order())

    def _order(self) -> list[str]:
        people = [name for name in self.fields if name.startswith("person_")]
        points = [name for name in self.fields if name.startswith("point_")]
        begin = ["channel", "received_on", "received_time", "anonymous"]
        flags = ["safeguarding", "risk", "risk_note", "sensitive", "restricted", "readers"]
        return [*begin, *people, "summary", "detail", *points, "wanted", *TAGS, "unit", *flags]

    def _anonymous_hint(self) -> str:
        procedure = self.begins.get(Procedure.Begins.ANONYMOUS)
        if procedure is None:
            return "There is then nobody to answer."
        return f"It is then logged as: {procedure.name}. There is nobody to answer (H7)."

    def _unit_field(self) -> forms.ModelChoiceField:  # type: ignore[type-arg]
        units = choices.units_for(self.user, permissions.TEAM_ROLES, now=self.now)
        tree = choices.as_tree(units, "Choose")
        field = forms.ModelChoiceField(
            label="Service and team",
            queryset=units,
            help_text="The nearest you know. It is allocated at the next step.",
            error_messages={
                "required": "Choose the service or team it is about",
                "invalid_choice": "Choose a service or team from the list: you log contacts for these",
            },
        )
        field.choices = tree
        self.initial["unit"] = self._own_unit([pk for pk, _ in tree if pk])
        return field

    def _own_unit(self, known: list[str]) -> str:
        """The one unit they work at for Customer Relations, or the only one there is to choose."""
        held = [
            s
            for s in permissions.standings_of(self.user, now=self.now)
            if s.role in permissions.TEAM_ROLES and s.for_whom is None
        ]
        own = {str(s.unit.pk) if s.unit else "" for s in held}
        if len(own) == 1 and own <= set(known):
            return own.pop()
        return known[0] if len(known) == 1 else ""

    # --- what was said

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        received = moment_of(self, "received_on", "received_time")
        people = self.clean_people()
        self._check_name(people)
        check_flags(self)
        if not self.errors:
            self.contact = self._contact(cast(date, received), people)
            try:
                intake.check_contact(self.contact, by=self.user, now=self.now)
            except Refused as refused:
                add_refusal(self, refused)
        return cleaned

    def _check_name(self, people: list[parties.PartyDraft]) -> None:
        if not self.cleaned_data.get("anonymous"):
            if not people and not any(name.startswith("person_") for name in self.errors):
                self.add_error("person_0_name", intake.NO_NAME)
            return
        first = f"{self.people[0]['name'].value() or ''}".strip()
        if first or self.cleaned_data.get("person_0_email") or self.cleaned_data.get("person_0_phone"):
            self.add_error(
                "anonymous",
                "You wrote down who it was, and that they gave no name. Take one of the two out",
            )
            # It is this that is wrong, and not that the name is missing.
            self.errors.pop("person_0_name", None)

    def _contact(self, received: date | datetime, people: list[parties.PartyDraft]) -> Contact:
        said = self.cleaned_data
        as_said = ("summary", "detail", "wanted", "channel", "unit", "anonymous")
        flags = ("safeguarding", "risk", "risk_note", "sensitive", "restricted")
        return Contact(
            received=received,
            parties=people,
            points=self.cleaned_new_points(),
            tags=tagged(self),
            readers=users_of(said["readers"]),
            **{name: said[name] for name in (*as_said, *flags)},
        )

    def duplicates(self) -> list[Alike]:
        """The cases this may be one with, and the same people's others, as far as its officer may see them. None for a
        form that was sent before: its own case would be the first of them."""
        if Case.objects.filter(once=self.cleaned_data["once"]).exists():
            return []
        return alike(
            self.user,
            keys=[parties.matches(draft) for draft in self.contact.parties],
            summary=self.contact.summary,
            received_on=london_date(self.contact.received),
            now=self.now,
        )

    def renew(self) -> None:
        """Let the same words be logged as another case, where nothing came of the form as it was."""
        data = cast(QueryDict, self.data).copy()
        data["once"] = str(uuid.uuid4())
        self.data = data


def _with_once(data: QueryDict | None) -> QueryDict | None:
    """`data` with a number to know it by, where it came without one that can be read."""
    if data is None:
        return None
    try:
        uuid.UUID(data.get("once", ""))
    except ValueError:
        data = data.copy()
        data["once"] = str(uuid.uuid4())
    return data


def _procedures_by_begin(on: date) -> Mapping[str, Procedure]:
    """What new contacts begin as, by who they are from."""
    types = intake.types_on(on).filter(position=0).exclude(procedure__begins="")
    return {type_.procedure.begins: type_.procedure for type_ in types}
