"""What people type into the pages about dates, and what those say back; the fixtures those tests share."""

from typing import Any

import pytest
from django.urls import reverse

from complaints.models import Case, Dismissal, Extension, GivenDate, Pause, StageEvent
from complaints.queries.timeline import timeline
from tests.complaints import cases, northtown
from tests.complaints.cases import NOW, Council, make_council, open_stage

LONG = "Ottoline-Featherstonehaugh-" * 7
EMOJI = "Two teams 👩‍👧 and the “advocate” <b>need</b> it."


@pytest.fixture
def pausing(loaded: None, db: None, tmp_path) -> Council:
    """A council whose policy pauses: Northtown's."""
    northtown.set_up(tmp_path)
    return make_council()


@pytest.fixture
def complex_case(council: Council) -> Case:
    """A children's stage 1, received on Wednesday 18 November 2026, due on 2 December."""
    return cases.accepted(council, "children-act")


def page(case: Case, verb: str) -> str:
    return reverse("act", args=[case.reference, verb])


def typed(case: Case, **more: Any) -> dict[str, Any]:
    """What the page sends, from the case as it is now."""
    case = Case.objects.get(pk=case.pk)
    return {"stage": open_stage(case).number, "seen": case.revision, **more}


def extension(case: Case, council: Council, **more: Any) -> dict[str, Any]:
    """All that a complex case's extension asks."""
    return typed(
        case,
        **{
            "total": "20",
            "asked_by": "SEND North",
            "approver": str(council.manager.pk),
            "complainant_agreed": "on",
            "complainant_told_on": "20/11/2026",
            "reason": "Two teams are involved.",
            **more,
        },
    )


def correction(case: Case, code: str, day: str, **more: Any) -> dict[str, Any]:
    """That an event happened on another day."""
    return typed(case, **{"what": event_of(case, code), "day": day, "reason": "The stamp was wrong.", **more})


def event_of(case: Case, code: str) -> str:
    """The value of an event in the form: of the earliest stage it stands in."""
    rows = StageEvent.objects.filter(stage__case=case, code=code, voided_at=None)
    return f"event-{rows.order_by('stage__number').values_list('pk', flat=True)[0]}"


def errors(answer: Any, field: str) -> str:
    """What the page says of a field, as people read it."""
    return " ".join(answer.context["form"].errors.get(field, ()))


def said(case: Case, council: Council) -> str:
    """The latest entry of the timeline."""
    return timeline(case, council.manager, now=NOW)[0].sentence


def nothing_changed(case: Case) -> bool:
    rows: tuple[Any, ...] = (Extension, GivenDate, Pause, Dismissal)
    return not any(kind.objects.filter(stage__case=case).exists() for kind in rows)
