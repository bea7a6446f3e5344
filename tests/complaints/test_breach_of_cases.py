"""What was missed stays missed, whatever becomes of a case; and what is replayed gives the first date again."""

from datetime import date, datetime, timedelta

import pytest

from complaints.actions import closing, dates, drafting, happenings, sending, triage
from complaints.models import Case, Deadline, Entry, Extension, Pause, Stage, StageEvent
from complaints.queries.colour import state_of
from complaints.queries.timeline import timeline
from slas.core.calendar import LONDON
from slas.core.result import State
from tests.complaints import cases, northtown
from tests.complaints.cases import NOW, Council, deadline, entry, make_council, open_stage

pytestmark = pytest.mark.django_db

DUE = date(2026, 12, 2)
"""Ten working days after Wednesday 18 November."""
EXTENDED = date(2026, 12, 16)
IN_TIME = datetime(2026, 11, 30, 9, 0, tzinfo=LONDON)
LATE = datetime(2026, 12, 3, 9, 0, tzinfo=LONDON)


@pytest.fixture
def council(loaded: None, db: None, tmp_path) -> Council:
    """Units and people of Northtown, which pauses and extends."""
    northtown.set_up(tmp_path)
    return make_council()


@pytest.fixture
def case(council: Council) -> Case:
    return northtown.complaint(council)


def extend(council: Council, case: Case, *, now: datetime = NOW, total: int = 20) -> Case:
    return dates.extend(
        case=case,
        by=council.officer,
        now=now,
        total=total,
        reason="Two teams are involved.",
        asked_by="SEND North",
        approver=council.service_manager,
        complainant_agreed=True,
    )


def pause(council: Council, case: Case, first: date, *, now: datetime = NOW) -> Case:
    return happenings.pause(
        case=case, by=council.service_manager, now=now, first=first, ground="Child protection"
    )


def resume(council: Council, case: Case, on: date, *, now: datetime) -> Case:
    return happenings.resume(case=case, by=council.service_manager, now=now, on=on)


def take_back(
    council: Council, case: Case, fact: str, row: Extension | Pause, *, now: datetime = NOW
) -> Case:
    return dates.take_back(case=case, by=council.officer, now=now, fact=fact, pk=row.pk, reason="A slip.")


def received(case: Case) -> StageEvent:
    """The event by which the case came in, as it stands in the answer's stage."""
    return StageEvent.objects.get(stage=open_stage(case), code="received", voided_at=None)


def correct(council: Council, case: Case, day: date, *, now: datetime = NOW) -> Case:
    return dates.correct_date(
        case=case,
        by=council.officer,
        now=now,
        event=received(case),
        moment=day,
        reason="Stamped the day before.",
    )


def send(council: Council, case: Case, *, now: datetime) -> Case:
    """Answered at `now`, late or not."""
    drafting.submit(case=case, by=council.responder, now=now, text="# Our answer\n\nWe are sorry.")
    drafting.approve(case=case, by=council.officer, now=now)
    return sending.send(
        case=case,
        by=council.officer,
        now=now,
        sent=sending.Sent(now.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in open_stage(case).points.all()},
        late_reason=Entry.objects.own().get(list="late-reason", code="busy"),
        late_unit=council.send_north,
    )


def respond(case: Case) -> Deadline:
    """The headline of the stage of the answer, open or closed."""
    return Deadline.objects.get(stage__case=case, milestone="respond")


# --- replayed, never added to (TRAPS 9) -----------------------------------------------------------------------------


def test_paused_extended_and_both_taken_back_it_is_due_on_the_first_date_again(council, case):
    """Tue 24 and Wed 25 November do not count: 4 December, or 18 December with twenty days."""
    thursday = datetime(2026, 11, 26, 9, 0, tzinfo=LONDON)
    pause(council, case, date(2026, 11, 24), now=thursday)
    resume(council, case, date(2026, 11, 26), now=thursday)
    assert deadline(case).due_on == date(2026, 12, 4)
    extend(council, case, now=thursday)
    assert deadline(case).due_on == date(2026, 12, 18)
    take_back(council, case, "extension", Extension.objects.get(), now=thursday)
    assert deadline(case).due_on == date(2026, 12, 4)
    take_back(council, case, "pause", Pause.objects.get(), now=thursday)
    row = deadline(case)
    assert (row.due_on, row.original_due_on, row.missed_at) == (DUE, DUE, None)


