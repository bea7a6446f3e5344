"""Stories of `complaints.demo.many` told twice at once: in memory, as `make_cases` tells them, and by the actions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from accounts.models import User
from complaints.actions import (
    allocation,
    closing,
    details,
    drafting,
    escalation,
    extending,
    happenings,
    intake,
    sending,
    triage,
)
from complaints.demo.many.teller import Teller
from complaints.demo.many.telling import Chapter
from complaints.models import Case, Contribution, Stage


class Doing(Teller):
    """Does in the database, to the case `done`, whatever is told of the case in memory, at the same moments."""

    done: Case

    def act(
        self, action: Callable[..., Any], chapter: Chapter | None, at: datetime, by: User, **said: Any
    ) -> Any:
        stage = Stage.objects.get(case=self.done, number=chapter.stage.number) if chapter else None
        return action(case=self.done, by=by, now=at, **({"stage": stage} if stage else {}), **said)

    def stage(self, chapter: Chapter) -> Stage:
        return Stage.objects.get(case=self.done, number=chapter.stage.number)

    def log(self, contact: Any, *, at: datetime, by: User, reference: str, readers: Any = ()) -> Chapter:
        readers = list(readers)
        self.done = intake.log_contact(replace(contact, readers=readers), by=by, now=at)
        return super().log(contact, at=at, by=by, reference=reference, readers=readers)

    def triage(
        self,
        chapter: Chapter,
        type_: Any,
        *,
        at: datetime,
        by: User,
        exclusion: Any = None,
        aware_on: Any = None,
    ) -> Chapter:
        chosen = {} if exclusion else {"type_": type_}
        self.act(triage.triage, chapter, at, by, exclusion=exclusion, aware_on=aware_on, **chosen)
        return super().triage(chapter, type_, at=at, by=by, exclusion=exclusion, aware_on=aware_on)

    def record_event(self, chapter: Chapter, code: str, *, at: datetime, by: User) -> None:
        self.act(happenings.record_event, chapter, at, by, code=code, moment=at)
        super().record_event(chapter, code, at=at, by=by)

    def note(self, text: str, *, at: datetime, by: User, team_only: bool = False) -> None:
        self.act(details.note, None, at, by, text=text, team_only=team_only)
        super().note(text, at=at, by=by, team_only=team_only)

    def allocate(self, chapter: Chapter, unit: Any, responder: Any, *, at: datetime, by: User) -> None:
        self.act(allocation.allocate, chapter, at, by, unit=unit, responder=responder)
        super().allocate(chapter, unit, responder, at=at, by=by)

    def accept(self, chapter: Chapter, *, at: datetime, by: User) -> None:
        self.act(allocation.accept, chapter, at, by)
        super().accept(chapter, at=at, by=by)

    def reject(self, chapter: Chapter, reason: str, *, at: datetime, by: User) -> None:
        self.act(allocation.reject, chapter, at, by, reason=reason)
        super().reject(chapter, reason, at=at, by=by)

    def ask_contribution(
        self,
        chapter: Chapter,
        unit: Any,
        question: str,
        due_on: date,
        *,
        at: datetime,
        by: User,
        person: Any = None,
    ) -> Contribution:
        asked = {"unit": unit, "question": question, "due_on": due_on, "person": person}
        self.act(allocation.ask_contribution, chapter, at, by, **asked)
        return super().ask_contribution(chapter, unit, question, due_on, at=at, by=by, person=person)

    def contribute(
        self, chapter: Chapter, asked: Contribution, answer: str, *, at: datetime, by: User
    ) -> None:
        row = Contribution.objects.filter(stage=self.stage(chapter), answered_at__isnull=True).get()
        self.act(allocation.contribute, chapter, at, by, contribution=row, answer=answer)
        super().contribute(chapter, asked, answer, at=at, by=by)

    def pass_on(self, chapter: Chapter, unit: Any, *, at: datetime, by: User) -> None:
        self.act(allocation.pass_on, chapter, at, by, unit=unit)
        super().pass_on(chapter, unit, at=at, by=by)

    def close(
        self,
        chapter: Chapter,
        *,
        at: datetime,
        by: User,
        learning: Any = (),
        none_because: str = "",
        note: str = "",
    ) -> list[Chapter]:
        drafts = [
            closing.LearningDraft(text, unit, type_=type_, kind=kind, due_on=due_on)
            for text, unit, type_, kind, due_on in learning
        ]
        said = {"learning": drafts, "none_because": none_because, "note": note}
        self.act(closing.close, chapter, at, by, **said)
        return super().close(chapter, at=at, by=by, learning=learning, none_because=none_because, note=note)

    def complete(self, action: Chapter, proof: str, *, at: datetime, by: User) -> None:
        self.act(closing.complete, action, at, by, proof=proof)
        super().complete(action, proof, at=at, by=by)

    def escalate(
        self,
        chapter: Chapter,
        type_: Any,
        asked_on: date,
        reasons: str,
        *,
        at: datetime,
        by: User,
        late_reason: str = "",
    ) -> Chapter:
        said = {"asked_on": asked_on, "reasons": reasons, "late_reason": late_reason}
        self.act(escalation.escalate, chapter, at, by, **said)
        return super().escalate(chapter, type_, asked_on, reasons, at=at, by=by, late_reason=late_reason)

    def withdraw(self, chapter: Chapter, how: str, reason: str, *, at: datetime, by: User) -> None:
        self.act(closing.withdraw, chapter, at, by, withdrawn_on=at.date(), how=how, reason=reason)
        super().withdraw(chapter, how, reason, at=at, by=by)

    def log_in_error(self, chapter: Chapter, reason: str, *, at: datetime, by: User) -> None:
        self.act(triage.log_in_error, chapter, at, by, reason=reason)
        super().log_in_error(chapter, reason, at=at, by=by)

    # --- the answer

    def acknowledge(self, chapter: Chapter, channel: Any, to: str, *, at: datetime, by: User) -> None:
        said = {"sent": sending.Sent(at.date(), channel, to), "officer": by, "sharing_notice": True}
        self.act(sending.acknowledge, chapter, at, by, **said)
        super().acknowledge(chapter, channel, to, at=at, by=by)

    def holding_update(
        self, chapter: Chapter, channel: Any, to: str, text: str, *, at: datetime, by: User
    ) -> None:
        sent = sending.Sent(at.date(), channel, to)
        self.act(sending.holding_update, chapter, at, by, sent=sent, text=text)
        super().holding_update(chapter, channel, to, text, at=at, by=by)

    def send(
        self, chapter: Chapter, channel: Any, to: str, findings: Any, late: Any, *, at: datetime, by: User
    ) -> None:
        points = [row.pk for row in self.stage(chapter).points.order_by("pk")]
        reason, unit, note = late
        self.act(
            sending.send,
            chapter,
            at,
            by,
            sent=sending.Sent(at.date(), channel, to),
            findings={pk: found for pk, found in zip(points, findings, strict=True) if found[0]},
            late_reason=reason,
            late_unit=unit,
            late_note=note,
        )
        super().send(chapter, channel, to, findings, late, at=at, by=by)

    def share_copy(self, chapter: Chapter, channel: Any, to: str, *, at: datetime, by: User) -> None:
        self.act(sending.share_copy, chapter, at, by, sent=sending.Sent(at.date(), channel, to))
        super().share_copy(chapter, channel, to, at=at, by=by)

    def draft(self, chapter: Chapter, text: str, *, at: datetime, by: User) -> None:
        self.act(drafting.draft, chapter, at, by, text=text)
        super().draft(chapter, text, at=at, by=by)

    def submit(self, chapter: Chapter, text: str, *, at: datetime, by: User) -> None:
        self.act(drafting.submit, chapter, at, by, text=text)
        super().submit(chapter, text, at=at, by=by)

    def approve(self, chapter: Chapter, *, at: datetime, by: User) -> None:
        self.act(drafting.approve, chapter, at, by)
        super().approve(chapter, at=at, by=by)

    def return_draft(self, chapter: Chapter, reason: str, *, at: datetime, by: User) -> None:
        self.act(drafting.return_draft, chapter, at, by, reason=reason)
        super().return_draft(chapter, reason, at=at, by=by)

    def sign(self, chapter: Chapter, *, at: datetime, by: User) -> None:
        self.act(drafting.sign, chapter, at, by)
        super().sign(chapter, at=at, by=by)

    def review(self, chapter: Chapter, outcome: str, note: str, *, at: datetime, by: User) -> None:
        self.act(drafting.review, chapter, at, by, outcome=outcome, note=note)
        super().review(chapter, outcome, note, at=at, by=by)

    def ask_extension(self, chapter: Chapter, total: int, reason: str, *, at: datetime, by: User) -> None:
        self.act(extending.ask_extension, chapter, at, by, total=total, reason=reason)
        super().ask_extension(chapter, total, reason, at=at, by=by)

    def pause(self, chapter: Chapter, ground: str, *, at: datetime, by: User) -> None:
        self.act(happenings.pause, chapter, at, by, first=at.date(), ground=ground)
        super().pause(chapter, ground, at=at, by=by)

    def decide_extension(
        self, chapter: Chapter, granted: bool, reason: str, approver: User, *, at: datetime, by: User
    ) -> None:
        agreed = {"complainant_agreed": True, "complainant_told_on": at.date()} if granted else {}
        said = {"granted": granted, "reason": reason, "approver": approver, **agreed}
        self.act(extending.decide_extension, chapter, at, by, **said)
        super().decide_extension(chapter, granted, reason, approver, at=at, by=by)
