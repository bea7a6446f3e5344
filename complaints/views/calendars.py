"""The days that are not worked: anybody may read them, administrators change them."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.going_back import form_only
from accounts.guards import roles, signed_in
from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.actions import calendars as actions
from complaints.actions.calendars import Effect
from complaints.forms.calendars import CalendarForm, ClosureForm, ProclaimForm, SchoolHolidayForm
from complaints.jobs import recount_later
from complaints.queries.moved import latest_event, moved_since
from slas import service
from slas.core.calendar import FIRST_DAY, LAST_DAY
from slas.core.wording import long_date
from slas.models import Calendar, ClosureDay, Holiday, HolidayList, Nation, SchoolHoliday
from slas.service import CalendarError


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Every calendar, and how far the bank holidays of each nation are known."""
    calendars = Calendar.objects.prefetch_related("policies").order_by("name")
    context = {"calendars": calendars, "lists": HolidayList.objects.order_by("nation")}
    return render(request, "complaints/calendars/index.html", context)


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One calendar: how it counts, its closure days and school holidays."""
    return _calendar(request, get_object_or_404(Calendar, code=code))


def _calendar(
    request: HttpRequest,
    calendar: Calendar,
    closure_form: ClosureForm | None = None,
    school_form: SchoolHolidayForm | None = None,
) -> HttpResponse:
    context = {
        "calendar": calendar,
        "closures": calendar.closures.order_by("-day"),
        "school_holidays": calendar.school_holidays.order_by("-first"),
        "policies": calendar.policies.all(),
        "may_change": _may_change(request),
        "closure_form": closure_form or ClosureForm(prefix="closure"),
        "school_form": school_form or SchoolHolidayForm(prefix="school"),
        # The page's title and error summary are about the form that was sent.
        "form": closure_form or school_form,
    }
    return render(request, "complaints/calendars/show.html", context)


def _may_change(request: HttpRequest) -> bool:
    return cast(User, request.user).has_role(Role.ADMINISTRATOR)


@roles(Role.ADMINISTRATOR)
@form_only("calendar")
def add_closure(request: HttpRequest, code: str) -> HttpResponse:
    """Close the council for a day."""
    calendar = get_object_or_404(Calendar, code=code)
    form = ClosureForm(request.POST, prefix="closure")
    if form.is_valid():
        try:
            moved = _changed(
                request, lambda **by: actions.add_closure(calendar=calendar, **form.cleaned_data, **by)
            )
        except CalendarError as error:
            form.add_error("day", str(error))
        else:
            day = long_date(form.cleaned_data["day"])
            said = "It is not counted, except by statutory deadlines: the law knows no closure days."
            messages.success(request, f"{day} is now a closure day. {said} {moved}")
            return redirect("calendar", code=code)
    return _calendar(request, calendar, closure_form=form)


@roles(Role.ADMINISTRATOR)
@form_only("calendar", leave_out=("pk",))
def remove_closure(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Open the council again on a closure day."""
    closure = ClosureDay.objects.select_related("calendar").filter(pk=pk, calendar__code=code).first()
    return _removed(
        request,
        actions.remove_closure,
        closure,
        "That day is no longer a closure day.",
        "calendar",
        code,
    )


@roles(Role.ADMINISTRATOR)
@form_only("calendar")
def add_school_holiday(request: HttpRequest, code: str) -> HttpResponse:
    """Record a school holiday. It changes no date by itself."""
    calendar = get_object_or_404(Calendar, code=code)
    form = SchoolHolidayForm(request.POST, prefix="school")
    if form.is_valid():
        try:
            service.add_school_holiday(
                calendar=calendar, **form.cleaned_data, by=cast(User, request.user), now=timezone.now()
            )
        except CalendarError as error:
            form.add_error("first", str(error))
        else:
            messages.success(request, f"School holiday added: {form.cleaned_data['name']}.")
            return redirect("calendar", code=code)
    return _calendar(request, calendar, school_form=form)


