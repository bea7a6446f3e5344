"""More time, asked for, decided on or given; and what all forms about dates have in common."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from accounts.models import User
from accounts.roles import Role
from complaints.actions import dates, extending
from complaints.forms.acts.base import ActForm, WordsField, form_for
from complaints.forms.fields import DayField
from complaints.models import Deadline, ExtensionRequest
from complaints.queries.choices import people_at
from complaints.workflow import Verb
from slas import service
from slas.core.rules import Rule, RuleSet
from slas.core.wording import UNIT_WORDS, amount, long_date

OUTSIDE = "outside:"
"""Begins the value of somebody who approves and does not sign in."""


class HintedRadios(forms.RadioSelect):
    """Radios with a hint beside each, by its value."""

    def __init__(self, hints: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hints = hints

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if hint := self.hints.get(str(value)):
            option["attrs"]["hint"] = hint
        return option


class RulesForm(ActForm):
    """A form about the dates of its stage. `rules` are those it is judged by (None: it has no times), `rows` its
    milestones as they stand. `cannot` says why it could only be refused, where that is so: then nothing is asked."""

    previews: ClassVar[bool] = True
    template: ClassVar[str] = "complaints/cases/dates_act.html"

    rules: RuleSet | None
    rows: dict[str, Deadline]
    cannot = ""

    def prepare(self) -> None:
        version = self.stage.type.sla_version
        self.rules = service.rule_set(version) if version else None
        self.rows = {row.milestone: row for row in Deadline.objects.filter(stage=self.stage)}
        if self.rules is None:
            self.cannot = f"{self.stage.type.name} has no dates: its policy gives no time for it."

    def choose_milestone(
        self, rules: Iterable[Rule], label: str, missing: str, hints: dict[str, str]
    ) -> None:
        """Ask which of several milestones it is about; where there is one, it is that. First of the fields."""
        offered = list(rules)
        if len(offered) == 1:
            self.only = offered[0].code
            return
        self.only = ""
        self.fields["milestone"] = forms.ChoiceField(
            label=label,
            choices=[(rule.code, rule.name) for rule in offered],
            widget=HintedRadios(hints),
            error_messages={"required": missing, "invalid_choice": missing},
        )
        self.order_fields(["milestone"])

    @property
    def chosen(self) -> str:
        """The code of the milestone it is about."""
        return self.only or self.cleaned_data.get("milestone") or ""

    @property
    def preview_warnings(self) -> list[str]:
        """What must not be missed beside the dates, on the page that shows what it would do."""
        return []


def cited(sources: Iterable[str]) -> str:
    """' (S7.1, SA1)', or nothing."""
    said = ", ".join(sources)
    return f" ({said})" if said else ""


def now_due(row: Deadline | None, sources: Iterable[str] = ()) -> str:
    """How a milestone stands, in a sentence, with the policy."""
    if row is None or (row.due_on is None and not row.paused_since):
        return f"It has no date yet{cited(sources)}."
    if row.due_on is None:
        return f"It is paused, so it has no date now{cited(sources)}."
    return f"It is due on {long_date(row.due_on)} now{cited(sources)}."


# --- more time --------------------------------------------------------------------------------------


class ApprovalForm(RulesForm):
    """Who approved more time, whether the complainant agrees and when they were told, as the rules ask."""

    complainant_told_on = DayField(
        label="When was the complainant told?",
        required=False,
        help_text="Leave blank if they have not been told yet.",
    )
    reason = WordsField(
        label="Why is more time needed?", error_messages={"required": "Say why more time is needed"}
    )

    def ask_approval(self, rules: Iterable[Rule]) -> None:
        """Add the fields that `rules` ask for."""
        asked = list(rules)
        approvers = {role: rule for rule in asked for role in rule.approvers}
        if approvers:
            self.fields["approver"] = forms.ChoiceField(
                label="Who approved it?",
                choices=self._approvers(asked),
                help_text=f"{_approvers_words(approvers)}{cited(_sources(asked))}.",
                error_messages={
                    "required": "Choose who approved it",
                    "invalid_choice": "Choose who approved it from the list",
                },
            )
            if any(extending.may_approve(self.user, self.stage, rule, now=self.now) for rule in asked):
                self.initial["approver"] = str(self.user.pk)
        agreeing = [rule for rule in asked if rule.complainant_agrees]
        if agreeing:
            self.fields["complainant_agreed"] = forms.BooleanField(
                label="The complainant agrees",
                required=False,
                help_text=f"It is extended only then{cited(_sources(agreeing))}.",
            )

    def _approvers(self, rules: list[Rule]) -> list[tuple[str, str]]:
        wanted = {role for rule in rules for role in rule.approvers}
        inside = {Role(role) for role in wanted if role in Role.values}
        people = list(people_at(self.stage.unit, [role.value for role in Role if role.includes & inside]))
        covering = any(extending.may_approve(self.user, self.stage, rule, now=self.now) for rule in rules)
        if covering and self.user not in people:
            people.insert(0, self.user)
        outside = sorted(role for role in wanted if role not in Role.values)
        return [
            ("", "Choose"),
            *((f"{OUTSIDE}{role}", f"The {role.replace('-', ' ')}") for role in outside),
            *((str(person.pk), str(person)) for person in people),
        ]

    @property
    def approval(self) -> dict[str, Any]:
        """What was said of the approval, for the action."""
        data = self.cleaned_data
        who = data.get("approver") or ""
        outside = who.removeprefix(OUTSIDE) if who.startswith(OUTSIDE) else ""
        return {
            "approver": User.objects.get(pk=int(who)) if who and not outside else None,
            "outside": outside,
            "complainant_agreed": data.get("complainant_agreed", False),
            "complainant_told_on": data["complainant_told_on"],
            "reason": data["reason"],
        }


def _approvers_words(approvers: Iterable[str]) -> str:
    names = [Role(role).label if role in Role.values else role.replace("-", " ") for role in approvers]
    return f"The policy leaves it to the {' or the '.join(names)}"


def _sources(rules: Iterable[Rule]) -> list[str]:
    return list(dict.fromkeys(source for rule in rules for source in rule.source))


class TotalField(forms.IntegerField):
    """How many days in all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
            error_messages={
                "required": "Enter how many days in all",
                "invalid": "Enter how many days in all, as a whole number",
            },
            **kwargs,
        )


