"""Tables of counts: every number knows the list it leads to, and every table whether its parts add up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from complaints.queries.lines import asking


@dataclass(frozen=True, slots=True)
class Number:
    """How many lines there are, and what the list of cases is asked for to show exactly these."""

    n: int
    asks: Mapping[str, object]

    @property
    def query(self) -> str:
        """What follows the question mark of the list's address."""
        return asking(**self.asks)


@dataclass(frozen=True)
class Share:
    """So many of so many. `words` is the percentage, which is 100 % or 0 % only where that is exact."""

    n: int
    of: int

    @property
    def words(self) -> str:
        if not self.of:
            return ""
        percent = round(100 * self.n / self.of)
        if percent == 100 and self.n < self.of:
            return "over 99%"
        if percent == 0 and self.n:
            return "under 1%"
        return f"{percent}%"


@dataclass(frozen=True)
class Row:
    """A line of a table: a number for each column. `code` is of the unit it leads further to, `parts` are rows that
    make it up, `since` the day of the longest wait, `itself` whether it is what stands beside the parts."""

    label: str
    numbers: tuple[Number, ...]
    code: str = ""
    parts: tuple["Row", ...] = ()
    since: date | None = None
    itself: bool = False


@dataclass(frozen=True)
class Column:
    """`code` is the colour it counts, or another word for the page; `of` names the columns it is a share of."""

    code: str
    label: str
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Counts by something. `sums` says which columns make up another: `("all", ("red", "green"))`. Where `adds_up` is
    False a line is counted in several rows, and the page says so."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row
    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()
    adds_up: bool = True

    @property
    def by(self) -> Mapping[str, int]:
        """Where a column stands, by its code."""
        return {column.code: place for place, column in enumerate(self.columns)}

    @property
    def wrong(self) -> tuple[str, ...]:
        """Each disagreement between a total and its parts, as a sentence; none where all is well."""
        found = list(self._wrong_across())
        if self.adds_up:
            found += self._wrong_down(self.total.label, self.total, self.rows)
            for row in self.rows:
                if row.parts:
                    found += self._wrong_down(row.label, row, row.parts)
        return tuple(found)

    def _wrong_down(self, label: str, total: Row, parts: Sequence[Row]) -> Iterator[str]:
        for place, column in enumerate(self.columns):
            said, sum_ = total.numbers[place].n, sum(row.numbers[place].n for row in parts)
            if said != sum_:
                yield f"{self.name}, {column.label}: {label} is {said}, and its rows come to {sum_}."

    def _wrong_across(self) -> Iterator[str]:
        places = self.by
        parts_of = (part for whole in self.rows for part in whole.parts)
        for row in (self.total, *self.rows, *parts_of):
            for code, codes in self.sums:
                said = row.numbers[places[code]].n
                sum_ = sum(row.numbers[places[part]].n for part in codes)
                if said != sum_:
                    yield f"{self.name}, {row.label}: {said} in all, and its columns come to {sum_}."

    def share(self, row: Row, column: Column) -> Share | None:
        """The share that a number of `row` is; None where its column is not one."""
        if not column.of:
            return None
        places = self.by
        return Share(
            row.numbers[places[column.code]].n, sum(row.numbers[places[code]].n for code in column.of)
        )
