"""The colour of a stored deadline is the same asked of the database, of Python and of the core: for every rule of every
pack, in every state, on every boundary."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from complaints.actions import clock
from complaints.models import (
    Deadline,
    Dismissal,
    Extension,
    GivenDate,
    Pause,
    Stage,
    StageEvent,
    StageType,
)
from complaints.queries import colour
from complaints.queries.clocks import with_facts, worked
from slas.core import result
from slas.core.calendar import LONDON, WorkingCalendar, instant, london_date, london_midnight
from slas.core.result import State
from slas.models import PolicyVersion, SlaVersion
from slas.service import rule_set
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
CLOCKS_CHANGE = (date(2026, 3, 29), date(2026, 10, 25))
EACH = 6
"""Stages of each SLA."""


def some_day(draw: random.Random) -> date:
    """Within a few weeks of one of the nights on which the clocks change."""
    return draw.choice(CLOCKS_CHANGE) + timedelta(days=draw.randint(-30, 20))


def some_moment(draw: random.Random, day: date) -> datetime | None:
    """A time on it, one of the hour that comes twice among them; or none."""
    hour, minute = draw.choice([(0, 0), (0, 30), (1, 30), (9, 5), (23, 59)])
    moment = datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)
    return draw.choice([None, moment, moment + timedelta(hours=1)])


def tell(stage: Stage, draw: random.Random) -> None:
    """Facts of every kind, some of which its rules do not allow."""
    rules = rule_set(stage.type.sla_version)
    said = {"recorded_at": NOW, "by": None}
    for code in rules.event_names:
        if draw.random() < 0.6 or code == rules.events[0].code:
            day = some_day(draw)
            at = some_moment(draw, day)
            StageEvent.objects.create(stage=stage, code=code, day=london_date(at or day), at=at, **said)
    decided = draw.choice([None, instant(some_day(draw))])
    for rule in rules.milestones:
        more = {**said, "milestone": rule.code, "decided_at": decided}
        if rule.extend_to and draw.random() < 0.3:
            Extension.objects.create(stage=stage, total=rule.extend_to, reason="", **more)
        if rule.given and draw.random() < 0.5:
            GivenDate.objects.create(stage=stage, day=some_day(draw) + timedelta(days=30), **more)
        if draw.random() < 0.1:
            Dismissal.objects.create(stage=stage, milestone=rule.code, reason="", **said)
    if rules.pausable and draw.random() < 0.6:
        begun = StageEvent.objects.filter(stage=stage, code=rules.events[0].code).latest("pk").day
        first = begun + timedelta(days=draw.randint(0, 12))
        resumed = draw.choice([None, first, first + timedelta(days=9)])
        Pause.objects.create(stage=stage, first=first, resumed=resumed, decided_at=decided, **said)


def make_stages(council: Council, draw: random.Random) -> list[Stage]:
    """Stages of every SLA of every pack, whatever its procedures are."""
    case = cases.log(council)
    like = case.stages.get()
    found = []
    for n, version in enumerate(SlaVersion.objects.filter(policy_version__in=PolicyVersion.objects.all())):
        type_ = StageType.objects.create(
            procedure=like.type.procedure,
            position=100 + n,
            code=f"any-{n}",
            name="Any",
            sla_version=version,
            table=like.type.table,
        )
        for _ in range(EACH):
            number = len(found) + 2
            stage = Stage.objects.create(
                case=case, number=number, type=type_, state="to-triage", opened_at=NOW, unit=council.children
            )
            tell(stage, draw)
            found.append(stage)
    clock.recompute([stage.pk for stage in found])
    return found


Pair = tuple[Deadline, result.Deadline, WorkingCalendar]


@pytest.fixture
def pairs(council: Council) -> list[Pair]:
    """Every stored deadline beside the core's, from the same facts."""
    made = [stage.pk for stage in make_stages(council, random.Random(2026))]
    stages = list(with_facts(Stage.objects.filter(pk__in=made)))
    answers = worked(stages)
    rows = {(row.stage_id, row.milestone): row for row in Deadline.objects.filter(stage__in=made)}
    return [
        (rows[stage.pk, one.rule.code], one, answers[stage.pk].calendar)
        for stage in stages
        for one in answers[stage.pk].deadlines
    ]


def boundaries(pairs: list[Pair]) -> Iterator[datetime]:
    """Each moment at which some colour changes, the instants beside it, and the midnights around the clock changes."""
    for row, core, _ in pairs:
        for moment in (row.amber_at, row.red_at, row.met_at, core.red_at):
            if moment is not None:
                yield from (instant(moment) - TICK, instant(moment), instant(moment) + TICK)
    for night in CLOCKS_CHANGE:
        for day in (night - timedelta(days=1), night, night + timedelta(days=1)):
            yield from (instant(london_midnight(day)) - TICK, instant(london_midnight(day)))
            yield datetime.combine(day, time(1, 15), LONDON).astimezone(UTC)


