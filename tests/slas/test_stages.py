"""Many stages at once: what each is due by, in as many queries as for one."""

from datetime import date, datetime, timedelta

import pytest

from slas.core.calendar import LONDON, OutOfRange, london_midnight
from slas.core.facts import Extension, Facts, Given
from slas.models import PolicyVersion, SlaVersion
from slas.service import (
    Clock,
    Earlier,
    PublishError,
    Question,
    answer,
    current_version,
    deadlines_for,
    find_sla_version,
    proclaim_holiday,
    sla_versions,
)
from slas.service import calendars as service_calendars
from slas.service import rules as service_rules
from tests.factories import NOW
from tests.slas.conftest import PACKS
from tests.slas.told import facts

pytestmark = pytest.mark.usefixtures("packs")

DAY = timedelta(days=1)
RECEIVED = date(2026, 5, 12)


def noon(day):
    return datetime.combine(day, datetime.min.time(), LONDON).replace(hour=12)


def slas(policy):
    return sla_versions(current_version(policy))


@pytest.fixture
def surrey(packs):
    return slas("surrey-cfllc")


def only(clock, **how):
    (worked,) = deadlines_for([clock], **how)
    return worked


def respond(worked):
    return next(d for d in worked.deadlines if d.rule.headline)


# --- the answers ------------------------------------------------------------------------------------


def test_each_stage_gets_its_own_answer_in_the_order_asked(surrey):
    clocks = [
        Clock(7, surrey["stage-1-childrens"], facts({"received": RECEIVED})),
        Clock("x", slas("warwickshire")["general-stage-1"], facts({"received": RECEIVED})),
        Clock(3, surrey["stage-1-childrens"], facts({"received": date(2026, 12, 18)})),
    ]
    worked = deadlines_for(clocks)
    assert [(w.key, str(respond(w).due_on)) for w in worked] == [
        (7, "2026-05-27"),
        ("x", "2026-06-24"),
        (3, "2027-01-06"),
    ]
    assert worked[0].rules.code == "stage-1-childrens"
    assert worked[0].calendar.name == "Surrey working days"
    assert worked[0].deadlines[0].steps == ()


def test_of_no_stages_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert deadlines_for([]) == []


@pytest.mark.parametrize("policy", PACKS)
def test_a_question_and_a_stage_get_the_same_answer(policy):
    """For every SLA of every pack, with all its events at one moment."""
    for code, version in slas(policy).items():
        names = service_rules.rule_set(version).event_names
        told = facts(dict.fromkeys(names, datetime(2026, 5, 12, 9, 30, tzinfo=LONDON)))
        asked = answer(Question(code, told, policy), now=NOW)
        assert only(Clock(code, version, told), explain=True).deadlines == asked.deadlines


@pytest.mark.parametrize("policy", PACKS)
def test_what_is_counted_has_a_day_it_is_counted_from(policy):
    for version in slas(policy).values():
        names = service_rules.rule_set(version).event_names
        told = facts(dict.fromkeys(names, datetime(2026, 5, 12, 23, 30, tzinfo=LONDON)))
        deadlines = only(Clock(0, version, told)).deadlines
        assert all(d.counted_from == RECEIVED for d in deadlines if not d.waiting_for and not d.start.capped)
        assert all(d.counted_from is not None for d in deadlines if d.due_on)


def test_a_date_given_before_its_event_is_counted_from_nothing(surrey):
    told = facts(given={"respond": date(2026, 6, 30)})
    deadline = respond(only(Clock(0, surrey["corporate-stage-2"], told)))
    assert (deadline.due_on, deadline.counted_from) == (date(2026, 6, 30), None)


def test_a_date_outside_the_calendar_is_refused_not_guessed(surrey):
    told = facts({"received": date(2089, 12, 28)})
    with pytest.raises(OutOfRange, match="respond"):
        deadlines_for([Clock(0, surrey["stage-1-childrens"], told)])


# --- reclassified -----------------------------------------------------------------------------------


def test_reclassified_from_childrens_to_sen_the_extension_no_longer_counts(surrey):
    """S7.1 lets stage 1 be extended to 20 working days, S7.2 never; put back, the extension counts again."""
    told = facts({"received": RECEIVED}, extended={"respond": 20}, decided_at=noon(RECEIVED + 6 * DAY))
    childrens, sen = surrey["stage-1-childrens"], surrey["stage-1-sen"]
    as_sen = only(Clock(0, sen, told, (Earlier(childrens, noon(RECEIVED + 8 * DAY)),)))
    assert respond(as_sen).due_on == date(2026, 5, 27)
    assert as_sen.left_out == (
        "The extension to 20 working days does not count: 'Send the response' cannot be extended (S7.2).",
    )
    there_and_back = (Earlier(childrens, noon(RECEIVED + 8 * DAY)), Earlier(sen, noon(RECEIVED + 9 * DAY)))
    back = only(Clock(0, childrens, told, there_and_back))
    assert (respond(back).due_on, respond(back).missed_at, back.left_out) == (date(2026, 6, 10), None, ())


