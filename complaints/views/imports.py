"""Trackers taken in: the list, the upload, what a check or an import came to, and taking it back."""

from io import BytesIO
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.actions import Refused
from accounts.forms import add_refusal
from accounts.going_back import form_only
from accounts.guards import roles
from accounts.models import User
from complaints import permissions
from complaints.actions import imports
from complaints.actions.documents import remove_unused
from complaints.actions.imports import Overtaken
from complaints.forms.imports import UploadForm
from complaints.importing import FileError, HeadingError, propose, read_sheets, write_map
from complaints.importing.here import known_here
from complaints.importing.reporting import alike, workbook
from complaints.importing.taking import WRONG, begin, in_words
from complaints.jobs import import_later
from complaints.models import ImportBatch, ImportLine
from complaints.papers import serve, store
from complaints.queries.imports import IMPORTERS, seats, visible_batches, visible_lines, worked_on

PAGE_SIZE = 50
REFRESHED = 3
"""Seconds after which the page of what is under way is loaded again."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Kind = ImportLine.Kind
State = ImportBatch.State
LISTS = {
    "rejected": (Kind.REJECTED, "Rejected"),
    "differences": (Kind.DIFFERENCE, "Due dates that differ"),
    "remarks": (Kind.REMARK, "To know"),
    "imported": (Kind.IMPORTED, "Imported"),
    "already-there": (Kind.ALREADY_THERE, "Already there"),
}


def visible_batch(request: HttpRequest, pk: int) -> ImportBatch:
    """The import, or a 404."""
    return get_object_or_404(visible_batches(cast(User, request.user)), pk=pk)


@roles(*IMPORTERS)
def index(request: HttpRequest) -> HttpResponse:
    """Every import one may see, the latest first."""
    batches = visible_batches(cast(User, request.user))
    page = Paginator(batches, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "complaints/imports/index.html", {"page": page})


@roles(*IMPORTERS)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose the file. It is kept at once and matched as far as it can be."""
    user = cast(User, request.user)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*data, user=user, seats=seats(user))
    if request.method == "POST" and form.is_valid():
        batch = _opened(request, form, user)
        if batch is not None:
            return redirect("import-match", batch.pk)
    return render(request, "complaints/imports/upload.html", {"form": form})


def _opened(request: HttpRequest, form: UploadForm, user: User) -> ImportBatch | None:
    """The import of the file that was uploaded; None where it cannot be read, which is said in the form."""
    file = form.cleaned_data["file"]
    unit = form.unit_chosen
    waiting = ImportBatch.objects.filter(sha256=file.sha256, by=user, unit=unit, name=file.name)
    if there := waiting.filter(state__in=(State.MAPPING, State.CHECKED)).first():
        messages.info(request, "This file was uploaded before and is not imported yet: here it is again.")
        return there
    try:
        with store.open_(settings.DOCUMENTS_DIR, file.key) as kept:
            sheets = read_sheets(kept.read(), file.name)
        batch = imports.open_batch(
            name=file.name,
            key=file.key,
            sha256=file.sha256,
            size=file.size,
            unit=unit,
            by=user,
            now=timezone.now(),
        )
    except FileError as error:
        form.fields["file"].forget()  # type: ignore[attr-defined]
        form.add_error("file", str(error))
        return None
    except Refused as refused:
        add_refusal(form, refused)
        return None
    try:
        mapping = write_map(propose(sheets, known_here(batch.today, unit)))
    except HeadingError:
        return batch  # the page that matches it asks where the headings are
    return imports.set_map(batch=batch, map_=mapping, by=user, now=timezone.now())


@roles(*IMPORTERS)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """An import as it stands: under way, checked, or over."""
    batch = visible_batch(request, pk)
    if batch.state == State.MAPPING:
        return redirect("import-match", pk)
    if batch.under_way:
        return _progress(request, batch)
    user, now = cast(User, request.user), timezone.now()
    context = {"batch": batch, **_lists(request, batch)}
    if batch.state == State.UNDONE:
        context["kept"] = permissions.visible_cases(user, now=now).filter(import_batch=batch).count()
    return render(request, "complaints/imports/show.html", context)


