"""Trackers taken in: who may, which of them somebody may see, and what was worked on since."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from accounts.models import Unit, User
from accounts.roles import Role
from audit.models import Event
from complaints import permissions
from complaints.models import Case, CaseLink, ImportBatch, ImportLine
from complaints.workflow import Verb

IMPORTERS = (Role.CR_MANAGER, Role.SENIOR_CR_OFFICER)
"""Who may take a tracker in, in their own right and not for somebody they cover."""


def seats(user: User, *, now: datetime | None = None) -> list[Unit | None]:
    """Where `user` may take a tracker in, None being the whole council; those below another left out."""
    held = [s for s in permissions.standings_of(user, now=now) if s.role in IMPORTERS and s.for_whom is None]
    if any(s.unit is None for s in held):
        return [None]
    units = sorted({s.unit for s in held if s.unit is not None}, key=lambda unit: unit.name)
    return [unit for unit in units if not any(other != unit and other.covers(unit) for other in units)]


def may_import(user: User, unit: Unit | None, *, now: datetime | None = None) -> bool:
    """Whether `user` may take in a tracker whose cases come to `unit` or below (None: anywhere)."""
    return any(seat is None or (unit is not None and seat.covers(unit)) for seat in seats(user, now=now))


def visible_batches(user: User, *, now: datetime | None = None) -> QuerySet[ImportBatch]:
    """The imports `user` may see and go on with: those that are theirs to make."""
    held = seats(user, now=now)
    batches = ImportBatch.objects.select_related("by", "unit")
    if None in held:
        return batches
    return batches.filter(unit__in=Unit.objects.at_or_below(seat.path for seat in held if seat))


def visible_lines(batch: ImportBatch, user: User, *, now: datetime | None = None) -> QuerySet[ImportLine]:
    """What is told of the rows of a batch, less what is about cases that `user` may not see (any more)."""
    seen = permissions.visible_cases(user, now=now)
    return ImportLine.objects.filter(Q(case__isnull=True) | Q(case__in=seen), batch=batch)


def worked_on(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those of `cases` that somebody did something to after they were imported, or linked or merged another with."""
    done = Event.objects.filter(
        stream__name=Concat(Value("case:"), OuterRef("reference")), verb__in=[verb.value for verb in Verb]
    )
    linked = CaseLink.objects.filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
    merged = Case.objects.filter(merged_into=OuterRef("pk"))
    return cases.filter(Exists(done) | Exists(linked) | Exists(merged))
