"""Learning, closing, actions done, withdrawing and reopening, through the browser's door."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import Refused
from audit.service import history
from complaints import permissions
from complaints.actions import allocation, closing, drafting, sending, triage
from complaints.actions.closing import LearningDraft
from complaints.models import Case, Deadline, Learning, Stage, StageType
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry, later, open_stage
from tests.factories import make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def typed(case: Case, stage: Stage | None = None, **more: Any) -> dict[str, Any]:
    """What the page sends, made from the case as it is now."""
    case = Case.objects.get(pk=case.pk)
    return {"stage": (stage or open_stage(case)).number, "seen": case.revision, **more}


def a_type(code: str) -> StageType:
    return StageType.objects.get(procedure__policy_version__policy__code="surrey-cfllc", code=code)


def row(council: Council, number: int = 1, **more: Any) -> dict[str, Any]:
    """One row of learning as the page sends it."""
    said = {
        "text": "Ring back within two days",
        "unit": council.send_north.pk,
        "kind": entry("learning", "communication").pk,
        "type": a_type("action").pk,
        "due": "",
    } | more
    return {f"{part}_{number}": value for part, value in said.items()}


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def told(case: Case) -> str:
    event = history(case.stream).order_by("-sequence").first()
    assert event is not None
    return str(event.text.sentence)


def learned(case: Case) -> list[str]:
    return [str(learning.text) for learning in Learning.objects.filter(case=case)]


# --- closing with what was learned ------------------------------------------------------------------


def test_a_case_is_closed_with_what_was_learned(council: Council, client_for: Any) -> None:
    case = cases.sent(council)
    client = client_for(council.officer)
    assertContains(client.get(page(case, "close")), "By Friday 18 December 2026 (S6.1)")
    client.post(page(case, "close"), typed(case, rows="1", **row(council)))
    case.refresh_from_db()
    assert (case.closed_as, learned(case)) == ("answered", ["Ring back within two days"])
    action = Stage.objects.get(case=case, type__beside=True)
    assert (action.unit, action.turn_verb) == (council.send_north, "complete")
    assert Deadline.objects.get(stage=action, milestone="done").due_on == date(2026, 12, 18)


def test_or_with_why_there_is_nothing_to_learn(council: Council, client_for: Any) -> None:
    case = cases.sent(council)
    sent = typed(case, rows="1", none_because="A single slip, put right.", **row(council, text=""))
    client_for(council.officer).post(page(case, "close"), sent)
    case.refresh_from_db()
    assert case.closed_at is not None
    assert Stage.objects.get(case=case, number=2).no_learning_reason == "A single slip, put right."


def test_neither_is_refused_and_so_are_both(council: Council, client_for: Any) -> None:
    case = cases.sent(council)
    client = client_for(council.officer)
    response = client.post(page(case, "close"), typed(case, rows="1", **row(council, text="")))
    assert errors(response) == {
        "text_1": ["Write what was learned, or say below why there is nothing to learn"]
    }
    response = client.post(page(case, "close"), typed(case, rows="1", none_because="Nothing", **row(council)))
    assert errors(response) == {"none_because": ["You wrote what was learned above. Keep one of the two"]}
    assertContains(response, "Ring back within two days")  # what was typed is there
    case.refresh_from_db()
    assert case.closed_at is None


def test_a_row_is_added_without_losing_the_first(council: Council, client_for: Any) -> None:
    case = cases.sent(council)
    client = client_for(council.officer)
    response = client.post(
        page(case, "close"), typed(case, rows="1", change="learning", **row(council, due="never"))
    )
    assertContains(response, "Ring back within two days")
    assertContains(response, "What was learned, 2")
    assert response.context["form"]["unit_2"].value() == str(council.send_north.pk)
    assertContains(response, '<input type="hidden" name="rows" value="2" id="id_rows">', html=True)
    assertNotContains(response, "There is a problem")
    two = row(council) | row(council, 2, text="Share the notes", unit=council.send_south.pk)
    client.post(page(case, "close"), typed(case, rows="2", **two))
    assert learned(case) == ["Ring back within two days", "Share the notes"]


@pytest.mark.parametrize("rows", ["", "0", "-1", "99999999999999", "two", "\x00", "²"])
def test_an_odd_number_of_rows_is_no_trouble(council: Council, client_for: Any, rows: str) -> None:
    case = cases.sent(council)
    sent = typed(case, rows=rows, change="learning", **row(council))
    assert client_for(council.officer).post(page(case, "close"), sent).status_code == 200


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"unit": ""}, "unit_1", "Choose who is to do it"),
        ({"kind": "999999"}, "kind_1", "Choose a kind from the list"),
        ({"type": "999999"}, "type_1", "Choose until when it is to be done"),
        (
            {"due": "1/12/2026"},
            "due_1",
            "'Learning or agreed action' has its own time. Leave the day empty, or choose the other kind",
        ),
        ({"due": "1/12/2026", "text": ""}, "text_1", "Write what was learned, or take the day away"),
        (
            {"text": "x" * 20_001},
            "text_1",
            "What was learned, and what is to be done: 20,000 characters or fewer",
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_said(
    council: Council, client_for: Any, sent: dict[str, str], field: str, said: str
) -> None:
    case = cases.sent(council)
    response = client_for(council.officer).post(
        page(case, "close"), typed(case, rows="1", **row(council, **sent))
    )
    assert errors(response)[field] == [said]
    assert learned(case) == []


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("", "Enter the day it is to be done by: 'Change of process or procedure' has no time of its own"),
        ("19/11/2026", "The day it is to be done by is past. Give a day to come"),
    ],
)
def test_a_change_of_procedure_needs_a_day_to_come(
    council: Council, client_for: Any, due: str, said: str
) -> None:
    case = cases.sent(council)
    sent = typed(case, rows="1", **row(council, type=a_type("change").pk, due=due))
    response = client_for(council.officer).post(page(case, "close"), sent)
    assert errors(response) == {"due_1": [said]}


def test_a_change_of_procedure_is_due_on_the_day_given(council: Council, client_for: Any) -> None:
    case = cases.sent(council)
    sent = typed(case, rows="1", **row(council, type=a_type("change").pk, due="29/1/2027"))
    client_for(council.officer).post(page(case, "close"), sent)
    action = Stage.objects.get(case=case, type__beside=True)
    assert Deadline.objects.get(stage=action, milestone="done").due_on == date(2027, 1, 29)


@pytest.mark.parametrize(
    ("code", "due", "said"),
    [
        ("action", date(2026, 12, 1), "has its own time"),
        ("change", None, r"Give the day 'Change of process or procedure' is to be done by \(S6.2\)"),
        ("change", date(2026, 11, 1), "is past"),
    ],
)
def test_the_action_keeps_the_same_rules(council: Council, code: str, due: date | None, said: str) -> None:
    case = cases.sent(council)
    learning = [LearningDraft("Ring back", council.send_north, a_type(code), due_on=due)]
    with pytest.raises(Refused, match=said):
        closing.close(case=case, by=council.officer, now=NOW, learning=learning)
    assert learned(case) == []


def test_learning_that_nobody_of_a_unit_would_find_stays_with_the_officer(council: Council) -> None:
    """Customer Relations' own learning, say: they answer no cases, and yet can do what was agreed."""
    case = cases.sent(council)
    closing.close(
        case=case, by=council.officer, now=NOW, learning=[LearningDraft("Ring back", council.children)]
    )
    action = Stage.objects.get(case=case, type__beside=True)
    assert (action.unit, action.turn_person) == (council.children, council.officer)
    closing.complete(case=case, by=council.officer, now=NOW, stage=action, proof="Agreed in the team")


