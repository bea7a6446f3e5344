"""A name of 200 characters without a space breaks within its line on every page of a case, also at 400 px."""

import re

import pytest
import time_machine

from complaints.models import Letter
from tests.complaints import cases
from tests.complaints.cases import NOW

pytestmark = pytest.mark.django_db

LONG = "Rindfleischetikettierung" * 8


def test_a_very_long_summary_breaks_on_every_page_of_a_case(council, client_for):
    with time_machine.travel(NOW, tick=False):
        case = cases.sent(council, summary=LONG)
        client = client_for(council.officer)
        letter = Letter.objects.get(case=case, kind=Letter.Kind.RESPONSE)
        for part in ("chase/", "dates/", "drafts/2/1/", f"letters/{letter.pk}/", "note/", "close/"):
            page = client.get(f"/cases/{case.reference}/{part}").content.decode()
            caption = re.search(rf'<span class="([^"]*)">{case.reference}: {LONG}</span>', page)
            assert caption is not None and "govuk-!-text-break-word" in caption[1], part


def test_whom_a_letter_went_to_breaks_too(council, client_for):
    with time_machine.travel(NOW, tick=False):
        case = cases.sent(council)
        Letter.objects.filter(case=case).update(to=LONG)
        shown = client_for(council.officer).get(f"/cases/{case.reference}/").content.decode()
        before = shown[: shown.index(LONG)]
        assert re.findall(r'<ul class="([^"]*)">', before)[-1].split() == [
            "govuk-list",
            "govuk-!-text-break-word",
        ]
