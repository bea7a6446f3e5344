"""Makes the cases, batch by batch, in as many processes as wanted."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

from django.db import connection, connections, transaction

from complaints.demo.many import people
from complaints.demo.many.council import Council
from complaints.demo.many.finish import finish
from complaints.demo.many.plots import Plot
from complaints.demo.many.rows import Numbers, Rows
from complaints.demo.many.spread import Spread, spread
from complaints.demo.many.story import Story
from complaints.demo.many.teller import Teller
from complaints.demo.many.writers import Writers
from complaints.models import ReferenceCounter
from complaints.references import reference
from slas.core.calendar import london_date

BATCH = 1_000
"""Cases written in one transaction."""
Tell = Callable[[int, int, float], None]
"""Is told how many cases there are by now, how many rows, and after how many seconds."""


@dataclass(frozen=True)
class Order:
    """What is to be made: so many cases up to `now`, by `seed`. `taken` is the last number given out in each year
    before."""

    total: int
    seed: int
    now: datetime
    taken: dict[int, int]


def make(total: int, *, seed: int, now: datetime, processes: int = 1, tell: Tell | None = None) -> int:
    """Make `total` cases with their history. Returns how many rows were written. Raises NotReady where the council has
    no policy of its own yet."""
    Council(now)
    people.ensure(cases=total, now=now)
    order = Order(total, seed, now, _reserve(total, now))
    started, done, rows = time.monotonic(), 0, 0
    for cases, written in _batches(order, processes):
        done, rows = done + cases, rows + written
        if tell is not None:
            tell(done, rows, time.monotonic() - started)
    return rows


@transaction.atomic
def _reserve(total: int, now: datetime) -> dict[int, int]:
    """Take the references of all the years at once, so that whoever logs a case meanwhile gets the next."""
    taken = {}
    for year, count in sorted(spread(total, Council(now).calendar, now).years().items()):
        ReferenceCounter.objects.get_or_create(year=year)
        counter = ReferenceCounter.objects.select_for_update().get(year=year)
        taken[year] = counter.last
        counter.last += count
        counter.save()
    return taken


def _batches(order: Order, processes: int) -> Iterator[tuple[int, int]]:
    firsts = range(0, order.total, BATCH)
    if processes < 2:
        maker = Maker(order)
        for first in firsts:
            yield maker.batch(first)
        return
    connections.close_all()
    with ProcessPoolExecutor(processes, get_context("fork"), _begin, (order,)) as pool:
        yield from pool.map(_batch, firsts)


_maker: "Maker | None" = None


def _begin(order: Order) -> None:
    global _maker
    _maker = Maker(order)


def _batch(first: int) -> tuple[int, int]:
    if _maker is None:
        raise RuntimeError("A process makes cases once it was told of them.")
    return _maker.batch(first)


class Maker:
    """Makes batches of cases in one process."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.council = Council(order.now)
        self.spread: Spread = spread(order.total, self.council.calendar, order.now)
        self.writers = Writers(order.total, order.seed)
        self.numbers = Numbers()

    def batch(self, first: int) -> tuple[int, int]:
        """Make the cases from this number on. Returns how many there were, and how many rows."""
        indexes = range(first, min(first + BATCH, self.order.total))
        with transaction.atomic():
            if connection.vendor != "postgresql":
                self.numbers = Numbers()
            rows = Rows()
            tellers = [Story(self.plot(index), self.teller(rows)).tell() for index in indexes]
            finish(tellers, self.council, rows, self.numbers)
            written = rows.save()
        return len(indexes), written

    def teller(self, rows: Rows) -> Teller:
        """Who tells one case, its rows going to `rows`."""
        return Teller(self.council, rows, self.numbers)

    def plot(self, index: int) -> Plot:
        """What becomes of the case of this number."""
        year = london_date(self.spread.logged_at(index)).year
        number = self.order.taken[year] + index - self.spread.first_of(year) + 1
        told = reference(year, number)
        return Plot(index, self.order.seed, self.council, self.spread, self.writers, told)
