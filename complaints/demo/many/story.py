"""The story of one case: step by step through its move tables, as far as its plot goes."""

from contextlib import suppress
from datetime import datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from complaints.actions.triage import counted_from_time
from complaints.demo.many import words
from complaints.demo.many.council import Council
from complaints.demo.many.extras import Extras
from complaints.demo.many.hands import Hands
from complaints.demo.many.plots import Plot, one_of
from complaints.demo.many.spread import Enough
from complaints.demo.many.teller import Teller
from complaints.demo.many.telling import Chapter
from complaints.models import Entry, Finding, List, StageType
from complaints.workflow import Kind, State, Verb

STEPS_AT_MOST = 40
NEXT, LEARNING = "next", "learning"
"""Where a story may stop besides in a state of its first stage: in the next one, or with learning still to be done."""
REACHED: tuple[tuple[int, tuple[tuple[str, int], ...]], ...] = (
    (2, ((State.TO_TRIAGE, 68), (State.TO_ALLOCATE, 16), (State.TO_ACCEPT, 10), (State.TO_ANSWER, 6))),
    (
        8,
        (
            (State.TO_TRIAGE, 2),
            (State.TO_ALLOCATE, 8),
            (State.TO_ACCEPT, 12),
            (State.TO_ANSWER, 56),
            (State.TO_CHECK, 13),
            (State.TO_SEND, 9),
        ),
    ),
    (10, ((State.TO_ANSWER, 44), (State.TO_CHECK, 22), (State.TO_SEND, 16), (State.TO_CLOSE, 18))),
    (21, ((State.TO_ANSWER, 48), (State.TO_CHECK, 12), (State.TO_SEND, 6), (State.TO_CLOSE, 34))),
)
"""By age in working days, where what is still open stands, with weights."""
LATER = ((State.TO_ANSWER, 4), (State.TO_CHECK, 2), (State.TO_CLOSE, 19), (NEXT, 60), (LEARNING, 15))


