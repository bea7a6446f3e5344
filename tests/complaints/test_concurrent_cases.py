"""Two people at the same case at the same moment: one of them is told, nothing is lost, nothing is half done."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.actions import Refused
from accounts.models import User
from accounts.roles import Role
from audit import service as audit
from complaints.actions import (
    allocation,
    closing,
    dates,
    details,
    drafting,
    escalation,
    intake,
    sending,
    triage,
)
from complaints.actions.acting import NotPossible, Stale
from complaints.actions.parties import PartyDraft
from complaints.models import Case, CaseLink, Draft, Letter, Note, Stage
from slas.models import Policy
from slas.service import load_bank_holidays, set_own_policy
from tests.complaints import cases
from tests.complaints.cases import NOW, RECEIVED, Council, entry, make_council, open_stage
from tests.complaints.walk import checks
from tests.factories import make_grant, make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Step = Callable[[], Any]
TIMES = 4
"""How often each is tried: who comes first differs."""


@pytest.fixture
def council() -> Council:
    """A council with its policy, written down so that every thread sees it."""
    load_bank_holidays(by=None, now=NOW)
    call_command("load_policy", "children-act-2006", "surrey-cfllc", verbosity=0)
    set_own_policy(Policy.objects.get(code="surrey-cfllc"), by=None, now=NOW)
    return make_council()


def at_once(*steps: Step) -> list[Any]:
    """What each step gave back or raised, all started together, each on a connection of its own."""
    together = Barrier(len(steps))

    def run(step: Step) -> Any:
        try:
            together.wait(timeout=30)
            return step()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def do(action: Callable[..., Any], case: Case, by: User, **arguments: Any) -> Step:
    return partial(action, case=case, by=by, now=NOW, **arguments)


def holds(*there: Case) -> None:
    """Nothing about these cases is half done."""
    for case in Case.objects.filter(pk__in=[case.pk for case in there]):
        assert checks.wrong_closing(case) == []
        assert checks.wrong_record(case) == []
        for stage in case.stages.all():
            assert checks.wrong_deadlines(stage) == []
            assert checks.wrong_turn(stage) == []


def one_done(results: list[Any], *refused: type[Refused]) -> Refused:
    """That exactly one step was done and the others were refused in words; the last refusal."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, refused or (Refused,)) for error in errors), errors
    assert len(errors) == len(results) - 1, results
    assert all(error.message for error in errors)
    return errors[-1]  # type: ignore[no-any-return]


def colleague(council: Council) -> User:
    person = make_user("Bea Colleague")
    make_grant(person, Role.RESPONDER, council.send_north)
    return person


def test_two_officers_save_the_same_case_and_the_second_is_told_who_changed_it(council: Council) -> None:
    """The second silently won (trap 24)."""
    for _ in range(TIMES):
        case = cases.log(council)
        points = [(point, point.text) for point in case.points.all()]
        people = {"By Olu": council.officer, "By Sam": council.senior}
        steps = [
            do(
                details.change_details,
                case,
                person,
                details=details.Details(summary=words, points=points),
                seen=case.revision,
            )
            for words, person in people.items()
        ]
        told = one_done(at_once(*steps), Stale)
        kept = Case.objects.get(pk=case.pk).summary
        assert str(people[kept]) in told.message
        assert audit.history(case.stream).count() == 2
        holds(case)


def test_two_accept_and_one_has_it(council: Council) -> None:
    """'Take the next case' gave it to both (trap 24)."""
    other = colleague(council)
    for _ in range(TIMES):
        case = cases.triaged(council)
        allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)
        results = at_once(*(do(allocation.accept, case, person) for person in (council.responder, other)))
        one_done(results, NotPossible)
        assert open_stage(case).responder == (council.responder if isinstance(results[0], Case) else other)
        assert audit.history(case.stream).filter(verb="accept").count() == 1
        holds(case)


