"""What goes out, as it is recorded: the response, a holding update, a copy; and the findings it stands on."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.models import Unit
from complaints.actions import drafting, needs, sending
from complaints.actions.sending import Sent
from complaints.forms.acts.answer import AnswerForm, paper_warnings
from complaints.forms.acts.base import ActForm, WordsField, form_for, moment_of
from complaints.forms.fields import DayField, TimeOfDayField
from complaints.forms.uploads import KeptFileField, keep_files
from complaints.models import Entry, Finding, List, Party, StagePoint
from complaints.moves import table_of
from complaints.papers import letters
from complaints.queries.choices import as_tree
from complaints.workflow import Need, Verb
from slas.core.calendar import london_date
from slas.core.receipt import Delivery
from slas.core.wording import long_date

ARRIVES: dict[str, str] = {
    Delivery.SAME_DAY: "Counts as received on the day it is sent.",
    Delivery.NEXT_DAY: "Counts as received the day after, or the next working day after a Sunday or bank holiday.",
    Delivery.THIRD_BUSINESS_DAY: "Counts as received on the third working day after.",
}
OFFICES = (Party.Role.MP, Party.Role.COUNCILLOR)


class EntryRadios(forms.RadioSelect):
    """The entries of a list, each with what it means for when something sent so is received."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        entry = getattr(value, "instance", None)
        if entry is not None:
            option["attrs"]["hint"] = ARRIVES[entry.delivery or Delivery.SAME_DAY]
        return option


class SentForm(ActForm):
    """That something was sent: the day, the time where it is known, how, and to whom."""

    sent_on = DayField(
        label="Day it was sent",
        error_messages={"required": "Enter the day it was sent"},
    )
    sent_time = TimeOfDayField(label="Time, if known", required=False)
    channel = forms.ModelChoiceField(
        label="How it was sent",
        queryset=Entry.objects.none(),
        widget=EntryRadios,
        empty_label=None,
        error_messages={
            "required": "Choose how it was sent",
            "invalid_choice": "Choose how it was sent from the list",
        },
    )
    to = forms.CharField(
        label="Whom it was sent to",
        max_length=400,
        error_messages={
            "required": "Enter whom it was sent to",
            "max_length": "Whom it was sent to: 400 characters or fewer",
        },
    )
    offices_first = False

    def prepare(self) -> None:
        super().prepare()
        channel = self.fields["channel"]
        if isinstance(channel, forms.ModelChoiceField):
            channel.queryset = Entry.objects.current(List.CHANNEL)
        self.initial.update(sent_on=london_date(self.now), to=self._addressee())

    def _addressee(self) -> str:
        people = list(self.case.parties.all())
        offices = [person for person in people if person.role in OFFICES]
        first = next(iter(offices if self.offices_first and offices else people), None)
        if first is None:
            return ""
        return ", ".join(filter(None, [first.name, first.office, first.email]))[:400]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["when"] = moment_of(self, "sent_on", "sent_time")
        return data

    @property
    def sent(self) -> Sent:
        data = self.cleaned_data
        return Sent(data["when"], data["channel"], data["to"])


# --- findings ---------------------------------------------------------------------------------------


class FindingsForm(AnswerForm):
    """A finding and its words for each of some points of the stage."""

    def add_findings(self, rows: Iterable[StagePoint], *, required: bool) -> None:
        """Ask for the finding on each of `rows`, numbered as all the points of the stage are."""
        numbers = {row.pk: n for n, row in enumerate(self.answer.points, 1)}
        self.asked = list(rows)
        for row in self.asked:
            n = numbers[row.pk]
            self.fields[f"finding_{row.pk}"] = forms.ChoiceField(
                label=f"Point {n}: {row.point.text}",
                widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
                choices=Finding.choices,
                required=required,
                error_messages={
                    "required": f"Choose a finding for point {n}",
                    "invalid_choice": f"Choose a finding for point {n} from those there are",
                },
            )
            self.fields[f"words_{row.pk}"] = WordsField(
                label=f"Why, for point {n}, if it is to be said", required=False, rows=2
            )
            self.initial.update({f"finding_{row.pk}": row.finding, f"words_{row.pk}": row.words})

    @property
    def finding_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"finding_{row.pk}"], self[f"words_{row.pk}"]) for row in self.asked]

    @property
    def findings(self) -> dict[int, tuple[str, str]]:
        """What was found, by the number of the stage's point; points nothing was chosen for are left out."""
        data = self.cleaned_data
        return {
            row.pk: (data[f"finding_{row.pk}"], data[f"words_{row.pk}"])
            for row in self.asked
            if data[f"finding_{row.pk}"]
        }


