"""Issued weekly reports: who may open which, what they open as, and what the next one is compared with."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Unit, User
from accounts.roles import Role
from accounts.seats import Standing
from complaints import permissions
from complaints.models import Case, IssuedReport, ReportFile, WeeklyIssue
from complaints.queries.scope import tops_of
from complaints.queries.weekly import Before, Weekly, area_of, counted, every_unit
from complaints.queries.weekly_kept import before_of, from_plain
from complaints.queries.weekly_rows import Row, office_key
from complaints.queries.weeks import Week

Audience = IssuedReport.Audience
LEADERS = (Role.ASSISTANT_DIRECTOR, Role.DIRECTOR, Role.SERVICE_MANAGER)
"""Who is of senior leadership where they are it at the top of the council."""
IN_HOUSE = (Audience.LEADERSHIP, Audience.SERVICE)
RESTRICTED, REMOVED, MOVED = "Restricted since", "Removed since", "Moved since"


def seats(user: User, *, now: datetime) -> list[Standing]:
    """Where `user` may issue reports: where they are of the Customer Relations Team, in their own right or for somebody
    they cover; each unit once, the whole council first."""
    found: dict[int, Standing] = {}
    for standing in permissions.standings_of(user, now=now):
        if standing.role in permissions.TEAM_ROLES:
            found.setdefault(standing.unit.pk if standing.unit else 0, standing)
    return sorted(
        found.values(), key=lambda s: (s.unit is not None, s.unit.name.casefold() if s.unit else "")
    )


def visible_reports(user: User, *, now: datetime | None = None) -> QuerySet[IssuedReport]:
    """The issued reports `user` may open, as their roles are now. That of a service or of leadership: who reads cases
    there; that of the whole council's leadership also who leads at the top of it. Those for outside the house: the
    Customer Relations Team there, which sends them."""
    standings = permissions.standings_of(user, now=now)
    reading = [s for s in standings if s.role in permissions.READING_ROLES]
    team = [s for s in standings if s.role in permissions.TEAM_ROLES]
    reports = IssuedReport.objects.select_related("issue__by", "issue__unit", "unit")
    if not user.is_active or not reading:
        return reports.none()
    may = Q(audience__in=IN_HOUSE) & _at(reading)
    if any(s.role in LEADERS and s.unit and s.unit.parent_id is None for s in reading):
        may |= Q(audience=Audience.LEADERSHIP, unit__isnull=True)
    if team:
        may |= ~Q(audience__in=IN_HOUSE) & _at(team)
    return reports.filter(may)


def _at(standings: Sequence[Standing]) -> Q:
    """What is about a unit that any of `standings` reaches."""
    if any(s.unit is None for s in standings):
        return Q(pk__isnull=False)
    units = Unit.objects.at_or_below({s.unit.path for s in standings if s.unit})
    return Q(unit__in=units)


def may_open(user: User, report: IssuedReport, *, now: datetime | None = None) -> bool:
    """Whether `user` may open `report` now."""
    return visible_reports(user, now=now).filter(pk=report.pk).exists()


def may_issue(user: User, unit: Unit | None, *, now: datetime) -> Standing | None:
    """By what `user` may issue the report of `unit` and all below it (None: of the whole council); None: they may
    not."""
    for standing in permissions.standings_of(user, now=now):
        here = standing.unit is None or (unit is not None and standing.unit.covers(unit))
        if here and standing.role in permissions.TEAM_ROLES:
            return standing
    return None


# --- opening one ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """An issued report as somebody may read it today. `left_out` are the cases whose rows are blanked for them."""

    report: IssuedReport
    weekly: Weekly
    left_out: tuple[int, ...]

    @property
    def apart(self) -> str:
        return apart(self.left_out)


def opened(report: IssuedReport, user: User, *, now: datetime) -> Opened:
    """`report`, which `user` may open, exactly as it was issued, but for what may not be shown any more: a case that
    was restricted since is blanked for who is not on its list, and for everybody where the report is for outside the
    house; in one of a unit, one that left it since for who may not open it; one that is not there for everybody. What
    was counted stays counted. Two queries."""
    weekly = from_plain(report.said, report.rows)
    cases = {row.case for row in weekly.rows}
    known = dict(Case.objects.filter(pk__in=cases).values_list("pk", "restricted"))
    hidden = {pk for pk, restricted in known.items() if restricted}
    elsewhere = report.audience in IN_HOUSE and report.unit_id is not None
    asked = set(known) if elsewhere else hidden
    seen = set(
        permissions.visible_cases(user, now=now).filter(pk__in=asked).values_list("pk", flat=True)
        if report.audience in IN_HOUSE
        else ()
    )
    gone = _why_gone((cases - known.keys()) | (asked - seen), known)
    return Opened(report, without(weekly, gone), tuple(sorted(gone)))


def _why_gone(cases: Iterable[int], known: Mapping[int, bool]) -> dict[int, str]:
    """Why each of `cases` is not shown; `known` says of those that are there whether they are restricted."""
    words = {None: REMOVED, True: RESTRICTED, False: MOVED}
    return {pk: words[known.get(pk)] for pk in cases}


def without(weekly: Weekly, gone: dict[int, str]) -> Weekly:
    """`weekly` with nothing about the cases of `gone`, which says why of each."""
    if not gone:
        return weekly
    rows = tuple(row.without(gone[row.case]) if row.case in gone else row for row in weekly.rows)
    return replace(weekly, rows=rows)


def apart(left_out: Iterable[int]) -> str:
    """What tells two sets of cases apart; '' for none."""
    pks = sorted(left_out)
    return hashlib.sha256(",".join(map(str, pks)).encode()).hexdigest() if pks else ""


def linked(rows: Iterable[Row], user: User, *, now: datetime) -> set[int]:
    """The cases of `rows` that `user` may open, so that a link leads somewhere."""
    cases = {row.case for row in rows if row.reference}
    return set(permissions.visible_cases(user, now=now).filter(pk__in=cases).values_list("pk", flat=True))


def may_open_draft(user: User, weekly: Weekly, *, now: datetime) -> bool:
    """Whether every case in a draft that was made for `user` is still theirs to open, and none of one for outside the
    house is restricted."""
    cases = {row.case for row in weekly.rows}
    found = permissions.visible_cases(user, now=now).filter(pk__in=cases)
    if not weekly.live:
        found = found.filter(restricted=False)
    return found.count() == len(cases)


def visible_file(user: User, pk: int, *, now: datetime) -> ReportFile | None:
    """The PDF by number, where `user` may open it: of an issued report with nothing in it that is blanked for them; of
    a draft, their own."""
    file = (
        ReportFile.objects.select_related("report__issue__by", "report__unit", "report__issue__unit")
        .filter(pk=pk)
        .first()
    )
    if file is None:
        return None
    if file.report is None:
        if file.by_id != user.pk or not file.draft:
            return None
        weekly = from_plain(file.draft["said"], file.draft["rows"])
        return file if may_open_draft(user, weekly, now=now) else None
    if not may_open(user, file.report, now=now):
        return None
    return file if opened(file.report, user, now=now).apart == file.apart else None


def content_of(file: ReportFile) -> Weekly:
    """What a PDF is made of."""
    if file.report is None:
        draft = file.draft or {}
        return from_plain(draft["said"], draft["rows"])
    known = dict(Case.objects.filter(pk__in=file.left_out).values_list("pk", "restricted"))
    return without(from_plain(file.report.said, file.report.rows), _why_gone(file.left_out, known))


# --- which there are --------------------------------------------------------------------------------


def latest_issue(week: Week, unit: Unit | None) -> WeeklyIssue | None:
    """The latest edition of a week's report of `unit` (None: of the whole council)."""
    issues = WeeklyIssue.objects.filter(week=week.code, at=unit.code if unit else "")
    return issues.select_related("by", "for_whom").order_by("-edition").first()


