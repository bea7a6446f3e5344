"""No page counts cases that whoever reads it may not see."""

import re

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from accounts.roles import Role
from complaints.actions import details, imports
from complaints.models import Case, ImportBatch
from tests.complaints import cases
from tests.complaints.cases import NOW, Council
from tests.complaints.trackers import case_of, imported, row
from tests.factories import make_grant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def restrict(case: Case, council: Council) -> None:
    details.restrict(case=case, by=council.manager, now=NOW, restricted=True, reason="A witness asked")


# --- a changed calendar -----------------------------------------------------------------------------

MOURNING = {
    "day": "25/11/2026",
    "name": "Day of mourning",
    "source": "Proclamation",
    "proclaimed_on": "20/11/2026",
}


def proclaimed(client):
    return client.post(reverse("proclaim-holiday", args=["england-and-wales"]), MOURNING, follow=True)


@pytest.mark.parametrize("there", [0, 2])
def test_an_administrator_who_sees_no_case_is_not_told_how_many_there_are(council, client_for, there):
    for _ in range(there):
        cases.accepted(council)
    answer = proclaimed(client_for(council.administrator))
    assertContains(answer, "Day of mourning. Each open case says so when a date of it has moved.")
    assertNotContains(answer, "that you may see")


def test_who_sees_some_is_told_of_those(council, client_for):
    for _ in range(2):
        cases.accepted(council)
    restrict(cases.accepted(council), council)
    make_grant(council.administrator, Role.CR_MANAGER)
    answer = proclaimed(client_for(council.administrator))
    assertContains(answer, "2 open cases that you may see have a date that moved, and say so.")


def test_none_of_those_seen_is_said_as_where_none_moves(council, client_for):
    restrict(cases.accepted(council), council)
    cases.closed(council)
    make_grant(council.administrator, Role.CR_MANAGER)
    answer = proclaimed(client_for(council.administrator))
    assertContains(answer, "No open case that you may see has a date that moves.")


# --- an import --------------------------------------------------------------------------------------


@pytest.fixture
def batch(council: Council) -> ImportBatch:
    """Three cases imported by the manager; the third is restricted to her since."""
    batch = imported(row("1"), row("2"), row("3"), by=council.manager)
    restrict(case_of("3"), council)
    return batch


@pytest.fixture
def other(council: Council, client_for):
    """Another manager for the whole council."""
    return client_for(Role.CR_MANAGER)


def words(answer) -> str:
    page = re.search("<main.*</main>", answer.content.decode(), re.DOTALL)
    assert page
    return " ".join(re.sub("<[^>]+>", " ", page[0]).split())


def test_the_lists_of_an_import_do_not_say_how_much_is_left_out(batch, other):
    told = words(other.get(reverse("import", args=[batch.pk])))
    assert "3 imported, 0 already there, 0 rejected of 3 rows" in told, "the line is that of the file"
    assert "Cases that you may not see are left out below, and out of the report." in told
    assert "entry about" not in told
    assert "entries about" not in told


def test_it_says_so_where_nothing_is_left_out_too(council, other):
    batch = imported(row("1"), by=council.manager)
    assertContains(other.get(reverse("import", args=[batch.pk])), "Cases that you may not see are left out")


def test_undoing_counts_what_one_may_see(council, batch, other, client_for):
    address = reverse("import-undo", args=[batch.pk])
    told = words(other.get(address))
    assert "2 cases would be removed." in told
    assert "would stay" not in told
    assert "Cases that you may not see are not counted here." in told
    theirs = words(client_for(User.objects.get(pk=council.manager.pk)).get(address))
    assert "2 cases would be removed. 1 would stay" in theirs


def test_nor_does_what_is_under_way(council, batch, other):
    imports.begin_undo(batch=batch, by=council.manager, now=NOW)
    imports.heard(batch=batch, now=NOW)
    assert "2 cases left to look at." in words(other.get(reverse("import", args=[batch.pk])))
