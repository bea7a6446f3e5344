"""The days a council works: its nation's bank holidays, its own closure days, school holidays, and who changed them."""

from datetime import date, time, timedelta

import pytest

from audit.models import Event
from audit.service import history, verify
from slas.core.calendar import Receipt
from slas.models import Calendar, Holiday, HolidayList, SchoolHoliday
from slas.service import (
    CalendarError,
    add_closure,
    add_school_holiday,
    affected_calendars,
    change_calendar,
    load_bank_holidays,
    proclaim_holiday,
    remove_closure,
    remove_school_holiday,
    withdraw_holiday,
    working_calendar,
)
from tests.factories import NOW, make_user
from tests.slas.conftest import rows

pytestmark = pytest.mark.usefixtures("packs")

DAY = timedelta(days=1)
A_WEDNESDAY = date(2026, 5, 20)
ENGLAND = "england-and-wales"


def calendar_of(policy):
    return Calendar.objects.get(code=policy)


def works(policy, day, *, statutory=False):
    return working_calendar(calendar_of(policy).pk, statutory=statutory).is_working(day)


def proclaim(day=A_WEDNESDAY, nation=ENGLAND, by=None, name="Day of mourning"):
    return proclaim_holiday(
        nation=nation, day=day, name=name, source="Proclamation", proclaimed_on=day - 5 * DAY, by=by, now=NOW
    )


def close(policy="surrey-cfllc", day=A_WEDNESDAY, by=None):
    return add_closure(calendar=calendar_of(policy), day=day, name="Polling day", by=by, now=NOW)


def change(policy, *, works_bank_holidays=False, receipt=Receipt.STRICT, cut_off=None, by=None):
    return change_calendar(
        calendar=calendar_of(policy),
        works_bank_holidays=works_bank_holidays,
        receipt=receipt,
        cut_off=cut_off,
        by=by,
        now=NOW,
    )


def last_event(stream):
    return history(stream).last()


# --- bank holidays ----------------------------------------------------------------------------------


def test_a_proclaimed_bank_holiday_is_not_worked_from_that_moment():
    assert works("surrey-cfllc", A_WEDNESDAY)
    proclaim()
    assert not works("surrey-cfllc", A_WEDNESDAY)
    assert not works("warwickshire", A_WEDNESDAY)
    assert not works("children-act-2006", A_WEDNESDAY, statutory=True)


def test_where_bank_holidays_are_worked_a_proclaimed_one_is_too():
    """Solihull's policy says only 'Monday to Friday'."""
    proclaim()
    assert works("solihull-corporate", A_WEDNESDAY)
    assert works("solihull-corporate", date(2026, 12, 25))
    assert not works("solihull-corporate", date(2026, 12, 26))  # a Saturday


def test_solihulls_pack_says_aloud_that_it_works_bank_holidays():
    note = calendar_of("solihull-corporate").note
    assert "Monday to Friday" in note
    assert "bank holidays" in note


def test_an_administrator_may_turn_that_off():
    assert works("solihull-corporate", date(2026, 12, 25))  # remembered by this process
    amira = make_user("Amira Khan")
    assert change("solihull-corporate", works_bank_holidays=False, by=amira)
    assert not works("solihull-corporate", date(2026, 12, 25))
    event = last_event("calendar:solihull-corporate")
    assert (event.actor_name, event.at) == ("Amira Khan", NOW)
    assert "bank holidays are not counted" in event.sentence


def test_changing_nothing_writes_nothing():
    before = rows()
    assert not change("surrey-cfllc")
    assert rows() == before


def test_a_cut_off_time_goes_only_with_deemed_receipt():
    before = rows()
    with pytest.raises(CalendarError, match="deemed"):
        change("surrey-cfllc", cut_off=time(17))
    assert rows() == before


def test_deemed_receipt_and_its_cut_off_are_seen_at_once(milestones):
    def due(received):
        return milestones("stage-1-childrens", received=received)["respond"]["due_on"]

    evening, saturday = "2026-06-15T18:00", "2026-06-13"
    assert (due(evening), due(saturday)) == ("2026-06-29", "2026-06-26")
    change("surrey-cfllc", receipt=Receipt.DEEMED)
    assert (due(evening), due(saturday)) == ("2026-06-29", "2026-06-29")
    change("surrey-cfllc", receipt=Receipt.DEEMED, cut_off=time(17))
    assert (due(evening), due(saturday)) == ("2026-06-30", "2026-06-29")
    change("surrey-cfllc")
    assert (due(evening), due(saturday)) == ("2026-06-29", "2026-06-26")


