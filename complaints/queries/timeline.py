"""Everything that happened to a case, as somebody may read it."""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import User
from audit.models import Event
from audit.service import history
from complaints import permissions
from complaints.models import Case

WITH_ANOTHER = "{} recorded that it has to do with another case, which you may not see."


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline: who, when, what; `words` are a note's, `other` the reference of another case it is
    about. `team_only`: others do not see it."""

    at: datetime
    who: str
    sentence: str
    words: str = ""
    other: str = ""
    team_only: bool = False
    erased: bool = False


def timeline(
    case: Case, viewer: User, *, now: datetime, most: int | None = None, since: int = 0
) -> list[Moment]:
    """What happened after revision `since`, the latest first, `most` of them; three queries at most. What is for the
    Customer Relations Team only is left out for others, and another case is not named to who may not see it."""
    events = history(case.stream).filter(sequence__gt=since).order_by("-sequence")
    in_team = permissions.in_team_of(viewer, case, now=now)
    found: list[tuple[Moment, int]] = []
    for event in events.iterator(chunk_size=200):
        moment, note = _moment(event)
        if in_team or not moment.team_only:
            found.append((moment, note))
        if most is not None and len(found) >= most:
            break
    return _less_hidden(_with_notes(found, case, viewer, now), viewer, now)


def _with_notes(found: list[tuple[Moment, int]], case: Case, viewer: User, now: datetime) -> list[Moment]:
    """The moments with the words of the notes they are about, as far as `viewer` may read them."""
    about = {note for _, note in found if note}
    notes = permissions.visible_notes(viewer, case, now=now).filter(pk__in=about) if about else ()
    words = {note.pk: note.text for note in notes}
    return [replace(moment, words=words.get(note, "")) if note else moment for moment, note in found]


def _less_hidden(moments: list[Moment], viewer: User, now: datetime) -> list[Moment]:
    """`moments` without what they say of other cases that `viewer` may not see."""
    others = {moment.other for moment in moments if moment.other}
    if not others:
        return moments
    visible = permissions.visible_cases(viewer, now=now).filter(reference__in=others)
    hidden = others - set(visible.values_list("reference", flat=True))
    return [replace(m, sentence=WITH_ANOTHER.format(m.who)) if m.other in hidden else m for m in moments]


def _moment(event: Event) -> tuple[Moment, int]:
    """An entry, and the number of the note it is about (0: none)."""
    text = getattr(event, "text", None)
    if text is None:
        return Moment(event.at, "", "The words of this entry were erased.", erased=True), 0
    moment = Moment(
        at=event.at,
        who=text.actor_name,
        sentence=text.sentence,
        other=text.details.get("other", ""),
        team_only=bool(text.details.get("team_only")),
    )
    return moment, text.details.get("note", 0)
