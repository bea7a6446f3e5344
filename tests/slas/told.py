"""What has happened to a stage, told to the core in plain values, so that tests read as the story they tell."""

from datetime import date, datetime

from slas.core.calendar import Moment, PauseSpan
from slas.core.facts import Extension, Facts, Given


def facts(
    events: dict[str, Moment] | None = None,
    *,
    given: dict[str, date] | None = None,
    extended: dict[str, int] | None = None,
    pauses: list[tuple[date, date | None]] | tuple[tuple[date, date | None], ...] = (),
    decided_at: datetime | None = None,
) -> Facts:
    """`given`, `extended` and `pauses` were all decided at `decided_at`; None: nobody knows when."""
    return Facts(
        events or {},
        {code: Given(day, decided_at) for code, day in (given or {}).items()},
        {code: Extension(total, decided_at) for code, total in (extended or {}).items()},
        tuple(PauseSpan(first, resumed, decided_at) for first, resumed in pauses),
    )
