"""How long a deadline takes: `./bench core`, or `python -m tests.benchmarks.core`.

A due date of 10 working days, averaged over many start dates: by the core, by the `holidays` package itself and by
numpy. Then a whole SLA of five working-day rules, without and with its explanation. Nothing here fails on a slow
machine: the targets are printed beside the figures.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from timeit import Timer
from typing import NamedTuple

import holidays
import numpy

from slas.core.calendar import WorkingCalendar
from slas.core.deadlines import compute
from slas.core.facts import Facts
from slas.core.rules import Event, Rule, RuleSet, Span, Unit

YEARS = range(2020, 2031)
STARTS = [date(2022, 1, 1) + timedelta(days=n) for n in range(4 * 365)]
REPEATS = 9
ENOUGH_SECONDS = 0.05
TIMES_FASTER = 50
MICROSECONDS = 20


class Timing(NamedTuple):
    """Microseconds for one date: the least of the repeats, and the middle one."""

    least: float
    middle: float


def timed(work: Callable[[], object], each: int) -> Timing:
    """How long `work` takes for each of the `each` things it does, once it is warm."""
    work()
    timer = Timer(work)
    times = 1
    while timer.timeit(times) < ENOUGH_SECONDS:
        times *= 2
    found = [seconds * 1e6 / (times * each) for seconds in timer.repeat(REPEATS, times)]
    return Timing(min(found), median(found))


def bank_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("GB", subdiv="ENG", years=YEARS)


def arithmetic(days: int) -> dict[str, tuple[Callable[[], list[date]], int]]:
    """By name, what works out all due dates and how many there are. All get their calendar ready-made."""
    listed = bank_holidays()
    calendar = WorkingCalendar("England", bank_holidays=dict(listed))
    numpy_calendar = numpy.busdaycalendar(holidays=sorted(listed))
    numpy_starts = [numpy.datetime64(start) for start in STARTS]
    few = STARTS[::10]
    return {
        "the core": (lambda: [calendar.add(start, days) for start in STARTS], len(STARTS)),
        "holidays, get_nth_working_day": (
            lambda: [listed.get_nth_working_day(start, days) for start in few],
            len(few),
        ),
        "numpy, busday_offset": (
            lambda: [
                numpy.busday_offset(start, days, roll="backward", busdaycal=numpy_calendar)
                for start in numpy_starts
            ],
            len(numpy_starts),
        ),
    }


def check(days: int) -> None:
    """All three must reach the same dates, or their times mean nothing."""
    dates = {}
    for name, (work, _) in arithmetic(days).items():
        found = [numpy.datetime64(day) for day in work()]
        dates[name] = found if len(found) < len(STARTS) else found[::10]
    if len({tuple(found) for found in dates.values()}) != 1:
        raise SystemExit("The three do not reach the same dates.")


def five_rules() -> RuleSet:
    rules = [
        Rule(
            f"rule-{days}", f"Rule {days}", ("received",), Span(days, Unit.WORKING_DAYS), headline=days == 10
        )
        for days in (2, 5, 10, 20, 25)
    ]
    return RuleSet("five", "Five", (Event("received", "Received"),), tuple(rules))


def whole_sla(*, explain: bool) -> tuple[Callable[[], object], int]:
    calendar = WorkingCalendar("England", bank_holidays=dict(bank_holidays()))
    rules = five_rules()
    facts = [Facts({"received": start}) for start in STARTS[::7]]
    return lambda: [compute(rules, fact, calendar, explain=explain) for fact in facts], len(facts)


def show(name: str, timing: Timing, remark: str = "") -> None:
    print(f"{name:<42}{timing.least:>10.2f}{timing.middle:>10.2f}  {remark}".rstrip())


def main() -> None:
    print(f"{f'Python {sys.version.split()[0]}, microseconds each':<42}{'least':>10}{'median':>10}")
    for days, ordinal in ((10, "tenth"), (20, "twentieth")):
        check(days)
        print(f"\nThe {ordinal} working day after a date")
        timings = {name: timed(*work) for name, work in arithmetic(days).items()}
        core = timings["the core"]
        for name, timing in timings.items():
            ratio = "" if timing is core else f"{timing.middle / core.middle:.0f} times the core"
            target = f" (wanted: at least {TIMES_FASTER})" if name.startswith("holidays") else ""
            show(name, timing, ratio + target)
    print("\nAn SLA of five working-day rules")
    wanted = f"wanted: at most {MICROSECONDS}"
    show("without explanation", timed(*whole_sla(explain=False)), wanted)
    show("with explanation", timed(*whole_sla(explain=True)))


if __name__ == "__main__":
    main()
