"""Acknowledging, triaging, reclassifying, merging and marking as logged in error, through the browser's door."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from audit.service import history
from complaints.actions import dates, details, escalation, extending, intake, triage
from complaints.actions.parties import PartyDraft
from complaints.models import Case, Deadline, Letter, StageEvent, standing
from complaints.queries import outlook
from complaints.queries.stages import stages_of
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, deadline, entry, first_stage_of, open_stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PROCEDURES = (
    "children-act",
    "education",
    "childrens-services",
    "corporate",
    "enquiry",
    "mp-enquiry",
    "representation",
    "comment",
    "compliment",
    "ombudsman",
    "ofsted",
)
MP = [PartyDraft("mp", "Alex Sample MP", office="Guildford")]


@pytest.fixture
def officer(council, client_for):
    return client_for(council.officer)


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def typed(case: Case, **more):
    """What the page sends, made from the case as it is now."""
    case = Case.objects.get(pk=case.pk)
    return {"stage": open_stage(case).number, "seen": case.revision, **more}


def decide(officer, case: Case, choice: str, **more):
    return officer.post(page(case, "triage"), typed(case, choice=choice, reason="As they said", **more))


def extended(case: Case, council) -> None:
    """To the 20 working days that S7.1 allows."""
    extending.extend(
        case=case,
        by=council.senior,
        now=NOW,
        total=20,
        reason="An advocate helps",
        asked_by="Rae Responder",
        approver=council.senior,
        complainant_agreed=True,
        complainant_told_on=NOW.date(),
    )


def afresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def offers(response) -> dict[str, str]:
    """What the page says of each choice, by its value."""
    text = response.content.decode()
    found = {}
    for part in text.split('<div class="govuk-radios__item app-offer">')[1:]:
        value = part.split('value="', 1)[1].split('"', 1)[0]
        words = part.split('_hint">', 1)[1].split("</div>", 1)[0]
        found[value] = " ".join(words.replace("<", " <").split())
    return found


# --- triage ---------------------------------------------------------------------------------------------


def test_each_choice_says_what_it_does_before_it_is_made(council, officer):
    case = cases.log(council)
    found = offers(officer.get(page(case, "triage")))
    assert "Send the response by Wednesday 2 December 2026" in found["procedure:children-act"]
    assert (
        "(10 working days after received, S7.1, SA1); may be extended to 20 working days."
        in (found["procedure:children-act"])
    )
    assert "may be extended" not in found["procedure:education"]
    assert "No time in the policy." in found["procedure:enquiry"]
    assert "it needs the time of day of" in found["procedure:freeze"]
    assert set(found) >= {f"procedure:{code}" for code in PROCEDURES} | {"procedure:freeze"}
    assert "procedure:concern" not in found
    court = found["exclusion:court"]
    assert "To use instead: The court that has the matter." in court
    assert "Logged as: Enquiry." in court
    assert "The case is closed as not accepted." in found["exclusion:over-12-months"]


def test_the_page_shows_what_they_said_and_what_deciding_meets(council, officer):
    case = cases.log(council, detail="It was due in May.", wanted="The plan")
    response = officer.get(page(case, "triage"))
    for words in ("It was due in May.", "Nobody replied", "The plan", "due Friday 20 November 2026"):
        assertContains(response, words)


def test_a_date_that_is_past_already_says_so(council, officer):
    case = cases.log(council, received=date(2026, 10, 1))
    found = offers(officer.get(page(case, "triage")))
    assert "Thursday 15 October 2026" in found["procedure:corporate"]
    assert "That is past already." in found["procedure:corporate"]


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_it_becomes_what_was_chosen_with_the_dates_that_were_shown(council, officer, procedure):
    case = cases.log(council)
    shown = officer.get(page(case, "triage")).context["procedures"]
    promised = next(o for _, o in shown if o.value == f"procedure:{procedure}").outlook.promises
    response = decide(officer, case, f"procedure:{procedure}")
    assertRedirects(response, f"/cases/{case.reference}/")
    stage = open_stage(case)
    assert stage.type.procedure.code == procedure
    assert afresh(case).kind == stage.type.procedure.kind
    there = Deadline.objects.filter(stage=stage, live=True)
    assert {p.name for p in promised} == {row.name for row in there}
    for promise in promised:
        row = there.get(name=promise.name)
        assert promise.due.startswith(
            f"{row.due_on:%A} {row.due_on.day} {row.due_on:%B %Y}" if row.due_on else ""
        )
        assert bool(promise.due) == bool(row.due_on)
        assert promise.past == (row.red_at is not None and row.red_at <= NOW)
    concern = case.stages.get(number=1)
    assert (concern.state, concern.closed_as) == ("closed", "triaged")
    assert Deadline.objects.get(stage=concern, milestone="triage").in_time is True


@pytest.mark.parametrize(
    "code",
    [
        "court",
        "employment-law",
        "human-resources",
        "request-for-service",
        "appeal-against-a-decision",
        "contract",
    ],
)
def test_an_exclusion_is_logged_as_the_policy_says(council, officer, code):
    case = cases.log(council)
    decide(officer, case, f"exclusion:{code}")
    case = afresh(case)
    assert (case.kind, case.exclusion.code, case.closed_at) == ("enquiry", code, None)
    assertContains(officer.get(f"/cases/{case.reference}/"), escape(case.exclusion.route))


def test_what_comes_too_late_is_not_accepted(council, officer):
    case = cases.log(council)
    decide(officer, case, "exclusion:over-12-months", aware_on="1/3/2025")
    case = afresh(case)
    assert (case.closed_as, case.closed_at) == ("not-accepted", NOW)
    assert case.aware_on == date(2025, 3, 1)


def test_over_twelve_months_needs_what_is_exceptional(council, officer):
    case = cases.log(council)
    response = decide(officer, case, "procedure:corporate", aware_on="17/11/2025")
    error = response.context["form"].errors["out_of_time_reason"][0]
    assert "more than 12 months before they complained (L2, W4)" in error
    assertContains(response, "As they said")
    decide(
        officer,
        case,
        "procedure:corporate",
        aware_on="17/11/2025",
        out_of_time_reason="They were in hospital",
    )
    assert afresh(case).out_of_time_reason == "They were in hospital"


def test_on_the_day_of_twelve_months_it_is_in_time(council, officer):
    case = cases.log(council)
    assertRedirects(
        decide(officer, case, "procedure:corporate", aware_on="18/11/2025"), f"/cases/{case.reference}/"
    )


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"choice": ""}, "choice", "Choose what it is"),
        ({"choice": "procedure:concern"}, "choice", "Choose what it is from the list"),
        ({"choice": "procedure:learning"}, "choice", "Choose what it is from the list"),
        ({"choice": "procedure:corporate", "reason": ""}, "reason", "Say why"),
        ({"choice": "exclusion:court", "reason": " "}, "reason", "Say why"),
        (
            {"choice": "procedure:corporate", "aware_on": "19/11/2026"},
            "aware_on",
            "cannot have become aware of it after they wrote",
        ),
        ({"choice": "procedure:corporate", "aware_on": "May"}, "aware_on", "is not a date"),
    ],
)
def test_what_is_wrong_is_said(council, officer, said, field, words):
    case = cases.log(council)
    said = {"reason": "Because 'of' <this>", **said}
    response = officer.post(page(case, "triage"), typed(case, **said))
    assert words in response.context["form"].errors[field][0]
    form = response.context["form"]
    assert {name: form[name].value() for name in said} == said
    assert open_stage(case).state == "to-triage"


def test_praise_needs_no_reason(council, officer):
    case = cases.log(council)
    response = officer.post(page(case, "triage"), typed(case, choice="procedure:compliment"))
    assertRedirects(response, f"/cases/{case.reference}/")


def test_nobody_is_asked_to_triage_twice(council, officer):
    case = cases.log(council)
    decide(officer, case, "procedure:mp-enquiry")
    stage = open_stage(case)
    assert (stage.state, stage.turn_verb) == ("to-allocate", "allocate")
    assert deadline(case, "triage", stage).in_time is True


def test_a_mps_enquiry_may_stay_one(council, officer):
    case = cases.log(council, parties=MP)
    decide(officer, case, "procedure:mp-enquiry")
    assert [stage.state for stage in case.stages.all()] == ["to-allocate"]


def test_a_mps_complaint_keeps_the_date_for_its_copy(council, officer):
    case = cases.log(council, parties=MP)
    found = offers(officer.get(page(case, "triage")))
    copy = "Share a copy of the response by Thursday 3 December 2026 (11 working days after received, S2.3)"
    assert copy in found["procedure:corporate"]
    assert copy not in found["procedure:enquiry"]
    decide(officer, case, "procedure:corporate")
    enquiry, complaint = case.stages.order_by("number")
    assert (enquiry.state, complaint.state) == ("to-copy", "to-allocate")
    assert deadline(case, "copy-of-response", enquiry).due_on == date(2026, 12, 3)


def test_a_stale_form_is_refused_with_what_happened(council, officer):
    case = cases.log(council)
    seen = afresh(case).revision
    details.note(case=case, by=council.senior, now=NOW, text="They rang again")
    response = officer.post(
        page(case, "triage"),
        {"stage": 1, "seen": seen, "choice": "procedure:corporate", "reason": "About the plan"},
    )
    assertContains(response, "Somebody changed this case while you had this page open.")
    assertContains(response, "About the plan")
    assert open_stage(case).state == "to-triage"
    form = response.context["form"]
    officer.post(page(case, "triage"), {**form.data.dict()})
    assert open_stage(case).type.procedure.code == "corporate"


def test_pressing_twice_triages_once(council, officer):
    case = cases.log(council)
    said = typed(case, choice="procedure:corporate", reason="About the plan")
    officer.post(page(case, "triage"), said)
    response = officer.post(page(case, "triage"), said)
    assertContains(response, "is not possible as the case stands now: to be allocated.")
    assertContains(response, "About the plan</textarea>")
    assert case.stages.count() == 2


@pytest.mark.parametrize("who", ["responder", "service_manager", "director", "auditor"])
def test_others_may_not_triage(council, client_for, who):
    case = cases.log(council, unit=council.send_north)
    assert client_for(getattr(council, who)).get(page(case, "triage")).status_code == 403


def test_an_outsider_finds_nothing(council, client_for):
    case = cases.log(council)
    client = client_for(council.outsider)
    for verb in ("triage", "acknowledge", "merge", "log-in-error"):
        assert client.get(page(case, verb)).status_code == 404
        assert client.post(page(case, verb), {}).status_code == 404


def test_the_dates_of_all_choices_are_worked_out_together(council):
    case = cases.log(council)
    types = list(intake.types_on(case.received_on).filter(position=0))
    stage = stages_of(case)[0]
    stage.case = case

    def queries(some) -> int:
        outlook.at_triage(stage, some, now=NOW)  # once before: rules are kept by the process
        with CaptureQueriesContext(connection) as made:
            outlook.at_triage(stage, some, now=NOW)
        return len(made)

    assert queries(types) == queries(types[:3])


# --- acknowledging --------------------------------------------------------------------------------------


def test_the_acknowledgement_is_made_ready(council, officer):
    mother = PartyDraft("complainant", "Jo Example", phone="01483 555123", preferred_contact="phone")
    case = cases.log(council, parties=[mother])
    form = officer.get(page(case, "acknowledge")).context["form"]
    assert form.initial["channel"] == entry("channel", "telephone")
    assert form.initial["to"] == "Jo Example"
    assert form.initial["officer"] == council.officer.pk
    officers = [str(person) for person in form.fields["officer"].queryset]
    assert officers == ["Mo Manager", "Olu Officer", "Sam Senior"]


def acknowledgement(council, **more):
    return {
        "sent_on": "19/11/2026",
        "channel": entry("channel", "email").pk,
        "to": "Jo Example",
        "officer": council.officer.pk,
    } | more


def test_of_a_case_with_several_open_stages_it_is_one_acknowledgement(council, officer):
    """A MP's enquiry down the complaints route: put right once, it is right in both."""
    case = cases.log(council, parties=MP)
    decide(officer, case, "procedure:corporate")
    officer.post(page(case, "acknowledge"), acknowledgement(council) | typed(case))
    first, other = standing(StageEvent).filter(stage__case=case, code="acknowledged").order_by("pk")
    assert (first.copied_from, other.copied_from) == (None, first)
    dates.correct_date(
        case=case, by=council.officer, now=NOW, event=other, moment=NOW.date(), reason="It went out today"
    )
    there = standing(StageEvent).filter(stage__case=case, code="acknowledged")
    assert {event.day for event in there} == {NOW.date()}
    assert there.filter(copied_from=None).count() == 1


