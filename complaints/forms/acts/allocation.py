"""Who does it: allocating, accepting, rejecting, the officer, contributions, passing on."""

from typing import Any, cast

from django import forms
from django.db import transaction
from django.forms.boundfield import BoundField

from accounts.cover_forms import PersonField
from accounts.models import Unit
from audit.service import history
from complaints import permissions
from complaints.actions import allocation
from complaints.forms.acts.base import ActForm, WordsField, form_for
from complaints.forms.acts.giving import TakerField, UnitField
from complaints.forms.fields import DayField
from complaints.models import Contribution
from complaints.moves import table_of
from complaints.queries import allocating, choices
from complaints.queries.deadline_words import deadline_views
from complaints.queries.offers import asked_of
from complaints.workflow import State, Verb
from slas.core.rules import Unit as Counted
from slas.core.wording import amount, long_date


def _reason(label: str, missing: str, **more: Any) -> WordsField:
    return WordsField(label=label, error_messages={"required": missing}, **more)


class GivingForm(ActForm):
    """Gives a stage to a team, to a person there, and says by when their draft is wanted."""

    template = "complaints/cases/allocate.html"

    unit = UnitField(label="Team", missing="Choose the team that will answer it")
    responder = TakerField(
        label="Person",
        required=False,
        help_text="Somebody of that team, or of a service above it. Leave it to the team if you do not know who.",
    )
    draft_days = forms.TypedChoiceField(
        label="When should their draft reach us?",
        coerce=int,
        error_messages={
            "required": "Choose when their draft should reach us",
            "invalid_choice": "Choose one of the days in the list",
        },
    )

    def prepare(self) -> None:
        units = self.unit_field.offer(choices.units_for(self.user, now=self.now), nothing="Choose the team")
        self.unit_field.initial = self.stage.unit_id
        self.accepted = bool(allocating.service_turns(self.stage.type))
        self.taker.offer_takers(
            self.case,
            allocating.answering_roles(self.stage.type),
            units,
            nothing="Whoever accepts it" if self.accepted else "Nobody in particular",
        )
        self.taker.also(self.stage.responder)
        self._offer_days()

    @property
    def unit_field(self) -> UnitField:
        return cast(UnitField, self.fields["unit"])

    @property
    def taker(self) -> TakerField:
        return cast(TakerField, self.fields["responder"])

    def _offer_days(self) -> None:
        self.headline = allocating.headline_of(self.stage)
        if self.headline is None or not self.accepted or self.stage.type.beside:  # an action is not drafted
            del self.fields["draft_days"]
            return
        options = allocating.draft_days(self.stage, self.headline, now=self.now)
        field = cast(forms.TypedChoiceField, self.fields["draft_days"])
        field.choices = [(str(days), _days_before(days, day)) for days, day in options]
        wanted = self.stage.draft_days if self.stage.draft_days is not None else self.stage.type.draft_days
        field.initial = allocating.nearest(options, wanted or 0)

    def context(self) -> dict[str, Any]:
        headline = deadline_views([self.stage], self.now).get(self.stage.pk, [None])[0]
        return {"headline": headline, "rejected": self._rejected()}

    def _rejected(self) -> str:
        """What was said when it last came back, as long as it has not gone to anybody since."""
        events = history(self.case.stream).filter(verb__in=[Verb.REJECT, Verb.ALLOCATE, Verb.REALLOCATE])
        last = events.order_by("-sequence").first()
        text = getattr(last, "text", None) if last is not None and last.verb == Verb.REJECT else None
        return text.sentence if text is not None else ""

    def given(self) -> dict[str, Any]:
        """What is chosen, as the actions take it."""
        return {name: self.cleaned_data.get(name) for name in ("unit", "responder", "draft_days")}

    def done_message(self) -> str:
        unit, person = self.cleaned_data["unit"], self.cleaned_data.get("responder")
        return f"It is with {f'{person}, {unit}' if person else unit} now."


def _days_before(days: int, day: Any) -> str:
    on = f": {long_date(day)}" if day else ""
    if days == 0:
        return f"On the formal date itself{on}"
    return f"{amount(days, Counted.WORKING_DAYS)} before the formal date{on}"


@form_for(Verb.ALLOCATE)
class AllocateForm(GivingForm):
    button = "Allocate it"

    def perform(self, **common: Any) -> object:
        return allocation.allocate(**self.given(), **common)


@form_for(Verb.REALLOCATE)
class ReallocateForm(GivingForm):
    button = "Reallocate it"

    reason = _reason("Why does it go to somebody else?", "Say why it goes to somebody else", rows=3)

    def prepare(self) -> None:
        super().prepare()
        anew = State.TO_ACCEPT in table_of(self.stage.type).states and "Another team accepts it anew. "
        self.about = f"{anew or ''}Its deadline stays as it is."  # type: ignore[misc] # depends on the stage

    def perform(self, **common: Any) -> object:
        return allocation.reallocate(**self.given(), reason=self.cleaned_data["reason"], **common)


@form_for(Verb.ACCEPT)
class AcceptForm(ActForm):
    button = "Accept it"
    template = "complaints/cases/accept.html"

    def context(self) -> dict[str, Any]:
        authority = permissions.authority(self.user, self.verb, self.stage, now=self.now)
        return {
            "headline": deadline_views([self.stage], self.now).get(self.stage.pk, [None])[0],
            "points": self.stage.points.select_related("point"),
            "for_whom": authority.for_whom if authority else None,
            "may_reject": permissions.authority(self.user, Verb.REJECT, self.stage, now=self.now) is not None,
        }

    def perform(self, **common: Any) -> object:
        return allocation.accept(**common)

    def done_message(self) -> str:
        return f"Accepted for {self.stage.unit}."


