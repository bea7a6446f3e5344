"""`python manage.py prepare`: from an empty or older database to one the product can start on.

`./run` calls it at every start, so whatever is done already has to be seen in an instant. Run again, it
keeps what is there.
"""

import sys
from argparse import BooleanOptionalAction
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q

from complaints.jobs import ensure_schedules

DEFAULT_PACK = "surrey-cfllc"
NOBODY_YET = "Nobody can sign in yet. To add the first: .venv/bin/python manage.py create_administrator"


class Command(BaseCommand):
    help = "Bring the database up to date: tables, bank holidays, policies, who can sign in."
    requires_system_checks = []  # the web server and the worker run them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--policy", metavar="PACK", help=f"the council's own (at first {DEFAULT_PACK})")
        parser.add_argument(
            "--demo",
            action=BooleanOptionalAction,
            help="load the demo or fail; or, where nobody can sign in, ask for the first administrator. "
            "Without either, the demo goes into an empty database where DEBUG is on",
        )
        parser.add_argument("--fresh", action="store_true", help="delete the embedded database first")
        parser.add_argument(
            "--sign-ins", type=Path, metavar="FILE", help="write who can sign in here, not on the terminal"
        )

    def handle(
        self, *, policy: str | None, demo: bool | None, fresh: bool, sign_ins: Path | None, **options: Any
    ) -> None:
        try:
            if fresh:
                self.delete_database()
            self.make_folders()
            self.migrate()
            self.load_reference(policy)
            self.refuse_demo_people()
            who = self.load_demo(wanted=demo)
            ensure_schedules()
            if not settings.DEBUG:
                self.collect_static()
        except KeyboardInterrupt:
            sys.exit(130)
        if sign_ins:
            sign_ins.write_text(who)
        elif who:
            self.stdout.write(who)

    def delete_database(self) -> None:
        if connection.vendor != "sqlite":
            raise CommandError(
                "--fresh deletes the embedded database only. To empty this one, drop and create it yourself: "
                f"dropdb {connection.settings_dict['NAME']} && createdb {connection.settings_dict['NAME']}"
            )
        database = Path(connection.settings_dict["NAME"])
        if database.exists():
            self.stdout.write(f"Deleting {database} and everything in it.")
        for suffix in ("", "-wal", "-shm", "-journal"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)

    def make_folders(self) -> None:
        """Where the product keeps its own files. A folder somebody chose is theirs to make: it may be a disk that is
        not there yet."""
        settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

    def migrate(self) -> None:
        if connection.vendor == "sqlite":
            Path(connection.settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).strip()}") from error
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.stdout.write(f"Making the tables: {len(plan)} steps.")
            call_command("migrate", interactive=False, verbosity=0)

    def load_reference(self, policy: str | None) -> None:
        """Bank holidays, and the shipped packs that were never loaded. What is loaded is the truth from then
        on: a newer pack is loaded by `load_policy`, by somebody who means it."""
        from complaints.policies.loader import SHIPPED
        from slas.models import Policy

        loaded = dict(Policy.objects.values_list("code", "is_own"))
        # A council's pack loaded before packs had procedures gains them; floors have none.
        whole = Policy.objects.filter(Q(council="") | Q(versions__procedures__isnull=False))
        known = set(whole.values_list("code", flat=True))
        missing = [pack for pack in SHIPPED if pack not in known]
        if missing:
            self.stdout.write("Loading bank holidays and policy packs.")
        self.run("load_bank_holidays")
        for pack in missing:
            self.run("load_policy", pack)
        if policy or not any(loaded.values()):
            self.run("load_policy", policy or DEFAULT_PACK, own=True)

    def refuse_demo_people(self) -> None:
        """Their password is printed in the product: they must not be able to sign in to a council's records."""
        from accounts.models import User
        from complaints.demo.people import demo_emails

        if not settings.DEBUG and User.objects.filter(email__in=demo_emails(), is_active=True).exists():
            raise CommandError(
                "DEBUG is off and this database holds the people of the demo, whose password everybody knows. "
                "Deactivate them, or start on an empty database."
            )

    def load_demo(self, *, wanted: bool | None) -> str:
        """Who can sign in; empty where that is nobody's business to print.

        `wanted` is None when nobody said: then the demo goes into an empty database where DEBUG is on."""
        from accounts import queries
        from accounts.models import User

        if wanted is None and not settings.DEBUG:
            wanted = False
        if wanted is False:
            if not queries.an_administrator_exists():
                self.ask_for_administrator()
            return ""
        try:
            return self.run("load_demo")
        except CommandError as refusal:
            if wanted or not User.objects.exists():
                raise
            self.stdout.write(f"The demo is left out. {refusal}")
            return ""

    def ask_for_administrator(self) -> None:
        """Asks again after a mistake; without a terminal, says how it is done and goes on."""
        self.stdout.write("The council is empty. Its first administrator signs in with:")
        while True:
            try:
                call_command("create_administrator", stdout=self.stdout, stderr=self.stderr)
            except EOFError:
                self.stdout.write(f"\n{NOBODY_YET}")
            except CommandError as refusal:
                self.stdout.write(str(refusal))
                if sys.stdin.isatty():
                    continue
                self.stdout.write(NOBODY_YET)
            return

    def collect_static(self) -> None:
        self.stdout.write("Collecting styles and pictures, as DEBUG is off.")
        call_command("collectstatic", interactive=False, verbosity=0)

    def run(self, command: str, *args: str, **options: Any) -> str:
        """What the command printed."""
        printed = StringIO()
        call_command(command, *args, stdout=printed, **options)
        return printed.getvalue()
