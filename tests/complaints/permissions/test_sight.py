"""Who sees which case, on every page, list and count; and that nothing of a hidden one shows anywhere else."""

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.actions import Refused, name_cover
from accounts.models import User
from accounts.roles import Role
from complaints import permissions
from complaints.actions import allocation, details, documents, intake, readers
from complaints.actions.documents import Upload
from complaints.actions.parties import PartyDraft
from complaints.models import Case, Document
from complaints.papers import store
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, entry, open_stage
from tests.complaints.permissions.world import holder
from tests.factories import make_grant, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TEAM_WORDS = "They rang in tears, said for the team only"
TEAM_FILE = "safeguarding-minutes.pdf"
HIDDEN_SUMMARY = "Whistle blown about a manager"
HIDDEN_WHY = "Same family as the whistle"


@pytest.fixture(autouse=True)
def _refusals_are_not_logged() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@dataclass
class Scene:
    """A case with everything on it; a restricted one of the same family, linked with it; and who looks at them."""

    council: Council
    case: Case
    hidden: Case
    paper: Document
    team_paper: Document
    people: dict[str, User]


def upload(name: str) -> Upload:
    content = b"%PDF-1.4 minutes"
    key = store.keep(settings.DOCUMENTS_DIR, content)
    return Upload(name, "application/pdf", len(content), "0" * 64, key)


@pytest.fixture
def scene(council: Council) -> Scene:
    officer = council.officer
    family = [PartyDraft("complainant", "Jo Example", email="jo@example.org", phone="01483 555 123")]
    case = cases.sent(council, parties=family)
    hidden = cases.log(
        council, parties=family, summary=HIDDEN_SUMMARY, restricted=True, readers=[council.senior]
    )
    common: dict[str, Any] = {"case": case, "by": officer, "now": NOW}
    details.note(**common, text="They rang to ask.")
    details.note(**common, text=TEAM_WORDS, team_only=True)
    paper = documents.add_document(**common, upload=upload("plan.pdf"))
    team_paper = documents.add_document(**common, upload=upload(TEAM_FILE), team_only=True)
    details.link(**common, other=hidden, why=HIDDEN_WHY)
    allocation.ask_contribution(
        **common, unit=council.safeguarding, question="What did you see?", due_on=NOW.date() + timedelta(5)
    )
    return Scene(council, Case.objects.get(pk=case.pk), hidden, paper, team_paper, _people(council))


def _people(council: Council) -> dict[str, User]:
    """One of each that may stand somewhere in relation to a case with SEND North."""
    north, south, safeguarding = council.send_north, council.send_south, council.safeguarding
    desk = make_unit("Desk 1", parent=north)
    elsewhere = make_unit("Highways", code="HIGHWAYS")
    found = {f"{role.label} there": holder(role, north) for role in Role}
    found |= {
        "the officer": council.officer,
        "the senior officer": council.senior,
        "the manager, everywhere": council.manager,
        "the service manager above": council.service_manager,
        "an auditor everywhere": council.auditor,
        "an auditor of another service": holder(Role.AUDITOR, elsewhere),
        "a responder of a team below": holder(Role.RESPONDER, desk),
        "a responder of the next team": holder(Role.RESPONDER, south),
        "a manager of the next team": holder(Role.SERVICE_MANAGER, south),
        "an officer of another directorate": holder(Role.CR_OFFICER, elsewhere),
        "a responder of who contributes": holder(Role.RESPONDER, safeguarding),
        "an officer of who contributes": holder(Role.CR_OFFICER, safeguarding),
        "nobody": make_user("No Role"),
        "a deputy of the officer": _deputy_of(council.officer),
        "a deputy of the responder": _deputy_of(council.responder),
        "a deputy of the administrator": _deputy_of(council.administrator),
        "a deputy of the auditor": _deputy_of(council.auditor),
        "a deputy of somebody who left": _deputy_of_a_leaver(council),
        "somebody who lost the role": _former(council),
    }
    return found


def _deputy_of(absent: User) -> User:
    deputy = make_user(f"Deputy of {absent}")
    name_cover(absent=absent, deputy=deputy, first=NOW.date(), last=NOW.date(), by=None, now=NOW)
    return deputy


def _deputy_of_a_leaver(council: Council) -> User:
    leaver = holder(Role.CR_MANAGER, council.children)
    deputy = _deputy_of(leaver)
    leaver.is_active = False
    leaver.save()
    return deputy


def _former(council: Council) -> User:
    person = make_user("Former Officer")
    make_grant(person, Role.CR_OFFICER, council.children, revoked_at=NOW)
    return person


