"""TRAPS 21 and 22: every number that leads to a list is the number of lines of that list, for everybody and at any
time; tables add up; and nobody's numbers have in them what they may not open. COUNTS=20 tells of twenty councils."""

import html
import logging
import os
import random
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F
from django.http import QueryDict

from accounts.actions import Refused, name_cover
from accounts.models import User
from complaints import permissions
from complaints.actions import dates, drafting, sending
from complaints.models import Case, Entry, Stage
from complaints.moves import table_of
from complaints.queries.counted import Table
from complaints.queries.line_filters import Lists, asked_of
from complaints.queries.lines import Show, lines, with_colour
from complaints.queries.stages import acting_stages, stages_of
from complaints.workflow import Verb
from slas.core.calendar import LONDON
from tests.browser import Browser
from tests.complaints import cases
from tests.complaints.cases import Council
from tests.complaints.walk.steps import ACTIONS, Step, World
from tests.factories import make_user

pytestmark = pytest.mark.django_db

BEGINS = datetime(2026, 9, 28, 10, 30, tzinfo=LONDON)
MOMENTS = (datetime(2026, 11, 20, 10, 0, tzinfo=LONDON), datetime(2026, 12, 4, 23, 30, tzinfo=LONDON))
PAGES = (
    "/dashboard/",
    "/dashboard/?unit=EDUCATION",
    "/dashboard/?unit=SEND-NORTH",
    "/statistics/?from=2026-09-01&to=2026-12-31",
    "/statistics/?from=2026-10-01&to=2026-10-31&unit=CHILDREN",
    "/reports/weekly/",
)
"""Every page whose numbers lead to lists: a link to `/cases/?…` that begins with a number."""
NUMBER = re.compile(r'<a[^>]* href="/cases/\?([^"]*)"[^>]*>\s*([\d,]+)')
QUEUED = re.compile(r'<a[^>]* href="/queue/\?([^"]*)"[^>]*>\s*([\d,]+)')
CASES, STEPS = 16, 7
PROCEDURES = ("corporate", "children-act", "children-act", "enquiry")
ENDS = (Verb.MERGE, Verb.LOG_IN_ERROR, Verb.WITHDRAW)
"""What would end most cases before anything happened to them."""
COUNCILS = int(os.environ.get("COUNTS", "1"))
LOOKS = ("officer", "manager", "responder", "service_manager", "auditor", "outsider")
"""The parts of those who look, besides a deputy."""


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=LONDON)


class Chance(Step):
    """A step whose arguments come by chance, the same each time."""

    chance: random.Random

    def one_of(self, *choices: object) -> object:
        return self.chance.choice(choices)


class Told:
    """Cases of a council after all sorts of things happened to them."""

    def __init__(self, council: Council, seed: int) -> None:
        self.council, self.chance = council, random.Random(seed)
        there = [person.pk for person in vars(council).values() if isinstance(person, User)]
        self.people = list(User.objects.filter(pk__in=there).order_by("pk"))
        units = [
            council.children,
            council.education,
            council.send_north,
            council.send_south,
            council.safeguarding,
        ]
        self.world = World(BEGINS, self.people, units)
        self.themes = list(Entry.objects.current("theme"))[:4]
        self.some_of_each()
        for number in range(CASES):
            self.world.now = BEGINS + timedelta(days=number * 3.2)
            self.live(self.begin())

    def begin(self) -> Case:
        chance = self.chance
        make = chance.choice([cases.log, cases.accepted, cases.submitted, cases.approved, cases.sent])
        restricted = {"restricted": True, "readers": self.people} if chance.random() < 0.2 else {}
        rest = {} if make is cases.log else {"procedure": chance.choice(PROCEDURES)}
        received = self.world.now.date() - timedelta(chance.choice([0, 0, 1, 4]))
        unit = chance.choice(self.world.units)
        case = make(self.council, now=self.world.now, received=received, unit=unit, **restricted, **rest)
        case.tags.add(*chance.sample(self.themes, chance.choice([0, 1, 1, 2])))
        self.world.cases.append(case)
        return case

    def some_of_each(self) -> None:
        """One of each that chance may leave out: amber, green, answered, only in time as extended, late, restricted."""
        council = self.council
        for day in (date(2026, 11, 9), date(2026, 11, 18)):
            cases.accepted(council, now=on(day), received=day)
        cases.sent(council, now=on(date(2026, 11, 16)), received=date(2026, 11, 16))
        cases.log(council, now=BEGINS, received=BEGINS.date(), restricted=True, readers=self.people[:4])
        began = on(date(2026, 10, 12))
        extended = cases.accepted(council, "children-act", now=began, received=began.date())
        common: dict[str, Any] = {"case": extended, "now": began}
        more = {"total": 20, "reason": "Two teams.", "asked_by": "SEND North", "complainant_agreed": True}
        dates.extend(**common, **more, by=council.officer, approver=council.senior)
        drafting.submit(**common, by=council.responder, text="# Our answer")
        drafting.approve(**common, by=council.officer)
        self.send(extended, on(date(2026, 11, 2)))
        self.send(cases.approved(council, now=began, received=began.date()), on(date(2026, 11, 3)))

    def send(self, case: Case, now: datetime) -> None:
        sending.send(
            case=case,
            by=self.council.officer,
            now=now,
            sent=sending.Sent(now.date(), cases.entry("channel", "email"), "Jo Example"),
            findings={row.pk: ("upheld", "") for row in cases.open_stage(case).points.all()},
            late_reason=Entry.objects.current("late-reason").first(),
            late_unit=self.council.send_north,
        )

    def live(self, case: Case) -> None:
        """Some of what may happen to a case: mostly what it waits for, sometimes anything that is offered."""
        for _ in range(self.chance.randrange(STEPS)):
            self.world.now += timedelta(hours=self.chance.choice([0.1, 3, 26, 50, 100]))
            case = Case.objects.get(pk=case.pk)
            stage = self.chance.choice(acting_stages(stages_of(case)))
            stage.case = case
            offered = [move.verb for move in table_of(stage.type).moves(stage.state) if move.verb not in ENDS]
            verb = Verb(stage.turn_verb) if stage.turn_verb and self.chance.random() < 0.8 else None
            verb = verb or self.chance.choice(offered)
            able = [p for p in self.people if permissions.can(p, verb, stage, now=self.world.now)]
            for _ in range(4 if able else 0):  # what it is done with may be wrong at first
                step = Chance(self.world, case, stage, self.chance.choice(able), None, sane=True)  # type: ignore[arg-type]
                step.chance = self.chance
                try:
                    ACTIONS[verb](step)
                except Refused:
                    continue
                break


