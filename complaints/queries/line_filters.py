"""What a list of lines can be asked for in its address: the one contract of the list, the downloads, the saved views
and every number that is a link."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.forms import Form
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from accounts.models import Grant, Unit, User
from accounts.roles import Role
from complaints import permissions
from complaints.models import Case, ClosedAs, Entry, Finding, List, Stage, StageType
from complaints.moves import CASE_ROLES
from complaints.queries.cases import with_words
from complaints.queries.choices import STEP
from complaints.queries.lines import OPEN_COLOURS, Colour, Show, in_order, lines, of_colour, sort_of
from complaints.searching import MOST_WORDS, words_of
from complaints.workflow import Kind
from slas.core.calendar import FIRST_DAY, LAST_DAY, london_midnight

LONGEST = 200
"""Characters of a search."""
NOBODY = "nobody"
YES_NO = (("yes", "Yes"), ("no", "No"))
IN_TIME = (*YES_NO, ("undated", "Had no date"))
FLAGS = (
    ("safeguarding", "Safeguarding"),
    ("risk", "Risk"),
    ("sensitive", "Sensitive"),
    ("restricted", "Restricted"),
)


@dataclass(frozen=True)
class Lists:
    """What the filters choose from, read once for a page: five queries."""

    units: tuple[Unit, ...]
    types: tuple[StageType, ...]
    officers: tuple[tuple[int, str], ...]
    entries: tuple[Entry, ...]
    people: tuple[tuple[int, str], ...] = ()

    @classmethod
    def read(cls) -> "Lists":
        people = _people()
        return cls(
            units=tuple(Unit.objects.order_by("path")),
            types=tuple(
                StageType.objects.select_related("procedure").order_by("procedure__policy_version", "pk")
            ),
            officers=tuple((pk, name) for pk, name, of_the_team in people if of_the_team),
            entries=tuple(
                Entry.objects.own()
                .filter(list__in=(List.LATE_REASON, List.THEME, List.CATEGORY))
                .order_by("position")
            ),
            people=tuple((pk, name) for pk, name, _ in people),
        )

    def below(self, code: str) -> list[int]:
        """The units at or below the one with this code."""
        top = next((unit for unit in self.units if unit.code == code), None)
        return [unit.pk for unit in self.units if top and top.covers(unit)]

    def of_stage(self, key: str) -> list[int]:
        """The stage types of every version with this key."""
        return [type_.pk for type_ in self.types if key_of(type_) == key]

    def of_kind(self, kind: str) -> list[int]:
        return [type_.pk for type_ in self.types if type_.procedure.kind == kind]

    def of_answers(self, wanted: bool = True) -> list[int]:
        """The stages that end with an answer; the others are the triage of a contact, and learning actions."""
        answers = {t.pk for t in self.types if t.procedure.kind != Kind.CONTACT and not t.beside}
        return [type_.pk for type_ in self.types if (type_.pk in answers) is wanted]

    def answering(self, stages: QuerySet[Stage], wanted: bool = True) -> QuerySet[Stage]:
        """Of `stages` those that end with an answer, or the others: told by the others, which are few. A list of nearly
        every stage there is would send PostgreSQL through nearly all of an index."""
        others = self.of_answers(False)
        return stages.exclude(type__in=others) if wanted else stages.filter(type__in=others)

    def of_list(self, list_: str) -> list[tuple[str, str]]:
        return [(entry.code, entry.name) for entry in self.entries if entry.list == list_]

    @cached_property
    def unit_choices(self) -> list[tuple[str, str]]:
        return [(unit.code, f"{STEP * unit.depth}{unit.name}") for unit in _as_read(self.units)]

    @cached_property
    def stage_choices(self) -> list[tuple[str, str]]:
        """Every stage by its key; the name is the latest version's."""
        return list({key_of(type_): stage_label(type_) for type_ in self.types}.items())

    @cached_property
    def outcome_choices(self) -> list[tuple[str, str]]:
        found = dict(Finding.choices)
        for type_ in self.types:
            found |= dict(type_.outcome_choices)
        return list(found.items())


def _people() -> list[tuple[int, str, bool]]:
    """Whoever works on cases, or did: the number, the name, and whether that is for Customer Relations. Not whoever
    something waits for: a name that came and went would tell of a restricted case."""
    grants = Grant.objects.filter(user=OuterRef("pk"))
    of_the_team = Exists(grants.filter(role__in=permissions.TEAM_ROLES))
    works = User.objects.filter(Exists(grants.filter(role__in=CASE_ROLES)))
    found = works.annotate(of_the_team=of_the_team).order_by("name", "pk")
    return list(found.values_list("pk", "name", "of_the_team"))