def test_another_nations_bank_holiday_is_worked_here():
    proclaim(nation="scotland")
    assert works("surrey-cfllc", A_WEDNESDAY)
    scottish = Calendar.objects.create(code="scottish", name="Scottish", nation="scotland")
    assert not working_calendar(scottish.pk, statutory=False).is_working(A_WEDNESDAY)


def test_a_proclaimed_day_may_be_withdrawn():
    day = proclaim()
    withdraw_holiday(day, by=None, now=NOW)
    assert works("surrey-cfllc", A_WEDNESDAY)
    assert not Holiday.objects.filter(pk=day.pk).exists()


def test_a_day_of_the_published_list_is_not_withdrawn():
    christmas = Holiday.objects.get(list__nation=ENGLAND, day=date(2026, 12, 25))
    before = rows()
    with pytest.raises(CalendarError, match="published list"):
        withdraw_holiday(christmas, by=None, now=NOW)
    assert rows() == before


def test_a_day_is_proclaimed_once():
    proclaim()
    before = rows()
    for day, already in ((A_WEDNESDAY, "Day of mourning"), (date(2026, 12, 25), "Christmas")):
        with pytest.raises(CalendarError, match=already):
            proclaim(day)
    assert rows() == before


def test_a_day_out_of_range_is_not_proclaimed():
    with pytest.raises(CalendarError, match="1990"):
        proclaim(date(2090, 5, 20))


def test_no_day_is_proclaimed_before_there_is_a_list():
    Holiday.objects.all().delete()
    HolidayList.objects.all().delete()
    with pytest.raises(CalendarError, match="first"):
        proclaim()


def test_the_list_says_where_it_is_from_and_which_days_it_covers():
    for listed in HolidayList.objects.all():
        assert "holidays" in listed.source
        assert (listed.known_from, listed.known_to) == (date(1990, 1, 1), date(2028, 12, 31))
    sources = set(HolidayList.objects.values_list("source", flat=True))
    assert len(sources) == 3  # each names its nation
    day = proclaim()
    assert (day.source, day.proclaimed_on) == ("Proclamation", A_WEDNESDAY - 5 * DAY)
    assert Holiday.objects.get(list__nation=ENGLAND, day=date(2026, 12, 25)).proclaimed_on is None


def test_loading_the_list_again_keeps_what_was_proclaimed():
    proclaim()
    assert load_bank_holidays(by=None, now=NOW)[ENGLAND] == (0, 0)
    assert not works("surrey-cfllc", A_WEDNESDAY)


def test_loading_the_same_list_again_writes_nothing():
    before = rows()
    assert set(load_bank_holidays(by=None, now=NOW).values()) == {(0, 0)}
    assert rows() == before


def test_what_is_known_stays_known():
    load_bank_holidays(by=None, now=NOW, until=2031)
    known = Holiday.objects.count()
    load_bank_holidays(by=None, now=NOW, until=2027)
    load_bank_holidays(by=None, now=NOW)
    assert set(HolidayList.objects.values_list("known_to", flat=True)) == {date(2031, 12, 31)}
    assert Holiday.objects.count() == known


def test_loading_further_ahead_is_seen_at_once(milestones):
    """Christmas 2029 is beyond the list that reaches to the end of 2028."""
    before = milestones("stage-1-childrens", received="2029-12-17")["respond"]
    load_bank_holidays(by=None, now=NOW, until=2030)
    after = milestones("stage-1-childrens", received="2029-12-17")["respond"]
    assert (before["due_on"], after["due_on"]) == ("2029-12-31", "2030-01-03")
    assert any("known only" in line for line in before["explanation"])
    assert not any("known only" in line for line in after["explanation"])


def test_a_day_that_is_missing_or_too_many_is_put_right_by_loading():
    listed = HolidayList.objects.get(nation=ENGLAND)
    listed.holidays.filter(day=date(2026, 12, 25)).delete()
    listed.holidays.create(day=A_WEDNESDAY, name="A mistake", source="An old list")
    assert load_bank_holidays(by=None, now=NOW)[ENGLAND] == (1, 1)
    assert works("surrey-cfllc", A_WEDNESDAY)
    assert not works("surrey-cfllc", date(2026, 12, 25))


# --- closure days -----------------------------------------------------------------------------------


def test_a_closure_day_is_not_worked_by_that_council():
    closure = close()
    assert not works("surrey-cfllc", A_WEDNESDAY)
    assert works("warwickshire", A_WEDNESDAY)
    remove_closure(closure, by=None, now=NOW)
    assert works("surrey-cfllc", A_WEDNESDAY)


