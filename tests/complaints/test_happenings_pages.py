"""Dates given, things that happened, steps not needed, pauses: through the pages people use."""

from datetime import date, datetime

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from complaints.actions import dates, escalation, happenings, triage
from complaints.models import Deadline, Pause
from slas.core.calendar import LONDON
from slas.models import Calendar, Policy
from slas.service import add_school_holiday, set_own_policy
from tests.complaints import cases, northtown
from tests.complaints.cases import NOW, deadline
from tests.complaints.date_forms import (
    EMOJI,
    complex_case,
    errors,
    nothing_changed,
    page,
    pausing,
    said,
    typed,
)

__all__ = ["complex_case", "pausing"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


# --- dates given ------------------------------------------------------------------------------------


@pytest.fixture
def ombudsman(council):
    """The Ombudsman's enquiry, received on 18 November: 28 calendar days end on 16 December."""
    case = cases.log(council)
    return triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("ombudsman"))


def test_a_date_of_the_ombudsman_moves_the_inner_dates_and_a_short_one_is_to_be_confirmed(
    council, ombudsman, client_for
):
    client = client_for(council.officer)
    assertContains(client.get(page(ombudsman, "give-date")), "For: Answer the Ombudsman.")
    sent = typed(ombudsman, day="27/11/2026", said_by="The investigator", reason="")
    shown = client.post(page(ombudsman, "give-date"), sent)
    assertContains(
        shown, "That is under 10 days after Wednesday 18 November 2026: confirm the dates in between"
    )
    assertContains(
        shown, "<strong>Friday 20 November 2026</strong>", html=True
    )  # the service's response, 7 days before
    client.post(page(ombudsman, "give-date"), sent | {"confirm": "yes"})
    assert deadline(ombudsman).due_on == date(2026, 11, 27)
    assert "given by The investigator" in said(ombudsman, council)


def test_a_date_with_time_enough_wants_no_confirming(council, ombudsman, client_for):
    sent = typed(ombudsman, day="30/11/2026", said_by="The investigator")
    shown = client_for(council.officer).post(page(ombudsman, "give-date"), sent)
    assertNotContains(shown, "That is under 10 days")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        (
            {"day": "17/11/2026"},
            "day",
            "before 'The Ombudsman's enquiry was received' on Wednesday 18 November 2026",
        ),
        ({"day": ""}, "day", "Enter the date that was given"),
        ({"said_by": ""}, "said_by", "Enter who gave the date"),
    ],
)
def test_a_date_that_cannot_be_is_refused(council, ombudsman, client_for, wrong, field, words):
    sent = typed(ombudsman, **{"day": "30/11/2026", "said_by": "The investigator"} | wrong)
    answer = client_for(council.officer).post(page(ombudsman, "give-date"), sent)
    assert words in errors(answer, field)
    assert nothing_changed(ombudsman)


def test_where_the_rule_alone_sets_the_date_none_is_asked(council, complex_case, client_for):
    answer = client_for(council.officer).get(page(complex_case, "give-date"))
    assertContains(answer, "The policy takes no date for anything here: its rules set them (S7.1, SA1).")


@pytest.fixture
def childrens_services(council):
    """At stage 2 (S10.2), the response date not agreed yet."""
    case = cases.closed(council, "childrens-services")
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered.")
    happenings.record_event(
        case=case, by=council.officer, now=NOW, code="response-date-agreed", moment=NOW.date()
    )
    return case


def test_a_date_over_the_cap_is_refused_with_the_policy_and_the_last_day(
    council, childrens_services, client_for
):
    client = client_for(council.officer)
    assertContains(client.get(page(childrens_services, "give-date")), "Up to 65 working days")
    sent = typed(childrens_services, day="1/4/2027", said_by="Jo Example", complainant_agreed="on")
    answer = client.post(page(childrens_services, "give-date"), sent)
    words = "may be given up to 65 working days, which is Wednesday 24 February 2027; Thursday 1 April 2027 is later"
    assert words in errors(answer, "day")
    assert "(S10.2)" in errors(answer, "day")


