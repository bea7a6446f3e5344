"""What happened to a stage, as far as its dates go: typed rows, replayed by `slas.service`.

A fact is never edited. One that was wrong is voided with a reason, and a right one is written.
"""

from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.models.stage import Stage
from slas.models import CODE_LENGTH

F = TypeVar("F", bound="Fact")


class Fact(models.Model):
    """What all facts have in common: who wrote it when, and who took it back when and why."""

    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    void_reason = models.TextField(blank=True)

    class Meta:
        abstract = True


class StageEvent(Fact):
    """A dated event of a stage. `at` is set where the time of day is known. `copied_from` is the event of an
    earlier stage it is the same as: correcting that corrects this."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="events")
    code = models.SlugField(max_length=CODE_LENGTH)
    day = models.DateField()
    at = models.DateTimeField(null=True, blank=True)
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["day", "pk"]

    def __str__(self) -> str:
        return f"{self.code} {self.day}"

    @property
    def moment(self) -> date | datetime:
        """The time of day where it is known, else the day."""
        return self.at or self.day


def standing(facts: type[F]) -> "models.QuerySet[F]":
    """The facts of a kind that were not voided."""
    return facts._default_manager.filter(voided_at__isnull=True)


class Decision(Fact):
    """A fact that somebody decided. `decided_at` is null where that is not known (imported rows): a decision
    made after a deadline was missed does not cure that."""

    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class GivenDate(Decision):
    """A date that somebody stated for a milestone. The latest that stands is in force."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="given_dates")
    milestone = models.SlugField(max_length=CODE_LENGTH)
    day = models.DateField()
    said_by = models.CharField(max_length=200)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.milestone} {self.day}"


class Extension(Decision):
    """A new total allowance for a milestone, counted from the same start. The latest that stands is in force."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="extensions")
    milestone = models.SlugField(max_length=CODE_LENGTH)
    total = models.PositiveSmallIntegerField()
    original_due_on = models.DateField(null=True)
    asked_by = models.CharField(max_length=200)
    approved_by = models.CharField(max_length=200)
    complainant_agreed = models.BooleanField(default=False)
    complainant_told_on = models.DateField(null=True, blank=True)
    reason = models.TextField()

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.milestone} to {self.total}"


class Pause(Decision):
    """That the clock stood still from `first` until `resumed` (not counting that day); null: it still does."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="pauses")
    first = models.DateField()
    resumed = models.DateField(null=True, blank=True)
    ground = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["first", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage"],
                condition=Q(resumed__isnull=True, voided_at__isnull=True),
                name="one_open_pause_in_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(resumed__isnull=True) | Q(resumed__gte=models.F("first")),
                name="pause_resumes_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} to {self.resumed or 'now'}"


class Dismissal(Fact):
    """That a milestone is not wanted in this stage, and why (S2.2)."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="dismissals")
    milestone = models.SlugField(max_length=CODE_LENGTH)
    reason = models.TextField()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "milestone"],
                condition=Q(voided_at__isnull=True),
                name="step_once_not_needed",
            )
        ]

    def __str__(self) -> str:
        return self.milestone


class ExtensionRequest(models.Model):
    """More time that a service asked for, and what was decided."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="extension_requests")
    milestone = models.SlugField(max_length=CODE_LENGTH)
    total = models.PositiveSmallIntegerField()
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted = models.BooleanField(null=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage"], condition=Q(decided_at__isnull=True), name="one_open_extension_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.milestone} to {self.total}"


class Deadline(models.Model):
    """What the facts make of one milestone of a stage: written by `complaints.actions.clock` only.

    `red_at` is when it counts as missed: as it was missed once, else as it stands. `live` is what colours:
    not met, not dismissed, and its stage open. `counted_from` is day 0.
    """

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="deadlines")
    position = models.PositiveSmallIntegerField()
    milestone = models.SlugField(max_length=CODE_LENGTH)
    name = models.CharField(max_length=200)
    headline = models.BooleanField(default=False)
    owner = models.CharField(max_length=CODE_LENGTH, blank=True)
    met_by = models.SlugField(max_length=CODE_LENGTH, blank=True)
    waiting_for = models.SlugField(max_length=CODE_LENGTH, blank=True)
    counted_from = models.DateField(null=True)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    red_at = models.DateTimeField(null=True)
    original_due_on = models.DateField(null=True)
    missed_at = models.DateTimeField(null=True)
    met_on = models.DateField(null=True)
    met_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True)
    paused_since = models.DateField(null=True)
    dismissed = models.BooleanField(default=False)
    live = models.BooleanField(default=True)

    class Meta:
        ordering = ["stage", "position"]
        constraints = [models.UniqueConstraint(fields=["stage", "milestone"], name="milestone_once_in_stage")]
        indexes = [
            models.Index(fields=["owner", "red_at"], name="deadline_live", condition=Q(live=True)),
            models.Index(
                fields=["red_at"], name="deadline_live_headline", condition=Q(live=True, headline=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.due_on or self.waiting_for}"
