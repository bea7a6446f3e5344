"""Logging a contact, with what it may be one with shown first."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.guards import signed_in
from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.actions import intake
from complaints.forms.log import LogForm
from complaints.references import said


@signed_in
def log(request: HttpRequest) -> HttpResponse:
    """What came in, written down on one page, then a case. Whoever is of Customer Relations may, or covers somebody
    who is."""
    user, now = cast(User, request.user), timezone.now()
    if not permissions.in_team(user, now=now):
        names = [Role(role).label for role in permissions.TEAM_ROLES]
        raise PermissionDenied(f"Contacts are logged by Customer Relations: {', '.join(names)}.")
    if request.method != "POST":
        return _page(request, LogForm(user=user, now=now))
    form = LogForm(request.POST, user=user, now=now)
    if form.asked_for or "change" in request.POST or not form.is_valid():
        return _page(request, form)
    if "confirm" not in request.POST and (found := form.duplicates()):
        context = {"form": form, "found": found, "typed": _typed(cast(QueryDict, form.data))}
        return render(request, "complaints/log/check.html", context)
    try:
        case = intake.log_contact(form.contact, by=user, now=now, once=form.cleaned_data["once"])
    except Refused as refused:
        form.renew()
        add_refusal(form, refused)
        return _page(request, form)
    messages.success(request, f"Logged as {case}. On the telephone, say “{said(case.reference)}”.")
    return redirect("case", reference=case.reference)


def _page(request: HttpRequest, form: LogForm) -> HttpResponse:
    return render(request, "complaints/log/log.html", {"form": form})


def _typed(data: QueryDict) -> list[tuple[str, Any]]:
    """All that was typed, to be sent again."""
    left_out = ("csrfmiddlewaretoken", "confirm", "change")
    return [(name, value) for name in data if name not in left_out for value in data.getlist(name)]
