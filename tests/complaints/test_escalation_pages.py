"""Asking for the next stage, taken up or refused: through the pages people use."""

from datetime import date, datetime

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from complaints.actions import closing, dates, escalation, happenings, sending
from complaints.models import Case, Letter, Stage, StageEvent, StagePoint
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, deadline, entry, open_stage
from tests.complaints.date_forms import EMOJI, LONG, errors, page, said, typed
from tests.complaints.trackers import case_of, imported, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LATE = datetime(2026, 12, 21, 9, 0, tzinfo=LONDON)
"""A working day after the last to ask, Friday 18 December: twenty after the response was received on 20 November."""


@pytest.fixture
def answered(council) -> Case:
    """A corporate complaint answered by e-mail and closed on 20 November 2026."""
    return cases.closed(council)


def asking(case: Case, **more):
    """That they asked today, about every point."""
    points = list(case.points.values_list("pk", flat=True))
    return typed(
        case,
        **{
            "asked_on": "20/11/2026",
            "reasons": "The second point is not answered.",
            "points": points,
            **more,
        },
    )


# --- taken up ---------------------------------------------------------------------------------------


def test_the_page_says_which_stage_comes_and_until_when_they_can_ask(council, answered, client_for):
    answer = client_for(council.manager).get(page(answered, "escalate"))
    assertContains(answer, "After Stage 1, local response comes Stage 2, review by Customer Relations.")
    assertContains(answer, "counts as received on Friday 20 November 2026")
    assertContains(answer, "They can ask until Friday 18 December 2026.")
    assertContains(answer, "Rule: 20 working days after response received.")
    assertNotContains(answer, "If they asked late")


def test_the_preview_says_where_it_goes_and_its_dates_and_nothing_is_kept_yet(council, answered, client_for):
    shown = client_for(council.manager).post(page(answered, "escalate"), asking(answered))
    assertContains(shown, "It goes to Corporate complaint: Stage 2, review by Customer Relations.")
    assertContains(shown, "Send the outcome of the review")
    assertContains(shown, "<strong>Friday 18 December 2026</strong>", html=True)
    answered.refresh_from_db()
    assert answered.closed_at is not None
    assert answered.stages.count() == 2


def test_confirmed_the_next_stage_is_open_for_the_points_chosen(council, answered, client_for):
    second = answered.points.last()
    sent = asking(answered, points=[second.pk], reasons=EMOJI, confirm="yes")
    assertRedirects(
        client_for(council.manager).post(page(answered, "escalate"), sent), f"/cases/{answered.reference}/"
    )
    stage = open_stage(answered)
    assert (stage.type.code, stage.state) == ("stage-2", "to-review")
    assert [row.point for row in StagePoint.objects.filter(stage=stage)] == [second]
    assert deadline(answered).due_on == date(2026, 12, 18)
    answered.refresh_from_db()
    assert answered.closed_at is None
    assert (
        "escalated it to Stage 2, review by Customer Relations, asked for on Friday 20 November 2026"
        in said(answered, council)
    )


def test_a_late_request_is_decided_on_with_a_reason(council, answered, client_for):
    """W4: the machine refuses nobody for being late."""
    with time_machine.travel(LATE, tick=False):
        client = client_for(council.manager)
        answer = client.get(page(answered, "escalate"))
        assertContains(
            answer, "The time to ask ended on Friday 18 December 2026. A late request is decided on"
        )
        sent = asking(answered, asked_on="21/12/2026", reasons=EMOJI, late_reason="")
        refused = client.post(page(answered, "escalate"), sent)
        words = (
            "asked for after Friday 18 December 2026, when the time to ask ended (L2). Say why it is taken up"
        )
        assert words in errors(refused, "late_reason")
        assertContains(refused, "👩‍👧")
        sent = asking(answered, asked_on="21/12/2026", late_reason="They were in hospital.", confirm="yes")
        client.post(page(answered, "escalate"), sent)
    assert open_stage(answered).type.code == "stage-2"
    assert said(answered, council).endswith("Asked for late: They were in hospital.")


def test_asked_on_the_last_day_and_recorded_after_it_is_not_late(council, answered, client_for):
    with time_machine.travel(LATE, tick=False):
        sent = asking(answered, asked_on="18/12/2026", late_reason="", confirm="yes")
        client_for(council.manager).post(page(answered, "escalate"), sent)
    assert open_stage(answered).type.code == "stage-2"
    assert "Asked for late" not in said(answered, council)


