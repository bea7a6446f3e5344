"""What is done to lines ticked in the list of open work: to those, by every rule of doing it singly (TRAPS 23)."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import name_cover
from accounts.models import User
from accounts.roles import Role
from audit.service import history
from complaints.actions import closing, details, escalation
from complaints.actions.ticked import MEANWHILE, Line, give_lines
from complaints.models import Case, Note, Stage
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, open_stage
from tests.factories import make_grant, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def colleague(council: Council) -> User:
    """Another responder in SEND North."""
    person = make_user("Col League")
    make_grant(person, Role.RESPONDER, council.send_north)
    return person


def opened(client: Client, name: str, *stages: Stage | str, **more: str) -> Any:
    return client.get(reverse(name), {"line": [getattr(stage, "pk", stage) for stage in stages], **more})


def ticks(page: Any) -> list[str]:
    return re.findall(r'name="line" value="([0-9.]+)"', page.content.decode())


def given(client: Client, *some: Case, **said: Any) -> Any:
    """As somebody who ticked the open stages of `some` does it, through both pages."""
    page = opened(client, "give-lines", *(open_stage(case) for case in some))
    sent: dict[str, Any] = {"line": ticks(page), "reason": "Rae is away"} | said
    return client.post(reverse("give-lines"), sent, follow=True)


def noted(client: Client, *stages: Stage, **said: Any) -> Any:
    page = opened(client, "note-lines", *stages)
    return client.post(reverse("note-lines"), {"line": ticks(page)} | said, follow=True)


def who(case: Case) -> tuple[User | None, User | None]:
    stage = open_stage(case)
    return stage.officer, stage.responder


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


# --- giving -----------------------------------------------------------------------------------------


def test_the_page_shows_exactly_what_was_ticked(council: Council, client_for: Any) -> None:
    first, second, third = (cases.accepted(council) for _ in range(3))
    page = opened(client_for(council.senior), "give-lines", open_stage(first), open_stage(third))
    assertContains(page, "2 ticked")
    assert second.reference not in page.content.decode()
    assert len(ticks(page)) == 2


def test_what_is_ticked_goes_over_and_nothing_else(
    council: Council, colleague: User, client_for: Any
) -> None:
    first, second, third = (cases.accepted(council) for _ in range(3))
    before = Case.objects.get(pk=second.pk).revision
    page = given(client_for(council.senior), first, third, responder=colleague.pk)
    assertContains(page, "2 given away")
    assert [who(case)[1] for case in (first, second, third)] == [colleague, council.responder, colleague]
    assert Case.objects.get(pk=second.pk).revision == before
    event = history(first.stream).order_by("-sequence")[0]
    assert event.text.sentence == (
        "Sam Senior reallocated it from Rae Responder, SEND North to Col League, SEND North. Rae is away"
    )


def test_an_officer_and_who_answers_can_be_named_at_once(
    council: Council, colleague: User, client_for: Any
) -> None:
    case = cases.accepted(council)
    given(client_for(council.manager), case, officer=council.senior.pk, responder=colleague.pk)
    assert who(case) == (council.senior, colleague)


def test_what_was_not_allocated_yet_is_allocated_where_it_is(council: Council, client_for: Any) -> None:
    case = cases.triaged(council, unit=council.send_north)
    page = given(client_for(council.senior), case, responder=council.responder.pk)
    assertContains(page, "1 given away")
    assert (open_stage(case).state, who(case)[1]) == ("to-accept", council.responder)


def test_what_cannot_be_given_is_listed_with_why_and_the_rest_is_done(
    council: Council, colleague: User, client_for: Any
) -> None:
    good = cases.accepted(council)
    theirs = cases.accepted(council, summary="Theirs already")
    given(client_for(council.senior), theirs, responder=colleague.pk)
    south = cases.triaged(council, unit=council.send_south, summary="Of the south")
    page = given(client_for(council.senior), good, theirs, south, responder=colleague.pk)
    assertContains(page, "1 given away")
    assertContains(page, "2 not given away")
    why = {view.stage.case.summary: why for view, why in page.context["refused"]}
    assert why["Of the south"].startswith("Col League does not answer for SEND South.")
    assert why["Theirs already"] == "It is with Col League, SEND North already."
    assert who(good)[1] == colleague
    assert who(south)[1] is None


def test_a_line_is_given_whole_or_not_at_all(council: Council, colleague: User, client_for: Any) -> None:
    case = cases.triaged(council, unit=council.send_south)
    stage = open_stage(case)
    other = cases.accepted(council)
    page = given(client_for(council.manager), case, other, officer=council.senior.pk, responder=colleague.pk)
    assertContains(page, "1 not given away")
    assert who(case) == (stage.officer, stage.responder)
    assert who(other) == (council.senior, colleague)


def test_two_lines_of_one_case_are_both_given(council: Council, colleague: User, client_for: Any) -> None:
    """What the first changed is not somebody else's change to the second."""
    case = cases.sent(council)
    learning = [
        closing.LearningDraft(words, council.send_north, responder=council.responder)
        for words in ("Ring back", "Train")
    ]
    closing.close(case=case, by=council.officer, now=NOW, learning=learning)
    stages = Stage.objects.filter(closed_at__isnull=True)
    client = client_for(council.senior)
    page = opened(client, "give-lines", *stages)
    sent = {"line": ticks(page), "reason": "Away", "responder": colleague.pk}
    assertContains(client.post(reverse("give-lines"), sent, follow=True), "2 given away")
    assert [stage.responder for stage in stages.all()] == [colleague, colleague]


