"""What each council's pack makes of its policy: every stage type in a table written by hand, every table without a dead
end, and the versions that a case keeps."""

from datetime import date, datetime, timedelta

import pytest

from accounts.actions import Refused
from accounts.roles import Role
from complaints.actions import allocation, closing, drafting, escalation, happenings, intake, sending, triage
from complaints.actions.acting import NotPossible
from complaints.actions.parties import PartyDraft
from complaints.models import Case, Entry, Procedure, StageType
from complaints.moves import CASE_ROLES, moves_of, phrase_of, table_of
from complaints.policies.loader import SHIPPED
from complaints.policies.tables import dead_end
from complaints.workflow import ALWAYS, OPEN, SIGNER, State, Verb
from slas.models import Policy
from slas.service import set_own_policy
from tests.complaints import cases
from tests.complaints.cases import NOW, RECEIVED, Council, deadline, entry, first_stage_of, open_stage
from tests.factories import make_grant, make_user

pytestmark = pytest.mark.django_db

# policy, procedure and stage; kind; what new contacts begin it; the SLA; where it begins; who signs; where it goes on
# to; the time to ask for that; working days before the formal date for the draft.
STAGES = """
surrey-cfllc | concern triage            | contact    | anybody          | concern                    | to-triage   | -                  | -                    | -                 | -
surrey-cfllc | children-act stage-1      | complaint  | -                | stage-1-childrens          | to-allocate | -                  | children-act stage-2 | escalation-window | 2
surrey-cfllc | children-act stage-2      | complaint  | -                | stage-2-statutory          | to-do       | -                  | children-act stage-3 | escalation-window | -
surrey-cfllc | children-act stage-3      | complaint  | -                | stage-3                    | to-do       | -                  | -                    | -                 | -
surrey-cfllc | education stage-1         | complaint  | -                | stage-1-sen                | to-allocate | -                  | education stage-2    | escalation-window | 2
surrey-cfllc | education stage-2         | complaint  | -                | stage-2-education          | to-do       | -                  | -                    | -                 | -
surrey-cfllc | childrens-services stage-1 | complaint | -                | stage-1-sen                | to-allocate | -                  | childrens-services stage-2 | escalation-window | 2
surrey-cfllc | childrens-services stage-2 | complaint | -                | stage-2-childrens-services | to-do       | -                  | -                    | -                 | -
surrey-cfllc | corporate stage-1         | complaint  | -                | corporate-stage-1          | to-allocate | -                  | corporate stage-2    | escalation-window | 2
surrey-cfllc | corporate stage-2         | complaint  | -                | corporate-stage-2          | to-review   | assistant-director | -                    | -                 | -
surrey-cfllc | enquiry enquiry           | enquiry    | -                | -                          | to-allocate | -                  | -                    | -                 | -
surrey-cfllc | mp-enquiry enquiry        | enquiry    | mp-or-councillor | mp-enquiry                 | to-triage   | -                  | -                    | -                 | 2
surrey-cfllc | representation stage-1    | comment    | -                | stage-1-childrens          | to-allocate | -                  | -                    | -                 | 2
surrey-cfllc | comment comment           | comment    | anonymous        | -                          | to-pass-on  | -                  | -                    | -                 | -
surrey-cfllc | compliment compliment     | compliment | -                | -                          | to-pass-on  | -                  | -                    | -                 | -
surrey-cfllc | freeze freeze             | other      | -                | freeze                     | to-do       | -                  | -                    | -                 | -
surrey-cfllc | ombudsman enquiry         | other      | -                | lgsco-enquiry              | to-do       | -                  | -                    | -                 | -
surrey-cfllc | ofsted notification       | other      | -                | ofsted                     | to-do       | -                  | -                    | -                 | -
surrey-cfllc | learning action           | other      | learning         | learning                   | to-do       | -                  | -                    | -                 | -
surrey-cfllc | learning change           | other      | learning         | procedural-change          | to-do       | -                  | -                    | -                 | -
solihull-corporate | complaint stage-1   | complaint  | anybody          | stage-1                    | to-triage   | -                  | complaint stage-2    | -                 | -
solihull-corporate | complaint stage-2   | complaint  | anybody          | stage-2                    | to-answer   | service-manager    | -                    | -                 | -
solihull-corporate | complex-complaint stage-1 | complaint | -           | stage-1-complex            | to-triage   | -                  | complaint stage-2    | -                 | -
solihull-corporate | comment comment     | comment    | anonymous        | -                          | to-pass-on  | -                  | -                    | -                 | -
solihull-corporate | compliment compliment | compliment | -              | -                          | to-pass-on  | -                  | -                    | -                 | -
solihull-corporate | learning action     | other      | learning         | -                          | to-do       | -                  | -                    | -                 | -
warwickshire | contact triage            | contact    | anybody          | -                          | to-triage   | -                  | -                    | -                 | -
warwickshire | general stage-1           | complaint  | -                | general-stage-1            | to-allocate | -                  | general stage-2      | escalation-window | -
warwickshire | general stage-2           | complaint  | -                | general-stage-2            | to-review   | -                  | -                    | -                 | -
warwickshire | adult-social-care complaint | complaint | -               | adult-social-care          | to-allocate | -                  | -                    | -                 | -
warwickshire | childrens stage-1         | complaint  | -                | childrens-stage-1          | to-allocate | -                  | childrens stage-2    | escalation-window | -
warwickshire | childrens stage-2         | complaint  | -                | childrens-stage-2          | to-do       | -                  | childrens stage-3    | escalation-window | -
warwickshire | childrens stage-3         | complaint  | -                | childrens-stage-3          | to-do       | -                  | -                    | -                 | -
warwickshire | put-right concern         | other      | -                | -                          | to-do       | -                  | -                    | -                 | -
warwickshire | request request           | enquiry    | -                | -                          | to-pass-on  | -                  | -                    | -                 | -
warwickshire | comment comment           | comment    | -                | -                          | to-pass-on  | -                  | -                    | -                 | -
warwickshire | compliment compliment     | compliment | -                | -                          | to-pass-on  | -                  | -                    | -                 | -
warwickshire | learning action           | other      | learning         | -                          | to-do       | -                  | -                    | -                 | -
"""  # noqa: E501


