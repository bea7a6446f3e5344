"""Changing the details and the people of a case, and who may see it, through the browser's door."""

import pytest
from django.db import transaction
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from audit.models import EventText
from audit.service import erase, history
from complaints.actions import closing, details, escalation, sending
from complaints.actions.parties import PartyDraft, email_key, name_key, phone_key, postcode_key
from complaints.models import Case, Entry
from tests.complaints import cases
from tests.complaints.cases import NOW, entry, open_stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def officer(council, client_for):
    return client_for(council.officer)


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def afresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def as_shown(client, case: Case, verb: str, **more):
    """What the page would send as it is shown, with some of it changed."""
    form = client.get(page(case, verb)).context["form"]
    sent = {"stage": open_stage(case).number}
    for field in form:
        value = field.value()
        if value not in (None, False, ""):
            sent[field.html_name] = "on" if value is True else value
    for name in ("person_rows", "point_rows"):
        sent[name] = getattr(form, name, 0)
    sent |= more
    return {name: value for name, value in sent.items() if value is not None}


def send(client, case: Case, verb: str, **more):
    return client.post(page(case, verb), as_shown(client, case, verb, **more))


def told(case: Case) -> str:
    return history(case.stream).last().text.sentence


# --- details --------------------------------------------------------------------------------------------


def test_words_flags_and_categories_are_changed(council, officer):
    case = cases.log(council, tags=[entry("category", "delay")])
    response = send(
        officer,
        case,
        "change-details",
        summary="The plan is a year late",
        wanted="The plan, now",
        category=[entry("category", "communication").pk],
        theme=[entry("theme", "chasing-for-updates").pk],
        safeguarding="on",
    )
    assertRedirects(response, f"/cases/{case.reference}/")
    case = afresh(case)
    assert (case.summary, case.wanted, case.safeguarding) == (
        "The plan is a year late",
        "The plan, now",
        True,
    )
    assert {tag.code for tag in case.tags.all()} == {"communication", "chasing-for-updates"}
    assert told(case) == (
        "Olu Officer changed the summary from 'Education plan is late' to 'The plan is a year late'; wrote the outcome "
        "wanted: 'The plan, now'; put the safeguarding flag on; added the categories 'Communication' and 'Continuously "
        "chasing for updates'; took away the category 'Delay'."
    )
    assertContains(officer.get("/cases/?search=year+late"), case.reference)


def test_a_page_sent_as_it_is_changes_nothing(council, officer):
    case = cases.log(
        council, detail="One.\n\nTwo.", tags=[entry("theme", "transport")], risk=True, risk_note="x"
    )
    said = as_shown(officer, case, "change-details")
    said["detail"] = "One.\r\n\r\nTwo."  # as a browser parts lines
    response = officer.post(page(case, "change-details"), said)
    assertContains(response, "Nothing was changed.")
    assert afresh(case).revision == case.revision


def test_points_are_changed_taken_away_and_added(council, officer):
    case = cases.triaged(council)
    late, silent = case.points.all()
    send(
        officer,
        case,
        "change-details",
        **{
            f"point_{late.pk}": "The plan is a year late",
            f"point_{silent.pk}": "",
            "point_new_0": "",
            "point_new_1": "The taxi did not come",
        },
    )
    assert [p.text for p in case.points.all()] == ["The plan is a year late", "The taxi did not come"]
    assert [p.point.text for p in open_stage(case).points.all()] == [
        "The plan is a year late",
        "The taxi did not come",
    ]


def test_a_point_with_a_finding_stays(council, officer):
    case = cases.accepted(council)
    row = open_stage(case).points.first()
    sending.record_findings(case=case, by=council.officer, now=NOW, findings={row.pk: ("upheld", "")})
    response = send(officer, case, "change-details", **{f"point_{row.point_id}": "", "wanted": "Sorry"})
    error = response.context["form"].errors[f"point_{row.point_id}"][0]
    assert error == "This point has a finding, so it cannot be taken away. It was: The plan is late"
    assertContains(response, "Sorry")
    assert case.points.count() == 2


def test_what_was_typed_into_a_point_that_is_gone_is_kept(council, officer):
    case = cases.log(council)
    late, silent = case.points.all()
    said = as_shown(officer, case, "change-details", **{f"point_{late.pk}": "It is a year late"})
    said["point_new_0"] = "A third point"
    taken = details.Details(summary=case.summary, points=[(late, ""), (silent, silent.text)])
    details.change_details(case=case, by=council.senior, now=NOW, details=taken)
    response = officer.post(page(case, "change-details"), said)
    assertContains(response, "Somebody changed this case while you had this page open.")
    assertContains(response, "It is a year late")
    officer.post(page(case, "change-details"), response.context["form"].data)
    assert [p.text for p in case.points.all()] == ["Nobody replied", "A third point", "It is a year late"]


