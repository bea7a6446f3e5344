"""A stage of each type of the council's own pack, and a person for each role."""

from collections.abc import Iterator

from accounts.models import Unit, User
from accounts.roles import Role, Seat
from complaints.actions import intake
from complaints.actions.parties import PartyDraft
from complaints.models import Case, CaseUnit, Stage, StageType
from complaints.workflow import Kind
from tests.complaints.cases import NOW, RECEIVED
from tests.factories import make_grant, make_user


def types_of_the_pack() -> Iterator[tuple[str, StageType]]:
    """Each stage type with its name, 'procedure stage'."""
    types = StageType.objects.filter(procedure__policy_version__policy__is_own=True)
    related = (
        "procedure__policy_version",
        "table",
        "sla_version__policy_version",
        "sla_version__sla__policy",
    )
    for type_ in types.select_related(*related):
        yield f"{type_.procedure.code} {type_.code}", type_


def bare_stages(unit: Unit) -> dict[str, Stage]:
    """A stage of each type on a case of its own at `unit`, with nothing but what permissions ask. Set its state."""
    found = {}
    for number, (name, type_) in enumerate(types_of_the_pack()):
        case = Case.objects.create(
            reference=f"26-9{number:04d}-0",
            kind=Kind.COMPLAINT,
            summary="A case",
            received_on=RECEIVED,
            logged_at=NOW,
            unit=unit,
        )
        CaseUnit.objects.create(case=case, unit=unit, lead=True)
        found[name] = Stage.objects.create(case=case, number=1, type=type_, opened_at=NOW, unit=unit)
    return found


def begun_stages(unit: Unit) -> dict[str, Stage]:
    """A stage for each move table, by the name of its type, begun as cases begin them."""
    parties = [PartyDraft("complainant", "Jo Example", email="jo@example.org")]
    contact = intake.Contact(RECEIVED, "Late plan", unit, parties=parties, points=["The plan is late"])
    by_table = {type_.table.code: (name, type_) for name, type_ in types_of_the_pack()}
    found = {}
    for name, type_ in by_table.values():
        case = intake.write_case(contact, kind=type_.procedure.kind, by=None, now=NOW, once=None)
        found[name] = intake.begin_stage(
            case, type_, unit=unit, officer=None, by=None, now=NOW, moment=RECEIVED
        )
    return found


def holder(role: Role, unit: Unit) -> User:
    """Somebody who holds `role`, at `unit` where it is not held for the whole council."""
    person = make_user(f"{role.label} of {unit}")
    make_grant(person, role, None if role.seat is Seat.COUNCIL else unit)
    return person