TEAM = {
    "Customer Relations Officer there",
    "Senior Customer Relations Officer there",
    "Customer Relations Manager there",
    "the officer",
    "the senior officer",
    "the manager, everywhere",
    "a deputy of the officer",
}
OTHERS_WHO_SEE = {
    "Senior Business Administrator there",
    "Responder there",
    "Service manager there",
    "Assistant Director there",
    "Director there",
    "Complaint co-ordinator there",
    "Corporate Complaints Team there",
    "Complaints Manager there",
    "Auditor or leadership reader there",
    "the service manager above",
    "an auditor everywhere",
    "a responder of who contributes",
    "an officer of who contributes",
    "a deputy of the responder",
}
SEE_HIDDEN = {"the officer", "the senior officer"}


def browser(person: User) -> Client:
    client = Client()
    client.force_login(permissions.afresh(person))
    return client


def pages_of(scene: Scene) -> list[str]:
    at = f"/cases/{scene.case.reference}/"
    stage = open_stage(scene.case)
    letter = scene.case.letters.get()
    return [
        at,
        f"{at}?timeline",
        f"{at}dates/",
        f"{at}chase/",
        f"{at}drafts/{stage.number}/1/",
        f"{at}letters/{letter.pk}/",
        f"{at}documents/{scene.paper.pk}/",
    ]


def test_every_page_of_a_case_is_for_exactly_those_who_see_it(scene: Scene) -> None:
    """The list hid what one may not see, the download did not (trap 30)."""
    seeing = set()
    for name, person in scene.people.items():
        client = browser(person)
        answers = {client.get(page).status_code for page in pages_of(scene)}
        assert len(answers) == 1, (name, answers)
        assert answers <= {200, 404}, (name, answers)
        if answers == {200}:
            seeing.add(name)
        else:
            for verb in ("note", "send", "restrict"):
                for answer in (client.get, client.post):
                    assert answer(f"/cases/{scene.case.reference}/{verb}/").status_code == 404, (name, verb)
    assert seeing == TEAM | OTHERS_WHO_SEE


def test_the_list_the_search_and_the_count_have_the_same_cases_as_the_door(scene: Scene) -> None:
    """The badge said 31 and the list had 29 (trap 22)."""
    for name, person in scene.people.items():
        wanted = {scene.case.reference} if name in TEAM | OTHERS_WHO_SEE else set()
        wanted |= {scene.hidden.reference} if name in SEE_HIDDEN else set()
        client = browser(person)
        for words in ("", "?search=example", "?search=jo@example.org", f"?search={scene.hidden.reference}"):
            page = client.get(f"/cases/{words}")
            if page.status_code == 403:
                # The page is for those who read cases in their own right; deputies come by their list of today.
                assert not wanted or name.startswith("a deputy"), name
                continue
            text = page.content.decode()
            listed = set(re.findall(r"[0-9]{2}-[0-9]{5}-[0-9]", re.sub(r'value="[^"]*"|“[^”]*”', "", text)))
            expected = wanted & {scene.hidden.reference} if "-" in words else wanted
            listed -= set() if name in SEE_HIDDEN else {words.partition("=")[2]} if "-" in words else set()
            assert listed == expected, (name, words)
            count = re.search(r"([0-9]+) (?:cases?|open stages?)[ ,]", text)
            assert int(count[1]) if count else not expected, (name, words)
            if count:
                assert int(count[1]) == len(expected), (name, words)


def test_deputies_find_the_list_of_cases_too(scene: Scene) -> None:
    """Who has somebody's turns has their cases to look through."""
    client = browser(scene.people["a deputy of the officer"])
    page = client.get("/cases/")
    assert page.status_code == 200
    assert scene.case.reference in page.content.decode()


def test_what_is_for_the_team_only_is_for_the_team_only(scene: Scene) -> None:
    at = f"/cases/{scene.case.reference}/"
    told = set()
    for name in TEAM | OTHERS_WHO_SEE:
        client = browser(scene.people[name])
        shown = [client.get(page).content.decode() for page in (at, f"{at}?timeline", f"{at}add-document/")]
        text = "".join(shown)
        reads = [TEAM_WORDS in text, TEAM_FILE in text, "note for Customer Relations only" in text]
        download = client.get(f"{at}documents/{scene.team_paper.pk}/").status_code
        assert download == (200 if name in TEAM else 404), name
        assert reads[0] == reads[1] == (name in TEAM), name
        if name in TEAM:
            told.add(name)
    assert told == TEAM


def test_a_stale_form_does_not_tell_what_is_for_the_team_only(scene: Scene) -> None:
    """What somebody is told of what happened meanwhile is what their timeline would tell them."""
    client = browser(scene.people["Responder there"])
    old = scene.case.revision - 4
    answer = client.post(f"/cases/{scene.case.reference}/note/", {"text": "A note", "seen": old})
    text = answer.content.decode()
    assert "Somebody changed this case" in text
    assert TEAM_FILE not in text and TEAM_WORDS not in text


