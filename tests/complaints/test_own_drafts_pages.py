"""Nobody approves or signs an answer of which they wrote any version: through the browser's door."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import name_cover
from accounts.roles import Role
from complaints.actions import closing, drafting, sending
from complaints.models import Case, DraftDecision
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, open_stage
from tests.complaints.test_answer_pages import LETTER, page, stage_2, state, to_sign, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


# --- at the quality check ---------------------------------------------------------------------------


def test_who_wrote_it_is_told_instead_of_offered_the_button(council, client_for):
    case = cases.accepted(council)
    drafting.submit(case=case, by=council.officer, now=NOW, text=LETTER)
    client = client_for(council.officer)
    answer = client.get(page(case, "approve"))
    assertContains(answer, "You wrote this version, and nobody approves their own draft.")
    assertNotContains(answer, ">Approve</button>")
    assertContains(answer, ">Return with what to change</button>")
    answer = client.post(page(case, "approve"), typed(case))
    assertContains(answer, "nobody approves their own draft")
    assert state(case) == "to-check"
    assertNotContains(client_for(council.senior).get(page(case, "approve")), "nobody approves their own")


def test_somebody_elses_deputy_does_not_approve_what_they_wrote(council, client_for, user_with):
    case = cases.accepted(council)
    drafting.submit(case=case, by=council.officer, now=NOW, text=LETTER)
    deputy = user_with()
    today = NOW.date()
    name_cover(absent=council.officer, deputy=deputy, first=today, last=today, by=None, now=NOW)
    client = client_for(deputy)
    assertContains(client.get(page(case, "approve")), "nor does their deputy")
    assertContains(client.post(page(case, "approve"), typed(case)), "nor does their deputy")
    assert state(case) == "to-check"


def one_character_on(council: Council) -> Case:
    """The officer's words, of which the responder changed the last stop before sending them to be checked."""
    case = cases.accepted(council)
    drafting.draft(case=case, by=council.officer, now=NOW, text=LETTER)
    return drafting.submit(case=case, by=council.responder, now=NOW, text=LETTER.replace("late.", "late!"))


def test_who_wrote_an_earlier_version_does_not_approve_what_came_of_it(council, client_for):
    case = one_character_on(council)
    client = client_for(council.officer)
    answer = client.get(page(case, "approve"))
    assertContains(answer, "You wrote version 1 of it, and nobody approves their own draft.")
    assertContains(answer, "Ask Mo Manager or Sam Senior, or return it.")
    assertNotContains(answer, ">Approve</button>")
    assertContains(client.post(page(case, "approve"), typed(case)), "You wrote version 1 of it")
    assert state(case) == "to-check"
    client_for(council.senior).post(page(case, "approve"), typed(case))
    assert state(case) == "to-send"


def test_that_a_colleague_returned_it_does_not_make_it_anothers(council, client_for):
    case = one_character_on(council)
    drafting.return_draft(case=case, by=council.senior, now=NOW, reason="Say when it will come.")
    drafting.submit(case=case, by=council.responder, now=NOW, text=f"{LETTER} It comes on Monday.")
    client_for(council.officer).post(page(case, "approve"), typed(case))
    assert state(case) == "to-check"


def test_nor_does_their_deputy_approve_what_came_of_it(council, client_for, user_with):
    case = one_character_on(council)
    deputy, today = user_with(), NOW.date()
    name_cover(absent=council.officer, deputy=deputy, first=today, last=today, by=None, now=NOW)
    refused = client_for(deputy).post(page(case, "approve"), typed(case))
    assertContains(
        refused,
        "Olu Officer wrote version 1 of it, and nobody approves their own draft, nor does their deputy. "
        "Ask Mo Manager or Sam Senior, or return it.",
    )
    assert state(case) == "to-check"


def test_what_a_deputy_wrote_for_somebody_is_theirs_and_the_deputys(council, client_for, user_with):
    case = cases.accepted(council)
    deputy, today = user_with(name="Dep Uty"), NOW.date()
    name_cover(absent=council.officer, deputy=deputy, first=today, last=today, by=None, now=NOW)
    drafting.draft(case=case, by=deputy, now=NOW, text=LETTER)
    drafting.submit(case=case, by=council.responder, now=NOW, text=f"{LETTER} Truly.")
    refused = client_for(council.officer).post(page(case, "approve"), typed(case))
    assertContains(refused, "You had version 1 of it written for you")
    refused = client_for(deputy).post(page(case, "approve"), typed(case))
    assertContains(refused, "You wrote version 1 of it")
    assert state(case) == "to-check"


