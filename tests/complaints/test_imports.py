"""What becomes of the rows of a tracker."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit, User
from accounts.roles import Role
from audit.service import verify_all
from complaints import permissions
from complaints.actions import calendars, clock, details, imports
from complaints.actions.imports import Overtaken
from complaints.importing import taking
from complaints.importing.here import known_here
from complaints.importing.map_file import read_map, write_map
from complaints.importing.taking import begin, check, run, sheets_of, work
from complaints.models import Case, ImportBatch, ImportLine, Learning, Stage
from complaints.policies.loader import load, path_of
from complaints.queries.imports import may_import, seats, visible_batches, visible_lines
from complaints.workflow import State
from slas.core.calendar import LONDON
from tests.complaints import cases, northtown
from tests.complaints.cases import NOW
from tests.complaints.importing.test_whole_tracker import FILES
from tests.complaints.trackers import (
    HEADINGS,
    RECEIVED,
    begun,
    case_of,
    differences,
    imported,
    opened,
    row,
    stage_of,
    told,
    tracker,
)
from tests.complaints.walk import checks
from tests.factories import make_grant, make_unit

Kind = ImportLine.Kind


def holds(case: Case) -> None:
    """Its deadlines, its turn, its closing and its record are what they are anywhere else."""
    assert checks.wrong_closing(case) == []
    assert checks.wrong_record(case) == []
    for stage in case.stages.all():
        assert checks.wrong_deadlines(stage) == []
        assert checks.wrong_turn(stage) == []


# --- what a row becomes -----------------------------------------------------------------------------


def test_an_open_row_becomes_a_case_that_can_be_worked_on(council):
    batch = imported(
        row(officer="Olu Officer", responder="Rae Responder", mp="Cllr Ann Lee", due=date(2026, 10, 15)),
        by=council.senior,
        unit=council.children,
    )
    assert batch.line == "1 imported, 0 already there, 0 rejected of 1 rows"
    case = case_of()
    stage = stage_of()
    assert (case.kind, case.unit, case.received_on) == ("complaint", council.send_north, RECEIVED)
    assert (case.officer, stage.responder) == (council.officer, council.responder)
    assert (case.logged_by, case.logged_at, case.import_batch) == (council.senior, NOW, batch)
    assert (case.channel.code, case.summary) == ("email", "No reply to three letters.")
    assert [(p.role, p.name) for p in case.parties.all()] == [
        ("complainant", "Jo Example"),
        ("councillor", "Cllr Ann Lee"),
    ]
    assert [point.text for point in case.points.all()] == ["No reply to three letters."]
    assert "Responding manager: Rae Responder" in case.imported_text
    assert (stage.state, stage.turn_verb, stage.turn_person) == (State.TO_ANSWER, "submit", council.responder)
    assert stage.deadlines.get(headline=True).due_on == date(2026, 10, 15)
    assert told(batch, Kind.REMARK) == differences(batch) == []
    holds(case)


def test_an_answered_row_is_closed_as_imported_when_it_was_answered(council):
    """Exempt from outcome and learning; at noon, London time, as no tracker says the hour (trap 20)."""
    imported(row(responded=date(2026, 10, 14), outcome="Partially upheld"))
    case, stage = case_of(), stage_of()
    assert (case.closed_as, stage.closed_as, stage.state) == ("imported", "imported", State.CLOSED)
    assert case.closed_at == stage.closed_at == datetime(2026, 10, 14, 12, tzinfo=LONDON)
    assert (stage.outcome, stage.points.get().finding) == ("partly-upheld", "partly-upheld")
    headline = stage.deadlines.get(headline=True)
    assert (headline.met_on, headline.in_time) == (date(2026, 10, 14), True)
    assert stage.turn_verb == ""
    holds(case)


def test_what_was_answered_late_was_late(council):
    imported(row(responded=date(2026, 10, 16)))
    assert stage_of().deadlines.get(headline=True).in_time is False


def test_answered_today_it_is_not_closed_in_the_future(council):
    imported(row(responded=NOW.date()), now=NOW.replace(hour=9))
    assert case_of().closed_at == NOW.replace(hour=9)


def test_what_was_withdrawn_is_closed_and_not_answered(council):
    batch = imported(
        row("W/1", outcome="Withdrawn", responded=date(2026, 10, 9)),
        row("W/2", outcome="Withdrawn"),
    )
    first, second = stage_of("W/1"), stage_of("W/2")
    assert first.closed_at == datetime(2026, 10, 9, 12, tzinfo=LONDON)
    assert second.closed_at == NOW
    for stage in (first, second):
        assert (stage.closed_as, stage.case.closed_note) == ("imported", "Withdrawn")
        assert not stage.events.filter(code="responded").exists()
        assert stage.deadlines.get(headline=True).met_on is None
        holds(stage.case)
    assert told(batch, Kind.REMARK) == [
        (3, "Outcome", "Withdrawn, and no date says when: the case is closed as of today.")
    ]


def test_a_stage_2_row_begins_when_it_was_escalated(council):
    imported(row(type="Stage 2 - Corporate"))
    stage = stage_of()
    assert [(e.code, e.day) for e in stage.events.all()] == [("escalated", RECEIVED)]
    assert stage.deadlines.get(headline=True).due_on == date(2026, 10, 29)


def test_a_concern_is_still_to_be_triaged(council):
    imported(row(type="Concern"))
    stage = stage_of()
    assert (stage.case.kind, stage.state, stage.turn_verb) == ("contact", State.TO_TRIAGE, "triage")


def test_a_received_time_is_kept(council):
    at = datetime(2026, 10, 1, 16, 45)  # noqa: DTZ001 as a spreadsheet has it
    imported(row(received=at))
    assert case_of().received_at == at.replace(tzinfo=LONDON)
    assert stage_of().events.get().at == at.replace(tzinfo=LONDON)


def test_a_case_without_a_summary_is_called_by_what_it_is(council):
    imported(row(summary=None))
    assert case_of().summary == "Stage 1 - Corporate CR/1"
    assert not case_of().points.exists()


def test_a_long_summary_is_kept_whole(council):
    long = "They did not come. " * 40
    imported(row(summary=long))
    case = case_of()
    assert len(case.summary) <= 200
    assert case.summary.endswith("…")
    assert case.detail == long.strip()


def test_every_kind_of_the_policy_can_be_imported(council):
    """Open, answered, withdrawn and extended: its deadlines and its turn are right, whatever its procedure has."""
    kinds = known_here(NOW.date()).kinds
    rows = []
    for n, kind in enumerate(kinds):
        said = {"type": kind.name, "due": date(2026, 10, 15)}
        rows += [
            row(f"{n}/open", **said),
            row(f"{n}/answered", responded=date(2026, 10, 20), outcome="Upheld", **said),
            row(f"{n}/withdrawn", outcome="Withdrawn", **said),
            row(f"{n}/extended", extended="Y", extended_to=date(2026, 10, 29), **said),
        ]
    batch = opened(tracker(*rows))
    mapping = read_map(
        "values: {type: {" + ", ".join(f'"{kind.name}": "{kind.code}"' for kind in kinds) + "}}",
        "map.yaml",
        sheets_of(batch),
        known_here(NOW.date()),
    )
    batch = run(begin(batch, write_map(mapping), by=None, now=NOW), clock=lambda: NOW, within=timedelta(1))
    assert (batch.imported, batch.rejected) == (len(rows), 0), told(batch, Kind.REJECTED)
    for case in Case.objects.all():
        holds(case)
    stages = list(Stage.objects.values_list("pk", flat=True))
    assert clock.recompute(stages) == []
    assert set(Case.objects.filter(own_reference__endswith="open").values_list("closed_at", flat=True)) == {
        None
    }


# --- learning ---------------------------------------------------------------------------------------


def test_learning_that_is_still_to_be_done_has_a_clock(council):
    """Agreed with the answer it is due on the tracker's day, so that is what it is (S6.1: 20 working days)."""
    imported(
        row(responded=date(2026, 11, 2), learning="Remind the team", learning_due=date(2026, 11, 30)),
    )
    learning = Learning.objects.get()
    assert (learning.text, learning.found_in) == ("Remind the team", stage_of())
    assert learning.stage.type.sla_version.sla.code == "learning"
    deadline = learning.stage.deadlines.get(headline=True)
    assert (deadline.due_on, deadline.live) == (date(2026, 11, 30), True)
    assert case_of().closed_at is not None  # a stage beside does not keep it open
    holds(case_of())


