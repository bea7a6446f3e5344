"""`python manage.py make_cases 100000`: many invented cases with their history, to try the product out at size."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from complaints.demo.many.council import NotReady
from complaints.demo.many.making import make

SEED = 2026


class Command(BaseCommand):
    help = "Write many invented cases with their history into the database, to try the product out at size."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, metavar="N", help="how many cases")
        parser.add_argument(
            "--seed",
            type=int,
            default=SEED,
            help="another number makes other cases, the same number the same",
        )
        parser.add_argument(
            "--procs", type=int, default=1, metavar="P", help="processes that make them (PostgreSQL only)"
        )
        parser.add_argument(
            "--yes-really", action="store_true", help="even where DEBUG is off: nobody's real work is in it"
        )

    def handle(self, *, count: int, seed: int, procs: int, yes_really: bool, **options: Any) -> None:
        if not (settings.DEBUG or yes_really):
            raise CommandError(
                "The cases are invented, and cannot be taken out again: they would stand among a council's real ones. "
                "Where this database holds nobody's real work, say so with --yes-really."
            )
        if count < 1 or procs < 1:
            raise CommandError("Give a number of at least 1.")
        if procs > 1 and connection.vendor != "postgresql":
            raise CommandError("Several processes write at once only on PostgreSQL. Leave --procs out.")
        try:
            rows = make(count, seed=seed, now=timezone.now(), processes=procs, tell=self._tell)
        except NotReady as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Made {count:,} cases: {rows:,} rows.")

    def _tell(self, done: int, rows: int, seconds: float) -> None:
        rate = done / seconds if seconds else 0
        self.stdout.write(f"{done:>10,} cases {rows:>12,} rows {seconds:>7.0f} s {rate:>7.0f} a second")
