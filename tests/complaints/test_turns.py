"""Whose turn it is: for each person of a council in each state, by the move table and the person it is named for."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import deactivate, name_cover, revoke_grant
from accounts.models import Grant, Unit, User
from accounts.roles import Role
from complaints import permissions
from complaints.actions import allocation, closing, dates, details, drafting, escalation, turns
from complaints.actions.parties import PartyDraft
from complaints.models import Case, Contribution, Stage, Task
from complaints.queries.queue_counts import edges
from complaints.queries.reassigning import all_seats, left_behind
from complaints.queries.today import Waits, in_words
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, open_stage, tasks
from tests.factories import make_grant, make_unit, make_user

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def people_of(council: Council) -> dict[str, User]:
    """Everybody of the council, by their part in it, as they stand in the database now."""
    named = {field.name: getattr(council, field.name) for field in fields(council)}
    return {name: User.objects.get(pk=who.pk) for name, who in named.items() if isinstance(who, User)}


def turn_tasks(person: User) -> list[Waits]:
    """The next steps on the list of what waits for somebody."""
    return [task for task in tasks(person, now=NOW) if task.row.kind == Task.Kind.TURN]


def turns_of(person: User) -> list[Stage]:
    return [task.stage for task in turn_tasks(person)]


def whose(case: Case, council: Council, stage: Stage | None = None) -> set[str]:
    """Whose turn the case is, by their part."""
    wanted = stage or open_stage(case)
    return {name for name, person in people_of(council).items() if wanted in turns_of(person)}


# --- how a case comes to stand there ----------------------------------------------------------------


def left_to_the_team(council: Council) -> Case:
    case = cases.triaged(council)
    return allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)


def rejected(council: Council) -> Case:
    return allocation.reject(case=cases.allocated(council), by=council.responder, now=NOW, reason="Not ours")


def taken_back_to_the_team(council: Council) -> Case:
    case = cases.accepted(council)
    return allocation.reallocate(
        case=case, by=council.officer, now=NOW, unit=council.send_north, reason="Rae is away"
    )


def at_stage_2(council: Council) -> Case:
    case = cases.closed(council)
    return escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=TODAY, reasons="Not answered")


def reviewed(council: Council) -> Case:
    return drafting.review(
        case=at_stage_2(council), by=council.officer, now=NOW, outcome="peer-review", note="We looked again."
    )


def to_be_signed(council: Council) -> Case:
    case = drafting.submit(case=reviewed(council), by=council.officer, now=NOW, text="# Our answer")
    return drafting.approve(case=case, by=council.senior, now=NOW)


def named_for_nobody(council: Council) -> Case:
    """As an imported case is, whose officer's name matched nobody."""
    case = cases.log(council)
    stage = open_stage(case)
    Stage.objects.filter(pk=stage.pk).update(officer=None)
    turns.write([stage.pk], now=NOW)
    return case


def comment(council: Council) -> Case:
    return cases.log(council, anonymous=True, parties=[])


def mp_enquiry(council: Council) -> Case:
    return cases.log(council, parties=[PartyDraft("mp", "Petra Vane", office="House of Commons")])


TEAM = {"officer", "senior", "manager"}
SERVICE = {"responder", "service_manager"}
TABLE: dict[str, tuple[Callable[[Council], Case], set[str]]] = {
    "to-triage": (cases.log, {"officer"}),
    "to-triage, named for nobody": (named_for_nobody, TEAM),
    "to-triage, from an MP": (mp_enquiry, {"officer"}),
    "to-allocate": (cases.triaged, {"officer"}),
    "to-allocate, rejected": (rejected, {"officer"}),
    "to-accept, named": (cases.allocated, {"responder"}),
    "to-accept, left to the team": (left_to_the_team, SERVICE),
    "to-answer": (cases.accepted, {"responder"}),
    "to-answer, named for nobody": (taken_back_to_the_team, SERVICE),
    "to-check": (cases.submitted, {"officer"}),
    "to-send": (cases.approved, {"officer"}),
    "to-close": (cases.sent, {"officer"}),
    "closed": (cases.closed, set()),
    "to-review": (at_stage_2, {"officer"}),
    "to-answer at stage 2": (reviewed, {"officer"}),
    "to-sign": (to_be_signed, {"director"}),
    "to-pass-on": (comment, {"officer"}),
}


@pytest.mark.parametrize("state", TABLE)
def test_whose_turn_it_is(council: Council, state: str) -> None:
    make, expected = TABLE[state]
    case = make(council)
    assert open_stage(case).state == state.partition(",")[0].partition(" ")[0]
    assert whose(case, council) == expected


@pytest.mark.parametrize("state", TABLE)
def test_a_turn_is_what_the_move_table_allows_and_the_person_named(council: Council, state: str) -> None:
    """Said the other way round: by `permissions`, the person column and the role that is waited for."""
    stage = open_stage(TABLE[state][0](council))
    stage = Stage.objects.select_related("type__procedure__policy_version", "case", "unit").get(pk=stage.pk)
    for name, person in people_of(council).items():
        expected = (
            permissions.sees(person, stage.case, now=NOW)
            and permissions.authority(person, stage.turn_verb, stage, now=NOW) is not None
            and (
                stage.turn_person_id == person.pk or (stage.turn_person_id is None and _holds(person, stage))
            )
        )
        assert (stage in turns_of(person)) == expected, name


