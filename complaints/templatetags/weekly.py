"""What the pages and PDFs of the weekly report say and draw."""

from datetime import date, datetime

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from complaints.queries.lines import asking
from complaints.queries.weekly import Asks, Counts, Service, Weekly
from complaints.templatetags.charts import Bar, Kind, stacked_bars
from slas.core.calendar import london_date
from slas.core.wording import long_date

register = template.Library()

LETTER = 0.9
"""About the width of a letter on paper, in percent of the longest bar."""


@register.filter
def day_of(text: str) -> str:
    """'2026-11-20' as 'Friday 20 November 2026', or nothing for nothing."""
    return long_date(date.fromisoformat(text)) if text else ""


@register.filter
def long_day(moment: datetime) -> str:
    """The London day of a moment: 'Friday 20 November 2026'."""
    return long_date(london_date(moment))


@register.filter
def for_ending(address: str, ending: str) -> str:
    """The address of a download of another kind: `address` has 'ending' in its place."""
    path, mark, query = address.partition("?")
    return f"{path.replace('/ending/', f'/{ending}/')}{mark}{query}"


@register.simple_tag
def weekly_cells(weekly: Weekly, counts: Counts, asks: Asks | None = None) -> SafeString:
    """The cells of a row of counts: all, then by colour. With `asks` each leads to its list."""
    found = [_cell("All", sum(counts.values()), asks)]
    found += [
        _cell(c.label, counts.get(c, 0), {**asks, "colour": c.value} if asks else None)
        for c in weekly.colours
    ]
    return mark_safe("".join(found))


@register.simple_tag
def weekly_count(weekly: Weekly, colour: str) -> int:
    """How many lines of a colour a report has."""
    return weekly.counts.get(colour, 0)


def _cell(label: str, n: int, asks: Asks | None) -> str:
    number = f"{n:,}"
    if n and asks:
        number = (
            f'<a class="govuk-link" href="{escape(reverse("cases"))}?{escape(asking(**asks))}">{number}</a>'
        )
    none = "" if n else " app-counts__none"
    return f'<td class="govuk-table__cell govuk-table__cell--numeric{none}" data-label="{escape(label)}">{number}</td>'


@register.filter
def weekly_parts(weekly: Weekly, service: Service) -> SafeString:
    """The parts of the bar of a service on paper, the longest bar as wide as the page, with as many words as there is
    room for. Only paper is given styles like these: a browser would refuse them."""
    longest = max(len(one.rows) for one in weekly.services)
    found = []
    for colour in weekly.colours:
        if n := service.counts.get(colour, 0):
            share = 100 * n / longest
            words = f"{n} {colour.label.lower()}"
            fitting = (
                words if share >= LETTER * len(words) else str(n) if share >= LETTER * len(str(n)) else ""
            )
            found.append(
                f'<span class="part part--{colour.value}" style="width: {share:.3f}%">{escape(fitting)}</span>'
            )
    return mark_safe("".join(found))


@register.simple_tag
def weekly_bars(weekly: Weekly) -> SafeString:
    """A bar for each service, divided by colour."""
    kinds = [Kind(colour.value, colour.label) for colour in weekly.colours]
    bars = [
        Bar(service.name, tuple(service.counts.get(colour, 0) for colour in weekly.colours))
        for service in weekly.services
    ]
    counted = ", ".join(f"{c.label.lower()} {weekly.counts.get(c, 0)}" for c in weekly.colours)
    about = f"A bar for each service, divided by colour, as in the table below. In all: {counted}."
    return stacked_bars(bars, kinds, name="weekly", title="Open work by service", about=about)
