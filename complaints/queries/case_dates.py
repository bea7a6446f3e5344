"""Why each date of a case is what it is: the working, the days, and everything on record that it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from complaints.models import Case, Stage
from complaints.queries.clocks import facts_of, with_facts, worked
from complaints.queries.deadline_words import DeadlineView, deadline_views
from complaints.queries.facts import Line, on_record
from complaints.queries.months import Month, months_of
from slas.core.calendar import LONDON, london_date
from slas.core.facts import Facts, fitting
from slas.core.result import Deadline, Step
from slas.core.rules import RuleSet, Unit
from slas.core.wording import clock, long_date
from slas.models import SlaVersion
from slas.service import PublishError, Worked, find_sla_version


@dataclass(frozen=True)
class Milestone:
    """One deadline with the steps of its working. `settled`: why it stays as it is although the working, by the
    calendar of today, comes to another date."""

    view: DeadlineView
    steps: tuple[Step, ...]
    settled: str = ""


@dataclass(frozen=True)
class StageDates:
    """The dates of one stage. `left_out` are the facts its rules do not allow, `lines` all that is on record, `months`
    the days of the headline where the stage is open or the latest, `question` the address that asks the calculator the
    same ('' where it cannot)."""

    stage: Stage
    milestones: list[Milestone]
    left_out: tuple[str, ...]
    lines: list[Line]
    headline: str
    months: list[Month]
    question: str


def workings(case: Case, *, now: datetime) -> list[StageDates]:
    """Every stage that has times, the latest first. The number of queries does not grow with what is on record."""
    stages = list(with_facts(Stage.objects.filter(case=case).order_by("-number")))
    answers = worked(stages, explain=True)
    views = deadline_views(stages, now)
    lines = on_record(stages)
    latest = next((stage.pk for stage in stages if not stage.type.beside), None)
    return [
        _stage_dates(
            stage,
            answers[stage.pk],
            views.get(stage.pk, []),
            lines.get(stage.pk, []),
            now,
            by_day=stage.closed_at is None or stage.pk == latest,
        )
        for stage in stages
        if stage.pk in answers
    ]


def _stage_dates(
    stage: Stage,
    answer: Worked,
    views: list[DeadlineView],
    lines: list[Line],
    now: datetime,
    *,
    by_day: bool,
) -> StageDates:
    by_code = {deadline.rule.code: deadline for deadline in answer.deadlines}
    milestones = [_milestone(view, by_code.get(view.row.milestone), stage) for view in views]
    shown = next((m for m in milestones if by_day and m.view.row.headline and not m.settled), None)
    deadline = by_code.get(shown.view.row.milestone) if shown else None
    return StageDates(
        stage=stage,
        milestones=milestones,
        left_out=answer.left_out,
        lines=lines,
        headline=deadline.rule.name if deadline else "",
        months=months_of(deadline, answer.calendar, london_date(now)) if deadline else [],
        question=_question(stage, answer),
    )


def _milestone(view: DeadlineView, deadline: Deadline | None, stage: Stage) -> Milestone:
    row = view.row
    if deadline is None:
        return Milestone(view, ())
    if deadline.due_on == row.due_on:
        return Milestone(view, deadline.steps)
    ended = row.met_on or (london_date(stage.closed_at) if stage.closed_at else None)
    when = f" on {long_date(ended)}" if ended else ""
    counted = f" Counted today it would be {long_date(deadline.due_on)}:" if deadline.due_on else ""
    text = f"This was settled{when}, and the calendar was changed after that. What is settled stays.{counted}"
    return Milestone(view, deadline.steps, text)


def _question(stage: Stage, answer: Worked) -> str:
    """The address at which the calculator works out the same from the same facts, as the rules allow them."""
    version = stage.type.sla_version
    if version is None:
        return ""
    facts, _ = fitting(answer.rules, facts_of(stage), answer.calendar)
    asked = list(_asked(answer, facts))
    if not asked or not _same_rules(version, facts):
        return ""
    policy = version.sla.policy.code
    return f"{reverse('deadline', args=[policy, version.sla.code])}?{urlencode(asked)}"


def _same_rules(version: SlaVersion, facts: Facts) -> bool:
    """Whether the calculator would judge by this version: it goes by the earliest event."""
    earliest = min((london_date(moment) for moment in facts.events.values()), default=None)
    try:
        found = find_sla_version(version.sla.code, policy=version.sla.policy.code, on=earliest)
    except PublishError:
        return False
    return found.pk == version.pk


def _asked(answer: Worked, facts: Facts) -> Iterator[tuple[str, str]]:
    rules = answer.rules
    for event in rules.events:
        moment = facts.events.get(event.code)
        if moment is None:
            continue
        yield f"event-{event.code}", london_date(moment).isoformat()
        if isinstance(moment, datetime) and (answer.calendar.cut_off or _in_hours(rules, event.code)):
            yield f"time-{event.code}", clock(moment.astimezone(LONDON))
    for code, given in facts.given.items():
        yield f"given-{code}", given.day.isoformat()
    for code, extension in facts.extensions.items():
        yield f"extend-{code}", str(extension.total)
    for n, pause in enumerate(facts.pauses, 1):
        yield f"pause-{n}-from", pause.first.isoformat()
        if pause.resumed is not None:
            yield f"pause-{n}-to", pause.resumed.isoformat()


def _in_hours(rules: RuleSet, code: str) -> bool:
    return any(
        code in rule.after and rule.unit in (Unit.HOURS, Unit.IMMEDIATELY) and not rule.from_milestone
        for rule in rules.milestones
    )
