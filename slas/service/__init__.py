"""The door to deadlines: whatever reads the clock's rules or writes a row of `slas` goes through here.

The core's values (`slas.core`), the packs' notation (`slas.packs`) and reading the models are open to everybody.

`calendars` keeps the days, `policies` the rules, `questions` puts the two together into an answer.
"""

from slas.service.calendars import (
    CalendarError,
    add_closure,
    add_school_holiday,
    change_calendar,
    load_bank_holidays,
    proclaim_holiday,
    remove_closure,
    remove_school_holiday,
    withdraw_holiday,
    working_calendar,
)
from slas.service.policies import (
    Published,
    PublishError,
    find_sla_version,
    own_policy,
    policy_drafts,
    publish,
    rule_set,
    set_own_policy,
)
from slas.service.questions import Answer, Question, QuestionError, answer

__all__ = [
    "Answer",
    "CalendarError",
    "PublishError",
    "Published",
    "Question",
    "QuestionError",
    "add_closure",
    "add_school_holiday",
    "answer",
    "change_calendar",
    "find_sla_version",
    "load_bank_holidays",
    "own_policy",
    "policy_drafts",
    "proclaim_holiday",
    "publish",
    "remove_closure",
    "remove_school_holiday",
    "rule_set",
    "set_own_policy",
    "withdraw_holiday",
    "working_calendar",
]
