"""Why these dates? The working, the days, and all that is on record."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains

from complaints.actions import happenings, triage
from complaints.models import Case, Extension
from slas.core.calendar import LONDON
from tests.complaints import cases, northtown
from tests.complaints.cases import NOW
from tests.complaints.date_forms import (
    complex_case,
    correction,
    extension,
    page,
    pausing,
    typed,
)

__all__ = ["complex_case", "pausing"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def why(case: Case) -> str:
    return reverse("case-dates", args=[case.reference])


def test_the_page_tells_who_recorded_asked_and_approved_and_strikes_what_was_taken_back(
    council, complex_case, client_for
):
    client = client_for(council.manager)
    client.post(page(complex_case, "extend"), extension(complex_case, council) | {"confirm": "yes"})
    sent = correction(complex_case, "received", "17/11/2026", confirm="yes")
    client.post(page(complex_case, "correct-date"), sent)
    row = Extension.objects.get()
    client.post(
        page(complex_case, "correct-date"),
        typed(complex_case, what=f"extension-{row.pk}", reason="She did not agree.", confirm="yes"),
    )
    answer = client.get(why(complex_case))
    assertContains(answer, "Asked for by SEND North. Approved by Mo Manager.")
    assertContains(answer, "The complainant agreed. They were told on Friday 20 November 2026.")
    assertContains(answer, "Taken back by Mo Manager on Friday 20 November 2026. She did not agree.")
    assertContains(answer, "Corrected by Mo Manager on Friday 20 November 2026. The stamp was wrong.")
    struck = '<s class="app-facts__text">The concern was received: Wednesday 18 November 2026</s>'
    assertContains(answer, struck, html=True)
    assertContains(answer, "The same as in Triage.")
    assertContains(answer, "November 2026</caption>")


def test_the_same_question_is_asked_of_the_calculator_and_answered_the_same(pausing, client_for, clock):
    case = northtown.complaint(pausing)
    thursday = datetime(2026, 11, 26, 9, 0, tzinfo=LONDON)
    clock.move_to(thursday)
    manager = pausing.service_manager
    happenings.pause(case=case, by=manager, now=thursday, first=date(2026, 11, 24), ground="Child protection")
    happenings.resume(case=case, by=manager, now=thursday, on=date(2026, 11, 26))
    client = client_for(pausing.officer)
    question = client.get(why(case)).context["stages"][0].question
    assert "event-received=2026-11-18" in question
    assert "pause-1-from=2026-11-24&pause-1-to=2026-11-26" in question
    assertContains(client.get(question), "Friday 4 December 2026")


@pytest.mark.parametrize(
    "procedure", ["freeze", "ombudsman", "education", "children-act", "mp-enquiry", "enquiry"]
)
def test_the_page_opens_for_every_kind_of_case_and_its_links_work(council, client_for, procedure):
    case = cases.log(council, received=datetime(2026, 11, 18, 9, 5, tzinfo=LONDON))
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of(procedure))
    client = client_for(council.auditor)
    answer = client.get(why(case))
    assert answer.status_code == 200
    for stage in answer.context["stages"]:
        if stage.question:
            asked = client.get(stage.question)
            assert asked.context["form"].errors == {}
    assert client_for(council.outsider).get(why(case)).status_code == 404


def test_the_number_of_queries_does_not_grow_with_what_is_on_record(council, complex_case, client_for):
    client = client_for(council.manager)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(why(complex_case)).status_code == 200
        return len(seen)

    few = queries()
    for total in range(11, 17):
        sent = extension(complex_case, council, total=str(total)) | {"confirm": "yes"}
        client.post(page(complex_case, "extend"), sent)
    assert Extension.objects.count() == 6
    client.get(why(complex_case))  # shows the messages
    assert queries() <= few