@form_for(Verb.REJECT)
class RejectForm(ActForm):
    button = "Reject it"
    warning = True
    done = "Rejected. Customer Relations allocate it anew."
    about = "It goes back to Customer Relations, who give it to somebody else. Its deadline stays as it is."

    reason = _reason(
        "Why is it not yours?",
        "Say why it is not yours, and whose it is if you know",
        help_text="Say whose it is, if you know.",
    )

    def perform(self, **common: Any) -> object:
        return allocation.reject(reason=self.cleaned_data["reason"], **common)


@form_for(Verb.TAKE_ON)
class TakeOnForm(ActForm):
    button = "Name the officer"
    about = "Every turn of Customer Relations in this case is theirs."

    officer = PersonField(label="Officer", error_messages={"required": "Choose the officer"})
    reason = WordsField(label="Why (optional)", required=False, rows=3)

    def prepare(self) -> None:
        field = cast(PersonField, self.fields["officer"])
        people = allocating.takers(self.case, permissions.TEAM_ROLES, self.stage.unit)
        field.offer(people, nothing="Choose the officer")
        mine = people.filter(pk=self.user.pk).exists() and self.stage.officer_id != self.user.pk
        if mine:
            field.initial = str(self.user.pk) if field.listed is not None else self.user.email
        now = f"It is {self.stage.officer} now." if self.stage.officer else "Nobody is named yet."
        field.help_text = f"{now} {field.help_text}".strip()

    def perform(self, **common: Any) -> object:
        said = {name: self.cleaned_data[name] for name in ("officer", "reason")}
        return allocation.take_on(**said, **common)

    def done_message(self) -> str:
        return f"{self.cleaned_data['officer']} is the officer of this case now."


@form_for(Verb.ASK_CONTRIBUTION)
class AskContributionForm(ActForm):
    button = "Ask them"
    about = "They see the whole case from then on, and answer on its page."

    unit = UnitField(label="Who is asked", missing="Choose the team you ask")
    person = TakerField(
        label="Person",
        required=False,
        help_text="Somebody of that team. Leave it to the team if you do not know who.",
    )
    question = _reason("What do you need from them?", "Say what they are asked")
    due_on = DayField(
        label="By when do you need it?", error_messages={"required": "Enter the day you need it by"}
    )

    def prepare(self) -> None:
        units = Unit.objects.current().exclude(pk=self.stage.unit_id)
        unit, person = cast(UnitField, self.fields["unit"]), cast(TakerField, self.fields["person"])
        offered = unit.offer(units, nothing="Choose the team")
        roles = allocating.contributing_roles(self.stage)
        person.offer_takers(self.case, roles, offered, nothing="Anybody of the team")
        headline = allocating.headline_of(self.stage)
        formal = headline.due_on if headline else None
        draft = self.stage.draft_due_on
        said = [f"The draft is due on {long_date(draft)}."] if draft else []
        said += [f"The answer itself is due on {long_date(formal)}."] if formal else []
        self.fields["due_on"].help_text = " ".join([*said, "For example, 27/11/2026."])

    def perform(self, **common: Any) -> object:
        said = {name: self.cleaned_data[name] for name in ("unit", "person", "question", "due_on")}
        return allocation.ask_contribution(**said, **common)

    def done_message(self) -> str:
        return f"{self.cleaned_data.get('person') or self.cleaned_data['unit']} is asked."


@form_for(Verb.CONTRIBUTE)
class ContributeForm(ActForm):
    button = "Give the contribution"
    template = "complaints/cases/contribution.html"

    def prepare(self) -> None:
        rows = self.stage.contributions.filter(answered_at__isnull=True).select_related(
            "unit", "person", "asked_by"
        )
        self.questions = asked_of(self.user, rows, self.stage, now=self.now)
        for row in self.questions:
            self.fields[_answer(row)] = WordsField(
                label=f"Your contribution for {row.unit}", required=False, rows=8
            )

    @property
    def asked(self) -> list[tuple[Contribution, BoundField]]:
        """Each question with the field that answers it."""
        return [(row, self[_answer(row)]) for row in self.questions]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.questions:
            raise forms.ValidationError(
                "Nothing is asked of your units any more. Add a note if there is more to say."
            )
        if not any(cleaned.get(_answer(row)) for row in self.questions) and not self.errors:
            self.add_error(_answer(self.questions[0]), "Write your contribution")
        return cleaned

    def perform(self, **common: Any) -> object:
        """Every question that was answered, or none: the second is not refused for what the first changed."""
        with transaction.atomic():
            for row in self.questions:
                if answer := self.cleaned_data.get(_answer(row)):
                    allocation.contribute(contribution=row, answer=answer, **common)
                    common["seen"] = None
        return self.case

    def done_message(self) -> str:
        return "Your contribution is on the case."


def _answer(row: Contribution) -> str:
    return f"answer_{row.pk}"


@form_for(Verb.PASS_ON)
class PassOnForm(ActForm):
    button = "Pass it on and close"
    done = "Passed on and closed."

    unit = UnitField(label="Which service is it about?", missing="Choose the service it is about")
    to = forms.CharField(
        label="Who there will hear of it (optional)",
        required=False,
        max_length=200,
        error_messages={"max_length": "Who there will hear of it: 200 characters or fewer"},
    )

    def prepare(self) -> None:
        field = cast(UnitField, self.fields["unit"])
        field.offer(choices.units_for(self.user, now=self.now), nothing="Choose the service")
        field.initial = self.stage.unit_id

    def perform(self, **common: Any) -> object:
        return allocation.pass_on(unit=self.cleaned_data["unit"], to=self.cleaned_data["to"], **common)
