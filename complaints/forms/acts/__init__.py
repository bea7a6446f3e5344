"""The forms of the actions, by verb. Importing this registers them all."""

from complaints.forms.acts import words
from complaints.forms.acts.base import REGISTRY, ActForm

__all__ = ["REGISTRY", "ActForm", "words"]
