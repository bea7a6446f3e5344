"""Everything that happened to a case, as somebody may read it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from audit.models import Event
from audit.service import history
from complaints import permissions
from complaints.models import Case, Note


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline: who, when, what; `words` are a note's. `team_only`: others do not see it."""

    at: datetime
    who: str
    sentence: str
    words: str = ""
    team_only: bool = False
    erased: bool = False


def timeline(case: Case, viewer: User, *, now: datetime, most: int | None = None) -> list[Moment]:
    """The latest first, `most` of them; three queries. What is for the Customer Relations Team only is left out for
    others."""
    events = history(case.stream).order_by("-sequence")
    in_team = permissions.in_team(viewer, case.unit, now=now)
    notes = {note.pk: note for note in permissions.visible_notes(viewer, case, now=now)}
    found: list[Moment] = []
    for event in events.iterator(chunk_size=200):
        moment = _moment(event, notes)
        if in_team or not moment.team_only:
            found.append(moment)
        if most is not None and len(found) >= most:
            break
    return found


def _moment(event: Event, notes: dict[int, Note]) -> Moment:
    text = getattr(event, "text", None)
    if text is None:
        return Moment(event.at, "", "The words of this entry were erased.", erased=True)
    note = notes.get(text.details.get("note", 0))
    return Moment(
        at=event.at,
        who=text.actor_name,
        sentence=text.sentence,
        words=note.text if note else "",
        team_only=bool(text.details.get("team_only")),
    )