def test_a_pause_is_kept_for_the_policy_that_allows_it(surrey):
    warwickshire = slas("warwickshire")["general-stage-1"]
    told = facts({"received": RECEIVED}, pauses=[(date(2026, 5, 18), date(2026, 5, 20))])
    assert "cannot be paused" in only(Clock(0, surrey["corporate-stage-1"], told)).left_out[0]
    assert only(Clock(0, warwickshire, told)).left_out == ()
    assert respond(only(Clock(0, warwickshire, told))).due_on == date(2026, 6, 26)


def test_missed_under_the_earlier_policy_and_its_own_calendar(surrey):
    """Solihull works bank holidays: its twenty days end on Tue 9 June, where Surrey's calendar says the 10th."""
    solihull = slas("solihull-corporate")["stage-1"]
    told = facts({"received": RECEIVED})
    worked = only(Clock(0, surrey["mp-enquiry"], told, (Earlier(solihull, noon(date(2026, 6, 10))),)))
    assert respond(worked).missed_at == london_midnight(date(2026, 6, 10))


# --- queries ----------------------------------------------------------------------------------------


def many_clocks(copies):
    """Reclassified stages of every SLA of two policies."""
    surrey, warwickshire = slas("surrey-cfllc"), slas("warwickshire")
    told = Facts({"received": RECEIVED}, {"respond": Given(date(2026, 7, 1))}, {"respond": Extension(20)})
    earlier = (Earlier(warwickshire["general-stage-1"], noon(RECEIVED + DAY)),)
    versions = [*surrey.values(), *warwickshire.values()]
    untimed = [v for v in versions if v.sla.code not in ("freeze",)]
    return [Clock(n, v, told, earlier) for n, v in enumerate(untimed * copies)]


@pytest.mark.parametrize("copies", [1, 10])
def test_what_was_read_before_costs_one_query_however_many_stages(django_assert_num_queries, copies):
    clocks = many_clocks(copies)
    deadlines_for(clocks)
    with django_assert_num_queries(1):
        worked = deadlines_for(clocks)
    assert len(worked) == len(clocks)


def test_read_for_the_first_time_the_rules_of_all_are_read_together(django_assert_num_queries):
    """One query for the calendars and four for the rules; two calendars, each with and without closure days, are
    built of five."""
    clocks = many_clocks(2)
    service_rules._kept.clear()
    with django_assert_num_queries(4):
        service_rules.rule_sets([clock.sla_version for clock in clocks])
    service_rules._kept.clear()
    service_calendars._built.cache_clear()
    with django_assert_num_queries(1 + 4 + 4 * 5):
        deadlines_for(clocks)


def test_a_bank_holiday_proclaimed_meanwhile_counts_at_once(surrey):
    clock = Clock(0, surrey["stage-1-childrens"], facts({"received": RECEIVED}))
    assert respond(only(clock)).due_on == date(2026, 5, 27)
    proclaim_holiday(
        nation="england-and-wales",
        day=date(2026, 5, 20),
        name="Day of mourning",
        source="Proclamation",
        proclaimed_on=date(2026, 5, 15),
        by=None,
        now=NOW,
    )
    assert respond(only(clock)).due_on == date(2026, 5, 28)


def test_more_rules_than_a_process_keeps_are_read_anew(monkeypatch, surrey):
    monkeypatch.setattr(service_rules, "MOST_KEPT", 3)
    versions = list(surrey.values())
    first = service_rules.rule_sets(versions[:2])
    service_rules.rule_sets(versions[2:4])
    assert len(service_rules._kept) == 2
    assert service_rules.rule_sets(versions[:2]) == first


# --- versions ---------------------------------------------------------------------------------------


def test_the_slas_of_a_version_by_code_in_one_query_ready_for_a_clock(django_assert_num_queries):
    version = current_version("surrey-cfllc")
    with django_assert_num_queries(1):
        found = sla_versions(version)
        assert {v.sla.policy.calendar.code for v in found.values()} == {"surrey-cfllc"}
        assert {v.policy_version.number for v in found.values()} == {1}
    assert next(iter(found)) == SlaVersion.objects.filter(policy_version=version).first().sla.code
    assert found["stage-1-sen"] == find_sla_version("stage-1-sen", policy="surrey-cfllc")


def test_the_version_in_force_on_a_day(surrey):
    first = current_version("surrey-cfllc")
    second = PolicyVersion.objects.create(
        policy=first.policy, number=2, in_force_from=first.in_force_from + 30 * DAY, published_at=NOW
    )
    assert current_version("surrey-cfllc") == second
    assert current_version("surrey-cfllc", second.in_force_from) == second
    assert current_version("surrey-cfllc", second.in_force_from - DAY) == first
    assert current_version("surrey-cfllc", first.in_force_from - 400 * DAY) == first


def test_a_policy_that_is_not_there_is_named():
    with pytest.raises(PublishError, match="no policy atlantis"):
        current_version("atlantis")
