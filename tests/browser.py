"""The browser of a test: a form it sends to a case was opened just before."""

import re
from typing import Any

from django.test import Client

from complaints.models import Case
from complaints.workflow import Verb

_ACT = re.compile(r"/cases/([^/]+)/([a-z-]+)/(\?.*)?")


class Browser(Client):
    """Says with each form of an action how the case stands, as its page does. A test about pages that became stale, or
    never said it, gives `seen` itself."""

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        found = _ACT.fullmatch(path)
        if found and found[2] in list(Verb) and "seen" not in (data or {}):
            revision = Case.objects.filter(reference=found[1]).values_list("revision", flat=True).first()
            if revision is not None:
                data = {**(data or {}), "seen": revision}
        return super().post(path, data, *args, **kwargs)
