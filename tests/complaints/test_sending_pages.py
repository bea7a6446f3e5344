"""What went out, recorded through the browser's door: the answer, its findings, why it was late, updates and copies;
and the words to chase with."""

from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import name_cover
from complaints.actions import allocation, dates, drafting, escalation
from complaints.actions.parties import PartyDraft
from complaints.models import Case, Letter, Note, Pause
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline, entry, open_stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DUE = datetime(2026, 12, 2, 16, 0, tzinfo=LONDON)
"""The afternoon of the day a corporate complaint received on 18 November is due."""
LATE = datetime(2026, 12, 3, 9, 0, tzinfo=LONDON)


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def sent(case: Case, **more):
    """What the page sends: by e-mail today, every point upheld."""
    case = Case.objects.get(pk=case.pk)
    stage = open_stage(case)
    found = {f"finding_{row.pk}": "upheld" for row in stage.points.filter(finding="")}
    return {
        "stage": stage.number,
        "seen": case.revision,
        "sent_on": datetime.now(LONDON).strftime("%d/%m/%Y"),
        "channel": entry("channel", "email").pk,
        "to": "Jo Example",
        **found,
        **more,
    }


def late(council: Council) -> dict:
    return {
        "late_reason": entry("late-reason", "service-late").pk,
        "late_unit": council.send_north.pk,
        "late_note": "The caseworker was away.",
    }


def state(case: Case) -> str:
    return open_stage(case).state


# --- sending ----------------------------------------------------------------------------------------


def test_the_page_shows_the_exact_letter_and_when_it_is_due(council, client_for):
    case = cases.approved(council)
    answer = client_for(council.officer).get(page(case, "send"))
    for said in (
        "Nothing is sent from this page.",
        "We are sorry.",
        "The answer is due by Wednesday 2 December 2026.",
        'value="20/11/2026"',
        'value="Jo Example, jo@example.org"',
        "Point 1: The plan is late",
        "Counts as received on the third working day after.",
    ):
        assertContains(answer, said)
    assertNotContains(answer, 'class="govuk-details" open')


def test_what_was_sent_is_kept_exactly_as_it_was_approved(council, client_for):
    case = cases.approved(council)
    client = client_for(council.officer)
    answer = client.post(page(case, "send"), sent(case, sent_time="9:30am"), follow=True)
    assertContains(answer, "Recorded. It counts as received on Friday 20 November 2026.")
    letter = Letter.objects.get(case=case, kind="response")
    assert letter.text == "# Our answer\n\nWe are sorry."
    assert (letter.draft.version, letter.to, letter.by) == (1, "Jo Example", council.officer)
    assert letter.sent_at == datetime(2026, 11, 20, 9, 30, tzinfo=LONDON)
    stage = open_stage(case)
    assert (stage.state, stage.outcome) == ("to-close", "upheld")
    shown = client.get(reverse("letter", args=[case.reference, letter.pk]))
    assertContains(shown, "We are sorry.")
    assertContains(shown, "Sent on Friday 20 November 2026 at 9:30am")


def test_of_several_versions_the_approved_one_is_sent(council, client_for):
    case = cases.submitted(council)
    drafting.return_draft(case=case, by=council.officer, now=NOW, reason="Say more")
    drafting.submit(case=case, by=council.responder, now=NOW, text="We are truly sorry.")
    drafting.approve(case=case, by=council.officer, now=NOW)
    client_for(council.officer).post(page(case, "send"), sent(case))
    letter = Letter.objects.get(case=case, kind="response")
    assert (letter.draft.version, letter.text) == (2, "We are truly sorry.")


def test_the_file_as_it_was_sent_is_kept_with_the_letter(council, client_for):
    case = cases.approved(council)
    pdf = SimpleUploadedFile("answer.pdf", b"%PDF-1.7 the letter")
    client_for(council.officer).post(page(case, "send"), sent(case, file=pdf))
    assert Letter.objects.get(case=case, kind="response").document.name == "answer.pdf"


def test_a_mistake_loses_neither_the_file_nor_a_finding(council, client_for):
    case = cases.approved(council)
    client = client_for(council.officer)
    pdf = SimpleUploadedFile("answer.pdf", b"%PDF-1.7 the letter")
    answer = client.post(page(case, "send"), sent(case, file=pdf, to=""))
    assertContains(answer, "Enter whom it was sent to")
    assertContains(answer, "<bdi>answer.pdf</bdi> (19 bytes) is kept.")
    assertContains(answer, 'value="upheld"', count=2)
    assertContains(answer, "checked", count=3)  # two findings and the e-mail
    kept = answer.context["form"].fields["file"].widget.token
    client.post(page(case, "send"), sent(case, **{"file-kept": kept}))
    assert Letter.objects.get(case=case, kind="response").document.name == "answer.pdf"


