"""What must hold of every case at every moment, worked out another way than the product does."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q

from accounts.models import User
from accounts.roles import Role
from audit import service as audit
from complaints import permissions
from complaints.models import (
    Case,
    Deadline,
    Dismissal,
    Extension,
    GivenDate,
    Letter,
    Pause,
    Stage,
    StageEvent,
)
from complaints.moves import table_of
from complaints.queries.reassigning import all_seats, left_behind, unheld
from complaints.queries.restricted import locked
from complaints.workflow import Verb
from slas.core.calendar import LONDON, PauseSpan, instant, london_date
from slas.core.facts import Extension as More
from slas.core.facts import Facts, Given
from slas.core.result import Deadline as Answered
from slas.service import Clock, Earlier, Worked, deadlines_for, rule_set
from tests.complaints.cases import tasks

TEAM = {"cr-officer", "senior-cr-officer", "cr-manager"}
SERVICE = {"responder", "service-manager"}
MET_BY_TURN = {
    "triage": "triaged",
    "review": "reviewed",
    "share-copy": "copy-shared",
    "complete": "completed",
}
MOVES_DATES = {
    Verb.TRIAGE,
    Verb.RECLASSIFY,
    Verb.EXTEND,
    Verb.DECIDE_EXTENSION,
    Verb.CORRECT_DATE,
    Verb.GIVE_DATE,
    Verb.RECORD_EVENT,
    Verb.PAUSE,
    Verb.RESUME,
    Verb.REOPEN,
    Verb.ACKNOWLEDGE,
}
"""What may move the date of a stage that is and stays open."""
CLOSES = {Verb.WITHDRAW, Verb.MERGE, Verb.LOG_IN_ERROR, Verb.CLOSE, Verb.SEND, Verb.ESCALATE, Verb.COMPLETE}

Row = dict[str, Any]
Rows = dict[tuple[int, str], Row]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row an action could write, table by table."""
    models = [*apps.get_app_config("complaints").get_models(include_auto_created=True)]
    models += apps.get_app_config("audit").get_models()
    fixed = {"MoveTable", "MoveLine", "Procedure", "StageType", "Entry"}
    found = {}
    with connection.cursor() as cursor:
        for model in models:
            if model.__name__ not in fixed:
                table = model._meta.db_table
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 our own tables
                found[table] = sorted(cursor.fetchall(), key=repr)
    return found


def deadline_rows() -> Rows:
    """What is stored of every deadline, with whether its stage is closed."""
    rows = Deadline.objects.select_related("stage").all()
    return {
        (row.stage_id, row.milestone): {
            **{f.attname: getattr(row, f.attname) for f in Deadline._meta.concrete_fields if f.name != "id"},
            "stage_closed": row.stage.closed_at,
        }
        for row in rows
    }


# --- deadlines -----------------------------------------------------------------------------------------------------


def recomputed(stage: Stage) -> Worked | None:
    """The answer of `slas` to what stands on record of a stage, told to it afresh."""
    if stage.type.sla_version is None:
        return None
    events = StageEvent.objects.filter(stage=stage, voided_at=None).order_by("pk")
    given = GivenDate.objects.filter(stage=stage, voided_at=None).order_by("recorded_at", "pk")
    more = Extension.objects.filter(stage=stage, voided_at=None).order_by("recorded_at", "pk")
    pauses = Pause.objects.filter(stage=stage, voided_at=None).order_by("first", "pk")
    facts = Facts.recorded(
        [(e.code, e.at or e.day) for e in events],
        [(g.milestone, Given(g.day, g.decided_at)) for g in given],
        [(e.milestone, More(e.total, e.decided_at)) for e in more],
        [PauseSpan(p.first, p.resumed, p.decided_at) for p in pauses],
    )
    earlier = tuple(
        Earlier(row.type.sla_version, row.until)
        for row in stage.earlier.select_related(
            "type__sla_version__sla__policy", "type__sla_version__policy_version"
        )
        if row.type.sla_version is not None
    )
    return deadlines_for([Clock(stage.pk, stage.type.sla_version, facts, earlier)])[0]


