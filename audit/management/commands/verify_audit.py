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
        streams = options["streams"] or list(Stream.objects.order_by("name").values_list("name", flat=True))
        problems = verify_all(streams)
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} found.", returncode=1)
        events = Event.objects.filter(stream__name__in=streams).count()
        self.stdout.write(f"All is as it was written. Events: {events}, streams: {len(streams)}.")
