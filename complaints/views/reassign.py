"""Somebody is ill, or has left: their open work goes to others."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.actions import allocation
from complaints.forms.reassign import AbsentForm, HandOverForm
from complaints.models import Case
from complaints.queries.reassigning import Work, absent_people, reassigns, work_of

PAGE_SIZE = 100
KEPT = "reassigned"
"""Where the session keeps what the last handing over did, to be shown on a page of its own."""


def _manager(request: HttpRequest) -> User:
    """Who asks. Their role may be one they cover, so a guard that knows only their own would turn deputies away."""
    user = cast(User, request.user)
    if not reassigns(user, now=timezone.now()):
        raise PermissionDenied(
            "This page is for managers, Assistant Directors and Senior Customer Relations Officers, who may give the "
            "work of others away. Your role is not one of theirs."
        )
    return user


@signed_in
def reassign(request: HttpRequest) -> HttpResponse:
    """Whose work it is (`?absent=`), then which of it goes to whom; when the form came, the handing over."""
    user, now = _manager(request), timezone.now()
    absent_form = AbsentForm(
        request.GET if "absent" in request.GET else None, people=absent_people(user, now=now)
    )
    if not absent_form.is_bound or not absent_form.is_valid():
        return render(request, "complaints/reassign/choose.html", {"form": absent_form})
    absent: User = absent_form.cleaned_data["absent"]
    page: Page[Work] = Paginator(work_of(absent, user, now=now), PAGE_SIZE).get_page(request.GET.get("page"))
    data = request.POST if request.method == "POST" else None
    form = HandOverForm(data, works=list(page), absent=absent, now=now)
    if request.method == "POST" and form.is_valid() and _hand_over(request, form, absent, user, list(page)):
        return redirect("reassigned")
    return render(
        request, "complaints/reassign/hand_over.html", {"form": form, "absent": absent, "page": page}
    )


def _hand_over(request: HttpRequest, form: HandOverForm, absent: User, user: User, works: list[Work]) -> bool:
    """Whether it was done. What it did is kept for the page that says so."""
    ticked = set(form.cleaned_data["cases"])
    to: User = form.cleaned_data["to"]
    try:
        done = allocation.bulk_reassign(
            cases=[work.case for work in works if work.case.pk in ticked],
            absent=absent,
            to=to,
            by=user,
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
    except Refused as refused:
        add_refusal(form, refused)
        return False
    request.session[KEPT] = {
        "absent": absent.pk,
        "to": to.pk,
        "done": [case.pk for case in done.done],
        "refused": [(case.pk, why) for case, why in done.refused],
    }
    return True


@signed_in
def reassigned(request: HttpRequest) -> HttpResponse:
    """Which cases went over, and which did not and why; of those one may see."""
    user = _manager(request)
    kept: dict[str, Any] = request.session.get(KEPT, {})
    if not kept:
        return redirect("reassign")
    people = User.objects.in_bulk([kept["absent"], kept["to"]])
    wanted = [*kept["done"], *(pk for pk, _ in kept["refused"])]
    cases: dict[int, Case] = permissions.visible_cases(user).in_bulk(wanted)
    context = {
        "absent": people[kept["absent"]],
        "to": people[kept["to"]],
        "done": [cases[pk] for pk in kept["done"] if pk in cases],
        "refused": [(cases[pk], why) for pk, why in kept["refused"] if pk in cases],
    }
    return render(request, "complaints/reassign/done.html", context)
