"""What stays missed when a stage is reclassified (DOMAIN 2, Breach is a fact).

A deadline is missed when its red moment comes while its rules are the ones in force. A stage that is put under rules
whose date had gone by already is late by them for as long as they apply, and no longer: so a reclassification there and
back neither cures a breach nor makes one.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from slas.core.calendar import WorkingCalendar, instant
from slas.core.deadlines import NOTHING_MISSED, missed_by
from slas.core.facts import Facts, fitting
from slas.core.result import Missed
from slas.core.rules import RuleSet


class JudgedBy(NamedTuple):
    """The rules and days a stage was judged by until the moment it was reclassified."""

    rules: RuleSet
    calendar: WorkingCalendar
    until: datetime


def missed_before(earlier: Iterable[JudgedBy], facts: Facts) -> Missed:
    """What was missed under each of `earlier`, oldest first, by the facts decided until then: for `compute`.

    `facts` are all there are, not only those that the present rules allow. Correcting an event that was recorded on
    the wrong day takes a breach away, because every period is judged anew by it.
    """
    since: datetime | None = None
    by_code: dict[str, datetime] = {}
    headline: datetime | None = None
    for period in earlier:
        until = instant(period.until)
        allowed, _ = fitting(period.rules, facts, period.calendar)
        moments = (*(moment for moment in allowed.decided_after(since) if moment < until), until)
        missed = missed_by(period.rules, allowed, period.calendar, moments, after=since)
        headline = headline or missed.get(period.rules.headline.code)
        by_code = {**missed, **by_code}
        since = until
    return Missed(since, by_code, headline) if since else NOTHING_MISSED
