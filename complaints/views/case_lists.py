"""The list of cases: open work, all cases or all stages, found by words and narrowed by filters in its address."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.forms.lines import filter_form
from complaints.models import SavedView
from complaints.moves import CASE_ROLES
from complaints.queries.line_filters import Asked, asked_of
from complaints.queries.line_views import line_views, with_shown
from complaints.queries.line_words import address_of, counted, used
from complaints.queries.lines import DEEP, MOST, SORTS, LinePages, Show
from complaints.queries.reassigning import reassigns

PAGE_SIZE = 30
MOST_BY_WORDS = 1_000
"""Lines found by words are counted no further: nobody turns twenty pages of what they looked for."""


def reader(request: HttpRequest) -> User:
    """Who asks: somebody who reads cases, in their own right or as a deputy."""
    user = cast(User, request.user)
    if not any(s.role in permissions.READING_ROLES for s in permissions.standings_of(user)):
        raise PermissionDenied("This page is for people who work on cases. Your role is not one of theirs.")
    return user


def list_at(query: str) -> str:
    """The address of the list that `query` asks for."""
    return f"{reverse('cases')}?{query}" if query else reverse("cases")


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """The lines one may see, as the address asks for them (`complaints.queries.line_filters`)."""
    user, now = reader(request), timezone.now()
    asked = asked_of(request.GET, user, now=now)
    if _has_blanks(request, asked):
        return redirect(list_at(address_of(asked)))
    words = asked.data.get("search", "")
    pages = LinePages(
        asked.lines,
        PAGE_SIZE,
        read=with_shown,
        most=MOST_BY_WORDS if words else MOST,
        deep=MOST if asked.show is Show.WORK else DEEP,
        sparse=bool(words),
    )
    page = pages.get_page(request.GET.get("page"))
    query = address_of(asked)
    context = {
        "form": asked.filters.form,
        "fields": filter_form(asked),
        "used": used(asked),
        "tabs": _tabs(asked),
        "show": asked.show,
        "asked_show": asked.data.get("show"),
        "sorts": [(code, words) for code, (words, _) in SORTS[asked.show].items()],
        "sort": asked.sort,
        "page": page,
        "rows": line_views(list(page), now=now),
        "counted": counted(page.paginator.count, asked.show),
        "words": words,
        "query": query,
        "saved": list(SavedView.objects.filter(user=user)),
        "in_team": permissions.in_team(user, now=now),
        **_ticks(request, asked, user, page.number),
    }
    return render(request, "complaints/cases/index.html", context)


def _has_blanks(request: HttpRequest, asked: Asked) -> bool:
    """Whether a form was sent with fields left empty: the address is made shorter, to be passed on and kept."""
    return any(not value.strip() for name in asked.filters.filters for value in request.GET.getlist(name))


def _tabs(asked: Asked) -> list[dict[str, Any]]:
    """The three kinds of list, each keeping the filters."""
    return [
        {"label": show.label, "href": list_at(address_of(asked, show=show)), "active": show is asked.show}
        for show in Show
    ]


def _ticks(request: HttpRequest, asked: Asked, user: User, number: int) -> dict[str, Any]:
    """What can be done to lines that are ticked, of open work only. `?ticked=` is the page whose lines all are."""
    work = asked.show is Show.WORK
    may_give = work and reassigns(user, now=asked.filters.now)
    may_note = work and any(s.role in CASE_ROLES for s in permissions.standings_of(user))
    return {
        "may_give": may_give,
        "may_note": may_note,
        "ticks": may_give or may_note,
        "ticked": request.GET.get("ticked") == str(number),
    }
