"""Every milestone of every SLA of every pack, as the policies have it, asked of the command one by one.

What is right stands in `table.py`; the clerk with the wall calendar works out the dates.
"""

from datetime import date, datetime, timedelta

import pytest
import yaml

from tests.slas import naive, table

pytestmark = pytest.mark.usefixtures("packs")

DAY = timedelta(days=1)
BANK_HOLIDAYS = {
    date(2026, 12, 25),
    date(2026, 12, 28),  # Boxing Day is a Saturday
    date(2027, 1, 1),
    date(2027, 3, 26),
    date(2027, 3, 29),
    date(2027, 5, 3),
    date(2027, 5, 31),
    date(2027, 8, 30),
}
# Every event on a day of its own, so that a rule that counts from the wrong one is seen; all of them before Christmas,
# so that a forgotten bank holiday is seen too.
HAPPENED = {
    "warned": "2026-12-04",
    "closed": "2026-12-08",
    "response-received": "2026-12-09",
    "requested": "2026-12-10",
    "escalated": "2026-12-11",
    "sampled": "2026-12-12",
    "response-date-agreed": "2026-12-14",
    "refer-back": "2026-12-15",
    "statement-agreed": "2026-12-16",
    "agreed": "2026-12-17",
    "received": "2026-12-18T10:30",
    "triaged": "2026-12-18T11:45",
    "acknowledged": "2026-12-17",
    "decided": "2026-12-19",
    "complaint-route": "2026-12-21",
    "panel": "2026-12-22",
    "panel-letter": "2026-12-23",
    "panel-letter-received": "2026-12-24T15:00",
    "interview": "2027-01-05",
}
GIVEN = date(2027, 1, 20)

every_milestone = pytest.mark.parametrize("row", table.ROWS, ids=str)


def those(test):
    return pytest.mark.parametrize("row", [row for row in table.ROWS if test(row.milestone)], ids=str)


def happened(code):
    return date.fromisoformat(HAPPENED[code][:10])


def off(row):
    """Solihull's policy says only 'Monday to Friday': there, bank holidays are worked."""
    return set() if row.pack == "solihull-corporate" else BANK_HOLIDAYS


def start_of(row):
    """The day on which the row's count begins: of its own event, or of the one its milestone counts from."""
    after = row.milestone.after
    if after in HAPPENED:
        return happened(after)
    return start_of(row._replace(milestone=measured_from(row)))


def measured_from(row):
    milestones = table.PACKS[row.pack][row.sla][1]
    return next(other for other in milestones if other.code == row.milestone.after)


def is_measured(milestone):
    return milestone.after not in HAPPENED


def due_of(row, amount=None):
    """The due day by hand; `amount` in place of the table's allowance."""
    rule = row.milestone
    amount = rule.amount if amount is None else amount
    zero = due_of(row._replace(milestone=measured_from(row))) if is_measured(rule) else start_of(row)
    if rule.unit == "wd":
        return naive.count_on(zero, amount, off(row))
    if rule.unit == "cd":
        return naive.calendar_days_on(zero, amount)
    if rule.unit == "mo":
        return naive.months_on(zero, amount, zero_counts=True)
    if rule.unit == "given":
        return GIVEN
    return due_at_of(row).date()


def due_at_of(row):
    if row.milestone.unit not in ("h", "now"):
        return None
    begins = datetime.fromisoformat(HAPPENED[row.milestone.after]).replace(tzinfo=naive.LONDON)
    return naive.hours_on(begins, row.milestone.amount)


def amber_of(row):
    rule, due, start = row.milestone, due_of(row), start_of(row)
    if rule.amber_from_day:
        return naive.count_on(start, rule.amber_from_day, off(row))
    if is_measured(rule):
        back = due - 2 * DAY if rule.unit == "cd" else naive.count_on(due, -2, off(row))
        return max(back, start)
    if rule.unit == "mo":
        return naive.months_on(due, 0).replace(month=due.month - 2)  # a fifth of six months, rounded up
    if rule.unit == "h":
        return (due_at_of(row) - naive.fifth(rule.amount) * timedelta(hours=1)).date()
    if rule.unit == "now":
        return due
    if rule.unit == "given":
        return naive.count_on(due, -naive.fifth(naive.days_left(start, due, off(row))), off(row))
    if rule.amount < 0:
        return naive.count_on(due, -naive.fifth(-rule.amount), off(row))
    return naive.default_amber(start, due, rule.amount, rule.unit, off(row), set())


