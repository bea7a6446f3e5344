"""What a corrected date does to dates that are settled is shown before it is done."""

from datetime import date

import time_machine
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from complaints.models import StageEvent
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline


def test_an_answer_in_time_that_becomes_late_says_so_first(council: Council) -> None:
    case = cases.sent(council)
    event = StageEvent.objects.get(stage__case=case, code="received", copied_from=None, voided_at=None)
    client = Client()
    client.force_login(council.officer)
    at = f"/cases/{case.reference}/correct-date/"
    with time_machine.travel(NOW, tick=False):
        form = client.get(at).context["form"]
        said = {"what": f"event-{event.pk}", "day": "1/9/2026", "reason": "The letter was stamped then."}
        page = client.post(at, said | {"seen": form["seen"].value()})
    assertNotContains(page, "It changes no date")
    assertContains(page, "<strong>late</strong>")
    assertContains(page, "It was due by Tuesday 15 September 2026")
    assert deadline(case).in_time is True
    assert deadline(case).due_on != date(2026, 9, 15)
