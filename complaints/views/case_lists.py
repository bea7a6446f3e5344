"""Lists of cases."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.models import Case, Stage
from complaints.queries import cases as queries
from complaints.queries.deadline_words import DeadlineView, deadline_views

PAGE_SIZE = 50
LONGEST = 200
"""Characters of a search."""
Row = tuple[Case, list[tuple[Stage, DeadlineView | None]]]


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Every case one may see, found by words (`?search=`): a reference, a name, an address, a word. For whoever reads
    cases, in their own right or as a deputy."""
    user, now = cast(User, request.user), timezone.now()
    if not any(s.role in permissions.READING_ROLES for s in permissions.standings_of(user, now=now)):
        raise PermissionDenied("This page is for people who work on cases. Your role is not one of theirs.")
    words = " ".join(request.GET.get("search", "").replace("\0", "").split())[:LONGEST].strip()
    page = Paginator(queries.found(user, words, now=now), PAGE_SIZE).get_page(request.GET.get("page"))
    brought: list[Any] = list(page)  # each with its `open_stages`
    views = deadline_views([stage for case in brought for stage in case.open_stages], now)
    rows: list[Row] = [
        (case, [(stage, _headline(views.get(stage.pk, []))) for stage in case.open_stages])
        for case in brought
    ]
    context = {"page": page, "rows": rows, "search": words, "in_team": permissions.in_team(user, now=now)}
    return render(request, "complaints/cases/index.html", context)


def _headline(views: list[DeadlineView]) -> DeadlineView | None:
    return next((view for view in views if view.row.headline), None)
