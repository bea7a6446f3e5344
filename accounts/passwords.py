"""Starting passwords, made by the machine and used once; and what a password must not be."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError

# Without letters and figures that are mistaken for each other on paper.
CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def starting_password() -> str:
    """Sixteen characters in groups of four, about 79 bits: 'k4mw-9hxp-2rtc-vb7n'."""
    groups = ("".join(secrets.choice(CHARACTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


class VariedPasswordValidator:
    """Refuses twelve spaces and the like: a password of hardly any different characters."""

    LEAST = 5

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for fewer than five different characters that can be seen."""
        if len(set("".join(password.split()))) < self.LEAST:
            raise ValidationError(
                f"This password has fewer than {self.LEAST} different characters.", code="password_not_varied"
            )

    def get_help_text(self) -> str:
        return f"Your password must have at least {self.LEAST} different characters."
