"""A configured SLA against the legal floor: a statutory stage may be stricter than the law, not laxer."""

from collections.abc import Iterator
from typing import NamedTuple

from slas.core.phrases import due_phrase, spoken
from slas.core.rules import Rule, RuleSet, Span, Unit
from slas.core.wording import amount, quantity

# Calendar days a span is sure to take at least and at most, so that different units can be compared.
_LONGEST_BREAK = 12  # the most days over which bank holidays can stretch a count, with a year's to spare


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
    if rule.span is None or legal.span is None:
        if rule.span is None and legal.span is not None:
            yield f"it has no allowance of its own; {law}"
        return
    if not set(legal.after) <= set(rule.after) and rule.from_milestone == legal.from_milestone:
        yield f"it counts from {spoken(', '.join(rule.after))}; {law}"
    if _shortest(rule.span) > _longest(legal.span) or _more(rule.span.amount, rule, legal.span.amount, legal):
        yield f"{quantity(rule.span)} is longer than the law allows; {law}"
    most, legal_most = rule.extend_to or rule.span.amount, legal.extend_to or legal.span.amount
    if rule.extend_to and _more(most, rule, legal_most, legal):
        yield f"it may be extended to {amount(most, rule.unit)}; the law stops at {amount(legal_most, legal.unit)}"
    if rule.given and not legal.given and rule.given_to is None:
        yield f"a date may be given without limit; {law}"
    if rule.given_to and _more(rule.given_to, rule, legal_most, legal):
        yield f"a date may be given up to {amount(rule.given_to, rule.unit)}; the law stops at {legal_most}"
    if rule.pausable and not legal.pausable and rule.unit is legal.unit:
        yield "it may be paused; the law does not let it stand still"
    if legal.latest_from and not rule.latest_from and rule.after == legal.after:
        yield f"a late start would buy time; {law}"


def _more(ours: int, rule: Rule, theirs: int, legal: Rule) -> bool:
    """Whether `ours` is surely longer than `theirs`, in their own units."""
    if rule.unit is legal.unit:
        return ours > theirs
    return _shortest(Span(ours, rule.unit)) > _longest(Span(theirs, legal.unit))


def _shortest(span: Span) -> int:
    """The fewest calendar days `span` can take."""
    n = abs(span.amount)
    return {
        Unit.WORKING_DAYS: n // 5 * 7 + n % 5,
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
