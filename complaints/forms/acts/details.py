"""What a case says of itself: its words and flags, its people, and who may see it."""

import re
from typing import Any, cast

from django.forms.boundfield import BoundField
from django.http import QueryDict

from accounts.models import User
from complaints.actions import details
from complaints.actions.details import Details
from complaints.forms.acts.base import ActForm, WordsField, form_for
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
from complaints.forms.acts.rows import MOST_POINTS, TAGS, RowsForm, person_initial, point_field
from complaints.models import Party, Point
from complaints.workflow import Verb

EMPTY_POINTS = 2


@form_for(Verb.CHANGE_DETAILS)
class ChangeDetailsForm(RowsForm, ActForm):
    button = "Save the details"
    done = "The details are changed."
    template = "complaints/cases/details.html"

    summary = summary_field()
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

    def prepare(self) -> None:
        self.there: dict[int, Point] = {point.pk: point for point in self.case.points.all()}
        lost = self._lost_points()
        for number, point in enumerate(self.there.values(), 1):
            self.fields[f"point_{point.pk}"] = point_field(number)
            self.initial[f"point_{point.pk}"] = point.text
        self.add_new_points(EMPTY_POINTS, first=len(self.there) + 1)
        self._keep(lost)
        chosen = list(self.case.tags.all())
        self.fields.update(tag_fields(chosen))
        for name, list_ in TAGS.items():
            self.initial[name] = [str(entry.pk) for entry in chosen if entry.list == list_]
        for name in ("summary", "detail", "wanted", "safeguarding", "risk", "risk_note", "sensitive"):
            self.initial[name] = getattr(self.case, name)
        points = [name for name in self.fields if name.startswith("point_")]
        self.order_fields(["seen", "summary", "detail", *points, "wanted", *TAGS])

    def _lost_points(self) -> list[str]:
        """What was typed into points that somebody took away meanwhile."""
        if not self.is_bound:
            return []
        asked = [(name, re.fullmatch(r"point_([0-9]{1,18})", name)) for name in self.data]
        return [
            str(self.data.get(name)) for name, match in asked if match and int(match[1]) not in self.there
        ]

    def _keep(self, lost: list[str]) -> None:
        """Show them as new points, so that nothing typed is lost."""
        if not lost:
            return
        data = cast(QueryDict, self.data).copy()
        first = len(self.there) + 1
        for text in lost[:MOST_POINTS]:
            self.fields[f"point_new_{self.point_rows}"] = point_field(first + self.point_rows)
            data[f"point_new_{self.point_rows}"] = text
            self.point_rows += 1
        self.data = data

    @property
    def old_points(self) -> list[BoundField]:  # type: ignore[override] # made when they are asked for
        return [self[f"point_{pk}"] for pk in self.there]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_flags(self)
        return data

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        old = [(point, data[f"point_{pk}"]) for pk, point in self.there.items()]
        new = [(None, text) for text in self.cleaned_new_points()]
        plain = ("summary", "detail", "wanted", "safeguarding", "risk", "risk_note", "sensitive")
        said = Details(points=[*old, *new], tags=tagged(self), **{name: data[name] for name in plain})
        return details.change_details(details=said, **common)


@form_for(Verb.CHANGE_PEOPLE)
class ChangePeopleForm(RowsForm, ActForm):
    button = "Save the people"
    done = "The people are changed."
    about = "Empty a person's fields to take them off the case."
    template = "complaints/cases/people.html"

    anonymous = flag("Whoever wrote gave no name")

    def prepare(self) -> None:
        self.initial["anonymous"] = self.case.anonymous
        rows = [person_initial(party) for party in self.case.parties.all()]
        self.add_people(rows or [{"role": Party.Role.COMPLAINANT}])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.drafts = self.clean_people()
        return data

    def perform(self, **common: Any) -> object:
        return details.change_people(people=self.drafts, anonymous=self.cleaned_data["anonymous"], **common)


@form_for(Verb.RESTRICT)
class RestrictForm(ActForm):
    button = "Save who may see it"
    done = "Who may see it is saved."
    template = "complaints/cases/restrict.html"

    restricted = flag(
        "Only the people ticked below may see that it exists",
        "You stay on the list yourself. Nobody sees it by covering for somebody who is on it.",
        **{"data-aria-controls": "more-restricted"},
    )
    reason = WordsField(label="Why", rows=3, error_messages={"required": "Say why"})

    def prepare(self) -> None:
        self.fields["readers"] = readers_field(self.user)
        self.initial["restricted"] = self.case.restricted
        self.initial["readers"] = [str(pk) for pk in self._readers() if pk != self.user.pk]
        self.order_fields(["seen", "restricted", "readers", "reason"])

    def _readers(self) -> list[int]:
        """Who is on the list; before there is one, whoever works on the case."""
        if self.case.restricted:
            return list(self.case.readers.values_list("user", flat=True))
        stages = self.case.stages.filter(closed_at__isnull=True)
        working = {self.case.officer_id}
        for officer, responder in stages.values_list("officer", "responder"):
            working |= {officer, responder}
        return [pk for pk in working if pk]

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        readers: list[User] = users_of(data["readers"])
        return details.restrict(
            restricted=data["restricted"], readers=readers, reason=data["reason"], **common
        )
