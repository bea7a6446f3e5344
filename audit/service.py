"""The door to the record of what happened: add to it, read it, check it, erase its words."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Protocol

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from audit import chain, triggers
from audit.models import Event, EventText, Stream

SYSTEM = "the system"


class Actor(Protocol):
    """Whoever did it: anything with a number and a name."""

    @property
    def pk(self) -> Any: ...

    def __str__(self) -> str: ...


class NotInTransaction(RuntimeError):
    """An event has to stand or fall with what it reports, so it is written in the same transaction."""


class CannotErase(ValueError):
    """The words are gone already, or the entry is itself the record of an erasure."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a stream; `sequence` is 0 where it is the stream as a whole."""

    stream: str
    sequence: int
    what: str

    def __str__(self) -> str:
        where = f"{self.stream} entry {self.sequence}" if self.sequence else self.stream
        return f"{where}: {self.what}"


def record(
    *,
    stream: str,
    verb: str,
    by: Actor | None,
    sentence: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
    on_behalf_of: Actor | None = None,
) -> Event:
    """Append to `stream` that `by` (None: the system) did `verb` at `now`, and return the event.

    `sentence` says it in plain English; `details` is what a programme would want to know (see `chain.plain`
    for what it may hold). Never a password, and no more of a case than the reader of the event may see.
    The stream is made when it is first used and stays locked until the transaction ends: where several
    streams are written in one transaction, take them in the same order everywhere, 'people' last.

    Raises NotInTransaction outside `transaction.atomic()`, ValueError for a `now` without a time zone,
    TypeError for details that cannot be kept.
    """
    return _append(
        stream=stream,
        verb=verb,
        by=by,
        sentence=sentence,
        now=now,
        details=details or {},
        on_behalf_of=on_behalf_of,
        erases=None,
    )


def record_each(
    said: Mapping[str, tuple[str, Mapping[str, Any]]], *, verb: str, by: Actor | None, now: datetime
) -> dict[str, Event]:
    """Append one event to each of several streams, in a number of queries that does not grow with them: `said` has a
    sentence and details by stream. Returns the events by stream. Locks and raises as `record`; of several streams, in
    the order of their names."""
    _require_transaction()
    if timezone.is_naive(now):
        raise ValueError("The moment of an event needs a time zone.")
    locked = Stream.objects.select_for_update().filter(name__in=list(said)).order_by("name")
    heads = list(locked)
    if new := set(said) - {head.name for head in heads}:
        Stream.objects.bulk_create((Stream(name=name) for name in sorted(new)), ignore_conflicts=True)
        heads = list(locked.all())
    events, texts = [], []
    for head in heads:
        sentence, details = said[head.name]
        texts.append(text_of(by, None, sentence, details))
        events.append(sealed(head, verb, by, None, now, None, texts[-1]))
        head.head_sequence, head.head_hash = events[-1].sequence, events[-1].hash
    for event, text in zip(Event.objects.bulk_create(events), texts, strict=True):
        text.event = event
    EventText.objects.bulk_create(texts)
    Stream.objects.bulk_update(heads, ["head_sequence", "head_hash"])
    return {event.stream.name: event for event in events}


def history(stream: str) -> QuerySet[Event]:
    """The events of `stream`, oldest first, with their text in the same query."""
    return Event.objects.filter(stream__name=stream).select_related("text", "stream").order_by("sequence")


def erase(event: Event, *, by: Actor | None, reason: str, now: datetime) -> Event:
    """Delete the words of `event` for good and return the new event that records it.

    `reason` is kept in that event's words: it names no one. Must be in a transaction. Raises CannotErase when
    the words are gone already or `event` is itself an erasure: who erased what stays on record.
    """
    _require_transaction()
    if event.erases is not None:
        raise CannotErase("The record of an erasure cannot be erased.")
    name = event.stream.name
    Stream.objects.select_for_update().get(name=name)
    deleted, _ = EventText.objects.filter(event_id=event.pk).delete()
    if not deleted:
        raise CannotErase(f"The words of {name} entry {event.sequence} are gone already.")
    return _append(
        stream=name,
        verb="erased",
        by=by,
        sentence=f"{by or SYSTEM} erased the words of entry {event.sequence}: {reason}",
        now=now,
        details={"reason": reason},
        on_behalf_of=None,
        erases=event.sequence,
    )


def verify(stream: str) -> list[Problem]:
    """Everything in `stream` that is not as it was written; empty when all holds.

    It finds an event altered, removed, added or moved, a text altered, and a text removed without an erasure
    on record. Every row is read in one statement, so events appended meanwhile do not disturb it and nobody
    waits for it. What it cannot find is a whole stream rewritten by somebody who can drop triggers and knows
    how to seal: keep backups, and the head hashes in them, out of that person's reach.
    """
    known = Stream.objects.filter(name=stream).first()
    if known is None:
        return [Problem(stream, 0, "there is no such stream.")]
    return _check(known, history(stream).iterator(chunk_size=2000))


def verify_all(streams: Iterable[str] | None = None) -> list[str]:
    """Everything wrong with the record, or with these streams of it, in words: triggers that are missing,
    and what `verify` finds. All of the record is read in two statements, however many streams it has."""
    problems = [f"the trigger {name} is missing from the database." for name in triggers.missing(connection)]
    found = _everywhere() if streams is None else (problem for name in streams for problem in verify(name))
    return problems + [str(problem) for problem in found]


