"""What a contact is, decided and decided anew; and contacts that should not have become a case of their own."""

from datetime import date, datetime

from django.db import transaction

from accounts.actions import Refused
from accounts.models import User
from complaints import permissions
from complaints.actions import carrying, dates, intake, routes
from complaints.actions.acting import Act, acting, move_to
from complaints.models import (
    Case,
    CaseLink,
    ClosedAs,
    Entry,
    Reclassified,
    Stage,
    StageEvent,
    StageType,
    standing,
)
from complaints.moves import table_of
from complaints.queries.stages import acting_stages, came_in, open_states, stages_of
from complaints.queries.taking_over import beginning, begun_at, earlier_stages, taking_over, types_of
from complaints.workflow import EVENT_OF, Kind, State, Table, Verb
from slas import service
from slas.core.calendar import OutOfRange, add_months
from slas.core.rules import Rule, Unit
from slas.core.wording import long_date

MONTHS_TO_COMPLAIN = 12
TIME_ADDED = "Only the day was on record, and now the time of day counts."


@transaction.atomic
def triage(
    *,
    case: Case,
    by: User,
    now: datetime,
    type_: StageType | None = None,
    exclusion: Entry | None = None,
    reason: str = "",
    aware_on: date | None = None,
    out_of_time_reason: str = "",
    received_at: datetime | None = None,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Decide what a contact is: the first stage of a procedure (`type_`), or one of the exclusions (S1, SA4).

    An exclusion that says what it is logged as goes on as that; another closes the case as not accepted. A complaint
    over twelve months after they became aware of it needs the exceptional reason (W4, L2). `received_at`: the moment it
    came in, where only the day is on record and the time counts (`counted_from_time`).
    """
    if received_at is not None:
        seen = _give_time(case, received_at, by=by, now=now, stage=stage, seen=seen)
    with acting(Verb.TRIAGE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if (type_ is None) == (exclusion is None):
            raise Refused("Choose what it is.", "choice")
        if exclusion is not None and exclusion.procedure:
            type_ = logged_as(exclusion, act.case)
        _check_in_time(act, type_, aware_on, out_of_time_reason)
        act.case.aware_on, act.case.out_of_time_reason = aware_on, out_of_time_reason
        act.case.exclusion = exclusion
        _record_event(act, EVENT_OF[Verb.TRIAGE])
        why = f" {reason}" if reason else ""
        excluded = f" It is not for the complaints procedure: {exclusion.name.lower()}." if exclusion else ""
        if type_ is None:
            act.next, act.closed_as = State.CLOSED, ClosedAs.NOT_ACCEPTED
            act.say(f"{act.who} did not accept it.{excluded} To use instead: {_route(exclusion)}{why}")
        else:
            _go(act, type_)
            act.say(
                f"{act.who} triaged it: {type_.procedure.name}.{excluded}{why}",
                procedure=type_.procedure.code,
            )
    return act.case


def counted_from_time(type_: StageType) -> Rule | None:
    """What is due so soon after a contact came in that the time of day counts, not the day alone (S3.1); None: nothing
    is."""
    if type_.sla_version is None:
        return None
    rules = service.rule_set(type_.sla_version)
    timed = (rule for rule in rules.milestones if rule.unit in (Unit.HOURS, Unit.IMMEDIATELY))
    return next((rule for rule in timed if rules.events[0].code in rule.after and not rule.conditional), None)


def _give_time(
    case: Case, moment: datetime, *, by: User, now: datetime, stage: Stage | None, seen: int | None
) -> int | None:
    """Add the time to the day a contact came in: on the case, and in what happened. Returns what is `seen` by then."""
    event = came_in(stages_of(case))
    try:
        case = dates.correct_date(
            case=case, by=by, now=now, event=event, moment=moment, reason=TIME_ADDED, stage=stage, seen=seen
        )
    except Refused as refused:
        if refused.field == "day":
            refused.field = "received_time"
        raise
    return case.revision


def _route(exclusion: Entry | None) -> str:
    return exclusion.route if exclusion else ""


def logged_as(exclusion: Entry, case: Case) -> StageType:
    """The first stage of what an excluded contact is logged as."""
    found = intake.types_on(case.received_on).filter(procedure__code=exclusion.procedure, position=0).first()
    if found is None:
        raise Refused(
            f"'{exclusion.name}' is to be logged as {exclusion.procedure}, which this policy has not."
        )
    return found


def _check_in_time(act: Act, type_: StageType | None, aware_on: date | None, reason: str) -> None:
    if aware_on is None:
        return
    if aware_on > act.case.received_on:
        raise Refused(
            "They cannot have become aware of it after they wrote to us. Check the date.", "aware_on"
        )
    try:
        last = add_months(aware_on, MONTHS_TO_COMPLAIN)
    except OutOfRange:
        raise Refused("Check the year.", "aware_on") from None
    complaint = type_ is not None and type_.procedure.kind == Kind.COMPLAINT
    if complaint and act.case.received_on > last and not reason:
        raise Refused(
            f"They became aware of it on {long_date(aware_on)}, more than 12 months before they complained "
            "(L2, W4). Say what is exceptional, or choose that it came too late.",
            "out_of_time_reason",
        )


def _record_event(act: Act, code: str) -> None:
    """Once: triaged again after it was reopened, it was in time or late when it was first."""
    version = act.stage.type.sla_version
    if version is None or code not in service.rule_set(version).event_names:
        return
    if not standing(StageEvent).filter(stage=act.stage, code=code).exists():
        act.happened(code, act.now)


def _go(act: Act, type_: StageType) -> None:
    """On with `type_`: here, where the stage is of that procedure already; beside it, where it stays open for the
    copy of a complaint's response (S2.3); else in a new stage."""
    stage = act.stage
    if type_.procedure_id == stage.type.procedure_id:
        return
    if stage.type.route_event and type_.procedure.kind == Kind.COMPLAINT:
        routes.go_down(act)
    else:
        act.next, act.closed_as = State.CLOSED, ClosedAs.TRIAGED
        stage.closed_as = ClosedAs.TRIAGED
    begun = intake.begin_stage(
        act.case,
        type_,
        unit=stage.unit,
        officer=stage.officer,
        by=act.by,
        now=act.now,
        moment=act.case.received_at or act.case.received_on,
        earlier=stage,
    )
    if begun.state != (after := state_after_triage(table_of(type_), State(begun.state))):
        begun.state = after
        begun.save(update_fields=["state"])
        act.touch(begun)


def state_after_triage(table: Table, state: State) -> State:
    """Where a stage stands once it is decided what the contact is: nobody is asked to triage it a second time."""
    move = table.move(state, Verb.TRIAGE) if state is State.TO_TRIAGE else None
    return move.next if move and move.next and move.next is not State.CLOSED else state


def reclassify(
    *,
    case: Case,
    by: User,
    now: datetime,
    type_: StageType,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Make a stage one of another procedure. Its facts stay: pauses, extensions and the time used count as the new
    rules have it, and what was missed stays missed. It is not answered by what answered an earlier stage."""
    with acting(Verb.RECLASSIFY, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        one = act.stage
        if type_.pk == one.type_id:
            raise Refused(f"It is that already: {type_.procedure.name}. Choose another.", "choice")
        if not reason:
            raise Refused("Say why it is reclassified.", "reason")
        before = one.type
        first = _beginning(one, type_)
        begun = begun_at(one, first)
        Reclassified.objects.create(stage=one, type=before, until=now, by=act.by, reason=reason)
        one.type = type_
        table = table_of(type_)
        act.next = State(one.state) if one.state in table.states else state_after_triage(table, table.begins)
        one.draft_days = type_.draft_days
        act.case.kind = type_.procedure.kind
        taking = taking_over(type_, begun, before=before)
        carrying.carry(earlier_stages(one, stages_of(act.case)), one, taking, by=act.by, now=now)
        intake.ensure_begun(one, begun, by=act.by, now=now, same_as=first)
        one.save()
        followed = routes.follow(act)
        act.say(
            f"{act.who} reclassified it from {before.procedure.name} to {type_.procedure.name}. {reason}{followed}",
            before=before.procedure.code,
            after=type_.procedure.code,
        )
    return act.case


def _beginning(stage: Stage, type_: StageType) -> StageEvent | None:
    events = standing(StageEvent).filter(stage=stage).order_by("pk")
    rows = stage.earlier.select_related("type__sla_version__policy_version")
    return beginning([type_, *types_of(stage, rows)], events)


def log_in_error(
    *, case: Case, by: User, now: datetime, reason: str, stage: Stage | None = None, seen: int | None = None
) -> Case:
    """Close a case that should not be one. It stays readable, and no report counts it."""
    with acting(Verb.LOG_IN_ERROR, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say why it should not have been logged.", "reason")
        left = open_states(stages_of(act.case))
        close_all(act, ClosedAs.LOGGED_IN_ERROR)
        act.case.closed_note = reason
        act.say(f"{act.who} marked it as logged in error. {reason}", left=left)
    return act.case


def merge(
    *,
    case: Case,
    by: User,
    now: datetime,
    into: Case,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Close a case as the same matter as another, which goes on. Both say so, and are linked."""
    with transaction.atomic():
        # Both rows in one order: of two cases merged into each other at once, one is told that the other is closed.
        rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk, into.pk]).order_by("pk")
        into = {row.pk: row for row in rows}[into.pk]
        with acting(Verb.MERGE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
            _check_target(act, into)
            if not reason:
                raise Refused("Say why they are the same matter.", "reason")
            close_all(act, ClosedAs.MERGED)
            act.case.merged_into, act.case.closed_note = into, reason
            first, second = sorted((act.case, into), key=lambda c: c.pk)
            CaseLink.objects.get_or_create(first=first, second=second, defaults={"why": "Merged"})
            act.say(f"{act.who} merged it into {into}. {reason}", other=into.reference)
            act.tell(into, f"{act.who} merged {act.case} into it.")
    return act.case


def _check_target(act: Act, into: Case) -> None:
    if into.pk == act.case.pk:
        raise Refused("A case cannot be merged into itself. Give another case's reference.", "into")
    if act.by is not None and not permissions.sees(act.by, into, now=act.now):
        raise Refused("There is no such case that you may see. Check the reference.", "into")
    if into.closed_at is not None:
        raise Refused(f"{into} is closed. Merge into a case that is open, or reopen it first.", "into")
    if into.received_on > act.case.received_on:
        # Its deadlines would be lost: what came in first is what is late first.
        raise Refused(
            f"{into} came in later, on {long_date(into.received_on)}. Merge {into} into {act.case} instead, so that "
            "the earlier date counts.",
            "into",
        )


def close_all(act: Act, why: ClosedAs) -> None:
    """Close every open stage of the case but those beside it; the act's own on leaving."""
    act.next, act.closed_as = State.CLOSED, why
    act.stage.closed_as = why
    for other in acting_stages(stages_of(act.case)):
        if other.pk != act.stage.pk and other.closed_at is None and not other.type.beside:
            close_stage(act, other, why)


def close_stage(act: Act, stage: Stage, why: ClosedAs) -> None:
    """Close a stage that is not the act's own."""
    stage.closed_as = why
    move_to(stage, State.CLOSED, act)
    stage.save()
    act.touch(stage)