def total_hint(rule: Rule, row: Deadline | None) -> str:
    """'Up to 20 working days in all from Wednesday 18 November 2026 (S7.1). It is due on … now.'"""
    if rule.extend_to is None or rule.span is None:
        return f"The policy allows no more time for this{cited(rule.source)}."
    since = f" from {long_date(row.counted_from)}" if row is not None and row.counted_from else ""
    return f"Up to {amount(rule.extend_to, rule.unit)} in all{since}{cited(rule.source)}. {now_due(row)}"


@form_for(Verb.EXTEND)
class ExtendForm(ApprovalForm):
    button = "Extend the deadline"
    done = "Extended."

    total = TotalField(label="New total")
    asked_by = forms.CharField(
        label="Who asked for more time?",
        max_length=200,
        error_messages={
            "required": "Enter who asked for more time",
            "max_length": "Who asked for more time: 200 characters or fewer",
        },
    )

    def prepare(self) -> None:
        super().prepare()
        rules = self.rules.milestones if self.rules else ()
        extendable = [rule for rule in rules if rule.extend_to and not self._is_done(rule)]
        asked = extendable or ([self.rules.headline] if self.rules else [])
        if self.rules and not extendable:
            self.cannot = cannot_extend(self.rules)
        hints = {rule.code: total_hint(rule, self.rows.get(rule.code)) for rule in asked}
        self.choose_milestone(asked, "Which deadline?", "Choose which deadline", hints)
        if len(asked) == 1:
            label_total(self, asked[0], self.rows.get(asked[0].code))
        self.ask_approval(asked)
        self.order_fields(
            [
                "milestone",
                "total",
                "asked_by",
                "approver",
                "complainant_agreed",
                "complainant_told_on",
                "reason",
            ]
        )

    @property
    def preview_words(self) -> list[str]:
        """How far it goes of what the policy allows."""
        rule = self.rules.by_code.get(self.chosen) if self.rules else None
        return [total_words(rule, self.rows.get(rule.code), self.cleaned_data["total"])] if rule else []

    def _is_done(self, rule: Rule) -> bool:
        row = self.rows.get(rule.code)
        return row is None or row.met_at is not None

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return dates.extend(
            milestone=self.chosen,
            total=data["total"],
            asked_by=data["asked_by"],
            **self.approval,
            **common,
        )


