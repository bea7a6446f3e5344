"""What lists of cases have in common: how words are looked for, and what is read with a stage."""

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import Unit, User
from accounts.seats import Standing
from complaints import permissions
from complaints.models import Stage, StageType
from complaints.moves import table_of
from complaints.references import own_key
from complaints.searching import asked


def with_words(words: str, case: str = "") -> Q:
    """The cases that have every one of `words`, a reference among them: their own, or the one they were imported with.
    `case` is the way to the case ('case__')."""
    if ways := asked(words):
        return Q(**{f"{case}search_text__has_words": ways})
    # A reference of a council's own may have no letter and no figure.
    key = own_key(words)
    return Q(**{f"{case}own_key": key}) if key else Q(pk__in=[])


STAGE_READ = ("unit", "officer", "responder")
"""The people and the unit that are read together with a stage that is to be shown."""


STAGE_SHOWN = (
    "number",
    "type",
    "state",
    "unit__name",
    "officer__name",
    "officer_text",
    "responder__name",
    "responder_text",
    "turn_verb",
    "turn_role",
    "turn_person",
    "turn_since",
    "clock",
    "due_on",
    "due_at",
    "amber_at",
    "red_at",
    "met_on",
    "in_time",
    "closed_at",
    "closed_as",
    "outcome",
)
"""What a list shows of a stage: a third of what there is, and read in a third of the time."""
CASE_SHOWN = ("reference", "summary", "restricted", "received_on")


def with_types(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """`stages` with all that says what may be done to them, and what their dates are shown with. The types come in a
    query of their own, each once: there are few of them, and they are wide."""
    return stages.select_related(*STAGE_READ).prefetch_related(Prefetch("type", types()))


def types() -> QuerySet[StageType]:
    """Stage types with what is read of their versions."""
    return StageType.objects.select_related(
        "procedure__policy_version__policy",
        "sla_version__policy_version",
        "sla_version__sla__policy",
    )


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
