"""Who may open a page. Every view carries exactly one of these, outermost:

    @public                                   anybody, signed in or not
    @signed_in                                anybody who is signed in
    @roles(Role.CR_OFFICER, Role.CR_MANAGER)  whoever holds one of these roles somewhere

A test walks every address and fails on a view with none. Which case somebody may see, and what they may do
to it, is decided further in; a guard only keeps the door.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from accounts.roles import Role

View = Callable[..., HttpResponseBase]


class Door(Enum):
    PUBLIC = "public"
    SIGNED_IN = "signed in"
    ROLES = "roles"


@dataclass(frozen=True)
class Access:
    """What a guard wrote on its view, as `view.access`."""

    door: Door
    roles: frozenset[Role] = frozenset()


def public(view: View) -> View:
    """Anybody may open this page. It shows nothing about any person or case."""
    guarded = login_not_required(view)
    guarded.access = Access(Door.PUBLIC)  # type: ignore[attr-defined]
    return guarded


def signed_in(view: View) -> View:
    """Anybody who is signed in may open this page, once they have chosen their own password."""
    return _guard(view, Access(Door.SIGNED_IN), starting_password_will_do=False)


def signed_in_with_starting_password(view: View) -> View:
    """As `signed_in`, and already with the password one was handed: for choosing one's own, and leaving."""
    return _guard(view, Access(Door.SIGNED_IN), starting_password_will_do=True)


def roles(*allowed: Role) -> Callable[[View], View]:
    """Whoever holds one of the roles, at any unit, may open this page. Others are told whose page it is."""
    if not allowed:
        raise ValueError("Name the roles that may open this page.")

    def guard(view: View) -> View:
        return _guard(view, Access(Door.ROLES, frozenset(allowed)), starting_password_will_do=False)

    return guard


def _guard(view: View, access: Access, *, starting_password_will_do: bool) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if user.must_change_password and not starting_password_will_do:
            return redirect("password")
        if access.roles and not user.has_role(*access.roles):
            raise PermissionDenied(_whose_page(access.roles))
        response = view(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            # A shared computer's Back button must not show a case after signing out.
            add_never_cache_headers(response)
        return response

    guarded.access = access  # type: ignore[attr-defined]
    return guarded


def _whose_page(allowed: frozenset[Role]) -> str:
    names = [role.label for role in Role if role in allowed]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"This page is for people with the role {listed}."
