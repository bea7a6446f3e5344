"""Cover as people see it: who may name it for whom, and what the page about it shows."""

from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Cover, Grant, User
from accounts.roles import CASE_ROLES, Role

LONGEST = 366
"""Days, the first and the last counted."""

NAME_THEIR_OWN = (
    Role.CR_OFFICER,
    Role.SENIOR_CR_OFFICER,
    Role.CR_MANAGER,
    Role.RESPONDER,
    Role.SERVICE_MANAGER,
    Role.ASSISTANT_DIRECTOR,
    Role.DIRECTOR,
    Role.COORDINATOR,
)
NAME_IN_THEIR_UNITS = (Role.CR_MANAGER, Role.SERVICE_MANAGER, Role.ASSISTANT_DIRECTOR)


def may_name(namer: User | None, absent: User) -> bool:
    """Whether `namer` (None: the system) may name cover for `absent`, themself or somebody else."""
    if namer is None:
        return True
    if namer.pk == absent.pk:
        return may_name_own(namer)
    return people_to_name_for(namer).filter(pk=absent.pk).exists()


def may_name_own(person: User) -> bool:
    """Whether `person` may name who covers for them."""
    return person.has_role(*NAME_THEIR_OWN)


def people_to_name_for(namer: User) -> QuerySet[User]:
    """The others `namer` may name cover for, when they are ill, say: active people with a role on cases. An
    administrator: all of them. A manager or Assistant Director: those who hold such roles only where the
    manager's own roles reach. What `namer` has by covering for somebody does not count."""
    on_cases = Grant.objects.in_force().filter(user=OuterRef("pk"), role__in=CASE_ROLES)
    people = User.objects.active().exclude(pk=namer.pk).filter(Exists(on_cases))
    managing = [grant for grant in namer.grants_in_force if grant.role in NAME_IN_THEIR_UNITS]
    if namer.has_role(Role.ADMINISTRATOR) or any(grant.unit is None for grant in managing):
        return people
    if not managing:
        return people.none()
    out_of_reach = on_cases.exclude(unit__in=namer.units_for(*NAME_IN_THEIR_UNITS))
    return people.exclude(Exists(out_of_reach))


def covers_of(absent: User, *, on: date) -> QuerySet[Cover]:
    """Who covers `absent` on the London day `on` and after, the earliest first; each has `is_now`."""
    return Cover.objects.now_or_next(on).of_absent(absent).select_related("deputy")


def covers_by(deputy: User, *, on: date) -> QuerySet[Cover]:
    """For whom `deputy` stands in on the London day `on` and after, the earliest first; each has `is_now`,
    and its absent person what cover passes on as `passed_on`. Without those deactivated."""
    grants = (
        Grant.objects.in_force().filter(role__in=CASE_ROLES).select_related("unit").order_by("role", "pk")
    )
    return (
        Cover.objects.now_or_next(on)
        .of_deputy(deputy)
        .filter(absent__is_active=True)
        .select_related("absent")
        .prefetch_related(Prefetch("absent__grants", queryset=grants, to_attr="passed_on"))
    )


def covers_for_others(namer: User, *, on: date) -> QuerySet[Cover]:
    """Cover on the London day `on` and after of everybody else `namer` may name it for, the earliest first."""
    return (
        Cover.objects.now_or_next(on)
        .filter(absent__in=people_to_name_for(namer))
        .select_related("absent", "deputy")
    )


def covers_to_end(person: User) -> QuerySet[Cover]:
    """Cover of `person`, and of everybody they may name it for, whether over or not."""
    return Cover.objects.filter(Q(absent=person) | Q(absent__in=people_to_name_for(person)))


def knots(cover: Cover) -> list[str]:
    """What `cover` leaves undone, in words: days on which its deputy is away too, and people its absent
    person was to stand in for, because cover is not passed on twice."""
    same_days = (
        Cover.objects.standing()
        .between(cover.first, cover.last)
        .select_related("absent")
        .order_by("first", "pk")
    )
    return [
        *(
            f"{cover.deputy} is away too, {other.when}. Cover is not passed on twice: name somebody else for "
            "those days."
            for other in same_days.of_absent(cover.deputy)
        ),
        *(
            f"{cover.absent} covers {other.absent} {other.when}. That is not passed on to {cover.deputy}: "
            f"{other.absent} needs somebody else while {cover.absent} is away."
            for other in same_days.of_deputy(cover.absent)
        ),
    ]