def wrong_deadlines(stage: Stage, settled: Rows | None = None) -> list[str]:
    """Where what is stored of a stage's deadlines differs from their recomputation. Those that a change of the calendar
    left `settled` are as they were then, or as they are recomputed."""
    answer = recomputed(stage)
    stored = {row.milestone: row for row in stage.deadlines.all()}
    worked = {d.rule.code: (n, d) for n, d in enumerate(answer.deadlines)} if answer else {}
    wrong = [f"{code}: stored, not worked out" for code in stored.keys() - worked.keys()]
    wrong += [f"{code}: worked out, not stored" for code in worked.keys() - stored.keys()]
    for code in stored.keys() & worked.keys():
        row, wanted = stored[code], wanted_row(stage, *worked[code])
        said = {name: getattr(row, name) for name in wanted}
        was = (settled or {}).get((stage.pk, code))
        if was is None or said != {name: was[name] for name in wanted}:
            wrong += [
                f"{code}.{n}: {said[n]}, not {value}" for n, value in wanted.items() if said[n] != value
            ]
    return wrong


def wanted_row(stage: Stage, position: int, fresh: Answered) -> Row:
    """What is to be stored of a deadline: every column of it."""
    rule, met = fresh.rule, instant(fresh.met_at) if fresh.met_at else None
    left_out = Dismissal.objects.filter(stage=stage, voided_at=None, milestone=rule.code).first()
    red = fresh.missed_at or fresh.red_at
    missed_first = left_out is not None and red is not None and instant(red) <= left_out.recorded_at
    wanted = {
        "position": position,
        "name": rule.name,
        "headline": rule.headline,
        "owner": rule.owner,
        "met_by": rule.met_by,
        "waiting_for": fresh.waiting_for or "",
        "counted_from": fresh.counted_from,
        "due_on": fresh.due_on,
        "due_at": fresh.due_at,
        "amber_at": instant(fresh.amber_at) if fresh.amber_at else None,
        "red_at": instant(red) if red else None,
        "original_due_on": fresh.original_due_on,
        "missed_at": fresh.missed_at,
        "met_at": met,
        "met_on": london_date(met) if met else None,
        "in_time": False if missed_first and met is None else fresh.met_in_time,
        "paused_since": fresh.paused_since,
        "dismissed": left_out is not None,
        "live": stage.closed_at is None and left_out is None and met is None,
    }
    columns = {field.attname for field in Deadline._meta.concrete_fields}
    assert columns - {"id", "stage_id", "milestone"} == wanted.keys(), "a column nobody looks at"
    return wanted


def differing(stage: Stage) -> set[str]:
    """The milestones of a stage that are stored otherwise than they are recomputed."""
    answer = recomputed(stage)
    stored = {row.milestone: row for row in stage.deadlines.all()}
    return {
        d.rule.code
        for n, d in enumerate(answer.deadlines if answer else ())
        if d.rule.code in stored
        and any(getattr(stored[d.rule.code], k) != v for k, v in wanted_row(stage, n, d).items())
    }


def touched(stage: Stage, code: str, now: datetime) -> bool:
    """Whether anything that a milestone rests on was recorded, ended or taken back at `now`."""
    answer = recomputed(stage)
    rules = {d.rule.code: d.rule for d in answer.deadlines} if answer else {}
    chain, events = {code}, {rules[code].met_by} if code in rules else set()
    for rule in reversed(list(rules.values())):
        if rule.code in chain:
            before = {rule.after[0]} if rule.from_milestone else set()
            chain |= before | ({rule.latest_from} if rule.latest_from else set())
            events |= {rule.met_by, *rule.after} - before
    own: list[Any] = [StageEvent.objects.filter(stage=stage, code__in=events)]
    own += [
        kind.objects.filter(stage=stage, milestone__in=chain) for kind in (GivenDate, Extension, Dismissal)
    ]
    own += [Pause.objects.filter(stage=stage)]
    at = Q(recorded_at=now) | Q(voided_at=now)
    ended = Pause.objects.filter(stage=stage, resumed_at=now).exists()
    return ended or stage.earlier.filter(until=now).exists() or any(q.filter(at).exists() for q in own)


