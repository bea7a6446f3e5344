"""From where cases are reached: worked out anew whenever who works on them may have changed."""

from collections.abc import Iterable

from complaints.models import Case, CaseReach, CaseReader, CaseUnit


def write(case_ids: Iterable[int]) -> None:
    """Bring `Case.apart` and `CaseReach` of these cases up to date, in a constant number of queries."""
    ids = list(case_ids)
    known = {
        pk: (restricted, unit, apart)
        for pk, restricted, unit, apart in Case.objects.filter(pk__in=ids).values_list(
            "pk", "restricted", "unit", "apart"
        )
    }
    working: dict[int, list[tuple[int, str]]] = {}
    for case, unit, path in CaseUnit.objects.filter(case__in=ids).values_list("case", "unit", "unit__path"):
        working.setdefault(case, []).append((unit, path))
    apart = {
        pk
        for pk, (restricted, unit, _) in known.items()
        if restricted or [u for u, _ in working.get(pk, [])] != [unit]
    }
    for said in (True, False):
        wrong = [pk for pk, (_, _, was) in known.items() if (pk in apart) is said is not was]
        if wrong:
            Case.objects.filter(pk__in=wrong).update(apart=said)
    listed = {pk for pk in apart if known[pk][0]}
    wanted = {
        (int(n), pk) for pk in apart - listed for _, path in working.get(pk, []) for n in path.split("/") if n
    }
    if listed:
        readers = CaseReader.objects.filter(case__in=listed).values_list("user_id", "case_id")
        wanted |= {(-user, case) for user, case in readers}
    _replace(ids, wanted)


def _replace(ids: list[int], wanted: set[tuple[int, int]]) -> None:
    there = set(CaseReach.objects.filter(case__in=ids).values_list("holder", "case_id"))
    if gone := there - wanted:
        CaseReach.objects.filter(pk__in=list(gone)).delete()
    if new := wanted - there:
        CaseReach.objects.bulk_create(CaseReach(holder=holder, case_id=case) for holder, case in sorted(new))
