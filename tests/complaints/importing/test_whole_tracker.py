"""A tracker as a team keeps it for two years: 405 rows with all that happens to such a file. Invented throughout."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from complaints.importing import (
    Choice,
    Known,
    PersonChoice,
    Rejected,
    Repeated,
    Row,
    Tally,
    UnitChoice,
    count_rows,
    propose,
    read_map,
    read_rows,
    read_sheets,
    write_map,
)
from tests.complaints.importing.made import KNOWN, TODAY, csv_of, ods, xlsx

HEADINGS = [
    "Ref", "Date received", "How received", "Complainant", "Relationship", "YP initials", "Email", "Postcode", "Type",
    "Service", "Team", "Summary of complaint", "CRO", "Responding manager", "MP / Cllr", "Due date", "Extended?",
    "Extended to", "Date responded", "Outcome", "Learning / actions", "Learning due",
]  # fmt: skip
AT = {heading: place for place, heading in enumerate(HEADINGS)}
TYPES = [
    "Stage 1 - Children's", "Stage 1 - SEN", "Stage 1 - Corporate", "Stage 2 - Corporate", "Stage 2 - Education",
    "Stage 2 - Statutory", "Concern", "MP enquiry", "Cllr enquiry", "LGSCO", "Ofsted notification",
]  # fmt: skip
SERVICES = {
    "SEND": ["SEND North East", "SEND South West"],
    "Early Help": ["Early Help Hub"],
    "Fostering": ["Support"],
}
OUTCOMES = ["Upheld", "Partially upheld", "Not upheld", "Withdrawn", "Responded"]

COUNCIL = Known(
    kinds=KNOWN.kinds,
    units=tuple(
        unit
        for number, (service, teams) in enumerate(SERVICES.items())
        for unit in (
            UnitChoice(f"S{number}", service, "service"),
            *(
                UnitChoice(f"S{number}-T{place}", team, "team", f"S{number}")
                for place, team in enumerate(teams)
            ),
        )
    ),
    people=(
        PersonChoice("1", "Adaeze Okonkwo"),
        PersonChoice("2", "Petra Holm"),
        PersonChoice("3", "Jo Thorne"),
    ),
    channels=(*KNOWN.channels, Choice("in-person", "In person")),
    outcomes=KNOWN.outcomes,
)

OPEN = {"Date responded": None, "Outcome": None}
ODD: dict[int, dict[str, object]] = {
    3: {"Date received": date(2026, 11, 2), "Date responded": date(2026, 10, 29)},
    10: {"Date received": "12/10/26", **OPEN},
    11: {"Date received": "15.11.2026", **OPEN},
    12: {"Date received": "21 Sept 2026", **OPEN},
    20: {"Date received": None, "Due date": None},
    21: {"Date received": None, "Due date": None},
    22: {"Date received": None, "Due date": None},
    30: {"Date received": date(2027, 3, 1)},
    31: {"Date received": date(2027, 3, 1)},
    32: {"Date received": date(2027, 3, 1)},
    40: {"Type": "Stage 1"},
    41: {"Type": "Stage 1"},
    42: {"Type": "Stage 1"},
    50: {"Type": " lgsco\xa0"},
    51: {"Type": " ofsted notification\xa0"},
    52: {"Type": " stage 1 - children's\xa0"},
    60: {"Due date": "tbc"},
    61: {"Due date": "tbc"},
    62: {"Due date": "tbc"},
    63: {"Due date": "tbc"},
    70: {"Service": "SEND team (old)"},
    71: {"Service": None},
    72: {"CRO": "left the council"},
    80: {"Complainant": '=HYPERLINK("http://example.invalid","x")'},
    81: {"Email": "not an address"},
    82: {"Summary of complaint": "Said \u201cno one cares\u201d \u2013 again 😟"},
    83: {"Summary of complaint": "Long. " * 2_000},
    84: {"Extended?": "Y", "Extended to": None},
    85: {"Complainant": "\u200f\u05e9\u05dc\u05d5\u05dd"},
    86: {"Summary of complaint": "First line,\nsecond line; third"},
}


def tracker() -> list[list[object]]:
    rnd = random.Random(2026)
    rows = [case(rnd, number) for number in range(400)]
    for number, said in ODD.items():
        for heading, value in said.items():
            rows[number][AT[heading]] = value
    rows += [list(rows[number]) for number in (33, 36, 48, 241)]
    blank: list[object] = [None] * len(HEADINGS)
    total = ["TOTAL", 404, *blank[2:]]
    return [["Customer Relations tracker 2025-27 (OFFICIAL-SENSITIVE)"], blank, HEADINGS, *rows, blank, total]


def case(rnd: random.Random, number: int) -> list[object]:
    received = TODAY - timedelta(days=rnd.randrange(40, 400))
    service = rnd.choice(list(SERVICES))
    extended = rnd.random() < 0.05
    due = received + timedelta(days=14)
    answered = rnd.random() < 0.75
    return [
        f"CR/26/{1000 + number}",
        received,
        rnd.choice(["Email", "Telephone", "Letter", "Online form", "In person", "Via MP"]),
        f"Person {number}",
        rnd.choice(["Parent", "Foster carer", "Advocate"]),
        "A.B.",
        f"person{number}@example.com",
        "ZZ1 1ZZ",
        rnd.choice(TYPES),
        service,
        rnd.choice(SERVICES[service]),
        "A visit was missed; no reply to e-mails.",
        rnd.choice(["A. Okonkwo", "P. Holm", "J. Thorne"]),
        f"Manager {number}",
        "Cllr Anne Example" if rnd.random() < 0.1 else None,
        due,
        "Y" if extended else "N",
        due + timedelta(days=14) if extended else None,
        received + timedelta(days=rnd.randrange(1, 30)) if answered else None,
        rnd.choice(OUTCOMES) if answered else None,
        "Apology and £150" if rnd.random() < 0.2 else None,
        due + timedelta(days=20) if rnd.random() < 0.2 else None,
    ]


FILES = {
    "tracker.xlsx": xlsx(tracker(), others={"Lookups": [["Services"]]}),
    "tracker.ods": ods(tracker()),
    "tracker.csv": csv_of(tracker()),
    "semicolons.csv": csv_of(tracker(), separator=";"),
}


@pytest.fixture(scope="module", params=FILES)
def taken(request):
    """The file read with the mapping proposed for it: sheets, mapping, results."""
    sheets = read_sheets(FILES[request.param], request.param)
    mapping = propose(sheets, COUNCIL)
    return sheets, mapping, list(read_rows(sheets, mapping, COUNCIL, TODAY))


def test_every_column_is_found(taken):
    _, mapping, _ = taken
    assert (mapping.heading_row, mapping.day_first, mapping.missing) == (3, True, ())
    assert sorted(mapping.columns.values()) == sorted(HEADINGS)


def test_every_row_becomes_one_thing_and_they_add_up(taken):
    sheets, mapping, results = taken
    made = Counter(type(result) for result in results)
    tally = Tally(made[Row], made[Repeated], made[Rejected], count_rows(sheets, mapping))
    assert tally.line == "390 imported, 4 already there, 11 rejected of 405 rows"


def test_the_rejected_are_those_that_cannot_be_cases(taken):
    _, _, results = taken
    rejected = {result.number: result.reason for result in results if isinstance(result, Rejected)}
    first = 4
    assert rejected.pop(first + 3) == "Responded before it was received (2 November 2026)."
    assert {rejected.pop(first + n) for n in (20, 21, 22)} == {"No date received."}
    assert all("The date received is in the future." in rejected.pop(first + n) for n in (30, 31, 32))
    assert all(rejected.pop(first + n).startswith("The type is ambiguous") for n in (40, 41, 42))
    assert rejected == {409: "This is a totals row, not a case."}


def test_the_odd_ones_are_imported_and_told(taken):
    _, _, results = taken
    rows = {result.number - 4: result for result in results if isinstance(result, Row)}
    assert rows[10].received == date(2026, 10, 12)
    assert rows[11].received == date(2026, 11, 15)
    assert rows[12].received == date(2026, 9, 21)
    assert [rows[n].kind for n in (50, 51, 52)] == ["lgsco-enquiry", "ofsted", "stage-1-childrens"]
    assert all((rows[n].due_on, rows[n].due_text) == (None, "tbc") for n in (60, 61, 62, 63))
    assert (rows[70].service, rows[70].service_text) == ("", "SEND team (old)")
    assert rows[71].service == "" and rows[71].team
    assert (rows[72].officer, rows[72].officer_text) == ("", "left the council")
    assert rows[80].complainant == '=HYPERLINK("http://example.invalid","x")'
    assert rows[81].email == ""
    assert rows[82].summary.endswith("😟")
    assert len(rows[83].summary) == 11_999
    assert (rows[84].extended, rows[84].extended_to) == (True, None)
    assert rows[86].summary == "First line,\nsecond line; third"
    told = {
        column for n in (60, 70, 72, 81, 84) for _, column in ((r.number, r.column) for r in rows[n].remarks)
    }
    assert told >= {"Due date", "Service", "CRO", "Email", "Extended?"}


def test_the_rows_at_the_end_are_there_already(taken):
    _, _, results = taken
    repeated = [(result.number - 4, result.first - 4) for result in results if isinstance(result, Repeated)]
    assert repeated == [(400, 33), (401, 36), (402, 48), (403, 241)]


def test_every_format_gives_the_same_rows_with_the_same_digests(taken):
    _, _, results = taken
    sheets = read_sheets(FILES["tracker.xlsx"], "tracker.xlsx")
    expected = [
        (type(result), result.number, getattr(result, "fingerprint", ""))
        for result in read_rows(sheets, propose(sheets, COUNCIL), COUNCIL, TODAY)
    ]
    assert [
        (type(result), result.number, getattr(result, "fingerprint", "")) for result in results
    ] == expected


def test_the_mapping_survives_being_a_file(taken):
    sheets, mapping, results = taken
    again = read_map(write_map(mapping), "map.yaml", sheets, COUNCIL)
    assert again == mapping
    assert list(read_rows(sheets, again, COUNCIL, TODAY)) == results
