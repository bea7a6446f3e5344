"""Dates put right where nothing is open any more, or nothing counts from them: through the page people use."""

from datetime import date, datetime

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from accounts.actions import Refused
from complaints.actions import allocation, closing, dates, intake, sending, triage
from complaints.actions.closing import LearningDraft
from complaints.models import Case, Stage, StageEvent, standing
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, deadline, entry, later, open_stage
from tests.complaints.date_forms import correction, errors, page, said, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


LATE = datetime(2026, 12, 7, 10, 0, tzinfo=LONDON)
"""Three working days after the answer was due."""


@pytest.fixture
def late(council, clock) -> Case:
    """Answered on time, recorded for a day too late, and closed."""
    case = cases.approved(council)
    clock.move_to(LATE)
    stage = open_stage(case)
    sending.send(
        case=case,
        by=council.officer,
        now=LATE,
        sent=sending.Sent(LATE.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in stage.points.all()},
        late_reason=entry("late-reason", "service-late"),
        late_unit=council.send_north,
    )
    return closing.close(case=case, by=council.officer, now=LATE, none_because="A single slip.")


def test_the_day_of_an_answer_is_put_right_after_the_case_was_closed(council, client_for, late):
    """Nothing else cures a breach that never was (DOMAIN 2); and nothing reopens by it."""
    assert deadline(late).in_time is False
    client = client_for(council.officer)
    assertContains(client.get(f"/cases/{late.reference}/"), "Correct a date")
    sent = correction(late, "responded", "1/12/2026")
    client.post(page(late, "correct-date"), sent)
    assert deadline(late).in_time is False  # shown, not done
    assertRedirects(
        client.post(page(late, "correct-date"), sent | {"confirm": "yes"}), f"/cases/{late.reference}/"
    )
    row = deadline(late)
    assert (row.met_on, row.in_time, row.missed_at) == (date(2026, 12, 1), True, None)
    before = late.closed_at
    late.refresh_from_db()
    assert (late.closed_at, late.closed_as, open_stage(late).state) == (before, "answered", "closed")
    assert open_stage(late).turn_verb == ""
    assert "corrected 'Responded' from Monday 7 December 2026 to Tuesday 1 December 2026" in said(
        late, council
    )


def test_when_a_closed_case_came_in_moves_what_hangs_on_it(council, client_for, late):
    client = client_for(council.officer)
    client.post(page(late, "correct-date"), correction(late, "received", "20/11/2026") | {"confirm": "yes"})
    late.refresh_from_db()
    # It was triaged on the 20th at ten, and its answer is due ten working days after.
    assert (late.received_on, deadline(late).due_on) == (date(2026, 11, 20), date(2026, 12, 4))
    assert deadline(late).in_time is False


@pytest.mark.parametrize("who", ["responder", "service_manager", "auditor"])
def test_it_is_still_for_customer_relations(council, client_for, late, who):
    assert client_for(getattr(council, who)).get(page(late, "correct-date")).status_code == 403


def test_an_action_that_is_done_was_done_another_day(council, client_for, clock):
    case = cases.sent(council)
    learned = [LearningDraft("Ring back within two days", council.send_north)]
    closing.close(case=case, by=council.officer, now=NOW, learning=learned)
    action = Stage.objects.get(case=case, type__beside=True)
    late_day = datetime(2026, 12, 21, 10, 0, tzinfo=LONDON)
    clock.move_to(late_day)
    closing.complete(case=case, by=council.officer, now=late_day, stage=action, proof="Minutes")
    assert deadline(case, "done", action).in_time is False
    sent = correction(case, "completed", "17/12/2026", confirm="yes")
    client_for(council.officer).post(page(case, "correct-date"), sent)
    assert deadline(case, "done", action).in_time is True
    action.refresh_from_db()
    assert (action.state, action.closed_as) == ("closed", "done")


# --- where nothing counts from it -------------------------------------------------------------------


@pytest.fixture
def comment(council) -> Case:
    """What came without a name: a comment, and no policy gives it a time."""
    return cases.log(council, parties=[], anonymous=True)


def received(case: Case, day: str, **more: str) -> dict[str, object]:
    return typed(case, what="received", day=day, reason="The stamp was wrong.", **more)


