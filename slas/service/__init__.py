"""The door to deadlines: whatever reads the clock's rules or writes a row of `slas` goes through here.

The core's values (`slas.core`), the packs' notation (`slas.packs`) and reading the models are open to everybody.

`calendars` keeps the days, `policies` writes the rules and `rules` reads them; `stages` puts the two together for the
stages of cases, `questions` for one question.
"""

from slas.service.calendars import (
    CalendarError,
    add_closure,
    add_school_holiday,
    affected_calendars,
    change_calendar,
    load_bank_holidays,
    own_calendar,
    proclaim_holiday,
    remove_closure,
    remove_school_holiday,
    withdraw_holiday,
    working_calendar,
)
from slas.service.policies import Published, policy_drafts, publish, set_own_policy
from slas.service.questions import Answer, Question, QuestionError, answer
from slas.service.rules import (
    PublishError,
    current_version,
    find_sla_version,
    own_policy,
    rule_set,
    sla_versions,
)
from slas.service.stages import Clock, Earlier, Worked, deadlines_for

__all__ = [
    "Answer",
    "CalendarError",
    "Clock",
    "Earlier",
    "PublishError",
    "Published",
    "Question",
    "QuestionError",
    "Worked",
    "add_closure",
    "add_school_holiday",
    "affected_calendars",
    "answer",
    "change_calendar",
    "current_version",
    "deadlines_for",
    "find_sla_version",
    "load_bank_holidays",
    "own_calendar",
    "own_policy",
    "policy_drafts",
    "proclaim_holiday",
    "publish",
    "remove_closure",
    "remove_school_holiday",
    "rule_set",
    "set_own_policy",
    "sla_versions",
    "withdraw_holiday",
    "working_calendar",
]