def test_an_acknowledgement_is_recorded(council, officer):
    case = cases.log(council)
    said = {
        "sent_on": "19/11/2026",
        "sent_time": "9am",
        "channel": entry("channel", "email").pk,
        "to": "Jo Example",
        "officer": council.senior.pk,
        "sharing_notice": "on",
        "text": "Dear Jo,\r\n\r\nThank you.",
    }
    officer.post(page(case, "acknowledge"), typed(case, **said))
    letter = case.letters.get()
    assert (letter.kind, letter.sent_on, letter.sharing_notice) == (
        Letter.Kind.ACKNOWLEDGEMENT,
        date(2026, 11, 19),
        True,
    )
    assert letter.text == "Dear Jo,\n\nThank you."
    assert "naming Sam Senior and with the data-sharing notice" in history(case.stream).last().text.sentence


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"sent_on": "21/11/2026"}, "sent_on", "cannot have been sent after now"),
        ({"sent_on": "17/11/2026"}, "sent_on", "before the contact came in"),
        ({"channel": ""}, "channel", "Choose how it was sent"),
        ({"officer": ""}, "officer", "Choose the officer it named"),
        ({"to": ""}, "to", "Enter whom it was sent to"),
    ],
)
def test_an_acknowledgement_that_cannot_be(council, officer, wrong, field, words):
    case = cases.log(council)
    said = {
        "sent_on": "19/11/2026",
        "channel": entry("channel", "email").pk,
        "to": "Jo Example",
        "officer": council.officer.pk,
        "text": "Dear Jo",
    } | wrong
    response = officer.post(page(case, "acknowledge"), typed(case, **said))
    assert words in response.context["form"].errors[field][0]
    assertContains(response, "Dear Jo")
    assert not case.letters.exists()


