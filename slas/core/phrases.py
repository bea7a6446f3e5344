"""Rules as phrases that can be read aloud, and back: '10 working days after received'.

The grammar is closed. `parse_*` raise PhraseError saying what was expected; `due_phrase` and its
neighbours write exactly what `parse_*` read, so that a policy exported is the policy loaded.
"""

import re
from collections.abc import Collection
from typing import Any

from slas.core.rules import Amber, AmberKind, Rule, Span, Unit
from slas.core.wording import UNIT_WORDS, amount

_UNITS = {word: unit for unit, words in UNIT_WORDS.items() for word in words}
_N = r"(?P<n>[1-9][0-9]{0,3})"
_UNIT = r"(?P<unit>" + "|".join(_UNITS) + ")"
_CODE = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ANCHOR = rf"(?P<anchor>{_CODE}|the earlier of {_CODE} and {_CODE})"
_COUNT = re.compile(rf"{_N} {_UNIT} (?P<way>after|before) {_ANCHOR}")
_AT_ONCE = re.compile(rf"immediately after {_ANCHOR}")
_SAME_DAY = re.compile(rf"the same day as {_ANCHOR}")
_GIVEN = re.compile(rf"a date given after {_ANCHOR}")
_OR_GIVEN = re.compile(rf"or a date given(?: up to {_N} {_UNIT})?(?P<school> for school holidays)?")
_LATEST = re.compile(rf"at the latest from when (?P<code>{_CODE}) is due")
_EXTENDED = re.compile(rf"to {_N} {_UNIT}")
_AMBER_DAY = re.compile(rf"from day {_N}")
_AMBER_BEFORE = re.compile(rf"{_N} {_UNIT} before it is due")
_AMBER_SHARE = re.compile(rf"when {_N}% of the time is left")
_SHOWN = re.compile(rf"once (?:(?P<known>known)|(?P<code>{_CODE}) is recorded)")

COUNTING_THE_DAY = "counting the day itself"
DUE_EXAMPLES = (
    "'10 working days after received', '5 working days before respond', 'immediately after received', "
    "'the same day as respond' or 'a date given after agreed'"
)


class PhraseError(ValueError):
    """A phrase the grammar does not know; the message says what it could have been."""


def parse_due(text: str, milestones: Collection[str]) -> dict[str, Any]:
    """The fields of a `Rule` that a due phrase sets. `milestones` are the codes defined before this one;
    any other code is taken for an event."""
    first, *clauses = [clause.strip() for clause in text.split(",")]
    fields = _parse_first(first, milestones)
    for clause in clauses:
        if clause == COUNTING_THE_DAY:
            fields["counts_start"] = True
        elif match := _OR_GIVEN.fullmatch(clause):
            fields |= {"given": True, "given_in_school_holidays": bool(match["school"])}
            if match["n"]:
                fields["given_to"] = _same_unit(match, fields["span"])
        elif match := _LATEST.fullmatch(clause):
            fields["latest_from"] = match["code"]
        else:
            raise PhraseError(
                f"'{clause}' is not understood: after the first comma comes '{COUNTING_THE_DAY}', "
                "'or a date given', 'or a date given up to 65 working days' or "
                "'at the latest from when acknowledge is due'"
            )
    return fields


def _parse_first(text: str, milestones: Collection[str]) -> dict[str, Any]:
    if match := _COUNT.fullmatch(text):
        sign = 1 if match["way"] == "after" else -1
        span: Span | None = Span(sign * int(match["n"]), _UNITS[match["unit"]])
    elif match := _AT_ONCE.fullmatch(text):
        span = Span(0, Unit.IMMEDIATELY)
    elif match := _SAME_DAY.fullmatch(text):
        span = Span(0, Unit.WORKING_DAYS)
    elif match := _GIVEN.fullmatch(text):
        span = None
    else:
        raise PhraseError(f"'{text}' is not understood: write {DUE_EXAMPLES}")
    anchor = match["anchor"].removeprefix("the earlier of ").split(" and ")
    fields: dict[str, Any] = {"span": span, "after": tuple(anchor)}
    if len(anchor) == 1 and anchor[0] in milestones:
        fields["from_milestone"] = True
    if span is None:
        fields["given"] = True
    return fields


