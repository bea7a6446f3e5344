"""Lists of cases: what is somebody's turn, and what is found by words."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Unit, User
from accounts.roles import Role
from accounts.seats import Standing
from complaints import permissions
from complaints.models import Case, CaseReader, Contribution, ExtensionRequest, Stage
from complaints.moves import CASE_ROLES, table_of
from complaints.references import as_written, own_key
from complaints.workflow import Verb


def found(user: User, words: str, *, now: datetime) -> QuerySet[Case]:
    """The cases `user` may see that have every one of `words` somewhere, or this reference; open ones first, then the
    latest. Each with its open stages as `open_stages`."""
    cases = permissions.visible_cases(user, now=now)
    if words:
        has_all = Q()
        for word in words.lower().split():
            has_all &= Q(search_text__contains=word)
        # What looks like a reference may also be a telephone number.
        cases = cases.filter(has_all | Q(reference=as_written(words)) | _own(words))
    stages = with_types(Stage.objects.filter(closed_at__isnull=True)).order_by("number")
    return (
        cases.select_related("unit")
        .prefetch_related(Prefetch("stages", stages, to_attr="open_stages"))
        .order_by(F("closed_at").desc(nulls_first=True), "-received_on", "-pk")
    )


def _own(words: str) -> Q:
    """The case that was kept under this reference before it was imported."""
    key = own_key(words)
    return Q(own_key=key) if key else Q(pk__in=[])


def with_types(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """`stages` with all that says what may be done to them, and what their dates are shown with."""
    return stages.select_related(
        "unit",
        "officer",
        "responder",
        "type__procedure__policy_version__policy",
        "type__sla_version__policy_version",
        "type__sla_version__sla__policy",
    )


def seat_at(
    user: User,
    verb: str,
    stage: Stage,
    unit: Unit,
    *,
    person: int | None = None,
    role: str = "",
    now: datetime,
) -> Standing | None:
    """By what `user`, who sees the case, may do `verb` to `stage` at `unit`: in their own right, or for somebody they
    cover. With `person`, only as that person or for them; with `role`, only in a role that does its work."""
    move = table_of(stage.type).move(stage.state, verb)
    if move is None:
        return None
    for standing in permissions.standings_of(user, now=now):
        holder = standing.for_whom or user
        if standing.for_whom is not None and stage.case.restricted:
            continue  # a restricted case is never reached through cover
        if person is not None and holder.pk != person:
            continue
        if role and Role(role) not in standing.role.includes:
            continue
        if permissions.allows(standing, move.roles, [unit]):
            return standing
    return None


def seat_in_turn(user: User, stage: Stage, *, now: datetime) -> Standing | None:
    """By what the turn of `stage` is `user`'s: it is named for them or whom they cover, or named for nobody and for a
    role they hold there. None: it is not."""
    named = _able_to_open(stage.case, stage.turn_person_id)
    role = "" if named else stage.turn_role
    return seat_at(user, stage.turn_verb, stage, stage.unit, person=named, role=role, now=now)


def _able_to_open(case: Case, person: int | None) -> int | None:
    """`person`; None where they are not on the list of a restricted case: what is named for them is as good as named
    for nobody."""
    shut_out = case.restricted and person not in {reader.user_id for reader in case.readers.all()}
    return None if shut_out else person


def turns(user: User, *, now: datetime) -> list[tuple[Stage, Standing]]:
    """The stages whose turn is `user`'s, each with by what it is. The earliest due first, those without a date last."""
    standings = permissions.standings_of(user, now=now)
    pool = _nobody("turn_person") & _reach(standings, "turn_unit", "turn_role")
    stages = with_types(
        Stage.objects.filter(_named(user, standings, "turn_person") | pool, **_open(user, now))
    )
    stages = stages.exclude(turn_verb="").select_related("case", "learning_action")
    stages = stages.prefetch_related("case__readers")
    rows = stages.order_by(F("turn_due_at").asc(nulls_last=True), "case__received_on", "pk")
    return _seated(rows, lambda stage: seat_in_turn(user, stage, now=now))


