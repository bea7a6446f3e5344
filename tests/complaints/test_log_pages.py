"""Logging a contact, through the browser's door."""

import re
import uuid
from copy import copy
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import name_cover
from accounts.roles import Role
from audit.service import history
from complaints.actions import details, intake, parties, triage
from complaints.actions.parties import PartyDraft
from complaints.models import Case, CaseUnit, Entry, Party
from complaints.permissions import visible_cases
from complaints.queries import duplicates
from slas.core.calendar import LONDON
from tests.complaints import cases
from tests.complaints.cases import NOW, RECEIVED, Council, deadline, entry, open_stage
from tests.factories import make_grant, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PAGE = "/cases/log/"
SHOWN_FIRST = "Is it new?"


@pytest.fixture
def officer(council, client_for):
    return client_for(council.officer)


def heard(council: Council, **more):
    """What an officer typed of a mother who rang, as the page sends it."""
    said = {
        "once": str(uuid.uuid4()),
        "channel": str(entry("channel", "telephone").pk),
        "received_on": "20/11/2026",
        "received_time": "",
        "person_rows": "2",
        "person_0_role": "complainant",
        "person_0_name": "Jo Example",
        "person_0_phone": "01483 555 123",
        "person_1_role": "young-person",
        "summary": "Taxi did not come",
        "detail": "It did not come on Monday.\r\nNobody rang.",
        "point_rows": 2,
        "point_new_0": "The taxi did not come",
        "point_new_1": "Nobody answered the telephone",
        "wanted": "A taxi that comes",
        "unit": str(council.send_north.pk),
    }
    return said | more


def only_case() -> Case:
    return Case.objects.get()


def errors(response) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


# --- who may --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "senior", "manager"])
def test_customer_relations_logs_contacts(council, client_for, who):
    client = client_for(getattr(council, who))
    assertContains(client.get(PAGE), "Log a contact")
    client.post(PAGE, heard(council))
    assert only_case().logged_by == getattr(council, who)


@pytest.mark.parametrize(
    "who", ["responder", "service_manager", "director", "auditor", "administrator", "outsider"]
)
def test_nobody_else_does(council, client_for, who):
    client = client_for(getattr(council, who))
    assert client.get(PAGE).status_code == 403
    assertContains(
        client.post(PAGE, heard(council)), "Contacts are logged by Customer Relations", status_code=403
    )
    assert not Case.objects.exists()


def test_a_deputy_logs_for_the_officer_who_is_away(council, client_for):
    today = NOW.date()
    name_cover(
        absent=council.officer,
        deputy=council.responder,
        first=today,
        last=today,
        reason="",
        by=council.officer,
        now=NOW,
    )
    client_for(council.responder).post(PAGE, heard(council))
    case = only_case()
    assert (case.logged_by, case.officer) == (council.responder, council.officer)
    logged = history(case.stream).get().text
    assert logged.sentence.startswith("Rae Responder, for Olu Officer, logged it")
    assert logged.on_behalf_of_name == "Olu Officer"


def test_not_for_a_unit_where_one_does_not_work(council, client_for):
    elsewhere = make_unit("Adults", code="ADULTS")
    client = client_for(council.officer)
    assertNotContains(client.get(PAGE), "Adults")
    response = client.post(PAGE, heard(council, unit=elsewhere.pk))
    assert errors(response) == {
        "unit": ["Choose a service or team from the list: you log contacts for these"]
    }
    assert not Case.objects.exists()


def test_units_are_a_tree_and_ones_own_is_chosen(council, officer):
    form = officer.get(PAGE).context["form"]
    shown = [label for _, label in form.fields["unit"].choices]
    assert shown == [
        "Choose",
        "Children",
        "\u2003Education",
        "\u2003\u2003SEND North",
        "\u2003\u2003SEND South",
        "\u2003Safeguarding",
    ]
    assert form.initial["unit"] == str(council.children.pk)


def test_no_unit_is_chosen_for_who_works_for_the_whole_council(council, client_for):
    assert client_for(council.manager).get(PAGE).context["form"].initial["unit"] == ""


# --- what becomes of it ---------------------------------------------------------------------------------


