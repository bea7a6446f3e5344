"""What happened, in streams of events that can be added to and never changed.

An event's row is permanent: database triggers refuse to update or delete it (`audit/triggers.py`). What a
person could read about another person stands beside it in `EventText`, which can be erased but not altered.
The event keeps a salted digest of the text, so a text that is still there can be proved genuine, and the
chain still holds after the text has gone.

Nothing here refers to another package: people are kept as plain numbers.
"""

from django.db import models


class Stream(models.Model):
    """One chain of events: 'people', 'policy:surrey-cfllc', 'case:CR-2026-0042'.

    The row is locked while an event is appended, so the chain cannot fork. It remembers where the chain ends,
    so an event missing at the end is noticed too.
    """

    name = models.CharField(max_length=200, unique=True)
    head_sequence = models.PositiveBigIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One thing that happened. Made by `audit.service.record` and by nothing else."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveBigIntegerField(help_text="1 is the first event of its stream.")
    at = models.DateTimeField()
    verb = models.CharField(max_length=100)
    actor_id = models.BigIntegerField(null=True, blank=True, help_text="Empty: the system did it.")
    on_behalf_of_id = models.BigIntegerField(null=True, blank=True)
    erases = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The sequence number of the event whose text this one erased."
    )
    digest = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["stream", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "sequence"], name="audit_event_once_in_stream"),
            models.UniqueConstraint(fields=["stream", "erases"], name="audit_event_erased_once"),
        ]
        indexes = [models.Index(fields=["actor_id", "at"], name="audit_event_by_actor")]

    def __str__(self) -> str:
        return f"{self.stream.name} {self.sequence}: {self.verb}"

    @property
    def is_erased(self) -> bool:
        """Whether the text beside this event is gone."""
        return not hasattr(self, "text")

    @property
    def sentence(self) -> str:
        """What happened in plain English, or that the words were erased."""
        return "The words of this entry were erased." if self.is_erased else self.text.sentence

    @property
    def actor_name(self) -> str:
        """Who did it, as they were called then; empty when the words were erased."""
        return "" if self.is_erased else self.text.actor_name


class EventText(models.Model):
    """The readable part of an event: erasable, never alterable."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="text")
    salt = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=300)
    on_behalf_of_name = models.CharField(max_length=300, blank=True)
    sentence = models.TextField()
    details = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.sentence
