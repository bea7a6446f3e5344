"""What somebody typed and sent after their session had ended: it is carried through signing in, and sent once more."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.forms import SignInForm

MARK = "typed."
"""Before the name of each field while it is carried."""
TO = "typed_to"


@dataclass(frozen=True)
class Typed:
    """The fields of a form, and the address of ours it was sent to. `files`: there were files, which a page cannot hand
    on."""

    to: str
    fields: tuple[tuple[str, str], ...]
    files: bool = False

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The fields as the sign-in form takes them along."""
        return [(TO, self.to), *((f"{MARK}{name}", value) for name, value in self.fields)]


def sent(request: HttpRequest) -> Typed | None:
    """What a form brought that there is nobody to send for; None for one without anything, or with a password."""
    found = _fields(request, (name for name in request.POST if name != "csrfmiddlewaretoken"))
    if not found or any("password" in name for name, _ in found):
        return None
    return Typed(request.get_full_path(), tuple(found), bool(request.FILES))


def carried(request: HttpRequest) -> Typed | None:
    """What the sign-in form took along; None for nothing, or for an address that is not ours."""
    to = request.POST.get(TO, "")
    ours = to.startswith("/") and url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    names = (name for name in request.POST if name.startswith(MARK))
    found = [(name.removeprefix(MARK), value) for name, value in _fields(request, names)]
    return Typed(to, tuple(found)) if ours and found else None


def _fields(request: HttpRequest, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, value) for name in names for value in request.POST.getlist(name)]


class SignInFirst(LoginRequiredMiddleware):
    """Whoever is not signed in signs in first. A form they sent is not lost by it."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        typed = sent(request) if request.method == "POST" else None
        if typed is None:
            return super().handle_no_permission(request, view_func)
        context = {"form": SignInForm(), "typed": typed, "next": "/"}
        response = render(request, "accounts/sign_in.html", context)
        add_never_cache_headers(response)
        return response
