"""Setting up: what `./run`, `./test` and `./bench` say and do, and `manage.py prepare`."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from audit.models import Event
from slas.models import Policy
from tests.factories import make_user

ROOT = Path(__file__).resolve().parent.parent


def called(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / command, *arguments], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("command", ["run", "test", "bench"])
def test_help_tells_how_it_is_used(command):
    answer = called(command, "--help")
    assert answer.returncode == 0
    assert answer.stdout.startswith(f"Usage: ./{command}")
    assert answer.stderr == ""


def test_the_help_of_run_names_every_option():
    answer = called("run", "--help").stdout
    assert all(option in answer for option in ("--port", "--policy", "--no-demo", "--fresh", "DATABASE_URL"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--prot", "8001"], "There is no option --prot."),
        (["surrey-cfllc"], "There is no option surrey-cfllc."),
        (["--policy"], "The option --policy needs a value."),
        (["--port", ""], "The option --port needs a value."),
        (["--port", "abc"], "A port is a whole number from 1 to 65535, not 'abc'."),
        (["--port", "0"], "A port is a whole number from 1 to 65535, not '0'."),
        (["--port=65536"], "A port is a whole number from 1 to 65535, not '65536'."),
        (["--port", "-1"], "A port is a whole number from 1 to 65535, not '-1'."),
    ],
)
def test_run_refuses_what_it_does_not_understand(arguments, sentence):
    answer = called("run", *arguments)
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [sentence, "./run --help tells how to use it."]
    assert answer.stdout == ""


def test_run_names_a_port_that_is_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = called("run", "--port", str(port))
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"Port {port} is in use already")


@pytest.mark.parametrize("arguments", [[], ["everything"]])
def test_bench_says_what_it_measures(arguments):
    answer = called("bench", *arguments)
    assert answer.returncode == 2
    assert answer.stderr.startswith("Usage: ./bench core")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def below(parent: int) -> list[int]:
    """The processes that `parent` started, and those that these started."""
    started_by = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            started_by[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [parent]
    for above in found:
        found += [process for process, starter in started_by.items() if starter == above]
    return found[1:]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="it starts on a database of its own: once is enough"
)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_run_starts_everything_and_one_signal_ends_all_of_it(tmp_path, number, code):
    port = free_port()
    settings = {"DEBUG": "1", "HTTPS": "0", "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    with subprocess.Popen(
        [ROOT / "run", "--port", str(port)],
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as run:
        assert run.stdout is not None
        said = ""
        for line in run.stdout:
            said += line
            if line.startswith("Ready"):
                break
        assert re.search(rf"^Ready after \d+ seconds: http://127\.0\.0\.1:{port}/", said, re.MULTILINE), said
        assert "joanna.field@council.example" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            assert answer.status == 200
        started = below(run.pid)
        assert len(started) >= 4  # the web server and one of its own, the worker and one of its own
        run.send_signal(number)
        assert run.wait(timeout=20) == code
    time.sleep(0.2)
    assert [process for process in started if Path(f"/proc/{process}").exists()] == []


def prepare(*arguments: str) -> str:
    said = StringIO()
    call_command("prepare", *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.django_db
class TestPrepare:
    @pytest.fixture(autouse=True)
    def _no_terminal(self, monkeypatch, settings, tmp_path):
        monkeypatch.setattr("sys.stdin", StringIO())
        settings.STATIC_ROOT = tmp_path / "collected"

    def test_an_empty_council_gets_the_packs_and_one_of_them_is_its_own(self):
        said = prepare("--no-demo")
        assert Policy.objects.count() == 6
        assert Policy.objects.get(is_own=True).code == "surrey-cfllc"
        assert "manage.py create_administrator" in said

    def test_the_policy_is_kept_until_another_is_named(self):
        prepare("--no-demo", "--policy", "warwickshire")
        prepare("--no-demo")
        assert Policy.objects.get(is_own=True).code == "warwickshire"
        prepare("--no-demo", "--policy", "solihull-corporate")
        assert Policy.objects.get(is_own=True).code == "solihull-corporate"

    def test_a_pack_that_is_not_there_is_named(self):
        with pytest.raises(CommandError, match="cornwall"):
            prepare("--no-demo", "--policy", "cornwall")

    def test_a_second_time_changes_nothing(self, settings):
        settings.DEBUG = True
        prepare()
        before = Event.objects.count(), User.objects.count()
        prepare()
        assert (Event.objects.count(), User.objects.count()) == before

    def test_the_demo_says_who_can_sign_in(self, settings, tmp_path):
        settings.DEBUG = True
        assert "joanna.field@council.example" not in prepare("--sign-ins", str(tmp_path / "who"))
        assert "joanna.field@council.example" in (tmp_path / "who").read_text()
        assert "joanna.field@council.example" in prepare()

    def test_no_demo_comes_where_debug_is_off(self):
        prepare()
        assert not User.objects.exists()
        with pytest.raises(CommandError, match="DEBUG is off"):
            prepare("--demo")

    def test_no_demo_comes_where_somebody_else_is(self, settings):
        settings.DEBUG = True
        make_user()
        assert "The demo is left out." in prepare()
        assert User.objects.count() == 1
        with pytest.raises(CommandError, match="left alone"):
            prepare("--demo")

    def test_fresh_is_for_the_embedded_database(self, monkeypatch):
        monkeypatch.setattr("django.db.connection.vendor", "postgresql")
        with pytest.raises(CommandError, match="--fresh deletes the embedded database only"):
            prepare("--fresh")
