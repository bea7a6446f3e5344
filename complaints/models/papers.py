"""Drafts, what was decided on them, what was sent, documents, notes and learning."""

from django.conf import settings
from django.db import models

from complaints.models.case import Case
from complaints.models.procedure import Entry
from complaints.models.stage import Stage

BY = settings.AUTH_USER_MODEL


class Document(models.Model):
    """A file of a case. `key` is where its bytes are, outside the web root."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    stage = models.ForeignKey(Stage, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=150)
    about = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=32, unique=True)
    team_only = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    by = models.ForeignKey(BY, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-added_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """One version of a stage's answer. Never changed: a change is the next version.

    `text` is what it says, also where it came as a Word file (`document`). `submitted_at` is when it was
    put forward for checking.
    """

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="drafts")
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    written_at = models.DateTimeField()
    author = models.ForeignKey(BY, on_delete=models.PROTECT, null=True, related_name="+")
    for_whom = models.ForeignKey(BY, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["stage", "version"]
        constraints = [models.UniqueConstraint(fields=["stage", "version"], name="draft_version_in_stage")]

    def __str__(self) -> str:
        return f"{self.stage}, draft {self.version}"


class DraftDecision(models.Model):
    """What somebody decided on a draft: at the quality check or at sign-off."""

    class Step(models.TextChoices):
        CHECK = "check", "Quality check"
        SIGN = "sign", "Sign-off"

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        AMENDED = "amended", "Amended and approved"
        RETURNED = "returned", "Returned"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="decisions")
    step = models.CharField(max_length=10, choices=Step.choices)
    decision = models.CharField(max_length=10, choices=Decision.choices)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(BY, on_delete=models.PROTECT, null=True, related_name="+")
    for_whom = models.ForeignKey(BY, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.draft}: {self.decision}"


class Letter(models.Model):
    """Something that went out, exactly as it was: to whom, when, by which channel, and so when it is deemed
    to have arrived (W5)."""

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = "acknowledgement", "Acknowledgement"
        RESPONSE = "response", "Response"
        HOLDING = "holding", "Holding update"
        COPY = "copy", "Copy of the response"
        NOT_ACCEPTED = "not-accepted", "Not accepted"
        REFUSAL = "refusal", "Escalation refused"
        WITHDRAWAL = "withdrawal", "Withdrawal confirmed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="letters")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, null=True, related_name="letters")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    channel = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+")
    sent_on = models.DateField()
    sent_at = models.DateTimeField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    to = models.CharField(max_length=400, blank=True)
    text = models.TextField(blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sharing_notice = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(BY, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["sent_on", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.sent_on}"


class Note(models.Model):
    """Words somebody left on a case. `team_only`: only the Customer Relations Team sees them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    team_only = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(BY, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Learning(models.Model):
    """Something to be done because of a case (S6). `stage` is the stage that keeps its clock and its turn."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="learning")
    found_in = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="learning")
    stage = models.OneToOneField(
        Stage, on_delete=models.CASCADE, null=True, blank=True, related_name="learning_action"
    )
    kind = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField()
    proof = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(BY, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name_plural = "learning"

    def __str__(self) -> str:
        return self.text[:60]
