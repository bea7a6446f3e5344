"""Who people are, where the council's units stand, and who holds which role where.

Nobody and nothing here is deleted: a person is deactivated, a unit retired, a grant revoked, cover ended.
Everything is written by `accounts.actions`.
"""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from accounts.roles import COUNCIL_ONLY, UNIT_ONLY, Role, Seat


class UnitQuerySet(models.QuerySet["Unit"]):
    def current(self) -> Self:
        """Those that have not been retired."""
        return self.filter(retired_on__isnull=True)

    def at_or_below(self, paths: Iterable[str]) -> Self:
        """Those standing at or below any of `paths` ('/1/4/'); none where there are no paths."""
        below = Q(pk__in=[])
        for path in paths:
            below |= Q(path__startswith=path)
        return self.filter(below)

    def plant(self, *, kind: str, name: str, code: str, parent: "Unit | None" = None) -> "Unit":
        """Make a unit below `parent`. Its path needs its own number, so it is written in two steps: call
        this in a transaction."""
        unit = self.create(kind=kind, name=name, code=code, parent=parent)
        unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
        unit.save(update_fields=["path"])
        return unit


class Unit(models.Model):
    """A directorate, service or team. A role held here covers everything below."""

    class Kind(models.TextChoices):
        DIRECTORATE = "directorate", "Directorate"
        SERVICE = "service", "Service"
        TEAM = "team", "Team"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=50, unique=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = models.CharField(max_length=255, editable=False, help_text="/1/4/9/: its ancestors, then itself.")
    retired_on = models.DateField(null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [
            # The operator class lets PostgreSQL use the index for a prefix; SQLite ignores it.
            models.Index(fields=["path"], name="accounts_unit_below", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_retired(self) -> bool:
        return self.retired_on is not None

    @property
    def depth(self) -> int:
        """How many units stand above this one."""
        return self.path.count("/") - 2

    def covers(self, other: "Unit") -> bool:
        """Whether `other` is this unit or stands below it."""
        return other.path.startswith(self.path)


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self) -> Self:
        """Those that have not been revoked."""
        return self.filter(revoked_at__isnull=True)

    def of(self, role: str, unit: Unit | None = None) -> Self:
        """In force for `role`; with `unit`, only those that cover it."""
        grants = self.in_force().filter(role=role)
        if unit is None:
            return grants
        above = [int(part) for part in unit.path.split("/") if part]
        return grants.filter(Q(unit__isnull=True) | Q(unit__in=above))


class UserManager(BaseUserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """E-mail addresses are kept without surrounding spaces, in lower case."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalize_email(username))

    def create_user(self, *, email: str, name: str, password: str | None = None, **fields: object) -> "User":
        """A person with `password` hashed; without one they cannot sign in."""
        user = self.model(email=self.normalize_email(email), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        """Those who may sign in."""
        return self.filter(is_active=True)

    def with_role(self, role: str, unit: Unit | None = None) -> Self:
        """Active people who hold `role`; with `unit`, only where their grant covers it. Each person once."""
        return self.active().filter(Exists(Grant.objects.of(role, unit).filter(user=OuterRef("pk"))))


PeopleManager = UserManager.from_queryset(UserQuerySet)


def in_order(grants: "Iterable[Grant]") -> "list[Grant]":
    """Somebody's grants as they are shown: by role, then by unit."""
    roles = list(Role)
    return sorted(
        grants, key=lambda grant: (roles.index(Role(grant.role)), grant.unit.name if grant.unit else "")
    )


class User(AbstractBaseUser):
    """A person who signs in with an e-mail address."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(
        default=False, help_text="They were handed a password to start with and choose their own first."
    )
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(default=timezone.now)

    objects = PeopleManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            # With the unique column this makes addresses unique whatever their case.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """As Django's, over the epoch too: whoever is deactivated finds no old session alive when they return."""
        value = f"{self.password}{self.session_epoch}"
        return salted_hmac(
            "accounts.models.User.session", value, secret=secret, algorithm="sha256"
        ).hexdigest()

    def get_full_name(self) -> str:
        """Under Django's own name for it: the person's name."""
        return self.name

    @cached_property
    def grants_in_force(self) -> list["Grant"]:
        """This person's grants with their units, read once for each time the person is loaded."""
        return in_order(self.grants.filter(revoked_at__isnull=True).select_related("unit"))

    def has_role(self, *roles: str, unit: Unit | None = None) -> bool:
        """Whether this person holds any of `roles`; with `unit`, whether there or anywhere above it."""
        return any(
            grant.role in roles and (unit is None or grant.unit is None or grant.unit.covers(unit))
            for grant in self.grants_in_force
        )

    def units_for(self, *roles: str) -> models.QuerySet[Unit]:
        """Every unit any of `roles` covers for this person, retired ones too; all of them where a role is
        held for the whole council."""
        grants = [grant for grant in self.grants_in_force if grant.role in roles]
        if any(grant.unit is None for grant in grants):
            return Unit.objects.all()
        return Unit.objects.at_or_below(grant.unit.path for grant in grants if grant.unit)


WHOLE_COUNCIL = "the whole council"


def said_of_grant(role: str, unit: str | None) -> str:
    """A role with the name of the unit it is held at, None for the whole council."""
    return f"{Role(role).label}, {unit or WHOLE_COUNCIL}"


class Grant(models.Model):
    """That somebody holds a role, at a unit or for the whole council, from one moment to another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(role__in=[role.value for role in UNIT_ONLY]) | Q(unit__isnull=False),
                name="accounts_grant_role_needs_a_unit",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[role.value for role in COUNCIL_ONLY]) | Q(unit__isnull=True),
                name="accounts_grant_role_is_council_wide",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                condition=Q(revoked_at__isnull=True, unit__isnull=False),
                name="accounts_grant_once_at_unit",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(revoked_at__isnull=True, unit__isnull=True),
                name="accounts_grant_once_council_wide",
            ),
        ]
        indexes = [
            models.Index(
                fields=["role", "unit"], name="accounts_grant_in_force", condition=Q(revoked_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return said_of_grant(self.role, self.unit.name if self.unit else None)

    @property
    def where(self) -> str:
        """The name of the unit, or 'the whole council'."""
        return str(self.unit) if self.unit else WHOLE_COUNCIL

    @property
    def may(self) -> str:
        """What this grant lets its holder do."""
        return Role(self.role).may


class CoverQuerySet(models.QuerySet["Cover"]):
    def standing(self) -> Self:
        """Those that have not been ended early, whatever their dates."""
        return self.filter(ended_at__isnull=True)

    def between(self, first: date, last: date) -> Self:
        """Those with a day in common with `first` to `last`, both inclusive."""
        return self.filter(first__lte=last, last__gte=first)

    def in_force(self, on: date) -> Self:
        """Those by which a deputy stands in on the London day `on`: today or one to come. One ended early
        counts on no day, not on those before its end either."""
        return self.standing().between(on, on)

    def now_or_next(self, on: date) -> Self:
        """Those in force on `on` or later, the earliest first, each with `is_now`: whether on that day itself."""
        return self.standing().filter(last__gte=on).annotate(is_now=Q(first__lte=on)).order_by("first", "pk")

    def of_deputy(self, deputy: User) -> Self:
        """Those by which `deputy` stands in for somebody."""
        return self.filter(deputy=deputy)

    def of_absent(self, absent: User) -> Self:
        """Those by which somebody stands in for `absent`."""
        return self.filter(absent=absent)


class Cover(models.Model):
    """That somebody does the case work of a colleague who is away, from one London day to another, both
    inclusive. What it passes on, and what not, is said in `accounts.seats`."""

    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="Ended early; its dates stay as they were."
    )
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = CoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="accounts_cover_dates_in_order"),
            models.CheckConstraint(condition=~Q(absent=F("deputy")), name="accounts_cover_by_somebody_else"),
        ]
        indexes = [
            models.Index(
                fields=["deputy", "last"], name="accounts_cover_by_deputy", condition=Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.deputy} for {self.absent}, {self.when}"

    @property
    def when(self) -> str:
        """'from Tuesday 24 November 2026 to Friday 4 December 2026', or 'on Tuesday 24 November 2026'."""
        if self.first == self.last:
            return f"on {_long_date(self.first)}"
        return f"from {_long_date(self.first)} to {_long_date(self.last)}"


def _long_date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def seat_fits(role: Role, unit: Unit | None) -> bool:
    """Whether `role` can be held at `unit` (None: for the whole council)."""
    return role.seat is Seat.EITHER or (role.seat is Seat.UNIT) == (unit is not None)
