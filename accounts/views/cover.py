"""Who does whose work while they are away."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts import actions
from accounts import cover as covering
from accounts.actions import Refused
from accounts.cover_forms import CoverForm
from accounts.forms import add_refusal
from accounts.going_back import form_only
from accounts.guards import signed_in
from accounts.models import Cover, User
from accounts.views.doing import do

PAGE_SIZE = 50


@signed_in
def cover(request: HttpRequest) -> HttpResponse:
    """Who covers me, whom I cover, and, for managers and administrators, the cover of others; when the form
    came, cover named."""
    person = cast(User, request.user)
    form = CoverForm(request.POST if request.method == "POST" else None, namer=person)
    if request.method == "POST":
        if not form.is_possible:
            raise PermissionDenied("Your role has no cover to name. An administrator can name cover for you.")
        if form.is_valid():
            try:
                named = actions.name_cover(**form.cleaned_data, by=person, now=timezone.now())
            except Refused as refused:
                add_refusal(form, refused)
            else:
                _say(request, named)
                return redirect("cover")
    return render(request, "accounts/cover.html", {"form": form, **_shown(request, person)})


@signed_in
@form_only("cover", leave_out=("pk",))
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End cover early, or call it off."""
    person = cast(User, request.user)
    cover = get_object_or_404(covering.covers_to_end(person).select_related("absent", "deputy"), pk=pk)
    whom = "you" if cover.absent_id == person.pk else cover.absent
    do(request, actions.end_cover, f"{cover.deputy} no longer covers {whom}.", cover=cover)
    return redirect("cover")


def _say(request: HttpRequest, named: Cover) -> None:
    whom = "you" if named.absent == request.user else named.absent
    messages.success(request, f"{named.deputy} covers {whom} {named.when}.")
    for knot in covering.knots(named):
        messages.warning(request, knot)


def _shown(request: HttpRequest, person: User) -> dict[str, Any]:
    today = timezone.localdate()
    others = Paginator(covering.covers_for_others(person, on=today), PAGE_SIZE)
    return {
        "person": person,
        "my_covers": covering.covers_of(person, on=today),
        "covered_by_me": covering.covers_by(person, on=today),
        "page": others.get_page(request.GET.get("page")),
    }
