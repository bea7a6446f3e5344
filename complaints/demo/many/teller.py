"""The acts of a story: each writes in memory what the action of the same name writes in the database, words and all."""

from collections.abc import Sequence
from datetime import date, datetime

from accounts.models import Unit, User
from complaints.actions.triage import state_after_triage
from complaints.demo.many.answering import Answering
from complaints.demo.many.telling import Chapter
from complaints.models import (
    ClosedAs,
    Contribution,
    Dismissal,
    Entry,
    GivenDate,
    Learning,
    Note,
    StageType,
)
from complaints.workflow import EVENT_OF, Kind, State, Verb
from slas.core.wording import long_date, long_moment


class Teller(Answering):
    """All that can be told of a case, from its first day to its last."""

    def triage(
        self,
        chapter: Chapter,
        type_: StageType | None,
        *,
        at: datetime,
        by: User,
        exclusion: Entry | None = None,
        aware_on: date | None = None,
    ) -> Chapter:
        """Decide what a contact is. Returns the stage that goes on."""
        self.case.aware_on, self.case.exclusion = aware_on, exclusion
        move = self.move(chapter, Verb.TRIAGE)
        rules = self.council.rules(chapter.type)
        code = EVENT_OF[Verb.TRIAGE]
        if rules is not None and code in rules.event_names and not chapter.has(code):
            self.happened(chapter, code, at, at, by)
        excluded = f" It is not for the complaints procedure: {exclusion.name.lower()}." if exclusion else ""
        if type_ is None:
            self.go(chapter, State.CLOSED, at, ClosedAs.NOT_ACCEPTED)
            route = exclusion.route if exclusion else ""
            self.say(
                chapter, Verb.TRIAGE, at, by, f"{by} did not accept it.{excluded} To use instead: {route}"
            )
            return chapter
        going = chapter
        if type_.procedure_id == chapter.type.procedure_id:
            self.go(chapter, move.next, at)
        else:
            going = self._go_on(chapter, type_, at, by)
        sentence = f"{by} triaged it: {type_.procedure.name}.{excluded}"
        self.say(chapter, Verb.TRIAGE, at, by, sentence, procedure=type_.procedure.code)
        return going

    def _go_on(self, chapter: Chapter, type_: StageType, at: datetime, by: User) -> Chapter:
        """A stage of another procedure: in place of the one that was triaged or, down the complaints route, beside it
        (S2.3)."""
        unit = self.council.staff.units[chapter.stage.unit_id]
        officer = self.officer_of(chapter)
        routed = bool(chapter.type.route_event) and type_.procedure.kind == Kind.COMPLAINT
        if routed:
            self._go_down(chapter, at, by)
        received = self.case.received_at or self.case.received_on
        begun = self.begin(type_, unit=unit, officer=officer, at=at, by=by, moment=received, earlier=chapter)
        begun.stage.state = state_after_triage(begun.table, State(begun.state)).value
        if routed:
            self.go(chapter, State(chapter.type.route_state), at)
        else:
            self.go(chapter, State.CLOSED, at, ClosedAs.TRIAGED)
        return begun

    def _go_down(self, chapter: Chapter, at: datetime, by: User) -> None:
        rules = self.council.rules(chapter.type)
        self.happened(chapter, chapter.type.route_event, at, at, by)
        copy = (
            next((r for r in rules.milestones if r.met_by == EVENT_OF[Verb.SHARE_COPY]), None)
            if rules
            else None
        )
        if rules is None or copy is None or copy is rules.headline or rules.statutory:
            return
        source = f" ({', '.join(copy.source)})" if copy.source else ""
        row = Dismissal(
            stage_id=chapter.stage.pk,
            milestone=rules.headline.code,
            reason=(
                "It goes down the complaints route: it is not answered itself, a copy of the response is shared"
                f"{source}."
            ),
            recorded_at=at,
            by_id=by.pk,
        )
        chapter.dismissals.append(row)
        self.rows.add(row)

    def record_event(self, chapter: Chapter, code: str, *, at: datetime, by: User) -> None:
        """Write down that something happened, at that very moment."""
        self.move(chapter, Verb.RECORD_EVENT)
        rules = self.council.rules(chapter.type)
        name = rules.event_names[code] if rules else code
        told = self.consequences(chapter, at, lambda: self.happened(chapter, code, at, at, by))
        sentence = f"{by} recorded '{name}' on {long_moment(at)}.{told}"
        self.say(chapter, Verb.RECORD_EVENT, at, by, sentence, event=code)

    def note(self, text: str, *, at: datetime, by: User, team_only: bool = False) -> None:
        """Words left on the case."""
        verb = Verb.TEAM_NOTE if team_only else Verb.NOTE
        acting = [*self.open, *(one for one in reversed(self.chapters) if not one.type.beside)]
        row = Note(
            pk=self.numbers.next(Note),
            case_id=self.case.pk,
            text=text,
            team_only=team_only,
            at=at,
            by_id=by.pk,
        )
        self.rows.add(row)
        hidden = {"team_only": True} if team_only else {}
        self.say(acting[0], verb, at, by, f"{by} added a note.", note=row.pk, **hidden)

    # --- who does it

    def allocate(
        self, chapter: Chapter, unit: Unit, responder: User | None, *, at: datetime, by: User
    ) -> None:
        move = self.move(chapter, Verb.ALLOCATE)
        self.give(chapter, unit, responder)
        self.go(chapter, move.next, at)
        self.say(
            chapter, Verb.ALLOCATE, at, by, f"{by} allocated it to {_to(unit, responder)}.", unit=unit.pk
        )

    def accept(self, chapter: Chapter, *, at: datetime, by: User) -> None:
        move = self.move(chapter, Verb.ACCEPT)
        if chapter.stage.responder_id is None:
            chapter.stage.responder_id = by.pk
        self.go(chapter, move.next, at)
        self.say(chapter, Verb.ACCEPT, at, by, f"{by} accepted it for {self.unit_of(chapter)}.")

    def reject(self, chapter: Chapter, reason: str, *, at: datetime, by: User) -> None:
        move = self.move(chapter, Verb.REJECT)
        chapter.stage.responder_id = None
        self.go(chapter, move.next, at)
        self.say(chapter, Verb.REJECT, at, by, f"{by} rejected it for {self.unit_of(chapter)}. {reason}")

    def ask_contribution(
        self,
        chapter: Chapter,
        unit: Unit,
        question: str,
        due_on: date,
        *,
        at: datetime,
        by: User,
        person: User | None = None,
    ) -> Contribution:
        """Ask another unit to say its part: it sees the case from then on."""
        self.move(chapter, Verb.ASK_CONTRIBUTION)
        asked = Contribution(
            pk=self.numbers.next(Contribution),
            stage_id=chapter.stage.pk,
            unit=unit,
            person_id=person.pk if person else None,
            question=question,
            due_on=due_on,
            asked_at=at,
            asked_by_id=by.pk,
        )
        chapter.asked.append(asked)
        self.rows.add(asked)
        self.join(unit)
        sentence = f"{by} asked {_to(unit, person)} to contribute by {long_date(due_on)}."
        self.say(chapter, Verb.ASK_CONTRIBUTION, at, by, sentence, unit=unit.pk)
        return asked

    def contribute(
        self, chapter: Chapter, asked: Contribution, answer: str, *, at: datetime, by: User
    ) -> None:
        self.move(chapter, Verb.CONTRIBUTE)
        asked.answer, asked.answered_at, asked.answered_by_id = answer, at, by.pk
        sentence = f"{by} contributed for {asked.unit}."
        self.say(chapter, Verb.CONTRIBUTE, at, by, sentence, unit=asked.unit_id)

    def pass_on(self, chapter: Chapter, unit: Unit, *, at: datetime, by: User) -> None:
        self.move(chapter, Verb.PASS_ON)
        self.give(chapter, unit, None)
        chapter.stage.closed_as = ClosedAs.PASSED_ON.value
        self.go(chapter, State.CLOSED, at, ClosedAs.PASSED_ON)
        self.say(chapter, Verb.PASS_ON, at, by, f"{by} passed it on to {unit}.", unit=unit.pk)

    # --- how it ends, and goes on

    def close(
        self,
        chapter: Chapter,
        *,
        at: datetime,
        by: User,
        learning: Sequence[tuple[str, Unit, StageType | None, Entry | None, date | None]] = (),
        none_because: str = "",
        note: str = "",
    ) -> list[Chapter]:
        """Close a stage with its learning. Returns the actions begun by that."""
        move = self.move(chapter, Verb.CLOSE)
        begun = [self._learn(chapter, *one, at=at, by=by) for one in learning]
        if none_because and not learning:
            chapter.stage.no_learning_reason = none_because
            self.say(chapter, Verb.CLOSE, at, by, f"{by} recorded that there is no learning. {none_because}")
        answered = any(letter.kind == "response" for letter in chapter.letters)
        closed_as = ClosedAs.ANSWERED if answered else ClosedAs.CLOSED
        chapter.stage.closed_as, self.case.closed_note = closed_as.value, note
        self.go(chapter, move.next, at, closed_as)
        self.say(chapter, Verb.CLOSE, at, by, f"{by} closed it.{' ' + note if note else ''}")
        return [one for one in begun if one is not None]

    def _learn(
        self,
        chapter: Chapter,
        text: str,
        unit: Unit,
        type_: StageType | None,
        kind: Entry | None,
        due_on: date | None,
        *,
        at: datetime,
        by: User,
    ) -> Chapter | None:
        action = None
        if type_ is not None:
            officer = self.officer_of(chapter)
            action = self.begin(type_, unit=unit, officer=officer, at=at, by=by, moment=at.date())
            action.learning = text
            self.join(unit)
            self._give_day(action, due_on, at, by)
        row = Learning(
            case_id=self.case.pk,
            found_in_id=chapter.stage.pk,
            stage_id=action.stage.pk if action else None,
            kind=kind,
            text=text,
            recorded_at=at,
            by_id=by.pk,
        )
        self.rows.add(row)
        if action is not None:
            self.learned[action.stage.pk] = row
        self.say(chapter, Verb.CLOSE, at, by, f"{by} recorded learning for {unit}: {text}")
        return action

    def _give_day(self, action: Chapter, day: date | None, at: datetime, by: User) -> None:
        rules = self.council.rules(action.type)
        if rules is None or day is None or not rules.headline.given:
            return
        row = GivenDate(
            stage_id=action.stage.pk,
            milestone=rules.headline.code,
            day=day,
            said_by=str(by),
            recorded_at=at,
            decided_at=at,
            by_id=by.pk,
        )
        action.given.append(row)
        self.rows.add(row)

    def complete(self, action: Chapter, proof: str, *, at: datetime, by: User) -> None:
        """A learning action was done."""
        move = self.move(action, Verb.COMPLETE)
        self.happened(action, EVENT_OF[Verb.COMPLETE], at, at, by)
        self.learned[action.stage.pk].proof = proof
        action.stage.closed_as = ClosedAs.DONE.value
        self.go(action, move.next, at, ClosedAs.DONE)
        self.say(action, Verb.COMPLETE, at, by, f"{by} recorded that the action was done. {proof}")

    def escalate(
        self,
        chapter: Chapter,
        type_: StageType,
        asked_on: date,
        reasons: str,
        *,
        at: datetime,
        by: User,
        late_reason: str = "",
    ) -> Chapter:
        """Open the next stage."""
        self.move(chapter, Verb.ESCALATE)
        unit, officer = self.unit_of(chapter), self.officer_of(chapter)
        begun = self.begin(type_, unit=unit, officer=officer, at=at, by=by, moment=asked_on, because=reasons)
        self.go(chapter, None, at)
        why = f" Asked for late: {late_reason}" if late_reason else ""
        asked = f"asked for on {long_date(asked_on)}. Their reasons: {reasons}{why}"
        sentence = f"{by} escalated it to {type_.name}, {asked}"
        self.say(chapter, Verb.ESCALATE, at, by, sentence)
        return begun

    def withdraw(self, chapter: Chapter, how: str, reason: str, *, at: datetime, by: User) -> None:
        """The complainant withdrew that day."""
        left = {str(one.stage.number): one.state for one in self.open}
        self.move(chapter, Verb.WITHDRAW)
        self._close_all(chapter, ClosedAs.WITHDRAWN, at)
        self.case.closed_note = reason
        sentence = f"{by} recorded that it was withdrawn on {long_date(at.date())}, {how}. {reason}"
        self.say(chapter, Verb.WITHDRAW, at, by, sentence, left=left)

    def log_in_error(self, chapter: Chapter, reason: str, *, at: datetime, by: User) -> None:
        left = {str(one.stage.number): one.state for one in self.open}
        self.move(chapter, Verb.LOG_IN_ERROR)
        self._close_all(chapter, ClosedAs.LOGGED_IN_ERROR, at)
        self.case.closed_note = reason
        sentence = f"{by} marked it as logged in error. {reason}"
        self.say(chapter, Verb.LOG_IN_ERROR, at, by, sentence, left=left)

    def _close_all(self, chapter: Chapter, why: ClosedAs, at: datetime) -> None:
        for other in [*(one for one in self.open if one is not chapter), chapter]:
            other.stage.closed_as = why.value
            self.go(other, State.CLOSED, at, why)


def _to(unit: Unit, responder: User | None) -> str:
    return f"{responder}, {unit}" if responder else str(unit)
