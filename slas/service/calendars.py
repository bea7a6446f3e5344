"""Bank holidays, closure days and school holidays: rows in, `WorkingCalendar` out.

Every change draws a new revision in the same transaction. A process keeps the calendars it has built by
revision, so it sees a change at its next request and rebuilds nothing otherwise.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from importlib.metadata import version
from typing import Any, NamedTuple

import holidays as holidays_package
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from audit.service import Actor, record
from slas.core.calendar import FIRST_DAY, LAST_DAY, NamedPeriod, Receipt, WorkingCalendar, london_date
from slas.core.wording import long_date
from slas.models import Calendar, ClosureDay, Holiday, HolidayList, Nation, SchoolHoliday, new_revision

SUBDIVISIONS = {Nation.ENGLAND_AND_WALES: "ENG", Nation.SCOTLAND: "SCT", Nation.NORTHERN_IRELAND: "NIR"}
YEARS_AHEAD = 2
"""Bank holidays are published about so many years ahead; what the package works out beyond is a guess."""


class CalendarError(ValueError):
    """A change to a calendar that cannot be made; the message says why in plain words."""


class CalendarUse(NamedTuple):
    """A calendar and how an SLA counts by it: without closure days where `statutory`; `receipt` overrides its own."""

    calendar_id: int
    statutory: bool
    receipt: Receipt | None = None


def working_calendar(calendar_id: int, *, statutory: bool, receipt: Receipt | None = None) -> WorkingCalendar:
    """The calendar as it stands now, without closure days where `statutory`; `receipt` overrides its own.

    One query when this process has built it before. Raises Calendar.DoesNotExist.
    """
    use = CalendarUse(calendar_id, statutory, receipt)
    return working_calendars([use])[use]


def working_calendars(uses: Iterable[CalendarUse]) -> dict[CalendarUse, WorkingCalendar]:
    """The calendars as they stand now, in one query when this process has built them before.

    Raises Calendar.DoesNotExist.
    """
    wanted = set(uses)
    found = _revised().in_bulk({use.calendar_id for use in wanted})
    built = {}
    for use in wanted:
        row = found.get(use.calendar_id)
        if row is None:
            raise Calendar.DoesNotExist(f"no calendar has the id {use.calendar_id}")
        built[use] = _as_it_stands(row, use.statutory, use.receipt)
    return built


def own_calendar() -> WorkingCalendar | None:
    """The calendar of the council's own policy as it stands now; None before it has one. One query."""
    row = _revised().filter(policies__is_own=True).first()
    return _as_it_stands(row, statutory=False) if row else None


def _revised() -> QuerySet[Any]:
    """Calendars, each with the revision of its bank holidays as `holiday_revision`."""
    revision = HolidayList.objects.filter(nation=OuterRef("nation")).values("revision")
    return Calendar.objects.annotate(holiday_revision=Subquery(revision))


def _as_it_stands(row: Any, statutory: bool, receipt: Receipt | None = None) -> WorkingCalendar:
    own = receipt or Receipt(row.receipt)
    return _built(row.pk, row.revision, row.holiday_revision or 0, statutory, own)


def affected_calendars(*, nation: str | None = None, calendar: Calendar | None = None) -> list[int]:
    """The ids of the calendars that a change to the bank holidays of `nation`, or to `calendar` itself, touches.

    Stages whose `sla_version.sla.policy.calendar_id` is one of them are to be worked out again. A calendar that works
    bank holidays is not touched by them.
    """
    touched = set() if calendar is None else {calendar.pk}
    if nation is not None:
        touched |= set(
            Calendar.objects.filter(nation=nation, works_bank_holidays=False).values_list("pk", flat=True)
        )
    return sorted(touched)


@lru_cache(maxsize=64)
def _built(
    calendar_id: int, revision: int, holiday_revision: int, statutory: bool, receipt: Receipt
) -> WorkingCalendar:
    row = Calendar.objects.get(pk=calendar_id)
    known = None if row.works_bank_holidays else HolidayList.objects.filter(nation=row.nation).first()
    closures = dict(ClosureDay.objects.filter(calendar=row).values_list("day", "name"))
    return WorkingCalendar(
        name=row.name,
        bank_holidays=dict(known.holidays.values_list("day", "name")) if known else {},
        closures={} if statutory else closures,
        counted_closures=closures if statutory else {},
        works_bank_holidays=row.works_bank_holidays,
        known_from=known.known_from if known else None,
        known_to=known.known_to if known else None,
        receipt=receipt,
        cut_off=row.cut_off if receipt is Receipt.DEEMED else None,
        school_holidays=tuple(
            NamedPeriod(h.first, h.last, h.name) for h in SchoolHoliday.objects.filter(calendar=row)
        ),
    )