@roles(Role.ADMINISTRATOR)
@form_only("calendar", leave_out=("pk",))
def remove_school_holiday(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take back a school holiday."""
    holiday = SchoolHoliday.objects.select_related("calendar").filter(pk=pk, calendar__code=code).first()
    return _removed(
        request,
        _remove_school_holiday,
        holiday,
        "School holiday removed.",
        "calendar",
        code,
    )


def _remove_school_holiday(row: SchoolHoliday, *, by: User, now: datetime, later: object) -> None:
    """It changes no date by itself, so there is nothing to hand on."""
    service.remove_school_holiday(row, by=by, now=now)


def _removed(
    request: HttpRequest,
    remove: Callable[..., Effect | None],
    row: Model | None,
    done: str,
    page: str,
    argument: str,
) -> HttpResponse:
    """Remove `row` and say so, with what it did to open cases where it could; somebody may have been quicker, and that
    is said too."""
    try:
        if row is None:
            raise CalendarError("Somebody has removed this already.")
        moved = _changed(request, lambda **by: remove(row, **by))
    except CalendarError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{done} {moved}".strip())
    return redirect(page, argument)


def _changed(request: HttpRequest, change: Callable[..., Effect | None]) -> str:
    """Make a change, told who makes it and when, and that more cases than a page can wait for go to the worker. What it
    did to open cases, in words; '' where it changed nothing. Raises CalendarError."""
    user, before = cast(User, request.user), latest_event()
    effect = change(by=user, now=timezone.now(), later=recount_later)
    return _moved(effect, user, before) if effect else ""


def _moved(effect: Effect, user: User, before: int) -> str:
    """What a change made after event `before` did to open cases, in words. Cases that `user` may not see are not even
    counted; an administrator may see none."""
    if effect.moved is None:
        return "Open cases are being worked out anew: each says so when a date of it has moved."
    if not permissions.visible_cases(user).exists():
        return "Each open case says so when a date of it has moved."
    moved = moved_since(before, user).count()
    if moved == 0:
        return "No open case that you may see has a date that moves."
    if moved == 1:
        return "1 open case that you may see has a date that moved, and says so."
    return f"{moved:,} open cases that you may see have a date that moved, and say so."


@roles(Role.ADMINISTRATOR)
def change(request: HttpRequest, code: str) -> HttpResponse:
    """How a calendar counts: bank holidays, the day of receipt, the cut-off time."""
    calendar = get_object_or_404(Calendar, code=code)
    form = CalendarForm(request.POST if request.method == "POST" else None, initial=CalendarForm.of(calendar))
    if request.method == "POST" and form.is_valid():
        try:
            moved = _changed(
                request, lambda **by: actions.change_calendar(calendar=calendar, **form.cleaned_data, **by)
            )
        except CalendarError as error:
            form.add_error("cut_off", str(error))
        else:
            if moved:
                said = "Changed. Every date shown from now on counts this way."
                messages.success(request, f"{said} {moved}")
            return redirect("calendar", code=code)
    return render(request, "complaints/calendars/change.html", {"calendar": calendar, "form": form})


@signed_in
def bank_holidays(request: HttpRequest, nation: str) -> HttpResponse:
    """A nation's bank holidays, one year at a time (`?year=2026`)."""
    return _bank_holidays(request, nation)


def _bank_holidays(request: HttpRequest, nation: str, form: ProclaimForm | None = None) -> HttpResponse:
    if nation not in Nation.values:
        raise Http404("There is no list of bank holidays of that nation.")
    listed = get_object_or_404(HolidayList, nation=nation)
    year = _year(request)
    last = (
        listed.holidays.order_by("-day").values_list("day__year", flat=True).first() or listed.known_to.year
    )
    context = {
        "list": listed,
        "year": year,
        "years": range(
            max(listed.known_from.year, year - 2), min(max(last, listed.known_to.year), year + 2) + 1
        ),
        "holidays": listed.holidays.filter(day__year=year),
        "may_change": _may_change(request),
        "proclaim_form": form or ProclaimForm(),
        "form": form,
    }
    return render(request, "complaints/calendars/bank_holidays.html", context)


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    if not text:
        return timezone.localdate().year
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise BadRequest("A year has four digits, like 2026.")
    return min(max(int(text), FIRST_DAY.year), LAST_DAY.year)


@roles(Role.ADMINISTRATOR)
@form_only("bank-holidays")
def proclaim(request: HttpRequest, nation: str) -> HttpResponse:
    """Add a bank holiday announced after the list was loaded."""
    form = ProclaimForm(request.POST)
    if form.is_valid():
        try:
            moved = _changed(request, lambda **by: actions.proclaim(nation=nation, **form.cleaned_data, **by))
        except CalendarError as error:
            form.add_error("day", str(error))
        else:
            day, name = form.cleaned_data["day"], form.cleaned_data["name"]
            messages.success(request, f"{long_date(day)} is now a bank holiday: {name}. {moved}")
            return redirect(f"{reverse('bank-holidays', args=[nation])}?year={day.year}")
    return _bank_holidays(request, nation, form)


@roles(Role.ADMINISTRATOR)
@form_only("bank-holidays", leave_out=("pk",))
def withdraw(request: HttpRequest, nation: str, pk: int) -> HttpResponse:
    """Take back a proclaimed bank holiday."""
    holiday = Holiday.objects.select_related("list").filter(pk=pk, list__nation=nation).first()
    return _removed(
        request,
        actions.withdraw,
        holiday,
        "That day is no longer a bank holiday.",
        "bank-holidays",
        nation,
    )
