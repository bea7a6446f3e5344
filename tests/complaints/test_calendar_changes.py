"""A bank holiday, a closure day, a change of how a calendar counts: open cases move at once, and say so (TRAPS 13)."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ
from pytest_django.asserts import assertContains

from accounts.roles import Role
from audit.service import history, verify
from complaints import jobs
from complaints.actions import (
    allocation,
    calendars,
    closing,
    dates,
    details,
    escalation,
    extending,
    happenings,
    sending,
    triage,
)
from complaints.models import Case, Deadline, GivenDate, Stage, StageEvent
from complaints.queries.case_dates import workings
from complaints.queries.timeline import timeline
from slas.core.calendar import LONDON, Receipt
from slas.models import Calendar, ClosureDay, Holiday, HolidayList, new_revision
from slas.service import CalendarError
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline, entry, open_stage
from tests.factories import make_grant

pytestmark = pytest.mark.django_db

MOURNING = date(2026, 11, 25)
"""A Wednesday within the ten days of a complaint received on 18 November."""


def proclaim(council: Council, day: date = MOURNING, *, now: datetime = NOW, **more) -> calendars.Effect:
    return calendars.proclaim(
        nation="england-and-wales",
        day=day,
        name="Day of mourning",
        source="Proclamation",
        proclaimed_on=now.date(),
        by=council.administrator,
        now=now,
        **more,
    )


def surrey_calendar() -> Calendar:
    return Calendar.objects.get(code="surrey-cfllc")


# --- open cases move -------------------------------------------------------------------------------


def test_a_proclaimed_bank_holiday_moves_an_open_case_and_says_so(council):
    case = cases.accepted(council)
    stage = open_stage(case)
    assert (deadline(case).due_on, stage.draft_due_on) == (date(2026, 12, 2), date(2026, 11, 30))
    assert proclaim(council).moved == 1
    row = deadline(case)
    stage.refresh_from_db()
    assert (row.due_on, row.red_at) == (date(2026, 12, 3), datetime(2026, 12, 4, 0, 0, tzinfo=LONDON))
    assert row.amber_at == datetime(2026, 12, 1, 0, 0, tzinfo=LONDON)
    assert stage.draft_due_on == date(2026, 12, 1)
    assert stage.turn_due_at == datetime(
        2026, 12, 2, 0, 0, tzinfo=LONDON
    )  # the end of the day the draft is due
    told = timeline(case, council.officer, now=NOW)[0]
    assert told.sentence == (
        "A bank holiday was added on Wednesday 25 November 2026 (Day of mourning): 'Send the response' moves from "
        "Wednesday 2 December 2026 to Thursday 3 December 2026."
    )
    assert told.who == "Adi Administrator"


def test_every_deadline_that_moves_is_named_and_the_record_verifies(council):
    enquiry = cases.triaged(council, "mp-enquiry", received=date(2026, 11, 20), now=NOW)
    complaint = cases.accepted(council)
    proclaim(council)
    told = timeline(enquiry, council.officer, now=NOW)[0].sentence
    assert "'Share the draft response with the MP's or councillor's personal assistant' moves from" in told
    for case in (enquiry, complaint):
        case.refresh_from_db()
        assert verify(case.stream) == []
        assert case.revision == history(case.stream).last().sequence


def test_a_form_opened_before_it_is_told(council):
    case = cases.accepted(council)
    seen = Case.objects.get(pk=case.pk).revision
    proclaim(council)
    with pytest.raises(dates.Refused, match="A bank holiday was added on Wednesday 25 November 2026"):
        details.note(case=case, by=council.officer, now=NOW, text="Rang her.", seen=seen)


def test_withdrawn_again_the_first_date_is_back(council):
    case = cases.accepted(council)
    proclaim(council)
    holiday = Holiday.objects.get(day=MOURNING, list__nation="england-and-wales")
    assert calendars.withdraw(holiday, by=council.administrator, now=NOW).moved == 1
    assert deadline(case).due_on == date(2026, 12, 2)
    assert "is no longer a bank holiday" in timeline(case, council.officer, now=NOW)[0].sentence


def test_a_closure_day_moves_what_the_law_does_not_set(council):
    corporate, statutory = cases.accepted(council, "corporate"), cases.accepted(council, "children-act")
    effect = calendars.add_closure(
        calendar=surrey_calendar(), day=MOURNING, name="Move of offices", by=council.administrator, now=NOW
    )
    assert effect.moved == 1
    assert deadline(corporate).due_on == date(2026, 12, 3)
    assert deadline(statutory).due_on == date(2026, 12, 2)
    closure = ClosureDay.objects.get(day=MOURNING)
    assert calendars.remove_closure(closure, by=council.administrator, now=NOW).moved == 1
    assert deadline(corporate).due_on == date(2026, 12, 2)


def test_how_a_calendar_counts_reaches_open_cases(council):
    """Received on a Saturday, it counts as Monday's under deemed receipt."""
    case = cases.accepted(council, received=date(2026, 11, 14))
    assert deadline(case).due_on == date(2026, 11, 27)
    effect = calendars.change_calendar(
        calendar=surrey_calendar(),
        works_bank_holidays=False,
        receipt=Receipt.DEEMED,
        cut_off=None,
        by=council.administrator,
        now=NOW,
    )
    assert effect == calendars.Effect(1)
    assert deadline(case).due_on == date(2026, 11, 30)


