"""Charts as SVG: plain numbers in, markup out. No request, no style sheet and no script is needed, so that a page and a
paper report draw the same. Widths are shares of the whole, so that words keep their size on a telephone; for paper give
`width` in pixels. Every kind has a pattern and an edge of its own besides its colour, and every chart its title and a
sentence that says what it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from complaints.queries.counted import Row, Table

register = template.Library()

BAR, LABEL, GAP = 24, 22, 10
"""Heights of a bar, of the words above it and of the space below, in pixels."""
TALL, FOOT, HEAD = 200, 40, 14
"""Heights of the columns, of the words below them, and of the room above."""
LONGEST = 40
"""Letters of a label; the table beside has all of them."""
ENOUGH = 0.065
"""The share of the width from which on a part has room for its number."""
MARGIN = 0.09
"""The share of the width that the scale of columns takes."""


@dataclass(frozen=True)
class Look:
    """How a kind of thing is drawn: its ground, edge and pattern, and the ink of what stands on it."""

    ground: str
    edge: str
    pattern: str
    ink: str


LOOKS = {
    "red": Look("#981b15", "#981b15", "plain", "#ffffff"),
    "amber": Look("#fbd98a", "#a86a00", "slanting", "#3d2700"),
    "green": Look("#cfe6d8", "#3f7d59", "plain", "#17492c"),
    "paused": Look("#eceff5", "#66748f", "bars", "#34425c"),
    "waiting": Look("#ffffff", "#66748f", "dots", "#34425c"),
    "answered": Look("#ffffff", "#3f7d59", "lines", "#17492c"),
    "no-date": Look("#ffffff", "#66748f", "plain", "#34425c"),
    "received": Look("#0c5a66", "#0c5a66", "plain", "#ffffff"),
    "closed": Look("#d3e6e4", "#0c5a66", "slanting", "#073f48"),
}


@dataclass(frozen=True)
class Kind:
    """What a part of a chart counts: `code` says how it looks."""

    code: str
    label: str

    @property
    def look(self) -> Look:
        return LOOKS[self.code]


@dataclass(frozen=True)
class Bar:
    """A line of a chart: its words, and a number for each kind."""

    label: str
    counts: tuple[int, ...]


class Paper:
    """Lengths across: percentages, or pixels where the width is known."""

    def __init__(self, width: int | None) -> None:
        self.width = width

    def across(self, share: float) -> str:
        return f"{share * 100:.3f}%" if self.width is None else f"{share * self.width:.2f}"


def stacked_bars(
    bars: Sequence[Bar], kinds: Sequence[Kind], *, name: str, title: str, about: str, width: int | None = None
) -> SafeString:
    """A bar for each of `bars`, divided by kind, all to one scale. `name` is the chart's own on its page, in letters
    and hyphens; `about` says in a sentence what it shows."""
    paper, longest = Paper(width), max((sum(bar.counts) for bar in bars), default=0) or 1
    drawn, top = [], 0
    for bar in bars:
        begins, parts = 0, []
        for kind, n in zip(kinds, bar.counts, strict=True):
            if n:
                share = n / longest
                parts.append(
                    {
                        "kind": kind,
                        "n": n if share >= ENOUGH * max(1, len(str(n)) - 1) else "",
                        "x": paper.across(begins / longest),
                        "width": paper.across(share),
                        "middle": paper.across(begins / longest + share / 2),
                    }
                )
            begins += n
        label = bar.label if len(bar.label) <= LONGEST else f"{bar.label[: LONGEST - 1].rstrip()}…"
        drawn.append(
            {"label": label, "n": sum(bar.counts), "parts": parts, "y": top + 16, "bar_y": top + LABEL}
        )
        top += LABEL + BAR + GAP
    shape = {"bars": drawn, "height": top, "bar_height": BAR}
    return _drawn("bars", kinds, name, title, about, width, shape)


def columns(
    groups: Sequence[Bar],
    kinds: Sequence[Kind],
    *,
    name: str,
    title: str,
    about: str,
    width: int | None = None,
) -> SafeString:
    """A group of columns for each of `groups`, one for each kind, over one scale. The label of a group has a line for
    each of its words before the last, as in '16 Nov'. For the rest see `stacked_bars`."""
    paper, scale = Paper(width), _scale(max((n for group in groups for n in group.counts), default=0))
    slot = (1 - MARGIN) / max(1, len(groups))
    thick = slot * 0.76 / max(1, len(kinds))
    drawn = []
    for place, group in enumerate(groups):
        left = MARGIN + place * slot + slot * 0.12
        parts = []
        for n_th, (kind, n) in enumerate(zip(kinds, group.counts, strict=True)):
            high = TALL * n / scale[-1]
            x, y = paper.across(left + n_th * thick), HEAD + TALL - high
            parts.append({"kind": kind, "n": n, "x": x, "y": f"{y:.2f}", "height": f"{high:.2f}"})
        words = group.label.split(" ", 1)
        drawn.append({"parts": parts, "middle": paper.across(left + slot * 0.38), "words": words})
    shape = {
        "groups": drawn,
        "thick": paper.across(thick),
        "height": HEAD + TALL + FOOT,
        "base": HEAD + TALL,
        "begins": paper.across(MARGIN),
        "scale_x": paper.across(MARGIN - 0.015),
        "ends": paper.across(1),
        "scale": [{"n": n, "y": f"{HEAD + TALL - TALL * n / scale[-1]:.2f}"} for n in scale],
    }
    return _drawn("columns", kinds, name, title, about, width, shape)


def _scale(most: int) -> list[int]:
    """Round numbers from nought to `most` or above, four steps at the most."""
    step = 1
    while step * 4 < most:
        step = step * 2 if str(step)[0] in "15" else step * 5 // 2
    return list(range(0, max(step, -(-most // step) * step) + 1, step))


def _drawn(
    shape: str,
    kinds: Sequence[Kind],
    name: str,
    title: str,
    about: str,
    width: int | None,
    more: dict[str, Any],
) -> SafeString:
    context = {"kinds": kinds, "name": name, "title": title, "about": about, "width": width, **more}
    return render_to_string(f"components/charts/{shape}.html", context)


# --- of tables --------------------------------------------------------------------------------------


@register.simple_tag
def bars_of(table: Table, name: str, *, inner: bool = False) -> SafeString:
    """A bar for each row of a table by colour that has anything; `inner`: for each of the parts of its rows."""
    kinds = [Kind(column.code, column.label) for column in table.columns[1:]]
    rows = [part for row in table.rows for part in (row.parts or (row,))] if inner else table.rows
    bars = [Bar(row.label, tuple(number.n for number in row.numbers[1:])) for row in rows if row.numbers[0].n]
    counted = _told(table.columns[1:], table.total)
    about = f"{len(bars)} bars, one for each row of the table below, divided by colour. In all: {counted}."
    return stacked_bars(bars, kinds, name=name, title=table.name, about=about)


@register.simple_tag
def columns_of(table: Table, name: str, labels: Sequence[str]) -> SafeString:
    """Columns for each row of a table, under `labels`."""
    kinds = [Kind(column.code, column.label) for column in table.columns]
    groups = [
        Bar(label, tuple(number.n for number in row.numbers))
        for label, row in zip(labels, table.rows, strict=True)
    ]
    counted = _told(table.columns, table.total)
    about = f"{len(groups)} groups of columns, one for each row of the table beside. In all: {counted}."
    return columns(groups, kinds, name=name, title=table.name, about=about)


def _told(columns_: Iterable[Any], row: Row) -> str:
    numbers = row.numbers[-len(list(columns_)) :]
    return ", ".join(
        f"{column.label.lower()} {number.n}" for column, number in zip(columns_, numbers, strict=True)
    )
