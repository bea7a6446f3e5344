"""Words to remind somebody by: who is waited for, for what, by when. Ready to copy; nothing is transmitted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Cover, User
from complaints.models import Case, Contribution, Stage
from complaints.queries.case_page import waited_for
from complaints.queries.choices import people_at
from complaints.queries.deadline_words import DeadlineView, deadline_views
from complaints.queries.stages import stages_of
from complaints.workflow import Verb
from slas.core.calendar import LONDON, WorkingCalendar, london_date, london_midnight
from slas.core.rules import Unit
from slas.core.wording import amount, clock, listed, long_date
from slas.service.stages import terms_of

WANTED: dict[Verb, str] = {
    Verb.TRIAGE: "decide what this contact is",
    Verb.ALLOCATE: "give it to the team that will answer it",
    Verb.ACCEPT: "accept it for your team, or reject it with a reason",
    Verb.SUBMIT: "write the draft of the answer and send it to be checked",
    Verb.REVIEW: "review the complaint and record what the review came to",
    Verb.APPROVE: "check the draft, and approve it or return it",
    Verb.SIGN: "read the draft, and sign it off or return it",
    Verb.SEND: "send the answer and record it",
    Verb.CLOSE: "record the learning and close it",
    Verb.PASS_ON: "pass it on to the service it is about",
    Verb.SHARE_COPY: "share a copy of the response and record it",
    Verb.COMPLETE: "do what was agreed and record what shows it",
}
MOST_NAMES = 5
"""More people than this who hold a role are not named one by one."""


@dataclass(frozen=True)
class Chase:
    """One reminder. `people` are those it goes to, `covered` who stands in for them today; `note` is what to record
    once it was sent. It names nobody the case is about: it leaves the building by e-mail."""

    stage: Stage
    who: str
    people: Sequence[User]
    covered: Sequence[Cover]
    subject: str
    text: str
    note: str


def chases(case: Case, viewer: User, *, link: str, now: datetime) -> list[Chase]:
    """A reminder for everybody but `viewer` that the case waits for: whose turn it is, and who was asked to
    contribute. `link` is the case's full address."""
    stages = [stage for stage in stages_of(case) if stage.closed_at is None]
    views = deadline_views(stages, now)
    versions = [stage.type.sla_version for stage in stages if stage.type.sla_version]
    calendars = {pk: terms.calendar for pk, terms in terms_of(versions).items()}
    found: list[Chase] = []
    for stage in stages:
        stage.case = case
        days = calendars.get(stage.type.sla_version_id or 0)
        said = _Said(case, viewer, link, now, days)
        found += said.of_turn(stage, views.get(stage.pk, ()))
        found += said.of_contributions(stage)
    return found


@dataclass(frozen=True)
class _Said:
    case: Case
    viewer: User
    link: str
    now: datetime
    calendar: WorkingCalendar | None

    def of_turn(self, stage: Stage, deadlines: Sequence[DeadlineView]) -> Iterator[Chase]:
        if not stage.turn_verb or stage.turn_person_id == self.viewer.pk:
            return
        verb = Verb(stage.turn_verb)
        wanted = WANTED.get(verb, _small(verb.label))
        person = next(
            (p for p in (stage.officer, stage.responder) if p and p.pk == stage.turn_person_id), None
        )
        people = [person] if person else list(people_at(stage.unit, [stage.turn_role])[: MOST_NAMES + 1])
        due = self._due(stage.turn_due_at) if stage.turn_due_at else ""
        if not due and stage.turn_since:
            due = f"There is no date for it. It has waited since {long_date(london_date(stage.turn_since))}."
        headline = next((d for d in deadlines if d.row.headline and d.row.live and d.due), None)
        if headline and not stage.type.beside and _day(stage.turn_due_at) != headline.row.due_on:
            due += f" The answer as a whole is due by {headline.due}."
        yield self._chase(stage, waited_for(stage), people, wanted, due)

    def of_contributions(self, stage: Stage) -> Iterator[Chase]:
        asked = Contribution.objects.filter(stage=stage, answered_at__isnull=True)
        for row in asked.exclude(person=self.viewer).select_related("unit", "person"):
            due = self._due(london_midnight(row.due_on + timedelta(days=1)))
            people = [row.person] if row.person else []
            who = str(row.person or row.unit)
            yield self._chase(stage, who, people, "give what your service was asked to contribute", due)

    def _chase(self, stage: Stage, who: str, people: list[User], wanted: str, due: str) -> Chase:
        named = people if len(people) <= MOST_NAMES else []
        dear = f"Dear {listed([person.name for person in named])}," if named else "Dear colleague,"
        sentences = [
            f"Case {self.case.reference} ({_small(stage.type.name)}) is waiting for you: please {wanted}.",
            due,
            f"You find it here: {self.link}",
            f"Thank you\n{self.viewer.name}",
        ]
        today = london_date(self.now)
        return Chase(
            stage=stage,
            who=who,
            people=named,
            covered=list(
                Cover.objects.in_force(today).filter(absent__in=named).select_related("absent", "deputy")
            ),
            subject=f"Case {self.case.reference}: waiting for you",
            text="\n\n".join([dear, *filter(None, sentences)]),
            note=f"Chased {who} on {long_date(today)}: {wanted}. {due}".strip(),
        )

    def _due(self, end: datetime) -> str:
        """By when, and how much time there is, as a sentence. `end` is the first moment that is too late."""
        local = end.astimezone(LONDON)
        day = _day(end)
        by = long_date(day) if day else ""
        if (local.hour, local.minute) != (0, 0):
            by = f"{by} at {clock(end)}"
        days = self.calendar.count(london_date(self.now), day) if self.calendar and day else None
        if self.now >= end:
            late = f", {amount(-days, Unit.WORKING_DAYS)} ago" if days else ""
            return f"It was due by {by}{late}, so it is late."
        if days is None:
            return f"It is due by {by}."
        return (
            f"It is due by {by}: {amount(days, Unit.WORKING_DAYS)} left."
            if days
            else f"It is due today, {by}."
        )


def _day(end: datetime | None) -> date | None:
    """The last day before `end`: a deadline of a day ends at the midnight after it."""
    return london_date(end - timedelta(seconds=1)) if end else None


def _small(words: str) -> str:
    """`words` within a sentence: the first letter small, the rest as it is."""
    return words[:1].lower() + words[1:]
