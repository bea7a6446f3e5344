"""The page on which a tracker's columns and words are matched with what is known here."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.going_back import form_only
from accounts.guards import roles
from accounts.models import User
from complaints.actions import imports
from complaints.actions.imports import Overtaken
from complaints.forms.imports import Asked, MapFileForm, MatchForm, ValuesForm
from complaints.forms.imports import Known as KnownChoices
from complaints.importing import (
    CODED,
    FIELDS,
    HeadingError,
    Known,
    Map,
    Sheet,
    count_rows,
    other_trackers,
    propose,
    read_map,
    write_map,
)
from complaints.importing.cells import shown
from complaints.importing.correcting import Text, corrected, moved_fields, texts_of
from complaints.importing.headings import headings_at
from complaints.importing.here import StageTypes, known_here
from complaints.importing.taking import WRONG, in_words, read_mapping, sheets_of, work
from complaints.jobs import import_later
from complaints.models import ImportBatch
from complaints.papers.serve import attachment
from complaints.permissions import TEAM_ROLES
from complaints.queries.allocating import answering_roles
from complaints.queries.imports import IMPORTERS
from complaints.views.imports import visible_batch

AT_MOST = 24
"""So many texts of a field are asked on the page of all; more have a page of their own."""
PAGE_SIZE = 50
ROWS_SHOWN = 5
CHECKED_AT_ONCE = 2000
"""So many rows are checked while somebody waits; more are the worker's."""
LARGEST_MAP = 2_000_000
MATCHABLE = (ImportBatch.State.MAPPING, ImportBatch.State.CHECKED)
NOTHING = {
    "type": "No match: these rows are rejected",
    "service": "No match: kept as text",
    "team": "No match: kept as text",
    "officer": "Nobody here: the name is kept as text",
    "responder": "Nobody here: the name is kept as text",
}


@dataclass
class Matching:
    """A batch with its file open. `mapping` is None where no headings were found."""

    batch: ImportBatch
    sheets: Sequence[Sheet]
    known: Known
    mapping: Map | None
    problem: str = ""

    @classmethod
    def of(cls, batch: ImportBatch) -> "Matching":
        """Raises what is WRONG with the file. Where what was said of it fits no more, it is proposed anew."""
        sheets, known = sheets_of(batch), known_here(batch.today, batch.unit)
        problem = batch.problem
        if batch.map:
            try:
                return cls(batch, sheets, known, read_mapping(batch, sheets, known), problem)
            except WRONG as error:
                problem = (
                    f"What was matched before does not fit any more, and is proposed anew: {in_words(error)}"
                )
        try:
            return cls(batch, sheets, known, propose(sheets, known), problem)
        except HeadingError as error:
            return cls(batch, sheets, known, None, str(error))

    @cached_property
    def texts(self) -> dict[str, list[Text]]:
        return texts_of(self.sheets, self.mapping, self.known) if self.mapping else {}

    def asked(self, name: str) -> list[Asked]:
        """The texts of a field, as the form asks them."""
        return [
            Asked(name, text.text, text.rows, text.code, text.could_be) for text in self.texts.get(name, [])
        ]

    def choices(self) -> dict[str, KnownChoices]:
        """What the texts of each field may mean. People: those whose work it may be."""
        people = User.objects.active().prefetch_related("grants__unit").order_by("name")
        found = {
            name: KnownChoices(
                list(self.known.names[name].items()), NOTHING.get(name, "No match: kept as text")
            )
            for name in CODED
        }
        for name, wanted in (("officer", TEAM_ROLES), ("responder", self._answering)):
            able = [(p.email, f"{p.name}, {p.email}") for p in people if p.has_role(*wanted)]
            found[name] = KnownChoices(able, NOTHING[name])
        return found

    @property
    def _answering(self) -> set[str]:
        """The roles by which somebody may answer any of what a row may be. Whether they may answer that row is checked
        with it."""
        today = self.batch.today
        types = StageTypes(today)
        return {role for kind in self.known.kinds for role in answering_roles(types.of(kind.code, today))}

    def form(self, data: Any = None) -> MatchForm:
        mapping = self.mapping
        labels = headings_at(self._sheet, mapping.heading_row).labels if mapping else ()
        return MatchForm(
            data,
            sheets=[sheet.name for sheet in self.sheets],
            labels=labels,
            fields=FIELDS,
            columns=mapping.columns if mapping else {},
            asked=[one for name in CODED for one in self.asked(name)[:AT_MOST]],
            known=self.choices(),
            initial={
                "sheet": mapping.sheet if mapping else self.sheets[0].name,
                "heading_row": mapping.heading_row if mapping else 1,
                "day_first": "yes" if mapping is None or mapping.day_first else "no",
            },
        )

    @property
    def others(self) -> tuple[str, ...]:
        """The other sheets that look like trackers too."""
        return other_trackers(self.sheets, self._sheet.name)

    @property
    def _sheet(self) -> Sheet:
        name = self.mapping.sheet if self.mapping else self.sheets[0].name
        return next(sheet for sheet in self.sheets if sheet.name == name)

    @property
    def first_rows(self) -> list[tuple[int, list[str]]]:
        """The first rows of the sheet, those with the headings and below, each with its number."""
        first = self.mapping.heading_row if self.mapping else 1
        rows = self._sheet.rows[first - 1 : first + ROWS_SHOWN]
        width = max((len(row) for row in rows), default=0)
        return [
            (number, [shown(cell)[:80] for cell in row] + [""] * (width - len(row)))
            for number, row in enumerate(rows, first)
        ]

    def fields(self, form: MatchForm) -> list[dict[str, Any]]:
        """The fields whose texts are matched, with those asked here and how many there are."""
        found = []
        for name in CODED:
            texts = self.texts.get(name, [])
            if texts:
                unmatched = sum(not text.code for text in texts)
                found.append(
                    {
                        "name": name,
                        "label": FIELDS[name],
                        "pairs": form.pairs(name),
                        "all": len(texts),
                        "unmatched": unmatched,
                    }
                )
        return found


