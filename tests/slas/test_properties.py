"""The core against the clerk with the wall calendar (`naive.py`), on dates and facts nobody thought of.

The same examples every time: a failure here can be repeated.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from types import SimpleNamespace

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from slas.core.calendar import LONDON, Receipt, WorkingCalendar
from slas.core.deadlines import compute
from slas.core.rules import Amber, AmberKind, Event, Rule, RuleSet, Span, Unit
from tests.slas import naive, told

same_every_time = settings(derandomize=True, max_examples=60, deadline=None, database=None)

DAY = timedelta(days=1)
FIRST, LAST = date(2021, 1, 1), date(2029, 12, 31)
WD, CD, H, MO = Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.HOURS, Unit.MONTHS

starts = st.dates(FIRST, LAST)
offsets = st.integers(-20, 150)


@cache
def council(number):
    """One of forty councils: its bank holidays and closure days are drawn once, from none to every fifth day."""
    draw = Random(number)
    share = (0, 0.01, 0.04, 0.2)[number % 4]
    days = [FIRST + n * DAY for n in range(-60, (LAST - FIRST).days + 400)]
    holidays = {day for day in days if draw.random() < share}
    closures = {day for day in days if draw.random() < share / 2}
    return holidays | closures, working_days(holidays, closures)


@st.composite
def stages(draw, *, shortest=1, longest=65, pauses=True, open_pauses=False):
    """An event, an allowance, a council's days off, and pauses near the event: before it, overlapping, of no length."""
    start = draw(starts)
    off, calendar = council(draw(st.integers(0, 39)))
    spans = []
    if pauses:
        for offset, length in draw(st.lists(st.tuples(offsets, st.integers(0, 40)), max_size=4)):
            spans.append((start + offset * DAY, start + (offset + length) * DAY))
    if open_pauses and draw(st.booleans()):
        spans.insert(draw(st.integers(0, len(spans))), (start + draw(offsets) * DAY, None))
    return SimpleNamespace(
        start=start, allowance=draw(st.integers(shortest, longest)), off=off, calendar=calendar, pauses=spans
    )


def working_days(holidays=(), closures=(), **how):
    return WorkingCalendar(
        "Any council",
        bank_holidays=dict.fromkeys(holidays, "Bank holiday"),
        closures=dict.fromkeys(closures, "Closed"),
        **how,
    )


PLAIN = working_days()


def sla(*rules):
    """An SLA of these milestones."""
    pausable = any(rule.pausable for rule in rules)
    events = ("received", "acknowledged", "interview")
    return RuleSet(
        code="example",
        name="Example",
        events=tuple(Event(code, code.capitalize()) for code in events),
        milestones=rules,
        pause_reasons=("Court proceedings",) if pausable else (),
        pause_source=("W6",) if pausable else (),
    )


def respond(amount, unit=WD, **rule):
    rule.setdefault("pausable", unit is WD and amount > 0)
    after = rule.pop("after", ("received",))
    return Rule("respond", "Respond", after, Span(amount, unit), headline=True, met_by="responded", **rule)


def facts(start, pauses=(), **more):
    return told.facts({"received": start}, pauses=pauses, **more)


def only(rules, stage_facts, calendar, *, explain=False):
    (deadline,) = compute(rules, stage_facts, calendar, explain=explain)
    return deadline


def deadline_of(stage, **rule):
    return only(sla(respond(stage.allowance, **rule)), facts(stage.start, stage.pauses), stage.calendar)


def noon(day):
    return datetime.combine(day, time(12), LONDON)


def in_words(day):
    return f"{day.strftime('%A')} {day.day} {day.strftime('%B %Y')}"


# --- due --------------------------------------------------------------------------------------------


@same_every_time
@given(stages())
def test_due_is_the_day_the_clerk_counts_to_pauses_left_out(stage):
    paused = naive.paused_days(stage.pauses, stage.start)
    assert deadline_of(stage).due_on == naive.count_on(stage.start, stage.allowance, stage.off, paused)


