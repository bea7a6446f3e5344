"""A case from contact to answer, step by step through the actions."""

from datetime import date

import pytest

from complaints.models import Case
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline, open_stage

pytestmark = pytest.mark.django_db


def test_a_contact_waits_two_working_days_for_triage(council: Council) -> None:
    case = cases.log(council)
    assert deadline(case, "triage").due_on == date(2026, 11, 20)
    stage = open_stage(case)
    assert (stage.turn_verb, stage.turn_role, stage.turn_person) == ("triage", "cr-officer", council.officer)


def test_a_corporate_complaint_counts_from_the_day_it_came_in(council: Council) -> None:
    case = cases.triaged(council, "corporate")
    assert deadline(case).due_on == date(2026, 12, 2)
    assert deadline(case).counted_from == date(2026, 11, 18)


def test_a_case_is_closed_with_its_last_stage(council: Council) -> None:
    case = cases.closed(council)
    case = Case.objects.get(pk=case.pk)
    assert (case.closed_at, case.closed_as) == (NOW, "answered")
    assert deadline(case).in_time is True