# --- reclassifying --------------------------------------------------------------------------------------


def test_reclassifying_shows_the_dates_and_asks_first(council, officer):
    case = cases.triaged(council, "enquiry")
    response = officer.get(page(case, "reclassify"))
    found = offers(response)
    assert "Wednesday 2 December 2026" in found["procedure:corporate"]
    assert "procedure:enquiry" not in found
    assertContains(response, "It is now: Enquiry.")
    said = typed(case, choice="procedure:corporate", reason="They want it as a complaint")
    shown = officer.post(page(case, "reclassify"), said)
    assertContains(shown, "what it does to the dates")
    assertContains(shown, "Wednesday 2 December 2026")
    assert open_stage(case).type.procedure.code == "enquiry"
    officer.post(page(case, "reclassify"), said | {"confirm": "yes"})
    case = afresh(case)
    assert open_stage(case).type.procedure.code == "corporate"
    assert case.kind == "complaint"
    assert deadline(case).due_on == date(2026, 12, 2)


@pytest.mark.parametrize("procedure", [code for code in (*PROCEDURES, "freeze") if code != "children-act"])
def test_reclassifying_comes_to_what_was_shown(council, officer, procedure):
    case = cases.accepted(council, "children-act")
    extended(case, council)
    shown = officer.get(page(case, "reclassify")).context["procedures"]
    promised = next(o for _, o in shown if o.value == f"procedure:{procedure}").outlook.promises
    said = typed(case, choice=f"procedure:{procedure}", reason="Looked at anew", confirm="yes")
    assertRedirects(officer.post(page(case, "reclassify"), said), f"/cases/{case.reference}/")
    there = {row.name: row.due_on for row in Deadline.objects.filter(stage=open_stage(case), live=True)}
    assert {promise.name for promise in promised} == set(there)
    for promise in promised:
        due = there[promise.name]
        assert promise.due.startswith(f"{due:%A} {due.day} {due:%B %Y}" if due else "")


