"""Policy packs: YAML that can be read aloud, to the core's values and back. Knows no database."""

from slas.packs.draft import CalendarDraft, PolicyDraft
from slas.packs.reader import Entry, PackError, read_documents
from slas.packs.reading import read_policy
from slas.packs.writing import write_policies

__all__ = [
    "CalendarDraft",
    "Entry",
    "PackError",
    "PolicyDraft",
    "read_documents",
    "read_policy",
    "write_policies",
]
