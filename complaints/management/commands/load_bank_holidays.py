"""Bring the bank holidays of all three nations up to the installed list, and the open cases with them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from complaints.actions.calendars import load_bank_holidays


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
        loaded, effect = load_bank_holidays(by=None, now=timezone.now(), until=options["until"])
        if not options["verbosity"]:
            return
        for nation, (added, removed) in loaded.items():
            self.stdout.write(f"{nation}: {added} bank holidays added, {removed} removed")
        if effect.moved:
            self.stdout.write(f"{effect.moved} open cases have a date that moved")
