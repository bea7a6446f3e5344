"""What a web server calls is what the product answers with."""

import subprocess
import sys

import pytest

from config.serving import with_room

ASK = """
import gc
from django.test import RequestFactory
from config.wsgi import application

told = []
environ = RequestFactory(SERVER_NAME="localhost").get("/healthz").environ
answer = application(environ, lambda status, headers: told.append(status))
print(told[0], b"".join(answer), gc.get_freeze_count() > 10_000)
"""


def test_room_changes_no_answer() -> None:
    def told(one: int, *, two: int) -> tuple[int, int]:
        return one, two

    assert with_room(told)(1, two=2) == (1, 2)
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 / 0)()


def test_the_web_server_answers() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, timeout=120)
    assert done.stdout.split("\n")[0] == "200 OK b'ok\\n' True", done.stderr