def types() -> list[StageType]:
    rows = StageType.objects.select_related(
        "procedure__policy_version__policy", "table", "sla_version__sla", "window__sla"
    )
    order = {code: n for n, code in enumerate(SHIPPED)}
    found = rows.order_by("procedure__position", "position")
    return sorted(found, key=lambda type_: order[type_.procedure.policy_version.policy.code])


def told(type_: StageType) -> tuple[str, ...]:
    procedure = type_.procedure
    said = (
        procedure.policy_version.policy.code,
        f"{procedure.code} {type_.code}",
        procedure.kind,
        procedure.begins,
        type_.sla_version.sla.code if type_.sla_version else "",
        type_.table.begins,
        type_.signer,
        f"{type_.next_procedure} {type_.next_stage}".strip(),
        type_.window.sla.code if type_.window else "",
        "" if type_.draft_days is None else str(type_.draft_days),
    )
    return tuple(value or "-" for value in said)


def test_every_stage_type_is_what_its_policy_says(loaded):
    wanted = [tuple(cell.strip() for cell in line.split("|")) for line in STAGES.strip().splitlines()]
    assert [told(type_) for type_ in types()] == wanted


def test_only_learning_stands_beside_its_case(loaded):
    beside = {type_.procedure.code for type_ in types() if type_.beside}
    assert beside == {"learning"}


