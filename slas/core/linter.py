"""A configured SLA against the legal floor: a statutory stage may be stricter than the law, not laxer."""

from collections.abc import Iterator
from typing import NamedTuple

from slas.core.phrases import due_phrase, spoken
from slas.core.rules import Rule, RuleSet, Span, Unit
from slas.core.wording import UNIT_WORDS, amount, quantity

_LONGEST_BREAK = 12  # the most days over which bank holidays can stretch a count, with some to spare


class Finding(NamedTuple):
    """One way in which an SLA is laxer than its floor. `milestone` is its code."""

    sla: str
    milestone: str
    text: str


def lint(rules: RuleSet, floor: RuleSet) -> tuple[Finding, ...]:
    """Everything in which `rules` are laxer than `floor`; empty when they are not.

    Milestones are compared by code. One that the floor has and `rules` lack is a finding, except where
    the floor's own is conditional.
    """
    found = []
    for legal in floor.milestones:
        rule = rules.by_code.get(legal.code)
        if rule is None:
            if not legal.conditional:
                found.append(
                    Finding(rules.code, legal.code, f"the law asks for '{legal.name}' and it is missing")
                )
            continue
        found += [Finding(rules.code, rule.code, text) for text in _laxer(rule, legal)]
    return tuple(found)


def _laxer(rule: Rule, legal: Rule) -> Iterator[str]:
    law = f"the law's is '{spoken(due_phrase(legal))}'"
    if rule.conditional and not legal.conditional:
        yield f"it may be left out; {law}"
    if rule.span is None or legal.span is None:
        if rule.span is None and legal.span is not None:
            yield f"it has no allowance of its own; {law}"
        return
    if rule.from_milestone != legal.from_milestone or not set(legal.after) <= set(rule.after):
        yield f"it counts from {spoken(', '.join(rule.after))}; {law}"
    if _later(rule.span, legal.span) or (
        rule.span == legal.span and legal.counts_start and not rule.counts_start
    ):
        yield f"{quantity(rule.span)} can be longer than the law allows; {law}"
    yield from _longer_still(rule, rule.span, legal, legal.span)
    if rule.pausable and not legal.pausable and rule.unit is legal.unit:
        yield "it may be paused; the law does not let it stand still"
    if legal.latest_from and not rule.latest_from and rule.after == legal.after:
        yield f"a late start would buy time; {law}"


def _longer_still(rule: Rule, span: Span, legal: Rule, legal_span: Span) -> Iterator[str]:
    """Extensions and dates given, against the most the law allows."""
    most = Span(legal.extend_to or legal_span.amount, legal.unit)
    stops = (
        f"the law stops at {amount(most.amount, most.unit)}"
        if legal.unit in UNIT_WORDS
        else "the law says at once"
    )
    if rule.extend_to and _later(Span(rule.extend_to, span.unit), most):
        yield f"it may be extended to {amount(rule.extend_to, span.unit)}; {stops}"
    if rule.given and not legal.given and rule.given_to is None:
        yield f"a date may be given without limit; {stops}"
    if rule.given_to and _later(Span(rule.given_to, span.unit), most):
        yield f"a date may be given up to {amount(rule.given_to, span.unit)}; {stops}"


def _later(ours: Span, theirs: Span) -> bool:
    """Whether `ours` can end later than `theirs` from some day on."""
    if ours.unit is theirs.unit:
        return ours.amount > theirs.amount
    return _longest(ours) > _shortest(theirs)


def _shortest(span: Span) -> int:
    """The fewest calendar days `span` can take: working days begun on a Sunday, February in the months."""
    n = abs(span.amount)
    return {
        Unit.WORKING_DAYS: (n - 1) // 5 * 7 + (n - 1) % 5 + 1 if n else 0,
        Unit.CALENDAR_DAYS: n,
        Unit.MONTHS: n * 30 - 2 * (n > 0),
        Unit.HOURS: n // 24,
        Unit.IMMEDIATELY: 0,
    }[span.unit]


def _longest(span: Span) -> int:
    """The most calendar days `span` can take."""
    n = abs(span.amount)
    return {
        Unit.WORKING_DAYS: -(-n // 5) * 7 + 2 + _LONGEST_BREAK,
        Unit.CALENDAR_DAYS: n,
        Unit.MONTHS: n * 31,
        Unit.HOURS: n // 24 + 1,
        Unit.IMMEDIATELY: 0,
    }[span.unit]
