"""The lists somebody keeps under a name: saving, seeing and removing them. Each person's are their own."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.going_back import form_only
from accounts.guards import signed_in
from complaints.actions import saved_views as actions
from complaints.forms.lines_saved import SaveViewForm
from complaints.models import SavedView
from complaints.queries.line_filters import Lists, asked_of
from complaints.queries.line_words import address_of, in_words
from complaints.views.case_lists import list_at, reader


@dataclass(frozen=True)
class Kept:
    """A saved list: what it asks for in words, and what of that can no longer be read."""

    view: SavedView
    asks: str
    wrong: tuple[str, ...]


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """All lists one has saved, with what each asks for, and whether it still can be asked for."""
    user, now = reader(request), timezone.now()
    lists = Lists.read()
    kept = []
    for view in SavedView.objects.filter(user=user):
        asked = asked_of(QueryDict(view.query), user, now=now, lists=lists)
        wrong = [str(error) for errors in asked.filters.form.errors.values() for error in errors]
        kept.append(Kept(view, in_words(asked), tuple(wrong)))
    return render(request, "complaints/lines/saved.html", {"kept": kept, "most": actions.MOST})


@signed_in
def save(request: HttpRequest) -> HttpResponse:
    """Save the list that the address asks for. One that cannot be read is shown instead, with what is wrong."""
    user = reader(request)
    asked = asked_of(request.GET, user, now=timezone.now())
    query = address_of(asked)
    if not asked.valid:
        return redirect(list_at(query))
    form = SaveViewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            view = actions.save_view(user=user, name=form.cleaned_data["name"], query=query)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"Saved as “{view.name}”. It stands above the list from now on.")
            return redirect(list_at(query))
    return render(
        request, "complaints/lines/save.html", {"form": form, "asks": in_words(asked), "query": query}
    )


@signed_in
@form_only("saved-views", leave_out=("pk",))
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of one's own lists."""
    if name := actions.remove_view(user=reader(request), number=pk):
        messages.success(request, f"Removed “{name}”.")
    return redirect("saved-views")
