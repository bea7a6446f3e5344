"""A case in the making: its rows in memory, and what every act has in common."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.models import Unit, User
from complaints.actions import clock, intake, parties
from complaints.actions.intake import Contact
from complaints.demo.many.council import Council, Moves
from complaints.demo.many.rows import Numbers, Rows
from complaints.models import (
    Case,
    Contribution,
    Deadline,
    Dismissal,
    Draft,
    DraftDecision,
    Extension,
    ExtensionRequest,
    GivenDate,
    Letter,
    Party,
    Pause,
    Point,
    Stage,
    StageEvent,
    StagePoint,
    StageType,
)
from complaints.moves import table_of
from complaints.queries.clocks import clock_of
from complaints.queries.taking_over import taking_over
from complaints.workflow import Move, State, Table, Verb
from slas.core.calendar import london_date
from slas.service.stages import Worked, work_out


@dataclass
class Chapter:
    """A stage with all that happened in it. `since`: from when on its turn is what it is."""

    stage: Stage
    table: Table
    moves: Moves
    since: datetime
    events: list[StageEvent] = field(default_factory=list)
    given: list[GivenDate] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    dismissals: list[Dismissal] = field(default_factory=list)
    points: list[StagePoint] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    decisions: dict[int, list[DraftDecision]] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    requests: list[ExtensionRequest] = field(default_factory=list)
    asked: list[Contribution] = field(default_factory=list)
    late: tuple[Any, Unit, str] | None = None
    """What is said of lateness, kept where it turns out to be late."""
    learning: str = ""

    def __post_init__(self) -> None:
        stage: Any = self.stage
        stage.standing_events, stage.standing_given = self.events, self.given
        stage.standing_extensions, stage.standing_pauses = self.extensions, self.pauses
        stage.standing_dismissals, stage.reclassified = self.dismissals, []

    @property
    def open(self) -> bool:
        return self.stage.closed_at is None

    @property
    def state(self) -> str:
        return self.stage.state

    @property
    def type(self) -> StageType:
        return self.stage.type

    def move(self, verb: Verb) -> Move | None:
        """What a verb does in the state it is in; None where it is not possible there."""
        key = (self.stage.type_id, self.stage.state, verb)
        if key not in self.moves:
            self.moves[key] = self.table.move(self.stage.state, verb)
        return self.moves[key]

    def turn(self) -> Move | None:
        """What is waited for in it; None once it is closed."""
        return self.table.turn(self.stage.state)

    def took_part(self) -> set[int]:
        """Who was given its answer, wrote it, decided on it or sent it."""
        people = [self.stage.responder_id, *(draft.author_id for draft in self.drafts)]
        people += (row.by_id for rows in self.decisions.values() for row in rows)
        people += (letter.by_id for letter in self.letters if letter.kind == Letter.Kind.RESPONSE)
        return {pk for pk in people if pk is not None}

    def has(self, code: str) -> bool:
        """Whether an event happened in it."""
        return any(event.code == code for event in self.events)


@dataclass(frozen=True)
class Told:
    """One entry of the timeline."""

    at: datetime
    verb: str
    by: User
    sentence: str
    details: dict[str, Any]


class Telling:
    """What every act does: it writes down in memory what the same action of `complaints.actions` writes in the
    database. The plot sees to it that what it does is possible then."""

    case: Case

    def __init__(self, council: Council, rows: Rows, numbers: Numbers) -> None:
        self.council, self.rows, self.numbers = council, rows, numbers
        self.units: dict[int, bool] = {}
        self.readers: list[int] = []
        self.people: list[Party] = []
        self.points: list[Point] = []
        self.chapters: list[Chapter] = []
        self.told: list[Told] = []

    # --- what there is

    @property
    def open(self) -> list[Chapter]:
        """The open stages that keep the case open."""
        return [one for one in self.chapters if one.open and not one.type.beside]

    def before(self, chapter: Chapter) -> list[Chapter]:
        """The stages before one, but for those beside the case."""
        number = chapter.stage.number
        return [one for one in self.chapters if one.stage.number < number and not one.type.beside]

    # --- what every act does

    def move(self, chapter: Chapter, verb: Verb) -> Move:
        """The move of a verb in the state a stage is in."""
        move = chapter.move(verb)
        if move is None:
            raise ValueError(f"{verb} is not possible where {chapter.type} is {chapter.state}")
        return move

    def say(self, chapter: Chapter, verb: str, at: datetime, by: User, sentence: str, **details: Any) -> None:
        """What the timeline tells."""
        about = {"stage": chapter.stage.number, **details}
        self.told.append(Told(at, str(verb), by, sentence, about))

    def go(self, chapter: Chapter, state: State | None, at: datetime, closed_as: str = "") -> None:
        """Put a stage into a state, None: it stays; and the case, as its stages are."""
        stage = chapter.stage
        if state is not None and state != stage.state:
            stage.state, chapter.since = state.value, at
            if state is State.CLOSED:
                stage.closed_at, stage.closed_as = at, stage.closed_as or str(closed_as)
        if self.open:
            self.case.closed_at, self.case.closed_as = None, ""
        elif self.case.closed_at is None:
            self.case.closed_at = at
            self.case.closed_as = str(closed_as) or stage.closed_as

    def happened(
        self,
        chapter: Chapter,
        code: str,
        moment: date | datetime,
        at: datetime,
        by: User,
        copied_from: int | None = None,
    ) -> StageEvent:
        """An event of a stage."""
        event = StageEvent(
            pk=self.numbers.next(StageEvent),
            stage_id=chapter.stage.pk,
            code=code,
            day=london_date(moment),
            at=moment if isinstance(moment, datetime) else None,
            recorded_at=at,
            by_id=by.pk,
            copied_from_id=copied_from,
        )
        chapter.events.append(event)
        self.rows.add(event)
        return event

    def join(self, unit: Unit) -> None:
        """That a unit works on the case, as the lead or beside it."""
        self.units.setdefault(unit.pk, False)

    def begin(
        self,
        type_: StageType,
        *,
        unit: Unit,
        officer: User | None,
        at: datetime,
        by: User,
        moment: date | datetime,
        earlier: Chapter | None = None,
        because: str = "",
    ) -> Chapter:
        """Open a stage, with what it takes over from the one before."""
        table = table_of(type_)
        stage = Stage(
            pk=self.numbers.next(Stage),
            case=self.case,
            number=len(self.chapters) + 1,
            type=type_,
            state=table.begins.value,
            opened_at=at,
            unit_id=unit.pk,
            officer_id=officer.pk if officer else None,
            draft_days=type_.draft_days,
            because=because,
        )
        chapter = Chapter(stage, table, self.council.moves, at)
        self.chapters.append(chapter)
        self.rows.add(stage)
        if not type_.beside:
            chapter.points += (StagePoint(stage_id=stage.pk, point_id=point.pk) for point in self.points)
            self.rows.extend(chapter.points)
            self.case.kind = type_.procedure.kind
        self._carry(earlier, chapter, moment, at, by)
        return chapter

    def _carry(
        self, earlier: Chapter | None, chapter: Chapter, moment: date | datetime, at: datetime, by: User
    ) -> None:
        taking = taking_over(chapter.type, moment)
        if taking is None:
            return
        if earlier is not None:
            for event in list(earlier.events):
                if not chapter.has(event.code) and taking.takes(event.code, event.moment):
                    copy = self.happened(chapter, event.code, event.day, at, by, copied_from=event.pk)
                    copy.at = event.at
        code = taking.rules.events[0].code
        if not chapter.has(code):
            self.happened(chapter, code, moment, at, by)

    # --- dates, as they stand at a moment of the story

    def worked(self, chapter: Chapter) -> Worked | None:
        """What the facts of a stage come to by now."""
        asked = clock_of(chapter.stage)
        terms = self.council.terms(chapter.type)
        if asked is None or terms is None:
            return None
        return work_out(asked, {asked.sla_version.pk: terms}, explain=False)

    def deadlines(self, chapter: Chapter) -> list[Deadline]:
        return clock.rows_of(chapter.stage, self.worked(chapter))

    def headline(self, chapter: Chapter) -> Deadline | None:
        """The date a stage is judged by, as it stands; None where it has none or is not judged by it any more."""
        return next((row for row in self.deadlines(chapter) if row.headline), None)

    def consequences(self, chapter: Chapter, at: datetime, change: Callable[[], Any]) -> str:
        """Make a change to the facts of a stage; what it did to the dates, to end a sentence with."""
        before = {row.milestone: row for row in self.deadlines(chapter)}
        change()
        moved = [
            clock.Moved(chapter.stage, before[row.milestone], row)
            for row in self.deadlines(chapter)
            if row.milestone in before and before[row.milestone].due_on != row.due_on
        ]
        words = clock.told([m for m in moved if m.new.headline or m.lateness(at)], at)
        return f" {words}" if words else ""

    # --- the case itself

    def log(
        self, contact: Contact, *, at: datetime, by: User, reference: str, readers: Iterable[User] = ()
    ) -> Chapter:
        """Write down a contact."""
        version = self.council.on(london_date(contact.received))
        type_ = version.begins.get(intake.begins_for(contact)) or version.begins["anybody"]
        case = self.case = intake.case_row(
            contact, reference=reference, kind=type_.procedure.kind, by=None, now=at, officer=None
        )
        case.pk = self.numbers.next(Case)
        case.logged_by_id = case.officer_id = by.pk
        self.rows.add(case)
        self.units = {contact.unit.pk: True}
        self._write_contact(case, contact)
        if contact.restricted:
            self.readers = list(dict.fromkeys([by.pk, *(reader.pk for reader in readers)]))
        chapter = self.begin(type_, unit=contact.unit, officer=by, at=at, by=by, moment=contact.received)
        flags = ", ".join(intake.flags_of(contact))
        sentence = (
            f"{by} logged it: {type_.procedure.name.lower()}, received {intake.when_received(contact)}."
        )
        sentence += f" Flagged: {flags}." if flags else ""
        self.told.append(Told(at, "logged", by, sentence, {"procedure": type_.procedure.code}))
        return chapter

    def _write_contact(self, case: Case, contact: Contact) -> None:
        self.people = parties.rows(case, contact.parties)
        self.points = intake.point_rows(case, contact)
        for point in self.points:
            point.pk = self.numbers.next(Point)
        self.rows.extend(self.people)
        self.rows.extend(self.points)
        self.rows.extend(Case.tags.through(case_id=case.pk, entry_id=tag.pk) for tag in contact.tags)
        case.search_text = intake.search_text(case, self.people, self.points)

    def give(self, chapter: Chapter, unit: Unit, responder: User | None) -> None:
        """A stage to a unit and a person: who works on the case sees it, who no longer does stops seeing it."""
        stage, case = chapter.stage, self.case
        before = stage.unit_id
        needed = {one.stage.unit_id for one in self.chapters if one.open and one is not chapter}
        needed |= {asked.unit_id for one in self.chapters for asked in one.asked}
        if chapter.type.beside:
            needed.add(case.unit_id)
        stage.unit_id, stage.responder_id = unit.pk, responder.pk if responder else None
        if before != unit.pk and before not in needed:
            self.units.pop(before, None)
        self.join(unit)
        if not chapter.type.beside:
            self.units = {pk: pk == unit.pk for pk in self.units}
            case.unit_id = unit.pk
