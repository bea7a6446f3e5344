"""Fields by which work is given to a unit and to somebody there."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from accounts.cover_forms import PersonField
from accounts.models import Unit, User
from complaints.models import Case
from complaints.queries import choices
from complaints.queries.allocating import people_by_unit, takers_at


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A unit in use, from the tree. `offer` says which; cleans to the unit, or None."""

    def __init__(self, *, missing: str = "Choose the team", **kwargs: Any) -> None:
        messages = {"required": missing, "invalid_choice": "Choose a unit from the list"}
        super().__init__(queryset=Unit.objects.none(), error_messages=messages, **kwargs)

    def offer(self, units: Iterable[Unit], *, nothing: str = "Choose a unit") -> list[Unit]:
        """Let one of `units` be chosen; returns them as a list. One query."""
        offered = list(units)
        self.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in offered])
        self.choices = choices.as_tree(offered, nothing)
        return offered

    def to_python(self, value: Any) -> Unit | None:
        return cast("Unit | None", super().to_python(str(value or "").replace("\0", "-")))


class TakerField(PersonField):
    """Somebody who can be given work of one of some units: chosen below the unit they belong to or, where they are
    many, typed as a name or an e-mail address. Whether they fit the unit chosen beside it, the action decides."""

    def offer_takers(self, case: Case, roles: Iterable[str], units: list[Unit], *, nothing: str) -> None:
        """Let one of those be chosen who hold one of `roles` at `units`. Two queries."""
        roles = tuple(roles)
        self.offer(takers_at(case, roles, units), nothing=nothing)
        if self.listed is not None:
            self.widget = forms.Select(choices=[("", nothing), *people_by_unit(case, roles, units)])

    def also(self, person: User | None) -> None:
        """Keep `person` chosen, who has it now, where they can still be given it."""
        if person is not None:
            self.initial = str(person.pk) if self.listed is not None else person.email
