"""What the deadline calculator shows: milestones with colour, words and working."""

from dataclasses import dataclass

from django.db.models import Case, When

from slas.core.result import Deadline, State, Step
from slas.core.rules import Unit
from slas.core.wording import amount, clock, long_date
from slas.models import Policy, SlaVersion
from slas.service import Answer


@dataclass(frozen=True)
class MilestoneRow:
    """One milestone in words: `word` is its colour's name, `left` the days left or late, `due` its date."""

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
    """Every milestone of the answer, the headline first and the rest in the order of the policy."""
    rows = [_row(answer, deadline) for deadline in answer.deadlines]
    return sorted(rows, key=lambda row: not row.headline)


def _row(answer: Answer, deadline: Deadline) -> MilestoneRow:
    state = answer.state(deadline)
    return MilestoneRow(
        code=deadline.rule.code,
        name=deadline.rule.name,
        headline=deadline.rule.headline,
        state=str(state),
        word=state.capitalize(),
        left=_left(answer, deadline, state),
        due=_due(deadline),
        steps=deadline.steps,
        deadline=deadline,
    )


def _due(deadline: Deadline) -> str:
    if deadline.due_at:
        return f"{long_date(deadline.due_at.date())} at {clock(deadline.due_at)}"
    return long_date(deadline.due_on) if deadline.due_on else ""


def _left(answer: Answer, deadline: Deadline, state: State) -> str:
    days = answer.days_left(deadline)
    if days is None:
        return ""
    if days > 0:
        return f"{amount(days, Unit.WORKING_DAYS)} left"
    if days < 0:
        return f"{amount(-days, Unit.WORKING_DAYS)} late"
    return "late" if state is State.RED else "no working day left"


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
