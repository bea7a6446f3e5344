"""The demo council's units and people. All of it is invented; the addresses cannot receive mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.models import Cover, Unit, User
from accounts.roles import Role

PASSWORD = "Calm-Monday-2026"  # noqa: S105 known to everybody, for the demo only
DOMAIN = "council.example"

DIRECTORATE, SERVICE, TEAM = Unit.Kind.DIRECTORATE, Unit.Kind.SERVICE, Unit.Kind.TEAM

# code, kind, name, code of the unit above
UNITS: list[tuple[str, Unit.Kind, str, str | None]] = [
    ("CHILDREN", DIRECTORATE, "Children, Families and Learning", None),
    ("CR", TEAM, "Customer Relations", "CHILDREN"),
    ("EDUCATION", SERVICE, "Education and SEND", "CHILDREN"),
    ("SEND-NORTH", TEAM, "SEND Casework North", "EDUCATION"),
    ("SEND-SOUTH", TEAM, "SEND Casework South", "EDUCATION"),
    ("TRAVEL", TEAM, "Home to School Travel", "EDUCATION"),
    ("SAFEGUARDING", SERVICE, "Family Safeguarding", "CHILDREN"),
    ("FS-EAST", TEAM, "Family Safeguarding East", "SAFEGUARDING"),
    ("FS-WEST", TEAM, "Family Safeguarding West", "SAFEGUARDING"),
    ("LOOKED-AFTER", SERVICE, "Children Looked After", "CHILDREN"),
    ("CLA-1", TEAM, "Children Looked After Team 1", "LOOKED-AFTER"),
    ("LEAVING-CARE", TEAM, "Leaving Care", "LOOKED-AFTER"),
    ("ADULTS", DIRECTORATE, "Adults and Wellbeing", None),
    ("ASC", SERVICE, "Adult Social Care", "ADULTS"),
    ("ASC-REVIEWS", TEAM, "Reviews and Assessments", "ASC"),
]

# name, role, code of the unit (None: the whole council)
PEOPLE: list[tuple[str, Role, str | None]] = [
    ("Amira Khan", Role.CR_OFFICER, "CHILDREN"),
    ("Tom Ashworth", Role.SENIOR_CR_OFFICER, "CHILDREN"),
    ("Grace Adeyemi", Role.CR_MANAGER, None),
    ("Helen Marsh", Role.BUSINESS_ADMINISTRATOR, "CHILDREN"),
    ("Daniel Okafor", Role.RESPONDER, "SEND-NORTH"),
    ("Rhian Powell", Role.RESPONDER, "FS-EAST"),
    ("Sunita Rao", Role.SERVICE_MANAGER, "EDUCATION"),
    ("Marcus Bell", Role.ASSISTANT_DIRECTOR, "EDUCATION"),
    ("Fiona Calder", Role.ASSISTANT_DIRECTOR, "SAFEGUARDING"),
    ("Ruth Pemberton", Role.DIRECTOR, "CHILDREN"),
    ("Kwame Mensah", Role.COORDINATOR, "ASC"),
    ("Lena Kowalska", Role.CORPORATE_COMPLAINTS, None),
    ("Imran Siddiqui", Role.COMPLAINTS_MANAGER, None),
    ("Joanna Field", Role.ADMINISTRATOR, None),
    ("Peter Lindqvist", Role.AUDITOR, None),
]


@dataclass(frozen=True)
class Row:
    """One line of who can sign in. `password` is None where they have chosen another."""

    role: str
    name: str
    email: str
    password: str | None


def email_of(name: str) -> str:
    """'Amira Khan' signs in as amira.khan@council.example."""
    return f"{name.lower().replace(' ', '.')}@{DOMAIN}"


def demo_emails() -> list[str]:
    """The addresses the demo's people sign in with."""
    return [email_of(name) for name, _, _ in PEOPLE]


def strangers_exist() -> bool:
    """Whether a person or a unit that is not of the demo is in the database."""
    people = User.objects.exclude(email__in=demo_emails())
    units = Unit.objects.exclude(code__in=[code for code, _, _, _ in UNITS])
    return people.exists() or units.exists()


@transaction.atomic
def load(*, now: datetime) -> list[Row]:
    """Make the units and people that are not there yet, and say who can sign in. What is there stays as it
    is, a renamed unit or a changed password too."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    for code, kind, name, above in UNITS:
        if code not in units:
            parent = units[above] if above else None
            units[code] = actions.add_unit(kind=kind, name=name, code=code, parent=parent, by=None, now=now)
    there = {person.email: person for person in User.objects.all()}
    encoded = ""
    for name, role, unit_code in PEOPLE:
        if email_of(name) not in there:
            encoded = encoded or make_password(PASSWORD)  # slow on purpose, so once for all
            there[email_of(name)] = actions.add_person(
                name=name,
                email=email_of(name),
                role=role,
                unit=units[unit_code] if unit_code else None,
                encoded_password=encoded,
                must_change_password=False,
                by=None,
                now=now,
            )
    _name_cover(there, now)
    return _rows(there)


def _name_cover(people: dict[str, User], now: datetime) -> None:
    """The Assistant Director of Family Safeguarding is away, and somebody signs for her."""
    absent, deputy = people[email_of("Fiona Calder")], people[email_of("Ruth Pemberton")]
    if Cover.objects.of_absent(absent).exists():
        return
    today = timezone.localdate(now)
    last = today + timedelta(days=11)
    actions.name_cover(
        absent=absent, deputy=deputy, first=today, last=last, reason="Annual leave", by=None, now=now
    )


def _rows(people: dict[str, User]) -> list[Row]:
    known: dict[str, bool] = {}  # those never changed share one hash
    rows = []
    for name, role, _ in PEOPLE:
        person = people[email_of(name)]
        if person.password not in known:
            known[person.password] = person.check_password(PASSWORD)
        password = PASSWORD if known[person.password] else None
        rows.append(Row(role.label, person.name, person.email, password))
    return rows
