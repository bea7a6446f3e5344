"""Load policy packs: `load_policy surrey-cfllc`, `load_policy all`, `load_policy our-pack.yaml --own`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from complaints.models import Procedure
from complaints.policies.loader import SHIPPED, load, path_of
from slas.packs import PackError
from slas.service import set_own_policy


class Command(BaseCommand):
    help = "Load policy packs by name or file. One with a mistake is refused whole, with file, line and what is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "packs", nargs="+", metavar="PACK|FILE", help=f"all, a file, or one of {', '.join(SHIPPED)}"
        )
        parser.add_argument(
            "--own", action="store_true", help="make the (last) pack this council's own policy"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        packs = [name for pack in options["packs"] for name in (SHIPPED if pack == "all" else (pack,))]
        now = timezone.now()
        for pack in packs:
            try:
                published = load(path_of(pack), by=None, now=now)
            except (PackError, FileNotFoundError) as error:
                raise CommandError(str(error), returncode=2) from None
            for one in published:
                self.say(options, f"{one.policy.code}: {'published' if one.created else 'nothing to change'}")
                for kept in one.kept:
                    self.say(options, f"  {kept}")
        if options["own"]:
            policy = published[-1].policy
            set_own_policy(policy, by=None, now=now)
            self.say(options, f"{policy.code} is this council's own policy")
            if not Procedure.objects.filter(policy_version__policy=policy).exists():
                self.say(options, "  it says nothing of procedures, so no contact can be logged under it")

    def say(self, options: dict[str, Any], line: str) -> None:
        if options["verbosity"]:
            self.stdout.write(line)
