"""A tracker taken in twice, checked, interrupted, gone on with, taken back; and by whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit, User
from accounts.roles import Role
from audit.service import verify_all
from complaints.actions import calendars, details, imports
from complaints.actions.imports import Overtaken
from complaints.importing import taking
from complaints.importing.taking import begin, check, run, work
from complaints.models import Case, ImportBatch, ImportLine
from complaints.queries.imports import may_import, seats, visible_batches, visible_lines
from tests.complaints import cases
from tests.complaints.cases import NOW
from tests.complaints.importing.test_whole_tracker import FILES
from tests.complaints.trackers import (
    begun,
    case_of,
    differences,
    holds,
    imported,
    opened,
    row,
    told,
    tracker,
)
from tests.factories import make_grant, make_unit

Kind = ImportLine.Kind


# --- the same again ---------------------------------------------------------------------------------


def test_the_same_tracker_twice_imports_nothing_twice(council):
    rows = [row(str(n)) for n in range(5)]
    assert imported(*rows).line == "5 imported, 0 already there, 0 rejected of 5 rows"
    assert imported(*rows).line == "0 imported, 5 already there, 0 rejected of 5 rows"
    assert Case.objects.count() == 5


def test_the_same_reference_with_other_content_is_rejected(council):
    imported(row())
    batch = imported(row("cr / 1", summary="Something else."))
    assert told(batch, Kind.REJECTED) == [
        (
            2,
            "Ref",
            "A case with this reference is there already, with other content. Change that case, or give this row "
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
    assert queries(20, 1) == queries(3, 2)  # as many as SQLite takes in one statement


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