def test_a_statutory_sla_never_skips_a_closure_day(milestones):
    """SI 2006/1738 reg. 2 knows only weekends and public holidays."""
    received = {"received": "2026-05-12"}
    before = [milestones(sla, **received)["respond"] for sla in ("stage-1-childrens", "stage-1-sen")]
    assert [m["due_on"] for m in before] == ["2026-05-27", "2026-05-27"]
    close()
    childrens, sen = (milestones(sla, **received)["respond"] for sla in ("stage-1-childrens", "stage-1-sen"))
    assert {**childrens, "explanation": []} == {**before[0], "explanation": []}
    assert any(
        "Closure days count here" in line and "Polling day" in line for line in childrens["explanation"]
    )
    assert sen["due_on"] == "2026-05-28"
    assert any("Polling day" in line for line in sen["explanation"])


STATUTORY = [
    ("surrey-cfllc", "stage-2-statutory", "statement-agreed", 25),
    ("surrey-cfllc", "stage-3", "panel-letter", 15),
    ("warwickshire", "childrens-stage-1", "received", 10),
    ("warwickshire", "childrens-stage-2", "statement-agreed", 25),
    ("warwickshire", "childrens-stage-3", "panel-letter", 15),
]


@pytest.mark.parametrize(("pack", "sla", "event", "days"), STATUTORY)
def test_no_statutory_childrens_sla_of_any_council_does(milestones, pack, sla, event, days):
    told = (f"--policy={pack}", f"--event={event}=2026-06-01")
    before = milestones(sla, *told)["respond"]["due_on"]
    for n in range(1, 50):
        day = date(2026, 6, 1) + n * DAY
        if day.weekday() < 5:
            close(pack, day)
    assert milestones(sla, *told)["respond"]["due_on"] == before


def test_working_days_left_of_a_statutory_sla_count_closure_days_too(milestones):
    close()
    told = {"received": "2026-05-12"}
    childrens = milestones("stage-1-childrens", "--today=2026-05-19", **told)["respond"]
    assert childrens["working_days_left"] == 5  # 20, 21, 22, 26, 27 May


def test_a_council_is_closed_once_a_day():
    close()
    before = rows()
    with pytest.raises(CalendarError, match="closure day already"):
        close()
    assert rows() == before


def test_a_closure_day_is_within_range():
    with pytest.raises(CalendarError, match="1990"):
        close(day=date(1989, 5, 17))


# --- school holidays --------------------------------------------------------------------------------


def summer(first=date(2026, 7, 22), last=date(2026, 8, 31), name="Summer"):
    return add_school_holiday(
        calendar=calendar_of("surrey-cfllc"), first=first, last=last, name=name, by=None, now=NOW
    )


@pytest.mark.parametrize(
    ("received", "inside"),
    [("2026-07-21", False), ("2026-07-22", True), ("2026-08-31", True), ("2026-09-01", False)],
)
def test_a_school_holiday_moves_no_date_but_lets_one_be_given_to_ofsted(milestones, received, inside):
    """S5: may be extended where the notification came in school holidays; first and last day are in them."""
    before = milestones("ofsted", received=received)["respond"]
    given = milestones("ofsted", "--given=respond=2026-09-30", received=received)["respond"]
    summer()
    after = milestones("ofsted", received=received)["respond"]
    assert after["due_on"] == before["due_on"]
    said = " ".join(
        milestones("ofsted", "--given=respond=2026-09-30", received=received)["respond"]["explanation"]
    )
    assert ("Summer" in said) is inside
    assert ("none recorded" in said) is not inside
    assert "none recorded" in " ".join(given["explanation"])


def test_a_school_holiday_ends_after_it_begins_and_overlaps_no_other():
    summer()
    before = rows()
    with pytest.raises(CalendarError, match="on or after"):
        summer(date(2026, 12, 21), date(2026, 12, 20))
    for first, last in (
        (date(2026, 8, 31), date(2026, 9, 4)),
        (date(2026, 7, 1), date(2026, 7, 22)),
        (date(2026, 8, 1), date(2026, 8, 2)),
        (date(2026, 7, 1), date(2026, 9, 30)),
    ):
        with pytest.raises(CalendarError, match="Summer"):
            summer(first, last, "Another")
    assert rows() == before
    summer(date(2026, 9, 1), date(2026, 9, 1), "Training day")


def test_a_school_holiday_may_be_removed(milestones):
    holiday = summer()
    remove_school_holiday(holiday, by=None, now=NOW)
    assert not SchoolHoliday.objects.exists()
    said = milestones("ofsted", "--given=respond=2026-09-30", received="2026-08-03")["respond"]["explanation"]
    assert any("none recorded" in line for line in said)


