"""What becomes of a case: which way it goes and how far, drawn so that a council's table looks like one."""

import random
from datetime import date, datetime, timedelta

from accounts.models import Unit, User
from accounts.roles import Role
from complaints.actions.intake import Contact
from complaints.demo.many import words
from complaints.demo.many.council import Council, working_days
from complaints.demo.many.spread import Pace, Spread
from complaints.demo.many.writers import Writers
from complaints.models import Entry, List
from complaints.references import own_key
from complaints.workflow import Kind

OPEN = ((0.03, 0.95), (0.12, 0.2), (1.0, 0.005))
"""Counted from the newest, up to which share of the cases how many of them are open: five in a hundred in all."""
RESTRICTED = 100
"""One case in so many is."""
CO_WORKING, OWN_REFERENCE = 0.035, 0.06
WAYS = (
    (Kind.COMPLAINT, 0.60),
    (Kind.ENQUIRY, 0.14),
    ("office", 0.12),
    (Kind.COMMENT, 0.04),
    (Kind.COMPLIMENT, 0.03),
    ("no name", 0.02),
    ("withdrawn", 0.02),
    ("excluded", 0.015),
    ("error", 0.005),
    (Kind.OTHER, 0.01),
)
STILL_OPEN = ((Kind.COMPLAINT, 0.9), (Kind.ENQUIRY, 0.085), (Kind.OTHER, 0.015))
SOON_OVER = (
    (Kind.COMPLIMENT, 0.3),
    (Kind.COMMENT, 0.3),
    ("withdrawn", 0.2),
    ("error", 0.1),
    ("excluded", 0.1),
)
"""What is still open after a month, and what is over within one."""
SAGA = 2000
"""One case in so many has a very long history."""


