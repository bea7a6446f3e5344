"""The page everybody starts from."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.context import PLACES
from complaints.moves import CASE_ROLES
from complaints.queries import today
from complaints.queries.reassigning import left_behind, reassigns, unheld
from complaints.queries.restricted import locked

PAGE_SIZE = 25
ALL = 1000
"""Rows of 'show all': more than anybody can do, and still one page."""


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What waits for one, who one is here, and where one can go."""
    person, now = cast(User, request.user), timezone.now()
    works = any(s.role in CASE_ROLES for s in permissions.standings_of(person, now=now))
    manages = works and reassigns(person, now=now)
    context = {
        "person": person,
        "grants": person.grants_in_force,
        "places": [place for place in PLACES if place.about and place.for_(person)],
        "works": works,
        "manages": manages,
        "in_team": permissions.in_team(person, now=now),
        "left_behind": left_behind(person, now=now) if manages else (),
        "unheld": unheld(person, now=now) if manages else (),
        "locked": locked(person, now=now) if manages else (),
    }
    if works:
        everything = "all" in request.GET
        tasks = Paginator(today.tasks(person, now=now), ALL if everything else PAGE_SIZE)
        page = tasks.get_page(request.GET.get("page"))
        context |= {"page": page, "tasks": today.in_words(list(page), now=now), "everything": everything}
    return render(request, "complaints/home.html", context)