@same_every_time
@given(stages())
def test_due_is_never_a_day_not_worked(stage):
    due = deadline_of(stage).due_on
    assert naive.is_worked(due, stage.off)
    assert due not in naive.paused_days(stage.pauses, stage.start)


@same_every_time
@given(stages(pauses=False))
def test_counting_back_reaches_the_day_the_clerk_reaches(stage):
    rules = sla(
        Rule("questions", "Questions", ("interview",), Span(-stage.allowance, WD), headline=True),
    )
    deadline = only(rules, told.facts({"interview": stage.start}), stage.calendar)
    assert deadline.due_on == naive.count_on(stage.start, -stage.allowance, stage.off)


@same_every_time
@given(stages(pauses=False, longest=90))
def test_a_calendar_day_deadline_stays_where_it_falls(stage):
    deadline = deadline_of(stage, unit=CD)
    due = naive.calendar_days_on(stage.start, stage.allowance)
    assert deadline.due_on == due
    explained = only(sla(respond(stage.allowance, CD)), facts(stage.start), stage.calendar, explain=True)
    words = in_words(naive.last_worked_before(due, stage.off))
    last_working_day = [step for step in explained.steps if "last working day" in step.text]
    assert len(last_working_day) == (0 if naive.is_worked(due, stage.off) else 1)
    assert all(words in step.text for step in last_working_day)


@same_every_time
@given(st.dates(FIRST, LAST), st.integers(1, 18))
@example(date(2026, 8, 31), 6)
@example(date(2027, 8, 29), 6)
@example(date(2026, 9, 1), 6)
def test_months_counted_from_the_day_itself_end_the_day_before_the_anniversary(start, months):
    rules = sla(respond(months, MO, counts_start=True))
    assert only(rules, facts(start), PLAIN).due_on == naive.months_on(start, months, zero_counts=True)
    rules = sla(respond(months, MO))
    assert only(rules, facts(start), PLAIN).due_on == naive.months_on(start, months)


CLOCK_CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2022, 10, 30), date(2027, 3, 28)]


@same_every_time
@example(date(2026, 10, 25), -61, 1)
@given(st.sampled_from(CLOCK_CHANGES), st.integers(-3 * 24 * 60, 60), st.integers(1, 60))
def test_hours_elapse_across_a_night_on_which_the_clocks_change(change, minutes, hours):
    happened = datetime.combine(change, time(2), UTC) + timedelta(minutes=minutes)
    deadline = only(sla(respond(hours, H)), facts(happened.astimezone(LONDON)), PLAIN)
    due = naive.hours_on(happened, hours)
    amber = naive.hours_on(happened, hours - naive.fifth(hours))
    assert deadline.due_at == due
    assert deadline.due_at.utcoffset() == due.utcoffset()
    assert (deadline.due_on, deadline.amber_on) == (due.date(), amber.date())
    minute = timedelta(minutes=1)
    for zone in (UTC, LONDON):
        moments = (amber.astimezone(UTC) - minute, amber, due.astimezone(UTC) - minute, due)
        colours = [str(deadline.state(moment.astimezone(zone))) for moment in moments]
        assert colours == ["green", "amber", "amber", "red"]


# --- day 0 ------------------------------------------------------------------------------------------


@same_every_time
@given(stages(pauses=False), st.none() | st.times(), st.none() | st.sampled_from([time(12), time(17)]))
def test_deemed_receipt_moves_day_0_to_the_next_working_day(stage, at, cut_off):
    calendar = replace(stage.calendar, receipt=Receipt.DEEMED, cut_off=cut_off)
    received = stage.start if at is None else datetime.combine(stage.start, at, LONDON)
    assume(at is None or received.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None).time() == at)
    zero = naive.day_zero(stage.start, stage.off, deemed=True, at=at, cut_off=cut_off)
    for unit, due in (
        (WD, naive.count_on(zero, stage.allowance, stage.off)),
        (CD, naive.calendar_days_on(zero, stage.allowance)),
    ):
        assert only(sla(respond(stage.allowance, unit)), facts(received), calendar).due_on == due


