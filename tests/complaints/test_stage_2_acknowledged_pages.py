"""A request for stage 2 is acknowledged anew (L1), through the browser's door."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import Refused
from accounts.roles import Role
from complaints.actions import allocation, closing, dates, drafting, escalation, sending, triage
from complaints.models import Case, Letter, StageEvent, standing
from slas.models import Policy
from slas.service import set_own_policy
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry, open_stage
from tests.factories import make_grant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def at_stage_2(council) -> Case:
    """Solihull's: acknowledged and answered at stage 1, and stage 2 was asked for today."""
    set_own_policy(Policy.objects.get(code="solihull-corporate"), by=None, now=NOW)
    case = cases.log(council)
    acknowledge(case, council)
    make_grant(council.officer, Role.COORDINATOR, council.education)
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("complex-complaint"))
    allocation.allocate(
        case=case, by=council.officer, now=NOW, unit=council.send_north, responder=council.responder
    )
    drafting.draft(case=case, by=council.responder, now=NOW, text="We are sorry.")
    sending.send(
        case=case,
        by=council.responder,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in open_stage(case).points.all()},
    )
    closing.close(case=case, by=council.responder, now=NOW, none_because="A single slip.")
    return escalation.escalate(
        case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered."
    )


def acknowledge(case: Case, council: Council) -> None:
    sending.acknowledge(
        case=case,
        by=council.officer,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example"),
        officer=council.officer,
        sharing_notice=True,
    )


def test_a_request_for_stage_2_is_acknowledged_anew(council, client_for, at_stage_2):
    """L1: within five working days; what acknowledged the complaint does not acknowledge it."""
    case, client = at_stage_2, client_for(council.officer)
    offered = reverse("act", args=[case.reference, "acknowledge"])
    assertContains(client.get(f"/cases/{case.reference}/"), offered)
    said = {
        "stage": open_stage(case).number,
        "seen": Case.objects.get(pk=case.pk).revision,
        "sent_on": "20/11/2026",
        "channel": entry("channel", "email").pk,
        "to": "Jo Example",
        "officer": council.officer.pk,
    }
    early = client.post(offered, {**said, "sent_on": "19/11/2026"})
    words = "Stage 2, review by the Head of Service began on Friday 20 November 2026, so its acknowledgement cannot"
    assert words in early.context["form"].errors["sent_on"][0]
    client.post(offered, said)
    letters = Letter.objects.filter(case=case, kind="acknowledgement").order_by("pk")
    assert [letter.stage.type.code for letter in letters] == ["stage-1", "stage-2"]
    assert open_stage(case).events.filter(code="acknowledged", voided_at=None).count() == 1
    assertNotContains(client.get(f"/cases/{case.reference}/"), offered)
    with pytest.raises(Refused, match="It was acknowledged already"):
        acknowledge(case, council)


def test_its_day_is_put_right_without_the_other(council, at_stage_2):
    case = at_stage_2
    acknowledge(case, council)
    first, second = StageEvent.objects.filter(stage__case=case, code="acknowledged").order_by("pk")[::2]
    assert (first.stage.type.code, second.stage.type.code) == ("stage-1", "stage-2")
    day = cases.later(days=3)
    dates.correct_date(case=case, by=council.officer, now=day, event=second, moment=day.date(), reason="Late")
    assert standing(StageEvent).get(stage=open_stage(case), code="acknowledged").day == day.date()
    first.refresh_from_db()
    assert (first.voided_at, first.day) == (None, NOW.date())
    letters = Letter.objects.filter(case=case, kind="acknowledgement").order_by("pk")
    assert [letter.sent_on for letter in letters] == [NOW.date(), day.date()]
