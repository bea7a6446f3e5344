"""What waits for somebody: all of it, part by part, and taking the next that is nobody's."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.actions import Refused
from accounts.going_back import form_only
from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.actions.taking import take_next
from complaints.moves import CASE_ROLES
from complaints.queries import queue, today
from complaints.queries.lines import asking
from complaints.queries.queue_counts import Part, When_, Whose, counted, edges, what_label
from complaints.templatetags.cases import lower_first
from complaints.workflow import Verb

PAGE_SIZE = 30


def worker(request: HttpRequest) -> User:
    """Whoever asks, if they work on cases, in their own right or as a deputy."""
    person = cast(User, request.user)
    if not any(s.role in CASE_ROLES for s in permissions.standings_of(person)):
        raise PermissionDenied("This page is for people who work on cases. Your role is not one of theirs.")
    return person


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """What waits for one, by when; or the part of it that the address asks for."""
    person, now = worker(request), timezone.now()
    at, part = edges(now), Part.of(request.GET)
    everything = queue.waiting(person, now=now)
    counts = counted(everything, at)
    rows = today.with_cases(part.narrow(everything, at))
    pages = Paginator(rows, PAGE_SIZE)
    pages.count = counts.of(part)  # what was counted is what is listed
    page = pages.get_page(request.GET.get("page"))
    opened = today.to_be_opened(person, now=now)
    words = today.in_words([*opened, *today.waits(page, person, now=now)], at.calendar, now=now)
    context = {
        "page": page,
        "part": part,
        "tasks": words[len(opened) :],
        "whens": [(when, counts.of(Part(when, part.what, part.whose))) for when in When_],
        "whats": [(w, what_label(w), counts.of(Part(part.when, w, part.whose))) for w in counts.whats],
        "whose": [(whose, counts.of(Part(part.when, part.what, whose))) for whose in Whose],
        "all_when": counts.of(Part("", part.what, part.whose)),
        "all_whose": counts.of(Part(part.when, part.what, "")),
        "to_take": bool(counts.of(Part(part.when, part.what, Whose.NOBODYS)))
        and queue.takeable(part.narrow(everything, at)).exists(),
        "to_open": words[: len(opened)],
        "what": what_label(part.what) if part.what else "",
    }
    return render(request, "complaints/queue/index.html", context)


@signed_in
@form_only("queue")
def take(request: HttpRequest) -> HttpResponseRedirect:
    """Make the first that is nobody's one's own, and go to it."""
    person, now = worker(request), timezone.now()
    part = Part.of(request.POST)
    tasks = part.narrow(queue.waiting(person, now=now), edges(now))
    back = f"{reverse('queue')}?{asking(when=part.when, what=part.what, whose=part.whose)}".rstrip("?")
    try:
        stage = take_next(tasks, by=person, now=now)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(back)
    if stage is None:
        messages.info(
            request, "Nothing is left to take: somebody else was quicker, or it was given to somebody."
        )
        return redirect(back)
    then = f" Next: {lower_first(Verb(stage.turn_verb).label)}." if stage.turn_verb else ""
    messages.success(request, f"{stage.case.reference} is yours now.{then}")
    return redirect("case", stage.case.reference)
