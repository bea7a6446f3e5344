"""What a case has or not, asked in one query with the case itself: its page then asks only for what is there."""

from django.db.models import Exists, OuterRef, QuerySet

from complaints.models import (
    Case,
    CaseLink,
    CaseUnit,
    Contribution,
    Document,
    Draft,
    Learning,
    Letter,
)

PARTS = {
    "letters": Letter.objects.filter(case=OuterRef("pk")),
    "documents": Document.objects.filter(case=OuterRef("pk")),
    "learning": Learning.objects.filter(case=OuterRef("pk")),
    "links_on": CaseLink.objects.filter(first=OuterRef("pk")),
    "links_back": CaseLink.objects.filter(second=OuterRef("pk")),
    "drafts": Draft.objects.filter(stage__case=OuterRef("pk")),
    "contributions": Contribution.objects.filter(stage__case=OuterRef("pk")),
    "tags": Case.tags.through.objects.filter(case=OuterRef("pk")),
    "other_units": CaseUnit.objects.filter(case=OuterRef("pk"), lead=False),
}


def with_parts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """`cases`, each with whether it has each of `PARTS`."""
    return cases.annotate(**{f"has_{part}": Exists(rows) for part, rows in PARTS.items()})


def parts_of(case: Case) -> set[str]:
    """Which of `PARTS` a case has; all of them, as far as one knows, where it did not come through `with_parts`."""
    return {part for part in PARTS if getattr(case, f"has_{part}", True)}
