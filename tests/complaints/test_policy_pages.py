"""Policies to read: every rule and every move as it is read aloud, with its source; and lists, whose entries
administrators retire."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import Refused
from accounts.roles import Role
from audit.models import Event
from complaints.actions.lists import bring_back, retire
from complaints.models import Entry, List
from complaints.queries.procedures import NEEDS, procedures_page
from complaints.workflow import Need
from slas.models import Policy, PolicyVersion
from tests.complaints import cases


def test_a_policy_reads_aloud_rule_by_rule(client_for, surrey):
    page = client_for().get(reverse("policy", args=["surrey-cfllc"]))
    for words in (
        "Stage 1, children&#x27;s services",
        "10 working days after received",
        "May be extended to 20 working days",
        "More time is approved by Senior Customer Relations Officer or Customer Relations Manager",
        "More time only if the complainant agrees",
        "5 working days before respond; when that is extended, 10 working days before respond",
        "Panel chair",
        "S11.2, SA3",
    ):
        assertContains(page, words)


def test_the_list_marks_the_councils_own(client_for, surrey):
    assertContains(client_for().get(reverse("policies")), "Our policy", count=1)


def test_its_queries_do_not_grow_with_its_slas(client_for, surrey):
    client = client_for()

    def queries(code):
        with CaptureQueriesContext(connection) as context:
            client.get(reverse("policy", args=[code]))
        return len(context)

    found = {code: queries(code) for code in ("lgsco-code-2024", "surrey-cfllc", "warwickshire")}
    assert len(set(found.values())) == 1, found


# --- procedures -------------------------------------------------------------------------------------

SURREY = reverse("policy", args=["surrey-cfllc"])
LISTS = reverse("policy-lists", args=["surrey-cfllc"])


def page_of(code: str):
    return procedures_page(PolicyVersion.objects.select_related("policy").get(policy__code=code))


def table(code: str, policy: str = "surrey-cfllc"):
    return next(table for table in page_of(policy).tables if table.code == code)


def aloud(code: str, policy: str = "surrey-cfllc") -> list[str]:
    """A move table as one reads it from the page."""
    lines = []
    for place in table(code, policy).places:
        lines.append(f"{place.name}:")
        for move in place.moves:
            then = f" Then: {move.next}." if move.next else ""
            needs = f" It needs: {move.needs}." if move.needs else ""
            lines.append(f"  {'; '.join(move.what)}, by {move.who}.{needs}{then}")
    return lines


def test_a_move_table_reads_aloud(surrey):
    """A stage whose answer nobody signs is read without the signature."""
    lines = aloud("service-answers")
    assert lines[:6] == [
        "To be allocated:",
        "  Allocate, by Customer Relations Officer or Complaint co-ordinator. Then: With the service, to be accepted.",
        "With the service, to be accepted:",
        "  Accept, by Responder. Then: Answer being written.",
        "  Reject, by Responder. Then: To be allocated.",
        "Answer being written:",
    ]
    assert "Draft to be signed:" not in lines
    assert (
        "  Approve the draft, by Customer Relations Officer. It needs: a draft; no request for more time that is "
        "undecided. Then: Ready to send." in lines
    )
    assert lines[lines.index("Closed:") :][:3] == [
        "Closed:",
        "  Escalate to the next stage; Refuse to escalate; Record the learning, by Customer Relations Officer.",
        "  Reopen, by Customer Relations Manager. Then: Answer being written.",
    ]
    assert lines[-3:] == [
        "At any time, closed or not:",
        "  Correct a date; Restrict who may see it; Link another case; Add a note for Customer Relations only, by "
        "Customer Relations Officer.",
        "  Add a note; Add a document, by Whoever works on cases.",
    ]


def test_who_signs_is_named_where_all_its_stages_say_the_same(surrey):
    assert "  Sign off, by Assistant Director. Then: Ready to send." in aloud("customer-relations-reviews")
    signed = aloud("head-of-service-reviews", "solihull-corporate")
    assert (
        "  Sign off, by Service manager. It needs: somebody who took no part in an earlier stage. Then: Ready to send."
        in signed
    )


def test_only_what_a_stage_uses_is_a_table_to_read(surrey):
    """What is only a part of others is read in those."""
    codes = [table.code for table in page_of("surrey-cfllc").tables]
    assert "service-answers" in codes
    assert "any-case" not in codes


def test_the_first_line_of_a_state_is_what_is_waited_for(surrey):
    turns = {place.name: place.turn for place in table("mp-enquiry").places}
    assert turns == {
        "To be allocated": True,
        "With the service, to be accepted": True,
        "Answer being written": True,
        "To be triaged": True,
        "Draft to be checked": True,
        "Ready to send": True,
        "Copy of the response to be shared": True,
        "Closed": False,
        "At any time while it is open": False,
        "At any time, closed or not": False,
    }


def test_everything_a_move_may_need_has_words():
    assert set(NEEDS) == set(Need)


def test_procedures_are_on_the_page_stage_by_stage(client_for, surrey):
    page = client_for().get(SURREY)
    for words in (
        "Children Act complaint",
        "Stage 2, review by Customer Relations",
        "The draft reaches Customer Relations 2 working days before",
        "Signed by Assistant Director",
        "The slides name nobody. That the Assistant Director signs is a local choice.",
        "Outcomes: No further action, with reasons and the Ombudsman&#x27;s details; Additional response by",
        "Where triage makes it a complaint, this stays open: copy of the response to be shared",
        "Begins with: A new contact from an MP or councillor.",
        "The policy gives no time for the answer to an enquiry.",
        "Not accepted because",
        "To use instead: The council&#x27;s grievance procedure, through Human Resources.",
    ):
        assertContains(page, words)


def test_what_a_stage_goes_on_to_may_be_of_another_procedure(surrey):
    rows = {
        (one.procedure.code, row.type_.code): row.goes_on_to
        for one in page_of("solihull-corporate").procedures
        for row in one.stages
    }
    assert rows["complaint", "stage-1"] == "Stage 2, review by the Head of Service"
    assert (
        rows["complex-complaint", "stage-1"]
        == "Complaint, low complexity, Stage 2, review by the Head of Service"
    )
    assert rows["complaint", "stage-2"] == "The last stage"
    (contact,) = [one for one in page_of("warwickshire").procedures if one.procedure.code == "contact"]
    assert contact.stages[0].goes_on_to == "What triage decides"


def test_every_link_on_the_page_leads_somewhere(client_for, surrey):
    import re

    page = client_for().get(SURREY).content.decode()
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


def test_a_floor_has_no_procedures_to_show(client_for, surrey):
    page = client_for().get(reverse("policy", args=["children-act-2006"]))
    assertNotContains(page, "Who may do what")
    assertNotContains(page, "Lists to choose from")


# --- lists ------------------------------------------------------------------------------------------


@pytest.fixture
def administrator(client_for):
    return client_for(Role.ADMINISTRATOR)


def entry_of(code: str) -> Entry:
    return Entry.objects.own().get(code=code)


def test_an_entry_is_retired_and_brought_back_on_record(administrator, surrey):
    delay = entry_of("delay")
    response = administrator.post(reverse("retire-entry", args=["surrey-cfllc", delay.pk]), follow=True)
    assertRedirects(response, LISTS)
    assertContains(response, "&#x27;Delay&#x27; is no longer offered. What chose it keeps it.")
    assertContains(response, "Bring back")
    assert not Entry.objects.current(List.CATEGORY).filter(code="delay").exists()
    response = administrator.post(reverse("bring-back-entry", args=["surrey-cfllc", delay.pk]), follow=True)
    assertContains(response, "&#x27;Delay&#x27; is offered again.")
    assert Entry.objects.current(List.CATEGORY).filter(code="delay").exists()
    told = Event.objects.filter(stream__name="policy:surrey-cfllc").order_by("pk")
    assert [event.sentence for event in told][-2:] == [
        "'Delay' retired from the list 'Category'.",
        "'Delay' brought back into the list 'Category'.",
    ]
    assert [event.text.actor_name for event in told][-2:] == [str(administrator.user)] * 2


def test_what_chose_it_keeps_it(administrator, council):
    delay = entry_of("delay")
    case = cases.log(council, tags=[delay])
    administrator.post(reverse("retire-entry", args=["surrey-cfllc", delay.pk]))
    assert list(case.tags.all()) == [delay]


def test_something_is_left_to_choose_where_something_has_to_be_chosen(administrator, surrey):
    """Nothing could be recorded as sent without a channel, and no late answer without a reason."""
    for list_ in (List.CHANNEL, List.LATE_REASON):
        *others, last = Entry.objects.current(list_)
        for entry in others:
            administrator.post(reverse("retire-entry", args=["surrey-cfllc", entry.pk]))
        response = administrator.post(reverse("retire-entry", args=["surrey-cfllc", last.pk]), follow=True)
        assertContains(response, "is the last of this list, and something has to be chosen from it")
        assert list(Entry.objects.current(list_)) == [last]


def test_another_list_may_be_emptied(administrator, surrey):
    for entry in Entry.objects.current(List.THEME):
        administrator.post(reverse("retire-entry", args=["surrey-cfllc", entry.pk]))
    assert not Entry.objects.current(List.THEME).exists()


def test_a_second_click_says_that_it_is_done(administrator, surrey):
    address = reverse("retire-entry", args=["surrey-cfllc", entry_of("delay").pk])
    administrator.post(address)
    assertContains(administrator.post(address, follow=True), "Somebody has retired it already.")
    back = reverse("bring-back-entry", args=["surrey-cfllc", entry_of("delay").pk])
    administrator.post(back)
    assertContains(administrator.post(back, follow=True), "Somebody has brought it back already.")
    assert Event.objects.filter(verb="entry-retired").count() == 1


def test_an_entry_of_another_policy_is_not_found(administrator, surrey):
    other = Entry.objects.filter(policy__code="warwickshire").first()
    assert administrator.post(reverse("retire-entry", args=["surrey-cfllc", other.pk])).status_code == 404
    assert administrator.get(reverse("policy-lists", args=["no-such-policy"])).status_code == 404


def test_without_a_form_one_is_sent_back_to_the_lists(administrator, surrey):
    assertRedirects(
        administrator.get(reverse("retire-entry", args=["surrey-cfllc", entry_of("delay").pk])), LISTS
    )


def test_only_administrators_change_what_is_offered(client_for, surrey):
    officer = client_for(Role.CR_MANAGER)
    assertNotContains(officer.get(SURREY), "Change what is offered")
    assert officer.get(LISTS).status_code == 403
    assert (
        officer.post(reverse("retire-entry", args=["surrey-cfllc", entry_of("delay").pk])).status_code == 403
    )
    assert entry_of("delay").retired_on is None
    assertContains(client_for(Role.ADMINISTRATOR).get(SURREY), "Change what is offered")


def test_a_policy_without_lists_says_so(administrator, surrey):
    page = administrator.get(reverse("policy-lists", args=["lgsco-code-2024"]))
    assertContains(page, "This policy has no lists")


def test_a_name_that_is_a_script_is_words(administrator, surrey):
    Entry.objects.create(
        policy=Policy.objects.get(code="surrey-cfllc"),
        list="theme",
        position=99,
        code="x",
        name="<script>alert(1)</script>",
    )
    for address in (LISTS, SURREY):
        assertContains(administrator.get(address), "&lt;script&gt;alert(1)&lt;/script&gt;")


def test_retired_on_is_the_day_it_was_retired(surrey):
    now = timezone.now()
    retire(entry=entry_of("delay"), by=None, now=now)
    assert entry_of("delay").retired_on == timezone.localdate(now)
    bring_back(entry=entry_of("delay"), by=None, now=now)
    with pytest.raises(Refused):
        bring_back(entry=entry_of("delay"), by=None, now=now)
