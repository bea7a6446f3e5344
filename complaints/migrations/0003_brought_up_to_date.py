"""What lists, counts and searches read, worked out for the cases that are there; on PostgreSQL the index of words."""

from django.db import migrations

from complaints.searching import indexed, joined

VECTOR = """
ALTER TABLE complaints_case ADD COLUMN search_vector tsvector GENERATED ALWAYS AS
(array_to_tsvector(array_remove(string_to_array(btrim(search_text), ' '), ''))) STORED
"""
WORDS = "CREATE INDEX case_words ON complaints_case USING gin (search_vector) WITH (fastupdate = off)"


def index_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(VECTOR)
        schema_editor.execute(WORDS)


def drop_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE complaints_case DROP COLUMN search_vector")


def bring_up_to_date(apps, schema_editor):
    Case = apps.get_model("complaints", "Case")
    for case in Case.objects.prefetch_related("stages__type", "stages__deadlines", "parties", "points").iterator(500):
        _stages(case)
        _reach(apps, case)
        case.search_text = _words(case)
        case.save(update_fields=["search_text"])


def _stages(case):
    stages = sorted(case.stages.all(), key=lambda stage: stage.number)
    last = next((stage for stage in reversed(stages) if not stage.type.beside), None)
    for stage in stages:
        headline = next((row for row in stage.deadlines.all() if row.headline and not row.dismissed), None)
        if headline is not None:
            stage.original_due_on = headline.original_due_on
            stage.met_on, stage.in_time = headline.met_on, headline.in_time
        if stage.clock != "running":
            stage.amber_at = stage.red_at = None
        stage.latest, stage.hidden, stage.received_on = stage is last, case.restricted, case.received_on
        stage.save()


def _reach(apps, case):
    CaseReach = apps.get_model("complaints", "CaseReach")
    open_ = any(stage.closed_at is None for stage in case.stages.all())
    if case.restricted:
        holders = {-row.user_id for row in case.readers.all()}
    else:
        paths = case.case_units.values_list("unit__path", flat=True)
        holders = {int(part) for path in paths for part in path.split("/") if part}
    CaseReach.objects.bulk_create(CaseReach(holder=h, case=case, open=open_) for h in holders)


def _words(case):
    texts = [case.reference, joined(case.reference), case.own_reference, case.summary]
    for party in case.parties.all():
        texts += [party.name, party.email, party.phone, joined(party.phone)]
        texts += [party.postcode, joined(party.postcode), party.office]
    texts += [case.detail, case.wanted, *(point.text for point in case.points.all())]
    return indexed(texts)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0002_the_day")]

    operations = [
        migrations.RunPython(bring_up_to_date, migrations.RunPython.noop),
        migrations.RunPython(index_words, drop_words),
    ]
