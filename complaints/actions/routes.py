"""What an enquiry waits for while it goes down the complaints route (S2.3): the copy of the complaint's response."""

from accounts.actions import Refused
from complaints.actions import clock
from complaints.actions.acting import Act
from complaints.actions.stage_rules import cite, deadline_of, rules_of
from complaints.models import Dismissal, Extension, Stage, standing
from complaints.queries.stages import stages_of, waits_for_copy
from complaints.workflow import EVENT_OF, State, Verb
from slas import service
from slas.core.facts import FactError, check_extension
from slas.core.rules import Rule, RuleSet

NOT_ANSWERED_HERE = (
    "It goes down the complaints route: it is not answered itself, a copy of the response is shared"
)


def go_down(act: Act) -> None:
    """Send the stage of `act` down the complaints route, where it stays open for the copy. What it was judged by is not
    needed any more; missed before, it stays missed."""
    stage = act.stage
    act.happened(stage.type.route_event, act.now)
    act.next = State(stage.type.route_state)
    rules = rules_of(stage)
    copy, own = _copy_rule(rules), rules.headline
    row = deadline_of(stage, own)
    done = row is not None and row.met_at is not None
    dismissed = standing(Dismissal).filter(stage=stage, milestone=own.code).exists()
    if copy is None or copy is own or rules.statutory or done or dismissed:
        return
    Dismissal.objects.create(
        stage=stage,
        milestone=own.code,
        reason=f"{NOT_ANSWERED_HERE}{cite(copy)}.",
        recorded_at=act.now,
        by=act.by,
    )


def follow(act: Act) -> str:
    """Keep each copy at its distance from the response, after something changed that one's time: so many days more for
    the response are as many more for the copy, and what no longer counts there does not count here (S2.3). Returns what
    moved, to end a sentence of the timeline; '' where nothing did."""
    moved: list[clock.Moved] = []
    stages = stages_of(act.case)
    for stage in stages:
        if waits_for_copy(stage):
            following = (one for one in stages if one.number > stage.number and not one.type.beside)
            answered = next(following, None)
            if answered is not None and _follow(act, stage, answered):
                act.touch(stage)
                moved += clock.recompute({stage.pk}, now=act.now)
    act.moved += moved
    told = clock.told(moved, act.now)
    return f" {told}" if told else ""


def check_own(row: Extension) -> None:
    """Refuse to take back by itself what follows the response."""
    rules = rules_of(row.stage)
    copy = _copy_rule(rules)
    if copy is not None and copy.code == row.milestone and waits_for_copy(row.stage):
        raise Refused(
            f"'{copy.name}' follows the response{cite(copy)}. Take back the extension of that instead."
        )


def _copy_rule(rules: RuleSet) -> Rule | None:
    shared = EVENT_OF[Verb.SHARE_COPY]
    return next((rule for rule in rules.milestones if rule.met_by == shared), None)


def _follow(act: Act, waiting: Stage, answered: Stage) -> bool:
    """Make the extensions of the copy those of the response. Whether that changed any."""
    copy = _copy_rule(rules_of(waiting))
    if copy is None or copy.extend_to is None or copy.span is None:
        return False
    wanted = _wanted(copy, answered)
    there = {row.total: row for row in standing(Extension).filter(stage=waiting, milestone=copy.code)}
    for total in there.keys() - wanted.keys():
        row = there[total]
        row.voided_at, row.voided_by = act.now, act.by
        row.void_reason = "The response has that time no longer"
        row.save()
    due = deadline_of(waiting, copy)
    for total in sorted(wanted.keys() - there.keys()):
        origin = wanted[total]
        Extension.objects.create(
            stage=waiting,
            milestone=copy.code,
            total=total,
            original_due_on=due.original_due_on or due.due_on if due else None,
            asked_by=origin.asked_by,
            approved_by=origin.approved_by,
            reason=f"The response was extended, and the copy follows it{cite(copy)}.",
            recorded_at=act.now,
            decided_at=origin.decided_at,
            by=act.by,
        )
    return wanted.keys() != there.keys()


def _wanted(copy: Rule, answered: Stage) -> dict[int, Extension]:
    """The totals that keep the copy's distance from the response, each by what gives the response its own."""
    version = answered.type.sla_version
    response = service.rule_set(version).headline if version is not None else None
    if response is None or response.span is None or copy.span is None or response.unit is not copy.unit:
        return {}
    found = {}
    for row in standing(Extension).filter(stage=answered, milestone=response.code):
        try:
            check_extension(response, row.total)
        except FactError:
            continue  # given under other rules: it does not count for the response either
        most = copy.extend_to or 0
        found[min(row.total - response.span.amount + copy.span.amount, most)] = row
    return found