def test_learning_with_a_day_of_its_own_keeps_that_day(council):
    imported(row(responded=date(2026, 11, 2), learning="New template", learning_due=date(2026, 12, 4)))
    stage = Learning.objects.get().stage
    assert stage.type.sla_version.sla.code == "procedural-change"
    assert stage.deadlines.get(headline=True).due_on == date(2026, 12, 4)
    assert not stage.events.exists()  # when it was agreed, no tracker says
    holds(case_of())


@pytest.mark.parametrize(
    ("due", "text"),
    [
        (None, "Apology"),
        (date(2026, 11, 19), "Apology (due Thursday 19 November 2026)"),
    ],
)
def test_other_learning_is_kept_without_a_clock(council, due, text):
    """Whether it was done, no tracker says."""
    imported(row(responded=date(2026, 10, 14), learning="Apology", learning_due=due))
    assert (Learning.objects.get().text, Learning.objects.get().stage) == (text, None)


# --- due dates held against the policy --------------------------------------------------------------


def test_a_typed_due_date_that_differs_is_listed(council):
    batch = imported(row("A", due=date(2026, 10, 15)), row("B", due=date(2026, 10, 19)))
    assert differences(batch) == [(3, date(2026, 10, 19), date(2026, 10, 15), "By the policy (SC1).")]


