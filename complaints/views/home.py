"""The page everybody starts from."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.context import Place, places_of
from complaints.moves import CASE_ROLES
from complaints.queries import queue, today
from complaints.queries.queue_counts import Counts, Part, When_, counted, edges, what_label
from complaints.queries.reassigning import all_seats, left_behind, reassigns, unheld
from complaints.queries.restricted import locked

FIRST = 10
"""How much of what waits is shown here; the queue has it all."""


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What waits for one, and who one is here; for whoever has no cases, where one can go."""
    person, now = cast(User, request.user), timezone.now()
    works = any(s.role in CASE_ROLES for s in permissions.standings_of(person, now=now))
    manages = works and reassigns(person, now=now)
    seats = all_seats() if manages else {}
    context = {
        "person": person,
        "grants": person.grants_in_force,
        "places": () if works else _places(person),
        "works": works,
        "manages": manages,
        "in_team": permissions.in_team(person, now=now),
        "left_behind": left_behind(person, seats, now=now) if manages else (),
        "unheld": unheld(person, seats, now=now) if manages else (),
        "locked": locked(person, now=now) if manages else (),
    }
    if works:
        everything, at = queue.waiting(person, now=now), edges(now)
        counts = counted(everything, at)
        first = today.waits(today.with_cases(everything)[:FIRST], person, now=now)
        opened = today.to_be_opened(person, now=now)
        context |= {
            "count": counts.of(Part()),
            "whens": list(When_),
            "work": _work(counts),
            "tasks": today.in_words([*opened, *first], at.calendar, now=now),
        }
    return render(request, "complaints/home.html", context)


def _work(counts: Counts) -> list[tuple[str, str, list[tuple[When_, int]], int]]:
    """What there is to do, each with how much of it is due when, and of all."""
    return [
        (
            what,
            what_label(what),
            [(when, counts.of(Part(when, what))) for when in When_],
            counts.of(Part("", what)),
        )
        for what in counts.whats
    ]


@signed_in
def more(request: HttpRequest) -> HttpResponse:
    """Everywhere one can go, with what one finds there."""
    person, now = cast(User, request.user), timezone.now()
    works = any(s.role in CASE_ROLES for s in permissions.standings_of(person, now=now))
    context = {"places": _places(person), "manages": works and reassigns(person, now=now)}
    return render(request, "complaints/more.html", context)


def _places(person: User) -> list[Place]:
    return [place for place in places_of(person) if place.about]