def test_a_contact_becomes_a_case(council, officer):
    response = officer.post(PAGE, heard(council, category=[entry("category", "delay").pk]), follow=True)
    case = only_case()
    assertRedirects(response, f"/cases/{case.reference}/")
    assertContains(response, f"Logged as {case.reference}")
    assertContains(response, "twenty-six, oh oh oh oh one,")
    assert (case.kind, case.summary, case.unit) == ("contact", "Taxi did not come", council.send_north)
    assert case.detail == "It did not come on Monday.\nNobody rang."
    assert [point.text for point in case.points.all()] == [
        "The taxi did not come",
        "Nobody answered the telephone",
    ]
    assert [(p.role, p.name) for p in case.parties.all()] == [("complainant", "Jo Example")]
    assert [tag.code for tag in case.tags.all()] == ["delay"]
    assert deadline(case, "triage").due_on == date(2026, 11, 24)


def test_received_and_logged_are_kept_apart(council, officer):
    officer.post(PAGE, heard(council, received_on="Wed 18 November 2026", received_time="4:30pm"))
    case = only_case()
    assert case.received_at == datetime(2026, 11, 18, 16, 30, tzinfo=LONDON)
    assert case.received_on == RECEIVED
    assert case.logged_at == NOW
    assert deadline(case, "triage").due_on == date(2026, 11, 20)


def test_a_contact_of_a_mp_begins_as_their_enquiry(council, officer):
    mp = {
        "person_0_role": "mp",
        "person_0_name": "Alex Sample MP",
        "person_0_office": "Constituency office, Guildford",
    }
    officer.post(PAGE, heard(council, **mp))
    case = only_case()
    assert open_stage(case).type.procedure.code == "mp-enquiry"
    assert case.kind == "enquiry"
    assert case.parties.get().office == "Constituency office, Guildford"


def test_a_contact_without_a_name_is_a_comment(council, officer):
    assertContains(officer.get(PAGE), "It is then logged as: Comment. There is nobody to answer (H7).")
    officer.post(PAGE, heard(council, anonymous="on", person_0_name="", person_0_phone=""))
    case = only_case()
    assert (case.anonymous, case.kind) == (True, "comment")
    assert not case.parties.exists()
    assert open_stage(case).state == "to-pass-on"


def test_several_people_with_consent_and_adjustments(council, officer):
    officer.post(
        PAGE,
        heard(
            council,
            person_rows=3,
            person_0_role="advocate",
            person_0_consent="given",
            person_0_consent_on="19/11/2026",
            person_1_name="Sam Example",
            person_1_adjustments="Large print",
            person_2_role="representative",
            person_2_name="Kit Example",
            person_2_consent="waiting",
        ),
    )
    advocate, young_person, representative = only_case().parties.all()
    assert (advocate.consent, advocate.consent_on) == ("given", date(2026, 11, 19))
    assert (young_person.role, young_person.adjustments) == ("young-person", "Large print")
    assert representative.consent == "waiting"


def test_flags_and_who_may_see_it(council, officer, client_for):
    officer.post(
        PAGE,
        heard(
            council,
            safeguarding="on",
            risk="on",
            risk_note="A reporter rang",
            restricted="on",
            readers=[council.manager.pk],
        ),
    )
    case = only_case()
    assert (case.safeguarding, case.risk, case.risk_note, case.sensitive) == (
        True,
        True,
        "A reporter rang",
        False,
    )
    assert {row.user for row in case.readers.all()} == {council.officer, council.manager}
    assert client_for(council.manager).get(f"/cases/{case.reference}/").status_code == 200
    assert client_for(council.senior).get(f"/cases/{case.reference}/").status_code == 404


def test_pressing_twice_makes_one_case(council, officer):
    said = heard(council)
    first, second = officer.post(PAGE, said), officer.post(PAGE, said)
    assert first.url == second.url == f"/cases/{only_case().reference}/"


def test_a_form_gone_back_to_and_written_over_is_not_swallowed(council, officer):
    said = heard(council)
    officer.post(PAGE, said)
    case = only_case()
    said |= {"summary": "Bus pass is missing", "person_0_name": "Al Other", "person_0_phone": ""}
    response = officer.post(PAGE, said)
    assertContains(response, f"This form was logged already, as {case.reference}")
    assertContains(response, 'value="Bus pass is missing"')
    again = response.context["form"].data["once"]
    officer.post(PAGE, said | {"once": again})
    assert sorted(Case.objects.values_list("summary", flat=True)) == [
        "Bus pass is missing",
        "Taxi did not come",
    ]