def test_a_later_date_is_given_only_if_the_complainant_agrees_an_earlier_one_freely(
    council, childrens_services, client_for
):
    client = client_for(council.officer)
    later = typed(childrens_services, day="15/1/2027", said_by="Jo Example", reason="Half-term.")
    answer = client.post(page(childrens_services, "give-date"), later)
    assert "(S10.2)" in errors(answer, "complainant_agreed")
    earlier = typed(childrens_services, day="15/12/2026", said_by="Jo Example")
    assertContains(client.post(page(childrens_services, "give-date"), earlier), "Tuesday 15 December 2026")
    client.post(page(childrens_services, "give-date"), later | {"complainant_agreed": "on", "confirm": "yes"})
    assert deadline(childrens_services).due_on == date(2027, 1, 15)
    assert deadline(childrens_services, "outcome-report").due_on == date(2026, 12, 31)  # ten before


def test_ofsted_is_given_a_later_date_only_in_school_holidays(council, client_for):
    """S5; the one that came in on 18 November did not come in school holidays."""
    case = cases.log(council)
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("ofsted"))
    client = client_for(council.officer)
    sent = typed(case, day="18/12/2026", said_by="Ofsted", reason="The school was closed.")
    assertContains(
        client.post(page(case, "give-date"), sent), "only where it was received in school holidays (S5)"
    )
    add_school_holiday(
        calendar=Calendar.objects.get(code="surrey-cfllc"),
        first=date(2026, 11, 16),
        last=date(2026, 11, 20),
        name="Autumn",
        by=None,
        now=NOW,
    )
    client.post(page(case, "give-date"), sent | {"confirm": "yes"})
    assert deadline(case).due_on == date(2026, 12, 18)


@pytest.fixture
def thirty_days(loaded, db):
    """A complex complaint of Solihull's, received on 18 November: 30 working days end on 30 December, as its bank
    holidays are working days."""
    set_own_policy(Policy.objects.get(code="solihull-corporate"), by=None, now=NOW)
    council = cases.make_council()
    case = cases.log(council)
    type_ = cases.first_stage_of("complex-complaint")
    return council, triage.triage(case=case, by=council.officer, now=NOW, type_=type_)


def test_beyond_the_rules_own_date_the_reason_is_written_down(thirty_days, client_for):
    """H2: beyond 30 days with the complainant's agreement, the Head of Service's, and a documented reason."""
    council, case = thirty_days
    client = client_for(council.service_manager)
    assertContains(client.get(page(case, "give-date")), "Needed for a later date than the rule&#x27;s own.")
    sent = typed(case, day="1/2/2027", said_by="Jo Example", complainant_agreed="on", reason=" ")
    for confirm in ({}, {"confirm": "yes"}):
        answer = client.post(page(case, "give-date"), sent | confirm)
        assert errors(answer, "reason") == (
            "By its rule (H2) 'Send the response' is due on Wednesday 30 December 2026. Write the reason for a later "
            "date."
        )
    assert nothing_changed(case)
    client.post(page(case, "give-date"), sent | {"reason": "Two contractors answer.", "confirm": "yes"})
    assert deadline(case).due_on == date(2027, 2, 1)
    assert "Two contractors answer." in said(case, council)


def test_a_date_within_the_rules_own_needs_no_reason(thirty_days, client_for):
    council, case = thirty_days
    sent = typed(case, day="30/12/2026", said_by="Jo Example", confirm="yes")
    client_for(council.service_manager).post(page(case, "give-date"), sent)
    assert deadline(case).due_on == date(2026, 12, 30)
    assert not nothing_changed(case)


# --- what happened, and what is not needed ----------------------------------------------------------


@pytest.fixture
def enquiry(council):
    """An MP's, received on 18 November; the office is told by 20 November (S2.1)."""
    return cases.triaged(council, "mp-enquiry")


