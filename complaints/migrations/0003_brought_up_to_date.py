"""What lists, counts and searches read, worked out for the cases that are there; on PostgreSQL the indexes that SQLite has not."""

from django.db import migrations

from complaints.searching import indexed, joined

VECTOR = """
ALTER TABLE complaints_case ADD COLUMN search_vector tsvector GENERATED ALWAYS AS
(array_to_tsvector(array_remove(string_to_array(btrim(search_text), ' '), ''))) STORED
"""
WORDS = "CREATE INDEX case_words ON complaints_case USING gin (search_vector) WITH (fastupdate = off)"

ENDED = """
CREATE INDEX stage_all_ended ON complaints_stage (closed_at DESC NULLS LAST, id DESC)
INCLUDE (case_unit_id, hidden, apart, case_id)
"""


def index_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(VECTOR)
        schema_editor.execute(WORDS)
        schema_editor.execute(ENDED)  # an order that SQLite has no index for


def drop_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE complaints_case DROP COLUMN search_vector")
        schema_editor.execute("DROP INDEX stage_all_ended")


def bring_up_to_date(apps, schema_editor):
    Case = apps.get_model("complaints", "Case")
    apps.get_model("complaints", "CaseReach").objects.all().delete()  # of a first attempt that was gone back on
    rows = Case.objects.prefetch_related("stages__type", "stages__deadlines", "parties", "points", "case_units__unit")
    for case in rows.iterator(500):
        case.apart = case.restricted or len(case.case_units.all()) != 1
        case.search_text = _words(case)
        case.save(update_fields=["apart", "search_text"])
        _stages(case)
        if case.apart:
            _reach(apps, case)


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
        stage.latest, stage.received_on, stage.case_unit_id = stage is last, case.received_on, case.unit_id
        stage.case_closed_at, stage.hidden, stage.apart = case.closed_at, case.restricted, case.apart
        stage.save()


def _reach(apps, case):
    CaseReach = apps.get_model("complaints", "CaseReach")
    if case.restricted:
        holders = {-row.user_id for row in case.readers.all()}
    else:
        holders = {int(part) for row in case.case_units.all() for part in row.unit.path.split("/") if part}
    CaseReach.objects.bulk_create(CaseReach(holder=h, case=case) for h in holders)


def _words(case):
    texts = [case.reference, joined(case.reference), case.own_reference, joined(case.own_reference), case.summary]
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
