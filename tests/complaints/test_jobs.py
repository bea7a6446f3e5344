"""What the worker does at night."""

import os
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
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


def test_the_night_removes_files_that_nobody_uses(db, settings, tmp_path):
    settings.DOCUMENTS_DIR = tmp_path
    left = tmp_path / "ab" / "cd" / ("ab" * 16)
    left.parent.mkdir(parents=True)
    left.write_bytes(b"A form nobody finished")
    assert "unused file" not in nightly()
    old = (timezone.now() - timedelta(days=3)).timestamp()
    os.utime(left, (old, old))
    assert "1 unused file removed" in nightly()
    assert not left.exists()
