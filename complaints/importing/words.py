"""The words trackers use: headings of columns, and the many names of one channel, relationship or outcome.

Only words that mean the same in every council stand here. What is one council's own is in its packs and in the
mapping that the user corrects.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from complaints.importing.cells import key

FIELDS: Mapping[str, str] = {
    "own_reference": "Reference",
    "received": "Date received",
    "channel": "How received",
    "complainant": "Complainant",
    "first_name": "Complainant's first name, where it has a column of its own",
    "relationship": "Relationship",
    "young_person": "Young person or service user",
    "email": "Email",
    "phone": "Telephone",
    "postcode": "Postcode",
    "type": "Type of case",
    "stage": "Stage, where it has a column of its own",
    "service": "Service",
    "team": "Team",
    "summary": "Summary",
    "officer": "Customer relations officer",
    "responder": "Responder",
    "mp_or_councillor": "MP or councillor",
    "due": "Due date",
    "extended": "Extended?",
    "extended_to": "Extended to",
    "responded": "Date responded",
    "outcome": "Outcome",
    "learning": "Learning",
    "learning_due": "Learning due",
}
"""The fields of a tracker, in the order of a page, and what each is called."""

REQUIRED = ("own_reference", "received", "type")
CODED = ("type", "service", "team", "officer", "responder", "channel", "relationship", "outcome")
DATES = ("received", "due", "extended_to", "responded", "learning_due")

# Of each field, what its column may be called: the surest first. Small words and their order do not matter.
HEADINGS: Mapping[str, str] = {
    "own_reference": (
        "reference, ref, reference number, ref number, reference no, ref no, our reference, our ref, case reference, "
        "case ref, case number, case no, case id, complaint number, complaint no, complaint id, unique reference, "
        "unique id, urn, id, number, no, log number, log no, crm reference, crm ref, crm number, tracker number"
    ),
    "received": (
        "date received, received, received date, date recd, recd, recd date, date rec, received on, date in, "
        "date of receipt, receipt date, date opened, opened, opened on, date logged, logged, logged on, date raised, "
        "raised, date registered, start date, date started, date of contact, contact date, date made, created, "
        "date created, created on, date"
    ),
    "channel": (
        "how received, channel, method received, received by, received via, received how, method of contact, "
        "contact method, method of receipt, method, source, contact channel, contact type, origin, how made, medium, "
        "via"
    ),
    "complainant": (
        "complainant, complainant name, customer, customer name, name of person, name, full name, person, client, "
        "client name, contact name, enquirer, enquirer name, correspondent, made by, raised by, from, surname, "
        "last name, family name, complainant surname"
    ),
    "first_name": "first name, forename, given name, complainant first name, complainant forename",
    "relationship": (
        "relationship, relationship child, relationship young person, relationship yp, relationship service user, "
        "relationship client, complainant relationship, complainant type, customer type, who, capacity"
    ),
    "young_person": (
        "young person, yp, yp initials, yp name, young person initials, young person name, child, child name, "
        "child initials, childs name, childs initials, name child, initials child, pupil, pupil name, service user, "
        "service user name, service user initials, su name, su initials, adult name, person affected, on behalf"
    ),
    "email": "email, email address, e mail, e mail address, complainant email, customer email, contact email",
    "phone": (
        "telephone, phone, tel, telephone number, telephone no, phone number, phone no, tel no, tel number, mobile, "
        "mobile number, mobile no, contact number, contact no, complainant phone, complainant telephone"
    ),
    "postcode": "postcode, post code, complainant postcode, customer postcode",
    "type": (
        "type, complaint type, case type, type of contact, procedure, process, type and stage, stage and type, route, "
        "complaint route, pathway, complaint procedure, complaint stage, stage, stage of complaint, level, tier, "
        "record type, nature, category, classification, kind, contact classification"
    ),
    "stage": "stage, complaint stage, current stage, stage of complaint, stage number, stage no, tier, level",
    "service": (
        "service, service area, lead service, directorate and service, department, dept, division, business area, "
        "directorate, area, responsible service, service unit, section"
    ),
    "team": "team, team name, lead team, responsible team, locality, locality team, team area, office, unit",
    "summary": (
        "summary, summary of complaint, complaint summary, complaint details, complaint detail, details, detail, "
        "description, complaint description, issue, issues, nature and details, brief summary, brief description, "
        "synopsis, what happened, subject, subject matter, reason for complaint, complaint, "
        "complaint about, matter, overview"
    ),
    "officer": (
        "cro, cr officer, customer relations officer, complaints officer, complaint officer, case officer, officer, "
        "case owner, owner, case handler, handler, coordinator, co ordinator, complaints coordinator, "
        "lead officer, case manager, case lead, logged by, customer care officer, customer feedback officer, "
        "crt officer"
    ),
    "responder": (
        "responding manager, responding officer, responder, response officer, investigating officer, investigator, "
        "investigating manager, investigation officer, io, responsible officer, responsible manager, service manager, "
        "team manager, manager, manager responding, respondent, allocated, assigned, allocated officer, "
        "assigned officer, assigned manager, allocated manager, allocated responder, allocation, action officer"
    ),
    "mp_or_councillor": (
        "mp cllr, mp councillor, cllr mp, councillor mp, mp or cllr, mp or councillor, mp, councillor, cllr, "
        "mp name, councillor name, cllr name, member, elected member, ward member, mp cllr name, mp councillor name"
    ),
    "due": (
        "due date, due, date due, response due, response due date, due by, due on, deadline, response deadline, "
        "target date, target, target response date, response target date, reply due, reply by, respond by, "
        "response date due, date response due, sla date, statutory deadline, original due date, original due"
    ),
    "extended": (
        "extended, extension, extension agreed, extension given, extension granted, extended yn, extended y n, "
        "extension yn, extension y n, extension yes no, extended yes no, extension requested"
    ),
    "extended_to": (
        "extended to, extended until, extension to, extension until, extended date, extension date, "
        "extended due date, extended deadline, extension due date, extension deadline, new due date, revised due date, "
        "revised deadline, revised target date, new deadline, date extended, extended due, revised due"
    ),
    "responded": (
        "date responded, responded, responded on, response date, date of response, response sent, "
        "date response sent, response sent date, date replied, replied, reply date, reply sent, date reply sent, "
        "date answered, answered, date sent, sent, date closed, closed, closed date, closed on, date completed, "
        "completed, completion date, date resolved, resolved, date out, actual response date, final response date, "
        "date final response sent, end date"
    ),
    "outcome": (
        "outcome, decision, finding, findings, result, upheld, complaint outcome, overall outcome, resolution, "
        "outcome decision, upheld not upheld, upheld y n, upheld yes no, conclusion"
    ),
    "learning": (
        "learning, learning actions, learning and actions, learning action, learning points, learning identified, "
        "lessons learned, lessons learnt, lessons, lessons learned actions, actions, action, agreed actions, "
        "actions agreed, recommendations, remedy, remedies, service improvement, service improvements, improvements, "
        "learning outcome, learning outcomes, actions and learning, actions learning"
    ),
    "learning_due": (
        "learning due, learning due date, learning deadline, learning action due, learning actions due, action due, "
        "action due date, actions due, actions due date, action by, actions by, actions deadline, learning by, "
        "learning target date, learning date, date learning due"
    ),
}

_SMALL = frozenset(
    (
        "the",
        "a",
        "an",
        "of",
        "to",
        "for",
        "in",
        "is",
        "was",
        "and",
        "or",
        "with",
        "if",
        "any",
        "please",
        "this",
        "uk",
    )
)
_SMALLER = frozenset(
    ("complaint", "complaints", "case", "cases", "complainant", "complainants", "customer", "customers")
)
_APOSTROPHE = re.compile(r"(?<=[a-z])'(?=[a-z])")
_WORD = re.compile(r"[a-z0-9]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, small letters, without marks: "Date rec'd:" → ('date', 'recd')."""
    return tuple(_WORD.findall(_APOSTROPHE.sub("", key(text))))