def test_a_form_that_lost_its_number_is_logged_all_the_same(council, officer):
    officer.post(PAGE, heard(council, once="not-a-number"))
    assert only_case().summary == "Taxi did not come"


# --- what is wrong is said in words, and nothing is lost ------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"channel": ""}, "channel", "Choose how it came in"),
        ({"received_on": ""}, "received_on", "Enter the day it came in, like 12/5/2026"),
        ({"received_on": "soon"}, "received_on", "Day it came in: soon is not a date"),
        ({"received_on": "21/11/2026"}, "received_on", "It cannot have been received after now."),
        ({"received_time": "10:01"}, "received_on", "It cannot have been received after now."),
        ({"received_time": "half past"}, "received_time", "is not a time; write it like 9:30am"),
        ({"received_on": "1/1/1066"}, "received_on", "dates are kept from 1990 to 2089"),
        (
            {"person_0_name": "", "person_0_phone": "", "person_1_name": ""},
            "person_0_name",
            "or say that they gave none",
        ),
        ({"person_0_name": ""}, "person_0_name", "Enter their name, or take out what else you wrote"),
        ({"person_1_name": "Sam", "person_1_role": ""}, "person_1_role", "Choose who they are"),
        ({"person_0_email": "jo at home"}, "person_0_email", "Enter an e-mail address in the right format"),
        ({"person_0_role": "advocate"}, "person_0_consent", "has given consent (SA4)"),
        ({"person_0_consent_on": "21/11/2026"}, "person_0_consent_on", "is still to come"),
        ({"anonymous": "on"}, "anonymous", "Take one of the two out"),
        ({"summary": "  "}, "summary", "Say in a few words what it is about"),
        ({"summary": "x" * 201}, "summary", "must be 200 characters or fewer"),
        ({"detail": "x" * 20_001}, "detail", "20,000 characters or fewer"),
        ({"point_new_0": "x" * 20_001}, "point_new_0", "Point 1: 20,000 characters or fewer"),
        ({"unit": ""}, "unit", "Choose the service or team it is about"),
        ({"risk": "on"}, "risk_note", "senior leadership will read it (S14)"),
        ({"risk_note": "A reporter rang"}, "risk", "Tick that there is one"),
        ({"category": ["no-such"]}, "category", "one of these is no longer on it"),
    ],
)
def test_what_is_wrong_is_said_and_all_typed_is_kept(council, officer, wrong, field, words):
    said = heard(council, person_1_name="Sam Example") | wrong
    response = officer.post(PAGE, said)
    assert response.status_code == 200
    found = errors(response)
    assert list(found) == [field]
    assert words in found[field][0]
    assert not Case.objects.exists()
    form = response.context["form"]
    kept = {name: form[name].value() for name in form.fields if name in said}
    assert kept == {name: value == "on" or value for name, value in said.items() if name in kept}
    assertContains(response, "There is a problem")


def test_choosing_who_may_see_it_without_restricting_is_not_passed_over(council, officer):
    response = officer.post(PAGE, heard(council, readers=[council.manager.pk]))
    assert "Tick that it is restricted" in errors(response)["restricted"][0]


def test_everything_wrong_is_said_at_once(council, officer):
    response = officer.post(PAGE, {"person_rows": 2, "point_rows": 2})
    assert set(errors(response)) == {"channel", "received_on", "person_0_name", "summary", "unit"}


def test_odd_names_are_names(council, officer):
    name = "Zoë 🦊 " + "Featherstonehaugh" * 10
    officer.post(PAGE, heard(council, person_0_name=name))
    assert only_case().parties.get().name == name


@pytest.mark.parametrize("rows", ["", "0", "-1", "9999", "١٢", "1e3", "99999999999999999999"])
def test_a_count_of_rows_that_makes_no_sense_is_survived(council, officer, rows):
    response = officer.post(PAGE, heard(council, person_rows=rows, point_rows=rows, summary=""))
    assert response.status_code == 200
    assert 1 <= len(response.context["form"].people) <= 12
    assert 1 <= len(response.context["form"].new_points) <= 40


