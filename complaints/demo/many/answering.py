"""The acts that lead to an answer: drafts, checks, sign-off, more time, and what is sent."""

from datetime import datetime
from typing import Any

from accounts.models import Unit, User
from complaints.actions.sending import overall
from complaints.demo.many.telling import Chapter, Telling
from complaints.models import (
    ClosedAs,
    Draft,
    DraftDecision,
    Entry,
    Extension,
    ExtensionRequest,
    Learning,
    Letter,
    Pause,
)
from complaints.workflow import EVENT_OF, Kind, State, Verb
from slas.core.calendar import WorkingCalendar, london_date
from slas.core.receipt import Delivery, deemed_receipt
from slas.core.wording import amount, long_date


class Answering(Telling):
    """What is done to an answer before and after it goes out."""

    def __init__(self, *about: Any) -> None:
        super().__init__(*about)
        self.learned: dict[int, Learning] = {}

    def unit_of(self, chapter: Chapter) -> Unit:
        return self.council.staff.units[chapter.stage.unit_id]

    def officer_of(self, chapter: Chapter) -> User | None:
        return self.council.staff.people.get(chapter.stage.officer_id or 0)

    def responder_of(self, chapter: Chapter) -> User | None:
        return self.council.staff.people.get(chapter.stage.responder_id or 0)

    # --- what goes out

    def acknowledge(self, chapter: Chapter, channel: Entry, to: str, *, at: datetime, by: User) -> None:
        """The acknowledgement went out that day, naming whoever records it, with the data-sharing notice. `chapter` is
        the only stage open."""
        self.move(chapter, Verb.ACKNOWLEDGE)
        day = at.date()
        self._letter(chapter, Letter.Kind.ACKNOWLEDGEMENT, channel, to, at, by, sharing_notice=True)
        self.happened(chapter, EVENT_OF[Verb.ACKNOWLEDGE], day, at, by)
        sentence = (
            f"{by} recorded the acknowledgement of {long_date(day)} by {channel.name.lower()}, "
            f"naming {by} and with the data-sharing notice."
        )
        self.say(chapter, Verb.ACKNOWLEDGE, at, by, sentence)

    def _letter(
        self,
        chapter: Chapter,
        kind: Letter.Kind,
        channel: Entry,
        to: str,
        at: datetime,
        by: User,
        **more: Any,
    ) -> Letter:
        """Something that went out that day."""
        calendar: WorkingCalendar = self.council.calendar
        received = deemed_receipt(at.date(), Delivery(channel.delivery or Delivery.SAME_DAY), calendar)
        letter = Letter(
            pk=self.numbers.next(Letter),
            case_id=self.case.pk,
            stage_id=chapter.stage.pk,
            kind=kind.value,
            channel_id=channel.pk,
            sent_on=at.date(),
            received_on=received,
            to=to,
            recorded_at=at,
            by_id=by.pk,
            **more,
        )
        chapter.letters.append(letter)
        self.rows.add(letter)
        return letter

    def holding_update(
        self, chapter: Chapter, channel: Entry, to: str, text: str, *, at: datetime, by: User
    ) -> None:
        self.move(chapter, Verb.HOLDING_UPDATE)
        letter = self._letter(chapter, Letter.Kind.HOLDING, channel, to, at, by, text=text)
        sentence = f"{by} recorded a holding update of {long_date(letter.sent_on)}."
        self.say(chapter, Verb.HOLDING_UPDATE, at, by, sentence, letter=letter.pk)

    def send(
        self,
        chapter: Chapter,
        channel: Entry,
        to: str,
        findings: list[tuple[str, str]],
        late: tuple[Entry, Unit, str],
        *,
        at: datetime,
        by: User,
    ) -> None:
        """The answer went out that day. `findings`: of each point in turn; `late`: the reason, whose part and words,
        where it was late."""
        move, stage = self.move(chapter, Verb.SEND), chapter.stage
        for row, (finding, words) in zip(chapter.points, findings, strict=True):
            row.finding, row.words = finding, words
        draft = self._approved(chapter)
        letter = self._letter(
            chapter,
            Letter.Kind.RESPONSE,
            channel,
            to,
            at,
            by,
            text=draft.text if draft else "",
            draft_id=draft.pk if draft else None,
        )
        rules = self.council.rules(chapter.type)
        met_by = rules.headline.met_by if rules else ""
        if met_by and not chapter.has(met_by):
            self.happened(chapter, met_by, at.date(), at, by)
        chapter.late = late
        if not chapter.type.outcome_choices and chapter.type.procedure.kind == Kind.COMPLAINT:
            stage._prefetched_objects_cache = {"points": chapter.points}  # type: ignore[attr-defined]
            stage.outcome = str(overall(stage))
        if move.next is State.CLOSED:
            stage.closed_as = ClosedAs.ANSWERED.value
        self.go(chapter, move.next, at, stage.closed_as)
        received = f", deemed received on {long_date(letter.received_on)}" if letter.received_on else ""
        day, how = long_date(letter.sent_on), channel.name.lower()
        sentence = f"{by} recorded that the answer was sent on {day} by {how}{received}."
        self.say(chapter, Verb.SEND, at, by, sentence, letter=letter.pk)

    def _approved(self, chapter: Chapter) -> Draft | None:
        for draft in reversed(chapter.drafts):
            decided = chapter.decisions.get(draft.pk)
            if decided and decided[-1].decision != DraftDecision.Decision.RETURNED:
                return draft
        return chapter.drafts[-1] if chapter.drafts else None

    def share_copy(self, chapter: Chapter, channel: Entry, to: str, *, at: datetime, by: User) -> None:
        """A copy of the response went to the office that asked (S2.3)."""
        move = self.move(chapter, Verb.SHARE_COPY)
        answers = [letter for one in self.chapters for letter in one.letters if letter.kind == "response"]
        text = answers[-1].text if answers else ""
        self._letter(chapter, Letter.Kind.COPY, channel, to, at, by, text=text)
        self.happened(chapter, EVENT_OF[Verb.SHARE_COPY], at.date(), at, by)
        chapter.stage.closed_as = ClosedAs.ANSWERED.value
        self.go(chapter, move.next, at, ClosedAs.ANSWERED)
        sentence = f"{by} recorded that a copy of the response was shared with {to or 'the office'}."
        self.say(chapter, Verb.SHARE_COPY, at, by, sentence)

    # --- drafts

    def draft(self, chapter: Chapter, text: str, *, at: datetime, by: User) -> None:
        self.move(chapter, Verb.DRAFT)
        version = self._write(chapter, text, at, by)
        sentence = f"{by} saved version {version.version} of the draft."
        self.say(chapter, Verb.DRAFT, at, by, sentence, draft=version.version)

    def submit(self, chapter: Chapter, text: str, *, at: datetime, by: User) -> None:
        move = self.move(chapter, Verb.SUBMIT)
        version = self._write(chapter, text, at, by)
        version.submitted_at = at
        self.go(chapter, move.next, at)
        sentence = f"{by} sent version {version.version} of the draft to be checked."
        self.say(chapter, Verb.SUBMIT, at, by, sentence, draft=version.version)

    def _write(self, chapter: Chapter, text: str, at: datetime, by: User) -> Draft:
        """The next version; the last one again where it says the same."""
        if chapter.drafts and chapter.drafts[-1].text == text:
            return chapter.drafts[-1]
        version = Draft(
            pk=self.numbers.next(Draft),
            stage_id=chapter.stage.pk,
            version=len(chapter.drafts) + 1,
            text=text,
            written_at=at,
            author_id=by.pk,
        )
        chapter.drafts.append(version)
        self.rows.add(version)
        return version

    def _decide(
        self, chapter: Chapter, step: str, decision: str, at: datetime, by: User, reason: str = ""
    ) -> Draft:
        draft = chapter.drafts[-1]
        row = DraftDecision(
            draft_id=draft.pk, step=str(step), decision=str(decision), reason=reason, at=at, by_id=by.pk
        )
        chapter.decisions.setdefault(draft.pk, []).append(row)
        self.rows.add(row)
        return draft

    def approve(self, chapter: Chapter, *, at: datetime, by: User) -> None:
        move = self.move(chapter, Verb.APPROVE)
        draft = self._decide(chapter, DraftDecision.Step.CHECK, DraftDecision.Decision.APPROVED, at, by)
        self.go(chapter, move.next, at)
        sentence = f"{by} checked version {draft.version} of the draft and approved it."
        self.say(chapter, Verb.APPROVE, at, by, sentence, draft=draft.version)

    def return_draft(self, chapter: Chapter, reason: str, *, at: datetime, by: User) -> None:
        move = self.move(chapter, Verb.RETURN)
        draft = self._decide(
            chapter, DraftDecision.Step.CHECK, DraftDecision.Decision.RETURNED, at, by, reason
        )
        self.go(chapter, move.next, at)
        sentence = f"{by} returned version {draft.version} of the draft. To change: {reason}"
        self.say(chapter, Verb.RETURN, at, by, sentence, draft=draft.version)

    def sign(self, chapter: Chapter, *, at: datetime, by: User) -> None:
        move = self.move(chapter, Verb.SIGN)
        draft = self._decide(chapter, DraftDecision.Step.SIGN, DraftDecision.Decision.APPROVED, at, by)
        self._record(chapter, "signed", at, by)
        self.go(chapter, move.next, at)
        sentence = f"{by} approved the draft and signed it off."
        self.say(chapter, Verb.SIGN, at, by, sentence, draft=draft.version)

    def review(self, chapter: Chapter, outcome: str, note: str, *, at: datetime, by: User) -> None:
        move = self.move(chapter, Verb.REVIEW)
        names = dict(chapter.type.outcome_choices)
        chapter.stage.outcome, chapter.stage.outcome_note = outcome, note
        self._record(chapter, EVENT_OF[Verb.REVIEW], at, by)
        self.go(chapter, move.next, at)
        self.say(chapter, Verb.REVIEW, at, by, f"{by} reviewed it: {names[outcome]}.", outcome=outcome)

    def _record(self, chapter: Chapter, code: str, at: datetime, by: User) -> None:
        rules = self.council.rules(chapter.type)
        if rules is not None and code in rules.event_names:
            self.happened(chapter, code, at, at, by)

    # --- more time

    def ask_extension(self, chapter: Chapter, total: int, reason: str, *, at: datetime, by: User) -> None:
        """A service asks for more time for the date its stage is judged by."""
        self.move(chapter, Verb.ASK_EXTENSION)
        rules = self.council.rules(chapter.type)
        if rules is None:
            raise ValueError(f"{chapter.type} has no times to extend")
        row = ExtensionRequest(
            pk=self.numbers.next(ExtensionRequest),
            stage_id=chapter.stage.pk,
            milestone=rules.headline.code,
            total=total,
            reason=reason,
            asked_at=at,
            asked_by=by,
        )
        chapter.requests.append(row)
        self.rows.add(row)
        sentence = f"{by} asked for {amount(total, rules.headline.unit)} in all. {reason}"
        self.say(chapter, Verb.ASK_EXTENSION, at, by, sentence, total=total)

    def decide_extension(
        self, chapter: Chapter, granted: bool, reason: str, approver: User, *, at: datetime, by: User
    ) -> None:
        """Give the time that was asked for last, or not. The complainant agreed, and was told that day."""
        self.move(chapter, Verb.DECIDE_EXTENSION)
        request = chapter.requests[-1]
        rules = self.council.rules(chapter.type)
        if granted and rules is not None:
            rule, row = rules.headline, self.headline(chapter)
            approved_by = str(approver) if rule.approvers else str(approver or by)
            more = Extension(
                stage_id=chapter.stage.pk,
                milestone=rule.code,
                total=request.total,
                original_due_on=row.original_due_on or row.due_on if row else None,
                asked_by=str(request.asked_by),
                approved_by=approved_by,
                complainant_agreed=True,
                complainant_told_on=london_date(at),
                reason=reason,
                recorded_at=at,
                decided_at=at,
                by_id=by.pk,
            )
            told = self.consequences(chapter, at, lambda: self._extended(chapter, more))
            sentence = (
                f"{by} extended '{rule.name}' to {amount(request.total, rule.unit)} in all, approved by {approved_by}. "
                f"{more.asked_by} asked for it. {reason}{told}"
            )
            self.say(chapter, Verb.DECIDE_EXTENSION, at, by, sentence, total=request.total)
        else:
            self.say(chapter, Verb.DECIDE_EXTENSION, at, by, f"{by} refused more time. {reason}")
        request.granted, request.decided_at, request.decided_by_id = granted, at, by.pk
        request.decision_reason = reason

    def pause(self, chapter: Chapter, ground: str, *, at: datetime, by: User) -> None:
        """The clock stands still from that day on."""
        self.move(chapter, Verb.PAUSE)
        row = Pause(
            stage_id=chapter.stage.pk,
            first=at.date(),
            ground=ground,
            recorded_at=at,
            decided_at=at,
            by_id=by.pk,
        )
        chapter.pauses.append(row)
        self.rows.add(row)
        self.say(chapter, Verb.PAUSE, at, by, f"{by} paused it from {long_date(row.first)}: {ground}.")

    def _extended(self, chapter: Chapter, more: Extension) -> None:
        chapter.extensions.append(more)
        self.rows.add(more)