def test_what_is_decided_at_triage_is_offered_there(loaded):
    hidden = Procedure.objects.filter(at_triage=False).values_list("policy_version__policy__code", "code")
    assert set(hidden) == {
        ("surrey-cfllc", "concern"),
        ("surrey-cfllc", "learning"),
        ("solihull-corporate", "learning"),
        ("warwickshire", "contact"),
        ("warwickshire", "learning"),
    }


def test_the_corporate_review_has_the_outcomes_of_the_slides(loaded):
    """SC1."""
    (review,) = [t for t in types() if t.table.code == "customer-relations-reviews" and t.signer]
    assert [code for code, _ in review.outcome_choices] == [
        "no-further-action",
        "additional-response",
        "peer-review",
        "mediated-meeting",
        "independent-investigation",
    ]


def test_down_the_complaints_route_only_an_mps_enquiry_stays_open(loaded):
    """S2.3."""
    routed = [(t.procedure.code, t.route_event, t.route_state) for t in types() if t.route_event]
    assert routed == [("mp-enquiry", "complaint-route", "to-copy")]


# --- no dead end ------------------------------------------------------------------------------------


def test_from_every_state_its_own_moves_lead_to_closed(loaded):
    """Withdrawing and merging are no way to end a stage well, so they do not count."""
    assert {
        told(type_)[:2]: dead_end(table_of(type_)) for type_ in types() if dead_end(table_of(type_))
    } == {}


def test_every_turn_is_somebodys_who_works_on_cases(loaded):
    for type_ in types():
        table = table_of(type_)
        for state in table.states[:-1]:
            assert table.turn(state).roles[0] in CASE_ROLES, (told(type_), state)


def test_nobody_is_left_to_be_named(loaded):
    for type_ in types():
        assert not [move for _, move in table_of(type_).lines if SIGNER in move.roles], told(type_)


def test_every_move_reads_as_its_row_has_it(loaded):
    from complaints.models import MoveLine
    from complaints.moves import parse

    for line in MoveLine.objects.all():
        assert phrase_of(parse(line.phrase)) == line.phrase


def test_whoever_closes_a_complaint_records_what_was_learned(loaded):
    """H6, S13: wherever an answered complaint is closed, learning or a reason for none comes first."""
    asked = set()
    for type_ in types():
        move = table_of(type_).move("to-close", Verb.CLOSE)
        if State.TO_CLOSE in table_of(type_).states:
            assert "learning" in move.needs, told(type_)
            asked.add(type_.procedure.policy_version.policy.code)
    assert asked == {"surrey-cfllc", "solihull-corporate", "warwickshire"}


def test_a_service_manager_alone_decides_what_warwickshire_leaves_to_them(loaded):
    """W6, W7, W9."""
    for type_ in types():
        if type_.procedure.policy_version.policy.code == "warwickshire":
            moves = [move for _, move in table_of(type_).lines]
            assert {m.roles for m in moves if m.verb in (Verb.PAUSE, Verb.RESUME)} <= {("service-manager",)}
            answering = State.TO_ANSWER in table_of(type_).states
            reopens = {m.roles for m in moves if m.verb is Verb.REOPEN}
            assert reopens == {("service-manager",)} or not answering, told(type_)


def test_in_surrey_customer_relations_check_and_send(loaded):
    """SA1: the response is checked by Customer Relations and sent by them; S2.4: whose record closes an enquiry."""
    for type_ in types():
        if type_.procedure.policy_version.policy.code == "surrey-cfllc":
            for _, move in table_of(type_).lines:
                if move.verb in (Verb.APPROVE, Verb.SEND, Verb.SHARE_COPY, Verb.CLOSE):
                    assert move.roles == ("cr-officer",), (told(type_), move)


def test_places_are_states_or_many_of_them(loaded):
    for type_ in types():
        assert {place for place, _ in table_of(type_).lines} <= {*State, OPEN, ALWAYS}


# --- other councils' cases, from contact to answer ---------------------------------------------------


def own(code: str) -> None:
    set_own_policy(Policy.objects.get(code=code), by=None, now=NOW)