def _progress(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """How far it is. Loaded again by itself, unless somebody asked to leave it as it is (`?still`)."""
    still = "still" in request.GET
    user = cast(User, request.user)
    undoing = batch.state == State.UNDOING
    cases = permissions.visible_cases(user).filter(import_batch=batch).count() if undoing else 0
    quiet = timezone.now() - batch.heard_at if batch.heard_at else None
    context = {
        "batch": batch,
        "still": still,
        "left": cases,
        "stalled": bool(batch.problem) or (quiet is not None and quiet > imports.QUIET),
    }
    response = render(request, "complaints/imports/progress.html", context)
    if not still and not context["stalled"]:
        # As a header and not in the page: with "still" it can be turned off.
        response["Refresh"] = f"{REFRESHED}; url={reverse('import', args=[batch.pk])}"
    return response


def _lists(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """The list chosen by `?list=`, else the first that has something in it, and how long each is. What is about cases
    that one may not see is not even counted."""
    lines = visible_lines(batch, cast(User, request.user))
    lengths = {
        name: alike(lines).count() if kind == Kind.REMARK else lines.filter(kind=kind).count()
        for name, (kind, _) in LISTS.items()
    }
    there = [name for name, length in lengths.items() if length]
    asked = request.GET.get("list", "")
    chosen = asked if asked in there else next(iter(there), "")
    items = [
        {"label": f"{LISTS[name][1]} ({lengths[name]})", "href": f"?list={name}", "active": name == chosen}
        for name in there
    ]
    return {"items": items, "list": chosen, "page": _page(request, lines, chosen)}


def _page(request: HttpRequest, lines: Any, chosen: str) -> Page[Any] | None:
    if not chosen:
        return None
    kind, _ = LISTS[chosen]
    rows = alike(lines) if kind == Kind.REMARK else lines.filter(kind=kind).select_related("case__unit")
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


@roles(*IMPORTERS)
def report(request: HttpRequest, pk: int) -> FileResponse:
    """All that is told of the rows, as a spreadsheet."""
    batch = visible_batch(request, pk)
    content = workbook(visible_lines(batch, cast(User, request.user)).iterator(chunk_size=2000))
    stem = batch.name.rpartition(".")[0] or batch.name
    return serve.attachment(BytesIO(content), f"{stem}, report.xlsx", XLSX)


# --- what is done with it ---------------------------------------------------------------------------


@roles(*IMPORTERS)
@form_only("import")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what was checked be imported; what was stopped, go on."""
    batch, user = visible_batch(request, pk), cast(User, request.user)
    try:
        begun = begin(batch, batch.map, by=user, now=timezone.now())
    except Overtaken:
        pass  # pressed twice: the page says how far it is
    except WRONG as error:
        messages.error(request, in_words(error))
    else:
        import_later(begun, user)
    return redirect("import", pk)


@roles(*IMPORTERS)
@form_only("import")
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand to the worker again what it seems to have dropped. Where it has not, no harm is done."""
    batch = visible_batch(request, pk)
    if imports.tell_again(batch=batch):
        import_later(batch, cast(User, request.user))
    return redirect("import", pk)


@roles(*IMPORTERS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back its cases: first how many go and which stay, of those one may see, then the doing."""
    batch, user = visible_batch(request, pk), cast(User, request.user)
    if batch.state not in (State.DONE, State.FAILED):
        messages.error(request, f"There is nothing to undo: it is '{batch.get_state_display().lower()}'.")
        return redirect("import", pk)
    if request.method == "POST":
        try:
            import_later(imports.begin_undo(batch=batch, by=user, now=timezone.now()), user)
        except Refused as refused:
            messages.error(request, refused.message)
        return redirect("import", pk)
    cases = permissions.visible_cases(user).filter(import_batch=batch)
    stay = worked_on(cases).order_by("reference")
    staying = stay.count()
    context = {
        "batch": batch,
        "going": cases.count() - staying,
        "staying": staying,
        "page": Paginator(stay, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "complaints/imports/undo.html", context)


@roles(*IMPORTERS)
@form_only("import")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file that nothing was imported from."""
    batch, user = visible_batch(request, pk), cast(User, request.user)
    try:
        imports.discard(batch=batch, by=user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("import", pk)
    remove_unused(batch.key)
    messages.success(request, f"{batch.name} was removed. Nothing had been imported from it.")
    return redirect("imports")
