"""What the log of a running council says: a refusal in a line, a fault with the way to it."""

import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from accounts.guards import public
from config.logs import RefusalsInALine


@public
def fault(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [path("fault/", fault)]


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Any:
    """What a handler as the product's writes."""
    caplog.handler.addFilter(RefusalsInALine())
    caplog.handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    return lambda: caplog.text


@pytest.mark.django_db
def test_a_refused_page_is_a_line(client_for: Any, written: Any) -> None:
    assert client_for().get("/people/").status_code == 403
    assert "Forbidden" in written() and "Traceback" not in written()


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_is_written_with_the_way_to_it(client: Any, written: Any) -> None:
    client.raise_request_exception = False
    client.get("/fault/")
    assert "ZeroDivisionError" in written() and "Traceback" in written()


def test_while_trying_out_what_happened_is_written_once() -> None:
    """Where DEBUG is on, Django would write it a second time."""
    asked = """
import django
django.setup()
from django.test import Client
assert Client(headers={"host": "localhost"}).get("/no-such-page/").status_code == 404
"""
    ended = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "1", "LOG_LEVEL": "INFO"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr.count("Not Found: /no-such-page/") == 1, ended.stderr
    assert ended.returncode == 0
