"""Move tables: phrases to moves and back, whose turn it is, what a signer changes, what no table may be."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from complaints.workflow import (
    ALWAYS,
    ANYONE,
    EVENT_OF,
    OPEN,
    SIGNER,
    STATE_LABELS,
    UNMET,
    VERB_LABELS,
    Kind,
    Move,
    MoveError,
    Need,
    State,
    Table,
    Verb,
    move_phrase,
    parse_move,
    parse_place,
)

ROLES = ("officer", "manager", "responder", "director")


def read(phrase: str) -> Move:
    return parse_move(phrase, anyone=ROLES, known=lambda role: role in ROLES)


def table(text: str) -> Table:
    """A table as one writes it: the first line names the state it begins in, a line 'state:' stands above its moves."""
    begins, *rest = [line.strip() for line in text.strip().splitlines()]
    place, lines = "", []
    for line in rest:
        if line.endswith(":"):
            place = parse_place(line.removesuffix(":"))
        else:
            lines.append((place, read(line)))
    return Table(State(begins), tuple(lines))


ANSWER = """
    to-allocate
    to-allocate:
        accept by responder, then to-answer
    to-answer:
        submit by responder when draft, then to-check
        draft by responder
    to-check:
        approve by officer, then to-sign
        return by officer, then to-answer
    to-sign:
        sign by signer, then to-send
        refuse-signature by signer, manager, then to-answer
    to-send:
        send by officer when findings, late-reason, then closed
        note by officer
    open:
        extend by officer
        note by anyone
        withdraw by officer, then closed
    closed:
        reopen by manager, then to-answer
    always:
        link by officer
        note by responder
