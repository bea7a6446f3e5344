"""The demo council's people: somebody for every role, safe to load twice, never over a real council."""

from io import StringIO

import pytest
from django.contrib.auth import password_validation
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Grant, Unit, User
from accounts.roles import Role
from audit import service as audit
from complaints.demo import people
from tests.factories import make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trying_out(settings):
    settings.DEBUG = True


def load():
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_everybody_can_sign_in_as_printed():
    lines = load().splitlines()
    assert len([line for line in lines if people.PASSWORD in line]) == len(people.PEOPLE)
    assert User.objects.count() == len(people.PEOPLE)
    browser = Client()
    browser.post("/sign-in/", {"email": "amira.khan@council.example", "password": people.PASSWORD})
    assert "Customer Relations Officer, Children, Families and Learning" in browser.get("/").content.decode()


def test_there_is_somebody_for_every_role():
    load()
    assert set(Grant.objects.in_force().values_list("role", flat=True)) == set(Role)


def test_nobody_in_it_can_be_real():
    load()
    assert all(user.email.endswith(".example") for user in User.objects.all())
    password_validation.validate_password(people.PASSWORD)


def test_all_of_it_is_on_record():
    load()
    assert audit.history("people").count() == len(people.UNITS) + len(people.PEOPLE) + 1  # and one cover
    assert audit.verify("people") == []


def test_a_second_time_changes_nothing():
    first = load()
    before = (list(User.objects.values()), list(Unit.objects.values()), list(Grant.objects.values()))
    assert load() == first
    assert (list(User.objects.values()), list(Unit.objects.values()), list(Grant.objects.values())) == before


def test_what_was_changed_meanwhile_is_kept():
    load()
    amira = User.objects.get(name="Amira Khan")
    amira.set_password("a password of her own")
    amira.save()
    Unit.objects.filter(code="TRAVEL").update(name="School Transport")
    lines = load().splitlines()
    assert next(line for line in lines if "Amira Khan" in line).endswith("(has been changed)")
    assert Unit.objects.get(code="TRAVEL").name == "School Transport"


def test_a_password_is_hashed_once_for_all(monkeypatch):
    hashed = []
    make_password = people.make_password
    monkeypatch.setattr(people, "make_password", lambda *args: hashed.append(1) or make_password(*args))
    load()
    load()
    assert len(hashed) == 1


def test_refused_where_debug_is_off(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG is off"):
        load()
    assert not User.objects.exists()


@pytest.mark.parametrize("make", [make_user, make_unit])
def test_refused_in_a_database_with_anything_else(make):
    make()
    with pytest.raises(CommandError, match="left alone"):
        load()
    assert User.objects.count() + Unit.objects.count() == 1
