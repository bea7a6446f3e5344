"""What tests of the weekly report share: a council with work of every kind, and the versions made of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Unit, User
from complaints.actions import details, reports
from complaints.actions.parties import PartyDraft
from complaints.models import Case, IssuedReport, WeeklyIssue
from complaints.queries.weeks import Week
from slas.core.calendar import london_date
from tests.complaints import cases
from tests.complaints.cases import NOW, Council

LATER = datetime.fromisoformat("2026-12-07T10:00:00+00:00")
"""Sixteen days on, when what was received in November is overdue."""
MP = [PartyDraft("complainant", "Jo Example"), PartyDraft("mp", "Ann Member", office="Elsewhere")]
COUNCILLOR = [
    PartyDraft("councillor", "Bo Ward", office="Northfield"),
    PartyDraft("complainant", "Kim Other"),
]
Audience = IssuedReport.Audience


@dataclass
class Work:
    """Open work: an MP's enquiry, a councillor's, a complaint, one elsewhere, and one that is restricted."""

    enquiry: Case
    ward: Case
    complaint: Case
    elsewhere: Case
    hidden: Case


def make_work(council: Council) -> Work:
    hidden = cases.allocated(council, summary="Whistle blown")
    details.restrict(
        case=hidden,
        by=council.officer,
        now=NOW,
        restricted=True,
        readers=[council.officer],
        reason="About a colleague",
    )
    return Work(
        enquiry=cases.triaged(council, "mp-enquiry", parties=MP, summary="Where is the plan"),
        ward=cases.triaged(council, "mp-enquiry", parties=COUNCILLOR),
        complaint=cases.accepted(council),
        elsewhere=cases.log(council, unit=council.safeguarding, risk=True, risk_note="The press rang"),
        hidden=Case.objects.get(pk=hidden.pk),
    )


def issue(
    council: Council, unit: Unit | None = None, *, by: User | None = None, now: datetime = NOW, **more: Any
) -> WeeklyIssue:
    """The week's report issued for the whole council by its manager, or for `unit`."""
    edition = more.pop("seen", 0)
    seen = f"{Week.of(london_date(now)).code}.{edition}"
    return reports.issue(unit=unit, by=by or council.manager, now=now, seen=seen, **more)


def version(issued: WeeklyIssue, audience: str, about: str = "") -> IssuedReport:
    """One version of what was issued."""
    found = issued.reports.filter(audience=audience)
    return found.get(about=about) if about else found.get()
