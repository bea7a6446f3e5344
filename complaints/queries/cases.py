"""Lists of cases: what is somebody's turn, and what is found by words."""

from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.models import Case, Deadline, Stage
from complaints.references import as_written


def found(user: User, words: str, *, now: datetime) -> QuerySet[Case]:
    """The cases `user` may see that have every one of `words` somewhere, or this reference; the latest first. Each with
    its open headline deadlines as `headlines`."""
    cases = permissions.visible_cases(user, now=now)
    if reference := as_written(words):
        cases = cases.filter(Q(reference=reference) | Q(own_reference=words.strip()))
    else:
        for word in words.lower().split():
            cases = cases.filter(search_text__contains=word)
    headlines = Deadline.objects.filter(headline=True, live=True, stage__type__beside=False)
    stages = Stage.objects.filter(closed_at__isnull=True).select_related(
        "type__procedure",
        "type__sla_version__policy_version",
        "type__sla_version__sla__policy",
        "officer",
        "responder",
    )
    return (
        cases.select_related("unit", "officer")
        .prefetch_related(
            Prefetch(
                "stages", stages.prefetch_related(Prefetch("deadlines", headlines)), to_attr="open_stages"
            )
        )
        .order_by(F("closed_at").asc(nulls_first=True), "-received_on", "-pk")
    )


def turns(user: User, *, now: datetime) -> QuerySet[Stage]:
    """The stages whose turn is `user`'s: named for them or whom they cover, or open to a role they hold there and
    named for nobody. The earliest due first, those without a date last."""
    standings = [s for s in permissions.standings_of(user, now=now) if s.role in permissions.READING_ROLES]
    people = {user.pk} | {s.for_whom.pk for s in standings if s.for_whom}
    mine = Q(turn_person__in=people)
    for standing in standings:
        roles = [role.value for role in standing.role.includes if role is not Role.AUDITOR]
        pool = Q(turn_person__isnull=True, turn_role__in=roles)
        mine |= pool if standing.unit is None else pool & Q(turn_unit__path__startswith=standing.unit.path)
    return (
        Stage.objects.filter(mine, closed_at__isnull=True, case__in=permissions.visible_cases(user, now=now))
        .exclude(turn_verb="")
        .select_related(
            "case__unit",
            "unit",
            "officer",
            "responder",
            "type__procedure",
            "type__sla_version__policy_version",
            "type__sla_version__sla__policy",
        )
        .order_by(F("turn_due_at").asc(nulls_last=True), "case__received_on", "pk")
    )
