"""Whose machine a request comes from, for the lock after too many wrong passwords."""

from django.http import HttpRequest


def behind_proxy(request: HttpRequest) -> str:
    """The address our own proxy saw: the last one it wrote. What stands before it, anybody may have typed."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
