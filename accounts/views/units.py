"""The council's directorates, services and teams, for administrators."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts import actions, queries
from accounts.actions import Refused
from accounts.forms import AddUnitForm, RenameUnitForm, add_refusal
from accounts.going_back import form_only
from accounts.guards import roles
from accounts.models import Unit, User
from accounts.roles import Role
from accounts.views.doing import do


@roles(Role.ADMINISTRATOR)
def units(request: HttpRequest) -> HttpResponse:
    """The whole tree, retired units too: a council has some hundred units, and a page of half a tree would
    hide where one stands."""
    return render(request, "accounts/units.html", {"tree": queries.unit_tree(retired=True)})


@roles(Role.ADMINISTRATOR)
def add_unit(request: HttpRequest) -> HttpResponse:
    """A new unit; `below` in the address chooses the unit above it."""
    form = AddUnitForm(
        request.POST if request.method == "POST" else None, initial={"parent": request.GET.get("below", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            unit = actions.add_unit(**form.cleaned_data, by=cast(User, request.user), now=timezone.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"{unit} has been added.")
            return redirect("units")
    return render(request, "accounts/add_unit.html", {"form": form})


@roles(Role.ADMINISTRATOR)
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: who holds which role at it, and, when the form came, its new name."""
    unit = get_object_or_404(Unit.objects.select_related("parent"), pk=pk)
    form = RenameUnitForm(request.POST if request.method == "POST" else None, initial={"name": unit.name})
    if request.method == "POST" and form.is_valid():
        actions.rename_unit(
            unit=unit, name=form.cleaned_data["name"], by=cast(User, request.user), now=timezone.now()
        )
        messages.success(request, f"{unit} is now called {form.cleaned_data['name']}.")
        return redirect("units")
    return render(
        request,
        "accounts/unit.html",
        {"unit": unit, "form": form, "grants": queries.grants_at(unit)},
    )


@roles(Role.ADMINISTRATOR)
@form_only("unit")
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a unit out of use."""
    unit = get_object_or_404(Unit, pk=pk)
    do(request, actions.retire_unit, f"{unit} has been retired.", unit=unit)
    return redirect("unit", pk=pk)


@roles(Role.ADMINISTRATOR)
@form_only("unit")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a retired unit into use again."""
    unit = get_object_or_404(Unit, pk=pk)
    do(request, actions.bring_back_unit, f"{unit} is in use again.", unit=unit)
    return redirect("unit", pk=pk)