def requests_to_decide(user: User, *, now: datetime) -> list[tuple[ExtensionRequest, Standing]]:
    """More time asked for, where `user` is to decide: the stage's officer, who covers them, or where it has none
    whoever may."""
    standings = permissions.standings_of(user, now=now)
    nobody = _nobody("stage__officer", "stage__") & _reach(standings, "stage__unit")
    rows = ExtensionRequest.objects.filter(
        _named(user, standings, "stage__officer") | nobody,
        decided_at__isnull=True,
        **_open(user, now, "stage__"),
    ).select_related("asked_by", *_by_way_of_stage())

    def seat(row: ExtensionRequest) -> Standing | None:
        stage = row.stage
        officer = _able_to_open(stage.case, stage.officer_id)
        return seat_at(user, Verb.DECIDE_EXTENSION, stage, stage.unit, person=officer, now=now)

    return _seated(rows.prefetch_related("stage__case__readers").order_by("asked_at", "pk"), seat)


def contributions_to_give(user: User, *, now: datetime) -> list[tuple[Contribution, Standing]]:
    """What is asked of `user`, or of whom they cover, towards an answer; and what is asked of a unit of theirs and of
    nobody by name, or of somebody who can no longer sign in."""
    standings = permissions.standings_of(user, now=now)
    anybody = _nobody("person", "stage__") | Q(person__is_active=False)
    rows = Contribution.objects.filter(
        _named(user, standings, "person") | anybody & _reach(standings, "unit"),
        answered_at__isnull=True,
        **_open(user, now, "stage__"),
    ).select_related("unit", "person", *_by_way_of_stage())

    def seat(row: Contribution) -> Standing | None:
        active = row.person_id if row.person and row.person.is_active else None
        person = _able_to_open(row.stage.case, active)
        return seat_at(user, Verb.CONTRIBUTE, row.stage, row.unit, person=person, now=now)

    return _seated(rows.prefetch_related("stage__case__readers").order_by("due_on", "pk"), seat)


def _open(user: User, now: datetime, through: str = "") -> dict[str, Any]:
    """What is open on a case `user` may see."""
    return {
        f"{through}closed_at__isnull": True,
        f"{through}case__in": permissions.visible_cases(user, now=now),
    }


def _named(user: User, standings: Iterable[Standing], column: str) -> Q:
    people = {user.pk} | {s.for_whom.pk for s in standings if s.for_whom}
    return Q(**{f"{column}__in": people})


def _nobody(column: str, through: str = "") -> Q:
    """Where `column` names nobody, or somebody who is not on the list of a restricted case."""
    listed = CaseReader.objects.filter(case=OuterRef(f"{through}case"), user=OuterRef(column))
    return Q(**{f"{column}__isnull": True}) | Q(**{f"{through}case__restricted": True}) & Q(~Exists(listed))


def _reach(standings: Iterable[Standing], unit: str, role: str = "") -> Q:
    """Where any of `standings` that works on cases reaches the unit in a column; with `role`, in the role of that
    column."""
    reached = Q(pk__in=[])
    for standing in standings:
        if standing.role not in CASE_ROLES:
            continue
        # An empty Q would not mean 'everywhere' beside another one: it would be left out.
        here = (
            Q(**{f"{unit}__path__startswith": standing.unit.path}) if standing.unit else Q(pk__isnull=False)
        )
        reached |= here & Q(**{f"{role}__in": [r.value for r in standing.role.includes]}) if role else here
    return reached


def _by_way_of_stage() -> list[str]:
    return [
        f"stage__{name}"
        for name in (
            "case",
            "unit",
            "officer",
            "responder",
            "type__procedure__policy_version__policy",
            "type__sla_version__policy_version",
            "type__sla_version__sla__policy",
        )
    ]


def _seated(rows: Iterable[Any], seat_of: Any) -> list[Any]:
    """`rows` that are somebody's, each with by what; the move table has the last word."""
    return [(row, seat) for row in rows if (seat := seat_of(row)) is not None]