class Plot:
    """One case as it is to be told: all that is drawn for it, the same for the same seed and number."""

    def __init__(
        self, index: int, seed: int, council: Council, spread: Spread, writers: Writers, reference: str
    ) -> None:
        self.index, self.council, self.reference = index, council, reference
        self.rng = rng = random.Random(seed * 7_368_787 + index)  # noqa: S311 nothing secret
        self.now = spread.now
        self.logged_at = spread.logged_at(index)
        self.age = working_days(council.calendar, self.logged_at, self.now)
        rank = (spread.total - index - 0.5) / spread.total
        self.recent = rank < OPEN[0][0]
        self.stays_open = rng.random() < next(share for upto, share in OPEN if rank < upto)
        self.saga = index % SAGA == min(777, spread.total // 2)
        self.way = self._way()
        self.team = self._team()
        self.unit = council.staff.service_of(self.team)
        self.officer = pick(rng, council.staff.holding(Role.CR_OFFICER, self.unit))
        self.what = rng.choice(words.MATTERS)
        self.writer = writers.of(index, rng)
        self.co_working = rng.random() < CO_WORKING
        self.pace = Pace(rng, council.calendar, self.logged_at, self.now, hurried=self.stays_open)
        self.pace.speed = min(1.0, max(0.15, self.age / 22)) if not self.stays_open else 1.0
        self.contact = self._contact(writers)

    def _way(self) -> str:
        if self.saga:
            return Kind.COMPLAINT
        ways: tuple[tuple[str, float], ...] = WAYS
        if self.stays_open:
            left = ("withdrawn", "error", "excluded", *(("office",) if self.age > 13 else ()))
            ways = STILL_OPEN if self.age > 21 else tuple(one for one in WAYS if one[0] not in left)
        elif self.recent:
            ways = SOON_OVER
        return str(self.rng.choices([way for way, _ in ways], [share for _, share in ways])[0])

    def _team(self) -> Unit:
        """A team; those the demo's people work in have more to do."""
        teams = self.council.staff.teams
        return self.rng.choices(teams, [1 if team.code.startswith("MC-") else 3 for team in teams])[0]

    def _contact(self, writers: Writers) -> Contact:
        rng, anonymous = self.rng, self.way == "no name"
        office = [writers.office(rng)] if self.way == "office" else []
        people = [] if anonymous else [*office, self.writer, *writers.beside(rng, self.writer)]
        restricted = not anonymous and self.index % RESTRICTED == RESTRICTED // 3
        risk = rng.random() < 0.004
        return Contact(
            received=self._received(),
            summary=words.sentence_case(words.say(rng, self._summaries(), self.what))[:200],
            unit=self.unit,
            channel=self._channel(),
            detail=" ".join(words.say(rng, words.SENTENCES, self.what) for _ in range(rng.randint(2, 7))),
            wanted=rng.choice(words.WANTED) if rng.random() < 0.6 else "",
            parties=people,
            points=self._points(),
            tags=self._tags(),
            anonymous=anonymous,
            safeguarding=not anonymous and rng.random() < 0.03,
            risk=risk,
            risk_note="The family has spoken to a newspaper." if risk else "",
            sensitive=rng.random() < 0.02,
            restricted=restricted,
            own=self._own() if rng.random() < OWN_REFERENCE else {},
        )

    def _summaries(self) -> tuple[str, ...]:
        if self.way in (Kind.COMMENT, Kind.COMPLIMENT, "no name"):
            return words.THANKS
        return words.QUESTIONS if self.way == Kind.ENQUIRY else words.SUMMARIES

    def _received(self) -> date | datetime:
        """The day it came in, or the moment where somebody telephoned."""
        if self.rng.random() < 0.15:
            return self.logged_at - timedelta(minutes=self.rng.randint(5, 25))
        late = (60, 25, 10, 5) if not self.stays_open else (92, 8, 0, 0)
        before = self.rng.choices((0, 1, 2, 4), late)[0]
        return self.logged_at.date() - timedelta(days=before)

    def _channel(self) -> Entry | None:
        return one_of(self.rng, self.council.entries[List.CHANNEL])

    def _points(self) -> tuple[str, ...]:
        wanted = self.rng.choices((1, 2, 3, 4), (50, 30, 15, 5))[0]
        found = (words.sentence_case(words.say(self.rng, words.POINTS, self.what)) for _ in range(wanted))
        return tuple(dict.fromkeys(found))

    def _tags(self) -> list[Entry]:
        rng, found = self.rng, list[Entry]()
        for list_, share in ((List.CATEGORY, 0.8), (List.THEME, 0.45), (List.ROOT_CAUSE, 0.1)):
            entry = one_of(rng, self.council.entries[list_]) if rng.random() < share else None
            found += [entry] if entry else []
        return found

    def _own(self) -> dict[str, str]:
        """What the system before called it."""
        reference = f"CF/{self.reference.replace('-', '/')}"
        return {"own_reference": reference, "own_key": own_key(reference)}

    # --- who

    @property
    def name(self) -> str:
        """To whom letters go."""
        return self.contact.parties[0].name if self.contact.parties else ""

    def sent_by(self) -> Entry | None:
        """How something is sent: by what the policy says when it arrives, where it says that of any."""
        channels = self.council.entries[List.CHANNEL]
        return one_of(self.rng, [entry for entry in channels if entry.delivery] or channels)

    def readers(self) -> list[User]:
        """Who may open it where it is restricted: the officer, a senior one, somebody who answers, who signs."""
        found = (
            pick(self.rng, self.council.staff.holding(role, self.team))
            for role in (Role.SENIOR_CR_OFFICER, Role.RESPONDER, Role.ASSISTANT_DIRECTOR)
        )
        return [one for one in found if one is not None]


def pick(rng: random.Random, people: tuple[User, ...]) -> User:
    """One of them, the first oftener: those of the demo were there first."""
    if len(people) > 1 and rng.random() < 0.12:
        return people[0]
    return rng.choice(people)


def one_of(rng: random.Random, entries: list[Entry]) -> Entry | None:
    """One of a list, the first ones oftener."""
    return entries[int(len(entries) * rng.random() ** 1.5)] if entries else None
