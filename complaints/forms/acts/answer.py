"""The answer: writing it, checking it, signing it, and what a review came to. Two verbs may share one page."""

from typing import Any, cast

from django import forms
from django.http import QueryDict

from complaints import permissions
from complaints.actions import drafting, needs
from complaints.forms.acts.base import ActForm, WordsField, form_for
from complaints.forms.uploads import KeptFileField, content_of, keep_files
from complaints.models import Draft
from complaints.moves import table_of
from complaints.papers import letters, store, word
from complaints.queries.answer import AnswerView, answer_view
from complaints.workflow import Verb

LONGEST_DRAFT = 200_000
"""Characters of a draft, typed or from a Word file: about sixty pages."""
TOO_LONG = f"The draft has more than {LONGEST_DRAFT:,} characters. Keep it to the letter, and add the rest as documents"


class DraftField(WordsField):
    """A letter as it is typed, however long a letter may be."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_DRAFT, strip=False, **kwargs)
        self.error_messages["max_length"] = TOO_LONG

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without `maxlength`: a browser would cut off what is pasted, and say nothing."""
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class AnswerForm(ActForm):
    """A form beside an answer. Its page shows the buttons of those verbs that the person may do now."""

    def prepare(self) -> None:
        super().prepare()
        self.answer: AnswerView = answer_view(self.stage, now=self.now)

    def context(self) -> dict[str, Any]:
        able = {a.move.verb: a for a in permissions.verbs_for(self.user, self.stage, now=self.now)}
        mine = able.get(self.verb)
        return {
            "answer": self.answer,
            "can": {verb.value for verb in able},
            "for_whom": mine.for_whom if mine else None,
            "warnings": paper_warnings(self.answer.latest),
        }


def paper_warnings(draft: Draft | None) -> tuple[str, ...]:
    """What to know before the Word file that a version came as goes out as a letter; nothing where there is none."""
    document = draft.document if draft else None
    if document is None or not document.name.casefold().endswith(".docx"):
        return ()
    try:
        with content_of(document.key) as content:
            return word.read(content).warnings
    except (store.NotKept, word.CannotRead):
        return ("The Word file of this version cannot be read any more. Ask for it again before it is sent.",)


# --- writing ----------------------------------------------------------------------------------------


class WriteForm(AnswerForm):
    title = "Write the draft"
    template = "complaints/cases/write.html"
    field_order = ["which"]

    text = DraftField(
        label="The draft",
        required=False,
        rows=22,
        help_text="A blank line begins a new paragraph.",
    )
    file = KeptFileField(
        label="Or upload it as a Word file",
        required=False,
        kinds=("docx",),
        help_text="A .docx file. Its text becomes the draft, and the file is kept with it.",
    )
    which = forms.ChoiceField(
        label="Which of the two is the draft?",
        required=False,
        widget=forms.RadioSelect,
        choices=[("typed", "What I typed"), ("file", "The Word file")],
    )
    note = WordsField(
        label="A note for whoever checks it, if one is needed",
        required=False,
        rows=2,
        help_text="It is kept beside the draft and is no part of the letter.",
    )

    def prepare(self) -> None:
        super().prepare()
        keep_files(self, self.user)
        self.initial["text"] = self.answer.text
        self.both = False
        self.warnings: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload, typed = data.get("file"), data.get("text", "")
        self.both = upload is not None and not self.answer.says_already(typed)
        if upload is None or "text" in self.errors:
            if upload is None and not typed and not self.errors:
                self.add_error("text", "Write the draft, or upload it as a Word file")
            return data
        if self.both and not data.get("which"):
            self.add_error(
                "which",
                "You changed the text and chose a Word file as well. Say which of the two is the draft",
            )
        elif data.get("which") == "typed" and self.both:
            data["file"] = None
        else:
            self._read(data)
        return data

    def _read(self, data: dict[str, Any]) -> None:
        """Put the text of the Word file in place of what stands in the page."""
        try:
            with content_of(data["file"].key) as content:
                found = word.read(content)
        except word.CannotRead as error:
            self._unusable(str(error))
            return
        if len(found.text) > LONGEST_DRAFT:
            self._unusable(TOO_LONG)
            return
        data["text"] = found.text
        self.warnings = found.warnings

    def _unusable(self, why: str) -> None:
        field = self.fields["file"]
        if isinstance(field, KeptFileField):
            field.forget()
        self.both = False
        self.add_error("file", why)

    def written(self) -> dict[str, Any]:
        """What was written, for the action."""
        return {
            "text": self.cleaned_data["text"],
            "upload": self.cleaned_data["file"],
            "note": self.cleaned_data["note"],
        }

    def done_message(self) -> str:
        return " ".join([self.done, *self.warnings])


@form_for(Verb.SUBMIT)
class SubmitForm(WriteForm):
    done = "Sent to be checked."

    def perform(self, **common: Any) -> object:
        return drafting.submit(**self.written(), **common)


@form_for(Verb.DRAFT)
class DraftForm(WriteForm):
    done = "The draft is saved. Nobody was asked to check it yet."

    def perform(self, **common: Any) -> object:
        return drafting.draft(**self.written(), **common)


# --- the quality check ------------------------------------------------------------------------------


