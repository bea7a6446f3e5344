"""Section 8 of the domain notes, typed out: every SLA of every pack with its events and milestones.

Typed from the notes and not from the packs. `wd` working days, `cd` calendar days, `h` hours, `mo` calendar months
counted from the day itself, `now` immediately, `given` only a date that somebody states.
"""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Milestone:
    """`bracketed`: left out until its event (`shown_with`, else the one it counts from) or given date exists."""

    code: str
    after: str
    amount: int
    unit: str
    headline: bool = False
    bracketed: bool = False
    shown_with: str = ""
    given: bool = False
    given_to: int | None = None
    extend_to: int | None = None
    amber_from_day: int | None = None
    pausable: bool = False


class Row(NamedTuple):
    pack: str
    sla: str
    milestone: Milestone

    def __str__(self) -> str:
        return f"{self.pack}/{self.sla}/{self.milestone.code}"


def m(code, after, amount, unit, **more):
    return Milestone(code, after, amount, unit, **more)


def given(code, after, **more):
    """A milestone that only a given date sets."""
    return Milestone(code, after, 0, "given", given=True, **more)


def headline(code, after, amount, unit, **more):
    return Milestone(code, after, amount, unit, headline=True, **more)


def ombudsmans_enquiry(days):
    return [
        headline("respond", "received", days, "cd", given=True),
        m("to-service", "received", 2, "cd"),
        m("service-response", "respond", -7, "cd"),
        m("package", "respond", -3, "cd"),
        m("finalise", "respond", -1, "cd"),
    ]


# Each SLA: its events, those that need not happen in brackets, then its milestones.
SURREY = {
    "concern": ("received", [headline("triage", "received", 2, "wd")]),
    "mp-enquiry": (
        "received (complaint-route)",
        [
            m("triage", "received", 2, "wd"),
            m("inform-lead-member", "received", 2, "wd"),
            headline("draft-response", "received", 15, "wd"),
            # S2.3: one day after the response's due date when that is extended, which is to 20 at most.
            m(
                "copy-of-response",
                "received",
                11,
                "wd",
                bracketed=True,
                shown_with="complaint-route",
                extend_to=21,
            ),
            given("update", "received", bracketed=True),
        ],
    ),
    "freeze": (
        "received (triaged)",
        [
            headline("act", "received", 0, "now"),
            m("inform-ad", "triaged", 0, "now", bracketed=True),
            given("decide", "received", bracketed=True),
            given("answer", "received", bracketed=True),
        ],
    ),
    "lgsco-enquiry": ("received", ombudsmans_enquiry(28)),
    "lgsco-enquiry-25": ("received", ombudsmans_enquiry(25)),
    "lgsco-additional-enquiry": (
        "received",
        [m("to-manager", "received", 2, "wd"), given("respond", "received", headline=True)],
    ),
    "lgsco-draft-decision": ("received", [headline("comment", "received", 5, "cd", given=True)]),
    "lgsco-remedy": ("agreed", [given("complete", "agreed", headline=True)]),
    "ofsted": ("received", [headline("respond", "received", 10, "wd", given=True)]),
    "learning": ("agreed", [headline("done", "agreed", 20, "wd", amber_from_day=10)]),
    "procedural-change": (
        "agreed",
        [given("done", "agreed", headline=True), m("escalate", "agreed", 2, "wd")],
    ),
    "stage-1-childrens": ("received", [headline("respond", "received", 10, "wd", extend_to=20)]),
    "stage-1-sen": ("received", [headline("respond", "received", 10, "wd")]),
    "corporate-stage-1": ("received", [headline("respond", "received", 10, "wd")]),
    "corporate-stage-2": ("escalated", [headline("respond", "escalated", 20, "wd", given=True)]),
    "stage-2-statutory": (
        "escalated statement-agreed",
        [
            m("review", "escalated", 20, "wd"),
            headline("respond", "statement-agreed", 25, "wd", extend_to=65),
            m("adjudication-draft", "respond", -5, "wd"),
        ],
    ),
    "stage-2-education": (
        "escalated (refer-back) (response-date-agreed) (interview)",
        [
            m("review", "escalated", 20, "wd"),
            m("further-response", "refer-back", 10, "wd", bracketed=True),
            headline("respond", "response-date-agreed", 25, "wd", bracketed=True, given=True),
            m("outcome-report", "respond", -5, "wd", bracketed=True),
            m("sign", "respond", 0, "wd", bracketed=True),
            m("questions", "interview", -2, "wd", bracketed=True),
            m("missing-information", "interview", 1, "wd", bracketed=True),
            given("fact-check", "escalated", bracketed=True),
            given("written-answers", "escalated", bracketed=True),
        ],
    ),
    "stage-2-childrens-services": (
        "escalated (response-date-agreed)",
        [
            m("review", "escalated", 20, "wd"),
            headline(
                "respond",
                "response-date-agreed",
                25,
                "wd",
                bracketed=True,
                extend_to=65,
                given=True,
                given_to=65,
            ),
            m("outcome-report", "respond", -5, "wd", bracketed=True),
            m("sign", "respond", 0, "wd", bracketed=True),
        ],
    ),
    "stage-3": (
        "requested panel panel-letter panel-letter-received",
        [
            m("panel-held", "requested", 30, "wd"),
            m("letter", "panel", 5, "wd"),
            m("draft-reply", "panel-letter-received", 48, "h"),
            headline("respond", "panel-letter", 15, "wd"),
        ],
    ),
    "escalation-window": ("response-received", [headline("ask", "response-received", 20, "wd")]),
}

