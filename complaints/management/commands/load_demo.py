"""`python manage.py load_demo`: fill an empty database with the demo council."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from complaints.demo import cases, people
from complaints.models import Procedure


class Command(BaseCommand):
    help = "Load the demo council and say who can sign in. A second time it changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo is for trying out: it is refused where DEBUG is off.")
        if people.strangers_exist() or cases.strangers_exist():
            raise CommandError(
                "This database holds people, units or cases that are not the demo's: it is left alone."
            )
        now = timezone.now()
        rows = people.load(now=now)
        if Procedure.objects.filter(policy_version__policy__is_own=True).exists():
            cases.load(now=now)
        self._print([("Role", "Name", "E-mail address", "Password")])
        self._print([(row.role, row.name, row.email, row.password or "(has been changed)") for row in rows])

    def _print(self, lines: list[tuple[str, str, str, str]]) -> None:
        for role, name, email, password in lines:
            self.stdout.write(f"{role:<36}{name:<18}{email:<36}{password}")
