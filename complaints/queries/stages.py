"""The stages of a case."""

from complaints.models import Case, Stage
from complaints.workflow import Kind


def stages_of(case: Case) -> list[Stage]:
    """The stages of a case with their types, first to last."""
    return list(
        Stage.objects.filter(case=case)
        .select_related(
            "type__procedure__policy_version",
            "type__sla_version__policy_version",
            "type__sla_version__sla__policy",
            "type__table",
            "unit",
            "officer",
            "responder",
        )
        .order_by("number")
    )


def acting_stages(stages: list[Stage]) -> list[Stage]:
    """The stages something can be done to: those open, first to last, and where none but stages beside the
    case is open, the last that was."""
    main = [stage for stage in stages if not stage.type.beside]
    open_ = [stage for stage in main if stage.closed_at is None] or main[-1:]
    return open_ + [stage for stage in stages if stage.type.beside and stage.closed_at is None]


def stage_name(stage: Stage) -> str:
    """'Corporate complaint: Stage 1', or 'Enquiry' where both are called the same."""
    procedure, name = stage.type.procedure.name, stage.type.name
    return name if procedure == name or stage.type.procedure.kind == Kind.CONTACT else f"{procedure}: {name}"
