"""The door to the record of what happened: add to it, read it, check it, erase its words."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connection
from django.db.models import QuerySet
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
    problems: list[Problem] = []
    erased_by: dict[int, int] = {}
    without_text: list[int] = []
    last, last_hash, head = 0, "", (known.head_sequence, known.head_hash)
    for event in history(stream).iterator(chunk_size=2000):
        head = (event.stream.head_sequence, event.stream.head_hash)
        problems += [
            Problem(stream, event.sequence, what)
            for what in _wrong_with(event, last=last, last_hash=last_hash)
        ]
        if event.erases is not None:
            erased_by[event.erases] = event.sequence
        if event.is_erased:
            without_text.append(event.sequence)
        last, last_hash = event.sequence, event.hash
    problems += [
        Problem(stream, sequence, "its words are gone and no erasure is on record.")
        for sequence in without_text
        if sequence not in erased_by
    ]
    problems += [
        Problem(stream, sequence, "its words are there although their erasure is on record.")
        for sequence in sorted(erased_by)
        if sequence not in without_text
    ]
    if (last, last_hash) != head:
        problems.append(
            Problem(stream, 0, f"it should end at entry {head[0]}; the last one found is {last}.")
        )
    return problems


def verify_all(streams: Iterable[str] | None = None) -> list[str]:
    """Everything wrong with the record, or with these streams of it, in words: triggers that are missing,
    and what `verify` finds."""
    names = (
        list(streams)
        if streams is not None
        else list(Stream.objects.order_by("name").values_list("name", flat=True))
    )
    problems = [f"the trigger {name} is missing from the database." for name in triggers.missing(connection)]
    return problems + [str(problem) for name in names for problem in verify(name)]


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
    text = EventText(
        salt=secrets.token_hex(32),
        actor_name=SYSTEM if by is None else chain.visible(str(by)),
        on_behalf_of_name="" if on_behalf_of is None else chain.visible(str(on_behalf_of)),
        sentence=chain.visible(sentence),
        details=chain.plain(details),
    )
    head, _ = Stream.objects.select_for_update().get_or_create(name=stream)
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
    event.save(force_insert=True)
    text.event = event
    text.save(force_insert=True)
    head.head_sequence, head.head_hash = event.sequence, event.hash
    head.save(update_fields=["head_sequence", "head_hash"])
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