"""


# --- phrases ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "move"),
    [
        ("accept by responder", Move(Verb.ACCEPT, ("responder",))),
        ("accept by responder, then to-answer", Move(Verb.ACCEPT, ("responder",), (), State.TO_ANSWER)),
        (
            "send by officer, manager when findings, late-reason, then to-close",
            Move(Verb.SEND, ("officer", "manager"), (Need.FINDINGS, Need.LATE_REASON), State.TO_CLOSE),
        ),
        ("note by anyone", Move(Verb.NOTE, ROLES)),
        ("sign by signer, then to-send", Move(Verb.SIGN, (SIGNER,), (), State.TO_SEND)),
        ("note by officer, officer", Move(Verb.NOTE, ("officer",))),
    ],
)
def test_a_phrase_is_a_move(phrase, move):
    assert read(phrase) == move


def test_everybody_is_written_as_anyone():
    assert (
        move_phrase(read("note by officer, manager, responder, director"), anyone=ROLES) == "note by anyone"
    )
    assert move_phrase(read("note by officer"), anyone=ROLES) == "note by officer"


@pytest.mark.parametrize(
    ("phrase", "named"),
    [
        ("", "is not a move"),
        ("send", "'send' is not a move: write it like"),
        ("send to officer", "is not a move"),
        ("post by officer", "'post' is no thing somebody does: there is acknowledge"),
        ("send by postman", "there is no role postman"),
        ("send by officer when happy", "'happy' is no thing a move may need: there is points"),
        ("send by officer, then gone", "'gone' is no state: there is to-triage"),
        ("send by officer, then to-close when findings", "'to-close when findings' is no state"),
        ("send by officer, then open", "'open' is no state"),
        ("Send by officer", "is not a move"),
        ("send by ,", "does not say who may do it"),
        ("send by officer when , then closed", "does not say when: leave 'when' out"),
    ],
)
def test_what_is_no_phrase_is_named(phrase, named):
    with pytest.raises(MoveError) as caught:
        read(phrase)
    assert named in str(caught.value)


def test_a_place_is_a_state_or_many_of_them():
    assert [parse_place(text) for text in ("to-send", "closed", OPEN, ALWAYS)] == [
        "to-send",
        "closed",
        "open",
        "always",
    ]
    with pytest.raises(MoveError, match="'never' is no state"):
        parse_place("never")


moves = st.builds(
    Move,
    verb=st.sampled_from(Verb),
    roles=st.one_of(
        st.just(ROLES),
        st.lists(st.sampled_from([*ROLES, SIGNER]), min_size=1, unique=True).map(tuple),
    ),
    needs=st.lists(st.sampled_from(Need), unique=True).map(tuple),
    next=st.one_of(st.none(), st.sampled_from(State)),
)


@given(moves)
def test_every_move_is_read_as_it_was_written(move):
    assert read(move_phrase(move, anyone=ROLES)) == move


words = st.sampled_from(
    ["send", "note", " by ", " when ", ", then ", ", ", ",", " ", "officer", "anyone", "draft"]
)


@given(st.one_of(st.text(max_size=60), st.lists(words, max_size=9).map("".join)))
@example("send by ,")
@example("send by officer when , then closed")
@example("send by officer, then ")
@example("send by officer when draft when draft")
def test_no_text_is_a_fault(text):
    """Whatever stands in a pack is a move or a MoveError."""
    try:
        move = read(text)
    except MoveError:
        return
    assert read(move_phrase(move, anyone=ROLES)) == move


# --- what a table answers ---------------------------------------------------------------------------


def test_the_first_move_of_a_state_is_its_turn():
    answer = table(ANSWER)
    turns = {state: (move.verb, move.roles[0]) for state in answer.states if (move := answer.turn(state))}
    assert turns == {
        "to-allocate": (Verb.ACCEPT, "responder"),
        "to-answer": (Verb.SUBMIT, "responder"),
        "to-check": (Verb.APPROVE, "officer"),
        "to-sign": (Verb.SIGN, SIGNER),
        "to-send": (Verb.SEND, "officer"),
    }
    assert answer.turn(State.CLOSED) is None


def test_states_are_in_the_order_they_are_written_and_closed_is_last():
    assert table(ANSWER).states == (
        State.TO_ALLOCATE,
        State.TO_ANSWER,
        State.TO_CHECK,
        State.TO_SIGN,
        State.TO_SEND,
        State.CLOSED,
    )


def test_a_state_has_its_own_moves_then_those_of_open_ones_then_those_of_all():
    assert [move.verb for move in table(ANSWER).moves("to-answer")] == [
        "submit",
        "draft",
        "extend",
        "note",
        "withdraw",
        "link",
    ]


def test_what_a_state_says_itself_goes_before_what_many_say():
    answer = table(ANSWER)
    assert answer.move("to-send", "note").roles == ("officer",)
    assert answer.move("to-answer", "note").roles == ROLES
    assert answer.move("closed", "note").roles == ("responder",)


def test_closed_is_not_open():
    assert [move.verb for move in table(ANSWER).moves("closed")] == ["reopen", "link", "note"]
    assert table(ANSWER).move("closed", "extend") is None


def test_a_move_that_is_not_there_is_none():
    assert table(ANSWER).move("to-answer", "approve") is None


# --- who signs --------------------------------------------------------------------------------------


def test_a_signer_takes_the_signers_place():
    signed = table(ANSWER).signed_by("director")
    assert signed.turn(State.TO_SIGN).roles == ("director",)
    assert signed.move("to-sign", "refuse-signature").roles == ("director", "manager")
    assert signed.move("to-check", "approve").next is State.TO_SIGN


def test_a_signer_who_has_a_part_in_it_already_is_named_once():
    assert table(ANSWER).signed_by("manager").move("to-sign", "refuse-signature").roles == ("manager",)


def test_without_a_signer_what_is_approved_is_ready_to_send():
    unsigned = table(ANSWER).signed_by("")
    assert State.TO_SIGN not in unsigned.states
    assert unsigned.move("to-check", "approve").next is State.TO_SEND
    assert unsigned.moves("to-answer") == table(ANSWER).moves("to-answer")


@given(st.sampled_from(["", *ROLES]))
def test_nobody_is_left_to_be_named(signer):
    signed = table(ANSWER).signed_by(signer)
    assert not [move for _, move in signed.lines if SIGNER in move.roles]


# --- what no table may be ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("to-send\nto-answer:\n send by officer, then closed", "to-send is reached, but has no moves"),
        ("to-answer\nto-answer:\n submit by officer, then to-check", "to-check is reached, but has no moves"),
        ("to-answer\nto-answer:\n draft by officer", "no move leads on from to-answer"),
        (
            "to-answer\nto-answer:\n send by officer, then closed\n send by manager",
            "send is said twice in to-answer",
        ),
        (
            "to-answer\nto-answer:\n send by officer, then closed\nopen:\n note by officer\n note by manager",
            "note is said twice in open",
        ),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(text, named):
    with pytest.raises(MoveError) as caught:
        table(text)
    assert str(caught.value) == named


def test_a_way_out_in_every_open_state_leads_no_state_on():
    with pytest.raises(MoveError, match="no move leads on from to-answer"):
        table("to-answer\nto-answer:\n draft by officer\nopen:\n withdraw by officer, then closed")


# --- the words --------------------------------------------------------------------------------------


def test_everything_has_its_words():
    assert set(STATE_LABELS) == set(State)
    assert set(VERB_LABELS) == set(Verb)
    assert set(UNMET) == set(Need)
    assert all(need.unmet.endswith(".") for need in Need)
    assert [kind.label for kind in Kind][:3] == ["Contact to be triaged", "Complaint", "Enquiry"]


def test_words_of_the_grammar_are_no_words_of_the_vocabulary():
    """A phrase can only be read one way."""
    assert not {OPEN, ALWAYS} & set(State)
    assert not [word for word in (*Verb, *Need, *State) if word in (ANYONE, SIGNER, "by", "when", "then")]


def test_the_event_of_a_verb_is_a_code():
    assert all(code.replace("-", "").isalpha() for code in EVENT_OF.values())
