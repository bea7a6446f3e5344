"""The dashboard: how the open work stands, and what came and went."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.queries import dashboard as queries
from complaints.queries.scope import NoSuchUnit, Scope, scope_of
from complaints.views.case_lists import reader
from slas.core.calendar import london_date

MARKS = ("red", "amber", "green", "paused", "waiting")
"""The colours that have a shape of their own (`components/tag.html`)."""


@signed_in
def dashboard(request: HttpRequest) -> HttpResponse:
    """All open work one may see, or that of a unit (`?unit=SEND-NORTH`), counted; every number leads to its list. For
    whoever reads cases, in their own right or as a deputy."""
    user, now = reader(request), timezone.now()
    scope, unknown = asked_scope(request, user, now=now)
    types = queries.every_type()
    cube = queries.cube_of(user, scope, types, queries.days_shown(now), now=now)
    context = {
        "scope": scope,
        "unknown": unknown,
        "now": now,
        "cube": cube,
        "marks": MARKS,
        "tiles": list(zip(cube.columns, cube.row("", cube.total).numbers, strict=True)),
        "inner": scope.unit is None and len(scope.tops) > 1,
        "own": queries.own(cube, user),
        "in_team": permissions.in_team(user, now=now),
        "units": queries.by_unit(cube),
        "officers": queries.by_officer(cube),
        "stages": queries.by_stage(cube),
        "waiting": queries.waiting(cube),
        "due": queries.due_soon(cube),
        "weeks": queries.week_table(user, scope, now=now),
        "week_labels": queries.week_labels(now),
        "late_since": queries.weeks_to(london_date(now))[0].first,
        "late": queries.late_reasons(user, scope, types, now=now),
    }
    return render(request, "complaints/dashboard/show.html", context)


def asked_scope(request: HttpRequest, user: User, *, now: datetime) -> tuple[Scope, str]:
    """What the page is about, and the code of a unit that was asked for and is not there: then it is about all."""
    code = " ".join(request.GET.get("unit", "").replace("\0", "").split())
    try:
        return scope_of(user, code, now=now), ""
    except NoSuchUnit:
        return scope_of(user, "", now=now), code[:60]