def test_a_kept_file_can_be_left_out_again(council, client_for):
    case = cases.approved(council)
    client = client_for(council.officer)
    pdf = SimpleUploadedFile("wrong.pdf", b"%PDF-1.7 another letter")
    answer = client.post(page(case, "send"), sent(case, file=pdf, to=""))
    kept = {"file-kept": answer.context["form"].fields["file"].widget.token, "file-left-out": "on"}
    client.post(page(case, "send"), sent(case, **kept))
    assert state(case) == "to-close"
    assert Letter.objects.get(case=case, kind="response").document is None


def test_every_point_needs_a_finding(council, client_for):
    case = cases.approved(council)
    fields = {name: "" for name in sent(case) if name.startswith("finding_")}
    answer = client_for(council.officer).post(page(case, "send"), sent(case, **fields))
    assertContains(answer, "Choose a finding for point 1")
    assertContains(answer, "Choose a finding for point 2")
    assert state(case) == "to-send"


def test_what_was_found_before_is_not_asked_again(council, client_for):
    case = cases.approved(council)
    client = client_for(council.responder)
    first, second = open_stage(case).points.all()
    client.post(page(case, "record-findings"), sent(case, **{f"finding_{second.pk}": ""}))
    answer = client_for(council.officer).get(page(case, "send"))
    assertNotContains(answer, f"finding_{first.pk}")
    assertContains(answer, f"finding_{second.pk}")


def test_a_case_without_points_says_where_to_add_them(council, client_for):
    case = cases.approved(council, points=[])
    client = client_for(council.officer)
    assertContains(client.get(page(case, "send")), "Add at least one point of complaint first")
    answer = client.post(page(case, "send"), sent(case))
    assertContains(answer, "Add at least one point of complaint first, under &#x27;Change the details&#x27;.")
    assert state(case) == "to-send"


@pytest.mark.parametrize(
    ("channel", "received"),
    [
        ("email", date(2026, 11, 20)),
        ("letter", date(2026, 11, 21)),
        ("letter-second-class", date(2026, 11, 25)),
    ],
)
def test_how_it_was_sent_says_when_it_counts_as_received(council, client_for, channel, received):
    case = cases.approved(council)
    client_for(council.officer).post(page(case, "send"), sent(case, channel=entry("channel", channel).pk))
    assert Letter.objects.get(case=case, kind="response").received_on == received


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"sent_on": "21/11/2026"}, "It cannot have been sent after now"),
        ({"sent_time": "10:01"}, "It cannot have been sent after now"),
        ({"sent_on": "17/11/2026"}, "before the contact came in, on Wednesday 18 November 2026"),
        ({"sent_on": ""}, "Enter the day it was sent"),
        ({"sent_on": "31/2/2026"}, "Day it was sent"),
        ({"sent_time": "half past"}, "Time, if known"),
        ({"channel": ""}, "Choose how it was sent"),
        ({"channel": "999999"}, "Choose how it was sent from the list"),
        ({"late_unit": "999999"}, "Choose a team from the list"),
        ({"to": "x" * 401}, "Whom it was sent to: 400 characters or fewer"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(f"{k} {v[:12]}" for k, v in value.items()),
)
def test_what_cannot_be_is_refused_in_words(council, client_for, given, told):
    case = cases.approved(council)
    answer = client_for(council.officer).post(page(case, "send"), sent(case, **given))
    assertContains(answer, "There is a problem")
    assertContains(answer, told)
    assert state(case) == "to-send"
    assert not Letter.objects.exists()


def test_an_answer_is_not_sent_at_an_earlier_hour_than_the_contact_came(council, client_for):
    received = datetime(2026, 11, 20, 9, 0, tzinfo=LONDON)
    case = cases.approved(council, received=received)
    answer = client_for(council.officer).post(page(case, "send"), sent(case, sent_time="8:30am"))
    assertContains(answer, "The contact came in at 9:00am that day, so it was sent later than that.")
    assert state(case) == "to-send"


