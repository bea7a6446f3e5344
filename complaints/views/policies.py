"""The policies as they are loaded: every rule as it can be read aloud, with its source."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.guards import signed_in
from complaints.queries.deadlines import policy_choices
from complaints.queries.policies import policy_page
from slas.models import Policy


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Every policy, the council's own first."""
    return render(request, "complaints/policies/index.html", {"choices": policy_choices()})


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One policy's newest version, SLA by SLA and rule by rule."""
    policy = get_object_or_404(Policy.objects.select_related("calendar"), code=code)
    return render(request, "complaints/policies/show.html", {"page": policy_page(policy)})
