"""The page everybody starts from."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.guards import signed_in
from accounts.models import User
from accounts.roles import Role

# name of the address, label, what one finds there, roles that see it (none: everybody)
PLACES: list[tuple[str, str, str, tuple[Role, ...]]] = [
    (
        "deadlines",
        "Work out a deadline",
        "Choose a policy, give the dates you have, and see every date that follows and how it was worked out.",
        (),
    ),
    ("calendars", "Calendars", "The bank holidays and closure days that working days are counted by.", ()),
    ("policies", "Policies", "What is due when, rule by rule, and where the policy says so.", ()),
    ("people", "People", "Add people, give them roles and help them back in.", (Role.ADMINISTRATOR,)),
    ("units", "Units", "The directorates, services and teams people work in.", (Role.ADMINISTRATOR,)),
]


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Who one is here, and where one can go."""
    person = cast(User, request.user)
    places = [
        {"name": name, "label": label, "about": about}
        for name, label, about, allowed in PLACES
        if not allowed or person.has_role(*allowed)
    ]
    return render(
        request,
        "complaints/home.html",
        {"person": person, "grants": person.grants_in_force, "places": places},
    )