@roles(*IMPORTERS)
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the tracker is in its file, which column is which field, and what its words mean here."""
    batch, user = visible_batch(request, pk), cast(User, request.user)
    if batch.state not in MATCHABLE:
        return redirect("import", pk)
    try:
        matching = Matching.of(batch)
    except WRONG as error:
        return render(request, "complaints/imports/unreadable.html", {"batch": batch, "why": in_words(error)})
    form = matching.form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            answer = _matched(request, matching, form, user)
        except Overtaken as overtaken:
            messages.error(request, overtaken.message)
            answer = redirect("import", pk)
        if answer is not None:
            return answer
    return _page(request, matching, form)


def _page(
    request: HttpRequest, matching: Matching, form: MatchForm, map_form: forms.Form | None = None
) -> HttpResponse:
    context = {
        "batch": matching.batch,
        "matching": matching,
        "match_form": form,
        "fields": matching.fields(form),
        "map_form": map_form or MapFileForm(),
        # The page's title and error summary are about the form that was sent.
        "form": map_form or form,
    }
    return render(request, "complaints/imports/match.html", context)


def _matched(request: HttpRequest, matching: Matching, form: MatchForm, user: User) -> HttpResponse | None:
    """Do what was pressed; None where something is wrong, which the form says."""
    batch = matching.batch
    valid = form.is_valid()
    if "reset" in request.POST:
        return _proposed(request, matching, form, user)
    where = {name: form.cleaned_data.get(name) for name in ("sheet", "heading_row")}
    mapping = matching.mapping
    if (
        mapping is None
        or "change" in request.POST
        or tuple(where.values()) != (mapping.sheet, mapping.heading_row)
    ):
        return _proposed(request, matching, form, user, **where) if all(where.values()) else None
    if not valid:
        return None
    new = corrected(
        matching.sheets,
        matching.known,
        mapping,
        columns=form.columns_said(),
        day_first=form.cleaned_data["day_first"],
        values=form.said(),
    )
    if "check" in request.POST and new.missing:
        for name in new.missing:
            form.add_error(
                f"column-{name}", f"{FIELDS[name]}: choose its column. No row can be imported without"
            )
        return None
    batch = imports.set_map(batch=batch, map_=write_map(new), by=user, now=timezone.now())
    if moved := moved_fields(mapping, new):
        names = ", ".join(FIELDS[name] for name in moved)
        messages.info(request, f"Saved. Other columns are read now: check what is matched under {names}.")
    elif "check" in request.POST:
        return _checked(batch, count_rows(matching.sheets, new), user)
    else:
        messages.success(request, "Saved.")
    return redirect("import-match", batch.pk)


def _proposed(
    request: HttpRequest, matching: Matching, form: MatchForm, user: User, **where: Any
) -> HttpResponse | None:
    """Read the headings there, and match anew from the beginning."""
    try:
        mapping = propose(matching.sheets, matching.known, **where)
    except HeadingError as error:
        form.add_error("heading_row", str(error))
        return None
    imports.set_map(batch=matching.batch, map_=write_map(mapping), by=user, now=timezone.now())
    messages.success(request, "Matched anew, as far as it can be. Check it.")
    return redirect("import-match", matching.batch.pk)


def _checked(batch: ImportBatch, rows: int, user: User) -> HttpResponse:
    """Check every row: now, or where they are many by the worker."""
    batch = imports.begin_check(batch=batch, rows=rows)
    if rows <= CHECKED_AT_ONCE:
        work(batch.pk, by=user)
    else:
        import_later(batch, user)
    return redirect("import", batch.pk)


@roles(*IMPORTERS)
def values(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """All texts of one field, page by page."""
    batch, user = visible_batch(request, pk), cast(User, request.user)
    if field not in CODED:
        raise Http404("There is no such field.")
    if batch.state not in MATCHABLE:
        return redirect("import", pk)
    try:
        matching = Matching.of(batch)
    except WRONG as error:
        return render(request, "complaints/imports/unreadable.html", {"batch": batch, "why": in_words(error)})
    # In the order of the alphabet: a page must not change while somebody goes through it.
    asked = sorted(matching.asked(field), key=lambda one: one.text.casefold())
    page = Paginator(asked, PAGE_SIZE).get_page(request.GET.get("page"))
    data = request.POST if request.method == "POST" else None
    form = ValuesForm(data, asked=page.object_list, known=matching.choices())
    if matching.mapping and form.is_valid():
        new = corrected(matching.sheets, matching.known, matching.mapping, values=form.said())
        try:
            imports.set_map(batch=batch, map_=write_map(new), by=user, now=timezone.now())
        except Overtaken as overtaken:
            messages.error(request, overtaken.message)
        else:
            messages.success(request, "Saved.")
        return redirect(request.get_full_path())
    context = {"batch": batch, "field": FIELDS[field], "page": page, "form": form, "pairs": form.pairs(field)}
    return render(request, "complaints/imports/values.html", context)


# --- the mapping as a file --------------------------------------------------------------------------


@roles(*IMPORTERS)
def mapping_file(request: HttpRequest, pk: int) -> FileResponse:
    """How it is matched, as the file that --map takes and that serves for the next tracker."""
    batch = visible_batch(request, pk)
    stem = batch.name.rpartition(".")[0] or batch.name
    return attachment(BytesIO(batch.map.encode()), f"{stem}.yaml", "application/yaml")


@roles(*IMPORTERS)
@form_only("import-match")
def use_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Match the tracker as a file says."""
    batch, user = visible_batch(request, pk), cast(User, request.user)
    if batch.state not in MATCHABLE:
        return redirect("import", pk)
    form = MapFileForm(request.POST, request.FILES)
    try:
        matching = Matching.of(batch)
        if form.is_valid() and (text := _text_of(form)) is not None:
            mapping = read_map(text, form.cleaned_data["map_file"].name, matching.sheets, matching.known)
            imports.set_map(batch=batch, map_=write_map(mapping), by=user, now=timezone.now())
            messages.success(request, "Matched as the file says; what it leaves out is proposed. Check it.")
            return redirect("import-match", pk)
    except WRONG as error:
        form.add_error("map_file", in_words(error))
        matching = Matching.of(batch)
    return _page(request, matching, matching.form(), form)


def _text_of(form: forms.Form) -> str | None:
    """The text of the mapping file; None where it is none, which the form says."""
    file = form.cleaned_data["map_file"]
    if file.size > LARGEST_MAP:
        form.add_error(
            "map_file", "The mapping file is bigger than 2 MB, which no mapping is. Choose another"
        )
        return None
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        form.add_error(
            "map_file", "The mapping file is not text in UTF-8. Save it as that, or choose another"
        )
        return None
