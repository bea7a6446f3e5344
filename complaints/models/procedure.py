"""Procedures as rows: what a case goes through, stage by stage, and the lists people choose from.

Procedures are versioned whole with their policy version and never changed; entries of lists are retired,
never deleted.
"""

from django.db import models

from complaints.workflow import Kind
from slas.models import CODE_LENGTH, Policy, PolicyVersion, SlaVersion

PHRASE_LENGTH = 400


class MoveTable(models.Model):
    """A named move table of a policy version; `begins` is the state a stage starts in, '' where it is only a part
    of other tables."""

    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="move_tables")
    position = models.PositiveIntegerField()
    code = models.SlugField(max_length=CODE_LENGTH)
    name = models.CharField(max_length=200, blank=True)
    begins = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["policy_version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy_version", "code"], name="move_table_code_in_version")
        ]

    def __str__(self) -> str:
        return self.name or self.code.replace("-", " ").capitalize()


class MoveLine(models.Model):
    """One move, as a phrase (`complaints.workflow.parse_move` is its grammar), in a state, `open` or `always`.

    A table has all its lines, those it has in common with others too: `part` is the table that said such a line.
    """

    table = models.ForeignKey(MoveTable, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    place = models.CharField(max_length=30)
    phrase = models.CharField(max_length=PHRASE_LENGTH)
    part = models.SlugField(max_length=CODE_LENGTH, blank=True)

    class Meta:
        ordering = ["table", "position"]

    def __str__(self) -> str:
        return f"{self.place}: {self.phrase}"


class Procedure(models.Model):
    """What a kind of case goes through under one version of a policy.

    `begins` says which new contacts start here ('anybody', 'mp-or-councillor', 'anonymous', or '' for none).
    """

    class Begins(models.TextChoices):
        NOBODY = "", "Chosen at triage"
        ANYBODY = "anybody", "Every new contact"
        MP_OR_COUNCILLOR = "mp-or-councillor", "A new contact from an MP or councillor"
        ANONYMOUS = "anonymous", "A new contact from somebody who gives no name"
        LEARNING = "learning", "Learning from a case"

    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="procedures")
    position = models.PositiveIntegerField()
    code = models.SlugField(max_length=CODE_LENGTH)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in Kind])
    about = models.TextField(blank=True)
    begins = models.CharField(max_length=20, choices=Begins.choices, blank=True)
    at_triage = models.BooleanField(default=True, help_text="Whether it can be chosen at triage")
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["policy_version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy_version", "code"], name="procedure_code_in_version"),
            models.UniqueConstraint(
                fields=["policy_version", "begins"],
                condition=~models.Q(begins=""),
                name="one_procedure_begins_each_contact",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StageType(models.Model):
    """One stage of a procedure: its SLA, its move table, who signs, where it can be taken next.

    `beside` stages (learning) do not keep their case open. `route_event` is what is recorded, and
    `route_state` where it stays open, when triage sends the case down a complaints procedure beside it (S2.3).
    `draft_days` is how many working days before the formal date the service's draft is to reach the CRT.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="stages")
    position = models.PositiveIntegerField()
    code = models.SlugField(max_length=CODE_LENGTH)
    name = models.CharField(max_length=200)
    sla_version = models.ForeignKey(
        SlaVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    table = models.ForeignKey(MoveTable, on_delete=models.PROTECT, related_name="stage_types")
    signer = models.CharField(max_length=CODE_LENGTH, blank=True)
    signer_note = models.TextField(blank=True)
    next_stage = models.SlugField(max_length=CODE_LENGTH, blank=True, help_text="procedure stage, as codes")
    next_procedure = models.SlugField(max_length=CODE_LENGTH, blank=True)
    window = models.ForeignKey(SlaVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    beside = models.BooleanField(default=False)
    route_event = models.SlugField(max_length=CODE_LENGTH, blank=True)
    route_state = models.CharField(max_length=30, blank=True)
    draft_days = models.PositiveSmallIntegerField(null=True, blank=True)
    outcomes = models.TextField(blank=True, help_text="One a line: code: name")
    source = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["procedure", "position"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "code"], name="stage_type_code_in_procedure")
        ]

    def __str__(self) -> str:
        return f"{self.procedure}, {self.name}"

    @property
    def outcome_choices(self) -> tuple[tuple[str, str], ...]:
        """The outcomes an answer of this stage may have: pairs of code and name."""
        return tuple((phrase.partition(" by ")[0], name) for phrase, name in self.outcome_phrases)

    @property
    def outcome_phrases(self) -> tuple[tuple[str, str], ...]:
        """The same as a pack has them: 'code', or 'code by role' where the outcome says who writes the answer."""
        pairs = (line.partition(": ") for line in self.outcomes.splitlines())
        return tuple((phrase, name) for phrase, _, name in pairs)

    def writer_after(self, outcome: str) -> str:
        """The role that writes the answer once a review came to `outcome`; '' where the move table alone says."""
        pairs = (phrase.partition(" by ") for phrase, _ in self.outcome_phrases)
        return next((role for code, _, role in pairs if code == outcome), "")

    @property
    def goes_on(self) -> bool:
        """Whether there is a next stage."""
        return bool(self.next_stage)


class List(models.TextChoices):
    """The lists people choose from, which a pack fills."""

    CHANNEL = "channel", "How it came or went"
    CATEGORY = "category", "Category"
    THEME = "theme", "Theme"
    ROOT_CAUSE = "root-cause", "Root cause"
    EXCLUSION = "exclusion", "Not accepted because"
    LEARNING = "learning", "Kind of learning"
    LATE_REASON = "late-reason", "Reason for lateness"


class EntryQuerySet(models.QuerySet["Entry"]):
    def own(self) -> "EntryQuerySet":
        """The lists of the council's own policy, what is retired too."""
        return self.filter(policy__is_own=True)

    def current(self, *lists: str) -> "EntryQuerySet":
        """What can be chosen from `lists` of the council's own policy now, in their order."""
        return self.own().filter(list__in=lists, retired_on__isnull=True)


class Entry(models.Model):
    """One thing to choose from a list of a policy. `route` says what to use instead (exclusions), `procedure` what
    an excluded contact is logged as, `delivery` when something sent so is deemed received (W5)."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    list = models.CharField(max_length=20, choices=List.choices)
    position = models.PositiveIntegerField()
    code = models.SlugField(max_length=CODE_LENGTH)
    name = models.CharField(max_length=200)
    route = models.TextField(blank=True)
    procedure = models.SlugField(max_length=CODE_LENGTH, blank=True)
    delivery = models.CharField(max_length=30, blank=True)
    source = models.CharField(max_length=200, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["list", "position", "name"]
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["policy", "list", "code"], name="entry_code_in_list_of_policy")
        ]

    def __str__(self) -> str:
        return self.name