def test_what_no_longer_counts_is_told_first(council, officer):
    case = cases.accepted(council, "children-act")
    extended(case, council)
    assert deadline(case).due_on == date(2026, 12, 16)
    said = typed(case, choice="procedure:education", reason="It is about the school")
    shown = officer.post(page(case, "reclassify"), said)
    assertContains(shown, "What no longer counts")
    assertContains(shown, "The extension to 20 working days does not count")
    assertContains(shown, "Wednesday 2 December 2026")
    officer.post(page(case, "reclassify"), said | {"confirm": "yes"})
    assert deadline(case).due_on == date(2026, 12, 2)
    back = typed(case, choice="procedure:children-act", reason="It is about care", confirm="yes")
    officer.post(page(case, "reclassify"), back)
    assert deadline(case).due_on == date(2026, 12, 16)


def test_what_was_missed_stays_missed_and_the_page_says_so(council, officer):
    case = cases.accepted(council, "corporate", now=NOW - timedelta(days=17), received=date(2026, 11, 3))
    assert deadline(case).due_on == date(2026, 11, 17)
    found = offers(officer.get(page(case, "reclassify")))
    assert "Tuesday 24 November 2026" in found["procedure:mp-enquiry"]
    assert "That is past already." in found["procedure:mp-enquiry"]
    officer.post(
        page(case, "reclassify"),
        typed(case, choice="procedure:mp-enquiry", reason="From the MP", confirm="yes"),
    )
    row = deadline(case, "draft-response")
    assert (row.due_on, row.missed_at) == (
        date(2026, 11, 24),
        datetime(2026, 11, 18, tzinfo=LONDON),
    )


