"""What is written to the log, and how much of it."""

import logging


class RefusalsInALine(logging.Filter):
    """A page that was refused or is not there is no fault: a line says so, without the way through the code that would
    hide a real one."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.request" and record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return True