def asked(milestones, row, *arguments, without=()):
    events = [code for code in table.events_of(row.pack, row.sla) if code not in without]
    told = [f"--event={code}={HAPPENED[code]}" for code in events]
    return milestones(row.sla, "--policy", row.pack, *told, "--today", "2026-12-20", *arguments)


def stated(row):
    """A date for a milestone that has none without."""
    return (f"--given={row.milestone.code}={GIVEN}",) if row.milestone.unit == "given" else ()


# --- what there is ----------------------------------------------------------------------------------


every_pack = pytest.mark.parametrize("pack", table.PACKS)


def exported(run, pack):
    """The SLAs of a pack as the installation would write them out, by their code."""
    (policy,) = yaml.safe_load_all(run("export_policy", pack))
    return {sla["sla"]: sla for sla in policy["slas"]}


def test_the_table_has_every_pack_that_is_shipped():
    from complaints.policies.loader import SHIPPED

    assert sorted(table.PACKS) == sorted(SHIPPED)


@every_pack
def test_a_pack_has_these_slas_and_milestones_and_no_others(run, pack):
    there = {
        code: [rule["milestone"] for rule in sla["milestones"]] for code, sla in exported(run, pack).items()
    }
    wanted = {code: [rule.code for rule in rules] for code, (_, rules) in table.PACKS[pack].items()}
    assert there == wanted


@every_pack
def test_each_sla_has_one_headline(run, pack):
    there = {
        code: [rule["milestone"] for rule in sla["milestones"] if rule.get("headline")]
        for code, sla in exported(run, pack).items()
    }
    wanted = {
        code: [rule.code for rule in rules if rule.headline] for code, (_, rules) in table.PACKS[pack].items()
    }
    assert there == wanted
    assert {len(headlines) for headlines in there.values()} == {1}


@every_pack
def test_each_sla_has_its_events(run, pack):
    for code, sla in exported(run, pack).items():
        events = table.PACKS[pack][code][0].split()
        assert list(sla["events"]) == [event for event in events if "(" not in event], code
        optional = {event.strip("()") for event in events if "(" in event}
        assert optional <= set(sla.get("optional events", {})), code


@every_pack
def test_every_rule_cites_the_row_it_comes_from(run, pack):
    letters = {"surrey-cfllc": ("S", "L2"), "solihull-corporate": ("H",), "warwickshire": ("W", "L3")}
    for code, sla in exported(run, pack).items():
        for rule in sla["milestones"]:
            cited = rule["source"].split(", ")
            assert all(row.startswith(letters.get(pack, ("L",))) for row in cited), (code, rule["milestone"])


@every_pack
def test_every_milestone_names_the_event_that_meets_it(run, pack):
    for code, sla in exported(run, pack).items():
        for rule in sla["milestones"]:
            assert rule.get("met by"), (code, rule["milestone"])


@every_pack
def test_what_may_be_paused_says_for_what_and_by_which_policy(run, pack):
    """W6: while another procedure runs."""
    procedures = {"child protection", "safeguarding", "court", "grievance", "disciplinary", "criminal"}
    pausable = {row.sla for row in table.ROWS if row.pack == pack and row.milestone.pausable}
    for code, sla in exported(run, pack).items():
        reasons = [reason.lower() for reason in sla.get("may be paused for", [])]
        assert bool(reasons) is (code in pausable), code
        if reasons:
            assert sla["pause source"] == "W6"
            assert {name for name in procedures if any(name in reason for reason in reasons)} == procedures