@pytest.fixture
def deputy(council: Council) -> User:
    person = make_user("Dee Deputy")
    first = date(2026, 9, 1)
    for absent in (council.service_manager, council.officer):
        name_cover(
            absent=absent, deputy=person, first=first, last=date(2026, 12, 31), reason="", by=None, now=BEGINS
        )
    return person


@pytest.fixture(params=range(COUNCILS))
def told(council: Council, request: pytest.FixtureRequest) -> Iterator[Told]:
    logging.disable(logging.WARNING)
    yield Told(council, request.param)
    logging.disable(logging.NOTSET)


def tables_in(value: object) -> Iterator[Table]:
    if isinstance(value, Table):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from tables_in(one)


def is_worth_counting() -> bool:
    """Whether there is something of everything: restricted, closed, of each colour, in time, as extended, late."""
    stages = Stage.objects.filter(type__beside=False)
    open_ = stages.filter(closed_at__isnull=True)
    colours = set(with_colour(open_, MOMENTS[0]).values_list("colour", flat=True))
    answered = stages.filter(in_time=True)
    return (
        colours >= {"red", "amber", "green", "answered", "no-date"}
        and stages.filter(in_time=False, type__procedure__kind="complaint").exists()
        and answered.filter(met_on__gt=F("original_due_on")).exists()
        and Case.objects.filter(restricted=True, closed_at__isnull=True).exists()
        and Case.objects.filter(closed_at__isnull=False).count() > 3
    )


def test_every_number_is_that_of_the_list_it_leads_to(told: Told, deputy: User) -> None:
    assert is_worth_counting()
    followed = 0
    lists = Lists.read()
    for now in MOMENTS:
        with time_machine.travel(now, tick=False):
            for person in [*(getattr(told.council, part) for part in LOOKS), deputy]:
                person = permissions.afresh(person)
                seen = set(permissions.visible_cases(person, now=now).values_list("pk", flat=True))
                client = Browser()
                client.force_login(person)
                known: dict[str, int] = {}
                for page in PAGES:
                    answer = client.get(page)
                    assert answer.status_code == 200
                    for name, n in NUMBER.findall(answer.content.decode()):
                        query, number = html.unescape(name), int(n.replace(",", ""))
                        assert known.setdefault(query, number) == number, (person, page, query)
                    for key in answer.context.keys():  # noqa: SIM118 a ContextList
                        for table in tables_in(answer.context[key]):
                            assert table.name == "Yours" or table.wrong == (), (person, page, table.wrong)
                for query, number in known.items():
                    asked = asked_of(QueryDict(query), person, now=now, lists=lists)
                    assert asked.valid, (person, query, asked.filters.form.errors)
                    listed = list(asked.lines.values_list("case", flat=True))
                    assert len(listed) == number, (person, now, query)
                    assert set(listed) <= seen, (person, query)
                followed += len(known)
    assert followed > 1000, "this council has too little to count"


def test_every_number_of_the_first_page_is_that_of_the_queue_it_leads_to(told: Told, deputy: User) -> None:
    """And what waits for somebody is of the open work they see, whoever they do it for."""
    followed = 0
    for now in MOMENTS:
        with time_machine.travel(now, tick=False):
            for person in [*(getattr(told.council, part) for part in LOOKS if part != "auditor"), deputy]:
                person = permissions.afresh(person)
                client = Browser()
                client.force_login(person)
                work = set(lines(person, Show.WORK, now=now).values_list("pk", flat=True))
                for query, number in set(QUEUED.findall(client.get("/").content.decode())):
                    page = client.get(f"/queue/?{html.unescape(query)}").context["page"]
                    assert page.paginator.count == int(number) == len(page.object_list), (person, now, query)
                    assert {task.stage_id for task in page.object_list} <= work, (person, query)
                    followed += 1
    assert followed > 50, "this council has too little to do"