def _holds(person: User, stage: Stage) -> bool:
    waited_for = Role(stage.turn_role)
    roles = [role.value for role in Role if waited_for in role.includes]
    return person.has_role(*roles, unit=stage.unit)


def test_learning_is_the_turn_of_the_unit_it_is_for(council: Council) -> None:
    case = cases.sent(council)
    learning = [closing.LearningDraft("Ring back within two days", council.send_north)]
    closing.close(case=case, by=council.officer, now=NOW, learning=learning)
    action = Stage.objects.get(case=case, type__beside=True)
    assert whose(case, council, action) == SERVICE
    assert [task.words for task in tasks(council.responder, now=NOW)] == ["Ring back within two days"]


def test_learning_for_another_service_lets_it_see_the_case(council: Council) -> None:
    case = cases.sent(council)
    assert not permissions.sees(council.outsider, case, now=NOW)
    learning = [closing.LearningDraft("Share the notes of meetings", council.safeguarding)]
    closing.close(case=case, by=council.officer, now=NOW, learning=learning)
    action = Stage.objects.get(case=case, type__beside=True)
    assert permissions.sees(council.outsider, case, now=NOW)
    assert whose(case, council, action) == {"outsider"}
    closing.complete(case=case, by=council.outsider, now=NOW, stage=action, proof="Guidance of 1 December")


# --- deputies ---------------------------------------------------------------------------------------


def cover(absent: User, deputy: User, first: date = TODAY, days: int = 5) -> None:
    name_cover(
        absent=absent,
        deputy=deputy,
        first=first,
        last=first + timedelta(days=days),
        reason="",
        by=absent,
        now=NOW,
    )


def for_whom(person: User, case: Case) -> list[User | None]:
    return [task.for_whom for task in turn_tasks(person) if task.case.pk == case.pk]


def test_a_deputy_has_the_turns_of_whom_they_cover(council: Council) -> None:
    case = to_be_signed(council)
    deputy = make_user("Dee Deputy")
    assert for_whom(deputy, case) == []
    cover(council.director, deputy)
    assert for_whom(User.objects.get(pk=deputy.pk), case) == [council.director]
    assert for_whom(council.director, case) == [None]  # whoever is away and looks in finds it too


def test_a_deputy_has_a_turn_named_for_whom_they_cover(council: Council) -> None:
    case = cases.accepted(council)
    cover(council.responder, council.service_manager)
    service_manager = User.objects.get(pk=council.service_manager.pk)
    assert for_whom(service_manager, case) == [council.responder]


def test_cover_that_has_not_begun_gives_no_turns(council: Council) -> None:
    case = cases.accepted(council)
    cover(council.responder, council.outsider, first=TODAY + timedelta(days=1))
    assert for_whom(User.objects.get(pk=council.outsider.pk), case) == []


def test_a_restricted_case_is_never_a_deputys_turn(council: Council) -> None:
    case = cases.log(council, restricted=True, readers=[council.senior])
    assert whose(case, council) == {"officer"}
    cover(council.officer, council.senior)  # who may open the case, but by their own right
    assert for_whom(User.objects.get(pk=council.senior.pk), case) == []


def test_a_restricted_case_is_not_lost_with_whom_it_is_named_for(council: Council) -> None:
    """Its officer is not put on the list: whoever of Customer Relations is has the turn."""
    case = cases.log(council)
    details.restrict(
        case=case, by=council.senior, now=NOW, restricted=True, readers=[council.responder], reason="Staff"
    )
    assert open_stage(case).turn_person == council.officer
    assert whose(case, council) == {"senior"}


# --- work that nobody would find (TRAPS 25) ---------------------------------------------------------


def test_the_turn_of_somebody_who_left_is_nobodys_and_their_managers_are_told(council: Council) -> None:
    case = cases.accepted(council)
    deactivate(person=council.responder, by=council.administrator, now=NOW)
    assert whose(case, council) == set()
    found = left_behind(council.senior, all_seats(), now=NOW)
    assert [(left.person, left.cases, left.why) for left in found] == [
        (council.responder, 1, "can no longer sign in")
    ]
    assert left_behind(council.outsider, all_seats(), now=NOW) == []


def test_so_are_they_of_somebody_who_changed_teams(council: Council) -> None:
    case = cases.accepted(council)
    grant = Grant.objects.get(user=council.responder)
    revoke_grant(grant=grant, by=council.administrator, now=NOW)
    make_grant(council.responder, Role.RESPONDER, council.send_south)
    assert whose(case, council) == set()
    found = left_behind(council.senior, all_seats(), now=NOW)
    assert [(left.person, left.why) for left in found] == [(council.responder, "no longer works there")]


