"""More time, dates put right, dates given, things that happened, pauses: through the pages people use."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from complaints.actions import dates, details, escalation, happenings, triage
from complaints.models import (
    Extension,
    ExtensionRequest,
    StageEvent,
)
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, deadline
from tests.complaints.date_forms import (
    EMOJI,
    LONG,
    complex_case,
    correction,
    errors,
    extension,
    nothing_changed,
    page,
    said,
    typed,
)

__all__ = ["complex_case"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


# --- extending --------------------------------------------------------------------------------------


def test_the_hint_says_the_cap_the_start_and_the_policy(council, complex_case, client_for):
    answer = client_for(council.manager).get(page(complex_case, "extend"))
    assertContains(answer, "Up to 20 working days in all from Wednesday 18 November 2026 (S7.1, SA1).")
    assertContains(answer, "It is due on Wednesday 2 December 2026 now.")
    assertContains(
        answer, "The policy leaves it to the Senior Customer Relations Officer or the Customer Relations"
    )


def test_who_may_approve_is_offered_and_nobody_else(council, complex_case, client_for):
    form = client_for(council.officer).get(page(complex_case, "extend")).context["form"]
    assert [label for _, label in form.fields["approver"].choices] == ["Choose", "Mo Manager", "Sam Senior"]
    assert "approver" not in form.initial
    form = client_for(council.manager).get(page(complex_case, "extend")).context["form"]
    assert form.initial["approver"] == str(council.manager.pk)


def test_the_old_and_the_new_date_come_first_and_nothing_is_kept_yet(council, complex_case, client_for):
    answer = client_for(council.manager).post(page(complex_case, "extend"), extension(complex_case, council))
    assertContains(answer, "Extend the deadline: what it does to the dates")
    cap = "20 of at most 20 working days in all from Wednesday 18 November 2026 (S7.1, SA1)."
    assertContains(answer, cap)
    assertContains(answer, "Wednesday 2 December 2026")
    assertContains(answer, "<strong>Wednesday 16 December 2026</strong>", html=True)
    assertContains(answer, "Two teams are involved.")
    assert nothing_changed(complex_case)
    assert deadline(complex_case).due_on == date(2026, 12, 2)


def test_confirmed_it_is_extended_and_told(council, complex_case, client_for):
    client = client_for(council.manager)
    sent = extension(complex_case, council) | {"confirm": "yes"}
    assertRedirects(client.post(page(complex_case, "extend"), sent), f"/cases/{complex_case.reference}/")
    row = Extension.objects.get()
    assert (row.total, row.asked_by, row.approved_by) == (20, "SEND North", "Mo Manager")
    assert (row.complainant_agreed, row.complainant_told_on) == (True, NOW.date())
    assert row.original_due_on == date(2026, 12, 2)
    assert deadline(complex_case).due_on == date(2026, 12, 16)
    assert said(complex_case, council) == (
        "Mo Manager extended 'Send the response' to 20 working days in all, approved by Mo Manager. SEND North asked "
        "for it. Two teams are involved. 'Send the response' moves from Wednesday 2 December 2026 to Wednesday 16 "
        "December 2026."
    )


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"total": "21"}, "total", "may be extended to 20 working days at most, not 21 (S7.1, SA1)"),
        ({"total": "10"}, "total", "already has 10 working days"),
        ({"total": "-3"}, "total", "is not longer"),
        ({"total": "twenty"}, "total", "Enter how many working days in all, as a whole number"),
        ({"total": ""}, "total", "Enter how many working days in all"),
        ({"complainant_agreed": ""}, "complainant_agreed", "only if the complainant agrees (S7.1, SA1)"),
        (
            {"complainant_told_on": "17/11/2026"},
            "complainant_told_on",
            "between the day it came in and today",
        ),
        (
            {"complainant_told_on": "21/11/2026"},
            "complainant_told_on",
            "between the day it came in and today",
        ),
        ({"complainant_told_on": "soon"}, "complainant_told_on", "is not a date"),
        ({"approver": ""}, "approver", "Choose who approved it"),
        ({"approver": "outside:investigator"}, "approver", "Choose who approved it from the list"),
        ({"reason": "  "}, "reason", "Say why more time is needed"),
        ({"asked_by": ""}, "asked_by", "Enter who asked for more time"),
        ({"asked_by": "x" * 201}, "asked_by", "200 characters or fewer"),
    ],
)
def test_what_the_rule_does_not_allow_is_said_with_its_policy(
    council, complex_case, client_for, wrong, field, words
):
    client = client_for(council.manager)
    sent = extension(complex_case, council, reason=EMOJI, asked_by=LONG) | wrong
    for confirm in ({}, {"confirm": "yes"}):
        answer = client.post(page(complex_case, "extend"), sent | confirm)
        assert answer.status_code == 200
        assert words in errors(answer, field)
        kept = answer.context["form"].data
        assert all(kept[name] == str(value) for name, value in sent.items() if name != "seen")
        if "asked_by" not in wrong:
            assertContains(answer, LONG)
        if "reason" not in wrong:
            assertContains(answer, "👩‍👧")
            assertNotContains(answer, "<b>need</b>")
    assert nothing_changed(complex_case)


def test_somebody_who_may_not_approve_is_refused_even_when_slipped_in(council, complex_case):
    with pytest.raises(
        dates.Refused, match=r"Senior Customer Relations Officer or Customer .* \(S7.1, SA1\)"
    ) as refused:
        dates.extend(
            case=complex_case,
            by=council.officer,
            now=NOW,
            total=20,
            reason="Two teams.",
            asked_by="SEND North",
            approver=council.service_manager,
            complainant_agreed=True,
        )
    assert refused.value.field == "approver"


def test_pressed_twice_it_is_extended_once(council, complex_case, client_for):
    client = client_for(council.manager)
    sent = extension(complex_case, council, total="15") | {"confirm": "yes"}
    client.post(page(complex_case, "extend"), sent)
    answer = client.post(page(complex_case, "extend"), sent)
    assertContains(answer, "Somebody changed this case while you had this page open.")
    assertContains(answer, "Two teams are involved.")
    again = client.post(page(complex_case, "extend"), sent | {"seen": answer.context["form"].data["seen"]})
    assertContains(again, "It was extended to 15 working days in all already.")
    assert Extension.objects.count() == 1


def test_a_second_officer_is_told_what_the_first_did(council, complex_case, client_for):
    sent = extension(complex_case, council)
    details.note(case=complex_case, by=council.officer, now=NOW, text="Rang her.")
    answer = client_for(council.manager).post(page(complex_case, "extend"), sent)
    assertContains(answer, "Olu Officer added a note")
    assertContains(answer, "Two teams are involved.")
    assert nothing_changed(complex_case)


def test_change_it_goes_back_with_all_that_was_typed(council, complex_case, client_for):
    client = client_for(council.manager)
    sent = extension(complex_case, council) | {"change": "yes"}
    answer = client.post(page(complex_case, "extend"), sent)
    assertContains(answer, "Who asked for more time?")
    assertContains(answer, 'value="SEND North"')
    assert not answer.context["form"].errors


@pytest.mark.parametrize(
    ("procedure", "words"),
    [
        (
            "education",
            "The policy never extends “Stage 1, special educational needs and other non-statutory” (S7.2).",
        ),
        ("corporate", "The policy never extends “Corporate stage 1” (SC1)."),
        ("enquiry", "Enquiry has no dates: its policy gives no time for it."),
    ],
)
def test_where_it_is_never_extended_nothing_is_asked(council, client_for, procedure, words):
    case = cases.accepted(council, procedure)
    answer = client_for(council.manager).get(page(case, "extend"))
    assertContains(answer, words)
    assertNotContains(answer, "<textarea")
    refused = client_for(council.manager).post(page(case, "extend"), extension(case, council))
    assert refused.status_code == 200
    assert nothing_changed(case)


def test_an_extension_after_the_answer_would_change_nothing(council, client_for):
    case = cases.sent(council, "children-act")
    answer = client_for(council.manager).post(page(case, "extend"), extension(case, council))
    assertContains(answer, "was done already, so more time would change nothing.")


def test_an_investigator_outside_the_council_approves_where_the_rule_names_them(council, client_for):
    """Children Act stage 2 (S8): to 65 working days by the investigator, after liaison with the officer."""
    case = cases.closed(council, "children-act")
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered.")
    happenings.record_event(
        case=case, by=council.officer, now=NOW, code="statement-agreed", moment=NOW.date()
    )
    client = client_for(council.officer)
    answer = client.get(page(case, "extend"))
    assertContains(answer, "Up to 65 working days in all from Friday 20 November 2026 (S8, SA2).")
    sent = typed(
        case, total="65", asked_by="The investigator", approver="outside:investigator", reason="Far-reaching."
    )
    shown = client.post(page(case, "extend"), sent)
    assertContains(shown, "Check the report and draft the adjudication")
    client.post(page(case, "extend"), sent | {"confirm": "yes"})
    assert Extension.objects.get().approved_by == "the investigator"
    assert deadline(case).due_on == date(2027, 2, 24)


# --- asking and deciding ----------------------------------------------------------------------------


def test_a_service_asks_and_customer_relations_decide(council, complex_case, client_for):
    responder, officer = client_for(council.responder), client_for(council.officer)
    assertContains(responder.get(page(complex_case, "ask-extension")), "Customer Relations decide.")
    asked = typed(complex_case, total="20", reason=EMOJI)
    responder.post(page(complex_case, "ask-extension"), asked)
    assert deadline(complex_case).due_on == date(2026, 12, 2)
    again = responder.post(
        page(complex_case, "ask-extension"), typed(complex_case, total="20", reason="Again")
    )
    assertContains(again, "More time was asked for already")
    answer = officer.get(page(complex_case, "decide-extension"))
    assertContains(answer, "Rae Responder asked on 20 November 2026 for 20 working days in all")
    assertContains(answer, "👩‍👧")
    decision = typed(
        complex_case, granted="yes", approver=str(council.senior.pk), complainant_agreed="on", reason="Yes."
    )
    shown = officer.post(page(complex_case, "decide-extension"), decision)
    assertContains(shown, "20 of at most 20 working days in all")
    assertContains(shown, "<strong>Wednesday 16 December 2026</strong>", html=True)
    assert ExtensionRequest.objects.get().granted is None
    officer.post(page(complex_case, "decide-extension"), decision | {"confirm": "yes"})
    assert ExtensionRequest.objects.get().granted is True
    assert Extension.objects.get().asked_by == "Rae Responder"


def test_the_time_is_refused_with_a_reason_and_the_date_stays(council, complex_case, client_for):
    dates.ask_extension(case=complex_case, by=council.responder, now=NOW, total=15, reason="Busy.")
    officer = client_for(council.officer)
    decision = typed(complex_case, granted="no", reason="The advocate does not agree.")
    assertContains(officer.post(page(complex_case, "decide-extension"), decision), "as now")
    officer.post(page(complex_case, "decide-extension"), decision | {"confirm": "yes"})
    request = ExtensionRequest.objects.get()
    assert (request.granted, request.decision_reason) == (False, "The advocate does not agree.")
    assert deadline(complex_case).due_on == date(2026, 12, 2)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"granted": ""}, "granted", "Choose whether you give the time"),
        ({"approver": ""}, "approver", "Say who approved it"),
        ({"complainant_agreed": ""}, "complainant_agreed", "(S7.1, SA1)"),
        ({"reason": ""}, "reason", "Give the reason for the decision"),
    ],
)
def test_a_decision_that_is_not_whole_is_refused(council, complex_case, client_for, wrong, field, words):
    dates.ask_extension(case=complex_case, by=council.responder, now=NOW, total=20, reason="Busy.")
    decision = {
        "granted": "yes",
        "approver": str(council.senior.pk),
        "complainant_agreed": "on",
        "reason": "Yes.",
    }
    sent = typed(complex_case, **decision | wrong, confirm="yes")
    answer = client_for(council.officer).post(page(complex_case, "decide-extension"), sent)
    assert words in errors(answer, field)
    assert ExtensionRequest.objects.get().granted is None


def test_where_nobody_asks_there_is_nothing_to_decide(council, complex_case, client_for):
    answer = client_for(council.officer).get(page(complex_case, "decide-extension"))
    assertContains(answer, "Nobody is asking for more time.")


# --- correcting -------------------------------------------------------------------------------------


def test_every_date_is_offered_once_and_the_change_is_shown_first(council, complex_case, client_for):
    client = client_for(council.officer)
    answer = client.get(page(complex_case, "correct-date"))
    assertContains(answer, "The concern was received: Wednesday 18 November 2026", count=1)
    assertContains(answer, "Triaged: Friday 20 November 2026 at 10:00am", count=1)
    assertNotContains(answer, "The complaint was received")
    sent = correction(complex_case, "received", "17 November 2026")
    shown = client.post(page(complex_case, "correct-date"), sent)
    assertContains(shown, "<strong>Tuesday 1 December 2026</strong>", html=True)
    client.post(page(complex_case, "correct-date"), sent | {"confirm": "yes"})
    assert deadline(complex_case).due_on == date(2026, 12, 1)
    complex_case.refresh_from_db()
    assert complex_case.received_on == date(2026, 11, 17)


@pytest.mark.parametrize(
    ("code", "day", "words"),
    [
        (
            "received",
            "21/11/2026",
            "That is after 'Triaged', which is recorded for Friday 20 November 2026 at 10:00am",
        ),
        (
            "triaged",
            "17/11/2026",
            "That is before 'It came in', which is recorded for Wednesday 18 November 2026",
        ),
        ("triaged", "23/11/2026", "Monday 23 November 2026 is still to come"),
        ("received", "18/11/2026", "It is recorded as Wednesday 18 November 2026 already"),
        ("received", "", "Enter the day it really happened"),
        ("received", "30/2/2026", "is not a day in the calendar"),
        ("received", "1/1/1900", "is out of range"),
    ],
)
def test_dates_out_of_order_are_refused_and_what_was_typed_stays(
    council, complex_case, client_for, code, day, words
):
    sent = correction(complex_case, code, day, reason=EMOJI)
    answer = client_for(council.officer).post(page(complex_case, "correct-date"), sent | {"confirm": "yes"})
    assert words in errors(answer, "day")
    assertContains(answer, "👩‍👧")
    assert answer.context["form"].data["day"] == day
    assert not StageEvent.objects.filter(voided_at__isnull=False).exists()


def test_what_is_chosen_and_the_reason_are_asked_for(council, complex_case, client_for):
    sent = typed(complex_case, what="", day="17/11/2026", reason="")
    answer = client_for(council.officer).post(page(complex_case, "correct-date"), sent)
    assert "Choose what is wrong" in errors(answer, "what")
    assert "Say what was wrong" in errors(answer, "reason")


def test_a_day_they_became_aware_of_later_is_refused(council, client_for):
    case = cases.log(council)
    triage.triage(
        case=case,
        by=council.officer,
        now=NOW,
        type_=cases.first_stage_of("corporate"),
        aware_on=date(2026, 11, 17),
    )
    sent = correction(case, "received", "16/11/2026")
    answer = client_for(council.officer).post(page(case, "correct-date"), sent)
    assertContains(answer, "That is before &#x27;They became aware of it&#x27;")


def test_an_answer_cannot_come_after_what_was_asked_about_it(council, client_for):
    case = cases.closed(council)
    asked = cases.later(days=6)
    escalation.escalate(
        case=case, by=council.officer, now=asked, asked_on=asked.date(), reasons="Not answered."
    )
    with time_machine.travel(asked + timedelta(days=4), tick=False):
        client = client_for(council.officer)
        answer = client.post(page(case, "correct-date"), correction(case, "responded", "27/11/2026"))
        assertContains(answer, "That is after &#x27;The request for stage 2 was received&#x27;")
        answer = client.post(page(case, "correct-date"), correction(case, "escalated", "19/11/2026"))
        assertContains(answer, "That is before &#x27;Responded&#x27;")


@pytest.mark.parametrize("confirm", [{}, {"confirm": "yes"}])
def test_a_deadline_counted_in_hours_needs_the_time(council, client_for, confirm):
    case = cases.log(council)
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("freeze"))
    client = client_for(council.officer)
    answer = client.post(page(case, "correct-date"), correction(case, "received", "17/11/2026") | confirm)
    assert "needs a time of day as well" in errors(answer, "time")
    sent = correction(case, "received", "17/11/2026", time="9:05am", confirm="yes")
    client.post(page(case, "correct-date"), sent)
    assert deadline(case, "act").due_at == datetime(2026, 11, 17, 9, 5, tzinfo=LONDON)


def test_an_extension_is_taken_back_on_the_same_page(council, complex_case, client_for):
    client = client_for(council.manager)
    client.post(page(complex_case, "extend"), extension(complex_case, council) | {"confirm": "yes"})
    answer = client.get(page(complex_case, "correct-date"))
    assertContains(answer, "Take back the extension of &#x27;Send the response&#x27; to 20 working days")
    sent = typed(complex_case, what=f"extension-{Extension.objects.get().pk}", reason="She did not agree.")
    shown = client.post(page(complex_case, "correct-date"), sent)
    assertContains(shown, "<strong>Wednesday 2 December 2026</strong>", html=True)
    client.post(page(complex_case, "correct-date"), sent | {"confirm": "yes"})
    row = Extension.objects.get()
    assert (row.voided_by, row.void_reason) == (council.manager, "She did not agree.")
    assert deadline(complex_case).due_on == date(2026, 12, 2)
    assert "took back the extension of 'Send the response' to 20 working days" in said(complex_case, council)
    again = client.post(
        page(complex_case, "correct-date"), typed(complex_case, what=sent["what"], reason="Again")
    )
    assert "Choose what is wrong from the list" in errors(again, "what")


def test_a_day_typed_beside_something_taken_back_is_not_ignored(council, complex_case, client_for):
    client = client_for(council.manager)
    client.post(page(complex_case, "extend"), extension(complex_case, council) | {"confirm": "yes"})
    sent = typed(
        complex_case, what=f"extension-{Extension.objects.get().pk}", day="19/11/2026", reason="A slip."
    )
    answer = client.post(page(complex_case, "correct-date"), sent)
    assert "Leave the day blank to take it back" in errors(answer, "day")