SOLIHULL = {
    "stage-1": (
        "received",
        [
            m("acknowledge", "received", 5, "wd"),
            headline("respond", "received", 20, "wd", amber_from_day=10, extend_to=30),
        ],
    ),
    "stage-1-complex": (
        "received",
        [m("acknowledge", "received", 5, "wd"), headline("respond", "received", 30, "wd", given=True)],
    ),
    "stage-2": ("escalated", [headline("respond", "escalated", 10, "wd", extend_to=20)]),
    "survey": ("closed (sampled)", [headline("invite", "closed", 42, "cd")]),
    "restriction": (
        "decided",
        [
            given("notify", "decided", headline=True),
            given("review", "decided", bracketed=True),
            given("ends", "decided", bracketed=True),
        ],
    ),
}

WARWICKSHIRE = {
    "general-stage-1": (
        "received",
        [
            headline("respond", "received", 30, "wd", amber_from_day=10, pausable=True),
            given("next-contact", "received", bracketed=True),
        ],
    ),
    "general-stage-2": (
        "escalated",
        [
            m("decide", "escalated", 10, "wd", pausable=True),
            headline("respond", "escalated", 30, "wd", pausable=True),
            given("next-contact", "escalated", bracketed=True),
        ],
    ),
    "adult-social-care": (
        "received",
        [
            m("acknowledge", "received", 3, "wd", pausable=True),
            headline("respond", "received", 30, "wd", amber_from_day=10, pausable=True),
            given("next-contact", "received", bracketed=True),
        ],
    ),
    "childrens-stage-1": (
        "received",
        [headline("respond", "received", 10, "wd", extend_to=20, pausable=True)],
    ),
    "childrens-stage-2": (
        "escalated statement-agreed",
        [headline("respond", "statement-agreed", 25, "wd", extend_to=65, pausable=True)],
    ),
    "childrens-stage-3": (
        "requested panel panel-letter",
        [
            m("panel-held", "requested", 30, "wd", pausable=True),
            m("letter", "panel", 5, "wd", pausable=True),
            headline("respond", "panel-letter", 15, "wd", pausable=True),
        ],
    ),
    "restriction": (
        "warned decided",
        [
            given("improve-by", "warned", bracketed=True),
            headline("notify", "decided", 5, "wd"),
            given("ends", "decided", bracketed=True),
        ],
    ),
    "escalation-window": ("response-received", [headline("ask", "response-received", 20, "wd")]),
}

# The late acknowledgement of L1 has its own tests: here it comes in time, so the response counts from it.
LGSCO_CODE = {
    "stage-1": (
        "received acknowledged",
        [
            m("acknowledge", "received", 5, "wd"),
            headline("respond", "acknowledged", 10, "wd", extend_to=20),
        ],
    ),
    "stage-2": (
        "escalated acknowledged",
        [
            m("acknowledge", "escalated", 5, "wd"),
            headline("respond", "acknowledged", 20, "wd", extend_to=40),
        ],
    ),
}

CHILDREN_ACT = {
    "stage-1": ("received", [headline("respond", "received", 10, "wd", extend_to=20, pausable=True)]),
    "stage-2": (
        "escalated statement-agreed",
        [headline("respond", "statement-agreed", 25, "wd", extend_to=65, pausable=True)],
    ),
    "stage-3": (
        "requested panel panel-letter",
        [
            m("panel-held", "requested", 30, "wd", pausable=True),
            m("letter", "panel", 5, "wd", pausable=True),
            headline("respond", "panel-letter", 15, "wd", pausable=True),
        ],
    ),
    "escalation-window": ("response-received", [headline("ask", "response-received", 20, "wd")]),
}

ADULT_SOCIAL_CARE = {
    "complaint": (
        "received",
        [
            m("acknowledge", "received", 3, "wd", pausable=True),
            headline("respond", "received", 6, "mo"),
        ],
    ),
}

PACKS = {
    "surrey-cfllc": SURREY,
    "solihull-corporate": SOLIHULL,
    "warwickshire": WARWICKSHIRE,
    "lgsco-code-2024": LGSCO_CODE,
    "children-act-2006": CHILDREN_ACT,
    "adult-social-care-2009": ADULT_SOCIAL_CARE,
}

ROWS = [
    Row(pack, sla, milestone)
    for pack, slas in PACKS.items()
    for sla, (_, milestones) in slas.items()
    for milestone in milestones
]


def events_of(pack, sla):
    """The codes of an SLA's events, brackets taken off."""
    return PACKS[pack][sla][0].replace("(", "").replace(")", "").split()
