"""How long a page takes: asked for again and again in this process, through all its middleware."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil
from statistics import median
from time import perf_counter

from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.serving import with_room

WARM_UPS, REQUESTS = 3, 40
ENOUGH_SECONDS = 15.0
AT_LEAST = 10
"""A page that takes long is asked for less often, but so often at least."""


def steady_work() -> float:
    """Do what takes the same time always on a machine of its own, and say how many seconds it took."""
    started = perf_counter()
    for number in range(50_000):
        number * number
    return perf_counter() - started


@cache
def steadiest() -> float:
    """The seconds that `steady_work` takes when nothing else is going on."""
    return min(steady_work() for _ in range(500))


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a page: its 95th percentile in milliseconds, and its queries; None: nothing is."""

    ms: float | None = None
    queries: int | None = None


@dataclass(frozen=True)
class Page:
    """One page as one person asks for it. `ask` raises LookupError where there is nothing to ask for."""

    name: str
    who: str
    ask: Callable[[Client], HttpResponseBase]
    wanted: Wanted = Wanted()
    rows: bool = False
    """Whether it is a file of rows, which are counted."""
    answer: int = 200
    """The status it is to answer with."""


@dataclass(frozen=True)
class Measured:
    """What a page took: milliseconds (the least, the middle, the 95th percentile), queries, and kilobytes sent.
    `wrong` is the status it answered with where that is not its own."""

    name: str
    who: str
    least: float
    middle: float
    p95: float
    queries: int
    kilobytes: float
    wrong: int | None
    wanted: Wanted
    rows: int = 0
    strain: float = 1.0
    """How many times as long as when nothing else is going on the same work took in between, in the middle."""

    @property
    def over(self) -> list[str]:
        """What of it is over what is wanted."""
        found = []
        if self.wanted.ms is not None and self.p95 > self.wanted.ms:
            found.append("time")
        if self.wanted.queries is not None and self.queries > self.wanted.queries:
            found.append("queries")
        return found


def percentile(seconds: list[float], share: float) -> float:
    """The least of `seconds` that so large a share of them does not exceed."""
    ordered = sorted(seconds)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def measure(page: Page, client: Client) -> Measured:
    """Ask for a page until its times can be told."""
    ask = with_room(page.ask)
    for _ in range(WARM_UPS):
        ask(client)
    with CaptureQueriesContext(connection) as made:
        response = ask(client)
        body = body_of(response)
    queries = len(made)
    taken: list[float] = []
    steady: list[float] = []
    begun = perf_counter()
    while len(taken) < REQUESTS:
        if len(taken) >= AT_LEAST and perf_counter() - begun > ENOUGH_SECONDS:
            break
        started = perf_counter()
        body_of(ask(client))
        taken.append(perf_counter() - started)
        steady.append(steady_work())
    return Measured(
        page.name,
        page.who,
        min(taken) * 1000,
        median(taken) * 1000,
        percentile(taken, 0.95) * 1000,
        queries,
        len(body) / 1000,
        response.status_code if response.status_code != page.answer else None,
        page.wanted,
        body.count(b"\n") if page.rows else 0,
        median(steady) / steadiest(),
    )


def body_of(response: HttpResponseBase) -> bytes:
    """All that an answer says; some of it is made only when it is asked for."""
    return response.getvalue()  # type: ignore[attr-defined,no-any-return]