def _everywhere() -> Iterator[Problem]:
    # In the order of the index, so that nothing is sorted first.
    events = Event.objects.select_related("text", "stream").order_by("stream_id", "sequence")
    for _, together in groupby(events.iterator(chunk_size=2000), key=attrgetter("stream_id")):
        yield from _check(None, together)
    emptied = Stream.objects.exclude(head_sequence=0).filter(
        ~Exists(Event.objects.filter(stream=OuterRef("pk")))
    )
    for stream in emptied.order_by("name"):
        yield from _check(stream, ())


def _check(stream: Stream | None, events: Iterable[Event]) -> list[Problem]:
    """What is wrong with the events of a stream, all of them in their order; `stream` only where there may be none.
    Where it ends is taken from the same rows, as it stood when they were read."""
    problems: list[Problem] = []
    erased_by: dict[int, int] = {}
    without_text: list[int] = []
    last, last_hash = 0, ""
    for event in events:
        stream = event.stream
        problems += [
            Problem(stream.name, event.sequence, what)
            for what in _wrong_with(event, last=last, last_hash=last_hash)
        ]
        if event.erases is not None:
            erased_by[event.erases] = event.sequence
        if event.is_erased:
            without_text.append(event.sequence)
        last, last_hash = event.sequence, event.hash
    if stream is None:
        return []
    problems += [
        Problem(stream.name, sequence, "its words are gone and no erasure is on record.")
        for sequence in without_text
        if sequence not in erased_by
    ]
    problems += [
        Problem(stream.name, sequence, "its words are there although their erasure is on record.")
        for sequence in sorted(erased_by)
        if sequence not in without_text
    ]
    if (last, last_hash) != (stream.head_sequence, stream.head_hash):
        should = f"it should end at entry {stream.head_sequence}; the last one found is {last}."
        problems.append(Problem(stream.name, 0, should))
    return problems


def _wrong_with(event: Event, *, last: int, last_hash: str) -> list[str]:
    wrong = []
    if event.sequence != last + 1:
        wrong.append(f"it follows entry {last}: entries are missing between them.")
    if event.previous_hash != last_hash:
        wrong.append("it is not linked to the entry before it.")
    if event.hash != _hash(event):
        wrong.append("it was altered after it was written.")
    if not event.is_erased and event.digest != _digest(event.text):
        wrong.append("its words were altered after they were written.")
    return wrong


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction("Record an event inside the transaction of what it reports.")


def _append(
    *,
    stream: str,
    verb: str,
    by: Actor | None,
    sentence: str,
    now: datetime,
    details: Mapping[str, Any],
    on_behalf_of: Actor | None,
    erases: int | None,
) -> Event:
    _require_transaction()
    if timezone.is_naive(now):
        raise ValueError("The moment of an event needs a time zone.")
    text = text_of(by, on_behalf_of, sentence, details)
    head, _ = Stream.objects.select_for_update().get_or_create(name=stream)
    event = sealed(head, verb, by, on_behalf_of, now, erases, text)
    event.save(force_insert=True)
    text.event = event
    text.save(force_insert=True)
    head.head_sequence, head.head_hash = event.sequence, event.hash
    head.save(update_fields=["head_sequence", "head_hash"])
    return event


def text_of(
    by: Actor | None, on_behalf_of: Actor | None, sentence: str, details: Mapping[str, Any]
) -> EventText:
    """The erasable words of an event, not yet saved, with a salt of their own."""
    return EventText(
        salt=secrets.token_hex(32),
        actor_name=SYSTEM if by is None else chain.visible(str(by)),
        on_behalf_of_name="" if on_behalf_of is None else chain.visible(str(on_behalf_of)),
        sentence=chain.visible(sentence),
        details=chain.plain(details),
    )


def sealed(
    head: Stream,
    verb: str,
    by: Actor | None,
    on_behalf_of: Actor | None,
    now: datetime,
    erases: int | None,
    text: EventText,
) -> Event:
    """The next event of a stream that is locked, sealed, not yet saved."""
    event = Event(
        stream=head,
        sequence=head.head_sequence + 1,
        at=now,
        verb=verb,
        actor_id=None if by is None else by.pk,
        on_behalf_of_id=None if on_behalf_of is None else on_behalf_of.pk,
        erases=erases,
        digest=_digest(text),
        previous_hash=head.head_hash,
    )
    event.hash = _hash(event)
    return event


def _digest(text: EventText) -> str:
    return chain.digest_of(
        salt=text.salt,
        actor_name=text.actor_name,
        on_behalf_of_name=text.on_behalf_of_name,
        sentence=text.sentence,
        details=text.details,
    )


def _hash(event: Event) -> str:
    return chain.hash_of(
        previous_hash=event.previous_hash,
        digest=event.digest,
        stream=event.stream.name,
        sequence=event.sequence,
        at=event.at,
        verb=event.verb,
        actor_id=event.actor_id,
        on_behalf_of_id=event.on_behalf_of_id,
        erases=event.erases,
    )