def test_what_happened_is_recorded_and_says_what_it_is_for(council, enquiry, client_for):
    client = client_for(council.officer)
    answer = client.get(page(enquiry, "record-event"))
    assertContains(
        answer,
        "It is when &#x27;Tell the lead member&#x27;s office the route and whether an update comes&#x27;",
    )
    assertNotContains(answer, "Triaged")
    sent = typed(enquiry, code="lead-member-informed", day="20/11/2026", time="", note="By telephone.")
    shown = client.post(page(enquiry, "record-event"), sent)
    assertContains(shown, "Done on Friday 20 November 2026, in time")
    client.post(page(enquiry, "record-event"), sent | {"confirm": "yes"})
    row = Deadline.objects.get(milestone="inform-lead-member")
    assert (row.met_on, row.in_time, row.live) == (date(2026, 11, 20), True, False)
    again = client.post(page(enquiry, "record-event"), typed(enquiry, code=sent["code"], day=sent["day"]))
    assertContains(again, "That is recorded for Friday 20 November 2026 already")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"code": ""}, "code", "Choose what happened"),
        ({"code": "triaged"}, "code", "Choose what happened from the list"),
        ({"day": ""}, "day", "Enter the day it happened"),
        ({"day": "21/11/2026"}, "day", "is still to come"),
        ({"day": "17/11/2026"}, "day", "before 'The enquiry was received', on Wednesday 18 November 2026"),
        ({"time": "noonish"}, "time", "is not a time"),
        ({"time": "11:30am"}, "day", "is still to come"),
    ],
)
def test_what_cannot_have_happened_is_refused(council, enquiry, client_for, wrong, field, words):
    sent = typed(enquiry, **{"code": "draft-shared", "day": "20/11/2026", "note": EMOJI} | wrong)
    answer = client_for(council.officer).post(page(enquiry, "record-event"), sent)
    assert words in errors(answer, field)
    assertContains(answer, "👩‍👧")


def test_an_interview_is_recorded_before_it_is_held_and_can_be_moved(council, client_for):
    """S9.3: the questions are due two working days before it."""
    case = cases.closed(council, "education")
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered.")
    client = client_for(council.officer)
    sent = typed(case, code="interview", day="2/12/2026")
    shown = client.post(page(case, "record-event"), sent)
    assertContains(shown, "<strong>Monday 30 November 2026</strong>", html=True)
    client.post(page(case, "record-event"), sent | {"confirm": "yes"})
    assert deadline(case, "questions").due_on == date(2026, 11, 30)
    moved = typed(case, code="interview", day="9/12/2026", confirm="yes")
    client.post(page(case, "record-event"), moved)
    assert deadline(case, "questions").due_on == date(2026, 12, 7)
    far = typed(case, code="interview", day="9/12/2089")
    assertContains(client.post(page(case, "record-event"), far), "more than a year ahead")


def test_a_step_that_is_not_needed_is_left_out_with_a_reason(council, enquiry, client_for):
    client = client_for(council.officer)
    sent = typed(enquiry, milestone="draft-response", reason="They do not want to see it.")
    shown = client.post(page(enquiry, "dismiss"), sent)
    assertContains(shown, "Not needed")
    client.post(page(enquiry, "dismiss"), sent | {"confirm": "yes"})
    row = Deadline.objects.get(milestone="draft-response")
    assert (row.dismissed, row.live) == (True, False)
    assertNotContains(client.get(page(enquiry, "dismiss")), "personal assistant")
    assertContains(client.get(f"/cases/{enquiry.reference}/"), "Not needed")
    answer = client.post(page(enquiry, "dismiss"), typed(enquiry, milestone="", reason=""))
    assert "Choose which step is not needed" in errors(answer, "milestone")
    assert "Say why it is not needed" in errors(answer, "reason")


def test_what_the_law_sets_is_not_left_out(council, complex_case):
    with pytest.raises(dates.Refused, match="is not possible as the case stands now"):
        happenings.dismiss(case=complex_case, by=council.officer, now=NOW, milestone="respond", reason="No.")


# --- pausing ----------------------------------------------------------------------------------------


def test_surreys_policy_pauses_nothing_and_the_case_does_not_offer_it(council, complex_case, client_for):
    client = client_for(council.manager)
    assertNotContains(client.get(f"/cases/{complex_case.reference}/"), page(complex_case, "pause"))
    answer = client.get(page(complex_case, "pause"))
    assertContains(answer, "“Stage 1, children&#x27;s services” cannot be paused: no policy allows it.")


