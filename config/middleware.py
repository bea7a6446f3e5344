"""What stands between the server and the views."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views import defaults

PLAIN_KEY = re.compile(r"[a-z0-9]*")


class PlainSessionKey:
    """Drops a session cookie that no session of ours can have, before a database is asked for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not PLAIN_KEY.fullmatch(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return self.get_response(request)


class OwnErrorPages:
    """People who try the product out see its own pages for a wrong address, not a list of addresses, and no
    refusal stays behind on a shared computer: it may name who was signed in.

    Django shows engineers its own page where DEBUG is on. A fault (500) stays theirs to read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.DEBUG and response.status_code == 404:
            response = defaults.page_not_found(request, Http404())
        elif settings.DEBUG and response.status_code == 400:
            response = defaults.bad_request(request, ValueError())
        if response.status_code >= 400 and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
