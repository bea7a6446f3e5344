"""What `./bench` asks for: every page somebody waits for, as the people who open it."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Unit, User
from audit.models import Stream
from complaints.demo.many.writers import PROLIFIC
from complaints.models import Case, Entry, List, Party, Stage
from complaints.queries.cases import with_words
from complaints.queries.line_filters import LineFilters, Lists, asked_of
from complaints.queries.lines import SORTS, Show
from tests.benchmarks.measure import Page, Wanted

PEOPLE = {
    "manager": "grace.adeyemi@council.example",
    "officer": "amira.khan@council.example",
    "service manager": "sunita.rao@council.example",
    "responder": "daniel.okafor@council.example",
    "auditor": "peter.lindqvist@council.example",
}
"""Of the demo council: who sees all of it, a directorate, a service, a team, and who only reads."""
LIST, CASE, SEARCH, LOG, WEEKLY = Wanted(60, 12), Wanted(60, 15), Wanted(100), Wanted(100), Wanted(300)
RARE = 10
"""A rare word is found in so many cases at the most."""
COMMON = "school"
DEEP = (100, 200)


@dataclass(frozen=True)
class Known:
    """What is looked for, taken from the cases that are there."""

    rare: str
    name: str
    email: str
    postcode: str
    case: Case
    longest: Case
    prolific: Case

    @classmethod
    def read(cls) -> "Known":
        middle = Case.objects.filter(restricted=False).order_by("pk")[Case.objects.count() // 2 - 1 :].first()
        party = Party.objects.exclude(email="").exclude(postcode="").filter(case__restricted=False)
        someone = party.order_by("-pk").first()
        hers = Case.objects.filter(parties__name=PROLIFIC, restricted=False).order_by("-pk").first()
        if middle is None or someone is None or hers is None:
            raise SystemExit("There are no cases to measure. Make some first: manage.py make_cases")
        streams = Stream.objects.filter(name__startswith="case:").order_by("-head_sequence")[:20]
        longest = (Case.objects.filter(reference=s.name.partition(":")[2]).first() for s in streams)
        return cls(
            _rare_word(),
            someone.name,
            someone.email,
            someone.postcode,
            middle,
            next(case for case in longest if case is not None and not case.restricted),
            hers,
        )


def _rare_word() -> str:
    """A word of a few cases: the first there is among the words of some."""
    drawn = random.Random(1)
    newest = Case.objects.order_by("-pk")[:300]
    for case in drawn.sample(list(newest), min(100, len(newest))):
        words = [word for word in case.search_text.split() if word.isalpha() and len(word) > 5]
        for word in drawn.sample(words, min(8, len(words))):
            if 0 < Case.objects.filter(with_words(word))[: RARE + 1].count() <= RARE:
                return word
    return "rare"


def clients() -> dict[str, Client]:
    """A browser for each of the people, signed in."""
    found = {}
    for who, email in PEOPLE.items():
        person = User.objects.filter(email=email).first()
        if person is not None:
            found[who] = Client(SERVER_NAME="localhost")
            found[who].force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return found


def pages(known: Known) -> Iterator[Page]:
    """Every page, most as the manager, who sees the most; the usual ones as the others too."""
    yield from _of_everybody()
    yield from _lists()
    yield from _filters()
    yield from _searches(known)
    yield from _cases(known)
    yield from _reports()
    yield from _writing()


def _get(address: str) -> Any:
    return lambda client: client.get(address)


def _named(name: str, query: str = "") -> Any:
    """A page by the name of its address. LookupError where it is not there."""

    def ask(client: Client) -> HttpResponseBase:
        try:
            address = reverse(name)
        except NoReverseMatch:
            raise LookupError(f"there is no page {name}") from None
        return client.get(f"{address}?{query}" if query else address)

    return ask


def _of_everybody() -> Iterator[Page]:
    for who in PEOPLE:
        yield Page("today", who, _named("home"), LIST)
        if who != "auditor":  # nothing waits for one who only reads
            yield Page("queue", who, _named("queue"), LIST)
        yield Page("list", who, _named("cases"), LIST)
        yield Page("list of all cases", who, _named("cases", "show=cases"), LIST)
        yield Page("dashboard", who, _named("dashboard"), LIST)


def _lists() -> Iterator[Page]:
    for show in Show:
        for sort in SORTS[show]:
            asked = urlencode({"show": show.value, "sort": sort})
            yield Page(f"list: {show.value} by {sort}", "manager", _named("cases", asked), LIST)
        for page in DEEP:
            asked = urlencode({"show": show.value, "page": page})
            yield Page(f"list: {show.value}, page {page}", "manager", _named("cases", asked), LIST)
            yield Page(f"list: {show.value}, page {page}", "officer", _named("cases", asked), LIST)


def _filters() -> Iterator[Page]:
    """Every filter by itself, of the open work and of all cases, for something that finds some."""
    now, lists = timezone.now(), Lists.read()
    nothing = LineFilters({}, show=Show.WORK, lists=lists, now=now, queryset=Stage.objects.none())
    manager = User.objects.get(email=PEOPLE["manager"])
    for name, filter_ in nothing.filters.items():
        for show in (Show.WORK, Show.CASES):
            values = [{"show": show.value, name: value} for value in _values_of(name, filter_.field)]
            found = (one for one in values if asked_of(one, manager, now=now, lists=lists).lines.exists())
            asked = next(found, values[0] if values else None)
            if asked is not None:
                address = _named("cases", urlencode(asked))
                yield Page(f"filter: {show.value} by {name}", "manager", address, LIST)


def _values_of(name: str, field: Any) -> list[str]:
    """What a filter can be asked for; 'none' and 'nobody' last."""
    if hasattr(field, "choices"):
        choices = [str(value) for value, _ in field.choices if value]
        return sorted(choices, key=lambda value: value in ("none", "nobody"))
    if name.endswith(("_from", "_to")):
        ahead = 3 if name.startswith("due") else -20
        return [str(timezone.localdate() + timedelta(days=ahead))]
    return []


def _searches(known: Known) -> Iterator[Page]:
    asked = {
        "a rare word": known.rare,
        "a common word": COMMON,
        "two words": f"{COMMON} apology",
        "the start of a word": COMMON[:3],
        "a name": known.name,
        "who writes most": PROLIFIC,
        "an e-mail address": known.email,
        "a postcode": known.postcode,
        "a reference": known.case.reference,
        "nothing there is": "zzyzx quonk",
    }
    for what, words in asked.items():
        query = urlencode({"search": words})
        for who in ("manager", "responder"):
            yield Page(f"search: {what}", who, _named("cases", query), SEARCH)
    yield Page(
        "search: a common word, page 100", "manager", _named("cases", f"search={COMMON}&page=100"), SEARCH
    )


def _cases(known: Known) -> Iterator[Page]:
    for what, case in (
        ("ordinary", known.case),
        ("of who writes most", known.prolific),
        ("with the longest history", known.longest),
    ):
        for who in ("manager", "auditor"):
            yield Page(f"case: {what}", who, _get(reverse("case", args=[case.reference])), CASE)


def _reports() -> Iterator[Page]:
    for who in ("manager", "officer", "service manager", "auditor"):
        yield Page("weekly report", who, _named("weekly-report"))
        yield Page("statistics", who, _named("statistics"))
    yield Page("weekly report: its data alone", "manager", _weekly_data, WEEKLY)
    yield Page("weekly report: its data alone", "service manager", _weekly_data, WEEKLY)
    yield Page("csv: a list of open work", "manager", _named("lines-csv"), rows=True)
    asked = urlencode({"show": Show.CASES.value, "unit": _a_service()})
    yield Page("csv: a service's cases", "manager", _named("lines-csv", asked), rows=True)


def _a_service() -> str:
    service = Unit.objects.filter(kind=Unit.Kind.SERVICE).order_by("pk").first()
    return service.code if service else ""


def _weekly_data(client: Client) -> HttpResponseBase:
    """The report's data, without its page."""
    try:
        from complaints.queries import weekly
    except ImportError:
        raise LookupError("there is no weekly report") from None
    person = User.objects.get(pk=client.session["_auth_user_id"])
    weekly.own(person, now=timezone.now())
    return HttpResponse()


def _writing() -> Iterator[Page]:
    channel = Entry.objects.current(List.CHANNEL).values_list("pk", flat=True).first()
    service = Unit.objects.get(code=_a_service()).pk
    for who in ("manager", "officer"):
        yield Page("logging a case: the form", who, _named("log"))
        yield Page("logging a case", who, partial(_log, channel, service), LOG, answer=302)


def _log(channel: int, service: int, client: Client) -> HttpResponseBase:
    """The form as it is sent, for somebody who never wrote before."""
    number = uuid.uuid4()
    name = "".join(chr(97 + int(digit, 16)) for digit in number.hex[:12]).capitalize()
    return client.post(
        reverse("log"),
        {
            "once": str(number),
            "channel": channel,
            "received_on": f"{timezone.localdate():%d/%m/%Y}",
            "person_0_role": "complainant",
            "person_0_name": f"Bench {name}",
            "person_0_email": f"{name.lower()}@post.example",
            "summary": f"{name} was not emptied",
            "detail": "It has been three weeks, and the street is full of them.",
            "point_new_0": "Missed collections",
            "unit": service,
        },
    )
