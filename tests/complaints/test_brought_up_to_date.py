"""An upgrade writes what lists, counts and searches read, as the actions of today write it."""

from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from accounts.models import Unit
from complaints.actions import allocation, details, escalation
from complaints.actions.parties import PartyDraft
from complaints.models import Case, CaseReach, Clock, Stage
from complaints.queries.cases import with_words
from tests.complaints import cases
from tests.complaints.cases import NOW, Council
from tests.complaints.trackers import imported, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

migration = import_module("complaints.migrations.0003_brought_up_to_date")
addresses = import_module("complaints.migrations.0005_addresses")


def lives(council: Council) -> None:
    """Cases as they were before: open and late, of two stages, without a time, restricted, of two teams."""
    long_ago = NOW - timedelta(days=40)
    cases.accepted(council, received=long_ago.date(), now=long_ago)
    answered = cases.closed(council, "children-act")
    escalation.escalate(
        case=answered, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered."
    )
    cases.sent(council, "enquiry")
    imported(row(type="Enquiry", responded=date(2026, 11, 4)), by=council.senior, unit=council.children)
    details.restrict(
        case=cases.accepted(council), by=council.officer, now=NOW, restricted=True, reason="A child."
    )
    allocation.ask_contribution(
        case=cases.accepted(council),
        by=council.officer,
        now=NOW,
        unit=council.send_south,
        question="What was agreed?",
        due_on=NOW.date() + timedelta(days=3),
    )


def written() -> dict[str, list[Any]]:
    """All that the upgrade writes."""
    return {
        "stages": list(Stage.objects.order_by("pk").values_list("pk", *migration.COPIES)),
        "cases": list(Case.objects.order_by("pk").values_list("pk", "apart", "search_text")),
        "reach": sorted(CaseReach.objects.values_list("case_id", "holder")),
    }


def blank(unit: Unit) -> None:
    """Take all of it away again, as if it had never been written."""
    Stage.objects.update(
        original_due_on=None, met_on=None, in_time=None, latest=False, received_on=None, case_unit=None
    )
    Stage.objects.update(case_closed_at=None, hidden=False, apart=False)
    Stage.objects.exclude(clock=Clock.RUNNING).update(amber_at=NOW, red_at=NOW)
    Case.objects.update(apart=False, search_text="")
    CaseReach.objects.all().delete()
    CaseReach.objects.create(case=Case.objects.all()[0], holder=unit.pk)  # of a first attempt


@pytest.mark.parametrize("at_once", [500, 2])
def test_an_upgrade_writes_what_the_actions_write(
    council: Council, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(migration, "AT_ONCE", at_once)
    lives(council)
    before = written()
    blank(council.send_north)
    assert written() != before
    migration.bring_up_to_date(apps, None)
    assert written() == before


@pytest.mark.parametrize("at_once", [500, 1])
def test_addresses_become_words_of_the_cases_that_are_there(
    council: Council, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(addresses, "AT_ONCE", at_once)
    cases.log(council)
    cases.log(council, parties=[PartyDraft("complainant", "Ann Post")], detail="Write to ann@post.example.")
    silent = cases.log(council, parties=[PartyDraft("complainant", "Sam Still")])
    before = {case.pk: set(case.search_text.split()) for case in Case.objects.all()}
    for case in Case.objects.all():
        case.search_text = f" {' '.join(word for word in case.search_text.split() if '@' not in word)} "
        case.save(update_fields=["search_text"])
    assert not Case.objects.filter(with_words("ann@post.example")).exists()
    addresses.keep_addresses(apps, None)
    assert {case.pk: set(case.search_text.split()) for case in Case.objects.all()} == before
    assert Case.objects.filter(with_words("ann@post.example")).exists()
    assert not any("@" in word for word in before[silent.pk])