def test_the_time_to_ask_runs_from_when_a_letter_counts_as_received(council):
    """W5: first class, posted on Friday 20 November, is received on Saturday 21: day 0."""
    case = cases.approved(council)
    sending.send(
        case=case,
        by=council.officer,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "letter"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in open_stage(case).points.all()},
    )
    assert escalation.window_ends(open_stage(case)) == date(2026, 12, 18)
    late_post = Letter.objects.get(kind="response")
    assert late_post.received_on == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"asked_on": ""}, "asked_on", "Enter the day they asked"),
        ({"asked_on": "21/11/2026"}, "asked_on", "still to come"),
        ({"asked_on": "19/11/2026"}, "asked_on", "The response was sent on Friday 20 November 2026"),
        ({"asked_on": "tomorrow"}, "asked_on", "is not a date"),
        ({"reasons": " "}, "reasons", "Write the complainant's reasons"),
        ({"points": []}, "points", "Choose at least one point that is unanswered"),
        ({"points": [999999]}, "points", "Choose the points from the list"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(council, answered, client_for, wrong, field, words):
    sent = asking(answered, **{"reasons": LONG + EMOJI} | wrong)
    for confirm in ({}, {"confirm": "yes"}):
        answer = client_for(council.manager).post(page(answered, "escalate"), sent | confirm)
        assert words in errors(answer, field)
        if "reasons" not in wrong:
            assertContains(answer, LONG)
    assert answered.stages.count() == 2


def test_pressed_twice_it_is_escalated_once(council, answered, client_for):
    client = client_for(council.manager)
    sent = asking(answered, confirm="yes")
    client.post(page(answered, "escalate"), sent)
    again = client.post(page(answered, "escalate"), sent, follow=True)
    assertContains(again, "is not possible as the case stands now")
    assert answered.stages.count() == 3


def test_learning_comes_before_going_on(council, client_for):
    case = cases.sent(council)
    answer = client_for(council.manager).post(page(case, "escalate"), asking(case))
    assertContains(answer, "Record the learning, or &#x27;none&#x27; with a reason, before closing.")
    closing.record_learning(case=case, by=council.officer, now=NOW, none_because="A single slip.")
    shown = client_for(council.manager).post(page(case, "escalate"), asking(case))
    assertContains(shown, "Send the outcome of the review")


def test_after_the_last_stage_there_is_the_ombudsman(council, answered, client_for):
    escalation.escalate(
        case=answered, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered."
    )
    assert escalation.why_not(open_stage(answered)) == (
        "Stage 2, review by Customer Relations is the last stage here. The Ombudsman is next."
    )
    answer = client_for(council.manager).get(f"/cases/{answered.reference}/")
    assertNotContains(answer, page(answered, "escalate"))


def test_what_was_withdrawn_was_not_answered(council, client_for):
    case = cases.accepted(council)
    closing.withdraw(case=case, by=council.officer, now=NOW, withdrawn_on=NOW.date(), how="by telephone")
    answer = client_for(council.manager).get(page(case, "escalate"))
    assertContains(answer, "was not answered: withdrawn. Reopen it first, if it is to go on.")
    assertNotContains(answer, "<textarea")
    with pytest.raises(dates.Refused, match="was not answered: withdrawn"):
        escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Please.")


# --- answered where no letter is on record ----------------------------------------------------------


@pytest.fixture
def brought_along(council) -> Case:
    """A corporate complaint from a tracker, answered on Monday 16 March 2026."""
    rows = row(received=date(2026, 3, 2), responded=date(2026, 3, 16))
    imported(rows, by=council.senior, unit=council.children)
    return case_of()


def test_what_was_imported_is_reckoned_from_the_day_it_was_answered(council, brought_along, client_for):
    """L2: 20 working days from it, with Good Friday and Easter Monday between, and in words."""
    answer = client_for(council.manager).get(page(brought_along, "escalate"))
    assertContains(answer, "The response was sent on Monday 16 March 2026.")
    assertContains(answer, "The time to ask is reckoned from the day it was answered, Monday 16 March 2026.")
    assertContains(answer, "The time to ask ended on Wednesday 15 April 2026. A late request is decided on")


def test_asked_late_of_an_imported_answer_it_needs_the_reason(council, brought_along, client_for):
    client = client_for(council.manager)
    refused = client.post(page(brought_along, "escalate"), asking(brought_along, late_reason=""))
    assert "asked for after Wednesday 15 April 2026" in errors(refused, "late_reason")
    sent = asking(brought_along, late_reason="They were in hospital.", confirm="yes")
    client.post(page(brought_along, "escalate"), sent)
    assert open_stage(brought_along).type.code == "stage-2"
    assert said(brought_along, council).endswith("Asked for late: They were in hospital.")


def test_nobody_asked_before_an_imported_answer(council, brought_along, client_for):
    for verb, sent in (("escalate", asking), ("refuse-escalation", refusing)):
        answer = client_for(council.manager).post(
            page(brought_along, verb), sent(brought_along, asked_on="13/3/2026")
        )
        assert "The response was sent on Monday 16 March 2026" in errors(answer, "asked_on")


def test_refused_late_an_imported_answer_says_until_when_they_could_ask(council, brought_along, client_for):
    answer = client_for(council.manager).get(page(brought_along, "refuse-escalation"))
    assertContains(answer, "reckoned from the day it was answered, Monday 16 March 2026")
    assertContains(answer, "The time to ask ended on Wednesday 15 April 2026.")


def test_the_time_to_ask_for_a_panel_runs_from_the_answer_recorded_of_stage_2(council, client_for):
    """L2: stage 2 of the Children Act is kept on record; its answer is an event there."""
    case = cases.closed(council, "children-act")
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered.")
    assert escalation.window_of(open_stage(case)) is None
    answered_on = {"case": case, "by": council.officer, "now": LATE, "moment": date(2026, 12, 14)}
    for code in ("statement-agreed", "responded"):
        happenings.record_event(**answered_on, code=code)
    closing.close(case=case, by=council.officer, now=LATE, note="Adjudication sent.")
    with time_machine.travel(LATE, tick=False):
        answer = client_for(council.manager).get(page(case, "escalate"))
    assertContains(answer, "reckoned from the day it was answered, Monday 14 December 2026")
    assertContains(answer, "They can ask until Thursday 14 January 2027.")


def test_a_day_that_was_put_right_is_what_it_is_reckoned_from(council, brought_along):
    closing.reopen(case=brought_along, by=council.manager, now=NOW, reason="To put its date right.")
    answered = StageEvent.objects.get(stage__case=brought_along, code="responded")
    dates.correct_date(
        case=brought_along,
        by=council.manager,
        now=NOW,
        event=answered,
        moment=date(2026, 3, 10),
        reason="Typed wrong.",
    )
    assert escalation.window_ends(open_stage(brought_along)) == date(2026, 4, 9)


def test_where_a_letter_is_on_record_nothing_is_reckoned(council, answered, client_for):
    assertNotContains(client_for(council.manager).get(page(answered, "escalate")), "reckoned")


# --- refused ----------------------------------------------------------------------------------------


def refusing(case: Case, **more):
    return typed(
        case,
        **{
            "asked_on": "20/11/2026",
            "reasons": "Not content.",
            "refusal": "Every point was answered. The Ombudsman can look at it: 0300 061 0614.",
            "sent_on": "20/11/2026",
            "channel": entry("channel", "email").pk,
            "to": "Jo Example",
            **more,
        },
    )


def test_a_refusal_is_recorded_with_what_they_were_told_and_when(council, answered, client_for):
    client = client_for(council.manager)
    answer = client.get(page(answered, "refuse-escalation"))
    assertContains(answer, "Refuse the next stage")
    assertContains(answer, "They can ask until Friday 18 December 2026.")
    sent = refusing(answered)
    assertRedirects(client.post(page(answered, "refuse-escalation"), sent), f"/cases/{answered.reference}/")
    letter = Letter.objects.get(kind="refusal")
    assert (letter.sent_on, letter.to, letter.text) == (NOW.date(), "Jo Example", sent["refusal"])
    assert "refused the next stage, asked for on Friday 20 November 2026" in said(answered, council)
    assert answered.stages.count() == 2
    assertContains(client.get(reverse("letter", args=[answered.reference, letter.pk])), "0300 061 0614")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"refusal": ""}, "refusal", "Write what they were told"),
        ({"reasons": ""}, "reasons", "Write the complainant's reasons"),
        ({"sent_on": ""}, "sent_on", "Enter the day it was sent"),
        ({"sent_on": "21/11/2026"}, "sent_on", "It cannot have been sent after now"),
        ({"sent_on": "19/11/2026"}, "sent_on", "They were told on the day they asked or later"),
        ({"asked_on": "19/11/2026"}, "asked_on", "The response was sent on Friday 20 November 2026"),
        ({"channel": ""}, "channel", "Choose how it was sent"),
        ({"to": ""}, "to", "Enter whom it was sent to"),
    ],
)
def test_a_refusal_that_is_not_whole_is_not_recorded(council, answered, client_for, wrong, field, words):
    answer = client_for(council.manager).post(
        page(answered, "refuse-escalation"), refusing(answered, **wrong)
    )
    assert words in errors(answer, field)
    assert answer.context["form"].data["refusal"] == wrong.get("refusal", refusing(answered)["refusal"])
    assert not Letter.objects.filter(kind="refusal").exists()


def test_both_are_for_customer_relations(council, answered, client_for):
    for verb in ("escalate", "refuse-escalation"):
        assert client_for(council.responder).get(page(answered, verb)).status_code == 403
        assert client_for(council.outsider).get(page(answered, verb)).status_code == 404


def test_a_refused_request_can_be_taken_up_after_all(council, answered, client_for):
    client = client_for(council.manager)
    client.post(page(answered, "refuse-escalation"), refusing(answered))
    client.post(page(answered, "escalate"), asking(answered, confirm="yes"))
    assert Stage.objects.filter(case=answered).count() == 3
