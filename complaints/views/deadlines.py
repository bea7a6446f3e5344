"""The deadline calculator: choose an SLA, give the dates, see every date that follows and why."""

from contextlib import suppress
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.guards import signed_in
from complaints.forms.deadlines import ABOUT_THE_VIEW, DeadlineForm
from complaints.queries.deadlines import milestone_rows, policy_choices, warnings
from complaints.queries.months import months_of
from slas.core.calendar import london_date
from slas.core.moments import MomentError, parse_day
from slas.models import SlaVersion
from slas.service import Answer, PublishError, Question, QuestionError, answer, find_sla_version, rule_set


@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Every SLA of every policy, the council's own first."""
    return render(request, "complaints/deadlines/choose.html", {"choices": policy_choices()})


@signed_in
def show(request: HttpRequest, policy: str, sla: str) -> HttpResponse:
    """The question's form and, once it is asked, its answer. Everything asked is in the address."""
    try:
        version = find_sla_version(sla, policy=policy, on=_earliest_day(request))
    except PublishError as error:
        raise Http404(str(error)) from None
    form = _form(request, version)
    reply = _answer(form, version) if form.is_bound and form.is_valid() else None
    context = {"version": version, "policy": version.sla.policy, "rules": rule_set(version), "form": form}
    if reply:
        context |= _shown(request, form, reply)
    page = "print" if reply and request.GET.get("view") == "print" else "show"
    return render(request, f"complaints/deadlines/{page}.html", context)


def _earliest_day(request: HttpRequest) -> date | None:
    """The day that decides which version's rules are asked about; what cannot be read, the form will say."""
    days = []
    for name in request.GET:
        if name.startswith("event-"):
            with suppress(MomentError):
                days.append(parse_day(request.GET.get(name, ""), name))
    return min(days, default=None)


def _form(request: HttpRequest, version: SlaVersion) -> DeadlineForm:
    asked = any(name not in ABOUT_THE_VIEW for name in request.GET)
    cut_off = version.sla.policy.calendar.cut_off is not None
    return DeadlineForm(rule_set(version), request.GET if asked else None, asks_times=cut_off)


def _answer(form: DeadlineForm, version: SlaVersion) -> Answer | None:
    question = Question(version.sla.code, form.facts, version.sla.policy.code, form.counted_by, form.seen_on)
    try:
        return answer(question, now=timezone.now())
    except QuestionError as error:
        form.refuse(error)
    except PublishError as error:
        form.add_error(None, str(error))
    return None


def _shown(request: HttpRequest, form: DeadlineForm, reply: Answer) -> dict[str, object]:
    rows = milestone_rows(reply)
    chosen = next((row for row in rows if row.code == request.GET.get("show")), rows[0] if rows else None)
    query = form.address()
    here = reverse("deadline", args=[reply.version.sla.policy.code, reply.version.sla.code])
    return {
        "reply": reply,
        "version": reply.version,
        "rows": rows,
        "warnings": warnings(rows),
        "chosen": chosen,
        "months": months_of(chosen.deadline, reply.calendar, london_date(reply.now)) if chosen else [],
        "query": query,
        "address": request.build_absolute_uri(f"{here}?{query}"),
        "seen_on": london_date(reply.now),
    }
