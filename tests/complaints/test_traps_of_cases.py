"""The traps that are about cases, by their number: how other systems got it wrong, and this one does not."""

import logging
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.actions import Refused, deactivate, rename_unit
from accounts.models import User
from accounts.roles import Role, Seat
from audit import service as audit
from complaints.actions import allocation, closing, dates, details, happenings, sending, triage
from complaints.actions.parties import PartyDraft
from complaints.forms.acts import REGISTRY
from complaints.models import Case, Draft, Entry, Letter, Stage
from complaints.moves import table_of
from complaints.queries.case_page import case_view
from complaints.queries.reassigning import all_seats, left_behind
from complaints.workflow import Verb
from tests.complaints import cases
from tests.complaints.cases import NOW, Council, deadline, entry, open_stage, tasks
from tests.complaints.permissions.expected_table import expected
from tests.complaints.permissions.world import begun_stages, holder
from tests.factories import make_grant, make_user
from tests.test_urls import SAMPLES, example, patterns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LATE = NOW + timedelta(days=21)
_, ALLOWED = expected()


@pytest.fixture(autouse=True)
def _refusals_are_not_logged() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


# --- 17: closing a late case cleared its breach ----------------------------------------------------------------------


def late_and_sent(council: Council) -> Case:
    case = cases.approved(council)
    findings = {row.pk: ("upheld", "") for row in open_stage(case).points.all()}
    return sending.send(
        case=case,
        by=council.officer,
        now=LATE,
        sent=sending.Sent(LATE.date(), entry("channel", "email"), "Jo Example"),
        findings=findings,
        late_reason=entry("late-reason", "service-late"),
        late_unit=council.send_north,
    )


def breach(stage: Stage) -> tuple[bool | None, Any]:
    row = deadline(stage.case, stage=stage)
    return row.in_time, row.red_at


def test_17_closing_reopening_and_answering_again_leave_a_late_answer_late(council: Council) -> None:
    case = late_and_sent(council)
    stage = open_stage(case)
    late, red = breach(stage)
    assert late is False
    closing.close(case=case, by=council.officer, now=LATE, none_because="A single slip.")
    assert breach(stage) == (False, red)
    closing.reopen(case=case, by=council.manager, now=LATE, reason="A point was forgotten.")
    assert breach(stage) == (False, red)
    closing.withdraw(case=case, by=council.officer, now=LATE, withdrawn_on=LATE.date(), how="by e-mail")
    assert breach(stage) == (False, red)


def test_17_a_case_that_is_withdrawn_when_it_is_late_was_late(council: Council) -> None:
    """Closed without an answer, and still the page says that the date had gone by."""
    case = cases.accepted(council)
    stage = open_stage(case)
    closing.withdraw(case=case, by=council.officer, now=LATE, withdrawn_on=LATE.date(), how="by e-mail")
    row = deadline(case, stage=stage)
    assert row.red_at is not None and row.red_at < LATE
    view = case_view(Case.objects.get(pk=case.pk), council.officer, now=LATE + timedelta(days=1))
    headline = view.stages[-1].headline
    assert headline is not None
    assert re.search("late|missed", headline.word, re.IGNORECASE), headline.word


def test_17_more_time_after_the_day_cures_nothing(council: Council) -> None:
    case = cases.accepted(council, "children-act")
    red = deadline(case).red_at
    dates.extend(
        case=case,
        by=council.officer,
        now=LATE,
        total=20,
        reason="Two teams.",
        asked_by="The service",
        approver=council.senior,
        complainant_agreed=True,
    )
    row = deadline(case)
    assert row.due_on == date(2026, 12, 16)
    assert row.missed_at == row.red_at == red


def test_17_a_step_that_was_missed_is_not_unmissed_by_saying_it_is_not_needed(council: Council) -> None:
    """Either that is refused by now, or the step stays missed."""
    mp = [PartyDraft("mp", "Alex Sample MP", office="House of Commons")]
    case = cases.log(council, parties=mp)
    triage.triage(case=case, by=council.officer, now=NOW, type_=cases.first_stage_of("mp-enquiry"))
    assert deadline(case, "draft-response").red_at < LATE
    try:
        happenings.dismiss(
            case=case,
            by=council.officer,
            now=LATE,
            milestone="draft-response",
            reason="They did not ask for it.",
        )
    except Refused:
        return
    view = case_view(Case.objects.get(pk=case.pk), council.officer, now=LATE)
    assert view.stages[-1].headline is not None
    assert re.search("late|missed", view.stages[-1].headline.word, re.IGNORECASE)


