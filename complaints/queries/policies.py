"""A policy to read: its SLAs and their rules, its procedures and lists, as the rows have them."""

from dataclasses import dataclass

from accounts.roles import Role
from complaints.queries.procedures import ProceduresPage, procedures_page
from slas.models import Milestone, Policy, PolicyVersion, SlaVersion


@dataclass(frozen=True)
class RuleRow:
    """One rule in words; `who` is its owner by name, `approvers` those who may decide on more time."""

    milestone: Milestone
    who: str
    approvers: str


@dataclass(frozen=True)
class SlaSection:
    version: SlaVersion
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True)
class PolicyPage:
    """`versions` are all that were published, newest first; `slas` and `more`, its procedures and lists, are the
    newest's."""

    policy: Policy
    versions: tuple[PolicyVersion, ...]
    slas: tuple[SlaSection, ...]
    more: ProceduresPage


def policy_page(policy: Policy) -> PolicyPage:
    """The page of `policy`, in a number of queries that does not grow with its SLAs and procedures."""
    versions = tuple(policy.versions.order_by("-number"))
    rows = SlaVersion.objects.filter(policy_version=versions[0]) if versions else SlaVersion.objects.none()
    rows = rows.select_related("sla").prefetch_related("milestones", "pause_reasons").order_by("position")
    return PolicyPage(
        policy=policy,
        versions=versions,
        slas=tuple(SlaSection(row, tuple(_rule(m) for m in row.milestones.all())) for row in rows),
        more=procedures_page(versions[0]) if versions else ProceduresPage((), (), ()),
    )


def _rule(milestone: Milestone) -> RuleRow:
    approvers = [who(code) for code in milestone.approvers.split(", ") if code]
    return RuleRow(milestone, who(milestone.owner), " or ".join(approvers))


def who(owner: str) -> str:
    """The name of a role, or of somebody outside: 'Panel chair'."""
    return Role(owner).label if owner in Role.values else owner.replace("-", " ").capitalize()
