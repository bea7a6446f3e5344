"""Looking for words in what is kept of a case (`complaints.searching`)."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup, TextField
from django.db.models.sql.compiler import SQLCompiler

from complaints.searching import PREFIX


@TextField.register_lookup
class HasWords(Lookup):
    """`search_text__has_words=searching.asked(typed)`: any of the ways, each with all of its words. On PostgreSQL it
    asks `search_vector`, which the database itself makes of `search_text`."""

    lookup_name = "has_words"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        lhs, parameters = self.process_lhs(compiler, connection)
        ways, values = [], list[Any]()
        for way in self.rhs:
            ways.append("(" + " AND ".join([f"{lhs} LIKE %s"] * len(way)) + ")")
            for word in way:
                values += [*parameters, f"% {word}%" if len(word) >= PREFIX else f"% {word} %"]
        return (f"({' OR '.join(ways)})" if ways else "1 = 1"), tuple(values)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        if not self.rhs:
            return "TRUE", ()
        lhs, parameters = self.process_lhs(compiler, connection)
        table = lhs.rpartition(".")[0]
        return f'{table}."search_vector" @@ %s::tsquery', (*parameters, _tsquery(self.rhs))


def _tsquery(ways: Sequence[Sequence[str]]) -> str:
    """Words have letters and figures only, so that quotes are all they need."""
    return " | ".join("(" + " & ".join(_term(word) for word in way) + ")" for way in ways)


def _term(word: str) -> str:
    return f"'{word}':*" if len(word) >= PREFIX else f"'{word}'"
