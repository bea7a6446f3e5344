"""A random walk through the life of cases, on days and at hours chosen to be awkward. After every step, whether done or
refused, all that `checks` knows must hold. WALK=long walks for hours instead of seconds, WALKS=40 forty walks."""

import os
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from accounts.actions import Refused, name_cover
from accounts.models import User
from accounts.roles import Role, Seat
from complaints import permissions
from complaints.models import Case, Stage
from complaints.moves import table_of
from complaints.queries.stages import acting_stages, stages_of
from complaints.workflow import Verb
from slas.core.calendar import LONDON
from slas.models import Policy
from slas.service import set_own_policy
from tests.complaints.cases import Council
from tests.complaints.walk import checks
from tests.complaints.walk.steps import ACTIONS, KINDS, Draw, Step, World, bring_on, change_calendar, log
from tests.factories import make_grant, make_user

pytestmark = pytest.mark.django_db

LONG = os.environ.get("WALK") == "long"
STARTS = (
    datetime(2026, 10, 23, 16, 30, tzinfo=LONDON),  # the Friday before the clocks go back
    datetime(2026, 12, 23, 9, 0, tzinfo=LONDON),  # before Christmas
    datetime(2026, 3, 27, 23, 59, tzinfo=LONDON),  # before the clocks go forward, and Easter
    datetime(2026, 5, 22, 10, 0, tzinfo=LONDON),  # before a bank holiday
    datetime(2026, 12, 31, 23, 59, tzinfo=LONDON),  # the last minute of a year
)
AHEAD = [
    timedelta(0),
    timedelta(minutes=1),
    timedelta(hours=7),
    timedelta(days=1),
    timedelta(days=2, hours=13),
    timedelta(days=7),
    timedelta(days=16),
]
OTHERS = {
    "Lee Ving": Role.CR_OFFICER,
    "Head Service": Role.SERVICE_MANAGER,
    "Ass Director": Role.ASSISTANT_DIRECTOR,
    "Cora Dinator": Role.COORDINATOR,
    "Corp Orate": Role.CORPORATE_COMPLAINTS,
    "Com Plaints": Role.COMPLAINTS_MANAGER,
}
MOMENT = timedelta(milliseconds=1)
"""Between one thing and the next."""
LEAVERS = ("Rae Responder", "Lee Ving")
STEPS = (
    *["the_next_thing"] * 8,
    *["something_offered"] * 7,
    *["anything_at_all"] * 2,
    *["time_goes_by"] * 3,
    "another",
    "somebody_leaves",
    "the_calendar_changes",
    *["another_procedure"] * 2,
    "something_happens",
)
"""What may come next, the likelier the more often it is here."""
seen: Counter[str] = Counter()