def _essence(words: Iterable[str], small: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word not in small)


def _forms(heading: str) -> tuple[frozenset[str], ...]:
    """A heading's words: all of them, without what is in brackets, without small words, without 'complaint'."""
    bare = tokens(_IN_BRACKETS.sub(" ", key(heading)))
    words = tokens(heading)
    forms = (
        frozenset(words),
        frozenset(bare),
        _essence(words, _SMALL),
        _essence(bare, _SMALL),
        _essence(bare, _SMALL | _SMALLER),
    )
    return tuple(dict.fromkeys(form for form in forms if form))


def _by_form() -> dict[frozenset[str], dict[str, int]]:
    found: dict[frozenset[str], dict[str, int]] = {}
    for field, spellings in HEADINGS.items():
        for place, spelling in enumerate(spellings.split(", ")):
            found.setdefault(frozenset(tokens(spelling)), {}).setdefault(field, place)
    return found


_BY_FORM = _by_form()


@lru_cache(maxsize=4096)
def fits(heading: str) -> Mapping[str, int]:
    """The fields that a heading may name, each with how well: 0 is the surest."""
    found: dict[str, int] = {}
    for rank, form in enumerate(_forms(heading)):
        for field, place in _BY_FORM.get(form, {}).items():
            found.setdefault(field, rank * 100 + place)
    return found