# Who approves more time, and whether the complainant must agree: the end of section 8.
MORE_TIME = [
    ("surrey-cfllc", "stage-1-childrens", {"senior-cr-officer", "cr-manager"}, True),  # S7.1, SA1
    ("surrey-cfllc", "stage-2-statutory", {"investigator"}, False),  # S8: an officer records it
    ("surrey-cfllc", "stage-2-education", None, True),  # S9.2
    ("surrey-cfllc", "stage-2-childrens-services", None, True),  # S10.2
    ("solihull-corporate", "stage-1", {"service-manager"}, True),  # H2: the Head of Service
    ("solihull-corporate", "stage-1-complex", {"service-manager"}, True),  # H2: beyond 30 days, both again
    ("solihull-corporate", "stage-2", {"service-manager"}, False),  # H3
]


@pytest.mark.parametrize(
    ("pack", "sla", "approvers", "agrees"), MORE_TIME, ids=[" ".join(row[:2]) for row in MORE_TIME]
)
def test_who_approves_more_time_and_whether_the_complainant_must_agree(run, pack, sla, approvers, agrees):
    rules = exported(run, pack)[sla]["milestones"]
    respond = next(rule for rule in rules if rule["milestone"] == "respond")
    if approvers is not None:
        assert approvers <= set(respond.get("longer if approved by", "").split(", "))
    assert respond.get("longer if the complainant agrees", False) is agrees


# --- when it is due ---------------------------------------------------------------------------------


@every_milestone
def test_when_it_is_due_and_when_amber_begins(milestones, row):
    milestone = asked(milestones, row, *stated(row))[row.milestone.code]
    due_at = due_at_of(row)
    assert milestone["due_on"] == due_of(row).isoformat()
    assert milestone["due_at"] == (due_at.isoformat() if due_at else None)
    assert milestone["amber_on"] == amber_of(row).isoformat()
    assert milestone["headline"] is row.milestone.headline
    assert milestone["waiting_for"] is None
    assert milestone["original_due_on"] == milestone["due_on"]
    assert any(in_words(due_of(row)) in line for line in milestone["explanation"])


def in_words(day):
    return f"{day.strftime('%A')} {day.day} {day.strftime('%B %Y')}"


@every_milestone
def test_without_its_event_it_waits_or_is_left_out(milestones, row):
    rule = row.milestone
    root = measured_from(row).after if is_measured(rule) else rule.after
    event = rule.shown_with or root
    bound = row.pack == "lgsco-code-2024" and rule.code == "respond"  # a latest start is known all the same
    without = (event, "received", "escalated") if bound else (event,)
    if rule.unit == "given":
        without = ()
    found = asked(milestones, row, without=without).get(rule.code)
    if rule.bracketed:
        assert found is None
        return
    assert found["state"] == "waiting"
    assert found["waiting_for"] in (("given",) if rule.unit == "given" else without)
    nothing = ("due_on", "due_at", "amber_on", "original_due_on", "working_days_left")
    assert [found[key] for key in nothing] == [None] * 5
    assert found["explanation"]


# --- longer, given, paused --------------------------------------------------------------------------


@those(lambda rule: rule.extend_to)
def test_it_may_be_extended_to_its_cap_from_the_same_start(milestones, row):
    rule = row.milestone
    milestone = asked(milestones, row, f"--extend={rule.code}={rule.extend_to}")[rule.code]
    assert milestone["due_on"] == due_of(row, rule.extend_to).isoformat()
    assert milestone["original_due_on"] == due_of(row).isoformat()
    fifth = naive.fifth(rule.extend_to)
    amber = naive.count_on(due_of(row, rule.extend_to), -fifth, off(row))
    if rule.amber_from_day:
        amber = amber_of(row)
    assert milestone["amber_on"] == amber.isoformat()


@those(lambda rule: rule.extend_to)
def test_it_may_not_be_extended_over_its_cap_nor_to_what_it_has(refused, row):
    rule = row.milestone
    for total in (rule.extend_to + 1, rule.amount, rule.amount - 1):
        line = refused("deadlines", row.sla, "--policy", row.pack, f"--extend={rule.code}={total}")
        assert rule.code in line


@those(lambda rule: not rule.extend_to)
def test_it_may_not_be_extended_at_all(refused, row):
    rule = row.milestone
    line = refused("deadlines", row.sla, "--policy", row.pack, f"--extend={rule.code}={rule.amount + 5}")
    assert rule.code in line


