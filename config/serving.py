"""How the process of a web server runs, so that a page takes no longer than it has to: docs/decisions/021."""

import gc
from collections.abc import Callable
from importlib import import_module
from typing import ParamSpec, TypeVar

from django.conf import settings

P = ParamSpec("P")
R = TypeVar("R")
SLOTS = 40_000
"""The size of the frame that `with_room` calls from, in values of 8 bytes: it needs a chunk of 512 kB, of which 190 are
left to the frames below it."""


def with_room(call: Callable[P, R]) -> Callable[P, R]:
    """`call`, made where the frames of all that it calls lie in one piece of memory. CPython asks the system for 16 kB
    whenever a call does not fit into what it has, and gives them back when that call returns: where a loop of a page
    happens to stand at the edge, each turn costs two system calls."""

    def roomy(*args: P.args, **kwargs: P.kwargs) -> R:
        return call(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=SLOTS)
    return roomy


def settle() -> None:
    """Load all code now, and let the collector of circular garbage pass over it from here on; and have it look at what
    pages made less often than at every 700 objects, most of which are rows that no circle holds."""
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
