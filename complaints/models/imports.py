"""A spreadsheet of cases taken in, and what became of each of its rows."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Unit


class ImportBatch(models.Model):
    """One spreadsheet taken in. `map` is the column and value mapping, as YAML. `unit` is where whoever takes it in
    works for Customer Relations: its cases come to units at or below it (null: anywhere).

    The counts are those of the rows accounted for so far, once it was checked those of the check. `heard_at` is when
    the worker last got on with it, null while it waits for the worker.
    """

    class State(models.TextChoices):
        MAPPING = "mapping", "To be matched"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked, not imported yet"
        RUNNING = "running", "Being imported"
        DONE = "done", "Imported"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        FAILED = "failed", "Stopped by an error"

    name = models.CharField(max_length=200)
    key = models.CharField(max_length=32, help_text="Where the file is kept")
    sha256 = models.CharField(max_length=64)
    map = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.MAPPING)
    size = models.PositiveBigIntegerField()
    today = models.DateField(help_text="The day it was taken in: what is later is in the future")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0)
    already_there = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> str:
        """'391 imported, 4 already there, 11 rejected of 406 rows'."""
        parts = f"{self.imported} imported, {self.already_there} already there, {self.rejected} rejected"
        return f"{parts} of {self.rows} rows"

    @property
    def under_way(self) -> bool:
        """Whether the worker is at it, or is to be."""
        return self.state in (self.State.CHECKING, self.State.RUNNING, self.State.UNDOING)


class ImportLine(models.Model):
    """What became of one row of a spreadsheet, or one thing to know about it."""

    class Kind(models.TextChoices):
        IMPORTED = "imported", "Imported"
        ALREADY_THERE = "already-there", "Already there"
        REJECTED = "rejected", "Rejected"
        REMARK = "remark", "To know"
        DIFFERENCE = "difference", "Due date differs"

    COUNTED = (Kind.IMPORTED, Kind.ALREADY_THERE, Kind.REJECTED)
    """Each row is exactly one of these."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    case = models.ForeignKey("Case", on_delete=models.SET_NULL, null=True, related_name="import_lines")
    reference = models.CharField(max_length=200, blank=True)
    column = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    typed_on = models.DateField(null=True, help_text="The due date that was typed")
    computed_on = models.DateField(null=True, help_text="The due date as it is computed; null: cannot be")
    raw = models.JSONField(default=list, help_text="A rejected row as it was: heading and text, in its order")

    class Meta:
        ordering = ["batch", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"],
                condition=Q(kind__in=["imported", "already-there", "rejected"]),
                name="import_row_counted_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"
