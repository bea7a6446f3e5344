"""Somebody of another service learns nothing of a case: not its page, its dates, its papers, nor that it is there."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actions import name_cover
from accounts.models import User
from complaints.actions import documents
from complaints.actions.documents import Upload
from complaints.models import Case, Document, Letter
from complaints.workflow import Verb
from tests.complaints import cases
from tests.complaints.cases import Council
from tests.factories import make_user


def answered(council: Council, **contact) -> Case:
    """A case with a draft, a letter and a document."""
    now = timezone.now()
    received = timezone.localdate(now) - timedelta(days=2)
    case = cases.sent(council, now=now, received=received, summary="Plan late", **contact)
    upload = Upload("plan.docx", "application/msword", 5, "0" * 64, uuid.uuid4().hex)
    documents.add_document(case=case, by=council.officer, now=now, upload=upload)
    return case


def doors(case: Case) -> list[str]:
    """Every address that belongs to a case."""
    here = f"/cases/{case.reference}/"
    letter, document = Letter.objects.get(case=case), Document.objects.get(case=case)
    papers = ["dates/", "drafts/2/1/", f"letters/{letter.pk}/", f"documents/{document.pk}/"]
    return [here, *(here + part for part in papers), *(f"{here}{verb}/" for verb in Verb)]


def opens(person: User, address: str, method: str = "get") -> int:
    client = Client()
    client.force_login(person)
    return getattr(client, method)(address).status_code


def test_every_door_of_a_case_is_shut(page, council, sign_in, axe):
    case = answered(council)
    sign_in(page, council.outsider)
    for address in doors(case)[:5]:
        assert page.goto(address).status == 404, address
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert case.summary not in page.content()
    axe(page)
    for address in doors(case):
        assert opens(council.outsider, address) == 404, address
        assert opens(council.outsider, address, "post") in (404, 405), address
    page.goto("/cases/")
    expect(page.get_by_role("main")).to_contain_text("There is no open work that you may see.")
    page.get_by_role("searchbox").fill(case.reference)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("main")).to_contain_text("No case you may see has")


def test_a_case_one_may_not_see_looks_like_none_at_all(council):
    """The answer is the same as for a reference that was never given out."""
    case = answered(council)
    client = Client()
    client.force_login(council.outsider)
    there, nowhere = (client.get(f"/cases/{reference}/") for reference in (case.reference, "26-99999-3"))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    said = [
        answer.content.decode().partition("<main")[2].partition("<script")[0] for answer in (there, nowhere)
    ]
    assert said[0] == said[1] != ""


@pytest.mark.parametrize(
    "part",
    ["senior", "manager", "service_manager", "director", "auditor", "administrator", "outsider", "deputy"],
)
def test_a_restricted_case_is_there_only_for_those_on_its_list(council, part):
    """Not for the Customer Relations Manager either, and never through cover."""
    case = answered(council, restricted=True, readers=[council.responder])
    deputy, now = make_user("Dee Deputy"), timezone.now()
    for absent in (council.officer, council.responder, council.manager):
        name_cover(
            absent=absent,
            deputy=deputy,
            first=timezone.localdate(now),
            last=timezone.localdate(now),
            reason="",
            by=absent,
            now=now,
        )
    person = deputy if part == "deputy" else getattr(council, part)
    for address in doors(case):
        assert opens(person, address) == 404, address
        assert opens(person, address, "post") in (404, 405), address
    for reader in (council.officer, council.responder):
        assert opens(reader, f"/cases/{case.reference}/") == 200


@pytest.mark.parametrize("part", ["manager", "auditor", "deputy"])
def test_no_list_or_count_tells_of_a_restricted_case(council, part):
    case = answered(council, restricted=True, readers=[council.responder])
    deputy = make_user("Dee Deputy")
    today = timezone.localdate()
    name_cover(
        absent=council.officer,
        deputy=deputy,
        first=today,
        last=today,
        reason="",
        by=council.officer,
        now=timezone.now(),
    )
    client = Client()
    client.force_login(deputy if part == "deputy" else getattr(council, part))
    for address in ("/", "/cases/", "/cases/?search=plan", f"/reassign/?absent={council.responder.pk}"):
        assert case.reference not in client.get(address).content.decode(), address
