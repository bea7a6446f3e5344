"""A contact becomes a case."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.actions import Refused
from accounts.models import Unit, User
from accounts.seats import Standing
from audit.service import record
from complaints import permissions
from complaints.actions import carrying, clock, parties, turns
from complaints.actions.acting import write_event
from complaints.actions.parties import PartyDraft
from complaints.actions.readers import check_list
from complaints.models import (
    Case,
    CaseReader,
    CaseUnit,
    Entry,
    Party,
    Point,
    Procedure,
    ReferenceCounter,
    Stage,
    StageEvent,
    StagePoint,
    StageType,
    standing,
)
from complaints.moves import table_of
from complaints.queries.taking_over import taking_over
from complaints.references import reference
from complaints.searching import indexed, joined
from slas import service
from slas.core.calendar import OutOfRange, london_date
from slas.core.wording import long_date
from slas.models import SlaVersion

NO_NAME = "Give the name of who wrote, or say that they gave none."


@dataclass(frozen=True)
class Contact:
    """What an officer writes down of a new contact. `received` is a day, or a moment where the time is known."""

    received: date | datetime
    summary: str
    unit: Unit
    channel: Entry | None = None
    detail: str = ""
    wanted: str = ""
    parties: Sequence[PartyDraft] = ()
    points: Sequence[str] = ()
    tags: Sequence[Entry] = ()
    anonymous: bool = False
    safeguarding: bool = False
    risk: bool = False
    risk_note: str = ""
    sensitive: bool = False
    restricted: bool = False
    readers: Sequence[User] = ()
    own: dict[str, Any] = field(default_factory=dict)
    """Columns of an imported case: own_reference, import_batch and so on."""


def log_contact(contact: Contact, *, by: User, now: datetime, once: uuid.UUID | None = None) -> Case:
    """Make a case of a contact, its first stage begun and its deadlines worked out.

    `once` is drawn with the form: the same form sent twice makes one case, and the second call returns it.
    Refused with the field it is about.
    """
    if once is not None and (there := Case.objects.filter(once=once).first()):
        return _logged_before(there, contact)
    seat = check_contact(contact, by=permissions.afresh(by), now=now)
    try:
        with transaction.atomic():
            return _log(contact, by=by, for_whom=seat.for_whom, now=now, once=once)
    except OutOfRange as error:
        raise Refused(f"Check the year it was received: {error}.", "received_on") from None
    except IntegrityError:
        # The same form, sent twice at once: the other one made the case.
        there = Case.objects.filter(once=once).first() if once else None
        if there is None:
            raise
        return _logged_before(there, contact)


def _logged_before(there: Case, contact: Contact) -> Case:
    """The case a form made when it was sent first. Refused where the form says something else by now: gone back to
    after it was logged, and written over."""
    names = [party.name for party in contact.parties]
    same = (
        (there.summary, there.detail, there.wanted) == (contact.summary, contact.detail, contact.wanted)
        and there.received_on == london_date(contact.received)
        and [party.name for party in there.parties.all()] == names
    )
    if not same:
        raise Refused(
            f"This form was logged already, as {there.reference}, and says something else now. To put that case right, "
            "open it and change its details. To log what you see here as a new case, press the button again."
        )
    return there


def _log(contact: Contact, *, by: User, for_whom: User | None, now: datetime, once: uuid.UUID | None) -> Case:
    type_ = first_stage(begins_for(contact), london_date(contact.received))
    officer = for_whom or by
    case = write_case(contact, kind=type_.procedure.kind, by=by, officer=officer, now=now, once=once)
    begin_stage(case, type_, unit=contact.unit, officer=officer, by=by, now=now, moment=contact.received)
    flags = ", ".join(flags_of(contact))
    who = f"{by}, for {for_whom}," if for_whom else str(by)
    record(
        stream=case.stream,
        verb="logged",
        by=by,
        sentence=f"{who} logged it: {type_.procedure.name.lower()}, received {when_received(contact)}."
        + (f" Flagged: {flags}." if flags else ""),
        now=now,
        details={"procedure": type_.procedure.code},
        on_behalf_of=for_whom,
    )
    return case


def when_received(contact: Contact) -> str:
    """'Tuesday 12 May 2026 by e-mail', for the timeline."""
    channel = f" by {contact.channel.name.lower()}" if contact.channel else ""
    return f"{long_date(london_date(contact.received))}{channel}"


def flags_of(contact: Contact) -> list[str]:
    """The flags a contact is logged with, in words."""
    said = {
        "safeguarding": contact.safeguarding,
        "risk to raise with senior leadership (S14)": contact.risk,
        "sensitive": contact.sensitive,
        "restricted": contact.restricted,
    }
    return [name for name, yes in said.items() if yes]


def check_contact(contact: Contact, *, by: User, now: datetime) -> Standing:
    """By what standing `by` may log this: their own, or that of whom they cover. Refused with the field it is about."""
    allowed = (
        s
        for s in permissions.standings_of(by, now=now)
        if s.role in permissions.TEAM_ROLES and (s.unit is None or s.unit.covers(contact.unit))
    )
    seat = next(allowed, None)
    if seat is None:
        raise Refused(
            f"You log contacts only where you work for Customer Relations: not for {contact.unit}.", "unit"
        )
    _check(contact, now)
    return seat


def _check(contact: Contact, now: datetime) -> None:
    day = london_date(contact.received)
    if not contact.summary:
        raise Refused("Say in a few words what it is about.", "summary")
    at = contact.received if isinstance(contact.received, datetime) else None
    if day > london_date(now) or (at and at > now):
        raise Refused("It cannot have been received after now. Check the day and the time.", "received_on")
    if contact.unit.is_retired:
        raise Refused(f"{contact.unit} is no longer in use. Choose another.", "unit")
    if contact.risk and not contact.risk_note:
        raise Refused("Say what the risk is: senior leadership will read it (S14).", "risk_note")
    if not contact.anonymous and not any(party.name for party in contact.parties):
        raise Refused(NO_NAME, "person_0_name")


def begins_for(contact: Contact) -> str:
    """Which new contact this is, as packs say it (H7: without a name it is a comment, not a complaint). Where it may be
    about a child's safety it is triaged like any other all the same."""
    if contact.anonymous and not contact.safeguarding:
        return Procedure.Begins.ANONYMOUS
    offices = {"mp", "councillor"}
    if any(party.role in offices for party in contact.parties):
        return Procedure.Begins.MP_OR_COUNCILLOR
    return Procedure.Begins.ANYBODY


