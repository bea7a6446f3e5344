"""`manage.py make_cases`: many invented cases, exactly as the actions would have written them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.db.models import Max

from accounts.models import Unit, User
from accounts.roles import Role
from audit.models import Event, Stream
from audit.service import verify_all
from complaints import permissions
from complaints.actions import clock, reach, turns
from complaints.demo import people as demo_people
from complaints.demo.many import people
from complaints.demo.many.finish import finish
from complaints.demo.many.making import Maker, Order, make
from complaints.demo.many.rows import ORDER, Numbers, Rows
from complaints.demo.many.story import Story
from complaints.demo.many.writers import LEAST_OF_PROLIFIC, PROLIFIC
from complaints.models import (
    Case,
    CaseReach,
    CaseUnit,
    Contribution,
    Deadline,
    Draft,
    DraftDecision,
    Extension,
    ExtensionRequest,
    Letter,
    Note,
    Party,
    Point,
    Stage,
    StageEvent,
    Task,
)
from complaints.queries.lines import Colour, Show, colour_of, lines
from complaints.references import reference
from slas.models import Policy
from slas.service import set_own_policy
from tests.complaints import cases
from tests.complaints.cases import NOW
from tests.complaints.doing import Doing

pytestmark = pytest.mark.django_db

MANY = 400
SEED = 7
DERIVED: tuple[type[models.Model], ...] = (Deadline, Stage, Task, CaseReach)


@pytest.fixture(scope="module")
def council(loaded: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo's people under Surrey's policy, for a whole module."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
        set_own_policy(Policy.objects.get(code="surrey-cfllc"), by=None, now=NOW)
        demo_people.load(now=NOW)
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def made(council: None, django_db_blocker: Any) -> Iterator[None]:
    """Four hundred cases, made once for the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        make(MANY, seed=SEED, now=NOW)
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


def rows_of(model: type[models.Model]) -> list[dict[str, Any]]:
    order = ("holder", "case_id") if model is CaseReach else ("pk",)
    return list(model._default_manager.order_by(*order).values())


# --- where it is refused


def test_it_says_so_without_a_policy(loaded: None, settings: Any) -> None:
    settings.DEBUG = True
    with pytest.raises(CommandError, match="own policy is not loaded"):
        call_command("make_cases", "3")


def test_it_is_refused_where_it_could_be_real_work(council: None, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="stand among a council's real ones"):
        call_command("make_cases", "3")
    assert not Case.objects.exists()


def test_the_command_says_how_far_it_is(council: None, settings: Any, capsys: Any) -> None:
    settings.DEBUG = True
    call_command("make_cases", "3", "--seed", "5")
    said = capsys.readouterr().out
    assert "Made 3 cases" in said
    assert Case.objects.count() == 3


@pytest.mark.skipif(connection.vendor == "postgresql", reason="several processes write at once there")
def test_several_processes_are_refused_on_sqlite(council: None, settings: Any) -> None:
    settings.DEBUG = True
    with pytest.raises(CommandError, match="only on PostgreSQL"):
        call_command("make_cases", "3", "--procs", "2")


# --- exactly as the actions would have written them


def test_each_act_writes_what_its_action_writes(council: None) -> None:
    told_and_done(Maker(Order(MANY, SEED, NOW, dict.fromkeys(range(2010, 2030), 50_000))))


@pytest.mark.parametrize("pack", ["solihull-corporate", "warwickshire"])
def test_it_goes_by_the_tables_of_any_council(loaded: None, pack: str) -> None:
    set_own_policy(Policy.objects.get(code=pack), by=None, now=NOW)
    demo_people.load(now=NOW)
    people.ensure(cases=100, now=NOW)
    maker = Maker(Order(70, SEED, NOW, dict.fromkeys(range(2010, 2030), 50_000)))
    told_and_done(maker)
    answered = Stage.objects.filter(letters__kind=Letter.Kind.RESPONSE, closed_at__isnull=False)
    assert answered.filter(type__procedure__kind="complaint").exists()


def told_and_done(maker: Maker) -> None:
    """Tell stories in memory and do the same through the actions; what is in the database then is the same."""
    for index in one_of_each(maker):
        plot, rows = maker.plot(index), Rows()
        plot.contact.own.clear()
        maker.numbers = numbers_ahead()
        teller = Doing(maker.council, rows, maker.numbers)
        with transaction.atomic():
            Story(plot, teller).tell()
            finish([teller], maker.council, rows, maker.numbers)
            rows.save()
        assert differences(plain(teller.case), plain(teller.done)) == [], (index, plot.reference)


def one_of_each(maker: Maker) -> list[int]:
    """The numbers of stories that together have every act there is, and every way a stage stands at the end."""
    found, known = list[int](), set[Any]()
    for index in range(maker.order.total):
        told = Story(maker.plot(index), maker.teller(Rows())).tell()
        new = {one.verb for one in told.told} | {told.case.closed_as}
        new |= {(chapter.type.pk, chapter.state) for chapter in told.chapters}
        if not new <= known:
            known |= new
            found.append(index)
    return found


