"""Changing the details and the people of a case, and who may see it, through the browser's door."""

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from audit.service import history
from complaints.actions import details, sending
from complaints.actions.parties import PartyDraft, email_key, name_key, phone_key, postcode_key
from complaints.models import Case, Entry
from tests.complaints import cases
from tests.complaints.cases import NOW, entry, open_stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    """Every page is opened on the morning of NOW, a Friday at ten."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


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
        "Olu Officer changed the summary, the outcome wanted, the safeguarding flag, categories."
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


# --- people ---------------------------------------------------------------------------------------------


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
    assert told(case) == "Olu Officer changed the people."
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
