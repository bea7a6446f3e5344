"""What two sequences have in common, in order, with a bound on the work of finding it.

`difflib` takes time in the cube of what it is given where much is alike. Here its work is reckoned beforehand;
what would cost too much is first taken apart at what occurs once on either side, and what is still too much counts
as different. The answer is then coarser, and still true.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

STEPS = 20_000_000
# What is too much at once is taken apart at single things that occur once, then at rows of three that do.
ANCHORS = (1, 3)


class Run(NamedTuple):
    """`old[i1:i2]` became `new[j1:j2]`; `same` where the two are equal."""

    same: bool
    i1: int
    i2: int
    j1: int
    j2: int


class Budget:
    """The steps that one comparison may still take; a step is well under a tenth of a microsecond."""

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def affords(self, steps: int) -> bool:
        """Whether `steps` more may be taken; if so they are."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


def runs(old: Sequence[Hashable], new: Sequence[Hashable], budget: Budget) -> Iterator[Run]:
    """`old` and `new` cut into runs, in order: equal ones, and what lies between them."""
    i = j = 0
    for at, other, length in _joined(_matches(old, new, budget)):
        if at > i or other > j:
            yield Run(False, i, at, j, other)
        i, j = at + length, other + length
        yield Run(True, at, i, other, j)
    if len(old) > i or len(new) > j:
        yield Run(False, i, len(old), j, len(new))


# Equal stretches are triples, as difflib has them: where in the old, where in the new, how long.
_Match = tuple[int, int, int]


def _joined(matches: Iterator[_Match]) -> Iterator[_Match]:
    """Neighbours as one, empty ones left out."""
    i = j = length = 0
    for at, other, more in matches:
        if (at, other) == (i + length, j + length):
            length += more
        elif more:
            if length:
                yield i, j, length
            i, j, length = at, other, more
    if length:
        yield i, j, length


def _matches(
    old: Sequence[Hashable], new: Sequence[Hashable], budget: Budget, anchors: Sequence[int] = ANCHORS
) -> Iterator[_Match]:
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    inner = old[head : len(old) - tail], new[head : len(new) - tail]
    found = _by_difflib(*inner, budget)
    if found is None:
        found = _by_anchors(*inner, budget, anchors) if anchors else []
    yield 0, 0, head
    yield from ((head + i, head + j, length) for i, j, length in found)
    yield len(old) - tail, len(new) - tail, tail


def _alike(old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    """How long the beginning is that both share."""
    for length, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return length
    return min(len(old), len(new))


def _by_difflib(old: Sequence[Hashable], new: Sequence[Hashable], budget: Budget) -> list[_Match] | None:
    """None where the budget does not stretch to it."""
    if not old or not new:
        return []
    counts = Counter(new)
    pairs = sum(times * counts[thing] for thing, times in Counter(old).items())
    if not pairs:
        return []
    # Each look for the longest stretch goes over all pairs at most, and there are two looks to a stretch found.
    if not budget.affords(2 * min(len(old), len(new)) * (pairs + len(old))):
        return None
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(match.a, match.b, match.size) for match in matcher.get_matching_blocks()]


def _by_anchors(
    old: Sequence[Hashable], new: Sequence[Hashable], budget: Budget, anchors: Sequence[int]
) -> list[_Match]:
    """What occurs once in each, and what the gaps between have in common."""
    size, *smaller = anchors
    found: list[_Match] = []
    i = j = 0
    for anchor, other in [*_once(_rows(old, size), _rows(new, size)), (len(old), len(new))]:
        gap = _matches(old[i:anchor], new[j:other], budget, smaller)
        found += [(i + at, j + beside, length) for at, beside, length in gap]
        if anchor < len(old):
            found.append((anchor, other, 1))
        i, j = anchor + 1, other + 1
    return found


def _rows(things: Sequence[Hashable], size: int) -> list[Hashable]:
    """Each thing together with the `size` - 1 after it."""
    return [tuple(things[n : n + size]) for n in range(len(things) - size + 1)]


def _once(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The most of what occurs once on either side that stands in the same order on both."""
    once = {thing for thing, times in Counter(new).items() if times == 1}
    once &= {thing for thing, times in Counter(old).items() if times == 1}
    place = {thing: j for j, thing in enumerate(new) if thing in once}
    pairs = [(i, place[thing]) for i, thing in enumerate(old) if thing in once]
    # The longest rising run of places: `ends[n]` is the pair that ends the best run of n + 1 pairs so far.
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(tops, j)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1] = [j]
        ends[length : length + 1] = [number]
    chosen = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chosen.append(pairs[number])
        number = before[number]
    return chosen[::-1]
