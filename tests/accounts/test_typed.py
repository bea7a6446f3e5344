"""A session ends while somebody types: nothing of it is lost."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.roles import Role
from complaints.models import SavedView
from tests.factories import PASSWORD, make_grant, make_user

pytestmark = pytest.mark.django_db
SAVE = "/cases/saved/new/?colour=red"
HELD = "What <b>they</b> wrote: “it is late” & more\nin two lines"


@pytest.fixture
def ended() -> Client:
    """A browser whose session has ended."""
    make_grant(make_user("Olu Officer", email="olu@council.example"), Role.CR_OFFICER)
    return Client(enforce_csrf_checks=False)


def hidden(page: Any) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode())
    return {unescape(name): unescape(value) for name, value in found}


def signed_in(browser: Client, page: Any, password: str = PASSWORD) -> Any:
    typed = {**hidden(page), "email": "olu@council.example", "password": password}
    return browser.post("/sign-in/", typed)


def test_what_was_typed_is_carried_through_signing_in_and_sent(ended: Client) -> None:
    asked = ended.post(SAVE, {"name": HELD[:60]})
    assert "You were signed out before this was sent" in asked.content.decode()
    assert "no-store" in asked["Cache-Control"]
    wrong = signed_in(ended, asked, "not the password")
    assert hidden(wrong)["typed.name"] == HELD[:60]
    right = signed_in(ended, wrong)
    assert f'action="{SAVE}"' in right.content.decode()
    assert not SavedView.objects.exists()
    ended.post(SAVE, hidden(right))
    assert SavedView.objects.get().name == " ".join(HELD[:60].split())


def test_files_are_said_to_be_chosen_again(ended: Client) -> None:
    page = ended.post(SAVE, {"name": "x", "file": SimpleUploadedFile("a.txt", b"a")})
    assert "Files have to be chosen again" in page.content.decode()


def test_a_button_without_anything_typed_and_a_password_are_not_carried(ended: Client) -> None:
    assert ended.post("/queue/take/")["Location"].startswith("/sign-in/")
    assert ended.post("/account/password/", {"password": "a", "new": "b"})["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x", ""])
def test_it_is_sent_to_no_address_but_ours(ended: Client, to: str) -> None:
    answer = ended.post(
        "/sign-in/",
        {"email": "olu@council.example", "password": PASSWORD, "typed_to": to, "typed.name": "x"},
    )
    assert answer["Location"] == "/"
