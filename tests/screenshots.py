"""The pictures of the guides, taken of the demo as it is on a Friday morning:

    .venv/bin/python -m tests.screenshots [NAME…]

writes docs/images/*.png anew. It has a database of its own and touches no other.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WHERE = ROOT / "docs" / "images"
FRIDAY = "2026-11-20T09:30:00+00:00"
PASSWORD_OF_THE_DEMO = "Calm-Monday-2026"


@dataclass(frozen=True)
class Shot:
    """A picture: whose page, where, how wide, and how much of it (None: all of it)."""

    name: str
    who: str
    path: str
    width: int = 1100
    height: int | None = 900


SHOTS = (
    Shot("today", "amira.khan", "/"),
    Shot("queue", "amira.khan", "/queue/"),
    Shot("queue-phone", "daniel.okafor", "/queue/", 400, 1100),
    Shot("log", "amira.khan", "/cases/log/", height=1000),
    Shot("triage", "amira.khan", "/cases/{first}/triage/", height=1100),
    Shot("case", "amira.khan", "/cases/{drafted}/", height=1200),
    Shot("cases", "amira.khan", "/cases/", height=1000),
    Shot("dashboard", "grace.adeyemi", "/dashboard/", height=1300),
    Shot("weekly-report", "amira.khan", "/reports/weekly/", height=1200),
    Shot("statistics", "grace.adeyemi", "/statistics/", height=1100),
)


def main(names: list[str]) -> None:
    """Take the pictures that are named, or all of them."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "SECRET_KEY": "only-for-pictures",
            "DEBUG": "1",
            "HTTPS": "0",
            "LOG_LEVEL": "WARNING",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": f"sqlite:///{folder}/pictures.sqlite3",
            "DOCUMENTS_DIR": f"{folder}/documents",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        import django
        import time_machine

        django.setup()
        with time_machine.travel(datetime.fromisoformat(FRIDAY), tick=True), _served() as base:
            _take([shot for shot in SHOTS if not names or shot.name in names], base)


@contextmanager
def _served() -> Iterator[str]:
    """The demo on a port of its own."""
    from django.core.management import call_command
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    call_command("prepare", "--demo", verbosity=0)
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def _take(shots: list[Shot], base: str) -> None:
    from playwright.sync_api import sync_playwright

    from complaints.models import Case

    known = {
        "first": Case.objects.order_by("pk")[0].reference,
        "drafted": Case.objects.get(summary="Decision letter without reasons").reference,
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for shot in shots:
            page = browser.new_context(
                viewport={"width": shot.width, "height": shot.height or 900}
            ).new_page()
            page.goto(f"{base}/sign-in/")
            page.fill("#id_email", f"{shot.who}@council.example")
            page.fill("#id_password", PASSWORD_OF_THE_DEMO)
            page.click("main button[type=submit]")
            page.goto(base + shot.path.format(**known))
            page.screenshot(path=WHERE / f"{shot.name}.png", full_page=shot.height is None)
            sys.stdout.write(f"docs/images/{shot.name}.png\n")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
