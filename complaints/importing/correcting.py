"""A mapping as somebody corrects it: what there is to be matched, and the mapping that comes of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from complaints.importing.known import Known
from complaints.importing.map_file import read_map, write_map
from complaints.importing.mapping import BLANK, Map, counts
from complaints.importing.readers import Sheet
from complaints.importing.rows import count_rows
from complaints.importing.words import CODED


@dataclass(frozen=True)
class Text:
    """One text of a coded field: in how many rows it stands, its code ('' for none), and those it could be."""

    text: str
    rows: int
    code: str
    could_be: tuple[str, ...]


def texts_of(sheets: Sequence[Sheet], mapping: Map, known: Known) -> dict[str, list[Text]]:
    """The texts of every coded field of which something is known here, those not matched first, then the most
    frequent. Where no column says the type, '(blank)' stands for all rows."""
    found = {name: dict(texts) for name, texts in counts(sheets, mapping).items() if known.names[name]}
    if "type" not in mapping.columns or mapping.code("type", BLANK):
        found.setdefault("type", {})[BLANK] = count_rows(sheets, mapping) - sum(
            found.get("type", {}).values()
        )
    return {
        name: sorted(
            (
                Text(t, rows, mapping.code(name, t), mapping.could_be(name, t))
                for t, rows in found[name].items()
            ),
            key=lambda text: (bool(text.code), -text.rows, text.text.casefold()),
        )
        for name in CODED
        if name in found
    }


def corrected(
    sheets: Sequence[Sheet],
    known: Known,
    mapping: Map,
    *,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> Map:
    """`mapping` with other columns and values. What was said of a column that gives a field no more is forgotten; the
    texts of the one that gives it now are proposed."""
    new = mapping.columns if columns is None else columns
    moved = {name for name in CODED if _source(name, new) != _source(name, mapping.columns)}
    said: dict[str, dict[str, str]] = {
        name: dict(codes) for name, codes in mapping.values.items() if name not in moved
    }
    for name, codes in (values or {}).items():
        if name not in moved:
            said.setdefault(name, {}).update(codes)
    first = mapping.day_first if day_first is None else day_first
    plain = Map(mapping.sheet, mapping.heading_row, dict(new), first, said)
    return read_map(write_map(plain), "mapping", sheets, known)


def _source(name: str, columns: Mapping[str, str]) -> tuple[str | None, ...]:
    """The columns that a coded field is read from."""
    return (columns.get(name), columns.get("stage") if name == "type" else None)


def moved_fields(before: Map, after: Map) -> tuple[str, ...]:
    """The coded fields that are read from another column than before."""
    return tuple(name for name in CODED if _source(name, before.columns) != _source(name, after.columns))
