"""What the machine lacks, said when the product starts: `python manage.py check`."""

from ctypes.util import find_library
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

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


@register
def documents_are_not_served(**kwargs: Any) -> list[CheckMessage]:
    """What people upload must not lie where the web server hands out files without asking who wants them."""
    kept = Path(settings.DOCUMENTS_DIR).resolve()
    served = [Path(settings.STATIC_ROOT), *(Path(folder) for _, folder in settings.STATICFILES_DIRS)]
    if not any(kept.is_relative_to(folder.resolve()) for folder in served):
        return []
    return [
        Error(
            f"DOCUMENTS_DIR is {kept}, where everybody can fetch files by their address.",
            hint="Give a folder outside static/ and staticfiles/.",
            id="complaints.E001",
        )
    ]
