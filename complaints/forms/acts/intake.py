"""What becomes of a contact: acknowledged, triaged, decided anew, merged, or logged in error."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField

from accounts.actions import Refused
from accounts.models import User
from complaints import permissions
from complaints.actions import intake, sending, triage
from complaints.forms.acts.base import ActForm, WordsField, form_for
from complaints.forms.acts.sending import SentForm
from complaints.forms.fields import CaseField, DayField, TimeOfDayField
from complaints.models import Entry, List, Party, StageType
from complaints.queries import choices, outlook
from complaints.queries.deadline_words import DeadlineView, deadline_views
from complaints.queries.outlook import Outlook
from complaints.workflow import EVENT_OF, Kind, Verb
from slas.core.phrases import due_phrase, spoken
from slas.core.rules import Rule
from slas.core.wording import long_date

BY_PREFERENCE = {
    Party.Contact.EMAIL: "email",
    Party.Contact.PHONE: "telephone",
    Party.Contact.POST: "letter",
    Party.Contact.IN_PERSON: "in-person",
}
"""The code of the channel that keeps to a preferred way of contact, where the council's list has it."""


@form_for(Verb.ACKNOWLEDGE)
class AcknowledgeForm(SentForm):
    title = "Record the acknowledgement"
    button = "Record the acknowledgement"
    done = "The acknowledgement is recorded."
    about = "It is recorded here; nothing is sent from this page."

    officer = forms.ModelChoiceField(
        label="Officer it named",
        queryset=User.objects.none(),
        empty_label="Choose",
        error_messages={
            "required": "Choose the officer it named",
            "invalid_choice": "Choose the officer from the list",
        },
    )
    sharing_notice = forms.BooleanField(
        label="It gave the data-sharing notice",
        help_text="That their details may be shared with the services that look into it (H18)",
        required=False,
    )
    text = WordsField(
        label="Words of the acknowledgement, if you want to keep them here", rows=8, required=False
    )

    def prepare(self) -> None:
        super().prepare()
        officers = choices.officers_at(self.case.unit)
        if self.case.officer_id is not None:
            officers = officers | User.objects.filter(pk=self.case.officer_id)
        cast(forms.ModelChoiceField, self.fields["officer"]).queryset = officers  # type: ignore[type-arg]
        self.initial["officer"] = self.case.officer_id
        first = self.case.parties.first()
        code = (
            BY_PREFERENCE.get(Party.Contact(first.preferred_contact))
            if first and first.preferred_contact
            else None
        )
        if code:
            self.initial["channel"] = Entry.objects.current(List.CHANNEL).filter(code=code).first()

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return sending.acknowledge(
            sent=self.sent,
            officer=data["officer"],
            sharing_notice=data["sharing_notice"],
            text=data["text"],
            **common,
        )


