"""Two imports at once, or one job twice: every row becomes one case and is counted once."""

from datetime import timedelta

import pytest

from complaints.importing.taking import begin, run, work
from complaints.models import Case, ImportBatch
from tests.complaints import cases
from tests.complaints.cases import NOW
from tests.complaints.test_concurrent_cases import at_once, council, holds
from tests.complaints.trackers import begun, opened, row, tracker

__all__ = ["council"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROWS = [row(str(n), responder="Rae Responder") for n in range(90)]


def adds_up(batch: ImportBatch) -> bool:
    batch.refresh_from_db()
    counted = batch.lines.filter(kind__in=("imported", "already-there", "rejected"))
    numbers = list(counted.values_list("number", flat=True))
    parts = batch.imported + batch.already_there + batch.rejected
    return batch.rows == parts == batch.done == len(numbers) == len(set(numbers))


def test_a_job_that_runs_twice_at_once_counts_every_row_once(council):
    batch = begun(*ROWS)
    results = at_once(*[lambda: work(batch.pk, by=None, clock=lambda: NOW)] * 3)
    assert not [result for result in results if isinstance(result, Exception)], results
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (ImportBatch.State.DONE, "")
    assert batch.line == "90 imported, 0 already there, 0 rejected of 90 rows"
    assert adds_up(batch)
    assert Case.objects.count() == 90


def test_one_file_imported_twice_at_once_makes_one_case_of_each_row(council):
    batches = [begun(*ROWS), begun(*reversed(ROWS))]
    steps = [lambda b=b: run(b, clock=lambda: NOW, within=timedelta(hours=1)) for b in batches]
    results = at_once(*steps)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert all(adds_up(batch) for batch in batches)
    assert sum(batch.imported for batch in batches) == sum(batch.already_there for batch in batches) == 90
    assert Case.objects.count() == 90


def test_contacts_are_logged_while_a_tracker_comes_in(council):
    """References are unique, and nobody waits longer than for some rows."""
    batch = begun(*ROWS)
    logging = [lambda: [cases.log(council) for _ in range(10)]] * 2
    results = at_once(lambda: run(batch, clock=lambda: NOW, within=timedelta(hours=1)), *logging)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert Case.objects.count() == 110
    assert Case.objects.values("reference").distinct().count() == 110
    holds(*Case.objects.all()[:20])


def test_two_who_press_import_at_once_begin_it_once(council):
    batch = opened(tracker(*ROWS[:2]), by=council.manager)
    press = [lambda: begin(batch, batch.map, by=council.manager, now=NOW)] * 2
    results = at_once(*press)
    assert sum(isinstance(result, Exception) for result in results) == 1
