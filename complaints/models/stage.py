"""A stage of a case: what it is judged by, where it stands, and whose turn it is."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Unit
from complaints.models.case import Case, ClosedAs
from complaints.models.party import Point
from complaints.models.procedure import Entry, StageType


class Clock(models.TextChoices):
    """What the date a stage is judged by is doing."""

    NONE = "", "No time in the policy"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    PAUSED = "paused", "Paused"
    MET = "met", "Answered"


class Stage(models.Model):
    """One stage. The `turn_*` columns say what is waited for, and from whom; written by every action
    (`complaints.actions.turns`), null once it is closed.

    `clock` to `in_time` are copies of its headline deadline, whose moments are only there while it runs, `received_on`
    to `apart` of its case (`hidden`: it is restricted): lists and counts are made from them without a join. `latest` is
    whether it is the last of its case, those beside it left out: where the case stands."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stages")
    number = models.PositiveSmallIntegerField()
    type = models.ForeignKey(StageType, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=30)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=20, choices=ClosedAs.choices, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    responder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    officer_text = models.CharField(max_length=200, blank=True, help_text="As an imported row names them")
    responder_text = models.CharField(max_length=200, blank=True)
    draft_days = models.PositiveSmallIntegerField(null=True, blank=True)
    draft_due_on = models.DateField(null=True, blank=True)
    because = models.TextField(blank=True, help_text="What the complainant says against the answer before")
    outcome = models.CharField(max_length=60, blank=True)
    outcome_note = models.TextField(blank=True)
    late_reason = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    late_note = models.TextField(blank=True)
    late_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    no_learning_reason = models.TextField(blank=True)
    turn_verb = models.CharField(max_length=30, blank=True)
    turn_role = models.CharField(max_length=40, blank=True)
    turn_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    turn_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    turn_due_at = models.DateTimeField(null=True, blank=True)
    turn_late_at = models.DateTimeField(null=True, blank=True)
    turn_since = models.DateTimeField(null=True, blank=True)
    clock = models.CharField(max_length=10, choices=Clock.choices, blank=True)
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    amber_at = models.DateTimeField(null=True, blank=True)
    red_at = models.DateTimeField(null=True, blank=True)
    original_due_on = models.DateField(null=True, blank=True)
    met_on = models.DateField(null=True, blank=True)
    in_time = models.BooleanField(null=True)
    received_on = models.DateField(null=True, blank=True)
    case_closed_at = models.DateTimeField(null=True, blank=True)
    case_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    hidden = models.BooleanField(default=False)
    apart = models.BooleanField(default=False)
    latest = models.BooleanField(default=False)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="stage_number_in_case"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="stage_is_closed_when_it_says_so",
            ),
        ]
        indexes = [
            models.Index(
                fields=["turn_role", "turn_due_at"], name="stage_turn", condition=Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["turn_person", "turn_due_at"],
                name="stage_turn_person",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["unit", "officer", "type"],
                include=[
                    "responder",
                    "turn_role",
                    "turn_unit",
                    "turn_person",
                    "turn_since",
                    "clock",
                    "due_on",
                    "amber_at",
                    "red_at",
                    "case_unit",
                    "hidden",
                    "apart",
                    "case",
                ],
                name="stage_open",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(fields=["case"], name="stage_latest", condition=Q(latest=True)),
            models.Index(fields=["case_unit"], name="stage_of_unit", condition=Q(latest=True, apart=False)),
            models.Index(fields=["case"], name="stage_apart", condition=Q(apart=True)),
            models.Index(
                fields=["due_on"],
                include=["case_unit", "hidden", "apart", "case"],
                name="stage_case_due",
                condition=Q(latest=True),
            ),
            models.Index(
                fields=["-received_on", "-case"],
                include=["id", "case_unit", "hidden", "apart"],
                name="stage_extended",
                condition=Q(latest=True, due_on__gt=F("original_due_on")),
            ),
            models.Index(
                fields=["outcome", "-received_on", "-case"],
                include=["id", "case_unit", "hidden", "apart"],
                name="stage_outcome",
                condition=Q(latest=True) & ~Q(outcome=""),
            ),
            models.Index(
                fields=["met_on"],
                include=["unit", "type", "late_reason", "case_unit", "hidden", "apart", "case"],
                name="stage_late",
                condition=Q(in_time=False),
            ),
            models.Index(
                fields=["-received_on", "-case"],
                include=["id", "unit", "case_unit", "hidden", "apart"],
                name="stage_received",
                condition=Q(latest=True),
            ),
            models.Index(
                fields=["case_closed_at"],
                include=["unit", "case_unit", "hidden", "apart", "case"],
                name="stage_case_closed",
                condition=Q(latest=True, case_closed_at__isnull=False),
            ),
            models.Index(
                fields=["met_on"],
                include=[
                    "unit",
                    "type",
                    "outcome",
                    "in_time",
                    "due_on",
                    "original_due_on",
                    "late_reason",
                    "case_unit",
                    "hidden",
                    "apart",
                    "case",
                ],
                name="stage_answered",
                condition=Q(met_on__isnull=False),
            ),
            models.Index(
                fields=["red_at", "id"],
                include=["case_unit", "hidden", "apart", "case"],
                name="stage_due",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["opened_at", "id"],
                include=["case_unit", "hidden", "apart", "case"],
                name="stage_opened",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["turn_since", "id"],
                include=["case_unit", "hidden", "apart", "case"],
                name="stage_waiting",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["opened_at", "id"],
                include=["case_unit", "hidden", "apart", "case"],
                name="stage_all_opened",
            ),
            models.Index(
                fields=["closed_at"],
                include=["unit", "type", "in_time", "case", "late_reason", "case_unit", "hidden", "apart"],
                name="stage_ended",
                condition=Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}, {self.type.name}"


class Reclassified(models.Model):
    """That a stage was of another type until a moment. What was missed under it stays missed (DOMAIN 2)."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="earlier")
    type = models.ForeignKey(StageType, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField()

    class Meta:
        ordering = ["until", "pk"]

    def __str__(self) -> str:
        return f"{self.stage}: {self.type} until {self.until}"


class Finding(models.TextChoices):
    UPHELD = "upheld", "Upheld"
    PARTLY = "partly-upheld", "Partly upheld"
    NOT_UPHELD = "not-upheld", "Not upheld"
    NONE = "no-finding", "No finding"


class StagePoint(models.Model):
    """A point that a stage looks into, with what was found."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="points")
    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="stages")
    finding = models.CharField(max_length=20, choices=Finding.choices, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["point__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["stage", "point"], name="point_once_in_a_stage")]

    def __str__(self) -> str:
        return f"{self.point}: {self.get_finding_display()}"


class Contribution(models.Model):
    """What another unit was asked to say towards an answer, by a date of its own."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="contributions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    question = models.TextField()
    due_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return f"{self.unit}: {self.question}"