def test_the_officer_is_the_cases_whichever_of_its_lines_is_ticked(
    council: Council, colleague: User, client_for: Any
) -> None:
    """A learning action of stage 1 and stage 2 itself, the learning action first."""
    case = cases.sent(council)
    learning = [closing.LearningDraft("Ring back", council.send_north, responder=council.responder)]
    closing.close(case=case, by=council.officer, now=NOW, learning=learning)
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="No.")
    stages = Stage.objects.filter(case=case, closed_at__isnull=True)
    client = client_for(council.manager)
    page = opened(client, "give-lines", *stages)
    sent = {"line": ticks(page), "reason": "Away", "officer": council.senior.pk}
    done = client.post(reverse("give-lines"), sent, follow=True)
    assertContains(done, "2 given away")
    assertContains(done, "Officer: Sam Senior.")
    assertContains(done, "Learning or agreed action")
    assert Case.objects.get(pk=case.pk).officer == council.senior


def test_nobody_answers_what_is_still_to_be_triaged(
    council: Council, colleague: User, client_for: Any
) -> None:
    contact = cases.log(council, unit=council.send_north)
    line = Line(open_stage(contact), contact.revision)
    said = {"officer": None, "by": council.manager, "now": NOW, "reason": "Away"}
    outcome = give_lines(lines=[line], responder=colleague, **said)
    assert outcome.done == () and "triage it first" in outcome.refused[0][1]
    assert who(contact)[1] is None


def test_the_officer_of_a_case_is_named_once(council: Council) -> None:
    case = cases.accepted(council)
    line = Line(open_stage(case), Case.objects.get(pk=case.pk).revision)
    done = give_lines(
        lines=[line, line],
        officer=council.senior,
        responder=None,
        by=council.manager,
        now=NOW,
        reason="Away",
    )
    assert (len(done.done), done.refused) == (2, ())
    assert history(case.stream).filter(verb="take-on").count() == 1


def test_what_changed_meanwhile_is_left_as_it_is(council: Council, colleague: User, client_for: Any) -> None:
    """TRAPS 24, for each of many."""
    case, other = cases.accepted(council), cases.accepted(council)
    client = client_for(council.senior)
    page = opened(client, "give-lines", open_stage(case), open_stage(other))
    details.note(case=case, by=council.responder, now=NOW, text="I am nearly done.")
    sent = {"line": ticks(page), "reason": "Away", "responder": colleague.pk}
    page = client.post(reverse("give-lines"), sent, follow=True)
    assert [(view.stage.case, why) for view, why in page.context["refused"]] == [(case, MEANWHILE)]
    assert (who(case)[1], who(other)[1]) == (council.responder, colleague)


