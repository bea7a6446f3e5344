"""Cases for tests, made the way people make them: through the actions, step by step."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Unit, User
from accounts.roles import Role
from complaints.actions import allocation, closing, drafting, intake, sending, triage
from complaints.actions.parties import PartyDraft
from complaints.models import Case, Deadline, Entry, Stage, StageType
from complaints.queries import queue, today
from slas.core.calendar import LONDON
from tests.factories import make_grant, make_unit, make_user

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=LONDON)
"""A Friday morning."""
RECEIVED = date(2026, 11, 18)


@dataclass
class Council:
    """Units, and one person for each part in a case's life."""

    children: Unit
    education: Unit
    send_north: Unit
    send_south: Unit
    safeguarding: Unit
    officer: User
    senior: User
    manager: User
    responder: User
    service_manager: User
    director: User
    auditor: User
    administrator: User
    outsider: User


def _person(name: str, role: Role, unit: Unit | None) -> User:
    person = make_user(name, email=f"{name.lower().replace(' ', '.')}@council.example")
    make_grant(person, role, unit)
    return person


def make_council() -> Council:
    """Two services with teams, and people; the outsider works in another service."""
    children = make_unit("Children", code="CHILDREN")
    education = make_unit("Education", parent=children, code="EDUCATION")
    north = make_unit("SEND North", parent=education, code="SEND-NORTH")
    south = make_unit("SEND South", parent=education, code="SEND-SOUTH")
    safeguarding = make_unit("Safeguarding", parent=children, code="SAFEGUARDING")
    return Council(
        children,
        education,
        north,
        south,
        safeguarding,
        officer=_person("Olu Officer", Role.CR_OFFICER, children),
        senior=_person("Sam Senior", Role.SENIOR_CR_OFFICER, children),
        manager=_person("Mo Manager", Role.CR_MANAGER, None),
        responder=_person("Rae Responder", Role.RESPONDER, north),
        service_manager=_person("Sue Service", Role.SERVICE_MANAGER, education),
        director=_person("Ada Director", Role.ASSISTANT_DIRECTOR, education),
        auditor=_person("Aud Auditor", Role.AUDITOR, None),
        administrator=_person("Adi Administrator", Role.ADMINISTRATOR, None),
        outsider=_person("Out Sider", Role.RESPONDER, safeguarding),
    )


def entry(list_: str, code: str) -> Entry:
    """An entry of a list of the council's own policy."""
    return Entry.objects.own().get(list=list_, code=code)


def first_stage_of(procedure: str, on: date = RECEIVED) -> StageType:
    return intake.types_on(on).get(procedure__code=procedure, position=0)


def log(council: Council, *, now: datetime = NOW, received: date = RECEIVED, **contact: Any) -> Case:
    """A contact from a parent about a late plan, logged by the officer."""
    said: dict[str, Any] = {
        "received": received,
        "summary": "Education plan is late",
        "unit": council.education,
        "channel": entry("channel", "email"),
        "parties": [PartyDraft("complainant", "Jo Example", email="jo@example.org", postcode="GU1 1AA")],
        "points": ["The plan is late", "Nobody replied"],
    } | contact
    return intake.log_contact(intake.Contact(**said), by=council.officer, now=now)


def triaged(council: Council, procedure: str = "corporate", *, now: datetime = NOW, **contact: Any) -> Case:
    """A case triaged to a procedure, to be allocated."""
    case = log(council, now=now, **contact)
    return triage.triage(
        case=case, by=council.officer, now=now, type_=first_stage_of(procedure, case.received_on)
    )


def allocated(council: Council, procedure: str = "corporate", *, now: datetime = NOW, **contact: Any) -> Case:
    """With the responder in SEND North, to be accepted."""
    case = triaged(council, procedure, now=now, **contact)
    return allocation.allocate(
        case=case, by=council.officer, now=now, unit=council.send_north, responder=council.responder
    )


def accepted(council: Council, procedure: str = "corporate", *, now: datetime = NOW, **contact: Any) -> Case:
    """The responder is writing the answer."""
    case = allocated(council, procedure, now=now, **contact)
    return allocation.accept(case=case, by=council.responder, now=now)


def submitted(council: Council, procedure: str = "corporate", *, now: datetime = NOW, **contact: Any) -> Case:
    """The draft is with the officer to be checked."""
    case = accepted(council, procedure, now=now, **contact)
    return drafting.submit(case=case, by=council.responder, now=now, text="# Our answer\n\nWe are sorry.")


def approved(council: Council, procedure: str = "corporate", *, now: datetime = NOW, **contact: Any) -> Case:
    """The draft passed the quality check."""
    case = submitted(council, procedure, now=now, **contact)
    return drafting.approve(case=case, by=council.officer, now=now)


def sent(council: Council, procedure: str = "corporate", *, now: datetime = NOW, **contact: Any) -> Case:
    """The answer went out by e-mail at `now`'s day, in time, every point upheld; to be closed."""
    case = approved(council, procedure, now=now, **contact)
    stage = open_stage(case)
    return sending.send(
        case=case,
        by=council.officer,
        now=now,
        sent=sending.Sent(now.astimezone(LONDON).date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in stage.points.all()},
    )


def closed(council: Council, procedure: str = "corporate", *, now: datetime = NOW, **contact: Any) -> Case:
    """Answered and closed without learning."""
    case = sent(council, procedure, now=now, **contact)
    return closing.close(case=case, by=council.officer, now=now, none_because="A single slip, put right.")


def open_stage(case: Case) -> Stage:
    """The stage something is done to: the first that is open and not beside the case, else the last."""
    stages = Stage.objects.filter(case=case, type__beside=False).order_by("number")
    return stages.filter(closed_at__isnull=True).first() or stages.last()  # type: ignore[return-value]


def deadline(case: Case, milestone: str = "respond", stage: Stage | None = None) -> Deadline:
    return Deadline.objects.get(stage=stage or open_stage(case), milestone=milestone)


def later(**ahead: float) -> datetime:
    """So much after NOW."""
    return NOW + timedelta(**ahead)


def put(stage: Stage, state: str) -> None:
    """A stage straight into a state, closed or open as that is, for tests of what can be done there."""
    Stage.objects.filter(pk=stage.pk).update(state=state, closed_at=NOW if state == "closed" else None)


def tasks(person: User, *, now: datetime = NOW) -> list[today.Waits]:
    """All that waits for somebody: their queue, and the restricted cases that nobody on the list can go on with."""
    rows = today.with_cases(queue.waiting(person, now=now))
    found = [*today.waits(rows, person, now=now), *today.to_be_opened(person, now=now)]
    return sorted(
        found, key=lambda task: (task.row.late_at is None, task.row.late_at or now, task.case.reference)
    )