def test_stage_2_is_not_answered_before_it_was_asked_for(council, client_for, clock):
    case = cases.closed(council)
    asked = date(2026, 11, 24)
    clock.move_to(LATE)
    escalation.escalate(case=case, by=council.officer, now=LATE, asked_on=asked, reasons="Not answered")
    drafting.review(case=case, by=council.officer, now=LATE, outcome="peer-review", note="Again")
    drafting.submit(case=case, by=council.officer, now=LATE, text="Dear Jo")
    drafting.approve(case=case, by=council.senior, now=LATE)
    drafting.sign(case=case, by=council.director, now=LATE)
    answer = client_for(council.officer).post(page(case, "send"), sent(case, sent_on="23/11/2026"))
    assertContains(
        answer, "began on Tuesday 24 November 2026, so its answer cannot have been sent before that"
    )
    assert state(case) == "to-send"


def test_a_second_send_is_told_that_it_is_done(council, client_for):
    case = cases.approved(council)
    client = client_for(council.officer)
    twice = sent(case)
    client.post(page(case, "send"), twice)
    answer = client.post(page(case, "send"), twice, follow=True)
    assertContains(answer, "&#x27;Record that it was sent&#x27; is not possible as the case stands now")
    assert Letter.objects.filter(case=case, kind="response").count() == 1


def test_a_paused_answer_is_not_sent_and_the_page_says_why(council, client_for):
    case = cases.approved(council)
    Pause.objects.create(
        stage=open_stage(case), first=NOW.date(), ground="Court", recorded_at=NOW, by=council.officer
    )
    client = client_for(council.officer)
    assertContains(client.get(page(case, "send")), "This stage is paused. Resume it first.")
    assertContains(client.post(page(case, "send"), sent(case)), "This stage is paused. Resume it first.")
    assert state(case) == "to-send"


def test_the_service_does_not_record_that_it_was_sent(council, client_for):
    case = cases.approved(council)
    for person in (council.responder, council.director, council.auditor):
        assert client_for(person).post(page(case, "send"), sent(case)).status_code == 403
    assert client_for(council.outsider).post(page(case, "send"), sent(case)).status_code == 404
    assert state(case) == "to-send"


# --- in time, and late ------------------------------------------------------------------------------


def test_sent_on_the_last_day_is_in_time(council, client_for, clock):
    case = cases.approved(council)
    clock.move_to(DUE)
    client_for(council.officer).post(page(case, "send"), sent(case))
    assert state(case) == "to-close"
    assert deadline(case).in_time is True


def test_a_late_answer_needs_its_reason_and_team_by_the_rule(council, client_for, clock):
    case = cases.approved(council)
    clock.move_to(LATE)
    client = client_for(council.officer)
    shown = client.get(page(case, "send"))
    assertContains(shown, "It was due by Wednesday 2 December 2026 (SC1), so it is late.")
    assertContains(shown, 'class="govuk-details" open')
    answer = client.post(page(case, "send"), sent(case))
    assertContains(
        answer,
        "It was due by Wednesday 2 December 2026 (SC1), so it is late. A late answer needs the reason and the "
        "responsible team.",
    )
    reason = late(council) | {"late_unit": ""}
    assertContains(
        client.post(page(case, "send"), sent(case, **reason)), "A late answer needs the responsible team."
    )
    assert state(case) == "to-send"
    client.post(page(case, "send"), sent(case, **late(council)))
    stage = open_stage(case)
    assert (stage.state, stage.late_reason.code, stage.late_unit) == (
        "to-close",
        "service-late",
        council.send_north,
    )
    assert deadline(case).in_time is False


def test_recorded_late_of_a_day_in_time_it_needs_no_reason(council, client_for, clock):
    case = cases.approved(council)
    clock.move_to(LATE)
    client_for(council.officer).post(page(case, "send"), sent(case, sent_on="2/12/2026"))
    assert (state(case), deadline(case).in_time) == ("to-close", True)


def test_an_answer_in_time_keeps_no_reason_for_being_late(council, client_for):
    case = cases.approved(council)
    client_for(council.officer).post(page(case, "send"), sent(case, **late(council)))
    stage = open_stage(case)
    assert (stage.state, stage.late_reason, stage.late_unit, stage.late_note) == ("to-close", None, None, "")


def test_more_time_given_too_late_does_not_make_an_answer_in_time(council, client_for, clock):
    case = cases.approved(council, "children-act")
    clock.move_to(LATE)
    dates.extend(
        case=case,
        by=council.senior,
        now=LATE,
        milestone="respond",
        total=20,
        reason="An advocate joined",
        asked_by="The service",
        complainant_agreed=True,
    )
    answer = client_for(council.officer).post(page(case, "send"), sent(case))
    assertContains(answer, "It was due by Wednesday 2 December 2026")
    assert state(case) == "to-send"