def test_an_extended_row_is_held_against_the_extended_date(council):
    """Some write the new date beside the first, some over it: neither is a difference."""
    said = {"type": "Stage 1 - Children's", "extended": "Y"}
    batch = imported(
        row("beside", due=date(2026, 10, 15), extended_to=date(2026, 10, 29), **said),
        row("over", due=date(2026, 10, 29), **said),
        row("wrong", due=date(2026, 10, 16), extended_to=date(2026, 10, 30), **said),
    )
    for reference in ("beside", "over", "wrong"):
        headline = stage_of(reference).deadlines.get(headline=True)
        assert (headline.original_due_on, headline.due_on) == (date(2026, 10, 15), date(2026, 10, 29))
    assert differences(batch) == [
        (4, date(2026, 10, 16), date(2026, 10, 15), "By the policy (S7.1, SA1)."),
        (
            4,
            date(2026, 10, 30),
            date(2026, 10, 29),
            "Extended to the end of the time the policy allows (S7.1, SA1).",
        ),
    ]


def test_what_is_never_extended_is_not(council):
    batch = imported(
        row("sen", type="Stage 1 - SEN", extended="Y", extended_to=date(2026, 10, 29)),
        row("review", type="Stage 2 - Corporate", extended="Y", extended_to=date(2026, 11, 12)),
    )
    assert [reason for *_, reason in differences(batch)] == [
        "It is never extended (S7.2).",
        "It is not extended, but another date may be given (SC1). If one was, record it on the case.",
    ]
    assert not stage_of("sen").extensions.exists()


@pytest.mark.parametrize(
    ("type_", "waits_for"),
    [
        ("Stage 2 - Statutory", "It waits for 'The statement of complaint was agreed'."),
        ("Stage 2 - Education", "It waits for 'The response date was agreed with the complainant'."),
    ],
)
def test_where_an_event_is_missing_it_cannot_be_computed(council, type_, waits_for):
    batch = imported(row(type=type_, due=date(2026, 10, 29)))
    assert differences(batch) == [(2, date(2026, 10, 29), None, waits_for)]


def test_where_the_policy_gives_no_time_it_cannot_be_computed(council):
    batch = imported(row(type="Enquiry", due=date(2026, 10, 29)))
    assert differences(batch) == [(2, date(2026, 10, 29), None, "The policy gives no time for this.")]


def test_an_unreadable_due_date_is_imported_and_reported(council):
    batch = imported(row(due="tbc"))
    assert batch.imported == 1
    assert told(batch, Kind.REMARK) == [
        (2, "Due date", "The date cannot be read: write it as 12/10/2026. It is kept as text.")
    ]
    assert "Due date: tbc" in case_of().imported_text


