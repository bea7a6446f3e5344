"""A wrong address gets our own words, also where DEBUG is on for trying out."""

import pytest


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("address", "status"),
    [("/nowhere/", 404), ("/deadlines/no/thing/", 404), ("/bank-holidays/scotland/?year=x", 400)],
)
def test_it_says_what_to_do_and_shows_no_innards(client_for, settings, debug, address, status):
    from slas.service import load_bank_holidays
    from tests.factories import NOW

    load_bank_holidays(by=None, now=NOW)
    settings.DEBUG = debug
    response = client_for().get(address)
    assert response.status_code == status
    page = response.content.decode()
    assert "Traceback" not in page
    assert "URLconf" not in page
    assert "app-plain" in page
