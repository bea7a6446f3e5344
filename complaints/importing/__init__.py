"""A tracker taken in: bytes → sheets → headings → mapping → checked rows, all of it pure: no database and no clock.

Three modules stand between that and the database: `here` (what the council knows), `taking` (rows into cases) and
`reporting` (what came of it).
"""

from complaints.importing.headings import HeadingError, Headings, headings_at, other_trackers
from complaints.importing.known import Choice, Known, PersonChoice, UnitChoice
from complaints.importing.map_file import read_map, write_map
from complaints.importing.mapping import BLANK, Map, counts, find, propose
from complaints.importing.readers import Sheet, read_sheets
from complaints.importing.results import Rejected, Remark, Repeated, Row
from complaints.importing.room import FileError
from complaints.importing.rows import count_rows, read_rows
from complaints.importing.summary import Difference, Tally, report_workbook
from complaints.importing.words import CODED, FIELDS, REQUIRED

__all__ = [
    "BLANK",
    "CODED",
    "FIELDS",
    "REQUIRED",
    "Choice",
    "Difference",
    "FileError",
    "HeadingError",
    "Headings",
    "Known",
    "Map",
    "PersonChoice",
    "Rejected",
    "Remark",
    "Repeated",
    "Row",
    "Sheet",
    "Tally",
    "UnitChoice",
    "count_rows",
    "counts",
    "find",
    "headings_at",
    "other_trackers",
    "propose",
    "read_map",
    "read_rows",
    "read_sheets",
    "report_workbook",
    "write_map",
]