def test_a_row_is_judged_by_the_policy_that_was_in_force_then(council, tmp_path):
    """A newer version changes no older case (trap 14)."""
    text = path_of("surrey-cfllc").read_text()
    begins = text.index("  - sla: corporate-stage-1\n")
    newer = text[begins:].replace(
        "due: 10 working days after received", "due: 15 working days after received", 1
    )
    file = tmp_path / "surrey.yaml"
    file.write_text(
        (text[:begins] + newer)
        .replace("version: 1\n", "version: 2\n", 1)
        .replace("in force from: 2021-07-01", "in force from: 2026-11-01", 1)
    )
    load(file, by=None, now=NOW)
    imported(row("then"), row("now", received=date(2026, 11, 2)))
    assert stage_of("then").deadlines.get(headline=True).due_on == date(2026, 10, 15)
    assert stage_of("now").deadlines.get(headline=True).due_on == date(2026, 11, 23)


# --- what is rejected -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "column", "reason"),
    [
        ({"received": None}, "Date received", "No date received."),
        ({"received": date(2027, 3, 1)}, "Date received", "The date received is in the future."),
        (
            {"received": datetime(2026, 11, 20, 10, 30)},  # noqa: DTZ001
            "Date received",
            "The date received is in the future.",
        ),
        (
            {"responded": date(2026, 9, 30)},
            "Date responded",
            "Responded before it was received (1 October 2026).",
        ),
        ({"reference": "ß" * 150}, "Ref", "The reference has 150 characters; 200 is the most."),
    ],
)
def test_a_row_that_cannot_be_a_case_is_rejected(council, said, column, reason):
    batch = imported(row(**said), row("right"))
    assert batch.line == "1 imported, 0 already there, 1 rejected of 2 rows"
    assert told(batch, Kind.REJECTED) == [(2, column, reason)]


def test_an_ambiguous_type_is_rejected_with_what_it_could_be(council):
    batch = imported(row(type="Stage 1"))
    (line,) = told(batch, Kind.REJECTED)
    assert line[1] == "Type"
    assert line[2].startswith("The type is ambiguous: it could be 'Children Act complaint, Stage 1'")


# --- units and people -------------------------------------------------------------------------------


def test_a_unit_that_is_not_known_goes_to_unmatched_and_is_flagged(council):
    batch = imported(row(service="Fostering", team="Recruitment"), by=council.senior, unit=council.children)
    case = case_of()
    assert (case.unit.name, case.unit.parent) == ("Unmatched", council.children)
    assert told(batch, Kind.REMARK) == [
        (2, "Service", "Not matched: no unit of this name is known here. It is kept as text."),
        (2, "Team", "Not matched: no unit of this name is known here. It is kept as text."),
    ]
    assert permissions.sees(council.officer, case, now=NOW)
    assert not permissions.sees(council.outsider, case, now=NOW)


def test_unmatched_is_one_unit_however_often(council):
    imported(row("1", service=None, team="?"), by=council.manager)
    imported(row("2", service=None, team="?"), by=council.manager)
    assert Unit.objects.filter(code=imports.UNMATCHED, parent=None).count() == 1


def test_a_service_without_a_known_team_is_where_the_case_goes(council):
    imported(row(team="Duty team"))
    assert case_of().unit == council.education


def test_a_unit_beyond_the_importers_own_is_not_matched(council):
    """They give no case to where they have no say."""
    adults = make_unit("Adults")
    make_unit("Learning disability", parent=adults)
    imported(row(service="Learning disability", team=None), by=council.senior, unit=council.children)
    assert case_of().unit.name == "Unmatched"


def test_people_nobody_knows_stay_text_and_get_no_account(council):
    people = User.objects.count()
    batch = imported(row(officer="A. Okafor", responder="Left the council"))
    stage = stage_of()
    assert (stage.officer_text, stage.responder_text) == ("A. Okafor", "Left the council")
    assert (stage.officer, stage.responder, case_of().officer) == (None, None, None)
    assert stage.state == State.TO_ALLOCATE
    assert len(told(batch, Kind.REMARK)) == 2
    assert User.objects.count() == people


def test_somebody_without_such_a_role_there_stays_text(council):
    """The case would wait for somebody who may not even open it."""
    batch = imported(row(officer="Out Sider", responder="Out Sider"))
    stage = stage_of()
    assert (stage.officer, stage.responder) == (None, None)
    assert (stage.officer_text, stage.responder_text) == ("Out Sider", "Out Sider")
    assert told(batch, Kind.REMARK) == [
        (2, "CRO", "Out Sider does not do this at SEND North. The name is kept as text."),
        (2, "Responding manager", "Out Sider does not do this at SEND North. The name is kept as text."),
    ]


