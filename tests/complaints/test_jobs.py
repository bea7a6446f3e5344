"""What the worker does at night."""

import pytest
from django.db import connection
from django_q.models import Schedule

from audit import triggers
from audit.models import EventText
from complaints.jobs import NIGHTLY, AuditBroken, ensure_schedules, nightly
from slas.models import HolidayList


def test_the_night_reaches_two_years_ahead_and_a_second_run_changes_nothing(db):
    assert "bank holidays added; the record verifies" in nightly()
    revisions = list(HolidayList.objects.values_list("revision", flat=True))
    assert nightly() == "0 bank holidays added; the record verifies"
    assert list(HolidayList.objects.values_list("revision", flat=True)) == revisions


def test_a_tampered_record_fails_the_job(db):
    nightly()
    triggers.remove(connection)
    EventText.objects.filter(pk=EventText.objects.first().pk).update(sentence="Nothing happened.")
    triggers.install(connection)
    with pytest.raises(AuditBroken, match="1 problems"):
        nightly()


def test_the_job_is_on_the_workers_list_once(db):
    ensure_schedules()
    ensure_schedules()
    assert Schedule.objects.filter(func=NIGHTLY).count() == 1
