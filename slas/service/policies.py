"""Policies as rows: publish a version, give a policy back as drafts."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from audit.service import Actor, record
from slas.core.calendar import NamedPeriod, Receipt
from slas.core.linter import Finding, lint
from slas.core.phrases import amber_phrase, due_phrase, extension_phrase, shown_phrase, span_phrase
from slas.core.rules import Rule, RuleSet
from slas.core.wording import long_date
from slas.models import (
    Calendar,
    ClosureDay,
    Milestone,
    PauseReason,
    Policy,
    PolicyVersion,
    SchoolHoliday,
    Sla,
    SlaEvent,
    SlaVersion,
)
from slas.packs import CalendarDraft, PolicyDraft
from slas.service.rules import PublishError, rule_set, rule_sets_of


class Published(NamedTuple):
    """What publishing did: whether rows were written, and what was left as it is, in words."""

    policy: Policy
    created: bool
    kept: tuple[str, ...] = ()


@transaction.atomic
def publish(draft: PolicyDraft, *, by: Actor | None, now: datetime) -> Published:
    """Write one version of a policy, or nothing when the very same is published already.

    Raises PublishError for a version number taken by other rules, a version out of order, or a
    statutory SLA laxer than its legal floor (which must be published before).
    """
    _check_floors(draft)
    policy, new = _policy(draft)
    latest = policy.versions.order_by("-number").first()
    if existing := policy.versions.filter(number=draft.version).first():
        return _same(draft, policy, existing)
    if latest and (draft.version <= latest.number or draft.in_force_from <= latest.in_force_from):
        raise PublishError(
            f"version {draft.version} from {draft.in_force_from} does not follow version {latest.number} "
            f"from {latest.in_force_from}"
        )
    version = PolicyVersion.objects.create(
        policy=policy,
        number=draft.version,
        in_force_from=draft.in_force_from,
        sources=_sources(draft),
        published_at=now,
    )
    for position, rules in enumerate(draft.slas):
        _write_sla(policy, version, position, rules)
    record(
        stream=f"policy:{policy.code}",
        verb="policy-published",
        by=by,
        sentence=f"{policy.name}, version {version.number}, published with {len(draft.slas)} SLAs, "
        f"in force from {long_date(version.in_force_from)}.",
        now=now,
        details={"version": version.number, "slas": [rules.code for rules in draft.slas]},
    )
    return Published(policy, True, () if new else _calendar_kept(draft, policy))


def _sources(draft: PolicyDraft) -> str:
    return "\n".join(f"{short}: {title}" for short, title in draft.sources)


def _policy(draft: PolicyDraft) -> tuple[Policy, bool]:
    policy = Policy.objects.select_for_update().filter(code=draft.code).first()
    if policy:
        return policy, False
    said = draft.calendar
    calendar = Calendar.objects.create(
        code=draft.code,
        name=said.name,
        nation=said.nation,
        works_bank_holidays=said.works_bank_holidays,
        receipt=said.receipt,
        cut_off=said.cut_off,
        note=said.note,
    )
    ClosureDay.objects.bulk_create(ClosureDay(calendar=calendar, day=d, name=n) for d, n in said.closures)
    SchoolHoliday.objects.bulk_create(
        SchoolHoliday(calendar=calendar, first=h.first, last=h.last, name=h.name)
        for h in said.school_holidays
    )
    return Policy.objects.create(
        code=draft.code, name=draft.name, council=draft.council, calendar=calendar
    ), True


def _same(draft: PolicyDraft, policy: Policy, version: PolicyVersion) -> Published:
    """Nothing to do if `version` says what `draft` says; PublishError naming the first SLA that differs."""
    if (draft.name, draft.council, _sources(draft)) != (policy.name, policy.council, version.sources):
        raise PublishError(
            f"version {version.number} is published already, not as '{draft.name}' with these sources: "
            f"give this one version {version.number + 1} and the day it comes into force"
        )
    published = {rules.code: rules for rules in rule_sets_of(version)}
    for rules in draft.slas:
        if published.pop(rules.code, None) != rules:
            raise PublishError(
                f"{rules.code} differs from version {version.number} as published, and a published version is "
                f"never changed: give the new rules version {version.number + 1} and the day they come into force",
                rules.code,
            )
    if published or draft.in_force_from != version.in_force_from:
        what = f"it leaves out {', '.join(published)}" if published else "it comes into force on another day"
        raise PublishError(f"version {version.number} is published already and {what}")
    return Published(policy, False, _calendar_kept(draft, policy))


def _calendar_kept(draft: PolicyDraft, policy: Policy) -> tuple[str, ...]:
    """From its first publication on the calendar's rows are the truth: say so where a file differs."""
    if _calendar_draft(policy.calendar) == draft.calendar:
        return ()
    return (f"the calendar '{policy.calendar.name}' is kept as it is here; the file's differs",)