def _as_read(units: tuple[Unit, ...]) -> list[Unit]:
    """Units with each below the one it belongs to, by name."""
    names = {unit.pk: unit.name.casefold() for unit in units}
    return sorted(units, key=lambda unit: [(names.get(int(pk), ""), pk) for pk in unit.path.split("/") if pk])


def key_of(type_: StageType) -> str:
    """What a stage is called in an address, whatever the version of its policy: 'corporate.stage-1'."""
    return f"{type_.procedure.code}.{type_.code}"


def stage_label(type_: StageType) -> str:
    """'Corporate complaint: Stage 1', or 'Enquiry' where both are called the same."""
    return type_.name if type_.name == type_.procedure.name else f"{type_.procedure.name}: {type_.name}"


def _from(name: str) -> Any:
    """A filter of the moments from the London midnight that begins a day."""

    def narrow(stages: QuerySet[Stage], _: str, day: date) -> QuerySet[Stage]:
        return stages.filter(**{f"{name}__gte": london_midnight(day)})

    return narrow


def _to(name: str) -> Any:
    """A filter of the moments before the London midnight that ends a day."""

    def narrow(stages: QuerySet[Stage], _: str, day: date) -> QuerySet[Stage]:
        return stages.filter(**{f"{name}__lt": london_midnight(day + timedelta(days=1))})

    return narrow


