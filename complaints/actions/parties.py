"""The people of a case, written, and known again when they write once more."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices

from complaints.actions.changed import Changes
from complaints.models import Case, Party
from slas.core.wording import long_date

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


def write(case: Case, drafts: Sequence[PartyDraft]) -> Changes:
    """The people of a case in this order, in place of those there. Who stays keeps their row. Returns what changed."""
    there = list(case.parties.all())
    known = _known_again(there, drafts)
    changes = Changes()
    for party in there:
        if party.pk not in {one.pk for one in known if one is not None}:
            changes.said.append(f"removed {_who(party)}")
            party.delete()
    moved = False
    for new, old in zip(rows(case, drafts), known, strict=True):
        if old is None:
            changes.said.append(f"added {_who(new)}")
        else:
            _tell(changes, old, new)
            moved = moved or old.position != new.position
            new.pk = old.pk
        new.save()
    if moved and not changes:
        changes.said.append("put the people in another order")
    return changes


Key = Callable[[Any], tuple[Any, ...]]


def _known_again(there: Sequence[Party], drafts: Sequence[PartyDraft]) -> list[Party | None]:
    """For each draft the person it is: by role and name, else by name alone, else by all that is known of them but
    their name, which was put right. None: somebody new."""
    keys: tuple[Key, ...] = (
        lambda one: (one.role, one.name),
        lambda one: (name_key(one.name),),
        lambda one: tuple(getattr(one, name) for name in ("role", *_NAMES) if name != "name"),
    )
    left, found = list(there), dict[int, Party]()
    for key in keys:
        for n, draft in enumerate(drafts):
            same = next((one for one in left if n not in found and key(one) == key(draft)), None)
            if same is not None:
                found[n] = same
                left.remove(same)
    return [found.get(n) for n in range(len(drafts))]


_NAMES = {
    "name": "name",
    "relationship": "relationship",
    "email": "e-mail address",
    "phone": "telephone number",
    "address": "address",
    "postcode": "postcode",
    "office": "office or ward",
    "preferred_contact": "preferred way to be contacted",
    "adjustments": "needs",
    "consent": "consent",
    "consent_on": "day of the consent",
}


_LABELS: dict[str, type[TextChoices]] = {
    "role": Party.Role,
    "preferred_contact": Party.Contact,
    "consent": Party.Consent,
}


def _who(party: Party) -> str:
    return f"{party.name}, {_shown(party, 'role').lower()}"


def _shown(party: Party, name: str) -> str:
    """What a column says, as people read it."""
    value = getattr(party, name)
    if isinstance(value, date):
        return long_date(value)
    labels = _LABELS.get(name)
    return labels(value).label if labels and value else str(value or "")


def _tell(changes: Changes, old: Party, new: Party) -> None:
    if old.role != new.role:
        was, is_ = _shown(old, "role").lower(), _shown(new, "role").lower()
        changes.said.append(f"changed {old.name} from {was} to {is_}")
    for name, words in _NAMES.items():
        changes.text(f"{old.name}'s {words}", _shown(old, name), _shown(new, name))


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