def test_a_hidden_case_shows_nowhere(scene: Scene) -> None:
    """Not in the timeline of the case it is linked with, not as a link, not in counts, not by its address."""
    told = []
    for name, person in scene.people.items():
        if name in SEE_HIDDEN:
            continue
        client = browser(person)
        assert client.get(f"/cases/{scene.hidden.reference}/").status_code == 404, name
        for page in [*pages_of(scene)[:4], "/", "/cases/", "/cases/?search=whistle"]:
            text = client.get(page, follow=True).content.decode()
            for secret in (scene.hidden.reference, HIDDEN_SUMMARY, HIDDEN_WHY):
                if secret in text:
                    told.append((name, page.replace(scene.case.reference, "…"), secret))
    assert told == []


def test_what_is_not_there_and_what_is_hidden_are_answered_alike(scene: Scene) -> None:
    """Whether a case is there is not to be found out by asking."""
    officer = browser(scene.people["Customer Relations Officer there"])
    at = f"/cases/{scene.case.reference}"
    missing = cases.log(scene.council).reference  # a right one, taken away
    Case.objects.filter(reference=missing).delete()
    fields = {"link": ("other", {"why": "One family"}), "merge": ("into", {"reason": "One letter"})}
    for verb, (field, more) in fields.items():
        texts = []
        for reference in (scene.hidden.reference, missing):
            answer = officer.post(f"{at}/{verb}/", {field: reference, **more})
            assert answer.status_code == 200, verb
            form = answer.context["form"]
            texts.append(str(form.errors).replace(reference, "…"))
        assert texts[0] == texts[1], verb
    for address in ("/", "/dates/", "/note/", "/documents/1/", "/letters/1/", "/drafts/1/1/", "/chase/"):
        hidden, absent = (officer.get(f"/cases/{r}{address}") for r in (scene.hidden.reference, missing))
        assert (hidden.status_code, absent.status_code) == (404, 404), address
        assert plain(hidden, scene.hidden.reference) == plain(absent, missing), address


def plain(answer: Any, reference: str) -> str:
    """A page without what differs each time."""
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", answer.content.decode())
    return text.replace(reference, "…")


def typed(scene: Scene, **more: Any) -> dict[str, Any]:
    """Another contact from the same mother, typed by an officer."""
    return {
        "once": str(uuid.uuid4()),
        "channel": str(entry("channel", "telephone").pk),
        "received_on": "20/11/2026",
        "person_rows": "1",
        "person_0_role": "complainant",
        "person_0_name": "Jo Example",
        "person_0_email": "jo@example.org",
        "summary": HIDDEN_SUMMARY,
        "point_rows": 1,
        "point_new_0": "It is late",
        "unit": str(scene.council.send_north.pk),
    } | more


def test_a_duplicate_that_is_hidden_is_not_shown_to_who_logs_another(scene: Scene) -> None:
    for name in ("Customer Relations Officer there", "the manager, everywhere", "a deputy of the officer"):
        answer = browser(scene.people[name]).post("/cases/log/", typed(scene))
        text = answer.content.decode()
        assert scene.case.reference in text, name
        assert scene.hidden.reference not in text, name
        assert Case.objects.filter(summary=HIDDEN_SUMMARY).count() == 1
    assert (
        scene.hidden.reference
        in browser(scene.council.senior).post("/cases/log/", typed(scene)).content.decode()
    )


Restricting = Callable[..., Case]


def restricted(scene: Scene, *readers: User) -> Case:
    case = scene.case
    return details.restrict(
        case=case,
        by=scene.council.officer,
        now=NOW,
        restricted=True,
        readers=readers,
        reason="About a colleague",
    )


def test_a_restricted_case_is_for_its_list_and_nobody_else(scene: Scene) -> None:
    """Neither the manager of everything, nor the auditor, nor a deputy of somebody on the list."""
    on_the_list = {"the officer", "Responder there", "an auditor of another service"}
    restricted(scene, *(scene.people[name] for name in on_the_list))
    seeing = {
        name
        for name, p in scene.people.items()
        if permissions.sees(permissions.afresh(p), scene.case, now=NOW)
    }
    assert seeing == on_the_list
    for name, person in scene.people.items():
        answers = {browser(person).get(page).status_code for page in pages_of(scene)}
        assert answers == {200 if name in on_the_list else 404}, name


def test_on_the_list_without_a_role_that_reads_is_not_enough(scene: Scene) -> None:
    nobody, administrator = scene.people["nobody"], scene.council.administrator
    restricted(scene, nobody, administrator)
    for person in (nobody, administrator):
        assert not permissions.sees(permissions.afresh(person), scene.case, now=NOW)