def test_reclassifying_says_why(council, officer):
    case = cases.triaged(council, "enquiry")
    response = officer.post(page(case, "reclassify"), typed(case, choice="procedure:corporate", reason=""))
    assert response.context["form"].errors["reason"] == ["Say why it is reclassified"]


def test_a_stage_2_becomes_a_stage_2(council, officer):
    case = cases.closed(council, "education")
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered")
    shown = officer.get(page(case, "reclassify")).context["procedures"]
    assert {o.type_.code for _, o in shown} == {"stage-2"}


# --- not a case of its own ------------------------------------------------------------------------------


def test_logged_in_error_stays_readable(council, officer):
    case = cases.triaged(council)
    assertContains(officer.get(page(case, "log-in-error")), "no report counts it")
    response = officer.post(page(case, "log-in-error"), typed(case, reason=""))
    assert response.context["form"].errors["reason"] == ["Say why it should not have been logged"]
    officer.post(page(case, "log-in-error"), typed(case, reason="For the district council"))
    case = afresh(case)
    assert case.closed_as == "logged-in-error"
    assertContains(officer.get(f"/cases/{case.reference}/"), "For the district council")


def test_merging_closes_one_and_tells_both(council, officer):
    case, goes_on = cases.log(council), cases.triaged(council)
    spoken = goes_on.reference.replace("-", " ")
    officer.post(page(case, "merge"), typed(case, into=spoken, reason="The same call"))
    case, goes_on = afresh(case), afresh(goes_on)
    assert (case.closed_as, case.merged_into) == ("merged", goes_on)
    assert f"merged it into {goes_on}. The same call" in history(case.stream).last().text.sentence
    told = history(goes_on.stream).last()
    assert told.text.sentence == f"Olu Officer merged {case} into it."
    assert goes_on.revision == told.sequence
    assertContains(officer.get(f"/cases/{goes_on.reference}/"), f"/cases/{case.reference}/")


def test_a_restricted_case_is_merged_without_naming_it(council, client_for):
    hidden, goes_on = cases.log(council, restricted=True), cases.triaged(council)
    client_for(council.officer).post(
        page(hidden, "merge"), typed(hidden, into=goes_on.reference, reason="The same call")
    )
    assert afresh(hidden).closed_as == "merged"
    assertNotContains(
        client_for(council.responder).get(f"/cases/{goes_on.reference}/"), hidden.reference, status_code=404
    )
    senior = client_for(council.senior).get(f"/cases/{goes_on.reference}/")
    assertContains(senior, "recorded that it has to do with another case, which you may not see.")
    assertNotContains(senior, hidden.reference)


@pytest.mark.parametrize(
    ("into", "words"),
    [
        ("", "Enter the reference of the case that goes on"),
        ("26-00001-1", "There is no case 26-00001-1 that you may see"),
        ("the other one", "There is no case the other one that you may see"),
    ],
)
def test_merging_into_nothing(council, officer, into, words):
    case = cases.log(council)
    response = officer.post(page(case, "merge"), typed(case, into=into, reason="The same call"))
    assert words in response.context["form"].errors["into"][0]
    assertContains(response, "The same call")


def test_merging_into_itself_a_closed_one_or_a_hidden_one(council, officer):
    case = cases.log(council)
    closed = cases.closed(council)
    hidden = cases.log(council)
    details.restrict(case=hidden, by=council.manager, now=NOW, restricted=True, reason="Staff")
    for into, words in [
        (case, "cannot be merged into itself"),
        (closed, "is closed. Merge into a case that is open"),
        (hidden, "that you may see"),
    ]:
        response = officer.post(page(case, "merge"), typed(case, into=into.reference, reason="Same"))
        assert words in response.context["form"].errors["into"][0]
    assert afresh(case).closed_at is None


def test_two_merged_into_each_other(council):
    one, other = cases.log(council), cases.log(council)
    triage.merge(case=one, by=council.officer, now=NOW, into=other, reason="Same")
    with pytest.raises(triage.Refused, match=r"is not possible|is closed"):
        triage.merge(case=other, by=council.officer, now=NOW, into=one, reason="Same")
    assert afresh(other).closed_at is None


def test_first_stage_of_is_what_the_page_offers(council, officer):
    case = cases.log(council)
    offered = {o.type_.pk for _, o in officer.get(page(case, "triage")).context["procedures"]}
    assert offered == {first_stage_of(code).pk for code in (*PROCEDURES, "freeze")}
