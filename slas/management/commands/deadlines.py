"""Any deadline, worked out and explained on the command line."""

import json
import re
import sys
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from slas.core.calendar import Moment, PauseSpan, Receipt
from slas.core.facts import Extension, Facts, Given
from slas.core.moments import MomentError, parse_moment
from slas.core.result import Deadline
from slas.core.rules import Unit
from slas.core.wording import amount, long_date, long_moment
from slas.service import Answer, PublishError, Question, QuestionError, answer


class Command(BaseCommand):
    help = (
        "Print every milestone of an SLA with its due date and the working. "
        "Example: deadlines stage-1-childrens --event received=2026-12-18"
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if parser.called_from_command_line:
            parser.error = self.refuse  # type: ignore[method-assign]
        return parser

    def refuse(self, message: str) -> NoReturn:
        """One line and exit 2, as for every other bad input; the usage is under --help."""
        self.stderr.write(f"CommandError: {' '.join(message.split())}")
        sys.exit(2)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sla", help="the SLA's code, such as stage-1-childrens")
        parser.add_argument("--policy", default="", help="may be left out where the SLA's code is unique")
        parser.add_argument("--event", action="append", default=[], metavar="NAME=DATE[THH:MM]")
        parser.add_argument(
            "--extend", action="append", default=[], metavar="M=N", help="the new total allowance"
        )
        parser.add_argument("--given", action="append", default=[], metavar="M=DATE")
        parser.add_argument(
            "--pause", action="append", default=[], metavar="FROM..TO", help="TO is worked again"
        )
        parser.add_argument("--today", metavar="DATE[THH:MM]", help="as seen on that day; now unless said")
        parser.add_argument("--receipt", help="strict or deemed; the calendar's own unless said")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reply = answer(_question(options), now=timezone.now())
        except (PublishError, QuestionError, MomentError) as error:
            raise CommandError(" ".join(str(error).split()), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps(as_json(reply), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(reply)))


def _question(options: dict[str, Any]) -> Question:
    events = {n: parse_moment(v, f"--event {n}") for n, v in _pairs("--event", options["event"]).items()}
    given = {m: Given(_day(v, f"--given {m}")) for m, v in _pairs("--given", options["given"]).items()}
    extensions = {
        m: Extension(_number(v, f"--extend {m}")) for m, v in _pairs("--extend", options["extend"]).items()
    }
    facts = Facts(events, given, extensions, tuple(_pause(text) for text in options["pause"]))
    receipt = options["receipt"]
    if receipt is not None and receipt not in tuple(Receipt):
        raise QuestionError(f"--receipt {receipt}: say strict or deemed")
    seen = parse_moment(options["today"], "--today") if options["today"] is not None else None
    return Question(options["sla"], facts, options["policy"], Receipt(receipt) if receipt else None, seen)


def _pairs(option: str, texts: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise QuestionError(f"{option} {text}: write it as NAME=VALUE")
        if name in pairs:
            raise QuestionError(f"{option} {name} is given twice")
        pairs[name] = value
    return pairs


def _day(text: str, where: str) -> date:
    moment = parse_moment(text, where)
    if isinstance(moment, datetime):
        raise MomentError(f"{where}: {text} has a time of day; a date alone is wanted, as 2026-05-12")
    return moment


def _number(text: str, where: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise QuestionError(f"{where}: {text} is not a whole number, the new total allowance")
    return int(text)


def _pause(text: str) -> PauseSpan:
    first, dots, resumed = text.partition("..")
    if not (first and dots):
        raise QuestionError(f"--pause {text}: write it as FROM..TO, or FROM.. while it is still paused")
    where = f"--pause {text}"
    return PauseSpan(_day(first, where), _day(resumed, where) if resumed else None)


def as_json(reply: Answer) -> dict[str, Any]:
    """The answer as plain data: ISO dates, null where something does not apply."""
    return {
        "sla": reply.rules.code,
        "policy": reply.version.sla.policy.code,
        "version": reply.version.policy_version.number,
        "milestones": [_milestone(reply, deadline) for deadline in reply.deadlines],
    }


def _milestone(reply: Answer, deadline: Deadline) -> dict[str, Any]:
    return {
        "code": deadline.rule.code,
        "name": deadline.rule.name,
        "headline": deadline.rule.headline,
        "state": str(reply.state(deadline)),
        "due_on": _iso(deadline.due_on),
        "due_at": _iso(deadline.due_at),
        "amber_on": _iso(deadline.amber_on),
        "original_due_on": _iso(deadline.original_due_on),
        "working_days_left": reply.days_left(deadline),
        "waiting_for": deadline.waiting_for,
        "explanation": [step.line for step in deadline.steps],
    }


def _iso(moment: Moment | None) -> str | None:
    return moment.isoformat() if moment else None


def _lines(reply: Answer) -> list[str]:
    version = reply.version
    lines = [f"{reply.rules.name} ({version.sla.policy.name}, version {version.policy_version.number})"]
    for deadline in reply.deadlines:
        lines += ["", _title(reply, deadline)]
        lines += [f"    {step.line}" for step in deadline.steps]
    return lines


def _title(reply: Answer, deadline: Deadline) -> str:
    star = " (headline)" if deadline.rule.headline else ""
    title = f"{deadline.rule.name}{star}: {reply.state(deadline).upper()}"
    if deadline.due_on:
        title += f", due {long_moment(deadline.due_at) if deadline.due_at else long_date(deadline.due_on)}"
    left = reply.days_left(deadline)
    if deadline.met_in_time is not None:
        title += ", met in time" if deadline.met_in_time else ", met late"
    elif left is not None:
        title += (
            f", {amount(left, Unit.WORKING_DAYS)} left"
            if left >= 0
            else f", {amount(-left, Unit.WORKING_DAYS)} late"
        )
    return title
