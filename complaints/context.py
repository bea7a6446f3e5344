"""What every page shows around its content: where one can go, by role, and whose service it is."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from complaints.moves import CASE_ROLES
from complaints.permissions import READING_ROLES, standings_of
from complaints.queries.imports import IMPORTERS


@dataclass(frozen=True)
class Place:
    """A place one can go: its label, the name of its address, what one finds there, the roles that see it (none:
    everybody), and other paths that belong to it. `in_person`: the roles of whom one covers do not count. `daily`:
    nobody who has many places looks for it under 'More'."""

    label: str
    name: str
    about: str = ""
    allowed: tuple[Role, ...] = ()
    also: tuple[str, ...] = ()
    in_person: bool = False
    daily: bool = True

    def for_(self, user: User) -> bool:
        if not self.allowed or user.has_role(*self.allowed):
            return True
        return not self.in_person and any(standing.role in self.allowed for standing in standings_of(user))

    def holds(self, path: str) -> bool:
        """Whether `path` is this place's or below it."""
        href = reverse(self.name)
        return path == href or (self.name != "home" and path.startswith((href, *self.also)))


MOST = 7
"""The places a person sees at once: with more, those of less than every day are under 'More'."""
CASE_PLACES = tuple(Role(role) for role in CASE_ROLES)
PLACES = (
    Place("Today", "home"),
    Place("My queue", "queue", "All that waits for you, by when it is due.", CASE_PLACES),
    Place(
        "Cases",
        "cases",
        "Find a case and see where it stands.",
        tuple(Role(role) for role in READING_ROLES),
    ),
    Place(
        "Dashboard",
        "dashboard",
        "How the open work stands, by service, team, officer and stage.",
        tuple(Role(role) for role in READING_ROLES),
    ),
    Place(
        "Reports",
        "reports",
        "The weekly report as it stands, and what was issued of it.",
        tuple(Role(role) for role in READING_ROLES),
    ),
    Place(
        "Statistics",
        "statistics",
        "What was received, closed and answered in time in a period.",
        tuple(Role(role) for role in READING_ROLES),
    ),
    Place(
        "Imports",
        "imports",
        "Take in a tracker that was kept as a spreadsheet, and see what came of it.",
        IMPORTERS,
        in_person=True,
        daily=False,
    ),
    Place(
        "Work out a deadline",
        "deadlines",
        "Choose what came in, give the dates you have, and see every date that follows and how it was worked out.",
        daily=False,
    ),
    Place(
        "Calendars",
        "calendars",
        "The bank holidays and closure days that working days are counted by.",
        also=("/bank-holidays/",),
        daily=False,
    ),
    Place(
        "Policies", "policies", "What is due when, rule by rule, and where the policy says so.", daily=False
    ),
    Place(
        "Cover",
        "cover",
        "Name who does your work while you are away, and see whose work you do.",
        daily=False,
    ),
    Place(
        "People",
        "people",
        "Add people, give them roles and help them back in.",
        (Role.ADMINISTRATOR,),
        in_person=True,
    ),
    Place(
        "Units",
        "units",
        "The directorates, services and teams people work in.",
        (Role.ADMINISTRATOR,),
        in_person=True,
    ),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`navigation`: the places this person may go, each with `label`, `href` and `active`; empty before
    signing in and until a starting password is changed. `council_name`: whose service this is, or ''."""
    return {"navigation": _places(request), "council_name": settings.COUNCIL_NAME}


def _places(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.must_change_password:
        return []
    places = places_of(user)
    shown = [place for place in places if place.daily] if len(places) > MOST else places
    items = [
        {"label": place.label, "href": reverse(place.name), "active": place.holds(request.path)}
        for place in shown
    ]
    if len(shown) < len(places):
        more = reverse("more")
        others = (place for place in places if not place.daily)
        active = request.path == more or any(place.holds(request.path) for place in others)
        items.append({"label": "More", "href": more, "active": active})
    return items


def places_of(user: User) -> list[Place]:
    """Where `user` may go."""
    return [place for place in PLACES if place.for_(user)]
