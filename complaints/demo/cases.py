"""The demo council's cases: invented, plausible, made through the actions people use, at days counted back from now.

Every stage of a case's life is there, so that each of the demo's people finds something of theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Unit, User
from complaints.actions import (
    allocation,
    closing,
    dates,
    details,
    drafting,
    escalation,
    intake,
    sending,
    triage,
)
from complaints.actions.parties import PartyDraft
from complaints.demo.people import demo_emails
from complaints.models import Case, Entry, Stage
from complaints.queries.stages import acting_stages, stages_of
from slas.core.calendar import LONDON

LETTER = """# Your complaint

Thank you for telling us about this. I am sorry for the trouble it caused.

## What we found

We should have written to you sooner. The delay was ours.

## What we will do

- We have agreed a date for the meeting.
- Your caseworker will ring you every second Friday.

If you are not satisfied, you can ask us to look at it again within 20 working days."""

AMIRA, TOM, DANIEL, RHIAN, SUNITA, MARCUS = (
    "Amira Khan",
    "Tom Ashworth",
    "Daniel Okafor",
    "Rhian Powell",
    "Sunita Rao",
    "Marcus Bell",
)


@dataclass(frozen=True)
class Story:
    """A case: how many days ago it came in, what it is about, where it belongs, and how far it has come."""

    days_ago: int
    summary: str
    who: tuple[PartyDraft, ...]
    points: tuple[str, ...]
    unit: str
    procedure: str
    until: str
    team: str = "SEND-NORTH"
    channel: str = "email"
    wanted: str = ""
    themes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def _person(name: str, role: str = "complainant", **more: Any) -> PartyDraft:
    email = f"{name.lower().replace(' ', '.')}@post.example"
    return PartyDraft(role, name, email=email, **more)


PLAN = ("The draft plan is eight weeks late", "Telephone calls were not returned")
TAXI = ("The taxi was cancelled without notice", "No other transport was offered")
VISIT = ("Three visits were missed", "The notes of the meeting were never shared")

STORIES: tuple[Story, ...] = (
    Story(0, "Nobody answers the telephone", (_person("Iris Whitlock"),), ("Calls are not answered",), "EDUCATION", "", "logged", channel="telephone"),
    Story(1, "School transport for September", (_person("Owen Tait"),), TAXI, "EDUCATION", "", "logged"),
    Story(3, "A suggestion about the waiting room", (), ("Toys for younger brothers and sisters",), "SAFEGUARDING", "", "logged", channel="letter"),
    Story(2, "Respite weekend refused", (_person("Nadia Brook"),), ("The reasons were not given",), "SAFEGUARDING", "children-act", "triaged"),
    Story(4, "Plan not finished before the move to year 7", (_person("Leah Marlow", postcode="GU1 4XY"),), PLAN, "EDUCATION", "education", "allocated", themes=("ehcna-ehcp-annual-review-delay",)),
    Story(6, "Annual review held without the parents", (_person("Callum Reyes"),), PLAN, "EDUCATION", "education", "accepted", themes=("ehcna-ehcp-annual-review-delay", "chasing-for-updates")),
    Story(9, "Taxi cancelled four times in a month", (_person("Dawn Ellery"), _person("Kit Ellery", "young-person")), TAXI, "EDUCATION", "corporate", "drafted", themes=("transport",)),
    Story(12, "Missed visits and no notes", (_person("Rosa Pinder"),), VISIT, "SAFEGUARDING", "children-act", "extended", team="FS-EAST"),
    Story(13, "Decision letter without reasons", (_person("Joel Hartnoll"),), ("The letter gives no reasons", "The appeal is not explained"), "EDUCATION", "corporate", "submitted"),
    Story(15, "Three caseworkers in one term", (_person("Mina Asante", adjustments="Large print, please"),), ("Each caseworker asked the same questions",), "EDUCATION", "corporate", "approved"),
    Story(17, "Overdue answer about a support plan", (_person("Gareth Poole"),), PLAN, "EDUCATION", "education", "accepted"),
    Story(20, "Complaint about how records were shared", (_person("Tess Oyelaran"),), ("A letter went to the wrong address",), "EDUCATION", "corporate", "sent", flags=("sensitive",)),
    Story(34, "Home tuition stopped early", (_person("Harriet Moss"),), ("Tuition ended without a review",), "EDUCATION", "corporate", "closed", themes=("child-missing-education",)),
    Story(44, "Request for a second look at transport", (_person("Owen Tait"),), TAXI, "EDUCATION", "corporate", "stage 2", themes=("transport",)),
    Story(50, "Direct payment late twice", (_person("Ffion Lacey"),), ("Payments came late in May and June",), "EDUCATION", "corporate", "stage 2 drafted", themes=("direct-payments",)),
    Story(5, "MP asks about a family's support", (_person("The Rt Hon Petra Vane", "mp", office="House of Commons"), _person("Marta Lindo")), ("What support is offered, and from when",), "SAFEGUARDING", "mp-enquiry", "allocated", team="FS-EAST", channel="through-mp-or-councillor"),
    Story(11, "Councillor asks about school places", (_person("Cllr Ann Draper", "councillor", office="Northfield ward"),), ("How many places there are in year 7",), "EDUCATION", "mp-enquiry", "accepted", channel="through-mp-or-councillor"),
    Story(8, "Thank you to the duty team", (_person("Bo Castellan"),), ("They stayed late and were kind",), "SAFEGUARDING", "compliment", "passed on", team="FS-EAST", channel="letter"),
    Story(7, "What does the assessment involve?", (_person("Priya Nandakumar"),), ("How long it takes, and who comes",), "EDUCATION", "enquiry", "accepted"),
    Story(10, "Placement worries", (_person("Ada Quill", "advocate", consent="given"), _person("J. F.", "young-person")), ("Moved schools without being asked",), "SAFEGUARDING", "children-act", "allocated", team="FS-EAST", flags=("safeguarding", "restricted")),
)  # fmt: skip


@transaction.atomic
def load(*, now: datetime) -> int:
    """Make the demo's cases, where there is none yet. Returns how many were made."""
    if Case.objects.exists():
        return 0
    people = {user.name: user for user in User.objects.all()}
    units = {unit.code: unit for unit in Unit.objects.all()}
    for story in STORIES:
        _Teller(story, people, units, now).tell()
    return len(STORIES)