def load_bank_holidays(
    *, by: Actor | None, now: datetime, until: int | None = None
) -> dict[str, tuple[int, int]]:
    """Bring all three nations' bank holidays up to the installed `holidays` package, to the end of year `until`.

    Proclaimed days stay. Returns, by nation, how many days were added and removed. The list is never
    shortened: what is known stays known.
    """
    last = date(until or now.year + YEARS_AHEAD, 12, 31)
    return {nation: _load_nation(nation, last, by, now) for nation in Nation.values}


@transaction.atomic
def _load_nation(nation: str, last: date, by: Actor | None, now: datetime) -> tuple[int, int]:
    source = f"Python package holidays {version('holidays')}, United Kingdom, {SUBDIVISIONS[Nation(nation)]}"
    listed, new = HolidayList.objects.select_for_update().get_or_create(
        nation=nation,
        defaults={"source": source, "known_from": FIRST_DAY, "known_to": last, "changed_at": now},
    )
    last = max(last, listed.known_to)
    wanted = _from_package(nation, last)
    kept = {h.day: h for h in listed.holidays.all()}
    gone = [h.pk for day, h in kept.items() if day not in wanted and h.proclaimed_on is None]
    added = [
        Holiday(list=listed, day=day, name=name, source=source)
        for day, name in wanted.items()
        if day not in kept
    ]
    if not (new or gone or added or last > listed.known_to):
        return 0, 0
    Holiday.objects.filter(pk__in=gone).delete()
    Holiday.objects.bulk_create(added)
    listed.source, listed.known_to = source, last
    _changed(listed, now)
    record(
        stream=f"bank-holidays:{nation}",
        verb="bank-holidays-loaded",
        by=by,
        sentence=f"Bank holidays loaded up to {long_date(last)}: {len(added)} added, {len(gone)} removed.",
        now=now,
        details={"source": source, "known_to": last.isoformat()},
    )
    return len(added), len(gone)


# The package's names, where GOV.UK publishes others.
PUBLISHED_NAMES = {
    "May Day": "Early May bank holiday",
    "Spring Bank Holiday": "Spring bank holiday",
    "Late Summer Bank Holiday": "Summer bank holiday",
    "Summer Bank Holiday": "Summer bank holiday",
}


def _as_published(name: str) -> str:
    plain = name.removesuffix(" (observed)")
    return PUBLISHED_NAMES.get(plain, plain) + (", substitute day" if plain != name else "")


def _from_package(nation: str, last: date) -> dict[date, str]:
    years = range(FIRST_DAY.year, last.year + 1)
    found = holidays_package.country_holidays("GB", subdiv=SUBDIVISIONS[Nation(nation)], years=years)
    return {day: _as_published(name) for day, name in found.items() if FIRST_DAY <= day <= last}


def _changed(listed: HolidayList, now: datetime) -> None:
    listed.revision = new_revision()
    listed.changed_at = now
    listed.save()


@transaction.atomic
def proclaim_holiday(
    *, nation: str, day: date, name: str, source: str, proclaimed_on: date, by: Actor | None, now: datetime
) -> Holiday:
    """Add a bank holiday announced after the list was loaded. CalendarError when that day is one already."""
    listed = HolidayList.objects.select_for_update().filter(nation=nation).first()
    if listed is None:
        raise CalendarError("Load the bank holidays of this nation first.")
    if existing := listed.holidays.filter(day=day).first():
        raise CalendarError(f"{long_date(day)} is a bank holiday already: {existing.name}.")
    _check_day(day)
    if proclaimed_on > london_date(now):
        raise CalendarError("Proclaimed on: that day is still to come.")
    holiday = Holiday.objects.create(
        list=listed, day=day, name=name, source=source, proclaimed_on=proclaimed_on
    )
    _changed(listed, now)
    _record_day(
        f"bank-holidays:{nation}", "bank-holiday-proclaimed", f"Bank holiday added: {name}", day, by, now
    )
    return holiday


@transaction.atomic
def withdraw_holiday(holiday: Holiday, *, by: Actor | None, now: datetime) -> None:
    """Take back a proclaimed bank holiday. CalendarError for one that came with the list, or is gone already."""
    listed = HolidayList.objects.select_for_update().get(pk=holiday.list_id)
    if listed.holidays.filter(pk=holiday.pk, proclaimed_on__isnull=True).exists():
        raise CalendarError("This bank holiday came with the published list, so it cannot be removed here.")
    _delete(listed.holidays.filter(pk=holiday.pk))
    _changed(listed, now)
    sentence = f"Bank holiday removed: {holiday.name}"
    _record_day(f"bank-holidays:{listed.nation}", "bank-holiday-withdrawn", sentence, holiday.day, by, now)