def test_17_what_was_done_in_time_is_not_made_late_by_doing_it_again(council: Council) -> None:
    """A contact that was not accepted in time, reopened and triaged once more."""
    case = cases.log(council)
    stage = open_stage(case)
    too_late = Entry.objects.own().get(list="exclusion", code="over-12-months")
    triage.triage(case=case, by=council.officer, now=NOW, exclusion=too_late)
    assert deadline(case, "triage", stage=stage).in_time is True
    closing.reopen(case=case, by=council.manager, now=LATE, reason="The delay was explained.")
    triage.triage(case=case, by=council.officer, now=LATE, type_=cases.first_stage_of("corporate"))
    assert deadline(case, "triage", stage=stage).in_time is True


def test_17_only_a_date_that_was_wrong_takes_it_away_and_the_timeline_says_so(council: Council) -> None:
    case = cases.accepted(council)
    stage = open_stage(case)
    received = stage.events.get(code="received")
    with time_machine.travel(LATE, tick=False):
        dates.correct_date(
            case=case,
            by=council.officer,
            now=LATE,
            event=received,
            moment=NOW.date(),
            reason="The letter was stamped on Friday.",
        )
    row = deadline(case)
    assert row.due_on == date(2026, 12, 4)
    told = audit.history(case.stream).last()
    assert told is not None
    assert "from Wednesday 18 November 2026 to Friday 20 November 2026" in told.text.sentence
    assert "stamped on Friday" in told.text.sentence


# --- 24: two officers saved the same case ----------------------------------------------------------------------------


def test_24_a_form_made_before_somebody_else_saved_is_refused_and_nothing_typed_is_lost(
    council: Council,
) -> None:
    """By threads in test_concurrent_cases.py; here through the door."""
    case = cases.accepted(council)
    seen = case.revision
    details.note(case=case, by=council.senior, now=NOW, text="They rang.")
    client = browser(council.responder)
    typed = "# Our answer\n\nWe are <sorry> & will call 🙂."
    answer = client.post(f"/cases/{case.reference}/draft/", {"text": typed, "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Somebody changed this case" in page and "Sam Senior" in page
    assert answer.context["form"]["text"].value() == typed
    assert not Draft.objects.exists()
    again = client.post(
        f"/cases/{case.reference}/draft/", {"text": typed, "seen": answer.context["form"]["seen"].value()}
    )
    assert again.status_code == 302
    assert Draft.objects.get().text == typed


def test_24_the_next_case_is_given_to_one(council: Council) -> None:
    other = make_user("Bea Colleague")
    make_grant(other, Role.RESPONDER, council.send_north)
    case = cases.triaged(council)
    allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)
    at = f"/cases/{case.reference}/accept/"
    first, second = browser(council.responder), browser(other)
    pages = [client.get(at) for client in (first, second)]
    assert first.post(at, {"seen": pages[0].context["form"]["seen"].value()}).status_code == 302
    told = second.post(at, {"seen": pages[1].context["form"]["seen"].value()}, follow=True)
    assert "is not possible as the case stands now" in told.content.decode()
    assert open_stage(case).responder == council.responder


# --- 25: a user left, a team moved -----------------------------------------------------------------------------------


def test_25_what_somebody_did_is_still_told_by_their_name_when_they_have_left(council: Council) -> None:
    case = cases.submitted(council)
    deactivate(person=council.responder, by=council.administrator, now=NOW)
    text = browser(council.officer).get(f"/cases/{case.reference}/?timeline").content.decode()
    assert text.count("Rae Responder") >= 2
    assert Draft.objects.get().author == council.responder
    assert audit.verify(case.stream) == []


@pytest.mark.parametrize("who", ["officer", "responder"])
def test_25_the_open_work_of_somebody_who_left_is_found(council: Council, who: str) -> None:
    case = cases.accepted(council)
    leaver = getattr(council, who)
    deactivate(person=leaver, by=council.administrator, now=NOW)
    manager = council.manager
    assert [(left.person, left.cases) for left in left_behind(manager, all_seats(), now=NOW)] == [(leaver, 1)]
    assert str(leaver) in browser(manager).get("/").content.decode()
    listed = browser(manager).get(f"/reassign/?absent={leaver.pk}").content.decode()
    assert case.reference in listed


def test_25_the_work_of_a_restricted_case_is_found_when_its_officer_is_not_on_the_list(
    council: Council,
) -> None:
    """Its turn is its officer's, who sees nothing of it: whoever is on the list has it."""
    case = cases.triaged(council)
    details.restrict(
        case=case,
        by=council.senior,
        now=NOW,
        restricted=True,
        readers=[council.manager],
        reason="About the officer",
    )
    found = [
        person
        for person in (council.officer, council.senior, council.manager)
        if case.reference in {task.case.reference for task in tasks(person, now=NOW)}
        or any(left.person == council.officer for left in left_behind(person, all_seats(), now=NOW))
    ]
    assert council.officer not in found
    assert found != []


def test_25_a_restricted_case_waits_for_whoever_on_its_list_can_go_on(council: Council) -> None:
    """The responder it is named for is not on it; the officer who is may write the draft too, and finds it."""
    case = cases.accepted(council)
    details.restrict(case=case, by=council.officer, now=NOW, restricted=True, reason="About the responder")
    assert case.reference in {task.case.reference for task in tasks(council.officer, now=NOW)}


def test_25_a_restricted_case_is_found_when_the_last_of_the_team_on_its_list_leaves(council: Council) -> None:
    """Nobody else may open it. That one waits, the manager is told, and can put somebody on the list."""
    case = cases.triaged(council)
    details.restrict(case=case, by=council.officer, now=NOW, restricted=True, reason="About a colleague")
    deactivate(person=council.officer, by=council.administrator, now=NOW)
    page = browser(council.manager).get("/").content.decode()
    assert "Olu Officer" in page
    assert case.summary not in page


def test_25_work_left_to_a_team_is_found_when_its_last_responder_leaves(council: Council) -> None:
    case = cases.triaged(council)
    allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_north)
    for person in (council.responder, council.service_manager):
        deactivate(person=person, by=council.administrator, now=NOW)
    assert open_stage(case).turn_person is None
    found = case.reference in {task.case.reference for task in tasks(council.officer, now=NOW)}
    told = [browser(person).get("/").content.decode() for person in (council.officer, council.manager)]
    assert found or any(case.reference in text or "SEND North" in text for text in told)


