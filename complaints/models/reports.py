"""Weekly reports that were issued, and the PDFs made of reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Unit


class WeeklyIssue(models.Model):
    """That the report of a week was issued for a unit and all below it (null: the whole council), every version of it
    at one moment. Issued again it is the next `edition`, with the reason; what was issued before stays as it was. `at`
    is the code of the unit, '' for the whole council."""

    week = models.CharField(max_length=8, help_text="2026-W47")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.CharField(max_length=50, blank=True)
    edition = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    for_whom = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-week", "at", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["week", "at", "edition"], name="weekly_edition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.week}, {self.at or 'the whole council'}, edition {self.edition}"


class IssuedReport(models.Model):
    """One version of an issued report, as words and numbers that do not change any more, but for cases
    removed from the records: `said` is what it says of
    itself and its counts, `rows` its lines (`complaints.queries.weekly`). `about` is the name of what it covers, as it
    was; `unit` decides who may open it."""

    class Audience(models.TextChoices):
        LEADERSHIP = "leadership", "Senior leadership"
        SERVICE = "service", "The service"
        LEAD_MEMBER = "lead-member", "The lead member's office"
        MEMBER = "member", "An MP's or councillor's office"

    issue = models.ForeignKey(WeeklyIssue, on_delete=models.PROTECT, related_name="reports")
    position = models.PositiveIntegerField()
    audience = models.CharField(max_length=20, choices=Audience.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=500)
    said = models.JSONField()
    rows = models.JSONField()

    class Meta:
        ordering = ["issue", "position"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "position"], name="report_once_in_its_place"),
        ]

    def __str__(self) -> str:
        return f"{self.issue}, {self.about}"


class ReportFile(models.Model):
    """A PDF of a report, made by the worker: of an issued one (`report`), or of a draft as somebody saw it (`draft`),
    for them alone. `left_out` are the cases whose rows it does not show because they may not be shown any more.

    `heard_at` is when the worker last got on with it, null while it waits for the worker; `key` is where it is kept."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be made"
        WORKING = "working", "Being made"
        DONE = "done", "Made"
        FAILED = "failed", "Could not be made"

    report = models.ForeignKey(
        IssuedReport, on_delete=models.CASCADE, null=True, blank=True, related_name="files"
    )
    draft = models.JSONField(null=True, blank=True)
    left_out = models.JSONField(default=list)
    apart = models.CharField(max_length=64, blank=True, help_text="What tells two sets of left_out apart")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.QUEUED)
    pages = models.PositiveIntegerField(default=0, help_text="How many are laid out")
    expected = models.PositiveIntegerField(default=0, help_text="About how many there will be")
    heard_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    key = models.CharField(max_length=32, blank=True)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "apart"], condition=Q(report__isnull=False), name="report_file_once"
            ),
            models.CheckConstraint(
                condition=Q(report__isnull=True, draft__isnull=False)
                | Q(report__isnull=False, draft__isnull=True),
                name="report_file_of_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["key"], name="report_file_key", condition=~Q(key=""))]

    def __str__(self) -> str:
        return f"PDF of {self.report or 'a draft'}"

    @property
    def under_way(self) -> bool:
        """Whether the worker is at it, or is to be."""
        return self.state in (self.State.QUEUED, self.State.WORKING)
