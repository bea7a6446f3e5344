"""Words to remind somebody by: who is waited for, for what, by when. Ready to copy; nothing is transmitted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from accounts import models as accounts
from accounts.models import Cover, User
from accounts.roles import Role
from complaints import permissions
from complaints.models import Case, Contribution, Stage, Task
from complaints.moves import CASE_ROLES
from complaints.queries.allocating import contributing_roles, takers
from complaints.queries.case_page import waited_for
from complaints.queries.deadline_words import DeadlineView, deadline_views
from complaints.queries.restricted import opener
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
    once it was sent. It names nobody the case is about: it leaves the building by e-mail.

    Of a restricted case it goes to people on its list, and never by cover (H11). Where nobody on the list can do
    it, there is no `text`; `may_restrict`: the viewer could put somebody on the list."""

    stage: Stage
    who: str
    people: Sequence[User]
    covered: Sequence[Cover]
    subject: str
    text: str
    note: str
    may_restrict: bool = False


def chases(case: Case, viewer: User, *, link: str, now: datetime) -> list[Chase]:
    """A reminder for everybody but `viewer` that the case waits for: whose turn it is, and who was asked to
    contribute. `link` is the case's full address. What nobody can be reminded of comes last."""
    everything = stages_of(case)
    for stage in everything:
        stage.case = case
    stages = [stage for stage in everything if stage.closed_at is None]
    views = deadline_views(stages, now)
    versions = [stage.type.sla_version for stage in stages if stage.type.sla_version]
    calendars = {pk: terms.calendar for pk, terms in terms_of(versions).items()}
    turns = {row.stage_id: row for row in Task.objects.filter(case=case, kind=Task.Kind.TURN)}
    found: list[Chase] = []
    for stage in stages:
        days = calendars.get(stage.type.sla_version_id or 0)
        said = _Said(case, viewer, link, now, days, everything, turns.get(stage.pk))
        found += said.of_turn(stage, views.get(stage.pk, ()))
        found += said.of_contributions(stage)
    return sorted(found, key=lambda chase: not chase.text)


@dataclass
class _Said:
    case: Case
    viewer: User
    link: str
    now: datetime
    calendar: WorkingCalendar | None
    stages: Sequence[Stage]
    turn: Task | None

    def of_turn(self, stage: Stage, deadlines: Sequence[DeadlineView]) -> Iterator[Chase]:
        if not stage.turn_verb or stage.turn_person_id == self.viewer.pk:
            return
        verb = Verb(stage.turn_verb)
        wanted = WANTED.get(verb, _small(verb.label))
        person = next(
            (p for p in (stage.officer, stage.responder) if p and p.pk == stage.turn_person_id), None
        )
        barred = [int(pk) for pk in self.turn.not_by.split()] if self.turn else []
        people = self._of(person, stage.unit, [stage.turn_role], barred)
        who = waited_for(stage)
        if self.readers is not None and person and person not in self.readers:
            who = f"{Role(stage.turn_role).label}, {stage.unit}"
        if self.readers is not None and people == [self.viewer]:
            return
        due = self._due(stage.turn_due_at) if stage.turn_due_at else ""
        if not due and stage.turn_since:
            due = f"There is no date for it. It has waited since {long_date(london_date(stage.turn_since))}."
        headline = next((d for d in deadlines if d.row.headline and d.row.live and d.due), None)
        if headline and not stage.type.beside and _day(stage.turn_due_at) != headline.row.due_on:
            is_ = "was" if headline.row.red_at and headline.row.red_at <= self.now else "is"
            due += f" The answer as a whole {is_} due by {headline.due}."
        yield self._chase(stage, who, people, wanted, due)

    def of_contributions(self, stage: Stage) -> Iterator[Chase]:
        asked = Contribution.objects.filter(stage=stage, answered_at__isnull=True)
        for row in asked.exclude(person=self.viewer).select_related("unit", "person"):
            due = self._due(london_midnight(row.due_on + timedelta(days=1)))
            people = [row.person] if row.person else []
            who = str(row.person or row.unit)
            if self.readers is not None:
                people = self._of(row.person, row.unit, contributing_roles(stage))
                who = str(row.person if row.person in self.readers else row.unit)
            yield self._chase(stage, who, people, "give what your service was asked to contribute", due)

    def _of(
        self, person: User | None, unit: accounts.Unit, roles: Iterable[str], barred: Iterable[int] = ()
    ) -> list[User]:
        """Who can do it: the person it lies with, else whoever holds one of `roles` there and is not `barred`, else
        whoever does their work there. Of a restricted case those on its list."""
        if person:
            return [person] if self.readers is None or person in self.readers else []
        people = takers(self.case, roles, unit).exclude(pk__in=barred)
        if not people:
            does = [role for role in CASE_ROLES if Role(role).includes & {Role(one) for one in roles}]
            people = takers(self.case, does, unit).exclude(pk__in=barred)
        return [one for one in people[: MOST_NAMES + 1] if self.readers is None or one in self.readers]

    @cached_property
    def readers(self) -> set[User] | None:
        """Those on the list of a restricted case who can still open it; None where it is not restricted."""
        if not self.case.restricted:
            return None
        listed = self.case.readers.filter(user__is_active=True).select_related("user")
        return {row.user for row in listed if permissions.sees(row.user, self.case, now=self.now)}

    def _chase(self, stage: Stage, who: str, people: list[User], wanted: str, due: str) -> Chase:
        if self.readers is not None and not people:
            return self._nobody(stage, who)
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
            covered=self._covered(named, today),
            subject=f"Case {self.case.reference}: waiting for you",
            text="\n\n".join([dear, *filter(None, sentences)]),
            note=f"Chased {who} on {long_date(today)}: {wanted}. {due}".strip(),
        )

    def _nobody(self, stage: Stage, who: str) -> Chase:
        """That nobody on the list of a restricted case can do it."""
        may_restrict = opener(self.viewer, self.stages, now=self.now) is not None
        return Chase(stage, who, [], [], "", "", "", may_restrict)

    def _covered(self, people: Sequence[User], today: date) -> list[Cover]:
        """Who stands in for them today; of a restricted case nobody does."""
        if self.readers is not None:
            return []
        in_force = Cover.objects.in_force(today).filter(absent__in=people)
        return list(in_force.select_related("absent", "deputy"))

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
