"""Allocating, accepting, rejecting, contributions and the officer, through the browser's door."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import Refused, deactivate, name_cover
from accounts.models import User
from accounts.roles import Role
from audit.service import history
from complaints import permissions
from complaints.actions import allocation, closing
from complaints.models import Case, CaseUnit, Contribution, Stage
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, open_stage
from tests.factories import make_grant, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = NOW.date()


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def typed(case: Case, stage: Stage | None = None, **more: Any) -> dict[str, Any]:
    """What the page sends, made from the case as it is now."""
    case = Case.objects.get(pk=case.pk)
    return {"stage": (stage or open_stage(case)).number, "seen": case.revision, **more}


def giving(case: Case, unit: Any, person: User | None = None, **more: Any) -> dict[str, Any]:
    return typed(
        case, **{"unit": unit.pk, "responder": person.pk if person else "", "draft_days": "2"} | more
    )


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def told(case: Case) -> str:
    """The last line of the timeline."""
    event = history(case.stream).order_by("-sequence").first()
    assert event is not None
    return str(event.text.sentence)


# --- allocating -------------------------------------------------------------------------------------


def test_an_officer_allocates_to_a_team_and_a_person(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    client: Client = client_for(council.officer)
    assertContains(client.get(page(case, "allocate")), "Wednesday 2 December 2026")
    response = client.post(page(case, "allocate"), giving(case, council.send_north, council.responder))
    assertRedirects(response, reverse("case", args=[case.reference]))
    stage = open_stage(case)
    assert (stage.unit, stage.responder, stage.state) == (council.send_north, council.responder, "to-accept")
    assert stage.draft_due_on == date(2026, 11, 30)
    assert told(case) == "Olu Officer allocated it to Rae Responder, SEND North."


def test_asked_for_on_another_day_the_draft_is_on_the_timeline_with_that_day(
    council: Council, client_for: Any
) -> None:
    case = cases.triaged(council)
    client = client_for(council.officer)
    client.post(page(case, "allocate"), giving(case, council.send_north, council.responder, draft_days="5"))
    assert open_stage(case).draft_due_on == date(2026, 11, 25)
    assert told(case) == (
        "Olu Officer allocated it to Rae Responder, SEND North. Their draft is wanted by Wednesday 25 November 2026 "
        "instead of Monday 30 November 2026: 5 working days before the formal date."
    )
    sent = giving(case, council.send_south, draft_days="0", reason="It is theirs.")
    client.post(page(case, "reallocate"), sent)
    assert told(case) == (
        "Olu Officer reallocated it from Rae Responder, SEND North to SEND South. Their draft is wanted by Wednesday "
        "2 December 2026 instead of Wednesday 25 November 2026: the formal date itself. It is theirs."
    )


def test_or_to_whoever_accepts_it(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    client_for(council.officer).post(page(case, "allocate"), giving(case, council.send_south))
    stage = open_stage(case)
    assert (stage.unit, stage.responder, stage.turn_role) == (council.send_south, None, "responder")


def test_each_choice_of_days_says_the_date_it_makes(council: Council, client_for: Any) -> None:
    """The internal date beside the formal one, without anything to be worked out."""
    case = cases.triaged(council)
    response = client_for(council.officer).get(page(case, "allocate"))
    assertContains(response, "2 working days before the formal date: Monday 30 November 2026")
    assertContains(response, "On the formal date itself: Wednesday 2 December 2026")
    assert response.context["form"]["draft_days"].value() == 2


def test_no_day_is_offered_that_is_past(council: Council, client_for: Any) -> None:
    case = cases.triaged(council, received=date(2026, 11, 9))  # due on the 23rd, one working day on
    form = client_for(council.officer).get(page(case, "allocate")).context["form"]
    assert [days for days, _ in form.fields["draft_days"].choices] == ["0", "1"]
    assert form["draft_days"].value() == 1


def test_without_a_formal_date_no_draft_date_is_asked(council: Council, client_for: Any) -> None:
    case = cases.triaged(council, "enquiry")
    client = client_for(council.officer)
    response = client.get(page(case, "allocate"))
    assert "draft_days" not in response.context["form"].fields
    assertContains(response, "The policy gives no time for this.")
    client.post(page(case, "allocate"), typed(case, unit=council.send_north.pk))
    assert open_stage(case).state == "to-accept"


def test_the_units_are_a_tree_and_the_people_stand_below_theirs(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    form = client_for(council.officer).get(page(case, "allocate")).context["form"]
    assert [label for _, label in form.fields["unit"].choices] == [
        "Choose the team",
        "Children",
        "\u2003Education",
        "\u2003\u2003SEND North",
        "\u2003\u2003SEND South",
        "\u2003Safeguarding",
    ]
    assert form["unit"].value() == council.education.pk
    groups = {
        name: [label for _, label in some] for name, some in form.fields["responder"].widget.choices[1:]
    }
    assert groups == {
        "Education": ["Sue Service"],
        "SEND North": ["Rae Responder"],
        "Safeguarding": ["Out Sider"],
    }


def test_a_person_of_another_team_is_refused_with_where_they_work(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    response = client_for(council.officer).post(
        page(case, "allocate"), giving(case, council.send_south, council.responder)
    )
    assert errors(response) == {
        "responder": [
            "Rae Responder does not answer for SEND South. They do for SEND North. Choose somebody of SEND South, or "
            "leave it to the team."
        ]
    }
    assertContains(response, f'<option value="{council.send_south.pk}" selected>')  # nothing chosen is lost
    assert open_stage(case).state == "to-allocate"


def test_a_service_manager_answers_for_every_team_below(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    client_for(council.officer).post(
        page(case, "allocate"), giving(case, council.send_south, council.service_manager)
    )
    assert open_stage(case).responder == council.service_manager


def test_work_is_not_given_to_a_unit_where_nobody_would_find_it(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    response = client_for(council.officer).post(page(case, "allocate"), giving(case, council.children))
    assert errors(response)["unit"] == [
        "Nobody answers for Children yet. Choose another unit, or ask an administrator to give somebody a role there."
    ]


def test_a_person_who_could_not_accept_it_is_not_offered_and_refused(council: Council) -> None:
    """An Assistant Director signs; they do not accept, so a case given to them would lie."""
    case = cases.triaged(council)
    with pytest.raises(Refused, match="Ada Director does not answer for Education"):
        allocation.allocate(
            case=case, by=council.officer, now=NOW, unit=council.education, responder=council.director
        )


def test_somebody_who_left_is_refused(council: Council) -> None:
    case = cases.triaged(council)
    deactivate(person=council.responder, by=council.administrator, now=NOW)
    with pytest.raises(Refused, match="Rae Responder can no longer sign in"):
        allocation.allocate(
            case=case,
            by=council.officer,
            now=NOW,
            unit=council.send_north,
            responder=User.objects.get(pk=council.responder.pk),
        )


def test_a_restricted_case_goes_only_to_people_on_its_list(council: Council, client_for: Any) -> None:
    case = cases.triaged(council, restricted=True, readers=[council.service_manager])
    client = client_for(council.officer)
    offered = client.get(page(case, "allocate")).context["form"].fields["responder"].listed
    assert [person.name for person in offered.values()] == ["Sue Service"]
    with pytest.raises(Refused, match="Rae Responder is not on the list of those who may open"):
        allocation.allocate(
            case=case, by=council.officer, now=NOW, unit=council.send_north, responder=council.responder
        )
    response = client.post(page(case, "allocate"), giving(case, council.safeguarding))
    assert "Nobody who may open this restricted case answers for Safeguarding" in errors(response)["unit"][0]
    client.post(page(case, "allocate"), giving(case, council.send_north, council.service_manager))
    assert open_stage(case).responder == council.service_manager


def test_a_unit_out_of_reach_is_not_offered(council: Council, client_for: Any) -> None:
    make_unit("Adults")
    case = cases.triaged(council)
    form = client_for(council.officer).get(page(case, "allocate")).context["form"]
    assert "Adults" not in {label for _, label in form.fields["unit"].choices}


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"unit": ""}, "unit", "Choose the team that will answer it"),
        ({"unit": "999999"}, "unit", "Choose a unit from the list"),
        ({"unit": "\x00"}, "unit", "Choose a unit from the list"),
        ({"unit": "9" * 40}, "unit", "Choose a unit from the list"),
        ({"responder": "999999"}, "responder", "Choose somebody from the list"),
        ({"responder": "\x00Rae"}, "responder", "Choose somebody from the list"),
        ({"draft_days": ""}, "draft_days", "Choose when their draft should reach us"),
        ({"draft_days": "-3"}, "draft_days", "Choose one of the days in the list"),
    ],
)
def test_what_was_not_chosen_is_said(
    council: Council, client_for: Any, sent: dict[str, str], field: str, said: str
) -> None:
    case = cases.triaged(council)
    response = client_for(council.officer).post(
        page(case, "allocate"), giving(case, council.send_north, council.responder) | sent
    )
    assert errors(response)[field] == [said]
    assert open_stage(case).state == "to-allocate"


def test_the_queries_do_not_grow_with_the_units_and_people(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    client = client_for(council.officer)

    def asked() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(page(case, "allocate")).status_code == 200
        return len(made)

    asked()
    few = asked()
    for _ in range(12):
        team = make_unit(parent=council.education)
        make_grant(make_user(), Role.RESPONDER, team)
    assert asked() == few


def test_many_people_are_found_by_typing(council: Council, client_for: Any) -> None:
    for _ in range(101):
        make_grant(make_user(), Role.RESPONDER, council.send_north)
    case = cases.triaged(council)
    client = client_for(council.officer)
    assertContains(client.get(page(case, "allocate")), "Enter a name or work e-mail address.")
    client.post(page(case, "allocate"), giving(case, council.send_north, responder="rae responder"))
    assert open_stage(case).responder == council.responder


def test_two_officers_at_once_and_the_second_is_told(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    sent = giving(case, council.send_south, None)
    allocation.allocate(case=case, by=council.senior, now=NOW, unit=council.send_north)
    response = client_for(council.officer).post(page(case, "allocate"), sent, follow=True)
    assertContains(response, "is not possible as the case stands now")
    assert open_stage(case).unit == council.send_north


# --- accepting and rejecting ------------------------------------------------------------------------


def test_the_accept_page_says_what_is_asked_and_by_when(council: Council, client_for: Any) -> None:
    case = cases.allocated(council, wanted="An apology")
    response = client_for(council.responder).get(page(case, "accept"))
    for words in (
        "The plan is late",
        "Nobody replied",
        "An apology",
        "Monday 30 November 2026",  # the draft
        "Wednesday 2 December 2026",  # the answer
        "It was given to you.",
        "Reject it with a reason",
    ):
        assertContains(response, words)


def test_the_service_accepts(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)
    client = client_for(council.responder)
    assertContains(client.get(page(case, "accept")), "It is yours when you accept it.")
    client.post(page(case, "accept"), typed(case))
    assert (open_stage(case).state, open_stage(case).responder) == ("to-answer", council.responder)


def test_a_manager_who_accepts_leaves_it_with_whom_it_was_given_to(council: Council, client_for: Any) -> None:
    case = cases.allocated(council)
    client = client_for(council.service_manager)
    assertContains(client.get(page(case, "accept")), "stays theirs when you accept it")
    client.post(page(case, "accept"), typed(case))
    assert open_stage(case).responder == council.responder


def test_a_deputy_accepts_for_whom_they_cover(council: Council, client_for: Any) -> None:
    case = cases.triaged(council)
    allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_south)
    cover(council.service_manager, council.outsider)
    client = client_for(council.outsider)
    assertContains(client.get(page(case, "accept")), "You accept it for Sue Service")
    client.post(page(case, "accept"), typed(case))
    assert open_stage(case).responder == council.service_manager
    assert told(case) == "Out Sider, for Sue Service, accepted it for SEND South."


def cover(absent: User, deputy: User) -> None:
    name_cover(absent=absent, deputy=deputy, first=TODAY, last=TODAY, reason="", by=absent, now=NOW)


def test_the_service_rejects_with_a_reason(council: Council, client_for: Any) -> None:
    case = cases.allocated(council)
    client = client_for(council.responder)
    response = client.post(page(case, "reject"), typed(case, reason=" "))
    assert errors(response) == {"reason": ["Say why it is not yours, and whose it is if you know"]}
    client.post(page(case, "reject"), typed(case, reason="The taxi is the transport team's."))
    stage = open_stage(case)
    assert (stage.state, stage.responder, stage.turn_person) == ("to-allocate", None, council.officer)


def test_whoever_allocates_next_reads_why_it_came_back(council: Council, client_for: Any) -> None:
    case = cases.allocated(council)
    allocation.reject(case=case, by=council.responder, now=NOW, reason="The taxi is the transport team's.")
    client = client_for(council.officer)
    assertContains(
        client.get(page(case, "allocate")), "It came back. Rae Responder rejected it for SEND North."
    )
    client.post(page(case, "allocate"), giving(case, council.send_south))
    assertNotContains(client.get(page(case, "reallocate")), "It came back.")


def test_rejecting_does_not_stop_its_clock(council: Council) -> None:
    case = cases.allocated(council)
    due = cases.deadline(case).due_on
    allocation.reject(case=case, by=council.responder, now=NOW, reason="Not ours")
    assert cases.deadline(case).due_on == due


def test_others_are_turned_away(council: Council, client_for: Any) -> None:
    case = cases.allocated(council)
    assert client_for(council.outsider).get(page(case, "accept")).status_code == 404
    assert client_for(council.officer).get(page(case, "accept")).status_code == 403
    assert client_for(council.officer).post(page(case, "reject"), typed(case, reason="No")).status_code == 403
    assert client_for(council.responder).get(page(case, "reallocate")).status_code == 403


# --- reallocating -----------------------------------------------------------------------------------


def test_another_team_accepts_it_anew(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    client_for(council.officer).post(
        page(case, "reallocate"), giving(case, council.send_south, reason="The family moved")
    )
    stage = open_stage(case)
    assert (stage.unit, stage.responder, stage.state) == (council.send_south, None, "to-accept")
    assert not CaseUnit.objects.filter(case=case, unit=council.send_north).exists()
    assert told(case).endswith("from Rae Responder, SEND North to SEND South. The family moved")


def test_a_colleague_of_the_same_team_goes_on_where_it_stands(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    client_for(council.officer).post(
        page(case, "reallocate"),
        giving(case, council.send_north, council.service_manager, reason="Rae is on leave"),
    )
    assert (open_stage(case).state, open_stage(case).responder) == ("to-answer", council.service_manager)


@pytest.mark.parametrize(
    ("reason", "field", "said"),
    [
        ("", "reason", "Say why it goes to somebody else"),
        ("Again", "unit", "It is with Rae Responder, SEND North already."),
    ],
)
def test_reallocating_needs_a_reason_and_somebody_else(
    council: Council, client_for: Any, reason: str, field: str, said: str
) -> None:
    case = cases.accepted(council)
    response = client_for(council.officer).post(
        page(case, "reallocate"), giving(case, council.send_north, council.responder, reason=reason)
    )
    assert errors(response)[field] == [said]


def test_reallocating_learning_leaves_the_case_where_it_is(council: Council) -> None:
    case = cases.sent(council)
    learning = [closing.LearningDraft("Ring back", council.send_north)]
    closing.close(case=case, by=council.officer, now=NOW, learning=learning)
    action = Stage.objects.get(case=case, type__beside=True)
    allocation.reallocate(
        case=case, by=council.officer, now=NOW, unit=council.safeguarding, reason="Theirs", stage=action
    )
    assert Case.objects.get(pk=case.pk).unit == council.send_north
    assert permissions.sees(council.outsider, case, now=NOW)
    assert permissions.sees(council.responder, case, now=NOW)


# --- the officer ------------------------------------------------------------------------------------


def test_an_officer_takes_a_case_on(council: Council, client_for: Any) -> None:
    case = cases.log(council)
    client = client_for(council.senior)
    form = client.get(page(case, "take-on")).context["form"]
    assert form["officer"].value() == str(council.senior.pk)
    assert {p.name for p in form.fields["officer"].listed.values()} == {
        "Olu Officer",
        "Sam Senior",
        "Mo Manager",
    }
    client.post(page(case, "take-on"), typed(case, officer=council.senior.pk))
    assert (open_stage(case).officer, open_stage(case).turn_person) == (council.senior, council.senior)


def test_an_officer_who_could_not_open_it_is_refused(council: Council) -> None:
    case = cases.log(council, restricted=True)
    with pytest.raises(Refused, match="Sam Senior is not on the list"):
        allocation.take_on(case=case, by=council.officer, now=NOW, officer=council.senior)


# --- contributions ----------------------------------------------------------------------------------


def asking(case: Case, council: Council, **more: Any) -> dict[str, Any]:
    said = {"unit": council.safeguarding.pk, "person": "", "question": "What did you know?"}
    return typed(case, **said | {"due_on": "25/11/2026"} | more)


def test_another_service_is_asked_and_sees_the_case_from_then_on(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    client: Client = client_for(council.outsider)
    assert client.get(reverse("case", args=[case.reference])).status_code == 404
    client_for(council.responder).post(page(case, "ask-contribution"), asking(case, council))
    response = client.get(page(case, "contribute"))
    assertContains(response, "What did you know?")
    assertContains(response, "Wanted by Wednesday 25 November 2026, asked by Rae Responder.")
    row = Contribution.objects.get()
    client.post(page(case, "contribute"), typed(case, **{f"answer_{row.pk}": "We rang on the 3rd."}))
    row.refresh_from_db()
    assert (row.answer, row.answered_by) == ("We rang on the 3rd.", council.outsider)
    assert open_stage(case).state == "to-answer"


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"question": ""}, "question", "Say what they are asked"),
        ({"unit": ""}, "unit", "Choose the team you ask"),
        ({"due_on": ""}, "due_on", "Enter the day you need it by"),
        ({"due_on": "19/11/2026"}, "due_on", "The day you need it by is past. Give a day to come."),
        (
            {"due_on": "3/12/2026"},
            "due_on",
            "The answer itself is due on Wednesday 2 December 2026. Ask for it by then.",
        ),
        (
            {"due_on": "31/2/2027"},
            "due_on",
            "By when do you need it?: 31/2/2027 is not a day in the calendar",
        ),
    ],
)
def test_asking_for_a_contribution_says_what_is_wrong(
    council: Council, client_for: Any, sent: dict[str, str], field: str, said: str
) -> None:
    case = cases.accepted(council)
    response = client_for(council.officer).post(page(case, "ask-contribution"), asking(case, council, **sent))
    assert errors(response)[field] == [said]
    assert not Contribution.objects.exists()


def test_each_question_is_answered_by_the_unit_it_was_asked_of(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    make_grant(make_user("Sal South"), Role.RESPONDER, council.send_south)
    for unit in (council.safeguarding, council.send_south):
        allocation.ask_contribution(
            case=case, by=council.officer, now=NOW, unit=unit, question=f"And {unit}?", due_on=TODAY
        )
    response = client_for(council.outsider).get(page(case, "contribute"))
    assertContains(response, "And Safeguarding?")
    assertNotContains(response, "And SEND South?")


def test_two_questions_are_answered_on_one_page(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    for question in ("First?", "Second?"):
        allocation.ask_contribution(
            case=case, by=council.officer, now=NOW, unit=council.safeguarding, question=question, due_on=TODAY
        )
    answers = {f"answer_{row.pk}": f"To {row.question}" for row in Contribution.objects.all()}
    client_for(council.outsider).post(page(case, "contribute"), typed(case, **answers))
    assert [row.answer for row in Contribution.objects.order_by("pk")] == ["To First?", "To Second?"]


def test_an_empty_contribution_and_one_nobody_asked_for(council: Council, client_for: Any) -> None:
    case = cases.accepted(council)
    client = client_for(council.responder)
    assertContains(client.get(page(case, "contribute")), "Nothing is asked of your units now.")
    response = client.post(page(case, "contribute"), typed(case))
    assertContains(response, "Nothing is asked of your units any more.")
    allocation.ask_contribution(
        case=case, by=council.officer, now=NOW, unit=council.send_north, question="And?", due_on=TODAY
    )
    response = client.post(page(case, "contribute"), typed(case))
    assert errors(response) == {f"answer_{Contribution.objects.get().pk}": ["Write your contribution"]}


def test_a_deputy_contributes_for_whom_they_cover(council: Council) -> None:
    """By the right of whom they cover, though they have one of their own at another unit of the case."""
    case = cases.accepted(council)
    allocation.ask_contribution(
        case=case, by=council.officer, now=NOW, unit=council.safeguarding, question="And?", due_on=TODAY
    )
    cover(council.outsider, council.responder)
    deputy = User.objects.get(pk=council.responder.pk)
    row = Contribution.objects.get()
    allocation.contribute(case=case, by=deputy, now=NOW, contribution=row, answer="We rang.")
    assert told(case) == "Rae Responder, for Out Sider, contributed for Safeguarding."


def test_a_late_answer_can_still_ask(council: Council) -> None:
    """With the formal date past there is no sooner day to ask for it by."""
    case = cases.accepted(council, received=date(2026, 10, 1))
    allocation.ask_contribution(
        case=case,
        by=council.officer,
        now=NOW,
        unit=council.safeguarding,
        question="And?",
        due_on=TODAY + timedelta(days=5),
    )
    assert Contribution.objects.exists()


# --- passing on -------------------------------------------------------------------------------------


def test_a_comment_is_passed_on_and_closed(council: Council, client_for: Any) -> None:
    case = cases.log(council, anonymous=True, parties=[])
    sent = typed(case, unit=council.safeguarding.pk, to="the team manager")
    client_for(council.officer).post(page(case, "pass-on"), sent)
    case.refresh_from_db()
    assert (case.closed_as, case.unit) == ("passed-on", council.safeguarding)
    assert permissions.sees(council.outsider, case, now=NOW)
    assert told(case) == "Olu Officer passed it on to Safeguarding, to the team manager."
