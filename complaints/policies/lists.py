"""The section of a pack about lists: what people choose from, entry by entry."""

from collections.abc import Container

import yaml

from complaints.models import List
from complaints.policies.drafts import EntryDraft
from complaints.policies.tables import named
from slas.core.receipt import Delivery
from slas.packs import Entry

OPTIONAL = ("use instead", "logged as", "arrives", "source", "retired")


def read_lists(
    section: Entry, procedures: Container[str]
) -> tuple[tuple[EntryDraft, ...], dict[tuple[str, str], int]]:
    """The entries of all lists of a pack that has these procedures, and the line of each by list and code. PackError
    with the line of a mistake."""
    section.group(optional=tuple(List.values))
    found: dict[tuple[str, str], EntryDraft] = {}
    lines: dict[tuple[str, str], int] = {}
    for list_name, entries in named(section):
        for name, entry in named(entries):
            key = (list_name.text(), name.code())
            found[key] = _entry(*key, entry, procedures)
            lines[key] = name.line
    return tuple(found.values()), lines


def _entry(list_: str, code: str, entry: Entry, procedures: Container[str]) -> EntryDraft:
    if not isinstance(entry.node, yaml.MappingNode) and list_ != List.EXCLUSION:
        return EntryDraft(list_, code, entry.words())
    required = ("name", "use instead") if list_ == List.EXCLUSION else ("name",)
    said = entry.group(required=required, optional=OPTIONAL)
    for key, meant in (
        ("use instead", List.EXCLUSION),
        ("logged as", List.EXCLUSION),
        ("arrives", List.CHANNEL),
    ):
        if key in said and list_ != meant:
            raise said[key].error(f"'{key}' goes only with the list {meant}")
    logged_as = said["logged as"].code() if "logged as" in said else ""
    retired = said["retired"].day() if "retired" in said else None
    if logged_as and logged_as not in procedures and retired is None:
        raise said["logged as"].error(f"there is no procedure {logged_as}")
    return EntryDraft(
        list=list_,
        code=code,
        name=said["name"].words(),
        route=said["use instead"].note() if "use instead" in said else "",
        procedure=logged_as,
        delivery=said["arrives"].choice(*Delivery) if "arrives" in said else "",
        source=said["source"].words() if "source" in said else "",
        retired_on=retired,
    )