@pytest.fixture
def solihull(loaded) -> Council:
    own("solihull-corporate")
    return cases.make_council()


@pytest.fixture
def warwickshire(loaded) -> Council:
    own("warwickshire")
    return cases.make_council()


@pytest.fixture
def coordinator(solihull):
    person = make_user("Kit Coordinator")
    make_grant(person, Role.COORDINATOR, solihull.education)
    return person


def test_in_solihull_the_time_runs_from_the_first_report(solihull, coordinator):
    """H1, H2: acknowledged within 5 working days, answered within 20, from the day it was first reported."""
    case = cases.log(solihull)
    assert deadline(case, "acknowledge").due_on == date(2026, 11, 25)
    assert deadline(case).due_on == date(2026, 12, 16)
    stage = open_stage(case)
    assert (stage.turn_verb, stage.turn_role) == ("triage", "coordinator")
    triage.triage(case=case, by=coordinator, now=NOW, type_=first_stage_of("complaint"))
    assert open_stage(case).pk == stage.pk
    assert open_stage(case).state == "to-allocate"


def test_in_solihull_a_complex_complaint_keeps_the_day_it_was_reported(solihull, coordinator):
    """H2: 30 working days from first report, whenever it was judged to be complex."""
    case = cases.log(solihull, channel=entry("channel", "telephone"))
    later = NOW + timedelta(days=4)
    triage.triage(case=case, by=coordinator, now=later, type_=first_stage_of("complex-complaint"))
    stage = open_stage(case)
    assert (stage.number, stage.state) == (2, "to-allocate")
    assert deadline(case).counted_from == RECEIVED
    assert deadline(case).due_on == date(2026, 12, 30)


def investigated(council: Council, coordinator) -> Case:
    """Answered by the investigator."""
    case = cases.log(council)
    triage.triage(case=case, by=coordinator, now=NOW, type_=first_stage_of("complaint"))
    allocation.allocate(
        case=case, by=coordinator, now=NOW, unit=council.send_north, responder=council.responder
    )
    drafting.draft(case=case, by=council.responder, now=NOW, text="# Our answer\n\nWe are sorry.")
    return sending.send(
        case=case,
        by=council.responder,
        now=NOW,
        sent=sending.Sent(NOW.date(), entry("channel", "email"), "Jo Example"),
        findings={row.pk: ("upheld", "") for row in open_stage(case).points.all()},
    )


def test_in_solihull_the_investigator_answers_and_nothing_is_closed_without_learning(solihull, coordinator):
    case = investigated(solihull, coordinator)
    assert deadline(case).in_time is True
    with pytest.raises(Refused, match="Record the learning, or 'none' with a reason, before closing"):
        closing.close(case=case, by=solihull.responder, now=NOW)
    closing.close(case=case, by=solihull.responder, now=NOW, none_because="A slip, put right.")
    assert Case.objects.get(pk=case.pk).closed_as == "answered"


def test_in_solihull_the_head_of_service_signs_stage_2(solihull, coordinator):
    """H3."""
    case = investigated(solihull, coordinator)
    closing.close(case=case, by=solihull.responder, now=NOW, none_because="A slip, put right.")
    asked = {"asked_on": NOW.date(), "reasons": "It says nothing of the delay."}
    with pytest.raises(NotPossible):
        escalation.escalate(case=case, by=solihull.responder, now=NOW, **asked)
    escalation.escalate(case=case, by=coordinator, now=NOW, **asked)
    stage = open_stage(case)
    assert (stage.type.code, stage.state) == ("stage-2", "to-answer")
    assert deadline(case).due_on == date(2026, 12, 4)
    drafting.submit(case=case, by=coordinator, now=NOW, text="# Our review\n\nWe are sorry.")
    assert open_stage(case).turn_role == "service-manager"
    with pytest.raises(NotPossible):
        drafting.sign(case=case, by=solihull.director, now=NOW)
    drafting.sign(case=case, by=solihull.service_manager, now=NOW)
    assert open_stage(case).state == "to-send"


