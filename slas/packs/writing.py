"""Policy drafts as the YAML that `read_policy` reads: what is exported can be loaded, and changes nothing."""

from collections.abc import Iterable, Mapping
from itertools import chain, repeat
from typing import Any

import yaml

from slas.core.phrases import amber_phrase, due_phrase, extension_phrase, shown_phrase, span_phrase
from slas.core.rules import Rule, RuleSet, Unit
from slas.packs.draft import CalendarDraft, PolicyDraft


class _Readable(yaml.SafeDumper):
    """Lists are set in under their name, as one would write them by hand."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _yes_no(dumper: yaml.SafeDumper, value: bool) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if value else "no")


_Readable.add_representer(bool, _yes_no)


def write_policies(drafts: Iterable[PolicyDraft], other_sections: Iterable[Mapping[str, Any]] = ()) -> str:
    """One YAML document for each version, oldest first, each with the `other_sections` somebody else wrote for it."""
    others = chain(other_sections, repeat({}))
    return yaml.dump_all(
        [_policy(draft) | dict(next(others)) for draft in drafts],
        Dumper=_Readable,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        explicit_start=True,
    )


def _said(**values: Any) -> dict[str, Any]:
    """The entries that say something, under their names with spaces."""
    return {
        name.replace("_", " "): value for name, value in values.items() if value not in ("", None, (), {})
    }


def _policy(draft: PolicyDraft) -> dict[str, Any]:
    return _said(
        policy=draft.code,
        name=draft.name,
        council=draft.council,
        version=draft.version,
        in_force_from=draft.in_force_from,
        sources=dict(draft.sources),
        calendar=_calendar(draft.calendar),
        slas=[_sla(rules) for rules in draft.slas],
    )


def _calendar(calendar: CalendarDraft) -> dict[str, Any]:
    said = _said(
        name=calendar.name,
        nation=calendar.nation,
        bank_holidays="counted" if calendar.works_bank_holidays else "not counted",
        receipt=str(calendar.receipt),
        closure_days=dict(calendar.closures),
        school_holidays={f"{h.first} to {h.last}": h.name for h in calendar.school_holidays},
        note=calendar.note,
    )
    if calendar.cut_off:
        said["cut-off"] = f"{calendar.cut_off:%H:%M}"
    return said


def _sla(rules: RuleSet) -> dict[str, Any]:
    return _said(
        sla=rules.code,
        name=rules.name,
        source=", ".join(rules.source),
        statutory=rules.statutory or "",
        not_laxer_than=" ".join(rules.floor or ()),
        may_be_paused_for=list(rules.pause_reasons) or "",
        pause_source=", ".join(rules.pause_source),
        note=rules.note,
        events={event.code: event.name for event in rules.events if not event.optional},
        optional_events={event.code: event.name for event in rules.events if event.optional},
        milestones=[_rule(rule, rules) for rule in rules.milestones],
    )


def _rule(rule: Rule, rules: RuleSet) -> dict[str, Any]:
    could_pause = rule.unit is Unit.WORKING_DAYS and rule.span is not None and not rule.from_milestone
    unusual = rules.pause_reasons and could_pause and not rule.pausable
    when_extended = span_phrase(rule.span_when_extended, rule.after[0]) if rule.span_when_extended else ""
    return _said(
        milestone=rule.code,
        name=rule.name,
        headline=rule.headline or "",
        due=due_phrase(rule),
        due_when_extended=when_extended,
        may_be_extended=extension_phrase(rule) if rule.extend_to else "",
        longer_if_approved_by=", ".join(rule.approvers),
        longer_if_the_complainant_agrees=rule.complainant_agrees or "",
        amber=amber_phrase(rule) if rule.amber else "",
        shown=shown_phrase(rule) if rule.conditional else "",
        may_be_paused=False if unusual else "",
        confirm_inner_dates_under=f"{rule.short_notice} days" if rule.short_notice else "",
        met_by=rule.met_by,
        owner=rule.owner,
        source=", ".join(rule.source),
        note=rule.note,
    )