def test_a_calendar_that_works_bank_holidays_and_another_nation_touch_nobody(council):
    case = cases.accepted(council)
    effect = calendars.proclaim(
        nation="scotland",
        day=MOURNING,
        name="Day of mourning",
        source="Proclamation",
        proclaimed_on=NOW.date(),
        by=council.administrator,
        now=NOW,
    )
    assert effect.moved == 0
    assert deadline(case).due_on == date(2026, 12, 2)


def test_a_holiday_entered_after_the_due_day_says_that_it_is_not_late_any_more(council):
    case = cases.accepted(council)
    late = datetime(2026, 12, 3, 9, 0, tzinfo=LONDON)
    proclaim(council, now=late)
    assert timeline(case, council.officer, now=late)[0].sentence.endswith(
        "moves from Wednesday 2 December 2026 to Thursday 3 December 2026, so it is not late any more."
    )


# --- what is settled stays -------------------------------------------------------------------------


def test_a_closed_case_is_not_touched_nor_by_what_is_done_to_it_later(council):
    case = cases.closed(council)
    revision = Case.objects.get(pk=case.pk).revision
    assert proclaim(council, now=cases.later(hours=1)).moved == 0
    details.note(case=case, by=council.officer, now=cases.later(hours=2), text="Rang her.")
    row = Deadline.objects.get(stage__case=case, milestone="respond")
    assert row.due_on == date(2026, 12, 2)
    assert Case.objects.get(pk=case.pk).revision == revision + 1


def test_what_was_met_on_its_last_day_stays_in_time_when_a_holiday_is_withdrawn(council):
    proclaim(council)
    last_day = datetime(2026, 12, 3, 15, 0, tzinfo=LONDON)
    case = cases.approved(council)
    sending.send(
        case=case,
        by=council.officer,
        now=last_day,
        sent=sending.Sent(last_day.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in open_stage(case).points.all()},
    )
    later = last_day + timedelta(days=1)
    holiday = Holiday.objects.get(day=MOURNING, list__nation="england-and-wales")
    assert calendars.withdraw(holiday, by=council.administrator, now=later).moved == 0
    closing.close(case=case, by=council.officer, now=later, none_because="A slip.")
    row = Deadline.objects.get(stage__case=case, milestone="respond")
    assert (row.due_on, row.in_time) == (date(2026, 12, 3), True)
    shown = workings(case, now=later)[0].milestones[0]
    assert "This was settled on Thursday 3 December 2026" in shown.settled
    assert "Counted today it would be Wednesday 2 December 2026:" in shown.settled