def unfounded(stage: Stage) -> list[str]:
    """What is said of a stage that nothing in it bears out: that something happened or was done before it began, or
    that it is answered where it was not."""
    if stage.type.sla_version is None:
        return []
    rules = rule_set(stage.type.sla_version)
    events = list(StageEvent.objects.filter(stage=stage, voided_at=None).select_related("copied_from"))
    begun = max((e.day for e in events if e.code == rules.events[0].code), default=None)
    if begun is None:
        return [f"it has no '{rules.events[0].code}'"]
    wrong = [f"{e.code} on {e.day}, and it began on {begun}" for e in events if e.day < begun]
    rows = {row.milestone: row for row in stage.deadlines.all()}
    wrong += [f"{code}: met on {row.met_on}, before it began on {begun}" for code, row in rows.items()
              if row.met_on is not None and row.met_on < begun]  # fmt: skip
    headline = next((row for row in rows.values() if row.headline), None)
    own = {e.code for e in events if e.copied_from is None or e.copied_from.stage_id == stage.pk}
    if headline and headline.met_on and headline.met_by not in own:
        wrong.append(f"answered by '{headline.met_by}' of another stage")
    return wrong


def moved_wrongly(before: Rows, after: Rows, verb: Verb) -> list[str]:
    """The dates that moved though `verb` moves none: those of a closed stage move through corrections only."""
    wrong = []
    for key in before.keys() & after.keys():
        old, new = before[key], after[key]
        if old["due_on"] == new["due_on"] or verb is Verb.CORRECT_DATE:
            continue
        if old["stage_closed"] and new["stage_closed"]:
            wrong.append(f"{key}: closed, moved from {old['due_on']} to {new['due_on']}")
        elif verb not in MOVES_DATES and not old["paused_since"]:
            wrong.append(f"{key}: moved from {old['due_on']} to {new['due_on']} by {verb}")
    return wrong


def breached(now: datetime, rows: Rows) -> dict[tuple[int, str], datetime]:
    """The deadlines that were missed, whatever became of them since, with the moment they were missed at."""
    found = {}
    for key, row in rows.items():
        red = row["missed_at"] or row["red_at"]
        if red is not None and (row["met_at"] or row["stage_closed"] or now) >= red:
            found[key] = instant(red)
        elif row["missed_at"] is not None or row["in_time"] is False:
            found[key] = instant(red or now)
    return found


# --- turns ---------------------------------------------------------------------------------------------------------


def wrong_turn(stage: Stage) -> list[str]:
    """Where the turn stored on a stage is not what its table says for its state."""
    said = (stage.turn_verb, stage.turn_role, stage.turn_unit_id, stage.turn_person_id, stage.turn_due_at)
    if stage.closed_at is not None:
        wanted: tuple[Any, ...] = ("", "", None, None, None)
        if stage.turn_since is not None:
            return [f"closed, and a turn since {stage.turn_since}"]
    else:
        move = next(m for place, m in table_of(stage.type).lines if place == stage.state)
        writer = stage.type.writer_after(stage.outcome) if move.verb == "submit" else ""
        role = writer if writer in move.roles else move.roles[0]
        person = stage.officer_id if role in TEAM else stage.responder_id if role in SERVICE else None
        if person in _wrote(stage, move.verb.value):
            person = None  # nobody approves their own draft
        wanted = (move.verb.value, role, stage.unit_id, person, _turn_due(stage, move.verb.value))
    names = ("verb", "role", "unit", "person", "due")
    return [f"{n}: {a}, not {b}" for n, a, b in zip(names, said, wanted, strict=True) if a != b]


def _wrote(stage: Stage, verb: str) -> set[int]:
    """Who may not do `verb` because they wrote what it decides on: since the last answer that was sent."""
    if verb not in ("approve", "sign"):
        return set()
    drafts = list(stage.drafts.order_by("version").prefetch_related("decisions"))
    sent = stage.letters.filter(kind=Letter.Kind.RESPONSE, draft__isnull=False)
    last = max((letter.draft.version for letter in sent.select_related("draft") if letter.draft), default=0)
    ours = [draft for draft in drafts if draft.version > last] or drafts[-1:]
    if verb == "sign":
        ours = [draft for draft in ours if not any(d.decision == "amended" for d in draft.decisions.all())]
    return {pk for draft in ours for pk in (draft.author_id, draft.for_whom_id) if pk}