def first_stage(begins: str, on: date) -> StageType:
    """The stage a new contact begins in, by the version of the council's own policy in force on `on`: as any other
    contact where the policy says nothing of this one."""
    first = types_on(on).filter(position=0)
    found = first.filter(procedure__begins=begins).first()
    found = found or first.filter(procedure__begins=Procedure.Begins.ANYBODY).first()
    if found is None:
        raise Refused(
            "This council's policy says nothing of how such a contact begins. Ask an administrator to load a policy "
            "with procedures and make it the council's own."
        )
    return found


def types_on(on: date) -> QuerySet[StageType]:
    """The stage types of the council's own policy in force on a day; none where it has none yet."""
    try:
        version = service.current_version(None, on)
    except service.PublishError:
        return StageType.objects.none()
    return StageType.objects.filter(procedure__policy_version=version).select_related(
        "procedure__policy_version", "table", "sla_version__policy_version", "sla_version__sla__policy"
    )


def write_case(
    contact: Contact,
    *,
    kind: str,
    by: User | None,
    now: datetime,
    once: uuid.UUID | None,
    officer: User | None = None,
) -> Case:
    """The rows of a case without its stages. `officer`: whose case it is (None: who logs it)."""
    case = case_row(contact, reference=next_reference(now), kind=kind, by=by, now=now, officer=officer or by)
    people, points = parties.rows(case, contact.parties), point_rows(case, contact)
    case.once, case.search_text = once, search_text(case, people, points)
    case.save(force_insert=True)
    CaseUnit.objects.create(case=case, unit=contact.unit, lead=True)
    Party.objects.bulk_create(people)
    Point.objects.bulk_create(points)
    case.tags.add(*contact.tags)
    if contact.restricted:
        readers = {person.pk: person for person in (officer, *contact.readers) if person}
        if by is not None and permissions.team_among([by], contact.unit, now=now):
            readers[by.pk] = by  # not a deputy, who would keep it when the cover ends
        check_list(readers.values(), contact.unit, "readers", now)
        CaseReader.objects.bulk_create(CaseReader(case=case, user=reader) for reader in readers.values())
    return case


def case_row(
    contact: Contact, *, reference: str, kind: str, by: User | None, now: datetime, officer: User | None
) -> Case:
    """The row of a case itself, not yet saved."""
    at = contact.received if isinstance(contact.received, datetime) else None
    return Case(
        reference=reference,
        kind=kind,
        summary=contact.summary,
        detail=contact.detail,
        wanted=contact.wanted,
        channel=contact.channel,
        received_on=london_date(contact.received),
        received_at=at,
        logged_at=now,
        logged_by=by,
        unit=contact.unit,
        officer=officer,
        anonymous=contact.anonymous,
        safeguarding=contact.safeguarding,
        risk=contact.risk,
        risk_note=contact.risk_note,
        sensitive=contact.sensitive,
        restricted=contact.restricted,
        **contact.own,
    )


