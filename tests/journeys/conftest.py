"""A real browser on a running server, for tests that walk the product as a person would.

Fixtures: `page` (1280 px wide), `phone` (400 px), `each_page` (the test runs with both), `plain_page` (no
JavaScript); `sign_in(page, user)`, `axe(page)`, `fits(page)`, `reads_well(page)` (both, at both widths),
`screenshot(page, name)`; `council`, for all tests of this folder. Every page fails its test at the end when the
browser's console showed an error, a file was missing or the content security policy was broken. Everything in
this folder carries the marker `browser`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.journeys.council import council, own_policy
from tests.slas.conftest import _nothing_remembered

__all__ = ["_nothing_remembered", "council", "own_policy"]

HERE = Path(__file__).parent
CHROMIUM = Path("/usr/bin/chromium")
SCREENSHOTS = django_settings.VAR_DIR / "screenshots"
WIDE, PHONE = 1280, 400
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Playwright's synchronous interface runs an event loop in this thread; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium")
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def _clicks_wait_for_the_page() -> Iterator[None]:
    """A click of Playwright's is over when the next page begins to come: what is read at once may find it empty."""
    click = Locator.click

    def click_and_wait(self: Locator, **options: Any) -> None:
        click(self, **options)
        self.page.wait_for_load_state("domcontentloaded")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", click_and_wait)
        yield


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """pytest-django's, once it is sure that pages can look as they should.

    The test database is made first: asked before, SQLite's would be the one in memory, and the server's
    threads would share this thread's connection to it.
    """
    if not (django_settings.BASE_DIR / "static/build/app.css").exists():
        pytest.fail("The styles are not built: npm ci && npm run build (./test does it)")
    if django_settings.SECURE_SSL_REDIRECT:
        pytest.fail("The test server speaks plain HTTP: run with HTTPS=0 (./test does it)")
    return live_server


@pytest.fixture
def open_page(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """A new page, watched: open_page(width=1280, javascript=True, **options of a Playwright context)."""
    contexts = []
    troubles: list[str] = []

    def open_one(width: int = WIDE, *, javascript: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            locale="en-GB",
            timezone_id="Europe/London",
            **options,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        _watch(page, troubles)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not troubles, "The browser complained:\n" + "\n".join(troubles)


def _watch(page: Page, troubles: list[str]) -> None:
    """Note errors in the console (a broken content security policy is one) and files that failed to load."""

    def console(message) -> None:
        # A page that answers 404 on purpose is no trouble; a file that does is noted below.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            troubles.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def response(answer) -> None:
        if answer.status >= 400 and answer.request.resource_type != "document":
            troubles.append(f"{answer.status}: {answer.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("response", response)


@pytest.fixture
def page(open_page) -> Page:
    return open_page()


@pytest.fixture
def phone(open_page) -> Page:
    return open_page(PHONE)


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def each_page(open_page, request) -> Page:
    return open_page(request.param)


@pytest.fixture
def plain_page(open_page) -> Page:
    return open_page(javascript=False)


@pytest.fixture
def sign_in(live_server, settings) -> Callable[[Page, Any], None]:
    """sign_in(page, user): the page's browser is signed in as `user` from its next request."""

    def as_user(page: Page, user: Any) -> None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return as_user


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """axe(page): fails with each violation, its elements and where to read about it."""

    def check(page: Page) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        # What passed stays in the browser: to bring it over takes longer than to check the page.
        violations = page.evaluate("axe.run({resultTypes: ['violations']}).then((found) => found.violations)")
        assert not violations, f"axe on {page.url}:\n" + "\n".join(map(_told, violations))

    return check


def _told(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for node in violation["nodes"]
    )
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """fits(page): fails when the page has to be scrolled sideways, naming what sticks out."""

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a click may still be bringing the next page
        width, sticking_out = page.evaluate(
            """() => {
                const width = document.documentElement.clientWidth;
                const wide = [...document.body.querySelectorAll("*")].filter(
                    (element) => element.getBoundingClientRect().right > width + 1
                );
                const told = wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
                return [document.documentElement.scrollWidth - width, told];
            }"""
        )
        assert width <= 0, f"{page.url} is {width} px too wide:\n" + "\n".join(sticking_out)

    return check


@pytest.fixture
def reads_well(axe: Callable[[Page], None], fits: Callable[[Page], None]) -> Callable[[Page], None]:
    """reads_well(page): fails where the page is not accessible or has to be scrolled sideways, at 400 px and wide.
    One visit for both; the page is as wide as it was after."""

    def check(page: Page) -> None:
        before = page.viewport_size or {"width": WIDE, "height": 900}
        for width in (PHONE, WIDE):
            page.set_viewport_size({"width": width, "height": before["height"]})
            axe(page)
            fits(page)
        page.set_viewport_size(before)

    return check


@pytest.fixture
def screenshot() -> Callable[[Page, str], Path]:
    """screenshot(page, name): the whole page, as var/screenshots/name.png."""

    def take(page: Page, name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