class Story:
    """Tells a plot. What it ends with is in its teller."""

    def __init__(self, plot: Plot, teller: Teller) -> None:
        self.plot, self.council, self.teller = plot, plot.council, teller
        self.rng, self.pace = plot.rng, plot.pace
        self.hands = Hands(plot, teller)
        self.extras = Extras(plot, teller, self.hands)
        self.until = self._until()

    def _until(self) -> str:
        """The state to stop in, or one of those above; '' for one that ends."""
        if not self.plot.stays_open:
            return ""
        age = self.plot.age
        reached = next((states for upto, states in REACHED if age <= upto), LATER)
        return str(self.rng.choices([s for s, _ in reached], [w for _, w in reached])[0])

    def tell(self) -> Teller:
        """From the day it was logged to where it stands now."""
        plot = self.plot
        first = self.teller.log(
            plot.contact,
            at=plot.logged_at,
            by=plot.officer,
            reference=plot.reference,
            readers=plot.readers() if plot.contact.restricted else (),
        )
        with suppress(Enough):
            self._go_through(first)
        return self.teller

    def _go_through(self, first: Chapter) -> None:
        plot = self.plot
        if self.until == State.TO_TRIAGE and first.state == State.TO_TRIAGE:
            return
        if plot.name and plot.way != "error":
            self._acknowledge(first)
        if plot.way == "error":
            reason = "The same e-mail was logged already."
            self.teller.log_in_error(first, reason, at=self.pace.after(0.5), by=plot.officer)
            return
        going = self._triage(first) if first.state == State.TO_TRIAGE else first
        if going is None or not going.open:
            return
        if self.rng.random() < 0.5:
            self.extras.note(going)
        self._walk(going)
        if going.open:
            return
        self._after(going)
        earlier = (one for one in self.teller.open if one.stage.number < going.stage.number)
        waiting = next(earlier, None)
        if waiting is not None:
            self._walk(waiting)

    def _acknowledge(self, chapter: Chapter) -> None:
        channel, by = self.plot.sent_by(), self.hands.verb(chapter, Verb.ACKNOWLEDGE)
        if channel is not None and by is not None:
            at = self.pace.after(0.4)
            self.teller.acknowledge(chapter, channel, self.plot.name, at=at, by=by)

    # --- what it is

    def _triage(self, first: Chapter) -> Chapter | None:
        """What it is triaged as; None where it ended there."""
        plot, rng = self.plot, self.rng
        if plot.way == "withdrawn":
            how, why = rng.choice((("by telephone", "It was settled."), ("in writing", "They moved away.")))
            self.teller.withdraw(first, how, why, at=self.pace.after(1), by=plot.officer)
            return None
        at, by = self.pace.after(1.2), plot.officer
        if plot.way == "excluded" and (exclusion := one_of(rng, self._exclusions())):
            return self._exclude(first, exclusion, at, by)
        type_ = self._type(first)
        aware = None
        if type_.procedure.kind == Kind.COMPLAINT and rng.random() < 0.2:
            aware = self.teller.case.received_on - timedelta(days=rng.randint(2, 200))
        return self.teller.triage(first, type_, at=at, by=by, aware_on=aware)

    def _exclude(self, first: Chapter, exclusion: Entry, at: datetime, by: User) -> Chapter | None:
        if not exclusion.procedure:
            self.teller.triage(first, None, at=at, by=by, exclusion=exclusion)
            return None
        type_ = next(t for t in self._at_triage() if t.procedure.code == exclusion.procedure)
        return self.teller.triage(first, type_, at=at, by=by, exclusion=exclusion)

    def _at_triage(self) -> tuple[StageType, ...]:
        return self.council.on(self.teller.case.received_on).at_triage

    def _exclusions(self) -> list[Entry]:
        """Those that are logged as nothing else, or as something there is."""
        known = {"", *(type_.procedure.code for type_ in self._at_triage())}
        return [entry for entry in self.council.entries[List.EXCLUSION] if entry.procedure in known]

    def _type(self, first: Chapter) -> StageType:
        """What a contact is triaged as: each service has a kind of complaint it gets most."""
        plot, rng = self.plot, self.rng
        version = self.council.on(self.teller.case.received_on)
        if first.type.route_event:
            complaints = version.of_kind(Kind.COMPLAINT)
            down = rng.random() < 0.12 and complaints and not plot.stays_open
            return rng.choice(complaints) if down else first.type
        kind = plot.way if plot.way in set(Kind) else Kind.COMPLAINT
        types = [type_ for type_ in version.of_kind(kind) if _is_for_anybody(self.council, type_)]
        types = types or version.of_kind(Kind.COMPLAINT)
        if plot.stays_open and kind == Kind.COMPLAINT:
            types = self._fitting(types) or types
        usual = plot.unit.pk % len(types)
        return types[usual] if rng.random() < 0.6 else rng.choice(types)

    def _fitting(self, types: list[StageType]) -> list[StageType]:
        """Of kinds of complaints those that can be open at this age without being late, most of the time."""
        late = self.rng.random() < 0.12
        if self.until == NEXT:
            return [t for t in types if t.goes_on]
        if self.plot.age <= 10 or late:
            return []
        return [t for t in types if (rules := self.council.rules(t)) and rules.headline.extend_to]

    # --- through its table

    def _walk(self, chapter: Chapter, until: str | None = None) -> None:
        """Do what waits in a stage, again and again, until it is closed or where it is to stop."""
        stop = self.until if until is None else until
        if stop and stop not in chapter.table.states:
            learns = stop in (NEXT, LEARNING) and State.TO_CLOSE in chapter.table.states
            stop = State.CLOSED if learns else _last_open(chapter)
        for _ in range(STEPS_AT_MOST):
            move = chapter.turn()
            if move is None or chapter.state == stop:
                writing = move is not None and move.verb in (Verb.SUBMIT, Verb.SEND) and not chapter.drafts
                if writing and (by := self.hands.turn(chapter)):
                    self.extras.before_draft(chapter, by)
                return
            if stop not in ("", State.CLOSED) and move.next is State.CLOSED:
                return
            doing = getattr(self, f"_do_{move.verb.name.lower()}", None)
            if doing is None or not doing(chapter):
                return

    def _do_triage(self, chapter: Chapter) -> bool:
        return False

    def _do_allocate(self, chapter: Chapter) -> bool:
        responder, by = self.hands.answering(), self.hands.turn(chapter)
        if responder is None or by is None:
            return False
        named = responder if self.plot.contact.restricted or self.rng.random() < 0.8 else None
        at = self.pace.after(0.8)
        self.teller.allocate(chapter, self.plot.team, named, at=at, by=by)
        return True

    def _do_accept(self, chapter: Chapter) -> bool:
        by = self.hands.turn(chapter)
        if by is None:
            return False
        at = self.pace.after(1)
        if self.rng.random() < 0.03 and not self.plot.stays_open:
            self.teller.reject(chapter, "It belongs to another team.", at=at, by=by)
            return True
        self.teller.accept(chapter, at=at, by=by)
        return True

    def _do_submit(self, chapter: Chapter) -> bool:
        by = self.hands.turn(chapter)
        if by is None:
            return False
        self.extras.before_draft(chapter, by)
        text = words.letter(self.rng, self.plot.what, len(chapter.points))
        if self.rng.random() < 0.2:
            self.teller.draft(chapter, text, at=self.pace.after(1), by=by)
        self.teller.submit(chapter, text, at=self.pace.after(2.6), by=by)
        return True

    def _do_approve(self, chapter: Chapter) -> bool:
        by = self.hands.deciding(chapter)
        if by is None:
            return False
        at = self.pace.after(0.8)
        if self.rng.random() < 0.12 and len(chapter.drafts) < 4:
            self.teller.return_draft(chapter, "Say by when it will be done.", at=at, by=by)
        else:
            self.teller.approve(chapter, at=at, by=by)
        return True

    def _do_sign(self, chapter: Chapter) -> bool:
        by = self.hands.deciding(chapter)
        if by is None:
            return False
        self.teller.sign(chapter, at=self.pace.after(1), by=by)
        return True

    def _do_send(self, chapter: Chapter) -> bool:
        channel, reason = self.plot.sent_by(), one_of(self.rng, self.council.entries[List.LATE_REASON])
        by = self.hands.turn(chapter)
        if channel is None or reason is None or by is None:
            return False
        if not chapter.drafts:
            self._draft(chapter, by)
        found = [self._finding(chapter) for _ in chapter.points]
        late = (reason, self.teller.unit_of(chapter), "")
        self.extras.inform(chapter)
        at = self.pace.after(0.6)
        self.teller.send(chapter, channel, self.plot.name, found, late, at=at, by=by)
        return True

    def _draft(self, chapter: Chapter, by: User) -> None:
        """The answer, where nobody checks it before it is sent."""
        self.extras.before_draft(chapter, by)
        text = words.letter(self.rng, self.plot.what, len(chapter.points))
        self.teller.draft(
            chapter, text, at=self.pace.after(2.6), by=self.hands.verb(chapter, Verb.DRAFT) or by
        )

    def _finding(self, chapter: Chapter) -> tuple[str, str]:
        if chapter.type.procedure.kind != Kind.COMPLAINT:
            return "", ""
        finding = self.rng.choices(Finding.values, (34, 26, 34, 6))[0]
        return str(finding), "We agree." if finding == Finding.UPHELD and self.rng.random() < 0.3 else ""

    def _do_review(self, chapter: Chapter) -> bool:
        by = self.hands.turn(chapter)
        if by is None or not chapter.type.outcome_choices:
            return False
        outcome = self.rng.choice([code for code, _ in chapter.type.outcome_choices])
        if self.council.staff.holding(chapter.type.writer_after(outcome) or Role.RESPONDER, self.plot.team):
            note = "The file was read by another officer."
            self.teller.review(chapter, outcome, note, at=self.pace.after(4), by=by)
            return True
        return False

    def _do_close(self, chapter: Chapter) -> bool:
        by = self.hands.turn(chapter)
        if by is None:
            return False
        if self.until == LEARNING:
            self.wait()
        self.extras.close(chapter, by, learn=self.until == LEARNING)
        return True

    def _do_pass_on(self, chapter: Chapter) -> bool:
        by = self.hands.turn(chapter)
        if by is None:
            return False
        self.teller.pass_on(chapter, self.plot.team, at=self.pace.after(1.5), by=by)
        return True

    def _do_share_copy(self, chapter: Chapter) -> bool:
        channel, by = self.plot.sent_by(), self.hands.turn(chapter)
        if channel is None or by is None or not any(one.letters for one in self.teller.chapters[1:]):
            return False
        self.teller.share_copy(chapter, channel, self.plot.name, at=self.pace.after(1), by=by)
        return True

    # --- and then

    def _after(self, chapter: Chapter) -> None:
        """Now and then they ask for the next stage."""
        type_ = self.council.on(self.teller.case.received_on).after(chapter.type)
        answered = any(letter.kind == "response" for letter in chapter.letters)
        wanted = self.until == NEXT or (self.until == "" and self.rng.random() < 0.07)
        if type_ is None or not answered or not wanted or self.teller.case.closed_at is None:
            return
        if self.until == NEXT:
            self.wait()
        begun = self.extras.escalate(chapter, type_)
        if begun is None:
            return
        if self.until and self.rng.random() < 0.6:
            self.extras.start_clock(begun)
        stop = self.rng.choice((*begun.table.states[:-1], State.TO_ANSWER)) if self.until else ""
        self._walk(begun, stop)

    def wait(self) -> None:
        """Until a few working days ago."""
        wanted = self.rng.randint(2, 17)
        left = self.pace.working_days_left()
        if left > wanted + 1:
            self.pace.on(self.council.calendar.add(self.pace.today, left - wanted))


def _is_for_anybody(council: Council, type_: StageType) -> bool:
    """Whether any contact may be triaged as this: not what is for some only, nor what is due so soon after it came in
    that the time of day counts."""
    return type_.procedure.begins in ("", "anybody") and counted_from_time(type_) is None


def _last_open(chapter: Chapter) -> str:
    """Where a stage stands before it closes, at the latest."""
    own = [state for state in chapter.table.states if state not in (State.CLOSED, State.TO_COPY)]
    return str(own[-1])
