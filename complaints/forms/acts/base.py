"""What the forms of all actions have in common: one form for each thing somebody does to a case."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from complaints.forms.fields import TimeOfDayField
from complaints.models import Case, Stage
from complaints.papers.letters import clean
from complaints.workflow import Verb
from slas.core.calendar import LONDON

LONG = 20_000
"""The most characters of a text somebody writes by hand."""


class WordsField(forms.CharField):
    """Words over several lines. `required` needs a message of its own: say what to write."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONG)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
        self.error_messages["max_length"] = f"{self.label}: {LONG:,} characters or fewer"

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength: a browser cuts what is pasted without a word."""
        return {k: v for k, v in super().widget_attrs(widget).items() if k != "maxlength"}

    def to_python(self, value: Any) -> str:
        """A browser parts lines its own way: kept so, the same words would differ from themselves."""
        return clean(super().to_python(value) or "")


NOT_SEEN = (
    "This page did not say how the case stood when it was opened, so nothing was done. What you typed is still here: "
    "check the case as it stands now, and press the button again."
)


class SeenField(forms.IntegerField):
    """The revision of the case that a page was made from; None where that is missing or cannot be read."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError:
            return None


class ActForm(forms.Form):
    """What one action asks. A subclass names its `verb`, adds fields, and does it in `perform`.

    `seen` is the revision of the case the page was made from: without it nothing is done, because what is sent twice
    could not be told from what is meant twice. `title` heads the page (the verb's label unless
    set), `button` is what is pressed, `done` what is said after. `previews`: what it does to the dates is shown, and
    confirmed, before it is done. `template` is the page, where the plain one will not do.
    """

    verb: ClassVar[Verb]
    title: ClassVar[str] = ""
    button: ClassVar[str] = ""
    done: ClassVar[str] = "Done."
    about: ClassVar[str] = ""
    previews: ClassVar[bool] = False
    warning: ClassVar[bool] = False
    template: ClassVar[str] = "complaints/cases/act.html"

    seen = SeenField(required=False)

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        case: Case,
        stage: Stage,
        user: User,
        now: datetime,
    ) -> None:
        super().__init__(data, files, initial={"seen": case.revision})
        self.case = case
        self.stage = stage
        self.user = user
        self.now = now
        self.prepare()

    def full_clean(self) -> None:
        """A page that does not say what it was made from is offered again, made from the case as it is now."""
        super().full_clean()
        if self.is_bound and self.cleaned_data.get("seen") is None:
            self.add_error(None, NOT_SEEN)
            data = cast(QueryDict, self.data).copy()
            data["seen"] = str(self.case.revision)
            self.data = data

    def prepare(self) -> None:
        """Fill choices and initial values from the case."""

    def perform(self, **common: Any) -> object:
        """Do it. `common` is case, by, now, stage and seen, for the action."""
        raise NotImplementedError

    def done_message(self) -> str:
        """What is said once it is done."""
        return self.done

    @property
    def heading(self) -> str:
        return self.title or self.verb.label

    @property
    def press(self) -> str:
        return self.button or self.heading

    def context(self) -> dict[str, Any]:
        """What the page shows besides the form."""
        return {}


def moment_of(form: forms.Form, day: str, time_of_day: str) -> date | datetime | None:
    """The moment that a DayField and an optional TimeOfDayField give together: a day where no time was typed. Adds
    the error beside the time where that cannot be read."""
    on: date | None = form.cleaned_data.get(day)
    text = form.cleaned_data.get(time_of_day) or ""
    if on is None or not text:
        return on
    field = form.fields[time_of_day]
    if not isinstance(field, TimeOfDayField):
        raise TypeError(f"{time_of_day} is no time of day")
    try:
        return field.on(text, on)
    except ValidationError as error:
        form.add_error(time_of_day, error)
        return on


def day_of(value: date | datetime) -> date:
    return value.astimezone(LONDON).date() if isinstance(value, datetime) else value


REGISTRY: dict[Verb, type[ActForm]] = {}


def form_for(verb: Verb) -> Callable[[type[ActForm]], type[ActForm]]:
    """Make a class the form of `verb`."""

    def register(form: type[ActForm]) -> type[ActForm]:
        form.verb = verb
        REGISTRY[verb] = form
        return form

    return register