def test_a_corrected_fact_moves_what_is_settled_by_the_calendar_of_today(council):
    case = cases.sent(council)
    proclaim(council, now=cases.later(hours=1))
    event = StageEvent.objects.get(stage=open_stage(case), code="received", voided_at=None)
    dates.correct_date(
        case=case,
        by=council.officer,
        now=cases.later(hours=2),
        event=event,
        moment=date(2026, 11, 17),
        reason="Stamped the day before.",
    )
    assert deadline(case).due_on == date(2026, 12, 2)


def triaged_on_a_last_day_that_was_moved(council: Council) -> Case:
    """An MP's enquiry of Friday 13 November, triaged on Wednesday 18: in time, because the council was closed on the
    Tuesday; and then it had not been closed after all. The lead member is still to be told."""
    monday = datetime(2026, 11, 16, 9, 0, tzinfo=LONDON)
    mp = cases.PartyDraft("mp", "Ann Member MP", office="Westminster")
    case = cases.log(council, now=monday, received=date(2026, 11, 13), parties=[mp])
    calendars.add_closure(
        calendar=surrey_calendar(), day=date(2026, 11, 17), name="Flood", by=None, now=monday
    )
    wednesday = datetime(2026, 11, 18, 9, 0, tzinfo=LONDON)
    triage.triage(
        case=case, by=council.officer, now=wednesday, type_=cases.first_stage_of("mp-enquiry", monday.date())
    )
    closure = ClosureDay.objects.get(day=date(2026, 11, 17))
    calendars.remove_closure(closure, by=None, now=wednesday + timedelta(hours=1))
    return case


def test_what_was_met_in_time_stays_so_when_something_else_is_recorded(council):
    """That the lead member's office was told has nothing to do with when the enquiry was triaged."""
    case = triaged_on_a_last_day_that_was_moved(council)
    row = deadline(case, "triage")
    assert (row.due_on, row.in_time) == (date(2026, 11, 18), True)
    happenings.record_event(
        case=case,
        by=council.officer,
        now=datetime(2026, 11, 18, 11, 0, tzinfo=LONDON),
        code="lead-member-informed",
        moment=date(2026, 11, 18),
    )
    row.refresh_from_db()
    assert (row.due_on, row.in_time) == (date(2026, 11, 18), True)
    assert (deadline(case, "inform-lead-member").due_on, deadline(case, "inform-lead-member").in_time) == (
        date(2026, 11, 17),
        False,
    )
    told = timeline(case, council.officer, now=NOW)[0].sentence
    assert told == "Olu Officer recorded 'Lead member informed' on Wednesday 18 November 2026."


def test_a_date_given_for_one_step_leaves_what_another_was_judged_by(council):
    case = triaged_on_a_last_day_that_was_moved(council)
    now = datetime(2026, 11, 18, 11, 0, tzinfo=LONDON)
    happenings.give_date(
        case=case,
        by=council.officer,
        now=now,
        milestone="update",
        day=date(2026, 11, 25),
        said_by="The MP's office",
    )
    assert (deadline(case, "triage").due_on, deadline(case, "triage").in_time) == (date(2026, 11, 18), True)
    given = GivenDate.objects.get()
    dates.take_back(
        case=case, by=council.officer, now=now, fact="given", pk=given.pk, reason="Another case's."
    )
    assert (deadline(case, "triage").due_on, deadline(case, "triage").in_time) == (date(2026, 11, 18), True)


