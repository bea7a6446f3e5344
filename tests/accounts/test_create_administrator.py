"""The first person of an empty council."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.management.commands import create_administrator as command
from accounts.models import User
from accounts.roles import Role
from audit import service as audit
from tests.factories import make_grant, make_user

pytestmark = pytest.mark.django_db

STRONG = "seven herons by the weir"
WHO = {"name": "Joanna Field", "email": "Joanna.Field@council.example"}


def create(**options):
    out = StringIO()
    call_command("create_administrator", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def in_environment(monkeypatch):
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", STRONG)


@pytest.fixture
def terminal(monkeypatch):
    """Somebody sits at a terminal and types these answers."""

    def sit(typed=(), passwords=()):
        answers, secrets = iter(typed), iter(passwords)
        monkeypatch.delenv("ADMINISTRATOR_PASSWORD", raising=False)
        monkeypatch.setattr(command.sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
        monkeypatch.setattr(command, "getpass", lambda prompt: next(secrets))

    return sit


def test_a_script_gives_the_password_in_the_environment(in_environment):
    assert create(**WHO) == (
        "Joanna Field can sign in as joanna.field@council.example and is an administrator.\n"
    )
    joanna = User.objects.get()
    assert joanna.has_role(Role.ADMINISTRATOR)
    assert not joanna.must_change_password
    event = audit.history("people").get()
    assert event.sentence == "The system added Joanna Field as Administrator, the whole council."
    browser = Client()
    browser.post("/sign-in/", {"email": joanna.email, "password": STRONG})
    assert browser.get("/people/").status_code == 200


def test_somebody_at_a_terminal_is_asked(terminal):
    terminal(["Joanna Field", "joanna.field@council.example"], [STRONG, STRONG])
    create()
    assert User.objects.get().check_password(STRONG)


def test_two_different_passwords_add_nobody(terminal):
    terminal([], [STRONG, "something else"])
    with pytest.raises(CommandError, match="differ"):
        create(**WHO)
    assert not User.objects.exists()


def test_without_a_terminal_it_says_what_to_give(monkeypatch):
    monkeypatch.delenv("ADMINISTRATOR_PASSWORD", raising=False)
    monkeypatch.setattr(command.sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(CommandError, match="ADMINISTRATOR_PASSWORD"):
        create(**WHO)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12 characters"),
        ("password1234", "too common"),
        ("joanna.field@council", "too similar to the name"),
    ],
)
def test_a_weak_password_is_refused_in_the_validators_words(monkeypatch, password, words):
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", password)
    with pytest.raises(CommandError, match=words):
        create(**WHO)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"name": " "}, "name of 1 to 200"),
        ({"name": "x" * 201}, "name of 1 to 200"),
        ({"email": "joanna"}, "Not an e-mail address: 'joanna'"),
    ],
)
def test_name_and_address_are_checked(in_environment, who, words):
    with pytest.raises(CommandError, match=words):
        create(**{**WHO, **who})


def test_a_second_one_only_when_asked_for(in_environment):
    make_grant(make_user(), Role.ADMINISTRATOR)
    with pytest.raises(CommandError, match="There is an administrator already"):
        create(**WHO)
    create(**WHO, another=True)
    assert User.objects.with_role(Role.ADMINISTRATOR).count() == 2


def test_a_deactivated_administrator_does_not_count(in_environment):
    make_grant(make_user(is_active=False), Role.ADMINISTRATOR)
    create(**WHO)
    assert User.objects.with_role(Role.ADMINISTRATOR).get().email == WHO["email"].lower()


def test_an_address_in_use_is_refused(in_environment):
    make_user(email="joanna.field@council.example")
    with pytest.raises(CommandError, match="there already"):
        create(**WHO)
