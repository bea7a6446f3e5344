"""Writing, checking and signing an answer, through the browser's door."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import name_cover
from complaints.actions import allocation, closing, dates, details, drafting, escalation
from complaints.models import Case, Document, Draft, DraftDecision
from complaints.papers import files
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, open_stage
from tests.complaints.papers.samples import docx, paragraph, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LETTER = "# Our answer\n\nDear Jo,\n\nWe are sorry that the plan is late."


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def typed(case: Case, **more):
    """What the page sends, made from the case as it is now."""
    case = Case.objects.get(pk=case.pk)
    return {"stage": open_stage(case).number, "seen": case.revision, **more}


def word_file(*lines: str, name: str = "answer.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, docx(*(paragraph(line) for line in lines)))


def drafts(case: Case) -> list[str]:
    return list(Draft.objects.filter(stage__case=case).order_by("version").values_list("text", flat=True))


def state(case: Case) -> str:
    return open_stage(case).state


def stage_2(council: Council) -> Case:
    """A corporate complaint that went on to a review, whose outcome is recorded."""
    case = cases.closed(council)
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered")
    return drafting.review(
        case=case, by=council.officer, now=NOW, outcome="peer-review", note="We looked again."
    )


def to_sign(council: Council, text: str = LETTER) -> Case:
    """The answer of a review, written by the officer and checked by the senior officer."""
    case = stage_2(council)
    drafting.submit(case=case, by=council.officer, now=NOW, text=text)
    return drafting.approve(case=case, by=council.senior, now=NOW)


# --- writing ----------------------------------------------------------------------------------------


def test_the_page_has_beside_it_what_the_draft_has_to_answer(council, client_for):
    case = cases.accepted(council, wanted="A date for the plan", detail="We rang six times.")
    answer = client_for(council.responder).get(page(case, "submit"))
    for said in (
        "The plan is late",
        "Nobody replied",
        "A date for the plan",
        "We rang six times.",
        "Wednesday 2 December 2026",  # the answer
        "Monday 30 November 2026",  # the draft, two working days before
        "Save and send to be checked",
        "# What we found",
    ):
        assertContains(answer, said)


def test_a_draft_is_saved_and_nobody_is_asked_to_check_it(council, client_for):
    case = cases.accepted(council)
    answer = client_for(council.responder).post(page(case, "draft"), typed(case, text=LETTER), follow=True)
    assertContains(answer, "The draft is saved")
    assert (drafts(case), state(case)) == ([LETTER], "to-answer")


def test_a_draft_is_sent_to_be_checked(council, client_for):
    case = cases.accepted(council)
    answer = client_for(council.responder).post(
        page(case, "submit"), typed(case, text=LETTER, note="Is this enough?")
    )
    assertRedirects(answer, reverse("case", args=[case.reference]))
    assert (drafts(case), state(case)) == ([LETTER], "to-check")
    checking = client_for(council.officer).get(page(case, "approve"))
    assertContains(checking, "Is this enough?")


def test_the_latest_version_is_there_to_be_gone_on_with_and_sent_as_it_is(council, client_for):
    case = cases.accepted(council)
    drafting.draft(case=case, by=council.responder, now=NOW, text=LETTER)
    client = client_for(council.responder)
    assertContains(client.get(page(case, "draft")), "We are sorry that the plan is late.</textarea>")
    client.post(page(case, "submit"), typed(case, text=LETTER.replace("\n", "\r\n")))
    assert (drafts(case), state(case)) == ([LETTER], "to-check")


def test_nothing_written_is_told_and_changes_nothing(council, client_for):
    case = cases.accepted(council)
    answer = client_for(council.responder).post(page(case, "submit"), typed(case, text=" \r\n "))
    assertContains(answer, "Write the draft, or upload it as a Word file")
    assert (drafts(case), state(case)) == ([], "to-answer")


def test_saving_what_is_saved_already_says_so(council, client_for):
    case = cases.accepted(council)
    drafting.draft(case=case, by=council.responder, now=NOW, text=LETTER)
    answer = client_for(council.responder).post(page(case, "draft"), typed(case, text=LETTER))
    assertContains(answer, "This is the same as version 1. Nothing was saved.")


def test_what_nobody_sees_is_taken_out_of_a_draft_and_no_word_is_lost(council, client_for):
    case = cases.accepted(council)
    said = "Dear Jo,\x00 \u202eplease\u2029read 🙂 this"
    client_for(council.responder).post(page(case, "draft"), typed(case, text=said))
    assert drafts(case) == ["Dear Jo, please\nread 🙂 this"]


def test_a_draft_without_end_is_refused_in_words_and_kept_on_the_page(council, client_for):
    case = cases.accepted(council)
    answer = client_for(council.responder).post(page(case, "draft"), typed(case, text="word " * 40_001))
    assertContains(answer, "The draft has more than 200,000 characters")
    assertContains(answer, "word word word")
    assert drafts(case) == []


def test_an_uploaded_word_file_becomes_the_draft_and_is_kept_with_it(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.responder)
    client.post(page(case, "draft"), typed(case, text="", file=word_file("Dear Jo,", "We are sorry.")))
    draft = Draft.objects.get(stage__case=case)
    assert draft.text == "Dear Jo,\n\nWe are sorry."
    assert draft.document.name == "answer.docx"
    download = client.get(reverse("document", args=[case.reference, draft.document.pk]))
    assert b"".join(download.streaming_content) == docx(paragraph("Dear Jo,"), paragraph("We are sorry."))


def test_a_file_takes_the_place_of_the_version_the_page_showed(council, client_for):
    case = cases.accepted(council)
    drafting.draft(case=case, by=council.responder, now=NOW, text=LETTER)
    client_for(council.responder).post(
        page(case, "draft"), typed(case, text=LETTER, file=word_file("A better one"))
    )
    assert drafts(case) == [LETTER, "A better one"]


def test_words_and_a_file_at_once_are_asked_about_and_neither_is_lost(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.responder)
    answer = client.post(
        page(case, "submit"), typed(case, text="Typed just now", file=word_file("From the file"))
    )
    assertContains(answer, "Say which of the two is the draft")
    assertContains(answer, "<bdi>answer.docx</bdi> (2 kB) is kept. Choose another file to replace it.")
    assertContains(answer, "Typed just now</textarea>")
    assert state(case) == "to-answer"
    kept = answer.context["form"].fields["file"].widget.token
    client.post(
        page(case, "submit"),
        typed(case, text="Typed just now", which="file", **{"file-kept": kept}),
    )
    assert (drafts(case), state(case)) == (["From the file"], "to-check")
    assert Document.objects.get(case=case).name == "answer.docx"


def test_of_words_and_a_file_the_words_may_be_the_draft(council, client_for):
    case = cases.accepted(council)
    client_for(council.responder).post(
        page(case, "draft"), typed(case, text="Typed", which="typed", file=word_file("From the file"))
    )
    assert drafts(case) == ["Typed"]
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("answer.pdf", b"%PDF-1.7 a letter", "Choose a file that ends in .docx"),
        ("answer.docx", b"not a Word file", "Its content is not that of a .docx file"),
        ("answer.docx", docx(paragraph("")), "There is no text in this Word file"),
        ("answer.docx", b"", "The file is empty"),
    ],
    ids=["pdf", "not what it says", "no text", "empty"],
)
def test_a_file_that_is_no_draft_is_refused_and_what_was_typed_stays(
    council, client_for, name, content, told
):
    case = cases.accepted(council)
    answer = client_for(council.responder).post(
        page(case, "draft"),
        typed(case, text="", note="Look at the end", file=SimpleUploadedFile(name, content)),
    )
    assertContains(answer, told)
    assertContains(answer, "Look at the end</textarea>")
    assertNotContains(answer, "is kept. Choose another")
    assert drafts(case) == []


def test_tracked_changes_are_told_before_the_file_goes_out(council, client_for):
    case = cases.accepted(council)
    tracked = SimpleUploadedFile("answer.docx", docx(paragraph("Dear Jo ", f"<w:ins>{words('Öz')}</w:ins>")))
    answer = client_for(council.responder).post(
        page(case, "submit"), typed(case, text="", file=tracked), follow=True
    )
    assertContains(answer, "It has tracked changes")
    assertContains(client_for(council.officer).get(page(case, "approve")), "It has tracked changes")


def test_somebody_elses_change_in_between_is_told_and_the_draft_stays(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.responder)
    sent = typed(case, text=LETTER)
    details.note(case=case, by=council.officer, now=NOW, text="She rang again")
    answer = client.post(page(case, "draft"), sent)
    assertContains(answer, "Somebody changed this case while you had this page open")
    assertContains(answer, "We are sorry that the plan is late.</textarea>")
    assert drafts(case) == []
    client.post(page(case, "draft"), typed(case, text=LETTER))
    assert drafts(case) == [LETTER]


def test_what_was_to_be_changed_stands_above_the_draft(council, client_for):
    case = cases.submitted(council)
    drafting.return_draft(case=case, by=council.officer, now=NOW, reason="Say sorry first.")
    answer = client_for(council.responder).get(page(case, "submit"))
    assertContains(answer, "Olu Officer returned version 1 on 20 November 2026")
    assertContains(answer, "Say sorry first.")


def test_only_who_answers_writes(council, client_for):
    case = cases.accepted(council)
    assert client_for(council.director).get(page(case, "submit")).status_code == 403
    assert client_for(council.auditor).post(page(case, "draft"), typed(case, text="x")).status_code == 403
    assert client_for(council.outsider).get(page(case, "submit")).status_code == 404
    assert drafts(case) == []


# --- the quality check ------------------------------------------------------------------------------


def test_who_checks_sees_the_draft_the_points_and_what_changed_since(council, client_for):
    case = cases.submitted(council)
    drafting.return_draft(case=case, by=council.officer, now=NOW, reason="Say sorry first.")
    drafting.submit(case=case, by=council.responder, now=NOW, text="# Our answer\n\nWe are truly sorry.")
    answer = client_for(council.officer).get(page(case, "approve"))
    for said in ("The plan is late", "Say sorry first.", "What changed since version 1", "</span>truly"):
        assertContains(answer, said)
    assertContains(answer, "It answers every point, all 2.")
    assertContains(answer, "It names the right to go on to the next stage")


def test_a_draft_is_approved(council, client_for):
    case = cases.submitted(council)
    answer = client_for(council.officer).post(page(case, "approve"), typed(case), follow=True)
    assertContains(answer, "Approved.")
    assert state(case) == "to-send"


def test_a_draft_goes_back_with_what_to_change_and_not_without(council, client_for):
    case = cases.submitted(council)
    client = client_for(council.officer)
    answer = client.post(page(case, "return"), typed(case, reason=""))
    assertContains(answer, "Say what is to be changed")
    assert state(case) == "to-check"
    client.post(page(case, "return"), typed(case, reason="Say sorry first."))
    assert state(case) == "to-answer"
    decision = DraftDecision.objects.get()
    assert (decision.decision, decision.reason, decision.by) == (
        "returned",
        "Say sorry first.",
        council.officer,
    )


def test_approving_with_something_to_change_is_asked_about(council, client_for):
    case = cases.submitted(council)
    answer = client_for(council.officer).post(page(case, "approve"), typed(case, reason="Say sorry first."))
    assertContains(answer, "You wrote what is to be changed, so this was not approved.")
    assertContains(answer, "Say sorry first.</textarea>")
    assert state(case) == "to-check"


def test_more_time_asked_for_is_decided_before_a_draft_is_approved(council, client_for):
    case = cases.accepted(council, "children-act")
    dates.ask_extension(case=case, by=council.responder, now=NOW, total=20, reason="An advocate joined")
    drafting.submit(case=case, by=council.responder, now=NOW, text=LETTER)
    client = client_for(council.officer)
    assertContains(client.get(page(case, "approve")), "More time was asked for. Decide on that first.")
    answer = client.post(page(case, "approve"), typed(case))
    assertContains(answer, "More time was asked for. Decide on that first.")
    assert state(case) == "to-check"


def test_the_same_version_come_again_is_said(council, client_for):
    case = cases.submitted(council)
    drafting.return_draft(case=case, by=council.officer, now=NOW, reason="Say sorry first.")
    drafting.submit(case=case, by=council.responder, now=NOW)
    assertContains(client_for(council.officer).get(page(case, "approve")), "nothing was changed")


def test_an_approved_draft_can_still_go_back_before_it_is_sent(council, client_for):
    case = cases.approved(council)
    client = client_for(council.officer)
    answer = client.get(page(case, "return"))
    assertContains(answer, '<h1 class="govuk-heading-l">Return the draft</h1>')
    assertNotContains(answer, ">Approve</button>")
    client.post(page(case, "return"), typed(case, reason="She wrote again"))
    assert state(case) == "to-answer"


def test_the_service_does_not_check_its_own_answers(council, client_for):
    case = cases.submitted(council)
    assert client_for(council.responder).post(page(case, "approve"), typed(case)).status_code == 403
    assert state(case) == "to-check"


# --- sign-off ---------------------------------------------------------------------------------------


def test_the_director_sees_complaint_points_findings_and_draft(council, client_for):
    case = to_sign(council)
    answer = client_for(council.director).get(page(case, "sign"))
    for said in (
        "The plan is late",
        ": upheld</li>",  # stage 1 found so
        "Outcome of the review: Peer review by Customer Relations",
        "We are sorry that the plan is late.",
        "Quality check: approved by Sam Senior",
        ">Sign off</button>",
        ">Amend and sign off</button>",
        ">Return with what to change</button>",
    ):
        assertContains(answer, said)


def test_signed_as_it_stands(council, client_for):
    case = to_sign(council)
    sent = typed(case, text=LETTER.replace("\n", "\r\n"), reason="", how="as-it-stands")
    answer = client_for(council.director).post(page(case, "sign"), sent, follow=True)
    assertContains(answer, "Signed off.")
    assert state(case) == "to-send"
    assert DraftDecision.objects.get(step="sign").decision == "approved"
    assert len(drafts(case)) == 2  # stage 1's and this


def test_amended_and_signed_is_a_version_of_its_own(council, client_for):
    case = to_sign(council)
    better = LETTER.replace("sorry", "very sorry")
    client_for(council.director).post(page(case, "sign"), typed(case, text=better, how="amend"))
    latest = Draft.objects.get(stage=open_stage(case), version=2)
    assert (latest.text, latest.author) == (better, council.director)
    assert DraftDecision.objects.get(step="sign").decision == "amended"
    assert state(case) == "to-send"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"text": LETTER + " More.", "how": "as-it-stands"}, "so it was not signed as it stands"),
        ({"text": LETTER, "how": "amend"}, "You changed nothing. Press &#x27;Sign off&#x27;"),
        ({"text": "", "how": "amend"}, "Write the answer as you want it to go out"),
        ({"text": LETTER, "how": "as-it-stands", "reason": "Too long"}, "so this was not signed"),
    ],
    ids=["changed, not amended", "amended, not changed", "nothing left", "something to change"],
)
def test_a_signature_that_would_lose_what_was_typed_is_asked_about(council, client_for, sent, told):
    case = to_sign(council)
    answer = client_for(council.director).post(page(case, "sign"), typed(case, **sent))
    assertContains(answer, told)
    assertContains(answer, sent.get("reason", ""))
    assert state(case) == "to-sign"


def test_returned_without_signing(council, client_for):
    case = to_sign(council)
    client = client_for(council.director)
    assertContains(
        client.post(page(case, "refuse-signature"), typed(case, text=LETTER, reason="")),
        "Say what is to be changed before you sign",
    )
    client.post(page(case, "refuse-signature"), typed(case, text=LETTER, reason="Name the Ombudsman."))
    assert state(case) == "to-answer"
    answer = client_for(council.officer).get(page(case, "submit"))
    assertContains(answer, "Ada Director returned version 1 on 20 November 2026 without signing it")


def test_returning_a_text_that_was_changed_too_asks_once(council, client_for):
    case = to_sign(council)
    client = client_for(council.director)
    sent = {"text": LETTER + " More.", "reason": "Name the Ombudsman."}
    answer = client.post(page(case, "refuse-signature"), typed(case, **sent))
    assertContains(answer, "returning the draft does not keep that")
    assertContains(answer, " More.</textarea>")
    assert state(case) == "to-sign"
    client.post(
        page(case, "refuse-signature"), typed(case, **sent, let_go=answer.context["form"]["let_go"].value())
    )
    assert state(case) == "to-answer"


def test_the_second_time_the_director_sees_what_changed_since(council, client_for):
    case = to_sign(council)
    drafting.refuse_signature(case=case, by=council.director, now=NOW, reason="Name the Ombudsman.")
    better = LETTER + "\n\nYou can go to the Ombudsman."
    drafting.submit(case=case, by=council.officer, now=NOW + timedelta(minutes=1), text=better)
    drafting.approve(case=case, by=council.senior, now=NOW + timedelta(minutes=2))
    answer = client_for(council.director).get(page(case, "sign"))
    assertContains(answer, "What changed since version 1")
    assertContains(answer, "Name the Ombudsman.")
    assertContains(answer, "</span>You can go to the Ombudsman.")


def test_a_deputy_signs_for_the_director(council, client_for, user_with):
    case = to_sign(council)
    deputy = user_with(name="Dep Uty")
    today = NOW.date()
    name_cover(absent=council.director, deputy=deputy, first=today, last=today, by=None, now=NOW)
    client = client_for(deputy)
    assertContains(client.get(page(case, "sign")), "You sign for Ada Director.")
    answer = client.post(page(case, "sign"), typed(case, text=LETTER, how="as-it-stands"), follow=True)
    assertContains(answer, "Dep Uty, for Ada Director, approved the draft and signed it off.")
    decision = DraftDecision.objects.get(step="sign")
    assert (decision.by, decision.for_whom) == (deputy, council.director)


def test_nobody_else_signs(council, client_for):
    case = to_sign(council)
    for person in (council.officer, council.manager, council.responder, council.auditor):
        assert client_for(person).post(page(case, "sign"), typed(case, how="as-it-stands")).status_code == 403
    assert client_for(council.outsider).get(page(case, "sign")).status_code == 404
    assert state(case) == "to-sign"


# --- what an answer answers -------------------------------------------------------------------------


def test_a_complaint_without_points_asks_for_them_and_not_for_findings(council, client_for):
    case = cases.submitted(council, points=[])
    drafting.approve(case=case, by=council.officer, now=NOW)
    sent = typed(case, sent_on="20/11/2026", channel=cases.entry("channel", "email").pk, to="Jo Example")
    answer = client_for(council.officer).post(page(case, "send"), sent)
    assert answer.context["form"].non_field_errors() == [
        "Add at least one point of complaint first, under 'Change the details'."
    ]
    assertNotContains(answer, "Record a finding for every point first.")
    assert state(case) == "to-send"


# --- a review ---------------------------------------------------------------------------------------


def to_review(council: Council) -> Case:
    case = cases.closed(council)
    return escalation.escalate(
        case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered"
    )


def test_a_review_has_the_outcomes_of_its_stage_and_the_answer_before(council, client_for):
    case = to_review(council)
    answer = client_for(council.officer).get(page(case, "review"))
    for said in (
        "Mediated or restorative meeting",
        "Independent investigation",
        ": the response of Friday 20 November 2026",
    ):
        assertContains(answer, said)


def test_the_outcome_of_a_review_is_recorded_with_its_reasons(council, client_for):
    case = to_review(council)
    client = client_for(council.officer)
    answer = client.post(page(case, "review"), typed(case))
    assertContains(answer, "Choose what the review came to")
    assertContains(answer, "Give the reasons: the complainant will be told them")
    client.post(page(case, "review"), typed(case, outcome="peer-review", note="We look again."))
    stage = open_stage(case)
    assert (stage.state, stage.outcome, stage.outcome_note) == ("to-answer", "peer-review", "We look again.")


def test_an_outcome_the_stage_has_not_is_refused_by_its_rule(council, client_for):
    case = to_review(council)
    answer = client_for(council.officer).post(page(case, "review"), typed(case, outcome="upheld", note="So"))
    assertContains(answer, "has no such outcome. It has: No further action")
    assertContains(answer, "(SC1)")
    assertContains(answer, "So</textarea>")


# --- what another service said ----------------------------------------------------------------------


def test_what_another_service_contributed_stands_beside_the_draft(council, client_for):
    case = cases.accepted(council)
    allocation.ask_contribution(
        case=case,
        by=council.responder,
        now=NOW,
        unit=council.send_south,
        question="When was the taxi booked?",
        due_on=NOW.date() + timedelta(days=5),
    )
    answer = client_for(council.responder).get(page(case, "submit"))
    assertContains(answer, "When was the taxi booked?")
    assertContains(answer, "Not answered yet. Wanted by Wednesday 25 November 2026.")


def test_a_closed_case_has_nothing_to_write_and_says_so(council, client_for):
    case = cases.sent(council)
    closing.close(case=case, by=council.officer, now=NOW, none_because="A single slip.")
    answer = client_for(council.responder).get(page(case, "submit"), follow=True)
    assertContains(answer, "is not possible as the case stands now")


def test_a_word_file_is_at_most_as_big_as_any_file(council, client_for, monkeypatch):
    monkeypatch.setattr(files.check, "__kwdefaults__", {"biggest": 1000})
    case = cases.accepted(council)
    answer = client_for(council.responder).post(
        page(case, "draft"), typed(case, text="", file=word_file("Dear Jo"))
    )
    assertContains(answer, "It is bigger than")
