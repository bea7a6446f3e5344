"""What buttons without a form of their own have in common."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from accounts.actions import Refused


def do(request: HttpRequest, action: Callable[..., object], done: str, **what: Any) -> None:
    """Call `action` with `what`, as whoever is signed in, now; say `done`, or why it was refused."""
    try:
        action(**what, by=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, done)