# --- the same again ---------------------------------------------------------------------------------


def test_the_same_tracker_twice_imports_nothing_twice(council):
    rows = [row(str(n)) for n in range(5)]
    assert imported(*rows).line == "5 imported, 0 already there, 0 rejected of 5 rows"
    assert imported(*rows).line == "0 imported, 5 already there, 0 rejected of 5 rows"
    assert Case.objects.count() == 5


def test_the_same_reference_with_other_content_is_rejected(council):
    imported(row())
    reference = case_of().reference
    batch = imported(row("cr / 1", summary="Something else."))
    assert told(batch, Kind.REJECTED) == [
        (
            2,
            "Ref",
            f"Case {reference} has this reference already, with other content. Change the case, or give this row "
            "another reference.",
        )
    ]
    assert case_of().summary == "No reply to three letters."


def test_within_one_file_the_same_row_is_there_already(council):
    batch = imported(row("A"), row("B"), row("A"))
    assert batch.line == "2 imported, 1 already there, 0 rejected of 3 rows"
    assert told(batch, Kind.ALREADY_THERE) == [(4, "", "The same as row 2.")]


def test_a_row_repeated_in_its_file_is_rejected_where_the_first_was(council):
    """'There already' is said of nothing that is not there."""
    imported(row("A"))
    batch = imported(row("A", summary="Other words."), row("A", summary="Other words."))
    assert batch.line == "0 imported, 0 already there, 2 rejected of 2 rows"


def test_a_whole_tracker_adds_up_and_is_there_the_second_time(council):
    """405 rows with all that happens to such a file: see test_whole_tracker."""
    for name, data in list(FILES.items())[:2]:  # xlsx, then the same as ods
        batch = opened(data, name=name, now=datetime(2026, 11, 22, 9, tzinfo=UTC))
        batch = run(begin(batch, batch.map, by=None, now=NOW), within=timedelta(hours=1))
        assert batch.rows == batch.imported + batch.already_there + batch.rejected == 405
    assert (batch.imported, batch.already_there) == (0, Case.objects.count() + 4)
    for case in Case.objects.all()[:40]:
        holds(case)


# --- what a check says ------------------------------------------------------------------------------


def test_a_check_says_what_the_import_then_does_and_keeps_nothing(council):
    rows = [
        row("1", due=date(2026, 10, 20), officer="Nobody Known"),
        row("2", received=None),
        row("3", service="Fostering", team=None, responder="Rae Responder"),
        row("1", due=date(2026, 10, 20), officer="Nobody Known"),
        row("4", type="Stage 2 - Statutory", due=date(2026, 10, 29), extended="Y"),
    ]
    batch = opened(tracker(*rows), by=council.senior, unit=council.children)
    checked = check(batch, clock=lambda: NOW)
    said = (checked.line, *(told(checked, kind) for kind in (Kind.REJECTED, Kind.ALREADY_THERE, Kind.REMARK)))
    differing = differences(checked)
    assert checked.state == ImportBatch.State.CHECKED
    assert not Case.objects.exists()
    assert not Unit.objects.filter(name="Unmatched").exists()
    done = run(begin(checked, checked.map, by=council.senior, now=NOW), clock=lambda: NOW)
    assert (
        done.line,
        *(told(done, kind) for kind in (Kind.REJECTED, Kind.ALREADY_THERE, Kind.REMARK)),
    ) == said
    assert differences(done) == differing


# --- interrupted ------------------------------------------------------------------------------------


