"""Dates put right: an event recorded for the wrong day, or a fact that should not have been recorded.

What gives more time is in `extending`, and is known here by its name too.
"""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.actions import Refused
from accounts.models import User
from complaints.actions import routes
from complaints.actions.acting import Act, acting, write_event
from complaints.actions.extending import ask_extension, decide_extension, extend
from complaints.actions.sending import received_on
from complaints.actions.stage_rules import check_moment, consequences, is_planned, rules_of
from complaints.models import (
    Case,
    Dismissal,
    Extension,
    GivenDate,
    Letter,
    Pause,
    Stage,
    StageEvent,
    standing,
)
from complaints.queries.facts import event_name, fact_words
from complaints.queries.stages import came_in, same_contact, stages_of
from complaints.workflow import EVENT_OF, Verb
from slas.core.calendar import instant, london_date
from slas.core.wording import long_moment

__all__ = ["ask_extension", "correct_date", "decide_extension", "extend", "rules_of", "take_back"]

KNOWN_BEFORE = 366
"""How many days ahead something that is still to come can be planned for."""


def correct_date(
    *,
    case: Case,
    by: User,
    now: datetime,
    event: StageEvent | None,
    moment: date | datetime,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Put right when something happened. What hangs on it is worked out anew, extensions and pauses kept; the same
    event in other stages of the case moves with it, and so does the letter that it was. A case that is closed stays
    closed. `event` None is how the case came in, where no stage is judged by that and the case alone says it.

    Refused for a day to come, and for one that does not fit with what happened before or after it.
    """
    with acting(Verb.CORRECT_DATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say what was wrong.", "reason")
        if event is None:
            _correct_received(act, moment, reason)
            return act.case
        root = _root(act, event)
        if moment == root.moment:
            raise Refused(f"It is recorded as {long_moment(moment)} already.", "day")
        _check_order(act, root, moment)
        before = root.moment
        _replace(act, root, moment, reason, None)
        _correct_letters(root, moment)
        if _is_first(root) and act.case.received_on == london_date(before):
            _receive(act.case, moment)
        act.say(
            f"{act.who} corrected '{event_name(root.stage, root.code)}' from {long_moment(before)} to "
            f"{long_moment(moment)}. "
            f"{reason}{consequences(act)}",
            event=root.code,
            before=str(before),
            after=str(moment),
        )
    return act.case


def _receive(case: Case, moment: date | datetime) -> None:
    case.received_on = london_date(moment)
    case.received_at = moment if isinstance(moment, datetime) else None


def _correct_received(act: Act, moment: date | datetime, reason: str) -> None:
    """Put right when a case came in that no stage counts from: a comment, a compliment, what was written without a
    name."""
    case = act.case
    if came_in(stages_of(case)) is not None:
        raise Refused("Its dates count from when it came in by now. Open the case again, and correct that.")
    before = case.received_at or case.received_on
    if moment == before:
        raise Refused(f"It is recorded as {long_moment(moment)} already.", "day")
    if london_date(moment) > act.today or (isinstance(moment, datetime) and moment > act.now):
        raise Refused(f"{long_moment(moment)} is still to come. Give the day it happened.", "day")
    _check_bounds(_received_bounds(act, _others(act)), moment)
    _receive(case, moment)
    act.say(
        f"{act.who} corrected when it came in from {long_moment(before)} to {long_moment(moment)}. {reason}",
        before=str(before),
        after=str(moment),
    )


def _root(act: Act, event: StageEvent) -> StageEvent:
    row = (
        standing(StageEvent)
        .filter(pk=event.pk, stage__case=act.case)
        .select_related("stage__type__sla_version__policy_version", "stage__type__sla_version__sla__policy")
        .first()
    )
    if row is None:
        raise Refused("That date was corrected by somebody else already. Open the case again.")
    while row.copied_from is not None and row.copied_from.voided_at is None:
        row = row.copied_from
    return row


def _replace(
    act: Act, row: StageEvent, moment: date | datetime, reason: str, origin: StageEvent | None
) -> None:
    """Void an event and its copies, and write each anew."""
    copies = list(standing(StageEvent).filter(copied_from=row).select_related("stage"))
    row.voided_at, row.voided_by, row.void_reason = act.now, act.by, reason
    row.save()
    check_moment(row.stage, row.code, moment)
    new = write_fact(act, row.stage, row.code, moment, copied_from=origin)
    new.note = row.note
    new.save(update_fields=["note"])
    act.touch(row.stage)
    for copy in copies:
        _replace(act, copy, moment, reason, new)


def write_fact(
    act: Act, stage: Stage, code: str, moment: date | datetime, *, copied_from: StageEvent | None = None
) -> StageEvent:
    """An event of a stage as a row. Refused for a day to come, unless deadlines are counted back from it: an
    interview is known before it is held (S9.3)."""
    if stage.type.sla_version is not None and is_planned(rules_of(stage), code):
        ahead = (london_date(moment) - act.today).days
        if ahead > KNOWN_BEFORE:
            raise Refused("That is more than a year ahead. Check the year.", "day")
        at = moment if isinstance(moment, datetime) else None
        return StageEvent.objects.create(
            stage=stage,
            code=code,
            day=london_date(moment),
            at=at,
            recorded_at=act.now,
            by=act.by,
            copied_from=copied_from,
        )
    try:
        return write_event(stage, code, moment, by=act.by, now=act.now, copied_from=copied_from)
    except Refused as error:
        raise Refused(error.message, "day") from None


@dataclass(frozen=True)
class Bound:
    """Something a date must not come before (`earliest`) or after: what it is called, and when it was."""

    name: str
    moment: date | datetime
    earliest: bool


def _check_order(act: Act, row: StageEvent, moment: date | datetime) -> None:
    """What came in cannot come after what was done about it, nor a request for the next stage before the answer it
    asks more about; nor the reverse."""
    _check_bounds(_bounds(act, row), moment)


def _check_bounds(bounds: list[Bound], moment: date | datetime) -> None:
    for bound in bounds:
        wrong = _before(moment, bound.moment) if bound.earliest else _before(bound.moment, moment)
        if wrong:
            side = "before" if bound.earliest else "after"
            raise Refused(
                f"That is {side} '{bound.name}', which is recorded for {long_moment(bound.moment)}. Correct that "
                "first if it is wrong too.",
                "day",
            )


def _before(one: date | datetime, other: date | datetime) -> bool:
    """Whether `one` came before `other`: by their days, and within a day where both times are known."""
    if london_date(one) == london_date(other) and not (
        isinstance(one, datetime) and isinstance(other, datetime)
    ):
        return False
    return instant(one) < instant(other)


def _others(act: Act, row: StageEvent | None = None) -> list[StageEvent]:
    """What else happened on the case, the earliest first."""
    others = standing(StageEvent).filter(stage__case=act.case).order_by("day", "pk")
    if row is not None:
        others = others.exclude(pk=row.pk)
    return list(others.select_related("stage__type__sla_version__policy_version"))


def _received_bounds(act: Act, later: list[StageEvent]) -> list[Bound]:
    """What how the case came in stands between: what they became aware of before, and what was done about it."""
    found = [Bound(event_name(e.stage, e.code), e.moment, earliest=False) for e in later[:1]]
    letter = act.case.letters.order_by("sent_on", "pk").first()
    if letter is not None:
        sent = letter.sent_at or letter.sent_on
        found.append(Bound(f"{letter.get_kind_display()}, sent", sent, earliest=False))
    if act.case.aware_on is not None:
        found.append(Bound("They became aware of it", act.case.aware_on, earliest=True))
    return found


def _bounds(act: Act, row: StageEvent) -> list[Bound]:
    others = _others(act, row)
    if _is_first(row):
        same = {row.pk, *_copies(row)}
        return _received_bounds(act, [e for e in others if e.pk not in same and e.code != row.code])
    found = [Bound("It came in", act.case.received_at or act.case.received_on, earliest=True)]
    if row.stage.type.beside:
        return found
    begun = [
        e
        for e in others
        if e.stage_id == row.stage_id and e.code == _begins(row.stage) and e.copied_from_id != row.pk
    ]
    if begun and row.code != begun[0].code and row.copied_from_id is None:
        found.append(Bound(event_name(row.stage, begun[0].code), begun[0].moment, earliest=True))
    answer = _answered(row.stage)
    if row.code == _begins(row.stage):
        before = [e for e in others if e.stage.number < row.stage.number and e.code == _answered(e.stage)]
        found += [Bound(event_name(e.stage, e.code), e.moment, earliest=True) for e in before[-1:]]
    elif row.code == answer:
        after = [e for e in others if e.stage.number > row.stage.number and e.code == _begins(e.stage)]
        asked = [e for e in after if not e.stage.type.beside and e.copied_from_id is None]
        found += [Bound(event_name(e.stage, e.code), e.moment, earliest=False) for e in asked[:1]]
    return found


def _copies(row: StageEvent) -> set[int]:
    """Every standing event that is the same as `row` in a later stage."""
    found: set[int] = set()
    wave = {row.pk}
    while wave:
        wave = set(standing(StageEvent).filter(copied_from__in=wave).values_list("pk", flat=True)) - found
        found |= wave
    return found


def _is_first(row: StageEvent) -> bool:
    """Whether it is how the case came in. A contact may have been acknowledged while its policy gave it no time yet."""
    first = came_in(stages_of(row.stage.case))
    return first is not None and (first.stage_id, first.code) == (row.stage_id, row.code)


def _begins(stage: Stage) -> str:
    return rules_of(stage).events[0].code if stage.type.sla_version is not None else ""


def _answered(stage: Stage) -> str:
    return rules_of(stage).headline.met_by if stage.type.sla_version is not None else ""


def _correct_letters(row: StageEvent, moment: date | datetime) -> None:
    """The letter that the event was: when it was sent, and so when it is deemed received (W5)."""
    kinds = {
        EVENT_OF[Verb.ACKNOWLEDGE]: Letter.Kind.ACKNOWLEDGEMENT,
        EVENT_OF[Verb.SHARE_COPY]: Letter.Kind.COPY,
    }
    kind = Letter.Kind.RESPONSE if row.code == _answered(row.stage) else kinds.get(row.code)
    if kind is None:
        return
    letters = Letter.objects.filter(case=row.stage.case_id, kind=kind, sent_on=row.day)
    if kind == Letter.Kind.RESPONSE:
        letters = letters.filter(stage=row.stage)
    elif kind == Letter.Kind.ACKNOWLEDGEMENT:
        together = same_contact(stages_of(row.stage.case), row.stage)
        letters = letters.filter(stage__in=[stage.pk for stage in together])
    for letter in letters.select_related("channel"):
        letter.sent_on = london_date(moment)
        letter.sent_at = moment if isinstance(moment, datetime) else None
        if letter.channel is not None:
            letter.received_on = received_on(row.stage, letter.sent_on, letter.channel)
        letter.save(update_fields=["sent_on", "sent_at", "received_on"])


FACTS: dict[str, type[Extension] | type[GivenDate] | type[Pause] | type[Dismissal]] = {
    "extension": Extension,
    "given": GivenDate,
    "pause": Pause,
    "dismissal": Dismissal,
}
"""What can be taken back, by the name a form gives it."""


def take_back(
    *,
    case: Case,
    by: User,
    now: datetime,
    fact: str,
    pk: int,
    reason: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Take back an extension, a date given, a pause or a dismissal that should not have been recorded. It stays on
    record, voided; the dates are as if it had not been."""
    with acting(Verb.CORRECT_DATE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        row = (
            standing(FACTS[fact])
            .filter(pk=pk, stage__case=act.case)
            .select_related("stage__type__sla_version__policy_version")
            .first()
        )
        if row is None:
            raise Refused("Somebody has taken that back already.")
        if not reason:
            raise Refused("Say why it is taken back.", "reason")
        if isinstance(row, Extension):
            routes.check_own(row)
        row.voided_at, row.voided_by, row.void_reason = now, by, reason
        row.save()
        act.touch(row.stage)
        told = f"{reason}{consequences(act)}{routes.follow(act)}"
        act.say(f"{act.who} took back {fact_words(row)}. {told}", fact=fact)
    return act.case