def _same_unit(match: re.Match[str], span: Span | None) -> int:
    if span is not None and _UNITS[match["unit"]] is not span.unit:
        raise PhraseError(f"'{match[0]}' is in another unit than the allowance, {amount(2, span.unit)[2:]}")
    return int(match["n"])


def parse_extension(text: str, span: Span | None) -> int:
    """The cap in 'to 20 working days', which must be in the rule's own unit."""
    if not (match := _EXTENDED.fullmatch(text)):
        raise PhraseError(f"'{text}' is not understood: write 'to 20 working days'")
    return _same_unit(match, span)


def parse_amber(text: str, span: Span | None) -> Amber:
    """'from day 10', '3 working days before it is due' or 'when 20% of the time is left'."""
    if match := _AMBER_DAY.fullmatch(text):
        return Amber(AmberKind.FROM_DAY, int(match["n"]))
    if match := _AMBER_BEFORE.fullmatch(text):
        return Amber(AmberKind.BEFORE, _same_unit(match, span))
    if match := _AMBER_SHARE.fullmatch(text):
        return Amber(AmberKind.SHARE, int(match["n"]))
    raise PhraseError(
        f"'{text}' is not understood: write 'from day 10', '3 working days before it is due' "
        "or 'when 20% of the time is left'"
    )


def parse_shown(text: str) -> str:
    """The event of 'once complaint-route is recorded', or '' for 'once known'."""
    if not (match := _SHOWN.fullmatch(text)):
        raise PhraseError(f"'{text}' is not understood: write 'once known' or 'once triaged is recorded'")
    return match["code"] or ""


def due_phrase(rule: Rule) -> str:
    """What `parse_due` reads as this rule."""
    anchor = rule.after[0] if len(rule.after) == 1 else "the earlier of " + " and ".join(rule.after)
    span = rule.span
    if span is None:
        return f"a date given after {anchor}"
    parts = [span_phrase(span, anchor)]
    if rule.counts_start:
        parts.append(COUNTING_THE_DAY)
    if rule.given:
        cap = f" up to {amount(rule.given_to, span.unit)}" if rule.given_to else ""
        school = " for school holidays" if rule.given_in_school_holidays else ""
        parts.append(f"or a date given{cap}{school}")
    if rule.latest_from:
        parts.append(f"at the latest from when {rule.latest_from} is due")
    return ", ".join(parts)


def span_phrase(span: Span, anchor: str) -> str:
    """'10 working days after received', 'the same day as respond'."""
    if span.unit is Unit.IMMEDIATELY:
        return f"immediately after {anchor}"
    if span.amount == 0:
        return f"the same day as {anchor}"
    return f"{amount(abs(span.amount), span.unit)} {'after' if span.amount > 0 else 'before'} {anchor}"


def extension_phrase(rule: Rule) -> str:
    return f"to {amount(rule.extend_to or 0, rule.unit)}"


def amber_phrase(rule: Rule) -> str:
    """What `parse_amber` reads as this rule's margin; it has one."""
    amber = rule.amber
    if amber is None:
        raise ValueError(f"{rule.code} has the default margin")
    if amber.kind is AmberKind.FROM_DAY:
        return f"from day {amber.amount}"
    if amber.kind is AmberKind.BEFORE:
        return f"{amount(amber.amount, rule.unit)} before it is due"
    return f"when {amber.amount}% of the time is left"


def shown_phrase(rule: Rule) -> str:
    return f"once {rule.only_with} is recorded" if rule.only_with else "once known"


def spoken(phrase: str) -> str:
    """A phrase for people: codes lose their hyphens."""
    return phrase.replace("-", " ")