def test_one_more_point_without_losing_a_word(council, officer):
    case = cases.log(council)
    response = send(
        officer,
        case,
        "change-details",
        summary="",
        point_new_0="A third",
        point_new_1="A fourth",
        change="point",
    )
    assert len(response.context["form"].new_points) == 3
    assertContains(response, "A fourth")
    assertNotContains(response, "There is a problem")


def test_a_category_no_longer_wanted_stays_where_it_was_chosen(council, officer):
    case = cases.log(council, tags=[entry("category", "delay")])
    Entry.objects.filter(code="delay").update(retired_on=NOW.date())
    send(officer, case, "change-details", wanted="An answer")
    assert [tag.code for tag in afresh(case).tags.all()] == ["delay"]
    other = cases.log(council)
    response = send(officer, other, "change-details", category=[entry("category", "delay").pk])
    assert "no longer on it" in response.context["form"].errors["category"][0]


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"summary": ""}, "summary", "Say in a few words what it is about"),
        ({"risk": "on"}, "risk_note", "senior leadership will read it (S14)"),
        ({"risk_note": "A reporter"}, "risk", "Tick that there is one"),
    ],
)
def test_details_that_cannot_be(council, officer, wrong, field, words):
    case = cases.log(council)
    response = send(officer, case, "change-details", wanted="An answer", **wrong)
    assert words in response.context["form"].errors[field][0]
    assertContains(response, "An answer")


def test_a_flag_taken_off_and_what_it_said_are_on_the_timeline(council, officer):
    case = cases.log(council, safeguarding=True, risk=True, risk_note="A reporter rang")
    send(officer, case, "change-details", safeguarding=None, risk=None, risk_note="")
    assert told(case) == (
        "Olu Officer took out what the risk is: 'A reporter rang'; took the safeguarding flag off; took the risk flag "
        "off."
    )


def test_a_long_text_is_kept_as_it_was_beside_the_entry_and_erased_with_it(council, officer):
    """The timeline names it; its words go when those of the entry do."""
    letter = "Dear Sirs,\n\nThe plan is late. " + "Nobody rang. " * 20
    case = cases.log(council, detail=letter)
    send(officer, case, "change-details", detail="They withdrew most of it")
    entry_ = history(case.stream).last()
    assert entry_.text.sentence == "Olu Officer changed the description."
    assert entry_.text.details["before"] == {"the description": letter}
    with transaction.atomic():
        erase(entry_, by=council.manager, reason="Asked for", now=NOW)
    assert not EventText.objects.filter(event=entry_).exists()


def test_points_say_from_what_to_what(council, officer):
    case = cases.triaged(council)
    late, silent = case.points.all()
    changed = {
        f"point_{late.pk}": "It is a year late",
        f"point_{silent.pk}": "",
        "point_new_0": "No taxi came",
    }
    send(officer, case, "change-details", **changed)
    assert told(case) == (
        "Olu Officer changed the point from 'The plan is late' to 'It is a year late'; took away the point 'Nobody "
        "replied'; added the point 'No taxi came'."
    )


def test_a_new_point_is_looked_into_by_every_open_stage(council, officer):
    """An MP's case down the complaints route: the complaint has a finding to record for it (S2.3)."""
    mp = PartyDraft("mp", "Ann Member", office="Member for Elsewhere")
    case = cases.accepted(council, parties=[mp])
    send(officer, case, "change-details", stage=1, point_new_0="The taxi did not come")
    enquiry, complaint = case.stages.order_by("number")
    for stage in (enquiry, complaint):
        assert [row.point.text for row in stage.points.all()][-1] == "The taxi did not come"


def test_a_point_raised_at_stage_2_is_none_of_stage_1(council, officer):
    case = cases.closed(council)
    asked = {"asked_on": NOW.date(), "reasons": "Not answered"}
    escalation.escalate(case=case, by=council.officer, now=NOW, **asked)
    send(officer, case, "change-details", point_new_0="And nobody said sorry")
    stages = case.stages.filter(points__point__text="And nobody said sorry")
    assert [stage.type.code for stage in stages] == ["stage-2"]


def test_a_point_that_comes_after_the_answer_waits_for_the_next_stage(council, officer):
    case = cases.sent(council)
    send(officer, case, "change-details", point_new_0="And nobody said sorry")
    assert case.points.count() == 3
    assert open_stage(case).points.count() == 2
    closing.close(case=case, by=council.officer, now=NOW, none_because="A single slip.")
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Not answered")
    assert open_stage(case).points.count() == 3


