"""What can be done to a stage, by whom, and where it goes next: the closed vocabulary, and its interpreter.

A policy pack combines these words into move tables; it cannot add to them. A move is a phrase that can be
read aloud: `send by cr-officer when findings, late-reason, then to-close`. Knows no Django and no database.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

SIGNER = "signer"
"""In a move table: the role that signs the answers of the stage the table is used for."""
ANYONE = "anyone"
"""In a move table: every role that works on cases."""


class Kind(StrEnum):
    """What a case is. Reports count by it."""

    CONTACT = "contact"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    COMMENT = "comment"
    COMPLIMENT = "compliment"
    OTHER = "other"

    @property
    def label(self) -> str:
        return "Contact to be triaged" if self is Kind.CONTACT else self.capitalize()


class State(StrEnum):
    """Where a stage stands."""

    TO_TRIAGE = "to-triage"
    TO_PASS_ON = "to-pass-on"  # noqa: S105 not a password
    TO_ALLOCATE = "to-allocate"
    TO_ACCEPT = "to-accept"
    TO_ANSWER = "to-answer"
    TO_REVIEW = "to-review"
    TO_CHECK = "to-check"
    TO_SIGN = "to-sign"
    TO_SEND = "to-send"
    TO_COPY = "to-copy"
    TO_CLOSE = "to-close"
    TO_DO = "to-do"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]


STATE_LABELS: Mapping[State, str] = {
    State.TO_TRIAGE: "To be triaged",
    State.TO_PASS_ON: "To be passed on",
    State.TO_ALLOCATE: "To be allocated",
    State.TO_ACCEPT: "With the service, to be accepted",
    State.TO_ANSWER: "Answer being written",
    State.TO_REVIEW: "To be reviewed",
    State.TO_CHECK: "Draft to be checked",
    State.TO_SIGN: "Draft to be signed",
    State.TO_SEND: "Ready to send",
    State.TO_COPY: "Copy of the response to be shared",
    State.TO_CLOSE: "Answered, to be closed",
    State.TO_DO: "Open",
    State.CLOSED: "Closed",
}

OPEN = "open"
"""In a move table: every state but closed."""
ALWAYS = "always"
"""In a move table: every state."""


class Verb(StrEnum):
    """What somebody does. Each is one action in `complaints.actions`."""

    # what came in
    ACKNOWLEDGE = "acknowledge"
    TRIAGE = "triage"
    RECLASSIFY = "reclassify"
    LOG_IN_ERROR = "log-in-error"
    MERGE = "merge"
    CHANGE_DETAILS = "change-details"
    CHANGE_PEOPLE = "change-people"
    RESTRICT = "restrict"
    # who does it
    TAKE_ON = "take-on"
    ALLOCATE = "allocate"
    REALLOCATE = "reallocate"
    ACCEPT = "accept"
    REJECT = "reject"
    ASK_CONTRIBUTION = "ask-contribution"
    CONTRIBUTE = "contribute"
    PASS_ON = "pass-on"  # noqa: S105 not a password
    # the answer
    DRAFT = "draft"
    SUBMIT = "submit"
    REVIEW = "review"
    APPROVE = "approve"
    RETURN = "return"
    SIGN = "sign"
    REFUSE_SIGNATURE = "refuse-signature"
    SEND = "send"
    HOLDING_UPDATE = "holding-update"
    SHARE_COPY = "share-copy"
    RECORD_FINDINGS = "record-findings"
    RECORD_LEARNING = "record-learning"
    CLOSE = "close"
    COMPLETE = "complete"
    # dates
    EXTEND = "extend"
    ASK_EXTENSION = "ask-extension"
    DECIDE_EXTENSION = "decide-extension"
    CORRECT_DATE = "correct-date"
    GIVE_DATE = "give-date"
    RECORD_EVENT = "record-event"
    DISMISS = "dismiss"
    PAUSE = "pause"
    RESUME = "resume"
    # another turn
    ESCALATE = "escalate"
    REFUSE_ESCALATION = "refuse-escalation"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    # words and papers
    NOTE = "note"
    TEAM_NOTE = "team-note"
    ADD_DOCUMENT = "add-document"
    LINK = "link"

    @property
    def label(self) -> str:
        return VERB_LABELS[self]


VERB_LABELS: Mapping[Verb, str] = {
    Verb.ACKNOWLEDGE: "Acknowledge",
    Verb.TRIAGE: "Triage",
    Verb.RECLASSIFY: "Reclassify",
    Verb.LOG_IN_ERROR: "Mark as logged in error",
    Verb.MERGE: "Merge into another case",
    Verb.CHANGE_DETAILS: "Change the details",
    Verb.CHANGE_PEOPLE: "Change the people",
    Verb.RESTRICT: "Restrict who may see it",
    Verb.TAKE_ON: "Name the case's officer",
    Verb.ALLOCATE: "Allocate",
    Verb.REALLOCATE: "Reallocate",
    Verb.ACCEPT: "Accept",
    Verb.REJECT: "Reject",
    Verb.ASK_CONTRIBUTION: "Ask another service to contribute",
    Verb.CONTRIBUTE: "Give your contribution",
    Verb.PASS_ON: "Pass on",
    Verb.DRAFT: "Write the draft",
    Verb.SUBMIT: "Send the draft to be checked",
    Verb.REVIEW: "Record the outcome of the review",
    Verb.APPROVE: "Approve the draft",
    Verb.RETURN: "Return the draft",
    Verb.SIGN: "Sign off",
    Verb.REFUSE_SIGNATURE: "Return without signing",
    Verb.SEND: "Record that it was sent",
    Verb.HOLDING_UPDATE: "Record a holding update",
    Verb.SHARE_COPY: "Record that the copy was shared",
    Verb.RECORD_FINDINGS: "Record the findings",
    Verb.RECORD_LEARNING: "Record the learning",
    Verb.CLOSE: "Close",
    Verb.COMPLETE: "Record that it is done",
    Verb.EXTEND: "Extend the deadline",
    Verb.ASK_EXTENSION: "Ask for more time",
    Verb.DECIDE_EXTENSION: "Decide on more time",
    Verb.CORRECT_DATE: "Correct a date",
    Verb.GIVE_DATE: "Give a date",
    Verb.RECORD_EVENT: "Record that something happened",
    Verb.DISMISS: "Say that a step is not needed",
    Verb.PAUSE: "Pause",
    Verb.RESUME: "Resume",
    Verb.ESCALATE: "Escalate to the next stage",
    Verb.REFUSE_ESCALATION: "Refuse to escalate",
    Verb.WITHDRAW: "Record that it was withdrawn",
    Verb.REOPEN: "Reopen",
    Verb.NOTE: "Add a note",
    Verb.TEAM_NOTE: "Add a note for Customer Relations only",
    Verb.ADD_DOCUMENT: "Add a document",
    Verb.LINK: "Link another case",
}

EVENT_OF: Mapping[Verb, str] = {
    Verb.TRIAGE: "triaged",
    Verb.ACKNOWLEDGE: "acknowledged",
    Verb.REVIEW: "reviewed",
    Verb.SHARE_COPY: "copy-shared",
    Verb.COMPLETE: "completed",
}
"""The event of the stage's SLA that a verb records, where the SLA knows it. `send` records whatever event
meets the headline milestone."""


class Need(StrEnum):
    """What must be so once a move is made, as it is recorded then."""

    POINTS = "points"
    DRAFT = "draft"
    FINDINGS = "findings"
    OUTCOME = "outcome"
    LATE_REASON = "late-reason"
    LEARNING = "learning"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    CASE_ANSWERED = "case-answered"
    NO_REQUEST = "no-request"
    NOT_PAUSED = "not-paused"
    INDEPENDENT = "independent"

    @property
    def unmet(self) -> str:
        """What to say when it is not so: the rule, and how to mend it."""
        return UNMET[self]


UNMET: Mapping[Need, str] = {
    Need.POINTS: "Add at least one point of complaint first, under 'Change the details'.",
    Need.DRAFT: "There is no draft yet. Write or upload one first.",
    Need.FINDINGS: "Record a finding for every point first.",
    Need.OUTCOME: "Choose the outcome.",
    Need.LATE_REASON: "This is late, so it needs the reason and the responsible team.",
    Need.LEARNING: "Record the learning, or 'none' with a reason, before closing.",
    Need.ACKNOWLEDGED: "Record the acknowledgement first.",
    Need.ANSWERED: "Record that the answer was sent first.",
    Need.CASE_ANSWERED: "The complaint has not been answered yet, so there is no copy to share.",
    Need.NO_REQUEST: "More time was asked for. Decide on that first.",
    Need.NOT_PAUSED: "This stage is paused. Resume it first.",
    Need.INDEPENDENT: "Whoever took part in an earlier stage does not sign this one. Somebody else has to.",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a move table: `verb` by any of `roles`, all of `needs` being so, then `next` (None: it stays)."""

    verb: Verb
    roles: tuple[str, ...]
    needs: tuple[Need, ...] = ()
    next: State | None = None