def test_while_paused_it_has_no_date_and_resumed_on_the_same_day_it_cost_nothing(council, case):
    pause(council, case, NOW.date())
    row, stage = deadline(case), open_stage(case)
    assert (row.due_on, row.paused_since, state_of(row, LATE)) == (None, NOW.date(), State.PAUSED)
    assert (stage.turn_due_at, stage.draft_due_on) == (None, None)
    resume(council, case, NOW.date(), now=NOW)
    assert deadline(case).due_on == DUE
    assert open_stage(case).draft_due_on == date(2026, 11, 30)


def test_reclassified_there_and_back_keeps_the_pause_the_extension_and_the_time_used(council, case):
    thursday = datetime(2026, 11, 26, 9, 0, tzinfo=LONDON)
    pause(council, case, date(2026, 11, 24), now=thursday)
    resume(council, case, date(2026, 11, 26), now=thursday)
    extend(council, case, now=thursday)
    small = cases.first_stage_of("small")
    back = open_stage(case).type
    triage.reclassify(case=case, by=council.officer, now=thursday, type_=small, reason="A small matter.")
    assert deadline(case).due_on == date(
        2026, 11, 25
    )  # five days from the 18th: nothing pauses or extends it
    triage.reclassify(case=case, by=council.officer, now=thursday, type_=back, reason="It is not so small.")
    assert deadline(case).due_on == date(2026, 12, 18)


def test_correcting_the_day_it_came_in_keeps_the_extension_and_the_pause(council, case):
    pause(council, case, date(2026, 11, 19))
    resume(council, case, date(2026, 11, 20), now=NOW)
    extend(council, case)
    assert deadline(case).due_on == date(2026, 12, 17)
    correct(council, case, date(2026, 11, 16))
    row = deadline(case)
    assert (row.counted_from, row.due_on, row.original_due_on) == (
        date(2026, 11, 16),
        date(2026, 12, 15),
        date(2026, 11, 30),
    )
    case.refresh_from_db()
    assert case.received_on == date(2026, 11, 16)


def test_it_is_corrected_in_every_stage_the_same_event_stands_in(council, case):
    correct(council, case, date(2026, 11, 17))
    days = set(StageEvent.objects.filter(code="received", voided_at=None).values_list("day", flat=True))
    assert days == {date(2026, 11, 17)}
    assert Deadline.objects.get(milestone="triage").due_on == date(2026, 11, 19)


# --- paused and closed (TRAPS 10) ----------------------------------------------------------------------------------


def test_closing_a_paused_stage_ends_the_pause(council, case):
    pause(council, case, NOW.date())
    closing.withdraw(
        case=case, by=council.officer, now=IN_TIME, withdrawn_on=IN_TIME.date(), how="by telephone"
    )
    row = Pause.objects.get()
    assert (row.resumed, row.resumed_at, row.resumed_by) == (IN_TIME.date(), IN_TIME, council.officer)
    closing.reopen(case=case, by=council.manager, now=IN_TIME, reason="They meant another case.")
    assert deadline(case).due_on == date(2026, 12, 10)  # six working days stood still
    assert deadline(case).paused_since is None


# --- a breach is a fact (TRAPS 12, 17) -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["extended", "paused"])
def test_more_time_after_it_was_missed_does_not_cure_it(council, case, how):
    if how == "extended":
        extend(council, case, now=LATE)
    else:
        pause(council, case, date(2026, 11, 23), now=LATE)
        resume(council, case, date(2026, 12, 1), now=LATE)
    row = deadline(case)
    assert row.due_on > LATE.date()
    assert row.missed_at == row.red_at == datetime(2026, 12, 3, 0, 0, tzinfo=LONDON)
    assert state_of(row, LATE) is State.RED
    send(council, case, now=LATE)
    assert respond(case).in_time is False


def test_more_time_before_it_is_missed_moves_amber_and_red_with_it(council, case):
    before = deadline(case)
    extend(council, case, now=IN_TIME)
    after = deadline(case)
    assert state_of(before, IN_TIME) is State.AMBER
    assert state_of(after, IN_TIME) is State.GREEN
    assert state_of(after, LATE) is State.GREEN
    assert after.missed_at is None


def test_closing_a_late_case_keeps_its_breach_and_so_does_reopening_it(council, case):
    send(council, case, now=LATE)
    closing.close(case=case, by=council.officer, now=LATE, none_because="A single slip.")
    row = respond(case)
    assert (row.live, row.in_time, row.met_on) == (False, False, LATE.date())
    closing.reopen(
        case=case, by=council.manager, now=LATE + timedelta(days=30), reason="Not all was answered."
    )
    row = respond(case)
    assert (row.in_time, row.due_on) == (False, DUE)


