"""One's own page."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from accounts import actions
from accounts.forms import PasswordForm
from accounts.going_back import wanted
from accounts.guards import signed_in, signed_in_with_starting_password
from accounts.models import User


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Who I am and what I may do, in plain words."""
    person = cast(User, request.user)
    return render(request, "accounts/account.html", {"person": person, "grants": person.grants_in_force})


@signed_in_with_starting_password
@sensitive_post_parameters("current", "new", "again")
def password(request: HttpRequest) -> HttpResponse:
    """Choose one's own password. The session goes on under a new key; those elsewhere end."""
    person = cast(User, request.user)
    first = person.must_change_password
    form = PasswordForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.is_valid():
        changed = actions.change_password(
            person=person,
            encoded_password=make_password(form.cleaned_data["new"]),
            by=person,
            now=timezone.now(),
        )
        update_session_auth_hash(request, changed)
        messages.success(request, "Your password has been changed.")
        return HttpResponseRedirect(wanted(request)) if first else redirect("account")
    context = {"form": form, "first": first, "next": wanted(request) if first else ""}
    return render(request, "accounts/password.html", context)
