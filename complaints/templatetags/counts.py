"""Numbers that lead to their lists."""

from typing import Any
from urllib.parse import quote

from django import template
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from complaints.queries.counted import Number, Row, Share, Table

register = template.Library()


@register.filter
def linked(number: Number) -> SafeString:
    """The number as a link to its list; nothing to lead to where it is nought."""
    return mark_safe(_linked(number, reverse("cases")))


@register.simple_tag(takes_context=True)
def body_of(context: dict[str, Any], table: Table, further: object = False) -> SafeString:
    """The rows of a table and its total. `further`: whether the name of a unit leads to the same page about it. Written
    here and not in a template, for a page has hundreds of numbers."""
    to_unit = _to_unit(context["request"].GET) if further else ""
    lines, address = [], reverse("cases")
    for row in table.rows:
        lines.append(_line(table, row, "app-counts__whole" if row.parts else "", address, to_unit))
        lines += [_line(table, part, "app-counts__part", address, to_unit) for part in row.parts]
    if table.adds_up:
        lines.append(_line(table, table.total, "app-counts__total", address, ""))
    return mark_safe("\n".join(lines))


def _to_unit(asked: QueryDict) -> str:
    """The address of this page about a unit, whose code is to follow; the rest of what was asked for stays."""
    rest = asked.copy()
    rest.pop("unit", None)
    return f"?{rest.urlencode()}{'&' if rest else ''}unit="


def _line(table: Table, row: Row, kind: str, address: str, to_unit: str) -> str:
    label: str = escape(row.label)
    if row.code and to_unit:
        label = f'<a class="govuk-link" href="{escape(to_unit + quote(row.code))}">{label}</a>'
    cells = []
    for place, (column, number) in enumerate(zip(table.columns, row.numbers, strict=True)):
        share = table.share(row, column) if column.of else None
        of = _of(share) if share else ""
        none = " app-counts__none" if place and not number.n and not of else ""
        cells.append(
            f'<td class="govuk-table__cell govuk-table__cell--numeric{none}" data-label="{escape(column.label)}">'
            f"{_linked(number, address)}{of}</td>"
        )
    return (
        f'<tr class="govuk-table__row {kind}"><th scope="row" class="govuk-table__header">{label}</th>'
        f"{''.join(cells)}</tr>"
    )


def _linked(number: Number, address: str) -> str:
    if not number.n:
        return '<span class="app-none">0</span>'
    return f'<a class="govuk-link" href="{address}?{escape(number.query)}">{number.n:,}</a>'


def _of(share: Share) -> str:
    return f' <span class="app-counts__of">of {share.of:,}, {share.words}</span>' if share.of else ""