def test_reopened_after_an_answer_in_time_it_has_no_date_and_the_second_answer_is_not_late(council, case):
    """The first answer was in time and stays so (W9, decision 14); no policy gives a time for the second."""
    send(council, case, now=IN_TIME)
    closing.close(case=case, by=council.officer, now=IN_TIME, none_because="A single slip.")
    closing.reopen(case=case, by=council.manager, now=LATE, reason="Not all was answered.")
    row, stage = respond(case), open_stage(case)
    assert (row.live, row.in_time, row.met_on) == (False, True, IN_TIME.date())
    assert (stage.turn_verb, stage.turn_due_at) == ("submit", None)
    weeks_after = LATE + timedelta(days=21)
    send(council, case, now=weeks_after)
    row, stage = respond(case), open_stage(case)
    assert (row.in_time, row.met_on, stage.late_reason) == (True, IN_TIME.date(), None)
    assert [letter.sent_on for letter in stage.letters.order_by("pk")] == [
        IN_TIME.date(),
        weeks_after.date(),
    ]


def test_closed_unanswered_after_it_was_due_and_reopened_it_is_late(council, case):
    closing.withdraw(case=case, by=council.officer, now=LATE, withdrawn_on=LATE.date(), how="by e-mail")
    row = respond(case)
    assert (row.live, row.red_at) == (False, datetime(2026, 12, 3, 0, 0, tzinfo=LONDON))
    closing.reopen(case=case, by=council.manager, now=LATE, reason="They meant another case.")
    assert state_of(respond(case), LATE) is State.RED


def test_reclassified_to_a_shorter_time_and_back_neither_cures_nor_makes_a_breach(council, case):
    small, back = cases.first_stage_of("small"), open_stage(case).type
    after_five = datetime(2026, 11, 27, 9, 0, tzinfo=LONDON)
    triage.reclassify(case=case, by=council.officer, now=after_five, type_=small, reason="A small matter.")
    assert state_of(deadline(case), after_five) is State.RED
    triage.reclassify(case=case, by=council.officer, now=after_five, type_=back, reason="It is not.")
    assert state_of(deadline(case), after_five) is State.GREEN
    triage.reclassify(case=case, by=council.officer, now=LATE, type_=small, reason="It is, after all.")
    triage.reclassify(case=case, by=council.officer, now=LATE, type_=back, reason="No.")
    assert deadline(case).missed_at is not None


def test_correcting_the_date_cures_it_and_the_timeline_says_so(council, case):
    extend(council, case, now=LATE)
    assert deadline(case).missed_at is not None
    correct(council, case, date(2026, 11, 20), now=LATE)
    row = deadline(case)
    assert (row.missed_at, row.original_due_on, state_of(row, LATE)) == (None, date(2026, 12, 4), State.GREEN)
    told = timeline(case, council.officer, now=LATE)[0].sentence
    assert "from Wednesday 18 November 2026 to Friday 20 November 2026. Stamped the day before." in told
    assert (
        "'Send the response' moves from Wednesday 16 December 2026 to Friday 18 December 2026, "
        "so it is not late any more." in told
    )


def test_correcting_the_date_the_other_way_makes_it_late_and_says_that(council, case):
    correct(council, case, date(2026, 11, 13), now=IN_TIME)
    assert state_of(deadline(case), IN_TIME) is State.RED
    assert "which makes it late" in timeline(case, council.officer, now=IN_TIME)[0].sentence


def test_the_answer_sent_on_the_due_day_is_in_time(council, case):
    send(council, case, now=datetime(2026, 12, 2, 23, 59, tzinfo=LONDON))
    assert respond(case).in_time is True


def test_correcting_when_the_answer_was_sent_corrects_the_letter_and_the_verdict(council, case):
    send(council, case, now=LATE)
    event = StageEvent.objects.get(code="responded", voided_at=None)
    dates.correct_date(
        case=case, by=council.officer, now=LATE, event=event, moment=DUE, reason="It went the evening before."
    )
    assert respond(case).in_time is True
    letter = Stage.objects.get(pk=event.stage_id).letters.get()
    assert (letter.sent_on, letter.received_on) == (DUE, DUE)
