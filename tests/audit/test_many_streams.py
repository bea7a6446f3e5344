"""Many streams at once: said in a few statements, and checked in one reading."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import service, triggers
from audit.models import Event, EventText
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db


def say(streams, sentence="The calendar was changed.", *, minutes=0):
    said = {name: (f"{name}: {sentence}", {"moves": [{"before": NOW.date()}]}) for name in streams}
    now = NOW + timedelta(minutes=minutes)
    return service.record_each(said, verb="calendar-changed", by=make_user("Amira Khan"), now=now)


def test_each_stream_gets_its_own_entry_after_those_it_has():
    service.record(stream="case:1", verb="logged", by=None, sentence="It was logged.", now=NOW)
    events = say(["case:2", "case:1"])
    assert {name: event.sequence for name, event in events.items()} == {"case:1": 2, "case:2": 1}
    (latest,) = service.history("case:2")
    assert latest.text.sentence == "case:2: The calendar was changed."
    assert latest.text.actor_name == "Amira Khan"
    say(["case:1", "case:2"], "And back.", minutes=1)
    assert service.verify_all() == []
    assert [event.sequence for event in service.history("case:1")] == [1, 2, 3]


def test_the_number_of_statements_does_not_grow_with_the_streams():
    def statements(count):
        names = [f"case:{count}-{n}" for n in range(count)]
        say(names)
        with CaptureQueriesContext(connection) as seen:
            say(names, "Again.", minutes=1)
        return len(seen)

    assert statements(3) == statements(40)


def test_nothing_to_say_says_nothing():
    assert say([]) == {}


@pytest.mark.django_db(transaction=True)
def test_it_stands_or_falls_with_what_it_reports():
    with pytest.raises(service.NotInTransaction):
        say(["case:1"])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        say(["case:1"])
        raise ZeroDivisionError
    assert not Event.objects.exists()


def test_the_whole_record_is_read_in_two_statements(django_assert_num_queries):
    say([f"case:{n}" for n in range(30)])
    with django_assert_num_queries(3):  # and one for the triggers
        assert service.verify_all() == []


def test_what_is_wrong_anywhere_is_found_and_nothing_is_said_of_the_others():
    say(["case:1", "case:2", "case:3", "case:4"])
    say(["case:1", "case:2", "case:3", "case:4"], "Again.", minutes=1)
    triggers.remove(connection)
    EventText.objects.filter(event__stream__name="case:2", event__sequence=1).update(sentence="Nothing.")
    for name in ("case:3", "case:4"):
        last = Event.objects.filter(stream__name=name).exclude(sequence=1 if name == "case:3" else 0)
        EventText.objects.filter(event__in=last).delete()
        last.delete()
    triggers.install(connection)
    assert service.verify_all() == [
        "case:2 entry 1: its words were altered after they were written.",
        "case:3: it should end at entry 2; the last one found is 1.",
        "case:4: it should end at entry 2; the last one found is 0.",
    ]
