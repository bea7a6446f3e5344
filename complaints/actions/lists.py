"""What people choose from: an entry is retired and brought back, never deleted. What chose it keeps it (S13)."""

from datetime import datetime

from django.db import transaction

from accounts.actions import Refused
from audit.service import Actor, record
from complaints.models import Entry, List
from slas.core.calendar import london_date
from slas.models import Policy

NEEDED = (List.CHANNEL, List.LATE_REASON)
"""The lists something has to be chosen from, so that one entry at least stays."""


@transaction.atomic
def retire(*, entry: Entry, by: Actor | None, now: datetime) -> None:
    """Offer an entry no longer. Refused where it is retired already, or is the last of a list that is needed."""
    row = _locked(entry)
    if row.retired_on is not None:
        raise Refused("Somebody has retired it already.")
    others = Entry.objects.filter(policy=row.policy, list=row.list, retired_on__isnull=True).exclude(
        pk=row.pk
    )
    if row.list in NEEDED and not others.exists():
        raise Refused(
            f"'{row.name}' is the last of this list, and something has to be chosen from it. Bring another back first."
        )
    row.retired_on = london_date(now)
    row.save(update_fields=["retired_on"])
    _record("entry-retired", "retired from", row, by, now)


@transaction.atomic
def bring_back(*, entry: Entry, by: Actor | None, now: datetime) -> None:
    """Offer a retired entry again. Refused where it is offered already."""
    row = _locked(entry)
    if row.retired_on is None:
        raise Refused("Somebody has brought it back already.")
    row.retired_on = None
    row.save(update_fields=["retired_on"])
    _record("entry-brought-back", "brought back into", row, by, now)


def _locked(entry: Entry) -> Entry:
    # The policy's row: of two last entries retired at once, one stays.
    Policy.objects.select_for_update().get(pk=entry.policy_id)
    return Entry.objects.select_related("policy").get(pk=entry.pk)


def _record(verb: str, done: str, row: Entry, by: Actor | None, now: datetime) -> None:
    record(
        stream=f"policy:{row.policy.code}",
        verb=verb,
        by=by,
        sentence=f"'{row.name}' {done} the list '{row.get_list_display()}'.",
        now=now,
        details={"list": row.list, "code": row.code},
    )
