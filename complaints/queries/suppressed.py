"""Saying how many restricted cases there are without pointing to any of them."""

FEWEST = 5
STEP = 10
"""A number is told by tens: from one period to the next, or from one day to the next, one case more is seldom seen."""


def at_council_level(n: int) -> str:
    """'fewer than 5', else between which tens the number is: '5 to 9', '10 to 19', '120 to 129' (DESIGN 8)."""
    if n < FEWEST:
        return f"fewer than {FEWEST}"
    least = n // STEP * STEP
    return f"{max(FEWEST, least):,} to {least + STEP - 1:,}"