@same_every_time
@given(stages(pauses=False), st.times())
def test_strictly_the_day_of_the_event_is_day_0_at_whatever_time(stage, at):
    received = datetime.combine(stage.start, at, LONDON)
    rules = sla(respond(stage.allowance))
    by_day = only(rules, facts(stage.start), stage.calendar)
    assert only(rules, facts(received), stage.calendar).due_on == by_day.due_on


@same_every_time
@given(stages(), st.integers(1, 30), st.sampled_from(Receipt))
def test_what_comes_later_is_never_due_earlier(stage, later, receipt):
    calendar = replace(stage.calendar, receipt=receipt)
    rules = sla(respond(stage.allowance))
    dues = [only(rules, facts(stage.start + n * DAY, stage.pauses), calendar).due_on for n in range(later)]
    assert dues == sorted(dues)


@same_every_time
@given(stages(pauses=False), st.none() | st.integers(-10, 40))
def test_a_late_acknowledgement_buys_no_time(stage, acknowledged_after):
    rules = sla(
        Rule("acknowledge", "Acknowledge", ("received",), Span(5, WD)),
        respond(stage.allowance, after=("acknowledged",), latest_from="acknowledge", pausable=False),
    )
    events = {"received": stage.start}
    zero = by = naive.count_on(stage.start, 5, stage.off)
    if acknowledged_after is not None:
        events["acknowledged"] = stage.start + acknowledged_after * DAY
        zero = min(by, events["acknowledged"])
    first, second = compute(rules, told.facts(events), stage.calendar)
    assert first.due_on == by
    assert second.due_on == naive.count_on(zero, stage.allowance, stage.off)


@same_every_time
@example(SimpleNamespace(start=date(2026, 5, 11), allowance=10, off=set(), calendar=PLAIN), 7, time(18))
@given(stages(pauses=False), st.integers(-10, 40), st.times())
def test_a_late_acknowledgement_buys_no_time_under_deemed_receipt_either(stage, acknowledged_after, at):
    calendar = replace(stage.calendar, receipt=Receipt.DEEMED, cut_off=time(17))
    rules = sla(
        Rule("acknowledge", "Acknowledge", ("received",), Span(5, WD)),
        respond(stage.allowance, after=("acknowledged",), latest_from="acknowledge", pausable=False),
    )
    day = stage.start + acknowledged_after * DAY
    acknowledged = datetime.combine(day, at, LONDON)
    assume(acknowledged.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None).time() == at)
    by = naive.count_on(naive.day_zero(stage.start, stage.off, deemed=True), 5, stage.off)
    zero = min(by, naive.day_zero(day, stage.off, deemed=True, at=at, cut_off=time(17)))
    _, second = compute(rules, told.facts({"received": stage.start, "acknowledged": acknowledged}), calendar)
    assert second.due_on == naive.count_on(zero, stage.allowance, stage.off)


# --- amber, colours, days left ----------------------------------------------------------------------


@same_every_time
@given(stages())
def test_amber_begins_a_fifth_before_due(stage):
    deadline = deadline_of(stage)
    paused = naive.paused_days(stage.pauses, stage.start)
    expected = naive.default_amber(stage.start, deadline.due_on, stage.allowance, "wd", stage.off, paused)
    assert deadline.amber_on == expected


@same_every_time
@given(stages(pauses=False))
def test_amber_of_calendar_days_begins_a_fifth_before_due(stage):
    deadline = deadline_of(stage, unit=CD)
    expected = naive.default_amber(stage.start, deadline.due_on, stage.allowance, "cd", stage.off, set())
    assert deadline.amber_on == expected


