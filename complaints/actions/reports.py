"""The weekly report is issued, and PDFs of reports are asked for. What was issued is never changed: a mistake is put
right by the next edition. Only what was removed from the records is removed from it too."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.actions import Refused
from accounts.models import Unit, User
from audit.service import record
from complaints import permissions
from complaints.models import Case, IssuedReport, ReportFile, WeeklyIssue
from complaints.queries.reports import REMOVED, Befores, apart, latest_issue, may_issue, without
from complaints.queries.weekly import Issuing, Weekly, issuing
from complaints.queries.weekly_kept import from_plain, plain
from complaints.queries.weeks import Week
from slas.core.wording import long_moment

Audience = IssuedReport.Audience
State = ReportFile.State
WEEKLY = "weekly-reports"
"""The stream of what was issued."""
QUIET = timedelta(minutes=3)
"""How long nothing was heard of a PDF that the worker has in hand when it seems to have been dropped."""
DRAFTS_FOR = timedelta(days=1)
"""How long the PDF of a draft is kept."""


def seen_of(week: Week, last: WeeklyIssue | None) -> str:
    """What a page says it was made of: the week, and the edition that was there."""
    return f"{week.code}.{last.edition if last else 0}"


def issue(*, unit: Unit | None, by: User, now: datetime, seen: str, reason: str = "") -> WeeklyIssue:
    """Issue the report of the present week for `unit` and all below it (None: the whole council): for senior
    leadership, each service, the lead member's office, and each MP's or councillor's office with an open enquiry.

    `seen` is `seen_of` when the page was made. Refused for whom it is not theirs to do, when another week has begun or
    somebody issued it meanwhile, and, for a later edition, without a reason (`reason`).
    """
    standing = may_issue(permissions.afresh(by), unit, now=now)
    if standing is None:
        where = unit or "the whole council"
        raise Refused(f"The weekly report of {where} is issued by its Customer Relations Team.")
    what = issuing(by, unit, now=now)
    last = latest_issue(what.week, unit)
    if seen.partition(".")[0] != what.week.code:
        raise Refused(
            f"Another week has begun since this page was opened: this is the report of {what.week} now. Look at it, "
            "and press the button again."
        )
    if seen != seen_of(what.week, last):
        raise _meanwhile(last)
    if last is not None and not reason.strip():
        raise Refused("Say why it is issued again: readers of both see it.", "reason")
    try:
        with transaction.atomic():
            row = WeeklyIssue.objects.create(
                week=what.week.code,
                unit=unit,
                at=unit.code if unit else "",
                edition=last.edition + 1 if last else 1,
                issued_at=now,
                by=by,
                for_whom=standing.for_whom,
                reason=reason.strip() if last else "",
            )
            reports = IssuedReport.objects.bulk_create(_reports(row, what))
            _record_issue(row, what, len(reports), now)
    except IntegrityError as error:
        # Pressed by two at once: the other was quicker.
        raise _meanwhile(latest_issue(what.week, unit)) from error
    return row


def _meanwhile(last: WeeklyIssue | None) -> Refused:
    told = f"{last.by} issued it on {long_moment(last.issued_at)}" if last else "It was issued"
    return Refused(
        f"{told}, while you had this page open. Look at what was issued; to issue it again, press the button again."
    )


def versions(what: Issuing) -> list[tuple[str, Unit | None, Weekly]]:
    """Every version of a week's report, in the order they are listed: for whom, and the unit it is about."""
    return [
        (Audience.LEADERSHIP, what.unit, what.leadership()),
        *((Audience.SERVICE, service, what.service(service)) for service in what.services),
        (Audience.LEAD_MEMBER, what.unit, what.lead_member()),
        *((Audience.MEMBER, what.unit, what.member(office)) for office in what.offices),
    ]


def _reports(row: WeeklyIssue, what: Issuing) -> list[IssuedReport]:
    befores = Befores(what.week, what.unit)
    found = []
    for position, (audience, unit, weekly) in enumerate(versions(what)):
        said, rows = plain(weekly.compared(befores.of(audience, unit, weekly.about)))
        found.append(
            IssuedReport(
                issue=row,
                position=position,
                audience=audience,
                unit=unit,
                about=weekly.about,
                said=said,
                rows=rows,
            )
        )
    return found


def _record_issue(row: WeeklyIssue, what: Issuing, reports: int, now: datetime) -> None:
    who = f"{row.by}, for {row.for_whom}," if row.for_whom else str(row.by)
    again = f" again, edition {row.edition}: {row.reason}" if row.edition > 1 else "."
    where = row.unit or "the whole council"
    record(
        stream=WEEKLY,
        verb="weekly-issued",
        by=row.by,
        sentence=f"{who} issued the report of {row.week} for {where}{again}",
        details={
            "issue": row.pk,
            "week": row.week,
            "unit": row.unit_id,
            "edition": row.edition,
            "reports": reports,
            "lines": len(what.lines.rows),
        },
        now=now,
        on_behalf_of=row.for_whom,
    )


