"""What a load balancer asks."""

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder


def test_alive_without_a_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready(client):
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_while_migrations_wait(client):
    MigrationRecorder.Migration.objects.filter(app="audit", name="0002_append_only").delete()
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"the database waits for its migrations\n")


@pytest.mark.django_db
def test_not_ready_without_the_database(client, monkeypatch):
    def refuse(*args):
        raise OperationalError("secret address refused")

    monkeypatch.setattr("config.health.MigrationExecutor", refuse)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"the database does not answer\n")


@pytest.mark.django_db
def test_neither_asks_who_one_is_or_sends_a_cookie(client, settings):
    for address in ["/healthz", "/readyz"]:
        assert not client.get(address).cookies