def test_learning_is_refused_where_nobody_at_all_would_find_it(council: Council) -> None:
    case = cases.sent(council)
    adults = make_unit("Adults")
    with pytest.raises(Refused, match="Nobody answers for Adults yet"):
        closing.close(case=case, by=council.officer, now=NOW, learning=[LearningDraft("Ring back", adults)])


def test_learning_recorded_before_is_enough(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    client_for(council.responder).post(page(case, "record-learning"), typed(case, rows="1", **row(council)))
    assert learned(case) == ["Ring back within two days"]
    cases_sent = _send(case, council)
    client = client_for(council.officer)
    response = client.get(page(cases_sent, "close"))
    assertContains(response, "Recorded already")
    assert "none_because" not in response.context["form"].fields
    client.post(page(case, "close"), typed(case, rows="1", **row(council, text="")))
    case.refresh_from_db()
    assert case.closed_at == NOW


def _send(case: Case, council: Council) -> Case:
    drafting.submit(case=case, by=council.responder, now=NOW, text="# Our answer")
    drafting.approve(case=case, by=council.officer, now=NOW)
    points = open_stage(case).points.all()
    return sending.send(
        case=case,
        by=council.officer,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo"),
        findings={point.pk: ("upheld", "") for point in points},
    )


def test_learning_after_none_takes_its_place(council: Council) -> None:
    case = cases.closed(council)
    closing.record_learning(
        case=case, by=council.officer, now=NOW, learning=[LearningDraft("Ring back", council.send_north)]
    )
    assert Stage.objects.get(case=case, number=2).no_learning_reason == ""


def test_what_is_only_kept_is_closed_with_how_it_ended(council: Council, client_for: Any) -> None:
    case = cases.triaged(council, "ofsted")
    client = client_for(council.officer)
    response = client.get(page(case, "close"))
    assert "none_because" not in response.context["form"].fields
    assertContains(response, "How did it end?")
    response = client.post(page(case, "close"), typed(case, rows="1", **row(council, text="")))
    assert errors(response) == {"note": ["Say how it ended"]}
    sent = typed(case, rows="1", note="Answered by the Director.", **row(council, text=""))
    client.post(page(case, "close"), sent)
    case.refresh_from_db()
    assert (case.closed_as, case.closed_note) == ("closed", "Answered by the Director.")


# --- learning that is done --------------------------------------------------------------------------


def with_learning(council: Council) -> tuple[Case, Stage]:
    case = cases.sent(council)
    learning = [LearningDraft("Ring back within two days", council.send_north)]
    closing.close(case=case, by=council.officer, now=NOW, learning=learning)
    return case, Stage.objects.get(case=case, type__beside=True)


def test_an_action_is_recorded_as_done_with_what_shows_it(council: Council, client_for: Any) -> None:
    case, action = with_learning(council)
    client = client_for(council.responder)
    response = client.get(page(case, "complete"), {"stage": action.number})
    assertContains(response, "Ring back within two days")
    assertContains(response, "Friday 18 December 2026")
    response = client.post(page(case, "complete"), typed(case, action, proof=""))
    assert errors(response) == {"proof": ["Say what shows that it was done"]}
    client.post(page(case, "complete"), typed(case, action, proof="Training on 1 December"))
    action.refresh_from_db()
    assert (action.closed_as, action.learning_action.proof) == ("done", "Training on 1 December")
    assert Deadline.objects.get(stage=action, milestone="done").in_time is True


def test_a_closed_case_stays_closed_while_its_learning_is_done(council: Council) -> None:
    case, action = with_learning(council)
    closing.complete(case=case, by=council.responder, now=later(days=3), stage=action, proof="Done")
    case.refresh_from_db()
    assert (case.closed_at, case.closed_as) == (NOW, "answered")


# --- withdrawing ------------------------------------------------------------------------------------


def test_a_complaint_is_withdrawn(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    client = client_for(council.officer)
    assert client.get(page(case, "withdraw")).context["form"]["withdrawn_on"].value() == NOW.date()
    sent = typed(
        case, withdrawn_on="19/11/2026", how="orally", reason="It was put right", confirmed_on="20/11/2026"
    )
    client.post(page(case, "withdraw"), sent)
    case.refresh_from_db()
    assert (case.closed_as, case.closed_note) == ("withdrawn", "It was put right")
    assert told(case) == (
        "Olu Officer recorded that it was withdrawn on Thursday 19 November 2026, orally. It was put right "
        "Confirmed to them on Friday 20 November 2026."
    )


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"withdrawn_on": ""}, "withdrawn_on", "Enter the day they withdrew it"),
        (
            {"withdrawn_on": "17/11/2026"},
            "withdrawn_on",
            "It was withdrawn between the day it came in, Wednesday 18 November 2026, and today.",
        ),
        ({"how": "by pigeon"}, "how", "Choose whether they said it or wrote it"),
        (
            {"confirmed_on": "21/11/2026"},
            "confirmed_on",
            "It was confirmed between the day it was withdrawn and today.",
        ),
    ],
)
def test_what_is_wrong_with_a_withdrawal_is_said(
    council: Council, client_for: Any, sent: dict[str, str], field: str, said: str
) -> None:
    case = cases.accepted(council)
    right = {"withdrawn_on": "19/11/2026", "how": "in writing", "reason": "Put right", "confirmed_on": ""}
    response = client_for(council.officer).post(page(case, "withdraw"), typed(case, **right | sent))
    assert errors(response)[field] == [said]
    assertContains(response, "Put right")


