"""What the pages about people and units read."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import Grant, Unit, User
from accounts.roles import Role


@dataclass
class Branch:
    """A unit in its place in the tree. `line` names it with everything above it; `below` are its branches."""

    unit: Unit
    line: str
    below: list["Branch"]


def matching(people: QuerySet[User], search: str) -> QuerySet[User]:
    """Those of `people` whose name or e-mail address contains each word of `search`."""
    for word in search.split():
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return people


def people(search: str = "") -> QuerySet[User]:
    """Everybody who matches `search`, with grants in force as `current_grants`; those who can sign in first,
    then by name."""
    found = matching(User.objects.all(), search)
    grants = Grant.objects.in_force().select_related("unit").order_by("role", "unit__name")
    return found.prefetch_related(Prefetch("grants", queryset=grants, to_attr="current_grants")).order_by(
        "-is_active", "name", "pk"
    )


def past_grants(person: User) -> QuerySet[Grant]:
    """The roles `person` no longer holds, latest first."""
    return (
        person.grants.filter(revoked_at__isnull=False).select_related("unit").order_by("-revoked_at", "-pk")
    )


def unit_tree(*, retired: bool = False) -> list[Branch]:
    """The units at the top with all that stands below them, by name. Each unit has `holders`, the number of
    active people who hold a role at it. Retired units only when asked for. One query."""
    units = Unit.objects.all() if retired else Unit.objects.current()
    holders = Count(
        "grants__user",
        filter=Q(grants__revoked_at__isnull=True, grants__user__is_active=True),
        distinct=True,
    )
    children: dict[int | None, list[Unit]] = defaultdict(list)
    for unit in units.annotate(holders=holders).order_by("name", "pk"):
        children[unit.parent_id].append(unit)

    def below(parent: Unit | None, above: str) -> list[Branch]:
        branches = [
            Branch(unit, f"{above} › {unit.name}" if above else unit.name, [])  # noqa: RUF001 as in breadcrumbs
            for unit in children[parent.pk if parent else None]
        ]
        for branch in branches:
            branch.below = below(branch.unit, branch.line)
        return branches

    return below(None, "")


def in_order(tree: list[Branch]) -> Iterator[Branch]:
    """Every branch of `tree`, each before those below it."""
    for branch in tree:
        yield branch
        yield from in_order(branch.below)


def an_administrator_exists() -> bool:
    """Whether somebody who can sign in is an administrator."""
    return User.objects.with_role(Role.ADMINISTRATOR).exists()


def grants_at(unit: Unit) -> QuerySet[Grant]:
    """Who holds which role at `unit` itself, by name; people who cannot sign in are left out."""
    return (
        Grant.objects.in_force()
        .filter(unit=unit, user__is_active=True)
        .select_related("user")
        .order_by("user__name", "pk")
    )