# --- which procedure --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """One thing a contact can be decided to be: a radio's `value`, what it is, and what it comes to. `route`: what to
    use instead, of an exclusion. `asked`: the field for what only this choice needs to know."""

    value: str
    name: str
    about: str
    source: str
    type_: StageType | None
    outlook: Outlook | None
    exclusion: Entry | None = None
    asked: BoundField | None = None

    @property
    def route(self) -> str:
        return self.exclusion.route if self.exclusion else ""


class ChoiceForm(ActForm):
    """A choice between procedures, each with what it does to the deadlines shown before it is chosen. `is_now`: the
    page says what it was decided to be before."""

    choice = forms.ChoiceField(
        label="What it is",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is", "invalid_choice": "Choose what it is from the list"},
    )
    template = "complaints/cases/triage.html"
    is_now = False

    def prepare(self) -> None:
        self.offers = list(self.find_offers())
        pairs = [(offer.value, offer.name) for offer in self.offers]
        cast(forms.ChoiceField, self.fields["choice"]).choices = pairs

    def find_offers(self) -> Iterable[Offer]:
        raise NotImplementedError

    def chosen(self) -> Offer:
        return next(offer for offer in self.offers if offer.value == self.cleaned_data["choice"])

    def context(self) -> dict[str, Any]:
        radios = {radio.data["value"]: radio for radio in self["choice"]}
        rows = [(radios[offer.value], self._with_asked(offer)) for offer in self.offers]
        return {
            "procedures": [row for row in rows if row[1].exclusion is None],
            "exclusions": [row for row in rows if row[1].exclusion is not None],
            "points": self.case.points.all(),
            "met": self.met(),
            "is_now": self.is_now,
        }

    def _with_asked(self, offer: Offer) -> Offer:
        return offer

    def met(self) -> DeadlineView | None:
        """The deadline that deciding meets."""
        return None


def offer_of(type_: StageType, found: dict[int, Outlook]) -> Offer:
    procedure = type_.procedure
    return Offer(
        value=f"procedure:{procedure.code}",
        name=procedure.name,
        about=procedure.about,
        source=procedure.source,
        type_=type_,
        outlook=found[type_.pk],
    )


@form_for(Verb.TRIAGE)
class TriageForm(ChoiceForm):
    title = "Triage: decide what it is"
    button = "Decide"
    done = "Triaged."

    reason = WordsField(
        label="Why",
        rows=3,
        required=False,
        help_text="For a complaint: why this procedure. For what is not: why that applies. It stays on the timeline.",
    )
    aware_on = DayField(
        label="Day they became aware of it, if it was long ago",
        required=False,
        help_text="A complaint is brought within 12 months of that day (L2, W4).",
    )
    out_of_time_reason = WordsField(
        label="What is exceptional, if it is over 12 months",
        rows=2,
        required=False,
    )

    def prepare(self) -> None:
        super().prepare()
        self.initial.update(aware_on=self.case.aware_on, out_of_time_reason=self.case.out_of_time_reason)
        if self.case.received_at is None:
            for offer in self.offers:
                rule = triage.counted_from_time(offer.type_) if offer.type_ else None
                if rule is not None:
                    self.fields[_time(offer)] = self._time_field(rule)

    def _time_field(self, rule: Rule) -> TimeOfDayField:
        source = f" ({', '.join(rule.source)})" if rule.source else ""
        return TimeOfDayField(
            label=f"Time it was received on {long_date(self.case.received_on)}",
            help_text=f"“{rule.name}” is due {spoken(due_phrase(rule))}{source}. For example, 9:30am.",
            required=False,
        )

    def _with_asked(self, offer: Offer) -> Offer:
        return replace(offer, asked=self[_time(offer)]) if _time(offer) in self.fields else offer

    def find_offers(self) -> Iterable[Offer]:
        types = first_stages(self.case.received_on)
        found = outlook.at_triage(self.stage, types, now=self.now)
        yield from (offer_of(type_, found) for type_ in types if type_.procedure.at_triage)
        by_code = {type_.procedure.code: type_ for type_ in types}
        for entry in Entry.objects.current(List.EXCLUSION):
            type_ = by_code.get(entry.procedure)
            yield Offer(
                value=f"exclusion:{entry.code}",
                name=entry.name,
                about="",
                source=entry.source,
                type_=type_,
                outlook=found[type_.pk] if type_ else None,
                exclusion=entry,
            )

    def met(self) -> DeadlineView | None:
        views = deadline_views([self.stage], self.now).get(self.stage.pk, [])
        return next((v for v in views if v.open and v.row.met_by == EVENT_OF[Verb.TRIAGE]), None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("choice") and not data.get("reason") and _needs_why(self.chosen()):
            self.add_error("reason", "Say why: it is a complaint, or is kept out of the complaints procedure")
        data["received_at"] = self._received_at(_time(self.chosen()), data) if data.get("choice") else None
        return data

    def _received_at(self, name: str, data: dict[str, Any]) -> datetime | None:
        """The moment it came in, where the choice asks for it."""
        field = self.fields.get(name)
        if not isinstance(field, TimeOfDayField) or name in self.errors:
            return None
        if not data.get(name):
            self.add_error(name, "Enter the time it was received: a deadline counts from it")
            return None
        try:
            return field.on(data[name], self.case.received_on)
        except forms.ValidationError as error:
            self.add_error(name, error)
            return None

    def done_message(self) -> str:
        return f"Triaged: {self.chosen().name}."

    def perform(self, **common: Any) -> object:
        data, chosen = self.cleaned_data, self.chosen()
        try:
            return triage.triage(
                type_=None if chosen.exclusion else chosen.type_,
                exclusion=chosen.exclusion,
                reason=data["reason"],
                aware_on=data["aware_on"],
                out_of_time_reason=data["out_of_time_reason"],
                received_at=data["received_at"],
                **common,
            )
        except Refused as refused:
            if refused.field == "received_time":
                refused.field = _time(chosen)
            raise


def _time(offer: Offer) -> str:
    """The name of the field for the time it was received, which one choice asks for."""
    return f"received_time_{offer.value.replace(':', '_')}"


def _needs_why(offer: Offer) -> bool:
    """A complaint says why by which procedure, an exclusion why it applies; praise speaks for itself."""
    if offer.exclusion is not None or offer.type_ is None:
        return True
    return offer.type_.procedure.kind == Kind.COMPLAINT


def first_stages(on: Any) -> list[StageType]:
    """The first stage of every procedure in force on a day, in the policy's order."""
    return list(intake.types_on(on).filter(position=0).order_by("procedure__position"))


