"""Pages as PDF. WeasyPrint is imported where it is used: it needs Pango, takes a moment, and only the worker does
it."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

_PAGE = re.compile(r"Page (\d+)$")
VARIANT = "pdf/ua-1"
"""Tagged, so that it can be read aloud and reflowed."""


class NoPango(RuntimeError):
    """The libraries that PDFs are drawn with are not there."""


class Paper(NamedTuple):
    """A PDF, and how many pages it has."""

    content: bytes
    pages: int


def pdf_of(html: str, *, heard: Callable[[int], None]) -> Paper:
    """`html`, a whole document with its styles in it, as a tagged PDF. `heard` is told each page that is laid out, by
    its number. Nothing is fetched from anywhere. Raises NoPango."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise NoPango(str(error)) from error
    options: dict[str, Any] = {"pdf_variant": VARIANT, "pdf_tags": True}
    with _listening(heard):
        # Of no protocol: what somebody typed never makes the server ask another one for anything.
        source = weasyprint.HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=()))
        document = source.render(**options)
        return Paper(bytes(document.write_pdf(**options)), len(document.pages))


class _Pages(logging.Handler):
    """Hears how far WeasyPrint is by what it logs."""

    def __init__(self, heard: Callable[[int], None]) -> None:
        super().__init__(logging.DEBUG)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        if found := _PAGE.search(record.getMessage()):
            self.heard(int(found[1]))


@contextmanager
def _listening(heard: Callable[[int], None]) -> Iterator[None]:
    progress = logging.getLogger("weasyprint.progress")
    before = progress.level, progress.propagate
    handler = _Pages(heard)
    progress.addHandler(handler)
    progress.setLevel(logging.INFO)
    progress.propagate = False
    try:
        yield
    finally:
        progress.removeHandler(handler)
        progress.setLevel(before[0])
        progress.propagate = before[1]
