"""Starting passwords: made by the machine, read aloud or copied by hand, used once."""

import secrets

# Without letters and figures that are mistaken for each other on paper.
CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def starting_password() -> str:
    """Sixteen characters in groups of four, about 79 bits: 'k4mw-9hxp-2rtc-vb7n'."""
    groups = ("".join(secrets.choice(CHARACTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
