"""Bring the bank holidays of all three nations up to the installed list."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from slas.service import load_bank_holidays


class Command(BaseCommand):
    help = "Bring the bank holidays of England and Wales, Scotland and Northern Ireland up to the installed list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until", type=int, metavar="YEAR", help="the last year to load; two years ahead unless said"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        furthest = timezone.localdate().year + 10
        if options["until"] is not None and options["until"] > furthest:
            raise CommandError(
                f"--until {options['until']}: bank holidays are not known beyond {furthest}", returncode=2
            )
        for nation, (added, removed) in load_bank_holidays(
            by=None, now=timezone.now(), until=options["until"]
        ).items():
            if options["verbosity"]:
                self.stdout.write(f"{nation}: {added} bank holidays added, {removed} removed")
