"""Calendars: anybody reads them, administrators change them, and every date knows it at once."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.roles import Role
from audit.service import history
from slas.models import ClosureDay, Holiday

CALENDAR = reverse("calendar", args=["surrey-cfllc"])
BANK_HOLIDAYS = reverse("bank-holidays", args=["england-and-wales"])
ADD_CLOSURE = reverse("add-closure", args=["surrey-cfllc"])
SEN = reverse("deadline", args=["surrey-cfllc", "stage-1-sen"])
CHILDRENS = reverse("deadline", args=["surrey-cfllc", "stage-1-childrens"])


@pytest.fixture
def administrator(client_for):
    return client_for(Role.ADMINISTRATOR)


def due(client, address, received="12/5/2027"):
    return client.get(address, {"event-received": received}).context["rows"][0].due


def test_a_closure_day_moves_what_is_not_statutory_and_nothing_else(administrator, surrey):
    assert due(administrator, SEN) == due(administrator, CHILDRENS) == "Wednesday 26 May 2027"
    address = reverse("add-closure", args=["surrey-cfllc"])
    response = administrator.post(
        address, {"closure-day": "14/5/2027", "closure-name": "Staff day"}, follow=True
    )
    assertRedirects(response, CALENDAR)
    assertContains(response, "Friday 14 May 2027 is now a closure day")
    assert due(administrator, SEN) == "Thursday 27 May 2027"
    assert due(administrator, CHILDRENS) == "Wednesday 26 May 2027"
    administrator.post(reverse("remove-closure", args=["surrey-cfllc", ClosureDay.objects.get().pk]))
    assert due(administrator, SEN) == "Wednesday 26 May 2027"


def test_a_proclaimed_bank_holiday_moves_every_date_at_once(administrator, surrey):
    said = {
        "day": "14/5/2027",
        "name": "A royal wedding",
        "proclaimed_on": "1/3/2026",
        "source": "The Gazette",
    }
    response = administrator.post(reverse("proclaim-holiday", args=["england-and-wales"]), said, follow=True)
    assertContains(response, "Friday 14 May 2027 is now a bank holiday: A royal wedding.")
    assert due(administrator, CHILDRENS) == "Thursday 27 May 2027"
    assertContains(administrator.get(f"{BANK_HOLIDAYS}?year=2027"), "Proclaimed on 1 March 2026")
    holiday = Holiday.objects.get(proclaimed_on__isnull=False)
    administrator.post(reverse("withdraw-holiday", args=["england-and-wales", holiday.pk]))
    assert due(administrator, CHILDRENS) == "Wednesday 26 May 2027"
    told = [event.text.sentence for event in history("bank-holidays:england-and-wales")][-2:]
    assert told == [
        "Bank holiday added: A royal wedding on Friday 14 May 2027.",
        "Bank holiday removed: A royal wedding on Friday 14 May 2027.",
    ]


def test_a_bank_holiday_of_the_published_list_stays(administrator, surrey):
    christmas = Holiday.objects.filter(list__nation="england-and-wales", name="Christmas Day").last()
    response = administrator.post(
        reverse("withdraw-holiday", args=["england-and-wales", christmas.pk]), follow=True
    )
    assertContains(response, "came with the published list")
    assert Holiday.objects.filter(pk=christmas.pk).exists()


def test_the_same_day_twice_is_refused_and_what_was_typed_stays(administrator, surrey):
    said = {"closure-day": "14/5/2027", "closure-name": "Staff day"}
    address = reverse("add-closure", args=["surrey-cfllc"])
    administrator.post(address, said)
    response = administrator.post(address, said)
    assertContains(response, "Friday 14 May 2027 is a closure day already.")
    assertContains(response, 'value="Staff day"')
    assert ClosureDay.objects.count() == 1


def test_an_ofsted_notification_in_school_holidays_may_be_given_a_later_date(administrator, surrey):
    ofsted = reverse("deadline", args=["surrey-cfllc", "ofsted"])
    late = {"event-received": "28/10/2026", "given-respond": "20/11/2026"}
    assertContains(administrator.get(ofsted, late), "is in none recorded")
    address = reverse("add-school-holiday", args=["surrey-cfllc"])
    said = {"school-first": "26/10/2026", "school-last": "30/10/2026", "school-name": "Autumn half term"}
    administrator.post(address, said)
    page = administrator.get(ofsted, late)
    assertContains(page, "That is in school holidays (Autumn half term)")
    assertNotContains(page, "is in none recorded")
    overlapping = administrator.post(
        address, said | {"school-first": "30/10/2026", "school-last": "2/11/2026"}
    )
    assertContains(overlapping, "These days overlap the school holiday &#x27;Autumn half term&#x27;.")


def test_errors_say_how_to_mend_them(administrator, surrey):
    page = administrator.post(reverse("add-closure", args=["surrey-cfllc"]), {})
    assertContains(page, "Enter the day the council is closed")
    page = administrator.post(reverse("proclaim-holiday", args=["scotland"]), {"day": "1/13/2026"})
    assertContains(page, "1/13/2026 is not a day in the calendar")
    assertContains(page, "Enter what the bank holiday is called")


def test_others_read_and_are_offered_no_change(client_for, surrey):
    officer = client_for(Role.CR_OFFICER)
    for address in (reverse("calendars"), CALENDAR, BANK_HOLIDAYS):
        assertNotContains(officer.get(address), "Add a")
    refused = officer.post(reverse("add-closure", args=["surrey-cfllc"]), {"closure-day": "14/5/2027"})
    assert refused.status_code == 403
    assert not ClosureDay.objects.exists()


@pytest.mark.parametrize(
    ("year", "status"), [("2026", 200), ("9999", 200), ("abc", 400), ("²²²²", 400), ("-1", 400)]
)
def test_a_malformed_year_is_no_fault(client_for, surrey, year, status):
    assert client_for().get(BANK_HOLIDAYS, {"year": year}).status_code == status


def test_an_unknown_nation_is_not_found(client_for, surrey):
    assert client_for().get(reverse("bank-holidays", args=["france"])).status_code == 404


def test_a_day_removed_twice_is_recorded_once(administrator, surrey):
    administrator.post(ADD_CLOSURE, {"closure-day": "14/5/2027", "closure-name": "Staff day"})
    address = reverse("remove-closure", args=["surrey-cfllc", ClosureDay.objects.get().pk])
    administrator.post(address)
    assertContains(administrator.post(address, follow=True), "Somebody has removed this already.")
    told = [event.verb for event in history("calendar:surrey-cfllc")]
    assert told == ["closure-added", "closure-removed"]


def test_how_a_calendar_counts_can_be_changed(administrator, surrey):
    """Solihull's pack counts bank holidays as working days until an administrator turns that off (H)."""
    stage = reverse("deadline", args=["solihull-corporate", "stage-2"])
    change = reverse("change-calendar", args=["solihull-corporate"])
    assert due_of(administrator, stage, "event-escalated") == "Friday 1 January 2027"
    said = {"works_bank_holidays": "no", "receipt": "strict", "cut_off": ""}
    assertContains(administrator.post(change, said, follow=True), "Changed.")
    assert due_of(administrator, stage, "event-escalated") == "Wednesday 6 January 2027"
    refused = administrator.post(change, said | {"cut_off": "17:00"})
    assertContains(refused, "A cut-off time goes only with deemed receipt.")
    administrator.post(change, said | {"receipt": "deemed", "cut_off": "17:00"})
    timed = administrator.get(stage, {"event-escalated": "18/12/2026", "time-escalated": "6:30pm"})
    assertContains(timed, "Time: the request for stage 2 was received")


def due_of(client, address, event):
    return client.get(address, {event: "18/12/2026"}).context["rows"][0].due


@pytest.mark.parametrize(
    ("day", "why"), [("15/5/2027", "it is a weekend"), ("31/5/2027", "it is a Spring bank holiday")]
)
def test_a_day_not_worked_anyway_is_no_closure_day(administrator, surrey, day, why):
    assertContains(administrator.post(ADD_CLOSURE, {"closure-day": day, "closure-name": "Staff day"}), why)
    assert not ClosureDay.objects.exists()


def test_a_bank_holiday_is_not_proclaimed_tomorrow(administrator, surrey):
    said = {
        "day": "14/5/2027",
        "name": "A royal wedding",
        "proclaimed_on": "1/1/2080",
        "source": "The Gazette",
    }
    page = administrator.post(reverse("proclaim-holiday", args=["england-and-wales"]), said)
    assertContains(page, "that day is still to come")
