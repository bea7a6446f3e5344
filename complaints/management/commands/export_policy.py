"""Write a policy as the YAML it could be loaded from."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from complaints.policies.rows import procedures_drafts
from complaints.policies.writing import sections_of
from slas.models import Policy
from slas.packs import write_policies
from slas.service import policy_drafts


class Command(BaseCommand):
    help = "Write a policy, every version of it, as YAML. Loading what was exported changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", help="the policy's code, such as surrey-cfllc")

    def handle(self, *args: Any, **options: Any) -> None:
        policy = Policy.objects.filter(code=options["pack"]).select_related("calendar").first()
        if policy is None:
            known = (
                ", ".join(Policy.objects.order_by("code").values_list("code", flat=True)) or "none is loaded"
            )
            raise CommandError(f"there is no policy {options['pack']}: {known}", returncode=2)
        sections = [sections_of(draft) for draft in procedures_drafts(policy)]
        self.stdout.write(write_policies(policy_drafts(policy), sections), ending="")
