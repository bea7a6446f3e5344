"""Lists of cases."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.guards import roles
from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.queries import cases as queries
from complaints.queries.case_page import deadline_views

PAGE_SIZE = 50
READERS = tuple(Role(role) for role in permissions.READING_ROLES)


@roles(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Every case one may see, found by words (`?search=`): a reference, a name, an address, a word."""
    user, now = cast(User, request.user), timezone.now()
    words = " ".join(request.GET.get("search", "").replace("\0", "").split())[:200]
    page = Paginator(queries.found(user, words, now=now), PAGE_SIZE).get_page(request.GET.get("page"))
    stages = [stage for case in page for stage in case.open_stages]
    views = deadline_views(stages, now)
    rows = [
        (case, [(stage, next(iter(views.get(stage.pk, [])), None)) for stage in case.open_stages])
        for case in page
    ]
    context = {"page": page, "rows": rows, "search": words, "in_team": permissions.in_team(user, now=now)}
    return render(request, "complaints/cases/index.html", context)