def wrong_tasks(stage: Stage) -> list[str]:
    """Where what waits in a stage is not its turn and no more than its open dates, requests and contributions."""
    turns = [row for row in stage.tasks.all() if row.kind == "turn"]
    if stage.closed_at is not None:
        return ["closed, and something waits"] if stage.tasks.all() else []
    if len(turns) != 1:
        return [f"{len(turns)} next steps wait"]
    (row,) = turns
    listed = stage.case.readers.filter(user=stage.turn_person_id).exists()
    person = None if stage.case.restricted and not listed else stage.turn_person_id
    said = (row.verb, row.unit_id, row.person_id, row.due_at, row.hidden)
    wanted = (stage.turn_verb, stage.turn_unit_id, person, stage.turn_due_at, stage.case.restricted)
    return [f"task: {a}, not {b}" for a, b in zip(said, wanted, strict=True) if a != b]


def wrong_copies(stage: Stage) -> list[str]:
    """Where what lists and counts read of a stage is not what its headline deadline and its case say."""
    head = stage.deadlines.filter(headline=True, dismissed=False).first()
    running = head is not None and not (head.met_at or head.waiting_for or head.paused_since)
    main = stage.case.stages.filter(type__beside=False).order_by("number")
    wanted = {
        "due_on": head and head.due_on,
        "original_due_on": head and head.original_due_on,
        "met_on": head.met_on if head else _first_answer(stage),
        "in_time": head.in_time if head else None,
        "amber_at": head.amber_at if head and running else None,
        "red_at": head.red_at if head and running else None,
        "received_on": stage.case.received_on,
        "case_closed_at": stage.case.closed_at,
        "case_unit": stage.case.unit,
        "hidden": stage.case.restricted,
        "apart": stage.case.restricted or stage.case.case_units.count() > 1,
        "latest": main.last() == stage,
    }
    return [f"{n}: {getattr(stage, n)}, not {v}" for n, v in wanted.items() if getattr(stage, n) != v]


def _first_answer(stage: Stage) -> date | None:
    """When a stage was answered that no date judges."""
    letters = stage.letters.filter(kind="response").order_by("sent_on")
    return letters[0].sent_on if letters else None


def _turn_due(stage: Stage, verb: str) -> datetime | None:
    rows = {row.milestone: row for row in stage.deadlines.all() if row.live}
    for row in sorted(rows.values(), key=lambda r: r.position):
        if row.met_by and row.met_by == MET_BY_TURN.get(verb):
            return _ends(row)
    headline = next((row for row in rows.values() if row.headline), None)
    if headline is None or headline.paused_since:
        return None
    due = _ends(headline)
    if stage.draft_due_on and verb in ("allocate", "accept", "submit"):
        return min(filter(None, (midnight_after(stage.draft_due_on), due)))
    return due


def _ends(row: Deadline) -> datetime | None:
    return row.due_at or (midnight_after(row.due_on) if row.due_on else None)


def midnight_after(day: date) -> datetime:
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=LONDON)


# --- the case as a whole -------------------------------------------------------------------------------------------


def wrong_closing(case: Case) -> list[str]:
    main = [s for s in case.stages.all() if not s.type.beside]
    wrong = []
    if (case.closed_at is not None) != all(s.closed_at is not None for s in main):
        wrong.append(f"closed: {case.closed_at}, its stages: {[s.closed_at for s in main]}")
    if bool(case.closed_at) != bool(case.closed_as):
        wrong.append(f"closed at {case.closed_at} as '{case.closed_as}'")
    for stage in case.stages.all():
        if (stage.state == "closed") != (stage.closed_at is not None):
            wrong.append(f"{stage}: {stage.state}, closed at {stage.closed_at}")
        if (stage.closed_at is not None) != bool(stage.closed_as):
            wrong.append(f"{stage}: closed at {stage.closed_at} as '{stage.closed_as}'")
        if stage.closed_at and Pause.objects.filter(stage=stage, voided_at=None, resumed=None).exists():
            wrong.append(f"{stage}: closed and still paused")
    if [row.unit_id for row in case.case_units.all() if row.lead] != [case.unit_id]:
        wrong.append(f"the lead unit is not {case.unit}")
    return wrong