def test_a_responder_on_the_list_who_covers_an_officer_is_not_of_the_team_there(scene: Scene) -> None:
    """Cover never reaches a restricted case: not its notes and documents for the team either."""
    responder = scene.people["Responder there"]
    day = NOW.date() + timedelta(1)
    absent = holder(Role.CR_OFFICER, scene.council.children)
    name_cover(absent=absent, deputy=responder, first=day, last=day, by=None, now=NOW)
    restricted(scene, responder)
    with time_machine.travel(NOW + timedelta(1), tick=False):
        client = browser(responder)
        text = client.get(f"/cases/{scene.case.reference}/?timeline").content.decode()
        download = client.get(f"/cases/{scene.case.reference}/documents/{scene.team_paper.pk}/")
    assert TEAM_WORDS not in text and TEAM_FILE not in text
    assert download.status_code == 404


def test_a_deputy_restricts_for_whom_they_stand_in_and_keeps_nothing(scene: Scene) -> None:
    """Whom they cover is on the list in their place: the deputy would keep what they saw when the cover ends."""
    deputy = scene.people["a deputy of the officer"]
    details.restrict(
        case=scene.case,
        by=permissions.afresh(deputy),
        now=NOW,
        restricted=True,
        readers=[scene.people["Responder there"]],
        reason="About a colleague",
    )
    listed = {row.user for row in scene.case.readers.all()}
    assert listed == {scene.council.officer, scene.people["Responder there"]}
    assert not permissions.sees(permissions.afresh(deputy), scene.case, now=NOW)


def test_somebody_who_can_carry_it_on_is_on_the_list(scene: Scene) -> None:
    """Of the Customer Relations Team there in their own right: the deputy of somebody is not."""
    scene.council.officer.grants.all().delete()
    case = scene.case
    with pytest.raises(Refused, match="Customer Relations"):
        readers.check_list(
            [scene.people["a deputy of the officer"], scene.people["Responder there"]],
            case.unit,
            "readers",
            NOW,
        )


def test_a_deputy_who_logs_a_restricted_case_does_not_lock_everybody_out(scene: Scene) -> None:
    """Whom they stand in for is on the list, or it is refused: else nobody could triage it."""
    deputy = permissions.afresh(scene.people["a deputy of the officer"])
    contact = intake.Contact(
        received=NOW.date(),
        summary="About a colleague",
        unit=scene.council.education,
        parties=[PartyDraft("complainant", "Jo Example")],
        restricted=True,
    )
    try:
        case = intake.log_contact(contact, by=deputy, now=NOW)
    except Refused:
        return
    stage = open_stage(case)
    able = [
        p for p in scene.people.values() if permissions.can(permissions.afresh(p), "triage", stage, now=NOW)
    ]
    assert scene.council.officer in able


def test_the_team_that_had_it_before_sees_it_no_longer_and_the_one_that_contributes_does(
    scene: Scene,
) -> None:
    council = scene.council
    case = cases.accepted(council)
    common: dict[str, Any] = {"case": case, "by": council.officer, "now": NOW}
    allocation.ask_contribution(
        **common, unit=council.safeguarding, question="Yours?", due_on=NOW.date() + timedelta(3)
    )
    allocation.reallocate(**common, unit=council.education, responder=council.service_manager, reason="Wider")
    sees = lambda person: permissions.sees(permissions.afresh(person), case, now=NOW)  # noqa: E731
    assert not sees(council.responder)
    assert sees(council.outsider)
    assert sees(council.service_manager)
    assert browser(council.responder).get(f"/cases/{case.reference}/").status_code == 404


def test_a_hidden_case_is_not_counted_among_the_work_of_somebody_who_is_away(scene: Scene) -> None:
    """Handing somebody's work over shows the cases one sees, and counts those."""
    manager = browser(scene.people["the manager, everywhere"])
    for page in ("/reassign/", f"/reassign/?absent={scene.council.officer.pk}"):
        text = manager.get(page).content.decode()
        assert scene.hidden.reference not in text and HIDDEN_SUMMARY not in text
    listed = re.findall(
        r"/cases/([0-9-]+)/", manager.get(f"/reassign/?absent={scene.council.officer.pk}").content.decode()
    )
    assert set(listed) <= {scene.case.reference}


def test_the_work_of_today_is_of_cases_one_sees(scene: Scene) -> None:
    for name, person in scene.people.items():
        text = browser(person).get("/").content.decode()
        assert (scene.hidden.reference in text) <= (name in SEE_HIDDEN), name
        assert (scene.case.reference in text) <= (name in TEAM | OTHERS_WHO_SEE), name