@same_every_time
@given(stages(shortest=11), st.integers(1, 10), st.integers(1, 20))
def test_amber_from_a_day_counts_from_the_original_start_whatever_is_extended(stage, day, more):
    paused = naive.paused_days(stage.pauses, stage.start)
    expected = naive.count_on(stage.start, day, stage.off, paused)
    total = stage.allowance + more
    rules = sla(respond(stage.allowance, amber=Amber(AmberKind.FROM_DAY, day), extend_to=total))
    assert only(rules, facts(stage.start, stage.pauses), stage.calendar).amber_on == expected
    extended = facts(stage.start, stage.pauses, extended={"respond": total})
    assert only(rules, extended, stage.calendar).amber_on == expected


@same_every_time
@given(stages(shortest=3), st.data())
def test_amber_by_a_margin_of_days_or_by_a_share_of_the_allowance(stage, data):
    paused = naive.paused_days(stage.pauses, stage.start)
    due = naive.count_on(stage.start, stage.allowance, stage.off, paused)
    margin = data.draw(st.integers(1, stage.allowance - 1))
    before = deadline_of(stage, amber=Amber(AmberKind.BEFORE, margin))
    assert before.amber_on == naive.count_on(due, -margin, stage.off, paused)
    percent = data.draw(st.integers(1, 60))
    days = next(n for n in range(1, stage.allowance + 1) if n * 100 >= stage.allowance * percent)
    share = deadline_of(stage, amber=Amber(AmberKind.SHARE, percent))
    assert share.amber_on == max(naive.count_on(due, -days, stage.off, paused), stage.start)


@same_every_time
@given(stages(), st.integers(0, 200), st.times())
def test_the_colour_at_a_moment(stage, days, at):
    deadline = deadline_of(stage)
    paused = naive.paused_days(stage.pauses, stage.start)
    today = stage.start + days * DAY
    expected = naive.state_on(today, deadline.amber_on, deadline.due_on, paused)
    assert str(deadline.state(datetime.combine(today, at, LONDON))) == expected


@same_every_time
@given(stages(pauses=False))
def test_red_begins_with_the_london_midnight_after_the_due_day(stage):
    deadline = deadline_of(stage)
    midnight = datetime.combine(deadline.due_on + DAY, time(), LONDON)
    assert str(deadline.state(midnight.astimezone(UTC) - timedelta(seconds=1))) == "amber"
    assert str(deadline.state(midnight.astimezone(UTC))) == "red"


@same_every_time
@given(stages(), st.integers(0, 200))
def test_working_days_left(stage, days):
    deadline = deadline_of(stage)
    today = stage.start + days * DAY
    left = deadline.working_days_left(noon(today), stage.calendar)
    if str(deadline.state(noon(today))) == "paused":
        assert left is None
    else:
        assert left == naive.days_left(today, deadline.due_on, stage.off)


@same_every_time
@given(stages(pauses=False), st.integers(0, 200))
def test_working_days_left_to_a_due_day_that_is_not_worked(stage, days):
    deadline = deadline_of(stage, unit=CD)
    today = stage.start + days * DAY
    left = deadline.working_days_left(noon(today), stage.calendar)
    assert left == naive.days_left(today, deadline.due_on, stage.off)


# --- pauses -----------------------------------------------------------------------------------------


@same_every_time
@given(stages(open_pauses=True))
def test_while_the_clock_stands_there_is_no_date(stage):
    deadline = deadline_of(stage)
    due = naive.count_with_pauses(stage.start, stage.allowance, stage.off, stage.pauses)
    assert deadline.due_on == due
    if due is None:
        stands_from = min(began for began, ended in stage.pauses if ended is None)
        today = noon(stands_from + 400 * DAY)
        assert str(deadline.state(today)) == "paused"
        assert deadline.working_days_left(today, stage.calendar) is None
        assert deadline.amber_on is None


@same_every_time
@given(stages(), offsets)
def test_a_pause_and_its_end_on_one_day_cost_nothing(stage, offset):
    day = stage.start + offset * DAY
    before = deadline_of(stage)
    stage.pauses.append((day, day))
    after = deadline_of(stage)
    assert (after.due_on, after.amber_on) == (before.due_on, before.amber_on)
    assert after.state(noon(day)) == before.state(noon(day))


