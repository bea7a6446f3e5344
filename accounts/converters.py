"""Parts of addresses."""

from django.urls.converters import IntConverter


class RowConverter(IntConverter):
    """The number of a row: no longer than a database can look for."""

    regex = "[0-9]{1,18}"
