"""A restricted case is never found by nobody: who is on its list is told, and its manager when that list is no use."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import deactivate
from accounts.models import User
from accounts.roles import Role
from audit.service import history
from complaints import permissions
from complaints.actions import allocation, closing, details, drafting
from complaints.models import Case, Stage
from complaints.workflow import Verb
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, tasks
from tests.complaints.permissions.world import holder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ABOUT = "About somebody in the team"


def browser(person: User) -> Client:
    client = Client()
    client.force_login(permissions.afresh(person))
    return client


@pytest.fixture
def alone(council: Council) -> Case:
    """A restricted case with nobody but the officer on its list."""
    case = cases.triaged(council, summary=ABOUT)
    return details.restrict(
        case=case, by=council.officer, now=NOW, restricted=True, reason="About a colleague"
    )


def test_who_is_on_the_list_is_asked_to_put_somebody_there_who_can_go_on(council: Council) -> None:
    case = cases.accepted(council)
    details.restrict(case=case, by=council.officer, now=NOW, restricted=True, reason="About the responder")
    (task,) = tasks(permissions.afresh(council.officer), now=NOW)
    assert (task.case, task.verb) == (case, Verb.RESTRICT)
    page = browser(council.officer).get("/")
    assertContains(page, "Nobody on its list can do what is next")
    assertContains(page, f"/cases/{case.reference}/restrict/")
    details.restrict(
        case=case,
        by=council.officer,
        now=NOW,
        restricted=True,
        readers=[council.responder],
        reason="They answer it after all",
    )
    assert tasks(permissions.afresh(council.officer), now=NOW) == []
    assert [t.verb for t in tasks(permissions.afresh(council.responder), now=NOW)] == [Verb.SUBMIT]


def test_who_wrote_the_draft_alone_on_the_list_puts_somebody_there_who_checks_it(council: Council) -> None:
    case = cases.accepted(council)
    details.restrict(case=case, by=council.officer, now=NOW, restricted=True, reason="About the responder")
    drafting.submit(case=case, by=council.officer, now=NOW, text="# Our answer\n\nWe are sorry.")
    (task,) = tasks(permissions.afresh(council.officer), now=NOW)
    assert (task.verb, task.words) == (
        Verb.RESTRICT,
        "Nobody on its list can do what is next: approve the draft.",
    )
    said = {"restricted": True, "readers": [council.senior], "reason": "To check it"}
    details.restrict(case=case, by=council.officer, now=NOW, **said)
    assert tasks(permissions.afresh(council.officer), now=NOW) == []
    assert [t.verb for t in tasks(permissions.afresh(council.senior), now=NOW)] == [Verb.APPROVE]


def test_what_was_agreed_and_nobody_on_the_list_can_do_is_opened_too(council: Council) -> None:
    """Learning is beside the case: restricting is an act on the case, not on it."""
    case = cases.sent(council)
    said = [closing.LearningDraft("Ring back within a day", council.send_north)]
    closing.close(case=case, by=council.officer, now=NOW, learning=said)
    details.restrict(case=case, by=council.officer, now=NOW, restricted=True, reason="A witness asked for it")
    found = tasks(permissions.afresh(council.officer), now=NOW)
    assert [(task.case, task.verb) for task in found] == [(case, Verb.RESTRICT)]
    page = browser(council.officer).get(f"/cases/{case.reference}/chase/")
    assertContains(page, f"/cases/{case.reference}/restrict/")


def test_a_manager_opens_what_nobody_can_open_to_somebody(council: Council, alone: Case) -> None:
    manager = browser(council.manager)
    assertNotContains(manager.get("/"), "can be opened by nobody")
    assert manager.get(f"/restricted/{alone.pk}/").status_code == 404
    deactivate(person=council.officer, by=council.administrator, now=NOW)
    today = manager.get("/")
    assertContains(today, "can be opened by nobody of Customer Relations")
    assertContains(today, f"/restricted/{alone.pk}/")
    page = manager.get(f"/restricted/{alone.pk}/")
    assertContains(page, "Olu Officer")
    for hidden in (alone.reference, ABOUT):
        assertNotContains(today, hidden)
        assertNotContains(page, hidden)
    answer = manager.post(f"/restricted/{alone.pk}/", {"reader": "", "reason": "She has left"})
    assertContains(answer, "Choose who is to carry it on")
    assertContains(answer, "She has left")
    answer = manager.post(
        f"/restricted/{alone.pk}/", {"reader": council.senior.pk, "reason": "She has left"}, follow=True
    )
    assertContains(answer, "Sam Senior is on its list")
    assert manager.get(f"/cases/{alone.reference}/").status_code == 404
    told = browser(council.senior).get(f"/cases/{alone.reference}/?timeline")
    assertContains(told, "put Sam Senior on it: nobody there could open it. She has left")
    assert manager.get(f"/restricted/{alone.pk}/").status_code == 404
    event = history(alone.stream).last()
    assert event is not None and event.actor_id == council.manager.pk


def test_only_the_manager_there_is_told_and_only_somebody_of_the_team_is_put_on_it(
    council: Council, alone: Case
) -> None:
    deactivate(person=council.officer, by=council.administrator, now=NOW)
    elsewhere = holder(Role.CR_MANAGER, council.safeguarding)
    assertNotContains(browser(elsewhere).get("/"), "can be opened by nobody")
    assert browser(elsewhere).get(f"/restricted/{alone.pk}/").status_code == 404
    assert browser(council.senior).get(f"/restricted/{alone.pk}/").status_code == 403
    at = f"/restricted/{alone.pk}/"
    answer = browser(council.manager).post(at, {"reader": council.responder.pk, "reason": "They know it"})
    assertContains(answer, "Choose somebody from the list")


def test_work_left_to_a_team_with_nobody_in_it_is_told_with_its_cases(council: Council) -> None:
    case = cases.triaged(council)
    allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)
    assertNotContains(browser(council.manager).get("/"), "Nobody who can sign in is")
    for person in (council.responder, council.service_manager):
        deactivate(person=person, by=council.administrator, now=NOW)
    page = browser(council.manager).get("/")
    assertContains(page, "Nobody who can sign in is Responder for SEND North")
    assertContains(page, f"/cases/{case.reference}/reallocate/?stage=2")


def test_what_was_agreed_by_a_team_with_nobody_in_it_is_given_away_and_not_the_answer(
    council: Council,
) -> None:
    case = cases.sent(council)
    said = [closing.LearningDraft("Ring back within a day", council.send_south)]
    closing.record_learning(case=case, by=council.officer, now=NOW, learning=said)
    action = Stage.objects.get(case=case, type__beside=True)
    deactivate(person=council.service_manager, by=council.administrator, now=NOW)
    manager = browser(council.manager)
    link = f"/cases/{case.reference}/reallocate/?stage={action.number}"
    assertContains(manager.get("/"), f'href="{link}"')
    form = manager.get(link).context["form"]
    unit, person = council.send_north.pk, council.responder.pk
    sent = {"stage": action.number, "seen": form["seen"].value(), "unit": unit, "responder": person}
    assert "draft_days" not in form.fields  # an action is done, not drafted
    assert manager.post(link, sent | {"reason": "Nobody is there"}).status_code == 302
    assert Stage.objects.get(pk=action.pk).responder == council.responder
    assertNotContains(manager.get("/"), "Nobody who can sign in is")


def test_a_closed_case_is_restricted_and_its_list_changed(council: Council) -> None:
    """What should be seen by few may be found out when it is over."""
    case = cases.closed(council)
    at = f"/cases/{case.reference}/restrict/"
    officer = browser(council.officer)
    said = {"restricted": "on", "readers": [council.senior.pk], "reason": "A witness asked for it"}
    seen = officer.get(at).context["form"]["seen"].value()
    assert officer.post(at, said | {"seen": seen}).status_code == 302
    assert browser(council.manager).get(f"/cases/{case.reference}/").status_code == 404
    assert browser(council.senior).get(f"/cases/{case.reference}/").status_code == 200
    assert Case.objects.get(pk=case.pk).closed_at is not None