def wrong_record(case: Case) -> list[str]:
    wrong = [str(problem) for problem in audit.verify(case.stream)]
    last = audit.history(case.stream).last()
    if last is None or last.sequence != case.revision:
        wrong.append(f"revision {case.revision}, the last entry is {last and last.sequence}")
    return wrong


def should_see(user: User, case: Case, standings: Iterable[Any]) -> bool:
    """Who sees a case, by DESIGN 8: a role at a unit at or above one of its units, or its list."""
    held = [s for s in standings if s.role is not Role.ADMINISTRATOR]
    if not user.is_active or not held:
        return False
    if case.restricted:
        return user.pk in {row.user_id for row in case.readers.all()}
    paths = [row.unit.path for row in case.case_units.all()]
    return any(s.unit is None or any(path.startswith(s.unit.path) for path in paths) for s in held)


Sight = dict[User, set[int]]
"""Which cases each person may open, by number."""


def sight(people: Iterable[User], now: datetime) -> Sight:
    return {p: set(permissions.visible_cases(p, now=now).values_list("pk", flat=True)) for p in people}


def wrong_sight(case: Case, seen: Sight, now: datetime) -> list[str]:
    """Who sees the case and should not, or the reverse."""
    return [
        f"{person} sees {case}: {case.pk in cases}"
        for person, cases in seen.items()
        if (case.pk in cases) != should_see(person, case, permissions.standings_of(person, now=now))
    ]


def found_by_nobody(case: Case, seen: Sight, now: datetime) -> list[str]:
    """The open stages that wait for what no one could do, or that are on nobody's list. What nobody on the list of a
    restricted case can do is on the list of somebody there who can put others on it, or its manager is told."""
    wrong = []
    for stage in stages_with_all(case):
        if stage.closed_at is not None:
            continue
        stage.case = case
        seeing = [person for person, cases in seen.items() if case.pk in cases]
        waits = f"{stage}: {stage.turn_verb} by {stage.turn_person or stage.turn_role} at {stage.turn_unit}"
        if case.restricted and any(found.case == case for p in seen for found in locked(p, now=now)):
            continue
        if not case.restricted and not any(
            permissions.authority(p, stage.turn_verb, stage, now=now) for p in seeing
        ):
            wrong.append(f"{waits}, and nobody can")
        likely = sorted(seeing, key=lambda person: person.pk != stage.turn_person_id)
        if not any(_lists(person, stage, now) for person in likely):
            wrong.append(f"{waits}, and it is on nobody's list")
    return wrong


def _lists(person: User, stage: Stage, now: datetime) -> bool:
    """Whether the first page of `person` shows that `stage` waits: for them, or for somebody who cannot do it."""
    if any(task.stage == stage for task in tasks(person, now=now)):
        return True
    if any(stage in left.stages for left in unheld(person, all_seats(), now=now)):
        return True
    return any(left.person == stage.turn_person for left in left_behind(person, all_seats(), now=now))


def stages_with_all(case: Case) -> list[Stage]:
    related = ("unit", "turn_unit", "turn_person", "type__table", "type__procedure__policy_version")
    versions = ("type__sla_version__sla__policy", "type__sla_version__policy_version")
    found = Stage.objects.filter(case=case).select_related("case", *related, *versions)
    return list(found.prefetch_related("deadlines").order_by("number"))


def is_an_occasion(key: tuple[int, str]) -> bool:
    """Whether a milestone is one that only dates given set: each date is an occasion of its own (W15)."""
    stage = Stage.objects.select_related("type__sla_version__policy_version").get(pk=key[0])
    rules = rule_set(stage.type.sla_version) if stage.type.sla_version else None
    return rules is not None and key[1] in rules.by_code and rules.by_code[key[1]].span is None
