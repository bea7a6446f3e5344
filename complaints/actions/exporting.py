"""That somebody took a list out of the system, on record."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.service import record

EXPORTS = "exports"
"""The stream of what was downloaded."""


@transaction.atomic
def exported(*, by: User, what: str, query: str, lines: int, format_: str, now: datetime) -> None:
    """Put on record that `by` downloaded `lines` lines as a file of the kind `format_`: `what` was asked for in words,
    `query` as the address of the list says it."""
    record(
        stream=EXPORTS,
        verb="exported",
        by=by,
        sentence=f"{by} downloaded {lines:,} line{'' if lines == 1 else 's'} of cases as {format_}. {what}.",
        details={"query": query[:2_000], "lines": lines, "format": format_},
        now=now,
    )
