"""What is done to the lines that were ticked in the list of open work: those, and no other (TRAPS 23)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.actions import ticked as actions
from complaints.actions.ticked import Line, Outcome
from complaints.forms.lines_ticked import GiveForm, NoteForm
from complaints.models import Stage
from complaints.moves import CASE_ROLES
from complaints.queries.line_views import line_views, with_all
from complaints.queries.reassigning import reassigns
from complaints.queries.ticked import ticked_lines
from complaints.views.case_lists import list_at, reader

KEPT = "ticked"
"""Where the session keeps what was done last, to be shown on a page of its own."""
MOST = 100
"""The most lines that something is done to at once."""
LONGEST_BACK = 2_000
NOT_SEEN = (
    "This page did not say how the cases stood when it was opened, so nothing was done. What you typed is still here: "
    "check the cases as they stand now, and press the button again."
)
_TICK = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,9}))?", re.ASCII)


@dataclass(frozen=True)
class Doing:
    """One thing that can be done to ticked lines: its form, the action, and what is said of it after."""

    form: type[GiveForm] | type[NoteForm]
    do: Callable[..., Outcome]
    done: str


GIVE = Doing(GiveForm, actions.give_lines, "given away")
NOTE = Doing(NoteForm, actions.note_lines, "noted on")


@signed_in
def give(request: HttpRequest) -> HttpResponse:
    """To whom the ticked lines go; when the form came, the giving."""
    user = reader(request)
    if not reassigns(user, now=timezone.now()):
        raise PermissionDenied(
            "This page is for managers, Assistant Directors and Senior Customer Relations Officers, who may give the "
            "work of others away. Your role is not one of theirs."
        )
    return _page(request, user, GIVE)


@signed_in
def note(request: HttpRequest) -> HttpResponse:
    """The words to leave on the ticked cases; when the form came, the leaving."""
    user = reader(request)
    if not any(s.role in CASE_ROLES for s in permissions.standings_of(user)):
        raise PermissionDenied("This page is for people who work on cases. Your role only reads them.")
    return _page(request, user, NOTE)


def _page(request: HttpRequest, user: User, doing: Doing) -> HttpResponse:
    now = timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    seen = _ticks(sent.getlist("line"))
    back = list_at(sent.get("back", "").replace("\0", "")[:LONGEST_BACK])
    stages = ticked_lines(user, seen, now=now)
    common: dict[str, Any] = {"stages": stages, "by": user, "now": now}
    form = doing.form(request.POST if request.method == "POST" else None, **common)
    lines = [Line(stage, revision) for stage in stages if (revision := seen[stage.pk]) is not None]
    if request.method == "POST" and len(lines) < len(stages):
        form.add_error(None, NOT_SEEN)
    ready = request.method == "POST" and lines and form.is_possible and form.is_valid()
    if ready and _did(request, form, doing, lines, user, now, back):
        return redirect("lines-done")
    context = {
        "form": form,
        "rows": line_views(stages, now=now),
        "ticks": [(stage.pk, seen[stage.pk] or stage.case.revision) for stage in stages],
        "gone": len(seen) - len(stages),
        "too_many": len(set(sent.getlist("line"))) > MOST,
        "most": MOST,
        "back": back,
        "back_query": back.partition("?")[2],
    }
    return render(request, "complaints/lines/ticked.html", context)


def _ticks(values: list[str]) -> dict[int, int | None]:
    """The numbers of the ticked lines, each with the revision of its case where the page said it; what is no such
    number is left out, and all beyond the most."""
    found = [match for value in values if (match := _TICK.fullmatch(value))]
    return {int(match[1]): int(match[2]) if match[2] else None for match in found[:MOST]}


def _did(
    request: HttpRequest,
    form: GiveForm | NoteForm,
    doing: Doing,
    lines: list[Line],
    user: User,
    now: datetime,
    back: str,
) -> bool:
    """Whether it was done. What it did is kept for the page that says so."""
    asked = {name: form.cleaned_data.get(name) for name in _ASKED[type(form)]}
    try:
        outcome = doing.do(lines=lines, by=user, now=now, **asked)
    except Refused as refused:
        add_refusal(form, refused)
        return False
    request.session[KEPT] = {
        "told": _to_whom(asked),
        "what": doing.done,
        "back": back,
        "done": [line.stage.pk for line in outcome.done],
        "refused": [(line.stage.pk, why) for line, why in outcome.refused],
    }
    return True


def _to_whom(asked: dict[str, Any]) -> str:
    """Who they were given to, as a sentence; '' for a note."""
    said = (("Officer", asked.get("officer")), ("Answers it", asked.get("responder")))
    told = "; ".join(f"{what}: {person}" for what, person in said if person)
    return f"{told}." if told else ""


_ASKED: dict[type, tuple[str, ...]] = {
    GiveForm: ("officer", "responder", "reason"),
    NoteForm: ("text", "team_only"),
}


@signed_in
def done(request: HttpRequest) -> HttpResponse:
    """What was done to which of the ticked lines, and to which it was not and why; of those one may still see."""
    user, now = reader(request), timezone.now()
    kept: dict[str, Any] = request.session.get(KEPT, {})
    if not kept:
        return redirect("cases")
    wanted = [*kept["done"], *(pk for pk, _ in kept["refused"])]
    stages: dict[int, Stage] = with_all(permissions.visible_stages(user, now=now)).in_bulk(wanted)
    views = {view.stage.pk: view for view in line_views(list(stages.values()), now=now)}
    context = {
        "what": kept["what"],
        "told": kept.get("told", ""),
        "back": kept["back"],
        "count": len(kept["done"]),
        "done": [views[pk] for pk in kept["done"] if pk in views],
        "refused": [(views[pk], why) for pk, why in kept["refused"] if pk in views],
    }
    return render(request, "complaints/lines/done.html", context)
