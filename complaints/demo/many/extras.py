"""What happens beside the way of a case: notes, more time, other services' parts, learning, the next stage."""

from datetime import date, timedelta

from accounts.models import Unit, User
from accounts.roles import Role
from complaints.actions import happenings
from complaints.demo.many import words
from complaints.demo.many.hands import Hands
from complaints.demo.many.plots import Plot, one_of, pick
from complaints.demo.many.spread import Enough
from complaints.demo.many.teller import Teller
from complaints.demo.many.telling import Chapter
from complaints.models import Contribution, Entry, List, StageType
from complaints.workflow import Need, State, Verb
from slas.core.rules import RuleSet

ASKED_LATE = "They were in hospital when the answer came."


class Extras:
    """Of one plot and its teller."""

    def __init__(self, plot: Plot, teller: Teller, hands: Hands) -> None:
        self.plot, self.teller, self.hands, self.council = plot, teller, hands, plot.council
        self.rng, self.pace = plot.rng, plot.pace

    def note(self, chapter: Chapter, by: User | None = None) -> None:
        text = words.say(self.rng, words.NOTES, self.plot.what)
        by = by or self.teller.officer_of(chapter)
        if by is not None:
            team = self.rng.random() < 0.2 and by.pk == chapter.stage.officer_id
            self.teller.note(text, at=self.pace.after(0.3), by=by, team_only=team)

    # --- while it is being answered

    def before_draft(self, chapter: Chapter, by: User) -> None:
        """What a service does before it writes."""
        rng = self.rng
        if self.plot.saga and len(self.teller.told) < 100:
            self._long_history(chapter, by)
        if rng.random() < 0.35:
            self.note(chapter, by)
        if self.plot.co_working and not self.plot.contact.restricted:
            self._contribution(chapter)
        rules = self.council.rules(chapter.type)
        wanted = 0.1 if not self.plot.stays_open else 0.93 if self.plot.age > 9 else 0.03
        possible = chapter.move(Verb.ASK_EXTENSION) and len(self.teller.open) == 1
        if rules and rules.headline.extend_to and not chapter.requests and possible and rng.random() < wanted:
            self._more_time(chapter, rules.headline.extend_to)
        elif rng.random() < 0.05:
            self._holding_update(chapter)
        if rules and rules.pausable and self.plot.stays_open and rng.random() < 0.15:
            self._pause(chapter, rules)

    def _holding_update(self, chapter: Chapter) -> None:
        """They are told that it is not ready yet."""
        by, channel = self.hands.verb(chapter, Verb.HOLDING_UPDATE), self.plot.sent_by()
        if by is not None and channel is not None and self.plot.name:
            at = self.pace.after(1)
            text = "We are waiting for one more reply and will write again next week."
            self.teller.holding_update(chapter, channel, self.plot.name, text, at=at, by=by)

    def _pause(self, chapter: Chapter, rules: RuleSet) -> None:
        """The clock stands still, where the policy lets it (W6)."""
        by, headline = self.hands.verb(chapter, Verb.PAUSE), self.teller.headline(chapter)
        if by is not None and headline is not None and headline.met_at is None:
            self.teller.pause(chapter, rules.pause_reasons[0], at=self.pace.after(0.5), by=by)
            raise Enough

    def _long_history(self, chapter: Chapter, by: User) -> None:
        officer = self.teller.officer_of(chapter) or by
        for n in range(self.rng.randint(60, 140)):
            who = officer if n % 3 else by
            text = words.say(self.rng, words.NOTES, self.plot.what)
            self.teller.note(text, at=self.pace.after(0.02), by=who, team_only=False)

    def _contribution(self, chapter: Chapter) -> None:
        """Another team is asked for its part, and mostly gives it."""
        by = self.hands.verb(chapter, Verb.ASK_CONTRIBUTION)
        others = [team for team in self.council.staff.teams if team.pk != chapter.stage.unit_id]
        if by is None or not others or chapter.asked:
            return
        team = self.rng.choice(others)
        at = self.pace.after(0.5)
        due_on = self._wanted_by(chapter, at.date())
        question = f"What do your records say of {self.plot.what}?"
        asked = self.teller.ask_contribution(chapter, team, question, due_on, at=at, by=by)
        if not self.plot.stays_open or self.rng.random() < 0.5:
            self._contribute(chapter, asked, team)

    def _wanted_by(self, chapter: Chapter, today: date) -> date:
        """Three working days on, and not after the answer itself is due."""
        day = self.council.calendar.add(today, 3)
        headline = self.teller.headline(chapter)
        formal = headline.due_on if headline else None
        return formal if formal is not None and today <= formal < day else day

    def _contribute(self, chapter: Chapter, asked: Contribution, team: Unit) -> None:
        by = pick(self.rng, self.council.staff.holding(Role.RESPONDER, team))
        answer = words.say(self.rng, words.FOUND, self.plot.what)
        self.teller.contribute(chapter, asked, answer, at=self.pace.after(1.5), by=by)

    def _more_time(self, chapter: Chapter, total: int) -> None:
        """More time is asked for while there is some left, and mostly given."""
        headline = self.teller.headline(chapter)
        asking, approver = self.hands.verb(chapter, Verb.ASK_EXTENSION), self._approver(chapter)
        if headline is None or headline.due_on is None or asking is None or approver is None:
            return
        if self.plot.stays_open:
            self._hasten(headline.due_on)
        at = self.pace.after(0.5)
        if at.date() >= headline.due_on:
            return
        self.teller.ask_extension(chapter, total, "Two teams have to answer.", at=at, by=asking)
        if self.plot.stays_open and self.rng.random() < 0.1:
            raise Enough
        granted = self.plot.stays_open or self.rng.random() < 0.85
        reason = "It is complex." if granted else "There is time enough."
        at = self.pace.after(0.2)
        self.teller.decide_extension(chapter, granted, reason, approver, at=at, by=approver)

    def _hasten(self, due_on: date) -> None:
        """Not to ask for time once it is over."""
        day = due_on - timedelta(days=self.rng.randint(2, 5))
        if day > self.pace.today:
            self.pace.on(self.council.calendar.last_working_day(day))

    def _approver(self, chapter: Chapter) -> User | None:
        """Somebody who decides on more time, and whom the policy lets approve it."""
        move, rules = chapter.move(Verb.DECIDE_EXTENSION), self.council.rules(chapter.type)
        if move is None or rules is None:
            return None
        for role in rules.headline.approvers or move.roles:
            does = role in Role.values and Role(role).includes & {Role(one) for one in move.roles}
            if does and (person := self.hands.holding(chapter, role)):
                return person
        return None

    def inform(self, chapter: Chapter) -> None:
        """What is to be recorded beside the answer, such as that somebody was told (S2.1)."""
        rules, by = self.council.rules(chapter.type), self.hands.verb(chapter, Verb.RECORD_EVENT)
        if rules is None or by is None:
            return
        known = {code for code, _ in happenings.recordable(chapter.stage)}
        for rule in rules.milestones:
            if rule.conditional or rule.headline or rule.met_by not in known or chapter.has(rule.met_by):
                continue
            self.teller.record_event(chapter, rule.met_by, at=self.pace.after(0.1), by=by)

    # --- how it ends

    def close(self, chapter: Chapter, by: User, *, learn: bool = False) -> None:
        """Close a stage: one that was answered with what is learned, one that is only kept with how it ended. `learn`:
        there is something to be learned, and it is not done yet."""
        if chapter.state != State.TO_CLOSE:
            self._keep(chapter)
            move, at = chapter.turn(), self.pace.after(1)
            none = "Put right at once." if move and Need.LEARNING in move.needs else ""
            self.teller.close(chapter, at=at, by=by, none_because=none, note="The outcome was recorded.")
            return
        at = self.pace.after(1.5)
        if not learn and self.rng.random() > 0.2:
            self.teller.close(chapter, at=at, by=by, none_because="A single slip, put right.")
            return
        learning = [self._lesson(at.date()) for _ in range(self.rng.choices((1, 2), (85, 15))[0])]
        begun = self.teller.close(chapter, at=at, by=by, learning=learning)
        kept = self.pace.at
        for action in begun if not learn else ():
            self._complete(action)
            self.pace.at = kept

    def _lesson(self, today: date) -> tuple[str, Unit, StageType | None, Entry | None, date | None]:
        version = self.council.on(self.teller.case.received_on)
        types = version.learning
        type_ = (types[0] if self.rng.random() < 0.9 else types[-1]) if types else None
        text = words.say(self.rng, words.LESSONS, self.plot.what)
        kind = one_of(self.rng, self.council.entries[List.LEARNING])
        rules = self.council.rules(type_) if type_ else None
        given = self.council.calendar.add(today, 25) if rules and rules.headline.given else None
        return text, self.plot.team, type_, kind, given

    def _complete(self, action: Chapter) -> None:
        by = self.hands.verb(action, Verb.COMPLETE)
        if by is None:
            return
        hurried, self.pace.hurried = self.pace.hurried, False
        try:
            at = self.pace.after(11)
            self.inform(action)
            self.teller.complete(action, "Minutes of the team meeting.", at=max(at, self.pace.at), by=by)
        except Enough:
            pass
        finally:
            self.pace.hurried = hurried

    def _keep(self, chapter: Chapter) -> None:
        """What happens in a stage whose work is done elsewhere: what its dates count from, then what meets them."""
        rules, by = self.council.rules(chapter.type), self.hands.verb(chapter, Verb.RECORD_EVENT)
        if rules is None or by is None:
            return
        known = {code for code, _ in happenings.recordable(chapter.stage)}
        met = [rule.met_by for rule in rules.milestones if not rule.conditional and not rule.headline]
        wanted = [
            *(event.code for event in rules.events[1:] if not event.optional),
            *met,
            rules.headline.met_by,
        ]
        for code in dict.fromkeys(wanted):
            if code in known and not chapter.has(code):
                self.teller.record_event(chapter, code, at=self.pace.after(7), by=by)

    def start_clock(self, chapter: Chapter) -> None:
        """Record what the date of a stage counts from, where that comes after its beginning."""
        rules, by = self.council.rules(chapter.type), self.hands.verb(chapter, Verb.RECORD_EVENT)
        if rules is None or by is None or rules.headline.from_milestone:
            return
        known = {code for code, _ in happenings.recordable(chapter.stage)}
        code = next((code for code in rules.headline.after if code in known and not chapter.has(code)), "")
        if code:
            self.teller.record_event(chapter, code, at=self.pace.after(1), by=by)

    def escalate(self, chapter: Chapter, type_: StageType) -> Chapter | None:
        """The next stage, asked for within twenty working days or not."""
        by = self.hands.verb(chapter, Verb.ESCALATE)
        if by is None:
            return None
        at = self.pace.after(6)
        asked_on = at.date() - timedelta(days=self.rng.choice((0, 0, 1, 2)))
        answered = max(letter.sent_on for letter in chapter.letters if letter.kind == "response")
        asked_on = max(asked_on, answered)
        reasons = "The answer does not say what will change."
        terms = None
        if chapter.type.window is not None:
            received = max(letter.received_on or letter.sent_on for letter in chapter.letters)
            terms = self.council.calendar.add(received, 20)
        late = ASKED_LATE if terms is not None and asked_on > terms else ""
        return self.teller.escalate(chapter, type_, asked_on, reasons, at=at, by=by, late_reason=late)
