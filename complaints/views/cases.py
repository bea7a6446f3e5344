"""The page of a case, and everything done to it."""

from copy import copy
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.forms.acts import REGISTRY, ActForm
from complaints.models import Case, CaseUnit, Deadline, Stage
from complaints.moves import table_of
from complaints.queries.case_page import case_view
from complaints.queries.case_parts import parts_of, with_parts
from complaints.queries.clocks import with_facts, worked
from complaints.queries.stages import acting_stages, stages_of
from complaints.queries.timeline import timeline
from complaints.workflow import State, Verb

LATEST = 25


def visible_case(request: HttpRequest, reference: str, *, parts: bool = False) -> Case:
    """The case, or a 404: whoever may not see it does not learn that it is there. `parts`: with what it has."""
    cases = permissions.visible_cases(cast(User, request.user)).select_related(
        "unit", "officer", "channel", "exclusion", "merged_into", "logged_by", "import_batch"
    )
    case = get_object_or_404(with_parts(cases) if parts else cases, reference=reference)
    if "other_units" in parts_of(case):
        # Whether somebody may do a thing is asked for each verb, at any unit of the case.
        prefetch_related_objects([case], Prefetch("case_units", CaseUnit.objects.select_related("unit")))
    return case


@signed_in
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """One case: what it is, the next thing to do, its dates, and all that happened."""
    case = visible_case(request, reference, parts=True)
    viewer, now = cast(User, request.user), timezone.now()
    everything = "timeline" in request.GET
    moments = timeline(case, viewer, now=now, most=None if everything else LATEST + 1)
    context = {
        "case": case,
        "view": case_view(case, viewer, now=now),
        "moments": moments if everything else moments[:LATEST],
        "more_moments": not everything and len(moments) > LATEST,
        "people": case.parties.all(),
        "tags": case.tags.all() if "tags" in parts_of(case) else (),
        "readers": case.readers.select_related("user") if case.restricted else (),
    }
    return render(request, "complaints/cases/show.html", context)


