"""What happened is written once, with what it reports, and can be read in plain English."""

from datetime import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import service
from audit.models import Event, EventText, Stream
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db


def test_an_event_says_who_did_what_and_when():
    amira = make_user("Amira Khan")
    event = service.record(
        stream="case:CR-1",
        verb="logged",
        by=amira,
        sentence="Amira Khan logged the complaint.",
        now=NOW,
        details={"received": NOW.date(), "channels": ("e-mail", "telephone")},
    )
    event.refresh_from_db()
    assert (event.sequence, event.verb, event.actor_id, event.at) == (1, "logged", amira.pk, NOW)
    assert event.actor_name == "Amira Khan"
    assert event.sentence == "Amira Khan logged the complaint."
    assert event.text.details == {"received": "2026-11-23", "channels": ["e-mail", "telephone"]}


def test_what_nobody_did_the_system_did():
    event = service.record(stream="people", verb="noted", by=None, sentence="Noted.", now=NOW)
    assert (event.actor_id, event.actor_name) == (None, "the system")


def test_whoever_stands_in_for_somebody_is_recorded_with_both_names():
    tom, grace = make_user("Tom Ashworth"), make_user("Grace Adeyemi")
    event = service.record(
        stream="case:CR-1", verb="froze", by=tom, on_behalf_of=grace, sentence="Frozen.", now=NOW
    )
    assert (event.actor_id, event.on_behalf_of_id) == (tom.pk, grace.pk)
    assert event.text.on_behalf_of_name == "Grace Adeyemi"


def test_streams_are_numbered_apart_and_read_oldest_first(django_assert_num_queries):
    for stream in ["a", "b", "a", "a"]:
        service.record(stream=stream, verb="did", by=None, sentence=f"In {stream}.", now=NOW)
    with django_assert_num_queries(1):
        told = [(event.sequence, event.sentence) for event in service.history("a")]
    assert told == [(1, "In a."), (2, "In a."), (3, "In a.")]
    assert [event.sequence for event in service.history("b")] == [1]


@pytest.mark.django_db(transaction=True)
def test_an_event_is_refused_outside_the_transaction_of_what_it_reports():
    with pytest.raises(service.NotInTransaction):
        service.record(stream="people", verb="did", by=None, sentence="Did.", now=NOW)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_event_and_no_gap():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        service.record(stream="people", verb="did", by=None, sentence="Not after all.", now=NOW)
        raise ZeroDivisionError
    with transaction.atomic():
        event = service.record(stream="people", verb="did", by=None, sentence="Did.", now=NOW)
    assert event.sequence == 1
    assert service.verify("people") == []


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        service.record(stream="people", verb="did", by=None, sentence="Did.", now=datetime(2026, 11, 23))  # noqa: DTZ001


@pytest.mark.parametrize("value", [1.5, {1, 2}, object()])
def test_details_that_two_databases_would_write_differently_are_refused(value):
    with pytest.raises(TypeError):
        service.record(
            stream="people", verb="did", by=None, sentence="Did.", now=NOW, details={"value": value}
        )
    assert not Stream.objects.exists()


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Zoë Ní Dhomhnaill 🌻", "Zoë Ní Dhomhnaill 🌻"),
        ("李小龍", "李小龍"),
        ('A "quoted" \\ line\nand another', 'A "quoted" \\ line and another'),
        ("x" * 200, "x" * 200),
        ("e\u0301 é \u2028", "e\u0301 é  "),
    ],
)
def test_any_words_hold(words, kept):
    ann = make_user(words[:200])
    service.record(stream="people", verb="did", by=ann, sentence=words, now=NOW, details={words: [words]})
    assert service.verify("people") == []
    assert service.history("people").get().sentence == kept


class TestTheDatabaseRefuses:
    @pytest.fixture
    def event(self):
        return service.record(stream="people", verb="did", by=None, sentence="Did.", now=NOW)

    def refused(self, statement):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_to_change_an_event(self, event):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Event.objects.filter(pk=event.pk).update(verb="something else")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            event.save()
        self.refused("UPDATE audit_event SET actor_id = 7")

    def test_to_delete_an_event(self, event):
        service.erase(event, by=None, reason="asked for", now=NOW)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Event.objects.filter(pk=event.pk).delete()
        self.refused("DELETE FROM audit_event")
        assert Event.objects.count() == 2

    def test_to_change_its_words(self, event):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            EventText.objects.update(sentence="Did not.")
        self.refused("UPDATE audit_eventtext SET sentence = ''")

    @pytest.mark.postgres
    def test_to_truncate(self, event):
        connection.check_constraints()  # else it refuses for a reason of its own
        self.refused("TRUNCATE audit_event CASCADE")
        self.refused("TRUNCATE audit_eventtext")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_after_a_transactional_test_the_triggers_are_there_again(run):
    with transaction.atomic():
        service.record(stream="people", verb="did", by=None, sentence="Did.", now=NOW)
    with pytest.raises(IntegrityError, match="append-only"):
        Event.objects.update(verb="something else")


def test_words_that_would_read_as_another_entry_are_made_plain(db):
    with transaction.atomic():
        event = service.record(
            stream="people",
            verb="added",
            by=None,
            sentence="Joanna added A\nThe system deactivated \u202eKhan.",
            now=NOW,
        )
    assert event.text.sentence == "Joanna added A The system deactivated  Khan."


def test_a_stream_is_not_deleted(db):
    with transaction.atomic():
        service.record(stream="people", verb="added", by=None, sentence="Somebody was added.", now=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Stream.objects.all()._raw_delete("default")