def test_it_is_allocated_while_it_is_withdrawn(council: Council) -> None:
    """Either it was allocated and then withdrawn, or there was nothing to allocate any more."""
    for _ in range(TIMES):
        case = cases.triaged(council)
        allocated, withdrawn = at_once(
            do(allocation.allocate, case, council.officer, unit=council.send_north),
            do(closing.withdraw, case, council.senior, withdrawn_on=RECEIVED, how="by e-mail"),
        )
        assert isinstance(withdrawn, Case), withdrawn
        assert isinstance(allocated, Case | NotPossible), allocated
        assert Case.objects.get(pk=case.pk).closed_as == "withdrawn"
        holds(case)


def test_it_goes_to_another_team_while_a_note_is_written(council: Council) -> None:
    """Whoever waits for the case finds it where it has gone meanwhile."""
    for _ in range(TIMES):
        case = cases.accepted(council)
        moved, noted = at_once(
            do(allocation.reallocate, case, council.officer, unit=council.education, reason="A wider matter"),
            do(details.note, case, council.senior, text="They rang again."),
        )
        assert isinstance(moved, Case), moved
        assert isinstance(noted, Note), noted
        holds(case)


def test_two_approve_one_draft(council: Council) -> None:
    for _ in range(TIMES):
        case = cases.submitted(council)
        steps = [do(drafting.approve, case, person) for person in (council.officer, council.senior)]
        one_done(at_once(*steps), NotPossible)
        assert Draft.objects.get(stage__case=case).decisions.count() == 1
        holds(case)


def test_a_draft_is_approved_while_it_is_returned(council: Council) -> None:
    """What was approved may still be returned before it is sent, and what was returned is not approved any more."""
    case = cases.submitted(council)
    approve = do(drafting.approve, case, council.officer)
    results = at_once(approve, do(drafting.return_draft, case, council.senior, reason="Say sorry."))
    refused = [result for result in results if not isinstance(result, Case)]
    assert all(isinstance(result, NotPossible) for result in refused), results
    assert isinstance(results[1], Case)
    assert open_stage(case).state == "to-answer"
    holds(case)


def test_an_answer_is_sent_once(council: Council) -> None:
    for _ in range(TIMES):
        case = cases.approved(council)
        findings = {row.pk: ("upheld", "") for row in open_stage(case).points.all()}
        sent = sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example")
        send = do(sending.send, case, council.officer, sent=sent, findings=findings)
        one_done(at_once(send, send), NotPossible)
        assert Letter.objects.filter(case=case, kind=Letter.Kind.RESPONSE).count() == 1
        holds(case)


def test_two_versions_written_at_once_are_two_versions(council: Council) -> None:
    """Neither overwrites the other, whoever comes second."""
    case = cases.accepted(council)
    by_rae, by_olu = (
        do(drafting.draft, case, p, text=f"# By {p}") for p in (council.responder, council.officer)
    )
    results = at_once(by_rae, by_olu)
    assert all(isinstance(result, Case) for result in results), results
    drafts = Draft.objects.filter(stage__case=case)
    assert sorted(drafts.values_list("version", flat=True)) == [1, 2]
    assert set(drafts.values_list("text", flat=True)) == {"# By Rae Responder", "# By Olu Officer"}
    holds(case)


def test_it_is_escalated_once(council: Council) -> None:
    for _ in range(TIMES):
        case = cases.closed(council)
        escalate = do(escalation.escalate, case, council.officer, asked_on=NOW.date(), reasons="Unanswered.")
        one_done(at_once(escalate, escalate), NotPossible)
        assert Stage.objects.filter(case=case).count() == 3
        holds(case)


def test_more_time_is_asked_for_once_and_decided_once(council: Council) -> None:
    case = cases.accepted(council, "children-act")
    ask = do(dates.ask_extension, case, council.responder, total=20, reason="Two teams.")
    one_done(at_once(ask, ask))
    said = {"granted": True, "reason": "Two teams.", "complainant_agreed": True}
    decide = do(dates.decide_extension, case, council.senior, **said)
    one_done(at_once(decide, decide))
    assert open_stage(case).extensions.count() == 1
    holds(case)


def test_a_learning_action_is_done_once(council: Council) -> None:
    case = cases.sent(council)
    said = [closing.LearningDraft("Ring back within a day", council.send_north)]
    closing.close(case=case, by=council.officer, now=NOW, learning=said)
    action = Stage.objects.get(case=case, type__beside=True)
    done = do(closing.complete, case, council.responder, stage=action, proof="The rota was seen.")
    one_done(at_once(done, done))
    holds(case)