@same_every_time
@given(stages())
def test_a_pause_after_the_due_day_changes_nothing(stage):
    before = deadline_of(stage)
    stage.pauses.append((before.due_on + DAY, before.due_on + 90 * DAY))
    assert deadline_of(stage) == before
    stage.pauses.append((before.due_on + 5 * DAY, None))
    assert deadline_of(stage) == before


@same_every_time
@given(stages(), st.data())
def test_one_long_pause_costs_what_its_pieces_cost(stage, data):
    first = stage.start + data.draw(st.integers(1, 30)) * DAY
    cuts = sorted(data.draw(st.sets(st.integers(1, 39), max_size=5)))
    edges = [first, *(first + n * DAY for n in cuts), first + 40 * DAY]
    whole, pieces = SimpleNamespace(**vars(stage)), SimpleNamespace(**vars(stage))
    whole.pauses = [(first, edges[-1])]
    pieces.pauses = list(pairwise(edges))
    assert deadline_of(whole) == deadline_of(pieces)


# --- extensions, given dates, measured milestones ---------------------------------------------------


@same_every_time
@given(stages(), st.integers(1, 40))
def test_an_extension_replaces_the_allowance_and_counts_from_the_same_start(stage, more):
    total = stage.allowance + more
    paused = naive.paused_days(stage.pauses, stage.start)
    rules = sla(respond(stage.allowance, extend_to=total))
    extended = facts(stage.start, stage.pauses, extended={"respond": total})
    deadline = only(rules, extended, stage.calendar)
    assert deadline.due_on == naive.count_on(stage.start, total, stage.off, paused)
    assert deadline.amber_on == naive.default_amber(
        stage.start, deadline.due_on, total, "wd", stage.off, paused
    )
    assert deadline.original_due_on == naive.count_on(stage.start, stage.allowance, stage.off)


@same_every_time
@given(stages(), st.integers(0, 120))
def test_a_date_given_wins_and_is_not_paused(stage, offset):
    day = stage.start + offset * DAY
    rules = sla(respond(stage.allowance, given=True))
    deadline = only(rules, facts(stage.start, stage.pauses, given={"respond": day}), stage.calendar)
    length = naive.days_left(stage.start, day, stage.off)
    assert deadline.due_on == day
    assert deadline.amber_on == naive.default_amber(stage.start, day, length, "wd", stage.off, set())
    for today in (stage.start, day, day + DAY):
        assert str(deadline.state(noon(today))) == naive.state_on(today, deadline.amber_on, day)


@same_every_time
@given(stages(), st.integers(-30, 10), st.sampled_from([WD, CD]), st.none() | st.integers(0, 100))
def test_a_milestone_measured_from_another_keeps_its_distance_whatever_moved_that(
    stage, distance, unit, given_after
):
    assume(distance != 0)
    total = stage.allowance + 10
    inner = Rule("draft", "Draft", ("respond",), Span(distance, unit), from_milestone=True)
    rules = sla(respond(stage.allowance, extend_to=total, given=True), inner)
    moved = facts(
        stage.start,
        stage.pauses,
        extended={"respond": total},
        given={} if given_after is None else {"respond": stage.start + given_after * DAY},
    )
    outer, draft = compute(rules, moved, stage.calendar)
    if unit is WD:
        assert draft.due_on == naive.count_on(outer.due_on, distance, stage.off)
    else:
        assert draft.due_on == naive.calendar_days_on(outer.due_on, distance)
    back = naive.count_on(draft.due_on, -2, stage.off) if unit is WD else draft.due_on - 2 * DAY
    assert draft.amber_on == max(back, min(stage.start, draft.due_on))


# --- replaying --------------------------------------------------------------------------------------


