"""Where somebody goes next: back to a page from an address that only takes a form, or on to where they wanted."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponseBase]


def form_only(page: str, *, leave_out: tuple[str, ...] = ()) -> Callable[[View], View]:
    """The view takes a submitted form; whoever comes without one is sent to `page`, with the same arguments
    except those in `leave_out`.

    Somebody whose session ended while the page was open signs in and comes back by a plain link: they find
    the page again, not an error.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if request.method != "POST":
                back: HttpResponseBase = redirect(
                    page, **{k: v for k, v in kwargs.items() if k not in leave_out}
                )
                return back
            return view(request, **kwargs)

        return guarded

    return wrap


def wanted(request: HttpRequest) -> str:
    """Where this person wanted to go, `next` in the form or the address, if that is an address of ours;
    else the page everybody starts from."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    ours = url.startswith("/") and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if ours else resolve_url(settings.LOGIN_REDIRECT_URL)
