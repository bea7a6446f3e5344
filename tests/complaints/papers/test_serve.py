"""A kept file handed out: saved by the browser, never shown or run by it."""

from io import BytesIO
from urllib.parse import unquote

import pytest
from csp.middleware import CSPMiddleware
from django.http import FileResponse
from django.test import RequestFactory

from complaints.papers.files import KINDS, clean_name
from complaints.papers.serve import GENERIC, attachment
from complaints.papers.store import keep, open_


def answer(
    name: str = "letter.pdf", content_type: str = "application/pdf", content: bytes = b"%PDF"
) -> FileResponse:
    return attachment(BytesIO(content), name, content_type)


def test_it_is_saved_and_not_shown(tmp_path):
    response = attachment(open_(tmp_path, keep(tmp_path, b"%PDF-1.7")), "letter.pdf", "application/pdf")
    assert response["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert (response["Content-Type"], response["Content-Length"]) == ("application/pdf", "8")
    assert response.getvalue() == b"%PDF-1.7"


def test_a_browser_neither_guesses_runs_keeps_nor_shares_it():
    response = answer()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "private, no-store"


def test_the_sites_own_policy_does_not_replace_the_stricter_one():
    response = CSPMiddleware(lambda request: answer())(RequestFactory().get("/"))
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.django_db
def test_the_file_is_closed_when_the_answer_has_been_given():
    """In a database test, for the end of an answer is also where Django looks after its connections."""
    file = BytesIO(b"%PDF")
    attachment(file, "letter.pdf", "application/pdf").close()
    assert file.closed


@pytest.mark.parametrize(
    "content_type", ["text/html", "image/svg+xml", "message/rfc822", "text/html; charset=x", ""]
)
def test_a_type_that_could_be_run_is_not_named(content_type):
    assert answer(content_type=content_type)["Content-Type"] == GENERIC


def test_a_pdf_and_a_picture_are_named_as_what_they_are():
    named = {
        extension: answer(content_type=kind.content_type)["Content-Type"] for extension, kind in KINDS.items()
    }
    assert (named["pdf"], named["png"], named["txt"]) == ("application/pdf", "image/png", "text/plain")
    assert {extension for extension in named if named[extension] == GENERIC} == {"eml", "msg"}


@pytest.mark.parametrize("name", ["Zoë 😀 “late”.pdf", "شكوى.pdf", "100% sure; really.pdf", "it's.pdf"])
def test_a_name_of_any_alphabet_arrives(name):
    header = answer(name)["Content-Disposition"]
    if name.isascii():
        assert header == f'attachment; filename="{name}"'
    else:
        assert header.isascii()
        assert unquote(header.removeprefix("attachment; filename*=utf-8''")) == name


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "a\r\nSet-Cookie: x=y.pdf", "a\\b.pdf", "../../a.pdf"]
)
def test_a_hostile_name_breaks_out_of_no_header(name):
    header = answer(clean_name(name))["Content-Disposition"]
    assert header.count('"') == 2
    assert not {"\r", "\n", "/", "\\"} & {*header}