@transaction.atomic
def change_calendar(
    *,
    calendar: Calendar,
    works_bank_holidays: bool,
    receipt: Receipt,
    cut_off: time | None,
    by: Actor | None,
    now: datetime,
) -> bool:
    """Change how a calendar counts. Returns whether anything changed; CalendarError for a cut-off time
    without deemed receipt."""
    if cut_off and receipt is not Receipt.DEEMED:
        raise CalendarError("A cut-off time goes only with deemed receipt.")
    row = Calendar.objects.select_for_update().get(pk=calendar.pk)
    if (row.works_bank_holidays, row.receipt, row.cut_off) == (works_bank_holidays, receipt, cut_off):
        return False
    row.works_bank_holidays, row.receipt, row.cut_off = works_bank_holidays, receipt, cut_off
    row.revision = new_revision()
    row.save()
    counted = "count as working days" if works_bank_holidays else "are not counted"
    until = f", cut-off at {cut_off:%H:%M}" if cut_off else ""
    record(
        stream=f"calendar:{row.code}",
        verb="calendar-changed",
        by=by,
        sentence=f"{row.name}: bank holidays {counted}; receipt is {receipt}{until}.",
        now=now,
    )
    return True


@transaction.atomic
def add_closure(*, calendar: Calendar, day: date, name: str, by: Actor | None, now: datetime) -> ClosureDay:
    """Close the council for a day. CalendarError when it is closed that day already."""
    _check_day(day)
    Calendar.objects.select_for_update().get(pk=calendar.pk)
    if calendar.closures.filter(day=day).exists():
        raise CalendarError(f"{long_date(day)} is a closure day already.")
    if off := working_calendar(calendar.pk, statutory=True).why_off(day):
        raise CalendarError(f"{long_date(day)} is not worked anyway: it is a {off.name or off.why}.")
    closure = ClosureDay.objects.create(calendar=calendar, day=day, name=name)
    _revise(calendar)
    _record_day(f"calendar:{calendar.code}", "closure-added", f"Closure day added: {name}", day, by, now)
    return closure


@transaction.atomic
def remove_closure(closure: ClosureDay, *, by: Actor | None, now: datetime) -> None:
    """Open the council again on a closure day. CalendarError when somebody did already."""
    _delete(ClosureDay.objects.filter(pk=closure.pk))
    _revise(closure.calendar)
    sentence = f"Closure day removed: {closure.name}"
    _record_day(f"calendar:{closure.calendar.code}", "closure-removed", sentence, closure.day, by, now)


@transaction.atomic
def add_school_holiday(
    *, calendar: Calendar, first: date, last: date, name: str, by: Actor | None, now: datetime
) -> SchoolHoliday:
    """Record a school holiday, both days included. CalendarError when it overlaps another."""
    _check_day(first)
    _check_day(last)
    if last < first:
        raise CalendarError("The school holiday must end on or after the day it begins.")
    Calendar.objects.select_for_update().get(pk=calendar.pk)
    if other := calendar.school_holidays.filter(first__lte=last, last__gte=first).first():
        raise CalendarError(f"These days overlap the school holiday '{other.name}'.")
    holiday = SchoolHoliday.objects.create(calendar=calendar, first=first, last=last, name=name)
    _revise(calendar)
    sentence = f"School holiday added: {name}, to {long_date(last)}, from"
    _record_day(f"calendar:{calendar.code}", "school-holiday-added", sentence, first, by, now)
    return holiday


@transaction.atomic
def remove_school_holiday(holiday: SchoolHoliday, *, by: Actor | None, now: datetime) -> None:
    """Take back a school holiday. CalendarError when somebody did already."""
    _delete(SchoolHoliday.objects.filter(pk=holiday.pk))
    _revise(holiday.calendar)
    sentence = f"School holiday removed: {holiday.name}"
    _record_day(
        f"calendar:{holiday.calendar.code}", "school-holiday-removed", sentence, holiday.first, by, now
    )


def _check_day(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise CalendarError(f"Dates are kept from {FIRST_DAY.year} to {LAST_DAY.year}.")


def _delete(rows: QuerySet[Any]) -> None:
    if not rows.delete()[0]:
        raise CalendarError("Somebody has removed this already.")


def _revise(calendar: Calendar) -> None:
    Calendar.objects.filter(pk=calendar.pk).update(revision=new_revision())


def _record_day(stream: str, verb: str, what: str, day: date, by: Actor | None, now: datetime) -> None:
    record(
        stream=stream,
        verb=verb,
        by=by,
        sentence=f"{what} on {long_date(day)}." if not what.endswith("from") else f"{what} {long_date(day)}.",
        now=now,
        details={"day": day.isoformat()},
    )