def point_rows(case: Case, contact: Contact) -> list[Point]:
    """The points of a case as rows, not yet saved."""
    said = enumerate(contact.points, 1)
    return [Point(case=case, position=n, text=text) for n, text in said if text.strip()]


def next_reference(now: datetime) -> str:
    """The next reference of this year. Its row stays locked until the case is there."""
    return next_references(1, now=now)[0]


def next_references(count: int, *, now: datetime) -> list[str]:
    """So many references at once."""
    counter = locked_counter(now)
    first, counter.last = counter.last + 1, counter.last + count
    counter.save()
    return [reference(counter.year, number) for number in range(first, counter.last + 1)]


def locked_counter(now: datetime) -> ReferenceCounter:
    """The counter of this year: until the transaction ends nobody else gives out a reference, or writes a case."""
    year = london_date(now).year
    counters = ReferenceCounter.objects.select_for_update().filter(year=year)
    if there := counters.first():
        return there
    ReferenceCounter.objects.get_or_create(year=year)
    return counters.get()


def search_text(case: Case, people: Iterable[Party], points: Iterable[Point]) -> str:
    """What a case with these people and points is found by."""
    texts = [
        case.reference,
        joined(case.reference),
        case.own_reference,
        joined(case.own_reference),
        case.summary,
    ]
    for party in people:
        texts += [party.name, party.email, party.phone, joined(party.phone)]
        texts += [party.postcode, joined(party.postcode), party.office]
    texts += [case.detail, case.wanted, *(point.text for point in points)]
    return indexed(texts)


def begin_stage(
    case: Case,
    type_: StageType,
    *,
    unit: Unit,
    officer: User | None,
    by: User | None,
    now: datetime,
    moment: date | datetime,
    earlier: Stage | None = None,
    points: Sequence[Point] | None = None,
    because: str = "",
) -> Stage:
    """Open a stage and work out its deadlines and its turn.

    What happened in `earlier` and counts here too is taken over. `moment` is when the first event of its SLA
    happened, where that was not taken over. `points`: those it looks into; None: all of the case. `because`: what the
    complainant says against the answer before.
    """
    stage = write_stage(case, type_, unit=unit, officer=officer, now=now, points=points, because=because)
    if earlier is not None:
        carrying.carry([earlier], stage, taking_over(type_, moment), by=by, now=now)
    ensure_begun(stage, moment, by=by, now=now)
    clock.recompute([stage.pk])
    turns.write([stage.pk], now=now)
    return stage


def write_stage(
    case: Case,
    type_: StageType,
    *,
    unit: Unit,
    officer: User | None,
    now: datetime,
    points: Sequence[Point] | None = None,
    because: str = "",
) -> Stage:
    """The row of a stage and its points, in the state its table begins in; its deadlines and turn are still to be
    worked out."""
    last = Stage.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first() or 0
    stage = Stage.objects.create(
        case=case,
        number=last + 1,
        type=type_,
        state=table_of(type_).begins,
        opened_at=now,
        unit=unit,
        officer=officer,
        draft_days=type_.draft_days,
        because=because,
        latest=not type_.beside,
        **{own: getattr(case, of) for own, of in turns.OF_CASE.items()},
    )
    if not type_.beside:
        looked_into = case.points.all() if points is None else points
        StagePoint.objects.bulk_create(StagePoint(stage=stage, point=point) for point in looked_into)
        if case.kind != type_.procedure.kind:
            case.kind = type_.procedure.kind
            Case.objects.filter(pk=case.pk).update(kind=case.kind)
    return stage


def ensure_begun(
    stage: Stage,
    moment: date | datetime,
    *,
    by: User | None,
    now: datetime,
    same_as: StageEvent | None = None,
) -> None:
    """Write the first event of the stage's SLA, where it has one and it is not there. `same_as`: what it is called
    under other rules; a correction of that reaches it."""
    if stage.type.sla_version is None:
        return
    code = first_event(stage.type.sla_version)
    if not standing(StageEvent).filter(stage=stage, code=code).exists():
        write_event(stage, code, moment, by=by, now=now, copied_from=same_as)


def first_event(version: SlaVersion) -> str:
    """The code of the event that begins a stage under this SLA: its first."""
    return service.rule_set(version).events[0].code
