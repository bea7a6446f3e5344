"""A tracker's rows, checked: what can be imported, what is there already, what is rejected and why.

A row's identity is its own reference; its content is its fingerprint. Nothing is guessed and nothing is lost.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from complaints.importing.cells import is_error, key, shown, visible
from complaints.importing.dates import DateError, read_moment
from complaints.importing.fingerprints import fingerprint
from complaints.importing.headings import headings_at
from complaints.importing.known import Known
from complaints.importing.line import LONGEST, Line, Reading
from complaints.importing.mapping import Map, named_sheet, value_text
from complaints.importing.matching import says_nothing
from complaints.importing.readers import Sheet
from complaints.importing.results import Rejected, Repeated, Row
from complaints.importing.words import WITHDRAWN
from complaints.references import own_key
from slas.core.calendar import Moment

LONGEST_PHONE, LONGEST_POSTCODE, LONGEST_EMAIL = 40, 12, 254
TOTALS_ROW = "This is a totals row, not a case."
HEADINGS_AGAIN = "These are the headings again, not a case."
NO_REFERENCE = "No reference. Give each row a reference of its own: a case is known by it."
_TOTAL = re.compile(r"(grand |overall |sub[- ]?)?totals?\b.*", re.DOTALL)
_NOT_A_REFERENCE = frozenset(("tbc", "tba", "?", "unknown", "pending"))
_YES = frozenset(("y", "yes", "true", "x", "1", "extended", "agreed", "granted"))
_NO = frozenset(("n", "no", "false", "0", "not", "refused", "declined"))
_TICKS = frozenset("\u2713\u2714\u2611\u2705")
_BETWEEN_ADDRESSES = re.compile(r"[;,\s<>()\[\]]+")
_FIRST_WORD = re.compile(r"[^\W_]+")


def read_rows(
    sheets: Sequence[Sheet], mapping: Map, known: Known, today: date, now: datetime | None = None
) -> Iterator[Row | Rejected | Repeated]:
    """Every row below the headings that is not blank, in order: one result for each.

    `today` is London's: what is received or answered after it is in the future; with `now`, so is what was received at
    a later time of that day. Raises HeadingError where the sheet or the row of the headings is not there.
    """
    sheet = named_sheet(sheets, mapping.sheet)
    reading = Reading(headings_at(sheet, mapping.heading_row), mapping, known, today, now)
    accepted: dict[str, tuple[int, str]] = {}
    for number, cells in reading.headings.rows(sheet):
        line = Line(reading, number, cells)
        result = _read(line)
        if isinstance(result, Rejected):
            yield result
            continue
        first, content = accepted.setdefault(result.identity, (number, result.fingerprint))
        if first == number:
            yield result
        elif content == result.fingerprint:
            yield Repeated(number, result.own_reference, first, content, result.raw)
        else:
            line.problem(
                "own_reference",
                f"Row {first} has the same reference and other content. Give each case a reference of its own.",
            )
            yield line.rejected()


def count_rows(sheets: Sequence[Sheet], mapping: Map) -> int:
    """How many results `read_rows` gives: the rows below the headings that are not blank."""
    sheet = named_sheet(sheets, mapping.sheet)
    return sum(1 for _ in headings_at(sheet, mapping.heading_row).rows(sheet))


def _read(line: Line) -> Row | Rejected:
    if _is_no_case(line):
        return line.rejected()
    reference = _reference(line)
    received = _received(line)
    responded = _responded(line, received)
    kind, kind_text = _kind(line)
    if received is None or line.problems:
        return line.rejected()
    row = Row(line.number, reference, received, kind, kind_text, responded_on=responded)
    return replace(
        _with_dates(line, _with_units(line, _with_people(line, row))),
        summary=line.text("summary"),
        learning=line.text("learning"),
        raw=line.raw(),
        fingerprint=fingerprint(line.reading.headings.labels, line.cells),
        remarks=tuple(line.remarks),
    )


# --- what is no case --------------------------------------------------------------------------------


def _is_no_case(line: Line) -> bool:
    """Totals and headings printed again are no cases; this adds the problem that says so."""
    labels = line.reading.headings.labels
    place, first = next((place, cell) for place, cell in enumerate(line.cells) if cell is not None)
    if isinstance(first, str) and _TOTAL.fullmatch(key(first)) and not _has_day(line):
        reason = TOTALS_ROW
    elif _repeats_headings(line):
        reason = HEADINGS_AGAIN
    else:
        return False
    line.problems.append((labels[place], shown(first)[:LONGEST], reason))
    return True


def _has_day(line: Line) -> bool:
    try:
        read_moment(line.cell("received"), day_first=line.reading.mapping.day_first)
    except DateError:
        return False
    return True


def _repeats_headings(line: Line) -> bool:
    said = [(line.column(name), line.cell(name)) for name in line.reading.mapping.columns]
    filled = [key(shown(cell)).rstrip(" :*") == key(label) for label, cell in said if cell is not None]
    return len(filled) > 2 and all(filled)


# --- what a case must have --------------------------------------------------------------------------


def _reference(line: Line) -> str:
    cell = line.cell("own_reference")
    reference = visible(shown(cell))
    if is_error(cell):
        line.problem("own_reference", f"The cell shows {cell}, the error of its formula, and no reference.")
    elif says_nothing(reference) or key(reference) in _NOT_A_REFERENCE:
        line.problem("own_reference", NO_REFERENCE)
    elif (length := max(len(reference), len(own_key(reference)))) > LONGEST:
        line.problem("own_reference", f"The reference has {length:,} characters; {LONGEST} is the most.")
    return reference


def _received(line: Line) -> Moment | None:
    cell = line.cell("received")
    if cell is None or (isinstance(cell, str) and says_nothing(cell)):
        line.problem("received", "No date received.")
        return None
    try:
        received = read_moment(cell, day_first=line.reading.mapping.day_first)
    except DateError as error:
        line.problem("received", f"The date received cannot be read: {error}.")
        return None
    if line.reading.is_future(received):
        line.problem("received", "The date received is in the future.")
        return None
    line.explain_number("received", received)
    return received


def _responded(line: Line, received: Moment | None) -> date | None:
    responded = line.day("responded", "The case is taken as not answered.")
    if responded is None:
        return None
    if responded > line.reading.today:
        line.problem("responded", "The date responded is in the future.")
    if received is not None and responded < _day(received):
        line.problem("responded", f"Responded before it was received ({shown(_day(received))}).")
    return responded


def _kind(line: Line) -> tuple[str, str]:
    mapping = line.reading.mapping
    if is_error(cell := line.cell("type")):
        line.problem("type", f"The cell shows {cell}, the error of its formula, and no type.")
        return "", ""
    text = value_text("type", line.cells, line.reading.places)
    code = mapping.code("type", text)
    if not code and not text:
        line.problem("type", "No type.")
    elif not code and (options := line.could_be("type", text)):
        line.problem("type", f"The type is ambiguous: it could be {options}. Choose one in the mapping.")
    elif not code:
        line.problem("type", "The type is not known here. Choose what it means in the mapping.")
    return code, text[:LONGEST]


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


# --- what a case may have ---------------------------------------------------------------------------


def _with_people(line: Line, row: Row) -> Row:
    channel, channel_text = line.coded("channel")
    relationship, relationship_text = line.coded("relationship")
    officer, officer_text = line.coded("officer")
    responder, responder_text = line.coded("responder")
    names = (line.short("first_name"), line.short("complainant"))
    return replace(
        row,
        channel=channel,
        channel_text=channel_text,
        relationship=relationship,
        relationship_text=relationship_text,
        officer=officer,
        officer_text=officer_text,
        responder=responder,
        responder_text=responder_text,
        complainant=" ".join(name for name in names if name)[:LONGEST],
        young_person=line.short("young_person"),
        mp_or_councillor=line.short("mp_or_councillor"),
        email=_email(line),
        phone=line.short("phone", LONGEST_PHONE),
        postcode=_postcode(line),
    )


def _email(line: Line) -> str:
    """The first address of the cell; '' where there is none."""
    text = visible(line.text("email"))
    if says_nothing(text):
        return ""
    parts = [part.removeprefix("mailto:") for part in _BETWEEN_ADDRESSES.split(text[:2000])]
    addresses = [part for part in parts if len(part) <= LONGEST_EMAIL and _is_address(part)]
    if not addresses:
        line.remark("email", "This is not an e-mail address: it is left out.")
        return ""
    if len(addresses) > 1:
        line.remark("email", f"There are {len(addresses)} addresses: the first is taken.")
    return addresses[0]


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _postcode(line: Line) -> str:
    text = visible(line.text("postcode")).upper()
    if says_nothing(text):
        return ""
    if len(text) > LONGEST_POSTCODE:
        line.remark("postcode", "This is too long for a postcode: it is left out.")
        return ""
    return text


def _with_units(line: Line, row: Row) -> Row:
    service, service_text = line.coded("service")
    remarked = len(line.remarks)
    team, team_text = line.coded("team")
    known, options = line.reading.known, line.reading.mapping.could_be("team", team_text)
    if not team and service:
        below = [code for code in options if known.is_within(code, service)]
        if len(below) == 1:
            # Several units have the team's name, and one of them stands below the row's own service.
            team = below[0]
            del line.remarks[remarked:]
    if team and service and not known.is_within(team, service):
        line.remark(
            "team", f"This team is not part of {known.names['service'][service]}, the service of the row."
        )
    asked = known.units and line.reading.mapping.columns.keys() & {"service", "team"}
    if asked and not (service or team or service_text or team_text):
        line.remark("service", "No service or team is given.")
    return replace(row, service=service, service_text=service_text, team=team, team_text=team_text)


def _with_dates(line: Line, row: Row) -> Row:
    received = _day(row.received)
    outcome, outcome_text = line.coded("outcome")
    if outcome == WITHDRAWN and row.responded_on is None:
        line.remark("outcome", "Withdrawn, and no date says when: the case is closed as of today.")
    elif outcome_text and row.responded_on is None:
        line.remark(
            "outcome", "There is an outcome but no date responded: the case is taken as not answered."
        )
    due_on = line.day("due", "It is kept as text.")
    due_text = shown(line.cell("due"))[:LONGEST] if due_on is None else ""
    if due_on is not None and due_on < received:
        line.remark("due", "The due date is before the case was received.")
    extended, extended_to = _extension(line, received)
    return replace(
        row,
        outcome=outcome,
        outcome_text=outcome_text,
        due_on=due_on,
        due_text=due_text,
        extended=extended,
        extended_to=extended_to,
        learning_due=line.day("learning_due"),
    )


def _extension(line: Line, received: date) -> tuple[bool, date | None]:
    """Whether the time was extended, and to what day."""
    said, day = _said_extended(line)
    until = line.day("extended_to") or day
    if said is False and until is not None:
        line.remark(
            "extended_to", "There is a date, but the row says it is not extended: the date is left out."
        )
        return False, None
    if said and until is None:
        line.remark("extended", "Extended, but no date says to when.")
    if until is not None and until < received:
        line.remark("extended_to", "The extension ends before the case was received.")
    return bool(said) or until is not None, until


def _said_extended(line: Line) -> tuple[bool | None, date | None]:
    """What the column 'Extended?' says: yes, no or nothing; some trackers write the new date there."""
    cell = line.cell("extended")
    if isinstance(cell, bool) or cell in (0, 1):
        return bool(cell), None
    text = line.text("extended")
    if says_nothing(text):
        return None, None
    word = _FIRST_WORD.match(key(text))
    if text[0] in _TICKS or (word and word[0] in _YES):
        return True, None
    if word and word[0] in _NO:
        return False, None
    try:
        moment = read_moment(cell, day_first=line.reading.mapping.day_first)
    except DateError:
        line.remark("extended", "This is neither yes, no nor a date: it is taken as not extended.")
        return None, None
    return True, _day(moment)
