"""Addresses that only take a form."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

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