def test_a_step_counted_from_another_is_judged_anew_with_what_that_counts_from(council):
    """The adjudication is drafted five days before the response, which counts from the statement of complaint."""
    case = cases.closed(council, "children-act")
    now = cases.later(days=3)
    escalation.escalate(
        case=case, by=council.officer, now=now, asked_on=date(2026, 11, 23), reasons="Not all was answered."
    )
    for code in ("statement-agreed", "adjudication-drafted"):
        happenings.record_event(case=case, by=council.officer, now=now, code=code, moment=now.date())
    due = deadline(case, "adjudication-draft").due_on
    proclaim(council, now=cases.later(days=4))
    details.note(case=case, by=council.officer, now=cases.later(days=5), text="Rang her.")
    assert deadline(case, "adjudication-draft").due_on == due
    event = StageEvent.objects.get(code="statement-agreed")
    dates.correct_date(
        case=case,
        by=council.officer,
        now=cases.later(days=6),
        event=event,
        moment=date(2026, 11, 24),
        reason="Agreed the next day.",
    )
    assert deadline(case).due_on == date(2027, 1, 4)  # a day for the statement, a day for the holiday
    assert deadline(case, "adjudication-draft").due_on == date(2026, 12, 23)


# --- many cases ------------------------------------------------------------------------------------


def busy(council: Council) -> None:
    """A case that waits for all that can be waited for at once."""
    case = cases.accepted(council, "children-act")
    extending.ask_extension(case=case, by=council.responder, now=NOW, total=15, reason="Two teams.")
    for question in ("What of May?", "And of June?"):
        allocation.ask_contribution(
            case=case,
            by=council.officer,
            now=NOW,
            unit=council.safeguarding,
            question=question,
            due_on=date(2026, 11, 27),
        )


def test_the_number_of_queries_does_not_grow_with_the_cases(council):
    def queries(cases_there: int, day: date) -> int:
        while Case.objects.count() < cases_there:
            busy(council)
        with CaptureQueriesContext(connection) as seen:
            assert proclaim(council, day).moved == cases_there
        return len(seen)

    assert queries(3, date(2026, 11, 24)) == queries(12, date(2026, 11, 26))


def test_many_batches_come_to_the_same(council, monkeypatch):
    monkeypatch.setattr(calendars, "BATCH", 2)
    made = [cases.accepted(council) for _ in range(5)]
    assert proclaim(council).moved == 5
    assert {deadline(case).due_on for case in made} == {date(2026, 12, 3)}


def test_more_than_a_page_can_wait_for_goes_to_the_worker(council, client_for, monkeypatch):
    monkeypatch.setattr(calendars, "AT_ONCE", 1)
    made = [cases.accepted(council) for _ in range(2)]
    client = client_for(Role.ADMINISTRATOR)
    sent = {
        "day": "25/11/2026",
        "name": "Day of mourning",
        "source": "Proclamation",
        "proclaimed_on": "20/11/2026",
    }
    with time_machine.travel(NOW, tick=False):
        answer = client.post("/bank-holidays/england-and-wales/proclaim/", sent, follow=True)
    assertContains(answer, "Open cases are being worked out anew")
    assert {deadline(case).due_on for case in made} == {date(2026, 12, 2)}
    task = OrmQ.objects.get().task
    assert task["func"] == "complaints.jobs.recount"
    assert jobs.recount(*task["args"]) == "2 cases moved"
    assert {deadline(case).due_on for case in made} == {date(2026, 12, 3)}
    assert timeline(made[0], council.officer, now=NOW)[0].who == str(client.user)
    assert jobs.recount(*task["args"]) == "0 cases moved"


def test_what_is_refused_hands_nothing_to_the_worker(council, monkeypatch):
    monkeypatch.setattr(calendars, "AT_ONCE", 0)
    cases.accepted(council)
    with pytest.raises(CalendarError):
        proclaim(council, date(2026, 12, 25), later=jobs.recount_later)
    assert not OrmQ.objects.exists()


def test_what_was_settled_and_corrected_once_is_not_moved_by_a_calendar_later(council):
    """The correction judges it by the calendar of its day; a holiday proclaimed after that does not."""
    case = cases.sent(council)
    event = StageEvent.objects.get(stage=open_stage(case), code="received", voided_at=None)
    dates.correct_date(
        case=case,
        by=council.officer,
        now=cases.later(hours=1),
        event=event,
        moment=date(2026, 11, 17),
        reason="Stamped the day before.",
    )
    assert deadline(case).due_on == date(2026, 12, 1)
    proclaim(council, now=cases.later(hours=2))
    assert deadline(case).due_on == date(2026, 12, 1)
    details.note(case=case, by=council.officer, now=cases.later(hours=3), text="Rang her.")
    assert deadline(case).due_on == date(2026, 12, 1)