def test_without_a_name_it_is_a_comment_in_solihull_and_a_contact_in_warwickshire(solihull):
    """H7; Warwickshire's policy says nothing of it, so that it is triaged like any other."""
    nameless = {"anonymous": True, "parties": (), "channel": None}
    assert cases.log(solihull, **nameless).kind == "comment"
    own("warwickshire")
    assert cases.log(solihull, **nameless).kind == "contact"


@pytest.mark.parametrize(
    ("pack", "procedure"), [("solihull-corporate", "complaint"), ("warwickshire", "contact")]
)
def test_an_mp_writes_like_anybody_where_the_policy_has_no_word_for_it(solihull, pack, procedure):
    own(pack)
    case = cases.log(
        solihull, channel=None, parties=[PartyDraft("mp", "Petra Vane MP", office="Westminster")]
    )
    assert open_stage(case).type.procedure.code == procedure


def test_in_warwickshire_a_request_is_passed_on_and_a_policy_is_not_a_complaint(warwickshire):
    """W11 i and xi."""
    request = cases.log(warwickshire)
    triage.triage(
        case=request, by=warwickshire.officer, now=NOW, exclusion=entry("exclusion", "request-for-service")
    )
    assert (Case.objects.get(pk=request.pk).kind, open_stage(request).state) == ("enquiry", "to-pass-on")
    policy = cases.log(warwickshire)
    triage.triage(case=policy, by=warwickshire.officer, now=NOW, exclusion=entry("exclusion", "policy"))
    assert Case.objects.get(pk=policy.pk).closed_as == "not-accepted"


def general(council: Council) -> Case:
    case = cases.log(council)
    triage.triage(case=case, by=council.officer, now=NOW, type_=first_stage_of("general"))
    allocation.allocate(
        case=case, by=council.officer, now=NOW, unit=council.send_north, responder=council.responder
    )
    return case


def test_in_warwickshire_a_service_manager_pauses_and_an_officer_does_not(warwickshire):
    """W6."""
    case = general(warwickshire)
    paused = {"first": NOW.date(), "ground": "Court proceedings"}
    with pytest.raises(NotPossible, match="'Pause' is for Service manager here"):
        happenings.pause(case=case, by=warwickshire.officer, now=NOW, **paused)
    happenings.pause(case=case, by=warwickshire.service_manager, now=NOW, **paused)
    assert deadline(case).paused_since == NOW.date()
    happenings.resume(
        case=case, by=warwickshire.service_manager, now=NOW + timedelta(days=10), on=date(2026, 11, 30)
    )
    assert deadline(case).due_on == date(2027, 1, 12)


def test_in_warwickshire_a_case_that_nobody_answers_is_discontinued_and_reopened(warwickshire):
    """W7, W9: both by a service manager."""
    case = general(warwickshire)
    note = "Written, called and e-mailed on three days without an answer."
    with pytest.raises(NotPossible):
        closing.close(case=case, by=warwickshire.officer, now=NOW, note=note)
    closing.close(case=case, by=warwickshire.service_manager, now=NOW, note=note)
    assert Case.objects.get(pk=case.pk).closed_note == note
    with pytest.raises(NotPossible):
        closing.reopen(case=case, by=warwickshire.manager, now=NOW, reason="They were in hospital.")
    closing.reopen(case=case, by=warwickshire.service_manager, now=NOW, reason="They were in hospital.")
    assert open_stage(case).state == "to-answer"


def test_a_letter_of_warwickshire_arrives_as_its_policy_says(warwickshire):
    """W5: what is posted first class on a Friday arrives on Saturday, second class on the third business day."""
    case = general(warwickshire)
    sent = {
        code: sending.received_on(open_stage(case), NOW.date(), entry("channel", code))
        for code in ("email", "letter", "letter-second-class")
    }
    assert sent == {
        "email": date(2026, 11, 20),
        "letter": date(2026, 11, 21),
        "letter-second-class": date(2026, 11, 25),
    }


