"""From where cases are reached: worked out anew whenever who works on them may have changed."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from complaints.models import Case, CaseReach, CaseReader, CaseUnit, Stage


def write(case_ids: Iterable[int]) -> None:
    """Bring `CaseReach` of these cases up to date. Five queries at most, however many they are."""
    ids = list(case_ids)
    wanted = _wanted(ids)
    there = {(row.holder, row.case_id): row.open for row in CaseReach.objects.filter(case__in=ids)}
    gone = there.keys() - wanted.keys()
    if gone:
        CaseReach.objects.filter(pk__in=list(gone)).delete()
    changed = [
        CaseReach(holder=h, case_id=c, open=o) for (h, c), o in wanted.items() if there.get((h, c)) is not o
    ]
    if changed:
        CaseReach.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["holder", "case"], update_fields=["open"]
        )


def _wanted(ids: list[int]) -> dict[tuple[int, int], bool]:
    """Every holder and case there is to be, with whether the case has anything open."""
    working = Stage.objects.filter(case=OuterRef("pk"), closed_at__isnull=True)
    cases = Case.objects.filter(pk__in=ids).annotate(working=Exists(working))
    known = {
        pk: (restricted, open_) for pk, restricted, open_ in cases.values_list("pk", "restricted", "working")
    }
    found: dict[tuple[int, int], bool] = {}
    units = CaseUnit.objects.filter(case__in=[pk for pk, (restricted, _) in known.items() if not restricted])
    for case, path in units.values_list("case_id", "unit__path"):
        for part in path.split("/"):
            if part:
                found[int(part), case] = known[case][1]
    listed = [pk for pk, (restricted, _) in known.items() if restricted]
    if listed:
        for case, user in CaseReader.objects.filter(case__in=listed).values_list("case_id", "user_id"):
            found[-user, case] = known[case][1]
    return found
