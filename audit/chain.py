"""How an event is sealed: pure functions of values, no database.

digest = sha256(salt, then the canonical JSON of the readable text)
hash   = sha256(the previous event's hash, then digest, then the canonical JSON of the event's own columns)

Streams are named and events numbered in what is hashed, so a backup restored elsewhere verifies there.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def plain(value: Any) -> Any:
    """`value` as JSON can hold it without loss on every database.

    Mappings, lists, text, whole numbers, true, false and nothing stay; dates, decimals and identifiers become
    text. Raises TypeError for anything else, floating point numbers among them: two databases would write
    them differently, and the digest would no longer match.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    raise TypeError(f"An event cannot keep {value!r}: use text, whole numbers, dates, lists and mappings.")


def canonical(value: Any) -> bytes:
    """The one way to write `value`: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(
    *, salt: str, actor_name: str, on_behalf_of_name: str, sentence: str, details: Mapping[str, Any]
) -> str:
    """The seal on an event's readable text. The salt stops a short text being guessed from its digest."""
    content = {
        "actor_name": actor_name,
        "on_behalf_of_name": on_behalf_of_name,
        "sentence": sentence,
        "details": details,
    }
    return hashlib.sha256(salt.encode() + canonical(content)).hexdigest()


def hash_of(
    *,
    previous_hash: str,
    digest: str,
    stream: str,
    sequence: int,
    at: datetime,
    verb: str,
    actor_id: int | None,
    on_behalf_of_id: int | None,
    erases: int | None,
) -> str:
    """The link to the event before. `at` is hashed in UTC to the microsecond."""
    columns = {
        "stream": stream,
        "sequence": sequence,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": verb,
        "actor_id": actor_id,
        "on_behalf_of_id": on_behalf_of_id,
        "erases": erases,
    }
    return hashlib.sha256(previous_hash.encode() + digest.encode() + canonical(columns)).hexdigest()


_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def visible(words: str) -> str:
    """`words` on one line, without characters that would make an entry read as something else."""
    return _UNSEEN.sub(" ", words)