def test_an_answer_that_was_sent_is_no_part_of_the_next_one(council, client_for):
    """Reopened, the officer whose words went out the first time may check what the service writes now."""
    case = one_character_on(council)
    drafting.approve(case=case, by=council.senior, now=NOW)
    sending.send(
        case=case,
        by=council.officer,
        now=NOW,
        sent=sending.Sent(NOW.date(), cases.entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in open_stage(case).points.all()},
    )
    closing.close(case=case, by=council.officer, now=NOW, none_because="A slip.")
    closing.reopen(case=case, by=council.manager, now=NOW, reason="It was wrong.")
    told = "There is no date for it: it was answered on 20 November 2026 already."
    assertContains(client_for(council.responder).get(f"/cases/{case.reference}/"), told)
    drafting.submit(case=case, by=council.responder, now=NOW, text="# Our second answer\n\nDear Jo")
    for person in (council.officer, council.responder):
        assertContains(client_for(person).get(f"/cases/{case.reference}/"), told)
    client_for(council.officer).post(page(case, "approve"), typed(case))
    assert state(case) == "to-send"


@pytest.mark.parametrize(
    ("left", "more", "words"),
    [
        (["manager"], 0, "Ask Mo Manager, or return it."),
        ([], 0, "Nobody else there may. Ask an administrator to name another Customer Relations Officer, or"),
        (["manager"], 4, "Ask Ann 0, Ann 1, Ann 2 or another Customer Relations Officer, or return it."),
    ],
)
def test_the_refusal_says_who_else_may(council, client_for, user_with, left, more, words):
    case = one_character_on(council)
    for person in {council.manager, council.senior} - {getattr(council, name) for name in left}:
        person.is_active = False
        person.save()
    for n in range(more):
        user_with(Role.CR_OFFICER, council.children, name=f"Ann {n}")
    assertContains(client_for(council.officer).post(page(case, "approve"), typed(case)), words)


# --- at sign-off ------------------------------------------------------------------------------------


def test_a_deputy_who_wrote_it_does_not_sign_it(council, client_for):
    case = to_sign(council)  # the officer's words
    today = NOW.date()
    name_cover(absent=council.director, deputy=council.officer, first=today, last=today, by=None, now=NOW)
    client = client_for(council.officer)
    answer = client.get(page(case, "sign"))
    assertContains(answer, "nobody approves their own draft")
    assertNotContains(answer, ">Sign off</button>")
    assertContains(answer, ">Return with what to change</button>")
    sent = typed(case, text=LETTER, how="as-it-stands")
    assertContains(client.post(page(case, "sign"), sent), "nobody approves their own draft")
    assert state(case) == "to-sign"


def test_who_wrote_a_part_of_it_for_the_director_does_not_sign_as_their_deputy(council, client_for):
    case = stage_2(council)
    drafting.draft(case=case, by=council.responder, now=NOW, text=LETTER)
    drafting.submit(case=case, by=council.officer, now=NOW, text=f"{LETTER} Truly.")
    drafting.approve(case=case, by=council.senior, now=NOW)
    today = NOW.date()
    name_cover(absent=council.director, deputy=council.responder, first=today, last=today, by=None, now=NOW)
    sent = typed(case, text=f"{LETTER} Truly.", how="as-it-stands")
    refused = client_for(council.responder).post(page(case, "sign"), sent)
    assertContains(refused, "You wrote version 1 of it, and nobody approves their own draft.")
    assertContains(refused, "Ask Ada Director, or return it.")
    assert state(case) == "to-sign"


def test_what_the_director_amended_as_they_signed_they_may_sign_again(council, client_for):
    """To amend is part of signing (S9.2): it is on record as theirs, and bars them from nothing."""
    case = to_sign(council)
    client = client_for(council.director)
    amended = typed(case, text=f"{LETTER} I am sorry.", how="amend")
    client.post(page(case, "sign"), amended)
    decision = DraftDecision.objects.get(step="sign")
    assert (decision.decision, decision.by, decision.draft.author) == (
        "amended",
        council.director,
        council.director,
    )
    drafting.return_draft(case=case, by=council.officer, now=NOW, reason="The name is spelt Joe.")
    again = f"{LETTER} I am sorry, Joe."
    drafting.submit(case=case, by=council.officer, now=NOW, text=again)
    drafting.approve(case=case, by=council.senior, now=NOW)
    client.post(page(case, "sign"), typed(case, text=again, how="as-it-stands"))
    assert state(case) == "to-send"
