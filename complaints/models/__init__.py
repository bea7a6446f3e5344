"""Everything a case is made of. `complaints.actions` writes it."""

from complaints.models import lookups  # noqa: F401 - registers how words are looked for
from complaints.models.case import (
    Case,
    CaseLink,
    CaseReach,
    CaseReader,
    CaseUnit,
    ClosedAs,
    ReferenceCounter,
)
from complaints.models.facts import (
    Deadline,
    Dismissal,
    Extension,
    ExtensionRequest,
    GivenDate,
    Pause,
    StageEvent,
    standing,
)
from complaints.models.imports import ImportBatch, ImportLine
from complaints.models.papers import Document, Draft, DraftDecision, Learning, Letter, Note
from complaints.models.party import Party, Point
from complaints.models.procedure import Entry, List, MoveLine, MoveTable, Procedure, StageType
from complaints.models.reports import IssuedReport, ReportFile, WeeklyIssue
from complaints.models.saved import SavedView
from complaints.models.stage import Clock, Contribution, Finding, Reclassified, Stage, StagePoint
from complaints.models.task import Task

__all__ = [
    "Case",
    "CaseLink",
    "CaseReach",
    "CaseReader",
    "CaseUnit",
    "Clock",
    "ClosedAs",
    "Contribution",
    "Deadline",
    "Dismissal",
    "Document",
    "Draft",
    "DraftDecision",
    "Entry",
    "Extension",
    "ExtensionRequest",
    "Finding",
    "GivenDate",
    "ImportBatch",
    "ImportLine",
    "IssuedReport",
    "Learning",
    "Letter",
    "List",
    "MoveLine",
    "MoveTable",
    "Note",
    "Party",
    "Pause",
    "Point",
    "Procedure",
    "Reclassified",
    "ReferenceCounter",
    "ReportFile",
    "SavedView",
    "Stage",
    "StageEvent",
    "StagePoint",
    "StageType",
    "Task",
    "WeeklyIssue",
    "standing",
]
