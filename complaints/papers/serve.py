"""Handing out a kept file: always saved by the browser, never shown or run by it."""

from typing import BinaryIO

from django.http import FileResponse

GENERIC = "application/octet-stream"
# What a browser may be told; the rest it saves all the same, and the name says what opens it.
TOLD = frozenset(
    {
        "application/pdf",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "audio/mp4",
        "audio/mpeg",
        "image/gif",
        "image/heic",
        "image/jpeg",
        "image/png",
        "text/csv",
        "text/plain",
    }
)


def attachment(file: BinaryIO, name: str, content_type: str) -> FileResponse:
    """A response that downloads `file` as `name`, a name from `files.clean_name`, and closes it afterwards.

    The caller has made sure that whoever asks may see it. Nothing of it is kept by a browser or a proxy.
    """
    response = FileResponse(
        file,
        as_attachment=True,
        filename=name,
        content_type=content_type if content_type in TOLD else GENERIC,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