class CheckForm(AnswerForm):
    title = "Check the draft"
    template = "complaints/cases/check.html"

    reason = WordsField(
        label="What is to be changed?",
        required=False,
        rows=5,
        help_text="Only if you return it. Everybody who sees the case can read it.",
    )

    @property
    def heading(self) -> str:
        offered = table_of(self.stage.type).move(self.stage.state, Verb.APPROVE)
        return self.title if offered else Verb.RETURN.label

    def context(self) -> dict[str, Any]:
        context = super().context()
        before = self.answer.checked_before
        approving = permissions.authority(self.user, Verb.APPROVE, self.stage, now=self.now)
        by_whom = approving.for_whom if approving else None
        unmet = needs.unmet(approving.move, self.stage, self.case) if approving else []
        return context | {
            "before": before,
            "changes": self.answer.since(before),
            "own": drafting.why_own(self.stage, approving.move, self.user, by_whom) if approving else "",
            "unmet": [need.unmet for need in unmet],
        }


@form_for(Verb.APPROVE)
class ApproveForm(CheckForm):
    done = "Approved."

    def clean_reason(self) -> str:
        if self.cleaned_data["reason"]:
            raise forms.ValidationError(
                "You wrote what is to be changed, so this was not approved. Return the draft, or take away what you "
                "wrote and approve it"
            )
        return ""

    def perform(self, **common: Any) -> object:
        return drafting.approve(**common)


@form_for(Verb.RETURN)
class ReturnForm(CheckForm):
    done = "Returned with what is to be changed."

    def clean_reason(self) -> str:
        if not self.cleaned_data["reason"]:
            raise forms.ValidationError("Say what is to be changed")
        return str(self.cleaned_data["reason"])

    def perform(self, **common: Any) -> object:
        return drafting.return_draft(reason=self.cleaned_data["reason"], **common)


# --- sign-off ---------------------------------------------------------------------------------------

AMEND, AS_IT_STANDS = "amend", "as-it-stands"


class SigningForm(AnswerForm):
    title = "Sign off the answer"
    template = "complaints/cases/sign.html"

    text = DraftField(label="The answer, for you to amend", required=False, rows=18)
    reason = WordsField(label="What is to be changed before you sign?", required=False, rows=5)
    let_go = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        super().prepare()
        self.initial["text"] = self.answer.text

    @property
    def amended(self) -> bool:
        """Whether the text was changed on the page."""
        if not self.is_bound or "text" not in self.data:
            return False
        return bool(self.cleaned_data.get("text", "") != letters.clean(self.answer.text))

    def context(self) -> dict[str, Any]:
        context = super().context()
        latest, before = self.answer.latest, self.answer.signer_saw
        checks = [row for row in self.answer.decisions if latest and row.draft_id == latest.pk]
        signing = permissions.authority(self.user, Verb.SIGN, self.stage, now=self.now)
        own = drafting.why_own(self.stage, signing.move, self.user, signing.for_whom) if signing else ""
        return context | {
            "before": before,
            "changes": self.answer.since(before),
            "own": own,
            "checks": checks,
        }


@form_for(Verb.SIGN)
class SignForm(SigningForm):
    done = "Signed off."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        amending = self.data.get("how") == AMEND
        if data["reason"]:
            self.add_error(
                "reason",
                "You wrote what is to be changed, so this was not signed. Return the draft, or take away what you "
                "wrote and sign it",
            )
        elif amending and not data["text"]:
            self.add_error("text", "Write the answer as you want it to go out")
        elif amending and not self.amended:
            self.add_error("text", "You changed nothing. Press 'Sign off' to sign it as it stands")
        elif not amending and self.amended:
            self.add_error(
                "text",
                "You changed the text, so it was not signed as it stands. Press 'Amend and sign off' to sign it with "
                "your changes",
            )
        return data

    def perform(self, **common: Any) -> object:
        amending = self.data.get("how") == AMEND
        return drafting.sign(text=self.cleaned_data["text"] if amending else None, **common)


@form_for(Verb.REFUSE_SIGNATURE)
class RefuseSignatureForm(SigningForm):
    done = "Returned without signing, with what is to be changed."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        if not data["reason"]:
            self.add_error("reason", "Say what is to be changed before you sign")
        elif self.amended and not data["let_go"]:
            again = cast(QueryDict, self.data).copy()
            again["let_go"] = "on"
            self.data = again
            self.add_error(
                "text",
                "You changed the text too, and returning the draft does not keep that. Press 'Return' again to let it "
                "go, or press 'Amend and sign off' to keep it",
            )
        return data

    def perform(self, **common: Any) -> object:
        return drafting.refuse_signature(reason=self.cleaned_data["reason"], **common)


# --- a review ---------------------------------------------------------------------------------------


@form_for(Verb.REVIEW)
class ReviewForm(AnswerForm):
    button = "Record the outcome"
    done = "The outcome of the review is recorded."
    template = "complaints/cases/review.html"

    outcome = forms.ChoiceField(
        label="What did the review come to?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the review came to"},
    )
    note = WordsField(
        label="Reasons",
        rows=6,
        help_text="The complainant is told these reasons.",
        error_messages={"required": "Give the reasons: the complainant will be told them"},
    )

    def prepare(self) -> None:
        super().prepare()
        outcome = self.fields["outcome"]
        if isinstance(outcome, forms.ChoiceField):
            outcome.choices = list(self.stage.type.outcome_choices)
            outcome.error_messages["invalid_choice"] = drafting.no_such_outcome(self.stage)
        self.initial.update(outcome=self.stage.outcome, note=self.stage.outcome_note)

    def perform(self, **common: Any) -> object:
        return drafting.review(outcome=self.cleaned_data["outcome"], note=self.cleaned_data["note"], **common)