@those(lambda rule: rule.given)
def test_a_date_given_wins(milestones, row):
    milestone = asked(milestones, row, f"--given={row.milestone.code}={GIVEN}")[row.milestone.code]
    assert milestone["due_on"] == GIVEN.isoformat()
    assert milestone["waiting_for"] is None
    if row.milestone.unit != "given":
        assert milestone["original_due_on"] == due_of(row).isoformat()


@those(lambda rule: not rule.given)
def test_no_date_can_be_given(refused, row):
    line = refused("deadlines", row.sla, "--policy", row.pack, f"--given={row.milestone.code}={GIVEN}")
    assert row.milestone.code in line


@those(lambda rule: rule.given_to)
def test_a_date_given_is_capped(milestones, refused, row):
    rule = row.milestone
    latest = naive.count_on(start_of(row), rule.given_to, off(row))
    milestone = asked(milestones, row, f"--given={rule.code}={latest}")[rule.code]
    assert milestone["due_on"] == latest.isoformat()
    event = f"--event={rule.after}={HAPPENED[rule.after]}"
    line = refused("deadlines", row.sla, "--policy", row.pack, event, f"--given={rule.code}={latest + DAY}")
    assert rule.code in line


DONE_BY = {"panel-held": ("panel",), "letter": ("panel-letter",), "acknowledge": ("acknowledged",)}
PAUSED = ("2026-12-21", "2027-01-05")  # five working days less three bank holidays


def pausable_slas():
    return {(row.pack, row.sla) for row in table.ROWS if row.milestone.pausable}


@those(lambda rule: rule.pausable)
def test_it_can_be_paused(milestones, row):
    paused = naive.paused_days([tuple(map(date.fromisoformat, PAUSED))], GIVEN)
    done = DONE_BY.get(row.milestone.code, ())  # what is done is not paused any more
    without = asked(milestones, row, without=done)[row.milestone.code]
    milestone = asked(milestones, row, f"--pause={'..'.join(PAUSED)}", without=done)[row.milestone.code]
    due = naive.count_on(start_of(row), row.milestone.amount, off(row), paused)
    assert milestone["due_on"] == due.isoformat() > without["due_on"]
    others = [code for code in table.events_of(row.pack, row.sla) if code != row.milestone.after]
    told = (f"--pause={PAUSED[0]}..", "--today", "2027-03-01")
    still = asked(milestones, row, *told, without=others)[row.milestone.code]
    assert (still["state"], still["due_on"], still["working_days_left"]) == ("paused", None, None)


@those(lambda rule: not rule.pausable)
def test_it_cannot_be_paused(milestones, refused, row):
    if (row.pack, row.sla) in pausable_slas():
        told = stated(row)
        milestone = asked(milestones, row, *told, f"--pause={'..'.join(PAUSED)}").get(row.milestone.code)
        assert milestone == asked(milestones, row, *told).get(row.milestone.code)
    else:
        line = refused("deadlines", row.sla, "--policy", row.pack, f"--pause={'..'.join(PAUSED)}")
        assert row.sla in line


# --- what only one row has --------------------------------------------------------------------------


def test_the_inner_dates_of_an_ombudsmans_enquiry_keep_their_distance_from_the_date_given(milestones):
    """S4.1: -7, -3, -1 days, whatever the investigator says; the service has it on day 2 all the same."""
    found = milestones("lgsco-enquiry", "--given=respond=2026-06-30", received="2026-06-01")
    assert {code: m["due_on"] for code, m in found.items()} == {
        "respond": "2026-06-30",
        "to-service": "2026-06-03",
        "service-response": "2026-06-23",
        "package": "2026-06-27",
        "finalise": "2026-06-29",
    }


@pytest.mark.parametrize(("days_away", "confirms"), [(9, True), (10, False)])
def test_an_investigators_date_under_ten_days_away_wants_the_inner_dates_confirmed(
    milestones, days_away, confirms
):
    day = date(2026, 6, 1) + days_away * DAY
    found = milestones("lgsco-enquiry", f"--given=respond={day}", received="2026-06-01")
    assert any("confirm" in line.lower() for line in found["respond"]["explanation"]) is confirms