WITHDRAWN, ANSWERED = "withdrawn", "answered"
"""Codes of the outcomes that are no findings: the one ends a case without an answer, the other says no more than the
date responded does."""

# Each line: what different people call one and the same thing.
SAME_CHANNEL = (
    ("email", "e-mail", "by email", "mail (electronic)", "inbox", "outlook"),
    (
        "phone",
        "telephone",
        "call",
        "phone call",
        "telephone call",
        "by phone",
        "by telephone",
        "tel",
        "verbal",
        "voicemail",
    ),
    ("letter", "post", "by post", "by letter", "written", "in writing", "mail", "postal"),
    (
        "web form",
        "online form",
        "online",
        "website",
        "web",
        "webform",
        "form",
        "portal",
        "e-form",
        "eform",
        "self service",
    ),
    (
        "in person",
        "face to face",
        "face-to-face",
        "f2f",
        "visit",
        "reception",
        "walk in",
        "walk-in",
        "meeting",
        "office visit",
    ),
    ("social media", "facebook", "twitter", "x (twitter)", "instagram"),
    ("mp", "via mp", "mp's office", "mp office", "from mp"),
    ("councillor", "cllr", "via councillor", "via cllr", "member"),
    ("advocate", "via advocate", "advocacy"),
    ("ombudsman", "lgsco", "lgo", "via lgsco", "via ombudsman"),
)
SAME_RELATIONSHIP = (
    ("parent", "mother", "father", "mum", "dad", "parents", "birth parent"),
    ("grandparent", "grandmother", "grandfather", "nan", "grandparents"),
    ("young person", "child", "yp", "child or young person", "care leaver", "pupil", "student"),
    ("service user", "client", "adult", "self", "resident", "customer"),
    ("foster carer", "carer (foster)", "foster parent", "foster carers"),
    ("special guardian", "sgo", "guardian"),
    ("advocate", "advocacy service", "professional advocate"),
    ("representative", "solicitor", "legal representative"),
    ("mp", "member of parliament"),
    ("councillor", "cllr"),
)
SAME_OUTCOME = (
    ("upheld", "fully upheld", "substantiated", "justified", "upheld in full"),
    (
        "partly upheld",
        "partially upheld",
        "part upheld",
        "upheld in part",
        "partially",
        "partial",
        "partly",
        "part",
    ),
    ("not upheld", "unsubstantiated", "not substantiated", "unfounded", "not justified"),
    ("no finding", "inconclusive", "unable to determine", "no decision"),
    ("withdrawn", "complaint withdrawn", "withdrawn by complainant", "withdrawn by customer"),
    ("responded", "answered", "response sent", "replied"),
)