def test_paused_for_what_the_policy_names_and_resumed(pausing, client_for, clock):
    case = northtown.complaint(pausing)
    client = client_for(pausing.service_manager)
    answer = client.get(page(case, "pause"))
    assertContains(answer, "The policy names these (N6).")
    sent = typed(case, ground="Court proceedings", first="23/11/2026", reason="")
    clock.move_to(datetime(2026, 11, 23, 9, 0, tzinfo=LONDON))
    client = client_for(pausing.service_manager)
    shown = client.post(page(case, "pause"), sent)
    assertContains(shown, "No date while paused")
    client.post(page(case, "pause"), sent | {"confirm": "yes"})
    assert deadline(case).due_on is None
    assert deadline(case, "acknowledge").due_on == date(2026, 11, 25)
    assertContains(client.get(page(case, "pause")), "It is paused already.")
    assertContains(client.get(f"/cases/{case.reference}/"), "Paused")
    clock.move_to(datetime(2026, 11, 25, 9, 0, tzinfo=LONDON))
    client = client_for(pausing.service_manager)
    answer = client.get(page(case, "resume"))
    assertContains(answer, "Paused since Monday 23 November 2026: Court proceedings.")
    on = typed(case, on="25/11/2026")
    assertContains(
        client.post(page(case, "resume"), on), "<strong>Friday 4 December 2026</strong>", html=True
    )
    client.post(page(case, "resume"), on | {"confirm": "yes"})
    assert deadline(case).due_on == date(2026, 12, 4)
    assertContains(client.get(page(case, "resume")), "It is not paused.")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"ground": ""}, "ground", "Choose what it is paused for"),
        ({"ground": "Holiday"}, "ground", "Choose what it is paused for from the list"),
        ({"first": ""}, "first", "Enter the first day of the pause"),
        ({"first": "23/11/2026"}, "first", "cannot be recorded yet"),
        ({"first": "17/11/2026"}, "first", "before it came in, on Wednesday 18 November 2026"),
    ],
)
def test_a_pause_that_cannot_be_is_refused(pausing, client_for, wrong, field, words):
    case = northtown.complaint(pausing)
    sent = typed(case, **{"ground": "Child protection", "first": "20/11/2026", "reason": EMOJI} | wrong)
    answer = client_for(pausing.service_manager).post(page(case, "pause"), sent | {"confirm": "yes"})
    assert words in errors(answer, field)
    assertContains(answer, "👩‍👧")
    assert nothing_changed(case)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("19/11/2026", "It was paused on Friday 20 November 2026, so it resumes then or later"),
        ("24/11/2026", "cannot be recorded yet"),
        ("", "Enter the first day that counts again"),
    ],
)
def test_it_does_not_resume_before_it_was_paused_nor_tomorrow(pausing, client_for, on, words):
    case = northtown.complaint(pausing)
    happenings.pause(
        case=case, by=pausing.service_manager, now=NOW, first=NOW.date(), ground="Child protection"
    )
    answer = client_for(pausing.service_manager).post(page(case, "resume"), typed(case, on=on))
    assert words in errors(answer, "on")


def test_two_managers_pause_at_once_and_the_second_is_told(pausing, client_for):
    case = northtown.complaint(pausing)
    sent = typed(case, ground="Child protection", first="20/11/2026", confirm="yes")
    client = client_for(pausing.service_manager)
    client.post(page(case, "pause"), sent)
    answer = client.post(page(case, "pause"), sent)
    assertContains(answer, "Sue Service paused it from Friday 20 November 2026: Child protection.")
    fresh = sent | {"seen": answer.context["form"].data["seen"]}
    assertContains(client.post(page(case, "pause"), fresh), "It is paused already.")
    assert Pause.objects.count() == 1


def test_who_may_not_pause_is_kept_out(pausing, client_for):
    case = northtown.complaint(pausing)
    assert client_for(pausing.officer).get(page(case, "pause")).status_code == 403
    assert client_for(pausing.outsider).get(page(case, "pause")).status_code == 404
