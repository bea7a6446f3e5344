"""A bank holiday proclaimed while somebody works on a case: whoever comes second sees what the first did."""

from datetime import date, timedelta
from functools import partial

import pytest

from audit.service import history
from complaints.actions import calendars, dates
from complaints.models import Case
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline
from tests.complaints.test_concurrent_cases import TIMES, at_once, council, do, holds

__all__ = ["council"]

DUE = (17, 18, 21, 22)
"""Of December: twenty working days from 18 November, less one, two, three and four of them."""

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_an_extension_and_a_bank_holiday_at_once_both_count(council: Council) -> None:
    made: list[Case] = []
    for n in range(TIMES):
        case = cases.accepted(council, "children-act")
        made.append(case)
        results = at_once(
            do(
                dates.extend,
                case,
                council.manager,
                total=20,
                reason="Two teams.",
                asked_by="SEND North",
                complainant_agreed=True,
            ),
            partial(
                calendars.proclaim,
                nation="england-and-wales",
                day=date(2026, 11, 23) + timedelta(days=n),
                name="Day of mourning",
                source="Proclamation",
                proclaimed_on=NOW.date(),
                by=council.administrator,
                now=NOW,
            ),
        )
        assert not [error for error in results if isinstance(error, Exception)], results
        assert deadline(case).due_on == date(2026, 12, DUE[n])
        told = [event.text.sentence for event in history(case.stream)]
        assert any("A bank holiday was added" in sentence for sentence in told)
    holds(*made)
