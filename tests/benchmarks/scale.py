"""How long pages take among many cases: `./bench N`, or `python -m tests.benchmarks.scale` on a database that has them.

Every page is asked for in this process, DEBUG off, through all the middleware. A table says what each took beside what
is wanted (docs/performance.md). Nothing here fails on a slow page or a slow machine.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from statistics import median

from django.test import Client

from tests.benchmarks.measure import Measured, body_of, measure

PEAK_MB = 250
"""What a process that served every page may need."""
TIMES = 2
"""Beyond a hundred thousand cases no page may take more than so many times what it takes there."""
BASE = 100_000
KEPT = Path("var/benchmarks")


def begin() -> None:
    """Django as a web server has it, but for styles that need no collecting and addresses without HTTPS."""
    os.environ.update(DEBUG="0", HTTPS="0", LOG_LEVEL="ERROR")
    os.environ.setdefault("SECRET_KEY", "only-for-benchmarks")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings

    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": static}
    import_module("config.wsgi")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="only pages whose name contains it")
    parser.add_argument(
        "--explain", default="", metavar="TEXT", help="print the plans of these pages' queries"
    )
    parser.add_argument("--memory", action="store_true", help="serve every page and print the peak memory")
    asked = parser.parse_args()
    begin()
    if asked.memory:
        serve_all(asked.only)
    elif asked.explain:
        from tests.benchmarks.plans import explain

        explain(asked.explain)
    else:
        report(asked.only)


def report(only: str) -> None:
    from complaints.models import Case
    from tests.benchmarks.pages import Known, clients, pages

    browsers, total = clients(), Case.objects.count()
    print(f"{total:,} cases, {platform.python_version()}, {_server()}, {os.cpu_count()} cores\n")
    print("| page | as | least ms | median ms | p95 ms | machine | queries | kB | wanted | |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---|---|")
    before = _kept_for(total)
    found: list[Measured] = []
    missing: dict[str, str] = {}
    for page in pages(Known.read()):
        if only not in page.name or page.who not in browsers:
            continue
        try:
            one = measure(page, browsers[page.who])
        except LookupError as error:
            missing[page.name] = str(error)
            continue
        found.append(one)
        print(_line(one, before.get(f"{one.name}/{one.who}")), flush=True)
    if not only:
        _keep(total, found)
        print(
            f"\nPeak memory of a process that served all of these: {peak_of_a_fresh_process()} MB (wanted: {PEAK_MB})."
        )
    print("\n" + "\n".join(_summary(found)))
    print("\n" + _within(found))
    for name, why in missing.items():
        print(f"Left out: {name}, {why}.")
    over = [f"{one.name} ({one.who}): {', '.join(one.over)}" for one in found if one.over]
    print(f"\nOver what is wanted: {len(over)} of {len(found)}." + "".join(f"\n- {line}" for line in over))


def _summary(found: list[Measured]) -> list[str]:
    """A line for each kind of page: the middle of the medians, and the worst of the rest."""
    kinds: dict[str, list[Measured]] = {}
    for one in found:
        kinds.setdefault(one.name.partition(":")[0], []).append(one)
    lines = [
        "| pages | how many | median ms | slowest median ms | highest p95 ms | most queries |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kind, those in kinds.items():
        middles = sorted(one.middle for one in those)
        lines.append(
            f"| {kind} | {len(those)} | {median(middles):.0f} | {middles[-1]:.0f} "
            f"| {max(one.p95 for one in those):.0f} | {max(one.queries for one in those)} |"
        )
    return lines


def _within(found: list[Measured]) -> str:
    """How many pages are within the time that is wanted, by each of their times; and by what the 95th percentile would
    be if the machine had done nothing else."""
    asked = [(one, one.wanted.ms) for one in found if one.wanted.ms]
    least, middle, most, alone = (
        sum(time(one) <= ms for one, ms in asked)
        for time in (
            lambda one: one.least,
            lambda one: one.middle,
            lambda one: one.p95,
            lambda one: one.p95 / one.strain,
        )
    )
    return (
        f"Within the time wanted, of {len(asked)}: {least} at their least, {middle} in the middle, {most} at the 95th "
        f"percentile; {alone} at that over what the machine itself was slower by."
    )


def _server() -> str:
    from django.db import connection

    if connection.vendor != "postgresql":
        return "SQLite"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def _line(one: Measured, before: float | None) -> str:
    wanted = [
        f"{one.wanted.ms:.0f} ms" if one.wanted.ms else "",
        f"{one.wanted.queries} q" if one.wanted.queries else "",
    ]
    remarks = [f"**over: {', '.join(one.over)}**"] if one.over else []
    if before is not None and one.p95 > TIMES * before:
        remarks.append(f"**{one.p95 / before:.1f} times what it takes at {BASE:,}**")
    if one.rows:
        remarks.append(f"{one.rows:,} rows, {one.rows / one.middle * 1000:,.0f} a second")
    if one.wrong is not None:
        remarks.append(f"**answered {one.wrong}**")
    told = " ".join(part for part in wanted if part)
    return (
        f"| {one.name} | {one.who} | {one.least:.1f} | {one.middle:.1f} | {one.p95:.1f} "
        f"| {one.strain:.2f} | {one.queries} | {one.kilobytes:.0f} | {told} | {'; '.join(remarks)} |"
    )


# --- what it took at a hundred thousand


def _keep(total: int, found: list[Measured]) -> None:
    if BASE <= total < BASE * 1.1:
        KEPT.mkdir(parents=True, exist_ok=True)
        kept = {f"{one.name}/{one.who}": one.p95 for one in found}
        (KEPT / f"{BASE}.json").write_text(json.dumps(kept, indent=1))


def _kept_for(total: int) -> dict[str, float]:
    path = KEPT / f"{BASE}.json"
    if total < BASE * 1.1 or not path.exists():
        return {}
    kept: dict[str, float] = json.loads(path.read_text())
    return kept


# --- memory


def peak_of_a_fresh_process() -> str:
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--memory"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or f"not measured: {done.stderr.strip()[-300:]}"


def serve_all(only: str) -> None:
    """Ask for every page a few times and print the most memory this process had, in megabytes."""
    from tests.benchmarks.pages import Known, clients, pages

    browsers: dict[str, Client] = clients()
    for page in pages(Known.read()):
        if only in page.name and page.who in browsers:
            for _ in range(3):
                try:
                    body_of(page.ask(browsers[page.who]))
                except LookupError:
                    break
    print(round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


if __name__ == "__main__":
    main()
