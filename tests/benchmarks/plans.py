"""The plans of a page's queries, as PostgreSQL has them: `./bench N --explain TEXT`."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.benchmarks.measure import body_of
from tests.benchmarks.pages import Known, clients, pages


def explain(text: str) -> None:
    """Print EXPLAIN (ANALYZE, BUFFERS) of every query of the pages whose name contains `text`."""
    browsers = clients()
    for page in pages(Known.read()):
        if text not in page.name or page.who not in browsers:
            continue
        try:
            for _ in range(3):
                body_of(page.ask(browsers[page.who]))
            with CaptureQueriesContext(connection) as made:
                body_of(page.ask(browsers[page.who]))
        except LookupError as error:
            print(f"{page.name}: {error}")
            continue
        print(f"\n{'=' * 100}\n{page.name}, as {page.who}: {len(made)} queries")
        for n, query in enumerate(made.captured_queries, 1):
            print(f"{float(query['time']) * 1000:8.0f} ms  {n}. {query['sql'][:150]}")
        for n, query in enumerate(made.captured_queries, 1):
            _print_plan(n, query["sql"])


def _print_plan(number: int, sql: str) -> None:
    print(f"\n--- {number}. {sql}\n")
    if not sql.lstrip("( ").upper().startswith(("SELECT", "WITH")):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql.replace('%', '%%')}", [])
        for (line,) in cursor.fetchall():
            print(line)
