"""A document of a pack, read into a `PolicyDraft`. The grammar of due phrases is `slas.core.phrases`."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from slas.core.calendar import NamedPeriod, Receipt
from slas.core.phrases import PhraseError, parse_amber, parse_due, parse_extension, parse_shown
from slas.core.rules import Event, Rule, RuleError, RuleSet, Unit
from slas.packs.draft import CalendarDraft, PolicyDraft
from slas.packs.reader import Entry

NATIONS = ("england-and-wales", "scotland", "northern-ireland")
SECTIONS = ("policy", "name", "version", "in force from", "calendar", "slas")
OPTIONAL_SECTIONS = ("council", "sources")
RULE_KEYS = ("milestone", "name", "due", "source")
OPTIONAL_RULE_KEYS = (
    "headline",
    "due when extended",
    "may be extended",
    "longer if approved by",
    "longer if the complainant agrees",
    "amber",
    "shown",
    "may be paused",
    "confirm inner dates under",
    "met by",
    "owner",
    "note",
)
_DAYS = re.compile(r"([0-9]{1,3}) days")
T = TypeVar("T")
P = TypeVar("P", bound="tuple[date, *tuple[Any, ...]]")


def read_policy(document: Entry, *, other_sections: tuple[str, ...] = ()) -> PolicyDraft:
    """One version of a policy. `other_sections` are read by somebody else. Raises PackError."""
    top = document.group(required=SECTIONS, optional=OPTIONAL_SECTIONS + other_sections)
    slas: dict[str, RuleSet] = {}
    lines: dict[str, int] = {}
    for entry in top["slas"].items():
        rules = _sla(entry)
        if rules.code in slas:
            raise entry.error(f"the SLA {rules.code} is here twice")
        slas[rules.code] = rules
        lines |= _lines(entry, rules)
    if not slas:
        raise top["slas"].error("a policy has at least one SLA")
    sources = top["sources"].group(optional=None) if "sources" in top else {}
    for short, entry in sources.items():
        if ":" in short:
            raise entry.error(f"'{short}' is not a short name: leave out the colon")
    return PolicyDraft(
        code=top["policy"].code(),
        name=top["name"].words(),
        council=top["council"].words() if "council" in top else "",
        version=top["version"].number(),
        in_force_from=top["in force from"].day(),
        calendar=_calendar(top["calendar"]),
        slas=tuple(slas.values()),
        sources=tuple((short, entry.words()) for short, entry in sources.items()),
        lines=lines,
    )


def _lines(entry: Entry, rules: RuleSet) -> dict[str, int]:
    """The line on which the SLA begins, and each of its milestones."""
    items = entry.group(optional=None)["milestones"].items()
    milestones = zip(rules.milestones, items, strict=True)
    return {rules.code: entry.line} | {f"{rules.code} {rule.code}": item.line for rule, item in milestones}


def _phrase(entry: Entry, parse: Callable[[str], T]) -> T:
    try:
        return parse(entry.text())
    except PhraseError as error:
        raise entry.error(str(error)) from None


def _calendar(entry: Entry) -> CalendarDraft:
    said = entry.group(
        required=("name", "nation", "bank holidays"),
        optional=("receipt", "cut-off", "closure days", "school holidays", "note"),
    )
    receipt = said["receipt"].choice(*Receipt) if "receipt" in said else Receipt.STRICT
    if "cut-off" in said and receipt != Receipt.DEEMED:
        raise said["cut-off"].error("a cut-off time goes only with 'receipt: deemed'")
    closures = said["closure days"].group(optional=None) if "closure days" in said else {}
    holidays = said["school holidays"].group(optional=None) if "school holidays" in said else {}
    return CalendarDraft(
        name=said["name"].words(),
        nation=said["nation"].choice(*NATIONS),
        works_bank_holidays=said["bank holidays"].choice("not counted", "counted") == "counted",
        receipt=Receipt(receipt),
        cut_off=said["cut-off"].time() if "cut-off" in said else None,
        note=said["note"].note() if "note" in said else "",
        closures=_once(entry, [(value.parse_day(day), value.words()) for day, value in closures.items()]),
        school_holidays=_once(entry, [_period(period, value) for period, value in holidays.items()]),
    )


def _once(entry: Entry, days: list[P]) -> tuple[P, ...]:
    """The days in order; refuses two that begin on one day."""
    first = [day[0] for day in days]
    if repeated := [day for day in first if first.count(day) > 1]:
        raise entry.error(f"{repeated[0]} is here twice")
    return tuple(sorted(days))


def _period(text: str, entry: Entry) -> NamedPeriod:
    first, _, last = text.partition(" to ")
    period = NamedPeriod(entry.parse_day(first), entry.parse_day(last), entry.words())
    if period.last < period.first:
        raise entry.error(f"'{text}' ends before it begins")
    return period


def _sla(entry: Entry) -> RuleSet:
    said = entry.group(
        required=("sla", "name", "source", "milestones"),
        optional=(
            "events",
            "optional events",
            "statutory",
            "not laxer than",
            "may be paused for",
            "pause source",
            "note",
        ),
    )
    events: list[Event] = []
    for key, optional in (("events", False), ("optional events", True)):
        named = said[key].group(optional=None) if key in said else {}
        events += [Event(value.parse_code(code), value.words(), optional) for code, value in named.items()]
    reasons = (
        tuple(item.text() for item in said["may be paused for"].items())
        if "may be paused for" in said
        else ()
    )
    rules: list[Rule] = []
    for item in said["milestones"].items():
        rules.append(_rule(item, [rule.code for rule in rules], pausable=bool(reasons)))
    floor = None
    if "not laxer than" in said:
        floor = _floor(said["not laxer than"])
    try:
        return RuleSet(
            code=said["sla"].code(),
            name=said["name"].words(),
            events=tuple(events),
            milestones=tuple(rules),
            statutory="statutory" in said and said["statutory"].yes(),
            pause_reasons=reasons,
            pause_source=said["pause source"].codes() if "pause source" in said else (),
            source=said["source"].codes(),
            note=said["note"].note() if "note" in said else "",
            floor=floor,
        )
    except RuleError as error:
        lines = {rule.code: item for rule, item in zip(rules, said["milestones"].items(), strict=True)}
        raise lines.get(error.where, entry).error(f"{said['sla'].text()}: {error}") from None


def _floor(entry: Entry) -> tuple[str, str]:
    policy, _, sla = entry.text().partition(" ")
    if not sla:
        raise entry.error("write the policy and its SLA, as in 'children-act-2006 stage-1'")
    return entry.parse_code(policy), entry.parse_code(sla)


def _rule(entry: Entry, earlier: list[str], *, pausable: bool) -> Rule:
    said = entry.group(required=RULE_KEYS, optional=OPTIONAL_RULE_KEYS)
    fields: dict[str, Any] = _phrase(said["due"], lambda text: parse_due(text, earlier))
    span = fields["span"]
    can_pause = span is not None and span.unit is Unit.WORKING_DAYS and not fields.get("from_milestone")
    if "may be extended" in said:
        fields["extend_to"] = _phrase(said["may be extended"], lambda text: parse_extension(text, span))
    if "amber" in said:
        fields["amber"] = _phrase(said["amber"], lambda text: parse_amber(text, span))
    if "shown" in said:
        fields |= {"conditional": True, "only_with": _phrase(said["shown"], parse_shown)}
    if "due when extended" in said:
        fields["span_when_extended"] = _when_extended(said["due when extended"], fields, earlier)
    if "confirm inner dates under" in said:
        fields["short_notice"] = _short_notice(said["confirm inner dates under"])
    return Rule(
        code=said["milestone"].code(),
        name=said["name"].words(),
        headline="headline" in said and said["headline"].yes(),
        pausable=said["may be paused"].yes() if "may be paused" in said else pausable and can_pause,
        complainant_agrees="longer if the complainant agrees" in said
        and said["longer if the complainant agrees"].yes(),
        approvers=said["longer if approved by"].codes() if "longer if approved by" in said else (),
        met_by=said["met by"].code() if "met by" in said else "",
        owner=said["owner"].code() if "owner" in said else "",
        source=said["source"].codes(),
        note=said["note"].note() if "note" in said else "",
        **fields,
    )


def _when_extended(entry: Entry, fields: dict[str, Any], earlier: list[str]) -> Any:
    other = _phrase(entry, lambda text: parse_due(text, earlier))
    if other["after"] != fields["after"] or other["span"] is None:
        raise entry.error(f"must count from {fields['after'][0]} too")
    return other["span"]


def _short_notice(entry: Entry) -> int:
    match = _DAYS.fullmatch(entry.text())
    if not match:
        raise entry.error("write it as '10 days'")
    return int(match[1])