def numbers_ahead() -> Numbers:
    """Numbers that leave room for those the actions draw meanwhile."""
    numbers = Numbers()
    for model in (
        Case,
        Stage,
        StageEvent,
        Point,
        Draft,
        Letter,
        Note,
        Contribution,
        ExtensionRequest,
        Stream,
        Event,
    ):
        numbers._last[model] = (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1_000
    return numbers


# What rows of two cases cannot have in common: their own numbers, and what seals them.
LEFT_OUT = {"id", "salt", "digest", "hash", "previous_hash", "head_hash", "search_text", "once"}


def plain(case: Case) -> dict[str, list[dict[str, Any]]]:
    """Every row of a case, each named by its place among its like, so that two cases can be compared."""
    own = {model: own_rows(model, case) for model in ORDER}
    places = {model: {row.pk: n for n, row in enumerate(rows)} for model, rows in own.items()}
    return {model._meta.label: [_plain(row, places, case) for row in rows] for model, rows in own.items()}


def differences(told: dict[str, list[dict[str, Any]]], done: dict[str, list[dict[str, Any]]]) -> list[Any]:
    """What two cases do not have in common: the kind of row, its place, and the columns with both values."""
    found: list[Any] = []
    for name, rows in told.items():
        if len(rows) != len(done[name]):
            found.append((name, len(rows), len(done[name])))
        for n, (one, other) in enumerate(zip(rows, done[name], strict=False)):
            columns = {key: (one[key], other[key]) for key in one if one[key] != other[key]}
            found += [(name, n, columns)] if columns else []
    return found


def own_rows(model: Any, case: Case) -> list[Any]:
    """The rows of a kind that a case has, in an order that does not depend on when they were saved."""
    if model is Case:
        return [case.__class__.objects.get(pk=case.pk)]
    if model is Stream:
        return list(Stream.objects.filter(name=case.stream))
    if model._meta.app_label == "audit":
        path = "stream__name" if model is Event else "event__stream__name"
        return list(model.objects.filter(**{path: case.stream}).order_by("pk"))
    names = {field.name for field in model._meta.get_fields()}
    path = "case" if "case" in names else "stage__case" if "stage" in names else "draft__stage__case"
    rows = list(model._default_manager.filter(**{path: case}))
    return sorted(rows, key=_place)


def _place(row: Any) -> tuple[Any, ...]:
    if isinstance(row, (CaseUnit, CaseReach)):
        return (row.unit_id if isinstance(row, CaseUnit) else row.holder,)
    if isinstance(row, Case.tags.through):
        return (row.entry_id,)
    stage = getattr(row, "stage", None)
    kind = (row.kind, row.words) if isinstance(row, Task) else ()
    return (stage.number if isinstance(stage, Stage) else 0, *kind, row.pk)


def _plain(row: Any, places: dict[Any, dict[Any, int]], case: Case) -> dict[str, Any]:
    found = {}
    for field in row._meta.concrete_fields:
        if field.name in LEFT_OUT:
            continue
        value = getattr(row, field.attname)
        related = field.related_model if field.is_relation else None
        if related in places and value is not None:
            value = places[related].get(value, value)
        found[field.name] = _said(value, case)
    if isinstance(row, Task) and row.kind in (Task.Kind.REQUEST, Task.Kind.CONTRIBUTION):
        found.pop("about")
    if isinstance(row, Task) and row.kind == Task.Kind.CHASE:
        found.pop("since")  # where the date moved, that of the action is still when it would have been late
    return found


def _said(value: Any, case: Case) -> Any:
    """Without the case's own reference, and the numbers of rows that an entry of the timeline gives."""
    if isinstance(value, dict):
        return {key: said for key, said in value.items() if key not in ("letter", "note")}
    return value.replace(case.reference, "it") if isinstance(value, str) else value


def test_working_everything_out_anew_changes_nothing(made: None) -> None:
    before = {model: rows_of(model) for model in DERIVED}
    stages = list(Stage.objects.values_list("pk", flat=True))
    for first in range(0, len(stages), 300):
        assert clock.recompute(stages[first : first + 300]) == []
        turns.write(stages[first : first + 300], now=NOW)
    reach.write(Case.objects.values_list("pk", flat=True))
    for model in DERIVED:
        assert rows_of(model) == before[model], model


def test_every_timeline_is_whole_and_numbers_its_case(made: None) -> None:
    assert verify_all() == []
    heads = dict(Stream.objects.filter(name__startswith="case:").values_list("name", "head_sequence"))
    assert heads == {case.stream: case.revision for case in Case.objects.all()}


# --- what there is


def test_the_mix_is_that_of_a_council(made: None) -> None:
    assert Case.objects.count() == MANY
    open_ = Case.objects.filter(closed_at__isnull=True).count()
    assert 0.03 <= open_ / MANY <= 0.09
    assert Case.objects.filter(restricted=True).count() == MANY / 100
    beside = CaseUnit.objects.filter(lead=False).values("case").distinct().count()
    assert 0.01 * MANY <= beside <= 0.09 * MANY
    colours = Counter(colour_of(stage, NOW) for stage in Stage.objects.filter(closed_at__isnull=True))
    assert colours[Colour.GREEN] > colours[Colour.RED] > 0
    assert colours[Colour.ANSWERED] > 0
    assert Stage.objects.filter(type__beside=True, closed_at__isnull=True).exists()
    assert Stage.objects.filter(type__position=1).exists()
    assert Extension.objects.exists()
    assert Case.objects.exclude(own_key="").exists()


def test_what_is_past_a_step_has_what_the_step_asks(made: None) -> None:
    answered = Stage.objects.filter(letters__kind=Letter.Kind.RESPONSE)
    assert not answered.filter(type__procedure__kind="complaint", points__finding="").exists()
    assert not answered.filter(in_time=False, late_reason__isnull=True).exists()
    assert not Stage.objects.filter(in_time=True, late_reason__isnull=False).exists()
    for stage in answered.filter(drafts__isnull=False).distinct():
        last = stage.drafts.order_by("version").last()
        assert isinstance(last, Draft)
        assert last.decisions.exclude(decision=DraftDecision.Decision.RETURNED).exists()
    closed = Stage.objects.filter(closed_at__isnull=False, type__procedure__kind="complaint")
    lacking = closed.filter(closed_as="answered", no_learning_reason="", learning__isnull=True)
    assert not lacking.exists()


def test_nothing_in_it_is_still_to_come(made: None) -> None:
    assert not Event.objects.filter(stream__name__startswith="case:", at__gt=NOW).exists()
    assert not Case.objects.filter(logged_at__gt=NOW).exists()
    assert Case.objects.earliest("logged_at").logged_at.year <= 2018
    assert (
        Case.objects.filter(logged_at__year=2026).count() > Case.objects.filter(logged_at__year=2021).count()
    )


def test_one_person_writes_most(made: None) -> None:
    found = Counter(Party.objects.filter(role="complainant").values_list("name", flat=True))
    assert found.most_common(1) == [(PROLIFIC, LEAST_OF_PROLIFIC)]
    assert Party.objects.filter(role="mp").exists()
    assert not Party.objects.filter(role="mp").exclude(match_name="").exists()


def test_a_restricted_case_is_seen_by_those_on_its_list_only(made: None) -> None:
    case = Case.objects.filter(restricted=True).latest("pk")
    listed = {row.user_id for row in case.readers.all()}
    assert case.officer_id in listed
    seen = {user.pk for user in User.objects.active() if permissions.sees(user, case, now=NOW)}
    assert seen == listed


def test_the_people_of_the_demo_find_plenty_of_theirs(made: None) -> None:
    for name in ("amira.khan", "tom.ashworth", "sunita.rao", "daniel.okafor"):
        user = User.objects.get(email=f"{name}@council.example")
        assert lines(user, Show.CASES, now=NOW).count() >= 5, name


def test_a_case_logged_next_gets_the_next_reference(made: None) -> None:
    taken = Case.objects.filter(logged_at__year=NOW.year).count()
    officer = User.objects.get(email="amira.khan@council.example")
    unit = Unit.objects.get(code="EDUCATION")
    case = cases.intake.log_contact(
        cases.intake.Contact(received=NOW.date(), summary="Late", unit=unit, anonymous=True),
        by=officer,
        now=NOW,
    )
    assert case.reference == reference(NOW.year, taken + 1)


def test_the_same_seed_makes_the_same_cases(made: None) -> None:
    def told() -> list[tuple[Any, ...]]:
        streams = Stream.objects.filter(name__startswith="case:")
        events = Event.objects.filter(stream__in=streams).order_by("stream__name", "sequence")
        return list(events.values_list("verb", "at", "actor_id", "text__sentence"))

    before = sorted(told(), key=str)
    with transaction.atomic():
        make(MANY, seed=SEED, now=NOW)
        both = sorted(told(), key=str)
        transaction.set_rollback(True)
    assert both == sorted([*before, *before], key=str)


def test_its_council_is_made_once_and_nobody_new_can_sign_in(made: None) -> None:
    units, there = Unit.objects.count(), User.objects.count()
    assert people.ensure(cases=MANY, now=NOW) == 0
    assert (Unit.objects.count(), User.objects.count()) == (units, there)
    new = User.objects.exclude(email__in=demo_people.demo_emails())
    assert new.exists()
    assert not any(user.has_usable_password() for user in new)
    assert all(user.email.endswith("@council.example") for user in new)
    teams = Unit.objects.filter(kind=Unit.Kind.TEAM).exclude(code="CR")
    assert teams.count() >= 40
    assert all(User.objects.with_role(Role.RESPONDER, team).exists() for team in teams)