def forget_removed(*, since: datetime) -> int:
    """Remove what the reports issued since then say of cases that are not there any more, and the PDFs that say it.
    What was counted stays counted. Returns how many reports said anything."""
    found = 0
    for report in IssuedReport.objects.filter(issue__issued_at__gte=since).iterator(chunk_size=10):
        place = report.rows["fields"].index("case")
        told = {row[place] for row in report.rows["rows"]}
        gone = told - set(Case.objects.filter(pk__in=told).values_list("pk", flat=True))
        weekly = from_plain(report.said, report.rows) if gone else None
        if weekly and any(row.case in gone and row.gone != REMOVED for row in weekly.rows):
            _, report.rows = plain(without(weekly, dict.fromkeys(gone, REMOVED)))
            with transaction.atomic():
                report.save(update_fields=["rows"])
                report.files.all().delete()
            found += 1
    return found


# --- PDFs -------------------------------------------------------------------------------------------


@transaction.atomic
def ask_file(
    *, report: IssuedReport, left_out: Sequence[int], by: User, now: datetime
) -> tuple[ReportFile, bool]:
    """The PDF of an issued report less the rows of `left_out`, and whether the worker is to be told: it is made once,
    whoever asks."""
    return ReportFile.objects.get_or_create(
        report=report,
        apart=apart(left_out),
        defaults={"left_out": sorted(left_out), "by": by, "created_at": now},
    )


@transaction.atomic
def ask_draft(*, weekly: Weekly, by: User, now: datetime) -> ReportFile:
    """A PDF of a draft, for `by` alone. It takes the place of the one they had before."""
    ReportFile.objects.filter(report__isnull=True, by=by).delete()
    said, rows = plain(weekly)
    return ReportFile.objects.create(draft={"said": said, "rows": rows}, by=by, created_at=now)


def again(*, file: ReportFile, now: datetime) -> bool:
    """Let the worker begin anew with what failed or of which nothing was heard for long. Returns whether it is to be
    told."""
    quiet = Q(state__in=(State.QUEUED, State.WORKING), heard_at__lt=now - QUIET)
    waiting = Q(state=State.QUEUED, heard_at__isnull=True, created_at__lt=now - QUIET)
    stopped = ReportFile.objects.filter(Q(state=State.FAILED) | quiet | waiting, pk=file.pk)
    return bool(stopped.update(state=State.QUEUED, pages=0, heard_at=None, created_at=now, problem=""))


def begin_file(*, file_id: int, now: datetime) -> ReportFile | None:
    """Take a PDF in hand. None where it is made already, or not wanted any more."""
    left = ReportFile.objects.exclude(state=State.DONE).filter(pk=file_id)
    if not left.update(state=State.WORKING, pages=0, heard_at=now, problem=""):
        return None
    return ReportFile.objects.select_related("report__issue__by", "report__unit").get(pk=file_id)


def heard(*, file_id: int, pages: int, expected: int, now: datetime) -> None:
    """Say how far it is: so many pages of about `expected`."""
    row = ReportFile.objects.filter(pk=file_id, state=State.WORKING)
    row.update(pages=pages, expected=max(pages, expected), heard_at=now)


@transaction.atomic
def finish_file(*, file_id: int, key: str, size: int, pages: int, now: datetime) -> bool:
    """Say that it is made, so many pages, and kept under `key`. False where another job was quicker, or it is not
    wanted any more: then the bytes are not used."""
    row = ReportFile.objects.select_for_update().filter(pk=file_id).first()
    if row is None or row.state == State.DONE:
        return False
    row.state, row.key, row.size, row.pages, row.heard_at, row.problem = State.DONE, key, size, pages, now, ""
    row.save(update_fields=["state", "key", "size", "pages", "heard_at", "problem"])
    return True


def fail_file(*, file_id: int, problem: str, now: datetime) -> None:
    """Say why it could not be made."""
    ReportFile.objects.exclude(state=State.DONE).filter(pk=file_id).update(
        state=State.FAILED, problem=problem, heard_at=now
    )


def forget_drafts(*, now: datetime) -> int:
    """Forget the PDFs of drafts that are older than a day; their bytes go with what no row uses. Returns how many."""
    deleted, _ = ReportFile.objects.filter(report__isnull=True, created_at__lt=now - DRAFTS_FOR).delete()
    return deleted