# --- people ---------------------------------------------------------------------------------------------


def test_who_stays_keeps_their_row(council, officer):
    advocate = PartyDraft("advocate", "Ada Voice", consent="waiting")
    mother = PartyDraft("complainant", "Jo Example", email="jo@example.org")
    case = cases.log(council, parties=[mother, advocate])
    before = {party.name: party.pk for party in case.parties.all()}
    send(officer, case, "change-people", person_0_name="Jo Exemple", person_1_consent="given")
    assert [(party.pk, party.name) for party in case.parties.all()] == [
        (before["Jo Example"], "Jo Exemple"),
        (before["Ada Voice"], "Ada Voice"),
    ]
    assert told(case) == (
        "Olu Officer changed Jo Example's name from 'Jo Example' to 'Jo Exemple'; changed Ada Voice's consent from "
        "'Asked for, not here yet' to 'Given'."
    )


def test_somebody_else_in_their_place_is_somebody_else(council, officer):
    case = cases.log(council)
    there = case.parties.get().pk
    send(officer, case, "change-people", person_0_name="Kim Other", person_0_email="kim@example.org")
    assert told(case) == "Olu Officer removed Jo Example, complainant; added Kim Other, complainant."
    assert case.parties.get().pk != there


def test_the_same_person_in_another_part(council, officer):
    case = cases.log(council)
    send(officer, case, "change-people", person_0_role="young-person")
    assert told(case) == "Olu Officer changed Jo Example from complainant to young person."


def test_people_sent_as_they_are_change_nothing(council, officer):
    case = cases.log(council)
    assertContains(send(officer, case, "change-people"), "Nothing was changed.")
    assert afresh(case).revision == case.revision


def test_people_are_changed_added_and_taken_away(council, officer):
    advocate = PartyDraft("advocate", "Ada Voice", consent="waiting")
    mother = PartyDraft("complainant", "Jo Example", email="jo@example.org", postcode="GU1 1AA")
    case = cases.log(council, parties=[mother, advocate])
    sent = as_shown(officer, case, "change-people", person_0_phone="01483 555123", person_rows=3)
    sent |= {"person_1_name": "", "person_1_consent": ""}
    sent |= {"person_2_role": "young-person", "person_2_name": "Sam Example"}
    officer.post(page(case, "change-people"), sent)
    found = [(p.role, p.name, p.phone, p.match_phone) for p in case.parties.all()]
    assert found == [
        ("complainant", "Jo Example", "01483 555123", "1483555123"),
        ("young-person", "Sam Example", "", ""),
    ]
    assert told(case) == (
        "Olu Officer removed Ada Voice, advocate; wrote Jo Example's telephone number: '01483 555123'; added Sam "
        "Example, young person."
    )
    assertContains(officer.get("/cases/?search=Sam+Example"), case.reference)


def test_consent_that_came_is_recorded(council, officer):
    case = cases.log(council, parties=[PartyDraft("advocate", "Ada Voice", consent="waiting")])
    send(officer, case, "change-people", person_0_consent="given", person_0_consent_on="20/11/2026")
    party = case.parties.get()
    assert (party.consent, party.consent_on) == ("given", NOW.date())


def test_a_case_has_somebody_or_is_said_to_have_nobody(council, officer):
    case = cases.log(council)
    nobody = {"person_0_name": "", "person_0_email": "", "person_0_postcode": ""}
    response = send(officer, case, "change-people", **nobody)
    assert "say that they gave none" in response.context["form"].errors["person_0_name"][0]
    send(officer, case, "change-people", anonymous="on", **nobody)
    assert afresh(case).anonymous
    assert not case.parties.exists()


def test_a_name_that_is_given_later(council, officer):
    case = cases.log(council, parties=[], anonymous=True)
    send(officer, case, "change-people", anonymous=None, person_0_name="Jo Example")
    assert not afresh(case).anonymous
    assert case.parties.get().name == "Jo Example"


def test_a_representative_needs_consent(council, officer):
    case = cases.log(council)
    response = send(officer, case, "change-people", person_0_role="representative", person_0_phone="123")
    assert "(SA4)" in response.context["form"].errors["person_0_consent"][0]
    assertContains(response, 'value="123"')


def test_one_more_person_without_losing_a_word(council, officer):
    case = cases.log(council)
    response = send(officer, case, "change-people", person_0_name="Jo Changed", change="person")
    assert len(response.context["form"].people) == 2
    assertContains(response, "Jo Changed")
    assert case.parties.get().name == "Jo Example"


# --- links ----------------------------------------------------------------------------------------------


