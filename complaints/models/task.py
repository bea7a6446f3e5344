"""What waits to be done, as rows: a queue is one look into one index, and its counts are of the very rows it lists."""

from django.conf import settings
from django.db import models
from django.db.models import F

from accounts.models import Unit
from complaints.models.case import Case
from complaints.models.stage import Stage


class Task(models.Model):
    """One thing to do to a stage, by when: written by `complaints.actions.tasks` only, gone when it is done.

    It waits for `person`, who must hold one of `able` at `unit`, or, where that is empty, for whoever holds one of
    `pool` there: role values, each between two spaces. `hidden` is whether its case is restricted. It is to be done by
    `due_at`, is late from `late_at` on, and shows from `shows_at` on, where that is set. `about` is the row it is
    about, in the table of its `kind`; without `verb` it is done on the page of the case. `not_by` are the people who
    may not do it, by number, each between two spaces: they wrote the draft it decides on.
    """

    class Kind(models.TextChoices):
        TURN = "turn", "Next step"
        DATE = "date", "Other date"
        REQUEST = "request", "More time asked for"
        CONTRIBUTION = "contribution", "Contribution asked for"
        CHASE = "chase", "To be chased"

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="tasks")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    about = models.BigIntegerField(default=0)
    verb = models.CharField(max_length=30, blank=True)
    words = models.TextField(blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    able = models.CharField(max_length=400)
    pool = models.CharField(max_length=400)
    not_by = models.CharField(max_length=400, blank=True)
    hidden = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(null=True, blank=True)
    shows_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField()

    class Meta:
        ordering = [F("late_at").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "kind", "about", "verb"], name="task_once_in_a_stage")
        ]
        indexes = [
            models.Index(fields=["person", "late_at"], name="task_of_person"),
            models.Index(fields=["person"], name="task_asked_of", condition=models.Q(kind="contribution")),
            models.Index(
                fields=["unit", "late_at"], name="task_of_unit", condition=models.Q(person__isnull=True)
            ),
            models.Index(fields=["stage"], name="task_hidden", condition=models.Q(hidden=True)),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.verb}"
