"""The people who can sign in, for administrators."""

import re
from typing import cast

from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from accounts import actions, queries
from accounts.actions import Refused
from accounts.converters import RowConverter
from accounts.forms import AddPersonForm, GrantForm, add_refusal
from accounts.going_back import form_only
from accounts.guards import roles
from accounts.models import Grant, User
from accounts.passwords import starting_password
from accounts.roles import Role
from accounts.views.doing import do

PAGE_SIZE = 50


@roles(Role.ADMINISTRATOR)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, with their roles; `search` narrows by name and e-mail address."""
    search = " ".join(request.GET.get("search", "").replace("\0", "").split())[:200]
    page = Paginator(queries.people(search), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "accounts/people.html",
        {"page": page, "search": search, "query": urlencode({"search": search} if search else {})},
    )


@roles(Role.ADMINISTRATOR)
def add_person(request: HttpRequest) -> HttpResponse:
    """Somebody new. The starting password is made here and shown in this one answer: it is stored nowhere
    readable, so the answer is a page and not a redirect."""
    form = AddPersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        password = starting_password()
        try:
            person = actions.add_person(
                **form.cleaned_data,
                encoded_password=make_password(password),
                by=cast(User, request.user),
                now=timezone.now(),
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return _hand_over(request, person, password, added=True)
    return render(request, "accounts/add_person.html", {"form": form})


@roles(Role.ADMINISTRATOR)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who they are, what they may do, and, when the form came, one more role."""
    person = get_object_or_404(User, pk=pk)
    form = GrantForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            grant = actions.grant_role(
                person=person, **form.cleaned_data, by=cast(User, request.user), now=timezone.now()
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"{person} is now {grant}.")
            return redirect("person", pk=pk)
    return render(
        request,
        "accounts/person.html",
        {
            "person": person,
            "form": form,
            "grants": person.grants_in_force,
            "past_grants": queries.past_grants(person),
        },
    )


@roles(Role.ADMINISTRATOR)
@form_only("person")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away the role named by `grant`."""
    number = request.POST.get("grant", "")
    known = re.fullmatch(RowConverter.regex, number)
    grant = get_object_or_404(Grant, pk=int(number) if known else 0, user=pk)
    do(request, actions.revoke_grant, f"{grant.user} is no longer {grant}.", grant=grant)
    return redirect("person", pk=pk)


@roles(Role.ADMINISTRATOR)
@form_only("person")
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop somebody signing in."""
    person = get_object_or_404(User, pk=pk)
    do(request, actions.deactivate, f"{person} can no longer sign in.", person=person)
    return redirect("person", pk=pk)


@roles(Role.ADMINISTRATOR)
@form_only("person")
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody sign in again."""
    person = get_object_or_404(User, pk=pk)
    do(request, actions.reactivate, f"{person} can sign in again.", person=person)
    return redirect("person", pk=pk)


@roles(Role.ADMINISTRATOR)
@form_only("person")
def new_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new starting password for somebody who forgot theirs, shown in this one answer."""
    person = get_object_or_404(User, pk=pk)
    password = starting_password()
    actions.give_starting_password(
        person=person,
        encoded_password=make_password(password),
        by=cast(User, request.user),
        now=timezone.now(),
    )
    return _hand_over(request, person, password, added=False)


def _hand_over(request: HttpRequest, person: User, password: str, *, added: bool) -> HttpResponse:
    return render(
        request,
        "accounts/starting_password.html",
        {"person": person, "password": password, "added": added},
    )
