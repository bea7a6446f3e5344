"""The answer: drafts in versions, the check of their quality, and sign-off. Nobody approves their own draft."""

from collections.abc import Collection, Sequence
from datetime import datetime

from accounts.actions import Refused
from accounts.models import User
from accounts.roles import Role
from complaints.actions.acting import Act, acting
from complaints.actions.allocation import check_somebody
from complaints.actions.documents import Upload, write_document
from complaints.models import Case, Draft, DraftDecision, Stage
from complaints.moves import CASE_ROLES
from complaints.papers import letters
from complaints.queries import authors
from complaints.queries.allocating import takers
from complaints.workflow import EVENT_OF, Move, Need, Verb
from slas import service

MOST_NAMED = 3
"""How many of those who may approve in somebody's place are named."""


def draft(
    *,
    case: Case,
    by: User,
    now: datetime,
    text: str,
    upload: Upload | None = None,
    note: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Save the next version of the answer: `text` as letters are written (`papers.letters`), or the text of an
    uploaded Word file."""
    with acting(Verb.DRAFT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        version = _write(act, text, upload, note)
        if version is None:
            raise Refused(
                f"This is the same as version {_latest(act.stage).version}. Nothing was saved.", "text"
            )
        act.say(f"{act.who} saved version {version.version} of the draft.", draft=version.version)
    return act.case


def submit(
    *,
    case: Case,
    by: User,
    now: datetime,
    text: str | None = None,
    upload: Upload | None = None,
    note: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Send the draft to be checked: the latest version, or `text` as the next one."""
    with acting(Verb.SUBMIT, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if text is not None:
            _write(act, text, upload, note)
        latest = _latest(act.stage)
        latest.submitted_at = now
        latest.save(update_fields=["submitted_at"])
        act.say(f"{act.who} sent version {latest.version} of the draft to be checked.", draft=latest.version)
    return act.case


def _write(act: Act, text: str, upload: Upload | None, note: str) -> Draft | None:
    """The next version; None where it says what the last one says."""
    text = letters.clean(text)
    if not text.strip():
        raise Refused("Write the draft, or upload a Word file.", "text")
    latest = Draft.objects.filter(stage=act.stage).order_by("-version").first()
    if latest is not None and latest.text == text and upload is None:
        return None
    document = write_document(act.case, upload, by=act.by, now=act.now, stage=act.stage) if upload else None
    return Draft.objects.create(
        stage=act.stage,
        version=latest.version + 1 if latest else 1,
        text=text,
        document=document,
        note=note,
        written_at=act.now,
        author=act.by,
        for_whom=act.for_whom,
    )


def _latest(stage: Stage) -> Draft:
    latest = Draft.objects.filter(stage=stage).order_by("-version").first()
    if latest is None:
        raise Refused("There is no draft yet. Write or upload one first.", "text")
    return latest


def approved(stage: Stage) -> Draft | None:
    """The version that is to be sent: the latest one whose last decision was to approve it; where a procedure has no
    check of drafts, the latest."""
    drafts = list(Draft.objects.filter(stage=stage).prefetch_related("decisions").order_by("-version"))
    for version in drafts:
        decisions = list(version.decisions.all())
        if decisions and decisions[-1].decision != DraftDecision.Decision.RETURNED:
            return version
    return drafts[0] if drafts else None


def why_own(stage: Stage, move: Move, by: User | None, for_whom: User | None) -> str:
    """Why `by`, who acts for `for_whom` (None: in their own right), may not make `move`, which approves or signs the
    draft of `stage`, and who else may; '' where they may.

    Nobody does either to an answer of which they wrote any version, nor does their deputy: who changes a word of it
    after them does not make it another's. A return does not free them; that the answer was sent does.
    """
    authors.bring_versions([stage])
    versions = authors.versions(stage, move.verb)
    for person in (by, for_whom):
        own = next((v for v in versions if person and person.pk in (v.author_id, v.for_whom_id)), None)
        if person is None or own is None:
            continue
        which = "this version" if own == _latest(stage) else f"version {own.version} of it"
        wrote, deputy = f"{person} wrote {which}", ", nor does their deputy"
        if person == by:
            mine = own.author_id == by.pk
            wrote, deputy = f"You wrote {which}" if mine else f"You had {which} written for you", ""
        return f"{wrote}, and nobody approves their own draft{deputy}. {_who_else(stage, move, versions)}"
    return _why_not_independent(stage, move, versions, by, for_whom)


def _why_not_independent(
    stage: Stage, move: Move, versions: Sequence[Draft], by: User | None, for_whom: User | None
) -> str:
    """Why somebody who took part in an earlier stage does not sign this one, where its policy wants another (H3)."""
    before = authors.took_part([stage])[stage.pk] if Need.INDEPENDENT in move.needs else set()
    person = next((one for one in (by, for_whom) if one is not None and one.pk in before), None)
    if person is None:
        return ""
    source = f" ({stage.type.source})" if stage.type.source else ""
    deputy = "" if person == by else ", nor does their deputy"
    return (
        f"{'You' if person == by else person} took part in an earlier stage, and whoever did does not sign this one"
        f"{deputy}{source}. {_who_else(stage, move, versions, before)} It can also be reallocated to another service, "
        "to be reviewed there."
    )


def _who_else(
    stage: Stage, move: Move, versions: Sequence[Draft], besides: Collection[int] = frozenset()
) -> str:
    """Who may do it instead, as a sentence: those of its roles there who wrote none of `versions`, and `besides`."""
    roles = [role for role in CASE_ROLES if Role(role).includes & set(move.roles)]
    writers = {pk for version in versions for pk in (version.author_id, version.for_whom_id) if pk}
    names = [
        str(person) for person in takers(stage.case, roles, stage.unit).exclude(pk__in=writers | set(besides))
    ]
    role = Role(move.roles[0]).label
    if not names:
        return f"Nobody else there may. Ask an administrator to name another {role}, or return it."
    if len(names) > MOST_NAMED:
        names[MOST_NAMED:] = [f"another {role}"]
    others, last = ", ".join(names[:-1]), names[-1]
    return f"Ask {f'{others} or {last}' if others else last}, or return it."


def _not_own(act: Act) -> None:
    if why := why_own(act.stage, act.move, act.by, act.for_whom):
        raise Refused(why)


def _decide(
    act: Act, version: Draft, step: DraftDecision.Step, decision: DraftDecision.Decision, reason: str = ""
) -> None:
    DraftDecision.objects.create(
        draft=version,
        step=step,
        decision=decision,
        reason=reason,
        at=act.now,
        by=act.by,
        for_whom=act.for_whom,
    )


def approve(
    *,
    case: Case,
    by: User,
    now: datetime,
    note: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """The quality check passed (S7.1, SA1: Customer Relations check every response)."""
    with acting(Verb.APPROVE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        version = _latest(act.stage)
        _not_own(act)
        _decide(act, version, DraftDecision.Step.CHECK, DraftDecision.Decision.APPROVED, note)
        act.say(
            f"{act.who} checked version {version.version} of the draft and approved it.",
            draft=version.version,
        )
    return act.case


def return_draft(
    *, case: Case, by: User, now: datetime, reason: str, stage: Stage | None = None, seen: int | None = None
) -> Case:
    """Return a draft with what to change."""
    with acting(Verb.RETURN, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        version = _latest(act.stage)
        if not reason:
            raise Refused("Say what to change.", "reason")
        _decide(act, version, DraftDecision.Step.CHECK, DraftDecision.Decision.RETURNED, reason)
        act.say(
            f"{act.who} returned version {version.version} of the draft. To change: {reason}",
            draft=version.version,
        )
    return act.case


def sign(
    *,
    case: Case,
    by: User,
    now: datetime,
    text: str | None = None,
    note: str = "",
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Sign the answer off as it stands, or with `text` in its place: amended and approved (S9.2, S10.2)."""
    with acting(Verb.SIGN, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        checked = _latest(act.stage)
        _not_own(act)
        amended = _write(act, text, None, "Amended at sign-off") if text is not None else None
        _decide(
            act,
            amended or checked,
            DraftDecision.Step.SIGN,
            DraftDecision.Decision.AMENDED if amended else DraftDecision.Decision.APPROVED,
            note,
        )
        how = f"amended the draft (version {amended.version}) and" if amended else "approved the draft and"
        _record(act, "signed")
        act.say(f"{act.who} {how} signed it off.", draft=(amended or checked).version)
    return act.case


def refuse_signature(
    *, case: Case, by: User, now: datetime, reason: str, stage: Stage | None = None, seen: int | None = None
) -> Case:
    """Return a draft unsigned with what to change."""
    with acting(Verb.REFUSE_SIGNATURE, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        if not reason:
            raise Refused("Say what to change before you sign.", "reason")
        version = _latest(act.stage)
        _decide(act, version, DraftDecision.Step.SIGN, DraftDecision.Decision.RETURNED, reason)
        act.say(
            f"{act.who} returned version {version.version} without signing. To change: {reason}",
            draft=version.version,
        )
    return act.case


def review(
    *,
    case: Case,
    by: User,
    now: datetime,
    outcome: str,
    note: str,
    stage: Stage | None = None,
    seen: int | None = None,
) -> Case:
    """Record what a review came to: one of the outcomes its stage has (SC1)."""
    with acting(Verb.REVIEW, case=case, by=by, now=now, stage=stage, seen=seen) as act:
        names = dict(act.stage.type.outcome_choices)
        if outcome not in names:
            raise Refused(no_such_outcome(act.stage), "outcome")
        if not note:
            raise Refused("Give the reasons: the complainant will be told them.", "note")
        if writer := act.stage.type.writer_after(outcome):
            does = [role for role in CASE_ROLES if Role(writer) in Role(role).includes]
            check_somebody(act.case, does, act.stage.unit, "outcome")
        act.stage.outcome, act.stage.outcome_note = outcome, note
        _record(act, EVENT_OF[Verb.REVIEW])
        act.say(f"{act.who} reviewed it: {names[outcome]}.", outcome=outcome)
    return act.case


def no_such_outcome(stage: Stage) -> str:
    """What to say to an outcome that a stage has not: those it has, and by which policy."""
    known = "; ".join(name for _, name in stage.type.outcome_choices) or "none"
    source = f" ({stage.type.source})" if stage.type.source else ""
    return f"{stage.type.name} has no such outcome. It has: {known}{source}."


def _record(act: Act, code: str) -> None:
    version = act.stage.type.sla_version
    if version is not None and code in service.rule_set(version).event_names:
        act.happened(code, act.now)
