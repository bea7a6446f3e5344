"""The page everybody starts from."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.guards import signed_in
from accounts.models import User
from complaints.context import PLACES


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Who one is here, and where one can go."""
    person = cast(User, request.user)
    places = [place for place in PLACES if place.about and place.for_(person)]
    return render(
        request,
        "complaints/home.html",
        {"person": person, "grants": person.grants_in_force, "places": places},
    )
