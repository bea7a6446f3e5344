"""Somebody moved the case on while a form was open: what was typed comes back, and the page says why."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from complaints.actions import closing, drafting
from complaints.forms.acts import REGISTRY
from complaints.models import Case, Draft, Stage
from complaints.moves import table_of
from complaints.workflow import Verb
from tests.complaints import cases
from tests.complaints.cases import NOW, open_stage
from tests.complaints.permissions.world import begun_stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ANSWER = "# What we found\n\nThe plan was ready in May. " + "We are sorry. " * 100


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def typed(case: Case, **more):
    """What a page that was made of the case as it is now sends."""
    case = Case.objects.get(pk=case.pk)
    return {"stage": open_stage(case).number, "seen": case.revision, **more}


def withdrawn(case: Case, council) -> None:
    closing.withdraw(case=case, by=council.officer, now=NOW, withdrawn_on=NOW.date(), how="by telephone")


@pytest.mark.parametrize("verb", ["draft", "submit"])
def test_an_answer_of_an_hour_is_still_there_when_the_case_was_closed(council, client_for, verb):
    case = cases.accepted(council)
    sent = typed(case, text=ANSWER, note="Second point is new")
    withdrawn(case, council)
    response = client_for(council.responder).post(page(case, verb), sent)
    label = Verb(verb).label
    assertContains(response, f"&#x27;{label}&#x27; is not possible as the case stands now: closed.")
    assertContains(response, "What you typed is still here")
    form = response.context["form"]
    assert (form["text"].value(), form["note"].value()) == (ANSWER, "Second point is new")
    assert "The plan was ready in May." in response.content.decode()
    assert not Draft.objects.exists()


def test_a_file_that_came_with_it_is_kept(council, client_for):
    case = cases.approved(council)
    pdf = SimpleUploadedFile("answer.pdf", b"%PDF-1.7 the letter")
    sent = typed(case, to="Jo Example", file=pdf)
    withdrawn(case, council)
    response = client_for(council.officer).post(page(case, "send"), sent)
    assertContains(response, "is not possible as the case stands now")
    assertContains(response, "<bdi>answer.pdf</bdi> (19 bytes) is kept.")


def test_the_one_thing_wrong_is_said_alone(council, client_for):
    """Mending a field would not make it possible."""
    case = cases.submitted(council)
    sent = typed(case, reason="")
    drafting.return_draft(case=case, by=council.senior, now=NOW, reason="Say more")
    response = client_for(council.officer).post(page(case, "return"), sent)
    assert list(response.context["form"].errors) == ["__all__"]


def test_what_was_shown_before_it_was_confirmed_comes_back_too(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.officer)
    sent = typed(case, first="20/11/2026", reason="They are in hospital", note="A call from their sister")
    withdrawn(case, council)
    response = client.post(page(case, "reclassify"), sent | {"reason": "From the MP", "confirm": "yes"})
    assertContains(response, "is not possible as the case stands now")
    assertContains(response, "From the MP")


def test_pressed_again_it_is_said_again_until_it_is_possible(council, client_for):
    case = cases.accepted(council)
    sent = typed(case, text=ANSWER)
    withdrawn(case, council)
    client = client_for(council.responder)
    form = client.post(page(case, "submit"), sent).context["form"]
    assertContains(
        client.post(page(case, "submit"), form.data.dict()), "is not possible as the case stands now"
    )
    closing.reopen(case=case, by=council.manager, now=NOW, reason="They want it answered after all")
    again = client.post(page(case, "submit"), form.data.dict())
    assertContains(again, "Somebody changed this case while you had this page open.")
    client.post(page(case, "submit"), again.context["form"].data.dict())
    assert Draft.objects.get().text == ANSWER.strip()


def test_whoever_it_was_never_for_is_sent_to_the_case(council, client_for):
    case = cases.triaged(council, unit=council.send_north)
    sent = typed(case, text="Allow me", reason="Why not", note="x")
    for verb in ("triage", "allocate", "submit", "approve", "send", "reopen"):
        response = client_for(council.auditor).post(page(case, verb), sent)
        assert response.status_code in (302, 403), verb


def test_opening_a_page_too_late_leads_to_the_case(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.officer)
    assertRedirects(client.get(page(case, "allocate")), f"/cases/{case.reference}/")


def test_a_case_that_may_no_longer_be_seen_says_nothing(council, client_for):
    case = cases.accepted(council)
    sent = typed(case, text=ANSWER)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert client_for(council.responder).post(page(case, "draft"), sent).status_code == 404


def test_every_form_can_come_back_too_late(council, client_for):
    """Each verb in the first state of each move table where it is not a move, by whoever could do it in another."""
    manager, told = client_for(council.manager), set()
    for stage in begun_stages(council.send_north).values():
        table = table_of(stage.type)
        for verb in REGISTRY:
            states = {state for state in table.states if table.move(state, verb)}
            late = [state for state in table.states if state not in states]
            if verb in told or not states or not late:
                continue
            cases.put(stage, late[0])
            response = manager.post(
                page(stage.case, verb), {"seen": "1", "stage": stage.number, "reason": "Because"}
            )
            if response.status_code == 302:
                continue  # for others than a manager
            told.add(verb)
            assert "is not possible as the case stands now" in response.content.decode(), (stage, verb)
            assert Stage.objects.get(pk=stage.pk).state == late[0]
    assert len(told) > 30, sorted(told)
