"""What a case says of itself: its details, its people, who may see it, notes, and what it has to do with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.actions import Refused
from accounts.models import User
from complaints import permissions
from complaints.actions import intake, parties
from complaints.actions.acting import acting
from complaints.actions.parties import PartyDraft
from complaints.actions.readers import check_list
from complaints.models import Case, CaseLink, CaseReader, Entry, List, Note, Point, Stage, StagePoint
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
        changed = _changed(act.case, details)
        for name in ("summary", "detail", "wanted", "safeguarding", "risk", "risk_note", "sensitive"):
            setattr(act.case, name, getattr(details, name))
        changed += _write_points(act.case, act.stage, details.points)
        kept = [tag for tag in act.case.tags.all() if tag.list not in TAG_LISTS]
        if set(details.tags) != set(act.case.tags.all()) - set(kept):
            changed.append("categories")
        act.case.tags.set([*details.tags, *kept])
        if not changed:
            raise Refused("Nothing was changed.")
        act.case.save()
        intake.write_search_text(act.case)
        act.say(f"{act.who} changed {', '.join(changed)}.")
    return act.case


TAG_LISTS = (List.CATEGORY, List.THEME, List.ROOT_CAUSE)
"""The lists a case is tagged from (SC2, SC3: root causes apart from themes)."""

_NAMES = {
    "summary": "the summary",
    "detail": "the description",
    "wanted": "the outcome wanted",
    "safeguarding": "the safeguarding flag",
    "risk": "the risk flag",
    "risk_note": "what the risk is",
    "sensitive": "the sensitive flag",
}


def _changed(case: Case, details: Details) -> list[str]:
    return [said for name, said in _NAMES.items() if getattr(case, name) != getattr(details, name)]


def _write_points(case: Case, stage: Stage, points: Sequence[tuple[Point | None, str]]) -> list[str]:
    changed = False
    last = max((point.position for point in case.points.all()), default=0)
    for point, text in points:
        if point is None and text:
            last += 1
            new = Point.objects.create(case=case, position=last, text=text)
            if not stage.type.beside:
                StagePoint.objects.create(stage=stage, point=new)
            changed = True
        elif point is not None and not text:
            if point.stages.exclude(finding="").exists():
                raise Refused(
                    f"This point has a finding, so it cannot be taken away. It was: {point.text}",
                    f"point_{point.pk}",
                )
            point.delete()
            changed = True
        elif point is not None and point.text != text:
            point.text = text
            point.save(update_fields=["text"])
            changed = True
    return ["the points"] if changed else []


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
        if anonymous is not None:
            act.case.anonymous = anonymous
        if not named and not act.case.anonymous:
            raise Refused(intake.NO_NAME, "person_0_name")
        parties.write(act.case, named)
        intake.write_search_text(act.case)
        act.say(f"{act.who} changed the people.")
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
        people = {by.pk: by, **{reader.pk: reader for reader in readers}} if restricted else {}
        if restricted:
            check_list(people.values(), act.case.unit, "readers", now)
        CaseReader.objects.filter(case=act.case).delete()
        CaseReader.objects.bulk_create(CaseReader(case=act.case, user=person) for person in people.values())
        act.case.restricted = restricted
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
    """Say that two cases have to do with each other."""
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
    return act.case
