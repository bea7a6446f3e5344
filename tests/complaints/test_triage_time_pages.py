"""A contact that becomes something due at once: the page asks at what time it came in, where only the day is known."""

from datetime import date, datetime

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from complaints.actions import triage
from complaints.actions.parties import PartyDraft
from complaints.models import Case, StageEvent, standing
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, deadline, entry, open_stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FREEZE = "procedure:freeze"
TIME = "received_time_procedure_freeze"
"""What only a request to freeze a move asks: it is acted on at once (S3.1)."""


@pytest.fixture
def officer(council, client_for):
    return client_for(council.officer)


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def afresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def typed(case: Case, **more):
    """What the page sends, made from the case as it is now."""
    return {"stage": open_stage(case).number, "seen": afresh(case).revision, **more}


def decide(officer, case: Case, choice: str, **more):
    return officer.post(page(case, "triage"), typed(case, choice=choice, reason="As they said", **more))


def acknowledge(council, officer, case: Case, at: str) -> None:
    said = {
        "sent_on": f"{NOW:%d/%m/%Y}",
        "sent_time": at,
        "channel": entry("channel", "email").pk,
        "to": "Jo Example",
        "officer": council.officer.pk,
    }
    officer.post(page(case, "acknowledge"), typed(case, **said))


def test_it_asks_when_it_came_in(council, officer):
    case = cases.log(council)
    response = decide(officer, case, FREEZE)
    assert response.context["form"].errors == {
        TIME: ["Enter the time it was received: a deadline counts from it"]
    }
    assertContains(response, f'href="#id_{TIME}"')
    assertContains(response, "Time it was received on Wednesday 18 November 2026")
    assertContains(
        response, "“Act and tell the Customer Relations Manager” is due immediately after received (S3.1)."
    )
    assertContains(response, "As they said")
    assert open_stage(case).state == "to-triage"


def test_the_time_it_came_in_begins_the_deadline(council, officer):
    case = cases.log(council)
    assertRedirects(decide(officer, case, FREEZE, **{TIME: "4:10pm"}), f"/cases/{case.reference}/")
    at = datetime(2026, 11, 18, 16, 10, tzinfo=LONDON)
    assert deadline(case, "act").due_at == at
    assert afresh(case).received_at == at
    assert [event.at for event in standing(StageEvent).filter(stage__case=case, code="received")] == [at, at]
    assertContains(
        officer.get(f"/cases/{case.reference}/"),
        "Only the day was on record, and now the time of day counts.",
    )


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("25:00", "is not a time"),
        ("noonish, they said", "write the time like 9:30am"),
    ],
)
def test_a_time_that_cannot_be(council, officer, time, words):
    case = cases.log(council)
    response = decide(officer, case, FREEZE, **{TIME: time})
    assert words in response.context["form"].errors[TIME][0]
    assertContains(response, f'value="{time}"')
    assert open_stage(case).state == "to-triage"


def test_it_cannot_have_come_in_after_now_or_after_it_was_acknowledged(council, officer):
    case = cases.log(council, received=NOW.date())
    response = decide(officer, case, FREEZE, **{TIME: "11am"})
    assert "is still to come" in response.context["form"].errors[TIME][0]
    acknowledge(council, officer, case, "9am")
    response = decide(officer, case, FREEZE, **{TIME: "9:30am"})
    assert "That is after 'Acknowledged'" in response.context["form"].errors[TIME][0]
    decide(officer, case, FREEZE, **{TIME: "8:50am"})
    assert deadline(case, "act").due_at == datetime(2026, 11, 20, 8, 50, tzinfo=LONDON)


def test_the_time_is_asked_for_only_where_it_is_not_known(council, officer):
    case = cases.log(council, received=datetime(2026, 11, 18, 9, 5, tzinfo=LONDON))
    assertNotContains(officer.get(page(case, "triage")), "Time it was received")
    decide(officer, case, FREEZE)
    assert deadline(case, "act").due_at == datetime(2026, 11, 18, 9, 5, tzinfo=LONDON)


def test_a_time_typed_for_another_choice_is_not_used(council, officer):
    case = cases.log(council)
    decide(officer, case, "procedure:corporate", **{TIME: "9am"})
    assert (open_stage(case).type.procedure.code, afresh(case).received_at) == ("corporate", None)


@pytest.fixture
def received() -> date:
    return cases.RECEIVED


@pytest.fixture
def called_an_enquiry(council, received) -> Case:
    """A councillor's letter that was made an enquiry: nothing is judged by when it came in any more."""
    case = cases.log(council, received=received, parties=[PartyDraft("councillor", "Cllr Example")])
    type_ = cases.first_stage_of("enquiry")
    return triage.reclassify(case=case, by=council.officer, now=NOW, type_=type_, reason="It is a question.")


def test_where_nothing_is_judged_by_it_the_time_is_told_too(council, officer, called_an_enquiry):
    case = called_an_enquiry
    decide(officer, case, FREEZE, **{TIME: "4:10pm"})
    at = datetime(2026, 11, 18, 16, 10, tzinfo=LONDON)
    assert (afresh(case).received_at, deadline(case, "act").due_at) == (at, at)
    told = "from Wednesday 18 November 2026 to Wednesday 18 November 2026 at"
    assertContains(officer.get(f"/cases/{case.reference}/?timeline=all"), told)


@pytest.mark.parametrize("received", [NOW.date()])
def test_where_nothing_is_judged_by_it_it_came_in_before_it_was_acknowledged(
    council, officer, called_an_enquiry
):
    case = called_an_enquiry
    acknowledge(council, officer, case, "9am")
    response = decide(officer, case, FREEZE, **{TIME: "9:30am"})
    assert "That is after 'Acknowledged'" in response.context["form"].errors[TIME][0]
    assert afresh(case).received_at is None