def test_sent_twice_it_is_done_once(council: Council, colleague: User, client_for: Any) -> None:
    case = cases.accepted(council)
    client = client_for(council.senior)
    sent = {
        "line": ticks(opened(client, "give-lines", open_stage(case))),
        "reason": "Away",
        "responder": colleague.pk,
    }
    client.post(reverse("give-lines"), sent)
    revision = Case.objects.get(pk=case.pk).revision
    assertContains(client.post(reverse("give-lines"), sent, follow=True), "1 not given away")
    assert Case.objects.get(pk=case.pk).revision == revision


def test_what_one_may_not_see_is_neither_shown_nor_touched(
    council: Council, colleague: User, client_for: Any
) -> None:
    hidden = cases.accepted(council, restricted=True, readers=[council.responder])
    seen = cases.accepted(council)
    client = client_for(council.manager)
    page = opened(client, "give-lines", open_stage(hidden), open_stage(seen))
    assertNotContains(page, hidden.reference)
    assertContains(page, "1 of those you ticked is closed by now, or not yours to see.")
    lines = [f"{open_stage(case).pk}.{Case.objects.get(pk=case.pk).revision}" for case in (hidden, seen)]
    client.post(reverse("give-lines"), {"line": lines, "reason": "Away", "responder": colleague.pk})
    assert (who(hidden)[1], who(seen)[1]) == (council.responder, colleague)
    done = give_lines(
        lines=[Line(open_stage(hidden), Case.objects.get(pk=hidden.pk).revision)],
        officer=None,
        responder=colleague,
        by=council.manager,
        now=NOW,
        reason="Away",
    )
    assert (done.done, who(hidden)[1]) == ((), council.responder)


def test_what_was_closed_is_not_reopened_by_it(council: Council, colleague: User, client_for: Any) -> None:
    case = cases.closed(council)
    stage = open_stage(case)
    assert stage.closed_at
    page = opened(client_for(council.senior), "give-lines", stage)
    assertContains(page, "Nothing is ticked.")
    assertContains(page, "1 of those you ticked is closed by now")


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({}, "officer", "Choose who it goes to"),
        ({"responder": "999999"}, "responder", "Choose somebody from the list"),
        ({"responder": "me", "reason": ""}, "reason", "Say why it goes to somebody else"),
    ],
)
def test_what_is_missing_is_said_and_the_ticks_stay(
    council: Council, colleague: User, client_for: Any, said: dict[str, str], field: str, words: str
) -> None:
    case = cases.accepted(council)
    said = {name: str(colleague.pk) if value == "me" else value for name, value in said.items()}
    page = given(client_for(council.senior), case, **said)
    assert errors(page)[field] == [words]
    assert len(ticks(page)) == 1
    assert who(case)[1] == council.responder


def test_only_who_could_take_some_of_it_is_offered(
    council: Council, colleague: User, client_for: Any
) -> None:
    form = opened(client_for(council.senior), "give-lines", open_stage(cases.accepted(council))).context[
        "form"
    ]
    answer = {person.name for person in form.fields["responder"].listed.values()}
    assert answer == {"Col League", "Rae Responder", "Sue Service"}
    assert {person.name for person in form.fields["officer"].listed.values()} == {
        "Olu Officer",
        "Sam Senior",
        "Mo Manager",
    }


def test_a_question_that_is_not_ones_own_is_not_asked(council: Council, client_for: Any) -> None:
    """A service manager gives the work of the service away, and does not name officers."""
    form = opened(
        client_for(council.service_manager), "give-lines", open_stage(cases.accepted(council))
    ).context["form"]
    assert "officer" not in form.fields and "responder" in form.fields


@pytest.mark.parametrize(
    ("part", "gives"),
    [("senior", 200), ("officer", 403), ("responder", 403), ("auditor", 403), ("administrator", 403)],
)
def test_giving_is_for_those_who_lead_others(
    council: Council, client_for: Any, part: str, gives: int
) -> None:
    client = client_for(getattr(council, part))
    assert client.get(reverse("give-lines")).status_code == gives
    assert client.post(reverse("give-lines")).status_code == gives


