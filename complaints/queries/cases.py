"""Lists of cases: what is somebody's turn, and what is found by words."""

from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from accounts.models import Unit, User
from accounts.seats import Standing
from complaints import permissions
from complaints.models import Case, Stage
from complaints.moves import table_of
from complaints.references import as_written, own_key
from complaints.searching import asked


def found(user: User, words: str, *, now: datetime) -> QuerySet[Case]:
    """The cases `user` may see that have every one of `words` somewhere, or this reference; open ones first, then the
    latest. Each with its open stages as `open_stages`."""
    cases = permissions.visible_cases(user, now=now)
    if words:
        cases = cases.filter(with_words(words))
    stages = with_types(Stage.objects.filter(closed_at__isnull=True)).order_by("number")
    return (
        cases.select_related("unit")
        .prefetch_related(Prefetch("stages", stages, to_attr="open_stages"))
        .order_by(F("closed_at").desc(nulls_first=True), "-received_on", "-pk")
    )


def with_words(words: str, case: str = "") -> Q:
    """The cases that have every one of `words`, or this reference: their own, or the one they were imported with.
    `case` is the way to the case ('case__')."""
    # What looks like a reference may also be a telephone number.
    ways = asked(words)
    found = Q(**{f"{case}search_text__has_words": ways}) if ways else Q(pk__in=[])
    if reference := as_written(words):
        found |= Q(**{f"{case}reference": reference})
    if key := own_key(words):
        found |= Q(**{f"{case}own_key": key})
    return found


STAGE_READ = (
    "unit",
    "officer",
    "responder",
    "type__procedure__policy_version__policy",
    "type__sla_version__policy_version",
    "type__sla_version__sla__policy",
)
"""What is read together with a stage that is to be shown."""


def with_types(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """`stages` with all that says what may be done to them, and what their dates are shown with."""
    return stages.select_related(*STAGE_READ)


def seat_at(user: User, verb: str, stage: Stage, unit: Unit, *, now: datetime) -> Standing | None:
    """By what `user`, who sees the case, may do `verb` to `stage` at `unit`: in their own right, or for somebody they
    cover."""
    move = table_of(stage.type).move(stage.state, verb)
    if move is None:
        return None
    for standing in permissions.standings_of(user, now=now):
        if standing.for_whom is not None and stage.case.restricted:
            continue  # a restricted case is never reached through cover
        if permissions.allows(standing, move.roles, [unit]):
            return standing
    return None
