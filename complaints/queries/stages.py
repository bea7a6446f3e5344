"""The stages of a case."""

from collections.abc import Iterable, Sequence

from complaints.models import Case, ClosedAs, Stage, StageEvent, standing
from complaints.workflow import EVENT_OF, Kind, Verb
from slas import service
from slas.models import SlaVersion


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
            "late_reason",
            "late_unit",
        )
        .order_by("number")
    )


def acting_stages(stages: list[Stage]) -> list[Stage]:
    """The stages something can be done to: those open, first to last, those beside the case at the end. Where no other
    is open, or those that are only wait for a copy of the response (S2.3), the last that was closed too: the complaint
    is over, whoever still waits."""
    main = [stage for stage in stages if not stage.type.beside]
    open_ = [stage for stage in main if stage.closed_at is None]
    if all(waits_for_copy(stage) for stage in open_):
        open_ += [stage for stage in main if stage.closed_at is not None][-1:]
    return open_ + [stage for stage in stages if stage.type.beside and stage.closed_at is None]


def waits_for_copy(stage: Stage) -> bool:
    """Whether a stage only stays open for the copy of a complaint's response (S2.3)."""
    return bool(stage.type.route_event) and stage.state == stage.type.route_state and stage.closed_at is None


def open_states(stages: Iterable[Stage]) -> dict[str, str]:
    """The state of each open stage that keeps the case open, by its number: what closing them all takes from them."""
    return {
        str(stage.number): stage.state
        for stage in stages
        if stage.closed_at is None and not stage.type.beside
    }


def same_contact(stages: Sequence[Stage], stage: Stage) -> list[Stage]:
    """The stages that one contact began, `stage` among them: what it was triaged as, and what stays open beside that
    (S2.3). A next stage that was asked for is another contact."""
    together: list[list[Stage]] = []
    before: Stage | None = None
    for one in stages:
        if one.type.beside:
            continue
        if before is not None and (before.closed_as == ClosedAs.TRIAGED or before.type.route_event):
            together[-1].append(one)
        else:
            together.append([one])
        before = one
    return next((group for group in together if stage in group), [stage])


def acknowledged(stages: Iterable[Stage]) -> bool:
    """Whether an acknowledgement of any of `stages` is on record."""
    code = EVENT_OF[Verb.ACKNOWLEDGE]
    return standing(StageEvent).filter(stage__in=[stage.pk for stage in stages], code=code).exists()


def is_acknowledged(stage: Stage) -> bool:
    """Whether the contact that began `stage` was acknowledged."""
    return acknowledged(same_contact(stages_of(stage.case), stage))


def came_in(stages: Iterable[Stage]) -> StageEvent | None:
    """The event that is how the case came in: what begins the first of its `stages` that is judged by anything, or was
    until it was reclassified. None where none is, so that only the case itself says when it came in."""
    for stage in stages:
        if version := None if stage.type.beside else _judged_by(stage):
            code = service.rule_set(version).events[0].code
            return standing(StageEvent).filter(stage=stage, code=code).order_by("pk").last()
    return None


def _judged_by(stage: Stage) -> SlaVersion | None:
    """The SLA of a stage, or the last it had."""
    if stage.type.sla_version is not None:
        return stage.type.sla_version
    had = stage.earlier.filter(type__sla_version__isnull=False).order_by("-until", "-pk")
    before = had.select_related("type__sla_version__policy_version", "type__sla_version__sla__policy").first()
    return before.type.sla_version if before else None


def stage_name(stage: Stage) -> str:
    """'Corporate complaint: Stage 1', or 'Enquiry' where both are called the same."""
    procedure, name = stage.type.procedure.name, stage.type.name
    return name if procedure == name or stage.type.procedure.kind == Kind.CONTACT else f"{procedure}: {name}"
