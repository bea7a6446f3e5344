"""A case: one reference, the people, the points, and the units that may see it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Unit
from complaints.models.imports import ImportBatch
from complaints.models.procedure import Entry
from complaints.workflow import Kind


class ReferenceCounter(models.Model):
    """The last number given out in a year. Its row is locked while a case is logged."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class ClosedAs(models.TextChoices):
    """Why a stage or a case is closed."""

    ANSWERED = "answered", "Answered"
    TRIAGED = "triaged", "Triaged"
    PASSED_ON = "passed-on", "Passed on"
    NOT_ACCEPTED = "not-accepted", "Not accepted"
    WITHDRAWN = "withdrawn", "Withdrawn"
    LOGGED_IN_ERROR = "logged-in-error", "Logged in error"
    MERGED = "merged", "Merged into another case"
    IMPORTED = "imported", "Imported"
    DONE = "done", "Done"
    CLOSED = "closed", "Closed"


class Case(models.Model):
    """One matter that somebody brought to the council.

    `revision` counts what was done to it: a form made from an older one is refused. `received_on` is the
    day the contact came in, `received_at` the moment where it is known; `logged_at` is when it was written down.
    """

    reference = models.CharField(max_length=20, unique=True)
    once = models.UUIDField(null=True, unique=True, help_text="Of the form it was logged by")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in Kind])
    summary = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    wanted = models.TextField(blank=True)
    channel = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_on = models.DateField()
    received_at = models.DateTimeField(null=True, blank=True)
    logged_at = models.DateTimeField()
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    anonymous = models.BooleanField(default=False)
    safeguarding = models.BooleanField(default=False)
    risk = models.BooleanField(default=False, help_text="Raised with senior leadership (S14)")
    risk_note = models.TextField(blank=True)
    sensitive = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)
    aware_on = models.DateField(null=True, blank=True)
    out_of_time_reason = models.TextField(blank=True)
    tags = models.ManyToManyField(Entry, blank=True, related_name="cases")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=20, choices=ClosedAs.choices, blank=True)
    closed_note = models.TextField(blank=True)
    exclusion = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    own_reference = models.CharField(max_length=200, blank=True)
    own_key = models.CharField(max_length=200, blank=True, help_text="own_reference as people would know it")
    import_batch = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    import_fingerprint = models.CharField(max_length=64, blank=True)
    imported_text = models.TextField(blank=True, help_text="What the spreadsheet said, heading by heading")
    apart = models.BooleanField(
        default=False, help_text="Restricted, or with several units: CaseReach says who reaches it"
    )
    search_text = models.TextField(blank=True, help_text="As complaints.searching.indexed has it")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-received_on", "-pk"]
        indexes = [
            models.Index(fields=["-received_on", "-id"], name="case_received"),
            models.Index(
                fields=["unit"], name="case_locked", condition=Q(restricted=True, closed_at__isnull=True)
            ),
            *(
                models.Index(fields=["id"], name=f"case_{flag}", condition=Q(**{flag: True}))
                for flag in ("safeguarding", "risk", "sensitive")
            ),
            models.Index(fields=["closed_at"], name="case_closed", condition=Q(closed_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["own_key"], condition=~Q(own_key=""), name="own_reference_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_as="")
                | Q(closed_at__isnull=False) & ~Q(closed_as=""),
                name="case_is_closed_as_something",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def stream(self) -> str:
        """Where what happened to it is on record."""
        return f"case:{self.reference}"


class CaseUnit(models.Model):
    """That a unit works on a case, and so may see it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="case_units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    lead = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "unit"], name="unit_once_on_a_case"),
            models.UniqueConstraint(fields=["case"], condition=Q(lead=True), name="one_lead_on_a_case"),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class CaseReader(models.Model):
    """Somebody on the named list of a restricted case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="reader_once_on_a_case")]

    def __str__(self) -> str:
        return str(self.user)


class CaseReach(models.Model):
    """From where a case is reached that its own unit does not say it of (`Case.apart`): a row for each unit at or above
    those that work on it, or, where it is restricted, for each person on its list. `holder` is the unit by number, or
    the person by number below nought.

    Worked out from `CaseUnit` and `CaseReader` by `complaints.actions.reach` only.
    """

    pk = models.CompositePrimaryKey("holder", "case")
    holder = models.IntegerField()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reach")

    def __str__(self) -> str:
        return f"{self.case} from {self.holder}"


class CaseLink(models.Model):
    """That two cases have to do with each other; `first` is the older row."""

    first = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_on")
    second = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_back")
    why = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="cases_linked_once"),
            models.CheckConstraint(condition=~Q(first=models.F("second")), name="case_linked_to_another"),
        ]

    def __str__(self) -> str:
        return self.why
