"""What the machine lacks, said when the product starts: `python manage.py check`."""

from ctypes.util import find_library
from typing import Any

from django.core.checks import CheckMessage, Warning, register

PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")


@register
def pdf_libraries(**kwargs: Any) -> list[CheckMessage]:
    """PDFs need Pango. Without it everything else works, and every report is there as a page to print."""
    missing = [name for name in PANGO if not find_library(name)]
    if not missing:
        return []
    return [
        Warning(
            f"PDFs cannot be made: the system library {', '.join(missing)} is missing.",
            hint="On Debian or Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            id="complaints.W001",
        )
    ]