def _is_countable(day: date) -> None:
    """Whether a day is among those that dates are worked out for."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(f"Give a day from {FIRST_DAY.year} to {LAST_DAY.year}, like 2026-11-20.")


def _is_few_words(typed: str) -> None:
    if len(set(words_of(typed))) > MOST_WORDS:
        raise ValidationError(f"Search for {MOST_WORDS} words or fewer.")


class Day(filters.DateFilter):
    """A day in an address is '2026-11-20'; `words` names it where it is not one."""

    def __init__(self, field_name: str, lookup: str = "exact", *, words: str, **options: Any) -> None:
        wrong = f"Give the day {words} as year, month and day: 2026-11-20."
        super().__init__(
            field_name=field_name,
            lookup_expr=lookup,
            label=words,
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": wrong},
            validators=[_is_countable],
            **options,
        )


class Choice(filters.ChoiceFilter):
    """One of a list, read when the page is made."""

    def __init__(self, words: str, **options: Any) -> None:
        wrong = f"Choose {words.lower()} from the list: '%(value)s' is not in it."
        super().__init__(label=words, empty_label="Any", error_messages={"invalid_choice": wrong}, **options)


class LineFilters(filters.FilterSet):
    """Every filter of a list of lines, by its name in the address. `invalid` ones find nothing, and say how to mend
    them."""

    search = filters.CharFilter(
        method="by_words",
        label="Words",
        max_length=LONGEST,
        error_messages={"max_length": f"Search for {LONGEST} characters or fewer: take fewer words."},
        validators=[_is_few_words],
    )
    colour = filters.MultipleChoiceFilter(
        choices=[(c.value, c.label) for c in OPEN_COLOURS],
        method="by_colour",
        label="Colour",
        error_messages={"invalid_choice": "Choose colours from the list: '%(value)s' is not in it."},
    )
    unit = Choice("Unit", method="by_unit")
    only = Choice("Only the unit itself", choices=(("yes", "Yes"),), method="also_asked")
    officer = Choice("Officer", method="by_officer")
    stage = Choice("Stage", method="by_stage")
    kind = Choice("Kind", choices=Case._meta.get_field("kind").choices, method="by_kind")
    turn = Choice(
        "Waiting for",
        choices=[*((r, Role(r).label) for r in CASE_ROLES), (NOBODY, "Nobody")],
        method="by_turn",
    )
    waits_for = Choice("Waiting for somebody by name", method="by_person")
    due_from = Day("due_on", "gte", words="it is due from")
    due_to = Day("due_on", "lte", words="it is due by")
    received_from = Day("received_on", "gte", words="it was received from")
    received_to = Day("received_on", "lte", words="it was received by")
    opened_from = Day("opened_at", words="it was opened from", method=_from("opened_at"))
    opened_to = Day("opened_at", words="it was opened by", method=_to("opened_at"))
    answered_from = Day("met_on", "gte", words="it was answered from")
    answered_to = Day("met_on", "lte", words="it was answered by")
    ended_from = Day("closed_at", words="it ended from", method=_from("closed_at"))
    ended_to = Day("closed_at", words="it ended by", method=_to("closed_at"))
    closed_from = Day("case_closed_at", words="the case was closed from", method=_from("case_closed_at"))
    closed_to = Day("case_closed_at", words="the case was closed by", method=_to("case_closed_at"))
    answers = Choice("Stages that end with an answer", choices=YES_NO, method="by_answers")
    in_time = Choice("Answered in time", choices=IN_TIME, method="by_in_time")
    in_original = Choice("Answered in the original time", choices=YES_NO, method="by_in_original")
    extended = Choice("Extended", choices=YES_NO, method="by_extended")
    late_reason = Choice("Reason for lateness", method="by_late_reason")
    outcome = Choice("Outcome", method="by_outcome")
    ended_as = Choice("Ended as", choices=ClosedAs.choices, field_name="closed_as")
    theme = Choice("Theme", method="by_tag")
    category = Choice("Category", method="by_tag")
    flag = Choice("Flag", choices=FLAGS, method="by_flag")

    class Meta:
        model = Stage
        fields: list[str] = []

    def __init__(self, data: Any, *, show: Show, lists: Lists, now: datetime, **rest: Any) -> None:
        super().__init__(data, **rest)
        self.show, self.lists, self.now = show, lists, now
        choices: dict[str, list[tuple[str, str]]] = {
            "unit": lists.unit_choices,
            "officer": [(NOBODY, "Nobody"), *_named(lists.officers)],
            "waits_for": [(NOBODY, "Nobody by name"), *_named(lists.people)],
            "stage": lists.stage_choices,
            "outcome": [("none", "No outcome recorded"), *lists.outcome_choices],
            "late_reason": [("none", "No reason given"), *lists.of_list(List.LATE_REASON)],
            "theme": [("none", "No theme"), *lists.of_list(List.THEME)],
            "category": [("none", "No category"), *lists.of_list(List.CATEGORY)],
        }
        for name, some in choices.items():
            self.filters[name].extra["choices"] = some

    def get_form_class(self) -> type[Form]:
        """A form of what is asked for only: to make and check each of thirty fields takes time, asked for or not."""
        asked = {name: filter_.field for name, filter_ in self.filters.items() if name in (self.data or ())}
        return type("LineForm", (Form,), asked)

    def by_turn(self, stages: QuerySet[Stage], _: str, role: str) -> QuerySet[Stage]:
        # Nobody is waited for in what is closed: said, so that the index of open work answers.
        return stages.filter(turn_role="" if role == NOBODY else role, closed_at__isnull=True)

    def by_words(self, stages: QuerySet[Stage], _: str, words: str) -> QuerySet[Stage]:
        return stages.filter(with_words(words, "case__"))

    def by_colour(self, stages: QuerySet[Stage], _: str, colours: list[str]) -> QuerySet[Stage]:
        wanted = Q()
        for colour in colours:
            wanted |= of_colour(Colour(colour), self.now)
        return stages.filter(wanted)

    def also_asked(self, stages: QuerySet[Stage], _: str, __: str) -> QuerySet[Stage]:
        """Says more of another filter; narrows nothing by itself."""
        return stages

    def by_unit(self, stages: QuerySet[Stage], _: str, code: str) -> QuerySet[Stage]:
        if self.form.cleaned_data.get("only"):
            return stages.filter(unit__in=[unit.pk for unit in self.lists.units if unit.code == code])
        return stages.filter(unit__in=self.lists.below(code))

    def by_officer(self, stages: QuerySet[Stage], _: str, who: str) -> QuerySet[Stage]:
        return stages.filter(officer__isnull=True) if who == NOBODY else stages.filter(officer=int(who))

    def by_person(self, stages: QuerySet[Stage], _: str, who: str) -> QuerySet[Stage]:
        open_ = stages.filter(closed_at__isnull=True)
        return open_.filter(turn_person__isnull=True) if who == NOBODY else open_.filter(turn_person=int(who))

    def by_stage(self, stages: QuerySet[Stage], _: str, key: str) -> QuerySet[Stage]:
        return stages.filter(type__in=self.lists.of_stage(key))

    def by_kind(self, stages: QuerySet[Stage], _: str, kind: str) -> QuerySet[Stage]:
        return stages.filter(type__in=self.lists.of_kind(kind))

    def by_answers(self, stages: QuerySet[Stage], _: str, answer: str) -> QuerySet[Stage]:
        return self.lists.answering(stages, answer == "yes")

    def by_in_time(self, stages: QuerySet[Stage], _: str, answer: str) -> QuerySet[Stage]:
        judged = {"yes": True, "no": False}.get(answer)  # None: it had no date to be judged by
        return stages.filter(met_on__isnull=False).filter(
            Q(in_time__isnull=True) if judged is None else Q(in_time=judged)
        )

    def by_in_original(self, stages: QuerySet[Stage], _: str, answer: str) -> QuerySet[Stage]:
        return stages.filter(in_original_time() if answer == "yes" else answered() & ~in_original_time())

    def by_outcome(self, stages: QuerySet[Stage], _: str, code: str) -> QuerySet[Stage]:
        return stages.filter(outcome="" if code == "none" else code)

    def by_extended(self, stages: QuerySet[Stage], _: str, answer: str) -> QuerySet[Stage]:
        moved = Q(original_due_on__isnull=False, due_on__gt=F("original_due_on"))
        return stages.filter(moved if answer == "yes" else ~moved)

    def by_late_reason(self, stages: QuerySet[Stage], _: str, code: str) -> QuerySet[Stage]:
        if code == "none":
            return stages.filter(late_reason__isnull=True)
        return stages.filter(late_reason__in=self._entries(List.LATE_REASON, code))

    def by_tag(self, stages: QuerySet[Stage], name: str, code: str) -> QuerySet[Stage]:
        list_ = List.THEME if name == "theme" else List.CATEGORY
        tagged = Case.tags.through.objects.filter(case=OuterRef("case"))
        if code == "none":
            return stages.filter(~Exists(tagged.filter(entry__in=self._entries(list_))))
        return stages.filter(Exists(tagged.filter(entry__in=self._entries(list_, code))))

    def by_flag(self, stages: QuerySet[Stage], _: str, flag: str) -> QuerySet[Stage]:
        return (
            stages.filter(hidden=True) if flag == "restricted" else stages.filter(**{f"case__{flag}": True})
        )

    def _entries(self, list_: str, code: str = "") -> list[int]:
        return [e.pk for e in self.lists.entries if e.list == list_ and code in ("", e.code)]


def _named(people: Iterable[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in people]


def answered() -> Q:
    """The stages whose date was met, in time or late."""
    return Q(met_on__isnull=False, in_time__isnull=False)


def in_original_time() -> Q:
    """Those answered by the day they were due before anything moved it."""
    return (
        answered() & Q(in_time=True) & (Q(original_due_on__isnull=True) | Q(met_on__lte=F("original_due_on")))
    )


@dataclass
class Asked:
    """What an address asked for: the kind of list, its order, and the filters that read the rest."""

    show: Show
    sort: str
    filters: LineFilters

    @property
    def data(self) -> MultiValueDict[str, str]:
        """The parameters of the address, cleaned."""
        return cast("MultiValueDict[str, str]", self.filters.data)

    @property
    def valid(self) -> bool:
        return bool(self.filters.form.is_valid())

    @cached_property
    def lines(self) -> QuerySet[Stage]:
        """The lines that were asked for, in order; none where something asked for cannot be read, so that nobody takes
        the wrong list for the right one."""
        found = self.filters.qs if self.valid else Stage.objects.none()
        return in_order(found, self.show, self.sort)


def asked_of(query: Mapping[str, Any], user: User, *, now: datetime, lists: Lists | None = None) -> Asked:
    """What `query`, the parameters of an address, asks for of what `user` may see. Words alone ask for all cases, for
    what is looked for may be closed."""
    data = MultiValueDict({name: _clean(query, name) for name in query})
    words = any(word.strip() for word in data.getlist("search"))
    wanted = data.get("show", "")
    usual = Show.CASES if words else Show.WORK
    show = Show(wanted) if wanted in set(Show) else usual
    read = lists or Lists.read()
    seen = lines(user, show, now=now, units=read.units)
    found = LineFilters(data, show=show, lists=read, now=now, queryset=seen)
    return Asked(show, sort_of(show, data.get("sort", "")), found)


def _clean(query: Mapping[str, Any], name: str) -> list[str]:
    """The values of a parameter without what a database does not take, and without spaces around them."""
    values = query.getlist(name) if hasattr(query, "getlist") else [query[name]]
    return [" ".join(str(value).replace("\0", "").split()) for value in values]
