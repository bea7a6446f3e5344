"""A stage reclassified is judged by what happened in it, and by how the contact came in: not by an earlier answer."""

from datetime import date, datetime

import pytest

from complaints.actions import dates, escalation, happenings, sending, triage
from complaints.models import Case, Deadline, Stage, StageEvent, StageType
from complaints.queries import outlook
from slas.core.calendar import LONDON
from slas.models import Policy
from slas.service import set_own_policy
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline, entry, later, open_stage

pytestmark = pytest.mark.django_db

ASKED = date(2026, 11, 23)
"""The Monday after the answer of stage 1 was sent, on Friday 20 November."""


def at_stage_2(council: Council, procedure: str = "corporate") -> Case:
    """Stage 1 answered on 20 November, the next stage asked for on the 23rd."""
    case = cases.closed(council, procedure)
    return escalation.escalate(
        case=case, by=council.officer, now=later(days=3), asked_on=ASKED, reasons="Not all was answered."
    )


def stage_2_of(case: Case, procedure: str) -> StageType:
    version = open_stage(case).type.procedure.policy_version
    return StageType.objects.get(procedure__policy_version=version, procedure__code=procedure, code="stage-2")


def reclassify(council: Council, case: Case, to: StageType, *, days: int = 4) -> Case:
    return triage.reclassify(
        case=case, by=council.officer, now=later(days=days), type_=to, reason="It is another procedure's."
    )


def dates_of(case: Case) -> dict[str, tuple[object, ...]]:
    rows = Deadline.objects.filter(stage=open_stage(case))
    return {row.milestone: (row.due_on, row.met_on, row.in_time, row.waiting_for, row.live) for row in rows}


# --- a stage that was asked for ---------------------------------------------------------------------


def test_the_answer_of_stage_1_does_not_answer_the_stage_2_that_is_reclassified(council):
    case = at_stage_2(council)
    reclassify(council, case, stage_2_of(case, "children-act"))
    row = deadline(case)
    assert (row.met_on, row.in_time, row.live, row.waiting_for) == (None, None, True, "statement-agreed")
    assert deadline(case, "review").due_on == date(2026, 12, 21)  # twenty working days after 23 November
    assert not StageEvent.objects.filter(stage=open_stage(case), day__lt=ASKED).exists()


def test_what_is_shown_before_it_is_reclassified_is_what_comes_of_it(council):
    case = at_stage_2(council)
    stage, to = open_stage(case), stage_2_of(case, "children-act")
    promised = outlook.reclassified(stage, [to], now=later(days=4))[to.pk].promises
    assert [(p.name, p.due) for p in promised if not p.waiting] == [
        ("Review the complaint", "Monday 21 December 2026")
    ]
    assert promised[0].name == "Send the response with the reports"
    assert "The statement of complaint was agreed" in promised[0].waiting


def test_reclassified_there_and_back_a_stage_2_has_its_dates_again(council):
    case = at_stage_2(council)
    before, own = dates_of(case), open_stage(case).type
    reclassify(council, case, stage_2_of(case, "education"))
    reclassify(council, case, own, days=5)
    assert dates_of(case) == before


def test_what_happened_in_the_stage_itself_counts_under_the_new_rules(council):
    case = at_stage_2(council, "education")
    happenings.record_event(
        case=case, by=council.officer, now=later(days=5), code="reviewed", moment=date(2026, 11, 25)
    )
    reclassify(council, case, stage_2_of(case, "children-act"), days=6)
    assert (deadline(case, "review").met_on, deadline(case, "review").in_time) == (date(2026, 11, 25), True)


def test_a_stage_2_never_begins_with_the_day_the_contact_came_in(council):
    """Where the new rules count from an event of another name, that is when the stage was asked for; put right, both
    are."""
    case = at_stage_2(council)
    to = stage_2_of(case, "children-act")
    to.sla_version = StageType.objects.get(procedure=to.procedure, code="stage-3").sla_version
    to.save()
    promised = outlook.reclassified(open_stage(case), [to], now=later(days=4))[to.pk].promises
    reclassify(council, case, to)
    stage = open_stage(case)
    requested = StageEvent.objects.get(stage=stage, code="requested")
    assert requested.day == ASKED
    assert deadline(case, "panel-held").due_on == date(2027, 1, 7)  # thirty working days after it
    assert "Thursday 7 January 2027" in {promise.due for promise in promised}
    dates.correct_date(
        case=case,
        by=council.officer,
        now=later(days=5),
        event=requested,
        moment=date(2026, 11, 24),
        reason="It came the next day.",
    )
    standing = StageEvent.objects.filter(stage=stage, voided_at=None)
    assert dict(standing.values_list("code", "day")) == {
        "escalated": date(2026, 11, 24),
        "requested": date(2026, 11, 24),
    }


# --- a first stage ----------------------------------------------------------------------------------


def test_a_first_stage_takes_over_that_it_was_triaged_and_acknowledged(council):
    """Acknowledged before it was known to be a complaint, it need not be acknowledged again."""
    set_own_policy(Policy.objects.get(code="solihull-corporate"), by=None, now=NOW)
    case = cases.log(council)
    sending.acknowledge(
        case=case,
        by=council.officer,
        now=NOW,
        sent=sending.Sent(date(2026, 11, 19), entry("channel", "email"), "Jo"),
        officer=council.officer,
        sharing_notice=True,
    )
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("complaint"))
    assert deadline(case, "acknowledge").met_on == date(2026, 11, 19)
    reclassify(council, case, cases.first_stage_of("complex-complaint"))
    assert deadline(case, "acknowledge").met_on == date(2026, 11, 19)
    assert deadline(case).due_on == date(2026, 12, 30)  # thirty working days after 18 November


def test_made_an_mp_enquiry_it_was_triaged_when_it_was_and_its_draft_is_still_to_be_shared(council):
    case = cases.triaged(council, "corporate")
    reclassify(council, case, cases.first_stage_of("mp-enquiry"))
    assert (deadline(case, "triage").met_on, deadline(case, "triage").in_time) == (NOW.date(), True)
    assert deadline(case, "draft-response").met_on is None


def test_a_comment_that_is_a_complaint_after_all_counts_from_the_day_it_came_in(council):
    case = cases.triaged(council, "comment")
    reclassify(council, case, cases.first_stage_of("corporate"))
    assert (deadline(case).counted_from, deadline(case).due_on) == (cases.RECEIVED, date(2026, 12, 2))
    received = StageEvent.objects.get(stage=open_stage(case), code="received")
    assert received.copied_from == StageEvent.objects.get(stage__number=1, code="received")


def test_that_an_mps_enquiry_went_down_the_complaints_route_is_not_said_of_the_complaint(council):
    """The complaint made an MP's enquiry itself has a draft to share, and no copy."""
    case = cases.log(council, parties=[cases.PartyDraft("mp", "Ann Member MP", office="Westminster")])
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("corporate"))
    complaint = Stage.objects.get(case=case, number=2)
    triage.reclassify(
        case=case,
        by=council.officer,
        now=datetime(2026, 11, 24, 9, 0, tzinfo=LONDON),
        type_=cases.first_stage_of("mp-enquiry"),
        reason="The MP asks, and complains of nothing.",
        stage=complaint,
    )
    assert set(complaint.deadlines.values_list("milestone", flat=True)) == {
        "triage",
        "inform-lead-member",
        "draft-response",
    }
