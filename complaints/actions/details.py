"""What a case says of itself: its details, its people, who may see it, notes, and what it has to do with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.actions import Refused
from accounts.models import User
from complaints import permissions
from complaints.actions import intake, parties
from complaints.actions.acting import Act, acting
from complaints.actions.changed import Changes, names
from complaints.actions.parties import PartyDraft
from complaints.actions.readers import check_list
from complaints.models import (
    Case,
    CaseLink,
    CaseReader,
    Entry,
    Letter,
    List,
    Note,
    Point,
    Stage,
    StagePoint,
)
from complaints.workflow import Verb


@dataclass(frozen=True)
class Details:
    """What can be changed of a case. `points` are pairs of the point (None: a new one) and its words; one without
    words is taken away."""

    summary: str
    detail: str = ""
    wanted: str = ""
    points: Sequence[tuple[Point | None, str]] = ()
    tags: Sequence[Entry] = ()
    safeguarding: bool = False
    risk: bool = False
    risk_note: str = ""
    sensitive: bool = False


def change_details(
    *,
    case: Case,
    by: User,
    now: datetime,
    details: Details,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Change the words, points, categories and flags of a case."""
    with acting(Verb.CHANGE_DETAILS, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not details.summary:
            raise Refused("Say in a few words what it is about.", "summary")
        if details.risk and not details.risk_note:
            raise Refused("Say what the risk is: senior leadership will read it (S14).", "risk_note")
        changes = _changes(act.case, details)
        for name in (*_TEXTS, *_FLAGS):
            setattr(act.case, name, getattr(details, name))
        _write_points(act, details.points, changes)
        _write_tags(act.case, details.tags, changes)
        if not changes:
            raise Refused("Nothing was changed.")
        act.case.save()
        _write_search_text(act.case)
        act.say(f"{act.who} {changes.sentence}.", **changes.details)
    return act.case


TAG_LISTS = (List.CATEGORY, List.THEME, List.ROOT_CAUSE)
"""The lists a case is tagged from (SC2, SC3: root causes apart from themes)."""

_TEXTS = {
    "summary": "the summary",
    "detail": "the description",
    "wanted": "the outcome wanted",
    "risk_note": "what the risk is",
}
_FLAGS = {
    "safeguarding": "the safeguarding flag",
    "risk": "the risk flag",
    "sensitive": "the sensitive flag",
}


def _changes(case: Case, details: Details) -> Changes:
    found = Changes()
    for name, said in _TEXTS.items():
        found.text(said, getattr(case, name), getattr(details, name))
    for name, said in _FLAGS.items():
        if getattr(case, name) != getattr(details, name):
            found.flag(said, getattr(details, name))
    return found


def _write_points(act: Act, points: Sequence[tuple[Point | None, str]], changes: Changes) -> None:
    last = max((point.position for point in act.case.points.all()), default=0)
    for point, text in points:
        if point is None and text:
            last += 1
            new = Point.objects.create(case=act.case, position=last, text=text)
            looking = _looking_into_it(act)
            StagePoint.objects.bulk_create(StagePoint(stage=stage, point=new) for stage in looking)
            changes.added("the point", text)
        elif point is not None and not text:
            if point.stages.exclude(finding="").exists():
                raise Refused(
                    f"This point has a finding, so it cannot be taken away. It was: {point.text}",
                    f"point_{point.pk}",
                )
            changes.removed("the point", point.text)
            point.delete()
        elif point is not None and point.text != text:
            changes.text("the point", point.text, text)
            point.text = text
            point.save(update_fields=["text"])


def _looking_into_it(act: Act) -> list[Stage]:
    """The stages that look into a point from now on: those open, as when it is triaged, that were not answered yet."""
    stages = Stage.objects.filter(case=act.case, closed_at__isnull=True, type__beside=False)
    answered = Letter.objects.filter(stage__in=stages, kind=Letter.Kind.RESPONSE).values("stage")
    return list(stages.exclude(pk__in=answered).order_by("number"))


def _write_tags(case: Case, tags: Sequence[Entry], changes: Changes) -> None:
    before = set(case.tags.all())
    wanted = {*tags, *(tag for tag in before if tag.list not in TAG_LISTS)}
    case.tags.set(wanted)
    for verb, chosen in (("added", wanted - before), ("took away", before - wanted)):
        if chosen:
            what = "category" if len(chosen) == 1 else "categories"
            words = names(tag.name for tag in sorted(chosen, key=lambda tag: (tag.list, tag.position)))
            changes.said.append(f"{verb} the {what} {words}")


def change_people(
    *,
    case: Case,
    by: User,
    now: datetime,
    people: Sequence[PartyDraft],
    anonymous: bool | None = None,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Write the people of a case anew: who they are, how to reach them, consent, adjustments (SA4). `anonymous`:
    whether who wrote gave no name (None: as it was)."""
    with acting(Verb.CHANGE_PEOPLE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        named = [person for person in people if person.name]
        was_anonymous = act.case.anonymous
        if anonymous is not None:
            act.case.anonymous = anonymous
        if not named and not act.case.anonymous:
            raise Refused(intake.NO_NAME, "person_0_name")
        changes = parties.write(act.case, named)
        if act.case.anonymous != was_anonymous:
            none = "no name" if act.case.anonymous else "their name"
            changes.said.append(f"recorded that whoever wrote gave {none}")
        if not changes:
            raise Refused("Nothing was changed.")
        _write_search_text(act.case)
        act.say(f"{act.who} {changes.sentence}.", **changes.details)
    return act.case


def restrict(
    *,
    case: Case,
    by: User,
    now: datetime,
    restricted: bool,
    readers: Sequence[User] = (),
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Restrict a case to a named list, change the list, or lift it (H11). Somebody of the Customer Relations Team is
    always on it, or nobody could carry the case on."""
    with acting(Verb.RESTRICT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say why.", "reason")
        if not restricted and not act.case.restricted:
            raise Refused(
                "It is not restricted. Tick that only the people you name may see it.", "restricted"
            )
        # A deputy does it for somebody and stays off the list: they would keep what they saw when the cover ends.
        keeper = act.for_whom or by
        people = {person.pk: person for person in (keeper, *readers)} if restricted else {}
        if restricted:
            check_list(people.values(), act.case.unit, "readers", now)
        CaseReader.objects.filter(case=act.case).delete()
        CaseReader.objects.bulk_create(CaseReader(case=act.case, user=person) for person in people.values())
        act.case.restricted = restricted
        act.touch_open()
        names = ", ".join(sorted(str(person) for person in people.values()))
        what = f"restricted it to {names}" if restricted else "lifted the restriction"
        act.say(f"{act.who} {what}. {reason}")
    return act.case


def note(
    *,
    case: Case,
    by: User,
    now: datetime,
    text: str,
    team_only: bool = False,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Note:
    """Leave words on a case: for all who see it, or for the Customer Relations Team only."""
    verb = Verb.TEAM_NOTE if team_only else Verb.NOTE
    with acting(verb, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not text:
            raise Refused("Write the note.", "text")
        row = Note.objects.create(case=act.case, text=text, team_only=team_only, at=now, by=by)
        hidden = {"team_only": True} if team_only else {}
        act.say(f"{act.who} added a note.", note=row.pk, **hidden)
    return row


def link(
    *,
    case: Case,
    by: User,
    now: datetime,
    other: Case,
    why: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Say that two cases have to do with each other. Both say so; to who may not see the other, it is not named."""
    with transaction.atomic():
        # Both rows in one order: two cases linked to each other at once do not wait for each other.
        rows = Case.objects.select_for_update(no_key=True).filter(pk__in=[case.pk, other.pk]).order_by("pk")
        other = {row.pk: row for row in rows}[other.pk]
        with acting(Verb.LINK, case=case, by=by, now=now, stage=stage, seen=seen) as act:
            if other.pk == case.pk:
                raise Refused("That is this case. Give another case's reference.", "other")
            if not permissions.sees(by, other, now=now):
                raise Refused("There is no such case that you may see. Check the reference.", "other")
            if not why:
                raise Refused("Say what they have to do with each other.", "why")
            first, second = sorted((act.case, other), key=lambda one: one.pk)
            _, new = CaseLink.objects.get_or_create(first=first, second=second, defaults={"why": why})
            if not new:
                raise Refused(f"It is linked to {other} already.", "other")
            act.say(f"{act.who} linked it to {other}: {why}", other=other.reference)
            act.tell(other, f"{act.who} linked it to {act.case}: {why}")
    return act.case


def _write_search_text(case: Case) -> None:
    """All that a case is found by, as words."""
    case.search_text = intake.search_text(case, case.parties.all(), case.points.all())
    Case.objects.filter(pk=case.pk).update(search_text=case.search_text)