def test_the_outcome_report_is_ten_days_before_an_extended_response_and_five_before_another(milestones):
    """S10.2: day 55 of 65, day 20 of 25."""
    agreed = {"response_date_agreed": "2026-06-01"}
    usual = milestones("stage-2-childrens-services", **agreed)
    longest = milestones("stage-2-childrens-services", "--extend=respond=65", **agreed)
    day_0 = date(2026, 6, 1)
    holidays = {date(2026, 8, 31)}
    assert usual["outcome-report"]["due_on"] == naive.count_on(day_0, 20, holidays).isoformat()
    assert usual["respond"]["due_on"] == naive.count_on(day_0, 25, holidays).isoformat()
    assert longest["outcome-report"]["due_on"] == naive.count_on(day_0, 55, holidays).isoformat()
    assert longest["sign"]["due_on"] == naive.count_on(day_0, 65, holidays).isoformat()


@pytest.mark.parametrize(
    ("agreed", "signed", "due"),
    [
        ("2026-06-01", "2026-06-08", "2026-07-06"),
        ("2026-06-08", "2026-06-01", "2026-07-06"),
        ("2026-06-01", None, "2026-07-06"),
        (None, "2026-06-01", "2026-07-06"),
    ],
)
@pytest.mark.parametrize(
    ("pack", "sla"),
    [
        ("surrey-cfllc", "stage-2-statutory"),
        ("warwickshire", "childrens-stage-2"),
        ("children-act-2006", "stage-2"),
    ],
)
def test_the_earlier_of_agreed_and_signed_starts_the_clock(milestones, pack, sla, agreed, signed, due):
    told = {"escalated": "2026-05-12", "statement_agreed": agreed, "statement_signed": signed}
    found = milestones(sla, f"--policy={pack}", **{code: day for code, day in told.items() if day})
    assert found["respond"]["due_on"] == due


@pytest.mark.parametrize(
    ("letter", "submitted"), [("2026-06-01", "2026-06-03"), ("2026-06-03", "2026-06-01")]
)
def test_the_director_answers_from_the_earlier_of_letter_and_report(milestones, letter, submitted):
    """S11.2: from the letter's date; SA: from the day the report is submitted. The earlier is the default."""
    found = milestones(
        "stage-3", "--policy=surrey-cfllc", panel_letter=letter, panel_report_submitted=submitted
    )
    assert found["respond"]["due_on"] == "2026-06-22"


@pytest.mark.parametrize(
    ("acknowledged", "stage_1", "stage_2"),
    [
        ("2026-06-02", "2026-06-16", "2026-06-30"),  # at once: ten or twenty working days from it
        ("2026-06-08", "2026-06-22", "2026-07-06"),  # on its last day
        ("2026-06-19", "2026-06-22", "2026-07-06"),  # late: it buys no time
        (None, "2026-06-22", "2026-07-06"),  # never: nor does that
    ],
)
def test_a_late_acknowledgement_buys_no_time(milestones, acknowledged, stage_1, stage_2):
    """L1: counted from acknowledgement, at the latest from the day that was due (Mon 8 June)."""
    told = {"acknowledged": acknowledged} if acknowledged else {}
    first = milestones("stage-1", "--policy=lgsco-code-2024", received="2026-06-01", **told)
    second = milestones("stage-2", "--policy=lgsco-code-2024", escalated="2026-06-01", **told)
    assert first["acknowledge"]["due_on"] == second["acknowledge"]["due_on"] == "2026-06-08"
    assert (first["respond"]["due_on"], second["respond"]["due_on"]) == (stage_1, stage_2)


def test_six_months_are_up_the_day_before_the_anniversary(milestones):
    """L3: the day of receipt is itself counted."""
    found = milestones("complaint", received="2026-05-12")
    assert found["respond"]["due_on"] == "2026-11-11"


def test_a_date_given_to_ofsted_outside_school_holidays_is_remarked_on(milestones):
    """S5: it may be extended where the notification came in school holidays; none is recorded here."""
    found = milestones("ofsted", "--given=respond=2026-09-14", received="2026-08-03")
    assert found["respond"]["due_on"] == "2026-09-14"
    assert any("school holidays" in line for line in found["respond"]["explanation"])
