"""What changed between two versions of a draft, in paragraphs and in words.

A passage is a heading, a line of a paragraph or an item of a list. Passages are matched first; the words of
those that were rewritten are compared within them. Blanks alone are no change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from complaints.papers.letters import Heading, Letter, Numbers, Paragraph, parse
from complaints.papers.matching import Budget, Run, runs

# A draft of more passages is no letter, and a page that compared it would be of no use to anybody.
MOST_PASSAGES = 5_000
# Less alike than this, and two passages are read more easily one after the other than woven into one.
ALIKE = 0.4
# A few words that stayed between many that changed only make the change harder to read.
STRAY = 3
# Unchanged passages beside a change stay in sight; fewer than FOLD of the rest are not worth hiding.
BESIDE = 1
FOLD = 3

_NAMES = {
    "heading": "heading",
    "sub-heading": "subheading",
    "paragraph": "paragraph",
    "bullet": "bullet point",
    "number": "numbered point",
}
_STOPS = r".,;:!?()\[\]\"\u201c\u201d\u2018\u2019'"
_TOKEN = re.compile(rf"((?:[^\s{_STOPS}](?:[^\s{_STOPS}]|[{_STOPS}](?=[^\s{_STOPS}]))*)|[{_STOPS}])(\s*)")


class Kind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """Words that stayed, came or went. `gap` is the blank or newline after them, '' before a full stop."""

    kind: Kind
    text: str
    gap: str = ""


@dataclass(frozen=True)
class Passage:
    """`label` stands before it ('•', '3.'); `note` says what it was when only its form changed. One that
    `continues` is a further line of the paragraph before."""

    style: str
    changes: tuple[Change, ...]
    label: str = ""
    note: str = ""
    continues: bool = False

    @property
    def kind(self) -> Kind:
        kinds = {change.kind for change in self.changes}
        if len(kinds) > 1 or self.note:
            return Kind.CHANGED
        return next(iter(kinds), Kind.SAME)


@dataclass(frozen=True)
class Stretch:
    """Passages in a row; `folded` where all are unchanged and there are many."""

    passages: tuple[Passage, ...]
    folded: bool = False


@dataclass(frozen=True)
class Comparison:
    """`too_long`: not compared, because one version has more than MOST_PASSAGES."""

    stretches: tuple[Stretch, ...]
    too_long: bool = False

    @cached_property
    def counts(self) -> Counter[Kind]:
        """How many passages there are of each kind."""
        return Counter(passage.kind for stretch in self.stretches for passage in stretch.passages)

    @property
    def changed(self) -> bool:
        return self.too_long or any(self.counts[kind] for kind in Kind if kind is not Kind.SAME)

    @property
    def summary(self) -> str:
        """'2 paragraphs changed, 1 added', 'Nothing was changed' or 'Too long to compare'."""
        if self.too_long:
            return "Too long to compare"
        said: list[str] = []
        for kind in (Kind.CHANGED, Kind.ADDED, Kind.REMOVED):
            if number := self.counts[kind]:
                noun = "" if said else (" paragraph" if number == 1 else " paragraphs")
                said.append(f"{number}{noun} {kind}")
        return ", ".join(said) or "Nothing was changed"


def compare(old: str, new: str) -> Comparison:
    """What makes `new` of `old`, both in the notation of `letters`. Bounded in time, whatever they are."""
    before, after = _passages(parse(old)), _passages(parse(new))
    if max(len(before), len(after)) > MOST_PASSAGES:
        return Comparison((), too_long=True)
    return Comparison(tuple(_folded(tuple(_compared(before, after, Budget())))))


# --- passages ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """A passage of one version. Its number in a list is no part of what is compared: that moves by itself."""

    style: str
    words: tuple[str, ...]
    gaps: tuple[str, ...] = field(compare=False)
    label: str = field(compare=False)
    continues: bool = field(compare=False)

    @cached_property
    def bag(self) -> Counter[str]:
        return Counter(self.words)


def _passages(letter: Letter) -> list[_Line]:
    lines = []
    for block in letter.blocks:
        if isinstance(block, Heading):
            lines.append(_line("heading" if block.level == 1 else "sub-heading", block.text))
        elif isinstance(block, Paragraph):
            lines += [_line("paragraph", text, continues=n > 0) for n, text in enumerate(block.lines)]
        elif isinstance(block, Numbers):
            lines += [_line("number", text, f"{number}.") for number, text in block.numbered]
        else:
            lines += [_line("bullet", text, "•") for text in block.items]
    return lines


def _line(style: str, text: str, label: str = "", *, continues: bool = False) -> _Line:
    found = _TOKEN.findall(text)
    gaps = tuple("\n" if "\n" in gap else gap and " " for _, gap in found)
    return _Line(style, tuple(word for word, _ in found), gaps, label, continues)


def _compared(old: list[_Line], new: list[_Line], budget: Budget) -> Iterator[Passage]:
    for same, i1, i2, j1, j2 in runs(old, new, budget):
        if same:
            yield from (_whole(line, Kind.SAME) for line in new[j1:j2])
            continue
        for before, after in _paired(old[i1:i2], new[j1:j2], budget):
            if before and after:
                yield from _woven(before, after, budget)
            elif before:
                yield _whole(before, Kind.REMOVED)
            elif after:
                yield _whole(after, Kind.ADDED)


def _whole(line: _Line, kind: Kind) -> Passage:
    changes = (_change(kind, line, 0, len(line.words)),) if line.words else ()
    return Passage(line.style, changes, line.label, continues=line.continues)


def _change(kind: Kind, line: _Line, first: int, last: int) -> Change:
    parts = zip(line.words[first:last], line.gaps[first:last], strict=True)
    text = "".join(word + gap for word, gap in parts)
    gap = line.gaps[last - 1]
    return Change(kind, text.removesuffix(gap) if gap else text, gap)


# --- which passage became which ---------------------------------------------------------------------

_Pairs = list[tuple[_Line | None, _Line | None]]


def _alike(one: _Line, other: _Line) -> float:
    """0 to 1: the share of their words that both have."""
    shorter, longer = sorted((len(one.words), len(other.words)))
    if not shorter or 2 * shorter < ALIKE * (shorter + longer):
        return 0.0
    return 2 * (one.bag & other.bag).total() / (shorter + longer)


def _paired(old: Sequence[_Line], new: Sequence[_Line], budget: Budget) -> _Pairs:
    """Those that became each other side by side, in the order of both; what went before what came."""
    size = sum(len(line.words) for line in old) * len(new) + sum(len(line.words) for line in new) * len(old)
    if not old or not new or not budget.affords(2 * size + 10 * len(old) * len(new)):
        return _one_by_one(old, new)
    # best[i][j]: the most likeness that old[i:] and new[j:] can be paired with.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    likeness = [[_alike(one, other) for other in new] for one in old]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs: _Pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] >= ALIKE and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return [*pairs, *((line, None) for line in old[i:]), *((None, line) for line in new[j:])]


def _one_by_one(old: Sequence[_Line], new: Sequence[_Line]) -> _Pairs:
    """The first with the first and so on: what is left where there is too much to look for the best."""
    pairs: _Pairs = []
    for before, after in zip(old, new, strict=False):
        alike = _alike(before, after) >= ALIKE
        pairs += [(before, after)] if alike else [(before, None), (None, after)]
    shared = min(len(old), len(new))
    return [*pairs, *((line, None) for line in old[shared:]), *((None, line) for line in new[shared:])]


# --- words ------------------------------------------------------------------------------------------


def _woven(old: _Line, new: _Line, budget: Budget) -> Iterator[Passage]:
    """One passage with what changed in it; the two whole ones where few words kept their place."""
    found = _without_strays(list(runs(old.words, new.words, budget)))
    stayed = sum(run.i2 - run.i1 for run in found if run.same)
    if 2 * stayed < ALIKE * (len(old.words) + len(new.words)):
        yield _whole(old, Kind.REMOVED)
        yield _whole(new, Kind.ADDED)
        return
    changes: list[Change] = []
    for same, i1, i2, j1, j2 in found:
        if same:
            changes.append(_change(Kind.SAME, new, j1, j2))
            continue
        if i2 > i1:
            changes.append(_change(Kind.REMOVED, old, i1, i2))
        if j2 > j1:
            changes.append(_change(Kind.ADDED, new, j1, j2))
    note = f"was a {_NAMES[old.style]}" if old.style != new.style else ""
    yield Passage(new.style, tuple(changes), new.label, note, new.continues)


def _without_strays(found: Sequence[Run]) -> list[Run]:
    """A stretch of up to STRAY words that stayed goes with the changes around it where both are longer."""
    kept: list[Run] = []
    for n, run in enumerate(found):
        around = [_rewritten(other) for other in found[max(n - 1, 0) : n + 2] if not other.same]
        stray = run.same and len(around) == 2 and run.i2 - run.i1 <= min(STRAY, min(around) - 1)
        if kept and not kept[-1].same and (stray or not run.same):
            kept[-1] = kept[-1]._replace(i2=run.i2, j2=run.j2)
        else:
            kept.append(run)
    return kept


def _rewritten(run: Run) -> int:
    """How many words the longer side of a replacement has; 0 where words only came or went."""
    went, came = run.i2 - run.i1, run.j2 - run.j1
    return max(went, came) if went and came else 0


# --- what is folded away ----------------------------------------------------------------------------


def _folded(passages: Sequence[Passage]) -> Iterator[Stretch]:
    changed = [n for n, passage in enumerate(passages) if passage.kind is not Kind.SAME]
    near = {n + step for n in changed for step in range(-BESIDE, BESIDE + 1)}
    shown: list[Passage] = []
    for in_sight, numbers in groupby(range(len(passages)), near.__contains__):
        row = [passages[n] for n in numbers]
        if in_sight or len(row) < FOLD:
            shown += row
            continue
        if shown:
            yield Stretch(tuple(shown))
        shown = []
        yield Stretch(tuple(row), folded=True)
    if shown:
        yield Stretch(tuple(shown))
