"""Whoever gets round the triggers is found out; erasing words leaves the proof whole."""

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import service, triggers
from audit.models import Event, EventText, Stream
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db

STREAM = "case:CR-1"


@contextmanager
def round_the_triggers():
    """As somebody with the keys to the database would."""
    connection.check_constraints()
    triggers.remove(connection)
    yield
    connection.check_constraints()
    triggers.install(connection)


@pytest.fixture
def events():
    amira = make_user("Amira Khan")
    return [
        service.record(
            stream=STREAM,
            verb=verb,
            by=amira,
            sentence=f"Amira Khan {verb} it.",
            now=NOW + timedelta(minutes=minute),
            details={"minute": minute},
        )
        for minute, verb in enumerate(["logged", "triaged", "allocated", "closed"])
    ]


def problems():
    return [(problem.sequence, problem.what) for problem in service.verify(STREAM)]


def test_an_untouched_stream_has_no_problems(events, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert service.verify(STREAM) == []


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "freed"},
        {"actor_id": 99},
        {"actor_id": None},
        {"on_behalf_of_id": 1},
        {"at": NOW - timedelta(days=400)},
        {"digest": "0" * 64},
        {"erases": 3},
    ],
)
def test_a_changed_column_is_found(events, change):
    with round_the_triggers():
        Event.objects.filter(stream__name=STREAM, sequence=2).update(**change)
    assert (2, "it was altered after it was written.") in problems()


@pytest.mark.parametrize(
    "change",
    [
        {"sentence": "Amira Khan lost it."},
        {"actor_name": "Tom Ashworth"},
        {"on_behalf_of_name": "Tom Ashworth"},
        {"details": {"minute": 30}},
        {"salt": "0" * 64},
    ],
)
def test_changed_words_are_found(events, change):
    with round_the_triggers():
        EventText.objects.filter(event=events[1]).update(**change)
    assert problems() == [(2, "its words were altered after they were written.")]


def test_an_event_taken_out_of_the_middle_is_found(events):
    with round_the_triggers():
        EventText.objects.filter(event=events[1]).delete()
        Event.objects.filter(pk=events[1].pk).delete()
    assert problems() == [
        (3, "it follows entry 1: entries are missing between them."),
        (3, "it is not linked to the entry before it."),
    ]


def test_an_event_taken_off_the_end_is_found(events):
    with round_the_triggers():
        EventText.objects.filter(event=events[3]).delete()
        Event.objects.filter(pk=events[3].pk).delete()
    assert problems() == [(0, "it should end at entry 4; the last one found is 3.")]


def test_a_stream_emptied_is_found(events):
    with round_the_triggers():
        EventText.objects.all().delete()
        Event.objects.all().delete()
    assert problems() == [(0, "it should end at entry 4; the last one found is 0.")]


def test_an_event_slipped_in_behind_the_head_is_found(events):
    Event.objects.create(
        stream=events[0].stream, sequence=5, at=NOW, verb="paid", digest="1" * 64, hash="2" * 64
    )
    found = dict(problems())
    assert 5 in found and 0 in found


def test_words_deleted_without_an_erasure_are_found(events):
    EventText.objects.filter(event=events[2]).delete()
    assert problems() == [(3, "its words are gone and no erasure is on record.")]


def test_an_unknown_stream_is_a_problem():
    assert [str(problem) for problem in service.verify("case:none")] == [
        "case:none: there is no such stream."
    ]


class TestErasing:
    def test_the_words_go_and_the_chain_holds(self, events):
        grace = make_user("Grace Adeyemi")
        erasure = service.erase(events[1], by=grace, reason="retention period over", now=NOW)
        event = service.history(STREAM).get(sequence=2)
        assert event.is_erased
        assert (event.sentence, event.actor_name) == ("The words of this entry were erased.", "")
        assert erasure.sentence == "Grace Adeyemi erased the words of entry 2: retention period over"
        assert (erasure.sequence, erasure.erases, erasure.actor_id) == (5, 2, grace.pk)
        assert service.verify(STREAM) == []

    def test_nothing_of_the_words_is_left_in_the_database(self, events):
        service.erase(events[1], by=None, reason="asked for", now=NOW)
        left = [str(list(model.objects.values())) for model in (Stream, Event, EventText)]
        assert not any("triaged it" in rows for rows in left)

    def test_it_is_done_once(self, events):
        service.erase(events[1], by=None, reason="asked for", now=NOW)
        with pytest.raises(service.CannotErase):
            service.erase(events[1], by=None, reason="asked for", now=NOW)
        assert service.verify(STREAM) == []

    def test_the_record_of_an_erasure_stays(self, events):
        erasure = service.erase(events[1], by=None, reason="asked for", now=NOW)
        with pytest.raises(service.CannotErase):
            service.erase(erasure, by=None, reason="to hide it", now=NOW)

    def test_words_put_back_are_found(self, events):
        text = events[1].text
        service.erase(events[1], by=None, reason="asked for", now=NOW)
        EventText.objects.create(event=events[1], salt=text.salt, actor_name="", sentence="Other words.")
        assert (2, "its words are there although their erasure is on record.") in problems()


class TestTheCommand:
    def test_it_says_that_all_holds(self, events):
        out = StringIO()
        call_command("verify_audit", stdout=out)
        assert out.getvalue() == "All is as it was written. Events: 4, streams: 1.\n"

    def test_it_prints_a_line_for_each_problem_and_fails(self, events):
        with round_the_triggers():
            EventText.objects.filter(event=events[1]).update(sentence="Other words.")
            Event.objects.filter(pk=events[3].pk).update(verb="freed")
        out = StringIO()
        with pytest.raises(CommandError) as failure:
            call_command("verify_audit", stdout=out)
        assert failure.value.returncode == 1
        assert out.getvalue().splitlines() == [
            "case:CR-1 entry 2: its words were altered after they were written.",
            "case:CR-1 entry 4: it was altered after it was written.",
        ]

    def test_it_looks_at_one_stream_when_asked(self, events):
        service.record(stream="people", verb="did", by=None, sentence="Did.", now=NOW)
        EventText.objects.filter(event=events[0]).delete()
        out = StringIO()
        call_command("verify_audit", "people", stdout=out)
        assert "Events: 1, streams: 1." in out.getvalue()

    def test_it_notices_that_a_trigger_is_missing(self, events):
        connection.check_constraints()
        triggers.remove(connection)
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("verify_audit", stdout=out)
        assert "the trigger audit_event_refuse_update is missing from the database." in out.getvalue()
