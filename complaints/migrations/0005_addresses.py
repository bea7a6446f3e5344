"""An e-mail address is a word of its own among those that a case is found by, also of the cases that are there."""

from itertools import islice

from django.db import migrations

from complaints.searching import addresses_of

AT_ONCE = 500


def keep_addresses(apps, schema_editor):
    Case = apps.get_model("complaints", "Case")
    rows = Case.objects.exclude(search_text__contains="@").order_by("pk").prefetch_related("parties", "points")
    brought = rows.iterator(AT_ONCE)
    while cases := list(islice(brought, AT_ONCE)):
        found = [(case, words) for case in cases if (words := _addresses(case))]
        for case, words in found:
            case.search_text = f" {' '.join([*case.search_text.split(), *words])} "
        Case.objects.bulk_update([case for case, _ in found], ["search_text"])


def _addresses(case):
    texts = [party.email for party in case.parties.all()]
    texts += [case.summary, case.detail, case.wanted, *(point.text for point in case.points.all())]
    return list(dict.fromkeys(word for text in texts for word in addresses_of(text)))


class Migration(migrations.Migration):
    dependencies = [("complaints", "0004_reports")]

    operations = [migrations.RunPython(keep_addresses, migrations.RunPython.noop)]
