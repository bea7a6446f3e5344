"""Two people act at the same moment: one chain, no gap, no fork."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from audit import service
from tests.factories import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PEOPLE, EACH = 4, 10


def test_appending_to_one_stream_at_once_keeps_one_chain():
    together = Barrier(PEOPLE)

    def append(person: int) -> None:
        try:
            together.wait(timeout=10)
            for number in range(EACH):
                with transaction.atomic():
                    service.record(
                        stream="people", verb="did", by=None, sentence=f"{person} did {number}.", now=NOW
                    )
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(append, range(PEOPLE)))
    assert [event.sequence for event in service.history("people")] == list(range(1, PEOPLE * EACH + 1))
    assert service.verify("people") == []


def test_the_second_waits_for_the_first_to_commit():
    order: list[str] = []
    first_has_it = Barrier(2)

    def first() -> None:
        try:
            with transaction.atomic():
                service.record(stream="people", verb="did", by=None, sentence="First.", now=NOW)
                first_has_it.wait(timeout=10)
                order.append("first")
        finally:
            connection.close()

    def second() -> None:
        try:
            first_has_it.wait(timeout=10)
            with transaction.atomic():
                event = service.record(stream="people", verb="did", by=None, sentence="Second.", now=NOW)
                order.append(f"second as {event.sequence}")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda step: step(), [first, second]))
    assert order == ["first", "second as 2"]
    assert service.verify("people") == []
