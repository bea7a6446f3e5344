"""Words that cases are found by: how they are kept, and how what somebody typed is taken.

A word is found from its beginning, from three letters on; a shorter one, whole. Accents, capitals and apostrophes make
no difference. An e-mail address is a word of its own too, for its parts are shared by many. On PostgreSQL an index
answers (`complaints.models.lookups`); SQLite reads every row.
"""

import re
import unicodedata
from collections.abc import Iterable

from complaints.references import as_written

PREFIX = 3
"""From so many letters on, a word is found by its beginning."""
LONGEST_WORD = 60
MOST_WORDS = 10
MOST_KEPT = 60_000
"""Characters of words kept of one case: an index takes no more than a megabyte of a row."""
_WORD = re.compile(r"[^\W_]+")
_EDGES = re.compile(r"""[\s<>()\[\],;:"]+""")
"""What an e-mail address ends at."""
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
_APOSTROPHES = re.compile(r"(?<=\w)['\u2019\u02bc](?=\w)")


def words_of(text: str) -> list[str]:
    """The words of `text` as they are compared: in lower case, without accents, 'O\'Brien' as 'obrien'."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c)).translate(_STROKES)
    return [word[:LONGEST_WORD] for word in _WORD.findall(letters)]


def addresses_of(text: str) -> list[str]:
    """The e-mail addresses in `text`, or their beginnings, each as one word: 'J.Smith@post.example' as
    'jsmith@postexample'."""
    return [word for some in _EDGES.split(text) if (word := _address(some))] if "@" in text else []


def _address(some: str) -> str:
    """What stands between two edges as one word, where it is an address; ''."""
    name, at, place = some.partition("@")
    name = joined(name) if at else ""
    return f"{name}@{joined(place)}"[:LONGEST_WORD] if name else ""


def indexed(texts: Iterable[str]) -> str:
    """What is kept of `texts` for finding them: each word once, between spaces."""
    kept: dict[str, None] = {}
    size = 0
    for text in texts:
        for word in (*words_of(text), *addresses_of(text)):
            if word not in kept and size < MOST_KEPT:
                kept[word] = None
                size += len(word) + 1
    return f" {' '.join(kept)} " if kept else ""


def joined(text: str) -> str:
    """A postcode or telephone number without what sets its parts apart, so that it is found as one word."""
    return "".join(words_of(text))


def asked(typed: str) -> tuple[tuple[str, ...], ...]:
    """What to look for: words that must all be there, then other ways that will do as well. A postcode, telephone
    number or reference of a council's own may have been kept as one word; a reference of ours always is. Empty where
    nothing was typed that is a word."""
    others = " ".join(some for some in _EDGES.split(typed) if not _address(some))
    words = tuple(dict.fromkeys((*addresses_of(typed), *words_of(others))))[:MOST_WORDS]
    if not words:
        return ()
    one = joined(typed)
    if as_written(typed):
        return (
            (one,),
        )  # what looks like a reference may be a telephone number: that is kept as one word too
    in_parts = 1 < len(words) <= 6 and len(one) <= 20 and any(c.isdigit() for c in one)
    return (words, (one,)) if in_parts else (words,)