class MoveError(ValueError):
    """A move table that cannot be read or contradicts itself."""


@dataclass(frozen=True)
class Table:
    """A move table: the state a stage begins in, and its moves by state (or `open`, `always`), in order.

    The first move of a state is its turn: what is waited for, and from whom. Raises MoveError for a table
    in which a state leads nowhere or is not there.
    """

    begins: State
    lines: tuple[tuple[str, Move], ...]

    def __post_init__(self) -> None:
        own = {state for state, _ in self.lines if state not in (OPEN, ALWAYS)}
        wanted = {self.begins} | {move.next for _, move in self.lines if move.next}
        for reached in sorted(wanted - own - {State.CLOSED}):
            raise MoveError(f"{reached} is reached, but has no moves")
        for state in sorted(own - {State.CLOSED}):
            if not any(move.next for where, move in self.lines if where == state):
                raise MoveError(f"no move leads on from {state}")
        said = [(state, move.verb) for state, move in self.lines]
        for state, verb in said:
            if said.count((state, verb)) > 1:
                raise MoveError(f"{verb} is said twice in {state}")

    def moves(self, state: str) -> tuple[Move, ...]:
        """Every move in `state`: its own first, in their order, then those of every open state, then of all."""
        places = [state, ALWAYS] if state == State.CLOSED else [state, OPEN, ALWAYS]
        found: dict[Verb, Move] = {}
        for place in places:
            for where, move in self.lines:
                if where == place:
                    found.setdefault(move.verb, move)
        return tuple(found.values())

    def move(self, state: str, verb: str) -> Move | None:
        """What `verb` does in `state`; None where it is not a move there."""
        return next((move for move in self.moves(state) if move.verb == verb), None)

    def turn(self, state: str) -> Move | None:
        """What is waited for in `state`; None once it is closed."""
        if state == State.CLOSED:
            return None
        return next((move for where, move in self.lines if where == state), None)

    @property
    def states(self) -> tuple[State, ...]:
        """The states of this table, in the order they are written, closed last."""
        own = [State(where) for where, _ in self.lines if where not in (OPEN, ALWAYS, State.CLOSED)]
        return (*dict.fromkeys(own), State.CLOSED)

    def signed_by(self, role: str) -> "Table":
        """This table with `role` in place of the signer; without a role the state to be signed is left out,
        and what led to it leads to where signing would have led."""
        if role:
            return replace(self, lines=tuple((s, _with_signer(move, role)) for s, move in self.lines))
        signing = self.move(State.TO_SIGN, Verb.SIGN)
        after = signing.next if signing else None
        lines = [
            (state, replace(move, next=after) if move.next is State.TO_SIGN else move)
            for state, move in self.lines
            if state != State.TO_SIGN
        ]
        return replace(self, lines=tuple(lines))