def test_an_import_that_was_interrupted_goes_on_where_it_was(council, monkeypatch):
    batch = begun(*(row(str(n)) for n in range(60)))
    write, calls = imports.import_writing.write, iter(range(9))

    def fails_the_second_time(*args, **kwargs):
        if next(calls) == 1:
            raise RuntimeError("the power went")
        return write(*args, **kwargs)

    monkeypatch.setattr(imports.import_writing, "write", fails_the_second_time)
    stopped, more = work(batch.pk, by=None, clock=lambda: NOW)
    assert (stopped.state, stopped.done, more) == (ImportBatch.State.FAILED, 25, False)
    assert "fault on our side" in stopped.problem
    assert Case.objects.count() == 25
    begin(stopped, stopped.map, by=None, now=NOW)
    done, _ = work(batch.pk, by=None, clock=lambda: NOW)
    assert done.line == "60 imported, 0 already there, 0 rejected of 60 rows"
    assert sorted(Case.objects.values_list("own_reference", flat=True), key=int) == [
        str(n) for n in range(60)
    ]
    assert verify_all() == []


def test_a_long_import_makes_room_and_goes_on(council):
    batch = begun(*(row(str(n)) for n in range(60)))
    ticks = (NOW + timedelta(minutes=n) for n in range(100))
    batch, more = work(batch.pk, by=None, clock=lambda: next(ticks))
    assert more
    assert batch.under_way
    assert 0 < batch.done < 60
    while more:
        batch, more = work(batch.pk, by=None, clock=lambda: next(ticks))
    assert batch.line == "60 imported, 0 already there, 0 rejected of 60 rows"


def test_a_long_check_makes_room_and_goes_on(council, monkeypatch):
    monkeypatch.setattr(taking, "CHECKED_AT_ONCE", 7)
    rows = [row(str(n)) if n % 3 else row(str(n), received=None) for n in range(60)]
    batch = imports.begin_check(batch=opened(tracker(*rows)), rows=60)
    ticks = (NOW + timedelta(minutes=n) for n in range(100))
    done, more = [], True
    while more:
        batch, more = work(batch.pk, by=None, clock=lambda: next(ticks))
        done.append(batch.done)
    assert len(done) > 3
    assert (batch.state, batch.line) == (
        ImportBatch.State.CHECKED,
        "40 imported, 0 already there, 20 rejected of 60 rows",
    )


def test_a_job_that_runs_twice_does_no_harm(council):
    batch = begun(row("1"), row("2"))
    first, _ = work(batch.pk, by=None, clock=lambda: NOW)
    again, more = work(batch.pk, by=None, clock=lambda: NOW)
    assert (again.line, more) == (first.line, False)
    with pytest.raises(Overtaken):
        imports.take_in(batch=batch, rows=[], now=NOW)


def test_a_file_that_is_gone_stops_it_in_words(council, settings, tmp_path):
    batch = begun(row())
    settings.DOCUMENTS_DIR = tmp_path
    stopped, _ = work(batch.pk, by=None, clock=lambda: NOW)
    assert stopped.state == ImportBatch.State.FAILED
    assert stopped.problem == "The file is not where it was kept. Tell an administrator, or upload it again."


def test_the_number_of_queries_does_not_grow_with_the_rows(council):
    def queries(rows: int, first: int) -> int:
        batch = begun(*(row(f"{first}-{n}", responder="Rae Responder") for n in range(rows)))
        with CaptureQueriesContext(connection) as captured:
            run(batch, clock=lambda: NOW)
        return len(captured)

    queries(2, 0)  # what the process reads once
    assert queries(25, 1) == queries(3, 2)


# --- taken back -------------------------------------------------------------------------------------


def undone(batch: ImportBatch, by: User) -> ImportBatch:
    imports.begin_undo(batch=batch, by=by, now=NOW)
    batch, more = work(batch.pk, by=by, clock=lambda: NOW)
    assert not more
    return batch


def test_an_import_is_undone_but_for_what_somebody_worked_on(council):
    batch = imported(row("1"), row("2"), row("3", responded=date(2026, 10, 9)), by=council.manager)
    kept, others = case_of("2"), [case_of("1").stream, case_of("3").stream]
    details.note(case=kept, by=council.officer, now=NOW, text="They rang.")
    batch = undone(batch, council.manager)
    assert batch.state == ImportBatch.State.UNDONE
    assert [case.own_reference for case in Case.objects.all()] == ["2"]
    for stream in others:
        events = list(imports.history(stream))
        assert [event.verb for event in events] == ["imported", "erased"]
        assert events[0].is_erased
    assert verify_all() == []
    holds(kept)


