"""What every page shows around its content: where one can go, by role, and whose service it is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.roles import Role

# label, name of the address, roles that see it (none: everybody who is signed in)
DESTINATIONS: list[tuple[str, str, tuple[Role, ...]]] = [
    ("Today", "home", ()),
    ("Work out a deadline", "deadlines", ()),
    ("Calendars", "calendars", ()),
    ("Policies", "policies", ()),
    ("People", "people", (Role.ADMINISTRATOR,)),
    ("Units", "units", (Role.ADMINISTRATOR,)),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`navigation`: the places this person may go, each with `label`, `href` and `active`; empty before
    signing in and until a starting password is changed. `council_name`: whose service this is, or ''."""
    return {"navigation": _places(request), "council_name": settings.COUNCIL_NAME}


def _places(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.must_change_password:
        return []
    places = []
    for label, name, allowed in DESTINATIONS:
        if allowed and not user.has_role(*allowed):
            continue
        href = reverse(name)
        active = request.path == href or (name != "home" and request.path.startswith(href))
        places.append({"label": label, "href": href, "active": active})
    return places
