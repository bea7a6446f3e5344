"""When things are due: pure Python. No Django, no database, no clock, no input or output."""
