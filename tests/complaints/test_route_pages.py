"""An MP's case down the complaints route (S2.3): the enquiry waits for the copy, the complaint goes its own way."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import Refused
from audit.service import erase, history
from complaints.actions import closing, dates, drafting, sending, triage
from complaints.actions.parties import PartyDraft
from complaints.models import Case, Dismissal, Extension, Stage, standing
from complaints.queries.timeline import timeline
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline, entry, later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

MP = [PartyDraft("complainant", "Jo Example"), PartyDraft("mp", "Ann Member", office="Elsewhere")]
COPY = "copy-of-response"


@pytest.fixture
def extendable(council: Council) -> Case:
    """The complaint is a Children Act one, being answered: due on 2 December, its copy on the 3rd."""
    return cases.accepted(council, "children-act", parties=MP)


def enquiry(case: Case) -> Stage:
    return case.stages.get(type__procedure__code="mp-enquiry")


def complaint(case: Case) -> Stage:
    return case.stages.exclude(type__procedure__code="mp-enquiry").order_by("-number")[0]


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def typed(case: Case, stage: Stage, **more: Any) -> dict[str, Any]:
    return {"stage": stage.number, "seen": Case.objects.get(pk=case.pk).revision, **more}


def extension(case: Case, council: Council, total: int = 20, **more: Any) -> dict[str, Any]:
    said = {"total": total, "asked_by": "SEND North", "approver": council.manager.pk, "reason": "Two teams."}
    return typed(case, complaint(case), **said, complainant_agreed="on", **more)


def said(case: Case, council: Council) -> str:
    return timeline(case, council.manager, now=later(days=90))[0].sentence


def totals(case: Case) -> list[int]:
    return [row.total for row in standing(Extension).filter(stage=enquiry(case))]


# --- the copy follows the response ------------------------------------------------------------------


def test_the_copy_is_due_a_working_day_after_an_extended_response(council, client_for, extendable):
    client = client_for(council.manager)
    assert deadline(extendable, COPY, enquiry(extendable)).due_on == date(2026, 12, 3)
    shown = client.post(page(extendable, "extend"), extension(extendable, council))
    assertContains(shown, "Share a copy of the response")
    assertContains(shown, "<strong>Thursday 17 December 2026</strong>", html=True)
    client.post(page(extendable, "extend"), extension(extendable, council, confirm="yes"))
    row = deadline(extendable, COPY, enquiry(extendable))
    assert deadline(extendable, "respond", complaint(extendable)).due_on == date(2026, 12, 16)
    assert (row.due_on, row.original_due_on) == (date(2026, 12, 17), date(2026, 12, 3))
    assert said(extendable, council).endswith(
        "'Share a copy of the response' moves from Thursday 3 December 2026 to Thursday 17 December 2026."
    )
    due = enquiry(extendable).turn_due_at
    assert due is not None
    assert due.astimezone(LONDON).date() == date(2026, 12, 18)  # the midnight that ends the 17th


def test_time_that_a_service_asked_for_moves_it_too(council, extendable):
    dates.ask_extension(
        case=extendable, by=council.responder, now=NOW, total=15, reason="Busy.", stage=complaint(extendable)
    )
    dates.decide_extension(
        case=extendable, by=council.manager, now=NOW, granted=True, reason="Yes.", complainant_agreed=True
    )
    assert deadline(extendable, COPY, enquiry(extendable)).due_on == date(2026, 12, 10)


def test_it_is_taken_back_with_the_extension(council, client_for, extendable):
    client = client_for(council.manager)
    for total in (15, 20):
        client.post(page(extendable, "extend"), extension(extendable, council, total, confirm="yes"))
    assert totals(extendable) == [16, 21]
    last = standing(Extension).get(stage=complaint(extendable), total=20)
    back = typed(extendable, complaint(extendable), what=f"extension-{last.pk}", reason="She did not agree.")
    client.post(page(extendable, "correct-date"), back | {"confirm": "yes"})
    assert totals(extendable) == [16]
    assert deadline(extendable, COPY, enquiry(extendable)).due_on == date(2026, 12, 10)
    assert "'Share a copy of the response' moves from Thursday 17 December 2026 to Thursday 10" in said(
        extendable, council
    )


def test_reclassified_to_what_is_never_extended_the_copy_has_that_time_no_longer(council, extendable):
    """Nothing is lost: back under rules that allow it, it counts again."""
    dates.extend(
        case=extendable,
        by=council.manager,
        now=NOW,
        total=20,
        reason="Two teams.",
        asked_by="SEND North",
        complainant_agreed=True,
        stage=complaint(extendable),
    )
    for procedure, response, copy in (
        ("corporate", date(2026, 12, 2), date(2026, 12, 3)),
        ("children-act", date(2026, 12, 16), date(2026, 12, 17)),
    ):
        triage.reclassify(
            case=extendable,
            by=council.officer,
            now=NOW,
            type_=cases.first_stage_of(procedure),
            reason="Wrong procedure",
            stage=complaint(extendable),
        )
        assert deadline(extendable, "respond", complaint(extendable)).due_on == response
        assert deadline(extendable, COPY, enquiry(extendable)).due_on == copy


def test_it_is_not_taken_back_by_itself(council, client_for, extendable):
    client = client_for(council.manager)
    client.post(page(extendable, "extend"), extension(extendable, council, confirm="yes"))
    own = standing(Extension).get(stage=enquiry(extendable))
    back = typed(extendable, complaint(extendable), what=f"extension-{own.pk}", reason="Why not")
    answer = client.post(page(extendable, "correct-date"), back | {"confirm": "yes"})
    assertContains(answer, "follows the response (S2.3). Take back the extension of that instead.")
    assert totals(extendable) == [21]


def test_a_copy_that_was_late_before_the_extension_stays_late(council, extendable):
    """A breach is a fact: more time cures nothing (DOMAIN 2)."""
    after = datetime(2026, 12, 4, 10, 0, tzinfo=LONDON)
    dates.extend(
        case=extendable,
        by=council.manager,
        now=after,
        total=20,
        reason="Two teams.",
        asked_by="SEND North",
        complainant_agreed=True,
        stage=complaint(extendable),
    )
    row = deadline(extendable, COPY, enquiry(extendable))
    assert row.due_on == date(2026, 12, 17)
    assert row.missed_at is not None


def test_when_it_came_in_moves_both_and_keeps_their_distance(council, client_for, extendable):
    client = client_for(council.manager)
    client.post(page(extendable, "extend"), extension(extendable, council, confirm="yes"))
    event = enquiry(extendable).events.get(code="received")
    wrong = typed(
        extendable, complaint(extendable), what=f"event-{event.pk}", day="17/11/2026", reason="Stamp"
    )
    client.post(page(extendable, "correct-date"), wrong | {"confirm": "yes"})
    assert deadline(extendable, "respond", complaint(extendable)).due_on == date(2026, 12, 15)
    assert deadline(extendable, COPY, enquiry(extendable)).due_on == date(2026, 12, 16)


# --- the answer of its own that nobody writes -------------------------------------------------------


def test_the_draft_is_not_asked_for_down_the_complaints_route(council):
    case = cases.accepted(council, parties=MP)
    row = deadline(case, "draft-response", enquiry(case))
    assert (row.dismissed, row.live, row.in_time) == (True, False, None)
    assert standing(Dismissal).get(stage=enquiry(case)).reason == (
        "It goes down the complaints route: it is not answered itself, a copy of the response is shared (S2.3)."
    )
    assert deadline(case, COPY, enquiry(case)).live
    assert deadline(case, "inform-lead-member", enquiry(case)).live


def test_closed_with_the_copy_nothing_of_it_was_missed(council):
    case = answered(council)
    sending.share_copy(
        case=case, by=council.officer, now=NOW, sent=sending.Sent(NOW.date(), entry("channel", "email"))
    )
    row = deadline(case, "draft-response", enquiry(case))
    assert (row.in_time, row.missed_at, row.dismissed) == (None, None, True)
    assert deadline(case, COPY, enquiry(case)).in_time is True


def test_what_was_missed_before_it_went_down_stays_missed(council):
    case = cases.log(council, parties=MP)
    after = datetime(2026, 12, 11, 10, 0, tzinfo=LONDON)  # the draft was due on the 9th
    triage.triage(case=case, by=council.officer, now=after, type_=cases.first_stage_of("corporate"))
    row = deadline(case, "draft-response", enquiry(case))
    assert (row.dismissed, row.in_time) == (True, False)


def test_answered_as_an_enquiry_the_draft_counts(council):
    case = cases.triaged(council, "mp-enquiry", parties=MP)
    assert deadline(case, "draft-response", enquiry(case)).live


# --- the complaint while the copy is outstanding ----------------------------------------------------


def answered(council: Council, *, close: bool = False) -> Case:
    """The complaint is answered, and closed if asked; its copy is still to be shared."""
    case = cases.accepted(council, parties=MP)
    drafting.submit(case=case, by=council.responder, now=NOW, text="We are sorry.")
    drafting.approve(case=case, by=council.officer, now=NOW)
    stage = complaint(case)
    sending.send(
        case=case,
        by=council.officer,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in stage.points.all()},
        stage=stage,
    )
    if close:
        closing.close(case=case, by=council.officer, now=NOW, none_because="A single slip.", stage=stage)
    return case


def test_the_closed_complaint_is_still_within_reach(council, client_for):
    case = answered(council, close=True)
    shown = client_for(council.manager).get(f"/cases/{case.reference}/")
    for words in (
        "Record that the copy was shared",
        "Escalate to the next stage",
        "Refuse to escalate",
        "Record the learning",
        "Reopen",
        "Correct a date",
    ):
        assertContains(shown, words)


def test_it_goes_on_to_stage_2(council, client_for):
    case = answered(council, close=True)
    asked = typed(case, complaint(case), asked_on="20/11/2026", reasons="Not answered", confirm="yes")
    asked |= {"points": [row.point_id for row in complaint(case).points.all()]}
    client_for(council.officer).post(page(case, "escalate"), asked)
    assert complaint(case).type.code == "stage-2"
    assert enquiry(case).state == "to-copy"


def test_it_is_reopened_and_the_copy_still_waits(council, client_for):
    case = answered(council, close=True)
    again = typed(case, complaint(case), reason="The answer was wrong", confirm="yes")
    client_for(council.manager).post(page(case, "reopen"), again)
    assert (complaint(case).state, enquiry(case).state) == ("to-answer", "to-copy")


def test_while_the_complaint_is_open_no_closed_stage_is_offered(council, client_for):
    case = cases.closed(council, "corporate")
    shown = client_for(council.manager).get(f"/cases/{case.reference}/")
    assertContains(shown, "Reopen")
    closing.reopen(case=case, by=council.manager, now=NOW, reason="The answer was wrong")
    assertNotContains(client_for(council.manager).get(f"/cases/{case.reference}/"), "Reopen")


# --- withdrawn by a misunderstanding ----------------------------------------------------------------


def withdraw(case: Case, council: Council) -> None:
    closing.withdraw(case=case, by=council.officer, now=NOW, withdrawn_on=NOW.date(), how="orally")


def test_all_that_a_withdrawal_closed_goes_on_where_it_stood(council, client_for):
    """W9: it was misunderstood, so it is as if it had not been."""
    case = cases.allocated(council, parties=MP)
    withdraw(case, council)
    assert {stage.state for stage in case.stages.all()} == {"closed"}
    client = client_for(council.manager)
    shown = client.get(page(case, "reopen"))
    assertContains(shown, "copy of the response to be shared (MP or councillor enquiry)")
    assertContains(shown, "with the service, to be accepted (Corporate complaint: Stage 1, local response)")
    again = typed(case, complaint(case), reason="They were misunderstood", confirm="yes")
    client.post(page(case, "reopen"), again)
    stages = {stage.type.procedure.code: stage for stage in case.stages.all()}
    assert {code: (stage.state, stage.closed_as) for code, stage in stages.items()} == {
        "mp-enquiry": ("to-copy", ""),
        "corporate": ("to-accept", ""),
    }
    assert stages["mp-enquiry"].turn_verb == "share-copy"
    assert stages["corporate"].turn_person == council.responder
    case.refresh_from_db()
    assert case.closed_at is None


def test_what_was_over_before_the_withdrawal_stays_over(council):
    case = answered(council, close=True)
    withdraw(case, council)  # of the enquiry alone: the complaint was answered
    closing.reopen(case=case, by=council.manager, now=NOW, reason="They were misunderstood")
    assert (enquiry(case).state, complaint(case).closed_as) == ("to-copy", "answered")


def test_marked_as_logged_in_error_by_mistake_both_go_on(council):
    case = cases.accepted(council, parties=MP)
    triage.log_in_error(case=case, by=council.officer, now=NOW, reason="A test")
    closing.reopen(case=case, by=council.manager, now=NOW, reason="It was none")
    assert (enquiry(case).state, complaint(case).state) == ("to-copy", "to-answer")


def test_a_contact_withdrawn_before_triage_is_to_be_triaged(council):
    case = cases.log(council, parties=MP)
    withdraw(case, council)
    closing.reopen(case=case, by=council.manager, now=NOW, reason="They were misunderstood")
    assert [stage.state for stage in case.stages.all()] == ["to-triage"]


def test_where_its_words_were_erased_it_goes_on_as_its_table_says(council):
    case = cases.allocated(council)
    withdraw(case, council)
    with transaction.atomic():
        erase(history(case.stream).last(), by=council.manager, reason="Asked for", now=NOW)
    closing.reopen(case=case, by=council.manager, now=NOW, reason="They were misunderstood")
    assert complaint(case).state == "to-answer"


# --- each contact is acknowledged -------------------------------------------------------------------


def acknowledge(case: Case, council: Council, now: datetime, stage: Stage | None = None) -> None:
    sending.acknowledge(
        case=case,
        by=council.officer,
        now=now,
        sent=sending.Sent(now.astimezone(LONDON).date(), entry("channel", "email"), "Jo Example"),
        officer=council.officer,
        sharing_notice=True,
        stage=stage,
    )


def test_an_acknowledgement_before_triage_is_of_all_that_triage_made(council):
    case = cases.log(council, parties=MP)
    acknowledge(case, council, NOW)
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("corporate"))
    for stage in (None, enquiry(case), complaint(case)):
        with pytest.raises(Refused, match="It was acknowledged already"):
            acknowledge(case, council, NOW, stage)