@form_for(Verb.RECORD_FINDINGS)
class RecordFindingsForm(FindingsForm):
    button = "Save the findings"
    done = "The findings are recorded."
    template = "complaints/cases/findings.html"

    def prepare(self) -> None:
        super().prepare()
        self.add_findings(self.answer.points, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for row in self.asked:
            if data.get(f"words_{row.pk}") and not data.get(f"finding_{row.pk}"):
                self.add_error(f"finding_{row.pk}", "Choose the finding that your words are about")
        if not self.errors and not self.findings:
            raise forms.ValidationError("Choose a finding for at least one point")
        return data

    def perform(self, **common: Any) -> object:
        return sending.record_findings(findings=self.findings, **common)


# --- the response -----------------------------------------------------------------------------------


@form_for(Verb.SEND)
class SendForm(SentForm, FindingsForm):
    button = "Record that it was sent"
    template = "complaints/cases/send.html"

    file = KeptFileField(
        label="The file you sent, if you sent one",
        required=False,
        help_text="A PDF or Word file, say. It is kept as what went out.",
    )
    late_reason = forms.ModelChoiceField(
        label="Why was it late?",
        required=False,
        queryset=Entry.objects.none(),
        empty_label="Choose the reason",
        error_messages={"invalid_choice": "Choose a reason from the list"},
    )
    late_unit = forms.ModelChoiceField(
        label="Which team's part was it?",
        required=False,
        queryset=Unit.objects.none(),
        error_messages={"invalid_choice": "Choose a team from the list"},
    )
    late_note = WordsField(label="What else there is to say about it", required=False, rows=3)

    def prepare(self) -> None:
        super().prepare()
        keep_files(self, self.user)
        move = table_of(self.stage.type).move(self.stage.state, self.verb)
        self.needed = move.needs if move else ()
        missing = [row for row in self.answer.points if not row.finding]
        self.add_findings(missing if Need.FINDINGS in self.needed else [], required=True)
        self.order_fields([name for name in self.fields if name.startswith(("finding_", "words_"))])
        reason, unit = self.fields["late_reason"], self.fields["late_unit"]
        if isinstance(reason, forms.ModelChoiceField):
            reason.queryset = Entry.objects.current(List.LATE_REASON)
        if isinstance(unit, forms.ModelChoiceField):
            unit.queryset = Unit.objects.current()
            unit.choices = as_tree(unit.queryset, "Choose the team")
        self.initial.update(
            late_reason=self.stage.late_reason_id,
            late_unit=self.stage.late_unit_id,
            late_note=self.stage.late_note,
        )

    def context(self) -> dict[str, Any]:
        late = needs.is_late(self.stage) or bool(self.answer.headline and self.answer.headline.state == "red")
        draft = drafting.approved(self.stage)
        return super().context() | {
            "approved": draft,
            "letter": letters.parse(draft.text) if draft else None,
            "warnings": paper_warnings(draft),
            "late": late,
            "late_words": sending.late_words(self.stage) if late else "",
            "late_asked": Need.LATE_REASON in self.needed,
            "late_open": late or any(self[name].errors or self[name].data for name in LATE_FIELDS),
            "unmet": self._unmet(),
        }

    def _unmet(self) -> list[str]:
        """What has to be done elsewhere before this can be recorded."""
        move = table_of(self.stage.type).move(self.stage.state, self.verb)
        found = [] if move is None else needs.unmet(move, self.stage, self.case)
        return [need.unmet for need in found if need not in (Need.FINDINGS, Need.LATE_REASON)]

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return sending.send(
            sent=self.sent,
            findings=self.findings,
            upload=data["file"],
            late_reason=data["late_reason"],
            late_unit=data["late_unit"],
            late_note=data["late_note"],
            **common,
        )

    def done_message(self) -> str:
        letter = sending.response_of(self.case)
        if letter is None or letter.received_on is None:
            return "Recorded."
        return f"Recorded. It counts as received on {long_date(letter.received_on)}."


LATE_FIELDS = ("late_reason", "late_unit", "late_note")


# --- what else goes out -----------------------------------------------------------------------------


@form_for(Verb.HOLDING_UPDATE)
class HoldingUpdateForm(SentForm, AnswerForm):
    button = "Record the update"
    done = "The holding update is recorded."
    template = "complaints/cases/holding.html"

    text = WordsField(
        label="What they were told",
        rows=8,
        help_text="The words that were sent or said: why it is not ready, and when to expect it (L1).",
        error_messages={"required": "Write what they were told"},
    )
    expected_on = DayField(
        label="The day they can expect the answer, if they were given one",
        required=False,
    )

    field_order = ["text", "expected_on", "sent_on", "sent_time", "channel", "to"]

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return sending.holding_update(
            sent=self.sent, text=data["text"], expected_on=data["expected_on"], **common
        )


@form_for(Verb.SHARE_COPY)
class ShareCopyForm(SentForm):
    button = "Record that it was shared"
    done = "Recorded that the copy was shared."
    template = "complaints/cases/send_copy.html"
    offices_first = True

    def context(self) -> dict[str, Any]:
        answer = sending.response_of(self.case)
        return super().context() | {
            "sent": answer,
            "letter": letters.parse(answer.text) if answer and answer.text else None,
        }

    def perform(self, **common: Any) -> object:
        return sending.share_copy(sent=self.sent, **common)
