"""The roles people sign in with, and what each may do, in plain English.

Lead members' offices, MPs and councillors, independent people (investigators, panellists, mediators),
the Ombudsman's staff and specialists such as information governance are contacts of a case, not roles: they
do not sign in. Packs and rules name a role by its value (`cr-officer`).
"""

from dataclasses import dataclass
from enum import Enum

from django.db import models


class Seat(Enum):
    """Where a role is held. A role at a unit covers everything below that unit."""

    UNIT = "at a directorate, service or team"
    COUNCIL = "for the whole council"
    EITHER = "for the whole council, or at one directorate, service or team"


class Role(models.TextChoices):
    """Every role somebody can sign in with."""

    CR_OFFICER = "cr-officer", "Customer Relations Officer"
    SENIOR_CR_OFFICER = "senior-cr-officer", "Senior Customer Relations Officer"
    CR_MANAGER = "cr-manager", "Customer Relations Manager"
    BUSINESS_ADMINISTRATOR = "business-administrator", "Senior Business Administrator"
    RESPONDER = "responder", "Responder"
    SERVICE_MANAGER = "service-manager", "Service manager"
    ASSISTANT_DIRECTOR = "assistant-director", "Assistant Director"
    DIRECTOR = "director", "Director"
    COORDINATOR = "coordinator", "Complaint co-ordinator"
    CORPORATE_COMPLAINTS = "corporate-complaints", "Corporate Complaints Team"
    COMPLAINTS_MANAGER = "complaints-manager", "Complaints Manager"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Auditor or leadership reader"

    @property
    def seat(self) -> Seat:
        """Where this role is held."""
        return ABOUT[self].seat

    @property
    def may(self) -> str:
        """What somebody with this role may do, to follow 'You can' or 'Can'."""
        return ABOUT[self].may

    @property
    def includes(self) -> frozenset["Role"]:
        """The roles whose holders' work this role may also do, itself included (DOMAIN 1)."""
        included = {self}
        below = ABOUT[self].also_does
        while below is not None:
            included.add(below)
            below = ABOUT[below].also_does
        return frozenset(included)


@dataclass(frozen=True)
class About:
    """What there is to know about a role. `also_does` is the role next below whose work it may do as well."""

    seat: Seat
    may: str
    also_does: Role | None = None


ABOUT: dict[Role, About] = {
    Role.CR_OFFICER: About(
        Seat.EITHER,
        "log complaints and enquiries, triage and allocate them, chase replies, check their quality, draft "
        "adjudications and send responses.",
    ),
    Role.SENIOR_CR_OFFICER: About(
        Seat.EITHER,
        "do all that a Customer Relations Officer does, run stage 2 education reviews, and stand in for the "
        "Customer Relations Manager.",
        also_does=Role.CR_OFFICER,
    ),
    Role.CR_MANAGER: About(
        Seat.EITHER,
        "do all that a Senior Customer Relations Officer does, see every case there (restricted ones only where they "
        "are on the list), decide freezes and, where the policy names nobody else, decide on reopening and on "
        "restrictions.",
        also_does=Role.SENIOR_CR_OFFICER,
    ),
    Role.BUSINESS_ADMINISTRATOR: About(Seat.EITHER, "record Ofsted notifications and correspondence."),
    Role.RESPONDER: About(Seat.UNIT, "investigate the cases of the unit and write the response to them."),
    Role.SERVICE_MANAGER: About(
        Seat.UNIT,
        "do all that a Responder does, and own the cases of the unit: suspend, discontinue and reopen them, "
        "decide restrictions, and approve what the policy leaves to the Head of Service.",
        also_does=Role.RESPONDER,
    ),
    Role.ASSISTANT_DIRECTOR: About(Seat.UNIT, "personalise and sign off the draft responses of the unit."),
    Role.DIRECTOR: About(
        Seat.UNIT,
        "answer at stage 3 and to Ofsted, and be told of stage 2 work that is overdue.",
    ),
    Role.COORDINATOR: About(
        Seat.UNIT,
        "check each day what came in for the unit, judge how complex it is and allocate it.",
    ),
    Role.CORPORATE_COMPLAINTS: About(
        Seat.COUNCIL, "oversee complaints across the council and advise before a stage 2 review is refused."
    ),
    Role.COMPLAINTS_MANAGER: About(
        Seat.COUNCIL, "collate and monitor complaints across the council and review the policy each year."
    ),
    Role.ADMINISTRATOR: About(
        Seat.COUNCIL,
        "set up people, units, calendars and policies. This role alone shows nothing of any case.",
    ),
    Role.AUDITOR: About(
        Seat.EITHER, "read reports and, where it is granted for them, cases; and change nothing."
    ),
}

COUNCIL_ONLY = tuple(role for role in Role if role.seat is Seat.COUNCIL)
UNIT_ONLY = tuple(role for role in Role if role.seat is Seat.UNIT)

# Those that work on cases. Only these does cover pass on: setting up the service and reading as an auditor are
# given to a person by an administrator, never by somebody who is away.
CASE_ROLES = tuple(role for role in Role if role not in {Role.ADMINISTRATOR, Role.AUDITOR})
