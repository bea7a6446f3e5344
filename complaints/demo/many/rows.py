"""Rows by the thousand: kept in memory for a batch of cases, then written in bulk."""

import json
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models

from audit.models import Event, EventText, Stream
from complaints.models import (
    Case,
    CaseReach,
    CaseReader,
    CaseUnit,
    Contribution,
    Deadline,
    Dismissal,
    Draft,
    DraftDecision,
    Extension,
    ExtensionRequest,
    GivenDate,
    Learning,
    Letter,
    Note,
    Party,
    Pause,
    Point,
    Stage,
    StageEvent,
    StagePoint,
    Task,
)

ORDER: tuple[type[models.Model], ...] = (
    Case,
    CaseUnit,
    CaseReader,
    CaseReach,
    Case.tags.through,
    Party,
    Point,
    Stage,
    StagePoint,
    StageEvent,
    Extension,
    ExtensionRequest,
    GivenDate,
    Dismissal,
    Pause,
    Contribution,
    Deadline,
    Draft,
    DraftDecision,
    Letter,
    Note,
    Learning,
    Task,
    Stream,
    Event,
    EventText,
)
"""What a case is made of, each after what it refers to."""
AT_ONCE = 5_000
"""Numbers of rows drawn at once."""


class Numbers:
    """The numbers rows will have, drawn before they are saved, so that other rows can refer to them."""

    def __init__(self) -> None:
        self._left: dict[type[models.Model], Iterator[int]] = {}
        self._last: dict[type[models.Model], int] = {}

    def next(self, model: type[models.Model]) -> int:
        """A number for a row of `model` that nobody else gets. On SQLite that holds until the transaction ends, for
        nobody else writes meanwhile."""
        left = self._left.get(model)
        number = next(left, None) if left else None
        if number is None:
            drawn = _draw(model, self._last.get(model, 0))
            self._left[model], self._last[model] = left, _ = iter(drawn), drawn[-1]
            number = next(left)
        return number


def _draw(model: type[models.Model], drawn: int) -> Sequence[int]:
    """So many numbers; on SQLite after those `drawn` already, which it does not know of."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [f'"{table}"', AT_ONCE],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    last = max(row[0] if row else 0, drawn)
    return range(last + 1, last + 1 + AT_ONCE)


class Rows:
    """The rows of a batch, by what they are."""

    def __init__(self) -> None:
        self.by_model: dict[type[models.Model], list[Any]] = {model: [] for model in ORDER}

    def add(self, *rows: models.Model) -> None:
        for row in rows:
            self.by_model[type(row)].append(row)

    def extend(self, rows: Iterable[models.Model]) -> None:
        self.add(*rows)

    def save(self) -> int:
        """Write them all, in one transaction of the caller's. Returns how many there were."""
        count = 0
        for model, rows in self.by_model.items():
            if rows:
                (_copy if connection.vendor == "postgresql" else _create)(model, rows)
                count += len(rows)
        return count


def _create(model: type[models.Model], rows: Sequence[Any]) -> None:
    model._default_manager.bulk_create(rows)


def _copy(model: type[models.Model], rows: Sequence[Any]) -> None:
    """With COPY, which is several times quicker than INSERT."""
    fields = list(model._meta.concrete_fields)
    if model._meta.pk in fields and rows[0].pk is None:
        fields.remove(model._meta.pk)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    values = attrgetter(*(field.attname for field in fields))
    kept = [n for n, field in enumerate(fields) if isinstance(field, models.JSONField)]
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            found: Sequence[Any] = values(row)
            copy.write_row(
                [json.dumps(v) if n in kept else v for n, v in enumerate(found)] if kept else found
            )
