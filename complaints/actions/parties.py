"""The people of a case, written, and known again when they write once more."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from complaints.models import Case, Party

_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "cllr", "councillor", "rev", "prof", "sir", "dame", "mp"}
)


@dataclass(frozen=True)
class PartyDraft:
    """Somebody a case is from, about or for, as written down."""

    role: str
    name: str
    relationship: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    office: str = ""
    preferred_contact: str = ""
    adjustments: str = ""
    consent: str = ""
    consent_on: date | None = None


def write(case: Case, drafts: Sequence[PartyDraft]) -> None:
    """The people of a case in this order, in place of those there."""
    case.parties.all().delete()
    Party.objects.bulk_create(rows(case, drafts))


def rows(case: Case, drafts: Sequence[PartyDraft]) -> list[Party]:
    """The people of a case as rows, not yet saved."""
    return [
        Party(case=case, position=n, **vars(draft), **matches(draft)) for n, draft in enumerate(drafts, 1)
    ]


def matches(draft: PartyDraft) -> dict[str, str]:
    """What `draft` is known again by: never of an MP or councillor, who write for many."""
    if draft.role in (Party.Role.MP, Party.Role.COUNCILLOR, Party.Role.ADVOCATE, Party.Role.SUBJECT):
        return {}
    return {
        "match_email": email_key(draft.email),
        "match_phone": phone_key(draft.phone),
        "match_name": name_key(draft.name),
        "match_postcode": postcode_key(draft.postcode),
    }


def name_key(name: str) -> str:
    """A name without titles, accents, points and case: 'Dr. Zoë O'Neil-Hart' → 'zoe oneil hart'."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    words = re.sub(r"[^\w\s-]", "", plain).replace("-", " ").split()
    return " ".join(word for word in words if word not in _TITLES)[:200]


def email_key(email: str) -> str:
    return email.strip().lower()[:254]  # some letters become two when they are made small


def phone_key(phone: str) -> str:
    """A telephone number's last ten digits, its extension left out: +44 and 0 come to the same. '' for too few."""
    digits = re.sub(r"[^0-9]", "", re.split(r"(?i)e?xt?n?\.?\s*[0-9]{1,6}\s*$", phone, maxsplit=1)[0])
    return digits[-10:] if len(digits) >= 10 else ""


def postcode_key(postcode: str) -> str:
    return "".join(postcode.upper().split())[:12]