# --- findings ---------------------------------------------------------------------------------------


def test_the_service_records_what_it_found_point_by_point(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.responder)
    first, second = open_stage(case).points.all()
    assertContains(client.get(page(case, "record-findings")), "Point 2: Nobody replied")
    client.post(
        page(case, "record-findings"),
        sent(case, **{f"finding_{first.pk}": "partly-upheld", f"words_{first.pk}": "Six weeks, not ten."})
        | {f"finding_{second.pk}": ""},
    )
    found = open_stage(case).points.values_list("finding", "words")
    assert list(found) == [("partly-upheld", "Six weeks, not ten."), ("", "")]
    assertContains(client.get(reverse("case", args=[case.reference])), "Six weeks, not ten.")


def test_findings_without_any_are_refused(council, client_for):
    case = cases.accepted(council)
    first, second = open_stage(case).points.all()
    nothing = {f"finding_{first.pk}": "", f"finding_{second.pk}": ""}
    client = client_for(council.responder)
    answer = client.post(page(case, "record-findings"), sent(case, **nothing))
    assertContains(answer, "Choose a finding for at least one point")
    words = nothing | {f"words_{first.pk}": "Six weeks"}
    answer = client.post(page(case, "record-findings"), sent(case, **words))
    assertContains(answer, "Choose the finding that your words are about")
    assertContains(answer, "Six weeks</textarea>")
    odd = nothing | {f"finding_{first.pk}": "guilty"}
    answer = client.post(page(case, "record-findings"), sent(case, **odd))
    assertContains(answer, "Choose a finding for point 1 from those there are")


# --- holding updates --------------------------------------------------------------------------------


def test_a_holding_update_keeps_what_they_were_told_and_what_to_expect(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.officer)
    answer = client.post(
        page(case, "holding-update"),
        sent(case, text="We wait for the school.", expected_on="9/12/2026"),
        follow=True,
    )
    assertContains(answer, "They can expect an answer by Wednesday 9 December 2026.")
    letter = Letter.objects.get(case=case)
    assert (letter.kind, letter.text) == ("holding", "We wait for the school.")
    assert deadline(case).met_at is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"text": ""}, "Write what they were told"),
        ({"expected_on": "19/11/2026"}, "The day they can expect an answer is past."),
        ({"sent_on": "21/11/2026"}, "It cannot have been sent after now"),
    ],
)
def test_a_holding_update_that_cannot_be_is_refused(council, client_for, given, told):
    case = cases.accepted(council)
    data = sent(case, text="We wait for the school.") | given
    answer = client_for(council.officer).post(page(case, "holding-update"), data)
    assertContains(answer, told)
    assert not Letter.objects.exists()


# --- the copy for an MP -----------------------------------------------------------------------------


def from_an_mp(council: Council) -> Case:
    """An MP's enquiry that went down the complaints route; the complaint is answered, its copy is to be shared."""
    mp = PartyDraft("mp", "Ann Member", email="ann@parliament.example", office="Member for Elsewhere")
    resident = PartyDraft("complainant", "Jo Example", email="jo@example.org")
    return cases.approved(council, parties=[resident, mp])


def test_the_copy_of_the_response_is_shared_with_the_office(council, client_for):
    case = from_an_mp(council)
    client = client_for(council.officer)
    route = case.stages.get(type__procedure__code="mp-enquiry")
    assert route.state == "to-copy"
    common = {"stage": route.number}
    refused = client.post(page(case, "share-copy"), sent(case, **common, to="Ann Member"))
    assertContains(refused, "The complaint has not been answered yet, so there is no copy to share.")
    answering = case.stages.get(type__procedure__code="corporate")
    found = {f"finding_{row.pk}": "upheld" for row in answering.points.all()}
    client.post(page(case, "send"), sent(case, stage=answering.number, **found))
    shown = client.get(page(case, "share-copy"))
    assertContains(shown, "We are sorry.")
    assertContains(shown, 'value="Ann Member, Member for Elsewhere, ann@parliament.example"')
    early = client.post(page(case, "share-copy"), sent(case, **common, sent_on="19/11/2026"))
    assertContains(early, "so a copy of it was shared then or later")
    client.post(page(case, "share-copy"), sent(case, **common, to="Ann Member"))
    copy = Letter.objects.get(case=case, kind="copy")
    assert (copy.text, copy.to) == ("# Our answer\n\nWe are sorry.", "Ann Member")
    route.refresh_from_db()
    assert (route.state, route.closed_as) == ("closed", "answered")


