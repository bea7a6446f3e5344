"""What the deadline calculator shows: milestones with colour, words and working."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, When

from slas.core.calendar import instant, london_date
from slas.core.result import Deadline, State, Step
from slas.core.wording import clock, left, long_date, long_moment
from slas.models import Policy, SlaVersion
from slas.service import Answer


@dataclass(frozen=True)
class MilestoneRow:
    """One milestone in words: `word` is its colour's name or 'Done in time', `left` the days left or late, or when
    it was done, `due` its date."""

    code: str
    name: str
    headline: bool
    state: str
    word: str
    left: str
    due: str
    steps: tuple[Step, ...]
    deadline: Deadline


def milestone_rows(answer: Answer) -> list[MilestoneRow]:
    """Every milestone of the answer: the headline first, the rest by due date, those without one last."""
    rows = [_row(answer, deadline) for deadline in answer.deadlines]
    return sorted(rows, key=lambda row: (not row.headline, row.deadline.due_on or date.max))


def warnings(rows: list[MilestoneRow]) -> list[str]:
    """What wants looking at before anything is relied on, each once, with the milestone it is about."""
    found = [f"{row.name}: {step.text}" for row in rows for step in row.steps if step.kind == "warn"]
    return list(dict.fromkeys(found))


def _row(answer: Answer, deadline: Deadline) -> MilestoneRow:
    state, word = str(answer.state(deadline)), answer.state(deadline).capitalize()
    if _is_met(answer, deadline):
        state, word = ("met", "Done in time") if deadline.met_in_time else ("late", "Done late")
    return MilestoneRow(
        code=deadline.rule.code,
        name=deadline.rule.name,
        headline=deadline.rule.headline,
        state=state,
        word=word,
        left=_left(answer, deadline),
        due=_due(deadline),
        steps=deadline.steps,
        deadline=deadline,
    )


def _is_met(answer: Answer, deadline: Deadline) -> bool:
    """Whether it is met as seen now: an event to come has not met anything yet."""
    if deadline.met_at is None or deadline.met_in_time is None:
        return False
    return instant(deadline.met_at) <= instant(answer.now)


def _due(deadline: Deadline) -> str:
    if deadline.due_at:
        return f"{long_date(deadline.due_at.date())} at {clock(deadline.due_at)}"
    return long_date(deadline.due_on) if deadline.due_on else ""


def _left(answer: Answer, deadline: Deadline) -> str:
    if deadline.met_at is not None and _is_met(answer, deadline):
        return long_moment(deadline.met_at)
    days = answer.days_left(deadline)
    if days is None or deadline.due_on is None:
        return ""
    late = answer.state(deadline) is State.RED
    return left(days, late=late, due_today=deadline.due_on == london_date(answer.now))


@dataclass(frozen=True)
class PolicyChoice:
    """A policy with its SLAs, newest version, to choose from."""

    policy: Policy
    slas: tuple[SlaVersion, ...]


def policy_choices() -> list[PolicyChoice]:
    """Every policy with the SLAs of its newest version: the council's own first, then other councils', then law.
    Three queries, however many there are."""
    policies = Policy.objects.order_by("-is_own", Case(When(council="", then=1), default=0), "name")
    by_policy: dict[int, list[SlaVersion]] = {}
    versions = SlaVersion.objects.select_related("sla", "policy_version").prefetch_related("milestones")
    for row in versions.order_by("policy_version__number", "position"):
        rows = by_policy.setdefault(row.sla.policy_id, [])
        if rows and rows[0].policy_version_id != row.policy_version_id:
            rows.clear()
        rows.append(row)
    return [PolicyChoice(policy, tuple(by_policy.get(policy.pk, ()))) for policy in policies]