def test_in_warwickshire_the_received_date_is_corrected_though_triage_has_no_clock(warwickshire):
    """What was acknowledged before it was triaged is not taken for what was received."""
    from complaints.actions import dates

    case = cases.log(warwickshire)
    day = RECEIVED
    sending.acknowledge(
        case=case,
        by=warwickshire.officer,
        now=NOW,
        sent=sending.Sent(day, entry("channel", "email")),
        officer=warwickshire.officer,
        sharing_notice=True,
    )
    triage.triage(case=case, by=warwickshire.officer, now=NOW, type_=first_stage_of("adult-social-care"))
    acknowledged = open_stage(case).events.get(code="acknowledged")
    dates.correct_date(
        case=case,
        by=warwickshire.officer,
        now=NOW,
        event=acknowledged,
        moment=date(2026, 11, 19),
        reason="A slip.",
    )
    assert Case.objects.get(pk=case.pk).received_on == RECEIVED
    received = open_stage(case).events.get(code="received")
    dates.correct_date(
        case=case,
        by=warwickshire.officer,
        now=NOW,
        event=received,
        moment=date(2026, 11, 17),
        reason="A slip.",
    )
    assert Case.objects.get(pk=case.pk).received_on == date(2026, 11, 17)
    assert deadline(case).counted_from == date(2026, 11, 17)


# --- Surrey's own ------------------------------------------------------------------------------------


def test_a_childrens_complaint_may_go_straight_to_stage_2(council):
    """SA7: nothing was answered in stage 1, and nothing says so."""
    case = cases.triaged(council, "children-act")
    first = open_stage(case)
    escalation.escalate(
        case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="It is about the team's manager."
    )
    first.refresh_from_db()
    assert (first.closed_as, open_stage(case).type.code) == ("closed", "stage-2")
    with pytest.raises(NotPossible):
        escalation.escalate(
            case=cases.triaged(council, "corporate"),
            by=council.officer,
            now=NOW,
            asked_on=NOW.date(),
            reasons="Now.",
        )


def test_what_is_not_eligible_as_a_complaint_is_answered_as_an_enquiry(council):
    """S1, SA4; but what came too late is told the Ombudsman."""
    for exclusion in Entry.objects.current("exclusion"):
        case = cases.log(council)
        triage.triage(case=case, by=council.officer, now=NOW, exclusion=exclusion)
        case = Case.objects.get(pk=case.pk)
        late = exclusion.code == "over-12-months"
        assert (case.closed_as, case.kind) == (("not-accepted", "contact") if late else ("", "enquiry")), (
            exclusion.code
        )


def test_a_responder_may_write_the_answer_of_a_review(council):
    """SC1: an additional response by the service."""
    case = cases.closed(council)
    escalation.escalate(case=case, by=council.officer, now=NOW, asked_on=NOW.date(), reasons="Still late.")
    drafting.review(
        case=case, by=council.officer, now=NOW, outcome="additional-response", note="They may say more."
    )
    drafting.submit(case=case, by=council.responder, now=NOW, text="# More\n\nWe will write by Friday.")
    assert open_stage(case).state == "to-check"


def test_the_business_administrator_records_what_ofsted_sends(council):
    """S5."""
    case = cases.triaged(council, "ofsted")
    helen = make_user("Helen Marsh")
    make_grant(helen, Role.BUSINESS_ADMINISTRATOR, council.children)
    happenings.record_event(case=case, by=helen, now=NOW, code="responded", moment=NOW.date())
    assert deadline(case).in_time is True
    freeze = cases.triaged(council, "freeze")
    with pytest.raises(NotPossible):
        happenings.record_event(case=freeze, by=helen, now=NOW, code="acted", moment=NOW)


