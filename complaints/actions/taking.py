"""Taking the next thing from what waits for nobody by name: never the same to two."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.actions import Refused
from accounts.models import User
from complaints import permissions
from complaints.actions import allocation
from complaints.models import Case, Stage, Task
from complaints.queries import queue
from complaints.workflow import Verb

MOST = 200
"""How many are tried before somebody is told to try again."""


class Busy(Refused):
    """Somebody is at work on the case at this moment."""


def take_next(tasks: QuerySet[Task], *, by: User, now: datetime) -> Stage | None:
    """Give `by` the first of `tasks` (of their queue) that can be taken: what a team has not accepted yet, or what has
    no officer. What somebody else is doing at this moment is passed over. None where nothing is left to take; Refused
    with why where there is something, and none of it can be theirs: Busy where it may be in a moment."""
    by = permissions.afresh(by)
    refused: Refused | None = None
    busy = False
    for pk, case_id in queue.takeable(tasks).values_list("pk", "case_id")[:MOST]:
        try:
            with transaction.atomic():
                if stage := _take(pk, case_id, by, now):
                    return stage
        except Busy:
            busy = True
        except Refused as error:
            refused = error
    if busy:
        raise Busy("Somebody is at work on what is left at this moment. Try again.")
    if refused is not None:
        raise refused
    return None


def _take(pk: int, case_id: int, by: User, now: datetime) -> Stage | None:
    """Take one; None where somebody else has; Busy where somebody may be about to."""
    case = Case.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=case_id).first()
    if case is None:
        raise Busy("Somebody is at work on it at this moment.")
    task = queue.takeable(Task.objects.filter(pk=pk)).select_related("stage__type", "unit", "person").first()
    if task is None:
        return None
    if task.verb == Verb.ACCEPT:
        allocation.accept(case=case, by=by, now=now, stage=task.stage)
    else:
        allocation.take_on(case=case, by=by, now=now, stage=task.stage, officer=by)
    return Stage.objects.select_related("case").get(pk=task.stage_id)
