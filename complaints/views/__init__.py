"""Pages about cases. A view validates, calls one action and redirects with a message."""
