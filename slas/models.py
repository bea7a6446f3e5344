"""Calendars and policies as rows. The rows are the truth; `slas.service` turns them into the core's values.

A policy's versions are never changed once published: an SLA's rules are read from the version in force
on the day its first event happened.
"""

import secrets

from django.db import models

CODE_LENGTH = 60


def new_revision() -> int:
    """A number never used before. Drawn, not counted: a change that is rolled back must not leave its
    number to the next one, because another process may have kept what it read meanwhile."""
    return secrets.randbits(60)


class Nation(models.TextChoices):
    ENGLAND_AND_WALES = "england-and-wales", "England and Wales"
    SCOTLAND = "scotland", "Scotland"
    NORTHERN_IRELAND = "northern-ireland", "Northern Ireland"


class ReceiptRule(models.TextChoices):
    STRICT = "strict", "Strict: the day of the event is day 0"
    DEEMED = "deemed", "Deemed receipt: an event on a day not worked counts as the next working day's"


class HolidayList(models.Model):
    """The bank holidays of one nation: where the list is from and which days it covers.

    `revision` is new with every change, so that every process sees it at its next request.
    """

    nation = models.CharField(max_length=30, choices=Nation.choices, unique=True)
    source = models.CharField(max_length=200)
    known_from = models.DateField()
    known_to = models.DateField()
    revision = models.BigIntegerField(default=new_revision)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.get_nation_display()


class Holiday(models.Model):
    """One bank holiday of a nation. `proclaimed_on` is set for one announced after the list was loaded."""

    list = models.ForeignKey(HolidayList, on_delete=models.PROTECT, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    proclaimed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["list", "day"], name="one_bank_holiday_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Calendar(models.Model):
    """The council's working days: whose bank holidays, which of its own closure days, how receipt counts."""

    code = models.SlugField(max_length=CODE_LENGTH, unique=True)
    name = models.CharField(max_length=200)
    nation = models.CharField(max_length=30, choices=Nation.choices)
    works_bank_holidays = models.BooleanField(default=False)
    receipt = models.CharField(max_length=10, choices=ReceiptRule.choices, default=ReceiptRule.STRICT)
    cut_off = models.TimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    revision = models.BigIntegerField(default=new_revision)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cut_off__isnull=True) | models.Q(receipt=ReceiptRule.DEEMED),
                name="cut_off_only_with_deemed_receipt",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ClosureDay(models.Model):
    """A day on which this council is closed. Statutory SLAs count it all the same."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="closures")
    day = models.DateField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="one_closure_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class SchoolHoliday(models.Model):
    """A school holiday, both days included. It changes no date by itself (S5)."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="school_holidays")
    first = models.DateField()
    last = models.DateField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="school_holiday_ends_after_it_begins"
            ),
            models.UniqueConstraint(fields=["calendar", "first"], name="one_school_holiday_begins_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first} to {self.last}"


class Policy(models.Model):
    """A policy pack: a council's own, or a law or code loaded as a floor."""

    code = models.SlugField(max_length=CODE_LENGTH, unique=True)
    name = models.CharField(max_length=200)
    council = models.CharField(max_length=200, blank=True)
    is_own = models.BooleanField(default=False, help_text="The policy of this installation's council")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="policies")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["is_own"], condition=models.Q(is_own=True), name="one_own_policy")
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """One published state of a whole policy, in force from a day until the next version's."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    in_force_from = models.DateField()
    sources = models.TextField(blank=True)
    published_at = models.DateTimeField()
    revision = models.BigIntegerField(default=new_revision, editable=False)

    class Meta:
        ordering = ["policy", "number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number"),
            models.UniqueConstraint(fields=["policy", "in_force_from"], name="policy_version_date"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} version {self.number}"


class Sla(models.Model):
    """A service level agreement by its code; its rules are in its versions."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="slas")
    code = models.SlugField(max_length=CODE_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "code"], name="sla_code_in_policy")]
        indexes = [models.Index(fields=["code"], name="sla_code")]

    def __str__(self) -> str:
        return self.code


class SlaVersion(models.Model):
    """The rules of one SLA in one version of its policy. Never changed once published."""

    sla = models.ForeignKey(Sla, on_delete=models.PROTECT, related_name="versions")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="slas")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    statutory = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)
    pause_source = models.CharField(max_length=200, blank=True)
    floor_policy = models.CharField(max_length=CODE_LENGTH, blank=True)
    floor_sla = models.CharField(max_length=CODE_LENGTH, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["policy_version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy_version", "sla"], name="sla_once_in_a_policy_version")
        ]

    def __str__(self) -> str:
        return self.name


class SlaEvent(models.Model):
    """An event that an SLA's rules count from."""

    sla_version = models.ForeignKey(SlaVersion, on_delete=models.PROTECT, related_name="events")
    position = models.PositiveIntegerField()
    code = models.SlugField(max_length=CODE_LENGTH)
    name = models.CharField(max_length=200)
    optional = models.BooleanField(default=False)

    class Meta:
        ordering = ["sla_version", "position"]
        constraints = [models.UniqueConstraint(fields=["sla_version", "code"], name="event_code_in_sla")]

    def __str__(self) -> str:
        return self.name


class PauseReason(models.Model):
    """Something an SLA may be paused for (W6)."""

    sla_version = models.ForeignKey(SlaVersion, on_delete=models.PROTECT, related_name="pause_reasons")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["sla_version", "position"]

    def __str__(self) -> str:
        return self.name


class Milestone(models.Model):
    """One rule of an SLA. The phrases are the rule, as read aloud; `slas.core.phrases` is their grammar."""

    sla_version = models.ForeignKey(SlaVersion, on_delete=models.PROTECT, related_name="milestones")
    position = models.PositiveIntegerField()
    code = models.SlugField(max_length=CODE_LENGTH)
    name = models.CharField(max_length=200)
    headline = models.BooleanField(default=False)
    due = models.CharField(max_length=300)
    due_when_extended = models.CharField(max_length=300, blank=True)
    extend = models.CharField(max_length=100, blank=True)
    amber = models.CharField(max_length=100, blank=True)
    shown = models.CharField(max_length=100, blank=True)
    pausable = models.BooleanField(default=False)
    short_notice = models.PositiveIntegerField(null=True, blank=True)
    complainant_agrees = models.BooleanField(default=False)
    approvers = models.CharField(max_length=300, blank=True)
    met_by = models.SlugField(max_length=CODE_LENGTH, blank=True)
    owner = models.CharField(max_length=CODE_LENGTH, blank=True)
    source = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["sla_version", "position"]
        constraints = [models.UniqueConstraint(fields=["sla_version", "code"], name="milestone_code_in_sla")]

    def __str__(self) -> str:
        return self.name