@signed_in
def act(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """One action: its form, what it would do to the dates where that is shown first, and the doing."""
    case = visible_case(request, reference)
    form_class = _form_class(verb)
    stage = _stage(request, case, form_class.verb)
    if stage is None:
        return _too_late(request, case, form_class)
    common: dict[str, Any] = {
        "case": case,
        "stage": stage,
        "user": cast(User, request.user),
        "now": timezone.now(),
    }
    if request.method != "POST":
        return _page(request, form_class(**common))
    form = form_class(request.POST, request.FILES, **common)
    if "change" in request.POST or not form.is_valid():
        return _page(request, form)
    if form.previews and "confirm" not in request.POST:
        return _preview(request, form)
    if _done(form):
        messages.success(request, form.done_message())
        return redirect("case", reference=case.reference)
    return _page(request, form)


def _form_class(verb: str) -> type[ActForm]:
    found = REGISTRY.get(Verb(verb)) if verb in list(Verb) else None
    if found is None:
        raise Http404("Nothing is done under this address.")
    return found


def _stage(request: HttpRequest, case: Case, verb: Verb) -> Stage | None:
    """The stage it is done to: the one the address names (`?stage=2`), else the first that offers it. None where no
    stage offers it now; PermissionDenied where one does, to others."""
    user = cast(User, request.user)
    stages = [
        stage
        for stage in _meant(request, case, acting_stages(stages_of(case)))
        if table_of(stage.type).move(stage.state, verb)
    ]
    for stage in stages:
        if permissions.authority(user, verb, stage):
            return stage
    if stages:
        raise PermissionDenied(f"'{verb.label}' is for others here. The case says whose turn it is.")
    return None


def _meant(request: HttpRequest, case: Case, stages: list[Stage]) -> list[Stage]:
    """Those of `stages` that the address or the form names; all of them where it names none."""
    number = request.POST.get("stage") or request.GET.get("stage") or ""
    for stage in stages:
        stage.case = case
    return [stage for stage in stages if not number or str(stage.number) == number]


def _too_late(request: HttpRequest, case: Case, form_class: type[ActForm]) -> HttpResponse:
    """The answer where no stage offers it now. Somebody moved the case on while the form was open: whoever it was
    made for gets it back with all that was typed, everybody else the case."""
    verb, user = form_class.verb, cast(User, request.user)
    states = {State(stage.state).label.lower() for stage in acting_stages(stages_of(case))}
    why_not = f"'{verb.label}' is not possible as the case stands now: {', '.join(sorted(states))}."
    meant = _meant(request, case, stages_of(case)) if request.POST else []
    stage = next((one for one in meant if _was_for(user, verb, one)), None)
    if stage is None:
        messages.error(request, why_not)
        return redirect("case", reference=case.reference)
    form = form_class(request.POST, request.FILES, case=case, stage=stage, user=user, now=timezone.now())
    form.full_clean()  # a file that came with it is kept
    form.errors.clear()  # nothing in its fields would make it possible
    form.add_error(
        None, f"{why_not} What you typed is still here: open the case to see what can be done with it."
    )
    _renew(form)
    return _page(request, form)


def _was_for(user: User, verb: Verb, stage: Stage) -> bool:
    """Whether `user` may do `verb` to `stage` in any of the states it may have been in."""
    for state in table_of(stage.type).states:
        before = copy(stage)
        before.state = state
        if permissions.authority(user, verb, before):
            return True
    return False


def _page(request: HttpRequest, form: ActForm) -> HttpResponse:
    context = {"case": form.case, "stage": form.stage, "form": form, **form.context()}
    return render(request, form.template, context)


def _perform(form: ActForm) -> None:
    form.perform(
        case=form.case,
        by=form.user,
        now=form.now,
        stage=form.stage,
        seen=form.cleaned_data.get("seen"),
    )


def _done(form: ActForm) -> bool:
    """Whether it was done. If not, why is in the form, made as of now: pressing again is a new decision."""
    try:
        _perform(form)
    except Refused as refused:
        add_refusal(form, refused)
        _renew(form)
        return False
    return True


def _renew(form: ActForm) -> None:
    """Make the form one of the case as it is now, keeping all that was typed."""
    revision = Case.objects.values_list("revision", flat=True).get(pk=form.case.pk)
    data = cast(QueryDict, form.data).copy()
    data["seen"] = str(revision)
    form.data = data


class _TakenBack(Exception):
    """Ends a preview: nothing of it is kept."""


def _preview(request: HttpRequest, form: ActForm) -> HttpResponse:
    """What it would do to the dates: it is done, looked at, and taken back, so the preview cannot be wrong."""
    before = _dates(form.case)
    left_out_before = _left_out(form.case)
    left_out: list[str] = []
    try:
        with transaction.atomic():
            _perform(form)
            after = _dates(form.case)
            left_out = _left_out(form.case)
            raise _TakenBack
    except Refused as refused:
        add_refusal(form, refused)
        _renew(form)
        return _page(request, form)
    except _TakenBack:
        pass
    form.case.refresh_from_db()
    context = {
        "case": form.case,
        "stage": form.stage,
        "form": form,
        "changes": _changes(before, after),
        "left_out": [text for text in left_out if text not in left_out_before],
        "typed": _typed(cast(QueryDict, form.data)),
    }
    return render(request, "complaints/cases/preview.html", context)


def _typed(data: QueryDict) -> list[tuple[str, Any]]:
    """All that was typed, to be sent again."""
    return [(name, value) for name in data if name not in _NOT_AGAIN for value in data.getlist(name)]


_NOT_AGAIN = ("csrfmiddlewaretoken", "confirm", "change")
Dates = dict[tuple[int, str], Deadline]


def _dates(case: Case) -> Dates:
    rows = Deadline.objects.filter(stage__case=case).select_related("stage__type__procedure")
    return {(row.stage.number, row.milestone): row for row in rows}


def _left_out(case: Case) -> list[str]:
    """Why each fact that the rules in force do not allow does not count."""
    stages = with_facts(Stage.objects.filter(case=case, closed_at__isnull=True).order_by("number"))
    return [text for answer in worked(stages).values() for text in answer.left_out]


def _changes(before: Dates, after: Dates) -> list[dict[str, Any]]:
    """Each deadline that is, was or will be open, and each that was settled and is judged anew: its name, and its date
    before and after."""
    keys = [key for key in {**before, **after} if _matters(before.get(key), after.get(key))]
    return [
        {
            "name": (after.get(key) or before[key]).name,
            "stage": (after.get(key) or before[key]).stage,
            "before": before[key].due_on if key in before else None,
            "after": after[key].due_on if key in after else None,
            "row": after.get(key),
        }
        for key in sorted(keys)
    ]


def _matters(old: Deadline | None, new: Deadline | None) -> bool:
    if (old is not None and old.live) or (new is not None and new.live):
        return True
    return old is not None and new is not None and (old.due_on, old.in_time) != (new.due_on, new.in_time)