def test_one_more_person_and_one_more_point_without_losing_a_word(council, officer):
    said = heard(council, person_1_name="Sam Example", summary="")
    response = officer.post(PAGE, said | {"change": "person"})
    form = response.context["form"]
    assert len(form.people) == 3
    assert not form.errors
    assertNotContains(response, "There is a problem")
    assertContains(response, 'value="Sam Example"')
    response = officer.post(PAGE, said | {"change": "point"})
    assert len(response.context["form"].new_points) == 3
    assertContains(response, "Nobody answered the telephone")
    assert not Case.objects.exists()


def test_rows_end_somewhere(council, officer):
    response = officer.post(PAGE, heard(council, person_rows=12, change="person"))
    assert len(response.context["form"].people) == 12
    assertContains(response, "There is no room for another person here")


# --- what it may be one with ----------------------------------------------------------------------------


def written(council, **contact) -> Case:
    """A case of somebody who wrote before."""
    said = {
        "parties": [
            PartyDraft(
                "complainant",
                "Dr Jo Example",
                email="Jo@Example.org",
                phone="+44 1483 555123",
                postcode="gu1 1aa",
            )
        ]
    }
    return cases.log(council, **said | contact)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"person_0_phone": "(01483) 555-123"}, "Same telephone number"),
        ({"person_0_phone": "", "person_0_email": "JO@example.org "}, "Same e-mail address"),
        ({"person_0_phone": "", "person_0_postcode": "GU11AA"}, "Same name and postcode"),
    ],
)
def test_the_same_persons_other_cases_are_shown_first(council, officer, typed, why):
    before = written(council)
    response = officer.post(PAGE, heard(council, **typed))
    assertContains(response, SHOWN_FIRST)
    assertContains(response, before.reference)
    assertContains(response, "Education plan is late")
    assertContains(response, "Wednesday 18 November 2026")
    assertContains(response, why)
    assert Case.objects.count() == 1


def test_the_same_words_within_thirty_days_are_shown(council, officer):
    near = written(council, summary="The taxi did NOT come!", parties=[PartyDraft("complainant", "Al Other")])
    written(
        council,
        summary="Taxi did not come",
        received=date(2026, 10, 20),
        parties=[PartyDraft("complainant", "Al Other")],
    )
    found = officer.post(PAGE, heard(council)).context["found"]
    assert [(one.case, one.why) for one in found] == [(near, ("Same words in the summary",))]


@pytest.mark.parametrize(
    ("before", "now"),
    [("O\u2019Brien\u2019s café bin", "CAFÉ bin: o'brien's"), ("Bus_pass lost", "Lost bus_pass")],
)
def test_how_the_words_are_written_makes_no_difference(council, officer, before, now):
    near = written(council, summary=before, parties=[PartyDraft("complainant", "Al Other")])
    found = officer.post(PAGE, heard(council, summary=now)).context["found"]
    assert [one.case for one in found] == [near]


def test_a_summary_without_a_letter_is_like_no_other(council, officer):
    written(council, summary="__ --", parties=[PartyDraft("complainant", "Al Other")])
    assert officer.post(PAGE, heard(council, summary="__ --")).status_code == 302
    assert Case.objects.count() == 2


def test_open_ones_come_first_and_a_mistake_is_left_out(council, officer):
    closed = written(council, received=date(2026, 11, 17))
    triage.triage(case=closed, by=council.officer, now=NOW, exclusion=entry("exclusion", "over-12-months"))
    open_ = written(council, received=date(2026, 11, 2))
    mistake = written(council)
    triage.log_in_error(case=mistake, by=council.officer, now=NOW, reason="Twice")
    found = officer.post(PAGE, heard(council)).context["found"]
    assert [one.case for one in found] == [open_, closed]


def test_after_looking_it_is_logged_as_typed(council, officer):
    written(council)
    said = heard(council, detail="One.\r\n\r\nTwo.", person_1_name="Sam Example")
    shown = officer.post(PAGE, said)
    sent_again: dict[str, list[str]] = {}
    for name, value in shown.context["typed"]:
        sent_again.setdefault(name, []).append(value)
    officer.post(PAGE, sent_again | {"confirm": "yes"})
    case = Case.objects.latest("pk")
    assert case.detail == "One.\n\nTwo."
    assert [p.name for p in case.parties.all()] == ["Jo Example", "Sam Example"]
    assert str(case.once) == said["once"]


def test_going_back_from_looking_loses_nothing(council, officer):
    written(council)
    response = officer.post(PAGE, heard(council, change="yes"))
    assertContains(response, "Log a contact")
    assertContains(response, 'value="Taxi did not come"')
    assertNotContains(response, "There is a problem")
    assert Case.objects.count() == 1


