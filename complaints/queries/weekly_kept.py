"""A weekly report as JSON, so that it opens again as it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from complaints.queries.weekly import Before, Weekly
from complaints.queries.weekly_rows import Row
from complaints.queries.weeks import Week


def plain(weekly: Weekly) -> tuple[dict[str, Any], dict[str, Any]]:
    """A report as JSON: what it says of itself, and its rows, each field by its name so that later ones may have
    more."""
    before = weekly.before
    said = {
        "week": weekly.week.code,
        "audience": weekly.audience,
        "about": weekly.about,
        "as_of": weekly.as_of.isoformat(),
        "restricted": weekly.restricted,
        "counts": dict(weekly.counts),
        "services": {str(s.unit): {"name": s.name, "counts": dict(s.counts)} for s in weekly.services},
        "before": before
        and {
            "week": before.week.code,
            "issued_at": before.issued_at.isoformat(),
            "counts": dict(before.counts),
            "services": {
                str(pk): {"name": before.names[pk], "counts": dict(counts)}
                for pk, counts in before.services.items()
            },
        },
    }
    return said, {"fields": list(Row._fields), "rows": [list(row) for row in weekly.rows]}


def from_plain(said: Mapping[str, Any], kept: Mapping[str, Any]) -> Weekly:
    """The report that `plain` was given."""
    fields = [name for name in kept["fields"] if name in Row._fields]
    places = [kept["fields"].index(name) for name in fields]
    before = said["before"]
    return Weekly(
        week=Week.read(said["week"]),
        audience=said["audience"],
        about=said["about"],
        as_of=datetime.fromisoformat(said["as_of"]),
        rows=tuple(
            Row(**{name: row[place] for name, place in zip(fields, places, strict=True)})
            for row in kept["rows"]
        ),
        before=before and before_of(before, datetime.fromisoformat(before["issued_at"])),
        restricted=said["restricted"],
    )


def before_of(said: Mapping[str, Any], issued_at: datetime) -> Before:
    """What a kept report said it counted, as that of the week before."""
    services = {int(pk): one for pk, one in said["services"].items()}
    return Before(
        week=Week.read(said["week"]),
        issued_at=issued_at,
        counts=said["counts"],
        services={pk: one["counts"] for pk, one in services.items()},
        names={pk: one["name"] for pk, one in services.items()},
    )
