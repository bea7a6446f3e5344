"""Signing in over a real connection: threads of their own, tables emptied after, triggers in place again."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from audit import service as audit
from tests.factories import PASSWORD, make_user


@pytest.mark.parametrize("run", [1, 2])
def test_it_works(live_server, run):
    amira = make_user("Amira Khan")
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{live_server.url}/sign-in/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    typed = {"email": amira.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    home = browser.open(f"{live_server.url}/sign-in/", urlencode(typed).encode()).read().decode()
    assert "Hello, Amira Khan" in home
    assert [event.verb for event in audit.history("people")] == ["signed-in"]
    assert audit.verify("people") == []