def test_25_a_team_that_is_renamed_keeps_its_cases_and_its_past(council: Council) -> None:
    """What was done under the old name stays as it was told."""
    case = cases.allocated(council)
    rename_unit(unit=council.send_north, name="Inclusion North", by=council.administrator, now=NOW)
    text = browser(council.responder).get(f"/cases/{case.reference}/?timeline").content.decode()
    assert "Inclusion North" in text
    assert "allocated it to Rae Responder, SEND North" in text


def test_25_a_unit_that_is_retired_is_given_nothing_and_keeps_what_it_has(council: Council) -> None:
    case = cases.triaged(council)
    council.send_south.retired_on = NOW.date()
    council.send_south.save()
    with pytest.raises(Refused, match="no longer in use"):
        allocation.allocate(case=case, by=council.officer, now=NOW, unit=council.send_south)


# --- 26: /list?page=abc gave a 500 -----------------------------------------------------------------------------------

ABSURD = (
    "abc",
    "",
    "0",
    "-1",
    "1e9",
    "99999999999999999999",
    "٣",
    "zz",
    "\0",
    "a\0b",
    "🙂",
    "x" * 10_000,
    "' OR 1=1 --",
    "<script>",
    "../../etc/passwd",
    "%",
    "2026-02-30",
    "NaN",
    "null",
    "[]",
)
RAW = (
    "%00",
    "%ff%fe",
    "page=%",
    "page=%ff",
    "&&==&",
    "page=1&page=2",
    "stage[]=1",
    "a" * 10_000,
    "=",
    "%F0%9F%98%82",
)
NAMES = (
    "page",
    "stage",
    "search",
    "absent",
    "timeline",
    "all",
    "list",
    "year",
    "below",
    "view",
    "next",
    "show",
    "from",
)

LISTS_ASK = ("page", "search", "absent", "list")


@pytest.fixture
def everything(council: Council) -> Client:
    """A browser in which somebody with every role looks at a case with every page."""
    case = cases.closed(council)
    assert case.reference == SAMPLES["reference"]
    person = council.manager
    for role in Role:
        if role is not Role.CR_MANAGER:
            make_grant(person, role, None if role.seat is not Seat.UNIT else council.children)
    return browser(User.objects.get(pk=person.pk))


def addresses() -> list[str]:
    """Every address there is, with parts that are there where that is easy."""
    case = Case.objects.get()
    stage = open_stage(case)
    letter = Letter.objects.get(case=case)
    own = [f"/cases/{case.reference}/{verb}/" for verb in Verb]
    own += [
        f"/cases/{case.reference}/drafts/{stage.number}/1/",
        f"/cases/{case.reference}/letters/{letter.pk}/",
    ]
    own += ["/deadlines/surrey-cfllc/concern/", "/policies/surrey-cfllc/", "/policies/surrey-cfllc/lists/"]
    every = [example(route, pattern) for route, pattern in patterns(get_resolver())]
    return [address for address in dict.fromkeys([*every, *own]) if address != "/sign-out/"]


def test_26_no_address_fails_for_what_is_asked_of_it(everything: Client) -> None:
    """Every address with a few absurd questions each, all of them over the addresses."""
    everything.raise_request_exception = False
    failed = []
    queries = [*(f"{name}={quote(value)}" for name in NAMES for value in ABSURD[:14]), *RAW]
    for number, address in enumerate(addresses()):
        together = "&".join(
            f"{name}={quote(ABSURD[(number + n) % len(ABSURD)])}" for n, name in enumerate(NAMES)
        )
        for query in (together, queries[number % len(queries)], RAW[number % len(RAW)]):
            if everything.get(f"{address}?{query}").status_code >= 500:
                failed.append(f"{address}?{query[:80]}")
    assert failed == []


