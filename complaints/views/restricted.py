"""Restricted cases that nobody on their list can open any more: a manager puts somebody there."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.guards import roles
from accounts.models import User
from accounts.roles import Role
from complaints.actions import readers
from complaints.forms.unlock import UnlockForm
from complaints.queries.restricted import locked


@roles(Role.CR_MANAGER)
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is to carry on one of them. The page tells its unit and who was on the list, and nothing else."""
    by, now = cast(User, request.user), timezone.now()
    found = next((one for one in locked(by, now=now) if one.case.pk == pk), None)
    if found is None:
        raise Http404("No such case waits for somebody to open it.")
    form = UnlockForm(request.POST if request.method == "POST" else None, found=found)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            readers.unlock(case=found.case, by=by, now=now, reader=said["reader"], reason=said["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request, f"{said['reader']} is on its list and has been given access. Tell them."
            )
            return redirect("home")
    return render(request, "complaints/restricted/unlock.html", {"form": form, "found": found})