def is_after_its_pauses(core: result.Deadline, moment: datetime) -> bool:
    """Whether a moment is one at which the row could be looked at: its pauses are recorded once they are over."""
    return all(p.resumed is None or p.resumed <= london_date(moment) for p in core.pauses)


def test_it_is_the_same_by_sql_by_python_and_by_the_core(pairs):
    moments = sorted(set(boundaries(pairs)))
    chosen = random.Random(7).sample(moments, 150)
    seen = set()
    for moment in chosen:
        by_sql = dict(colour.with_state(Deadline.objects.all(), moment).values_list("pk", "state"))
        for row, core, calendar in pairs:
            if not is_after_its_pauses(core, moment):
                continue
            state = core.state(moment)
            told = f"{core.rule.code} at {moment}: {row.amber_at} {row.red_at} {row.met_at}"
            assert by_sql[row.pk] == state, told
            assert colour.state_of(row, moment) is state, told
            assert colour.days_left(row, moment, calendar) == core.working_days_left(moment, calendar), told
            seen.add((state, row.met_at is not None, row.missed_at is not None))
    states = {state for state, _, _ in seen}
    assert states == set(State)
    assert {(State.RED, True, True), (State.GREEN, True, False), (State.AMBER, False, False)} <= seen


def test_each_row_is_the_same_on_its_own_boundaries(pairs):
    for row, core, _ in pairs:
        for moment in boundaries([(row, core, _)]):
            if is_after_its_pauses(core, moment):
                assert colour.state_of(row, moment) is core.state(moment), (core.rule.code, moment)


def test_it_is_one_query_of_two_comparisons_for_any_number(council, django_assert_num_queries):
    cases.accepted(council)
    cases.triaged(council, "mp-enquiry")
    with django_assert_num_queries(1):
        rows = list(colour.with_state(Deadline.objects.all(), NOW).filter(state="green"))
    assert len(rows) > 1


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2026, 11, 29, 23, 59, 59, 999999, tzinfo=LONDON), "green"),
        (datetime(2026, 11, 30, 0, 0, tzinfo=LONDON), "amber"),
        (datetime(2026, 12, 2, 23, 59, 59, 999999, tzinfo=LONDON), "amber"),
        (datetime(2026, 12, 3, 0, 0, tzinfo=LONDON), "red"),
    ],
)
def test_green_until_amber_and_amber_until_the_due_day_is_over(council, now, state):
    case = cases.accepted(council)
    row = deadline(case)
    assert str(colour.state_of(row, now)) == state
    assert colour.with_state(Deadline.objects.filter(pk=row.pk), now).get().state == state


def test_london_midnight_in_summer_is_an_hour_before_utc(council):
    """Due on Friday 5 June: red at 23:00 UTC that day."""
    may = datetime(2026, 5, 22, 10, 0, tzinfo=LONDON)
    case = cases.accepted(council, now=may, received=date(2026, 5, 21))
    row = deadline(case)
    assert (row.due_on, row.red_at) == (date(2026, 6, 5), datetime(2026, 6, 5, 23, 0, tzinfo=UTC))


def test_what_is_done_not_needed_or_closed_is_not_live(council):
    case = cases.sent(council)
    assert deadline(case).live is False
    enquiry = cases.triaged(council, "mp-enquiry")
    rows = {row.milestone: row.live for row in Deadline.objects.filter(stage__case=enquiry)}
    assert rows == {"triage": False, "inform-lead-member": True, "draft-response": True}
    closed = cases.closed(council)
    assert not Deadline.objects.filter(stage__case=closed, live=True).exists()


def test_facts_of_every_kind_are_among_the_examples(pairs):
    """That the examples above are worth their name."""
    rows = [row for row, _, _ in pairs]
    kinds = {
        "waiting": [r for r in rows if r.waiting_for],
        "paused": [r for r in rows if r.paused_since],
        "to the minute": [r for r in rows if r.due_at],
        "met": [r for r in rows if r.met_at],
        "late": [r for r in rows if r.in_time is False],
        "missed": [r for r in rows if r.missed_at],
        "not needed": [r for r in rows if r.dismissed],
        "extended or given": [r for r in rows if r.due_on != r.original_due_on],
        "in winter": [r for r in rows if r.red_at and r.red_at.hour == 0],
        "in summer": [r for r in rows if r.red_at and r.red_at.hour == 23],
    }
    assert [name for name, there in kinds.items() if len(there) < 5] == []
    assert len(rows) > 300