def test_a_restricted_case_is_neither_shown_nor_counted(council, officer, client_for):
    hidden = written(council)
    details.restrict(case=hidden, by=council.manager, now=NOW, restricted=True, reason="Staff")
    officer.post(PAGE, heard(council))
    assert Case.objects.count() == 2  # logged straight away, as if there were no other
    seen_by_manager = client_for(council.manager).post(PAGE, heard(council)).context["found"]
    assert hidden in [one.case for one in seen_by_manager]


def test_a_case_of_another_directorate_is_not_shown(council, officer):
    adults = make_unit("Adults", code="ADULTS")
    elsewhere = make_user("Other Officer")
    make_grant(elsewhere, Role.CR_OFFICER, adults)
    said = intake.Contact(
        received=RECEIVED,
        summary="Care plan",
        unit=adults,
        parties=[PartyDraft("complainant", "Jo Example", phone="01483 555123")],
    )
    intake.log_contact(said, by=elsewhere, now=NOW)
    officer.post(PAGE, heard(council))
    assert Case.objects.count() == 2


def test_a_mp_who_writes_for_many_is_not_the_same_person(council, officer):
    mp = {"person_0_role": "mp", "person_0_name": "Alex Sample MP", "person_0_phone": "020 7219 0000"}
    for summary in ("Housing", "Roads"):
        officer.post(PAGE, heard(council, summary=summary, **mp))
    assert Case.objects.count() == 2


def test_looking_takes_as_many_queries_for_thirty_cases_as_for_three(council, officer):
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            officer.post(PAGE, heard(council))
        return len(made)

    for _ in range(3):
        written(council)
    few = queries()
    for _ in range(27):
        written(council)
    assert queries() == few


def many_strangers(case: Case) -> None:
    """Write 2,000 cases of people who have nothing in common: with one case a planner is right to read it all."""
    strangers = [
        PartyDraft(
            "other",
            f"Stranger {n}",
            email=f"s{n}@example.org",
            phone=f"01483 {n:06}",
            postcode=f"GU{n % 99} 1AA",
        )
        for n in range(2000)
    ]
    rows = [copy(case) for _ in strangers]
    for n, row in enumerate(rows):
        row.pk, row.once, row.reference = None, None, f"25-{n}"
    rows = Case.objects.bulk_create(rows)
    CaseUnit.objects.bulk_create(CaseUnit(case=row, unit=row.unit) for row in rows)
    Party.objects.bulk_create(
        Party(case=row, position=1, role=one.role, name=one.name, **parties.matches(one))
        for row, one in zip(rows, strangers, strict=True)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE complaints_party, complaints_case, complaints_caseunit")


def test_the_search_for_the_same_person_goes_by_its_indexes(council):
    written(council)
    draft = PartyDraft(
        "complainant", "Jo Example", email="jo@example.org", phone="01483 555123", postcode="GU1 1AA"
    )
    parts = duplicates.people_query(visible_cases(council.officer, now=NOW), [parties.matches(draft)])
    many_strangers(Case.objects.get())
    plans = [part.explain() for part in parts]
    for plan, index in zip(plans, ("party_email", "party_phone", "party_name"), strict=True):
        assert re.search(rf"\b{index}\b", plan), plan
        assert not re.search(r"SCAN \w+$|Seq Scan on complaints_(case|party) ", plan, re.MULTILINE), plan


def test_an_entry_taken_off_the_list_is_not_offered(council, officer):
    Entry.objects.own().filter(list="channel", code="letter").update(retired_on=NOW.date())
    shown = [str(label) for _, label in officer.get(PAGE).context["form"].fields["channel"].choices]
    assert "Letter, first class" not in shown


def test_the_page_takes_as_many_queries_for_thirty_people_as_for_three(council, officer):
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            officer.get(PAGE)
        return len(made)

    few = queries()
    for _ in range(27):
        make_grant(make_user(), Role.RESPONDER, make_unit(parent=council.education))
    assert queries() == few


def test_long_ago_is_not_refused(council, officer):
    officer.post(PAGE, heard(council, received_on=f"{NOW.date() - timedelta(days=900):%d/%m/%Y}"))
    assert deadline(only_case(), "triage").due_on == date(2024, 6, 5)
