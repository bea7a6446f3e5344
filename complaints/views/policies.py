"""The policies as they are loaded: every rule and move as it can be read aloud, with its source; and their lists."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.actions import Refused
from accounts.going_back import form_only
from accounts.guards import roles, signed_in
from accounts.models import User
from accounts.roles import Role
from complaints.actions import lists as actions
from complaints.models import Entry
from complaints.queries.deadlines import policy_choices
from complaints.queries.policies import policy_page
from complaints.queries.procedures import policy_lists
from slas.models import Policy


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Every policy, the council's own first."""
    return render(request, "complaints/policies/index.html", {"choices": policy_choices()})


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One policy's newest version: its SLAs rule by rule, its procedures stage by stage, its lists."""
    policy = get_object_or_404(Policy.objects.select_related("calendar"), code=code)
    context = {
        "page": policy_page(policy),
        "may_change": cast(User, request.user).has_role(Role.ADMINISTRATOR),
    }
    return render(request, "complaints/policies/show.html", context)


@roles(Role.ADMINISTRATOR)
def lists(request: HttpRequest, code: str) -> HttpResponse:
    """What can be chosen from the lists of a policy, each entry to be retired or brought back."""
    policy = get_object_or_404(Policy, code=code)
    return render(
        request, "complaints/policies/lists.html", {"policy": policy, "lists": policy_lists(policy)}
    )


@roles(Role.ADMINISTRATOR)
@form_only("policy-lists", leave_out=("pk",))
def retire_entry(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Offer an entry of a list no longer."""
    return _changed(request, actions.retire, code, pk, "is no longer offered. What chose it keeps it.")


@roles(Role.ADMINISTRATOR)
@form_only("policy-lists", leave_out=("pk",))
def bring_back_entry(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Offer a retired entry again."""
    return _changed(request, actions.bring_back, code, pk, "is offered again.")


def _changed(
    request: HttpRequest, change: Callable[..., None], code: str, pk: int, done: str
) -> HttpResponse:
    entry = get_object_or_404(Entry, pk=pk, policy__code=code)
    try:
        change(entry=entry, by=cast(User, request.user), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"'{entry.name}' {done}")
    return redirect("policy-lists", code=code)
