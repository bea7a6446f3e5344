"""`python manage.py create_administrator`: the first person of an empty council."""

import os
import sys
from getpass import getpass
from typing import Any

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from accounts import actions, queries
from accounts.models import User
from accounts.roles import Role


class Command(BaseCommand):
    help = (
        "Add an administrator, who adds everybody else in the browser. Asks for what is not given: the name, "
        "the e-mail address, and a password twice. A script gives the password in ADMINISTRATOR_PASSWORD."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="the administrator's name")
        parser.add_argument("--email", help="the e-mail address to sign in with")
        parser.add_argument("--another", action="store_true", help="add one although there is one already")

    def handle(self, *args: Any, **options: Any) -> None:
        if queries.an_administrator_exists() and not options["another"]:
            raise CommandError("There is an administrator already. Use --another to add one more.")
        name = self._checked_name(options["name"] if options["name"] is not None else self._ask("Name"))
        email = self._checked_email(
            options["email"] if options["email"] is not None else self._ask("E-mail address")
        )
        password = os.environ.get("ADMINISTRATOR_PASSWORD") or self._ask_password()
        try:
            password_validation.validate_password(password, User(name=name, email=email))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        try:
            actions.add_person(
                name=name,
                email=email,
                role=Role.ADMINISTRATOR,
                unit=None,
                encoded_password=make_password(password),
                must_change_password=False,
                by=None,
                now=timezone.now(),
            )
        except actions.Refused as refused:
            raise CommandError(f"{refused.message}: {email}") from refused
        self.stdout.write(f"{name} can sign in as {email} and is an administrator.")

    def _ask(self, what: str) -> str:
        self._need_terminal()
        return input(f"{what}: ")

    def _ask_password(self) -> str:
        self._need_terminal()
        password = getpass("Password (at least 12 characters): ")
        if getpass("The same password again: ") != password:
            raise CommandError("The two passwords differ. Nothing was added.")
        return password

    @staticmethod
    def _need_terminal() -> None:
        if not sys.stdin.isatty():
            raise CommandError(
                "There is no terminal to ask on: give --name, --email and ADMINISTRATOR_PASSWORD in the "
                "environment."
            )

    @staticmethod
    def _checked_name(name: str) -> str:
        name = name.strip()
        if not 0 < len(name) <= 200:
            raise CommandError("Give a name of 1 to 200 characters.")
        return name

    @staticmethod
    def _checked_email(email: str) -> str:
        email = User.objects.normalize_email(email)
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"Not an e-mail address: '{email}'") from error
        return email