@same_every_time
@given(stages(), st.integers(1, 30), st.integers(0, 60), st.integers(1, 20))
def test_a_fact_added_and_taken_away_leaves_no_trace(stage, more, given_after, moved):
    rules = sla(respond(stage.allowance, extend_to=stage.allowance + more, given=True))
    was = facts(stage.start, stage.pauses)
    before = compute(rules, was, stage.calendar, explain=True)
    extra = (stage.start + 2 * DAY, stage.start + 9 * DAY)
    detours = [
        facts(stage.start, [*stage.pauses, extra]),
        facts(stage.start, [*stage.pauses, extra], extended={"respond": stage.allowance + more}),
        facts(stage.start, given={"respond": stage.start + given_after * DAY}),
        facts(stage.start + moved * DAY, stage.pauses),
    ]
    for detour in detours:
        compute(rules, detour, stage.calendar, explain=True)
    assert compute(rules, was, stage.calendar, explain=True) == before


@same_every_time
@given(stages(), st.integers(1, 30), st.integers(-20, 20))
def test_correcting_the_received_date_keeps_extension_and_pauses(stage, more, moved):
    corrected = stage.start + moved * DAY
    total = stage.allowance + more
    rules = sla(respond(stage.allowance, extend_to=total))
    deadline = only(rules, facts(corrected, stage.pauses, extended={"respond": total}), stage.calendar)
    paused = naive.paused_days(stage.pauses, corrected)
    assert deadline.due_on == naive.count_on(corrected, total, stage.off, paused)


@same_every_time
@given(stages(open_pauses=True), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_told_does_not_matter(stage, random):
    rules = sla(
        respond(stage.allowance, extend_to=stage.allowance + 5),
        Rule("questions", "Questions", ("interview",), Span(-2, WD)),
        Rule("contact", "Next contact", ("received",), None, given=True),
    )
    events = [("received", stage.start), ("interview", stage.start + 30 * DAY)]
    given_dates = {"contact": stage.start + 9 * DAY}
    shuffled = [stage.pauses[:], events[:]]
    random.shuffle(shuffled[0])
    random.shuffle(shuffled[1])

    def computed(pauses, happened):
        extended = {"respond": stage.allowance + 5}
        everything = told.facts(dict(happened), given=given_dates, extended=extended, pauses=pauses)
        return compute(rules, everything, stage.calendar, explain=True)

    assert computed(*shuffled) == computed(stage.pauses, events)


# --- the working ------------------------------------------------------------------------------------


@same_every_time
@given(stages(open_pauses=True), st.sampled_from([WD, CD]), st.booleans())
def test_the_working_is_always_shown_and_leads_to_the_date(stage, unit, extended):
    rules = sla(
        respond(stage.allowance, unit, extend_to=stage.allowance + 7),
        Rule("draft", "Draft", ("respond",), Span(-3, unit), from_milestone=True),
        Rule("questions", "Questions", ("interview",), Span(-2, WD)),
    )
    happened = facts(
        stage.start,
        stage.pauses if unit is WD else (),
        extended={"respond": stage.allowance + 7} if extended else {},
    )
    plain = compute(rules, happened, stage.calendar)
    explained = compute(rules, happened, stage.calendar, explain=True)
    assert [d._replace(steps=()) for d in explained] == list(plain)
    for deadline in explained:
        text = " ".join(step.text for step in deadline.steps)
        assert text
        if deadline.due_on is not None:
            assert in_words(deadline.due_on) in text


@same_every_time
@given(stages())
def test_every_day_off_between_start_and_due_is_named_in_the_working(stage):
    deadline = only(
        sla(respond(stage.allowance)), facts(stage.start, stage.pauses), stage.calendar, explain=True
    )
    named = {day for step in deadline.steps if step.kind == "skip" for day in step.days}
    paused = naive.paused_days(stage.pauses, stage.start)
    day, skipped = stage.start, set()
    while day < deadline.due_on:
        day += DAY
        if not naive.is_worked(day, stage.off) or day in paused:
            skipped.add(day)
    assert named == skipped