def test_nothing_is_left_behind_while_everybody_is_there(council: Council) -> None:
    cases.accepted(council)
    cases.log(council)
    assert left_behind(council.manager, all_seats(), now=NOW) == []


def test_what_is_closed_is_not_left_behind(council: Council) -> None:
    cases.closed(council)
    deactivate(person=council.responder, by=council.administrator, now=NOW)
    deactivate(person=council.officer, by=council.administrator, now=NOW)
    assert left_behind(council.manager, all_seats(), now=NOW) == []


# --- the one list of today --------------------------------------------------------------------------


def ask(case: Case, council: Council, unit: Unit, days: int = 2, person: User | None = None) -> Contribution:
    allocation.ask_contribution(
        case=case,
        by=council.officer,
        now=NOW,
        unit=unit,
        person=person,
        question="What did you know?",
        due_on=TODAY + timedelta(days=days),
    )
    return Contribution.objects.latest("pk")


def test_more_time_asked_for_is_the_officers_to_decide(council: Council) -> None:
    case = cases.accepted(council, "children-act")
    dates.ask_extension(
        case=case, by=council.responder, now=NOW, total=20, reason="Three teams have to answer"
    )
    found = {name: [t.verb for t in tasks(who, now=NOW)] for name, who in people_of(council).items()}
    assert found["officer"] == ["decide-extension"]
    assert found["responder"] == ["submit"]
    assert not any(found[name] for name in ("senior", "manager", "director", "outsider", "auditor"))


def test_without_an_officer_whoever_may_decides(council: Council) -> None:
    case = cases.accepted(council, "children-act")
    dates.ask_extension(
        case=case, by=council.responder, now=NOW, total=20, reason="Three teams have to answer"
    )
    Stage.objects.filter(case=case).update(officer=None)
    turns.write([open_stage(case).pk], now=NOW)
    found = {name: [t.verb for t in tasks(who, now=NOW)] for name, who in people_of(council).items()}
    assert {name for name, verbs in found.items() if "decide-extension" in verbs} == TEAM


def test_a_contribution_is_asked_of_a_unit(council: Council) -> None:
    case = cases.accepted(council)
    ask(case, council, council.safeguarding)
    assert [task.verb for task in tasks(council.outsider, now=NOW)] == ["contribute"]
    assert [task.verb for task in tasks(council.responder, now=NOW)] == ["submit"]


def test_a_contribution_asked_of_somebody_is_theirs_until_they_leave(council: Council) -> None:
    case = cases.accepted(council)
    colleague = make_user("Col League")
    make_grant(colleague, Role.RESPONDER, council.safeguarding)
    ask(case, council, council.safeguarding, person=council.outsider)
    assert [task.verb for task in tasks(council.outsider, now=NOW)] == ["contribute"]
    assert tasks(colleague, now=NOW) == []
    deactivate(person=council.outsider, by=council.administrator, now=NOW)
    assert [task.verb for task in tasks(User.objects.get(pk=colleague.pk), now=NOW)] == ["contribute"]


def test_the_earliest_due_comes_first_and_what_has_no_date_last(council: Council) -> None:
    undated = cases.accepted(council, "enquiry", summary="No date")
    late = cases.accepted(council, summary="Late", received=date(2026, 10, 1))
    soon = cases.accepted(council, summary="Soon")
    ask(cases.accepted(council, summary="Asked"), council, council.send_south, days=3)
    make_grant(council.responder, Role.RESPONDER, council.send_south)
    responder = User.objects.get(pk=council.responder.pk)
    found = [task.case for task in tasks(responder, now=NOW)]
    assert found[0] == late
    assert found[-1] == undated
    assert found.index(soon) > found.index(late)
    due = [task.due_at for task in tasks(responder, now=NOW)]
    dated = [moment for moment in due if moment]
    assert dated == sorted(dated) and due[len(dated) :] == [None]


def test_an_auditor_and_an_administrator_have_no_turns(council: Council) -> None:
    for make, _ in TABLE.values():
        make(council)
    for person in (council.auditor, council.administrator):
        assert tasks(person, now=NOW) == []


def test_the_queries_do_not_grow_with_the_turns(council: Council) -> None:
    def asked() -> int:
        person = User.objects.get(pk=council.responder.pk)
        with CaptureQueriesContext(connection) as queries_made:
            assert in_words(tasks(person, now=NOW), edges(NOW).calendar, now=NOW)
        return len(queries_made)

    ask(cases.accepted(council), council, council.send_north)
    cases.accepted(council, "enquiry")
    asked()  # what the process keeps is read once
    few = asked()
    for _ in range(5):
        ask(cases.accepted(council), council, council.send_north)
        cases.accepted(council, "enquiry")
    assert asked() == few


def test_a_unit_called_alike_is_not_below(council: Council) -> None:
    """Paths are numbers between slashes: unit 1 is not above unit 12."""
    stranger = make_user("Strange Responder")
    make_grant(stranger, Role.RESPONDER, make_unit(council.send_north.name))
    left_to_the_team(council)
    assert tasks(stranger, now=NOW) == []
