"""Pages about parts of a case: why its dates, a version of the draft, a letter, a document, a reminder."""

import logging
from typing import cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts.guards import signed_in
from accounts.models import User
from complaints import permissions
from complaints.models import Document, Draft, Letter
from complaints.papers import serve, store
from complaints.papers.changes import compare
from complaints.papers.letters import parse
from complaints.queries.case_dates import workings
from complaints.queries.chase import chases
from complaints.queries.stages import acting_stages, stages_of
from complaints.views.cases import visible_case
from complaints.workflow import Verb

logger = logging.getLogger(__name__)


@signed_in
def dates(request: HttpRequest, reference: str) -> HttpResponse:
    """Every date of a case with its working."""
    case = visible_case(request, reference)
    context = {"case": case, "stages": workings(case, now=timezone.now())}
    return render(request, "complaints/cases/dates.html", context)


@signed_in
def draft(request: HttpRequest, reference: str, number: int, version: int) -> HttpResponse:
    """One version of a draft, and what changed in it."""
    case = visible_case(request, reference)
    drafts = Draft.objects.filter(stage__case=case, stage__number=number)
    row = get_object_or_404(
        drafts.select_related("stage__type", "author", "for_whom", "document"), version=version
    )
    before = drafts.filter(version__lt=version).order_by("-version").first()
    context = {
        "case": case,
        "draft": row,
        "letter": parse(row.text),
        "before": before,
        "changes": compare(before.text, row.text) if before else None,
        "versions": drafts.order_by("version").values_list("version", flat=True),
        "decisions": row.decisions.select_related("by", "for_whom"),
    }
    return render(request, "complaints/cases/draft.html", context)


@signed_in
def letter(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Something that went out, exactly as it was."""
    case = visible_case(request, reference)
    row = get_object_or_404(
        Letter.objects.filter(case=case).select_related("channel", "by", "document", "draft__stage"), pk=pk
    )
    return render(
        request, "complaints/cases/letter.html", {"case": case, "row": row, "letter": parse(row.text)}
    )


@signed_in
def document(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    """A document, as an attachment. Asked for by the case, so that whoever may not see that finds nothing."""
    case = visible_case(request, reference)
    row = get_object_or_404(permissions.visible_documents(cast(User, request.user)).filter(case=case), pk=pk)
    return document_response(row)


def document_response(row: Document) -> FileResponse:
    """The bytes of a document. A 404 where they are gone from the store, which is logged as an error."""
    try:
        return serve.attachment(store.open_(settings.DOCUMENTS_DIR, row.key), row.name, row.content_type)
    except store.NotKept as error:
        logger.error("Document %s of case %s is not in the store under its key", row.pk, row.case_id)
        raise Http404("The file of this document is not where it was kept. Tell an administrator.") from error


@signed_in
def chase(request: HttpRequest, reference: str) -> HttpResponse:
    """Words to remind whoever is waited for, to be copied into an e-mail. Sends nothing."""
    case = visible_case(request, reference)
    viewer, now = cast(User, request.user), timezone.now()
    link = request.build_absolute_uri(reverse("case", args=[case.reference]))
    stages = acting_stages(stages_of(case))
    for stage in stages:
        stage.case = case
    context = {
        "case": case,
        "chases": chases(case, viewer, link=link, now=now),
        "may_note": any(permissions.authority(viewer, Verb.NOTE, stage, now=now) for stage in stages),
    }
    return render(request, "complaints/cases/chase.html", context)
