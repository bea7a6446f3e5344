"""The colour of a stored deadline: two comparisons of moments with now, the same in Python and in SQL.

Both say what `slas.core.result.Deadline.state` says, at every moment from the last fact of the stage on: of a pause
that is over, only how far it moved the date is stored.
"""

from datetime import datetime

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Least

from complaints.models import Deadline
from slas.core.calendar import WorkingCalendar, instant, london_date
from slas.core.result import State


def state_of(row: Deadline, now: datetime) -> State:
    """The colour of `row` at `now`, or when it was met if that was earlier."""
    if row.waiting_for:
        return State.WAITING
    if row.paused_since is not None:
        return State.PAUSED
    seen = min(instant(now), row.met_at) if row.met_at else instant(now)
    if row.red_at is not None and seen >= row.red_at:
        return State.RED
    if row.amber_at is not None and seen >= row.amber_at:
        return State.AMBER
    return State.GREEN


def with_state(rows: QuerySet[Deadline], now: datetime) -> QuerySet[Deadline]:
    """`rows` with their colour at `now` as `state`: what `state_of` says, said to the database."""
    seen = Case(When(met_at__isnull=False, then=Least(F("met_at"), Value(now))), default=Value(now))
    return rows.alias(seen=seen).annotate(
        state=Case(
            When(~Q(waiting_for=""), then=Value(State.WAITING.value)),
            When(paused_since__isnull=False, then=Value(State.PAUSED.value)),
            When(red_at__lte=F("seen"), then=Value(State.RED.value)),
            When(amber_at__lte=F("seen"), then=Value(State.AMBER.value)),
            default=Value(State.GREEN.value),
            output_field=CharField(),
        )
    )


def days_left(row: Deadline, now: datetime, calendar: WorkingCalendar) -> int | None:
    """Working days d with today < d <= due; late, minus those with due < d <= today (DOMAIN 2). None while waiting or
    paused; once met, those left on the day it was."""
    if row.due_on is None or state_of(row, now) is State.PAUSED:
        return None
    seen = min(instant(now), row.met_at) if row.met_at else instant(now)
    return calendar.count(london_date(seen), row.due_on)
