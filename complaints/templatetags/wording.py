"""Words for templates, from the one place they are written."""

from datetime import date, datetime

from django import template

from slas.core import wording
from slas.core.phrases import spoken as spoken_phrase

register = template.Library()


@register.filter
def spoken(phrase: str) -> str:
    """A rule's phrase without the hyphens of its codes."""
    return spoken_phrase(phrase)


@register.filter
def long_date(day: date | None) -> str:
    """'Tuesday 12 May 2026', or nothing for None."""
    return wording.long_date(day) if day else ""


@register.filter
def clock(moment: datetime | None) -> str:
    """'9:05am', in London, or nothing for None."""
    return wording.clock(moment) if moment else ""