def test_what_was_undone_can_be_imported_again_under_new_references(council):
    batch = imported(row("1"), by=council.manager)
    before = case_of("1").reference
    undone(batch, council.manager)
    assert imported(row("1"), by=council.manager).imported == 1
    assert case_of("1").reference != before


def test_a_case_linked_from_another_stays(council):
    batch = imported(row("1"), by=council.manager)
    other = cases.log(council)
    details.link(case=other, by=council.manager, now=NOW, other=case_of("1"), why="The same family")
    undone(batch, council.manager)
    assert case_of("1")


def test_a_new_bank_holiday_is_not_somebodys_work(council):
    """It moves the date, which the case says; nobody has worked on it."""
    batch = imported(row("1", received=date(2026, 11, 18)), by=council.manager)
    calendars.proclaim(
        nation="england-and-wales",
        day=date(2026, 11, 25),
        name="A holiday",
        proclaimed_on=date(2026, 11, 20),
        source="The Gazette",
        by=council.administrator,
        now=NOW,
    )
    assert case_of("1").revision == 2
    undone(batch, council.manager)
    assert not Case.objects.exists()


def test_only_what_is_over_can_be_undone(council):
    batch = begun(row("1"), by=council.manager)
    with pytest.raises(Overtaken, match="being imported"):
        imports.begin_undo(batch=batch, by=council.manager, now=NOW)


# --- who may ----------------------------------------------------------------------------------------


def test_managers_and_senior_officers_import_where_they_work(council):
    assert seats(council.manager, now=NOW) == [None]
    assert seats(council.senior, now=NOW) == [council.children]
    assert may_import(council.senior, council.send_north, now=NOW)
    assert not may_import(council.senior, None, now=NOW)
    for other in (council.officer, council.responder, council.auditor, council.administrator):
        assert seats(other, now=NOW) == []
        with pytest.raises(imports.Refused, match="Customer Relations Manager or Senior Officer"):
            opened(tracker(row()), by=other)


def test_a_seat_below_another_is_not_asked_about(council):
    make_grant(council.senior, Role.CR_MANAGER, council.education)
    adults = make_unit("Adults")
    make_grant(council.senior, Role.CR_MANAGER, adults)
    assert seats(User.objects.get(pk=council.senior.pk), now=NOW) == [adults, council.children]


def test_imports_are_seen_where_they_are_for(council, user_with):
    everywhere = opened(tracker(row("1")), by=council.manager)
    children = opened(tracker(row("2")), by=council.senior, unit=council.children)
    elsewhere = user_with(Role.SENIOR_CR_OFFICER, make_unit("Adults"))
    assert set(visible_batches(council.manager, now=NOW)) == {everywhere, children}
    assert set(visible_batches(council.senior, now=NOW)) == {children}
    assert set(visible_batches(elsewhere, now=NOW)) == set()
    assert set(visible_batches(council.officer, now=NOW)) == set()


def test_what_is_told_of_a_case_that_was_restricted_is_not_shown_any_more(council):
    """The list hid what the user may not see, the download did not (trap 30)."""
    batch = imported(
        row("1", officer="X"), row("2", officer="Y"), row("3", received=None), by=council.manager
    )
    Case.objects.filter(own_reference="1").update(restricted=True)
    assert set(visible_lines(batch, council.manager, now=NOW).values_list("number", flat=True)) == {3, 4}


# --- any council's tracker --------------------------------------------------------------------------


def test_another_council_with_other_words(council, tmp_path):
    """Nothing of one council is in the programme: the words of types and channels come from its pack."""
    northtown.set_up(tmp_path)
    batch = imported(
        row("1", type="Complaint", channel="E-mail", due=date(2026, 10, 15)),
        row("2", type="Small matter", due=date(2026, 10, 8)),
        row("3", type="complaint", extended="yes", extended_to=date(2026, 10, 29)),
        row("4", type="Stage 1 - SEN"),
    )
    assert batch.line == "3 imported, 0 already there, 1 rejected of 4 rows"
    assert differences(batch) == []
    assert stage_of("2").deadlines.get(headline=True).due_on == date(2026, 10, 8)
    for case in Case.objects.all():
        holds(case)


def test_a_council_without_a_policy_is_told(db):
    batch = imported([*row()], by=None)
    assert batch.line == "0 imported, 0 already there, 1 rejected of 1 rows"


assert len(HEADINGS) == len(row())