# --- what a change did not reach -------------------------------------------------------------------


def proclaimed_behind_their_backs(council: Council) -> None:
    """A bank holiday that open cases have not heard of: the worker lost what it was handed."""
    proclaim(council, later=lambda what, by: None)


def test_the_night_mends_a_case_that_a_change_did_not_reach_and_says_what_moved(council, monkeypatch):
    """Logged while the holiday was being proclaimed, or left over by a lost job, a batch of one and a batch of two."""
    monkeypatch.setattr(calendars, "AT_ONCE", 0)
    monkeypatch.setattr(calendars, "BATCH", 2)
    made = [cases.accepted(council) for _ in range(3)]
    proclaimed_behind_their_backs(council)
    assert {deadline(case).due_on for case in made} == {date(2026, 12, 2)}
    assert calendars.recount_all(now=NOW) == 3
    for case in made:
        row, stage = deadline(case), open_stage(case)
        assert (row.due_on, row.red_at) == (date(2026, 12, 3), datetime(2026, 12, 4, 0, 0, tzinfo=LONDON))
        assert stage.draft_due_on == date(2026, 12, 1)
        assert stage.turn_due_at == datetime(2026, 12, 2, 0, 0, tzinfo=LONDON)
        told = timeline(case, council.officer, now=NOW)[0]
        assert told.who == "the system"
        assert told.sentence == (
            "Checked overnight against the calendar: 'Send the response' moves from Wednesday 2 December 2026 to "
            "Thursday 3 December 2026."
        )


def test_the_night_leaves_what_is_settled_as_it_was_judged(council, monkeypatch):
    monkeypatch.setattr(calendars, "AT_ONCE", 0)
    sent, closed = cases.sent(council), cases.closed(council)
    proclaimed_behind_their_backs(council)
    assert calendars.recount_all(now=cases.later(days=1)) == 0
    rows = Deadline.objects.filter(stage__case__in=[sent, closed], milestone="respond")
    assert set(rows.values_list("due_on", flat=True)) == {date(2026, 12, 2)}


def test_the_night_mends_a_turn_and_a_colour_and_says_nothing_where_no_date_moves(council):
    case = cases.accepted(council)
    stage = open_stage(case)
    Deadline.objects.filter(stage=stage).update(amber_at=NOW)
    Stage.objects.filter(pk=stage.pk).update(turn_due_at=NOW)
    revision = Case.objects.get(pk=case.pk).revision
    assert calendars.recount_all(now=NOW) == 0
    assert deadline(case).amber_at == datetime(2026, 11, 30, 0, 0, tzinfo=LONDON)
    assert open_stage(case).turn_due_at == stage.turn_due_at
    assert Case.objects.get(pk=case.pk).revision == revision


def test_a_night_with_nothing_to_do_writes_nothing(council):
    for procedure in ("corporate", "children-act", "mp-enquiry", "enquiry"):
        cases.triaged(council, procedure)
    cases.sent(council)
    cases.closed(council)
    with CaptureQueriesContext(connection) as seen:
        assert calendars.recount_all(now=cases.later(days=30)) == 0
    wrote = [q["sql"] for q in seen if re.match("INSERT|UPDATE|DELETE", q["sql"])]
    assert wrote == []


def test_the_worker_does_it_every_night(council, monkeypatch):
    monkeypatch.setattr(calendars, "AT_ONCE", 0)
    with time_machine.travel(NOW, tick=False):
        jobs.nightly()
        case = cases.accepted(council)
        proclaimed_behind_their_backs(council)
        assert jobs.nightly() == ("0 bank holidays added; the dates of 1 case put right; the record verifies")
        assert deadline(case).due_on == date(2026, 12, 3)
        assert jobs.nightly() == "0 bank holidays added; the record verifies"


