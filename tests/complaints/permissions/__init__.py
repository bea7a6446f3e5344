"""Who may see what and do what: a table, and what hides behind every door."""