def test_a_link_is_told_by_both_cases(council, officer, client_for):
    case, other = cases.log(council), cases.log(council, summary="The taxi")
    send(officer, case, "link", other=other.reference, why="The same child")
    assert told(case) == f"Olu Officer linked it to {other}: The same child"
    assert told(other) == f"Olu Officer linked it to {case}: The same child"
    assert afresh(other).revision == history(other.stream).last().sequence
    assertContains(client_for(council.senior).get(f"/cases/{other.reference}/"), "The same child")


def test_a_link_names_no_case_to_who_may_not_see_it(council, officer, client_for):
    hidden, other = cases.log(council, restricted=True), cases.log(council, summary="The taxi")
    send(officer, hidden, "link", other=other.reference, why="The same child")
    shown = client_for(council.senior).get(f"/cases/{other.reference}/")
    assertContains(shown, "Olu Officer recorded that it has to do with another case, which you may not see.")
    assertNotContains(shown, hidden.reference)
    assertNotContains(shown, "The same child")


# --- who may see it -------------------------------------------------------------------------------------


def test_a_case_is_restricted_to_the_people_named(council, officer, client_for):
    case = cases.accepted(council)
    form = officer.get(page(case, "restrict")).context["form"]
    assert form.initial["readers"] == [str(council.responder.pk)]  # who works on it, besides oneself
    shown = dict(form.fields["readers"].choices)
    assert shown[str(council.manager.pk)] == "Mo Manager, Customer Relations Manager, the whole council"
    assert str(council.administrator.pk) not in shown
    assert str(council.officer.pk) not in shown
    send(
        officer,
        case,
        "restrict",
        restricted="on",
        readers=[council.manager.pk, council.responder.pk],
        reason="About a member of staff",
    )
    assert {row.user for row in case.readers.all()} == {council.officer, council.manager, council.responder}
    for person, answer in [
        (council.responder, 200),
        (council.manager, 200),
        (council.senior, 404),
        (council.service_manager, 404),
        (council.auditor, 404),
    ]:
        assert client_for(person).get(f"/cases/{case.reference}/").status_code == answer
    assert told(case) == (
        "Olu Officer restricted it to Mo Manager, Olu Officer, Rae Responder. About a member of staff"
    )


def test_a_restriction_is_lifted(council, officer, client_for):
    case = cases.log(council, restricted=True, readers=[council.manager])
    send(officer, case, "restrict", restricted=None, reason="It was not about staff")
    assert not afresh(case).restricted
    assert not case.readers.exists()
    assert client_for(council.senior).get(f"/cases/{case.reference}/").status_code == 200


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"restricted": "on", "reason": ""}, "reason", "Say why"),
        ({"restricted": None, "reason": "Why not"}, "restricted", "It is not restricted"),
        ({"restricted": "on", "reason": "Staff", "readers": ["0"]}, "readers", "no longer on it"),
    ],
)
def test_a_restriction_that_cannot_be(council, officer, said, field, words):
    case = cases.log(council)
    response = send(officer, case, "restrict", **said)
    assert words in response.context["form"].errors[field][0]
    assert not afresh(case).restricted


@pytest.mark.parametrize("verb", ["change-details", "change-people", "restrict"])
@pytest.mark.parametrize("who", ["responder", "service_manager", "director", "auditor"])
def test_only_customer_relations_changes_what_a_case_says(council, client_for, verb, who):
    case = cases.accepted(council)
    assert client_for(getattr(council, who)).post(page(case, verb), {}).status_code == 403


@pytest.mark.parametrize("verb", ["change-details", "change-people", "restrict"])
def test_an_outsider_finds_nothing(council, client_for, verb):
    case = cases.log(council)
    assert client_for(council.outsider).get(page(case, verb)).status_code == 404


# --- by what people are known again ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("01483 555123", "1483555123"),
        ("+44 (0)1483 555-123", "1483555123"),
        ("01483 555123 ext 42", "1483555123"),
        ("01483 555123 x42", "1483555123"),
        ("555123", ""),
        ("no telephone", ""),
    ],
)
def test_a_telephone_number_is_known_however_it_is_written(typed, key):
    assert phone_key(typed) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Dr. Zoë O'Neil-Hart", "zoe oneil hart"),
        ("mrs zoe oneil hart", "zoe oneil hart"),
        ("Cllr. Sam Example", "sam example"),
        ("张伟", "张伟"),
    ],
)
def test_a_name_is_known_however_it_is_written(typed, key):
    assert name_key(typed) == key


def test_keys_are_no_longer_than_their_columns():
    assert len(email_key("İ" * 254)) == 254
    assert len(postcode_key("ß" * 12)) == 12
    assert len(name_key("x" * 300)) == 200