# --- the doors -------------------------------------------------------------------------------------


@pytest.fixture
def administrator(council, client_for):
    """An administrator who is a manager of Customer Relations too, and so sees the cases."""
    with time_machine.travel(NOW, tick=False):
        make_grant(council.administrator, Role.CR_MANAGER)
        yield client_for(council.administrator)


def test_the_page_says_how_many_cases_moved(council, administrator):
    cases.accepted(council)
    cases.accepted(council)
    sent = {
        "day": "25/11/2026",
        "name": "Day of mourning",
        "source": "Proclamation",
        "proclaimed_on": "20/11/2026",
    }
    answer = administrator.post("/bank-holidays/england-and-wales/proclaim/", sent, follow=True)
    moved = "2 open cases that you may see have a date that moved, and say so."
    assertContains(answer, f"is now a bank holiday: Day of mourning. {moved}")
    holiday = Holiday.objects.get(day=MOURNING, list__nation="england-and-wales")
    answer = administrator.post(f"/bank-holidays/england-and-wales/{holiday.pk}/withdraw/", follow=True)
    assertContains(answer, f"That day is no longer a bank holiday. {moved}")
    closing_day = {"closure-day": "25/11/2026", "closure-name": "Move of offices"}
    answer = administrator.post("/calendars/surrey-cfllc/closure-days/", closing_day, follow=True)
    assertContains(answer, "Wednesday 25 November 2026 is now a closure day.")
    assertContains(answer, "2 open cases that you may see have a date that moved")
    closure = ClosureDay.objects.get(day=MOURNING)
    answer = administrator.post(f"/calendars/surrey-cfllc/closure-days/{closure.pk}/remove/", follow=True)
    assertContains(answer, "2 open cases that you may see have a date that moved")


def test_changing_how_a_calendar_counts_says_so_too(council, administrator):
    cases.accepted(council, received=date(2026, 11, 14))
    form = administrator.get("/calendars/surrey-cfllc/change/").context["form"]
    sent = {name: form.initial.get(name) or "" for name in form.fields} | {"receipt": "deemed"}
    answer = administrator.post("/calendars/surrey-cfllc/change/", sent, follow=True)
    assertContains(answer, "1 open case that you may see has a date that moved, and says so.")
    assertContains(
        administrator.post("/calendars/surrey-cfllc/change/", sent, follow=True), "Surrey working days"
    )


def test_the_command_reaches_open_cases(council):
    """A holiday the installed list lacks is taken out, and what it held up moves back."""
    case = cases.accepted(council)
    listed = HolidayList.objects.get(nation="england-and-wales")
    Holiday.objects.create(list=listed, day=MOURNING, name="Not in the list", source="A slip")
    listed.revision = new_revision()
    listed.save()
    calendars.recount(calendars.Recount((surrey_calendar().pk,), "Test"), by=None, now=NOW)
    assert deadline(case).due_on == date(2026, 12, 3)
    with time_machine.travel(NOW, tick=False):
        call_command("load_bank_holidays", verbosity=0)
    assert deadline(case).due_on == date(2026, 12, 2)
    told = timeline(case, council.officer, now=NOW)[0]
    assert told.sentence.startswith(
        "The list of bank holidays was brought up to date: 'Send the response' moves from"
    )
    assert told.who == "the system"


def test_no_stage_is_left_behind(council):
    """Every open stage that a calendar counts stands as its recomputation has it."""
    for procedure in ("corporate", "children-act", "education", "mp-enquiry", "enquiry"):
        cases.triaged(council, procedure)
    proclaim(council)
    stages = Stage.objects.filter(closed_at__isnull=True)
    assert stages.count() == 5
    assert calendars.clock.recompute(stages.values_list("pk", flat=True)) == []
