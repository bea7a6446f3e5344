"""`python manage.py verify_audit [STREAM …]`: is everything that happened still as it was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.models import Event, Stream
from audit.service import verify_all


class Command(BaseCommand):
    help = "Check every event against its chain. Prints one line for each problem and exits with 1 if any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("streams", nargs="*", metavar="STREAM", help="only these streams (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["streams"]
        problems = verify_all(wanted or None)
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} found.", returncode=1)
        events, streams = Event.objects.all(), Stream.objects.all()
        if wanted:
            events, streams = events.filter(stream__name__in=wanted), streams.filter(name__in=wanted)
        self.stdout.write(f"All is as it was written. Events: {events.count()}, streams: {streams.count()}.")