# --- chasing ----------------------------------------------------------------------------------------


def chase(case: Case) -> str:
    return reverse("case-chase", args=[case.reference])


def test_the_words_to_chase_with_name_what_is_wanted_and_by_when(council, client_for):
    case = cases.accepted(council)
    answer = client_for(council.officer).get(chase(case))
    text = answer.context["chases"][0].text
    assert text.splitlines()[0] == "Dear Rae Responder,"
    assert f"Case {case.reference}" in text
    assert "please write the draft of the answer and send it to be checked" in text
    assert "It is due by Monday 30 November 2026: 6 working days left." in text
    assert "The answer as a whole is due by Wednesday 2 December 2026." in text
    assert f"http://testserver/cases/{case.reference}/" in text
    assert text.endswith("Olu Officer")
    assertContains(answer, "rae.responder@council.example")


def test_a_date_that_is_past_was(council, client_for, clock):
    case = cases.accepted(council)
    clock.move_to(NOW + timedelta(days=21))
    text = client_for(council.officer).get(chase(case)).context["chases"][0].text
    assert "The answer as a whole was due by Wednesday 2 December 2026." in text


def test_they_name_nobody_the_case_is_about(council, client_for):
    case = cases.accepted(council)
    text = client_for(council.officer).get(chase(case)).context["chases"][0].text
    assert "Jo Example" not in text
    assert "Education plan is late" not in text


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2026, 11, 30, 9, 0, tzinfo=LONDON), "It is due today, Monday 30 November 2026."),
        (
            datetime(2026, 12, 1, 9, 0, tzinfo=LONDON),
            "It was due by Monday 30 November 2026, 1 working day ago, so it is late.",
        ),
        (
            datetime(2026, 12, 3, 9, 0, tzinfo=LONDON),
            "It was due by Monday 30 November 2026, 3 working days ago, so it is late.",
        ),
    ],
    ids=["on the day", "the day after", "three days after"],
)
def test_they_count_the_working_days(council, client_for, clock, now, said):
    case = cases.accepted(council)
    clock.move_to(now)
    assert said in client_for(council.officer).get(chase(case)).context["chases"][0].text


def test_where_nobody_is_named_all_who_could_do_it_are(council, client_for):
    case = cases.triaged(council)
    allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)
    (found,) = client_for(council.officer).get(chase(case)).context["chases"]
    assert found.who == "Responder, SEND North"
    assert found.people == [council.responder]


def test_somebody_away_is_chased_through_their_deputy(council, client_for, user_with):
    case = cases.accepted(council)
    deputy = user_with(name="Dep Uty", email="dep.uty@council.example")
    today = NOW.date()
    name_cover(absent=council.responder, deputy=deputy, first=today, last=today, by=None, now=NOW)
    answer = client_for(council.officer).get(chase(case))
    assertContains(answer, "Rae Responder is away. Dep Uty covers")


def test_a_contribution_is_chased_too_and_ones_own_turn_is_not(council, client_for):
    case = cases.accepted(council)
    allocation.ask_contribution(
        case=case,
        by=council.responder,
        now=NOW,
        unit=council.send_south,
        question="When did Jo's taxi come?",
        due_on=date(2026, 11, 24),
    )
    (found,) = client_for(council.responder).get(chase(case)).context["chases"]
    assert found.who == "SEND South"
    assert "It is due by Tuesday 24 November 2026: 2 working days left." in found.text
    assert "taxi" not in found.text


def test_that_somebody_was_chased_is_recorded_as_a_note(council, client_for):
    case = cases.accepted(council)
    client = client_for(council.officer)
    answer = client.get(chase(case))
    assertContains(answer, "Record that you chased")
    note = answer.context["chases"][0].note
    case.refresh_from_db()
    client.post(page(case, "note"), {"seen": case.revision, "text": note})
    assert Note.objects.get(case=case).text.startswith(
        "Chased Rae Responder on Friday 20 November 2026: write the"
    )


def test_who_only_reads_cannot_record_it_and_an_outsider_finds_nothing(council, client_for):
    case = cases.accepted(council)
    answer = client_for(council.auditor).get(chase(case))
    assertContains(answer, "Dear Rae Responder")
    assertNotContains(answer, "Record that you chased")
    assert client_for(council.outsider).get(chase(case)).status_code == 404


def test_a_closed_case_waits_for_nobody(council, client_for):
    case = cases.closed(council)
    assertContains(
        client_for(council.officer).get(chase(case)), "The case is closed, so nobody is waited for."
    )