def test_two_cases_merged_into_each_other_do_not_both_close(council: Council) -> None:
    for _ in range(TIMES):
        first, second = cases.log(council), cases.log(council)
        pairs = ((first, second), (second, first))
        steps = [
            do(triage.merge, case, council.officer, into=into, reason="One letter.") for case, into in pairs
        ]
        one_done(at_once(*steps))
        assert Case.objects.filter(pk__in=[first.pk, second.pk], closed_at=None).count() == 1
        holds(first, second)


def test_two_cases_linked_from_both_ends_are_linked_once(council: Council) -> None:
    for _ in range(TIMES):
        first, second = cases.log(council), cases.log(council)
        pairs = ((first, second), (second, first))
        one_done(
            at_once(*(do(details.link, c, council.officer, other=o, why="One family") for c, o in pairs))
        )
        assert CaseLink.objects.filter(first__in=[first.pk, second.pk]).count() == 1
        holds(first, second)


def test_linked_while_the_other_is_worked_on(council: Council) -> None:
    """Cases that have to do with each other do not wait for each other in a ring."""
    first, second = cases.log(council), cases.log(council)
    results = at_once(
        do(details.link, first, council.officer, other=second, why="One family"),
        do(details.note, second, council.senior, text="They rang."),
        do(details.note, first, council.manager, text="They rang again."),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    holds(first, second)


def test_work_is_reassigned_while_it_is_accepted_and_rejected(council: Council) -> None:
    """Somebody is ill, and their cases go on under their hands: what went on is reported, nothing is lost."""
    other = colleague(council)
    there = [cases.allocated(council) for _ in range(4)]
    said = {"absent": council.responder, "to": other, "by": council.officer, "now": NOW, "reason": "Ill"}
    told, *others = at_once(
        partial(allocation.bulk_reassign, cases=there, **said),
        do(allocation.accept, there[0], council.responder),
        do(allocation.accept, there[1], council.responder),
        do(allocation.reject, there[2], council.responder, reason="Not ours"),
    )
    assert not isinstance(told, Exception), told
    assert len(told.done) + len(told.refused) == 4
    assert all(isinstance(result, Case | Refused) for result in others), others
    assert open_stage(there[3]).responder == other
    holds(*there)


def test_ten_notes_at_once_are_ten_notes(council: Council) -> None:
    case = cases.log(council)
    results = at_once(*(do(details.note, case, council.officer, text=f"Note {n}") for n in range(10)))
    assert all(isinstance(result, Note) for result in results), results
    assert {note.text for note in case.notes.all()} == {f"Note {n}" for n in range(10)}
    holds(case)


def test_the_same_form_logged_twice_at_once_is_one_case(council: Council) -> None:
    for _ in range(TIMES):
        parties = [PartyDraft("complainant", "Jo Example")]
        contact = intake.Contact(RECEIVED, "Late plan", council.education, parties=parties, points=["Late"])
        log = partial(intake.log_contact, contact, by=council.officer, now=NOW, once=uuid.uuid4())
        results = at_once(log, log, log)
        assert all(isinstance(result, Case) for result in results), results
        assert len({result.pk for result in results}) == 1
        assert audit.history(results[0].stream).count() == 1
        holds(results[0])


def test_twenty_at_once_have_twenty_references(council: Council) -> None:
    """The first of a year too, when there is no number yet to count on from."""
    later = NOW + timedelta(days=400)
    results = at_once(*[partial(cases.log, council, now=later, received=later.date())] * 20)
    assert all(isinstance(result, Case) for result in results), results
    references = sorted(result.reference for result in results)
    assert [reference[:8] for reference in references] == [f"27-{n:05d}" for n in range(1, 21)]


def test_a_case_restricted_under_somebodys_hands_is_no_longer_theirs(council: Council) -> None:
    case = cases.accepted(council)
    details.restrict(
        case=case, by=council.officer, now=NOW, restricted=True, reason="About a member of staff"
    )
    with pytest.raises(NotPossible, match="may not open this case any more"):
        drafting.draft(case=case, by=council.responder, now=NOW, text="# Our answer")