def _with_signer(move: Move, role: str) -> Move:
    return replace(move, roles=tuple(dict.fromkeys(role if r == SIGNER else r for r in move.roles)))


_VERB = re.compile(r"([a-z-]+) by (.+)")


def parse_move(phrase: str, *, anyone: Iterable[str], known: Callable[[str], bool]) -> Move:
    """'send by cr-officer when findings, then to-close' → the Move. `anyone` are the roles that word stands
    for; `known` says whether there is a role. Raises MoveError naming what is not understood."""
    rest, _, after = phrase.partition(", then ")
    rest, separator, when = rest.partition(" when ")
    found = _VERB.fullmatch(rest.strip())
    if not found:
        raise MoveError(f"'{phrase}' is not a move: write it like 'accept by responder, then to-answer'")
    roles: list[str] = []
    for word in _words(found[2]):
        if word != ANYONE and word != SIGNER and not known(word):
            raise MoveError(f"there is no role {word}")
        roles += anyone if word == ANYONE else [word]
    if not roles:
        raise MoveError(f"'{phrase}' does not say who may do it")
    if separator and not _words(when):
        raise MoveError(f"'{phrase}' does not say when: leave 'when' out, or name what it needs")
    return Move(
        verb=_one_of(Verb, found[1], "thing somebody does"),
        roles=tuple(dict.fromkeys(roles)),
        needs=tuple(_one_of(Need, word, "thing a move may need") for word in _words(when)),
        next=_one_of(State, after.strip(), "state") if after else None,
    )


def move_phrase(move: Move, *, anyone: Iterable[str]) -> str:
    """A move as `parse_move` reads it."""
    everybody = tuple(anyone)
    roles = ANYONE if move.roles == everybody else ", ".join(move.roles)
    needs = f" when {', '.join(move.needs)}" if move.needs else ""
    return f"{move.verb} by {roles}{needs}" + (f", then {move.next}" if move.next else "")


def parse_place(text: str) -> str:
    """The state, `open` or `always` that stands before some moves. Raises MoveError."""
    return text if text in (OPEN, ALWAYS) else _one_of(State, text, "state")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


E = TypeVar("E", bound=StrEnum)


def _one_of(vocabulary: type[E], word: str, what: str) -> E:
    try:
        return vocabulary(word)
    except ValueError:
        raise MoveError(f"'{word}' is no {what}: there is {', '.join(vocabulary)}") from None
