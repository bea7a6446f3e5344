"""Why each date of a case is what it is."""

from datetime import datetime

from complaints.models import Case, Stage
from complaints.queries.case_page import DeadlineView, deadline_views
from complaints.queries.clocks import with_facts, worked
from slas.core.result import Step

Milestones = list[tuple[DeadlineView, tuple[Step, ...]]]


def workings(case: Case, *, now: datetime) -> list[tuple[Stage, Milestones, tuple[str, ...]]]:
    """For each stage that has times, its milestones with the steps of their working, and what was left out of it."""
    stages = list(with_facts(Stage.objects.filter(case=case).order_by("-number")))
    answers = worked(stages, explain=True)
    views = deadline_views(stages, now)
    found = []
    for stage in stages:
        answer = answers.get(stage.pk)
        if answer is None:
            continue
        steps = {deadline.rule.code: deadline.steps for deadline in answer.deadlines}
        shown = [(view, steps.get(view.row.milestone, ())) for view in views.get(stage.pk, [])]
        found.append((stage, shown, answer.left_out))
    return found
