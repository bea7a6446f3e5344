"""The named list of a restricted case: never without somebody who can carry the case on."""

from collections.abc import Iterable
from datetime import datetime

from accounts.actions import Refused
from accounts.models import Unit, User
from complaints import permissions
from complaints.actions.acting import acting
from complaints.models import Case, CaseReader
from complaints.queries.restricted import locked
from complaints.workflow import Verb


def check_list(people: Iterable[User], unit: Unit, field: str, now: datetime) -> None:
    """Refuse a named list of a restricted case at `unit` that nobody on it could carry on."""
    if not permissions.team_among(people, unit, now=now):
        raise Refused(
            f"Put somebody on the list who is of Customer Relations for {unit} in their own right, or nobody could "
            "carry it on.",
            field,
        )


def unlock(*, case: Case, by: User, now: datetime, reader: User, reason: str) -> Case:
    """Put somebody on the list of a restricted case that nobody of Customer Relations can open any more. `by`, a
    Customer Relations Manager there, need not see it, and does not by this unless they name themself."""
    with acting(Verb.RESTRICT, case=case, by=None, now=now) as act:
        act.by = permissions.afresh(by)
        if act.case.pk not in {found.case.pk for found in locked(act.by, now=now)}:
            raise Refused("Somebody of Customer Relations is on its list. Ask them.", "reader")
        if not reason:
            raise Refused("Say why.", "reason")
        check_list([reader], act.case.unit, "reader", now)
        CaseReader.objects.get_or_create(case=act.case, user=reader)
        act.touch_open()
        act.say(f"{act.who}, not on its list, put {reader} on it: nobody there could open it. {reason}")
    return act.case