def test_and_for_their_deputies(council: Council, colleague: User, client_for: Any) -> None:
    deputy = make_user("Dee Deputy")
    name_cover(
        absent=council.senior, deputy=deputy, first=NOW.date(), last=NOW.date(), by=council.senior, now=NOW
    )
    case = cases.accepted(council)
    given(client_for(deputy), case, responder=colleague.pk)
    assert who(case)[1] == colleague


@pytest.mark.parametrize(
    "value", ["abc", "-1", "0", "9" * 40, "\x00", "🙂", "²", "1.", ".1", "1.-1", "999999"]
)
def test_odd_ticks_are_answered(council: Council, colleague: User, client_for: Any, value: str) -> None:
    case = cases.accepted(council)
    client = client_for(council.senior)
    for name in ("give-lines", "note-lines"):
        assertContains(opened(client, name, value), "Nothing is ticked.")
        sent = {"line": [value], "reason": "x", "text": "x", "responder": colleague.pk, "back": value}
        assertContains(client.post(reverse(name), sent), "Nothing is ticked.")
    assert who(case)[1] == council.responder and not Note.objects.exists()


def test_a_tick_without_how_the_case_stood_does_nothing(
    council: Council, colleague: User, client_for: Any
) -> None:
    """As with any form: what is sent from an old page could not be told from what is meant."""
    case = cases.accepted(council)
    sent = {"line": [open_stage(case).pk], "reason": "Away", "responder": colleague.pk}
    page = client_for(council.senior).post(reverse("give-lines"), sent)
    assertContains(page, "This page did not say how the cases stood when it was opened, so nothing was done.")
    assert who(case)[1] == council.responder


def test_the_way_back_is_to_the_list_as_it_was(council: Council, colleague: User, client_for: Any) -> None:
    case = cases.accepted(council)
    client = client_for(council.senior)
    page = opened(client, "give-lines", open_stage(case), back="unit=EDUCATION&colour=green")
    assertContains(page, 'href="/cases/?unit=EDUCATION&amp;colour=green">The list</a>')
    assertContains(page, 'name="back" value="unit=EDUCATION&amp;colour=green"')
    page = opened(client, "give-lines", open_stage(case), back="//evil.example")
    assertContains(page, 'href="/cases/?//evil.example"')


def test_the_page_of_what_was_done_needs_something_done(council: Council, client_for: Any) -> None:
    assertRedirects(client_for(council.senior).get(reverse("lines-done")), reverse("cases"))


# --- notes ------------------------------------------------------------------------------------------


def test_a_note_goes_on_each_ticked_case_once(council: Council, client_for: Any) -> None:
    first, second, third = (cases.accepted(council) for _ in range(3))
    case = cases.sent(council)
    closing.close(
        case=case,
        by=council.officer,
        now=NOW,
        learning=[closing.LearningDraft(words, council.send_north) for words in ("Ring back", "Train")],
    )
    ticked = [open_stage(first), open_stage(third), *Stage.objects.filter(case=case, closed_at__isnull=True)]
    page = noted(client_for(council.officer), *ticked, text="The office is closed on Monday.")
    assertContains(page, "4 noted on")
    assert sorted(Note.objects.values_list("case", flat=True)) == sorted([first.pk, third.pk, case.pk])
    assert not Note.objects.filter(case=second).exists()


def test_a_note_for_the_team_is_for_the_team(council: Council, client_for: Any) -> None:
    stage = open_stage(cases.accepted(council))
    noted(client_for(council.officer), stage, text="They rang in tears.", team_only="on")
    assert Note.objects.get().team_only
    assert (
        "team_only" not in opened(client_for(council.responder), "note-lines", stage).context["form"].fields
    )


def test_an_empty_note_is_none(council: Council, client_for: Any) -> None:
    page = noted(client_for(council.officer), open_stage(cases.accepted(council)), text=" ")
    assert errors(page) == {"text": ["Write the note"]}


def test_who_only_reads_leaves_no_notes(council: Council, client_for: Any) -> None:
    client = client_for(council.auditor)
    assertContains(client.get(reverse("note-lines")), "Your role only reads them.", status_code=403)
