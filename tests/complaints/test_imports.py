"""What becomes of the rows of a tracker."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import Unit, User
from complaints import permissions
from complaints.actions import clock, imports, turns
from complaints.importing.here import known_here
from complaints.importing.map_file import read_map, write_map
from complaints.importing.taking import begin, run, sheets_of
from complaints.models import Case, ImportLine, Learning, Stage
from complaints.policies.loader import load, path_of
from complaints.workflow import State
from slas.core.calendar import LONDON
from tests.complaints import northtown
from tests.complaints.cases import NOW
from tests.complaints.trackers import (
    HEADINGS,
    RECEIVED,
    case_of,
    differences,
    holds,
    imported,
    opened,
    row,
    stage_of,
    told,
    tracker,
)
from tests.factories import make_unit

Kind = ImportLine.Kind


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


def test_what_no_policy_gives_a_time_for_was_answered_all_the_same(council):
    imported(row(type="Enquiry", responded=date(2026, 11, 4)), by=council.senior, unit=council.children)
    stage = stage_of()
    assert (stage.met_on, stage.in_time, stage.due_on) == (date(2026, 11, 4), None, None)
    turns.write([stage.pk], now=NOW)
    assert stage_of().met_on == date(2026, 11, 4)


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
        ({"reference": "ß" * 150}, "Ref", "The reference has 300 characters; 200 is the most."),
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
