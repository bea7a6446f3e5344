"""A statutory stage may be stricter than the law, not laxer: what the linter finds, and what it leaves alone."""

from dataclasses import replace
from datetime import date, timedelta

import holidays
import pytest

from slas.core.linter import lint
from slas.core.phrases import parse_due
from slas.core.rules import Event, Rule, RuleSet
from slas.models import Policy
from slas.service import policy_drafts
from tests.slas import naive

EVENTS = ("received", "acknowledged", "panel-letter", "agreed", "asked")


def sla(*milestones, **more):
    """An SLA of milestones (code, due phrase, other fields); the last is its headline."""
    rules = []
    for code, phrase, fields in milestones:
        said = parse_due(phrase, [rule.code for rule in rules])
        rules.append(Rule(code=code, name=code.capitalize(), **{**said, **fields}))
    rules[-1] = replace(rules[-1], headline=True)
    paused = any(rule.pausable for rule in rules)
    return RuleSet(
        code="stage-1",
        name="Stage 1",
        events=tuple(Event(code, code.capitalize()) for code in EVENTS),
        milestones=tuple(rules),
        statutory=True,
        pause_reasons=("Court proceedings",) if paused else (),
        pause_source=("W6",) if paused else (),
        **more,
    )


def respond(phrase, **fields):
    return sla(("respond", phrase, fields))


LAW = respond("10 working days after received", extend_to=20)
TEN = "10 working days after received"

STRICTER = {
    "the same": LAW,
    "not extended": respond(TEN),
    "extended less": respond(TEN, extend_to=15),
    "shorter": respond("5 working days after received", extend_to=20),
    "as a date given within the cap": respond(f"{TEN}, or a date given up to 20 working days"),
    "the earlier of two": respond("10 working days after the earlier of received and acknowledged"),
    "with more milestones": sla(
        ("acknowledge", "3 working days after received", {}), ("respond", TEN, {"extend_to": 20})
    ),
    "at once": respond("immediately after received"),
    "48 hours": respond("48 hours after received"),
    "in calendar days": respond("12 calendar days after received"),  # ten working days are never fewer
}
LAXER = {
    "longer": respond("11 working days after received", extend_to=20),
    "extended more": respond(TEN, extend_to=21),
    "as a date given without limit": respond(f"{TEN}, or a date given"),
    "as a date given over the cap": respond(f"{TEN}, or a date given up to 21 working days"),
    "only as a date given": respond("a date given after received"),
    "from a later event": respond("10 working days after acknowledged"),
    "paused": respond(TEN, pausable=True),
    "missing": sla(("answer", TEN, {})),
    "left out until another event": respond(TEN, conditional=True, only_with="asked"),
    "in more calendar days": respond("28 calendar days after received"),
    "a fortnight": respond(
        "14 calendar days after received"
    ),  # from a Saturday, ten working days are thirteen
    "in months": respond("1 month after received"),
    "from the due date of another": sla(
        ("acknowledge", "5 working days after received", {}),
        ("respond", "10 working days after acknowledge", {}),
    ),
}


@pytest.mark.parametrize("how", STRICTER)
def test_stricter_or_the_same_is_left_alone(how):
    assert lint(STRICTER[how], LAW) == ()


@pytest.mark.parametrize("how", LAXER)
def test_laxer_is_found_and_said(how):
    findings = lint(LAXER[how], LAW)
    assert [(finding.sla, finding.milestone) for finding in findings] == [("stage-1", "respond")] * len(
        findings
    )
    assert findings
    assert all(finding.text for finding in findings)


def test_a_finding_says_what_the_law_asks():
    (finding,) = lint(respond("11 working days after received"), LAW)
    assert "11 working days" in finding.text
    assert "10 working days after received" in finding.text


def test_what_the_law_leaves_open_may_be_left_out():
    law = sla(("extra", "5 working days after asked", {"conditional": True}), ("respond", TEN, {}))
    assert lint(respond(TEN), law) == ()


def test_where_the_law_lets_it_stand_still_so_may_a_council():
    law = respond(TEN, pausable=True)
    assert lint(respond(TEN, pausable=True), law) == ()
    assert lint(respond(TEN), law) == ()


def test_a_late_start_must_not_buy_time_where_the_law_says_so():
    """L1: from acknowledgement, at the latest from the day that was due."""
    acknowledge = ("acknowledge", "5 working days after received", {})
    ten = "10 working days after acknowledged"
    law = sla(acknowledge, ("respond", f"{ten}, at the latest from when acknowledge is due", {}))
    assert lint(law, law) == ()
    assert lint(sla(acknowledge, ("respond", ten, {})), law)


SIX_MONTHS = respond("6 months after received, counting the day itself")


def test_thirty_working_days_are_within_six_months():
    """W2 under L3."""
    assert lint(respond("30 working days after received"), SIX_MONTHS) == ()
    assert lint(SIX_MONTHS, SIX_MONTHS) == ()
    assert lint(respond("7 months after received, counting the day itself"), SIX_MONTHS)


def test_six_months_without_counting_the_day_itself_are_a_day_longer():
    assert lint(respond("6 months after received"), SIX_MONTHS)


@pytest.mark.parametrize("days", [1, 5, 10, 20, 25, 30])
def test_calendar_days_are_laxer_as_soon_as_any_date_would_be_later_than_the_laws(days):
    """By the clerk, from every day of three years: the most calendar days that are never later than the law's."""
    listed = set(holidays.country_holidays("GB", subdiv="ENG", years=range(2025, 2030)))
    starts = [date(2026, 1, 1) + n * timedelta(days=1) for n in range(3 * 365)]
    within = min((naive.count_on(start, days, listed) - start).days for start in starts)
    law = respond(f"{days} working days after received")
    assert lint(respond(f"{within} calendar days after received"), law) == ()
    assert lint(respond(f"{within + 1} calendar days after received"), law)


def test_no_council_whose_pack_is_shipped_is_laxer_than_the_law(packs):
    drafts = {policy.code: policy_drafts(policy)[-1] for policy in Policy.objects.all()}
    slas = {(code, rules.code): rules for code, draft in drafts.items() for rules in draft.slas}
    with_floor = [rules for rules in slas.values() if rules.floor]
    assert len(with_floor) >= 7
    assert [lint(rules, slas[rules.floor]) for rules in with_floor] == [()] * len(with_floor)


STATUTORY = {
    ("surrey-cfllc", "stage-1-childrens"): ("children-act-2006", "stage-1"),
    ("surrey-cfllc", "stage-2-statutory"): ("children-act-2006", "stage-2"),
    ("surrey-cfllc", "stage-3"): ("children-act-2006", "stage-3"),
    ("warwickshire", "childrens-stage-1"): ("children-act-2006", "stage-1"),
    ("warwickshire", "childrens-stage-2"): ("children-act-2006", "stage-2"),
    ("warwickshire", "childrens-stage-3"): ("children-act-2006", "stage-3"),
    ("warwickshire", "adult-social-care"): ("adult-social-care-2009", "complaint"),
}


@pytest.mark.parametrize(("council", "floor"), STATUTORY.items(), ids=lambda pair: " ".join(pair))
def test_every_statutory_stage_is_held_to_its_law(packs, council, floor):
    draft = policy_drafts(Policy.objects.get(code=council[0]))[-1]
    rules = next(each for each in draft.slas if each.code == council[1])
    assert (rules.statutory, rules.floor) == (True, floor)
