"""One question about deadlines and its answer: the command line and the page ask the same one."""

from dataclasses import dataclass, field
from datetime import date, datetime

from slas.core import facts as core_facts
from slas.core.calendar import Moment, OutOfRange, Receipt, WorkingCalendar, instant, london_date
from slas.core.facts import FactError, Facts
from slas.core.moments import as_of
from slas.core.result import Deadline, State
from slas.core.rules import RuleSet
from slas.models import SlaVersion
from slas.service.rules import find_sla_version
from slas.service.stages import Clock, terms_of, work_out


@dataclass(frozen=True)
class Question:
    """What is due when under `sla`, given `facts`? `policy` may be '' where the SLA's code is unique;
    `receipt` overrides the calendar's own; `seen` is the day or moment it is looked at, None: now."""

    sla: str
    facts: Facts
    policy: str = ""
    receipt: Receipt | None = None
    seen: Moment | None = None


@dataclass(frozen=True)
class Answer:
    """Every milestone that exists, with its working, and what it was worked out with."""

    version: SlaVersion
    rules: RuleSet
    deadlines: tuple[Deadline, ...]
    calendar: WorkingCalendar
    now: datetime
    facts: Facts = field(default_factory=Facts)

    def state(self, deadline: Deadline) -> State:
        return deadline.state(self.now)

    def days_left(self, deadline: Deadline) -> int | None:
        return deadline.working_days_left(self.now, self.calendar)


class QuestionError(ValueError):
    """A question that cannot be answered as asked. `kind` and `code` are those of a FactError; `told` is the
    message with the names of things in place of their codes."""

    def __init__(self, what: str, kind: str = "", code: str = "", told: str = "") -> None:
        super().__init__(what)
        self.kind = kind
        self.code = code
        self.told = told or what


def answer(question: Question, *, now: datetime) -> Answer:
    """The answer, by the version in force on the day of the earliest event.

    A pause said to be open has begun: unless the question says when it is seen, it is seen no earlier.

    Raises PublishError for an SLA that is not there, QuestionError for facts its rules do not allow.
    """
    earliest: date | None = min((london_date(m) for m in question.facts.events.values()), default=None)
    version = find_sla_version(question.sla, policy=question.policy, on=earliest)
    terms = terms_of([version], receipt=question.receipt)
    rules, calendar = terms[version.pk]
    if question.seen is not None:
        now = as_of(question.seen, question.facts.events.values())
    else:
        now = max([now, *(instant(p.first) for p in question.facts.pauses if p.resumed is None)])
    facts = question.facts.seen_on(london_date(now))
    try:
        core_facts.check(rules, question.facts, calendar)
        worked = work_out(Clock(question.sla, version, facts), terms, explain=True)
    except FactError as error:
        raise QuestionError(str(error), error.kind, error.code, error.told(rules.names)) from None
    except OutOfRange as error:
        raise QuestionError(str(error)) from None
    return Answer(version, rules, worked.deadlines, calendar, now, facts)
