"""What is handed on: the weekly report and the downloads of lists, as bytes. Writes nothing to the database."""