def total_words(rule: Rule, row: Deadline | None, total: int) -> str:
    """'18 of at most 20 working days in all from Wednesday 18 November 2026 (S7.1).'"""
    since = f" from {long_date(row.counted_from)}" if row is not None and row.counted_from else ""
    return (
        f"{total} of at most {amount(rule.extend_to or total, rule.unit)} in all{since}{cited(rule.source)}."
    )


def cannot_extend(rules: RuleSet) -> str:
    """Why a stage cannot be extended: its rules allow it nowhere, or what they allow it for is done."""
    if any(rule.extend_to for rule in rules.milestones):
        return "What could be extended is done, or has not begun."
    return f"The policy never extends “{rules.name}”{cited(rules.headline.source)}."


def label_total(form: forms.Form, rule: Rule, row: Deadline | None) -> None:
    """Say what the total is counted in, and how far it goes."""
    words = UNIT_WORDS[rule.unit][1]
    field = form.fields["total"]
    field.label = f"New total, in {words}"
    field.help_text = total_hint(rule, row)
    field.error_messages["required"] = f"Enter how many {words} in all"
    field.error_messages["invalid"] = f"Enter how many {words} in all, as a whole number"


@form_for(Verb.ASK_EXTENSION)
class AskExtensionForm(RulesForm):
    button = "Ask for more time"
    done = "Customer Relations are asked for more time."
    about = "Customer Relations decide. Until they do, the date stays as it is."
    previews = False

    total = TotalField(label="How many days in all?")
    reason = WordsField(
        label="Why is more time needed?", error_messages={"required": "Say why more time is needed"}
    )

    def prepare(self) -> None:
        super().prepare()
        if self.rules:
            label_total(self, self.rules.headline, self.rows.get(self.rules.headline.code))
            if not self.rules.headline.extend_to:
                self.cannot = cannot_extend(self.rules)

    def perform(self, **common: Any) -> object:
        data = self.cleaned_data
        return dates.ask_extension(total=data["total"], reason=data["reason"], **common)


@form_for(Verb.DECIDE_EXTENSION)
class DecideExtensionForm(ApprovalForm):
    button = "Save the decision"
    template = "complaints/cases/extension_decision.html"

    granted = forms.ChoiceField(
        label="Do you give the time?",
        choices=[("yes", "Yes, extend the deadline"), ("no", "No, the date stays as it is")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether you give the time"},
    )

    def prepare(self) -> None:
        super().prepare()
        self.request = (
            ExtensionRequest.objects.filter(stage=self.stage, decided_at__isnull=True)
            .select_related("asked_by")
            .first()
        )
        if self.request is None:
            self.cannot = "Nobody is asking for more time."
        self.rule = self.rules.by_code.get(self.request.milestone) if self.rules and self.request else None
        self.ask_approval([self.rule] if self.rule else [])
        if "approver" in self.fields:
            self.fields["approver"].required = False
        self.fields["reason"].label = "Why?"
        self.fields["reason"].error_messages["required"] = "Give the reason for the decision"
        self.order_fields(["granted", "approver", "complainant_agreed", "complainant_told_on", "reason"])

    @property
    def preview_words(self) -> list[str]:
        """How far it goes of what the policy allows, where the time is given."""
        if self.cleaned_data["granted"] != "yes" or self.request is None or self.rule is None:
            return []
        return [total_words(self.rule, self.rows.get(self.rule.code), self.request.total)]

    def context(self) -> dict[str, Any]:
        row = self.rows.get(self.request.milestone) if self.request else None
        rule = self.rule
        total = amount(self.request.total, rule.unit) if self.request and rule else ""
        return {"request": self.request, "rule": rule, "total": total, "now_due": now_due(row)}

    def perform(self, **common: Any) -> object:
        return dates.decide_extension(
            granted=self.cleaned_data["granted"] == "yes", **self.approval, **common
        )

    def done_message(self) -> str:
        return "Extended." if self.cleaned_data["granted"] == "yes" else "Refused. The date stays as it is."