@form_for(Verb.RECLASSIFY)
class ReclassifyForm(ChoiceForm):
    button = "Reclassify"
    done = "Reclassified."
    about = (
        "Pauses, extensions and the time already used are kept, and count as the new rules have it. What was missed "
        "stays missed."
    )
    previews = True
    is_now = True

    reason = WordsField(label="Why", rows=3, error_messages={"required": "Say why it is reclassified"})

    def find_offers(self) -> Iterable[Offer]:
        types = self._types()
        found = outlook.reclassified(self.stage, types, now=self.now)
        return [offer_of(type_, found) for type_ in types]

    def _types(self) -> Sequence[StageType]:
        """The stage of every procedure that can be chosen which stands where this one does."""
        here = intake.types_on(self.case.received_on).filter(
            position=self.stage.type.position, procedure__at_triage=True, beside=False
        )
        others = here.exclude(procedure__code=self.stage.type.procedure.code)
        return list(others.order_by("procedure__position"))

    def done_message(self) -> str:
        return f"Reclassified: {self.chosen().name}."

    def perform(self, **common: Any) -> object:
        type_ = cast(StageType, self.chosen().type_)
        return triage.reclassify(type_=type_, reason=self.cleaned_data["reason"], **common)


# --- not a case of its own --------------------------------------------------------------------------


@form_for(Verb.LOG_IN_ERROR)
class LogInErrorForm(ActForm):
    title = "Mark it as logged in error"
    button = "Mark as logged in error"
    done = "Marked as logged in error."
    about = "It is closed, stays readable, and no report counts it."
    warning = True

    reason = WordsField(
        label="Why it should not have been logged",
        rows=3,
        error_messages={"required": "Say why it should not have been logged"},
    )

    def perform(self, **common: Any) -> object:
        return triage.log_in_error(reason=self.cleaned_data["reason"], **common)


@form_for(Verb.MERGE)
class MergeForm(ActForm):
    title = "Merge it into another case"
    button = "Merge"
    done = "Merged."
    about = "This case is closed, and the other goes on. They are linked, and what is written here can be read here."
    warning = True

    into = CaseField(
        label="Reference of the case that goes on",
        error_messages={"required": "Enter the reference of the case that goes on"},
    )
    reason = WordsField(
        label="Why they are the same matter",
        rows=3,
        error_messages={"required": "Say why they are the same matter"},
    )

    def prepare(self) -> None:
        field = self.fields["into"]
        if isinstance(field, CaseField):
            field.cases = permissions.visible_cases(self.user, now=self.now)

    def done_message(self) -> str:
        return f"Merged into {self.cleaned_data['into']}."

    def perform(self, **common: Any) -> object:
        return triage.merge(into=self.cleaned_data["into"], reason=self.cleaned_data["reason"], **common)
