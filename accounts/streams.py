"""The stream of events this package writes. Taken last in a transaction that writes to others too."""

PEOPLE = "people"
