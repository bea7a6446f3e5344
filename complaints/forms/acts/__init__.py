"""The forms of the actions, by verb. Importing this registers them all."""

from complaints.forms.acts import (
    allocation,
    answer,
    closing,
    correcting,
    dates,
    details,
    documents,
    escalation,
    happenings,
    intake,
    learning,
    sending,
    words,
)
from complaints.forms.acts.base import REGISTRY, ActForm

__all__ = [
    "REGISTRY",
    "ActForm",
    "allocation",
    "answer",
    "closing",
    "correcting",
    "dates",
    "details",
    "documents",
    "escalation",
    "happenings",
    "intake",
    "learning",
    "sending",
    "words",
]