# --- reopening --------------------------------------------------------------------------------------


def test_a_manager_reopens_after_seeing_what_it_does(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    closing.withdraw(case=case, by=council.officer, now=NOW, withdrawn_on=NOW.date(), how="orally")
    client = client_for(council.manager)
    assertContains(client.get(page(case, "reopen")), "It stands again as: answer being written.")
    sent = typed(case, reason="They were misunderstood")
    shown = client.post(page(case, "reopen"), sent)
    assertContains(shown, "Wednesday 2 December 2026")
    assert Case.objects.get(pk=case.pk).closed_at is not None  # shown, not done
    client.post(page(case, "reopen"), {**sent, "confirm": "yes"})
    case.refresh_from_db()
    assert (case.closed_at, open_stage(case).state) == (None, "to-answer")
    assert open_stage(case).turn_person == council.responder


def test_reopening_needs_a_reason_and_the_right_person(council: Council, client_for: Any) -> None:
    case = cases.closed(council)
    assert client_for(council.officer).get(page(case, "reopen")).status_code == 403
    response = client_for(council.manager).post(page(case, "reopen"), typed(case, reason=""))
    assert errors(response) == {"reason": ["Say why it is reopened"]}


def test_what_was_merged_is_not_reopened(council: Council) -> None:
    case, other = cases.log(council), cases.log(council)
    triage.merge(case=case, by=council.officer, now=NOW, into=other, reason="The same")
    with pytest.raises(Refused, match=f"It goes on as {other}"):
        closing.reopen(case=case, by=council.manager, now=NOW, reason="Not the same")


def test_learning_of_a_restricted_case_stays_with_those_on_its_list(council: Council) -> None:
    """Its officer keeps what is for a unit nobody of which may open it."""
    case = cases.log(council, restricted=True, readers=[council.responder])
    closing.close(
        case=cases_to_close(case, council),
        by=council.officer,
        now=NOW,
        learning=[LearningDraft("Share notes", council.safeguarding)],
    )
    assert Stage.objects.get(case=case, type__beside=True).turn_person == council.officer
    assert not permissions.sees(council.outsider, case, now=NOW)


def cases_to_close(case: Case, council: Council) -> Case:
    """The same case, answered."""
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("corporate"))
    allocation.allocate(
        case=case, by=council.officer, now=NOW, unit=council.send_north, responder=council.responder
    )
    allocation.accept(case=case, by=council.responder, now=NOW)
    return _send(case, council)