def test_a_school_holiday_ends_within_range_too():
    with pytest.raises(CalendarError, match="1990"):
        summer(date(2089, 7, 22), date(2090, 8, 31))


# --- on record, and seen by everybody ---------------------------------------------------------------


CHANGES = {
    "proclaiming": (lambda by: proclaim(by=by), f"bank-holidays:{ENGLAND}", "Day of mourning"),
    "closing": (lambda by: close(by=by), "calendar:surrey-cfllc", "Polling day"),
    "school holiday": (
        lambda by: add_school_holiday(
            calendar=calendar_of("surrey-cfllc"),
            first=A_WEDNESDAY,
            last=A_WEDNESDAY + 5 * DAY,
            name="Half term",
            by=by,
            now=NOW,
        ),
        "calendar:surrey-cfllc",
        "Half term",
    ),
}
UNDOING = {
    "proclaiming": lambda row, by: withdraw_holiday(row, by=by, now=NOW),
    "closing": lambda row, by: remove_closure(row, by=by, now=NOW),
    "school holiday": lambda row, by: remove_school_holiday(row, by=by, now=NOW),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_every_change_and_its_undoing_are_on_record_with_name_and_day(kind):
    amira = make_user("Amira Khan")
    make, stream, name = CHANGES[kind]
    before = Event.objects.count()
    row = make(amira)
    done = last_event(stream)
    UNDOING[kind](row, amira)
    undone = last_event(stream)
    assert Event.objects.count() == before + 2
    assert done.verb != undone.verb
    for event in (done, undone):
        assert (event.actor_id, event.actor_name, event.at) == (amira.pk, "Amira Khan", NOW)
        assert name in event.sentence
        assert "20 May 2026" in event.sentence
    assert verify(stream) == []


@pytest.mark.parametrize("kind", CHANGES)
def test_what_somebody_has_removed_already_is_not_removed_again(kind):
    row = CHANGES[kind][0](None)
    UNDOING[kind](row, None)
    before = rows()
    with pytest.raises(CalendarError):
        UNDOING[kind](row, None)
    assert rows() == before


@pytest.mark.parametrize("kind", CHANGES)
def test_every_change_and_its_undoing_draws_a_revision_never_used_before(kind):
    def revisions():
        lists = HolidayList.objects.filter(nation=ENGLAND).values_list("revision", flat=True)
        return (*lists, calendar_of("surrey-cfllc").revision)

    seen = {revisions()}
    row = CHANGES[kind][0](None)
    seen.add(revisions())
    UNDOING[kind](row, None)
    seen.add(revisions())
    assert len(seen) == 3


def test_loading_bank_holidays_is_on_record_for_each_nation():
    Holiday.objects.all().delete()
    HolidayList.objects.all().delete()
    load_bank_holidays(by=None, now=NOW)
    for nation in (ENGLAND, "scotland", "northern-ireland"):
        event = last_event(f"bank-holidays:{nation}")
        assert event.verb == "bank-holidays-loaded"
        assert "31 December 2028" in event.sentence


def test_a_calendar_read_before_costs_one_query(django_assert_num_queries):
    calendar = calendar_of("surrey-cfllc")
    first = working_calendar(calendar.pk, statutory=False)
    statutory = working_calendar(calendar.pk, statutory=True)
    with django_assert_num_queries(1):
        assert working_calendar(calendar.pk, statutory=False) is first
    with django_assert_num_queries(1):
        assert working_calendar(calendar.pk, statutory=True) is statutory


def test_an_unknown_calendar_is_said_to_be_unknown():
    with pytest.raises(Calendar.DoesNotExist):
        working_calendar(0, statutory=False)


# --- what a change touches --------------------------------------------------------------------------


def codes(ids):
    return set(Calendar.objects.filter(pk__in=ids).values_list("code", flat=True))


def test_a_bank_holiday_touches_the_calendars_of_its_nation_that_keep_it():
    """Solihull's works bank holidays."""
    touched = codes(affected_calendars(nation=ENGLAND))
    assert touched == set(Calendar.objects.values_list("code", flat=True)) - {"solihull-corporate"}
    assert affected_calendars(nation="scotland") == []


def test_a_closure_day_touches_its_own_calendar(django_assert_num_queries):
    solihull = calendar_of("solihull-corporate")
    with django_assert_num_queries(0):
        assert affected_calendars(calendar=solihull) == [solihull.pk]


def test_nothing_changed_touches_nothing():
    assert affected_calendars() == []