@pytest.mark.parametrize(
    "address", ["/", "/cases/", "/reassign/", "/people/", "/imports/", "/policies/surrey-cfllc/lists/"]
)
def test_26_no_list_fails_for_any_question(everything: Client, address: str) -> None:
    everything.raise_request_exception = False
    queries = [*(f"{name}={quote(value)}" for name in LISTS_ASK for value in ABSURD), *RAW]
    failed = [query[:80] for query in queries if everything.get(f"{address}?{query}").status_code >= 500]
    assert failed == []


def test_26_a_case_page_answers_any_stage(everything: Client) -> None:
    everything.raise_request_exception = False
    case = Case.objects.get()
    for verb in ("note", "reopen", "escalate"):
        for value in ABSURD:
            answer = everything.get(f"/cases/{case.reference}/{verb}/", {"stage": value})
            assert answer.status_code in (200, 302, 403), (verb, value[:20])


@pytest.mark.parametrize(
    "number", ["0", "99999999999999999999", "-1", "1.5", "٣", "%00", "9223372036854775808"]
)
def test_26_a_part_of_a_case_that_is_not_there_is_not_found(everything: Client, number: str) -> None:
    everything.raise_request_exception = False
    at = f"/cases/{Case.objects.get().reference}"
    parts = [
        f"drafts/{number}/{number}",
        f"drafts/2/{number}",
        f"letters/{number}",
        f"documents/{number}",
        number,
    ]
    for part in parts:
        assert everything.get(f"{at}/{part}/").status_code == 404, part
    for page in (f"/imports/{number}/", f"/cases/26-{number}-0/", f"/cases/{number}/"):
        assert everything.get(page).status_code == 404, page


def filled(verb: Verb, form: Any, value: str) -> dict[str, Any]:
    """Every field of a form with the same absurd value, and the hidden ones."""
    return dict.fromkeys(form.fields, value) | {"stage": "", "once": value, "seen": value, "confirm": "1"}


WORST = ("\0", "x" * 10_001, "99999999999999999999", "31/12/9999")
ALSO = ("-1", "🙂", "1/1/0001", "''")


def test_26_no_form_fails_for_what_is_typed_into_it(council: Council) -> None:
    """Each verb, where it is a move, with everything absurd; and nothing of it is kept."""
    stages = begun_stages(council.send_north)
    clients = {role.value: browser(holder(role, council.send_north)) for role in Role}
    done: set[Verb] = set()
    failed = []
    for name, stage in stages.items():
        for state in table_of(stage.type).states:
            cases.put(stage, state)
            for verb in set(REGISTRY) - done:
                roles = sorted(ALLOWED.get((name, state.value, verb.value), ()))
                if not roles:
                    continue
                done.add(verb)
                client = clients[roles[0]]
                client.raise_request_exception = False
                address = f"/cases/{stage.case.reference}/{verb}/"
                form = client.get(address).context["form"]
                for value in (*WORST, ALSO[len(done) % 4]):
                    with transaction.atomic():
                        answer = client.post(address, filled(verb, form, value))
                        transaction.set_rollback(True)
                    if answer.status_code >= 500:
                        failed.append((verb.value, value[:25]))
    assert sorted(failed) == []
    assert done == set(REGISTRY)


def test_26_the_log_page_takes_any_nonsense(council: Council) -> None:
    client = browser(council.officer)
    client.raise_request_exception = False
    form = client.get("/cases/log/").context["form"]
    for value in ABSURD:
        said = dict.fromkeys(form.fields, value) | {
            "person_rows": value,
            "point_rows": value,
            "once": value,
        }
        answer = client.post("/cases/log/", said)
        assert answer.status_code == 200, value[:20]
        assert "There is a problem" in answer.content.decode(), value[:20]
    assert not Case.objects.exists()


# --- 30: the list hid what the user may not see, the download did not ------------------------------------------------


def test_30_every_address_of_a_case_hides_what_the_list_hides(council: Council) -> None:
    """More in permissions/test_sight.py; here every address that names a case, however it is asked for."""
    case = cases.closed(council)
    client = browser(council.outsider)
    assert case.reference not in client.get("/cases/").content.decode()
    named = [
        example(route, pattern)
        for route, pattern in patterns(get_resolver())
        if "reference" in pattern.pattern.converters
    ]
    assert len(named) >= 7
    for address in [*named, *(reverse("act", args=[case.reference, verb]) for verb in Verb)]:
        for send in (client.get, client.post, client.head):
            assert send(address).status_code == 404, address
