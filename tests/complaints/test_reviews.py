"""Reviews at stage 2: who writes the answer after one, and who may not sign it."""

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.actions import Refused, name_cover
from accounts.models import User
from accounts.roles import Role
from complaints.actions import allocation, closing, drafting, escalation, sending, triage
from complaints.models import Case, StageType
from complaints.moves import table_of
from complaints.workflow import Need, State, Verb
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry, first_stage_of, open_stage
from tests.complaints.test_procedures import coordinator, solihull
from tests.factories import make_grant, make_user

__all__ = ["coordinator", "solihull"]


pytestmark = pytest.mark.django_db


def reviewed(council: Council, outcome: str) -> Case:
    """Reviewed by the officer at corporate stage 2."""
    case = cases.closed(council)
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Still late.")
    return drafting.review(case=case, by=council.officer, now=NOW, outcome=outcome, note="We looked again.")


def test_an_additional_response_is_waited_for_from_the_service(council):
    """SC1: the outcome says who writes; returned to be changed, it is theirs again."""
    case = reviewed(council, "additional-response")
    stage = open_stage(case)
    assert (stage.turn_verb, stage.turn_role, stage.turn_unit) == ("submit", "responder", council.send_north)
    assert [task.stage for task in cases.tasks(council.responder, now=NOW)] == [stage]
    assert cases.tasks(council.officer, now=NOW) == []
    more = {"by": council.officer, "now": NOW, "reason": "Theirs."}
    allocation.reallocate(case=case, unit=stage.unit, responder=council.responder, **more)
    assert open_stage(case).turn_person == council.responder
    drafting.submit(case=case, by=council.responder, now=NOW, text="# More\n\nWe will write by Friday.")
    assert (open_stage(case).turn_verb, open_stage(case).turn_role) == ("approve", "cr-officer")
    drafting.return_draft(case=case, by=council.officer, now=NOW, reason="Say sorry.")
    assert open_stage(case).turn_person == council.responder


@pytest.mark.parametrize(
    "outcome", ["no-further-action", "peer-review", "mediated-meeting", "independent-investigation"]
)
def test_every_other_outcome_is_written_by_customer_relations(council, outcome):
    """SC1."""
    case = reviewed(council, outcome)
    assert (open_stage(case).turn_verb, open_stage(case).turn_role) == ("submit", "cr-officer")
    assert cases.tasks(council.responder, now=NOW) == []


def answered_by_the_head(council: Council, coordinator, reviewer: User | None = None) -> Case:
    """The Head of Service answered stage 1 themselves; the co-ordinator wrote the review of it, given to `reviewer`."""
    case = cases.log(council)
    head = council.service_manager
    triage.triage(case=case, by=coordinator, now=NOW, type_=first_stage_of("complaint"))
    allocation.allocate(case=case, by=coordinator, now=NOW, unit=council.education, responder=head)
    drafting.draft(case=case, by=head, now=NOW, text="# Our answer\n\nWe are sorry.")
    sending.send(
        case=case,
        by=head,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in open_stage(case).points.all()},
    )
    closing.close(case=case, by=head, now=NOW, none_because="A slip, put right.")
    escalation.escalate(case=case, by=coordinator, now=NOW, asked_on=NOW.date(), reasons="Nothing of it.")
    if reviewer is not None:
        allocation.reallocate(
            case=case, by=coordinator, now=NOW, unit=council.education, responder=reviewer, reason="Theirs."
        )
    return drafting.submit(case=case, by=coordinator, now=NOW, text="# Our review\n\nWe are sorry.")


def test_in_solihull_who_took_part_in_stage_1_does_not_sign_stage_2(solihull, coordinator, client_for):
    """H3: then a Head of Service of another service reviews it."""
    case = answered_by_the_head(solihull, coordinator)
    with time_machine.travel(NOW, tick=False):
        client = client_for(solihull.service_manager)
        page = reverse("act", args=[case.reference, "sign"])
        shown = client.get(page)
        assertContains(
            shown, "You took part in an earlier stage, and whoever did does not sign this one (H3,"
        )
        assertContains(shown, "It can also be reallocated to another service, to be reviewed there.")
        case.refresh_from_db()
        text = drafting.approved(open_stage(case)).text
        sent = {"stage": 2, "seen": case.revision, "text": text, "how": "as-it-stands"}
        assertContains(client.post(page, sent), "You took part in an earlier stage")
    assert open_stage(case).state == "to-sign"
    other = make_user("Hal Head")
    make_grant(other, Role.SERVICE_MANAGER, solihull.safeguarding)
    allocation.reallocate(
        case=case, by=solihull.officer, now=NOW, unit=solihull.safeguarding, responder=other, reason="H3"
    )
    drafting.sign(case=case, by=other, now=NOW)
    assert open_stage(case).state == "to-send"


def test_in_solihull_a_review_named_for_who_took_part_waits_for_another_head(
    solihull, coordinator, client_for
):
    case = answered_by_the_head(solihull, coordinator, reviewer=solihull.service_manager)
    assert (open_stage(case).turn_verb, open_stage(case).turn_person) == ("sign", None)
    assert cases.tasks(solihull.service_manager, now=NOW) == []
    other = make_user("Hal Head")
    make_grant(other, Role.SERVICE_MANAGER, solihull.education)
    assert [task.case for task in cases.tasks(other, now=NOW)] == [case]


def test_in_solihull_nor_does_their_deputy_sign_stage_2(solihull, coordinator):
    case = answered_by_the_head(solihull, coordinator)
    deputy, today_ = make_user("Dep Uty"), NOW.date()
    name_cover(absent=solihull.service_manager, deputy=deputy, first=today_, last=today_, by=None, now=NOW)
    with pytest.raises(
        Refused, match="Sue Service took part in an earlier stage, and whoever did does not sign"
    ):
        drafting.sign(case=case, by=deputy, now=NOW)


def test_only_solihulls_policy_bars_who_took_part_before(council):
    """H3. Neither SC1 nor W1 says who may not sign."""
    types = StageType.objects.select_related("procedure__policy_version__policy", "table")
    moves = [(type_, table_of(type_).move(State.TO_SIGN, Verb.SIGN)) for type_ in types]
    barring = [type_ for type_, move in moves if move is not None and Need.INDEPENDENT in move.needs]
    assert [(t.procedure.policy_version.policy.code, t.code) for t in barring] == [
        ("solihull-corporate", "stage-2")
    ]
