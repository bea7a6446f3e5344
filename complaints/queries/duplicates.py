"""The cases a new contact may be one with, and the same person's others, as far as somebody may see them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import CharField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value

from accounts.models import User
from complaints import permissions, searching
from complaints.models import Case, ClosedAs, Party, Stage

NEAR = timedelta(days=30)
MOST = 50
"""The most cases that are shown; the latest."""

EMAIL, PHONE, NAME = "email", "phone", "name"
WHY = {EMAIL: "Same e-mail address", PHONE: "Same telephone number", NAME: "Same name and postcode"}
SAME_WORDS = "Same words in the summary"
LITTLE = frozenset(
    {"a", "about", "an", "and", "are", "as", "at", "be", "been", "by", "for", "from", "had", "has", "have"}
    | {"in", "is", "it", "its", "my", "no", "not", "of", "on", "or", "our", "the", "their", "to", "was", "we"}
    | {"were", "with", "without"}
)
"""Words that do not tell one summary from another."""


@dataclass(frozen=True)
class Alike:
    """A case that may be the same matter, or is from the same person, and how that shows."""

    case: Case
    why: tuple[str, ...]

    @property
    def same_person(self) -> bool:
        return any(reason in WHY.values() for reason in self.why)


def alike(
    viewer: User,
    *,
    keys: Sequence[Mapping[str, str]],
    summary: str,
    received_on: date,
    now: datetime,
) -> list[Alike]:
    """The cases `viewer` may see that share a person with a new contact, or the words of its summary within 30 days;
    the same person's first, of those the open ones first, then the latest.

    `keys` are what each person is known again by (`complaints.actions.parties.matches`). What was logged in error is
    left out. Each case has its open stages as `open_stages`. Four queries, however many there are.
    """
    cases = permissions.visible_cases(viewer, now=now).exclude(closed_as=ClosedAs.LOGGED_IN_ERROR)
    why: dict[int, list[str]] = {}
    for case_id, reason in _same_people(cases, keys):
        why.setdefault(case_id, []).append(WHY[reason])
    for case_id in _same_words(cases, summary, received_on):
        why.setdefault(case_id, []).append(SAME_WORDS)
    stages = Stage.objects.filter(closed_at__isnull=True, type__beside=False).select_related(
        "type__procedure"
    )
    rows = (
        Case.objects.filter(pk__in=why)
        .select_related("unit")
        .prefetch_related(Prefetch("stages", stages, to_attr="open_stages"))
        .order_by(F("closed_at").asc(nulls_first=True), "-received_on", "-pk")
    )
    found = [Alike(case, tuple(dict.fromkeys(why[case.pk]))) for case in rows]
    return sorted(found, key=lambda one: (not one.same_person, one.case.closed_at is not None))[:MOST]


def _same_people(cases: QuerySet[Case], keys: Sequence[Mapping[str, str]]) -> Iterable[tuple[int, str]]:
    """The number of each case with one of these people, and by what they are known again. One query, each part of it
    by an index of its own."""
    parts = people_query(cases, keys)
    if not parts:
        return []
    first, *others = parts
    return first.union(*others).order_by("-case_id")[: MOST * 4]


def people_query(
    cases: QuerySet[Case], keys: Sequence[Mapping[str, str]]
) -> list[QuerySet[Party, tuple[int, str]]]:
    """The parts of the search for the same people."""
    emails = {key["match_email"] for key in keys if key.get("match_email")}
    phones = {key["match_phone"] for key in keys if key.get("match_phone")}
    names = Q()
    for key in keys:
        if key.get("match_name") and key.get("match_postcode"):
            names |= Q(match_name=key["match_name"], match_postcode=key["match_postcode"])
    # What excludes the empty ones repeats the condition of the partial index: SQLite uses it for nothing less.
    # Whether a case may be seen is asked of those found, and not of every case there is.
    may_be_seen = Exists(cases.filter(pk=OuterRef("case_id")))
    asked = [
        (EMAIL, bool(emails), Party.objects.filter(match_email__in=emails).exclude(match_email="")),
        (PHONE, bool(phones), Party.objects.filter(match_phone__in=phones).exclude(match_phone="")),
        (NAME, bool(names), Party.objects.filter(names)),
    ]
    return [
        rows.filter(may_be_seen)
        .order_by()
        .annotate(reason=Value(reason, output_field=CharField()))
        .values_list("case_id", "reason")
        for reason, wanted, rows in asked
        if wanted
    ]


def _same_words(cases: QuerySet[Case], summary: str, received_on: date) -> list[int]:
    """The cases received within 30 days whose summary has the same words, little ones, order and case aside. One
    query: of those whose words, as they are indexed, have them all."""
    wanted = words_of(summary)
    indexed = tuple(word for word in dict.fromkeys(searching.words_of(summary)) if word not in LITTLE)
    if len(wanted) < 2 or not indexed:
        return []
    near = cases.filter(received_on__range=(received_on - NEAR, received_on + NEAR))
    near = near.filter(search_text__has_words=(indexed[: searching.MOST_WORDS],))
    rows = near.order_by("-pk").values_list("pk", "summary")
    return [pk for pk, text in rows.iterator(chunk_size=2000) if words_of(text) == wanted][:MOST]


def words_of(summary: str) -> frozenset[str]:
    """The words that tell one summary from another."""
    return frozenset(re.findall(r"\w+", summary.lower())) - LITTLE
