"""An auditor reads the cases of their unit, with what happened and the papers; and can change nothing."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.roles import Role
from audit.service import history
from complaints.actions import details, documents
from complaints.actions.documents import Upload
from complaints.models import Case, Document
from complaints.papers import store
from complaints.workflow import Verb
from slas.core.wording import long_date
from tests.complaints import cases
from tests.complaints.cases import Council, deadline
from tests.factories import make_grant, make_user
from tests.journeys.council import comes_in, days_ago, happened

SECRET = "Their advocate rang us in confidence"


@pytest.fixture
def auditor(council: Council) -> User:
    """Reads what Education and its teams have."""
    person = make_user("Una Auditor")
    make_grant(person, Role.AUDITOR, council.education)
    return person


def paper(case: Case, by: User, name: str, *, team_only: bool = False) -> Document:
    content = b"What we sent."
    key = store.keep(settings.DOCUMENTS_DIR, content)
    upload = Upload(name, "text/plain", len(content), "0" * 64, key)
    documents.add_document(case=case, by=by, now=timezone.now(), upload=upload, team_only=team_only)
    return Document.objects.get(case=case, name=name)


@pytest.fixture
def case(council: Council) -> Case:
    """Answered, not closed yet, with a document and, for Customer Relations only, another and a note."""
    case = cases.sent(council, now=days_ago(2), received=days_ago(5).date(), summary="Plan late")
    details.note(case=case, by=council.officer, now=timezone.now(), text=SECRET, team_only=True)
    details.note(case=case, by=council.officer, now=timezone.now(), text="The school was told.")
    paper(case, council.officer, "plan.txt")
    paper(case, council.officer, "advocate.txt", team_only=True)
    return case


def test_they_read_the_cases_of_their_unit(page, council, auditor, case, reads_well):
    elsewhere = cases.log(council, now=days_ago(2), received=days_ago(5).date(), unit=council.safeguarding)
    comes_in(page, auditor)
    expect(page.get_by_text("read reports and, where it is granted for them, cases")).to_be_visible()
    expect(page.get_by_role("heading", name="Your turn")).to_have_count(0)
    reads_well(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Cases").click()
    expect(page.get_by_role("main")).to_contain_text("1 open stage, due first")
    expect(page.get_by_role("main")).not_to_contain_text(elsewhere.reference)
    expect(page.get_by_role("button", name="Log a contact")).to_have_count(0)
    page.get_by_role("link", name=case.reference).click()

    expect(page.get_by_role("heading", name="Waiting for Olu Officer")).to_be_visible()
    due = long_date(deadline(case).due_on)
    expect(page.get_by_role("row").filter(has_text="Send the response")).to_contain_text(due)
    happened(page, "Olu Officer allocated it to Rae Responder, SEND North.")
    happened(page, "Rae Responder accepted it for SEND North.")
    happened(page, "The school was told.")
    reads_well(page)
    page.get_by_role("link", name="Why this date? Send the response").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why these dates?")
    page.go_back()
    page.get_by_role("link", name="Version 1").click()
    expect(page.get_by_text("We are sorry.")).to_be_visible()
    page.go_back()
    page.get_by_role("region", name="What went out").get_by_role("link").last.click()
    expect(page.get_by_text("Sent on")).to_be_visible()
    page.go_back()
    with page.expect_download() as download:
        page.get_by_role("link", name="plan.txt").click()
    assert download.value.path().read_bytes() == b"What we sent."


def test_nothing_is_offered_to_them_and_nothing_of_the_team_alone_shown(page, auditor, case, sign_in):
    sign_in(page, auditor)
    page.goto(f"/cases/{case.reference}/?timeline=all")
    main = page.get_by_role("main")
    expect(main).to_contain_text("The school was told.")
    expect(main).not_to_contain_text(SECRET)
    expect(main).not_to_contain_text("advocate.txt")
    expect(main).not_to_contain_text("Customer Relations only")
    expect(page.get_by_role("navigation", name="What you can do")).to_have_count(0)
    expect(main.get_by_role("button")).to_have_count(0)
    expect(main.get_by_role("link", name="Words to chase with")).to_have_count(0)
    secret = Document.objects.get(name="advocate.txt")
    assert page.goto(f"/cases/{case.reference}/documents/{secret.pk}/").status == 404
    for address in ("/cases/log/", "/reassign/", "/imports/", f"/cases/{case.reference}/close/"):
        assert page.goto(address).status == 403, address
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_every_address_of_an_action_refuses_them(auditor, case):
    """Whether the case could have it done now (403) or not (back to the case, told why)."""
    client, before = Client(), (history(case.stream).count(), Case.objects.get(pk=case.pk).revision)
    client.force_login(auditor)
    here, refused = f"/cases/{case.reference}/", set()
    for verb in Verb:
        for method in (client.get, client.post):
            answer = method(f"{here}{verb}/")
            if answer.status_code == 302:
                assert answer.url == here, verb
                said = client.get(here).content.decode()
                assert f"{verb.label}&#x27; is not possible as the case stands now" in said, verb
            else:
                assert answer.status_code == 403, verb
                refused.add(verb)
    assert {Verb.CLOSE, Verb.NOTE, Verb.ADD_DOCUMENT, Verb.CORRECT_DATE, Verb.WITHDRAW} <= refused
    assert (history(case.stream).count(), Case.objects.get(pk=case.pk).revision) == before
