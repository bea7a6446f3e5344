"""What lists, counts and searches read, worked out for the cases that are there; on PostgreSQL the indexes that SQLite has not."""

from datetime import time
from itertools import islice

from django.db import migrations

from complaints.searching import indexed, joined
from slas.core.calendar import LONDON

VECTOR = """
ALTER TABLE complaints_case ADD COLUMN search_vector tsvector GENERATED ALWAYS AS
(array_to_tsvector(array_remove(string_to_array(btrim(search_text), ' '), ''))) STORED
"""
WORDS = "CREATE INDEX case_words ON complaints_case USING gin (search_vector) WITH (fastupdate = off)"

ENDED = """
CREATE INDEX stage_all_ended ON complaints_stage (closed_at DESC NULLS LAST, id DESC)
INCLUDE (case_unit_id, hidden, apart, case_id)
"""

AT_ONCE = 500
COPIES = [
    "original_due_on",
    "met_on",
    "in_time",
    "amber_at",
    "red_at",
    "latest",
    "received_on",
    "case_unit",
    "case_closed_at",
    "hidden",
    "apart",
]


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
    rows = Case.objects.order_by("pk").prefetch_related(
        "stages__type", "stages__deadlines", "stages__letters", "parties", "points", "case_units__unit", "readers"
    )
    brought = rows.iterator(AT_ONCE)
    while cases := list(islice(brought, AT_ONCE)):
        for case in cases:
            units = [row.unit_id for row in case.case_units.all()]
            case.apart = case.restricted or units != [case.unit_id]
            case.search_text = _words(case)
        Case.objects.bulk_update(cases, ["apart", "search_text"])
        _bring_stages(apps, [stage for case in cases for stage in _stages(case)])
        _reach(apps, [case for case in cases if case.apart])


def _bring_stages(apps, stages):
    Stage = apps.get_model("complaints", "Stage")
    for some in range(0, len(stages), AT_ONCE):
        Stage.objects.bulk_update(stages[some : some + AT_ONCE], COPIES)


def _stages(case):
    stages = sorted(case.stages.all(), key=lambda stage: stage.number)
    last = next((stage for stage in reversed(stages) if not stage.type.beside), None)
    for stage in stages:
        headline = next((row for row in stage.deadlines.all() if row.headline and not row.dismissed), None)
        if headline is not None:
            stage.original_due_on = headline.original_due_on
            stage.met_on, stage.in_time = headline.met_on, headline.in_time
        else:
            sent = (letter.sent_on for letter in stage.letters.all() if letter.kind == "response")
            stage.met_on = min(sent, default=_imported_answer(stage))
        if stage.clock != "running":
            stage.amber_at = stage.red_at = None
        stage.latest, stage.received_on, stage.case_unit_id = stage is last, case.received_on, case.unit_id
        stage.case_closed_at, stage.hidden, stage.apart = case.closed_at, case.restricted, case.apart
    return stages


def _imported_answer(stage):
    """The day an imported row was answered for which the policy has no time: it was closed at noon of it."""
    closed = stage.closed_at.astimezone(LONDON) if stage.closed_as == "imported" and stage.closed_at else None
    return closed.date() if closed and closed.time() == time(12) else None


def _reach(apps, cases):
    CaseReach = apps.get_model("complaints", "CaseReach")
    CaseReach.objects.bulk_create(CaseReach(holder=h, case=case) for case in cases for h in _holders(case))


def _holders(case):
    if case.restricted:
        return {-row.user_id for row in case.readers.all()}
    return {int(part) for row in case.case_units.all() for part in row.unit.path.split("/") if part}


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
        # First, for PostgreSQL indexes no table of which rows were written in the same transaction.
        migrations.RunPython(index_words, drop_words),
        migrations.RunPython(bring_up_to_date, migrations.RunPython.noop),
    ]
