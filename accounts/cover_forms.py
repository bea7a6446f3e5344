"""What people fill in to name cover."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.cover import LONGEST, may_name_own, people_to_name_for
from accounts.models import User
from accounts.queries import matching

MANY = 100  # a longer list is looked for by typing


class PersonField(forms.Field):
    """Somebody: chosen from a list or, where more than MANY can be chosen, typed as a name or an e-mail
    address. `offer` says who; cleans to the person."""

    people: QuerySet[User]
    listed: dict[str, User] | None = None

    def offer(self, people: QuerySet[User], *, nothing: str, me: User | None = None) -> bool:
        """Let one of `people` be chosen, and `me` before them; whether there is anybody but `me`. `nothing`
        is what the empty line says. One query."""
        found = list(people.order_by("name", "pk")[: MANY + 1])
        self.people = User.objects.filter(pk__in=people.values("pk"))
        if me:
            self.people = User.objects.filter(pk=me.pk) | self.people
        if len(found) > MANY:
            self.initial = me.email if me else None
            self.help_text = " ".join(["Enter a name or work e-mail address.", str(self.help_text)]).strip()
            self.widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
            return True
        self.listed = {str(person.pk): person for person in ([me, *found] if me else found)}
        names = [person.name for person in self.listed.values()]
        lines = [
            (key, f"{person.name}, {person.email}" if names.count(person.name) > 1 else person.name)
            for key, person in self.listed.items()
        ]
        if me:
            lines[0] = (lines[0][0], f"Me, {lines[0][1]}")
            self.initial = str(me.pk)
        self.widget = forms.Select(choices=[("", nothing), *lines])
        return bool(found)

    def to_python(self, value: Any) -> User | None:
        typed = " ".join(str(value or "").replace("\0", "").split())
        if not typed:
            return None
        if self.listed is None:
            return self._looked_for(typed[:300])
        if typed not in self.listed:
            raise ValidationError("Choose somebody from the list")
        return self.listed[typed]

    def _looked_for(self, typed: str) -> User:
        """Who was meant by `typed`: the address or name that is just that, else the only one it fits."""
        exact = self.people.filter(email=User.objects.normalize_email(typed)) | self.people.filter(
            name__iexact=typed
        )
        found = list(exact.order_by("name", "pk")[:6]) or list(
            matching(self.people, typed).order_by("name", "pk")[:6]
        )
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(
                f"Nobody you can choose is called “{typed}”: enter a name or work e-mail address"
            )
        some = ", ".join(f"{person.name} ({person.email})" for person in found[:5])
        more = " and others" if len(found) > 5 else ""
        raise ValidationError(f"“{typed}” fits {some}{more}: enter the e-mail address of one of them")


def _day(label: str, which: str, hint: str = "") -> forms.DateField:
    wanted = f"Enter the {which} day like 24/11/2026"
    return forms.DateField(
        label=label,
        help_text=hint,
        input_formats=["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y"],
        widget=forms.DateInput(
            format="%d/%m/%Y",
            attrs={"class": "govuk-input--width-10", "autocomplete": "off", "spellcheck": "false"},
        ),
        error_messages={"required": wanted, "invalid": wanted},
    )


class CoverForm(forms.Form):
    """Who does whose work, and when. Whose cover may be named depends on `namer`: `absent` is a question only
    where there is a choice, and `is_possible` is False where there is nobody."""

    absent = PersonField(label="Who will be away", error_messages={"required": "Choose who will be away"})
    deputy = PersonField(
        label="Who will do their work", error_messages={"required": "Choose who will do the work"}
    )
    first = _day("First day", "first", "For example, 24/11/2026.")
    last = _day("Last day", "last", f"The work is theirs until the end of this day. At most {LONGEST} days.")
    reason = forms.CharField(
        label="Why (optional)",
        max_length=200,
        required=False,
        help_text="Such as annual leave. Say nothing about anybody's health.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "Why: use 200 characters or fewer"},
    )

    def __init__(self, *args: Any, namer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.namer = namer
        me = namer if may_name_own(namer) else None
        absent = cast(PersonField, self.fields["absent"])
        deputy = cast(PersonField, self.fields["deputy"])
        others = absent.offer(people_to_name_for(namer), nothing="Choose who will be away", me=me)
        self.is_possible = others or me is not None
        if not others:
            del self.fields["absent"]
            deputy.label = "Who will do your work"
        # Not the one who names: nobody stands in for themself, nor makes themself somebody's deputy.
        deputy.offer(User.objects.active().exclude(pk=namer.pk), nothing="Choose somebody")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "absent" not in self.fields:
            cleaned["absent"] = self.namer
        return cleaned
