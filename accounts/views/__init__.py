"""The pages about people. A view validates, calls one action and redirects with a message."""