class Walk:
    """Cases of one council, and people who do right and wrong things to them."""

    def __init__(self, council: Council, start: datetime, draw: Draw) -> None:
        self.draw = draw
        # As they are on record: who left in another walk is back.
        there = [person.pk for person in vars(council).values() if isinstance(person, User)]
        people = list(User.objects.filter(pk__in=there).order_by("pk"))
        deputy = make_user("Dee Deputy")
        for absent in (council.director, council.officer):
            last = start.date() + timedelta(30)
            name_cover(absent=absent, deputy=deputy, first=start.date(), last=last, by=None, now=start)
        for name, role in OTHERS.items():
            person = make_user(name)
            make_grant(person, role, None if role.seat is Seat.COUNCIL else council.children)
            people.append(person)
        units = [council.education, council.send_north, council.send_south, council.safeguarding]
        self.world = World(start, [*people, deputy], units)
        self.breached: dict[tuple[int, str], datetime] = {}
        self.settled: checks.Rows = {}
        self.contact(by=council.officer, kinds=("complainant",))
        assert self.world.cases
        if draw(st.sampled_from([True, True, False])):
            bring_on(self.world, self.world.cases[0], draw)
            self.hold(Verb.ESCALATE, self.world.cases[0], checks.deadline_rows())

    # --- what happens ----------------------------------------------------------------------------------------------

    def another(self) -> None:
        """One more contact, while there are few."""
        if len(self.world.cases) < 4:
            self.contact(by=self.draw(st.sampled_from(self.world.people)))

    def contact(self, by: User, kinds: tuple[str, ...] = KINDS) -> None:
        before = checks.everything()
        try:
            case = log(self.world, self.draw, by, kinds=kinds)
        except Refused as refused:
            note(f"{by} logs nothing: {refused.message}")
            assert checks.everything() == before
            return
        note(f"{by} logged {case} at {self.world.now}")
        self.hold(Verb.TRIAGE, case, checks.deadline_rows())

    def another_procedure(self) -> None:
        """A stage turns out to belong to another procedure."""
        case, stage = self.somewhere()
        self.take(Verb.RECLASSIFY, case, stage, sane=True)

    def something_happens(self) -> None:
        """Something that dates count from, or that meets one."""
        case, stage = self.somewhere()
        self.take(Verb.RECORD_EVENT, case, stage, sane=True)

    def time_goes_by(self) -> None:
        self.world.now += self.draw(st.sampled_from(AHEAD))
        note(f"it is {self.world.now.astimezone(LONDON)}")
        self.sight = checks.sight(self.world.people, self.world.now)
        self.breached = {**checks.breached(self.world.now, checks.deadline_rows()), **self.breached}

    def the_next_thing(self) -> None:
        """What the case waits for, by somebody who may do it."""
        case, stage = self.somewhere()
        if stage.turn_verb:
            self.take(Verb(stage.turn_verb), case, stage, sane=True)

    def something_offered(self) -> None:
        """Any move of the table, by somebody who may make it."""
        case, stage = self.somewhere()
        moves = [move.verb for move in table_of(stage.type).moves(stage.state)]
        if moves:
            self.take(self.draw(st.sampled_from(moves)), case, stage, sane=self.draw(st.booleans()))

    def anything_at_all(self) -> None:
        """By anybody, whether or not it is a move."""
        case, stage = self.somewhere()
        verb = self.draw(st.sampled_from(list(ACTIONS)))
        self.take(verb, case, stage, sane=False, by=self.draw(st.sampled_from(self.world.people)))

    def somebody_leaves(self) -> None:
        person = self.draw(st.sampled_from([p for p in self.world.people if p.name in LEAVERS]))
        person.is_active = False
        person.save()
        person.__dict__.pop("_standings", None)
        self.sight = checks.sight(self.world.people, self.world.now)
        note(f"{person} left")

    def the_calendar_changes(self) -> None:
        """What is open follows the calendar, and what is settled stays as it was (decision 13)."""
        self.world.now += MOMENT
        before = checks.deadline_rows()
        note(change_calendar(self.world, self.draw))
        after = checks.deadline_rows()
        live = {key for key, row in before.items() if row["live"]}
        closed = before.keys() - live
        assert {key: after[key] for key in closed} == {key: before[key] for key in closed}
        for case in Case.objects.order_by("pk"):
            for stage in checks.stages_with_all(case):
                stay = {(stage.pk, code) for code in checks.differing(stage)}
                assert stay <= closed, f"{stage}: open, and does not follow the calendar: {stay}"
                self.settled |= {key: after[key] for key in stay}
        # A day that turns out not to have been worked was not missed, nor the reverse.
        self.breached = {key: red for key, red in self.breached.items() if key not in live}
        for case in Case.objects.order_by("pk"):
            self.hold(Verb.RESUME, case, after)

    # --- how ------------------------------------------------------------------------------------------------------

    def somewhere(self) -> tuple[Case, Stage]:
        case = Case.objects.get(pk=self.draw(st.sampled_from([c.pk for c in self.world.cases])))
        stage = self.draw(st.sampled_from(acting_stages(stages_of(case))))
        stage.case = case
        return case, stage

    def take(self, verb: Verb, case: Case, stage: Stage, *, sane: bool, by: User | None = None) -> None:
        self.world.now += MOMENT
        able = [
            person
            for person, cases in self.sight.items()
            if case.pk in cases and permissions.authority(person, verb, stage, now=self.world.now)
        ]
        by = by or self.draw(st.sampled_from(able or self.world.people))
        before, rows = checks.everything(), checks.deadline_rows()
        try:
            ACTIONS[verb](Step(self.world, case, stage, by, self.draw, sane))
        except Refused as refused:
            seen[f"{verb} refused"] += 1
            note(f"{by} may not {verb} {stage}: {refused.message}")
            assert refused.message.strip(), "refused without a word"
            assert checks.everything() == before, "refused, and something changed"
            return
        seen[verb] += 1
        note(f"{by} did {verb} to {stage}")
        assert by in able, f"{by} did {verb}, and may not"
        self.hold(verb, case, rows)

    def hold(self, verb: Verb, case: Case, before: checks.Rows) -> None:
        """All that must be so now."""
        now = self.world.now
        after = checks.deadline_rows()
        wrong = checks.moved_wrongly(before, after, verb)
        self.world.cases = list(Case.objects.order_by("pk"))
        self.sight = checks.sight(self.world.people, now)
        for stage in checks.stages_with_all(case):
            wrong += [f"{stage}: {what}" for what in checks.wrong_deadlines(stage, self.settled)]
            wrong += [f"{stage}: {what}" for what in checks.unfounded(stage)]
            wrong += [f"{stage}, turn: {what}" for what in checks.wrong_turn(stage)]
            wrong += [f"{stage}, {what}" for what in checks.wrong_tasks(stage)]
            wrong += [f"{stage}, copy of {what}" for what in checks.wrong_copies(stage)]
        case.refresh_from_db()
        wrong += checks.wrong_closing(case)
        for one in self.world.cases if verb is Verb.MERGE else [case]:
            wrong += checks.wrong_record(one)
        wrong += checks.wrong_sight(case, self.sight, now)
        wrong += checks.found_by_nobody(case, self.sight, now)
        wrong += self.unsettled(case, after)
        wrong += self.cured(verb, case, after)
        assert wrong == []

    def cured(self, verb: Verb, case: Case, after: checks.Rows) -> list[str]:
        """What was missed and no longer is, though nothing that was recorded wrongly was put right, and nothing turned
        out to have been done in time."""
        now = checks.breached(self.world.now, after)
        if verb is Verb.CORRECT_DATE:
            stages = set(case.stages.values_list("pk", flat=True))
            self.breached = {key: red for key, red in self.breached.items() if key[0] not in stages}
        gone = [
            f"{key} was missed at {red}, and is not any more: {after[key]}"
            for key, red in self.breached.items()
            if key in after
            and key not in now
            and not (after[key]["met_at"] and after[key]["met_at"] < red)
            and not checks.is_an_occasion(key)
        ]
        self.breached = {**now, **self.breached}
        return gone

    def unsettled(self, case: Case, after: checks.Rows) -> list[str]:
        """What was settled before the calendar changed, and was judged anew though nothing it rests on was touched."""
        wrong = []
        stages = {stage.pk: stage for stage in checks.stages_with_all(case)}
        for key in [key for key in self.settled if key[0] in stages]:
            was, row = self.settled[key], after.get(key)
            if row is None or any(row[name] != was[name] for name in was if name != "stage_closed"):
                del self.settled[key]
                self.breached.pop(key, None)
                if row and not row["live"] and not checks.touched(stages[key[0]], key[1], self.world.now):
                    wrong.append(f"{key} was settled as {was}, and is judged anew: {row}")
        return wrong

    def pages(self) -> None:
        """Every page of the cases as they are now, for everybody: theirs, or not found."""
        for case in self.world.cases:
            for person in self.world.people[case.pk % 3 :: 3]:
                client: Any = Client()
                person = permissions.afresh(person)
                if not person.is_active:
                    continue
                client.force_login(person)
                sees = permissions.sees(person, case)
                for address in ("", "dates/", "?timeline"):
                    answer = client.get(f"/cases/{case.reference}/{address}")
                    assert answer.status_code == (200 if sees else 404), (person, address)


@pytest.mark.parametrize("policy", ["surrey-cfllc", "warwickshire", "solihull-corporate"])
@settings(
    max_examples=int(os.environ.get("WALKS", 3000 if LONG else 6)),
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
)
@given(
    start=st.sampled_from(STARTS),
    steps=st.lists(st.sampled_from(STEPS), min_size=35, max_size=50),
    data=st.data(),
)
def test_a_walk(
    council: Council, policy: str, start: datetime, steps: list[str], data: st.DataObject
) -> None:
    set_own_policy(Policy.objects.get(code=policy), by=None, now=start)
    with transaction.atomic():
        walk = Walk(council, start, data.draw)
        for step in steps:
            getattr(walk, step)()
        walk.pages()
        transaction.set_rollback(True)
