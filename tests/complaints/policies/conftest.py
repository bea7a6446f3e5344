"""Packs loaded and refused by the command, with all that a new installation has."""

from tests.complaints.conftest import surrey
from tests.slas.conftest import _nothing_remembered, loaded, packs, refused, run

__all__ = ["_nothing_remembered", "loaded", "packs", "refused", "run", "surrey"]
