"""Coming in and leaving: sessions, the lock after too many wrong passwords, and the record of both."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_cool_off, get_failure_limit
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.streams import PEOPLE
from audit import service as audit


@dataclass(frozen=True)
class Attempt:
    """How an attempt to sign in went: a `user`, or locked out until `locked_until`, or neither."""

    user: User | None = None
    locked_until: datetime | None = None


def sign_in(request: HttpRequest, *, email: str, password: str, now: datetime) -> Attempt:
    """Check the password and, when it is right, start a fresh session.

    An unknown address, a wrong password and a deactivated person get the same answer, after a password was
    hashed in each case. Only the moment of locking is recorded, and only for somebody who exists: what a
    stranger types into the form (perhaps a password) never enters the record.
    """
    email = User.objects.normalize_email(email)
    # Under its own name, not as `username`: axes would count the failures of all addresses together.
    user = auth.authenticate(request, email=email, password=password)
    if user is None:
        return _failed(request, email=email, now=now)
    with transaction.atomic():
        auth.login(request, user)
        audit.record(stream=PEOPLE, verb="signed-in", by=user, sentence=f"{user} signed in.", now=now)
    return Attempt(user=user)


def sign_out(request: HttpRequest, *, now: datetime) -> None:
    """End the session and everything in it."""
    user: Any = request.user
    with transaction.atomic():
        audit.record(stream=PEOPLE, verb="signed-out", by=user, sentence=f"{user} signed out.", now=now)
        auth.logout(request)


def _failed(request: HttpRequest, *, email: str, now: datetime) -> Attempt:
    if not getattr(request, "axes_locked_out", False):
        return Attempt()
    pause = get_cool_off(request)
    # Said in hours and minutes, so the first whole minute after it: trying too early starts the wait again.
    until = (now + pause).replace(second=0, microsecond=0) + timedelta(minutes=1) if pause else None
    failures = getattr(request, "axes_failures_since_start", None)
    user = User.objects.filter(email=email).first()
    if user and failures == get_failure_limit(request, {"email": email}):
        with transaction.atomic():
            audit.record(
                stream=PEOPLE,
                verb="locked-out",
                by=None,
                sentence=f"Signing in as {user} was locked after {failures} wrong passwords.",
                now=now,
                details={"user": user.pk, "until": until},
            )
    return Attempt(locked_until=until)
