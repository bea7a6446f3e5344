"""Whose machine a request comes from, for the lock after too many wrong passwords."""

from django.http import HttpRequest


def behind_proxy(request: HttpRequest) -> str:
    """The address our own proxy saw: the last one it wrote. What stands before it, anybody may have typed."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
