"""Words for the pages of a case."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django import template

from complaints.models import Entry, Finding, List, Stage
from complaints.queries import case_page, stages
from complaints.workflow import State, Verb
from slas.core import wording
from slas.core.calendar import LONDON, london_date

register = template.Library()

WHAT_FOR: dict[Verb, str] = {
    Verb.TRIAGE: "Decide what it is: a complaint, an enquiry, or something else.",
    Verb.ALLOCATE: "Give it to the team that will answer it.",
    Verb.ACCEPT: "Take it on for your team, or reject it with a reason.",
    Verb.SUBMIT: "Write the draft, and send it to be checked.",
    Verb.REVIEW: "Review the complaint, and record what the review came to.",
    Verb.APPROVE: "Check the draft: approve it, or return it with what to change.",
    Verb.SIGN: "Read the draft, and sign it off or return it.",
    Verb.SEND: "The draft is approved. Send it, and record when and how.",
    Verb.CLOSE: "Record the learning, and close.",
    Verb.PASS_ON: "Pass it on to the service it is about.",
    Verb.SHARE_COPY: "Share a copy of the response, and record it.",
    Verb.DECIDE_EXTENSION: "The service asks for more time.",
    Verb.COMPLETE: "Do what was agreed, and record what shows it.",
}


@register.filter
def what_for(verb: Verb, stage: Stage) -> str:
    """What the next thing to do means, in a sentence."""
    return WHAT_FOR.get(verb, "")


@register.filter
def state_label(state: str) -> str:
    return State(state).label


@register.filter
def lower_first(text: object) -> str:
    """'Stage 1' within a sentence: its first letter small, the rest as it is."""
    words = str(text)
    return words[:1].lower() + words[1:]


@register.filter
def last_day(end: datetime | None) -> str:
    """The last day before a London midnight, or the day and time of another moment."""
    if end is None:
        return ""
    local = end.astimezone(LONDON)
    if (local.hour, local.minute) == (0, 0):
        return wording.long_date(london_date(end - timedelta(seconds=1)))
    return wording.long_moment(end)


@register.filter
def by_list(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """What a case is tagged with, by the list it is from."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(List(entry.list).label, []).append(entry)
    return list(found.items())


@register.filter
def outcome(stage: Stage) -> str:
    """The name of a stage's outcome."""
    names = {**dict(Finding.choices), **dict(stage.type.outcome_choices)}
    return str(names.get(stage.outcome, stage.outcome))


@register.filter
def waited_for(stage: Stage) -> str:
    """Who is waited for, in words."""
    return case_page.waited_for(stage)


@register.filter
def stage_name(stage: Stage) -> str:
    """'Corporate complaint: Stage 1', or 'Enquiry' where both are called the same."""
    return stages.stage_name(stage)
