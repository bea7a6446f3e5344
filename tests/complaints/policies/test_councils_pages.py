"""Other councils' cases in the browser: whatever their packs let somebody do has a page that opens, at every step."""

import pytest
from django.urls import reverse

from accounts.models import User
from complaints.actions import closing, drafting, escalation, sending, triage
from complaints.models import Case
from complaints.queries.case_page import case_view
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry, first_stage_of, open_stage
from tests.complaints.test_procedures import coordinator, general, investigated, solihull, warwickshire

__all__ = ["coordinator", "solihull", "warwickshire"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_all(client_for):
    """`open_all(case, *people)`: the verbs offered to any of them, the page of each having been opened."""

    def visit(case: Case, *people: User) -> set[str]:
        found = set()
        for person in people:
            client = client_for(person)
            assert client.get(reverse("case", args=[case.reference])).status_code == 200
            for stage in case_view(Case.objects.get(pk=case.pk), person, now=NOW).stages:
                for authority in stage.can:
                    verb = authority.move.verb.value
                    page = client.get(
                        reverse("act", args=[case.reference, verb]), {"stage": stage.stage.number}
                    )
                    assert page.status_code == 200, (person, verb)
                    found.add(verb)
        return found

    return visit


def answer(case: Case, council: Council) -> None:
    drafting.draft(case=case, by=council.responder, now=NOW, text="# Our answer\n\nWe are sorry.")
    sending.send(
        case=case,
        by=council.responder,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in open_stage(case).points.all()},
    )


def test_a_complaint_in_solihull(open_all, solihull, coordinator):
    people = (solihull.officer, coordinator, solihull.responder, solihull.service_manager)
    case = cases.log(solihull)
    assert "triage" in open_all(case, solihull.officer, coordinator)
    triage.triage(case=case, by=coordinator, now=NOW, type_=first_stage_of("complaint"))
    assert {"allocate", "acknowledge"} <= open_all(case, coordinator)
    case = investigated(solihull, coordinator)
    assert {"close", "escalate", "refuse-escalation"} <= open_all(case, *people)
    closing.close(case=case, by=solihull.responder, now=NOW, none_because="A slip, put right.")
    assert {"escalate", "reopen"} <= open_all(case, *people)
    escalation.escalate(case=case, by=coordinator, now=NOW, asked_on=NOW.date(), reasons="It is late.")
    assert {"submit", "draft", "extend", "ask-extension"} <= open_all(case, *people)
    drafting.submit(case=case, by=coordinator, now=NOW, text="# Our review\n\nWe are sorry.")
    assert {"sign", "refuse-signature"} <= open_all(case, *people)
    drafting.sign(case=case, by=solihull.service_manager, now=NOW)
    assert {"send", "return"} <= open_all(case, *people)


def test_a_complaint_in_warwickshire(open_all, warwickshire):
    people = (warwickshire.officer, warwickshire.responder, warwickshire.service_manager)
    assert "triage" in open_all(cases.log(warwickshire), warwickshire.officer)
    case = general(warwickshire)
    assert {"send", "draft", "reject", "pause", "close", "give-date"} <= open_all(case, *people)
    answer(case, warwickshire)
    assert {"close", "escalate", "refuse-escalation"} <= open_all(case, *people)
    closing.close(case=case, by=warwickshire.responder, now=NOW, none_because="A slip, put right.")
    escalation.escalate(
        case=case, by=warwickshire.officer, now=NOW, asked_on=NOW.date(), reasons="Not all was answered."
    )
    assert {"review", "record-event", "pause"} <= open_all(case, *people)
    drafting.review(case=case, by=warwickshire.officer, now=NOW, outcome="not-fair", note="Nobody was asked.")
    assert {"send", "draft"} <= open_all(case, *people)


@pytest.mark.parametrize("procedure", ["adult-social-care", "childrens", "put-right", "comment", "request"])
def test_what_else_comes_to_warwickshire(open_all, warwickshire, procedure):
    case = cases.log(warwickshire)
    triage.triage(case=case, by=warwickshire.officer, now=NOW, type_=first_stage_of(procedure))
    assert open_all(case, warwickshire.officer, warwickshire.service_manager) >= {"note", "withdraw"}