def issued_beside(week: Week, unit: Unit | None) -> list[WeeklyIssue]:
    """The latest editions of a week's reports of what `unit` (None: the whole council) is part of or has below it:
    services and offices have their versions of these already. One query."""
    found: dict[str, WeeklyIssue] = {}
    issues = WeeklyIssue.objects.filter(week=week.code).exclude(at=unit.code if unit else "")
    for issue in issues.select_related("by", "unit").order_by("edition"):
        there = issue.unit
        if unit is None or there is None or there.covers(unit) or unit.covers(there):
            found[issue.at] = issue
    return list(found.values())


class Befores:
    """What the versions issued for the week before counted, read once for all versions of the next."""

    def __init__(self, week: Week, unit: Unit | None) -> None:
        issue = latest_issue(week.before, unit)
        reports = issue.reports.defer("rows") if issue else ()
        self.found = {
            _key(r.audience, r.unit_id, r.about): before_of(r.said, issue.issued_at) for r in reports if issue
        }

    def of(self, audience: str, unit: Unit | None, about: str) -> Before | None:
        return self.found.get(_key(audience, unit.pk if unit else None, about))


def _key(audience: str, unit: int | None, about: str) -> tuple[str, int | None, str]:
    return audience, unit, office_key(about) if audience == Audience.MEMBER else ""


def own_before(user: User, week: Week, *, now: datetime) -> Before | None:
    """What was issued for the week before of the units that the roles of `user` cover: of the narrowest report that has
    them all. None where there is none."""
    tops = tops_of(user, now=now)
    issues = WeeklyIssue.objects.filter(week=week.before.code).select_related("unit").order_by("-edition")
    fitting = [
        issue
        for issue in issues
        if issue.unit is None or (tops and all(issue.unit.covers(top) for top in tops))
    ]
    issue = max(fitting, key=lambda one: (len(one.unit.path) if one.unit else 0, one.edition), default=None)
    if issue is None:
        return None
    report = issue.reports.filter(audience=Audience.LEADERSHIP).first()
    if report is None or not tops:
        return before_of(report.said, issue.issued_at) if report else None
    area = area_of(tops, every_unit().values())
    return _of_rows(from_plain(report.said, report.rows), area, issue.issued_at)


def _of_rows(weekly: Weekly, area: frozenset[int], issued_at: datetime) -> Before:
    """What a report counted of the units in `area`, each where it stood then."""
    by_service: dict[int, list[Row]] = {}
    for row in weekly.rows:
        if row.unit in area:
            by_service.setdefault(row.service, []).append(row)
    return Before(
        week=weekly.week,
        issued_at=issued_at,
        counts=counted(row for rows in by_service.values() for row in rows),
        services={pk: counted(rows) for pk, rows in by_service.items()},
        names={pk: rows[0].service_name for pk, rows in by_service.items()},
    )