def _check_floors(draft: PolicyDraft) -> None:
    for rules in draft.slas:
        if rules.statutory and rules.floor:
            for finding in _laxer(rules, rules.floor):
                raise PublishError(
                    f"{finding.milestone} is laxer than {' '.join(rules.floor)}: {finding.text}", rules.code
                )


def _laxer(rules: RuleSet, floor: tuple[str, str]) -> tuple[Finding, ...]:
    policy, sla = floor
    version = (
        SlaVersion.objects.select_related("policy_version")
        .filter(sla__code=sla, sla__policy__code=policy)
        .order_by("-policy_version__number")
        .first()
    )
    if version is None:
        raise PublishError(f"its floor, {policy} {sla}, is not loaded: load {policy} first", rules.code)
    return lint(rules, rule_set(version))


def _write_sla(policy: Policy, version: PolicyVersion, position: int, rules: RuleSet) -> None:
    sla, _ = Sla.objects.get_or_create(policy=policy, code=rules.code)
    row = SlaVersion.objects.create(
        sla=sla,
        policy_version=version,
        position=position,
        name=rules.name,
        statutory=rules.statutory,
        source=", ".join(rules.source),
        pause_source=", ".join(rules.pause_source),
        floor_policy=rules.floor[0] if rules.floor else "",
        floor_sla=rules.floor[1] if rules.floor else "",
        note=rules.note,
    )
    SlaEvent.objects.bulk_create(
        SlaEvent(sla_version=row, position=n, code=e.code, name=e.name, optional=e.optional)
        for n, e in enumerate(rules.events)
    )
    PauseReason.objects.bulk_create(
        PauseReason(sla_version=row, position=n, name=name) for n, name in enumerate(rules.pause_reasons)
    )
    Milestone.objects.bulk_create(_milestone(row, n, rule) for n, rule in enumerate(rules.milestones))


def _milestone(row: SlaVersion, position: int, rule: Rule) -> Milestone:
    return Milestone(
        sla_version=row,
        position=position,
        code=rule.code,
        name=rule.name,
        headline=rule.headline,
        due=due_phrase(rule),
        due_when_extended=span_phrase(rule.span_when_extended, rule.after[0])
        if rule.span_when_extended
        else "",
        extend=extension_phrase(rule) if rule.extend_to else "",
        amber=amber_phrase(rule) if rule.amber else "",
        shown=shown_phrase(rule) if rule.conditional else "",
        pausable=rule.pausable,
        short_notice=rule.short_notice,
        complainant_agrees=rule.complainant_agrees,
        approvers=", ".join(rule.approvers),
        met_by=rule.met_by,
        owner=rule.owner,
        source=", ".join(rule.source),
        note=rule.note,
    )


def policy_drafts(policy: Policy) -> list[PolicyDraft]:
    """Every version of `policy` as the draft it could be published from, oldest first."""
    calendar = _calendar_draft(policy.calendar)
    return [
        PolicyDraft(
            code=policy.code,
            name=policy.name,
            council=policy.council,
            version=version.number,
            in_force_from=version.in_force_from,
            calendar=calendar,
            slas=tuple(rule_sets_of(version)),
            sources=tuple(_pair(line) for line in version.sources.splitlines()),
        )
        for version in policy.versions.order_by("number")
    ]


def _pair(line: str) -> tuple[str, str]:
    short, _, title = line.partition(": ")
    return short, title


def _calendar_draft(row: Calendar) -> CalendarDraft:
    return CalendarDraft(
        name=row.name,
        nation=row.nation,
        works_bank_holidays=row.works_bank_holidays,
        receipt=Receipt(row.receipt),
        cut_off=row.cut_off,
        note=row.note,
        closures=tuple(row.closures.values_list("day", "name")),
        school_holidays=tuple(NamedPeriod(h.first, h.last, h.name) for h in row.school_holidays.all()),
    )


@transaction.atomic
def set_own_policy(policy: Policy, *, by: Actor | None, now: datetime) -> bool:
    """Make `policy` the council's own. Returns whether that changed anything."""
    if policy.is_own:
        return False
    Policy.objects.filter(is_own=True).update(is_own=False)
    Policy.objects.filter(pk=policy.pk).update(is_own=True)
    sentence = f"{policy.name} is this council's own policy."
    record(stream=f"policy:{policy.code}", verb="own-policy-set", by=by, sentence=sentence, now=now)
    return True
