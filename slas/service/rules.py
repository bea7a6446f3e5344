"""Rules out of rows: which version is in force, and its rule sets.

A published version is never changed, so its rule sets are read once in a process and kept.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from slas.core.phrases import parse_amber, parse_due, parse_extension, parse_shown
from slas.core.rules import Event, Rule, RuleSet
from slas.models import Milestone, Policy, PolicyVersion, Sla, SlaVersion

MOST_KEPT = 1024
"""Rule sets a process keeps; beyond that it begins anew."""

_kept: dict[tuple[int, int], RuleSet] = {}
"""By the version's id and the revision drawn when it was published: one that was rolled back never comes again."""


class PublishError(ValueError):
    """A draft that cannot be published. `sla` names the SLA it is about, where it is about one."""

    def __init__(self, what: str, sla: str = "") -> None:
        super().__init__(what)
        self.sla = sla


def rule_set(version: SlaVersion) -> RuleSet:
    """The rules of a published SLA version; bring its `policy_version` along. Read once in a process."""
    return rule_sets([version])[version.pk]


def rule_sets(versions: Iterable[SlaVersion]) -> dict[int, RuleSet]:
    """The rules of published SLA versions, by id; bring their `policy_version` along.

    No query for those this process has read before; the others are read together.
    """
    keys = {version.pk: (version.pk, version.policy_version.revision) for version in versions}
    found = {pk: rules for pk, key in keys.items() if (rules := _kept.get(key))}
    missing = [pk for pk in keys if pk not in found]
    if missing:
        if len(_kept) + len(missing) > MOST_KEPT:
            _kept.clear()
        for row in _with_rules(SlaVersion.objects.filter(pk__in=missing)):
            found[row.pk] = _kept[keys[row.pk]] = _rules(row)
    return found


def rule_sets_of(version: PolicyVersion) -> list[RuleSet]:
    """Every rule set of a policy's version, in its order, read anew."""
    return [_rules(row) for row in _with_rules(version.slas.order_by("position"))]


def _with_rules(rows: QuerySet[SlaVersion]) -> QuerySet[SlaVersion]:
    return rows.select_related("sla").prefetch_related("events", "pause_reasons", "milestones")


def _rules(row: SlaVersion) -> RuleSet:
    milestones: list[Rule] = []
    for milestone in row.milestones.all():
        milestones.append(_rule(milestone, [rule.code for rule in milestones]))
    return RuleSet(
        code=row.sla.code,
        name=row.name,
        events=tuple(Event(e.code, e.name, e.optional) for e in row.events.all()),
        milestones=tuple(milestones),
        statutory=row.statutory,
        pause_reasons=tuple(reason.name for reason in row.pause_reasons.all()),
        pause_source=_split(row.pause_source),
        source=_split(row.source),
        note=row.note,
        floor=(row.floor_policy, row.floor_sla) if row.floor_policy else None,
    )


def _rule(row: Milestone, earlier: list[str]) -> Rule:
    fields = parse_due(row.due, earlier)
    span = fields["span"]
    if row.due_when_extended:
        fields["span_when_extended"] = parse_due(row.due_when_extended, earlier)["span"]
    return Rule(
        code=row.code,
        name=row.name,
        headline=row.headline,
        extend_to=parse_extension(row.extend, span) if row.extend else None,
        amber=parse_amber(row.amber, span) if row.amber else None,
        conditional=bool(row.shown),
        only_with=parse_shown(row.shown) if row.shown else "",
        pausable=row.pausable,
        short_notice=row.short_notice,
        complainant_agrees=row.complainant_agrees,
        approvers=_split(row.approvers),
        met_by=row.met_by,
        owner=row.owner,
        source=_split(row.source),
        note=row.note,
        **fields,
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(", ") if part)


def find_sla_version(code: str, *, policy: str = "", on: date | None = None) -> SlaVersion:
    """The version of SLA `code` in force on `on` (None: the newest). A policy's first version serves all
    earlier days. `policy` may be left out where the code is unique. Raises PublishError saying what there is."""
    slas = list(Sla.objects.filter(code=code).select_related("policy").order_by("policy__code"))
    if policy:
        if not Policy.objects.filter(code=policy).exists():
            known = (
                ", ".join(Policy.objects.order_by("code").values_list("code", flat=True)) or "none is loaded"
            )
            raise PublishError(f"there is no policy {policy}: {known}")
        slas = [sla for sla in slas if sla.policy.code == policy]
    if not slas:
        there_is = Sla.objects.filter(policy__code=policy) if policy else Sla.objects.all()
        names = (
            ", ".join(sorted(set(there_is.values_list("code", flat=True))))
            or "none; load one with load_policy"
        )
        raise PublishError(f"there is no SLA {code}{f' in {policy}' if policy else ''}; there is: {names}")
    if len(slas) > 1:
        raise PublishError(
            f"{code} is in {', '.join(sla.policy.code for sla in slas)}: say which with --policy"
        )
    return version_in_force(slas[0], on)


def version_in_force(sla: Sla, on: date | None) -> SlaVersion:
    """The version of `sla` in force on `on`; the newest for None. Raises PublishError where it was dropped by then."""
    version = _in_force(PolicyVersion.objects.filter(policy_id=sla.policy_id), on)
    row = _with_policy(SlaVersion.objects.filter(sla=sla, policy_version=version)).first()
    if row is None:
        number = version.number if version else 0
        raise PublishError(f"{sla.code} is not in version {number} of {sla.policy.code}", sla.code)
    return row


def current_version(policy: str | None, on: date | None = None) -> PolicyVersion:
    """The version of the policy with this code (None: the council's own) in force on `on` (None: the newest), with its
    policy and calendar. One query.

    A policy's first version serves all earlier days. Raises PublishError where there is no such policy.
    """
    wanted = Q(policy__is_own=True) if policy is None else Q(policy__code=policy)
    version = _in_force(PolicyVersion.objects.filter(wanted).select_related("policy__calendar"), on)
    if version is None:
        raise PublishError(f"there is no policy {policy or 'of the council'}, or nothing of it is published")
    return version


def sla_versions(version: PolicyVersion) -> dict[str, SlaVersion]:
    """The SLAs of a policy's version by their code, in its order, ready for a `Clock`: one query."""
    rows = _with_policy(version.slas.order_by("position"))
    return {row.sla.code: row for row in rows}


def _in_force(versions: QuerySet[PolicyVersion], on: date | None) -> PolicyVersion | None:
    ordered = list(versions.order_by("in_force_from"))
    in_force = [v for v in ordered if on is None or v.in_force_from <= on] or ordered[:1]
    return in_force[-1] if in_force else None


def _with_policy(rows: QuerySet[SlaVersion]) -> QuerySet[SlaVersion]:
    return rows.select_related("sla__policy__calendar", "policy_version")


def own_policy() -> Policy | None:
    """The policy of this installation's council, once one was loaded as its own."""
    return Policy.objects.filter(is_own=True).select_related("calendar").first()