# --- versions ---------------------------------------------------------------------------------------


def publish_second(tmp_path, *, since: str = "2026-12-01") -> None:
    """Surrey's pack once more as version 2, in which the corporate answer takes 15 working days, Customer Relations
    have no stage 2 of their own any more, and the manager checks."""
    from complaints.policies.loader import HERE, load

    text = (HERE / "surrey-cfllc.yaml").read_text("utf-8")
    text = text.replace("version: 1", "version: 2", 1).replace("2021-07-01", since, 1)
    before = "name: Corporate stage 1\n"
    head, tail = text.split(before)
    text = head + before + tail.replace("due: 10 working days", "due: 15 working days", 1)
    text = text.replace(
        "- approve by cr-officer when draft, no-request", "- approve by cr-manager when draft, no-request"
    )
    file = tmp_path / "second.yaml"
    file.write_text(text, encoding="utf-8")
    load(file, by=None, now=NOW)


def test_an_open_stage_keeps_the_version_it_was_begun_under(council, tmp_path):
    """TRAPS 14: neither its date, nor who may do what, nor what it goes on to is changed by a new version."""
    case = cases.submitted(council, "corporate")
    before, moves = deadline(case), moves_of(open_stage(case))
    publish_second(tmp_path, since="2026-11-01")
    after = deadline(case)
    assert (after.pk, after.due_on, after.original_due_on) == (
        before.pk,
        before.due_on,
        before.original_due_on,
    )
    assert moves_of(open_stage(case)) == moves
    drafting.approve(case=case, by=council.officer, now=NOW)
    assert deadline(case).due_on == date(2026, 12, 2)
    assert open_stage(case).type.procedure.policy_version.number == 1
    next_type = escalation.next_type(open_stage(case))
    assert next_type is not None
    assert next_type.procedure.policy_version.number == 1


def test_a_new_contact_is_judged_by_the_version_in_force_when_it_came_in(council, tmp_path):
    publish_second(tmp_path)
    december = datetime(2026, 12, 3, 10, 0, tzinfo=NOW.tzinfo)
    for received, number, due in (
        (date(2026, 11, 30), 1, date(2026, 12, 14)),
        (date(2026, 12, 1), 2, date(2026, 12, 22)),
    ):
        case = cases.triaged(council, "corporate", now=december, received=received)
        assert open_stage(case).type.procedure.policy_version.number == number
        assert deadline(case).due_on == due


def test_a_contact_logged_late_is_reclassified_within_its_own_version(council, tmp_path):
    """What it can become are the procedures of the day it came in."""
    publish_second(tmp_path)
    december = datetime(2026, 12, 3, 10, 0, tzinfo=NOW.tzinfo)
    case = cases.triaged(council, "corporate", now=december, received=date(2026, 11, 30))
    type_ = intake.types_on(case.received_on).get(procedure__code="education", position=0)
    triage.reclassify(case=case, by=council.officer, now=december, type_=type_, reason="It is about a plan.")
    assert open_stage(case).type.procedure.policy_version.number == 1


def test_who_may_do_what_follows_the_version_of_the_stage(council, tmp_path):
    publish_second(tmp_path, since="2026-11-19")
    old = cases.submitted(council, "corporate", received=date(2026, 11, 18))
    new = cases.submitted(council, "corporate", received=date(2026, 11, 19))
    drafting.approve(case=old, by=council.officer, now=NOW)
    with pytest.raises(NotPossible, match="'Approve the draft' is for Customer Relations Manager here"):
        drafting.approve(case=new, by=council.officer, now=NOW)
    drafting.approve(case=new, by=council.manager, now=NOW)


def test_lists_are_not_versioned_and_both_versions_choose_from_them(council, tmp_path):
    before = Entry.objects.own().count()
    publish_second(tmp_path)
    assert Entry.objects.own().count() == before