def test_when_a_comment_came_in_is_put_right(council, client_for, comment):
    client = client_for(council.officer)
    assertContains(client.get(f"/cases/{comment.reference}/"), "Correct a date")
    answer = client.get(page(comment, "correct-date"))
    assertContains(answer, "It came in: Wednesday 18 November 2026", count=1)
    assertContains(answer, "Logged by Olu Officer on Friday 20 November 2026")
    sent = received(comment, "17/11/2026", time="4:30pm")
    assertContains(client.post(page(comment, "correct-date"), sent), "It changes no date.")
    client.post(page(comment, "correct-date"), sent | {"confirm": "yes"})
    comment.refresh_from_db()
    assert comment.received_on == date(2026, 11, 17)
    assert comment.received_at == datetime(2026, 11, 17, 16, 30, tzinfo=LONDON)
    assert said(comment, council) == (
        "Olu Officer corrected when it came in from Wednesday 18 November 2026 to Tuesday 17 November 2026 at 4:30pm. "
        "The stamp was wrong."
    )


def test_likewise_when_it_was_passed_on_and_closed(council, client_for, comment):
    allocation.pass_on(case=comment, by=council.officer, now=NOW, unit=council.send_north)
    client_for(council.officer).post(
        page(comment, "correct-date"), received(comment, "17/11/2026", confirm="yes")
    )
    comment.refresh_from_db()
    assert (comment.received_on, comment.closed_as) == (date(2026, 11, 17), "passed-on")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("18/11/2026", "It is recorded as Wednesday 18 November 2026 already"),
        ("21/11/2026", "Saturday 21 November 2026 is still to come"),
        (
            "20/11/2026",
            "That is after 'Acknowledgement, sent', which is recorded for Thursday 19 November 2026",
        ),
        ("", "Enter the day it really happened"),
    ],
)
def test_what_cannot_be_is_said_beside_the_day(council, client_for, day, words):
    case = triage.triage(
        case=cases.log(council), by=council.officer, now=NOW, type_=cases.first_stage_of("compliment")
    )
    StageEvent.objects.filter(stage__case=case).delete()
    Stage.objects.filter(case=case, number=1).delete()  # as an imported compliment, which was never triaged
    sending.acknowledge(
        case=case,
        by=council.officer,
        now=NOW,
        sent=sending.Sent(date(2026, 11, 19), entry("channel", "email"), "Jo Example"),
        officer=council.officer,
        sharing_notice=True,
    )
    StageEvent.objects.filter(stage__case=case).delete()
    sent = typed(case, what="received", day=day, reason="The stamp was wrong.", confirm="yes")
    assert words in errors(client_for(council.officer).post(page(case, "correct-date"), sent), "day")


def test_where_a_stage_counts_from_it_that_is_what_is_corrected(council, client_for):
    case = cases.log(council)
    shown = client_for(council.officer).get(page(case, "correct-date"))
    assert "received" not in dict(flat(shown.context["form"].fields["what"].choices))
    with pytest.raises(intake.Refused, match="Its dates count from when it came in by now"):
        dates.correct_date(
            case=case,
            by=council.officer,
            now=later(days=1),
            event=None,
            moment=date(2026, 11, 17),
            reason="x",
        )


def flat(groups):
    return [pair for _, offered in groups for pair in offered]


def test_when_an_action_was_agreed_is_not_how_the_case_came_in(council):
    """Not even where nothing else of the case is judged by a day: an action is beside it."""
    case = cases.sent(council)
    learning = [LearningDraft("Ring back within a day", council.send_north)]
    closing.record_learning(case=case, by=council.officer, now=NOW, learning=learning)
    enquiry = cases.first_stage_of("enquiry")
    triage.reclassify(case=case, by=council.manager, now=NOW, type_=enquiry, reason="It is a question.")
    event = standing(StageEvent).get(stage__case=case, stage__type__beside=True)
    with pytest.raises(Refused, match="That is before 'It came in'"):
        dates.correct_date(
            case=case, by=council.manager, now=NOW, event=event, moment=date(2026, 11, 17), reason="Earlier."
        )
