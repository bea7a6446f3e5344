"""What `manage.py deadlines` refuses: exit 2 and one line that names what was wrong. Nothing is guessed."""

import pytest
from django.core.management.base import CommandError

from tests.slas.conftest import forget_policies

pytestmark = pytest.mark.usefixtures("packs")

FULLWIDTH = "\uff12\uff10\uff12\uff16"  # 2026, in digits that are not those of the dates here
ARABIC = "\u0662\u0660\u0662\u0666"
CHILD = "stage-1-childrens"
OK = "--event=received=2026-05-12"
REFUSALS = [
    # (arguments, what the line must name)
    (("no-such-sla",), "no-such-sla"),
    ((CHILD, "--policy=no-such-policy"), "no-such-policy"),
    ((CHILD, "--policy=warwickshire"), "warwickshire"),
    ((CHILD, "--event=recieved=2026-05-12"), "recieved"),
    ((CHILD, "--event=received"), "received"),
    ((CHILD, "--event=received="), "received"),
    ((CHILD, "--event==2026-05-12"), "2026-05-12"),
    ((CHILD, OK, "--event=received=2026-05-13"), "received"),
    ((CHILD, "--event=received=2026-02-29"), "2026-02-29"),
    ((CHILD, "--event=received=2026-13-01"), "2026-13-01"),
    ((CHILD, "--event=received=12/05/2026"), "12/05/2026"),
    ((CHILD, "--event=received=2026-05-12T25:00"), "2026-05-12T25:00"),
    ((CHILD, "--event=received=2026-05-12T09:3"), "2026-05-12T09:3"),
    ((CHILD, "--event=received=tomorrow"), "tomorrow"),
    ((CHILD, f"--event=received={FULLWIDTH}-05-12"), FULLWIDTH),
    ((CHILD, f"--event=received={ARABIC}-05-12"), ARABIC),
    ((CHILD, "--event=received=2026-03-29T01:30"), "2026-03-29"),  # the clocks went forward over it
    ((CHILD, "--event=received=2027-03-28T01:00"), "2027-03-28"),
    (("freeze", "--event=received=2026-05-12"), "received"),  # at once needs a time
    (
        ("stage-3", "--policy=surrey-cfllc", "--event=panel-letter-received=2026-05-12"),
        "panel-letter-received",
    ),
    ((CHILD, OK, "--extend=respond=21"), "respond"),
    ((CHILD, OK, "--extend=respond=10"), "respond"),
    ((CHILD, OK, "--extend=respond=0"), "respond"),
    ((CHILD, OK, "--extend=respond=-5"), "respond"),
    ((CHILD, OK, "--extend=respond=12.5"), "12.5"),
    ((CHILD, OK, f"--extend=respond={FULLWIDTH[:2]}"), "respond"),
    ((CHILD, OK, "--extend=respond=twenty"), "twenty"),
    ((CHILD, OK, "--extend=respond"), "respond"),
    ((CHILD, OK, "--extend=reply=20"), "reply"),
    ((CHILD, OK, "--extend=respond=15", "--extend=respond=20"), "respond"),
    (("stage-1-sen", OK, "--extend=respond=20"), "respond"),
    (("lgsco-enquiry", OK, "--extend=respond=35"), "respond"),
    ((CHILD, OK, "--given=respond=2026-06-01"), "respond"),
    (("lgsco-enquiry", OK, "--given=respond=soon"), "soon"),
    (("lgsco-enquiry", OK, "--given=respond=2026-06-01T10:00"), "respond"),
    (("lgsco-enquiry", OK, "--given=answer=2026-06-01"), "answer"),
    (("lgsco-enquiry", OK, "--given=respond=2026-06-01", "--given=respond=2026-06-02"), "respond"),
    (("lgsco-enquiry", OK, "--given=respond=2100-01-01"), "respond"),
    ((CHILD, OK, "--pause=2026-05-13..2026-05-14"), CHILD),
    (("general-stage-1", OK, "--pause=2026-05-20..2026-05-13"), "2026-05-20"),
    (("general-stage-1", OK, "--pause=2026-05-20"), "2026-05-20"),
    (("general-stage-1", OK, "--pause=..2026-05-20"), "2026-05-20"),
    (("general-stage-1", OK, "--pause=2026-05-20..soon"), "soon"),
    (("general-stage-1", OK, "--pause=2026-05-20T09:00..2026-05-21"), "2026-05-20"),
    (("general-stage-1", OK, "--pause=1989-12-31.."), "1989-12-31"),
    (("solihull-corporate",), "solihull-corporate"),  # a policy is not an SLA
    (("stage-2", "--policy=solihull-corporate", "--pause=2026-05-13.."), "stage-2"),
    ((CHILD, OK, "--today=now"), "now"),
    ((CHILD, OK, "--today="), "--today"),
    ((CHILD, OK, "--today=2100-01-01"), "2100-01-01"),
    ((CHILD, OK, "--receipt=lax"), "lax"),
    ((CHILD, OK, "--receipt=Strict"), "Strict"),
]


@pytest.mark.parametrize(("arguments", "names"), REFUSALS, ids=[" ".join(row[0]) for row in REFUSALS])
def test_bad_input_is_refused_in_one_line_that_names_it(refused, arguments, names):
    assert names in refused("deadlines", *arguments)


@pytest.mark.parametrize("day", ["1989-12-31", "2100-01-01", "9999-12-31", "1066-10-14"])
def test_a_date_out_of_range_is_refused_as_out_of_range(refused, day):
    """It is a date; what is wrong with it is that no working days are kept for it."""
    line = refused("deadlines", CHILD, f"--event=received={day}")
    assert day in line
    assert "1990" in line
    assert "not a date" not in line


@pytest.mark.parametrize("sla", [CHILD, "lgsco-enquiry", "complaint"])
def test_a_count_that_leaves_the_range_names_the_event_it_began_with(refused, sla):
    line = refused("deadlines", sla, "--event=received=2089-12-30")
    assert "received" in line or "2089-12-30" in line


def test_a_line_stays_one_line_whatever_is_typed(run):
    with pytest.raises(CommandError) as caught:
        run("deadlines", CHILD, "--event=received=2026-05-12\n2026-05-13")
    assert len(str(caught.value).splitlines()) == 1


def test_with_no_policy_loaded_it_says_how_to_load_one(refused):
    forget_policies()
    assert "load_policy" in refused("deadlines", CHILD)