def strangers_exist() -> bool:
    """Whether there are cases, though the demo's people are not there: then they are somebody else's."""
    return Case.objects.exists() and not User.objects.filter(email__in=demo_emails()).exists()


class _Teller:
    """Tells one story, step by step, each at its own moment."""

    def __init__(self, story: Story, people: dict[str, User], units: dict[str, Unit], now: datetime) -> None:
        self.story = story
        self.people = people
        self.units = units
        self.now = now
        self.day = story.days_ago

    def tell(self) -> None:
        steps: dict[str, Callable[[], None]] = {
            "triaged": self.triage,
            "allocated": self.allocate,
            "accepted": self.accept,
            "drafted": self.draft,
            "extended": self.extend,
            "submitted": self.submit,
            "approved": self.approve,
            "sent": self.send,
            "closed": self.close,
            "stage 2": self.escalate,
            "stage 2 drafted": self.stage_2_draft,
            "passed on": self.pass_on,
        }
        self.log()
        for step in PATHS[self.story.until]:
            steps[step]()

    def at(self, days: int = 1) -> datetime:
        """The next moment, `days` later at most; never after now."""
        self.day = max(0, self.day - days)
        moment = datetime.combine(self.today, time(9, 40), LONDON)
        return min(moment, self.now)

    @property
    def today(self) -> date:
        return (self.now.astimezone(LONDON) - timedelta(days=self.day)).date()

    @property
    def stage(self) -> Stage:
        return acting_stages(stages_of(self.case))[0]

    def by(self, name: str) -> dict[str, Any]:
        return {"case": self.case, "by": self.people[name]}

    @property
    def answering(self) -> str:
        return DANIEL if self.story.team == "SEND-NORTH" else RHIAN

    def log(self) -> None:
        story = self.story
        amira = self.people[AMIRA]
        contact = intake.Contact(
            received=self.today,
            summary=story.summary,
            unit=self.units[story.unit],
            channel=_entry("channel", story.channel),
            parties=story.who,
            points=story.points,
            wanted=story.wanted or ("An apology, and a date" if story.who else ""),
            tags=[_entry("theme", code) for code in story.themes],
            anonymous=not story.who,
            safeguarding="safeguarding" in story.flags,
            sensitive="sensitive" in story.flags,
            restricted="restricted" in story.flags,
            readers=[self.people[TOM], self.people[RHIAN]] if "restricted" in story.flags else [],
        )
        self.case = intake.log_contact(contact, by=amira, now=self.at(0))

    def triage(self) -> None:
        on = self.case.received_on
        type_ = intake.types_on(on).get(procedure__code=self.story.procedure, position=0)
        sent = sending.Sent(self.today, _entry("channel", "email"), self.story.who[0].name)
        amira = self.people[AMIRA]
        if self.story.procedure not in ("compliment", "mp-enquiry"):
            sending.acknowledge(
                **self.by(AMIRA), now=self.at(0), sent=sent, officer=amira, sharing_notice=True
            )
        triage.triage(**self.by(AMIRA), now=self.at(), type_=type_)

    def allocate(self) -> None:
        responder = self.people[self.answering]
        unit = self.units[self.story.team]
        allocation.allocate(**self.by(AMIRA), now=self.at(0), unit=unit, responder=responder)

    def accept(self) -> None:
        allocation.accept(**self.by(self.answering), now=self.at())
        details.note(**self.by(self.answering), now=self.at(0), text="Read the file, and rang the family.")

    def draft(self) -> None:
        drafting.draft(**self.by(self.answering), now=self.at(3), text=LETTER)

    def extend(self) -> None:
        reason = "An advocate supports the young person, and two teams have to answer."
        dates.ask_extension(**self.by(self.answering), now=self.at(3), total=20, reason=reason)
        dates.decide_extension(
            **self.by(TOM),
            now=self.at(1),
            granted=True,
            reason=reason,
            approver=self.people[TOM],
            complainant_agreed=True,
            complainant_told_on=self.today,
        )

    def submit(self) -> None:
        drafting.submit(**self.by(self.answering), now=self.at(3), text=LETTER)

    def approve(self) -> None:
        drafting.approve(**self.by(AMIRA), now=self.at())

    def send(self) -> None:
        stage = self.stage
        now = self.at()
        sent = sending.Sent(self.today, _entry("channel", "email"), self.story.who[0].name)
        findings = {row.pk: ("upheld", "We agree.") for row in stage.points.all()}
        sending.send(
            **self.by(AMIRA),
            now=now,
            sent=sent,
            findings=findings,
            late_reason=_entry("late-reason", "service-late"),
            late_unit=self.units[self.story.team],
        )

    def close(self) -> None:
        learning = closing.LearningDraft(
            "Remind the team to ring back within two working days",
            self.units[self.story.team],
            kind=_entry("learning", "communication"),
        )
        closing.close(**self.by(AMIRA), now=self.at(2), learning=[learning])

    def escalate(self) -> None:
        now = self.at(8)
        reasons = "The answer does not say what will change."
        escalation.escalate(**self.by(AMIRA), now=now, asked_on=self.today, reasons=reasons)

    def stage_2_draft(self) -> None:
        drafting.review(
            **self.by(AMIRA),
            now=self.at(4),
            outcome="peer-review",
            note="The file was read by another officer, who agrees with the family on the dates.",
        )
        drafting.submit(**self.by(AMIRA), now=self.at(3), text=LETTER)
        drafting.approve(**self.by(TOM), now=self.at())

    def pass_on(self) -> None:
        allocation.pass_on(
            **self.by(AMIRA), now=self.at(), unit=self.units[self.story.team], to="the team manager"
        )


def _path(*steps: str) -> tuple[str, ...]:
    return steps


_ANSWERED = _path("triaged", "allocated", "accepted", "submitted", "approved", "sent", "closed")
PATHS: dict[str, tuple[str, ...]] = {
    "logged": (),
    "triaged": _ANSWERED[:1],
    "allocated": _ANSWERED[:2],
    "accepted": _ANSWERED[:3],
    "drafted": (*_ANSWERED[:3], "drafted"),
    "extended": (*_ANSWERED[:3], "extended"),
    "submitted": _ANSWERED[:4],
    "approved": _ANSWERED[:5],
    "sent": _ANSWERED[:6],
    "closed": _ANSWERED,
    "stage 2": (*_ANSWERED, "stage 2"),
    "stage 2 drafted": (*_ANSWERED, "stage 2", "stage 2 drafted"),
    "passed on": ("triaged", "passed on"),
}
"""The steps that lead to where a story stands."""


def _entry(list_: str, code: str) -> Entry:
    return Entry.objects.current(list_).get(code=code)
